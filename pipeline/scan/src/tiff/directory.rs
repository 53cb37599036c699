//! TIFF directories: tags and their values (TIFF 6.0, section 2; BigTIFF: the same with 64 bits).

use crate::resolution::MM_PER_INCH;
use std::collections::BTreeMap;
use std::ops::Range;

/// Most values read of one tag: strips of a page, entries of a palette.
const MOST_VALUES: u64 = 1 << 20;

/// Tags, by their names in TIFF 6.0.
pub(crate) mod tag {
    pub(crate) const NEW_SUBFILE_TYPE: u16 = 254;
    pub(crate) const SUBFILE_TYPE: u16 = 255;
    pub(crate) const IMAGE_WIDTH: u16 = 256;
    pub(crate) const IMAGE_LENGTH: u16 = 257;
    pub(crate) const BITS_PER_SAMPLE: u16 = 258;
    pub(crate) const COMPRESSION: u16 = 259;
    pub(crate) const PHOTOMETRIC: u16 = 262;
    pub(crate) const FILL_ORDER: u16 = 266;
    pub(crate) const STRIP_OFFSETS: u16 = 273;
    pub(crate) const ORIENTATION: u16 = 274;
    pub(crate) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(crate) const ROWS_PER_STRIP: u16 = 278;
    pub(crate) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(crate) const X_RESOLUTION: u16 = 282;
    pub(crate) const Y_RESOLUTION: u16 = 283;
    pub(crate) const PLANAR: u16 = 284;
    pub(crate) const T4_OPTIONS: u16 = 292;
    pub(crate) const RESOLUTION_UNIT: u16 = 296;
    pub(crate) const PREDICTOR: u16 = 317;
    pub(crate) const COLOR_MAP: u16 = 320;
    pub(crate) const TILE_WIDTH: u16 = 322;
    pub(crate) const TILE_LENGTH: u16 = 323;
    pub(crate) const TILE_OFFSETS: u16 = 324;
    pub(crate) const TILE_BYTE_COUNTS: u16 = 325;
    pub(crate) const EXTRA_SAMPLES: u16 = 338;
    pub(crate) const SAMPLE_FORMAT: u16 = 339;
    pub(crate) const JPEG_TABLES: u16 = 347;
    pub(crate) const JPEG_STREAM: u16 = 513;
    pub(crate) const JPEG_STREAM_LENGTH: u16 = 514;
    pub(crate) const JPEG_RESTART: u16 = 515;
    pub(crate) const JPEG_QUANTISATION: u16 = 519;
    pub(crate) const JPEG_DC_TABLES: u16 = 520;
    pub(crate) const JPEG_AC_TABLES: u16 = 521;
    pub(crate) const YCBCR_SUBSAMPLING: u16 = 530;
}

/// The header: how numbers are written, and where the first directory is.
#[derive(Clone, Copy)]
pub(crate) struct Tiff<'a> {
    bytes: &'a [u8],
    pub(crate) big_endian: bool,
    /// `BigTIFF`: offsets have 64 bits.
    pub(crate) wide: bool,
    /// Offset of the first directory.
    pub(crate) first: u64,
}

/// A tag of a directory, and where its value lies in the file.
pub(crate) struct Entry {
    pub(crate) tag: u16,
    pub(crate) kind: u16,
    pub(crate) count: u64,
    pub(crate) place: Range<usize>,
}

/// One directory: the values of its tags, in the order and sign they have there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    values: BTreeMap<u16, Values>,
    pub(crate) big_endian: bool,
}

#[derive(Clone, Debug)]
enum Values {
    Unsigned(Vec<u64>),
    Rational(Vec<f64>),
    /// Where bytes lie in the file.
    Bytes(Range<usize>),
}

impl<'a> Tiff<'a> {
    /// The header; none where it is cut off or no TIFF's.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let big_endian = match bytes.get(..2)? {
            b"II" => false,
            b"MM" => true,
            _ => return None,
        };
        let mut tiff = Self {
            bytes,
            big_endian,
            wide: false,
            first: 0,
        };
        tiff.wide = match tiff.number(2, 2)? {
            42 => false,
            43 => true,
            _ => return None,
        };
        tiff.first = if tiff.wide {
            tiff.number(8, 8)?
        } else {
            tiff.number(4, 4)?
        };
        Some(tiff)
    }

    /// An unsigned number of `size` bytes.
    fn number(&self, at: u64, size: usize) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let bytes = self.bytes.get(at..at.checked_add(size)?)?;
        let push = |n: u64, &b: &u8| (n << 8) | u64::from(b);
        Some(if self.big_endian {
            bytes.iter().fold(0, push)
        } else {
            bytes.iter().rev().fold(0, push)
        })
    }

    /// The directory at an offset and the offset of the next, 0 after the last; none where it is
    /// cut off. Values that lie outside the file are left out.
    pub(crate) fn directory(&self, at: u64) -> Option<(Directory, u64)> {
        let (first, end, entry_size) = self.span(at)?;
        let offset_size = if self.wide { 8 } else { 4 };
        let mut directory = Directory {
            values: BTreeMap::new(),
            big_endian: self.big_endian,
        };
        for entry in (first..end).step_by(entry_size) {
            let tag = u16::try_from(self.number(entry, 2)?).ok()?;
            if let Some(values) = self.values(entry) {
                directory.values.entry(tag).or_insert(values);
            }
        }
        // The last offset is missing in some files; then this was the last directory.
        let next = self.number(end, offset_size).unwrap_or(0);
        Some((directory, next))
    }

    /// Where the entries of the directory at an offset begin and end, and the size of one.
    fn span(&self, at: u64) -> Option<(u64, u64, usize)> {
        let (count_size, entry_size) = if self.wide { (8, 20) } else { (2, 12) };
        let count = self.number(at, count_size)?;
        let first = at.checked_add(count_size as u64)?;
        let end = first.checked_add(count.checked_mul(entry_size as u64)?)?;
        (end <= self.bytes.len() as u64).then_some((first, end, entry_size))
    }

    /// The entries of the directory at an offset whose values lie within the file.
    pub(crate) fn entries(&self, at: u64) -> Option<Vec<Entry>> {
        let (first, end, entry_size) = self.span(at)?;
        let entries = (first..end).step_by(entry_size);
        Some(entries.filter_map(|entry| self.entry(entry)).collect())
    }

    fn entry(&self, entry: u64) -> Option<Entry> {
        let kind = self.number(entry + 2, 2)?;
        let size: u64 = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 | 17 | 18 => 8,
            _ => return None,
        };
        let inline = if self.wide { 8 } else { 4 };
        let count = self.number(entry + 4, inline)?.min(MOST_VALUES);
        let field = entry + 4 + inline as u64;
        let length = count.checked_mul(size)?;
        let at = if length <= inline as u64 {
            field
        } else {
            self.number(field, inline)?
        };
        let start = usize::try_from(at).ok()?;
        let place = start..start.checked_add(usize::try_from(length).ok()?)?;
        self.bytes.get(place.clone())?;
        Some(Entry {
            tag: u16::try_from(self.number(entry, 2)?).ok()?,
            kind: u16::try_from(kind).ok()?,
            count,
            place,
        })
    }

    fn values(&self, entry: u64) -> Option<Values> {
        let entry = self.entry(entry)?;
        Some(match entry.kind {
            1 | 3 | 4 | 13 | 16 | 18 => Values::Unsigned(self.unsigned(&entry)),
            5 => Values::Rational(self.rationals(entry.place.start as u64, entry.count)?),
            _ => Values::Bytes(entry.place),
        })
    }

    /// The values of an entry of unsigned numbers; empty where it is of another kind.
    pub(crate) fn unsigned(&self, entry: &Entry) -> Vec<u64> {
        let size: usize = match entry.kind {
            1 => 1,
            3 => 2,
            4 | 13 => 4,
            16 | 18 => 8,
            _ => return Vec::new(),
        };
        let start = entry.place.start as u64;
        let number = |n: u64| self.number(start + n * size as u64, size);
        (0..entry.count).filter_map(number).collect()
    }

    /// Bytes of the file; none where it ends before.
    pub(crate) fn slice(&self, place: Range<usize>) -> Option<&'a [u8]> {
        self.bytes.get(place)
    }

    /// Length of the file in bytes.
    pub(crate) const fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// A number as this file writes them.
    pub(crate) fn written(&self, number: u64, size: usize) -> Vec<u8> {
        let mut bytes = number.to_le_bytes()[..size].to_vec();
        if self.big_endian {
            bytes.reverse();
        }
        bytes
    }

    /// Bytes of a table of Huffman codes: 16 counts, and as many values (TIFF 6.0, section 22).
    pub(crate) fn huffman_length(&self, at: u64) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let counts = self.bytes.get(at..at.checked_add(16)?)?;
        Some(16 + counts.iter().map(|&n| u64::from(n)).sum::<u64>())
    }

    fn rationals(&self, at: u64, count: u64) -> Option<Vec<f64>> {
        #[expect(clippy::cast_precision_loss, reason = "both parts have 32 bits")]
        let rational = |n: u64| {
            let (top, bottom) = (self.number(at + n * 8, 4)?, self.number(at + n * 8 + 4, 4)?);
            Some(if bottom == 0 {
                0.0
            } else {
                top as f64 / bottom as f64
            })
        };
        (0..count).map(rational).collect()
    }
}

impl Directory {
    /// All values of a tag of unsigned numbers; empty where it is missing.
    pub(crate) fn all(&self, tag: u16) -> &[u64] {
        match self.values.get(&tag) {
            Some(Values::Unsigned(values)) => values,
            _ => &[],
        }
    }

    /// The first value of a tag.
    pub(crate) fn get(&self, tag: u16) -> Option<u64> {
        self.all(tag).first().copied()
    }

    /// The bytes of a tag of undefined type (or of bytes).
    pub(crate) fn bytes<'a>(&self, tag: u16, file: &'a [u8]) -> Option<std::borrow::Cow<'a, [u8]>> {
        match self.values.get(&tag)? {
            Values::Bytes(range) => Some(file.get(range.clone())?.into()),
            Values::Unsigned(values) => {
                let bytes: Result<Vec<u8>, _> = values.iter().map(|&v| u8::try_from(v)).collect();
                bytes.ok().map(Into::into)
            }
            Values::Rational(_) => None,
        }
    }

    fn rational(&self, tag: u16) -> Option<f64> {
        match self.values.get(&tag)? {
            Values::Rational(values) => values.first().copied(),
            #[expect(clippy::cast_precision_loss, reason = "a resolution is a small number")]
            Values::Unsigned(values) => values.first().map(|&v| v as f64),
            Values::Bytes(_) => None,
        }
    }

    /// Whether it is a thumbnail (bit 0 of `NewSubfileType`, value 2 of the older `SubfileType`)
    /// or a transparency mask (bit 2).
    pub(crate) fn is_auxiliary(&self) -> bool {
        self.get(tag::NEW_SUBFILE_TYPE)
            .is_some_and(|bits| bits & 0b101 != 0)
            || self.get(tag::SUBFILE_TYPE) == Some(2)
    }

    /// The orientation, 1 to 8; 1 where it is missing.
    pub(crate) fn orientation(&self) -> u32 {
        self.get(tag::ORIENTATION)
            .and_then(|o| u32::try_from(o).ok())
            .unwrap_or(1)
    }

    /// Dots per inch across and down as stored; none where there is no unit.
    pub(crate) fn resolution(&self) -> Option<[f64; 2]> {
        let x = self.rational(tag::X_RESOLUTION).filter(|&r| r > 0.0)?;
        let y = self
            .rational(tag::Y_RESOLUTION)
            .filter(|&r| r > 0.0)
            .unwrap_or(x);
        match self.get(tag::RESOLUTION_UNIT).unwrap_or(2) {
            2 => Some([x, y]),
            3 => Some([x * MM_PER_INCH / 10.0, y * MM_PER_INCH / 10.0]),
            _ => None,
        }
    }
}
