//! Files as a whole: their pages, what is broken, what is locked, what is signed.

use super::{Draft, open, saved};
use crate::open_bytes;
use lopdf::{Dictionary, Object, Stream, dictionary};
use model::{Limits, Note, RefusalReason, Signature, SignedDigest};

fn of_pages(count: usize) -> Draft {
    let page = |draft: Draft, _| draft.page("", Dictionary::new(), Dictionary::new());
    (0..count).fold(Draft::new(), page)
}

#[test]
fn pages_that_a_file_counts_and_does_not_have_are_told() {
    let counted = |count: i64| {
        let mut document = of_pages(2).finish();
        let pages = document.catalog().unwrap().get(b"Pages").unwrap();
        let pages = pages.as_reference().unwrap();
        let tree = document.get_dictionary_mut(pages).unwrap();
        tree.set("Count", count);
        let source = open(saved(document)).unwrap();
        (source.page_count(), source.notes().to_vec())
    };
    assert_eq!(counted(5), (2, vec![Note::MissingPages(3)]));
    for unlikely in [2, 1, 0, -7] {
        assert_eq!(counted(unlikely), (2, vec![]), "{unlikely}");
    }
}

#[test]
fn a_page_that_only_the_count_for_the_web_knows_is_a_lost_page() {
    // The first object of a file made for the web, with room for its length.
    let web = |length: usize| -> Vec<u8> {
        let plain = of_pages(2).bytes();
        let end_of_line = plain.iter().position(|b| *b == b'\n').unwrap() + 1;
        let first = format!("9 0 obj <</Linearized 1/L {length:08}/N 3>> endobj\n");
        [
            &plain[..end_of_line],
            first.as_bytes(),
            &plain[end_of_line..],
        ]
        .concat()
    };
    let length = web(0).len();
    let mut source = open(web(length)).unwrap();
    assert_eq!(source.page_count(), 3);
    assert!(source.page(2).is_ok());
    assert!(source.page(3).is_err());
    // Changed since: what it said then does not count.
    assert_eq!(open(web(length - 1)).unwrap().page_count(), 2);
}

#[test]
fn a_page_that_stands_in_the_tree_twice_is_two_pages() {
    let mut draft = Draft::new().page("", Dictionary::new(), Dictionary::new());
    let again = draft.kids[0].clone();
    draft.kids.extend([again, Object::Reference((999, 0))]);
    let mut source = open(draft.bytes()).unwrap();
    assert_eq!(source.page_count(), 3);
    assert!(source.page(2).is_ok());
    assert!(
        source
            .page(3)
            .unwrap_err()
            .message
            .contains("cannot be found")
    );
    assert!(source.page(4).is_err());
}

#[test]
fn broken_files_are_refused_with_their_reason() {
    let whole = || {
        let page = |draft: Draft| draft.page("", Dictionary::new(), Dictionary::new());
        page(page(Draft::new())).bytes()
    };
    let check = |bytes: Vec<u8>, expected| {
        assert_eq!(open(bytes).err().map(|refusal| refusal.reason), expected);
    };
    check(whole(), None);
    check(b"%PDF-1.7\n".to_vec(), Some(RefusalReason::Truncated));
    let half = whole();
    check(
        half[..half.len() / 4].to_vec(),
        Some(RefusalReason::Truncated),
    );
    check(Draft::new().bytes(), Some(RefusalReason::NoPages));
    let mut repaired = whole();
    let at = crate::sniff::find(&repaired, b"startxref").unwrap();
    repaired[at + 10..at + 12].copy_from_slice(b"00");
    assert_eq!(open(repaired).unwrap().notes(), [Note::Repaired]);
}

#[test]
fn passwords_of_users_and_owners_open_a_file() {
    use lopdf::{EncryptionState, EncryptionVersion, Permissions};
    let locked = || {
        let mut document = Draft::new()
            .page("", Dictionary::new(), Dictionary::new())
            .finish();
        let id = || Object::string_literal(vec![7u8; 16]);
        document.trailer.set("ID", vec![id(), id()]);
        let version = EncryptionVersion::V2 {
            document: &document,
            owner_password: "wlasciciel",
            user_password: "tajne",
            key_length: 128,
            permissions: Permissions::all(),
        };
        let state = EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
        saved(document)
    };
    let with = |passwords: &[&str]| {
        let passwords: Vec<String> = passwords.iter().map(|&p| p.to_owned()).collect();
        open_bytes(locked(), &Limits::default(), &passwords)
    };
    assert_eq!(
        with(&[]).err().map(|r| r.reason),
        Some(RefusalReason::Encrypted)
    );
    assert_eq!(
        with(&["inne"]).err().map(|r| r.reason),
        Some(RefusalReason::Encrypted)
    );
    for password in ["tajne", "wlasciciel"] {
        let mut source = with(&["inne", password]).unwrap();
        assert_eq!(source.notes(), [Note::Decrypted]);
        assert!(source.page(1).is_ok());
    }
}

#[test]
fn a_stream_that_unfolds_beyond_the_limit_fails_its_page() {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&[b' '; 100_000]).unwrap();
    let bomb = encoder.finish().unwrap();
    let mut draft = Draft::new().page("", Dictionary::new(), Dictionary::new());
    let content = Stream::new(dictionary! { "Filter" => "FlateDecode" }, bomb);
    let content = draft.document.add_object(content);
    let Object::Reference(page) = draft.kids[0] else {
        panic!("a page is an object")
    };
    draft
        .document
        .get_dictionary_mut(page)
        .unwrap()
        .set("Contents", content);
    let limits = Limits {
        stream_bytes: 400_000,
        ..Limits::default()
    };
    let failure = open_bytes(draft.bytes(), &limits, &[])
        .unwrap()
        .page(1)
        .unwrap_err();
    assert!(
        failure.message.contains("`stream_bytes`"),
        "{}",
        failure.message
    );
}

/// Made by `samples/generator/signed.py`.
const SIGNED: &[u8] = include_bytes!("signed.pdf");

#[test]
fn a_signature_says_whether_its_bytes_were_changed() {
    let check = |bytes: Vec<u8>, digest: SignedDigest, whole: bool| {
        let expected = Note::Signature(Signature { digest, whole });
        assert_eq!(open(bytes).unwrap().notes(), [expected]);
    };
    check(SIGNED.to_vec(), SignedDigest::Fits, true);
    let mut changed = SIGNED.to_vec();
    let at = crate::sniff::find(&changed, b"1/2026").unwrap();
    changed[at] = b'7';
    check(changed, SignedDigest::Differs, true);
    let appended = [SIGNED, b"% added after signing\n%%EOF\n"].concat();
    check(appended, SignedDigest::Fits, false);
    // A gap that is more than the signature could hide what is shown.
    let mut wider = SIGNED.to_vec();
    let at = crate::sniff::find(&wider, b"/ByteRange [0 ").unwrap() + b"/ByteRange [0 ".len();
    wider[at..at + 3].copy_from_slice(b"600");
    check(wider, SignedDigest::Unclear, true);
}
