//! A corner that is folded over: where it was, the scanner saw its own dark background, in a
//! triangle that the edge of the fold cuts off straight.

use model::{Bitmap, Pixels};

/// Darker than this is background or ink, of 255.
const DARK: u8 = 96;
/// Least and greatest length of the triangle's legs along the page's edges, in millimetres.
const LEGS: (f64, f64) = (8.0, 120.0);
/// How much longer one leg may be than the other: a sheet drawn in askew leaves wedges that are
/// many times longer than wide.
const SLANT: f64 = 4.0;
/// Least share of the rows that end where the fold's straight edge says.
const STRAIGHT: f64 = 0.9;
/// How far a row may end from there, as a share of the leg, in pixels beside.
const SLACK: (f64, f64) = (0.06, 3.0);

/// Whether a corner of the page, of that many dots per inch, is folded over.
pub(super) fn is_folded(bitmap: &Bitmap, dpi: [u32; 2]) -> bool {
    [(false, false), (true, false), (false, true), (true, true)]
        .into_iter()
        .any(|(right, bottom)| Corner::of(bitmap, right, bottom).is_folded(dpi))
}

/// The page as seen from one of its corners.
struct Corner<'b> {
    bitmap: &'b Bitmap,
    right: bool,
    bottom: bool,
}

impl<'b> Corner<'b> {
    const fn of(bitmap: &'b Bitmap, right: bool, bottom: bool) -> Self {
        Self {
            bitmap,
            right,
            bottom,
        }
    }

    fn is_folded(&self, dpi: [u32; 2]) -> bool {
        let pixels = |millimetres: f64, dpi: u32| millimetres * f64::from(dpi) / 25.4;
        let within = |leg: usize, dpi: u32| {
            (pixels(LEGS.0, dpi)..pixels(LEGS.1, dpi)).contains(&(leg as f64))
        };
        let (width, height) = (self.bitmap.width() as usize, self.bitmap.height() as usize);
        let along = self.dark_row(0, width);
        let down = (0..height).take_while(|&y| self.is_dark(0, y)).count();
        let (a, b) = (along as f64, down as f64);
        if !within(along, dpi[0]) || !within(down, dpi[1]) || a.max(b) > SLANT * a.min(b) {
            return false;
        }
        let slack = SLACK.0 * a + SLACK.1;
        let straight = (0..down)
            .filter(|&y| {
                let expected = a * (1.0 - y as f64 / b);
                (self.dark_row(y, along + along / 2) as f64 - expected).abs() <= slack
            })
            .count();
        straight as f64 >= STRAIGHT * b
    }

    /// How many pixels from the edge on are dark in a row, of at most that many.
    fn dark_row(&self, y: usize, most: usize) -> usize {
        let most = most.min(self.bitmap.width() as usize);
        (0..most).take_while(|&x| self.is_dark(x, y)).count()
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        let (width, height) = (self.bitmap.width() as usize, self.bitmap.height() as usize);
        let x = if self.right { width - 1 - x } else { x };
        let y = if self.bottom { height - 1 - y } else { y };
        match self.bitmap.pixels() {
            Pixels::Bilevel(bytes) => {
                let byte = bytes[y * width.div_ceil(8) + x / 8];
                byte >> (7 - x % 8) & 1 == 1
            }
            Pixels::Gray(bytes) => bytes[y * width + x] < DARK,
            Pixels::Rgb(bytes) => {
                let pixel = &bytes[3 * (y * width + x)..][..3];
                pixel.iter().all(|&sample| sample < DARK)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_folded;
    use model::{Bitmap, Pixels};

    const DPI: [u32; 2] = [100, 100];
    const SIZE: (usize, usize) = (827, 1169);

    /// A gray page at 100 dpi, dark where told.
    fn page(dark: impl Fn(usize, usize) -> bool) -> Bitmap {
        let mut samples = vec![235; SIZE.0 * SIZE.1];
        for (at, sample) in samples.iter_mut().enumerate() {
            if dark(at % SIZE.0, at / SIZE.0) {
                *sample = 30;
            }
        }
        let (width, height) = (SIZE.0.try_into().unwrap(), SIZE.1.try_into().unwrap());
        Bitmap::new(width, height, Pixels::Gray(samples)).unwrap()
    }

    #[test]
    fn a_dark_triangle_in_any_corner_is_a_fold() {
        let (width, height) = SIZE;
        let fold = |x: usize, y: usize| 3 * x + 2 * y < 300;
        assert!(is_folded(&page(fold), DPI));
        assert!(is_folded(&page(|x, y| fold(width - 1 - x, y)), DPI));
        assert!(is_folded(&page(|x, y| fold(x, height - 1 - y)), DPI));
        assert!(is_folded(
            &page(|x, y| fold(width - 1 - x, height - 1 - y)),
            DPI
        ));
    }

    #[test]
    fn edges_wedges_bars_and_clean_corners_are_none() {
        assert!(!is_folded(&page(|_, _| false), DPI), "clean");
        assert!(!is_folded(&page(|x, y| x < 60 && y < 60), DPI), "a square");
        assert!(!is_folded(&page(|_, y| y < 40), DPI), "a black edge");
        assert!(!is_folded(&page(|x, y| 20 * y + x < 700), DPI), "askew");
        assert!(!is_folded(&page(|x, y| x + y < 12), DPI), "a staple's");
        let round = |x: usize, y: usize| {
            (80_usize.saturating_sub(x)).pow(2) + (80_usize.saturating_sub(y)).pow(2) > 6_400
        };
        assert!(
            !is_folded(&page(|x, y| x < 80 && y < 80 && round(x, y)), DPI),
            "rounded"
        );
    }
}
