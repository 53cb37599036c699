//! Dated statutory rates from `schemas/rates.toml`: what was the maximum on a day.
//!
//! Sourced data, not law: a day outside the recorded history has no answer, never the nearest.

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;

/// The recorded history.
#[derive(Debug)]
pub(crate) struct Rates {
    /// The reference rate of the National Bank, from each day on.
    reference: Vec<(Date, Decimal)>,
    /// The last day for which the history is known.
    known_until: Date,
    cost_limits: Vec<CostLimit>,
}

/// The limit of non-interest costs from a day on (art. 36a of the Consumer Credit Act):
/// `fixed` % of the amount plus `yearly` % for each year, together at most `most` %.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CostLimit {
    from: Date,
    fixed: Decimal,
    yearly: Decimal,
    most: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RatesFile {
    known_until: String,
    #[expect(
        dead_code,
        reason = "the source is for people; a history without one is refused"
    )]
    source: String,
    reference: Vec<RawReference>,
    non_interest_cost: Vec<RawLimit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReference {
    from: String,
    percent: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimit {
    from: String,
    fixed_percent: Decimal,
    yearly_percent: Decimal,
    most_percent: Decimal,
    #[expect(
        dead_code,
        reason = "the source is for people; a limit without one is refused"
    )]
    source: String,
}

impl Rates {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let file: RatesFile = toml::from_str(text).map_err(|e| e.to_string())?;
        let date = |text: &str| {
            text.parse::<Date>()
                .map_err(|_| format!("`{text}` is no date"))
        };
        let mut reference = Vec::new();
        for entry in &file.reference {
            reference.push((date(&entry.from)?, entry.percent));
        }
        let mut cost_limits = Vec::new();
        for limit in &file.non_interest_cost {
            cost_limits.push(CostLimit {
                from: date(&limit.from)?,
                fixed: limit.fixed_percent,
                yearly: limit.yearly_percent,
                most: limit.most_percent,
            });
        }
        reference.sort_unstable_by_key(|(from, _)| *from);
        cost_limits.sort_unstable_by_key(|limit| limit.from);
        Ok(Self {
            reference,
            known_until: date(&file.known_until)?,
            cost_limits,
        })
    }

    fn reference_on(&self, day: Date) -> Option<Decimal> {
        let entry = self.reference.iter().rev().find(|(from, _)| *from <= day)?;
        (day <= self.known_until).then_some(entry.1)
    }

    /// Maximum interest: twice the reference rate and 3.5 points (civil code art. 359 § 2¹ with
    /// § 2). In force in this form since 1 January 2016.
    pub(crate) fn maximum_interest(&self, day: Date) -> Option<Decimal> {
        self.twice_with(day, Decimal::new(35, 1))
    }

    /// Maximum interest for delay: twice the reference rate and 5.5 points (civil code art. 481
    /// § 2¹ with § 2). In force in this form since 1 January 2016.
    pub(crate) fn maximum_overdue(&self, day: Date) -> Option<Decimal> {
        self.twice_with(day, Decimal::new(55, 1))
    }

    fn twice_with(&self, day: Date, points: Decimal) -> Option<Decimal> {
        if day < jiff::civil::date(2016, 1, 1) {
            return None;
        }
        Some((self.reference_on(day)? + points) * Decimal::TWO)
    }

    /// The most that a consumer credit's costs other than interest may be, in the amount's unit.
    pub(crate) fn maximum_costs(&self, day: Date, amount: Decimal, days: i64) -> Option<Decimal> {
        let limit = self
            .cost_limits
            .iter()
            .rev()
            .find(|limit| limit.from <= day)?;
        let years = Decimal::from(days) / Decimal::from(365);
        let share = (limit.fixed + limit.yearly * years).min(limit.most) / Decimal::ONE_HUNDRED;
        Some((amount * share).round_dp_with_strategy(2, RoundingStrategy::AwayFromZero))
    }
}
