//! One TIFF page: its grid of strips or tiles, put together to a bitmap as displayed.

use super::chunks::{self, Chunk};
use super::directory::{Directory, tag};
use super::samples::{self, Kind};
use crate::picture::{decode_jpeg, simplest};
use crate::raster::{Orientation, check_size};
use crate::{ScannedPage, damaged, over_limit, resolution};
use model::{Bitmap, Failure, Limits, Pixels};

/// Most samples a pixel may have: CMYK with alpha has five, and no scanner writes more than eight.
const MOST_SAMPLES: u64 = 8;

/// How a page's pixels are cut up and stored.
pub(super) struct Layout {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Bits of a sample.
    pub(super) bits: usize,
    /// Samples of a pixel.
    pub(super) samples: usize,
    /// Samples of a pixel that lie together in a chunk: all, or one where planes are apart.
    pub(super) together: usize,
    chunk_width: usize,
    chunk_height: usize,
    across: usize,
    down: usize,
    tiled: bool,
}

/// How many bytes of the page's pixels lie beyond the end of a file of `length` bytes; none where
/// all of them are there.
pub(super) fn bytes_beyond(page: &Directory, length: u64) -> Option<u64> {
    let ends = |offsets: &[u64], counts: &[u64]| {
        let end = |(n, &at): (usize, &u64)| at.saturating_add(counts.get(n).copied().unwrap_or(1));
        offsets.iter().enumerate().map(end).max()
    };
    let strips = ends(
        page.all(tag::STRIP_OFFSETS),
        page.all(tag::STRIP_BYTE_COUNTS),
    );
    let tiles = ends(page.all(tag::TILE_OFFSETS), page.all(tag::TILE_BYTE_COUNTS));
    let end = strips.max(tiles)?;
    (end > length).then(|| end - length)
}

/// Which limit the first page exceeds, where every page exceeds one.
pub(super) fn all_too_large(pages: &[Directory], limits: &Limits) -> Option<String> {
    let excess = |page: &Directory| {
        let (width, height) = (page.get(tag::IMAGE_WIDTH)?, page.get(tag::IMAGE_LENGTH)?);
        check_size(width, height, limits).err()
    };
    let first = excess(pages.first()?)?;
    pages
        .iter()
        .all(|page| excess(page).is_some())
        .then_some(first)
}

/// Decodes a page.
pub(super) fn decode(
    file: &[u8],
    page: &Directory,
    limits: &Limits,
) -> Result<ScannedPage, Failure> {
    let layout = Layout::of(page, limits)?;
    let kind = samples::kind(page, &layout)?;
    let image = if let Some(stream) = chunks::whole_jpeg(file, page) {
        from_jpeg(&stream, &layout, limits)?
    } else if layout.bits == 1 && layout.samples == 1 && kind.is_bilevel() {
        bilevel(file, page, &layout, &kind, limits)?
    } else {
        colour(file, page, &layout, &kind, limits)?
    };
    let declared = page.resolution();
    let [x, y] = resolution::dpi(declared, image.width(), image.height());
    let orientation = Orientation::from_tag(page.orientation());
    let (x, y) = orientation.size(x, y);
    let image = orientation.apply(image);
    Ok(ScannedPage {
        width: image.width(),
        height: image.height(),
        dpi: [x, y],
        image: Some(image),
        text: None,
        hidden: None,
    })
}

impl Layout {
    fn of(page: &Directory, limits: &Limits) -> Result<Self, Failure> {
        let size = |tag, name: &str| {
            page.get(tag)
                .ok_or_else(|| damaged(format!("it has no {name}")))
        };
        let (width, height) = (
            size(tag::IMAGE_WIDTH, "width")?,
            size(tag::IMAGE_LENGTH, "height")?,
        );
        check_size(width, height, limits).map_err(over_limit)?;
        let samples = page.get(tag::SAMPLES_PER_PIXEL).unwrap_or(1);
        if !(1..=MOST_SAMPLES).contains(&samples) {
            return Err(damaged(format!(
                "{samples} samples a pixel are more than any scan has"
            )));
        }
        let bits = page.get(tag::BITS_PER_SAMPLE).unwrap_or(1);
        if page
            .all(tag::BITS_PER_SAMPLE)
            .iter()
            .any(|&other| other != bits)
        {
            return Err(damaged("its samples differ in their number of bits"));
        }
        if !(1..=32).contains(&bits) {
            return Err(damaged(format!("no scan has samples of {bits} bits")));
        }
        let tiled = page.get(tag::TILE_WIDTH).is_some();
        let (chunk_width, chunk_height) = if tiled {
            (
                size(tag::TILE_WIDTH, "tile width")?,
                size(tag::TILE_LENGTH, "tile height")?,
            )
        } else {
            (
                width,
                page.get(tag::ROWS_PER_STRIP).unwrap_or(height).min(height),
            )
        };
        if chunk_width == 0 || chunk_height == 0 {
            return Err(damaged("its tiles or strips have no pixels"));
        }
        // A tile may be larger than the page it is the only one of, but not without bound.
        check_size(chunk_width, chunk_height, limits).map_err(over_limit)?;
        let whole = |n: u64| usize::try_from(n).expect("within the limits, as just checked");
        Ok(Self {
            width: whole(width),
            height: whole(height),
            bits: whole(bits),
            samples: whole(samples),
            together: if page.get(tag::PLANAR) == Some(2) {
                1
            } else {
                whole(samples)
            },
            chunk_width: whole(chunk_width),
            chunk_height: whole(chunk_height),
            across: whole(width.div_ceil(chunk_width)),
            down: whole(height.div_ceil(chunk_height)),
            tiled,
        })
    }

    /// All chunks of the page with the place of their top left corner and their plane.
    fn chunks(&self) -> impl Iterator<Item = Chunk> + '_ {
        let planes = self.samples / self.together;
        (0..planes).flat_map(move |plane| {
            (0..self.down * self.across).map(move |n| {
                let (column, row) = (n % self.across, n / self.across);
                let top = row * self.chunk_height;
                let rows = self.chunk_height.min(self.height - top);
                Chunk {
                    index: plane * self.down * self.across + n,
                    plane,
                    left: column * self.chunk_width,
                    top,
                    width: self.chunk_width,
                    // A strip ends with the page; a tile is stored whole.
                    stored_rows: if self.tiled { self.chunk_height } else { rows },
                    rows,
                }
            })
        })
    }
}

/// A page that is one JPEG stream.
fn from_jpeg(stream: &[u8], layout: &Layout, limits: &Limits) -> Result<Bitmap, Failure> {
    let decoded = decode_jpeg(stream, limits)?;
    if (decoded.width as usize, decoded.height as usize) != (layout.width, layout.height) {
        return Err(damaged("its JPEG stream has another size than the page"));
    }
    let pixels = if decoded.samples == 1 {
        Pixels::Gray(decoded.bytes)
    } else {
        Pixels::Rgb(decoded.bytes)
    };
    bitmap(layout, pixels)
}

/// One bit a pixel: rows are copied as they are.
fn bilevel(
    file: &[u8],
    page: &Directory,
    layout: &Layout,
    kind: &Kind,
    limits: &Limits,
) -> Result<Bitmap, Failure> {
    let stride = layout.width.div_ceil(8);
    let mut bits = vec![0u8; stride * layout.height];
    for chunk in layout.chunks() {
        let from = chunk.width.div_ceil(8);
        let data = chunks::decompress(file, page, layout, &chunk, limits)?;
        chunks::check_rows(&data, from, &chunk)?;
        let (shift, left) = (chunk.left % 8, chunk.left / 8);
        for (row, line) in data.chunks(from).take(chunk.rows).enumerate() {
            let target = &mut bits[(chunk.top + row) * stride..][..stride][left..];
            if shift == 0 {
                let n = line.len().min(target.len());
                target[..n].copy_from_slice(&line[..n]);
                continue;
            }
            for (n, &byte) in line.iter().enumerate() {
                let wide = u16::from(byte) << (8 - shift);
                let [high, low] = wide.to_be_bytes();
                if let Some(t) = target.get_mut(n) {
                    *t |= high;
                }
                if let Some(t) = target.get_mut(n + 1) {
                    *t |= low;
                }
            }
        }
    }
    if kind.black_is_zero() {
        bits.iter_mut().for_each(|byte| *byte = !*byte);
    }
    if !layout.width.is_multiple_of(8) {
        let padding = 0xFFu8 << (8 - layout.width % 8);
        bits.chunks_exact_mut(stride)
            .for_each(|row| row[stride - 1] &= padding);
    }
    bitmap(layout, Pixels::Bilevel(bits))
}

/// Anything else: unpacked to one byte a sample, then to gray or colour.
fn colour(
    file: &[u8],
    page: &Directory,
    layout: &Layout,
    kind: &Kind,
    limits: &Limits,
) -> Result<Bitmap, Failure> {
    let row_bytes = layout.width * layout.samples;
    let mut unpacked = vec![0u8; row_bytes * layout.height];
    for chunk in layout.chunks() {
        let rows = samples::rows(file, page, layout, &chunk, kind, limits)?;
        let used = chunk.width.min(layout.width - chunk.left);
        for (row, line) in rows
            .chunks(chunk.width * layout.together)
            .take(chunk.rows)
            .enumerate()
        {
            let target = &mut unpacked[(chunk.top + row) * row_bytes..][..row_bytes];
            if layout.together == layout.samples {
                let at = chunk.left * layout.samples;
                target[at..at + used * layout.samples]
                    .copy_from_slice(&line[..used * layout.samples]);
            } else {
                for (x, &sample) in line[..used].iter().enumerate() {
                    target[(chunk.left + x) * layout.samples + chunk.plane] = sample;
                }
            }
        }
    }
    bitmap(layout, samples::pixels(unpacked, layout.samples, kind)).map(simplest)
}

fn bitmap(layout: &Layout, pixels: Pixels) -> Result<Bitmap, Failure> {
    let side = |n: usize| u32::try_from(n).expect("a side is within the limits");
    Bitmap::new(side(layout.width), side(layout.height), pixels).map_err(|e| damaged(e.to_string()))
}
