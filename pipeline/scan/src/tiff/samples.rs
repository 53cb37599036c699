//! What a TIFF's samples mean: unpacked to one byte each, then to gray or to red, green and blue.

use super::chunks::{self, Chunk, scheme};
use super::directory::{Directory, tag};
use super::image::Layout;
use crate::damaged;
use crate::picture::over_white;
use model::{Failure, Limits, Pixels};

/// Whether a pixel's colours are followed by its opacity (tag 338, `ExtraSamples`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    None,
    /// The colours have been multiplied by it already.
    Associated,
    Unassociated,
}

/// The meaning of a pixel's samples (tag 262, `PhotometricInterpretation`).
pub(super) enum Kind {
    Gray {
        white_is_zero: bool,
        alpha: Alpha,
    },
    Rgb {
        alpha: Alpha,
    },
    Palette(Vec<[u8; 3]>),
    Cmyk,
    /// Luma and two differences, with the subsampling across and down.
    YCbCr {
        across: usize,
        down: usize,
    },
}

impl Kind {
    pub(super) const fn is_bilevel(&self) -> bool {
        matches!(self, Self::Gray { .. })
    }

    pub(super) const fn black_is_zero(&self) -> bool {
        matches!(
            self,
            Self::Gray {
                white_is_zero: false,
                ..
            }
        )
    }
}

/// What the page's samples mean; fails where that is nothing a scan has.
pub(super) fn kind(page: &Directory, layout: &Layout) -> Result<Kind, Failure> {
    if page
        .get(tag::SAMPLE_FORMAT)
        .is_some_and(|format| !matches!(format, 1 | 4))
    {
        return Err(damaged(
            "its samples are signed or have a floating point; no scan has such",
        ));
    }
    let alpha = |colours: usize| match page.get(tag::EXTRA_SAMPLES) {
        _ if layout.samples <= colours => Alpha::None,
        Some(2) => Alpha::Unassociated,
        Some(1) => Alpha::Associated,
        // Old writers leave the tag out; a fourth sample beside three colours is opacity.
        None if colours == 3 => Alpha::Associated,
        _ => Alpha::None,
    };
    let has = |samples: usize| {
        if layout.samples >= samples {
            Ok(())
        } else {
            Err(damaged(format!(
                "{} samples a pixel are too few for its colours",
                layout.samples
            )))
        }
    };
    let photometric = page.get(tag::PHOTOMETRIC);
    let is_jpeg = matches!(
        page.get(tag::COMPRESSION),
        Some(scheme::JPEG | scheme::OLD_JPEG)
    );
    Ok(match photometric {
        // A missing tag is taken as the fax compressions mean it: the paper is zero.
        None | Some(0 | 1 | 4) => Kind::Gray {
            white_is_zero: matches!(photometric, None | Some(0)),
            alpha: alpha(1),
        },
        // JPEG chunks are decoded to red, green and blue at once.
        Some(2) => {
            has(3)?;
            Kind::Rgb { alpha: alpha(3) }
        }
        Some(6) if is_jpeg => {
            has(3)?;
            Kind::Rgb { alpha: Alpha::None }
        }
        Some(3) => Kind::Palette(palette(page, layout)?),
        Some(5) => {
            has(4)?;
            Kind::Cmyk
        }
        Some(6) => {
            has(3)?;
            let [across, down] = match page.all(tag::YCBCR_SUBSAMPLING) {
                [x @ (1 | 2 | 4), y @ (1 | 2 | 4)] => {
                    [x, y].map(|&n| usize::try_from(n).unwrap_or(1))
                }
                [] => [2, 2],
                _ => return Err(damaged("its colours are subsampled in no known way")),
            };
            Kind::YCbCr { across, down }
        }
        Some(other) => {
            return Err(damaged(format!(
                "its colour model {other} is not supported"
            )));
        }
    })
}

/// All reds, then all greens, then all blues, with 16 bits each (TIFF 6.0, section 5).
fn palette(page: &Directory, layout: &Layout) -> Result<Vec<[u8; 3]>, Failure> {
    let map = page.all(tag::COLOR_MAP);
    let size = map.len() / 3;
    if layout.bits > 8 {
        return Err(damaged(format!(
            "colours by palette numbers of {} bits are not supported; no scanner writes them",
            layout.bits
        )));
    }
    if size < 1 << layout.bits {
        return Err(damaged("its palette has too few colours"));
    }
    // Some writers put 8-bit values there.
    let shift = if map.iter().all(|&v| v < 256) { 0 } else { 8 };
    let byte = |v: u64| u8::try_from(v >> shift).unwrap_or(255);
    Ok((0..size)
        .map(|n| [byte(map[n]), byte(map[size + n]), byte(map[2 * size + n])])
        .collect())
}

/// The rows of a chunk, one byte a sample; indices of a palette stay as they are.
pub(super) fn rows(
    file: &[u8],
    page: &Directory,
    layout: &Layout,
    chunk: &Chunk,
    kind: &Kind,
    limits: &Limits,
) -> Result<Vec<u8>, Failure> {
    if let Kind::YCbCr { across, down } = *kind
        && layout.together > 1
        && (across, down) != (1, 1)
    {
        if layout.together != 3 {
            let samples = layout.together;
            return Err(damaged(format!(
                "its colours are subsampled, and {samples} samples a pixel"
            )));
        }
        return subsampled(file, page, chunk, (across, down), limits);
    }
    let compression = page.get(tag::COMPRESSION);
    let mut data = chunks::decompress(file, page, layout, chunk, limits)?;
    let samples_a_row = chunk.width * layout.together;
    if matches!(compression, Some(scheme::JPEG | scheme::OLD_JPEG)) {
        chunks::check_rows(&data, samples_a_row, chunk)?;
        data.resize(samples_a_row * chunk.rows, 255);
        return Ok(data);
    }
    let row_bytes = (samples_a_row * layout.bits).div_ceil(8);
    chunks::check_rows(&data, row_bytes, chunk)?;
    data.resize(row_bytes * chunk.rows, 0);
    let mut out = Vec::with_capacity(samples_a_row * chunk.rows);
    for row in data.chunks_exact_mut(row_bytes) {
        match page.get(tag::PREDICTOR) {
            None | Some(1) => {}
            Some(2) => undo_differences(row, layout.bits, layout.together, page.big_endian)?,
            Some(other) => return Err(damaged(format!("its predictor {other} is not supported"))),
        }
        unpack(
            row,
            layout.bits,
            samples_a_row,
            page.big_endian,
            matches!(kind, Kind::Palette(_)),
            &mut out,
        );
    }
    Ok(out)
}

/// Undoes horizontal differencing (TIFF 6.0, section 14).
fn undo_differences(row: &mut [u8], bits: usize, samples: usize, big: bool) -> Result<(), Failure> {
    match bits {
        8 => {
            for n in samples..row.len() {
                row[n] = row[n].wrapping_add(row[n - samples]);
            }
        }
        16 => {
            let read = |two: &[u8]| {
                let two = [two[0], two[1]];
                if big {
                    u16::from_be_bytes(two)
                } else {
                    u16::from_le_bytes(two)
                }
            };
            for n in (samples * 2..row.len().saturating_sub(1)).step_by(2) {
                let sum = read(&row[n..]).wrapping_add(read(&row[n - samples * 2..]));
                row[n..n + 2].copy_from_slice(&if big {
                    sum.to_be_bytes()
                } else {
                    sum.to_le_bytes()
                });
            }
        }
        1..=15 => undo_packed_differences(row, bits, samples),
        _ => {
            return Err(damaged(format!(
                "differences of {bits}-bit samples are not supported"
            )));
        }
    }
    Ok(())
}

/// The same for samples that do not end where bytes do: 12 bits, 4 bits.
fn undo_packed_differences(row: &mut [u8], bits: usize, samples: usize) {
    let mut before = vec![0u32; samples];
    for n in 0..row.len() * 8 / bits {
        let places = n * bits..(n + 1) * bits;
        let stored = places.clone().fold(0u32, |value, at| {
            (value << 1) | u32::from((row[at / 8] >> (7 - at % 8)) & 1)
        });
        let sum = (before[n % samples] + stored) & ((1 << bits) - 1);
        before[n % samples] = sum;
        for (shift, at) in places.rev().enumerate() {
            let mask = 0x80 >> (at % 8);
            if sum >> shift & 1 == 1 {
                row[at / 8] |= mask;
            } else {
                row[at / 8] &= !mask;
            }
        }
    }
}

/// Unpacks `count` samples of a row to one byte each: scaled to 0–255, or raw.
fn unpack(row: &[u8], bits: usize, count: usize, big: bool, raw: bool, out: &mut Vec<u8>) {
    match bits {
        8 => out.extend_from_slice(&row[..count]),
        // The most significant byte is all that is left of a wide sample.
        16 | 24 | 32 => {
            let bytes = bits / 8;
            let top = if big { 0 } else { bytes - 1 };
            out.extend(
                row.chunks_exact(bytes)
                    .take(count)
                    .map(|sample| sample[top]),
            );
        }
        _ => {
            let max = (1u64 << bits) - 1;
            for n in 0..count {
                let value = (n * bits..(n + 1) * bits).fold(0u64, |value, bit| {
                    (value << 1) | u64::from((row[bit / 8] >> (7 - bit % 8)) & 1)
                });
                let value = if raw {
                    value
                } else {
                    (value * 255 + max / 2) / max
                };
                out.push(u8::try_from(value).unwrap_or(255));
            }
        }
    }
}

/// Luma and colour differences in units of `across` × `down` lumas and one of each difference
/// (TIFF 6.0, section 21), spread to three samples a pixel.
fn subsampled(
    file: &[u8],
    page: &Directory,
    chunk: &Chunk,
    (across, down): (usize, usize),
    limits: &Limits,
) -> Result<Vec<u8>, Failure> {
    let unit = across * down + 2;
    let units_a_row = chunk.width.div_ceil(across);
    let needed = units_a_row * unit * chunk.stored_rows.div_ceil(down);
    let data = chunks::unpack(file, page, chunk, needed, limits)?;
    if data.len() < units_a_row * unit * chunk.rows.div_ceil(down) {
        return Err(damaged(format!(
            "its pixels break off in the strip from row {}",
            chunk.top
        )));
    }
    let mut out = vec![0; chunk.width * chunk.rows * 3];
    for y in 0..chunk.rows {
        for x in 0..chunk.width {
            let unit = &data[(y / down * units_a_row + x / across) * unit..][..unit];
            let at = (y * chunk.width + x) * 3;
            out[at] = unit[y % down * across + x % across];
            out[at + 1..at + 3].copy_from_slice(&unit[across * down..]);
        }
    }
    Ok(out)
}

/// Unpacked samples to pixels; transparent over white.
pub(super) fn pixels(bytes: Vec<u8>, samples: usize, kind: &Kind) -> Pixels {
    let pixels = || bytes.chunks_exact(samples);
    match kind {
        Kind::Gray {
            white_is_zero,
            alpha,
        } => {
            let tone = |gray: u8| if *white_is_zero { 255 - gray } else { gray };
            Pixels::Gray(match alpha {
                Alpha::None => pixels().map(|p| tone(p[0])).collect(),
                Alpha::Associated => pixels().map(|p| added(tone(p[0]), p[1])).collect(),
                Alpha::Unassociated => over_white::<1>(
                    &pixels()
                        .flat_map(|p| [tone(p[0]), p[1]])
                        .collect::<Vec<_>>(),
                ),
            })
        }
        Kind::Rgb { alpha: Alpha::None } if samples == 3 => Pixels::Rgb(bytes),
        Kind::Rgb { alpha } => Pixels::Rgb(match alpha {
            Alpha::None => pixels().flat_map(|p| [p[0], p[1], p[2]]).collect(),
            Alpha::Associated => pixels()
                .flat_map(|p| [p[0], p[1], p[2]].map(|c| added(c, p[3])))
                .collect(),
            Alpha::Unassociated => over_white::<3>(
                &pixels()
                    .flat_map(|p| [p[0], p[1], p[2], p[3]])
                    .collect::<Vec<_>>(),
            ),
        }),
        Kind::Palette(colours) => Pixels::Rgb(
            pixels()
                .flat_map(|p| colours[usize::from(p[0]).min(colours.len() - 1)])
                .collect(),
        ),
        Kind::Cmyk => Pixels::Rgb(
            pixels()
                .flat_map(|p| cmyk([p[0], p[1], p[2], p[3]]))
                .collect(),
        ),
        Kind::YCbCr { .. } => {
            Pixels::Rgb(pixels().flat_map(|p| ycbcr([p[0], p[1], p[2]])).collect())
        }
    }
}

/// A colour that has been multiplied by its opacity, over white.
const fn added(colour: u8, opacity: u8) -> u8 {
    colour.saturating_add(255 - opacity)
}

/// Ink to light, without a profile.
fn cmyk([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    [c, m, y].map(|ink| {
        let light = u16::from(255 - ink) * u16::from(255 - k) / 255;
        u8::try_from(light).expect("a product of two shares is a share")
    })
}

/// ITU-R BT.601, full range, as in JFIF.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
fn ycbcr([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [
        y + 1.402 * cr,
        y - 0.344_136 * cb - 0.714_136 * cr,
        y + 1.772 * cb,
    ]
    .map(|v| v.round().clamp(0.0, 255.0) as u8)
}
