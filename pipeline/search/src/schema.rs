//! The index's fields, and how a document's terms get into them.
//!
//! Analysis runs once, before the engine sees anything: a field's value is its terms, already
//! made, with separators between ([`crate::analysis::NEXT_POSITION`] and
//! [`crate::analysis::SAME_POSITION`]); the engine's tokenizer only splits. No text of a page is
//! stored here: see `texts`.

use crate::analysis::{NEXT_POSITION, SAME_POSITION};
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};

/// Changes whenever the fields below do.
pub(crate) const SCHEMA_VERSION: u32 = 3;

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

/// Splits packed terms; an empty place between two separators takes a position and has no term.
#[derive(Clone, Default)]
struct Packed {
    token: Token,
}

struct PackedStream<'a> {
    rest: Option<&'a str>,
    token: &'a mut Token,
}

impl Tokenizer for Packed {
    type TokenStream<'a> = PackedStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> PackedStream<'a> {
        self.token.reset();
        self.token.position = 0;
        PackedStream {
            rest: Some(text),
            token: &mut self.token,
        }
    }
}

impl TokenStream for PackedStream<'_> {
    fn advance(&mut self) -> bool {
        while let Some(rest) = self.rest {
            let end = rest.find([NEXT_POSITION, SAME_POSITION]);
            let term = &rest[..end.unwrap_or(rest.len())];
            // The separator in front of this term was passed in the round before.
            self.token.text.clear();
            self.token.text.push_str(term);
            self.token.position += self.token.offset_to;
            self.token.offset_to =
                usize::from(end.is_some_and(|at| rest[at..].starts_with(NEXT_POSITION)));
            self.rest = end.map(|at| &rest[at + 1..]);
            if !term.is_empty() {
                return true;
            }
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
    use super::Packed;
    use tantivy::tokenizer::{TokenStream, Tokenizer};

    #[test]
    fn packed_terms_split_with_their_positions() {
        let check = |text: &str, expected: &[(&str, usize)]| {
            let mut packed = Packed::default();
            let mut stream = packed.token_stream(text);
            let mut found = Vec::new();
            while stream.advance() {
                found.push((stream.token().text.clone(), stream.token().position));
            }
            let expected: Vec<(String, usize)> = expected
                .iter()
                .map(|(t, p)| ((*t).to_owned(), *p))
                .collect();
            assert_eq!(found, expected, "{text:?}");
        };
        check("", &[]);
        check("a b", &[("a", 0), ("b", 1)]);
        check("a\u{1e}b c ", &[("a", 0), ("b", 0), ("c", 1)]);
        check("a  b", &[("a", 0), ("b", 2)]);
    }
}
