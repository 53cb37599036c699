//! Any bytes as `bagit.txt`, any text as a manifest and as `bag-info.txt`: nothing may panic, and no
//! path may lead out of the bag.
#![no_main]

use evidence::bag::{Algorithm, Declaration, Info, Manifest, Version};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Declaration::parse(bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = Info::parse(&text);
    for version in [Version::V1_0, Version { major: 0, minor: 97 }] {
        for line in Manifest::parse(&text, Algorithm::Md5, version).lines {
            let path = line.path.as_str();
            assert!(!path.starts_with('/') && path.split('/').all(|s| !matches!(s, "" | "." | "..")));
        }
    }
});
