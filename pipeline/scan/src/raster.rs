//! Moving pixels without changing them: turning a stored image to how it is displayed, and laying
//! images on a blank page. Never scales and never smooths: the scan's own bits stay its own.

use model::{Bitmap, Limits, Pixels};

/// How stored rows and columns become the page as displayed.
///
/// First rows and columns are swapped (or not), then left and right, then top and bottom. These
/// are the eight values of TIFF 6.0's `Orientation` (tag 274), which EXIF takes over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Orientation {
    /// Rows become columns.
    pub(crate) transposed: bool,
    /// Left and right change sides, after the above.
    pub(crate) mirrored: bool,
    /// Top and bottom change sides, after the above.
    pub(crate) upside_down: bool,
}

impl Orientation {
    /// From the value of TIFF's tag 274; what is none of the eight counts as upright.
    pub(crate) const fn from_tag(tag: u32) -> Self {
        let (transposed, mirrored, upside_down) = match tag {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self {
            transposed,
            mirrored,
            upside_down,
        }
    }

    /// The size of an image of `width` × `height` once displayed; works for any pair.
    pub(crate) fn size<T>(self, width: T, height: T) -> (T, T) {
        if self.transposed {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// The image as displayed.
    pub(crate) fn apply(self, image: Bitmap) -> Bitmap {
        if self == Self::default() {
            return image;
        }
        let stored = (image.width(), image.height());
        let (width, height) = self.size(stored.0, stored.1);
        let pixels = match image.into_pixels() {
            Pixels::Bilevel(bits) => Pixels::Bilevel(self.turn_bits(&bits, stored)),
            Pixels::Gray(bytes) => Pixels::Gray(self.turn_bytes::<1>(&bytes, stored)),
            Pixels::Rgb(bytes) => Pixels::Rgb(self.turn_bytes::<3>(&bytes, stored)),
        };
        Bitmap::new(width, height, pixels).expect("a turned image has as many pixels as before")
    }

    /// Where the stored pixel goes, on a displayed image of `width` × `height`.
    fn target(self, x: usize, y: usize, (width, height): (usize, usize)) -> (usize, usize) {
        let (x, y) = if self.transposed { (y, x) } else { (x, y) };
        (
            if self.mirrored { width - 1 - x } else { x },
            if self.upside_down { height - 1 - y } else { y },
        )
    }

    /// Paper is mostly white, so only black pixels are moved.
    fn turn_bits(self, bits: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
        let (width, height) = (width as usize, height as usize);
        let shown = self.size(width, height);
        let (from, to) = (width.div_ceil(8), shown.0.div_ceil(8));
        let mut out = vec![0; to * shown.1];
        for (y, row) in bits.chunks_exact(from).enumerate() {
            for (n, &byte) in row.iter().enumerate().filter(|&(_, &byte)| byte != 0) {
                for bit in (0..8).filter(|bit| byte & (0x80 >> bit) != 0) {
                    let x = n * 8 + bit;
                    if x < width {
                        let (x, y) = self.target(x, y, shown);
                        out[y * to + x / 8] |= 0x80 >> (x % 8);
                    }
                }
            }
        }
        out
    }

    /// Tiles of 32 × 32 keep both images in the cache.
    fn turn_bytes<const N: usize>(self, bytes: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
        const TILE: usize = 32;
        let (width, height) = (width as usize, height as usize);
        let shown = self.size(width, height);
        let mut out = vec![0; bytes.len()];
        for top in (0..height).step_by(TILE) {
            for left in (0..width).step_by(TILE) {
                for y in top..(top + TILE).min(height) {
                    for x in left..(left + TILE).min(width) {
                        let (to_x, to_y) = self.target(x, y, shown);
                        let (from, to) = ((y * width + x) * N, (to_y * shown.0 + to_x) * N);
                        out[to..to + N].copy_from_slice(&bytes[from..from + N]);
                    }
                }
            }
        }
        out
    }
}

/// Checks a page's size against the limits before anything is allocated for it; says which limit
/// it exceeds.
pub(crate) fn check_size(width: u64, height: u64, limits: &Limits) -> Result<(), String> {
    if width == 0 || height == 0 {
        return Err(format!("the page has no pixels: {width} × {height}"));
    }
    if width.max(height) > u64::from(limits.page_side) {
        return Err(format!(
            "{width} × {height} pixels exceed the limit `page_side` of {} pixels",
            limits.page_side
        ));
    }
    if width * height > limits.page_pixels {
        return Err(format!(
            "{width} × {height} pixels exceed the limit `page_pixels` of {}",
            limits.page_pixels
        ));
    }
    Ok(())
}

/// A black and white image at a whole fraction of its size: a pixel is black where any of the
/// `by` × `by` that it stands for is. What is not black and white stays as it is.
pub(crate) fn reduce(image: &Bitmap, by: u32) -> Bitmap {
    let Pixels::Bilevel(bits) = image.pixels() else {
        return image.clone();
    };
    let by = by.max(1) as usize;
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (small_width, small_height) = (width.div_ceil(by), height.div_ceil(by));
    let stride = small_width.div_ceil(8);
    let mut small = vec![0u8; stride * small_height];
    for (y, row) in bits.chunks_exact(image.stride()).enumerate() {
        let target = &mut small[y / by * stride..][..stride];
        for (n, &byte) in row.iter().enumerate().filter(|&(_, &byte)| byte != 0) {
            for bit in (0..8).filter(|bit| byte & (0x80 >> bit) != 0) {
                let x = (n * 8 + bit) / by;
                target[x / 8] |= 0x80 >> (x % 8);
            }
        }
    }
    let side = |pixels: usize| u32::try_from(pixels).expect("no longer than the side it came from");
    Bitmap::new(
        side(small_width),
        side(small_height),
        Pixels::Bilevel(small),
    )
    .expect("the image was allocated in its size")
}

/// Lays images on a blank page of `width` × `height`, each with its top left corner at the given
/// column and row; what reaches over the edge is cut off. The page is as colourful as the most
/// colourful of them.
pub(crate) fn lay_out(width: u32, height: u32, images: &[(Bitmap, i64, i64)]) -> Bitmap {
    let is = |wanted: fn(&Pixels) -> bool| images.iter().any(|(i, _, _)| wanted(i.pixels()));
    let pixels = if is(|p| matches!(p, Pixels::Rgb(_))) {
        Pixels::Rgb(lay_bytes::<3>(width, height, images))
    } else if is(|p| matches!(p, Pixels::Gray(_))) {
        Pixels::Gray(lay_bytes::<1>(width, height, images))
    } else {
        Pixels::Bilevel(lay_bits(width, height, images))
    };
    Bitmap::new(width, height, pixels).expect("the page was allocated in its size")
}

fn lay_bits(width: u32, height: u32, images: &[(Bitmap, i64, i64)]) -> Vec<u8> {
    let stride = (width as usize).div_ceil(8);
    let mut page = vec![0u8; stride * height as usize];
    for (image, left, top) in images {
        let Pixels::Bilevel(bits) = image.pixels() else {
            unreachable!("a bilevel page is made of bilevel images only");
        };
        for (row, line) in (*top..).zip(bits.chunks_exact(image.stride())) {
            let Some(row) = usize::try_from(row).ok().filter(|&r| r < height as usize) else {
                continue;
            };
            let page = &mut page[row * stride..][..stride];
            for (n, &byte) in line.iter().enumerate().filter(|&(_, &byte)| byte != 0) {
                for bit in (0..8).filter(|bit| byte & (0x80 >> bit) != 0) {
                    let inside = n * 8 + bit < image.width() as usize;
                    let x = left + i64::try_from(n * 8 + bit).unwrap_or(i64::MAX);
                    if inside && (0..i64::from(width)).contains(&x) {
                        let x = usize::try_from(x).expect("within the page, as just checked");
                        page[x / 8] |= 0x80 >> (x % 8);
                    }
                }
            }
        }
    }
    page
}

fn lay_bytes<const N: usize>(width: u32, height: u32, images: &[(Bitmap, i64, i64)]) -> Vec<u8> {
    let mut page = vec![255u8; width as usize * height as usize * N];
    for (image, left, top) in images {
        for y in 0..image.height() {
            let row = top + i64::from(y);
            if !(0..i64::from(height)).contains(&row) {
                continue;
            }
            for x in 0..image.width() {
                let column = left + i64::from(x);
                if (0..i64::from(width)).contains(&column) {
                    let at = usize::try_from(row * i64::from(width) + column)
                        .expect("within the page, as just checked");
                    page[at * N..][..N].copy_from_slice(&sample::<N>(image, x, y));
                }
            }
        }
    }
    page
}

/// One pixel as `N` bytes: a gray one for 1, red, green and blue for 3.
pub(crate) fn sample<const N: usize>(image: &Bitmap, x: u32, y: u32) -> [u8; N] {
    let at = y as usize * image.stride();
    match image.pixels() {
        Pixels::Bilevel(bits) => {
            let black = bits[at + x as usize / 8] & (0x80 >> (x % 8)) != 0;
            [if black { 0 } else { 255 }; N]
        }
        Pixels::Gray(bytes) => [bytes[at + x as usize]; N],
        Pixels::Rgb(bytes) => std::array::from_fn(|n| bytes[at + x as usize * 3 + n]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Orientation, lay_out, reduce};
    use model::{Bitmap, Pixels};
    use proptest::prelude::*;

    #[test]
    fn the_eight_orientations_of_tiff() {
        // The letter F's first strokes: 1 2 over 3 4 over 5 6.
        let stored = || Bitmap::new(2, 3, Pixels::Gray(vec![1, 2, 3, 4, 5, 6])).unwrap();
        let check = |tag, width, expected: [u8; 6]| {
            let shown = Orientation::from_tag(tag).apply(stored());
            assert_eq!(
                (shown.width(), shown.into_pixels()),
                (width, Pixels::Gray(expected.into()))
            );
        };
        check(1, 2, [1, 2, 3, 4, 5, 6]);
        check(2, 2, [2, 1, 4, 3, 6, 5]);
        check(3, 2, [6, 5, 4, 3, 2, 1]);
        check(4, 2, [5, 6, 3, 4, 1, 2]);
        check(5, 3, [1, 3, 5, 2, 4, 6]);
        check(6, 3, [5, 3, 1, 6, 4, 2]);
        check(7, 3, [6, 4, 2, 5, 3, 1]);
        check(8, 3, [2, 4, 6, 1, 3, 5]);
        check(99, 2, [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_reduced_image_loses_no_ink() {
        let row = |bits: u16| bits.to_be_bytes();
        let rows = [
            row(0b0000_0000_0100_0000),
            row(0),
            row(0b1000_0000_0000_0000),
        ];
        let image = Bitmap::new(10, 3, Pixels::Bilevel(rows.concat())).unwrap();
        let small = reduce(&image, 3);
        assert_eq!((small.width(), small.height()), (4, 1));
        assert_eq!(small.into_pixels(), Pixels::Bilevel(vec![0b1001_0000]));
    }

    #[test]
    fn images_are_cut_at_the_page_and_keep_their_kind() {
        let black = Bitmap::new(4, 2, Pixels::Bilevel(vec![0xF0, 0xF0])).unwrap();
        let page = lay_out(10, 3, &[(black.clone(), 8, 0), (black.clone(), -3, 2)]);
        assert_eq!(
            page.into_pixels(),
            Pixels::Bilevel(vec![0x00, 0xC0, 0x00, 0xC0, 0x80, 0x00])
        );
        let gray = Bitmap::new(1, 1, Pixels::Gray(vec![7])).unwrap();
        assert_eq!(
            lay_out(3, 1, &[(gray, 0, 0), (black, 1, 0)]).into_pixels(),
            Pixels::Gray(vec![7, 0, 0])
        );
    }

    proptest! {
        #[test]
        fn bits_turn_as_bytes_do(tag in 1u32..9, width in 1u32..40, height in 1u32..20, seed: u64) {
            let bit = |n: u64| (seed.wrapping_mul(n * 2 + 1) >> 40) & 1 == 1;
            let stride = width.div_ceil(8);
            let mut bits = vec![0u8; (stride * height) as usize];
            let mut gray = vec![255u8; (width * height) as usize];
            for n in (0..width * height).filter(|&n| bit(n.into())) {
                bits[(n / width * stride + n % width / 8) as usize] |= 0x80 >> (n % width % 8);
                gray[n as usize] = 0;
            }
            let turn = Orientation::from_tag(tag);
            let bits = turn.apply(Bitmap::new(width, height, Pixels::Bilevel(bits)).unwrap());
            let gray = turn.apply(Bitmap::new(width, height, Pixels::Gray(gray)).unwrap());
            let white = Bitmap::new(1, 1, Pixels::Gray(vec![255])).unwrap();
            let (w, h) = (bits.width(), bits.height());
            // Laid beside a gray image a bilevel one turns gray too.
            let as_gray = lay_out(w, h, &[(white, -5, -5), (bits, 0, 0)]);
            prop_assert_eq!(as_gray, gray);
        }
    }
}
