//! Batches written here, taken apart, and searched for what must not be left in the parts.

use super::Derived;
use crate::{Source, open_bytes};
use lopdf::{
    Dictionary, Document, EncryptionState, EncryptionVersion, Object, ObjectId, Permissions,
    Stream, dictionary,
};
use model::{Area, Limits, Pixels, Place};

fn open(bytes: Vec<u8>) -> Source {
    open_bytes(bytes, &Limits::default(), &[]).unwrap()
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// Samples of a gray image of 60 × 120 pixels that only page `n` has.
fn samples(n: u8) -> Vec<u8> {
    (0..60 * 120u32)
        .map(|at| u8::try_from(at * u32::from(n) % 251).unwrap())
        .collect()
}

fn stream(document: &mut Document, dict: Dictionary, data: Vec<u8>) -> ObjectId {
    document.add_object(Stream::new(dict, data).with_compression(false))
}

/// Three pages of a batch that share one dictionary of resources; all around them says what page
/// it is about, as `SECRET-1` to `SECRET-3`, or that it is about the whole, as `SECRET-0`.
fn batch() -> Document {
    let mut document = Document::with_version("1.7");
    let image = |document: &mut Document, n: u8| {
        let dict = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 60, "Height" => 120,
            "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8,
            "Metadata" => Object::string_literal("SECRET-0"),
        };
        stream(document, dict, samples(n))
    };
    let images = [1, 2, 3].map(|n| image(&mut document, n));
    // A form without resources of its own, which draws with those of the page.
    let form = dictionary! {
        "Type" => "XObject", "Subtype" => "Form",
        "BBox" => vec![0.into(), 0.into(), 72.into(), 144.into()],
    };
    let form = stream(
        &mut document,
        form,
        b"q 72 0 0 144 0 0 cm /Im2 Do Q".to_vec(),
    );
    let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" };
    let shared = document.add_object(dictionary! {
        "XObject" => dictionary! {
            "Im1" => images[0], "Im2" => images[1], "Im3" => images[2], "Form" => form,
        },
        "Font" => dictionary! { "F" => font },
    });
    let tree = document.new_object_id();
    let kids = [1, 2, 3].map(|n| {
        let draws = match n {
            2 => "/Form Do".to_owned(),
            n => format!("q 72 0 0 144 0 0 cm /Im{n} Do Q"),
        };
        let content = format!("{draws} BT 3 Tr /F 9 Tf 9 99 Td (SECRET-{n}) Tj ET");
        let content = stream(&mut document, Dictionary::new(), content.into_bytes());
        document.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content,
            "PieceInfo" => Object::string_literal("SECRET-0"),
        })
    });
    let link = document.add_object(dictionary! {
        "Type" => "Annot", "Subtype" => "Link", "Dest" => vec![kids[2].into(), "Fit".into()],
        "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()],
    });
    let note = document.add_object(dictionary! {
        "Type" => "Annot", "Subtype" => "Stamp", "P" => kids[2], "Popup" => kids[0],
        "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()],
    });
    let second = document.get_dictionary_mut(kids[1]).unwrap();
    second.set("Annots", vec![link.into(), note.into()]);
    let info = document.add_object(dictionary! { "Title" => Object::string_literal("SECRET-0") });
    document.trailer.set("Info", info);
    let file = dictionary! { "Type" => "EmbeddedFile" };
    let file = stream(&mut document, file, b"SECRET-0".to_vec());
    let attachment = dictionary! {
        "Type" => "Filespec", "F" => Object::string_literal("SECRET-0"),
        "EF" => dictionary! { "F" => file },
    };
    let pages = dictionary! {
        "Type" => "Pages", "Count" => 3, "Resources" => shared, "Rotate" => 90,
        "MediaBox" => vec![0.into(), 0.into(), 72.into(), 144.into()],
        "Kids" => kids.map(Object::from).to_vec(),
    };
    document.objects.insert(tree, pages.into());
    let names = vec![Object::string_literal("SECRET-0"), attachment.into()];
    let root = document.add_object(dictionary! {
        "Type" => "Catalog", "Pages" => tree,
        "Names" => dictionary! { "EmbeddedFiles" => dictionary! { "Names" => names } },
    });
    document.trailer.set("Root", root);
    document
}

fn saved(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// Everything in a PDF, its streams unfolded.
fn laid_open(derived: &Derived) -> Vec<u8> {
    let mut document = Document::load_mem(&derived.bytes).unwrap();
    document.decompress();
    let mut all = saved(document);
    all.extend_from_slice(&derived.bytes);
    // Strings may be written as hexadecimal numbers, too.
    all.iter().map(u8::to_ascii_uppercase).collect()
}

fn check_only(derived: &Derived, own: &[u8]) {
    let all = laid_open(derived);
    for n in 0..=3u8 {
        let secret = format!("SECRET-{n}");
        let hexadecimal: String = secret.bytes().map(|b| format!("{b:02X}")).collect();
        let left = holds(&all, secret.as_bytes()) || holds(&all, hexadecimal.as_bytes());
        assert_eq!(left, own.contains(&n), "{secret}");
        let stored = n > 0 && holds(&derived.bytes, &samples(n));
        assert_eq!(stored, own.contains(&n), "the image of page {n}");
    }
}

#[test]
fn a_master_of_a_pdf_holds_its_own_pages_and_nothing_of_others() {
    let mut source = open(saved(batch()));
    let second = source.master(&[2]).unwrap();
    assert_eq!((second.pages, second.media_type), (1, "application/pdf"));
    check_only(&second, &[2]);
    check_only(&source.master(&[3, 1]).unwrap(), &[1, 3]);
    let mut copy = open(source.master(&[3, 1]).unwrap().bytes);
    for (number, original) in [(1, 3), (2, 1)] {
        let (page, original) = (copy.page(number).unwrap(), source.page(original).unwrap());
        assert_eq!(page, original);
        assert_eq!((page.width, page.height), (120, 60), "turned as inherited");
        assert!(page.hidden.is_some());
    }
    let again = source.master(&[2]).unwrap();
    assert_eq!(again, second, "a second time it is the same, byte for byte");
}

#[test]
fn all_pages_are_the_file_as_it_is() {
    let bytes = saved(batch());
    let mut source = open(bytes.clone());
    assert_eq!(source.master(&[1, 2, 3]).unwrap().bytes, bytes);
    let error = source.master(&[4]).unwrap_err();
    assert_eq!(error.message, "the file has 3 pages, not 4");
    assert!(source.master(&[]).is_err());
}

#[test]
fn a_master_of_an_encrypted_file_opens_without_a_password() {
    let mut document = batch();
    document.trailer.set(
        "ID",
        vec![Object::string_literal("id"), Object::string_literal("id")],
    );
    let state = EncryptionState::try_from(EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "user",
        key_length: 128,
        permissions: Permissions::all(),
    });
    document.encrypt(&state.unwrap()).unwrap();
    let locked = saved(document);
    let mut source = open_bytes(locked, &Limits::default(), &["user".into()]).unwrap();
    let second = source.master(&[2]).unwrap();
    check_only(&second, &[2]);
    assert_eq!(open(second.bytes).page(1), source.page(2));
}

/// What a layer hides stays hidden, though the list of layers is the document's.
#[test]
fn a_layer_that_is_off_stays_off() {
    let mut document = batch();
    let layer = |name: &str| {
        dictionary! { "Type" => "OCG", "Name" => Object::string_literal(name) }
    };
    let (used, foreign) = (layer("used"), layer("SECRET-3"));
    let (used, foreign) = (document.add_object(used), document.add_object(foreign));
    let root = document
        .trailer
        .get(b"Root")
        .unwrap()
        .as_reference()
        .unwrap();
    let state = dictionary! { "OFF" => vec![used.into(), foreign.into()] };
    let layers = dictionary! { "OCGs" => vec![used.into(), foreign.into()], "D" => state };
    document
        .get_dictionary_mut(root)
        .unwrap()
        .set("OCProperties", layers);
    let images = document
        .objects
        .values_mut()
        .filter_map(|object| object.as_stream_mut().ok());
    for image in images.filter(|image| image.dict.has(b"Width")) {
        image.dict.set("OC", used);
    }
    let mut source = open(saved(document));
    let hidden = source.page(2).unwrap();
    let second = source.master(&[2]).unwrap();
    check_only(&second, &[2]);
    assert!(hidden.image.is_none(), "nothing is seen of the image");
    assert_eq!(open(second.bytes).page(1).unwrap(), hidden);
}

/// A TIFF of pages of one uncompressed strip each, and a text that only the batch may know;
/// without the lengths of strips where `lengths` says so.
fn tiff(big_endian: bool, lengths: Lengths) -> Vec<u8> {
    let number = |n: u32, size: usize| {
        let mut bytes = n.to_le_bytes()[..size].to_vec();
        if big_endian {
            bytes.reverse();
        }
        bytes
    };
    let mut file = if big_endian {
        b"MM".to_vec()
    } else {
        b"II".to_vec()
    };
    file.extend(number(42, 2));
    file.extend([0; 4]);
    let mut link = 4;
    for n in 1..=3u8 {
        let (strip, text) = (file.len(), file.len() + 60 * 120);
        file.extend(samples(n));
        file.extend(b"SECRET-0");
        let place = |at: usize| u32::try_from(at).unwrap();
        let mut fields = vec![
            (256u32, 3u32, 1u32, 60u32),
            (257, 3, 1, 120),
            (258, 3, 1, 8),
            (259, 3, 1, 1),
            (262, 3, 1, 1),
            (270, 2, 8, place(text)),
            (273, 4, 1, place(strip)),
            (278, 3, 1, 120),
        ];
        if lengths == Lengths::Given {
            fields.push((279, 4, 1, 60 * 120));
        }
        let at = place(file.len());
        let linked = number(at, 4);
        file[link..link + 4].copy_from_slice(&linked);
        file.extend(number(place(fields.len()), 2));
        for (tag, kind, count, value) in fields {
            file.extend(number(tag, 2));
            file.extend(number(kind, 2));
            file.extend(number(count, 4));
            let value = number(value, if kind == 3 { 2 } else { 4 });
            file.extend(value.iter().chain(&[0; 4]).take(4));
        }
        link = file.len();
        file.extend([0; 4]);
    }
    file
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lengths {
    Given,
    Missing,
}

#[test]
fn a_master_of_a_tiff_holds_its_own_strips_and_nothing_of_others() {
    for (big_endian, lengths) in [
        (false, Lengths::Given),
        (true, Lengths::Given),
        (false, Lengths::Missing),
    ] {
        let mut source = open(tiff(big_endian, lengths));
        let master = source.master(&[3, 2]).unwrap();
        assert_eq!((master.pages, master.media_type), (2, "image/tiff"));
        for n in 1..=3u8 {
            assert_eq!(holds(&master.bytes, &samples(n)), n != 1, "strip {n}");
        }
        let left = holds(&master.bytes, b"SECRET");
        assert!(!left || lengths == Lengths::Missing, "the batch's text");
        let mut copy = open(master.bytes);
        assert_eq!(copy.page(1), source.page(3));
        assert_eq!(copy.page(2), source.page(2));
    }
}

#[test]
fn nothing_is_left_under_a_redaction() {
    let mut document = batch();
    let first = *document.get_pages().get(&1).unwrap();
    let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" };
    let content = b"BT /F 9 Tf 9 99 Td (SECRET-1 and what may be seen) Tj ET".to_vec();
    let content = stream(&mut document, Dictionary::new(), content);
    let page = document.get_dictionary_mut(first).unwrap();
    page.set("Contents", content);
    page.set("Rotate", 0);
    page.set(
        "Resources",
        dictionary! { "Font" => dictionary! { "F" => font } },
    );
    let mut source = open(saved(document));
    // The first page is text, 300 × 600 on the grid; the second a scan of 120 × 60.
    assert!(source.page(1).unwrap().text.is_some());
    let before = source.page(2).unwrap().image.unwrap();
    let areas = [
        Area::new(1, Place::new(30, 130, 200, 90)),
        Area::new(2, Place::new(10, 5, 37, 20)),
        Area::new(2, Place::new(119, 59, 1, 1)),
    ];
    let redacted = source.redacted(&areas).unwrap();
    assert_eq!(
        (redacted.pages, redacted.media_type),
        (3, "application/pdf")
    );
    let all = laid_open(&redacted);
    assert!(!holds(&all, b"SECRET"), "text, hidden text, attachments");
    let hexadecimal: String = b"SECRET".iter().map(|b| format!("{b:02X}")).collect();
    assert!(!holds(&all, hexadecimal.as_bytes()));
    let mut copy = open(redacted.bytes);
    assert_eq!(copy.notes(), []);
    for number in 1..=3 {
        let page = copy.page(number).unwrap();
        assert_eq!((page.text, page.hidden), (None, None));
    }
    let shown = copy.page(2).unwrap().image.unwrap();
    let (Pixels::Gray(before), Pixels::Gray(shown)) = (before.pixels(), shown.pixels()) else {
        panic!("the scan was gray and stays so");
    };
    for (at, (&was, &is)) in before.iter().zip(shown).enumerate() {
        let (x, y) = (at % 120, at / 120);
        let covered = ((10..47).contains(&x) && (5..25).contains(&y)) || (x, y) == (119, 59);
        assert_eq!(is, if covered { 0 } else { was }, "{x}, {y}");
    }
    // Of the first page's text only what lies beyond the rectangle can be seen.
    let drawn = copy.page(1).unwrap().image.unwrap();
    let ink = |place: Place| {
        let part = crate::part(drawn.clone(), place).into_pixels();
        match part {
            Pixels::Gray(gray) => gray.iter().map(|&g| usize::from(g < 128)).sum::<usize>(),
            Pixels::Bilevel(bits) => bits.iter().map(|byte| byte.count_ones() as usize).sum(),
            Pixels::Rgb(_) => panic!("there is no colour on it"),
        }
    };
    assert_eq!(ink(Place::new(30, 130, 200, 90)), 200 * 90);
    assert_eq!(ink(Place::new(0, 300, 290, 290)), 0);
    assert!(ink(Place::new(231, 130, 60, 90)) > 0, "the end of the line");
}

#[test]
fn half_a_redaction_is_none() {
    let mut source = open(saved(batch()));
    for (area, message) in [
        (
            Area::new(2, Place::new(100, 0, 30, 10)),
            "the rectangle at 100, 0 is not on page 2 of 120 × 60 pixels",
        ),
        (
            Area::new(9, Place::new(0, 0, 1, 1)),
            "the file has 3 pages, not 9",
        ),
    ] {
        assert_eq!(source.redacted(&[area]).unwrap_err().message, message);
    }
}
