//! A strip or tile of a TIFF, decompressed: never to more bytes than its pixels need.

use super::directory::{Directory, tag};
use super::image::Layout;
use super::old;
use crate::picture::decode_jpeg;
use crate::{ccitt, damaged};
use flate2::read::ZlibDecoder;
use hayro_ccitt::{DecodeSettings, EncodingMode};
use model::{Failure, Limits};
use std::borrow::Cow;
use std::io::Read;

/// A strip or a tile.
pub(super) struct Chunk {
    /// Its place in the list of offsets.
    pub(super) index: usize,
    /// The sample it holds, where planes are apart.
    pub(super) plane: usize,
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) width: usize,
    /// Rows it is stored with.
    pub(super) stored_rows: usize,
    /// Rows of it that lie on the page.
    pub(super) rows: usize,
}

/// Compression schemes, by their numbers in tag 259.
pub(super) mod scheme {
    pub(crate) const NONE: u64 = 1;
    pub(crate) const CCITT_RLE: u64 = 2;
    pub(crate) const CCITT_T4: u64 = 3;
    pub(crate) const CCITT_T6: u64 = 4;
    pub(crate) const LZW: u64 = 5;
    pub(crate) const OLD_JPEG: u64 = 6;
    pub(crate) const JPEG: u64 = 7;
    pub(crate) const DEFLATE: u64 = 8;
    pub(crate) const NEXT: u64 = 32_766;
    pub(crate) const PACK_BITS: u64 = 32_773;
    pub(crate) const OLD_DEFLATE: u64 = 32_946;
}

/// The bytes of a chunk as stored.
pub(super) fn stored<'a>(
    file: &'a [u8],
    page: &Directory,
    index: usize,
) -> Result<&'a [u8], Failure> {
    let missing = || damaged(format!("its strip or tile {} is missing", index + 1));
    let tiles = !page.all(tag::TILE_OFFSETS).is_empty();
    let (offsets, counts) = if tiles {
        (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
    } else {
        (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
    };
    let offset = *page.all(offsets).get(index).ok_or_else(missing)?;
    let rest = usize::try_from(offset)
        .ok()
        .and_then(|at| file.get(at..))
        .ok_or_else(missing)?;
    // Some writers leave the count out, or zero; the data then ends by itself.
    let count = page.all(counts).get(index).copied().filter(|&n| n > 0);
    let count = count.map_or(rest.len(), |n| usize::try_from(n).unwrap_or(usize::MAX));
    Ok(&rest[..count.min(rest.len())])
}

/// A chunk's bytes, at most as many as its pixels need; fewer where the data ends or breaks.
pub(super) fn decompress(
    file: &[u8],
    page: &Directory,
    layout: &Layout,
    chunk: &Chunk,
    limits: &Limits,
) -> Result<Vec<u8>, Failure> {
    let row_bytes = (chunk.width * layout.bits * layout.together).div_ceil(8);
    unpack(file, page, chunk, row_bytes * chunk.stored_rows, limits)
}

/// As [`decompress`], to at most `needed` bytes.
pub(super) fn unpack(
    file: &[u8],
    page: &Directory,
    chunk: &Chunk,
    needed: usize,
    limits: &Limits,
) -> Result<Vec<u8>, Failure> {
    if needed as u64 > limits.page_pixels.saturating_mul(8) {
        return Err(crate::over_limit(
            "a strip or tile is larger than a page may be",
        ));
    }
    let data = stored(file, page, chunk.index)?;
    let scheme = page.get(tag::COMPRESSION).unwrap_or(scheme::NONE);
    let reversed = page.get(tag::FILL_ORDER) == Some(2) && scheme != scheme::JPEG;
    let data: Cow<'_, [u8]> = if reversed {
        data.iter().map(|byte| byte.reverse_bits()).collect()
    } else {
        data.into()
    };
    Ok(match scheme {
        scheme::NONE => data[..needed.min(data.len())].to_vec(),
        scheme::CCITT_RLE | scheme::CCITT_T4 | scheme::CCITT_T6 => fax(&data, page, chunk, scheme)?,
        scheme::LZW => lzw(&data, needed),
        scheme::DEFLATE | scheme::OLD_DEFLATE => {
            let mut out = Vec::new();
            // What a broken stream gave before it broke is kept; the rows are counted afterwards.
            let _ = ZlibDecoder::new(&*data)
                .take(needed as u64)
                .read_to_end(&mut out);
            out
        }
        scheme::PACK_BITS => pack_bits(&data, needed),
        scheme::NEXT => old::next(&data, chunk.width, needed),
        scheme::JPEG | scheme::OLD_JPEG => jpeg(&data, file, page, chunk, limits)?,
        other => return Err(damaged(format!("its compression {other} is not supported"))),
    })
}

/// Fails where rows are missing at the end of a chunk; the last one may lack a few bytes.
pub(super) fn check_rows(data: &[u8], row_bytes: usize, chunk: &Chunk) -> Result<(), Failure> {
    let rows = data.len().div_ceil(row_bytes);
    if rows < chunk.rows {
        return Err(damaged(format!(
            "its pixels break off after row {} of {}",
            chunk.top + rows,
            chunk.top + chunk.rows
        )));
    }
    Ok(())
}

fn fax(data: &[u8], page: &Directory, chunk: &Chunk, scheme: u64) -> Result<Vec<u8>, Failure> {
    let options = page.get(tag::T4_OPTIONS).unwrap_or(0);
    let encoding = match scheme {
        scheme::CCITT_T6 => EncodingMode::Group4,
        scheme::CCITT_T4 if options & 1 != 0 => EncodingMode::Group3_2D,
        _ => EncodingMode::Group3_1D,
    };
    let side = |n: usize| u32::try_from(n).map_err(|_| damaged("a strip is too large"));
    let rows = ccitt::decode(
        data,
        DecodeSettings {
            columns: side(chunk.width)?,
            rows: side(chunk.stored_rows)?,
            end_of_block: scheme != scheme::CCITT_RLE,
            end_of_line: scheme == scheme::CCITT_T4,
            rows_are_byte_aligned: scheme == scheme::CCITT_RLE,
            encoding,
            strict: false,
        },
    );
    Ok(rows.bits)
}

/// TIFF 6.0, section 13; files older than that have the bits of a code the other way round.
fn lzw(data: &[u8], needed: usize) -> Vec<u8> {
    let old = matches!(data, [0, second, ..] if second & 1 == 1);
    let mut decoder = if old {
        weezl::decode::Decoder::new(weezl::BitOrder::Lsb, 8)
    } else {
        weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
    };
    let mut out = vec![0; needed];
    let (mut read, mut written) = (0, 0);
    while written < needed {
        let step = decoder.decode_bytes(&data[read..], &mut out[written..]);
        read += step.consumed_in;
        written += step.consumed_out;
        let done = !matches!(step.status, Ok(weezl::LzwStatus::Ok));
        if done || (step.consumed_in == 0 && step.consumed_out == 0) {
            break;
        }
    }
    out.truncate(written);
    out
}

/// TIFF 6.0, section 9.
fn pack_bits(data: &[u8], needed: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(needed);
    let mut input = data.iter().copied();
    while out.len() < needed {
        match input.next() {
            Some(n @ 0..=127) => out.extend(input.by_ref().take(usize::from(n) + 1)),
            Some(128) => {}
            Some(n) => match input.next() {
                Some(byte) => out.resize(out.len() + 257 - usize::from(n), byte),
                None => break,
            },
            None => break,
        }
    }
    out.truncate(needed);
    out
}

/// A JPEG chunk, in gray or red, green and blue; cut or padded to the chunk's width.
fn jpeg(
    data: &[u8],
    file: &[u8],
    page: &Directory,
    chunk: &Chunk,
    limits: &Limits,
) -> Result<Vec<u8>, Failure> {
    let tables = page.bytes(tag::JPEG_TABLES, file);
    let is_rgb = page.get(tag::PHOTOMETRIC) == Some(2);
    let stream = old::jpeg_of_tables(data, file, page, chunk)
        .unwrap_or_else(|| with_tables(data, tables.as_deref(), is_rgb));
    let decoded = decode_jpeg(&stream, limits)?;
    let (from, to) = (
        decoded.width as usize * decoded.samples,
        chunk.width * decoded.samples,
    );
    if from == to {
        return Ok(decoded.bytes);
    }
    let mut out = Vec::with_capacity(to * decoded.height as usize);
    for row in decoded.bytes.chunks_exact(from) {
        out.extend_from_slice(&row[..from.min(to)]);
        out.resize(out.len() + to.saturating_sub(from), 255);
    }
    Ok(out)
}

/// A complete JPEG stream of a chunk and the page's tables (TIFF technical note 2). Samples that
/// are red, green and blue already are marked so, with Adobe's APP14, since nothing else says it.
fn with_tables(data: &[u8], tables: Option<&[u8]>, is_rgb: bool) -> Vec<u8> {
    const START: &[u8] = b"\xFF\xD8";
    const ADOBE_RGB: &[u8] = b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\0";
    let body = data.strip_prefix(START).unwrap_or(data);
    let tables = tables.map_or(&[][..], |t| t.strip_prefix(START).unwrap_or(t));
    let tables = tables.strip_suffix(b"\xFF\xD9").unwrap_or(tables);
    let adobe = if is_rgb { ADOBE_RGB } else { &[] };
    [START, adobe, tables, body].concat()
}

/// The JPEG stream of a page compressed the old way (scheme 6), where it has a whole one: by tag
/// 513, or as its only strip.
pub(super) fn whole_jpeg(file: &[u8], page: &Directory) -> Option<Vec<u8>> {
    if page.get(tag::COMPRESSION) != Some(scheme::OLD_JPEG) {
        return None;
    }
    let at = usize::try_from(page.get(tag::JPEG_STREAM)?).ok()?;
    let rest = file.get(at..)?;
    let length = page
        .get(tag::JPEG_STREAM_LENGTH)
        .and_then(|n| usize::try_from(n).ok());
    let stream = &rest[..length.unwrap_or(rest.len()).min(rest.len())];
    let has_scan = crate::sniff::find(stream, b"\xFF\xDA").is_some();
    if stream.starts_with(b"\xFF\xD8") && has_scan {
        return Some(stream.to_vec());
    }
    // The stream at tag 513 may hold the tables only, the strips the scan that they belong to.
    let strips: Option<Vec<&[u8]>> = (0..page.all(tag::STRIP_OFFSETS).len())
        .map(|n| stored(file, page, n).ok())
        .collect();
    let scan = strips?.concat();
    if scan.starts_with(b"\xFF\xD8") {
        return Some(scan);
    }
    stream
        .starts_with(b"\xFF\xD8")
        .then(|| with_tables(&scan, Some(stream), false))
}
