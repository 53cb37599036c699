//! A JPEG stream that another format carries, TIFF for one: decoded to gray or to red, green and
//! blue.

use crate::damaged;
use image::ImageDecoder;
use image::codecs::jpeg::JpegDecoder;
use model::{Failure, Limits};
use std::io::Cursor;

/// A decoded stream: `samples` bytes a pixel, 1 or 3.
pub(crate) struct Decoded {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) samples: usize,
    pub(crate) bytes: Vec<u8>,
}

/// Decodes a whole JPEG stream.
pub(crate) fn decode(stream: &[u8], limits: &Limits) -> Result<Decoded, Failure> {
    let broken = |e: image::ImageError| damaged(format!("a JPEG stream cannot be decoded: {e}"));
    let decoder = JpegDecoder::new(Cursor::new(stream)).map_err(broken)?;
    let (width, height) = decoder.dimensions();
    crate::raster::check_size(width.into(), height.into(), limits).map_err(crate::over_limit)?;
    let samples = usize::from(decoder.color_type().channel_count());
    if decoder.color_type().bytes_per_pixel() as usize != samples || !matches!(samples, 1 | 3) {
        return Err(damaged("a JPEG stream has samples of more than 8 bits"));
    }
    let mut bytes = vec![0; width as usize * height as usize * samples];
    decoder.read_image(&mut bytes).map_err(broken)?;
    Ok(Decoded {
        width,
        height,
        samples,
        bytes,
    })
}
