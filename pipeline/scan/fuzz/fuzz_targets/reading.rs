//! Reads a file as a worker would, and asks of what is read what every reader relies on.
//!
//! `scan` turns a decoder's panic into a failed page; libFuzzer's hook still aborts on it, so that
//! each one is found here. The limits are small enough for thousands of runs a minute.

use model::Limits;
use scan::{ScannedPage, Source};

/// Pages of one file that are read.
pub const PAGES: u32 = 3;

/// What one file may cost here.
pub fn limits() -> Limits {
    Limits {
        pages: 50,
        page_pixels: 4_000_000,
        page_side: 10_000,
        stream_bytes: 16 << 20,
        ..Limits::default()
    }
}

/// The file, where it opens.
pub fn open(bytes: Vec<u8>) -> Option<Source> {
    scan::open_bytes(bytes, &limits(), &["tajne".to_owned()]).ok()
}

/// Opens and reads.
pub fn read(bytes: Vec<u8>) {
    let Some(mut source) = open(bytes) else {
        return;
    };
    for number in 1..=source.page_count().min(PAGES) {
        if let Ok(page) = source.page(number) {
            check(&page);
        }
    }
}

/// What holds of every page.
pub fn check(page: &ScannedPage) {
    assert!(page.dpi.iter().all(|&dpi| dpi > 0), "a resolution is never zero");
    if let Some(image) = &page.image {
        assert_eq!((image.width(), image.height()), (page.width, page.height));
    }
    for text in [&page.text, &page.hidden].into_iter().flatten() {
        assert!(text.words.iter().all(|word| word.place.is_within(page.width, page.height)));
    }
}
