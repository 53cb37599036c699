//! A page for people's eyes: as it is displayed, no wider than asked, and a part of one.
//!
//! Here, and only here, images are made smaller: each new pixel is the exact average of what it
//! covers. Nothing is ever made larger than the file has it.

use crate::raster::{lay_out, sample};
use model::{Bitmap, Pixels, Place};

/// The image with at most `width` columns and `pixels` pixels; itself where it has no more.
pub(crate) fn fitted(image: Bitmap, width: u32, pixels: u64) -> Bitmap {
    let (from_w, from_h) = (u64::from(image.width()), u64::from(image.height()));
    let by_area = (pixels.saturating_mul(from_w) / from_h).isqrt();
    let to = u64::from(width).min(by_area).max(1);
    if to >= from_w {
        return image;
    }
    let to_w = u32::try_from(to).expect("it is narrower than the image");
    let to_h = u32::try_from((from_h * to / from_w).max(1)).expect("it is lower than the image");
    let pixels = match image.pixels() {
        Pixels::Rgb(_) => Pixels::Rgb(shrunk::<3>(&image, to_w, to_h)),
        Pixels::Gray(_) | Pixels::Bilevel(_) => Pixels::Gray(shrunk::<1>(&image, to_w, to_h)),
    };
    Bitmap::new(to_w, to_h, pixels).expect("as many pixels were averaged as the size says")
}

/// The part of an image in `place`, which lies within it.
#[must_use]
pub fn part(image: Bitmap, place: Place) -> Bitmap {
    if (place.x, place.y, place.w, place.h) == (0, 0, image.width(), image.height()) {
        return image;
    }
    let moved = (image, -i64::from(place.x), -i64::from(place.y));
    lay_out(place.w, place.h, &[moved])
}

/// For each new pixel on a side, the old ones that it covers and how much of each; the shares of
/// one add up to `from`.
fn covers(from: u32, to: u32) -> Vec<Vec<(u32, u64)>> {
    let (old, new) = (u64::from(from), u64::from(to));
    let share = |n: u64, i: u64| {
        let (start, end) = ((n * old).max(i * new), ((n + 1) * old).min((i + 1) * new));
        end.saturating_sub(start)
    };
    let covered = |n: u64| {
        let first = n * old / new;
        let last = ((n + 1) * old).div_ceil(new);
        (first..last)
            .filter_map(|i| Some((u32::try_from(i).ok()?, share(n, i))))
            .collect()
    };
    (0..new).map(covered).collect()
}

fn shrunk<const N: usize>(image: &Bitmap, width: u32, height: u32) -> Vec<u8> {
    let (columns, rows) = (covers(image.width(), width), covers(image.height(), height));
    let whole = u64::from(image.width()) * u64::from(image.height());
    let mut out = Vec::with_capacity(width as usize * height as usize * N);
    let mut sums = vec![[0u64; N]; width as usize];
    for row in &rows {
        sums.fill([0; N]);
        for &(y, down) in row {
            for (sum, column) in sums.iter_mut().zip(&columns) {
                for &(x, across) in column {
                    let pixel = sample::<N>(image, x, y);
                    for (sum, value) in sum.iter_mut().zip(pixel) {
                        *sum += u64::from(value) * down * across;
                    }
                }
            }
        }
        let average = |sum: &u64| {
            u8::try_from((sum + whole / 2) / whole).expect("an average of bytes is a byte")
        };
        out.extend(sums.iter().flatten().map(average));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{fitted, part};
    use model::{Bitmap, Pixels, Place};
    use proptest::prelude::*;

    fn gray(width: u32, height: u32, bytes: &[u8]) -> Bitmap {
        Bitmap::new(width, height, Pixels::Gray(bytes.into())).unwrap()
    }

    #[test]
    fn each_pixel_is_the_average_of_what_it_covers() {
        let image = gray(4, 2, &[0, 100, 10, 20, 100, 200, 30, 40]);
        assert_eq!(fitted(image, 2, 1_000), gray(2, 1, &[100, 25]));
        // Three columns to two: the middle one is shared.
        let image = gray(3, 1, &[0, 90, 240]);
        assert_eq!(fitted(image, 2, 1_000), gray(2, 1, &[30, 190]));
        let stripes = Bitmap::new(8, 2, Pixels::Bilevel(vec![0xCA, 0xCA])).unwrap();
        assert_eq!(fitted(stripes, 4, 1_000), gray(4, 1, &[0, 255, 128, 128]));
        let colours = Bitmap::new(2, 2, Pixels::Rgb((0..12).collect())).unwrap();
        assert_eq!(
            fitted(colours, 1, 1_000),
            Bitmap::new(1, 1, Pixels::Rgb(vec![5, 6, 7])).unwrap()
        );
    }

    #[test]
    fn what_is_small_enough_stays_itself() {
        let dots = Bitmap::new(8, 1, Pixels::Bilevel(vec![0x55])).unwrap();
        assert_eq!(fitted(dots.clone(), 8, 8), dots);
        let tall = gray(10, 1_000, &[7; 10_000]);
        let small = fitted(tall, 10, 2_500);
        assert_eq!((small.width(), small.height()), (5, 500));
    }

    #[test]
    fn a_part_is_cut_out_as_it_is() {
        let image = gray(3, 3, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(part(image, Place::new(1, 1, 2, 1)), gray(2, 1, &[5, 6]));
    }

    proptest! {
        #[test]
        fn an_even_page_stays_even(w in 1u32..90, h in 1u32..90, to in 1u32..90, level: u8) {
            let image = gray(w, h, &vec![level; (w * h) as usize]);
            let small = fitted(image, to, 10_000);
            prop_assert!(small.width() <= to.max(1) && small.width() <= w);
            let Pixels::Gray(bytes) = small.into_pixels() else { panic!("it was gray") };
            prop_assert!(bytes.iter().all(|&byte| byte == level));
        }
    }
}
