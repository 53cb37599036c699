//! What documents are filed under: amounts, days, identifiers, labels.

use super::{Boxed, Compiler, NUMBER_SCORE, all, any, begins, exact};
use crate::analysis::{spots, tokens};
use crate::document::{identifier_term, label_term};
use crate::query::{Days, IdentifierKind, Label};
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{ConstScoreQuery, RangeQuery};
use tantivy::schema::Field;

/// Digits that a bare number in the text must have, to be taken for an identifier without a field.
const BARE_DIGITS: usize = 6;

/// Whether identifiers of a kind may be digits without any check.
const fn has_bare_numbers(kind: IdentifierKind) -> bool {
    matches!(
        kind,
        IdentifierKind::Krs | IdentifierKind::Agreement | IdentifierKind::Client
    )
}

impl Compiler<'_> {
    pub(super) fn received(&self, days: Days) -> Boxed {
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

    pub(super) fn identifier(&mut self, kind: IdentifierKind, value: &str, prefix: bool) -> Boxed {
        let number = self.fields.number;
        let own = identifier_term(kind, value);
        if prefix {
            return begins(number, &own);
        }
        let mut ways = vec![exact(number, &own)];
        let tokens = tokens(value);
        for spot in spots(value, &tokens) {
            // Where no field was read, the number may still stand in the text: an identifier by its check
            // digit or its joints, a bare number if it is long.
            let bare = spot.term.starts_with('#');
            let long = spot.term.len() > BARE_DIGITS && has_bare_numbers(kind);
            if spot.tokens == (0..tokens.len()) && (!bare || long) {
                ways.push(exact(number, &spot.term));
                if let (true, [one]) = (bare, &tokens[..]) {
                    ways.push(exact(self.fields.lemma, &format!("#{}", one.word)));
                }
                ways.extend(self.suspected(&spot.term));
                self.seek(|sought| {
                    sought.numbers.insert(spot.term);
                });
            }
        }
        Box::new(ConstScoreQuery::new(any(ways), NUMBER_SCORE))
    }

    pub(super) fn label(&mut self, label: Label, value: &str) -> Boxed {
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
}

pub(super) fn range(field: Field, from: Option<u64>, to: Option<u64>) -> Boxed {
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
