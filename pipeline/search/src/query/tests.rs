use super::{Days, IdentifierKind, Label, Node, Query, QueryErrorKind as Wrong, State};
use jiff::civil::date;
use proptest::prelude::*;

fn check(text: &str, expected: Node) {
    assert_eq!(Query::parse(text).map(|q| q.root), Ok(expected), "{text}");
}

fn fails(text: &str, at: usize, kind: Wrong) {
    let error = Query::parse(text).expect_err(text);
    assert_eq!((error.at, error.kind), (at, kind), "{text}");
}

fn word(text: &str) -> Node {
    Node::Word(text.into())
}

fn amount(from: Option<u64>, to: Option<u64>) -> Node {
    Node::Amount { from, to }
}

#[test]
fn words_phrases_and_operators() {
    check("umowa", word("umowa"));
    check("*", Node::All);
    check(
        " umowa  kredytu ",
        Node::And(vec![word("umowa"), word("kredytu")]),
    );
    check("\"umowa kredytu\"", Node::Phrase("umowa kredytu".into()));
    check("„umowa kredytu”", Node::Phrase("umowa kredytu".into()));
    check(
        "umowa -aneks",
        Node::And(vec![word("umowa"), Node::Not(Box::new(word("aneks")))]),
    );
    check(
        "rata OR spłata umowa",
        Node::Or(vec![
            word("rata"),
            Node::And(vec![word("spłata"), word("umowa")]),
        ]),
    );
    check(
        "(rata LUB spłata) umowa",
        Node::And(vec![
            Node::Or(vec![word("rata"), word("spłata")]),
            word("umowa"),
        ]),
    );
    check("kredytobior*", Node::Prefix("kredytobior".into()));
    check("Nowak-Kowalska", word("Nowak-Kowalska"));
    check("§ 5", word("5"));
    check("10 000,00", Node::Number("10 000,00".into()));
    check("16:30", word("16:30"));
    check(
        "umowa - aneks",
        Node::And(vec![word("umowa"), word("aneks")]),
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn fields_in_two_languages() {
    check(
        "kwota:10000..50000",
        amount(Some(1_000_000), Some(5_000_000)),
    );
    check("amount:10000..", amount(Some(1_000_000), None));
    check("kwota:..10.000,50", amount(None, Some(1_000_050)));
    check(
        "kwota:10 000..50 000",
        amount(Some(1_000_000), Some(5_000_000)),
    );
    check("kwota:10000", amount(Some(1_000_000), Some(1_000_099)));
    check(
        "kwota:\"10 000,50 zł\"",
        amount(Some(1_000_050), Some(1_000_050)),
    );
    check("kwota:>10tys", amount(Some(1_000_001), None));
    check("kwota:<=1,5mln", amount(None, Some(150_000_000)));
    let days = |from, to| Node::Dated(Days { from, to });
    check(
        "data:2021",
        days(Some(date(2021, 1, 1)), Some(date(2021, 12, 31))),
    );
    check(
        "date:2021-03..2021-06",
        days(Some(date(2021, 3, 1)), Some(date(2021, 6, 30))),
    );
    check(
        "data:31.03.2021",
        days(Some(date(2021, 3, 31)), Some(date(2021, 3, 31))),
    );
    check("data:>2021", days(Some(date(2022, 1, 1)), None));
    check(
        "data:02.2024",
        days(Some(date(2024, 2, 1)), Some(date(2024, 2, 29))),
    );
    let typed = Node::Label {
        label: Label::Type,
        value: "aneks".into(),
    };
    check("typ:aneks", typed.clone());
    check("TYPE:aneks", typed);
    check(
        "oddział:\"Kraków 3\"",
        Node::Label {
            label: Label::Branch,
            value: "Kraków 3".into(),
        },
    );
    check(
        "oddzial:Kraków",
        Node::Label {
            label: Label::Branch,
            value: "Kraków".into(),
        },
    );
    check("stan:do_sprawdzenia", Node::State(State::Review));
    check("status:hold", Node::State(State::Hold));
    let pesel = |value: &str, prefix| Node::Identifier {
        kind: IdentifierKind::Pesel,
        value: value.into(),
        prefix,
    };
    check("pesel:44051401359", pesel("44051401359", false));
    check("pesel:440514 01359", pesel("440514 01359", false));
    check("pesel:440514*", pesel("440514", true));
    check(
        "pesel:44051401359 2021",
        Node::And(vec![pesel("44051401359", false), word("2021")]),
    );
    check(
        "umowa:KH/2024/1",
        Node::Identifier {
            kind: IdentifierKind::Agreement,
            value: "KH/2024/1".into(),
            prefix: false,
        },
    );
}

#[test]
fn errors_point_at_the_place() {
    fails("", 0, Wrong::Empty);
    fails("§", 0, Wrong::Empty);
    fails("rata \"umowa", 5, Wrong::OpenQuote);
    fails("(rata", 0, Wrong::OpenBracket);
    fails("rata)", 4, Wrong::StrayBracket);
    fails("rata OR", 5, Wrong::Dangling);
    fails("OR rata", 0, Wrong::Dangling);
    fails("rata NOT", 5, Wrong::Dangling);
    fails("a*", 0, Wrong::ShortPrefix);
    fails("rata foo:bar", 5, Wrong::UnknownField);
    fails("kwota:", 0, Wrong::NoValue);
    fails("rata kwota:dużo", 11, Wrong::Amount);
    fails("kwota:5..1", 6, Wrong::Backwards);
    fails("kwota:..", 6, Wrong::Amount);
    fails("data:2021-13", 5, Wrong::Date);
    fails("data:2021..2020", 5, Wrong::Backwards);
    fails("pesel:44051401358", 6, Wrong::CheckDigit);
    fails("pesel:123", 6, Wrong::IdentifierForm);
    fails("stan:dziwny", 5, Wrong::UnknownState);
    fails(&"a ".repeat(501), 1000, Wrong::TooLong);
    fails(&"a ".repeat(65), 128, Wrong::TooManyTerms);
    fails(&"(".repeat(17), 16, Wrong::TooDeep);
}

proptest! {
    #[test]
    fn nothing_typed_makes_it_panic(text in "\\PC{0,60}") {
        let _ = Query::parse(&text);
    }

    #[test]
    fn nothing_meant_makes_it_panic(
        text in "(\\(|\\)|\"|„|”|-|\\*|OR |AND |NOT |kwota:|data:|pesel:|typ:|[0-9]{1,4}|\\.\\.|,|>|<|ą|a| ){0,40}"
    ) {
        if let Err(error) = Query::parse(&text) {
            prop_assert!(error.at + error.length <= text.chars().count());
        }
    }
}
