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
use foldhash::fast::RandomState;
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

/// Words remembered with their terms, and terms with their numbers; each takes some 200 bytes.
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

/// A word, analysed.
pub struct Analysed {
    /// Its terms, [`SAME_POSITION`] between them.
    pub terms: Box<str>,
    /// The word without accents.
    pub folded: Box<str>,
    /// The words it may be if it was misread; none for a word that is known.
    pub guesses: Box<[String]>,
    /// The terms of those, each marked as a guess and with [`SAME_POSITION`] before it.
    pub guessed: Box<str>,
    /// The numbers of all these terms in the [`Lexicon`]; none for a query's word.
    pub(crate) numbers: Box<[u32]>,
    /// The last document it was seen in, by [`Analyzer::next_document`].
    last_seen: u64,
}

impl Analysed {
    /// Whether the word is new to the document of that number; from here on it is not.
    pub(crate) const fn is_new_to(&mut self, document: u64) -> bool {
        std::mem::replace(&mut self.last_seen, document) != document
    }
}

/// Terms by number: a document's words are put together by number, not by letter.
#[derive(Default)]
pub(crate) struct Lexicon {
    numbers: HashMap<Arc<str>, u32, RandomState>,
    terms: Vec<Arc<str>>,
}

impl Lexicon {
    /// A term's number, the same until the analyzer forgets.
    pub(crate) fn number(&mut self, term: &str) -> u32 {
        if let Some(&number) = self.numbers.get(term) {
            return number;
        }
        let number = u32::try_from(self.terms.len()).expect("terms are forgotten long before");
        let term: Arc<str> = term.into();
        self.numbers.insert(Arc::clone(&term), number);
        self.terms.push(term);
        number
    }

    /// The term of a number that this lexicon gave.
    pub(crate) fn term(&self, number: u32) -> &str {
        &self.terms[number as usize]
    }
}

/// The place of a word among those an analyzer remembers; good until it forgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remembered(pub(crate) usize);

/// Words with what they were analysed to.
#[derive(Default)]
struct Memory {
    places: HashMap<Box<str>, usize, RandomState>,
    words: Vec<Analysed>,
}

/// Turns words into terms, remembering the frequent ones.
pub struct Analyzer {
    dictionary: &'static Dictionary,
    words: Arc<Words>,
    polish: Stemmer,
    english: Stemmer,
    remembered: [Memory; 3],
    pub(crate) lexicon: Lexicon,
    document: u64,
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
            lexicon: Lexicon::default(),
            document: 0,
        }
    }

    /// Forgets everything, if it is much. What was remembered has no place and no number after that.
    pub(crate) fn forget_if_full(&mut self) {
        let words = self.remembered.iter().map(|memory| memory.words.len());
        if words.sum::<usize>() >= REMEMBERED || self.lexicon.terms.len() >= REMEMBERED {
            self.remembered = Default::default();
            self.lexicon = Lexicon::default();
        }
    }

    /// The number of the next document whose words are analysed.
    pub(crate) fn next_document(&mut self) -> u64 {
        self.forget_if_full();
        self.document += 1;
        self.document
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

    /// What a lower-case word without accents begins with in every inflection, as far as endings tell.
    pub(crate) fn stem(&self, folded: &str) -> String {
        fold(&self.polish.stem(folded)).into_owned()
    }

    /// The words that a lower-case word may be if it was misread; none for a word that is known.
    pub fn guesses(&mut self, word: &str) -> &[String] {
        &self.analysed(word, Reading::Query).guesses
    }

    /// The terms of a lower-case word, [`SAME_POSITION`] between them.
    pub fn terms(&mut self, word: &str, reading: Reading) -> &str {
        &self.analysed(word, reading).terms
    }

    /// All there is to know of a lower-case word.
    pub fn analysed(&mut self, word: &str, reading: Reading) -> &mut Analysed {
        let place = self.remember(word, reading);
        self.remembered(place, reading)
    }

    /// Where a lower-case word is remembered from now on, until the analyzer forgets.
    pub(crate) fn remember(&mut self, word: &str, reading: Reading) -> Remembered {
        let known = self.remembered[reading as usize].places.get(word);
        Remembered(known.copied().unwrap_or_else(|| {
            let analysed = self.analyse(word, reading);
            let memory = &mut self.remembered[reading as usize];
            memory.places.insert(word.into(), memory.words.len());
            memory.words.push(analysed);
            memory.words.len() - 1
        }))
    }

    /// What is remembered of a word.
    pub(crate) fn remembered(&mut self, place: Remembered, reading: Reading) -> &mut Analysed {
        &mut self.remembered[reading as usize].words[place.0]
    }

    fn analyse(&mut self, word: &str, reading: Reading) -> Analysed {
        let terms = self.make(word, reading);
        let guesses = match self.knows(word) {
            true => Vec::new(),
            false => repairs(word, self.dictionary, &self.words),
        };
        let mut guessed = String::new();
        for guess in &guesses {
            push_guessed(&mut guessed, &terms, &self.make(guess, reading));
        }
        let own = terms.split(SAME_POSITION);
        let all = own.chain(guessed.split(SAME_POSITION).filter(|term| !term.is_empty()));
        let numbers = match reading {
            Reading::Query => Vec::new(),
            Reading::Polish | Reading::English => {
                all.map(|term| self.lexicon.number(term)).collect()
            }
        };
        Analysed {
            numbers: numbers.into(),
            terms: terms.into(),
            folded: fold(word).into(),
            guesses: guesses.into(),
            guessed: guessed.into(),
            last_seen: 0,
        }
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

/// Appends the terms of a guess at a word whose own terms are given, each marked as a guess.
pub(crate) fn push_guessed(guessed: &mut String, own: &str, terms: &str) {
    debug_assert!(!terms.contains(NEXT_POSITION), "one position");
    for term in terms.split(SAME_POSITION) {
        if !own.split(SAME_POSITION).any(|known| known == term) {
            guessed.push(SAME_POSITION);
            guessed.push(GUESS);
            guessed.push_str(term);
        }
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
