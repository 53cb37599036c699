//! How a label and a value stand to each other on the page: beside or below, and what is between.

use super::{Anchor, Ground, competes, count, fits};
use crate::candidates::Candidate;
use crate::layout::{Flow, Frame, Line};
use crate::schema::{FieldSchema, Kind};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// How well a candidate stands beside or below a label on the page.
pub(super) fn stands(
    ground: &Ground<'_>,
    schema: &FieldSchema,
    anchor: &Anchor,
    candidate: &Candidate,
    anchors: &[Anchor],
) -> (f64, f64) {
    let (Some((sheet, label)), Some((other, value))) =
        (anchor.frame, ground.flow.frame(&candidate.span))
    else {
        return (0.0, 0.0);
    };
    if sheet != other {
        return (0.0, 0.0);
    }
    let gap = value.left - label.right;
    let mut beside = 0.0;
    if label.beside(value) > 0.5 && (-0.5..70.0).contains(&gap) {
        let corridor = Frame {
            left: label.right,
            right: value.left,
            ..label
        };
        beside = 0.92 / (1.0 + (gap / 45.0).powi(2))
            * obstacles(ground, schema, anchors, sheet, corridor, anchor, candidate);
    }
    let drop = value.top - label.bottom;
    let mut below = 0.0;
    let opening = cell_opening(ground.flow, candidate);
    let left = ground
        .flow
        .frame(&opening)
        .map_or(value.left, |(_, frame)| frame.left);
    let aligned = (left - label.left).abs() < 2.0
        || centred(value, label)
        || short_cell(ground.flow, anchor).is_some_and(|cell| (left - cell).abs() < 2.0);
    if (-0.2..3.2).contains(&drop) && aligned && opens_cell(ground.flow, &opening) {
        let corridor = Frame {
            top: label.bottom,
            bottom: value.top,
            ..value
        };
        below = 0.8 / (1.0 + (drop / 3.0).powi(2))
            * obstacles(ground, schema, anchors, sheet, corridor, anchor, candidate);
    }
    (beside, below)
}

/// How far running text may be trusted that leads from a label to a value over the end of a line: in
/// a table the next line is another row, and a cell beside the label is nearer than what follows.
pub(super) fn over_lines(
    ground: &Ground<'_>,
    schema: &FieldSchema,
    anchor: &Anchor,
    candidate: &Candidate,
    gap: &str,
) -> f64 {
    let flow = ground.flow;
    let Some(edge) = gap.find(['\n', '\u{b}']) else {
        return 1.0;
    };
    let (Some(line), Some(other)) = (
        flow.line_at(anchor.span.end.saturating_sub(1)),
        flow.line_at(candidate.span.start),
    ) else {
        return 1.0;
    };
    let cells = |line: &Line| flow.folded[line.span.clone()].contains('\t');
    if cells(line) {
        return 0.2;
    }
    let closes = !gap[..edge].contains(|c: char| c.is_ascii_alphanumeric());
    let aside = closes && neighbour(ground, schema, anchor, line, candidate);
    let inner = cells(other) && flow.folded[other.span.start..candidate.span.start].contains('\t');
    if aside || inner { 0.3 } else { 1.0 }
}

/// Whether a fitting value other than the candidate stands right of a label's line, with nothing but
/// space between.
fn neighbour(
    ground: &Ground<'_>,
    schema: &FieldSchema,
    anchor: &Anchor,
    line: &Line,
    candidate: &Candidate,
) -> bool {
    let Some((sheet, label)) = anchor.frame else {
        return false;
    };
    let right_of = |frame: Frame| frame.left >= label.right && frame.beside(label) > 0.5;
    let apart = |span: &Range<usize>| span.start >= line.span.end || span.end <= line.span.start;
    let first = ground
        .flow
        .tokens
        .iter()
        .filter(|t| t.sheet == sheet && apart(&t.span) && right_of(t.frame))
        .min_by(|a, b| a.frame.left.total_cmp(&b.frame.left));
    first.is_some_and(|token| {
        ground.candidates.iter().any(|c| {
            c.span != candidate.span && c.span.contains(&token.span.start) && fits(schema, c)
        })
    })
}

static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\t\n\x0b\x0c])(?P<place>[A-Z][A-Za-z-]+(?:\s[A-Z][a-z-]+){0,2},?\s(?:dni[au]\s|dn\.\s)?)$")
        .expect("a pattern in the source is sound")
});

/// A value with what may open its cell before it: the town before a day.
fn cell_opening(flow: &Flow, candidate: &Candidate) -> Range<usize> {
    let from = candidate.span.start.saturating_sub(45);
    let before = &flow.cased[from..candidate.span.start];
    let place = PLACE
        .captures(before)
        .and_then(|c| c.name("place"))
        .filter(|_| candidate.kind == Kind::Date);
    place.map_or(candidate.span.clone(), |place| {
        from + place.start()..candidate.span.end
    })
}

/// Where the cell begins that a label stands in, where it holds little else.
fn short_cell(flow: &Flow, anchor: &Anchor) -> Option<f64> {
    let edge = |c: char| matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}');
    let from = flow.folded[..anchor.span.start]
        .rfind(edge)
        .map_or(0, |at| at + 1);
    let length = flow.folded[anchor.span.end..].find(edge)?;
    let short = anchor.span.end + length - from < 48;
    let (_, frame) = flow.frame(&(from..anchor.span.end))?;
    short.then_some(frame.left)
}

fn centred(value: Frame, label: Frame) -> bool {
    let middle = f64::midpoint(value.left, value.right) - f64::midpoint(label.left, label.right);
    value.above_or_below(label) && middle.abs() < 4.0
}

/// Whether nothing but a currency stands before a span in its cell.
fn opens_cell(flow: &Flow, span: &Range<usize>) -> bool {
    let text = &flow.folded[span.start.saturating_sub(12)..span.start];
    let cell = text
        .rsplit(['\t', '\n', '\u{b}', '\u{c}'])
        .next()
        .unwrap_or(text);
    let cell = cell.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    (cell.is_empty() && text.len() < 12)
        || (text.contains(['\t', '\n', '\u{b}', '\u{c}']) && cell.len() <= 4)
}

/// What stands in the way between a label and a value, as a factor.
fn obstacles(
    ground: &Ground<'_>,
    schema: &FieldSchema,
    anchors: &[Anchor],
    sheet: usize,
    corridor: Frame,
    anchor: &Anchor,
    candidate: &Candidate,
) -> f64 {
    let within = |frame: Frame| {
        let across = f64::midpoint(frame.left, frame.right);
        let down = f64::midpoint(frame.top, frame.bottom);
        (corridor.left..corridor.right).contains(&across)
            && (corridor.top - 0.2..corridor.bottom + 0.2).contains(&down)
    };
    let on_way = |span: &Range<usize>| {
        ground
            .flow
            .frame(span)
            .is_some_and(|(s, frame)| s == sheet && within(frame))
    };
    let rivals = ground.candidates.iter().filter(|c| {
        c.span != candidate.span && fits(schema, c) && c.quality > 0.7 && on_way(&c.span)
    });
    let labels = anchors
        .iter()
        .filter(|a| a.span != anchor.span && competes(ground, schema, a) && on_way(&a.span));
    0.35_f64.powi(count(rivals.count()).min(5)) * 0.3_f64.powi(count(labels.count()).min(5))
}
