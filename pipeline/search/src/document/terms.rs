//! The terms of one document, put together by term and packed for the engine.
//!
//! The engine looks every term up in a table of all it has seen. Given the words in the order of the
//! text it would look up two thousand a document, most of them out of the processor's reach; given
//! each term once, with all its positions, it has a third of that to find.

use super::{IDENTIFIERS, identifier_term, key_texts, push, reading};
use crate::analysis::{
    Analyzer, Lexicon, Reading, SAME_POSITION, Token, fold, push_guessed, spots, suspects, tokens,
};
use crate::entry::{Entry, OtherReading};
use crate::query::IdentifierKind;
use crate::readings::other_readings;
use crate::schema::Packer;
use std::borrow::Cow;

/// Positions left empty between the title and the text, so that no phrase runs from one into the
/// other.
const GAP: u32 = 16;

/// Terms of a document, packed.
pub(super) struct Terms {
    pub(super) lemma: String,
    pub(super) key: String,
    /// Each word once: where it stands is the lemmas' business.
    pub(super) literal: String,
    pub(super) number: String,
}

impl Terms {
    pub(super) fn of(analyzer: &mut Analyzer, entry: &Entry<'_>) -> Self {
        let mut number = String::new();
        let mut words = Words {
            reading: reading(entry.language),
            document: analyzer.next_document(),
            analyzer,
            position: 0,
            found: Occurrences::default(),
            literal: String::new(),
        };
        for text in key_texts(entry) {
            let tokens = tokens(text);
            words.add(&tokens, &[]);
            words.position += GAP;
            add_numbers(text, &tokens, &mut number);
        }
        let key = words.found.clone();
        for page in &entry.pages {
            let tokens = tokens(&page.text);
            words.add(&tokens, &page.readings);
            add_numbers(&page.text, &tokens, &mut number);
            for spot in suspects(&page.text, &tokens) {
                push(&mut number, &spot.term);
            }
        }
        add_identifiers(entry, &mut number);
        Self {
            key: key.packed(&words.analyzer.lexicon),
            lemma: words.found.packed(&words.analyzer.lexicon),
            literal: words.literal,
            number,
        }
    }
}

/// Takes in words one behind the other.
struct Words<'a, 't> {
    analyzer: &'a mut Analyzer,
    reading: Reading,
    /// The number by which the analyzer tells this document's words from those before.
    document: u64,
    /// The next word's.
    position: u32,
    found: Occurrences<'t>,
    literal: String,
}

impl<'t> Words<'_, 't> {
    fn add(&mut self, tokens: &[Token<'t>], readings: &[OtherReading]) {
        for token in tokens {
            match token.word {
                // Numbers are many and each is rare: remembering them would drive out the words. They
                // stand among the lemmas as they are, and are no words that a prefix begins.
                Cow::Borrowed(word) if word.bytes().all(|b| b.is_ascii_digit()) => {
                    self.found.digits.push((word, self.position));
                }
                _ => self.word(&token.word),
            }
            let others = other_readings(readings, token);
            if !others.is_empty() {
                self.others(&token.word, &others);
            }
            self.position += 1;
        }
    }

    /// A word as it was read and, at the same position, what it may be if it was misread.
    fn word(&mut self, word: &str) {
        let place = self.analyzer.remember(word, self.reading);
        let word = self.analyzer.remembered(place, self.reading);
        for &number in &word.numbers {
            self.found.add(number, self.position);
        }
        if word.is_new_to(self.document) {
            if !word.folded.bytes().all(|b| b.is_ascii_digit()) {
                push(&mut self.literal, &word.folded);
            }
            for guess in &word.guesses {
                push(&mut self.literal, &fold(guess));
            }
        }
    }

    /// The other readings of a word, at its position.
    fn others(&mut self, word: &str, others: &[String]) {
        let word = self.analyzer.analysed(word, self.reading);
        let mut known = [&*word.terms, &*word.guessed].concat();
        for other in others {
            let other = self.analyzer.analysed(other, self.reading);
            push(&mut self.literal, &other.folded);
            let mut guessed = String::new();
            push_guessed(&mut guessed, &known, &other.terms);
            for term in guessed.split(SAME_POSITION).filter(|term| !term.is_empty()) {
                let number = self.analyzer.lexicon.number(term);
                self.found.add(number, self.position);
            }
            known.push_str(&guessed);
        }
    }
}

/// Which terms stand where.
#[derive(Clone, Default)]
struct Occurrences<'t> {
    /// Terms by number, each with a position.
    terms: Vec<(u32, u32)>,
    digits: Vec<(&'t str, u32)>,
}

impl Occurrences<'_> {
    fn add(&mut self, term: u32, position: u32) {
        self.terms.push((term, position));
    }

    fn packed(mut self, lexicon: &Lexicon) -> String {
        self.terms.sort_unstable();
        self.terms.dedup();
        self.digits.sort_unstable();
        let mut packer = Packer::with_capacity(self.terms.len() * 6);
        for term in self.terms.chunk_by(|a, b| a.0 == b.0) {
            packer.term(["", lexicon.term(term[0].0)]);
            term.iter().for_each(|(_, at)| packer.position(*at));
        }
        for number in self.digits.chunk_by(|a, b| a.0 == b.0) {
            packer.term(["#", number[0].0]);
            number.iter().for_each(|(_, at)| packer.position(*at));
        }
        packer.packed
    }
}

/// Adds the numbers of a text but those that stand among its lemmas in the same form.
fn add_numbers(text: &str, tokens: &[Token<'_>], number: &mut String) {
    for spot in spots(text, tokens) {
        let written = &tokens[spot.tokens.start].word;
        let is_lemma = spot.tokens.len() == 1 && spot.term.strip_prefix('#') == Some(written);
        if !is_lemma {
            push(number, &spot.term);
        }
    }
}

fn add_identifiers(entry: &Entry<'_>, number: &mut String) {
    for (name, field) in entry.fields {
        for (end, kind) in IDENTIFIERS {
            if !name.ends_with(end) {
                continue;
            }
            for value in field.values() {
                let value = value.value.to_string();
                push(number, &identifier_term(kind, &value));
                for spot in spots(&value, &tokens(&value)) {
                    push(number, &spot.term);
                }
            }
        }
    }
    let id = identifier_term(IdentifierKind::Id, &entry.id.to_string());
    push(number, &id);
}
