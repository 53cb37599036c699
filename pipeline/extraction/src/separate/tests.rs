//! Batches are parted where a sheet says so, doubts are told to both sides, and no page is lost.

use super::{BlankSheets, Part, Separated, Separation, Sides, separate};
use crate::Schemas;
use crate::layout::page_of_text;
use model::{Code, Mark, Page, PageKind, Patch, Place, SheetValue, Symbology};
use proptest::prelude::*;
use std::sync::LazyLock;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::built_in().unwrap());

/// Pages by a letter each: `t` text, `b` blank, `f` failed, `S` PATCH-T, `C` a code of ours, `G` a
/// garbled one, `B` a batch sheet, `U` bars that could not be read, `P` a page of text with a
/// patch code, `K` a sheet with a code of another make.
fn pages(letters: &str) -> Vec<Page> {
    letters.chars().zip(1..).map(|(c, n)| page(c, n)).collect()
}

fn page(letter: char, number: u32) -> Page {
    let many = "słowo ".repeat(80);
    let mut page = page_of_text(if matches!(letter, 't' | 'P') {
        &many
    } else {
        ""
    });
    page.number = number;
    let code = |text: &str| Code {
        symbology: Symbology::Qr,
        text: text.into(),
        place: Place::default(),
    };
    page.kind = match letter {
        't' | 'P' | 'U' | 'K' => PageKind::Text,
        'b' => PageKind::Blank,
        'f' => PageKind::Failed,
        _ => PageKind::Separator,
    };
    match letter {
        'S' | 'P' => page.sheet.patch = Some(Patch::T),
        'C' => page.sheet.codes = vec![code("KT1%B0421%TANNEX")],
        'G' => page.sheet.codes = vec![code("KT1%?")],
        'B' => {
            page.sheet.patch = Some(Patch::Three);
            page.sheet.codes = vec![code("KT1%B9999%XPUDLO7")];
        }
        'U' => page.sheet.unclear = vec![Mark::Bars],
        'K' => page.sheet.codes = vec![code("SEP-1")],
        _ => {}
    }
    page
}

fn part(letters: &str, how: &Separation) -> Separated {
    separate(&pages(letters), &SCHEMAS, how)
}

/// Documents as `1-2 4`, then the sheets.
fn check(letters: &str, documents: &str, sheets: &[u32]) {
    check_with(&Separation::default(), letters, documents, sheets);
}

fn check_with(how: &Separation, letters: &str, documents: &str, sheets: &[u32]) {
    let separated = part(letters, how);
    let shown: Vec<String> = separated.parts.iter().map(show).collect();
    assert_eq!(shown.join(" "), documents, "{letters}");
    assert_eq!(separated.sheets, sheets, "{letters}");
}

fn show(part: &Part) -> String {
    let numbers: Vec<String> = part.pages.iter().map(u32::to_string).collect();
    numbers.join("-")
}

#[test]
fn sheets_part_documents() {
    check("ttt", "1-2-3", &[]);
    check("ttSt", "1-2 4", &[3]);
    check("StSSt", "2 5", &[1, 3, 4]);
    check("tCtGtBt", "1 3 5 7", &[2, 4, 6]);
    check("bb", "1-2", &[]);
    check("SS", "", &[1, 2]);
    check("tft", "1-2-3", &[]);
}

#[test]
fn a_first_page_with_a_patch_code_stays_a_page() {
    check("tPt", "1 2-3", &[]);
}

#[test]
fn the_back_of_a_sheet_is_of_no_document_and_the_back_of_a_page_is() {
    check("tbSbtb", "1-2 5-6", &[3]);
}

#[test]
fn empty_sheets_part_where_the_station_says_so() {
    let simplex = Separation {
        blank: BlankSheets::Part,
        ..Separation::default()
    };
    check_with(&simplex, "tbtbbt", "1 3 6", &[]);
    let duplex = Separation {
        sides: Sides::Both,
        ..simplex
    };
    check_with(&duplex, "tbtbbbtt", "1-2-3-4 7-8", &[]);
}

#[test]
fn codes_of_another_make_part_where_the_station_names_them() {
    check("tKt", "1-2-3", &[]);
    let named = Separation {
        codes: vec!["SEP".into()],
        ..Separation::default()
    };
    check_with(&named, "tKt", "1 3", &[2]);
}

#[test]
fn what_a_sheet_says_is_of_the_document_behind_it_and_a_batch_sheet_of_all() {
    let separated = part("BtCtSt", &Separation::default());
    let said = |n: usize, value| separated.parts[n].values.get(value);
    assert_eq!(said(0, SheetValue::Branch), Some("9999"));
    assert_eq!(said(1, SheetValue::Branch), Some("0421"), "its own");
    assert_eq!(said(1, SheetValue::Type), Some("annex"));
    assert_eq!(said(1, SheetValue::Box), Some("PUDLO7"), "the batch's");
    assert_eq!(said(2, SheetValue::Branch), Some("9999"));
    assert_eq!(said(2, SheetValue::Type), None, "not its neighbour's");
}

#[test]
fn a_sheet_read_badly_parts_and_both_neighbours_are_told() {
    for letters in ["tUt", "tGt"] {
        let separated = part(letters, &Separation::default());
        assert_eq!(separated.sheets, [2], "{letters}");
        for part in &separated.parts {
            let rules: Vec<_> = part.findings.iter().map(|f| f.rule.as_str()).collect();
            assert_eq!(rules, ["separator_unclear"], "{letters}");
        }
    }
    let clear = part("tSt", &Separation::default());
    assert!(clear.parts.iter().all(|part| part.findings.is_empty()));
}

proptest! {
    #[test]
    fn every_page_is_in_one_document_or_separates(letters in "[tbfSCGBUPK]{0,40}", blank: bool, both: bool) {
        let how = Separation {
            blank: if blank { BlankSheets::Part } else { BlankSheets::Keep },
            sides: if both { Sides::Both } else { Sides::Front },
            codes: vec!["SEP".into()],
            ..Separation::default()
        };
        let separated = part(&letters, &how);
        let pages = pages(&letters);
        let mut seen: Vec<u32> = separated.parts.iter().flat_map(|p| p.pages.clone()).collect();
        prop_assert!(seen.is_sorted(), "in order: {:?}", seen);
        prop_assert!(separated.parts.iter().all(|part| !part.pages.is_empty()));
        for part in &separated.parts {
            let within = *part.pages.first().unwrap()..=*part.pages.last().unwrap();
            let crossed = separated.sheets.iter().find(|sheet| within.contains(sheet));
            prop_assert_eq!(crossed, None, "a document reaches over a sheet");
        }
        seen.extend(&separated.sheets);
        for page in pages.iter().filter(|page| !seen.contains(&page.number)) {
            prop_assert_eq!(page.kind, PageKind::Blank, "page {} is nowhere", page.number);
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        prop_assert_eq!(seen.len(), count, "a page is in two places");
        // The same batch is parted the same way every time.
        prop_assert_eq!(part(&letters, &how), separated);
    }
}
