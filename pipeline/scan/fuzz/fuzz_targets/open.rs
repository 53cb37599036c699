//! Any bytes at all, opened and read page by page: PDF, TIFF, JPEG, PNG, WebP, BMP, GIF by their
//! first bytes, and what is none of them.
#![no_main]

mod reading;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| reading::read(bytes.to_vec()));
