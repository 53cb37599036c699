//! What is found though it was typed or read wrongly, and what is not.

use crate::shelf::{Paper, id, index_of};
use proptest::prelude::*;
use search::{Access, Index, Query, Request, Results, Sort};
use std::sync::LazyLock;
use tempfile::TempDir;

/// Documents of each of two words that look alike.
const MANY: u32 = 12;

static BANK: LazyLock<(TempDir, Index)> = LazyLock::new(|| {
    let mut papers = vec![
        Paper::new(
            1,
            &["Umowę zawarto z Janem Kowalskim. Zabezpieczeniem jest hipoteka."],
        )
        .with("agreement_number", "KH/2021/00123")
        .with("borrower_pesel", "44051401359"),
        Paper::new(
            2,
            &["Poręczenie wekslowe: Anna Brzęczyszczykiewicz, weksel in blanco."],
        ),
        Paper::new(
            3,
            &["Oświadczenie pożyczko biorcy o poddaniu się egzekucjikomorniczej."],
        ),
    ];
    let mut hidden = Paper::new(4, &["Aneks podpisała Zdzisława Tajemnicka."]);
    hidden.branch = "Łódź";
    papers.push(hidden);
    for n in 0..MANY {
        papers.push(Paper::new(100 + n, &["Cesja praw z polisy."]));
        papers.push(Paper::new(200 + n, &["Sesja rady nadzorczej."]));
        papers.push(Paper::new(300 + n, &["Odczyt wskazania: umovva zlecenia."]));
    }
    for n in 0..10 * MANY + 1 {
        papers.push(Paper::new(400 + n, &["Marzec: umowa zlecenia."]));
    }
    papers.push(Paper::new(900, &["Marża banku."]));
    index_of(&papers)
});

fn find(typed: &str) -> Results {
    find_within(typed, Access::all())
}

fn find_within(typed: &str, access: Access) -> Results {
    let query = Query::parse(typed).unwrap();
    let request = Request {
        query: &query,
        typed,
        access,
        sort: Sort::Relevance,
        limit: 200,
        offset: 0,
    };
    BANK.1.find(&request).unwrap()
}

fn numbers(results: &Results) -> Vec<u32> {
    let of = |hit: &search::Hit| (1..1_000).find(|&n| id(n) == hit.id);
    let mut numbers: Vec<u32> = results.hits.iter().filter_map(of).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn where_no_document_has_all_words_those_with_most_are_shown_and_that_is_said() {
    let found = find("kowalskiego weksel");
    assert_eq!((numbers(&found), found.relaxed), (vec![1, 2], true));
    let found = find("kowalski hipoteka");
    assert_eq!((numbers(&found), found.relaxed), (vec![1], false));
    let found = find("kowalski zabezpieczenie hipoteka statek");
    assert_eq!((numbers(&found), found.relaxed), (vec![1], true));
    // What it is filed under holds all the same, and what is forbidden.
    for typed in ["kowalski weksel oddział:Łódź", "kowalski weksel data:2020"] {
        assert_eq!(find(typed).total, 0, "{typed}");
    }
    assert_eq!(numbers(&find("kowalski weksel -poręczenie")), [1]);
}

#[test]
fn one_confusion_is_near_though_it_changes_the_length() {
    for (typed, expected) in [
        ("kovvalski", 1),
        ("kowaiskiego", 1),
        ("Brzeczyszczykiewicz", 2),
        ("Brzęczvszczykievvicz", 2),
        ("Brzęczysz", 2),
        ("vveksel", 2),
    ] {
        assert_eq!(numbers(&find(typed)), [expected], "{typed}");
    }
}

#[test]
fn words_read_as_one_and_words_torn_apart_are_found() {
    for (typed, marked) in [
        ("pożyczkobiorcy", "<mark>pożyczko biorcy</mark>"),
        ("egzekucji komorniczej", "<mark>egzekucjikomorniczej</mark>"),
    ] {
        let found = find(typed);
        assert_eq!(numbers(&found), [3], "{typed}");
        assert!(found.widened, "{typed}");
        assert!(
            found.hits[0].snippet.contains(marked),
            "{:?}",
            found.hits[0].snippet
        );
    }
}

#[test]
fn a_number_nearly_right_is_another_number() {
    for typed in [
        "KH/2021/00124",
        "44051401358",
        "umowa:KH/2021/00124",
        "2022",
    ] {
        let found = find(typed);
        assert_eq!(found.total, 0, "{typed}: {:?}", numbers(&found));
    }
    assert_eq!(numbers(&find("440514 01359")), [1]);
}

#[test]
fn look_alikes_stay_apart_and_stand_behind_what_was_meant() {
    for (typed, first) in [("cesja", 100), ("sesja", 200)] {
        let found = find(typed);
        assert!(!found.widened && found.suggestion.is_none(), "{typed}");
        assert_eq!(numbers(&found), (first..first + MANY).collect::<Vec<_>>());
    }
    let found = find("marża");
    assert_eq!(found.hits[0].id, id(900));
}

#[test]
fn a_misread_word_that_is_often_misread_so_is_seen_through() {
    let found = find("umovva");
    assert!(found.widened);
    assert!(found.total > 10 * MANY as usize);
    let first = found.hits[..MANY as usize].iter();
    assert!(
        first
            .clone()
            .all(|hit| hit.snippet.contains("<mark>umovva</mark>"))
    );
}

#[test]
fn a_suggestion_is_spelt_as_in_a_document_that_may_be_seen() {
    let found = find("Brzeczyszczykiewcz");
    assert_eq!(found.suggestion.as_deref(), Some("Brzęczyszczykiewicz"));
    let found = find("tajemnlcka");
    assert_eq!(found.suggestion.as_deref(), Some("tajemnicka"));
    let elsewhere = Access::branches([String::from("Kraków 3")]);
    let found = find_within("tajemnlcka", elsewhere);
    assert_eq!((found.total, found.suggestion), (0, None));
}

#[test]
fn a_misspelt_form_finds_the_other_forms_of_the_name() {
    let found = find("brzeczyszczykewiczem");
    assert_eq!(numbers(&found), [2]);
    assert!(found.widened);
    assert_eq!(
        found.suggestion.as_deref(),
        Some("brzęczyszczykiewicz"),
        "no form of what was typed is there"
    );
}

#[test]
fn another_form_of_a_word_that_is_there_needs_no_suggestion() {
    for typed in ["brzeczyszczykiewiczem", "hipotekom", "wekslami"] {
        let found = find(typed);
        assert_eq!((found.total, found.suggestion), (1, None), "{typed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_is_typed_is_an_answer_or_an_error(
        typed in "(\\(|\\)|\"|„|”|-|\\*|OR |NOT |kwota:|data:|pesel:|nazwisko:|typ:|stan:|id:|[0-9]{1,12}|\\.\\.|/|,|kowalski|vveksel|umow|\\PC| ){0,40}"
    ) {
        if let Ok(query) = Query::parse(&typed) {
            let results = BANK.1.search(&query, 5, 0).unwrap();
            prop_assert!(results.hits.len() <= results.total.min(5));
            prop_assert!(results.total as u64 <= BANK.1.documents());
        }
    }
}
