//! Patch codes: four bars, two of them wide, at an edge of a separator sheet.
//!
//! Narrow bars and all gaps are 0.08 inch, wide bars 0.20, the whole 0.80; bars are at least two
//! inches long. Which two are wide is the code. Read from the other side T is 2 and 3 is 6; 1 and
//! 4 steer scanners and part nothing.

use super::plane::{Lines, Plane, Run};
use model::Patch;

/// Inches from the first bar to the end of the last, at least and at most: printers and copiers
/// stretch.
const WHOLE: [f64; 2] = [0.64, 0.98];
/// A narrow bar as a share of the whole.
const NARROW: [f64; 2] = [0.055, 0.15];
/// A wide bar as a share of the whole.
const WIDE: [f64; 2] = [0.18, 0.34];
/// A gap as a share of the whole.
const GAP: [f64; 2] = [0.05, 0.16];
/// Share of the whole that is empty on both sides.
const QUIET: f64 = 0.18;
/// Inches that bars are long at least: half of what is printed, for a torn or folded sheet.
const LONG: f64 = 1.0;
/// Inches by which the bars may move sideways from one line to the next: 20 degrees askew.
const DRIFT: f64 = 0.03;
/// Inches without bars that end them.
const BREAK: f64 = 0.08;
/// Share of lines that must say the same.
const AGREEING: f64 = 0.8;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    /// Bars of that size in no order that is a code.
    Unclear,
    Code(Patch),
}

impl Found {
    pub(super) const fn separating(self) -> Option<Patch> {
        match self {
            Self::Code(patch) => Some(patch),
            Self::Nothing | Self::Unclear => None,
        }
    }
}

/// Which bars are wide, first bar in the highest bit; none where one is neither wide nor narrow.
type Order = Option<u8>;

/// Bars that go on from line to line.
struct Bars {
    last_line: usize,
    from: usize,
    first_line: usize,
    orders: Vec<Order>,
}

/// Looks for a patch code along every edge, wherever on the page.
pub(super) fn patch(plane: &Plane) -> Found {
    let mut found = Found::Nothing;
    // Bars that lie across the feed are crossed by lines that run down, and the other way round.
    for lines in [Lines::Down, Lines::Across] {
        for bars in all_bars(plane, lines) {
            match said(&bars.orders) {
                Some(Some(patch)) => return Found::Code(patch),
                Some(None) => {}
                None => found = Found::Unclear,
            }
        }
    }
    found
}

fn all_bars(plane: &Plane, lines: Lines) -> Vec<Bars> {
    let (count, _) = plane.size(lines);
    let (along, between) = plane.scale(lines);
    let (mut open, mut long): (Vec<Bars>, Vec<Bars>) = (Vec::new(), Vec::new());
    for line in 0..count {
        for (from, order) in candidates(&plane.runs(lines, line), along) {
            let near = open.iter_mut().find(|bars| {
                let lines_since = inches(line - bars.last_line, between) * between;
                line > bars.last_line
                    && inches(from.abs_diff(bars.from), along) <= DRIFT * lines_since.max(1.0)
            });
            match near {
                Some(bars) => {
                    (bars.last_line, bars.from) = (line, from);
                    bars.orders.push(order);
                }
                None => open.push(Bars {
                    last_line: line,
                    from,
                    first_line: line,
                    orders: vec![order],
                }),
            }
        }
        let (going_on, ended) = open
            .into_iter()
            .partition(|bars| inches(line - bars.last_line, between) <= BREAK);
        open = going_on;
        long.extend(ended);
    }
    long.extend(open);
    long.retain(|bars: &Bars| {
        let lines = bars.last_line - bars.first_line + 1;
        inches(lines, between) >= LONG && 2 * bars.orders.len() >= lines
    });
    long
}

/// Four bars with their gaps on one line: where they begin, and which are wide.
fn candidates(runs: &[Run], dpi: f64) -> Vec<(usize, Order)> {
    let mut found = Vec::new();
    for start in 0..runs.len().saturating_sub(6) {
        let seven = &runs[start..start + 7];
        if !seven[0].ink {
            continue;
        }
        let whole: usize = seven.iter().map(|run| run.length).sum();
        if !within(inches(whole, dpi), WHOLE) {
            continue;
        }
        let share = |run: &Run| inches(run.length, dpi) / inches(whole, dpi);
        let quiet = |run: Option<&Run>| run.is_none_or(|run| share(run) >= QUIET);
        let before = start.checked_sub(1).and_then(|n| runs.get(n));
        let gaps = [1, 3, 5].iter().all(|&n| within(share(&seven[n]), GAP));
        if !gaps || !quiet(before) || !quiet(runs.get(start + 7)) {
            continue;
        }
        let order = [0, 2, 4, 6].iter().try_fold(0u8, |order, &n| {
            let share = share(&seven[n]);
            match (within(share, WIDE), within(share, NARROW)) {
                (true, _) => Some(order << 1 | 1),
                (_, true) => Some(order << 1),
                _ => None,
            }
        });
        // Four thin bars are no patch code and nothing like one.
        let thick = [0, 2, 4, 6].iter().all(|&n| share(&seven[n]) >= NARROW[0]);
        if thick {
            found.push((seven[0].from, order));
        }
    }
    found
}

/// The code that most lines agree on; the inner none for one that parts nothing.
fn said(orders: &[Order]) -> Option<Option<Patch>> {
    let code = |order: Order| match order? {
        0b0101 => Some(Some(Patch::T)),
        0b1010 => Some(Some(Patch::Two)),
        // A PATCH-6 is not used on sheets: it is a 3 from its other side.
        0b1100 | 0b0011 => Some(Some(Patch::Three)),
        0b1001 | 0b0110 => Some(None),
        _ => None,
    };
    let most = orders
        .iter()
        .max_by_key(|order| orders.iter().filter(|other| other == order).count())?;
    let agreeing = orders.iter().filter(|order| *order == most).count();
    #[expect(
        clippy::cast_precision_loss,
        reason = "a page has fewer lines than 2^52"
    )]
    let share = agreeing as f64 / orders.len() as f64;
    if share >= AGREEING { code(*most) } else { None }
}

fn within(value: f64, [least, most]: [f64; 2]) -> bool {
    (least..=most).contains(&value)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a page has fewer pixels a side than 2^52"
)]
fn inches(pixels: usize, dpi: f64) -> f64 {
    pixels as f64 / dpi
}
