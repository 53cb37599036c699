//! What a query looks for in a text: the marks on a page.

use crate::analysis::{Analyzer, Reading, SAME_POSITION, Token, fold, spots, tokens};
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

    /// Everything looked for in a text, in order; overlapping marks are joined.
    pub(crate) fn marks(&self, text: &str, reading: Reading, analyzer: &mut Analyzer) -> Vec<Mark> {
        let tokens = tokens(text);
        let mut marks = Vec::new();
        for token in &tokens {
            let what = self.word(token, reading, analyzer);
            marks.extend(what.map(|what| Mark {
                range: token.range.clone(),
                what,
            }));
        }
        for phrase in &self.phrases {
            self::phrase(&tokens, phrase, reading, analyzer, &mut marks);
        }
        if !self.numbers.is_empty() {
            let found = spots(text, &tokens).into_iter();
            let found = found.filter(|spot| self.numbers.contains(&spot.term));
            marks.extend(found.map(|spot| Mark {
                range: bytes(&tokens[spot.tokens]),
                what: spot.term,
            }));
        }
        joined(marks)
    }

    fn word(&self, token: &Token<'_>, reading: Reading, analyzer: &mut Analyzer) -> Option<String> {
        let terms = analyzer.terms(&token.word, reading);
        let term = terms
            .split(SAME_POSITION)
            .find(|term| self.terms.contains(*term));
        if let Some(term) = term {
            return Some(term.to_owned());
        }
        if self.prefixes.is_empty() {
            return None;
        }
        let folded = fold(&token.word);
        let mut prefixes = self.prefixes.iter();
        prefixes
            .find(|prefix| folded.starts_with(prefix.as_str()))
            .cloned()
    }
}

/// Marks every place where the words of a phrase stand in a row.
fn phrase(
    tokens: &[Token<'_>],
    phrase: &[HashSet<String>],
    reading: Reading,
    analyzer: &mut Analyzer,
    marks: &mut Vec<Mark>,
) {
    for window in tokens.windows(phrase.len().max(1)) {
        let mut pairs = window.iter().zip(phrase);
        let all = pairs.all(|(token, terms)| {
            let mut there = analyzer.terms(&token.word, reading).split(SAME_POSITION);
            there.any(|term| terms.contains(term))
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
