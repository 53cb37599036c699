//! From the tree of a query to the engine's query and to the marks on the pages.

mod filed;
mod words;

use crate::analysis::{Analyzer, Reading, SAME_POSITION, tokens};
use crate::document::day_number;
use crate::error::SearchError;
use crate::fuzzy::{Expansions, Vocabulary};
use crate::query::Node;
use crate::schema::Fields;
use crate::sought::Sought;
use filed::range;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, EmptyQuery, FuzzyTermQuery, Occur, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

/// How much more a hit in title or names counts.
const KEY_BOOST: f32 = 2.0;
/// A word that stands in so many tenths of all titles and names tells no document from another, and
/// counts no more for it.
const TELLING_TENTHS: u64 = 9;
/// What a number that is found counts: it is rare, and meant.
const NUMBER_SCORE: f32 = 8.0;
/// How much two words count that one typed may be, or one that two may be.
const SPLIT_BOOST: f32 = 0.4;

type Boxed = Box<dyn Query>;

/// A query, ready for the engine.
pub(crate) struct Compiled {
    pub(crate) query: Boxed,
    pub(crate) sought: Sought,
}

/// How many of the words typed side by side a document must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needed {
    /// Every one.
    All,
    /// Three in four, and one of two. Fields, and what is forbidden, hold all the same.
    Most,
}

impl Needed {
    fn of(self, words: usize) -> usize {
        match self {
            Self::All => words,
            Self::Most => (words * 3 / 4).max(1),
        }
    }
}

/// Compiles one query.
pub(crate) struct Compiler<'c> {
    vocabulary: &'c Vocabulary<'c>,
    fields: &'c Fields,
    analyzer: &'c mut Analyzer,
    /// Words near those typed, where few documents were found without.
    expansions: &'c Expansions,
    needed: Needed,
    sought: Sought,
    /// What counts for more where it is found in title or names.
    key_terms: Vec<Term>,
    forbidden: usize,
}

impl<'c> Compiler<'c> {
    pub(crate) fn new(
        vocabulary: &'c Vocabulary<'c>,
        analyzer: &'c mut Analyzer,
        expansions: &'c Expansions,
        needed: Needed,
    ) -> Self {
        Self {
            fields: vocabulary.fields,
            vocabulary,
            analyzer,
            expansions,
            needed,
            sought: Sought::default(),
            key_terms: Vec::new(),
            forbidden: 0,
        }
    }

    pub(crate) fn compile(mut self, root: &Node) -> Result<Compiled, SearchError> {
        let must = self.node(root);
        let query = if self.key_terms.is_empty() {
            must
        } else {
            let mut clauses = vec![(Occur::Must, must)];
            for key in std::mem::take(&mut self.key_terms) {
                if !self.vocabulary.is_telling(&key, TELLING_TENTHS)? {
                    continue;
                }
                let boosted = BoostQuery::new(scored(key), KEY_BOOST);
                clauses.push((Occur::Should, Box::new(boosted)));
            }
            Box::new(BooleanQuery::new(clauses))
        };
        Ok(Compiled {
            query,
            sought: self.sought,
        })
    }

    fn node(&mut self, node: &Node) -> Boxed {
        match node {
            Node::All => Box::new(AllQuery),
            Node::Word(text) | Node::Number(text) => self.words(text),
            Node::Phrase(text) => self.phrase(text),
            Node::Prefix(text) => self.prefix(text),
            Node::Name(text) => self.name(text),
            Node::Amount { from, to } => range(self.fields.amount, *from, *to),
            Node::Dated(days) => range(
                self.fields.date,
                days.from.map(day_number),
                days.to.map(day_number),
            ),
            Node::Received(days) => self.received(*days),
            Node::Identifier {
                kind,
                value,
                prefix,
            } => self.identifier(*kind, value, *prefix),
            Node::Label { label, value } => self.label(*label, value),
            Node::State(state) => exact(self.fields.state, state.as_str()),
            Node::Not(node) => self.not(node),
            Node::And(nodes) => self.all_of(nodes),
            Node::Or(nodes) => any(nodes.iter().map(|node| self.node(node)).collect()),
        }
    }

    fn not(&mut self, node: &Node) -> Boxed {
        self.forbidden += 1;
        let forbidden = self.node(node);
        self.forbidden -= 1;
        Box::new(BooleanQuery::new(vec![
            (Occur::Must, Box::new(AllQuery)),
            (Occur::MustNot, forbidden),
        ]))
    }

    fn all_of(&mut self, nodes: &[Node]) -> Boxed {
        // Only the words of the outermost row may be missing.
        let needed = std::mem::replace(&mut self.needed, Needed::All);
        let words = nodes.iter().filter(|node| node.is_words()).count();
        let missing = words - needed.of(words).min(words);
        let mut clauses: Vec<(Occur, Boxed)> = Vec::new();
        let mut at = 0;
        while let Some(node) = nodes.get(at) {
            let joined = self
                .joined(node, nodes.get(at + 1))
                .filter(|_| missing == 0);
            at += if joined.is_some() { 2 } else { 1 };
            match node {
                Node::Not(inner) => {
                    self.forbidden += 1;
                    clauses.push((Occur::MustNot, self.node(inner)));
                    self.forbidden -= 1;
                }
                node if missing > 0 && node.is_words() => {
                    clauses.push((Occur::Should, self.node(node)));
                }
                node => clauses.push((Occur::Must, joined.unwrap_or_else(|| self.node(node)))),
            }
        }
        if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        if missing > 0 {
            let there = words - missing;
            return Box::new(BooleanQuery::with_minimum_required_clauses(clauses, there));
        }
        Box::new(BooleanQuery::new(clauses))
    }

    /// Two words side by side, or the one they may be.
    fn joined(&mut self, first: &Node, second: Option<&Node>) -> Option<Boxed> {
        let (Node::Word(one), Some(Node::Word(two))) = (first, second) else {
            return None;
        };
        if self.forbidden > 0 {
            return None;
        }
        let typed = [tokens(one), tokens(two)].concat();
        let [a, b] = &typed[..] else { return None };
        let joined = self.expansions.joined(&a.word, &b.word)?.to_owned();
        let both = all(vec![self.words(one), self.words(two)]);
        let joined = BoostQuery::new(self.word(&joined), SPLIT_BOOST);
        Some(any(vec![both, Box::new(joined)]))
    }

    fn terms(&mut self, word: &str) -> Vec<String> {
        let terms = self.analyzer.terms(word, Reading::Query);
        terms.split(SAME_POSITION).map(str::to_owned).collect()
    }

    /// Notes what is looked for, unless it is forbidden.
    fn seek(&mut self, note: impl FnOnce(&mut Sought)) {
        if self.forbidden == 0 {
            note(&mut self.sought);
        }
    }
}

fn scored(term: Term) -> Boxed {
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

fn exact(field: Field, text: &str) -> Boxed {
    let term = Term::from_field_text(field, text);
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn begins(field: Field, prefix: &str) -> Boxed {
    let term = Term::from_field_text(field, prefix);
    Box::new(FuzzyTermQuery::new_prefix(term, 0, true))
}

fn any(mut ways: Vec<Boxed>) -> Boxed {
    match ways.len() {
        0 => Box::new(EmptyQuery),
        1 => ways.remove(0),
        _ => Box::new(BooleanQuery::union(ways)),
    }
}

fn all(mut clauses: Vec<Boxed>) -> Boxed {
    match clauses.len() {
        0 => Box::new(EmptyQuery),
        1 => clauses.remove(0),
        _ => Box::new(BooleanQuery::intersection(clauses)),
    }
}
