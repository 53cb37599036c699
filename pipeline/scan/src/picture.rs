//! JPEG, PNG, WebP, BMP and GIF: one image, one page. Animations are refused: a film is no document.

mod density;
mod ending;
mod jpeg;

use crate::bytes::Bytes;
use crate::raster::{Orientation, check_size};
use crate::sniff::Format;
use crate::{ScannedPage, damaged, over_limit, resolution};
use image::codecs::{bmp, gif, jpeg as jpeg_codec, png, webp};
use image::{ColorType, ImageDecoder, ImageError};
use model::{Bitmap, Failure, Limits, Pixels, Refusal, RefusalReason};
use std::io::Cursor;
use std::sync::Arc;

pub(crate) use jpeg::decode as decode_jpeg;

/// A file that is one image.
pub(crate) struct Picture {
    bytes: Arc<Bytes>,
    format: Format,
}

type Decoder<'a> = Box<dyn ImageDecoder + 'a>;

impl Picture {
    /// Checks that the file is whole and that its header can be read.
    pub(crate) fn open(
        bytes: Arc<Bytes>,
        format: Format,
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        if !ending::is_whole(&bytes, format) {
            return Err(Refusal::new(
                RefusalReason::Truncated,
                format!("the image breaks off after {} bytes", bytes.len()),
            ));
        }
        if ending::is_animated(&bytes, format) {
            return Err(
                Refusal::new(RefusalReason::Unsupported, "it is an animation")
                    .with_remedy("save the frame that is meant as a PNG and send that"),
            );
        }
        let (width, height) = decoder(&bytes, format)
            .map_err(|e| {
                Refusal::new(
                    RefusalReason::Damaged,
                    format!("the image's header cannot be read: {e}"),
                )
            })?
            .dimensions();
        check_size(width.into(), height.into(), limits)
            .map_err(|message| Refusal::new(RefusalReason::Limit, message).on_page(1))?;
        Ok(Self { bytes, format })
    }

    /// Decodes the image and turns it as its orientation says.
    pub(crate) fn page(&self, limits: &Limits) -> Result<ScannedPage, Failure> {
        let broken = |e: ImageError| damaged(format!("the image cannot be decoded: {e}"));
        let mut decoder = decoder(&self.bytes, self.format).map_err(broken)?;
        let (width, height) = decoder.dimensions();
        check_size(width.into(), height.into(), limits).map_err(over_limit)?;
        if decoder.total_bytes() > limits.page_pixels.saturating_mul(4) {
            return Err(over_limit(format!(
                "{} bytes of samples exceed four times the limit `page_pixels`",
                decoder.total_bytes()
            )));
        }
        let exif = decoder.exif_metadata().ok().flatten();
        let exif = exif.as_deref().and_then(density::exif);
        let orientation = Orientation::from_tag(exif.map_or(1, |exif| exif.orientation));
        let declared = density::declared(&self.bytes, self.format).or(exif.and_then(|e| e.dpi));
        let color = decoder.color_type();
        let mut samples =
            vec![0; usize::try_from(decoder.total_bytes()).map_err(|_| over_limit("too large"))?];
        decoder.read_image(&mut samples).map_err(broken)?;
        let [x, y] = resolution::dpi(declared, width, height);
        let (x, y) = orientation.size(x, y);
        let image = orientation.apply(bitmap(width, height, color, samples)?);
        Ok(ScannedPage {
            width: image.width(),
            height: image.height(),
            dpi: [x, y],
            image: Some(image),
            text: None,
            hidden: None,
        })
    }
}

fn decoder(bytes: &[u8], format: Format) -> Result<Decoder<'_>, ImageError> {
    let input = Cursor::new(bytes);
    Ok(match format {
        Format::Jpeg => Box::new(jpeg_codec::JpegDecoder::new(input)?),
        Format::Png => Box::new(png::PngDecoder::new(input)?),
        Format::WebP => Box::new(webp::WebPDecoder::new(input)?),
        Format::Bmp => Box::new(bmp::BmpDecoder::new(input)?),
        Format::Gif => Box::new(gif::GifDecoder::new(input)?),
        Format::Pdf | Format::Tiff => unreachable!("PDF and TIFF have their own modules"),
    })
}

/// Samples as the codec gives them, in native byte order, to a page: transparent over white,
/// 16 bits to 8, colour dropped where there is none.
fn bitmap(width: u32, height: u32, color: ColorType, samples: Vec<u8>) -> Result<Bitmap, Failure> {
    let eight = |samples: Vec<u8>| -> Vec<u8> {
        samples
            .chunks_exact(2)
            .map(|two| u16::from_ne_bytes([two[0], two[1]]).to_be_bytes()[0])
            .collect()
    };
    let pixels = match color {
        ColorType::L8 => Pixels::Gray(samples),
        ColorType::L16 => Pixels::Gray(eight(samples)),
        ColorType::La8 => Pixels::Gray(over_white::<1>(&samples)),
        ColorType::La16 => Pixels::Gray(over_white::<1>(&eight(samples))),
        ColorType::Rgb8 => Pixels::Rgb(samples),
        ColorType::Rgb16 => Pixels::Rgb(eight(samples)),
        ColorType::Rgba8 => Pixels::Rgb(over_white::<3>(&samples)),
        ColorType::Rgba16 => Pixels::Rgb(over_white::<3>(&eight(samples))),
        other => {
            return Err(damaged(format!(
                "its samples are of a kind no scan has: {other:?}"
            )));
        }
    };
    Bitmap::new(width, height, pixels)
        .map(simplest)
        .map_err(|e| damaged(e.to_string()))
}

/// Pixels of `N` colour samples and one of opacity, laid over white paper.
pub(crate) fn over_white<const N: usize>(samples: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(samples.len() / (N + 1) * N);
    for pixel in samples.chunks_exact(N + 1) {
        let alpha = u32::from(pixel[N]);
        out.extend(pixel[..N].iter().map(|&c| {
            let mixed = (u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).expect("a mean of two bytes is a byte")
        }));
    }
    out
}

/// The same image in the simplest form that holds it exactly: gray where red, green and blue are
/// equal everywhere, bilevel where there is only black and white.
pub(crate) fn simplest(image: Bitmap) -> Bitmap {
    let (width, height) = (image.width(), image.height());
    let pixels = match image.into_pixels() {
        Pixels::Rgb(rgb) if rgb.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]) => {
            simplest_gray(width, rgb.into_iter().step_by(3).collect())
        }
        Pixels::Gray(gray) => simplest_gray(width, gray),
        other => other,
    };
    Bitmap::new(width, height, pixels).expect("the same pixels in another form")
}

fn simplest_gray(width: u32, gray: Vec<u8>) -> Pixels {
    if gray.iter().all(|&g| g == 0 || g == 255) {
        Pixels::Bilevel(pack(&gray, width as usize, |g| g == 0))
    } else {
        Pixels::Gray(gray)
    }
}

/// Packs rows of `width` bytes into bits.
pub(crate) fn pack(bytes: &[u8], width: usize, is_black: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut bits = Vec::with_capacity(bytes.len() / 8 + bytes.len() / width.max(1));
    for row in bytes.chunks_exact(width) {
        bits.extend(row.chunks(8).map(|eight| {
            (0u8..).zip(eight).fold(0u8, |byte, (n, &b)| {
                byte | (u8::from(is_black(b)) << (7 - n))
            })
        }));
    }
    bits
}

#[cfg(test)]
mod tests;
