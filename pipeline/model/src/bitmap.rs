//! A page's image in memory, in the few forms that reading needs.
//!
//! Decoding is `scan`'s business and reading is `ocr`'s; this is what passes between them.

use thiserror::Error;

/// The pixels of one page, row by row from the top left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    width: u32,
    height: u32,
    pixels: Pixels,
}

/// The samples of a [`Bitmap`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// One bit a pixel, most significant first, each row padded to a whole byte; 1 is black.
    Bilevel(Vec<u8>),
    /// One byte a pixel; 0 is black.
    Gray(Vec<u8>),
    /// Three bytes a pixel: red, green, blue.
    Rgb(Vec<u8>),
}

/// The bytes given do not make an image of that size.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{bytes} bytes do not make an image of {width} × {height} pixels: {needed} are needed")]
pub struct BitmapError {
    /// Columns asked for.
    pub width: u32,
    /// Rows asked for.
    pub height: u32,
    /// Bytes given.
    pub bytes: usize,
    /// Bytes such an image has.
    pub needed: usize,
}

impl Bitmap {
    /// An image from its samples.
    ///
    /// # Errors
    /// When the number of bytes is not that of `width` × `height` pixels, or the image is empty.
    pub fn new(width: u32, height: u32, pixels: Pixels) -> Result<Self, BitmapError> {
        let (bytes, row) = match &pixels {
            Pixels::Bilevel(b) => (b.len(), (width as usize).div_ceil(8)),
            Pixels::Gray(b) => (b.len(), width as usize),
            Pixels::Rgb(b) => (b.len(), (width as usize).saturating_mul(3)),
        };
        let needed = row.saturating_mul(height as usize);
        if needed == 0 || bytes != needed {
            return Err(BitmapError {
                width,
                height,
                bytes,
                needed,
            });
        }
        Ok(Self {
            width,
            height,
            pixels,
        })
    }

    /// Columns.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// The samples.
    #[must_use]
    pub const fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// The samples, given away.
    #[must_use]
    pub fn into_pixels(self) -> Pixels {
        self.pixels
    }

    /// Bytes of one row.
    #[must_use]
    pub const fn stride(&self) -> usize {
        match self.pixels {
            Pixels::Bilevel(_) => (self.width as usize).div_ceil(8),
            Pixels::Gray(_) => self.width as usize,
            Pixels::Rgb(_) => self.width as usize * 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bitmap, Pixels};

    #[test]
    fn rows_of_a_bilevel_image_are_padded_to_bytes() {
        let image = Bitmap::new(9, 2, Pixels::Bilevel(vec![0; 4])).unwrap();
        assert_eq!(image.stride(), 2);
        assert_eq!(
            Bitmap::new(9, 2, Pixels::Bilevel(vec![0; 3]))
                .unwrap_err()
                .needed,
            4
        );
        assert!(
            Bitmap::new(0, 0, Pixels::Gray(vec![])).is_err(),
            "an empty image is no page"
        );
    }
}
