//! Labels that share one cell or line, with their values in the same order: „Nr klienta / nr wniosku:
//! 4711 / W/12/2025”, „Data pierwszej i ostatniej raty: 10.02.2025, 10.01.2030”.

use super::{Anchor, Bound, Ground, fits, phrase_value};
use crate::candidates::Candidate;
use crate::schema::Kind;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What joins two labels, or two values.
static JOINS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s?(?:\([^)\n\t]{1,16}\)\s?)?(?:/|\||,|;|i\b|oraz\b|and\b)\s?(?:/\s?)?$")
        .expect("a pattern in the source is sound")
});
/// What leads from the labels to their values.
static LEADS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s?(?:\([^)\n\t]{1,16}\)\s?)?[:\t\n]?\s?(?:nr\s)?$")
        .expect("a pattern in the source is sound")
});
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[\sa-z.%]{0,12}(?:\s[/|]\s|/|\||;|,\s|\si\s|\soraz\s|\sand\s)[\sa-z.]{0,6}$")
        .expect("a pattern in the source is sound")
});

/// So many labels after one are tried as its neighbours.
const NEIGHBOURS: usize = 12;

/// The ties of labels that share a place with another label of the same kind of value.
pub(super) fn ties(ground: &Ground<'_>, anchors: &[Anchor]) -> Vec<Bound> {
    let mut ties = Vec::new();
    for (at, first) in anchors.iter().enumerate() {
        for second in anchors[at + 1..].iter().take(NEIGHBOURS) {
            if let Some((a, b)) = pair(ground, first, second) {
                ties.extend([a, b]);
            }
        }
    }
    ties
}

/// A value and where it stands.
type Written = (String, Range<usize>);

/// The values of two labels that are joined, where two joined values follow.
fn pair(ground: &Ground<'_>, first: &Anchor, second: &Anchor) -> Option<(Bound, Bound)> {
    let (a, b) = (first.field?, second.field?);
    let (of_a, of_b) = (&ground.schemas.fields[a], &ground.schemas.fields[b]);
    let wanted = ground.wants(a) && ground.wants(b);
    let sure = first.weight > 0.8 && second.weight > 0.8;
    let apart = first.span.end <= second.span.start && second.span.start - first.span.end < 24;
    if a == b || of_a.kind != of_b.kind || !wanted || !sure || !apart {
        return None;
    }
    if !JOINS.is_match(&ground.flow.folded[first.span.end..second.span.start]) {
        return None;
    }
    let from = second.span.end;
    let (one, other) = match of_a.kind {
        Kind::Code => codes(ground, from)?,
        Kind::Date | Kind::Money | Kind::Rate => {
            let one = next(ground, from, |c| fits(of_a, c))?;
            let lead = &ground.flow.folded[from..one.span.start];
            let other = next(ground, one.span.end, |c| fits(of_b, c))?;
            let gap = &ground.flow.folded[one.span.end..other.span.start];
            if !LEADS.is_match(lead) || !BETWEEN.is_match(gap) {
                return None;
            }
            (value(one), value(other))
        }
        _ => return None,
    };
    let tie = |field, label: &Anchor, (value, span): Written| Bound {
        field,
        value,
        span,
        label: Some(label.span.clone()),
        rule: "joined",
        score: 1.05 * label.weight,
        ..Bound::default()
    };
    Some((tie(a, first, one), tie(b, second, other)))
}

fn value(candidate: &Candidate) -> Written {
    (candidate.value.clone(), candidate.span.clone())
}

fn next<'a>(
    ground: &'a Ground<'_>,
    from: usize,
    suits: impl Fn(&Candidate) -> bool,
) -> Option<&'a Candidate> {
    let near = |c: &&Candidate| c.span.start >= from && c.span.start - from < 60;
    ground.candidates.iter().find(|c| near(c) && suits(c))
}

/// Two numbers after a place, parted by a stroke with spaces, a cell's edge, a comma or a word.
fn codes(ground: &Ground<'_>, from: usize) -> Option<(Written, Written)> {
    static APART: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?P<lead>[\s:.#]{0,4}(?:nr\s)?)(?P<one>[^\s,;|]+(?:\s[0-9]{2,})*)(?:\s[/|]\s?|\s?[|;]\s?|,\s|\t|\s(?:i|oraz|and)\s)(?P<other>[^\s,;|]+)")
            .expect("a pattern in the source is sound")
    });
    let cased = &ground.flow.cased[from..ground.flow.cased.len().min(from + 100)];
    let found = APART.captures(cased)?;
    let code = |name| {
        let part = found.name(name)?;
        let span = from + part.start()..from + part.end();
        let (_, whole) = phrase_value::code_at(ground.flow, span.start)?;
        let own = ground.flow.text(&span);
        let digits = own.bytes().filter(u8::is_ascii_digit).count();
        (digits > 1
            && !crate::candidates::dates_in(&own)
            && whole.chars().next() == own.chars().next())
        .then_some((own, span))
    };
    Some((code("one")?, code("other")?))
}
