//! What a query looks for in a text: the marks on a page.

use crate::analysis::{
    Analyzer, GUESS, Reading, Remembered, SAME_POSITION, Token, spots, suspects, tokens,
};
use crate::entry::PageText;
use crate::readings::other_readings;
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

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
    pub(crate) what: Arc<str>,
}

impl Sought {
    /// Whether there is anything to mark.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
            && self.prefixes.is_empty()
            && self.phrases.is_empty()
            && self.numbers.is_empty()
    }

    /// Whether a word of nothing but digits may be looked for.
    fn has_digits(&self) -> bool {
        let digits = |text: &String| text.starts_with(|c: char| c == '#' || c.is_ascii_digit());
        let phrases = self.phrases.iter().flatten().flatten();
        self.terms
            .iter()
            .chain(&self.prefixes)
            .chain(phrases)
            .any(digits)
    }

    /// Whether a word is looked for, and as what; and in which place of which phrase it may stand.
    fn of_word(&self, word: &str, reading: Reading, analyzer: &mut Analyzer) -> Part {
        let mut part = Part::default();
        self.add_reading(word, reading, analyzer, &mut part);
        for guess in analyzer.analysed(word, reading).guesses.clone() {
            self.add_reading(&guess, reading, analyzer, &mut part);
        }
        part
    }

    fn add_reading(&self, word: &str, reading: Reading, analyzer: &mut Analyzer, part: &mut Part) {
        let analysed = analyzer.analysed(word, reading);
        let terms = || analysed.terms.split(SAME_POSITION);
        if part.what.is_none() {
            let term = terms().find(|term| self.terms.contains(*term));
            let begins = |prefix: &&String| analysed.folded.starts_with(prefix.as_str());
            let prefix = || self.prefixes.iter().find(begins).map(String::as_str);
            part.what = term.or_else(prefix).map(Arc::from);
        }
        for (phrase, slots) in self.phrases.iter().enumerate() {
            for (slot, sought) in slots.iter().enumerate() {
                if terms().any(|term| sought.contains(term)) {
                    part.slots.push((phrase, slot));
                }
            }
        }
    }
}

/// The part a word plays in a query.
#[derive(Clone, Debug, Default)]
struct Part {
    what: Option<Arc<str>>,
    /// Phrases and the place in each.
    slots: Vec<(usize, usize)>,
}

/// Marks what is looked for in text after text, and knows the words it has met by their place in the
/// analyzer's memory: it is good for as long as that does not forget.
pub(crate) struct Marker<'s> {
    sought: &'s Sought,
    reading: Reading,
    has_digits: bool,
    /// The part of each word met.
    met: Vec<Met>,
    parts: Vec<Part>,
}

/// Whether a word was met, and which part it plays.
#[derive(Clone, Copy, Default)]
enum Met {
    #[default]
    Never,
    InNoPart,
    In(usize),
}

impl<'s> Marker<'s> {
    pub(crate) fn new(sought: &'s Sought, reading: Reading) -> Self {
        Self {
            has_digits: sought.has_digits(),
            sought,
            reading,
            met: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Everything looked for on a page, in order; overlapping marks are joined.
    pub(crate) fn marks(&mut self, page: &PageText<'_>, analyzer: &mut Analyzer) -> Vec<Mark> {
        if self.sought.is_empty() {
            return Vec::new();
        }
        let text = &*page.text;
        let tokens = tokens(text);
        let mut marks = Vec::new();
        let mut slots: Vec<Vec<(usize, usize)>> = Vec::new();
        let phrases = !self.sought.phrases.is_empty();
        for token in &tokens {
            let part = self.part(page, token, analyzer);
            let what = part.as_ref().and_then(|part| part.what.clone());
            marks.extend(what.map(|what| Mark {
                range: token.range.clone(),
                what,
            }));
            if phrases {
                slots.push(part.map_or_else(Vec::new, |part| part.slots.clone()));
            }
        }
        for (phrase, words) in self.sought.phrases.iter().enumerate() {
            mark_phrase(phrase, words.len(), &tokens, &slots, &mut marks);
        }
        self.mark_numbers(text, &tokens, &mut marks);
        joined(marks)
    }

    /// The part of a word on a page.
    fn part(
        &mut self,
        page: &PageText<'_>,
        token: &Token<'_>,
        analyzer: &mut Analyzer,
    ) -> Option<Cow<'_, Part>> {
        let met = self.met(&token.word, analyzer);
        let others = other_readings(&page.readings, token);
        let part = match met {
            Met::In(at) => Some(&self.parts[at]),
            Met::InNoPart | Met::Never => None,
        };
        if others.is_empty() {
            return part.map(Cow::Borrowed);
        }
        let mut part = part.cloned().unwrap_or_default();
        for other in &others {
            self.sought
                .add_reading(other, self.reading, analyzer, &mut part);
        }
        Some(Cow::Owned(part))
    }

    fn met(&mut self, word: &str, analyzer: &mut Analyzer) -> Met {
        if !self.has_digits && word.bytes().all(|b| b.is_ascii_digit()) {
            return Met::InNoPart;
        }
        let Remembered(place) = analyzer.remember(word, self.reading);
        if let Some(met @ (Met::InNoPart | Met::In(_))) = self.met.get(place) {
            return *met;
        }
        let part = self.sought.of_word(word, self.reading, analyzer);
        let met = if part.what.is_none() && part.slots.is_empty() {
            Met::InNoPart
        } else {
            self.parts.push(part);
            Met::In(self.parts.len() - 1)
        };
        if self.met.len() <= place {
            self.met.resize(place + 1, Met::Never);
        }
        self.met[place] = met;
        met
    }

    fn mark_numbers(&self, text: &str, tokens: &[Token<'_>], marks: &mut Vec<Mark>) {
        let sought = &self.sought.numbers;
        if sought.is_empty() {
            return;
        }
        let found = spots(text, tokens).into_iter();
        let found = found.chain(suspects(text, tokens));
        let found = found.filter(|spot| sought.contains(spot.term.trim_start_matches(GUESS)));
        marks.extend(found.map(|spot| Mark {
            range: bytes(&tokens[spot.tokens]),
            what: spot.term.into(),
        }));
    }
}

/// Marks every place where the words of a phrase stand in a row.
fn mark_phrase(
    phrase: usize,
    words: usize,
    tokens: &[Token<'_>],
    slots: &[Vec<(usize, usize)>],
    marks: &mut Vec<Mark>,
) {
    for (window, there) in tokens
        .windows(words.max(1))
        .zip(slots.windows(words.max(1)))
    {
        let mut there = there.iter().enumerate();
        if there.all(|(slot, parts)| parts.contains(&(phrase, slot))) {
            let words: String = window.iter().map(|token| &*token.word).collect();
            marks.push(Mark {
                range: bytes(window),
                what: words.into(),
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
