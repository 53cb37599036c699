//! Labels by their words in any order: a cell that holds „płatność”, „1.” and „raty” announces the first
//! instalment, however a form words it.
//!
//! `pierwsz*|1 rat*|spłat* !kwot*`: every word parted by spaces must be in the label as one of its
//! alternatives, none of those after `!` may. Only labels of forms are read so, what stands at the head
//! of a cell or line before a colon, the cell's edge or the value: in a sentence the same words mean
//! anything.

use super::{Part, Terms, likeness};
use crate::candidates::Candidate;
use crate::layout::Flow;
use crate::schema::Kind;
use crate::text::fold;
use std::ops::Range;

/// A label of a form is at most so long, in words and in characters.
const MOST_WORDS: usize = 8;
const LONGEST: usize = 64;

/// Words that a label holds and words that it does not hold.
#[derive(Clone, Debug)]
pub(crate) struct Bag {
    holds: Vec<Vec<Part>>,
    lacks: Vec<Part>,
}

impl Bag {
    /// A bag; none where it asks for no word or for something that is no word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (mut holds, mut lacks) = (Vec::new(), Vec::new());
        for word in fold(text).split_whitespace() {
            match word.strip_prefix('!') {
                Some(word) => lacks.push(part(word)?),
                None => holds.push(word.split('|').map(part).collect::<Option<_>>()?),
            }
        }
        (!holds.is_empty()).then_some(Self { holds, lacks })
    }

    /// How many words it asks for.
    pub(crate) fn len(&self) -> usize {
        self.holds.len()
    }

    /// Whether a label holds the words, each alternative in a word of its own.
    pub(crate) fn suits(&self, label: &[&str]) -> bool {
        let mut used = vec![false; label.len()];
        let all = self.holds.iter().all(|alternatives| {
            let at = label.iter().enumerate().position(|(at, word)| {
                !used[at]
                    && alternatives
                        .iter()
                        .any(|part| likeness(part, word).is_some())
            });
            at.map(|at| used[at] = true).is_some()
        });
        all && !self
            .lacks
            .iter()
            .any(|part| label.iter().any(|word| likeness(part, word).is_some()))
    }
}

fn part(word: &str) -> Option<Part> {
    let stem = word.ends_with('*');
    let word = word.trim_end_matches('*').to_owned();
    let sound = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric());
    sound.then_some(Part {
        word,
        stem,
        optional: false,
        gap: false,
    })
}

/// The labels of a document's forms, with their words.
pub(crate) fn form_labels<'a>(
    flow: &'a Flow,
    terms: &Terms<'a>,
    candidates: &[Candidate],
) -> Vec<(Range<usize>, Vec<&'a str>)> {
    let mut labels = Vec::new();
    let mut starts: Vec<usize> = candidates
        .iter()
        .filter(|c| !matches!(c.kind, Kind::Count | Kind::Code))
        .map(|c| c.span.start)
        .collect();
    starts.sort_unstable();
    for line in &flow.lines {
        let mut from = line.span.start;
        for cell in flow.folded[line.span.clone()].split('\t') {
            let span = from..from + cell.len();
            from = span.end + 1;
            if !flow.cased[span.clone()]
                .starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
            {
                continue;
            }
            let value = starts[starts.partition_point(|at| *at < span.start)..].first();
            let end = value.map_or(span.end, |at| (*at).min(span.end));
            let end = flow.folded[span.start..end]
                .find([':', ';'])
                .map_or(end, |at| span.start + at);
            if end - span.start > LONGEST {
                continue;
            }
            let words = terms.words_from(span.start, MOST_WORDS + 1);
            let words: Vec<_> = words
                .into_iter()
                .take_while(|(_, word)| word.end <= end)
                .collect();
            if let (1..=MOST_WORDS, Some((_, last))) = (words.len(), words.last()) {
                let label = span.start..last.end;
                labels.push((label, words.iter().map(|(word, _)| *word).collect()));
            }
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::Bag;

    fn check(bag: &str, label: &str, expected: bool) {
        let bag = Bag::parse(bag).unwrap();
        let words: Vec<&str> = label.split(' ').collect();
        assert_eq!(bag.suits(&words), expected, "{label}");
    }

    #[test]
    fn words_count_in_any_order() {
        let bag = "pierwsz*|1|i rat*|spłat* !kwot*";
        check(bag, "platnosc 1 raty", true);
        check(bag, "rata pierwsza", true);
        check(bag, "kwota pierwszej raty", false);
        check(bag, "pierwsza platnosc", false);
        // One word is not two.
        check("rat* rat*", "rata", false);
        assert!(Bag::parse("").is_none() && Bag::parse("a-b").is_none());
    }
}
