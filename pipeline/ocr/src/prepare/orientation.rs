//! Which side of a page is up.
//!
//! Whether lines run across or down is seen from the ink alone. Up or down is asked of ascenders
//! and descenders; where they do not say it clearly (figures, capitals), of the reader itself.

use crate::binding::{ImageError, Pix};
use model::{Place, Turn};

/// Standard deviations of ascenders over descenders that settle upright against upside down.
/// Pages of figures reach 8 while lying either way; running text reaches 15 and more.
const SURE: f64 = 12.0;

/// How many times fewer pieces there must be along the lines than across them to settle it.
const CLEARLY: f64 = 1.25;

/// With fewer pieces of ink than this there is no text that could lie wrong.
const FEWEST_PIECES: f64 = 12.0;

/// Height of the strip on which the reader is asked, in pixels at 300 dpi: some six lines.
const STRIP: u32 = 300;

/// Runs of ink from this length on are ruled lines, in pixels at 300 dpi.
const RULE: u32 = 160;

/// How well an image reads as it lies.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Legible {
    /// Letters and figures in words of two and more.
    pub(crate) letters: f64,
    /// Mean confidence of these words by their letters, 0 to 1.
    pub(crate) confidence: f64,
}

impl Legible {
    /// Letters that count, the surer the more.
    fn score(self) -> f64 {
        self.letters * self.confidence.powi(2)
    }

    /// Nobody reads so much so surely upside down: the other way need not be tried. Text that
    /// stands on its head is read with a confidence of 0.3 to 0.6.
    fn is_sure(self) -> bool {
        self.letters >= 40.0 && self.confidence >= 0.82
    }
}

/// Asks the reader how well an image reads.
type Reads<'a> = &'a mut dyn FnMut(&Pix) -> Legible;

/// The turn that makes the page stand upright.
pub(super) fn upright(ink: &Pix, letter: u32, reads: Reads<'_>) -> Result<Turn, ImageError> {
    let (across, down) = pieces(ink, letter)?;
    if across + down < FEWEST_PIECES {
        return Ok(Turn::None);
    }
    if down >= across * CLEARLY {
        return of_two(ink, [Turn::None, Turn::Half], reads);
    }
    let sideways = ink.turned(1)?;
    if across >= down * CLEARLY {
        return of_two(&sideways, [Turn::Right, Turn::Left], reads);
    }
    let (level, upended) = (densest_strip(ink)?, densest_strip(&sideways)?);
    likeliest(
        [
            (Turn::None, level.copy()?),
            (Turn::Right, upended.copy()?),
            (Turn::Half, level.turned(2)?),
            (Turn::Left, upended.turned(2)?),
        ],
        reads,
    )
}

/// Of a page whose lines run across: the first turn as it lies, or the second upside down.
fn of_two(ink: &Pix, [as_lies, reversed]: [Turn; 2], reads: Reads<'_>) -> Result<Turn, ImageError> {
    let up = ink.ascenders().unwrap_or(0.0);
    if up > SURE {
        return Ok(as_lies);
    }
    if up < -SURE {
        return Ok(reversed);
    }
    let strip = densest_strip(ink)?;
    let upended = strip.turned(2)?;
    let mut ways = [(as_lies, strip), (reversed, upended)];
    if up < 0.0 {
        ways.reverse();
    }
    likeliest(ways, reads)
}

/// The way that reads best; the first that surely reads is enough.
fn likeliest<const N: usize>(ways: [(Turn, Pix); N], reads: Reads<'_>) -> Result<Turn, ImageError> {
    let mut best = (Turn::None, -1.0);
    for (turn, strip) in ways {
        let legible = reads(&strip);
        if legible.is_sure() {
            return Ok(turn);
        }
        if legible.score() > best.1 {
            best = (turn, legible.score());
        }
    }
    Ok(best.0)
}

/// How many pieces letters join into along rows and along columns, when gaps narrower than half a
/// letter are closed: letters of a word stand closer than lines do, figures in a table too.
fn pieces(ink: &Pix, letter: u32) -> Result<(f64, f64), ImageError> {
    let mut small = ink.reduced([1, 0, 0, 0])?;
    for (width, height) in [(100, 1), (1, 100)] {
        let long = small.opened(width, height)?;
        small.subtract(&long);
    }
    let small = small.without_specks(letter / 6)?;
    let gap = (letter / 4).max(3);
    let count = |pix: &Pix| pix.components().len() as f64;
    Ok((count(&small.closed(gap, 1)?), count(&small.closed(1, gap)?)))
}

/// The strip with the most ink that is not solid black.
fn densest_strip(ink: &Pix) -> Result<Pix, ImageError> {
    let (width, height) = (ink.width(), ink.height());
    if height <= STRIP {
        return without_rules(ink.copy()?);
    }
    let rows = ink.ink_by_row();
    // A row more than half black is a border or a dark header, not a line of text.
    let ink_at = |y: u32| {
        rows.get(y as usize)
            .filter(|&&n| n < width / 2)
            .copied()
            .unwrap_or(0)
    };
    let best = (0..=height - STRIP)
        .step_by(100)
        .max_by_key(|&top| {
            (top..top + STRIP)
                .map(|y| u64::from(ink_at(y)))
                .sum::<u64>()
        })
        .unwrap_or(0);
    without_rules(ink.clipped(Place::new(0, best, width, STRIP))?)
}

/// Without ruled lines: a strip of a table is read as one block, and lines through it would leave
/// as little to read upright as upside down.
fn without_rules(mut strip: Pix) -> Result<Pix, ImageError> {
    for (width, height, thick) in [(RULE, 1, (1, 3)), (1, RULE, (3, 1))] {
        let rules = strip.opened(width, height)?.dilated(thick.0, thick.1)?;
        strip.subtract(&rules);
    }
    Ok(strip)
}

#[cfg(test)]
mod tests {
    use super::{Legible, densest_strip, upright};
    use crate::binding::{Fill, Pix};
    use model::{Place, Turn};

    /// Lines of upright bars, as letters seen from afar.
    fn page() -> Pix {
        let mut page = Pix::new(480, 480, 1).unwrap();
        for line in 0..8 {
            for letter in 0..30 {
                page.fill(
                    Place::new(60 + letter * 11, 80 + line * 50, 8, 20),
                    Fill::Ink,
                );
            }
        }
        page
    }

    #[test]
    fn a_page_that_lies_on_its_side_is_turned_as_the_reader_likes_it() {
        for (quarters, expected) in [
            (0, Turn::None),
            (1, Turn::Left),
            (2, Turn::Half),
            (3, Turn::Right),
        ] {
            let mut marked = page();
            marked.fill(Place::new(60, 60, 20, 60), Fill::Ink);
            let mut reads = |strip: &Pix| {
                let left = strip.clipped(Place::new(0, 0, 85, strip.height())).unwrap();
                Legible {
                    letters: f64::from(left.ink_by_row().iter().sum::<u32>()),
                    confidence: 0.5,
                }
            };
            let lying = marked.turned(quarters).unwrap();
            assert_eq!(
                upright(&lying, 20, &mut reads).unwrap(),
                expected,
                "{quarters}"
            );
        }
    }

    #[test]
    fn the_strip_that_the_reader_is_asked_has_no_ruled_lines() {
        let mut table = page();
        table.fill(Place::new(40, 70, 400, 3), Fill::Ink);
        table.fill(Place::new(40, 70, 3, 400), Fill::Ink);
        let rows = |pix: &Pix| pix.ink_by_row();
        let strip = densest_strip(&table).unwrap();
        assert_eq!(rows(&strip), rows(&densest_strip(&page()).unwrap()));
    }
}
