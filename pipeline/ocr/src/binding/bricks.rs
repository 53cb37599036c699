//! Growing and shrinking ink by bricks: windows of so many pixels across or down.
//!
//! A window of any length is put together from ever longer ones (each pass doubles it), so that a
//! page's ruled lines are found in a few passes over its bits; Leptonica makes one for every pixel
//! of the window, which took more time than decoding the page. Safe code on the bits themselves.

use super::Pix;

/// What becomes of a pixel and the window that begins with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Ink where any pixel of the window is ink.
    Any,
    /// Ink where all are; beyond the edge there is paper.
    All,
    /// Ink where all are; beyond the edge there is ink.
    AllWithin,
}

/// Where the window lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// The pixel and those right of it or below it.
    After,
    /// The pixel and those left of it or above it.
    Before,
}

impl Rule {
    fn join(self, here: u32, there: u32) -> u32 {
        if self == Self::Any {
            here | there
        } else {
            here & there
        }
    }

    /// What lies beyond the edge.
    fn outside(self) -> u32 {
        if self == Self::AllWithin { u32::MAX } else { 0 }
    }
}

/// Takes away what is smaller than the brick.
pub(super) fn open(pix: &mut Pix, width: u32, height: u32) {
    across(pix, width, Rule::All, Side::After);
    down(pix, height, Rule::All, Side::After);
    across(pix, width, Rule::Any, Side::Before);
    down(pix, height, Rule::Any, Side::Before);
    pix.clear_padding();
}

/// Fills gaps that are smaller than the brick.
pub(super) fn close(pix: &mut Pix, width: u32, height: u32) {
    across(pix, width, Rule::Any, Side::Before);
    down(pix, height, Rule::Any, Side::Before);
    pix.fill_padding();
    across(pix, width, Rule::AllWithin, Side::After);
    down(pix, height, Rule::AllWithin, Side::After);
    pix.clear_padding();
}

/// Grows all ink by the brick, whose middle lies on the pixel.
pub(super) fn dilate(pix: &mut Pix, width: u32, height: u32) {
    across(pix, width / 2 + 1, Rule::Any, Side::After);
    across(pix, width - width / 2, Rule::Any, Side::Before);
    down(pix, height / 2 + 1, Rule::Any, Side::After);
    down(pix, height - height / 2, Rule::Any, Side::Before);
    pix.clear_padding();
}

/// The steps by which a window of one pixel becomes one of `length`.
fn steps(length: u32) -> impl Iterator<Item = usize> {
    let length = length as usize;
    let mut reached = 1;
    std::iter::from_fn(move || {
        let step = reached.min(length.saturating_sub(reached));
        reached += step;
        (step > 0).then_some(step)
    })
}

fn across(pix: &mut Pix, length: u32, rule: Rule, side: Side) {
    let per_line = pix.words_per_line().max(1);
    for line in pix.words_mut().chunks_exact_mut(per_line) {
        if line.iter().all(|&word| word == 0) {
            continue;
        }
        for step in steps(length) {
            shift_line(line, step, rule, side);
        }
    }
}

/// Joins a row with itself, shifted by so many pixels.
fn shift_line(line: &mut [u32], step: usize, rule: Rule, side: Side) {
    let (words, bits) = (step / 32, step % 32);
    let count = line.len();
    let outside = rule.outside();
    // A row is changed in place: always away from what is still to be looked at.
    match side {
        Side::After => {
            for at in 0..count {
                let near = line.get(at + words).copied().unwrap_or(outside);
                let far = line.get(at + words + 1).copied().unwrap_or(outside);
                line[at] = rule.join(line[at], both(near, far, bits));
            }
        }
        Side::Before => {
            for at in (0..count).rev() {
                let word = |back: usize| at.checked_sub(back).map_or(outside, |from| line[from]);
                let (near, far) = (word(words), word(words + 1));
                let there = if bits == 0 {
                    near
                } else {
                    both(far, near, 32 - bits)
                };
                line[at] = rule.join(line[at], there);
            }
        }
    }
}

/// Thirty-two pixels from the `from`th of the first word on.
fn both(first: u32, second: u32, from: usize) -> u32 {
    if from == 0 {
        first
    } else {
        first << from | second >> (32 - from)
    }
}

fn down(pix: &mut Pix, length: u32, rule: Rule, side: Side) {
    let per_line = pix.words_per_line();
    let words = pix.words_mut();
    for step in steps(length) {
        let away = (step * per_line).min(words.len());
        let inside = words.len() - away;
        match side {
            Side::After => {
                for at in 0..inside {
                    words[at] = rule.join(words[at], words[at + away]);
                }
                for word in &mut words[inside..] {
                    *word = rule.join(*word, rule.outside());
                }
            }
            Side::Before => {
                for at in (0..inside).rev() {
                    words[at + away] = rule.join(words[at + away], words[at]);
                }
                for word in &mut words[..away] {
                    *word = rule.join(*word, rule.outside());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::binding::{Fill, Pix};
    use model::Place;
    use proptest::prelude::*;

    fn drawn(size: (u32, u32), ink: &[(u32, u32, u32, u32)]) -> Pix {
        let mut pix = Pix::new(size.0, size.1, 1).unwrap();
        for &(x, y, w, h) in ink {
            pix.fill(Place::new(x, y, w, h), Fill::Ink);
        }
        pix
    }

    fn is_ink(pix: &Pix, x: i64, y: i64) -> bool {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return false;
        };
        x < pix.width() as usize
            && y < pix.height() as usize
            && pix.words()[y * pix.words_per_line() + x / 32] >> (31 - x % 32) & 1 == 1
    }

    /// The pixels of a brick that begins at a pixel.
    fn brick(x: i64, y: i64, w: u32, h: u32) -> impl Iterator<Item = (i64, i64)> {
        (0..i64::from(h)).flat_map(move |b| (0..i64::from(w)).map(move |a| (x + a, y + b)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn bricks_do_what_their_definition_says(
            ink in prop::collection::vec((0u32..90, 0u32..40, 1u32..50, 1u32..20), 1..9),
            width in 1u32..45, height in 1u32..9,
        ) {
            let pix = drawn((90, 40), &ink);
            let (w, h) = (i64::from(width), i64::from(height));
            let opened = pix.opened(width, height).unwrap();
            let dilated = pix.dilated(width, height).unwrap();
            for y in 0..40 {
                for x in 0..90 {
                    let fits = brick(x - w + 1, y - h + 1, width, height)
                        .any(|(a, b)| brick(a, b, width, height).all(|(c, d)| is_ink(&pix, c, d)));
                    prop_assert_eq!(is_ink(&opened, x, y), fits, "opened {} {}", x, y);
                    let near = brick(x - w + w / 2 + 1, y - h + h / 2 + 1, width, height)
                        .any(|(a, b)| is_ink(&pix, a, b));
                    prop_assert_eq!(is_ink(&dilated, x, y), near, "dilated {} {}", x, y);
                }
            }
        }

        #[test]
        fn closing_keeps_ink_and_fills_small_gaps_only(
            left in 1u32..30, gap in 1u32..30, width in 1u32..40,
        ) {
            let pix = drawn((120, 9), &[(0, 4, left, 1), (left + gap, 4, 10, 1)]);
            let closed = pix.closed(width, 1).unwrap();
            prop_assert!(is_ink(&closed, i64::from(left) - 1, 4));
            prop_assert_eq!(is_ink(&closed, i64::from(left), 4), gap < width);
            prop_assert_eq!(closed.ink_by_row()[4], left + 10 + if gap < width { gap } else { 0 });
        }
    }
}
