//! The index's fields, and how a document's terms get into them.
//!
//! Analysis runs once, before the engine sees anything: a field's value is its terms, already made
//! and each behind it the positions where it stands ([`Packer`]); the engine's tokenizer only
//! unpacks. No text of a page is stored here: see `texts`.

use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};

/// Changes whenever the fields below do.
pub(crate) const SCHEMA_VERSION: u32 = 4;

/// The name the engine knows our splitting by.
const PACKED: &str = "packed";

/// The fields, by what they are for.
#[derive(Clone, Copy)]
pub(crate) struct Fields {
    /// The document's identity.
    pub(crate) id: Field,
    /// Lemmas and stems of every word, with positions.
    pub(crate) lemma: Field,
    /// Every word as written but numbers, folded: for prefixes and for what was misspelt.
    pub(crate) literal: Field,
    /// Lemmas and stems of title and parties' names: a hit here counts for more.
    pub(crate) key: Field,
    /// Numbers and identifiers in their one form.
    pub(crate) number: Field,
    /// Words of type, branch, station and class.
    pub(crate) label: Field,
    /// The type's name.
    pub(crate) kind: Field,
    /// The branch.
    pub(crate) branch: Field,
    /// The station.
    pub(crate) station: Field,
    /// The retention class.
    pub(crate) class: Field,
    /// The states.
    pub(crate) state: Field,
    /// Amounts of the credit, hundredths.
    pub(crate) amount: Field,
    /// The agreement's date, as the number `yyyymmdd`.
    pub(crate) date: Field,
    /// The year of that date, for counting.
    pub(crate) year: Field,
    /// The moment of receipt, milliseconds since 1970.
    pub(crate) received: Field,
    /// Puts documents of one moment in an order that never changes.
    pub(crate) tie: Field,
    /// Where the text is.
    pub(crate) text_at: Field,
}

/// The schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let packed = |record, lengths| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(PACKED)
                .set_index_option(record)
                .set_fieldnorms(lengths),
        )
    };
    let filed = || STRING.set_fast("raw");
    use IndexRecordOption::{Basic, WithFreqs, WithFreqsAndPositions};
    let fields = Fields {
        id: schema.add_text_field("id", STRING | STORED),
        lemma: schema.add_text_field("lemma", packed(WithFreqsAndPositions, true)),
        literal: schema.add_text_field("literal", packed(Basic, false)),
        key: schema.add_text_field("key", packed(WithFreqs, true)),
        number: schema.add_text_field("number", packed(Basic, false)),
        label: schema.add_text_field("label", packed(Basic, false)),
        kind: schema.add_text_field("kind", filed()),
        branch: schema.add_text_field("branch", filed()),
        station: schema.add_text_field("station", filed()),
        class: schema.add_text_field("class", filed()),
        state: schema.add_text_field("state", filed()),
        amount: schema.add_u64_field("amount", FAST),
        date: schema.add_u64_field("date", FAST),
        year: schema.add_u64_field("year", FAST),
        received: schema.add_u64_field("received", FAST),
        tie: schema.add_u64_field("tie", FAST),
        text_at: schema.add_u64_field("text_at", FAST),
    };
    (schema.build(), fields)
}

/// Tells the engine how packed terms are split.
pub(crate) fn register(index: &tantivy::Index) {
    index
        .tokenizers()
        .register(PACKED, TextAnalyzer::from(Packed::default()));
}

/// Stands behind a term and its positions. No term has it inside, nor the next.
pub(crate) const NEXT_TERM: char = ' ';
/// Stands between a term and its positions; without them it stands once, at the beginning.
const POSITIONS: char = '\u{1f}';
/// Positions are packed as differences, in digits of 32 from here on, the lowest first ...
const DIGIT: u8 = b'@';
/// ... and the last digit of each from here on.
const LAST_DIGIT: u8 = b'`';

/// Packs terms with their positions.
pub(crate) struct Packer {
    pub(crate) packed: String,
    last: u32,
}

impl Packer {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            packed: String::with_capacity(bytes),
            last: 0,
        }
    }

    /// The next term, in two parts. Each term comes once.
    pub(crate) fn term(&mut self, parts: [&str; 2]) {
        if !self.packed.is_empty() {
            self.packed.push(NEXT_TERM);
        }
        self.packed.extend(parts);
        self.packed.push(POSITIONS);
        self.last = 0;
    }

    /// Where the term stands; in order.
    pub(crate) fn position(&mut self, position: u32) {
        let mut rest = position - self.last;
        self.last = position;
        while rest >= 32 {
            self.packed.push(char::from(DIGIT + (rest % 32) as u8));
            rest /= 32;
        }
        self.packed.push(char::from(LAST_DIGIT + (rest % 32) as u8));
    }
}

/// Unpacks what [`Packer`] packed.
#[derive(Clone, Default)]
struct Packed {
    token: Token,
}

struct PackedStream<'a> {
    rest: &'a str,
    /// Positions of the token's term that are still to come.
    positions: std::str::Bytes<'a>,
    token: &'a mut Token,
}

impl Tokenizer for Packed {
    type TokenStream<'a> = PackedStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> PackedStream<'a> {
        self.token.reset();
        PackedStream {
            rest: text,
            positions: "".bytes(),
            token: &mut self.token,
        }
    }
}

impl PackedStream<'_> {
    /// The difference to the term's next position, if there is one.
    fn next_position(&mut self) -> Option<usize> {
        let (mut difference, mut shift) = (0, 0);
        for digit in self.positions.by_ref() {
            difference |= usize::from(digit & 31) << shift;
            shift += 5;
            if digit >= LAST_DIGIT {
                return Some(difference);
            }
        }
        None
    }
}

impl TokenStream for PackedStream<'_> {
    fn advance(&mut self) -> bool {
        if let Some(difference) = self.next_position() {
            self.token.position += difference;
            return true;
        }
        while !self.rest.is_empty() {
            let bytes = self.rest.as_bytes();
            let end = bytes
                .iter()
                .position(|&b| b == NEXT_TERM as u8 || b == POSITIONS as u8);
            let (term, behind) = self.rest.split_at(end.unwrap_or(bytes.len()));
            let positions = match behind.strip_prefix(POSITIONS) {
                Some(packed) => {
                    let (positions, rest) = packed.split_once(NEXT_TERM).unwrap_or((packed, ""));
                    self.rest = rest;
                    positions
                }
                None => {
                    self.rest = behind.get(1..).unwrap_or_default();
                    ""
                }
            };
            if term.is_empty() {
                continue;
            }
            self.token.text.clear();
            self.token.text.push_str(term);
            self.positions = positions.bytes();
            self.token.position = self.next_position().unwrap_or(0);
            return true;
        }
        false
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::{Packed, Packer};
    use proptest::prelude::*;
    use tantivy::tokenizer::{TokenStream, Tokenizer};

    fn unpacked(text: &str) -> Vec<(String, usize)> {
        let mut packed = Packed::default();
        let mut stream = packed.token_stream(text);
        let mut found = Vec::new();
        while stream.advance() {
            found.push((stream.token().text.clone(), stream.token().position));
        }
        found
    }

    #[test]
    fn terms_without_positions_stand_once() {
        let once = |term: &str| (term.to_owned(), 0);
        assert_eq!(unpacked(""), []);
        assert_eq!(unpacked("a b"), [once("a"), once("b")]);
        assert_eq!(unpacked(" a  b "), [once("a"), once("b")]);
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(
            terms in prop::collection::btree_map(
                "[=#a-zą?@`~]{1,8}", prop::collection::btree_set(0..3_000_000_u32, 1..6), 0..6
            )
        ) {
            let mut packer = Packer::with_capacity(0);
            let mut expected = Vec::new();
            for (term, positions) in &terms {
                packer.term(["", term]);
                for &position in positions {
                    packer.position(position);
                    expected.push((term.clone(), position as usize));
                }
            }
            prop_assert_eq!(unpacked(&packer.packed), expected);
        }
    }
}
