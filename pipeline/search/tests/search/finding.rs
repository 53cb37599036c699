//! Which documents a query finds, and what is shown of them.

use crate::shelf::{Paper, id, index_of};
use model::Language;
use search::{Access, Index, Query, Request, Sort, State};
use std::sync::LazyLock;
use tempfile::TempDir;

static BANK: LazyLock<(TempDir, Index)> = LazyLock::new(|| index_of(&papers()));

fn papers() -> Vec<Paper> {
    vec![
        Paper {
            kind: "mortgage_agreement",
            kind_title: "umowa kredytu hipotecznego",
            ..Paper::new(
                1,
                &[
                    "Umowa kredytu hipotecznego nr KH/2021/00123 zawarta z Janem Kowalskim, \
                     PESEL 44051401359, na kwotę 310 000,00 zł.",
                    "Spłata w ratach równych. Księga wieczysta WA1M/00012345/6. Zabezpie-\nczenie: \
                     hipoteka. Zapada wyrok <sądu>.",
                ],
            )
        }
        .with("agreement_number", "KH/2021/00123")
        .with("agreement_date", "2021-03-15")
        .with("credit_amount", "310000.00")
        .with("borrower_name", "Jan Kowalski")
        .with("borrower_pesel", "44051401359"),
        Paper::new(
            2,
            &["Umowa pożyczki dla Anny Brzęczyszczykiewicz na 12 500,50 zł, rachunek \
               61 1090 1014 0000 0712 1981 2874. Dnia 5 stycznia owocowy sad dał plon."],
        )
        .with("agreement_date", "2021-06-01")
        .with("credit_amount", "12500.50")
        .with("repayment_account", "61109010140000071219812874"),
        Paper {
            kind: "annex",
            kind_title: "aneks",
            branch: "Łódź Śródmieście",
            state: State::Review,
            ..Paper::new(3, &["Aneks do umowy KH/2021/00123. Zmiana oprocentowania. Poręczyciel: Nowak-Kowalska."])
        }
        .with("agreement_number", "KH/2021/00123")
        .with("agreement_date", "2022-01-10"),
        Paper {
            language: Language::En,
            branch: "Łódź Śródmieście",
            ..Paper::new(4, &["Loan agreement between the Lender and the Borrowers. Covenants apply. Mr Kowalskiego"])
        }
        .with("agreement_date", "2023-05-05")
        .with("credit_amount", "5000000.00"),
        Paper::new(5, &["Zaświadczenie bez spłaconej raty. Firma Zakłady Mięsne „Łoś” sp. z o.o., KRS 0000395145, niespłacona należność."]),
    ]
}

fn check(query: &str, expected: &[u32]) {
    let found = BANK.1.search(&Query::parse(query).unwrap(), 10, 0).unwrap();
    let mut ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
    ids.sort_unstable();
    let mut expected: Vec<_> = expected.iter().map(|&number| id(number)).collect();
    expected.sort_unstable();
    assert_eq!(ids, expected, "{query}");
    assert_eq!(found.total, expected.len(), "{query}");
}

#[test]
fn words_in_any_form_with_or_without_accents() {
    check("*", &[1, 2, 3, 4, 5]);
    check("kowalski", &[1, 3, 4]);
    check("kowalskiego umowa hipoteczna", &[1]);
    check("Brzeczyszczykiewicz", &[2]);
    check("splata rata", &[1]);
    check("spłacony", &[5]);
    check("niespłacony", &[5]);
    check("ksiegi wieczystej", &[1]);
    check("zabezpieczenia", &[1]);
    check("hipoteka kowalski", &[1]);
    check("zaklad miesny los", &[5]);
    check("loan covenant", &[4]);
    check("borrower", &[4]);
    check("sąd", &[1, 2]);
    // A scanner may have lost the mark of a bare `sad`: it is found as either word.
    check("sądowi", &[1, 2]);
}

#[test]
fn phrases_operators_and_prefixes() {
    check("\"umowy kredytu\"", &[1]);
    check("\"kredytu umowy\"", &[]);
    check("umowa -aneks", &[1, 2, 4, 5]);
    check("umowa -typ:aneks", &[1, 2, 4, 5]);
    check("poręczyciel OR covenant", &[3, 4]);
    check("(poręczyciel OR covenant) -aneks", &[4]);
    check("brzęcz*", &[2]);
    check("oprocent*", &[3]);
    check("KH/2021*", &[1, 3]);
    check("Nowak-Kowalska", &[3]);
    check("-covenant", &[1, 2, 3, 5]);
    check("\"owocowym sadem\"", &[2]);
}

/// Every row of two and of three of a few words, in documents that have them in any order.
#[test]
fn a_row_is_found_just_where_it_stands() {
    let words = ["umowa", "kredytu", "banku", "zamek"];
    let mut dice = 7_u32;
    let texts: Vec<Vec<&str>> = (0..60)
        .map(|n| {
            let word = |_| {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                words[(dice >> 24) as usize % words.len()]
            };
            (0..2 + n % 7).map(word).collect()
        })
        .collect();
    let papers = texts.iter().zip(1..).map(|(text, number)| {
        let text = text.join(" ");
        Paper::new(number, &[&text])
    });
    let (_dir, index) = index_of(&papers.collect::<Vec<_>>());
    let pairs = words.iter().flat_map(|&a| words.map(|b| vec![a, b]));
    let threes = words.iter().flat_map(|&a| words.map(|b| [a, b]));
    let threes = threes.flat_map(|[a, b]| words.map(|c| vec![a, b, c]));
    for row in pairs.chain(threes) {
        let typed = format!("\"{}\" -qwerty", row.join(" "));
        let found = index.search(&Query::parse(&typed).unwrap(), 1, 0).unwrap();
        let stands = |text: &&Vec<&str>| text.windows(row.len()).any(|window| *window == row);
        assert_eq!(found.total, texts.iter().filter(stands).count(), "{typed}");
    }
}

#[test]
fn numbers_however_typed() {
    check("44051401359", &[1]);
    check("pesel:44051401359", &[1]);
    check("pesel:4405*", &[1]);
    check("310000", &[1]);
    check("310 000,00", &[1]);
    check("310.000", &[1]);
    check("12500", &[2]);
    check("kwota:10000..400000", &[1, 2]);
    check("kwota:12500,50", &[2]);
    check("amount:>1mln", &[4]);
    check("61109010140000071219812874", &[2]);
    check("61 1090 1014 0000 0712 1981 2874", &[2]);
    check("konto:PL61109010140000071219812874", &[2]);
    check("KH/2021/00123", &[1, 3]);
    check("umowa:kh-2021-OO123", &[1, 3]);
    check("KH 2021 00123", &[1, 3]);
    check("umowa:KH 2021 00123", &[1, 3]);
    check("krs:0000395145", &[5]);
}

#[test]
fn fields() {
    check("data:2021", &[1, 2]);
    check("data:2021-03..2021-05", &[1]);
    check("data:>2021", &[3, 4]);
    check("data:..2021-03-15", &[1]);
    check("typ:aneks", &[3]);
    check("typ:hipotecznej", &[1]);
    check("type:mortgage_agreement", &[1]);
    check("oddział:lodz", &[3, 4]);
    check("oddział:\"Kraków 3\" data:2021", &[1, 2]);
    check("stan:do_sprawdzenia", &[3]);
    check("stan:\"do sprawdzenia\"", &[3]);
    check("stacja:skaner-1 aneks", &[3]);
    check("nazwisko:kowalskiego", &[1]);
    check("przyjęto:2023-11-14 aneks", &[3]);
    check("przyjęto:2022", &[]);
    check(&format!("id:{}", id(4)), &[4]);
}

#[test]
fn words_near_those_typed_where_there_is_little_else() {
    let find = |typed: &str| {
        let query = Query::parse(typed).unwrap();
        BANK.1.find(&request(&query, typed)).unwrap()
    };
    let found = find("brzęczyszczykiewcz");
    assert_eq!(found.hits[0].id, id(2));
    assert!(
        found.widened
            && found.hits[0]
                .snippet
                .contains("<mark>Brzęczyszczykiewicz</mark>")
    );
    let found = find("porenczyciel");
    assert_eq!((found.total, found.hits[0].id), (1, id(3)));
    assert_eq!(found.suggestion.as_deref(), Some("poręczyciel"));
    let found = find("hipotecznego");
    assert!(!found.widened && found.suggestion.is_none());
}

fn request<'r>(query: &'r Query, typed: &'r str) -> Request<'r> {
    Request {
        query,
        typed,
        access: Access::all(),
        sort: Sort::Relevance,
        limit: 10,
        offset: 0,
    }
}

#[test]
fn a_hit_shows_pages_marks_and_a_safe_snippet() {
    let query = Query::parse("sądowi \"księga wieczysta\" kowalski").unwrap();
    let found = BANK.1.search(&query, 10, 0).unwrap();
    let hit = &found.hits[0];
    assert_eq!(hit.id, id(1));
    assert_eq!(hit.pages, [1, 2]);
    assert_eq!(
        hit.title,
        "umowa kredytu hipotecznego 1 nr KH/2021/00123, Jan Kowalski"
    );
    assert!(
        hit.snippet.contains("<mark>Księga wieczysta</mark>"),
        "{}",
        hit.snippet
    );
    assert!(
        hit.snippet.contains("&#60;<mark>sądu</mark>&#62;"),
        "{}",
        hit.snippet
    );
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["hits"][0]["type"], "mortgage_agreement");
    let keys: Vec<&String> = json["hits"][0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["id", "type", "title", "score", "snippet", "pages", "fields"]
    );
}

#[test]
fn access_is_part_of_the_query() {
    let query = Query::all();
    let only = |branches: &[&str]| {
        let branches = branches.iter().map(|&branch| branch.to_owned());
        let request = Request {
            access: Access::branches(branches),
            ..request(&query, "*")
        };
        let found = BANK.1.find(&request).unwrap();
        (found.total, found.facets.branches)
    };
    assert_eq!(only(&["Kraków 3"]), (3, vec![("Kraków 3".to_owned(), 3)]));
    assert_eq!(only(&["kraków 3"]), (0, vec![]));
    assert_eq!(only(&[]), (0, vec![]));
    let kinds = |kinds: &[&str]| {
        let kinds = kinds
            .iter()
            .map(|kind| model::DocumentType::parse(kind).unwrap());
        let request = Request {
            access: Access {
                kinds: Some(kinds.collect()),
                ..Access::all()
            },
            ..request(&query, "*")
        };
        BANK.1.find(&request).unwrap().facets.types
    };
    let all = BANK.1.search(&query, 1, 0).unwrap().facets.types;
    for (kind, count) in all {
        assert_eq!(kinds(&[&kind]), [(kind, count)]);
    }
    assert_eq!(kinds(&[]), []);
}

#[test]
fn order_paging_and_counts() {
    let query = Query::all();
    let page = |sort, limit, offset| -> Vec<_> {
        let request = Request {
            sort,
            limit,
            offset,
            ..request(&query, "*")
        };
        let found = BANK.1.find(&request).unwrap();
        assert_eq!(found.total, 5);
        found.hits.iter().map(|hit| hit.id).collect()
    };
    assert_eq!(page(Sort::Relevance, 2, 0), [id(5), id(4)]);
    assert_eq!(page(Sort::Newest, 2, 2), [id(3), id(2)]);
    assert_eq!(
        page(Sort::Amount, 10, 0),
        [id(4), id(1), id(2), id(5), id(3)]
    );
    assert_eq!(page(Sort::AgreementDate, 3, 0), [id(4), id(3), id(2)]);
    assert_eq!(page(Sort::Newest, 0, 0), []);
    let facets = BANK.1.search(&query, 1, 0).unwrap().facets;
    assert_eq!(facets.years, [(2021, 2), (2022, 1), (2023, 1)]);
    assert_eq!(facets.types[0], ("loan_agreement".to_owned(), 3));
    assert_eq!(
        facets.states,
        [("done".to_owned(), 4), ("review".to_owned(), 1)]
    );
}

fn misread() -> (TempDir, Index) {
    let mut read = Paper::new(
        1,
        &["Urnowa poręczenia Jana Kowaiskiego, PESEL 44O51401359. Wpis hipoteczncgo prawa."],
    );
    read.readings = vec![("poręczenia", "pożyczenia")];
    index_of(&[read, Paper::new(2, &["Umowa hipoteczna Jana Kowalskiego"])])
}

#[test]
fn what_was_misread_is_found_behind_what_was_read_and_marked() {
    let (_dir, index) = misread();
    let find = |typed: &str| {
        let found = index.search(&Query::parse(typed).unwrap(), 10, 0).unwrap();
        let hits = found.hits.into_iter();
        hits.map(|hit| (hit.id, hit.snippet)).collect::<Vec<_>>()
    };
    let found = find("kowalski");
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].0, id(2), "what was read stands first");
    assert!(
        found[1].1.contains("<mark>Kowaiskiego</mark>"),
        "{}",
        found[1].1
    );
    let found = find("\"hipotecznego prawa\"");
    assert!(
        found[0].1.contains("<mark>hipoteczncgo prawa</mark>"),
        "{found:?}"
    );
    let found = find("pożyczenie");
    assert!(found[0].1.contains("<mark>poręczenia</mark>"), "{found:?}");
    assert_eq!(
        find("poręczenie").len(),
        1,
        "what was read is never replaced"
    );
    let found = find("pesel:44051401359");
    assert!(found[0].1.contains("<mark>44O51401359</mark>"), "{found:?}");
}

#[test]
fn documents_like_another() {
    let (_dir, index) = index_of(&[
        Paper::new(1, &["umowa kredytu Kowalski Grójecka jabłonie chłodnia"]),
        Paper::new(2, &["aneks Kowalski Grójecka chłodnia jabłonie"]),
        Paper::new(3, &["umowa kredytu Nowak Sopot apartament"]),
        Paper::new(4, &["umowa kredytu Wójcik Gdynia magazyn"]),
    ]);
    let like = |number| {
        let found = index.similar(id(number), Access::all(), 10).unwrap();
        found.hits.iter().map(|hit| hit.id).collect::<Vec<_>>()
    };
    assert_eq!(like(1)[0], id(2));
    assert_eq!(like(2)[0], id(1));
    assert!(!like(3).contains(&id(3)));
    assert_eq!(like(9), []);
    let none = index.similar(id(1), Access::branches([]), 10);
    assert_eq!(none.unwrap().total, 0);
}
