//! Any text at all, understood as a query and cut into words: nothing may panic, and what is wrong
//! with it stands inside it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use search::Query;
use search::analysis::{Analyzer, Reading, spots, suspects, tokens};
use std::cell::RefCell;

thread_local! {
    static ANALYZER: RefCell<Analyzer> = RefCell::default();
}

fuzz_target!(|typed: &str| {
    if let Err(error) = Query::parse(typed) {
        assert!(error.at + error.length <= typed.chars().count(), "{error:?}");
    }
    let tokens = tokens(typed);
    spots(typed, &tokens);
    suspects(typed, &tokens);
    ANALYZER.with_borrow_mut(|analyzer| {
        for token in &tokens {
            assert!(!analyzer.terms(&token.word, Reading::Query).is_empty());
        }
    });
});
