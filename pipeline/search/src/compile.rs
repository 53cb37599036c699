//! From the tree of a query to the engine's query and to the marks on the pages.

use crate::analysis::{Analyzer, GUESS, Reading, SAME_POSITION, fold, paper_number, spots, tokens};
use crate::document::{day_number, identifier_term, label_term};
use crate::fuzzy::Expansions;
use crate::query::{Days, IdentifierKind, Label, Node};
use crate::schema::Fields;
use crate::sought::Sought;
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, FuzzyTermQuery, Occur,
    PhraseQuery, Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

/// How much more a hit in title or names counts.
const KEY_BOOST: f32 = 2.0;
/// How much a word counts that was not read so, but may be it: another reading, or a repair.
const GUESS_BOOST: f32 = 0.5;
/// How much a word counts that is near the one typed: one confusion away, or wholly wrong.
const NEAR_BOOST: [f32; 2] = [0.5, 0.2];
/// The cost from which a near word counts least.
const FARTHEST: usize = 20;
/// How much two words count that one typed may be, or one that two may be.
const SPLIT_BOOST: f32 = 0.4;
/// What a number that is found counts: it is rare, and meant.
const NUMBER_SCORE: f32 = 8.0;
/// Ways to read an ambiguous phrase that are tried.
const PHRASE_READINGS: usize = 32;

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
    pub(crate) fields: &'c Fields,
    pub(crate) analyzer: &'c mut Analyzer,
    /// Words near those typed, where few documents were found without.
    pub(crate) expansions: &'c Expansions,
    needed: Needed,
    sought: Sought,
    /// What counts for more where it is found in title or names.
    key_terms: Vec<Term>,
    forbidden: usize,
}

impl<'c> Compiler<'c> {
    pub(crate) fn new(
        fields: &'c Fields,
        analyzer: &'c mut Analyzer,
        expansions: &'c Expansions,
        needed: Needed,
    ) -> Self {
        Self {
            fields,
            analyzer,
            expansions,
            needed,
            sought: Sought::default(),
            key_terms: Vec::new(),
            forbidden: 0,
        }
    }

    pub(crate) fn compile(mut self, root: &Node) -> Compiled {
        let must = self.node(root);
        let query = if self.key_terms.is_empty() {
            must
        } else {
            let mut clauses = vec![(Occur::Must, must)];
            for key in std::mem::take(&mut self.key_terms) {
                let boosted = BoostQuery::new(scored(key), KEY_BOOST);
                clauses.push((Occur::Should, Box::new(boosted)));
            }
            Box::new(BooleanQuery::new(clauses))
        };
        Compiled {
            query,
            sought: self.sought,
        }
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

    /// What was typed without a space: one word mostly, or words in a row; and a number, however
    /// it is written.
    fn words(&mut self, text: &str) -> Boxed {
        let tokens = tokens(text);
        let mut ways: Vec<Boxed> = Vec::new();
        for spot in spots(text, &tokens) {
            if spot.tokens == (0..tokens.len()) {
                let query = exact(self.fields.number, &spot.term);
                ways.push(Box::new(ConstScoreQuery::new(query, NUMBER_SCORE)));
                ways.extend(self.suspected(&spot.term));
                self.seek(|sought| {
                    sought.numbers.insert(spot.term);
                });
            }
        }
        let words: Vec<String> = tokens.iter().map(|token| token.word.to_string()).collect();
        match &words[..] {
            [] => return Box::new(EmptyQuery),
            [word] => ways.push(self.word(word)),
            words => ways.push(self.row(words)),
        }
        any(ways)
    }

    fn word(&mut self, word: &str) -> Boxed {
        let terms = self.terms(word);
        let mut ways: Vec<Boxed> = Vec::new();
        for term in &terms {
            ways.extend(self.read_or_guessed(self.fields.lemma, term));
            if self.forbidden == 0 {
                let key = Term::from_field_text(self.fields.key, term);
                self.key_terms.push(key);
            }
        }
        ways.extend(self.near(word, &terms));
        self.seek(|sought| sought.terms.extend(terms));
        any(ways)
    }

    /// A term as it was read; where it is only guessed it counts for less. What is forbidden must
    /// have been read: a guess takes nothing away.
    fn read_or_guessed(&self, field: Field, term: &str) -> Vec<Boxed> {
        let mut ways = vec![scored(Term::from_field_text(field, term))];
        if self.forbidden == 0 {
            let guess = scored(Term::from_field_text(field, &format!("{GUESS}{term}")));
            ways.push(Box::new(BoostQuery::new(guess, GUESS_BOOST)));
        }
        ways
    }

    /// The words near one whose terms are given, and the pairs that it may be.
    fn near(&mut self, word: &str, terms: &[String]) -> Vec<Boxed> {
        if self.forbidden > 0 {
            return Vec::new();
        }
        let mut ways = self.near_in(self.fields.lemma, word, terms);
        let expansions = self.expansions;
        for halves in expansions.splits(word) {
            ways.push(Box::new(BoostQuery::new(self.row(halves), SPLIT_BOOST)));
        }
        ways
    }

    /// The words near one, in a field; the nearer the more they count.
    fn near_in(&mut self, field: Field, word: &str, terms: &[String]) -> Vec<Boxed> {
        let expansions = self.expansions;
        let mut boosts: Vec<(String, f32)> = Vec::new();
        for near in expansions.near(word) {
            let boost = near_boost(near.cost);
            for term in self.terms(&near.word) {
                let known = terms.contains(&term) || boosts.iter().any(|(known, _)| *known == term);
                if !known {
                    boosts.push((term, boost));
                }
            }
        }
        let mut ways: Vec<Boxed> = Vec::new();
        for (term, boost) in &boosts {
            let near = any(self.read_or_guessed(field, term));
            ways.push(Box::new(BoostQuery::new(near, *boost)));
        }
        self.seek(|sought| {
            sought
                .terms
                .extend(boosts.into_iter().map(|(term, _)| term))
        });
        ways
    }

    /// An identifier that was misread, and may be the one looked for.
    fn suspected(&self, term: &str) -> Option<Boxed> {
        (term.starts_with('%') && self.forbidden == 0).then(|| {
            let query = exact(self.fields.number, &format!("{GUESS}{term}"));
            let score = NUMBER_SCORE * GUESS_BOOST;
            Box::new(ConstScoreQuery::new(query, score)) as Boxed
        })
    }

    fn phrase(&mut self, text: &str) -> Boxed {
        let words: Vec<String> = tokens(text)
            .into_iter()
            .map(|t| t.word.into_owned())
            .collect();
        match &words[..] {
            [] => Box::new(EmptyQuery),
            [word] => self.word(word),
            words => self.row(words),
        }
    }

    /// Words in a row, in any inflection. An ambiguous word is tried in every reading, up to
    /// [`PHRASE_READINGS`] of the whole row.
    fn row(&mut self, words: &[String]) -> Boxed {
        let terms: Vec<Vec<String>> = words.iter().map(|word| self.terms(word)).collect();
        let mut rows: Vec<Vec<Term>> = vec![Vec::new()];
        for terms in &terms {
            let room = PHRASE_READINGS / rows.len();
            let kept = &terms[..terms.len().min(room.max(1))];
            let mut longer = Vec::with_capacity(rows.len() * kept.len());
            for row in &rows {
                for term in kept {
                    let mut row = row.clone();
                    row.push(Term::from_field_text(self.fields.lemma, term));
                    longer.push(row);
                }
            }
            rows = longer;
        }
        if self.forbidden == 0 {
            rows.extend(guessed_rows(self.fields.lemma, &rows[0]));
        }
        self.seek(|sought| {
            let row = terms.iter().map(|terms| terms.iter().cloned().collect());
            sought.phrases.push(row.collect());
        });
        any(rows
            .into_iter()
            .map(|row| Box::new(PhraseQuery::new(row)) as Boxed)
            .collect())
    }

    fn prefix(&mut self, text: &str) -> Boxed {
        let lower = text.to_lowercase();
        let tokens = tokens(&lower);
        let Some((last, before)) = tokens.split_last() else {
            return Box::new(EmptyQuery);
        };
        let prefix = fold(&last.word).into_owned();
        let mut clauses = vec![if prefix.bytes().all(|b| b.is_ascii_digit()) {
            begins(self.fields.lemma, &format!("#{prefix}"))
        } else {
            begins(self.fields.literal, &prefix)
        }];
        for token in before {
            clauses.push(self.word(&token.word.clone()));
        }
        let number = paper_number(text);
        if before.is_empty() || number.is_empty() {
            self.seek(|sought| sought.prefixes.push(prefix));
            return all(clauses);
        }
        self.seek(|sought| sought.prefixes.push(prefix));
        any(vec![
            all(clauses),
            begins(self.fields.number, &format!("@{number}")),
        ])
    }

    fn name(&mut self, text: &str) -> Boxed {
        let mut clauses = Vec::new();
        for token in tokens(text) {
            let terms = self.terms(&token.word);
            let key = self.fields.key;
            let mut ways: Vec<Boxed> = Vec::new();
            for term in &terms {
                ways.extend(self.read_or_guessed(key, term));
            }
            ways.extend(self.near_in(key, &token.word, &terms));
            clauses.push(any(ways));
            self.seek(|sought| sought.terms.extend(terms));
        }
        all(clauses)
    }

    fn received(&self, days: Days) -> Boxed {
        // A day begins and ends where the bank is.
        let start = |day: jiff::civil::Date| {
            let midnight = day.in_tz("Europe/Warsaw").ok()?;
            u64::try_from(midnight.timestamp().as_millisecond()).ok()
        };
        let after = |day: jiff::civil::Date| start(day.tomorrow().ok()?);
        let from = days.from.and_then(start);
        let to = days.to.and_then(after).map(|next| next.saturating_sub(1));
        range(self.fields.received, from, to)
    }

    fn identifier(&mut self, kind: IdentifierKind, value: &str, prefix: bool) -> Boxed {
        let number = self.fields.number;
        let own = identifier_term(kind, value);
        if prefix {
            return begins(number, &own);
        }
        let mut ways = vec![exact(number, &own)];
        let tokens = tokens(value);
        for spot in spots(value, &tokens) {
            // Where no field was read, the number may still stand in the text.
            if spot.tokens == (0..tokens.len()) && !spot.term.starts_with('#') {
                ways.push(exact(number, &spot.term));
                ways.extend(self.suspected(&spot.term));
                self.seek(|sought| {
                    sought.numbers.insert(spot.term);
                });
            }
        }
        Box::new(ConstScoreQuery::new(any(ways), NUMBER_SCORE))
    }

    fn label(&mut self, label: Label, value: &str) -> Boxed {
        let whole = match label {
            Label::Type => self.fields.kind,
            Label::Branch => self.fields.branch,
            Label::Station => self.fields.station,
            Label::Class => self.fields.class,
        };
        let mut words = Vec::new();
        for token in tokens(value) {
            let terms = self.terms(&token.word);
            let terms = terms
                .iter()
                .map(|term| exact(self.fields.label, &label_term(label, term)));
            words.push(any(terms.collect()));
        }
        let ways = any(vec![exact(whole, value), all(words)]);
        Box::new(ConstScoreQuery::new(ways, 0.0))
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

/// The row with one of its words guessed, for each of its words.
fn guessed_rows(field: Field, row: &[Term]) -> Vec<Vec<Term>> {
    let guessed = |at: usize| {
        let term = row[at].value();
        let text = term.as_str().unwrap_or_default();
        let mut row = row.to_vec();
        row[at] = Term::from_field_text(field, &format!("{GUESS}{text}"));
        row
    };
    (0..row.len()).map(guessed).collect()
}

fn near_boost(cost: usize) -> f32 {
    let [nearest, farthest] = NEAR_BOOST;
    #[expect(clippy::cast_precision_loss, reason = "a weight")]
    let way = cost.min(FARTHEST) as f32 / FARTHEST as f32;
    nearest + (farthest - nearest) * way
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

fn range(field: Field, from: Option<u64>, to: Option<u64>) -> Boxed {
    let bound = |end: Option<u64>| {
        end.map_or(Bound::Unbounded, |end| {
            Bound::Included(Term::from_field_u64(field, end))
        })
    };
    // An open range still needs a value: documents without one are not in it.
    let from = bound(from.or(Some(0)));
    Box::new(ConstScoreQuery::new(
        Box::new(RangeQuery::new(from, bound(to))),
        0.0,
    ))
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
