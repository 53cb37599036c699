//! Faults of a gray scan that preparation cannot mend, measured on the page as given: strokes out
//! of focus, and print of the other side that shows through between them.

use super::paper::{Paper, median};
use crate::binding::{ImageError, Pix};

/// What was measured of one page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Faults {
    /// Width of the usual edge between ink and paper, across or down, whichever is wider, in
    /// pixels; none where there are too few edges to say. A scanner in focus has 2 to 3.
    pub(crate) edge: Option<f64>,
    /// Share of the paper without ink that is darker than paper.
    pub(crate) pale: f64,
}

/// Every so many rows and columns are looked at for edges.
const EVERY: usize = 16;
/// Fewer edges than this say nothing.
const FEWEST_EDGES: usize = 100;
/// Least step from paper to ink that is an edge, as a share of the paper's brightness.
const LEAST_STEP: f64 = 0.2;
/// Side in pixels of the blocks in which paper is averaged, so that its grain evens out.
const BLOCK: usize = 4;
/// Least that a block differs from the paper to be darker: of its brightness, and of the usual
/// scatter between blocks.
const DARKER: (f64, f64) = (0.02, 5.0);

/// Measures a gray page and the ink found on it; `letter` is the usual height of its letters.
pub(super) fn measure(
    gray: &Pix,
    ink: &Pix,
    paper: &Paper,
    letter: u32,
) -> Result<Faults, ImageError> {
    let samples = Samples::of(gray);
    let level = paper.usual * paper.level;
    let reach = letter as usize / 2 + 2;
    let (width, height) = (samples.width, samples.height);
    let rows = edges(
        (0..height).step_by(EVERY).map(|y| samples.row(y)),
        level,
        reach,
    );
    let columns = edges(
        (0..width).step_by(EVERY).map(|x| samples.column(x)),
        level,
        reach,
    );
    Ok(Faults {
        edge: rows.into_iter().chain(columns).reduce(f64::max),
        pale: pale(&samples, ink, paper)?,
    })
}

/// The median width in pixels of the edges from paper to ink along these lines of samples: the
/// step over the steepest slope within it.
fn edges<L: AsRef<[u8]>>(lines: impl Iterator<Item = L>, level: f64, reach: usize) -> Option<f64> {
    let mut widths = Vec::new();
    for line in lines {
        let line = line.as_ref();
        for at in reach..line.len().saturating_sub(reach) {
            let crosses = f64::from(line[at - 1]) >= level && f64::from(line[at]) < level;
            if !crosses {
                continue;
            }
            let brightest = line[at - reach..at].iter().copied().max().unwrap_or(0);
            let darkest = line[at..at + reach].iter().copied().min().unwrap_or(0);
            let step = f64::from(brightest.saturating_sub(darkest));
            // Over two pixels, so that grain does not pass for a slope.
            let steepest = (at - reach + 1..at + reach - 1)
                .map(|x| line[x - 1].saturating_sub(line[x + 1]))
                .max()
                .unwrap_or(0);
            if step >= LEAST_STEP * level && steepest > 0 {
                widths.push(2.0 * step / f64::from(steepest));
            }
        }
    }
    (widths.len() >= FEWEST_EDGES).then(|| median(&mut widths))
}

/// The share of blocks away from ink that are darker than the paper.
fn pale(samples: &Samples, ink: &Pix, paper: &Paper) -> Result<f64, ImageError> {
    // A block is near ink when it or one of its two neighbours to any side has some.
    let near = ink.reduced([1, 1, 0, 0])?.dilated(5, 5)?;
    let per_line = near.words_per_line();
    let mut brightness = Vec::new();
    for (row, bits) in near.words().chunks_exact(per_line).enumerate().step_by(4) {
        for across in 0..samples.width / BLOCK {
            if bits[across / 32] >> (31 - across % 32) & 1 == 0 {
                let (x, y) = (across * BLOCK, row * BLOCK);
                brightness.push(samples.mean(x, y) / paper.at(x, y).max(1.0));
            }
        }
    }
    if brightness.is_empty() {
        return Ok(0.0);
    }
    let usual = median(&mut brightness);
    let mut apart: Vec<f64> = brightness.iter().map(|b| (b - usual).abs()).collect();
    let limit = usual - DARKER.0.max(DARKER.1 * median(&mut apart));
    let darker = brightness.iter().filter(|&&b| b < limit).count();
    Ok(darker as f64 / brightness.len() as f64)
}

/// The samples of a gray page, a byte each.
struct Samples {
    bytes: Vec<u8>,
    width: usize,
    height: usize,
}

impl Samples {
    fn of(gray: &Pix) -> Self {
        let (width, height) = (gray.width() as usize, gray.height() as usize);
        let mut bytes = Vec::with_capacity(width * height);
        for line in gray.words().chunks_exact(gray.words_per_line()) {
            let row = line.iter().flat_map(|word| word.to_be_bytes());
            bytes.extend(row.take(width));
        }
        Self {
            bytes,
            width,
            height,
        }
    }

    fn row(&self, y: usize) -> &[u8] {
        &self.bytes[y * self.width..][..self.width]
    }

    fn column(&self, x: usize) -> Vec<u8> {
        let from = self.bytes.iter().skip(x);
        from.step_by(self.width.max(1)).copied().collect()
    }

    /// The mean of the block whose first sample this is; it ends where the page does.
    fn mean(&self, x: usize, y: usize) -> f64 {
        let (mut sum, mut count) = (0_u32, 0_u32);
        for row in y..(y + BLOCK).min(self.height) {
            for &sample in &self.row(row)[x..(x + BLOCK).min(self.width)] {
                (sum, count) = (sum + u32::from(sample), count + 1);
            }
        }
        f64::from(sum) / f64::from(count.max(1))
    }
}
