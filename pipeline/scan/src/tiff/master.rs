//! Some pages of a TIFF as a TIFF of their own: strips, tiles and tables byte for byte as they are
//! stored, in the same byte order, and nothing of the other pages.
//!
//! A tag travels where it says how the page is decoded or shown, or what made it. Names, texts and
//! private tags stay behind: they may speak of the whole batch.

use super::directory::{Tiff, tag};
use crate::{damaged, over_limit};
use model::{Failure, Limits};
use std::collections::BTreeMap;

/// Tags whose values travel as they are (TIFF 6.0; technical notes 1 and 2; ICC.1, annex B.4):
/// decoding, colours, size, orientation, and what made the page and when.
const COPIED: [u16; 46] = [
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 271, 272, 274, 277, 278, 280, 281, 282,
    283, 284, 290, 291, 292, 293, 296, 301, 305, 306, 317, 318, 319, 320, 321, 322, 323, 332, 334,
    336, 338, 339, 340, 341, 347, 512, 515,
];
const COPIED_TOO: [u16; 8] = [517, 518, 529, 530, 531, 532, 34_675, 326];

/// Tags that say where bytes lie, with the tag that says how many, or how many are known.
const REFERRED: [(u16, Length); 6] = [
    (tag::STRIP_OFFSETS, Length::Tag(tag::STRIP_BYTE_COUNTS)),
    (tag::TILE_OFFSETS, Length::Tag(tag::TILE_BYTE_COUNTS)),
    (tag::JPEG_STREAM, Length::Tag(tag::JPEG_STREAM_LENGTH)),
    (tag::JPEG_QUANTISATION, Length::Quantisation),
    (tag::JPEG_DC_TABLES, Length::Huffman),
    (tag::JPEG_AC_TABLES, Length::Huffman),
];

#[derive(Clone, Copy)]
enum Length {
    /// Another tag lists it.
    Tag(u16),
    /// A table of 64 bytes (TIFF 6.0, section 22).
    Quantisation,
    /// 16 counts, and as many bytes as they add up to.
    Huffman,
}

/// Kinds of values: 32 bits, and BigTIFF's 64.
const LONG: u16 = 4;
const LONG_8: u16 = 16;

/// Writes the pages whose directories lie at `chosen`; those of the others, at `others`, bound
/// what belongs to a page.
pub(super) fn write(
    tiff: Tiff<'_>,
    chosen: &[u64],
    others: &[u64],
    limits: &Limits,
) -> Result<Vec<u8>, Failure> {
    let mut out = Writing {
        tiff,
        bytes: header(tiff),
        // The header ends with the place of the first directory.
        link: if tiff.wide { 8 } else { 4 },
        foreign: foreign(tiff, others),
        limits,
    };
    for &at in chosen {
        out.page(at)?;
    }
    Ok(out.bytes)
}

fn header(tiff: Tiff<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(if tiff.big_endian { b"MM" } else { b"II" });
    if tiff.wide {
        for number in [43, 8, 0] {
            bytes.extend(tiff.written(number, 2));
        }
        bytes.extend([0; 8]);
    } else {
        bytes.extend(tiff.written(42, 2));
        bytes.extend([0; 4]);
    }
    bytes
}

/// Where the other pages' bytes begin, in order: what a page claims ends there at the latest.
fn foreign(tiff: Tiff<'_>, others: &[u64]) -> Vec<u64> {
    let mut starts = others.to_vec();
    for &at in others {
        let entries = tiff.entries(at).unwrap_or_default();
        for entry in &entries {
            if REFERRED.iter().any(|(tag, _)| *tag == entry.tag) {
                starts.extend(tiff.unsigned(entry));
            }
        }
    }
    starts.sort_unstable();
    starts
}

struct Writing<'a> {
    tiff: Tiff<'a>,
    bytes: Vec<u8>,
    /// Where the place of the next directory is to be written.
    link: usize,
    foreign: Vec<u64>,
    limits: &'a Limits,
}

/// A tag's value as it will be written.
struct Value {
    kind: u16,
    count: u64,
    bytes: Vec<u8>,
}

impl Writing<'_> {
    fn page(&mut self, at: u64) -> Result<(), Failure> {
        let lost = || damaged("its directory cannot be copied");
        let entries = self.tiff.entries(at).ok_or_else(lost)?;
        let mut values = BTreeMap::new();
        for entry in &entries {
            if COPIED.contains(&entry.tag) || COPIED_TOO.contains(&entry.tag) {
                let bytes = self.tiff.slice(entry.place.clone()).ok_or_else(lost)?;
                values.entry(entry.tag).or_insert(Value {
                    kind: entry.kind,
                    count: entry.count,
                    bytes: bytes.to_vec(),
                });
            }
        }
        for (tag, length) in REFERRED {
            let of = |tag: u16| entries.iter().find(|entry| entry.tag == tag);
            let Some(offsets) = of(tag) else { continue };
            let offsets = self.tiff.unsigned(offsets);
            let lengths = match length {
                Length::Tag(tag) => of(tag).map(|entry| self.tiff.unsigned(entry)),
                Length::Quantisation | Length::Huffman => None,
            };
            let mut places = Vec::new();
            let mut counts = Vec::new();
            for (n, &offset) in offsets.iter().enumerate() {
                let declared = match length {
                    Length::Tag(_) => lengths.as_ref().and_then(|all| all.get(n).copied()),
                    Length::Quantisation => Some(64),
                    Length::Huffman => self.tiff.huffman_length(offset),
                };
                let (place, count) = self.copy(offset, declared)?;
                places.push(place);
                counts.push(count);
            }
            values.insert(tag, self.numbers(&places));
            if let Length::Tag(tag) = length {
                values.insert(tag, self.numbers(&counts));
            }
        }
        self.directory(&values)
    }

    /// Copies bytes of the page; gives where they are now, and how many.
    fn copy(&mut self, offset: u64, declared: Option<u64>) -> Result<(u64, u64), Failure> {
        let length = self.tiff.length();
        let next = self.foreign.partition_point(|&start| start <= offset);
        let bound = self
            .foreign
            .get(next)
            .copied()
            .unwrap_or(length)
            .min(length);
        // Some writers leave the count out, or zero; the data then ends by itself.
        let end = match declared.filter(|&n| n > 0) {
            Some(count) => offset.saturating_add(count).min(bound),
            None => bound,
        };
        let range = usize::try_from(offset).ok().zip(usize::try_from(end).ok());
        let bytes = range.and_then(|(from, to)| self.tiff.slice(from..to));
        let bytes = bytes.ok_or_else(|| damaged("a strip or tile of it is missing"))?;
        let place = self.append(bytes)?;
        Ok((place, bytes.len() as u64))
    }

    /// Appends bytes at an even place (TIFF 6.0, section 2).
    fn append(&mut self, bytes: &[u8]) -> Result<u64, Failure> {
        if self.bytes.len() % 2 == 1 {
            self.bytes.push(0);
        }
        let place = self.bytes.len() as u64;
        let end = place + bytes.len() as u64;
        // A short TIFF's places have 32 bits.
        if end > self.limits.file_bytes || (!self.tiff.wide && end > u64::from(u32::MAX)) {
            return Err(over_limit("its own pages take more than `file_bytes`"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(place)
    }

    /// Places or counts, in the width of the file's offsets.
    fn numbers(&self, numbers: &[u64]) -> Value {
        let (kind, size) = if self.tiff.wide {
            (LONG_8, 8)
        } else {
            (LONG, 4)
        };
        let written = numbers.iter().map(|&n| self.tiff.written(n, size));
        Value {
            kind,
            count: numbers.len() as u64,
            bytes: written.flatten().collect(),
        }
    }

    fn directory(&mut self, values: &BTreeMap<u16, Value>) -> Result<(), Failure> {
        let tiff = self.tiff;
        let (count_size, field) = if tiff.wide { (8, 8) } else { (2, 4) };
        let mut directory = tiff.written(values.len() as u64, count_size);
        for (&tag, value) in values {
            directory.extend(tiff.written(tag.into(), 2));
            directory.extend(tiff.written(value.kind.into(), 2));
            directory.extend(tiff.written(value.count, field));
            let mut inline = value.bytes.clone();
            if inline.len() > field {
                inline = tiff.written(self.append(&value.bytes)?, field);
            }
            inline.resize(field, 0);
            directory.extend(inline);
        }
        let link = directory.len();
        directory.resize(link + field, 0);
        let place = self.append(&directory)?;
        let linked = tiff.written(place, field);
        self.bytes[self.link..self.link + field].copy_from_slice(&linked);
        self.link = usize::try_from(place).map_or(usize::MAX, |place| place + link);
        Ok(())
    }
}
