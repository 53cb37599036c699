//! Any bytes as a tar: it is refused, or every file in it is read to its end and verified.
#![no_main]

use evidence::bag::{Source, verify};
use libfuzzer_sys::fuzz_target;
use std::io::{Read as _, Write as _};

fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("fuzz-tar-{}", std::process::id()));
    std::fs::File::create(&path).and_then(|mut file| file.write_all(bytes)).expect("a place to write");
    if let Ok(source) = Source::open(&path) {
        for entry in source.entries() {
            assert!(entry.bytes <= bytes.len() as u64);
            let mut content = Vec::new();
            source.read(entry).expect("it is open").read_to_end(&mut content).expect("it was listed");
            assert_eq!(content.len() as u64, entry.bytes);
        }
        let _ = verify(&source, &mut |_| {});
    }
});
