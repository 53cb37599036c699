//! Labels: phrases of the schemas, found in the running text under inflection and scanner's noise.
//!
//! A phrase is words parted by spaces. `stop*` stands for the stem with any ending of at most five
//! letters, `?na` for a word that may be missing. Case and diacritics do not matter, line breaks
//! and hyphenation neither; longer words forgive a slip or two. `...` stands for up to five words of
//! the same sentence and cell.

mod bag;

use crate::layout::Flow;
use crate::text::{fold, opens_alike, slips};
use std::collections::HashMap;
use std::ops::Range;

pub(crate) use bag::{Bag, form_labels};

/// The longest ending that a stem may take.
const ENDING: usize = 5;
/// How many characters may part two words of a phrase.
const BETWEEN: usize = 4;

/// A phrase as the schemas write it, ready to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phrase(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Part {
    word: String,
    stem: bool,
    optional: bool,
    /// Any words in between; such a part has no word of its own.
    gap: bool,
}

/// How many words `...` may stand for.
const GAP: usize = 5;

impl Phrase {
    /// Whether it leaves room for other words.
    pub(crate) fn has_gap(&self) -> bool {
        self.0.iter().any(|part| part.gap)
    }

    /// A phrase; none where it has no word that must be there.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<Part> = fold(text)
            .split_whitespace()
            .map(|word| {
                if word == "..." || word == "." {
                    return Part {
                        word: String::new(),
                        stem: false,
                        optional: false,
                        gap: true,
                    };
                }
                let optional = word.starts_with('?');
                let word = word.trim_start_matches('?');
                let stem = word.ends_with('*');
                Part {
                    word: word.trim_end_matches('*').to_owned(),
                    stem,
                    optional,
                    gap: false,
                }
            })
            .collect();
        let sound = parts.iter().all(|part| {
            part.gap
                || !part.word.is_empty() && part.word.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        let fixed = |part: Option<&Part>| part.is_some_and(|part| !part.optional && !part.gap);
        (sound && fixed(parts.first()) && fixed(parts.last())).then_some(Self(parts))
    }
}

/// A phrase found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Which phrase, by its index.
    pub(crate) phrase: usize,
    /// Where it stands in the flow.
    pub(crate) span: Range<usize>,
    /// 1 for an exact match, less for every slip.
    pub(crate) quality: f64,
}

/// The words of a flow, ready for phrases to be found in them.
pub(crate) struct Terms<'a> {
    text: &'a str,
    spans: Vec<Range<usize>>,
    /// For each term, its index in the vocabulary.
    ids: Vec<usize>,
    vocabulary: Vec<&'a str>,
}

impl<'a> Terms<'a> {
    /// The words of a flow.
    pub(crate) fn of(flow: &'a Flow) -> Self {
        let text = flow.folded.as_str();
        let mut terms = Self {
            text,
            spans: Vec::new(),
            ids: Vec::new(),
            vocabulary: Vec::new(),
        };
        let mut known = HashMap::new();
        let mut start = None;
        for (at, byte) in text.bytes().chain([b' ']).enumerate() {
            match (start, byte.is_ascii_alphanumeric()) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    let word = &text[from..at];
                    let id = *known.entry(word).or_insert_with(|| {
                        terms.vocabulary.push(word);
                        terms.vocabulary.len() - 1
                    });
                    terms.spans.push(from..at);
                    terms.ids.push(id);
                    start = None;
                }
                _ => {}
            }
        }
        terms
    }

    /// The words from a place in the flow on, at most `count`.
    pub(crate) fn words_from(&self, at: usize, count: usize) -> Vec<(&'a str, Range<usize>)> {
        let first = self.spans.partition_point(|span| span.start < at);
        let spans = self.spans.iter().skip(first).take(count);
        spans
            .map(|span| (&self.text[span.clone()], span.clone()))
            .collect()
    }

    /// Everywhere that phrases stand, in the order of the text.
    pub(crate) fn find(&self, phrases: &[&Phrase]) -> Vec<Found> {
        let mut parts: HashMap<&Part, HashMap<usize, f64>> = HashMap::new();
        let words = phrases.iter().flat_map(|phrase| &phrase.0);
        for part in words.filter(|part| !part.gap) {
            parts.entry(part).or_insert_with(|| self.meant_by(part));
        }
        // A word that is one of the phrases' words exactly is no misreading of another
        // („przeterminowanego” is no „przedterminowego”).
        let mut exact = vec![false; self.vocabulary.len()];
        for (part, words) in &parts {
            for (id, _) in words.iter().filter(|(_, quality)| **quality >= 1.0) {
                exact[*id] |= part.word.len() >= 5;
            }
        }
        for words in parts.values_mut() {
            words.retain(|id, quality| *quality >= 1.0 || !exact[*id]);
        }
        let mut openers: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, phrase) in phrases.iter().enumerate() {
            for id in parts[&phrase.0[0]].keys() {
                openers.entry(*id).or_default().push(index);
            }
        }
        let mut found = Vec::new();
        for (at, id) in self.ids.iter().enumerate() {
            for index in openers.get(id).into_iter().flatten() {
                if let Some((end, quality)) = self.follow(&phrases[*index].0, &parts, at, None) {
                    let span = self.spans[at].start..self.spans[end].end;
                    found.push(Found {
                        phrase: *index,
                        span,
                        quality,
                    });
                }
            }
        }
        found
    }

    /// The vocabulary that a part may mean, with the quality of the match.
    fn meant_by(&self, part: &Part) -> HashMap<usize, f64> {
        let stem = part.word.as_bytes();
        let shortest = stem.len().saturating_sub(2);
        let longest = stem.len() + if part.stem { ENDING } else { 2 };
        let words = self.vocabulary.iter().enumerate();
        words
            .filter(|(_, word)| {
                // A word that opens with quite another letter is another word („deklaracja” is no
                // „reklamacja”).
                (shortest..=longest).contains(&word.len()) && opens_alike(stem, word.as_bytes())
            })
            .filter_map(|(id, word)| Some((id, likeness(part, word)?)))
            .collect()
    }

    /// The last term of the parts of a phrase that begin at term `at`, and how well they match;
    /// `before` is the term that the part before them matched.
    fn follow(
        &self,
        phrase: &[Part],
        parts: &HashMap<&Part, HashMap<usize, f64>>,
        at: usize,
        before: Option<usize>,
    ) -> Option<(usize, f64)> {
        let (mut term, mut end, mut quality) = (at, before, 1.0);
        for (n, part) in phrase.iter().enumerate() {
            if part.gap {
                let last = end?;
                return (0..=GAP)
                    .take_while(|skip| (last..term + skip).all(|t| self.goes_on(t)))
                    .find_map(|skip| {
                        let rest = &phrase[n + 1..];
                        let (stop, rest) =
                            self.follow(rest, parts, term + skip, (term + skip).checked_sub(1))?;
                        Some((stop, quality * rest * 0.97))
                    });
            }
            let joined = end.is_none_or(|end| term < self.ids.len() && self.joined(end, term));
            let likeness = self.ids.get(term).and_then(|id| parts[part].get(id));
            match likeness.filter(|_| joined) {
                Some(likeness) => {
                    quality *= likeness;
                    end = Some(term);
                    term += 1;
                }
                None if part.optional => {}
                None => return None,
            }
        }
        Some((end?, quality))
    }

    /// Whether the sentence goes on from a term to the next.
    fn goes_on(&self, term: usize) -> bool {
        let Some(next) = self.spans.get(term + 1) else {
            return false;
        };
        let stop = self.text[self.spans[term].end..next.start].contains('.');
        self.joined(term, term + 1) && !(stop && self.spans[term].len() > 3)
    }

    /// Whether nothing but little marks and a line break parts two neighbouring terms.
    fn joined(&self, before: usize, after: usize) -> bool {
        let gap = &self.text[self.spans[before].end..self.spans[after].start];
        gap.len() <= BETWEEN && !gap.contains(['\u{b}', '\u{c}', ';', ':', '\t', '|', '='])
    }
}

/// How like a word is to a part of a phrase, 1 for exactly; none where it is another word.
fn likeness(part: &Part, word: &str) -> Option<f64> {
    let stem = part.word.as_bytes();
    let word = word.as_bytes();
    if !part.stem {
        let slips = slips(stem, word, forgiven(stem.len()))?;
        return Some(quality(slips));
    }
    if word.len() > stem.len() + ENDING {
        return None;
    }
    if word.starts_with(stem) {
        return Some(1.0);
    }
    let limit = forgiven(stem.len());
    let near = stem.len().saturating_sub(1)..=stem.len() + 1;
    near.filter_map(|length| slips(stem, word.get(..length)?, limit))
        .min()
        .map(quality)
}

/// How many half slips a word of that length forgives.
const fn forgiven(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=6 => 1,
        7..=8 => 2,
        _ => 3,
    }
}

fn quality(slips: usize) -> f64 {
    [1.0, 0.97, 0.94, 0.9, 0.87]
        .get(slips)
        .copied()
        .unwrap_or(0.8)
}

#[cfg(test)]
mod tests {
    use super::{Phrase, Terms};
    use crate::layout::Flow;

    fn check(phrase: &str, text: &str, expected: &[&str]) {
        let flow = Flow::from_text(text);
        let phrase = Phrase::parse(phrase).unwrap();
        let found = Terms::of(&flow).find(&[&phrase]);
        let found: Vec<String> = found.iter().map(|f| flow.text(&f.span)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn phrases_are_found_inflected_misread_and_over_lines() {
        let phrase = "całkowit* kwot* kredytu";
        check(
            phrase,
            "Całkowita kwota kredytu wynosi",
            &["Całkowita kwota kredytu"],
        );
        check(
            phrase,
            "całkowitej kwoty\nkredytu",
            &["całkowitej kwoty kredytu"],
        );
        check(
            phrase,
            "Calkovita kw0ta kredvtu",
            &["Calkovita kw0ta kredvtu"],
        );
        check(
            phrase,
            "Całkowita kwo-\nta kredytu",
            &["Całkowita kwota kredytu"],
        );
        check(phrase, "Całkowita kwota. Do zapłaty kredytu", &[]);
        check(
            "dni* ?umowy od",
            "dnia od i dnia umowy od",
            &["dnia od", "dnia umowy od"],
        );
        check(
            "przeznacz* ... na",
            "Kredytobiorca przeznaczy te pieniądze na remont. Przeznaczy. Na",
            &["przeznaczy te pieniądze na"],
        );
        assert!(Phrase::parse("... na").is_none());
        assert!(Phrase::parse("").is_none() && Phrase::parse("a-b").is_none());
    }
}
