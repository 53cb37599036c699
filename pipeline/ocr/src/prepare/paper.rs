//! The paper under the ink: how bright it is from place to place, and which pixels are ink.
//!
//! One pass measures, one pass decides. The paper's brightness is taken tile by tile and smoothed;
//! ink is what is darker than the paper by a share chosen from the page's own histogram (Otsu
//! 1979, on brightness relative to the paper). On even paper that is a plain threshold, on shaded
//! paper a local one.

use crate::binding::{ImageError, Pix};

/// Side of a tile in pixels: larger than a letter at 300 dpi, smaller than a shadow.
const TILE: usize = 32;

/// The darkest paper believed, relative to the page's usual paper: below it a tile is ink all
/// over (a black border, a dark header), not paper.
const DARKEST_PAPER: f64 = 0.4;

/// Least contrast of ink with its paper; print on the back shines through with 0.03 to 0.1.
const FAINTEST_INK: f64 = 0.12;

/// Contrast that is ink however little of it there is: no pattern and no print from behind has it.
const SURE_INK: f64 = 0.35;

/// One pixel in so many is ink on a page with no more than a signature line and its page number.
const FEW_WORDS: u64 = 2500;

/// Nothing brighter than this share of its paper is ink.
const PALEST_LEVEL: f64 = 0.88;

/// What a gray page's paper is like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Paper {
    /// Brightness by tile, 0 to 255, row by row.
    tiles: Vec<f64>,
    across: usize,
    down: usize,
    /// The page's usual brightness of paper, 0 to 255.
    pub(crate) usual: f64,
    /// Darkest tile believed to be paper, relative to the usual.
    pub(crate) evenness: f64,
    /// How far ink is from paper, 0 (none) to 1 (black on white).
    pub(crate) contrast: f64,
    /// Brightness below which a pixel is ink, relative to the paper under it.
    pub(crate) level: f64,
    /// How much the paper's pixels scatter, relative to the paper: a standard deviation.
    pub(crate) grain: f64,
}

/// Eight samples of a gray row at a time are not needed: one accessor serves.
fn sample(line: &[u32], x: usize) -> u8 {
    line[x / 4].to_be_bytes()[x % 4]
}

impl Paper {
    /// Measures a gray page.
    pub(super) fn measure(gray: &Pix) -> Self {
        let (width, height) = (gray.width() as usize, gray.height() as usize);
        let (across, down) = (width.div_ceil(TILE), height.div_ceil(TILE));
        let raw = brightest_by_tile(gray, across, down);
        let usual = median(&mut raw.clone());
        let tiles = smooth(&raw, across, down, usual * DARKEST_PAPER);
        let darkest = tiles.iter().copied().fold(f64::MAX, f64::min);
        let mut paper = Self {
            tiles,
            across,
            down,
            usual,
            evenness: if usual > 0.0 { darkest / usual } else { 0.0 },
            contrast: 0.0,
            level: 0.5,
            grain: 0.0,
        };
        paper.judge(&paper.histogram(gray));
        paper
    }

    /// Whether anything on the page is dark enough to be ink: print that shines through from the
    /// other side is not.
    pub(super) fn has_ink(&self) -> bool {
        self.contrast >= FAINTEST_INK
    }

    /// The paper's brightness under a pixel, 0 to 255.
    pub(super) fn at(&self, x: usize, y: usize) -> f64 {
        self.tiles[(y / TILE) * self.across + x / TILE]
    }

    /// Brightness relative to the paper, sampled: bucket 200 is the paper's own brightness.
    fn histogram(&self, gray: &Pix) -> [u64; 256] {
        let (width, per_line) = (gray.width() as usize, gray.words_per_line());
        let mut buckets = [0; 256];
        for (y, line) in gray.words().chunks_exact(per_line).enumerate().step_by(2) {
            let row = &self.tiles[(y / TILE) * self.across..][..self.across];
            for (tile, &paper) in row.iter().enumerate() {
                let factor = 200.0 / paper.max(1.0);
                for x in (tile * TILE..((tile + 1) * TILE).min(width)).step_by(2) {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "below 256"
                    )]
                    let bucket = (f64::from(sample(line, x)) * factor).min(255.0) as usize;
                    buckets[bucket] += 1;
                }
            }
        }
        buckets
    }

    /// Level, contrast and grain from the histogram.
    fn judge(&mut self, buckets: &[u64; 256]) {
        let split = otsu(buckets);
        let mean = |range: std::ops::Range<usize>| {
            let (count, sum) = range.fold((0_u64, 0_u64), |(count, sum), value| {
                (count + buckets[value], sum + buckets[value] * value as u64)
            });
            if count == 0 {
                200.0
            } else {
                sum as f64 / count as f64
            }
        };
        let (ink, paper) = (mean(0..split), mean(split..256));
        let spread = (split..256).fold((0.0, 0.0), |(count, sum), value| {
            let weight = buckets[value] as f64;
            (
                count + weight,
                sum + weight * (value as f64 - paper).powi(2),
            )
        });
        self.contrast = ((paper - ink) / paper.max(1.0)).clamp(0.0, 1.0);
        self.grain = if spread.0 > 0.0 {
            (spread.1 / spread.0).sqrt() / 200.0
        } else {
            0.0
        };
        self.level = (split as f64 / 200.0).min(PALEST_LEVEL);
        if self.contrast < FAINTEST_INK {
            self.look_for_few_words(buckets);
        }
    }

    /// A few words on patterned paper: the split parts the pattern, not the ink from it. What is
    /// far darker than any pattern or print from behind is ink all the same.
    fn look_for_few_words(&mut self, buckets: &[u64; 256]) {
        let total: u64 = buckets.iter().sum();
        let mut count = 0;
        let darkest = buckets.iter().position(|&here| {
            count += here;
            count * FEW_WORDS >= total.max(1)
        });
        let usual = 200.0;
        let dark = darkest.unwrap_or(200) as f64;
        let contrast = ((usual - dark) / usual).clamp(0.0, 1.0);
        if contrast >= SURE_INK {
            self.contrast = contrast;
            self.level = f64::midpoint(dark, usual) / 200.0;
        }
    }

    /// One bit a pixel: ink where a sample is darker than the paper by the page's level.
    pub(super) fn ink(&self, gray: &Pix) -> Result<Pix, ImageError> {
        let (width, per_line) = (gray.width() as usize, gray.words_per_line());
        let mut ink = Pix::new(gray.width(), gray.height(), 1)?;
        let ink_per_line = ink.words_per_line();
        let mut levels = vec![0_u8; width];
        for (y, (line, bits)) in gray
            .words()
            .chunks_exact(per_line)
            .zip(ink.words_mut().chunks_exact_mut(ink_per_line))
            .enumerate()
        {
            if y % 4 == 0 {
                self.levels_of_row(y, &mut levels);
            }
            for (word, (samples, limits)) in
                bits.iter_mut().zip(line.chunks(8).zip(levels.chunks(32)))
            {
                *word = ink_word(samples, limits);
            }
        }
        Ok(ink)
    }

    /// The brightness below which each pixel of a row is ink, between tiles interpolated.
    fn levels_of_row(&self, y: usize, levels: &mut [u8]) {
        let (above, below, share) = between(y, self.down);
        let at = |tile: usize| {
            let (top, bottom) = (
                self.tiles[above * self.across + tile],
                self.tiles[below * self.across + tile],
            );
            (top + (bottom - top) * share) * self.level
        };
        let row: Vec<f64> = (0..self.across).map(at).collect();
        for (x, level) in levels.iter_mut().enumerate() {
            let (left, right, share) = between(x, self.across);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 255"
            )]
            let value = (row[left] + (row[right] - row[left]) * share)
                .round()
                .clamp(0.0, 255.0) as u8;
            *level = value;
        }
    }
}

/// The two tiles whose middles a pixel lies between, and its share of the second.
fn between(pixel: usize, tiles: usize) -> (usize, usize, f64) {
    let position = (pixel as f64 + 0.5) / TILE as f64 - 0.5;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a tile's number"
    )]
    let first = position.max(0.0) as usize;
    let second = (first + 1).min(tiles - 1);
    (
        first.min(tiles - 1),
        second,
        (position - first as f64).clamp(0.0, 1.0),
    )
}

/// Thirty-two comparisons as one word of bits.
fn ink_word(samples: &[u32], limits: &[u8]) -> u32 {
    let mut word = 0;
    for (four, limits) in samples.iter().zip(limits.chunks(4)) {
        let mut bits = 0;
        for (value, limit) in four.to_be_bytes().iter().zip(limits) {
            bits = bits << 1 | u32::from(value < limit);
        }
        word = word << 4 | bits << (4 - limits.len());
    }
    let short = 8 - samples.len().min(8).min(limits.len().div_ceil(4));
    if short == 8 { 0 } else { word << (4 * short) }
}

/// The brightness that a quarter of a tile's pixels exceed.
fn brightest_by_tile(gray: &Pix, across: usize, down: usize) -> Vec<f64> {
    let (width, per_line) = (gray.width() as usize, gray.words_per_line());
    let mut tiles = Vec::with_capacity(across * down);
    let mut counts = vec![[0_u16; 256]; across];
    let lines: Vec<&[u32]> = gray.words().chunks_exact(per_line).collect();
    for band in lines.chunks(TILE) {
        counts.iter_mut().for_each(|histogram| histogram.fill(0));
        for line in band.iter().step_by(2) {
            for x in (0..width).step_by(2) {
                counts[x / TILE][usize::from(sample(line, x))] += 1;
            }
        }
        tiles.extend(counts.iter().map(upper_quartile));
    }
    tiles
}

fn upper_quartile(histogram: &[u16; 256]) -> f64 {
    let total: u32 = histogram.iter().map(|&count| u32::from(count)).sum();
    let mut above = 0;
    for (value, &count) in histogram.iter().enumerate().rev() {
        above += u32::from(count);
        if above * 4 >= total {
            return value as f64;
        }
    }
    0.0
}

/// The value in the middle, of at least one; the values are put in another order.
pub(super) fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// Each tile as the median of its neighbourhood's tiles that can be paper; a tile without such
/// neighbours takes the darkest paper believed.
fn smooth(raw: &[f64], across: usize, down: usize, darkest: f64) -> Vec<f64> {
    let mut out = Vec::with_capacity(raw.len());
    let mut near = Vec::with_capacity(25);
    for y in 0..down {
        for x in 0..across {
            near.clear();
            for row in y.saturating_sub(2)..(y + 3).min(down) {
                let from = x.saturating_sub(2);
                let to = (x + 3).min(across);
                near.extend(
                    raw[row * across + from..row * across + to]
                        .iter()
                        .filter(|&&v| v >= darkest),
                );
            }
            out.push(if near.is_empty() {
                darkest
            } else {
                median(&mut near)
            });
        }
    }
    out
}

/// The split that parts a histogram best into dark and light (Otsu 1979): the first light value,
/// amid several that part it alike.
fn otsu(buckets: &[u64; 256]) -> usize {
    let total: u64 = buckets.iter().sum();
    let sum: f64 = buckets
        .iter()
        .enumerate()
        .map(|(value, &count)| value as f64 * count as f64)
        .sum();
    let (mut count, mut below, mut best) = (0_u64, 0.0, -1.0);
    let (mut split, mut last) = (100, 100);
    for (value, &here) in buckets.iter().enumerate().take(255) {
        count += here;
        below += value as f64 * here as f64;
        if count == 0 || count == total {
            continue;
        }
        let (dark, light) = (count as f64, (total - count) as f64);
        let apart = below / dark - (sum - below) / light;
        let score = dark * light * apart * apart;
        if score > best {
            (best, split, last) = (score, value + 1, value + 1);
        } else if score >= best {
            last = value + 1;
        }
    }
    usize::midpoint(split, last)
}

#[cfg(test)]
mod tests {
    use super::{Paper, otsu};
    use crate::binding::Pix;
    use model::{Bitmap, Pixels};

    /// Paper that darkens from left to right, with a stroke of relative darkness in every tile.
    fn shaded(width: u32, height: u32) -> Pix {
        let mut samples = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let paper = 240.0 - 120.0 * f64::from(x) / f64::from(width);
                let ink = x % 40 < 4 && y % 50 > 20;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a byte"
                )]
                samples.push((if ink { paper * 0.4 } else { paper }) as u8);
            }
        }
        Pix::from_bitmap(&Bitmap::new(width, height, Pixels::Gray(samples)).unwrap()).unwrap()
    }

    #[test]
    fn ink_on_shaded_paper_is_found_and_nothing_else() {
        for width in [640, 643, 661] {
            let gray = shaded(width, 400);
            let paper = Paper::measure(&gray);
            let ink = paper.ink(&gray).unwrap();
            let per_line = ink.words_per_line();
            for (y, line) in ink.words().chunks_exact(per_line).enumerate() {
                for x in 0..width as usize {
                    let is_ink = line[x / 32] >> (31 - x % 32) & 1 == 1;
                    assert_eq!(is_ink, x % 40 < 4 && y % 50 > 20, "{x}, {y} of {width}");
                }
            }
            assert!(paper.contrast > 0.5 && paper.evenness < 0.8);
        }
    }

    #[test]
    fn otsu_splits_between_two_heaps() {
        let mut buckets = [0; 256];
        (buckets[40], buckets[200]) = (10, 90);
        assert!((41..=200).contains(&otsu(&buckets)));
    }
}
