//! PDFs written here with `lopdf` and read back.

use crate::{ScannedPage, Source, open_bytes};
use fax::encoder::Encoder;
use fax::{Color, VecWriter};
use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use model::{Limits, Pixels, Place, Refusal};

mod file;

/// A document of pages; each a content stream, resources, and more entries of its dictionary.
struct Draft {
    document: Document,
    kids: Vec<Object>,
}

impl Draft {
    fn new() -> Self {
        Self {
            document: Document::with_version("1.7"),
            kids: Vec::new(),
        }
    }

    fn page(mut self, content: &str, resources: Dictionary, more: Dictionary) -> Self {
        let content = Stream::new(Dictionary::new(), content.as_bytes().to_vec());
        let content = self.document.add_object(content);
        let mut page = dictionary! {
            "Type" => "Page",
            "MediaBox" => vec![0.into(), 0.into(), 72.into(), 144.into()],
            "Contents" => content,
            "Resources" => resources,
        };
        for (key, value) in &more {
            page.set(key.clone(), value.clone());
        }
        self.kids.push(self.document.add_object(page).into());
        self
    }

    fn image(&mut self, dict: Dictionary, data: &[u8]) -> Dictionary {
        let id = self.document.add_object(Stream::new(dict, data.to_vec()));
        dictionary! { "XObject" => dictionary! { "Im" => id } }
    }

    fn finish(mut self) -> Document {
        let count = i64::try_from(self.kids.len()).unwrap();
        let pages = self
            .document
            .add_object(dictionary! { "Type" => "Pages", "Kids" => self.kids, "Count" => count });
        let root = self
            .document
            .add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
        self.document.trailer.set("Root", root);
        self.document
    }

    fn bytes(self) -> Vec<u8> {
        saved(self.finish())
    }
}

fn saved(mut document: Document) -> Vec<u8> {
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

fn open(bytes: Vec<u8>) -> Result<Source, Refusal> {
    open_bytes(bytes, &Limits::default(), &[])
}

fn only_page(bytes: Vec<u8>) -> ScannedPage {
    open(bytes).unwrap().page(1).unwrap()
}

/// An image of 8 × 16 pixels on a page of 1 × 2 inches: a black square in its top left corner.
const SQUARE: [u8; 16] = [0xF0, 0xF0, 0xF0, 0xF0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const WHOLE_PAGE: &str = "q 72 0 0 144 0 0 cm /Im Do Q";

fn image_dict(bits: i64, space: &str) -> Dictionary {
    dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 8, "Height" => 16,
        "BitsPerComponent" => bits, "ColorSpace" => space,
    }
}

fn with(mut dict: Dictionary, key: &str, value: impl Into<Object>) -> Dictionary {
    dict.set(key, value);
    dict
}

fn group4() -> Vec<u8> {
    let mut encoder = Encoder::new(VecWriter::new());
    for row in SQUARE {
        let line = (0..8).map(|x| {
            if row & (0x80 >> x) == 0 {
                Color::White
            } else {
                Color::Black
            }
        });
        encoder.encode_line(line, 8).unwrap();
    }
    encoder.finish().unwrap().finish()
}

fn fax_dict() -> Dictionary {
    let parameters = dictionary! { "K" => -1, "Columns" => 8, "Rows" => 16 };
    with(
        with(image_dict(1, "DeviceGray"), "Filter", "CCITTFaxDecode"),
        "DecodeParms",
        parameters,
    )
}

/// A page a tenth as large, so that its image has 80 dots per inch.
fn scanned(dict: Dictionary, data: &[u8], content: &str, more: Dictionary) -> Vec<u8> {
    let mut draft = Draft::new();
    let resources = draft.image(dict, data);
    let media_box: Vec<Object> = vec![0.into(), 0.into(), 7.2.into(), 14.4.into()];
    let more = with(more, "MediaBox", media_box);
    draft
        .page(&format!("0.1 0 0 0.1 0 0 cm {content}"), resources, more)
        .bytes()
}

#[test]
fn a_scan_keeps_its_own_bits() {
    let check = |dict: Dictionary, data: &[u8], expected: Pixels| {
        let page = only_page(scanned(dict, data, WHOLE_PAGE, Dictionary::new()));
        let image = page.image.unwrap();
        assert_eq!(
            (image.width(), image.height(), image.pixels()),
            (8, 16, &expected)
        );
        assert_eq!((page.text, page.hidden), (None, None));
    };
    let square = || Pixels::Bilevel(SQUARE.into());
    let inverted = SQUARE.map(|byte| !byte);
    let gray: Vec<u8> = (0..128).collect();
    let rgb: Vec<u8> = (0..=255).chain(0..128).collect();
    check(fax_dict(), &group4(), square());
    check(image_dict(1, "DeviceGray"), &inverted, square());
    let decode: Object = vec![1.into(), 0.into()].into();
    check(
        with(image_dict(1, "DeviceGray"), "Decode", decode.clone()),
        &SQUARE,
        square(),
    );
    check(
        image_dict(8, "DeviceGray"),
        &gray,
        Pixels::Gray(gray.clone()),
    );
    check(image_dict(8, "DeviceRGB"), &rgb, Pixels::Rgb(rgb.clone()));
    let mut mask = with(image_dict(1, "DeviceGray"), "ImageMask", true);
    mask.remove(b"ColorSpace");
    check(mask.clone(), &inverted, square());
    check(with(mask, "Decode", decode), &SQUARE, square());
    let palette: Object = vec![
        "Indexed".into(),
        "DeviceRGB".into(),
        1.into(),
        Object::string_literal(vec![255u8, 255, 255, 0, 0, 0]),
    ]
    .into();
    check(
        with(image_dict(1, ""), "ColorSpace", palette),
        &SQUARE,
        square(),
    );
}

/// A JBIG2 stream as a PDF holds it (ISO 14492, 7.4): the page, and one generic region in the
/// coding of Group 4.
fn jbig2() -> Vec<u8> {
    let segment = |number: u8, kind: u8, data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&[0, 0, 0, number, kind, 0, 1][..], &length, data].concat()
    };
    let size = [0, 0, 0, 8, 0, 0, 0, 16];
    let page = [&size[..], &[0; 11]].concat();
    let region = [&size[..], &[0; 8], &[0, 1], &group4()].concat();
    [segment(0, 48, &page), segment(1, 38, &region)].concat()
}

/// LZW that only ever says single bytes (ISO 32000-1, 7.4.4.2); too few for a longer code.
fn lzw(bytes: &[u8]) -> Vec<u8> {
    assert!(bytes.len() < 250);
    let codes = [256_u16].into_iter();
    let codes = codes
        .chain(bytes.iter().map(|&byte| byte.into()))
        .chain([257]);
    let bits: Vec<u8> = codes
        .flat_map(|code| (0..9).rev().map(move |bit| u8::from(code >> bit & 1 == 1)))
        .collect();
    bits.chunks(8)
        .map(|eight| {
            eight
                .iter()
                .enumerate()
                .fold(0, |byte, (at, bit)| byte | bit << (7 - at))
        })
        .collect()
}

#[test]
fn every_codec_gives_the_samples_that_were_coded() {
    let gray: Vec<u8> = (0..128).collect();
    let hex: String = gray.iter().map(|byte| format!("{byte:02x}")).collect();
    let run_length = [&[127][..], &gray, &[128]].concat();
    let up: Vec<u8> = (0..16)
        .flat_map(|row| {
            [2].into_iter()
                .chain(if row == 0 { 0..8 } else { 0..0 })
                .chain(vec![8; if row == 0 { 0 } else { 8 }])
        })
        .collect();
    let predicted = dictionary! { "Predictor" => 12, "Columns" => 8 };
    let filtered = |filter: &str| with(image_dict(8, "DeviceGray"), "Filter", filter);
    let jpx = include_bytes!("../../fixtures/gray.jp2");
    let bare = include_bytes!("../../fixtures/gray.j2k");
    let check = |dict: Dictionary, data: &[u8], expected: Pixels| {
        let what = format!("{dict:?}");
        let page = only_page(scanned(dict, data, WHOLE_PAGE, Dictionary::new()));
        assert_eq!(page.image.expect(&what).pixels(), &expected, "{what}");
    };
    for (dict, data) in [
        (filtered("LZWDecode"), &lzw(&gray)[..]),
        (filtered("RunLengthDecode"), &run_length),
        (filtered("ASCIIHexDecode"), hex.as_bytes()),
        (filtered("JPXDecode"), jpx),
        (filtered("JPXDecode"), bare),
        (
            with(filtered("LZWDecode"), "DecodeParms", predicted),
            &lzw(&up),
        ),
    ] {
        check(dict, data, Pixels::Gray(gray.clone()));
    }
    // A colour space may be left to JPEG 2000 itself.
    let mut own = filtered("JPXDecode");
    own.remove(b"ColorSpace");
    own.remove(b"BitsPerComponent");
    check(own, jpx, Pixels::Gray(gray.clone()));
    let square = with(image_dict(1, "DeviceGray"), "Filter", "JBIG2Decode");
    check(square, &jbig2(), Pixels::Bilevel(SQUARE.into()));
    let deep: Vec<u8> = gray.iter().flat_map(|&sample| [sample, sample]).collect();
    check(
        image_dict(16, "DeviceGray"),
        &deep,
        Pixels::Gray(gray.clone()),
    );
    let four: Vec<u8> = (0..64).map(|n| n << 4 | (n & 15)).collect();
    let wide = four
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15].map(|sample| sample * 17));
    check(
        image_dict(4, "DeviceGray"),
        &four,
        Pixels::Gray(wide.collect()),
    );
    let two = [0b00_01_10_11; 32];
    check(
        image_dict(2, "DeviceGray"),
        &two,
        Pixels::Gray([0, 85, 170, 255].repeat(32)),
    );
}

#[test]
fn printing_inks_become_what_is_seen() {
    let check = |dict: Dictionary, data: &[u8]| {
        let image = only_page(scanned(dict, data, WHOLE_PAGE, Dictionary::new()))
            .image
            .unwrap();
        let Pixels::Rgb(rgb) = image.pixels() else {
            panic!("cyan is a colour")
        };
        let (cyan, black) = (&rgb[..3], &rgb[rgb.len() - 3..]);
        assert!(cyan[0] < 60 && cyan[1] > 120 && cyan[2] > 200, "{cyan:?}");
        assert!(black.iter().all(|&sample| sample < 60), "{black:?}");
    };
    let row = [[255, 0, 0, 0].repeat(4), [0, 0, 0, 255].repeat(4)].concat();
    check(image_dict(8, "DeviceCMYK"), &row.repeat(16));
    // With Adobe's marker the inks are stored inverted, and the file says so.
    let decode: Vec<Object> = [1, 0].repeat(4).into_iter().map(Object::from).collect();
    let jpeg = with(
        with(image_dict(8, "DeviceCMYK"), "Filter", "DCTDecode"),
        "Decode",
        decode,
    );
    let jpeg = with(with(jpeg, "Width", 16), "Height", 16);
    check(jpeg, include_bytes!("../../fixtures/cmyk.jpg"));
}

#[test]
fn a_page_has_the_size_and_the_part_that_a_viewer_shows() {
    let shown = |more: Dictionary| only_page(scanned(fax_dict(), &group4(), WHOLE_PAGE, more));
    let whole = shown(Dictionary::new());
    assert_eq!((whole.width, whole.height, whole.dpi), (8, 16, [80, 80]));
    // Of units twice as large it has half as many dots per inch.
    let large = shown(dictionary! { "UserUnit" => 2 });
    assert_eq!((large.width, large.height, large.dpi), (8, 16, [40, 40]));
    let upper: Vec<Object> = vec![0.into(), 7.2.into(), 7.2.into(), 14.4.into()];
    let cut = shown(dictionary! { "CropBox" => upper }).image.unwrap();
    assert_eq!(cut.pixels(), &Pixels::Bilevel(SQUARE[..8].into()));
}

#[test]
fn a_page_is_turned_as_it_is_displayed() {
    // Where the black square comes to lie: left or right, top or bottom.
    let check = |content: &str, rotate: i64, expected: (bool, bool)| {
        let turned = dictionary! { "Rotate" => rotate };
        let image = only_page(scanned(fax_dict(), &group4(), content, turned))
            .image
            .unwrap();
        let Pixels::Bilevel(bits) = image.pixels() else {
            panic!("a fax is bilevel")
        };
        let first = bits.iter().position(|&b| b != 0).unwrap();
        let stride = image.stride();
        let (x, y) = (
            first % stride * 8 + bits[first].leading_zeros() as usize,
            first / stride,
        );
        let (w, h) = (image.width() as usize, image.height() as usize);
        assert_eq!((x >= w / 2, y >= h / 2), expected, "{content} {rotate}");
        assert_eq!((w, h), if rotate % 180 == 0 { (8, 16) } else { (16, 8) });
    };
    check(WHOLE_PAGE, 0, (false, false));
    check(WHOLE_PAGE, 90, (true, false));
    check(WHOLE_PAGE, 180, (true, true));
    check(WHOLE_PAGE, 270, (false, true));
    check("-72 0 0 144 72 0 cm /Im Do", 0, (true, false));
    check("72 0 0 -144 0 144 cm /Im Do", 0, (false, true));
    check("-72 0 0 -144 72 144 cm /Im Do", 90, (false, true));
}

#[test]
fn strips_are_put_together_and_a_smaller_image_keeps_its_place() {
    let strips = "q 72 0 0 72 0 72 cm /Im Do Q q 72 0 0 72 0 0 cm /Im Do Q";
    let half = |dict: Dictionary| with(dict, "Height", 8);
    let bytes = scanned(
        half(image_dict(1, "DeviceGray")),
        &[0x0F; 8],
        strips,
        Dictionary::new(),
    );
    let image = only_page(bytes).image.unwrap();
    assert_eq!((image.width(), image.height()), (8, 16));
    assert_eq!(image.pixels(), &Pixels::Bilevel(vec![0xF0; 16]));
    // At twice the resolution the image fills the lower left quarter.
    let bytes = scanned(
        fax_dict(),
        &group4(),
        "36 0 0 72 0 0 cm /Im Do",
        Dictionary::new(),
    );
    let image = only_page(bytes).image.unwrap();
    let Pixels::Bilevel(bits) = image.pixels() else {
        panic!("a fax is bilevel")
    };
    let black: Vec<usize> = (0..bits.len()).filter(|&n| bits[n] != 0).collect();
    assert_eq!(
        (image.width(), image.height(), black),
        (16, 32, vec![32, 34, 36, 38])
    );
}

const FONT: &str = "BT /F 10 Tf 1 0 0 1 10 100 Tm";

fn font() -> Dictionary {
    let helvetica = dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    };
    dictionary! { "F" => helvetica }
}

fn written(content: &str) -> ScannedPage {
    only_page(
        Draft::new()
            .page(content, dictionary! { "Font" => font() }, Dictionary::new())
            .bytes(),
    )
}

#[test]
fn visible_text_is_given_with_its_places() {
    let page = written(&format!("{FONT} (Umowa nr 7) Tj ET"));
    let text = page.text.unwrap();
    assert_eq!(
        (page.width, page.height, page.dpi, page.image.is_some()),
        (300, 600, [300, 300], false)
    );
    assert_eq!(text.text, "Umowa nr 7");
    let places: Vec<Place> = text.words.iter().map(|word| word.place).collect();
    // Helvetica's U is 722 units wide, its bearing 79 (Adobe's metrics): 10 points from the left.
    assert!((44..=46).contains(&places[0].x), "{places:?}");
    assert!(
        places[0].bottom().abs_diff((144 - 100) * 300 / 72) <= 2,
        "{places:?}"
    );
    assert!(places.windows(2).all(|pair| pair[0].right() < pair[1].x));
}

#[test]
fn what_cannot_be_seen_is_only_a_candidate() {
    let check = |before: &str, text: &str, after: &str| {
        let mut draft = Draft::new();
        let mut resources = draft.image(fax_dict(), &group4());
        resources.set("Font", font());
        let content = format!("{before} {FONT} {text} (Kwota 100) Tj ET {after}");
        let page = only_page(draft.page(&content, resources, Dictionary::new()).bytes());
        assert_eq!(page.text, None, "{content}");
        assert_eq!(page.hidden.unwrap().text, "Kwota 100", "{content}");
        assert!(page.image.is_some(), "{content}");
    };
    check(WHOLE_PAGE, "3 Tr", "");
    check("", "", WHOLE_PAGE);
    check("", "", &format!("1 g 0 0 72 144 re f {WHOLE_PAGE}"));
    check(WHOLE_PAGE, "1 g 0 g", "");
}

#[test]
fn a_page_without_anything_is_blank() {
    let page = written("1 g 0 0 72 144 re f");
    assert_eq!((page.image, page.text, page.hidden), (None, None, None));
    let page = written(&format!("{FONT} 3 Tr (niewidoczne) Tj ET"));
    assert_eq!((page.image, page.text), (None, None));
}

#[test]
fn a_drawing_is_rendered() {
    let page = written("0 0 72 72 re f");
    let image = page.image.unwrap();
    assert_eq!((image.width(), image.height()), (300, 600));
    let Pixels::Bilevel(bits) = image.into_pixels() else {
        panic!("black and white only")
    };
    assert_eq!((bits[0], bits[bits.len() - 2]), (0, 0xFF));
}

/// Found by fuzzing: the image of a page whose sides are no whole pixels was a pixel smaller than the
/// grid that its words were laid on.
#[test]
fn words_stand_within_a_page_of_any_size() {
    let mut seen = 0;
    for tenths in 700..780_i32 {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let side = tenths as f32 / 10.0;
        let content = format!(
            "0 0 30 30 re f BT /F 10 Tf 1 0 0 1 {} 0 Tm (koniec) Tj ET",
            side - 20.0
        );
        let media = vec![0.into(), 0.into(), side.into(), side.into()];
        let more = dictionary! { "MediaBox" => media };
        let resources = dictionary! { "Font" => font() };
        let page = only_page(Draft::new().page(&content, resources, more).bytes());
        for text in [&page.text, &page.hidden].into_iter().flatten() {
            let within = |place: Place| place.is_within(page.width, page.height);
            assert!(
                text.words.iter().all(|word| within(word.place)),
                "{side}: {text:?}"
            );
            seen += text.words.len();
        }
    }
    assert!(seen >= 80, "each page has a word");
}

#[test]
fn a_lost_image_is_a_failed_page_not_a_blank_one() {
    let resources =
        dictionary! { "XObject" => dictionary! { "Im" => Object::Reference((999, 0)) } };
    let bytes = Draft::new()
        .page(WHOLE_PAGE, resources, Dictionary::new())
        .bytes();
    assert!(
        open(bytes)
            .unwrap()
            .page(1)
            .unwrap_err()
            .message
            .contains("`Im`")
    );
    let cut = group4();
    let bytes = scanned(
        fax_dict(),
        &cut[..cut.len() / 3],
        WHOLE_PAGE,
        Dictionary::new(),
    );
    assert!(open(bytes).unwrap().page(1).is_err());
}
