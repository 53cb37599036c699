//! TIFF files made here, byte by byte or by another library's encoder.

use crate::{ScannedPage, Source, open_bytes};
use fax::encoder::Encoder;
use fax::{Color, VecWriter};
use model::{Failure, Limits, Pixels, Refusal, RefusalReason};
use std::io::Cursor;
use tiff::encoder::{Compression, DeflateLevel, TiffEncoder, TiffValue, colortype};
use tiff::tags::Tag;

fn open(bytes: Vec<u8>) -> Result<Source, Refusal> {
    open_bytes(bytes, &Limits::default(), &[])
}

fn only_page(bytes: Vec<u8>) -> Result<ScannedPage, Failure> {
    open(bytes).unwrap().page(1)
}

fn pixels(page: Result<ScannedPage, Failure>) -> Pixels {
    page.unwrap().image.unwrap().into_pixels()
}

/// A field of a directory: tag, type, values.
type Field<'a> = (u16, u16, &'a [u32]);

/// Pages of fields, with the pixels of each as its only strip; little-endian. Strip offset and
/// byte count are added, unless given, or those of tiles.
fn raw_tiff(pages: &[(&[Field<'_>], &[u8])]) -> Vec<u8> {
    let mut file = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for (fields, strip) in pages {
        let strip_at = u32::try_from(file.len()).unwrap();
        file.extend_from_slice(strip);
        let length = u32::try_from(strip.len()).unwrap();
        let own = [(273u16, 4u16, vec![strip_at]), (279, 4, vec![length])];
        let mut all: Vec<(u16, u16, Vec<u32>)> =
            fields.iter().map(|f| (f.0, f.1, f.2.to_vec())).collect();
        all.extend(
            own.into_iter()
                .filter(|o| fields.iter().all(|f| f.0 != o.0 && f.0 != 324)),
        );
        all.sort_by_key(|field| field.0);
        let encode = |kind: u16, values: &[u32]| -> Vec<u8> {
            let short = |v: &u32| u16::try_from(*v).unwrap().to_le_bytes().to_vec();
            values
                .iter()
                .flat_map(|v| {
                    if kind == 3 {
                        short(v)
                    } else {
                        v.to_le_bytes().to_vec()
                    }
                })
                .collect()
        };
        let mut directory = u16::try_from(all.len()).unwrap().to_le_bytes().to_vec();
        for (tag, kind, values) in all {
            let mut bytes = encode(kind, &values);
            let count = u32::try_from(if kind == 5 {
                values.len() / 2
            } else {
                values.len()
            })
            .unwrap();
            if bytes.len() > 4 {
                let at = u32::try_from(file.len()).unwrap();
                file.extend_from_slice(&bytes);
                bytes = at.to_le_bytes().to_vec();
            }
            bytes.resize(4, 0);
            directory.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
            directory.extend([count.to_le_bytes().to_vec(), bytes].concat());
        }
        let at = u32::try_from(file.len()).unwrap();
        file[link..link + 4].copy_from_slice(&at.to_le_bytes());
        file.extend(directory);
        link = file.len();
        file.extend([0; 4]);
    }
    file
}

/// A 16 × 4 page of two black bars, packed; 1 is black.
const BARS: [u8; 8] = [0x00, 0xFF, 0x0F, 0xF0, 0x00, 0x00, 0x80, 0x01];

fn group4(bits: &[u8], width: u16) -> Vec<u8> {
    let mut encoder = Encoder::new(VecWriter::new());
    for row in bits.chunks(usize::from(width).div_ceil(8)) {
        let colour = |x: u16| row[usize::from(x / 8)] & (0x80 >> (x % 8)) != 0;
        let line = (0..width).map(|x| {
            if colour(x) {
                Color::Black
            } else {
                Color::White
            }
        });
        encoder.encode_line(line, width).unwrap();
    }
    encoder.finish().unwrap().finish()
}

fn bilevel(compression: u32, photometric: u32, more: &[Field<'_>], strip: &[u8]) -> Vec<u8> {
    let base: [Field<'_>; 6] = [
        (256, 4, &[16]),
        (257, 4, &[4]),
        (258, 3, &[1]),
        (259, 3, &[compression]),
        (262, 3, &[photometric]),
        (278, 4, &[4]),
    ];
    raw_tiff(&[(&[&base[..], more].concat(), strip)])
}

#[test]
fn black_and_white_stays_black_and_white() {
    let check = |file: Vec<u8>| assert_eq!(pixels(only_page(file)), Pixels::Bilevel(BARS.into()));
    let inverted = BARS.map(|byte| !byte);
    let reversed: Vec<u8> = group4(&BARS, 16)
        .into_iter()
        .map(u8::reverse_bits)
        .collect();
    check(bilevel(1, 0, &[], &BARS));
    check(bilevel(1, 1, &[], &inverted));
    check(bilevel(4, 0, &[], &group4(&BARS, 16)));
    check(bilevel(4, 1, &[], &group4(&inverted, 16)));
    check(bilevel(4, 0, &[(266, 3, &[2])], &reversed));
    check(bilevel(32_773, 0, &[], &[&[7][..], &BARS].concat()));
}

#[test]
fn a_fax_keeps_its_unequal_resolution_and_turns_with_it() {
    let fields: &[Field<'_>] = &[(282, 5, &[204, 1]), (283, 5, &[98, 1]), (274, 3, &[6])];
    let page = only_page(bilevel(4, 0, fields, &group4(&BARS, 16))).unwrap();
    assert_eq!((page.width, page.height, page.dpi), (4, 16, [98, 204]));
}

/// T.4, table 2 and 3: white 16 is 101010, black 16 is 0000010111, white 0 is 00110101.
#[test]
fn group_3_in_one_dimension_with_and_without_line_ends() {
    let pack = |bits: &str| -> Vec<u8> {
        let bits: Vec<u8> = bits
            .bytes()
            .filter(|b| *b != b' ')
            .map(|b| b - b'0')
            .collect();
        bits.chunks(8)
            .map(|c| {
                c.iter()
                    .enumerate()
                    .fold(0, |byte, (n, b)| byte | (b << (7 - n)))
            })
            .collect()
    };
    let (white, black, eol) = ("101010", "00110101 0000010111", "000000000001");
    let check = |compression, data: &[u8]| {
        let expected = Pixels::Bilevel(vec![0, 0, 0xFF, 0xFF, 0, 0, 0, 0]);
        assert_eq!(
            pixels(only_page(bilevel(compression, 0, &[], data))),
            expected
        );
    };
    check(
        3,
        &pack(&[eol, white, eol, black, eol, white, eol, white, eol].concat()),
    );
    // Compression 2 has no line ends and begins each row in a new byte.
    check(
        2,
        &[pack(white), pack(black), pack(white), pack(white)].concat(),
    );
}

fn encoded<T: colortype::ColorType>(
    compression: Compression,
    width: u32,
    data: &[T::Inner],
) -> Vec<u8>
where
    [T::Inner]: TiffValue,
{
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut out)
        .unwrap()
        .with_compression(compression);
    let samples = T::BITS_PER_SAMPLE.len();
    let height = u32::try_from(data.len() / samples).unwrap() / width;
    let mut image = encoder.new_image::<T>(width, height).unwrap();
    image.rows_per_strip(2).unwrap();
    image.encoder().write_tag(Tag::Orientation, 1u16).unwrap();
    image.write_data(data).unwrap();
    out.into_inner()
}

#[test]
fn gray_and_colour_come_back_as_they_were() {
    let gray: Vec<u8> = (0..60).map(|n| n * 4).collect();
    let rgb: Vec<u8> = (0..180).collect();
    for compression in [
        Compression::Uncompressed,
        Compression::Lzw,
        Compression::Deflate(DeflateLevel::Fast),
        Compression::Packbits,
    ] {
        let file = encoded::<colortype::Gray8>(compression, 12, &gray);
        assert_eq!(pixels(only_page(file)), Pixels::Gray(gray.clone()));
        let file = encoded::<colortype::RGB8>(compression, 12, &rgb);
        assert_eq!(pixels(only_page(file)), Pixels::Rgb(rgb.clone()));
    }
}

#[test]
fn tiles_are_put_together_and_their_margins_left_out() {
    // 20 × 18 samples in four tiles of 16 × 16, the first at byte 8; what juts out is 99.
    let whole: Vec<u8> = (0..=255).cycle().take(20 * 18).collect();
    let sample = |x: usize, y: usize| {
        if x < 20 && y < 18 {
            whole[y * 20 + x]
        } else {
            99
        }
    };
    let mut tiles = Vec::new();
    for (left, top) in [(0, 0), (16, 0), (0, 16), (16, 16)] {
        let rows = (top..top + 16).flat_map(|y| (left..left + 16).map(move |x| (x, y)));
        tiles.extend(rows.map(|(x, y)| sample(x, y)));
    }
    let fields: &[Field<'_>] = &[
        (256, 4, &[20]),
        (257, 4, &[18]),
        (258, 3, &[8]),
        (262, 3, &[1]),
        (322, 4, &[16]),
        (323, 4, &[16]),
        (324, 4, &[8, 264, 520, 776]),
        (325, 4, &[256; 4]),
    ];
    assert_eq!(
        pixels(only_page(raw_tiff(&[(fields, &tiles)]))),
        Pixels::Gray(whole)
    );
}

#[test]
fn a_file_of_64_bit_offsets_is_read_alike() {
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new_big(&mut out).unwrap();
    let gray: Vec<u8> = (0..60).collect();
    for _ in 0..2 {
        encoder
            .write_image::<colortype::Gray8>(12, 5, &gray)
            .unwrap();
    }
    let mut source = open(out.into_inner()).unwrap();
    assert_eq!(source.page_count(), 2);
    assert_eq!(pixels(source.page(2)), Pixels::Gray(gray));
}

#[test]
fn deep_transparent_and_printed_samples_become_what_is_seen() {
    let file = encoded::<colortype::Gray16>(Compression::Lzw, 2, &[0x1234, 0xFF00]);
    assert_eq!(pixels(only_page(file)), Pixels::Gray(vec![0x12, 0xFF]));
    let file = encoded::<colortype::CMYK8>(Compression::Uncompressed, 1, &[0, 255, 0, 0]);
    assert_eq!(pixels(only_page(file)), Pixels::Rgb(vec![255, 0, 255]));
    let file =
        encoded::<colortype::RGBA8>(Compression::Uncompressed, 2, &[9, 8, 7, 255, 0, 0, 0, 0]);
    assert_eq!(
        pixels(only_page(file)),
        Pixels::Rgb(vec![9, 8, 7, 255, 255, 255])
    );
}

#[test]
fn palettes_and_narrow_samples_are_unpacked() {
    let map: Vec<u32> = [[0, 0x1100], [0, 0x2200], [0, 0x3300]].concat();
    let fields: &[Field<'_>] = &[
        (256, 4, &[9]),
        (257, 4, &[1]),
        (258, 3, &[1]),
        (262, 3, &[3]),
        (320, 3, &map),
    ];
    let Pixels::Rgb(rgb) = pixels(only_page(raw_tiff(&[(fields, &[0x80, 0x80])]))) else {
        panic!("a palette is colour");
    };
    assert_eq!(
        (&rgb[..6], &rgb[24..]),
        (&[17, 34, 51, 0, 0, 0][..], &[17, 34, 51][..])
    );
    let fields: &[Field<'_>] = &[
        (256, 4, &[3]),
        (257, 4, &[1]),
        (258, 3, &[4]),
        (262, 3, &[0]),
    ];
    assert_eq!(
        pixels(only_page(raw_tiff(&[(fields, &[0x0F, 0x80])]))),
        Pixels::Gray(vec![255, 0, 119])
    );
}

#[test]
fn pages_are_counted_without_thumbnails() {
    let page: &[Field<'_>] = &[(256, 4, &[8]), (257, 4, &[1]), (262, 3, &[0])];
    let thumbnail: &[Field<'_>] = &[
        (254, 4, &[1]),
        (256, 4, &[8]),
        (257, 4, &[1]),
        (262, 3, &[0]),
    ];
    let source = open(raw_tiff(&[(page, &[1]), (thumbnail, &[2]), (page, &[3])])).unwrap();
    assert_eq!(
        (source.page_count(), source.media_type()),
        (2, "image/tiff")
    );
}

#[test]
fn broken_files_are_refused_with_their_reason() {
    let page: &[Field<'_>] = &[(256, 4, &[8]), (257, 4, &[1]), (262, 3, &[0])];
    let two = raw_tiff(&[(page, &[1]), (page, &[3])]);
    let first = usize::from(two[4]);
    let link = first + 2 + 12 * usize::from(two[first]);
    let check = |change: &dyn Fn(&mut Vec<u8>), reason| {
        let mut file = two.clone();
        change(&mut file);
        assert_eq!(open(file).err().map(|refusal| refusal.reason), Some(reason));
    };
    check(&|file| file.truncate(6), RefusalReason::Truncated);
    check(
        &|file| file.truncate(file.len() - 9),
        RefusalReason::Truncated,
    );
    check(&|file| file[4] = 250, RefusalReason::Truncated);
    check(&|file| file[link] = file[4], RefusalReason::Damaged);
    let bomb: &[Field<'_>] = &[(256, 4, &[60_000]), (257, 4, &[60_000]), (262, 3, &[0])];
    let refused = open(raw_tiff(&[(bomb, &[0; 10])])).err().unwrap();
    assert_eq!(refused.reason, RefusalReason::Limit);
    let mut beside = open(raw_tiff(&[(page, &[1]), (bomb, &[0; 10])])).unwrap();
    assert!(beside.page(1).is_ok() && beside.page(2).is_err());
    let far: &[Field<'_>] = &[
        (256, 4, &[8]),
        (257, 4, &[1]),
        (273, 4, &[9_999]),
        (279, 4, &[1]),
    ];
    let refusal = open(raw_tiff(&[(page, &[1]), (far, &[])])).err().unwrap();
    assert_eq!(
        (refusal.reason, refusal.page),
        (RefusalReason::Truncated, Some(2))
    );
}

#[test]
fn a_broken_page_fails_and_says_why() {
    let check = |file: Vec<u8>, part: &str| {
        let failure = only_page(file).unwrap_err();
        assert!(failure.message.contains(part), "{}", failure.message);
    };
    check(
        bilevel(4, 0, &[], &group4(&BARS[..4], 16)),
        "break off after row 2 of 4",
    );
    check(bilevel(1, 0, &[], &BARS[..5]), "break off");
    check(bilevel(34_712, 0, &[], &[0; 4]), "compression 34712");
}

/// A JPEG taken apart: its tables where the old scheme wants them, its data alone as the strip.
#[test]
fn jpeg_data_without_headers_finds_its_tables() {
    let gray: Vec<u8> = (0..16 * 16u32).map(|n| u8::try_from(n).unwrap()).collect();
    let mut stream = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut stream, 90)
        .encode(&gray, 16, 16, image::ExtendedColorType::L8)
        .unwrap();
    let (mut tables, mut at) = (Vec::new(), 2);
    let data = loop {
        let length = usize::from(u16::from_be_bytes([stream[at + 2], stream[at + 3]]));
        let body = at + 4..at + 2 + length;
        at = body.end;
        match stream[body.start - 3] {
            0xDA => break &stream[at..stream.len() - 2],
            marker @ (0xDB | 0xC4) => tables.push((marker, stream[body].to_vec())),
            _ => {}
        }
    };
    // The strip lies at byte 8, the tables after it.
    let mut strip = data.to_vec();
    let mut put = |marker: u8, number: u8| {
        let of = |table: &&(u8, Vec<u8>)| table.0 == marker && table.1[0] == number;
        let table = tables.iter().find(of).unwrap();
        let place = u32::try_from(8 + strip.len()).unwrap();
        strip.extend(&table.1[1..]);
        place
    };
    let places = [put(0xDB, 0), put(0xC4, 0x00), put(0xC4, 0x10)];
    let length = u32::try_from(data.len()).unwrap();
    let fields: [Field<'_>; 12] = [
        (256, 4, &[16]),
        (257, 4, &[16]),
        (258, 3, &[8]),
        (259, 3, &[6]),
        (262, 3, &[1]),
        (277, 3, &[1]),
        (278, 4, &[16]),
        (279, 4, &[length]),
        (512, 3, &[1]),
        (519, 4, &places[..1]),
        (520, 4, &places[1..2]),
        (521, 4, &places[2..]),
    ];
    let file = raw_tiff(&[(&fields, &strip), (&fields, &strip)]);
    let expected = open_bytes(stream, &Limits::default(), &[]).unwrap().page(1);
    assert_eq!(pixels(only_page(file.clone())), pixels(expected));
    // Alone, the page takes its tables with it.
    let mut source = open(file).unwrap();
    let mut alone = open(source.master(&[1]).unwrap().bytes).unwrap();
    assert_eq!(alone.page(1), source.page(1));
}

#[test]
fn differences_of_samples_that_end_within_bytes_add_up() {
    // Two rows of four 12-bit samples: 0x100, then 0x100 more each time; and back around zero.
    let strip = [
        0x10, 0x01, 0x00, 0x10, 0x01, 0x00, 0xFF, 0x00, 0x20, 0x00, 0x00, 0x01,
    ];
    let fields: [Field<'_>; 7] = [
        (256, 4, &[4]),
        (257, 4, &[2]),
        (258, 3, &[12]),
        (259, 3, &[1]),
        (262, 3, &[1]),
        (278, 4, &[2]),
        (317, 3, &[2]),
    ];
    // Scaled to a byte: 0x100 of 0xFFF is 16.
    let expected = Pixels::Gray(vec![16, 32, 48, 64, 254, 1, 1, 1]);
    assert_eq!(pixels(only_page(raw_tiff(&[(&fields, &strip)]))), expected);
}

/// Found by fuzzing: subsampled colours with a fourth sample were taken for three.
#[test]
fn subsampled_colours_have_three_samples() {
    let fields: [Field<'_>; 7] = [
        (256, 4, &[1]),
        (257, 4, &[1]),
        (258, 3, &[8]),
        (259, 3, &[1]),
        (262, 3, &[6]),
        (277, 3, &[4]),
        (278, 4, &[1]),
    ];
    let failure = only_page(raw_tiff(&[(&fields, &[128; 24])])).unwrap_err();
    assert!(failure.message.contains("4 samples"), "{}", failure.message);
}

#[test]
fn what_the_next_wrote_is_read() {
    let strip = [0x00, 0x1B, 0xE4, 0x03, 0x82, 0xC3];
    let fields: [Field<'_>; 6] = [
        (256, 4, &[8]),
        (257, 4, &[2]),
        (258, 3, &[2]),
        (259, 3, &[32_766]),
        (262, 3, &[1]),
        (278, 4, &[2]),
    ];
    let expected = [
        0, 85, 170, 255, 255, 170, 85, 0, 0, 0, 0, 170, 170, 255, 255, 255,
    ];
    let read = pixels(only_page(raw_tiff(&[(&fields, &strip)])));
    assert_eq!(read, Pixels::Gray(expected.to_vec()));
}
