//! Words, rows of words, beginnings and names, as the engine looks for them.

use super::{Boxed, Compiler, NUMBER_SCORE, SPLIT_BOOST, all, any, begins, exact, scored};
use crate::analysis::{GUESS, fold, paper_number, spots, tokens};
use crate::row::RowQuery;
use tantivy::Term;
use tantivy::query::{BoostQuery, ConstScoreQuery, EmptyQuery};
use tantivy::schema::Field;

/// How much a word counts that was not read so, but may be it: another reading, or a repair.
const GUESS_BOOST: f32 = 0.5;
/// How much a word counts that is near the one typed: one confusion away, or wholly wrong.
const NEAR_BOOST: [f32; 2] = [0.5, 0.2];
/// The cost from which a near word counts least.
const FARTHEST: usize = 20;

impl Compiler<'_> {
    /// What was typed without a space: one word mostly, or words in a row; and a number, however
    /// it is written.
    pub(super) fn words(&mut self, text: &str) -> Boxed {
        let tokens = tokens(text);
        let mut ways: Vec<Boxed> = Vec::new();
        for spot in spots(text, &tokens) {
            if spot.tokens == (0..tokens.len()) {
                // Written in one piece it stands among the lemmas, in groups among the numbers.
                for field in [self.fields.number, self.fields.lemma] {
                    let query = exact(field, &spot.term);
                    ways.push(Box::new(ConstScoreQuery::new(query, NUMBER_SCORE)));
                }
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

    pub(super) fn word(&mut self, word: &str) -> Boxed {
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
    pub(super) fn suspected(&self, term: &str) -> Option<Boxed> {
        (term.starts_with('%') && self.forbidden == 0).then(|| {
            let query = exact(self.fields.number, &format!("{GUESS}{term}"));
            let score = NUMBER_SCORE * GUESS_BOOST;
            Box::new(ConstScoreQuery::new(query, score)) as Boxed
        })
    }

    pub(super) fn phrase(&mut self, text: &str) -> Boxed {
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

    /// Words in a row, in any inflection, read so or guessed.
    fn row(&mut self, words: &[String]) -> Boxed {
        let terms: Vec<Vec<String>> = words.iter().map(|word| self.terms(word)).collect();
        let places = terms.iter().map(|terms| self.place(terms)).collect();
        self.seek(|sought| {
            let row = terms.iter().map(|terms| terms.iter().cloned().collect());
            sought.phrases.push(row.collect());
        });
        Box::new(RowQuery::new(places))
    }

    /// The terms of one place of a row. What is forbidden must have been read.
    fn place(&self, terms: &[String]) -> Vec<Term> {
        let term = |text: &str| Term::from_field_text(self.fields.lemma, text);
        let mut place: Vec<Term> = terms.iter().map(|text| term(text)).collect();
        if self.forbidden == 0 {
            place.extend(terms.iter().map(|text| term(&format!("{GUESS}{text}"))));
        }
        place
    }

    pub(super) fn prefix(&mut self, text: &str) -> Boxed {
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

    pub(super) fn name(&mut self, text: &str) -> Boxed {
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
}

fn near_boost(cost: usize) -> f32 {
    let [nearest, farthest] = NEAR_BOOST;
    #[expect(clippy::cast_precision_loss, reason = "a weight")]
    let way = cost.min(FARTHEST) as f32 / FARTHEST as f32;
    nearest + (farthest - nearest) * way
}
