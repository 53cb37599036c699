//! Text set here in a face of half an em a letter, and read back.

use super::{EmbeddedGlyph, Grid, assemble, is_sound};
use hayro_interpret::kurbo::{Affine, Point, Rect, Vec2};
use model::Place;
use proptest::prelude::*;

const SIZE: f64 = 10.0;
const GRID: Grid = Grid {
    scale: [1.0, 1.0],
    width: 600,
    height: 800,
};

/// A string from a point on, with its spaces drawn or not.
fn set(x: f64, y: f64, text: &str, run: u32, spaces: bool) -> Vec<EmbeddedGlyph> {
    let glyph = |(n, c): (u32, char)| {
        let left = x + f64::from(n) * SIZE / 2.0;
        (c != ' ' || spaces).then(|| EmbeddedGlyph {
            text: Some(c.to_string()),
            ink: Rect::new(left, y - 7.0, left + 4.5, y),
            origin: Point::new(left, y),
            end: Point::new(left + SIZE / 2.0, y),
            up: Vec2::new(0.0, -SIZE),
            visible: true,
            run,
        })
    };
    (0..).zip(text.chars()).filter_map(glyph).collect()
}

/// Strings with their places, each drawn by an operator of its own, in the order given.
fn page(strings: &[(f64, f64, &str)]) -> Vec<EmbeddedGlyph> {
    let numbered = (0..).zip(strings);
    numbered
        .flat_map(|(run, &(x, y, text))| set(x, y, text, run, true))
        .collect()
}

fn check(strings: &[(f64, f64, &str)], expected: &str) {
    assert_eq!(assemble(page(strings).iter(), GRID).text, expected);
}

#[test]
fn words_are_kept_together_and_parted_as_they_are_seen() {
    check(&[(10.0, 50.0, "Umowa nr 7")], "Umowa nr 7");
    check(&[(10.0, 50.0, "Umo"), (25.0, 50.0, "wa")], "Umowa");
    check(&[(25.0, 50.0, "wa"), (10.0, 50.0, "Umo")], "Umowa");
    check(&[(10.0, 50.0, "1."), (20.6, 50.0, "Bank")], "1. Bank");
    check(&[(10.0, 50.0, "prze-"), (10.0, 62.0, "lew")], "prze-\nlew");
    check(&[(10.0, 50.0, "o\u{FB01}ara")], "ofiara");
    check(&[(10.0, 50.0, "ZŁOTY"), (10.4, 50.0, "ZŁOTY")], "ZŁOTY");
    let mut raised = page(&[
        (10.0, 50.0, "100 m"),
        (35.0, 46.0, "2"),
        (10.0, 62.0, "nowe"),
    ]);
    raised[5].up = Vec2::new(0.0, -0.6 * SIZE);
    assert_eq!(assemble(raised.iter(), GRID).text, "100 m2\nnowe");
    let without_spaces = set(10.0, 50.0, "bez spacji", 0, false);
    assert_eq!(assemble(without_spaces.iter(), GRID).text, "bez spacji");
}

const LEFT: [&str; 4] = [
    "Bank udziela Kredytu na okres",
    "dwunastu lat od dnia zawarcia",
    "umowy oraz wypłaca go w ciągu",
    "trzech dni roboczych od dnia",
];
const RIGHT: [&str; 4] = [
    "Kredytobiorca spłaca go w ratach",
    "równych co miesiąc na rachunek",
    "wskazany przez Bank w umowie i",
    "harmonogramie spłat do końca",
];

#[test]
fn columns_of_prose_are_read_one_after_the_other() {
    let check_at = |offset: f64| {
        let line = |n: usize| 100.0 + f64::from(u32::try_from(n).unwrap()) * 12.0;
        let mut strings = vec![(200.0, 70.0, "UMOWA KREDYTU")];
        for n in 0..4 {
            strings.push((20.0, line(n), LEFT[n]));
            strings.push((200.0, line(n) + offset, RIGHT[n]));
        }
        strings.push((20.0, 200.0, "Strony podpisały umowę w dwóch egzemplarzach."));
        let expected = [
            &["UMOWA KREDYTU"][..],
            &LEFT,
            &RIGHT,
            &["Strony podpisały umowę w dwóch egzemplarzach."],
        ];
        check(&strings, &expected.concat().join("\n"));
    };
    check_at(0.0);
    // Lines of the two columns need not stand at the same heights.
    check_at(6.0);
}

#[test]
fn rows_of_a_table_are_read_across() {
    let rows: Vec<(f64, String)> = (0..6u32)
        .map(|n| (100.0 + f64::from(n) * 12.0, format!("{}.05.2025", n + 10)))
        .collect();
    let strings: Vec<_> = (rows.iter())
        .flat_map(|(y, date)| {
            [
                (20.0, *y, date.as_str()),
                (150.0, *y, "1 157,38"),
                (300.0, *y, "31 000,00 zł"),
            ]
        })
        .collect();
    let lines: Vec<String> = rows
        .iter()
        .map(|(_, date)| format!("{date} 1 157,38 31 000,00 zł"))
        .collect();
    check(&strings, &lines.join("\n"));
}

#[test]
fn places_blocks_and_lines_are_those_of_the_page() {
    let glyphs = page(&[
        (10.0, 50.0, "Umowa nr"),
        (10.0, 62.0, "7"),
        (10.0, 200.0, "Strony"),
    ]);
    let text = assemble(glyphs.iter(), GRID);
    let found: Vec<_> = text
        .words
        .iter()
        .map(|w| (w.text.as_str(), w.line, w.block))
        .collect();
    assert_eq!(
        found,
        [("Umowa", 0, 0), ("nr", 0, 0), ("7", 1, 0), ("Strony", 2, 1)]
    );
    assert_eq!(text.words[0].place, Place::new(10, 43, 25, 7));
}

#[test]
fn text_that_runs_up_the_page_is_read_along_its_lines() {
    let turn = Affine::new([0.0, -1.0, 1.0, 0.0, 0.0, 700.0]);
    let mut glyphs = page(&[(10.0, 50.0, "Umowa nr 7"), (10.0, 62.0, "Bank")]);
    for glyph in &mut glyphs {
        glyph.ink = turn.transform_rect_bbox(glyph.ink);
        (glyph.origin, glyph.end) = (turn * glyph.origin, turn * glyph.end);
        glyph.up = (turn * Point::new(glyph.up.x, glyph.up.y)) - turn * Point::ORIGIN;
    }
    assert_eq!(assemble(glyphs.iter(), GRID).text, "Umowa nr 7\nBank");
}

#[test]
fn rubble_of_an_encoding_is_not_trusted() {
    let check = |text: &str, expected: bool| {
        assert_eq!(
            is_sound(set(0.0, 0.0, text, 0, true).iter()),
            expected,
            "{text}"
        );
    };
    check(
        "Zażółć gęślą jaźń, 31 000,00 zł (słownie: trzydzieści jeden tysięcy)",
        true,
    );
    check(
        "Po¿yczkobiorca zobowi¹zuje siê sp³aciæ po¿yczkê zgodnie z umow¹",
        false,
    );
    check("\u{F041}\u{F042}\u{F043}", false);
    check("powierzchnia 54 m² i 12 m³", true);
}

proptest! {
    #[test]
    fn no_letter_is_lost_or_made_up(strings in prop::collection::vec((0f64..500.0, 20f64..780.0, "[a-zł0-9 ]{1,12}"), 1..30)) {
        let strings: Vec<(f64, f64, &str)> = strings.iter().map(|(x, y, s)| (*x, *y, s.as_str())).collect();
        let glyphs = page(&strings);
        let text = assemble(glyphs.iter(), GRID);
        let sorted = |letters: &mut dyn Iterator<Item = char>| {
            let mut letters: Vec<char> = letters.filter(|c| !c.is_whitespace()).collect();
            letters.sort_unstable();
            letters
        };
        let given = sorted(&mut strings.iter().flat_map(|(_, _, s)| s.chars()));
        let read = sorted(&mut text.text.chars());
        // One drawn twice in the same place may be taken for bold; nothing else may be missing.
        prop_assert!(read.len() <= given.len() && read.len() * 10 >= given.len() * 9);
        prop_assert!(text.words.iter().all(|w| w.place.is_within(GRID.width, GRID.height)));
    }
}
