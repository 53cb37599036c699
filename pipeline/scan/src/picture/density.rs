//! The resolution an image file declares, and the orientation a camera wrote down.

use crate::resolution::MM_PER_INCH;
use crate::sniff::Format;
use crate::tiff::directory::Tiff;

/// What EXIF says of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Exif {
    /// TIFF's orientation, 1 to 8.
    pub(super) orientation: u32,
    /// Dots per inch across and down.
    pub(super) dpi: Option<[f64; 2]>,
}

/// Reads an EXIF block, which is a TIFF without pixels (EXIF 2.32, 4.5).
pub(super) fn exif(block: &[u8]) -> Option<Exif> {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let tiff = Tiff::parse(block)?;
    let (directory, _) = tiff.directory(tiff.first)?;
    Some(Exif {
        orientation: directory.orientation(),
        dpi: directory.resolution(),
    })
}

/// What the format's own header declares.
pub(super) fn declared(bytes: &[u8], format: Format) -> Option<[f64; 2]> {
    let per_metre = |n: u32| f64::from(n) * MM_PER_INCH / 1000.0;
    let dpi = match format {
        Format::Jpeg => jfif(bytes)?,
        // PNG, 11.3.4.3: pHYs has pixels per unit across and down, and the unit: 1 is the metre.
        Format::Png => {
            let at = crate::sniff::find(&bytes[..bytes.len().min(1 << 16)], b"pHYs")?;
            let (x, y, unit) = (
                big(bytes, at + 4)?,
                big(bytes, at + 8)?,
                *bytes.get(at + 12)?,
            );
            (unit == 1).then(|| [per_metre(x), per_metre(y)])?
        }
        // BITMAPINFOHEADER: biXPelsPerMeter and biYPelsPerMeter.
        Format::Bmp => {
            let word =
                |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
            if word(14)? < 40 {
                return None;
            }
            [per_metre(word(38)?), per_metre(word(42)?)]
        }
        _ => return None,
    };
    (dpi[0] > 0.0 && dpi[1] > 0.0).then_some(dpi)
}

/// JFIF 1.02, APP0: unit (1 inch, 2 centimetre), then density across and down.
fn jfif(bytes: &[u8]) -> Option<[f64; 2]> {
    let head = &bytes[..bytes.len().min(1 << 12)];
    let at = crate::sniff::find(head, b"JFIF\0")?;
    let number = |at: usize| {
        Some(f64::from(u16::from_be_bytes([
            *bytes.get(at)?,
            *bytes.get(at + 1)?,
        ])))
    };
    let scale = match bytes.get(at + 7)? {
        1 => 1.0,
        2 => MM_PER_INCH / 10.0,
        _ => return None,
    };
    Some([number(at + 8)? * scale, number(at + 10)? * scale])
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
