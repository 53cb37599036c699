//! Fields that no label gave but that figures prove: the amount that is the credit and its cost
//! together, the day that lies so many instalments after the first, the rate that is the statutory
//! maximum for delay on the agreement's day.
//!
//! Only what stands in the document is taken, never a result; and only where one value fits.

use super::{Bound, Ground};
use crate::candidates::Candidate;
use crate::schema::Kind;
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;

/// Adds what the values found so far prove, relation after relation.
pub(super) fn add(ground: &Ground<'_>, bound: &mut Vec<Bound>) {
    for relation in [
        payable,
        cost,
        interest,
        last_day,
        first_day,
        sum_of_rates,
        delay,
        other_account,
    ] {
        let found = relation(&Known { ground, bound });
        if let Some(tie) = found {
            bound.push(tie);
        }
    }
}

/// What is known so far.
struct Known<'a> {
    ground: &'a Ground<'a>,
    bound: &'a [Bound],
}

impl<'a> Known<'a> {
    fn value(&self, name: &str) -> Option<&'a str> {
        let (index, _) = self.ground.schemas.field(name)?;
        let tie = self.bound.iter().find(|tie| tie.field == index)?;
        Some(&tie.value)
    }

    fn decimal(&self, name: &str) -> Option<Decimal> {
        self.value(name)?.parse().ok()
    }

    fn date(&self, name: &str) -> Option<Date> {
        self.value(name)?.parse().ok()
    }

    /// The only value of a kind that suits, for a field that is wanted and still missing.
    fn prove(
        &self,
        name: &str,
        kind: Kind,
        suits: impl Fn(&str) -> bool,
        strength: f64,
    ) -> Option<Bound> {
        let field = self.ground.wanted(name)?;
        if self.value(name).is_some() {
            return None;
        }
        let mut fitting = self
            .ground
            .candidates
            .iter()
            .filter(|c| c.kind == kind && c.quality > 0.6 && suits(&c.value));
        let first: &Candidate = fitting.next()?;
        let alone = fitting.all(|c| c.value == first.value);
        alone.then(|| Bound {
            field,
            value: first.value.clone(),
            span: first.span.clone(),
            rule: "proved_by_figures",
            score: strength,
            repaired: first.repaired,
            unit: first.unit,
            ..Bound::default()
        })
    }

    fn prove_amount(&self, name: &str, amount: Decimal) -> Option<Bound> {
        let same = |value: &str| value.parse::<Decimal>().is_ok_and(|v| v == amount);
        self.prove(name, Kind::Money, same, 0.9)
    }
}

fn payable(known: &Known<'_>) -> Option<Bound> {
    let sum = known.decimal("total_credit_amount")? + known.decimal("total_cost")?;
    known.prove_amount("total_amount_payable", sum)
}

fn cost(known: &Known<'_>) -> Option<Bound> {
    let credit = known
        .decimal("total_credit_amount")
        .or_else(|| known.decimal("credit_amount"))?;
    let rest = known.decimal("total_amount_payable")? - credit;
    known.prove_amount("total_cost", rest)
}

fn interest(known: &Known<'_>) -> Option<Bound> {
    let rest = known.decimal("total_cost")? - known.decimal("non_interest_costs")?;
    known.prove_amount("total_interest", rest)
}

fn last_day(known: &Known<'_>) -> Option<Bound> {
    let count: i32 = known.value("instalment_count")?.parse().ok()?;
    let last = known
        .date("first_instalment_date")?
        .checked_add((count - 1).months())
        .ok()?;
    let last = last.to_string();
    known.prove(
        "final_repayment_date",
        Kind::Date,
        |value| value == last,
        0.8,
    )
}

fn first_day(known: &Known<'_>) -> Option<Bound> {
    let count: i32 = known.value("instalment_count")?.parse().ok()?;
    let first = known
        .date("final_repayment_date")?
        .checked_sub((count - 1).months())
        .ok()?;
    let first = first.to_string();
    known.prove(
        "first_instalment_date",
        Kind::Date,
        |value| value == first,
        0.8,
    )
}

/// The rate of a variable credit: the level of its reference rate and the margin together.
fn sum_of_rates(known: &Known<'_>) -> Option<Bound> {
    let margin = known.decimal("margin")?;
    let levels: Vec<Decimal> = known
        .ground
        .candidates
        .iter()
        .filter(|c| c.kind == Kind::Rate)
        .filter_map(|c| c.value.parse().ok())
        .collect();
    known.prove(
        "interest_rate",
        Kind::Rate,
        |value| {
            value
                .parse::<Decimal>()
                .is_ok_and(|rate| levels.iter().any(|level| *level + margin == rate))
        },
        0.8,
    )
}

/// Of two accounts, one of which receives the credit, the other takes its repayments.
fn other_account(known: &Known<'_>) -> Option<Bound> {
    let paid_to = known.value("disbursement_account")?;
    known.prove(
        "repayment_account",
        Kind::Account,
        |value| value != paid_to,
        0.5,
    )
}

/// Interest for delay is mostly the statutory maximum of the day.
fn delay(known: &Known<'_>) -> Option<Bound> {
    let day = known.date("agreement_date")?;
    let most = known.ground.schemas.rates.maximum_overdue(day)?;
    known.prove(
        "overdue_rate",
        Kind::Rate,
        |value| value.parse::<Decimal>().is_ok_and(|rate| rate == most),
        0.7,
    )
}
