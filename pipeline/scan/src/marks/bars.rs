//! Whether a row of bars stands on a page: what a bar code that cannot be read looks like.
//!
//! Bars look the same a millimetre further down; letters do not.

use super::plane::{Lines, Plane};

/// Inches from one line looked at to the next.
const STEP: f64 = 0.05;
/// Lines one after the other that look the same: a fifth of an inch of bars.
const SAME_LINES: usize = 4;
/// Share of pixels that are the same on both.
const SAME: f64 = 0.9;
/// Longest bar or gap, in inches.
const LONGEST: f64 = 0.14;
/// Fewest bars and gaps: a Code 39 of two signs has 39.
const FEWEST_RUNS: usize = 30;
/// Shortest row of bars, in inches.
const SHORTEST: f64 = 0.6;

pub(super) fn stands_in(plane: &Plane) -> bool {
    [Lines::Across, Lines::Down]
        .into_iter()
        .any(|lines| stands_along(plane, lines))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "inches of a page are few pixels"
)]
fn stands_along(plane: &Plane, lines: Lines) -> bool {
    let (count, _) = plane.size(lines);
    let (along, between) = plane.scale(lines);
    let step = ((STEP * between) as usize).max(1);
    let mut line = 0;
    while line + SAME_LINES * step < count {
        for (from, until) in rows_of_runs(plane, lines, line, along) {
            let below = (1..=SAME_LINES).map(|n| line + n * step);
            if below
                .into_iter()
                .all(|other| alike(plane, lines, (line, other), (from, until)))
            {
                return true;
            }
        }
        line += step;
    }
    false
}

/// Stretches of a line that are all short runs.
#[expect(
    clippy::cast_precision_loss,
    reason = "a page has fewer pixels a side than 2^52"
)]
fn rows_of_runs(plane: &Plane, lines: Lines, line: usize, along: f64) -> Vec<(usize, usize)> {
    let runs = plane.runs(lines, line);
    let short = |length: usize| length as f64 / along <= LONGEST;
    let stretches = runs.split(|run| !short(run.length));
    stretches
        .filter_map(|stretch| {
            let (first, last) = (stretch.first()?, stretch.last()?);
            let (from, until) = (first.from, last.from + last.length);
            let long = (until - from) as f64 / along >= SHORTEST;
            (stretch.len() >= FEWEST_RUNS && long).then_some((from, until))
        })
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a page has fewer pixels a side than 2^52"
)]
fn alike(
    plane: &Plane,
    lines: Lines,
    (one, other): (usize, usize),
    (from, until): (usize, usize),
) -> bool {
    let same = (from..until)
        .filter(|&at| plane.ink_on(lines, one, at) == plane.ink_on(lines, other, at))
        .count();
    same as f64 / (until - from) as f64 >= SAME
}
