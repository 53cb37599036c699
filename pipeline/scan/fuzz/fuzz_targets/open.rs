//! Any bytes at all, opened and read page by page: nothing may panic, whatever the file says.
//!
//! `scan` turns a decoder's panic into a failed page; libFuzzer's hook still aborts on it, so that
//! each one is found here. The limits are small enough for thousands of runs a minute.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::Limits;

/// Pages of one file that are read.
const PAGES: u32 = 3;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        pages: 50,
        page_pixels: 4_000_000,
        page_side: 10_000,
        stream_bytes: 16 << 20,
        ..Limits::default()
    };
    let Ok(mut source) = scan::open_bytes(bytes.to_vec(), &limits, &["tajne".to_owned()]) else {
        return;
    };
    for number in 1..=source.page_count().min(PAGES) {
        let Ok(page) = source.page(number) else {
            continue;
        };
        assert!(page.dpi.iter().all(|&dpi| dpi > 0), "a resolution is never zero");
        if let Some(image) = &page.image {
            assert_eq!((image.width(), image.height()), (page.width, page.height));
        }
        for text in [&page.text, &page.hidden].into_iter().flatten() {
            assert!(text.words.iter().all(|word| word.place.is_within(page.width, page.height)));
        }
    }
});
