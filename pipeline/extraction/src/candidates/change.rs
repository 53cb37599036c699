//! Values that a table of changes sets side by side: what was agreed before, in one column, is no value
//! of the paper that changes it.

use super::{Candidate, once, pattern};
use crate::layout::{Flow, Frame};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

once!(
    COLUMNS,
    r"[\n\t\x0b\x0c](?P<old>bylo|dotychczas\w*(?:\s(?:brzmienie|tresc|warunki))?|przed\szmian\w+|old|before)\t(?P<new>jest|po\szmian\w+|now[aey](?:\s(?:brzmienie|tresc|warunki))?|obecnie|new|after)[\n\t\x0b\x0c]"
);

/// How far left of its title a column's cells may begin, in text heights.
const OUTDENT: f64 = 1.5;

/// The column of old values below a title: the page, and where it stands.
struct Old {
    sheet: usize,
    place: Frame,
}

/// Leaves out the candidates in the columns of old values.
pub(super) fn leave_out_old(flow: &Flow, found: &mut Vec<Candidate>) {
    let columns: Vec<Old> = COLUMNS
        .captures_iter(&flow.folded)
        .filter_map(|titles| {
            let old = titles.name("old")?.range();
            column(flow, &old, &titles.name("new")?.range())
        })
        .collect();
    found.retain(|candidate| !columns.iter().any(|old| stands_in(flow, old, candidate)));
}

fn column(flow: &Flow, old: &Range<usize>, new: &Range<usize>) -> Option<Old> {
    let (sheet, title) = flow.frame(old)?;
    let (_, next) = flow.frame(new)?;
    let place = Frame {
        left: title.left - OUTDENT,
        top: title.bottom,
        right: next.left - OUTDENT,
        bottom: f64::INFINITY,
    };
    Some(Old { sheet, place })
}

/// Whether a candidate's cell begins in a column; a line of running text begins at the margin.
fn stands_in(flow: &Flow, old: &Old, candidate: &Candidate) -> bool {
    let edge = |c: char| matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}');
    let from = flow.folded[..candidate.span.start]
        .rfind(edge)
        .map_or(0, |at| at + 1);
    let Some((sheet, cell)) = flow.frame(&(from..candidate.span.end)) else {
        return false;
    };
    sheet == old.sheet
        && cell.top >= old.place.top
        && (old.place.left..old.place.right).contains(&cell.left)
}
