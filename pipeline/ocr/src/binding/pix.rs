//! Leptonica's image, owned.

use super::bricks;
use leptonica_sys as lept;
use model::{Bitmap, Pixels, Place};
use std::ptr::{self, NonNull};
use thiserror::Error;

/// Leptonica could not make an image: out of memory, or a size that it refuses.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("Leptonica's {0} gave no image: out of memory, or a size that it refuses")]
pub(crate) struct ImageError(pub(crate) &'static str);

/// An image of 1, 8 or 32 bits a pixel.
///
/// At one bit a set bit is ink; the leftmost pixel is the highest bit of a row's first word.
pub(crate) struct Pix(NonNull<lept::Pix>);

impl Drop for Pix {
    fn drop(&mut self) {
        let mut raw = self.0.as_ptr();
        // SAFETY: `self.0` came from a Leptonica constructor and is owned here alone.
        unsafe { lept::pixDestroy(&raw mut raw) };
    }
}

/// Takes over what a Leptonica constructor returned.
fn own(raw: *mut lept::Pix, operation: &'static str) -> Result<Pix, ImageError> {
    NonNull::new(raw).map(Pix).ok_or(ImageError(operation))
}

fn signed(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

fn unsigned(value: i32) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

impl Pix {
    /// A white (0 at one bit, black otherwise) image.
    pub(crate) fn new(width: u32, height: u32, depth: i32) -> Result<Self, ImageError> {
        // SAFETY: takes numbers only; a size it refuses gives null.
        own(
            unsafe { lept::pixCreate(signed(width), signed(height), depth) },
            "pixCreate",
        )
    }

    /// The page's own samples, bit for bit.
    pub(crate) fn from_bitmap(bitmap: &Bitmap) -> Result<Self, ImageError> {
        let stride = bitmap.stride();
        let (depth, bytes) = match bitmap.pixels() {
            Pixels::Bilevel(b) => (1, b),
            Pixels::Gray(b) => (8, b),
            Pixels::Rgb(b) => (32, b),
        };
        let mut pix = Self::new(bitmap.width(), bitmap.height(), depth)?;
        let per_line = pix.words_per_line();
        for (row, line) in bytes
            .chunks_exact(stride)
            .zip(pix.words_mut().chunks_exact_mut(per_line))
        {
            if depth == 32 {
                for (rgb, word) in row.chunks_exact(3).zip(line) {
                    *word = u32::from_be_bytes([rgb[0], rgb[1], rgb[2], 0]);
                }
            } else {
                for (group, word) in row.chunks(4).zip(line) {
                    let mut four = [0; 4];
                    four[..group.len()].copy_from_slice(group);
                    *word = u32::from_be_bytes(four);
                }
            }
        }
        if depth == 1 {
            pix.clear_padding();
        }
        Ok(pix)
    }

    /// Bits beyond the right edge must be white: Leptonica counts whole words.
    pub(super) fn clear_padding(&mut self) {
        self.on_padding(|word, padding| *word &= !padding);
    }

    /// Bits beyond the right edge as ink, for a moment.
    pub(super) fn fill_padding(&mut self) {
        self.on_padding(|word, padding| *word |= padding);
    }

    fn on_padding(&mut self, change: impl Fn(&mut u32, u32)) {
        let used = self.width() % 32;
        if used == 0 {
            return;
        }
        let (padding, per_line) = (u32::MAX >> used, self.words_per_line());
        for line in self.words_mut().chunks_exact_mut(per_line) {
            if let Some(last) = line.last_mut() {
                change(last, padding);
            }
        }
    }

    pub(super) fn raw(&self) -> *mut lept::Pix {
        self.0.as_ptr()
    }

    /// Columns.
    pub(crate) fn width(&self) -> u32 {
        // SAFETY: a live image.
        unsigned(unsafe { lept::pixGetWidth(self.raw()) })
    }

    /// Rows.
    pub(crate) fn height(&self) -> u32 {
        // SAFETY: a live image.
        unsigned(unsafe { lept::pixGetHeight(self.raw()) })
    }

    /// Bits a pixel: 1, 8 or 32.
    pub(crate) fn depth(&self) -> i32 {
        // SAFETY: a live image.
        unsafe { lept::pixGetDepth(self.raw()) }
    }

    /// 32-bit words of one row.
    pub(crate) fn words_per_line(&self) -> usize {
        // SAFETY: a live image.
        usize::try_from(unsafe { lept::pixGetWpl(self.raw()) }).unwrap_or(0)
    }

    /// All samples, row after row, leftmost in the highest bits.
    pub(crate) fn words(&self) -> &[u32] {
        let len = self.words_per_line() * self.height() as usize;
        // SAFETY: Leptonica allocates `wpl * height` words; they live as long as the image, and
        // no method changes them through a shared reference.
        unsafe { std::slice::from_raw_parts(lept::pixGetData(self.raw()), len) }
    }

    /// All samples, to change.
    pub(crate) fn words_mut(&mut self) -> &mut [u32] {
        let len = self.words_per_line() * self.height() as usize;
        // SAFETY: as `words`; `&mut self` is the only way to this memory.
        unsafe { std::slice::from_raw_parts_mut(lept::pixGetData(self.raw()), len) }
    }

    /// A copy.
    pub(crate) fn copy(&self) -> Result<Self, ImageError> {
        // SAFETY: a live source; null asks for a new image.
        own(
            unsafe { lept::pixCopy(ptr::null_mut(), self.raw()) },
            "pixCopy",
        )
    }

    /// Eight bits a pixel from any depth, by luminance.
    pub(crate) fn to_gray(&self) -> Result<Self, ImageError> {
        // SAFETY (both): a live source, numbers otherwise.
        if self.depth() == 32 {
            own(
                unsafe { lept::pixConvertRGBToGray(self.raw(), 0.0, 0.0, 0.0) },
                "pixConvertRGBToGray",
            )
        } else {
            own(
                unsafe { lept::pixConvertTo8(self.raw(), 0) },
                "pixConvertTo8",
            )
        }
    }

    /// One bit a pixel: ink where a gray sample is below `level`.
    #[cfg(test)]
    pub(crate) fn below(&self, level: i32) -> Result<Self, ImageError> {
        // SAFETY: a live source.
        own(
            unsafe { lept::pixThresholdToBinary(self.raw(), level) },
            "pixThresholdToBinary",
        )
    }

    /// Turned clockwise by quarters (0 to 3).
    pub(crate) fn turned(&self, quarters: i32) -> Result<Self, ImageError> {
        // SAFETY: a live source.
        own(
            unsafe { lept::pixRotateOrth(self.raw(), quarters) },
            "pixRotateOrth",
        )
    }

    /// Turned clockwise by a small angle about its middle, in its own size; white comes in.
    pub(crate) fn rotated(&self, degrees: f64) -> Result<Self, ImageError> {
        #[expect(clippy::cast_possible_truncation, reason = "an angle in radians")]
        let angle = degrees.to_radians() as f32;
        let method = if self.depth() == 1 {
            lept::L_ROTATE_SAMPLING
        } else {
            lept::L_ROTATE_AREA_MAP
        };
        let white = lept::L_BRING_IN_WHITE as i32;
        // SAFETY: a live source.
        own(
            unsafe { lept::pixRotate(self.raw(), angle, method as i32, white, 0, 0) },
            "pixRotate",
        )
    }

    /// Scaled; gray and colour are interpolated.
    pub(crate) fn scaled(&self, x: f64, y: f64) -> Result<Self, ImageError> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a factor between 0.1 and 10"
        )]
        let (x, y) = (x as f32, y as f32);
        // SAFETY: a live source.
        own(unsafe { lept::pixScale(self.raw(), x, y) }, "pixScale")
    }

    /// Halved once for every level: a bit is set when at least `level` of its four were.
    pub(crate) fn reduced(&self, levels: [i32; 4]) -> Result<Self, ImageError> {
        let [a, b, c, d] = levels;
        // SAFETY: a live source.
        own(
            unsafe { lept::pixReduceRankBinaryCascade(self.raw(), a, b, c, d) },
            "pixReduceRankBinaryCascade",
        )
    }

    /// What survives a brick of that size: runs and blobs at least as large.
    pub(crate) fn opened(&self, width: u32, height: u32) -> Result<Self, ImageError> {
        let mut opened = self.copy()?;
        bricks::open(&mut opened, width, height);
        Ok(opened)
    }

    /// With gaps smaller than a brick of that size closed.
    pub(crate) fn closed(&self, width: u32, height: u32) -> Result<Self, ImageError> {
        let mut closed = self.copy()?;
        bricks::close(&mut closed, width, height);
        Ok(closed)
    }

    /// Grown by a brick of that size.
    pub(crate) fn dilated(&self, width: u32, height: u32) -> Result<Self, ImageError> {
        let mut dilated = self.copy()?;
        bricks::dilate(&mut dilated, width, height);
        Ok(dilated)
    }

    /// Without the components that fit into a square of `side` pixels.
    pub(crate) fn without_specks(&self, side: u32) -> Result<Self, ImageError> {
        let (either, larger) = (lept::L_SELECT_IF_EITHER as i32, lept::L_SELECT_IF_GT as i32);
        // SAFETY: a live source; null where the flag «changed» is not wanted.
        own(
            unsafe {
                lept::pixSelectBySize(
                    self.raw(),
                    signed(side),
                    signed(side),
                    8,
                    either,
                    larger,
                    ptr::null_mut(),
                )
            },
            "pixSelectBySize",
        )
    }

    /// A part of the image; the part must lie within it.
    pub(crate) fn clipped(&self, place: Place) -> Result<Self, ImageError> {
        // SAFETY: the box is made and destroyed here; a box outside the image gives null.
        unsafe {
            let mut area = lept::boxCreate(
                signed(place.x),
                signed(place.y),
                signed(place.w),
                signed(place.h),
            );
            let raw = lept::pixClipRectangle(self.raw(), area, ptr::null_mut());
            lept::boxDestroy(&raw mut area);
            own(raw, "pixClipRectangle")
        }
    }

    /// Enlarged by repeating every pixel.
    pub(crate) fn expanded(&self, factor: i32) -> Result<Self, ImageError> {
        // SAFETY: a live source.
        own(
            unsafe { lept::pixExpandReplicate(self.raw(), factor) },
            "pixExpandReplicate",
        )
    }

    /// Adds a part, with its top left corner where `place` has its own.
    pub(crate) fn paste(&mut self, part: &Self, place: Place) {
        let paint = (lept::PIX_SRC | lept::PIX_DST) as i32;
        // SAFETY: live images of equal depth; the rectangle is clipped to both.
        unsafe {
            lept::pixRasterop(
                self.raw(),
                signed(place.x),
                signed(place.y),
                signed(place.w),
                signed(place.h),
                paint,
                part.raw(),
                0,
                0,
            );
        }
    }

    /// Takes away what `other` holds.
    pub(crate) fn subtract(&mut self, other: &Self) {
        // SAFETY: live images; in place, sizes are clipped to each other.
        unsafe { lept::pixSubtract(self.raw(), self.raw(), other.raw()) };
    }

    /// Adds what `other` holds.
    pub(crate) fn unite(&mut self, other: &Self) {
        // SAFETY: as `subtract`.
        unsafe { lept::pixOr(self.raw(), self.raw(), other.raw()) };
    }

    /// Keeps what `other` holds too.
    pub(crate) fn intersect(&mut self, other: &Self) {
        // SAFETY: as `subtract`.
        unsafe { lept::pixAnd(self.raw(), self.raw(), other.raw()) };
    }

    /// Fills a rectangle.
    pub(crate) fn fill(&mut self, place: Place, with: Fill) {
        let operation = match with {
            #[cfg(test)]
            Fill::Ink => lept::PIX_SET as i32,
            Fill::Paper => lept::PIX_CLR as i32,
            Fill::Inverted => (lept::PIX_DST ^ 0xf) as i32, // C's PIX_NOT(PIX_DST)
        };
        // SAFETY: a live image; the rectangle is clipped to it.
        unsafe {
            lept::pixRasterop(
                self.raw(),
                signed(place.x),
                signed(place.y),
                signed(place.w),
                signed(place.h),
                operation,
                ptr::null_mut(),
                0,
                0,
            );
        }
    }

    /// The rectangles of the connected components (8-connected).
    pub(crate) fn components(&self) -> Vec<Place> {
        // SAFETY: the list is made and destroyed here; every index is below its count.
        unsafe {
            let mut list = lept::pixConnCompBB(self.raw(), 8);
            if list.is_null() {
                return Vec::new();
            }
            let places = (0..lept::boxaGetCount(list))
                .map(|index| {
                    let (mut x, mut y, mut w, mut h) = (0, 0, 0, 0);
                    lept::boxaGetBoxGeometry(
                        list, index, &raw mut x, &raw mut y, &raw mut w, &raw mut h,
                    );
                    Place::new(unsigned(x), unsigned(y), unsigned(w), unsigned(h))
                })
                .collect();
            lept::boxaDestroy(&raw mut list);
            places
        }
    }

    /// Degrees by which the lines run off the level (clockwise positive), and how sure that is:
    /// Leptonica's ratio of the best to the worst score, useful above 3.
    pub(crate) fn skew(&self) -> Option<(f64, f64)> {
        let (mut angle, mut confidence) = (0.0, 0.0);
        // SAFETY: a live source; two numbers are written.
        let failed = unsafe {
            lept::pixFindSkewSweepAndSearch(
                self.raw(),
                &raw mut angle,
                &raw mut confidence,
                4,
                2,
                7.0,
                1.0,
                0.01,
            )
        };
        // Leptonica gives the turn that levels the lines, clockwise.
        (failed == 0).then(|| (-f64::from(angle), f64::from(confidence)))
    }

    /// Evidence of ascenders over descenders in lines that run across: positive for upright,
    /// negative for upside down, in standard deviations; none without enough letters.
    pub(crate) fn ascenders(&self) -> Option<f64> {
        let mut up = 0.0;
        // SAFETY: a live source; one number is written.
        let failed = unsafe { lept::pixUpDownDetect(self.raw(), &raw mut up, 0, 0, 0) };
        (failed == 0).then_some(f64::from(up))
    }

    /// Set bits in every row.
    pub(crate) fn ink_by_row(&self) -> Vec<u32> {
        let per_line = self.words_per_line().max(1);
        let ink = |line: &[u32]| line.iter().map(|word| word.count_ones()).sum();
        self.words().chunks_exact(per_line).map(ink).collect()
    }
}

/// What a rectangle is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Set bits.
    #[cfg(test)]
    Ink,
    /// Cleared bits.
    Paper,
    /// Every bit exchanged.
    Inverted,
}
