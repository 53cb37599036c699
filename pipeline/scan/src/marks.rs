//! Marks on a page that are no words: patch codes and bar codes, and how the page looks.
//!
//! It says what is there; whether that makes the page a separator is decided where its words are
//! known. What is there and cannot be read is said too: a mark that is passed over in silence
//! would merge two people's documents.

mod bars;
mod codes;
mod patch;
mod plane;

use model::{Bitmap, Mark, PagePrint, Pixels, Place, Sheet, Turn};
use plane::Plane;

/// Dots per inch at which patch codes are looked for: their narrowest bar has six.
const PATCH_DPI: u32 = 75;
/// Dots per inch below which no detail is given up for bar codes.
const CODE_DPI: u32 = 200;

/// The marks on a page of that resolution, as displayed.
#[must_use]
pub fn marks(image: &Bitmap, dpi: [u32; 2]) -> Sheet {
    let patch = patch::patch(&Plane::of(image, dpi, PATCH_DPI));
    let plane = Plane::of(image, dpi, CODE_DPI);
    let bars = bars::stands_in(&plane);
    let codes = codes::read(&plane, bars);
    let mut unclear = Vec::new();
    if patch == patch::Found::Unclear {
        unclear.push(Mark::Patch);
    }
    if bars && codes.is_empty() {
        unclear.push(Mark::Bars);
    }
    Sheet {
        patch: patch.separating(),
        codes,
        unclear,
        print: None,
    }
}

/// Columns and rows whose brightness is compared: 8 × 8 differences make 64 bits.
const PRINT_COLUMNS: u32 = 9;
const PRINT_ROWS: u32 = 8;
/// Most samples of a cell along each side.
const SAMPLES: u32 = 32;

/// How the part of a page that has words looks, once it is turned upright: whether each cell of a
/// coarse grid is darker than its neighbour to the right.
#[must_use]
pub fn page_print(image: &Bitmap, words: Place, turn: Turn) -> PagePrint {
    let mut bits = 0;
    for row in 0..PRINT_ROWS {
        let darkness: Vec<u64> = (0..PRINT_COLUMNS)
            .map(|column| cell(image, words, turn, (column, row)))
            .collect();
        for pair in darkness.windows(2) {
            bits = bits << 1 | u64::from(pair[0] > pair[1]);
        }
    }
    PagePrint::from_bits(bits)
}

/// Mean darkness of a cell of the upright page, times 256.
fn cell(image: &Bitmap, area: Place, turn: Turn, (column, row): (u32, u32)) -> u64 {
    let (mut sum, mut count) = (0, 0);
    for j in 0..SAMPLES {
        for i in 0..SAMPLES {
            // Where the sample lies on the upright page, as a share of its sides.
            let across = f64::from(column * SAMPLES + i) / f64::from(PRINT_COLUMNS * SAMPLES);
            let down = f64::from(row * SAMPLES + j) / f64::from(PRINT_ROWS * SAMPLES);
            let (x, y) = match turn {
                Turn::None => (across, down),
                Turn::Half => (1.0 - across, 1.0 - down),
                // What is read from left to right lies from bottom to top, or the other way round.
                Turn::Right => (down, 1.0 - across),
                Turn::Left => (1.0 - down, across),
            };
            sum += u64::from(255 - luma(image, along(area.x, area.w, x), along(area.y, area.h, y)));
            count += 1;
        }
    }
    (sum << 8) / u64::max(count, 1)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a side is within the side"
)]
fn along(from: u32, length: u32, share: f64) -> u32 {
    from + ((f64::from(length) * share) as u32).min(length.saturating_sub(1))
}

/// How bright a pixel is; paper where there is none.
fn luma(image: &Bitmap, x: u32, y: u32) -> u8 {
    if x >= image.width() || y >= image.height() {
        return u8::MAX;
    }
    let (x, row) = (x as usize, y as usize * image.stride());
    match image.pixels() {
        Pixels::Bilevel(bits) if bits[row + x / 8] >> (7 - x % 8) & 1 == 1 => 0,
        Pixels::Bilevel(_) => u8::MAX,
        Pixels::Gray(bytes) => bytes[row + x],
        Pixels::Rgb(bytes) => {
            let pixel = &bytes[row + 3 * x..row + 3 * x + 3];
            let weighed = 3 * u32::from(pixel[0]) + 6 * u32::from(pixel[1]) + u32::from(pixel[2]);
            u8::try_from(weighed / 10).unwrap_or(u8::MAX)
        }
    }
}

#[cfg(test)]
mod tests;
