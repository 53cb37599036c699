//! From a word to the terms it is indexed and searched under.
//!
//! A term begins with a mark that tells where it comes from, so that none is taken for another:
//! `=` a lemma of the dictionary, `+` one of the bank's own words, `~` the stem of a word that neither
//! has (Snowball's Polish stemmer), `'` an English stem, `#` a word with digits, as it is. Accents are
//! folded last. A `?` in front of all that is a guess: what the word is if the scanner misread it.
//!
//! A form and its lemma share a term wherever the dictionary knows them. Which words a text means
//! is never guessed: an ambiguous form carries every lemma it may belong to, at one position.

use super::dictionary::{Dictionary, Lemma};
use super::fold::fold;
use super::repairs::repairs;
use super::words::Words;
use frostem::{Algorithm, Stemmer};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Stands between the terms of one word.
pub const SAME_POSITION: char = '\u{1e}';
/// Stands between words.
pub const NEXT_POSITION: char = ' ';
/// Stands before a term that is only guessed.
pub const GUESS: char = '?';

/// Changes whenever the same text gives other terms; the dictionary has its own fingerprint.
const REVISION: u32 = 2;

/// Words remembered with their terms; each takes some 100 bytes.
const REMEMBERED: usize = 1 << 16;

/// For whom a word is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A Polish document: dictionary, and stems for what it lacks.
    Polish,
    /// An English document: English stems, and the dictionary for names.
    English,
    /// A query: everything, as it must meet both.
    Query,
}

/// Turns words into terms, remembering the frequent ones.
pub struct Analyzer {
    dictionary: &'static Dictionary,
    words: Arc<Words>,
    polish: Stemmer,
    english: Stemmer,
    remembered: [HashMap<Box<str>, Box<str>>; 3],
    guessed: HashMap<Box<str>, Box<[String]>>,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::with(Arc::default())
    }
}

impl Analyzer {
    /// An analyzer that knows the bank's own words besides the dictionary.
    #[must_use]
    pub fn with(words: Arc<Words>) -> Self {
        Self {
            dictionary: Dictionary::polish(),
            words,
            polish: Stemmer::new(Algorithm::Polish),
            english: Stemmer::new(Algorithm::English),
            remembered: Default::default(),
            guessed: HashMap::new(),
        }
    }

    /// What tells this analysis from others: an index made with another must be made again.
    #[must_use]
    pub fn version(words: &Words) -> String {
        let own = words.fingerprint();
        let joint = if own.is_empty() { "" } else { "-" };
        format!("pl-{REVISION}-{}{joint}{own}", Dictionary::fingerprint())
    }

    /// Whether a lower-case word is listed, with or without its accents.
    #[must_use]
    pub fn knows(&self, word: &str) -> bool {
        self.dictionary.knows(word) || self.words.lemma(word).is_some()
    }

    /// The words that a lower-case word may be if it was misread; none for a word that is known.
    pub fn guesses(&mut self, word: &str) -> &[String] {
        if !self.guessed.contains_key(word) {
            let guesses = match self.knows(word) {
                true => Vec::new(),
                false => repairs(word, |repaired| self.knows(repaired)),
            };
            if self.guessed.len() >= REMEMBERED {
                self.guessed.clear();
            }
            self.guessed.insert(word.into(), guesses.into());
        }
        &self.guessed[word]
    }

    /// The terms of a lower-case word, [`SAME_POSITION`] between them.
    pub fn terms(&mut self, word: &str, reading: Reading) -> &str {
        let remembered = reading as usize;
        if !self.remembered[remembered].contains_key(word) {
            let terms = self.make(word, reading);
            let memory = &mut self.remembered[remembered];
            if memory.len() >= REMEMBERED {
                memory.clear();
            }
            memory.insert(word.into(), terms.into());
        }
        &self.remembered[remembered][word]
    }

    fn make(&self, word: &str, reading: Reading) -> String {
        let mut terms = Terms::default();
        let own = self.words.lemma(word);
        if let Some(own) = own {
            terms.add('+', Cow::Borrowed(own));
        }
        if word.chars().any(char::is_numeric) {
            terms.add('#', fold(word));
            return terms.0;
        }
        let lemmas = self.dictionary.lemmas(word);
        for &lemma in &lemmas {
            terms.add('=', Cow::Owned(letters(lemma)));
        }
        let unknown = lemmas.is_empty() && own.is_none();
        if unknown {
            let folded = fold(word);
            terms.add('~', fold(&self.polish.stem(word)));
            terms.add('~', fold(&self.polish.stem(&folded)));
        }
        if (unknown || reading != Reading::Polish) && word.is_ascii() {
            terms.add('\'', self.english.stem(word));
        }
        terms.0
    }
}

/// Terms joined, each once.
#[derive(Default)]
struct Terms(String);

impl Terms {
    fn add(&mut self, mark: char, rest: Cow<'_, str>) {
        let term = format!("{mark}{rest}");
        if self.0.split(SAME_POSITION).any(|known| known == term) {
            return;
        }
        if !self.0.is_empty() {
            self.0.push(SAME_POSITION);
        }
        self.0.push_str(&term);
    }
}

/// A lemma's ordinal as three characters of 85: short, and free of our separators.
fn letters(lemma: Lemma) -> String {
    let digit = |value: u32| char::from(b'*' + u8::try_from(value % 85).unwrap_or(0));
    [lemma.0 / (85 * 85), lemma.0 / 85, lemma.0]
        .map(digit)
        .iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Analyzer, Reading, SAME_POSITION};

    /// Whether a word of a document is found by a word of a query.
    fn finds(document: &str, reading: Reading, query: &str) -> bool {
        let mut analyzer = Analyzer::default();
        let there: Vec<String> = analyzer
            .terms(document, reading)
            .split(SAME_POSITION)
            .map(str::to_owned)
            .collect();
        let mut sought = analyzer.terms(query, Reading::Query).split(SAME_POSITION);
        sought.any(|term| there.iter().any(|t| t == term))
    }

    #[test]
    fn a_query_finds_the_word_it_means() {
        for (document, reading, query, expected) in [
            ("kowalskim", Reading::Polish, "kowalski", true),
            ("spłaty", Reading::Polish, "splata", true),
            (
                "brzęczyszczykiewicz",
                Reading::Polish,
                "brzeczyszczykiewicz",
                true,
            ),
            (
                "brzęczyszczykiewiczem",
                Reading::Polish,
                "brzeczyszczykiewicz",
                true,
            ),
            ("loans", Reading::English, "loan", true),
            ("borrowers", Reading::English, "borrower", true),
            ("kowalskiego", Reading::English, "kowalski", true),
            ("covenants", Reading::Polish, "covenant", true),
            ("kg2024", Reading::Polish, "kg2024", true),
            ("umowa", Reading::Polish, "rata", false),
        ] {
            assert_eq!(
                finds(document, reading, query),
                expected,
                "{document} {query}"
            );
        }
    }
}
