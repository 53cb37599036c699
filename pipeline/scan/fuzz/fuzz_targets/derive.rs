//! Any bytes that open: each page on its own, all in reverse, and one redacted. What is handed out
//! opens again and shows the pages asked for.
#![no_main]

mod reading;

use libfuzzer_sys::fuzz_target;
use model::{Area, Place};

fuzz_target!(|bytes: &[u8]| {
    let Some(mut source) = reading::open(bytes.to_vec()) else {
        return;
    };
    let count = source.page_count().min(reading::PAGES);
    let mut wishes: Vec<Vec<u32>> = (1..=count).map(|page| vec![page]).collect();
    wishes.push((1..=count).rev().collect());
    for pages in wishes {
        if let Ok(master) = source.master(&pages) {
            assert_eq!(master.pages as usize, pages.len());
            let whole = source.page_count() as usize == pages.len();
            let opened = reading::open(master.bytes).map(|copy| copy.page_count());
            assert!(whole || opened == Some(master.pages), "a master opens");
        }
    }
    let corner = Area::new(1, Place::new(0, 0, 1, 1));
    if source.page_count() <= reading::PAGES
        && let Ok(redacted) = source.redacted(&[corner])
    {
        let mut copy = reading::open(redacted.bytes).expect("a redacted copy opens");
        assert_eq!(copy.page_count(), source.page_count());
        if let Ok(page) = copy.page(1) {
            assert!(page.text.is_none() && page.hidden.is_none(), "no text is left");
        }
    }
});
