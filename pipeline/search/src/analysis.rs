//! From text to terms: one way for documents and queries alike.
//!
//! Words are cut ([`tokens`]), looked up in the Polish dictionary ([`Dictionary`]) or stemmed, and
//! folded last ([`Analyzer`]); numbers and identifiers get one form however they were written
//! ([`spots`]); what a scanner may have misread is guessed and marked as a guess ([`GUESS`],
//! [`suspects`]). Nothing here knows the index.

mod dictionary;
mod fold;
mod numbers;
mod repairs;
mod suspects;
mod terms;
mod tokens;
mod words;

pub use dictionary::{DICTIONARY_MAGIC, Dictionary, Lemma};
pub use fold::fold;
pub use numbers::{Spot, paper_number, spots};
pub(crate) use repairs::CONFUSED;
pub use suspects::suspects;
pub use terms::{Analysed, Analyzer, GUESS, NEXT_POSITION, Reading, SAME_POSITION};
pub(crate) use terms::{Lexicon, Remembered, push_guessed};
pub use tokens::{Token, tokens};
pub use words::{MAX_FORMS, Words, WordsError};
