//! From text to terms: one way for documents and queries alike.
//!
//! Words are cut ([`tokens`]), looked up in the Polish dictionary ([`Dictionary`]) or stemmed, and
//! folded last ([`Analyzer`]); numbers and identifiers get one form however they were written
//! ([`spots`]). Nothing here knows the index.

mod dictionary;
mod fold;
mod numbers;
mod terms;
mod tokens;

pub use dictionary::{DICTIONARY_MAGIC, Dictionary, Lemma};
pub use fold::fold;
pub use numbers::{Spot, paper_number, spots};
pub use terms::{Analyzer, NEXT_POSITION, Reading, SAME_POSITION};
pub use tokens::{Token, tokens};
