//! Labels that are spoken of rather than given a value: „stanowiąca sumę całkowitego kosztu kredytu
//! i całkowitej kwoty kredytu, wynosi …” gives neither.

use crate::layout::Flow;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What leads from the thing that has the value to others that only explain it.
static EXPLAINS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:\b(?:stanowiac\w*|bedac\w*|rozumian\w*|obejmujac\w*|nieobejmujac\w*|skladajac\w*|sume|sumy|suma|roznic\w+|wartosc\s+procentowa|stosunku\s+do|equal\s+to\s+the\s+sum|being\s+the\s+sum|sum\s+of)|%|procent)\s+(?:\w+\s+){0,2}$",
    )
    .expect("a pattern in the source is sound")
});

/// What is left of a label's weight at a place, 1 where it is given its value there.
pub(super) fn of(flow: &Flow, span: &Range<usize>) -> f64 {
    let label = &flow.folded[span.clone()];
    let oblique = [
        "calkowitej",
        "calkowitego",
        "kwoty",
        "lacznej",
        "lacznego",
        "total",
        "the",
    ]
    .iter()
    .any(|word| label.starts_with(word));
    if !oblique {
        return 1.0;
    }
    let from = span.start.saturating_sub(130);
    let before = &flow.folded[from..span.start];
    let edge = |c: char| matches!(c, ';' | '\t' | '\u{b}' | '\u{c}');
    let before = before.rfind(edge).map_or(before, |at| &before[at + 1..]);
    // The second of two that are summed: „… całkowitego kosztu kredytu i całkowitej kwoty kredytu”.
    let near = before
        .strip_suffix(" i ")
        .or_else(|| before.strip_suffix("\ni "))
        .or_else(|| before.strip_suffix(" oraz "))
        .map(|lead| {
            lead.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '\n')
        })
        .map_or(before, |lead| &before[..lead.len()]);
    if EXPLAINS.is_match(before) || (near.len() < before.len() && explained(before)) {
        return 0.2;
    }
    // „zwrot kwoty kredytu wraz z …”: in the genitive it is mostly spoken of.
    if label.starts_with("kwoty") {
        0.55
    } else {
        1.0
    }
}

/// Whether the words before a conjunction already explain something.
fn explained(before: &str) -> bool {
    let sentence = before.rfind(". ").map_or(before, |at| &before[at..]);
    [
        "stanowiac",
        "bedac",
        "rozumian",
        " sume ",
        "\nsume ",
        " sumy ",
        "obejmujac",
    ]
    .iter()
    .any(|word| sentence.contains(word))
}
