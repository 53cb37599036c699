//! Values that only their label makes visible: numbers of agreements, towns, choices, clauses, and
//! the rest of a line.

use super::{Anchor, Bound, Ground};
use crate::layout::Flow;
use crate::schema::{FieldSchema, Kind};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

static FILLER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:[\s:.,;_|=*()/-]|\b(?:nr|numer|no|number|w|we|jest|is|are|to|o|stanowi)\b)*")
});
static CODE_FILLER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:[\s:.,;_|=*()-]|\b(?:nr|numer|numerze|numerem|o|oznaczon[a-z]*|sygn[a-z]*|no|number)\b)*",
    )
});
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[A-Za-z0-9][A-Za-z0-9/._-]*[A-Za-z0-9](?:/[A-Za-z0-9][A-Za-z0-9._-]*|\s?/\s?[A-Z0-9][A-Za-z0-9._-]*|[ ][0-9]{2,}(?:/[0-9A-Za-z]+)*)*",
    )
});
static CITY: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Z][a-z]+(?:[ -][A-Z][a-z]+){0,2}"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern in the source is sound")
}

/// The value that a label opens, for the kinds that are seen by their label only.
pub(super) fn tie(
    ground: &Ground<'_>,
    schema: &FieldSchema,
    field: usize,
    anchor: &Anchor,
    anchors: &[Anchor],
    options: &Options,
) -> Option<Bound> {
    let (value, span, rule, strength) = match schema.kind {
        Kind::Code => code(ground.flow, anchor, anchors)?,
        Kind::City => city(ground, anchor)?,
        Kind::Text => rest(ground.flow, anchor, anchors)?,
        Kind::Choice => choice(ground, field, anchor, options)?,
        Kind::Clause => (
            "present".to_owned(),
            clause(ground.flow, anchor),
            "clause",
            0.9,
        ),
        _ => return None,
    };
    // „account no. 05 1140 …” is an account.
    let account = schema.kind == Kind::Code
        && ground
            .candidates
            .iter()
            .any(|c| c.kind == Kind::Account && c.span.start < span.end && span.start < c.span.end);
    if account {
        return None;
    }
    Some(Bound {
        field,
        value,
        span,
        label: Some(anchor.span.clone()),
        rule: super::named_by(anchor, rule),
        score: anchor.weight * strength,
        ..Bound::default()
    })
}

/// Where the options of each choice stand: field, code, span.
pub(super) type Options = Vec<(usize, String, Range<usize>)>;

/// All options of all choices, found once.
pub(super) fn options(ground: &Ground<'_>) -> Options {
    let mut phrases = Vec::new();
    let mut owners = Vec::new();
    for (index, schema) in ground.schemas.fields.iter().enumerate() {
        let wanted = schema.kind == Kind::Choice && ground.wants(index);
        for (code, texts) in schema.options.iter().filter(|_| wanted) {
            phrases.extend(texts);
            owners.extend(texts.iter().map(|_| (index, code.clone())));
        }
    }
    let found = ground.terms.find(&phrases).into_iter();
    found
        .map(|found| {
            let (field, code) = owners[found.phrase].clone();
            (field, code, found.span)
        })
        .collect()
}

type Value = (String, Range<usize>, &'static str, f64);

/// Where the value after a label begins.
fn opening(flow: &Flow, anchor: &Anchor) -> usize {
    let rest = &flow.folded[anchor.span.end..flow.folded.len().min(anchor.span.end + 60)];
    anchor.span.end + FILLER.find(rest).map_or(0, |m| m.end())
}

/// Where a text begins: after its label, or at the label's last word where that already says it („na
/// finansowanie bieżącej działalności”).
fn opening_of_text(flow: &Flow, anchor: &Anchor) -> usize {
    let label = &flow.folded[anchor.span.clone()];
    let last = label.rfind(' ').map_or(0, |at| at + 1);
    let says = [
        "finansowani",
        "sfinansowani",
        "zakup",
        "nabyci",
        "refinansowani",
        "remont",
        "budow",
        "splat",
        "financing",
        "acquisition",
    ];
    let labelled = flow.folded[anchor.span.end..].starts_with(':');
    if last > 0 && !labelled && says.iter().any(|word| label[last..].starts_with(word)) {
        return anchor.span.start + last;
    }
    opening(flow, anchor)
}

/// The cell below a label, for forms that print the label above its value.
fn cell_below(flow: &Flow, anchor: &Anchor) -> Option<usize> {
    let (sheet, label) = anchor.frame?;
    let below = flow.tokens.iter().filter(|t| t.sheet == sheet).filter(|t| {
        let drop = t.frame.top - label.bottom;
        (-0.2..2.2).contains(&drop) && (t.frame.left - label.left).abs() < 1.5
    });
    below
        .min_by(|a, b| a.frame.top.total_cmp(&b.frame.top))
        .map(|t| t.span.start)
}

/// The cell right of a label, for tables read column by column.
fn cell_beside(flow: &Flow, anchor: &Anchor) -> Option<usize> {
    let (sheet, label) = anchor.frame?;
    let beside = flow
        .tokens
        .iter()
        .filter(|t| t.sheet == sheet && t.frame.left >= label.right && t.frame.beside(label) > 0.6);
    let first = beside.min_by(|a, b| a.frame.left.total_cmp(&b.frame.left))?;
    (first.frame.left - label.right > 1.0).then_some(first.span.start)
}

fn code(flow: &Flow, anchor: &Anchor, anchors: &[Anchor]) -> Option<Value> {
    let rest = &flow.folded[anchor.span.end..flow.folded.len().min(anchor.span.end + 60)];
    let after = anchor.span.end + CODE_FILLER.find(rest).map_or(0, |m| m.end());
    let sure = anchor.weight > 0.8;
    let own =
        |at: Option<usize>| at.filter(|at| sure && anchors.iter().all(|a| a.span.start != *at));
    let places = [
        (Some(after), "after", 1.0),
        (own(cell_beside(flow, anchor)), "beside", 0.85),
        (own(cell_below(flow, anchor)), "below", 0.75),
    ];
    for (at, rule, strength) in places {
        let Some((span, text)) = at.and_then(|at| code_at(flow, at)) else {
            continue;
        };
        return Some((text, span, rule, strength));
    }
    None
}

pub(super) fn code_at(flow: &Flow, at: usize) -> Option<(Range<usize>, String)> {
    let rest = flow.cased.get(at..flow.cased.len().min(at + 60))?;
    let found = CODE.find(rest)?;
    let text = found.as_str().trim_end_matches(['.', '-', '_', '/']);
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = compact.bytes().filter(u8::is_ascii_digit).count();
    let date = crate::candidates::dates_in(text);
    let word = text.split(' ').next().is_some_and(|first| {
        first.len() < text.len() && first.bytes().all(|b| b.is_ascii_lowercase())
    });
    let other = ["KRS", "NIP", "REGON", "PESEL", "BDO"]
        .iter()
        .any(|label| text.starts_with(label) && text[label.len()..].starts_with([' ', ':']));
    // „… umowy: 304 375,82 zł” is an amount.
    let amount = rest[found.end()..].starts_with(',')
        && rest[found.end() + 1..].starts_with(|c: char| c.is_ascii_digit());
    if other
        || amount
        || digits < 2
        || compact.len() < 4
        || compact.len() > 40
        || digits > 20
        || date
        || word
    {
        return None;
    }
    // A space is the number's own only before a group of figures.
    let value = if text.contains(" /") || text.contains("/ ") {
        compact
    } else {
        text.to_owned()
    };
    Some((at..at + text.len(), value))
}

fn city(ground: &Ground<'_>, anchor: &Anchor) -> Option<Value> {
    let flow = ground.flow;
    let at = opening(flow, anchor);
    let rest = flow.cased.get(at..flow.cased.len().min(at + 40))?;
    let found = CITY.find(rest)?;
    let span = at..at + found.end();
    let written = flow.text(&span);
    if let Some(town) = ground.schemas.names.town(&written) {
        return Some((town, span, "after", 0.9));
    }
    // A town that no list knows, after „w”.
    let before = &flow.folded[span.start.saturating_sub(3)..span.start];
    let located = [" w ", "\nw ", " we"]
        .iter()
        .any(|lead| before.ends_with(lead));
    let town = crate::names::town::from_locative(&written, &[]).filter(|_| located)?;
    Some((town, span, "after", 0.6))
}

/// The rest of a cell, line or sentence after a label.
fn rest(flow: &Flow, anchor: &Anchor, anchors: &[Anchor]) -> Option<Value> {
    let after = opening_of_text(flow, anchor);
    let line_end = flow
        .line_at(anchor.span.end.saturating_sub(1))
        .map_or(after, |l| l.span.end);
    let same_line = after < line_end;
    let own = |at: Option<usize>| at.filter(|at| anchors.iter().all(|a| a.span.start != *at));
    let (at, rule) = if same_line {
        (own(Some(after)), "after")
    } else {
        let cells = own(cell_beside(flow, anchor)).or_else(|| own(cell_below(flow, anchor)));
        (cells.or(Some(after)), "below")
    };
    let at = at?;
    let text = &flow.folded[at..flow.folded.len().min(at + 160)];
    let stop = text
        .char_indices()
        .find(|(i, c)| match c {
            '\t' | '\u{b}' | '\u{c}' | ';' | '(' => true,
            '\n' => {
                rule != "after"
                    || *i > 0
                        && !text[..*i].ends_with([',', ' '])
                        && starts_new(&flow.cased[at + i + 1..])
            }
            '.' => text[i + 1..].starts_with([' ', '\n', '\u{b}']) && *i > 3 || i + 1 == text.len(),
            ',' => {
                text[i + 1..].trim_start().starts_with("zwan")
                    || text[i + 1..].trim_start().starts_with("w wysokosci")
                    || text[i + 1..].trim_start().starts_with("na okres")
                    || text[i + 1..].trim_start().starts_with("poloz")
                    || text[i + 1..].trim_start().starts_with("dla ktor")
                    || text[i + 1..].trim_start().starts_with("ktor")
                    || text[i + 1..].trim_start().starts_with("opisan")
                    || text[i + 1..].trim_start().starts_with("zgodnie z")
                    || text[i + 1..].trim_start().starts_with("a ")
                    || text[i + 1..].trim_start().starts_with("cena ")
                    || text[i + 1..].trim_start().starts_with("vin ")
            }
            // „budowę domu pod adresem …”
            ' ' if text[*i..].starts_with(" pod adresem") => true,
            // „kredyt na cele konsumpcyjne nr 12/2020”: a number is the agreement's.
            ' ' => text[*i..].strip_prefix(" nr ").is_some_and(|rest| {
                let number = rest.split([' ', '\n', ',']).next().unwrap_or(rest);
                number.contains(['/', '-']) || number.len() > 6
            }),
            _ => false,
        })
        .map_or(text.len(), |(i, _)| i);
    let opens_line = |a: &&Anchor| {
        flow.folded[..a.span.start].ends_with(['\n', '\t', '\u{b}', '\u{c}'])
            || flow.folded[a.span.end..].starts_with(':')
    };
    let next_label = anchors
        .iter()
        .filter(|a| a.span.start > at + 2)
        .filter(opens_line)
        .map(|a| a.span.start - at)
        .min();
    let stop = stop.min(next_label.filter(|n| *n > 3).unwrap_or(stop));
    let span = at..at
        + text[..stop]
            .trim_end_matches(|c: char| !c.is_ascii_alphanumeric())
            .len();
    let value = flow.text(&span);
    // What stands in the next line is the heading's text as often as the label's value.
    let strength = if rule == "after" { 0.7 } else { 0.6 };
    (value.chars().filter(|c| c.is_alphabetic()).count() > 2)
        .then_some((value, span, rule, strength))
}

/// Whether a line begins something new rather than going on.
fn starts_new(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '#')
}

/// The first option named near a label.
fn choice(ground: &Ground<'_>, field: usize, anchor: &Anchor, options: &Options) -> Option<Value> {
    let mut best: Option<(usize, Range<usize>, &str)> = None;
    let sheet = ground.flow.sheet_at(anchor.span.start);
    for (_, code, span) in options.iter().filter(|(owner, ..)| *owner == field) {
        let inside = span.start >= anchor.span.start && span.end <= anchor.span.end;
        let distance = if inside {
            0
        } else if span.start >= anchor.span.end {
            span.start - anchor.span.end + 1
        } else {
            anchor.span.start.saturating_sub(span.end) * 2 + 1
        };
        let between = anchor.span.end.min(span.end)..anchor.span.start.max(span.start);
        let apart =
            between.start < between.end && super::sentence_ends(&ground.flow.folded[between]) > 0;
        if ground.flow.sheet_at(span.start) == sheet
            && !super::is_excluded(ground, field, span)
            && distance < 90
            && !apart
            && best
                .as_ref()
                .is_none_or(|(d, s, _)| (distance, s.len()) < (*d, span.len()) || distance < *d)
        {
            best = Some((distance, span.clone(), code));
        }
    }
    let (distance, span, code) = best?;
    let near = 1.0 / (1.0 + super::steps(distance) / 60.0);
    Some((code.to_owned(), span, "choice", 0.9 * near))
}

/// The line that a clause's heading stands in.
fn clause(flow: &Flow, anchor: &Anchor) -> Range<usize> {
    flow.line_at(anchor.span.start)
        .map_or(anchor.span.clone(), |line| {
            line.span.start.min(anchor.span.start)..line.span.end.max(anchor.span.start + 1)
        })
}
