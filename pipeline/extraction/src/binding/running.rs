//! How a label and a value stand to each other in the running text: how far apart, with which words,
//! labels, values and ends of sentences between them.

use super::{Anchor, Ground, REACH, competes, count, fits, geometry, is_excluded, steps};
use crate::candidates::Candidate;
use crate::schema::{FieldSchema, Kind};
use regex::Regex;
use std::sync::LazyLock;

/// How well a candidate follows a label in the running text.
pub(super) fn follows(
    ground: &Ground<'_>,
    schema: &FieldSchema,
    anchor: &Anchor,
    candidate: &Candidate,
    anchors: &[Anchor],
) -> f64 {
    let (from, to) = (anchor.span.end, candidate.span.start);
    if to < from || to - from > REACH {
        return 0.0;
    }
    let gap = &ground.flow.folded[from..to];
    if gap.contains('\u{c}') {
        return 0.0;
    }
    // „plus 2,15 p.p. marży, razem 8,12%”: the sum is no part of itself.
    let summed = schema.kind == Kind::Points
        && (["razem", "lacznie", "w sumie", "in total"])
            .iter()
            .any(|word| gap.contains(word));
    let aside = if states(gap) { 0.4 } else { 1.0 };
    let mut score = 1.0 / (1.0 + (far(gap) * aside / 14.0).powi(2));
    score *= if summed { 0.2 } else { 1.0 };
    // „24 000,00 zł (całkowita kwota kredytu), …”: the bracket names what stands before it.
    if gap.starts_with(')') && bracketed(ground, anchor) {
        score *= 0.2;
    }
    score *= geometry::over_lines(ground, schema, anchor, candidate, gap);
    score *= 0.45_f64.powi(sentence_ends(gap));
    score *= 0.75_f64.powi(count(gap.bytes().filter(|b| *b == 0xb).count()));
    let rivals = ground
        .candidates
        .iter()
        .filter(|c| c.span.start >= from && c.span.end <= to && fits(schema, c) && c.quality > 0.7);
    score *= 0.35_f64.powi(count(rivals.count()).min(6));
    let labels = anchors
        .iter()
        .filter(|a| a.span.start >= from && a.span.end <= to && competes(ground, schema, a))
        .filter(|a| {
            a.field
                .is_none_or(|field| !is_excluded(ground, field, &candidate.span))
        });
    score * 0.3_f64.powi(count(labels.count()).min(6))
}

/// What states a value: „… wynoszącej w dniu zawarcia umowy”, „… w wysokości”.
static STATES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:wynos\w+|wyniesie|stanowi|rown\w{1,3}|ustalon\w+\s+na|to|czyli|tj\.|amounts?\s+to|equals|is)\b[\s:]*(?:(?:w\s+dniu|na\s+dzien|w\s+dacie)\s+(?:zawarcia|podpisania|sporzadzenia)\s+(?:niniejszej\s+)?(?:umowy|aneksu|ugody|decyzji)|obecnie|aktualnie|lacznie|rocznie|on\s+the\s+date\s+of\s+this\s+agreement)?[\s:,-]*$",
    )
    .expect("a pattern in the source is sound")
});

/// Whether a verb states the value that follows: then the words before it only describe the label.
fn states(gap: &str) -> bool {
    gap.len() > 12 && !gap.contains(['\t', '\u{b}', ';']) && STATES.is_match(gap)
}

/// How far a stretch of words parts a label from its value: words that only lead on count little.
fn far(gap: &str) -> f64 {
    const LEADING: &str = " w we wynosi wynosza wysokosci kwocie kwote kwota stanowi jest rowna to tj na dzien dniu \
        zawarcia umowy niniejszej ustalona do dnia okreslona is of the amount at be shall in per \
        equal lacznie laczna przez rok skali roku nr numer a bank banku kredytu pozyczki od za \
        kredytobiorce pozyczkobiorce kredytobiorca i or and by nastapi zostanie pozniej niz ";
    let words = gap
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty());
    let leads = |word: &str| LEADING.split_ascii_whitespace().any(|known| known == word);
    words
        .map(|word| match word {
            _ if word.bytes().all(|b| b.is_ascii_digit()) => 0.4,
            _ if leads(word) => 0.8,
            _ => 3.2,
        })
        .sum()
}

/// A verb that says that the amount before it is what follows.
static EQUALS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s?(?:zl|zlotych|pln|eur|euro|%|p\.\s?p\.)?\.?\s?(?:to|stanowi|jest\s+to|is|constitutes)\s+(?:jednoczesnie\s+|zarazem\s+|the\s+|a\s+)?$")
        .expect("a pattern in the source is sound")
});

/// How far after an amount the bracket opens at most that names it: „31 000,00 złotych (…)”. What stands
/// between them in a row of boxes is the next box's own heading.
const BEFORE_BRACKET: usize = 14;

/// How well a candidate stands before its label: „31 000,00 zł (dalej: Kwota kredytu)”.
pub(super) fn precedes(ground: &Ground<'_>, anchor: &Anchor, candidate: &Candidate) -> f64 {
    let (from, to) = (candidate.span.end, anchor.span.start);
    if to < from || to - from > 60 {
        return 0.0;
    }
    let gap = &ground.flow.folded[from..to];
    let named = gap.contains('"')
        || gap.contains("dalej")
        || gap.contains("zwan")
        || gap.find('(').is_some_and(|at| at < BEFORE_BRACKET);
    let cased = &ground.flow.cased[from..to];
    // Over the end of a line only where the sentence plainly goes on in small letters.
    let goes_on = cased
        .split(['\n', '\u{b}'])
        .skip(1)
        .all(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    // „12 500,00 zł to całkowita kwota kredytu”.
    if EQUALS.is_match(gap) {
        return 1.02;
    }
    let clean = sentence_ends(gap) == 0 && !gap.contains(['\u{c}', '\t']) && goes_on;
    let distance = gap.bytes().filter(u8::is_ascii_alphanumeric).count();
    let strength = match named {
        true if ground.flow.folded[anchor.span.end..].starts_with(')') && distance <= 4 => 1.05,
        true => 0.8,
        false => 0.5,
    };
    if clean || (named && sentence_ends(gap) == 0) {
        strength / (1.0 + steps(distance) / 40.0)
    } else {
        0.0
    }
}

/// Whether a label fills a bracket that opens right after an amount. One that has no figures before
/// it but right after it explains a box's own heading.
fn bracketed(ground: &Ground<'_>, anchor: &Anchor) -> bool {
    let text = &ground.flow.folded[..anchor.span.start];
    let Some(before) = text.trim_end().strip_suffix('(') else {
        return false;
    };
    let near = &before[before.len().saturating_sub(BEFORE_BRACKET)..];
    let figures = near.contains(|c: char| c.is_ascii_digit());
    let value_next = ground.flow.folded[anchor.span.end..]
        .strip_prefix(')')
        .is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    let word = before.trim_end();
    word.ends_with(|c: char| c.is_ascii_alphanumeric()) && (figures || !value_next)
}

/// Whether a line begins as a numbered point does: „2. ”, „2) ”, „§ 3”.
fn opens_point(line: &[u8]) -> bool {
    let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
    let mark = match line.get(digits..digits + 2) {
        Some([b'.' | b')', b' ']) => true,
        // „2.5. ”, „1.1 ”: points of points.
        Some([b'.', next]) if next.is_ascii_digit() => {
            let inner = &line[digits + 1..];
            let more = inner.iter().take_while(|b| b.is_ascii_digit()).count();
            let rest = &inner[more..];
            let after = rest.strip_prefix(b".").unwrap_or(rest);
            more <= 2 && matches!(after, [b' ', sign, ..] if sign.is_ascii_alphabetic())
        }
        _ => false,
    };
    line.first() == Some(&b'#') || ((1..=2).contains(&digits) && mark)
}

/// How many sentences end in a stretch of folded text.
pub(super) fn sentence_ends(gap: &str) -> i32 {
    let bytes = gap.as_bytes();
    let mut ends = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1).copied().unwrap_or(b'x');
        let space = matches!(next, b' ' | b'\n' | b'\x0b');
        let word = gap[..at]
            .bytes()
            .rev()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let ends_here = match byte {
            // „… 30 dni. Kredytobiorca”, „… 14,00 %. Od”: short, yet an end.
            b'.' => {
                space
                    && (word > 3 || gap[..at].ends_with([')', '%']) || gap[..at].ends_with(" dni"))
            }
            b';' => true,
            // A numbered point is a sentence of its own.
            b'\n' => opens_point(&bytes[at + 1..]),
            _ => false,
        };
        ends += i32::from(ends_here);
    }
    ends
}
