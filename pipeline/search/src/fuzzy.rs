//! Words near those typed: what a scanner misread, or a person misspelt.
//!
//! A word is compared with the words that are really in the index, never with every word there
//! could be, and only those are searched for: so they can be marked on the page like any other.
//! Besides, a word that the index lacks may be the beginning of one, two that were read as one, or
//! one of two that were one. Numbers are left as they are: a number nearly right is another number.

use crate::analysis::{Analyzer, Reading, SAME_POSITION, fold, tokens};
use crate::confusion::{WRONG_LETTER, cost, of_other_length};
use crate::error::SearchError;
use crate::query::Node;
use crate::schema::Fields;
use std::collections::{BTreeMap, HashMap, HashSet};
use tantivy::query::FuzzyTermQuery;
use tantivy::{Searcher, Term};

/// Near words that are searched for, of one word typed.
const NEAR: usize = 50;
/// Near words that are looked at in a segment before the rest is left.
const LOOKED_AT: usize = 5_000;
/// Shorter words have too many neighbours, in letters.
const SHORTEST: usize = 4;
/// Longer ones are no words, in letters.
const LONGEST: usize = 32;
/// Confusions that change a word's length which are tried.
const OTHER_LENGTHS: usize = 8;
/// From this many letters on, two of them may be wrong.
const TWO_WRONG: usize = 7;
/// Words of one query that are expanded.
const WORDS: usize = 8;
/// Letters that a beginning must have, to be taken for one without its `*`.
const BEGINNING: usize = 5;
/// What a word costs that only begins as the one typed.
const BEGINS_SO: usize = 15;
/// Letters that a stem must have, for words of another ending to be near.
const STEM: usize = 5;
/// What another ending costs.
const OTHER_ENDING: usize = 4;
/// Ways to part one word into two that are tried.
const SPLITS: usize = 4;
/// Letters that either half must have.
const HALF: usize = 2;
/// A word that is in no dictionary, and is so many times rarer than one it is confused with, was
/// misread or misspelt.
const RARER: u64 = 10;

/// What else the words of a query may be, nearest and most frequent first.
#[derive(Debug, Default)]
pub(crate) struct Expansions {
    near: HashMap<String, Vec<Near>>,
    splits: HashMap<String, Vec<[String; 2]>>,
    joined: HashSet<String>,
    /// Words that the index has in no form.
    lacking: HashSet<String>,
}

/// A word of the index near one typed.
#[derive(Debug)]
pub(crate) struct Near {
    /// The word, without accents.
    pub(crate) word: String,
    /// How far it is; 0 for the word itself.
    pub(crate) cost: usize,
    documents: u64,
}

/// The words of the index.
pub(crate) struct Vocabulary<'v> {
    pub(crate) fields: &'v Fields,
    pub(crate) searcher: &'v Searcher,
}

impl Expansions {
    /// Looks up what is near the words of a query.
    pub(crate) fn find(
        root: &Node,
        analyzer: &mut Analyzer,
        vocabulary: &Vocabulary<'_>,
    ) -> Result<Self, SearchError> {
        let mut found = Self::default();
        let mut rows = Vec::new();
        rows_of(root, &mut rows);
        for row in &rows {
            for pair in row.windows(2) {
                let joined = pair.concat();
                if is_expanded(&joined) && vocabulary.documents(&fold(&joined))? > 0 {
                    found.joined.insert(joined);
                }
            }
        }
        for word in rows.into_iter().flatten().take(WORDS) {
            let folded = fold(&word);
            if !is_expanded(&folded) {
                continue;
            }
            found
                .splits
                .insert(word.clone(), vocabulary.splits(&folded)?);
            let near = vocabulary.near(&word, &folded, analyzer)?;
            if !vocabulary.has_form_of(&word, analyzer)? {
                found.lacking.insert(word.clone());
            }
            found.near.insert(word, near);
        }
        Ok(found)
    }

    /// Whether there is nothing else that any of the query's words may be.
    pub(crate) fn is_empty(&self) -> bool {
        let mut near = self.near.values().flatten();
        near.all(|near| near.cost == 0)
            && self.splits.values().all(Vec::is_empty)
            && self.joined.is_empty()
    }

    /// The words near one of the query's, itself not among them.
    pub(crate) fn near(&self, word: &str) -> impl Iterator<Item = &Near> {
        let near = self.near.get(word).map_or(&[][..], Vec::as_slice);
        near.iter().filter(|near| near.cost > 0)
    }

    /// The pairs of words that one of the query's may be.
    pub(crate) fn splits(&self, word: &str) -> &[[String; 2]] {
        self.splits.get(word).map_or(&[], Vec::as_slice)
    }

    /// The word of the index that two of the query's, one behind the other, may be.
    pub(crate) fn joined(&self, first: &str, second: &str) -> Option<&str> {
        self.joined
            .get(&[first, second].concat())
            .map(String::as_str)
    }

    /// The query as it may have been meant: every word the index lacks exchanged for the nearest
    /// it has, spelt as `spelling` finds it in a document; none where nothing would change.
    pub(crate) fn suggestion(
        &self,
        typed: &str,
        mut spelling: impl FnMut(&str) -> Option<String>,
    ) -> Option<String> {
        let mut meant = String::with_capacity(typed.len());
        let mut at = 0;
        for token in tokens(typed) {
            let near = self.near.get(&*token.word).map_or(&[][..], Vec::as_slice);
            let lacking = near.first().is_some_and(|near| near.cost > 0)
                && self.lacking.contains(&*token.word);
            let spelt = near.iter().take(SPELT).filter(|_| lacking);
            let spelt = spelt.filter_map(|near| spelling(&near.word)).next();
            meant.push_str(&typed[at..token.range.start]);
            match spelt {
                Some(spelt) => meant.push_str(&cased_as(&typed[token.range.clone()], spelt)),
                None => meant.push_str(&typed[token.range.clone()]),
            }
            at = token.range.end;
        }
        meant.push_str(&typed[at..]);
        (meant != typed).then_some(meant)
    }
}

/// Near words that are looked for in documents, to see how they are spelt.
const SPELT: usize = 3;

/// A word with a capital where the one typed has one.
fn cased_as(typed: &str, word: String) -> String {
    let mut letters = word.chars();
    match (typed.chars().next(), letters.next()) {
        (Some(first), Some(own)) if first.is_uppercase() => {
            own.to_uppercase().chain(letters).collect()
        }
        _ => word,
    }
}

/// Whether a word of a query looks misread or misspelt though the index has it: it is in no
/// dictionary, and one confusion makes it a known word that is far more frequent.
pub(crate) fn looks_misread(
    root: &Node,
    analyzer: &mut Analyzer,
    vocabulary: &Vocabulary<'_>,
) -> Result<bool, SearchError> {
    let mut rows = Vec::new();
    rows_of(root, &mut rows);
    for word in rows.into_iter().flatten().take(WORDS) {
        let guesses = analyzer.guesses(&word).to_vec();
        if guesses.is_empty() {
            continue;
        }
        let own = vocabulary.documents(&fold(&word))?;
        for guess in guesses {
            if vocabulary.documents(&guess)? > own.saturating_mul(RARER) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The single words a query looks for, those typed side by side in one row; phrases, prefixes and
/// what it forbids stay as they are.
fn rows_of(node: &Node, rows: &mut Vec<Vec<String>>) {
    let single = |text: &str| match &tokens(text)[..] {
        [one] => vec![one.word.to_string()],
        _ => Vec::new(),
    };
    match node {
        Node::Name(text) => rows.push(tokens(text).iter().map(|t| t.word.to_string()).collect()),
        Node::Word(text) => rows.push(single(text)),
        Node::And(nodes) => {
            let mut row = Vec::new();
            for node in nodes {
                match node {
                    Node::Word(text) => row.extend(single(text)),
                    node => {
                        rows.push(std::mem::take(&mut row));
                        rows_of(node, rows);
                    }
                }
            }
            rows.push(row);
        }
        Node::Or(nodes) => nodes.iter().for_each(|node| rows_of(node, rows)),
        _ => {}
    }
}

/// Whether a word without accents may stand for others: not a number, nor mostly one.
fn is_expanded(word: &str) -> bool {
    let letters = word.chars().count();
    let digits = word.chars().filter(|c| c.is_numeric()).count();
    (SHORTEST..=LONGEST).contains(&letters) && digits * 2 < letters
}

impl Vocabulary<'_> {
    /// How many documents have a word without accents.
    fn documents(&self, word: &str) -> Result<u64, SearchError> {
        let term = Term::from_field_text(self.fields.literal, word);
        Ok(self.searcher.doc_freq(&term)?)
    }

    /// Whether a term is in some documents, and in no more than so many tenths of all.
    pub(crate) fn is_telling(&self, term: &Term, tenths: u64) -> Result<bool, SearchError> {
        let having = self.searcher.doc_freq(term)?;
        Ok(having > 0 && having * 10 <= self.searcher.num_docs() * tenths)
    }

    /// Whether the index has a word in any form, as far as those are known.
    fn has_form_of(&self, word: &str, analyzer: &mut Analyzer) -> Result<bool, SearchError> {
        for term in analyzer.terms(word, Reading::Query).split(SAME_POSITION) {
            let term = Term::from_field_text(self.fields.lemma, term);
            if self.searcher.doc_freq(&term)? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The words near one, itself among them if the index has it. Known words that it is confused
    /// with are near even where the index has only other forms of them.
    fn near(
        &self,
        word: &str,
        folded: &str,
        analyzer: &mut Analyzer,
    ) -> Result<Vec<Near>, SearchError> {
        let letters = folded.chars().count();
        let wrong = if letters < TWO_WRONG { 1 } else { 2 };
        let mut found = BTreeMap::new();
        self.within(folded, wrong, &mut found)?;
        for other in of_other_length(folded).into_iter().take(OTHER_LENGTHS) {
            // The engine counts two wrong letters where one thing was confused.
            self.within(&other, wrong - 1, &mut found)?;
        }
        if letters >= BEGINNING && !found.contains_key(folded) {
            self.beginning(folded, &mut found)?;
        }
        for guess in analyzer.guesses(word) {
            found.entry(guess.clone()).or_insert(0);
        }
        let mut costs: BTreeMap<String, (usize, u64)> = BTreeMap::new();
        for (near, documents) in found {
            let cost = cost_of(folded, &near, wrong * WRONG_LETTER);
            costs.insert(near, (cost, documents));
        }
        if !analyzer.knows(word) {
            for (near, cost, documents) in self.other_endings(folded, analyzer)? {
                let known = costs.entry(near).or_insert((cost, documents));
                known.0 = known.0.min(cost);
            }
        }
        let near = costs.into_iter();
        let near = near.map(|(word, (cost, documents))| Near {
            word,
            cost,
            documents,
        });
        let mut near: Vec<Near> = near
            .filter(|near| near.word == folded || is_expanded(&near.word))
            .filter(|near| near.cost < usize::MAX)
            .collect();
        near.sort_by(|a, b| {
            let by_documents = b.documents.cmp(&a.documents);
            let by_cost = a.cost.cmp(&b.cost);
            by_cost.then(by_documents).then_with(|| a.word.cmp(&b.word))
        });
        near.truncate(NEAR);
        Ok(near)
    }

    /// The words whose stem is near that of one in no dictionary, with their costs and documents: of
    /// `Barnowskiego` the index may have only `Baranowskim`.
    fn other_endings(
        &self,
        word: &str,
        analyzer: &Analyzer,
    ) -> Result<Vec<(String, usize, u64)>, SearchError> {
        let stem = analyzer.stem(word);
        if stem.chars().count() < STEM {
            return Ok(Vec::new());
        }
        let term = Term::from_field_text(self.fields.literal, &stem);
        let mut found = BTreeMap::new();
        self.matching(&FuzzyTermQuery::new_prefix(term, 1, true), &mut found)?;
        let near = found.into_iter().filter_map(|(near, documents)| {
            let cost = cost(&stem, &analyzer.stem(&near));
            (near != word && cost <= WRONG_LETTER).then_some((near, cost + OTHER_ENDING, documents))
        });
        Ok(near.collect())
    }

    /// Adds the words with at most so many wrong letters.
    fn within(
        &self,
        word: &str,
        wrong: usize,
        found: &mut BTreeMap<String, u64>,
    ) -> Result<(), SearchError> {
        if wrong == 0 {
            let documents = self.documents(word)?;
            if documents > 0 {
                found.insert(word.to_owned(), documents);
            }
            return Ok(());
        }
        let term = Term::from_field_text(self.fields.literal, word);
        let distance = u8::try_from(wrong).expect("two at most");
        self.matching(&FuzzyTermQuery::new(term, distance, true), found)
    }

    /// Adds the words that a fuzzy query takes.
    fn matching(
        &self,
        fuzzy: &FuzzyTermQuery,
        found: &mut BTreeMap<String, u64>,
    ) -> Result<(), SearchError> {
        let automaton = fuzzy.automaton()?;
        let mut all = BTreeMap::new();
        for segment in self.searcher.segment_readers() {
            let inverted = segment.inverted_index(self.fields.literal)?;
            let terms = inverted.terms().search(&automaton);
            let mut stream = terms.into_stream().map_err(tantivy::TantivyError::from)?;
            let mut looked_at = 0;
            while looked_at < LOOKED_AT && stream.advance() {
                looked_at += 1;
                if let Ok(near) = std::str::from_utf8(stream.key()) {
                    let documents = u64::from(stream.value().doc_freq);
                    *all.entry(near.to_owned()).or_default() += documents;
                }
            }
        }
        found.extend(all);
        Ok(())
    }

    /// Adds the words that begin so.
    fn beginning(&self, word: &str, found: &mut BTreeMap<String, u64>) -> Result<(), SearchError> {
        let mut all: BTreeMap<String, u64> = BTreeMap::new();
        for segment in self.searcher.segment_readers() {
            let inverted = segment.inverted_index(self.fields.literal)?;
            let terms = inverted.terms().range().ge(word.as_bytes());
            let mut stream = terms.into_stream().map_err(tantivy::TantivyError::from)?;
            let mut looked_at = 0;
            while looked_at < LOOKED_AT && stream.advance() {
                looked_at += 1;
                match std::str::from_utf8(stream.key()) {
                    Ok(longer) if longer.starts_with(word) => {
                        let documents = u64::from(stream.value().doc_freq);
                        *all.entry(longer.to_owned()).or_default() += documents;
                    }
                    _ => break,
                }
            }
        }
        found.extend(all);
        Ok(())
    }

    /// The pairs of the index's words that one word may be, the least rare first.
    fn splits(&self, word: &str) -> Result<Vec<[String; 2]>, SearchError> {
        let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        let mut found = Vec::new();
        for &at in starts.iter().skip(HALF) {
            let halves = [&word[..at], &word[at..]];
            if halves[1].chars().count() < HALF {
                break;
            }
            let first = self.documents(halves[0])?;
            let rarer = if first > 0 {
                first.min(self.documents(halves[1])?)
            } else {
                0
            };
            if rarer > 0 {
                found.push((rarer, halves.map(str::to_owned)));
            }
        }
        found.sort_by(|a, b| b.cmp(a));
        found.truncate(SPLITS);
        Ok(found.into_iter().map(|(_, halves)| halves).collect())
    }
}

/// What a word costs; as good as endless beyond the most that is allowed.
fn cost_of(word: &str, near: &str, most: usize) -> usize {
    let cost = cost(word, near);
    if cost <= most {
        cost
    } else if near.starts_with(word) {
        BEGINS_SO
    } else {
        usize::MAX
    }
}
