//! What only old TIFFs have: JPEG data without its headers (TIFF 6.0, section 22), and the
//! compression of the `NeXT` computer.

use super::chunks::{Chunk, scheme};
use super::directory::{Directory, tag};

/// Bytes of a table of quantisation.
const QUANTISATION: usize = 64;

/// A whole JPEG stream of a chunk whose tables the directory points to one by one; none where it
/// does not, or they are not there.
pub(super) fn jpeg_of_tables(
    data: &[u8],
    file: &[u8],
    page: &Directory,
    chunk: &Chunk,
) -> Option<Vec<u8>> {
    if page.get(tag::COMPRESSION) != Some(scheme::OLD_JPEG) || data.starts_with(b"\xFF\xD8") {
        return None;
    }
    let tables = |tag: u16, length: &dyn Fn(&[u8]) -> Option<usize>| {
        let places = page.all(tag).iter();
        let table = places.map(|&at| {
            let rest = file.get(usize::try_from(at).ok()?..)?;
            rest.get(..length(rest)?)
        });
        table.collect::<Option<Vec<_>>>()
    };
    let huffman = |rest: &[u8]| {
        let counts = rest.get(..16)?;
        Some(16 + counts.iter().map(|&n| usize::from(n)).sum::<usize>())
    };
    let quantisation = tables(tag::JPEG_QUANTISATION, &|_| Some(QUANTISATION))?;
    let (dc, ac) = (
        tables(tag::JPEG_DC_TABLES, &huffman)?,
        tables(tag::JPEG_AC_TABLES, &huffman)?,
    );
    let colours = quantisation.len();
    let planar = page.get(tag::PLANAR) == Some(2);
    if !matches!(colours, 1 | 3) || dc.len() != colours || ac.len() != colours || planar {
        return None;
    }
    let side = |n: usize| u16::try_from(n).ok();
    let mut out = b"\xFF\xD8".to_vec();
    let mut frame = vec![8];
    frame.extend(side(chunk.stored_rows)?.to_be_bytes());
    frame.extend(side(chunk.width)?.to_be_bytes());
    frame.push(u8::try_from(colours).ok()?);
    let mut scan = vec![u8::try_from(colours).ok()?];
    for n in 0..colours {
        let colour = u8::try_from(n + 1).ok()?;
        let [q, d, a] = [&quantisation, &dc, &ac].map(|tables| first_alike(tables, n));
        frame.extend([colour, sampling(page, n, colours)?, q]);
        scan.extend([colour, d << 4 | a]);
        // Of equal tables the first is written: a baseline stream has room for two.
        for (marker, class, tables) in [(0xDB, 0, &quantisation), (0xC4, 0, &dc), (0xC4, 16, &ac)] {
            if usize::from(first_alike(tables, n)) == n {
                let number = u8::try_from(n).ok()? | class;
                segment(&mut out, marker, &[&[number], tables[n]].concat())?;
            }
        }
    }
    segment(&mut out, 0xC1, &frame)?;
    if let Some(interval) = page.get(tag::JPEG_RESTART).filter(|&n| n > 0) {
        segment(&mut out, 0xDD, &u16::try_from(interval).ok()?.to_be_bytes())?;
    }
    scan.extend([0, 63, 0]);
    segment(&mut out, 0xDA, &scan)?;
    out.extend_from_slice(data);
    out.extend_from_slice(b"\xFF\xD9");
    Some(out)
}

/// The number of the first table that is the same.
fn first_alike(tables: &[&[u8]], n: usize) -> u8 {
    let first = tables.iter().position(|table| *table == tables[n]);
    u8::try_from(first.unwrap_or(n)).unwrap_or(0)
}

/// How a colour is sampled, across in the high half: luma as the directory says, others once.
fn sampling(page: &Directory, n: usize, colours: usize) -> Option<u8> {
    if n > 0 || colours == 1 {
        return Some(0x11);
    }
    match page.all(tag::YCBCR_SUBSAMPLING) {
        [x @ (1 | 2 | 4), y @ (1 | 2 | 4)] => u8::try_from(x << 4 | y).ok(),
        _ => Some(0x22),
    }
}

/// A segment of a JPEG stream: its length counts itself.
fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) -> Option<()> {
    out.extend([0xFF, marker]);
    out.extend(u16::try_from(body.len() + 2).ok()?.to_be_bytes());
    out.extend_from_slice(body);
    Some(())
}

/// The compression of the `NeXT` computer: rows of 2-bit samples, white where nothing is said;
/// each stored as it is, in part, or in runs of one shade.
pub(super) fn next(data: &[u8], width: usize, needed: usize) -> Vec<u8> {
    const WHOLE_ROW: u8 = 0x00;
    const PART: u8 = 0x40;
    let row = width.div_ceil(4);
    let mut out = Vec::with_capacity(needed);
    let mut input = data;
    while out.len() < needed {
        let line = match input.split_first() {
            Some((&WHOLE_ROW, rest)) => take(rest, row),
            Some((&PART, rest)) => part(rest, row),
            Some(_) => Some(runs(input, row, width)),
            None => None,
        };
        let Some((line, rest)) = line else { break };
        out.extend(line);
        input = rest;
    }
    out.truncate(needed);
    out
}

fn take(input: &[u8], row: usize) -> Option<(Vec<u8>, &[u8])> {
    let (line, rest) = input.split_at_checked(row)?;
    Some((line.to_vec(), rest))
}

/// Where a part of a row begins and how long it is, then its bytes.
fn part(input: &[u8], row: usize) -> Option<(Vec<u8>, &[u8])> {
    let (head, rest) = input.split_first_chunk::<4>()?;
    let number = |high: u8, low: u8| usize::from(u16::from_be_bytes([high, low]));
    let (from, length) = (number(head[0], head[1]), number(head[2], head[3]));
    let (bytes, rest) = rest.split_at_checked(length)?;
    let mut line = vec![0xFF; row];
    line.get_mut(from..from + length)?.copy_from_slice(bytes);
    Some((line, rest))
}

/// Runs of two bits of shade and six of length, until the row is full or the data ends.
fn runs(mut input: &[u8], row: usize, width: usize) -> (Vec<u8>, &[u8]) {
    let mut line = vec![0xFF; row];
    let mut x = 0;
    while x < width
        && let Some((&run, rest)) = input.split_first()
    {
        input = rest;
        for _ in 0..run & 0x3F {
            if x < width {
                let shift = 6 - 2 * (x % 4);
                line[x / 4] = line[x / 4] & !(3 << shift) | (run >> 6) << shift;
                x += 1;
            }
        }
    }
    (line, input)
}

#[cfg(test)]
mod tests {
    use super::next;
    use proptest::prelude::*;

    #[test]
    fn rows_of_the_next_are_whole_parts_or_runs() {
        // Eight pixels a row.
        let data = [
            0x00, 0x1B, 0xE4, // as it is
            0x40, 0, 1, 0, 1, 0x00, // the second half black, the first untouched
            0x03, 0x82, 0xC3, // three black, two light, three white
        ];
        let rows = [0x1B, 0xE4, 0xFF, 0x00, 0b0000_0010, 0b1011_1111];
        assert_eq!(next(&data, 8, 6), rows);
        assert_eq!(next(&data, 8, 5), rows[..5]);
        assert_eq!(
            next(&data[..4], 8, 6),
            rows[..2],
            "what breaks off gives no row"
        );
    }

    proptest! {
        #[test]
        fn no_more_is_unpacked_than_needed(
            data in proptest::collection::vec(any::<u8>(), 0..200),
            width in 1usize..60,
            needed in 0usize..400,
        ) {
            prop_assert!(next(&data, width, needed).len() <= needed);
        }
    }
}
