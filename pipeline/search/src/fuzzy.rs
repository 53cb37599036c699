//! Words near those typed: what a scanner misread, or a person misspelt.
//!
//! A word is compared with the words that are really in the index, never with every word there
//! could be, and only those are searched for: so they can be marked on the page like any other.

use crate::analysis::{fold, tokens};
use crate::query::Node;
use crate::schema::Fields;
use std::collections::{BTreeMap, HashMap};
use tantivy::query::FuzzyTermQuery;
use tantivy::{Searcher, Term};

/// Near words that are searched for, of one word typed.
const NEAR: usize = 50;
/// Near words that are looked at in a segment before the rest is left.
const LOOKED_AT: usize = 5_000;
/// Shorter words have too many neighbours, in letters.
const SHORTEST: usize = 4;
/// From this many letters on, two of them may be wrong.
const TWO_WRONG: usize = 7;
/// Words of one query that are expanded.
const WORDS: usize = 8;

/// The words of a query, each with the words of the index near it, nearest and most frequent
/// first.
#[derive(Debug, Default)]
pub(crate) struct Expansions {
    near: HashMap<String, Vec<Near>>,
}

#[derive(Debug)]
struct Near {
    word: String,
    distance: usize,
    documents: u64,
}

impl Expansions {
    /// Looks up what is near the words of a query.
    pub(crate) fn find(root: &Node, fields: &Fields, searcher: &Searcher) -> tantivy::Result<Self> {
        let mut words = Vec::new();
        words_of(root, &mut words);
        let mut near = HashMap::new();
        for word in words.into_iter().take(WORDS) {
            let found = near_words(&fold(&word), fields, searcher)?;
            near.insert(word, found);
        }
        Ok(Self { near })
    }

    /// Whether there is no other word near any of the query's.
    pub(crate) fn is_empty(&self) -> bool {
        let mut near = self.near.values().flatten();
        near.all(|near| near.distance == 0)
    }

    /// The words near one of the query's, itself not among them.
    pub(crate) fn near(&self, word: &str) -> impl Iterator<Item = &str> {
        let near = self.near.get(word).map_or(&[][..], Vec::as_slice);
        near.iter()
            .filter(|near| near.distance > 0)
            .map(|near| near.word.as_str())
    }

    /// The query as it may have been meant: every word the index lacks exchanged for the nearest it
    /// has; none where nothing would change.
    pub(crate) fn suggestion(&self, typed: &str) -> Option<String> {
        let mut meant = String::with_capacity(typed.len());
        let mut at = 0;
        for token in tokens(typed) {
            let near = self.near.get(&*token.word).and_then(|near| near.first());
            meant.push_str(&typed[at..token.range.start]);
            match near {
                Some(near) if near.distance > 0 => meant.push_str(&near.word),
                _ => meant.push_str(&typed[token.range.clone()]),
            }
            at = token.range.end;
        }
        meant.push_str(&typed[at..]);
        (meant != typed).then_some(meant)
    }
}

/// The single words a query looks for; phrases, prefixes and what it forbids stay as they are.
fn words_of(node: &Node, words: &mut Vec<String>) {
    match node {
        Node::Name(text) => words.extend(tokens(text).iter().map(|t| t.word.to_string())),
        Node::Word(text) => {
            if let [one] = &tokens(text)[..] {
                words.push(one.word.to_string());
            }
        }
        Node::And(nodes) | Node::Or(nodes) => {
            for node in nodes {
                words_of(node, words);
            }
        }
        _ => {}
    }
}

fn near_words(word: &str, fields: &Fields, searcher: &Searcher) -> tantivy::Result<Vec<Near>> {
    let letters = word.chars().count();
    if letters < SHORTEST || word.chars().all(char::is_numeric) {
        return Ok(Vec::new());
    }
    let allowed = if letters < TWO_WRONG { 1 } else { 2 };
    let term = Term::from_field_text(fields.literal, word);
    let automaton = FuzzyTermQuery::new(term, allowed, true).automaton()?;
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(fields.literal)?;
        let mut stream = inverted.terms().search(&automaton).into_stream()?;
        let mut looked_at = 0;
        while looked_at < LOOKED_AT && stream.advance() {
            looked_at += 1;
            if let Ok(near) = std::str::from_utf8(stream.key()) {
                let documents = u64::from(stream.value().doc_freq);
                *found.entry(near.to_owned()).or_default() += documents;
            }
        }
    }
    let near = found.into_iter().map(|(near, documents)| Near {
        distance: distance(word, &near),
        word: near,
        documents,
    });
    let mut near: Vec<Near> = near.collect();
    near.sort_by(|a, b| {
        let by_documents = b.documents.cmp(&a.documents);
        a.distance
            .cmp(&b.distance)
            .then(by_documents)
            .then_with(|| a.word.cmp(&b.word))
    });
    near.truncate(NEAR);
    Ok(near)
}

/// Letters to add, drop, change or swap with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn wrong_letters_are_counted() {
        for (a, b, expected) in [
            ("kowalski", "kowalski", 0),
            ("kowalski", "kowlaski", 1),
            ("kowalski", "kowaiski", 1),
            ("kowalski", "kowal", 3),
            ("", "rata", 4),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
