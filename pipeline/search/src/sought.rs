//! What a query looks for in a text: the marks on a page.

use crate::analysis::{
    Analyzer, GUESS, Reading, SAME_POSITION, Token, fold, spots, suspects, tokens,
};
use crate::entry::PageText;
use crate::guesses::guesses;
use std::collections::HashSet;
use std::ops::Range;

/// The words, numbers and phrases a query names; what it forbids is not among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sought {
    /// Terms of single words.
    pub(crate) terms: HashSet<String>,
    /// Beginnings of folded words.
    pub(crate) prefixes: Vec<String>,
    /// Words in a row, each by its terms.
    pub(crate) phrases: Vec<Vec<HashSet<String>>>,
    /// Numbers in their one form.
    pub(crate) numbers: HashSet<String>,
}

/// A place in a text that a query looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Its bytes.
    pub(crate) range: Range<usize>,
    /// Tells what was found from other things found, for choosing a varied snippet.
    pub(crate) what: String,
}

impl Sought {
    /// Whether there is anything to mark.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
            && self.prefixes.is_empty()
            && self.phrases.is_empty()
            && self.numbers.is_empty()
    }

    /// Everything looked for on a page, in order; overlapping marks are joined.
    pub(crate) fn marks(
        &self,
        page: &PageText<'_>,
        reading: Reading,
        analyzer: &mut Analyzer,
    ) -> Vec<Mark> {
        let text = &*page.text;
        let tokens = tokens(text);
        let mut marks = Vec::new();
        for token in &tokens {
            let what = self.word(page, token, reading, analyzer);
            marks.extend(what.map(|what| Mark {
                range: token.range.clone(),
                what,
            }));
        }
        for phrase in &self.phrases {
            self::phrase(page, &tokens, phrase, reading, analyzer, &mut marks);
        }
        if !self.numbers.is_empty() {
            let found = spots(text, &tokens).into_iter();
            let found = found.chain(suspects(text, &tokens));
            let found =
                found.filter(|spot| self.numbers.contains(spot.term.trim_start_matches(GUESS)));
            marks.extend(found.map(|spot| Mark {
                range: bytes(&tokens[spot.tokens]),
                what: spot.term,
            }));
        }
        joined(marks)
    }

    fn word(
        &self,
        page: &PageText<'_>,
        token: &Token<'_>,
        reading: Reading,
        analyzer: &mut Analyzer,
    ) -> Option<String> {
        if let Some(what) = self.reads(&token.word, reading, analyzer) {
            return Some(what);
        }
        let guesses = guesses(page, token, analyzer);
        let mut guesses = guesses.iter();
        guesses.find_map(|guess| self.reads(guess, reading, analyzer))
    }

    /// Whether a word is looked for, and as what.
    fn reads(&self, word: &str, reading: Reading, analyzer: &mut Analyzer) -> Option<String> {
        let mut terms = analyzer.terms(word, reading).split(SAME_POSITION);
        let term = terms.find(|term| self.terms.contains(*term));
        if let Some(term) = term {
            return Some(term.to_owned());
        }
        if self.prefixes.is_empty() {
            return None;
        }
        let folded = fold(word);
        let mut prefixes = self.prefixes.iter();
        prefixes
            .find(|prefix| folded.starts_with(prefix.as_str()))
            .cloned()
    }
}

/// Marks every place where the words of a phrase stand in a row.
fn phrase(
    page: &PageText<'_>,
    tokens: &[Token<'_>],
    phrase: &[HashSet<String>],
    reading: Reading,
    analyzer: &mut Analyzer,
    marks: &mut Vec<Mark>,
) {
    for window in tokens.windows(phrase.len().max(1)) {
        let mut pairs = window.iter().zip(phrase);
        let all = pairs.all(|(token, sought)| {
            let read = |word: &str, analyzer: &mut Analyzer| {
                let mut there = analyzer.terms(word, reading).split(SAME_POSITION);
                there.any(|term| sought.contains(term))
            };
            read(&token.word, analyzer)
                || guesses(page, token, analyzer)
                    .iter()
                    .any(|guess| read(guess, analyzer))
        });
        if all {
            marks.push(Mark {
                range: bytes(window),
                what: window.iter().map(|token| &*token.word).collect(),
            });
        }
    }
}

fn bytes(tokens: &[Token<'_>]) -> Range<usize> {
    match tokens {
        [first, .., last] => first.range.start..last.range.end,
        [one] => one.range.clone(),
        [] => 0..0,
    }
}

fn joined(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
    let mut joined: Vec<Mark> = Vec::with_capacity(marks.len());
    for mark in marks {
        match joined.last_mut() {
            Some(last) if mark.range.start < last.range.end => {
                last.range.end = last.range.end.max(mark.range.end);
            }
            _ => joined.push(mark),
        }
    }
    joined
}
