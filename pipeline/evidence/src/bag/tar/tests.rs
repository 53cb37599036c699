use super::{BLOCK, Tar, block, header, padding};
use crate::bag::Source;
use proptest::prelude::*;
use std::io::{Read as _, Write as _};
use tempfile::NamedTempFile;

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in entries {
        bytes.extend(header(name, content.len() as u64, 0));
        bytes.extend(*content);
        bytes.resize(bytes.len() + padding(content.len() as u64), 0);
    }
    bytes.resize(bytes.len() + 2 * BLOCK, 0);
    bytes
}

fn opened(bytes: &[u8]) -> Result<Source, String> {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Source::open(file.path()).map_err(|error| error.to_string())
}

#[test]
fn what_is_written_is_read_whatever_its_name() {
    let long = format!("bag/data/{}zażółć.txt", "deep/".repeat(30));
    let bytes = tar(&[
        ("bag/bagit.txt", b"x"),
        (&long, b"content"),
        ("bag/data/a", b""),
    ]);
    let source = opened(&bytes).unwrap();
    let paths: Vec<&str> = source.entries().iter().map(|e| e.path.as_str()).collect();
    assert_eq!(
        paths,
        ["bagit.txt", "data/a", long.strip_prefix("bag/").unwrap()]
    );
    let mut content = String::new();
    let entry = &source.entries()[2];
    source
        .read(entry)
        .unwrap()
        .read_to_string(&mut content)
        .unwrap();
    assert_eq!(content, "content");
}

#[test]
fn what_is_no_plain_file_or_leads_out_is_refused_with_its_reason() {
    let with_kind = |kind: u8| {
        let mut bytes = block("data/a", 0, kind, 0).to_vec();
        bytes.resize(3 * BLOCK, 0);
        bytes
    };
    for kind in *b"1234678SKV" {
        let why = opened(&with_kind(kind)).unwrap_err();
        assert!(why.contains("link or a special file"), "{why}");
    }
    let mut past = tar(&[("a", b"x")]);
    past.extend(b"hidden");
    let mut sparse = header("x", 0, 0);
    sparse[..BLOCK].copy_from_slice(&block("p", 25, b'x', 0));
    sparse.extend(b"25 GNU.sparse.major=1.00\n");
    sparse.resize(4 * BLOCK, 0);
    for (bytes, why) in [
        (tar(&[("../a", b"")]), "leaves"),
        (tar(&[("/a", b"")]), "does not begin in the bag"),
        (tar(&[("a", b"1"), ("a", b"2")]), "twice"),
        (tar(&[("./a", b"1"), ("a", b"2")]), "twice"),
        (tar(&[("a", b"x")])[..600].to_vec(), "breaks off"),
        (past, "behind the tar's end"),
        (block("a", 1 << 30, b'0', 0).to_vec(), "longer than the tar"),
        (
            block("a", 1 << 20, b'x', 0).repeat(4096),
            "more than 65536 bytes",
        ),
        (sparse, "sparse"),
        (b"\x1f\x8b compressed".repeat(100), "no tar"),
        (Vec::new(), "no tar"),
    ] {
        let found = opened(&bytes).unwrap_err();
        assert!(found.contains(why), "{found}, not {why}");
    }
}

#[test]
fn sizes_beyond_octal_digits_are_read() {
    let headers = header("a", 1 << 40, 0);
    assert_eq!(headers.len(), 3 * BLOCK);
    let text = String::from_utf8_lossy(&headers[BLOCK..2 * BLOCK]);
    assert!(text.starts_with("22 size=1099511627776\n"), "{text}");
    assert_eq!(super::number(b"\x80\0\0\0\0\0\0\0\0\0\x01\0"), Some(256));
    assert_eq!(super::number(b"+0000000001\0"), None);
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..4096),
        flips in proptest::collection::vec((0usize..4096, any::<u8>()), 0..6),
        honest in any::<bool>(),
    ) {
        if honest {
            bytes = tar(&[("b/bagit.txt", b"x"), (&format!("b/data/{}", "x".repeat(120)), &bytes)]);
        }
        for (place, byte) in flips {
            if let Some(known) = bytes.get_mut(place) {
                *known = byte;
            }
        }
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        if let Ok((tar, entries)) = Tar::open(file.path()) {
            for entry in entries {
                let mut content = Vec::new();
                prop_assert!(entry.bytes <= bytes.len() as u64);
                tar.read(&entry).read_to_end(&mut content).unwrap();
                prop_assert_eq!(content.len() as u64, entry.bytes);
            }
        }
    }
}
