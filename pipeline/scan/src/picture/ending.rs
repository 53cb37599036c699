//! Whether an image file is whole: does its end parse? Decoders fill what is missing with gray and
//! say nothing, so the question is put to the bytes.

use crate::sniff::Format;

/// Whether the file reaches its own end.
pub(super) fn is_whole(bytes: &[u8], format: Format) -> bool {
    match format {
        Format::Jpeg => jpeg_reaches_its_end(bytes),
        Format::Png => png_chunks(bytes).any(|kind| kind == *b"IEND"),
        Format::WebP => {
            word(bytes, 4).is_some_and(|size| bytes.len() as u64 >= u64::from(size) + 8)
        }
        Format::Gif => gif_blocks(bytes).is_some(),
        // A BMP's size field is often zero or wrong; its rows are checked when they are decoded.
        Format::Bmp | Format::Pdf | Format::Tiff => true,
    }
}

/// Whether it holds more than one frame.
pub(super) fn is_animated(bytes: &[u8], format: Format) -> bool {
    match format {
        Format::Gif => gif_blocks(bytes).is_some_and(|frames| frames > 1),
        Format::Png => png_chunks(bytes).any(|kind| kind == *b"acTL"),
        // WebP container, VP8X: bit 1 of the flags says animation.
        Format::WebP => {
            bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|f| f & 2 != 0)
        }
        _ => false,
    }
}

/// A 32-bit little-endian number.
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Follows the markers of ITU-T T.81, Annex B, to EOI. Within entropy-coded data, 0xFF is followed
/// by 0 or a restart marker; any other marker ends the scan.
fn jpeg_reaches_its_end(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|&b| b == 0xFF))
    {
        at += found + 1;
        match bytes.get(at) {
            None => return false,
            Some(0xD9) => return true,
            // Stuffed zero, fill byte, restart markers and TEM stand alone.
            Some(0x00 | 0x01 | 0xD0..=0xD8) => at += 1,
            Some(0xFF) => {}
            Some(_) => {
                let Some(length) = bytes.get(at + 1..at + 3) else {
                    return false;
                };
                at += 1 + usize::from(u16::from_be_bytes([length[0], length[1]]));
            }
        }
    }
    false
}

/// The kinds of a PNG's chunks that are whole (PNG, 5.3: length, kind, data, checksum).
fn png_chunks(bytes: &[u8]) -> impl Iterator<Item = [u8; 4]> {
    let mut at = 8usize;
    std::iter::from_fn(move || {
        let head: [u8; 8] = bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        at = at.checked_add(12)?.checked_add(length)?;
        (at <= bytes.len()).then_some([head[4], head[5], head[6], head[7]])
    })
}

/// Follows the blocks of GIF89a to the trailer; gives the number of frames.
fn gif_blocks(bytes: &[u8]) -> Option<u32> {
    let table = |flags: u8| {
        if flags & 0x80 == 0 {
            0
        } else {
            3usize << ((flags & 7) + 1)
        }
    };
    let mut at = 13 + table(*bytes.get(10)?);
    let mut frames = 0;
    loop {
        match *bytes.get(at)? {
            b';' => return Some(frames),
            b'!' => at += 2,
            b',' => {
                frames += 1;
                at += 11 + table(*bytes.get(at + 9)?);
            }
            _ => return None,
        }
        while let Some(size @ 1..) = bytes.get(at).copied() {
            at += usize::from(size) + 1;
        }
        at += 1;
    }
}
