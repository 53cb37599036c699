//! Stamps, signatures and highlighter are lifted off coloured pages before reading.
//!
//! Only what is coloured *and* larger than letters goes, with what stands inside it; text printed
//! in colour stays. Black print under a stamp stays too, because it is not bright in any colour.

use crate::binding::{ImageError, Pix};
use model::Place;

/// Least distance between a pixel's brightest and darkest sample that is colour, not noise.
const COLOUR: u8 = 38;

/// Least brightness of a coloured pixel's brightest sample: black print under red ink is darker.
const BRIGHT: u8 = 100;

/// The page in gray, by luminance, without large coloured ink; and where that was, in pixels of the
/// page as given.
pub(super) fn lifted(page: &Pix, dpi: [u32; 2]) -> Result<(Pix, Vec<Place>), ImageError> {
    let mut gray = page.to_gray()?;
    let mask = coloured_pixels(page)?;
    // A letter of 10 points is a ninth of an inch high with its ascenders; strokes of a stamp's
    // frame or a signature are larger.
    let letter = (dpi[1].clamp(72, 1200) / 9).max(8);
    let joined = mask.closed(5, 5)?;
    let places: Vec<Place> = joined
        .components()
        .into_iter()
        .filter(|p| p.h > letter && p.w > letter || p.w > 12 * letter)
        .collect();
    if places.is_empty() {
        return Ok((gray, places));
    }
    let mut lift = Pix::new(page.width(), page.height(), 1)?;
    for &place in &places {
        lift.paste(&mask.clipped(place)?, place);
    }
    let lift = lift.dilated(5, 5)?;
    whiten(&mut gray, &lift, page);
    Ok((gray, places))
}

/// A pixel's darkest and brightest sample.
fn range(pixel: u32) -> (u8, u8) {
    let [red, green, blue, _] = pixel.to_be_bytes();
    (red.min(green).min(blue), red.max(green).max(blue))
}

fn coloured_pixels(page: &Pix) -> Result<Pix, ImageError> {
    let mut mask = Pix::new(page.width(), page.height(), 1)?;
    let (per_line, mask_per_line) = (page.words_per_line(), mask.words_per_line());
    let lines = page
        .words()
        .chunks_exact(per_line)
        .zip(mask.words_mut().chunks_exact_mut(mask_per_line));
    for (line, bits) in lines {
        for (pixels, word) in line.chunks(32).zip(bits) {
            for (bit, &pixel) in pixels.iter().enumerate() {
                let (low, high) = range(pixel);
                *word |= u32::from(high - low >= COLOUR && high >= BRIGHT) << (31 - bit);
            }
        }
    }
    Ok(mask)
}

/// Sets the masked pixels to white, but for those that are dark in every colour.
fn whiten(gray: &mut Pix, mask: &Pix, page: &Pix) {
    let (per_line, mask_per_line) = (gray.words_per_line(), mask.words_per_line());
    let page_per_line = page.words_per_line();
    let lines = gray
        .words_mut()
        .chunks_exact_mut(per_line)
        .zip(mask.words().chunks_exact(mask_per_line))
        .zip(page.words().chunks_exact(page_per_line));
    for ((samples, bits), pixels) in lines {
        for (x, &pixel) in pixels.iter().enumerate() {
            if bits[x / 32] >> (31 - x % 32) & 1 == 1 && range(pixel).1 >= BRIGHT {
                samples[x / 4] |= 0xff << (24 - x % 4 * 8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lifted;
    use crate::binding::Pix;
    use model::{Bitmap, Pixels};

    #[test]
    fn a_red_frame_goes_and_the_print_under_it_stays() {
        let mut samples = vec![250_u8; 400 * 300 * 3];
        let mut paint = |x: usize, y: usize, colour: [u8; 3]| {
            samples[(y * 400 + x) * 3..][..3].copy_from_slice(&colour);
        };
        for x in 100..300 {
            for y in [100, 101, 102, 200, 201, 202] {
                paint(x, y, [200, 90, 90]);
            }
        }
        for y in 100..200 {
            for x in [100, 101, 298, 299] {
                paint(x, y, [200, 90, 90]);
            }
        }
        // Black print across the frame, and a small blue letter elsewhere.
        for x in 150..154 {
            (90..110).for_each(|y| paint(x, y, [50, 20, 20]));
            (20..40).for_each(|y| paint(x, y, [40, 60, 180]));
        }
        let page = Pix::from_bitmap(&Bitmap::new(400, 300, Pixels::Rgb(samples)).unwrap()).unwrap();
        let (gray, coloured) = lifted(&page, [300, 300]).unwrap();
        let ink = gray.below(150).unwrap();
        let rows = ink.ink_by_row();
        assert_eq!((rows[101], rows[150], rows[30]), (4, 0, 4));
        assert_eq!(coloured.len(), 1);
    }
}
