//! People whose names are written other than „first name, surname”: surname first in a cell, couples
//! that share a surname, names that only a label makes names.

use crate::layout::Flow;
use crate::names::{Gender, Names, singular_surname, surname, title_case};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

static NAME_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:imi(?:e|ona)(?:\s?\(imiona\)|\s?/\s?imiona)?\s(?:i|oraz)\snazwisk[a-z]{1,3}|name and surname|full name)[\s:._|]{1,6}$",
    )
    .expect("a pattern in the source is sound")
});

/// Whether the text before a word ends in the label of a name: „imię i nazwisko:”.
pub(super) fn labelled(before: &str) -> bool {
    let mut from = before.len().saturating_sub(45);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    NAME_LABEL.is_match(&before[from..])
}

static IDENTIFIED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s?,?\s?\(?(?:nr\s|numer\s)?pesel\b").expect("a pattern in the source is sound")
});

/// Whether two capitalised words are a person's name by the PESEL right after them, or by „ja, niżej
/// podpisana” right before, whoever bears such a first name.
pub(super) fn identified_name(flow: &Flow, first: &Range<usize>, last: &Range<usize>) -> bool {
    let lead = &flow.folded[first.start.saturating_sub(22)..first.start];
    let signs = ["podpisany ", "podpisana "]
        .iter()
        .any(|word| lead.ends_with(word));
    let before = flow.folded[..first.start].trim_end_matches(' ');
    let edge = |c: char| matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}' | ':' | ',' | '.' | ')');
    let opens = before.is_empty() || before.ends_with(edge);
    flow.folded[first.end..last.start] == *" "
        && (signs || opens && IDENTIFIED.is_match(&flow.folded[last.end..]))
}

/// Words that stand before a first name in a cell and are no surname.
const NO_SURNAME: [&str; 22] = [
    "pan",
    "pani",
    "panem",
    "pania",
    "klient",
    "imie",
    "imiona",
    "dyrektor",
    "prezes",
    "kierownik",
    "doradca",
    "notariusz",
    "poreczyciel",
    "kredytobiorca",
    "pozyczkobiorca",
    "wnioskodawca",
    "pelnomocnik",
    "prokurent",
    "wystawca",
    "swietego",
    "swietej",
    "nazwisko",
];

/// „WOŹNY ARTUR”, „Woźny Artur”: a surname before a first name, where nothing else stands in the cell.
pub(super) fn inverted(
    flow: &Flow,
    names: &Names,
    words: &[Range<usize>],
) -> Option<(usize, String)> {
    let (last, first) = (words.first()?, words.get(1)?);
    let edge = |c: char| matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}' | ':' | ',' | '(' | ';');
    let before = flow.folded[..last.start].trim_end_matches(' ');
    let cell = before.is_empty() || before.ends_with(edge);
    let asked = surname_first(&flow.folded[..last.start]);
    if !cell && !asked || flow.folded[last.end..first.start] != *" " {
        return None;
    }
    let rest = flow.folded[first.end..].trim_start_matches(' ');
    let closes = rest.is_empty() || rest.starts_with(edge) || rest.starts_with("pesel");
    let (written, given) = (flow.text(last), flow.text(first));
    let capital = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    let capitals = |word: &str| word.chars().all(|c| c.is_uppercase() || c == '-');
    let known = names.nominative(&given)?;
    let ordinary = names.nominative(&written).is_some() && !asked;
    let no_surname = NO_SURNAME.contains(&flow.folded[last.clone()].as_ref());
    // Without a label only what is plainly set as a name: „KURZAWA ZENON”, or alone in its cell.
    let set = asked || capitals(&written) == capitals(&given);
    let sound = (capital(&written) || asked) && capital(&given) && written.chars().count() > 2;
    (closes && sound && set && !ordinary && !no_surname)
        .then(|| (2, format!("{known} {}", capitalised(&written))))
}

fn surname_first(before: &str) -> bool {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"nazwisk[a-z]{1,3}\s(?:i|oraz)\simi(?:e|ona|enia)[\s:._|]{1,6}$")
            .expect("a pattern in the source is sound")
    });
    let mut from = before.len().saturating_sub(45);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    LABEL.is_match(&before[from..])
}

fn capitalised(word: &str) -> String {
    let word = title_case(word);
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// „Dominik i Klaudia Rejmanowie”, „Janem i Anną Kowalskimi”: two people, one surname.
pub(super) fn couple(
    flow: &Flow,
    names: &Names,
    words: &[Range<usize>],
    seen: &dyn Fn(&str) -> bool,
) -> Option<[String; 2]> {
    let [one, and, other, last, ..] = words else {
        return None;
    };
    let joined = ["i", "oraz", "and"].contains(&flow.folded[and.clone()].as_ref());
    let spaced = [(one, and), (and, other), (other, last)]
        .iter()
        .all(|(a, b)| matches!(&flow.folded[a.end..b.start], " " | "\n" | "\u{b}"));
    if !joined || !spaced {
        return None;
    }
    let family = flow.text(last);
    let capital = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    let (one, other) = (flow.text(one), flow.text(other));
    if ![&one, &other, &family].iter().all(|word| capital(word)) {
        return None;
    }
    let (one, other) = (names.first(&one, "")?, names.first(&other, &family)?);
    let of = |gender: Gender, first: &crate::names::First| {
        singular_surname(&family, gender, seen)
            .unwrap_or_else(|| surname(&family, first.gender, first.case, seen))
    };
    Some([one, other].map(|first| format!("{} {}", first.nominative, of(first.gender, first))))
}
