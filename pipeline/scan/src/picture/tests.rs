//! Images encoded here and read back.

use crate::{ScannedPage, open_bytes};
use image::codecs::{
    bmp::BmpEncoder, gif::GifEncoder, jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder,
};
use image::{ExtendedColorType, ImageEncoder};
use model::{Limits, Pixels, Refusal, RefusalReason};

const SIZE: (u32, u32) = (20, 10);

fn gray() -> Vec<u8> {
    (0..SIZE.0 * SIZE.1)
        .map(|n| u8::try_from(n).unwrap())
        .collect()
}

fn jpeg() -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, 100);
    encoder
        .write_image(&gray(), SIZE.0, SIZE.1, ExtendedColorType::L8)
        .unwrap();
    out
}

fn png(samples: &[u8], color: ExtendedColorType) -> Vec<u8> {
    let mut out = Vec::new();
    PngEncoder::new(&mut out)
        .write_image(samples, SIZE.0, SIZE.1, color)
        .unwrap();
    out
}

fn read(bytes: Vec<u8>) -> Result<ScannedPage, Refusal> {
    open_bytes(bytes, &Limits::default(), &[]).map(|mut source| source.page(1).unwrap())
}

fn pixels(bytes: Vec<u8>) -> Pixels {
    read(bytes).unwrap().image.unwrap().into_pixels()
}

#[test]
fn every_format_gives_its_page_in_the_simplest_form() {
    let rgb: Vec<u8> = gray().iter().flat_map(|&g| [g, 255 - g, 7]).collect();
    let gray_rgb: Vec<u8> = gray().iter().flat_map(|&g| [g, g, g]).collect();
    let bars: Vec<u8> = (0..200).map(|n| if n % 20 < 3 { 0 } else { 255 }).collect();
    assert_eq!(
        pixels(png(&gray(), ExtendedColorType::L8)),
        Pixels::Gray(gray())
    );
    assert_eq!(
        pixels(png(&rgb, ExtendedColorType::Rgb8)),
        Pixels::Rgb(rgb.clone())
    );
    assert_eq!(
        pixels(png(&gray_rgb, ExtendedColorType::Rgb8)),
        Pixels::Gray(gray())
    );
    assert_eq!(
        pixels(png(&bars, ExtendedColorType::L8)),
        Pixels::Bilevel([0xE0, 0, 0].repeat(10))
    );
    let transparent: Vec<u8> = gray().iter().flat_map(|&g| [g, 0]).collect();
    assert_eq!(
        pixels(png(&transparent, ExtendedColorType::La8)),
        Pixels::Bilevel(vec![0; 30])
    );
    let mut bmp = Vec::new();
    BmpEncoder::new(&mut bmp)
        .encode(&rgb, SIZE.0, SIZE.1, ExtendedColorType::Rgb8)
        .unwrap();
    assert_eq!(pixels(bmp), Pixels::Rgb(rgb.clone()));
    let mut webp = Vec::new();
    WebPEncoder::new_lossless(&mut webp)
        .encode(&rgb, SIZE.0, SIZE.1, ExtendedColorType::Rgb8)
        .unwrap();
    assert_eq!(pixels(webp), Pixels::Rgb(rgb));
    let Pixels::Gray(read) = pixels(jpeg()) else {
        panic!("a gray JPEG is gray")
    };
    assert!(
        read.iter().zip(gray()).all(|(a, b)| a.abs_diff(b) < 8),
        "{read:?}"
    );
}

#[test]
fn a_cut_image_is_refused_as_truncated() {
    for whole in [jpeg(), png(&gray(), ExtendedColorType::L8)] {
        for keep in [whole.len() - 1, whole.len() / 2] {
            let refusal = read(whole[..keep].to_vec()).unwrap_err();
            assert_eq!(refusal.reason, RefusalReason::Truncated);
        }
        assert!(
            read([&whole[..], b"\r\n"].concat()).is_ok(),
            "what follows the end does not matter"
        );
    }
}

#[test]
fn a_film_is_no_document() {
    let mut out = Vec::new();
    let mut encoder = GifEncoder::new(&mut out);
    for _ in 0..2 {
        let frame: Vec<u8> = gray().iter().flat_map(|&g| [g, g, g, 255]).collect();
        encoder
            .encode(&frame, SIZE.0, SIZE.1, ExtendedColorType::Rgba8)
            .unwrap();
    }
    drop(encoder);
    assert_eq!(read(out).unwrap_err().reason, RefusalReason::Unsupported);
}

/// EXIF as a telephone writes it: orientation and 300 dots per inch, big-endian.
fn exif(orientation: u8) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, value: [u8; 4]| {
        [
            &tag.to_be_bytes()[..],
            &kind.to_be_bytes(),
            &1u32.to_be_bytes(),
            &value,
        ]
        .concat()
    };
    let tiff = [
        b"MM\0*\0\0\0\x08\0\x03".to_vec(),
        entry(274, 3, [0, orientation, 0, 0]),
        entry(282, 5, [0, 0, 0, 50]),
        entry(283, 5, [0, 0, 0, 50]),
        vec![0; 4],
        [300u32.to_be_bytes(), 1u32.to_be_bytes()].concat(),
    ]
    .concat();
    let body = [b"Exif\0\0".to_vec(), tiff].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, 0xE1][..], &length, &body].concat()
}

#[test]
fn a_telephones_orientation_and_resolution_are_applied() {
    let plain = jpeg();
    // In the place of the JFIF segment, which has another resolution.
    let after = 4 + usize::from(u16::from_be_bytes([plain[4], plain[5]])) - 2 + 2;
    let turned = [&plain[..2], &exif(6), &plain[after..]].concat();
    let page = read(turned).unwrap();
    assert_eq!((page.width, page.height, page.dpi), (10, 20, [300, 300]));
    let Pixels::Gray(read) = page.image.unwrap().into_pixels() else {
        panic!("a gray JPEG is gray")
    };
    assert!(
        read[0].abs_diff(180) < 8,
        "the last row's first pixel comes to the top left: {}",
        read[0]
    );
}

#[test]
fn a_bomb_is_refused_before_it_is_unfolded() {
    let mut file = png(&gray(), ExtendedColorType::L8);
    file[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let crc = crc32(&file[12..29]);
    file[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(read(file).unwrap_err().reason, RefusalReason::Limit);
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
