//! Everything in the running text that could be a value, by kind, before anyone asks whose it is.
//!
//! A candidate knows its canonical value and where it stands; it does not know its field. Figures
//! are read under the scanner's confusions only where the figure itself proves the reading (a check
//! digit) or where nothing else can be meant (`O` between digits).

mod change;
mod count;
mod date;
mod identifier;
mod money;
mod rate;

use crate::layout::Flow;
use crate::schema::Kind;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What could be a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) kind: Kind,
    /// The canonical form.
    pub(crate) value: String,
    /// Where it stands in the flow.
    pub(crate) span: Range<usize>,
    /// How surely it is a value of its kind, 0 to 1.
    pub(crate) quality: f64,
    /// Whether a character was put right.
    pub(crate) repaired: bool,
    /// The currency of an amount, where written; the unit of a count.
    pub(crate) unit: Option<&'static str>,
}

impl Candidate {
    fn new(kind: Kind, value: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            kind,
            value: value.into(),
            span,
            quality: 1.0,
            repaired: false,
            unit: None,
        }
    }
}

/// An identifier of a person or company, found by its own form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Identifier {
    pub(crate) kind: IdentifierKind,
    pub(crate) value: String,
    pub(crate) span: Range<usize>,
    pub(crate) repaired: bool,
    /// Whether its check digit fits, where it has one.
    pub(crate) sound: bool,
}

/// The kinds of identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdentifierKind {
    Pesel,
    Nip,
    Regon,
    Krs,
    IdentityCard,
    Passport,
    BirthDate,
}

pub(crate) use date::{dates, dates_in};
pub(crate) use identifier::identifiers;
use identifier::{accounts, land_registers};

/// All candidates of a flow that need no label to be seen, in the order of the text.
pub(crate) fn all(flow: &Flow) -> Vec<Candidate> {
    let mut found = money::monies(flow);
    found.extend(dates(flow));
    let taken: Vec<Range<usize>> = found.iter().map(|c| c.span.clone()).collect();
    let references = rate::reference_rates(flow);
    found.extend(rate::rates(flow, &references));
    found.extend(references);
    found.extend(count::counts(flow, &taken));
    found.extend(accounts(flow));
    found.extend(land_registers(flow));
    found.sort_by_key(|c| (c.span.start, c.span.end));
    change::leave_out_old(flow, &mut found);
    let kept: Vec<bool> = (0..found.len())
        .map(|at| !replaced(flow, &found, at) && !is_ordinal(flow, &found[at]))
        .collect();
    let mut kept = kept.into_iter();
    found.retain(|_| kept.next().unwrap_or(true));
    found
}

/// Whether a count only numbers a row: „17 Jedna rata wynosi …” at the beginning of a line or cell.
fn is_ordinal(flow: &Flow, candidate: &Candidate) -> bool {
    let before = &flow.folded[..candidate.span.start];
    let row = before.ends_with(['\n', '\u{b}', '\u{c}']) || before.is_empty();
    let opens = row || before.ends_with('\t');
    let mut written = &flow.cased[candidate.span.clone()];
    if candidate.kind == Kind::Money {
        let line = &flow.cased[candidate.span.start..];
        written = &line[..line.find(['\n', '\u{b}', '\u{c}']).unwrap_or(line.len())];
    }
    let word = written.trim_start_matches(|c: char| c.is_ascii_digit() || " .)".contains(c));
    // The number of a row stands in a cell of its own.
    let own_cell = row && word.starts_with('\t');
    let word = if own_cell {
        word.trim_start_matches('\t')
    } else {
        word
    };
    let small = word.to_ascii_lowercase();
    let unit = [
        "rat", "mies", "m-c", "dni", "lat", "rok", "month", "inst", "day", "year",
    ];
    let counted = opens && (own_cell || !unit.iter().any(|unit| small.starts_with(unit)));
    let named = word.starts_with(|c: char| c.is_ascii_uppercase());
    named && (candidate.kind == Kind::Count && counted || is_point(candidate, written))
}

/// Whether an amount is the point of a form: „3.17 Liczba rat”.
fn is_point(candidate: &Candidate, written: &str) -> bool {
    let figures = &written[..candidate.span.len()];
    let small = figures.len() < 6 && !figures.contains([',', ' ']);
    candidate.kind == Kind::Money && candidate.unit.is_none() && small
}

/// What leads to the old value of two, and from it to the new one.
static FROM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\bz(?:e)?\s+(?:(?:kwoty|wysokosci|poziomu|dnia|dotychczasow\w+)\s+){0,2}$")
});
static TO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[\s,.]*(?:(?:p\.?\s?p\.?|proc\w*|miesi\w+|rat\w*|zl\w*|pln|r\.|roku|punkt\w*)[\s,.]*){0,2}(?:do|na)\s+(?:(?:kwoty|kwote|wysokosci|poziomu|poziom|dnia|dzien)\s+)?$",
    )
});

/// Whether a value is the old one of a change: „z 2,50 p.p. do 2,10 p.p.”, „z 240 do 252 miesięcy”.
fn replaced(flow: &Flow, found: &[Candidate], at: usize) -> bool {
    let (old, text) = (&found[at], flow.folded.as_str());
    let next = found[at + 1..]
        .iter()
        .take(3)
        .find(|c| c.kind == old.kind && c.span.start >= old.span.end);
    let before = &text[old.span.start.saturating_sub(40)..old.span.start];
    next.is_some_and(|new| {
        new.span.start - old.span.end < 40
            && TO.is_match(&text[old.span.end..new.span.start])
            && FROM.is_match(before)
    })
}

/// A pattern over the folded text.
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern in the source is sound")
}

/// A pattern, compiled once.
macro_rules! once {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| pattern($text));
    };
}
use once;

/// Whether neither side of a span goes on as a number or word.
fn stands_alone(text: &str, span: &Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let word = |b: &u8| b.is_ascii_alphanumeric();
    let before = span.start.checked_sub(1).and_then(|at| bytes.get(at));
    !before.is_some_and(word) && !bytes.get(span.end).is_some_and(word)
}
