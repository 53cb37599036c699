//! Which fields the document's own figures prove: sums that come out, days that lie where the count
//! of instalments puts them, words that spell the digits.

use jiff::{ToSpan, civil::Date};
use model::{Field, Value};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The fields that figures prove.
pub(super) fn proven(fields: &BTreeMap<String, Field>) -> BTreeSet<&'static str> {
    let mut proven = BTreeSet::new();
    let figures = Figures(fields);
    for (holds, fields) in [
        (
            figures.amount_and_cost(),
            &["total_credit_amount", "total_cost", "total_amount_payable"][..],
        ),
        (
            figures.amount_and_cost_of_credit(),
            &["credit_amount", "total_cost", "total_amount_payable"],
        ),
        (
            figures.parts_of_cost(),
            &["total_cost", "total_interest", "non_interest_costs"],
        ),
        (
            figures.instalments(),
            &[
                "instalment_count",
                "instalment_amount",
                "total_amount_payable",
            ],
        ),
        (
            figures.days(),
            &[
                "first_instalment_date",
                "final_repayment_date",
                "instalment_count",
            ],
        ),
        (
            figures.day_of_month(),
            &["instalment_day", "first_instalment_date"],
        ),
        (figures.term(), &["term_months", "instalment_count"]),
        (figures.words(), &["credit_amount", "amount_in_words"]),
        (
            figures.annuity(),
            &[
                "credit_amount",
                "interest_rate",
                "instalment_amount",
                "instalment_count",
            ],
        ),
        (
            figures.interest_paid(),
            &["total_interest", "instalment_amount"],
        ),
        (
            figures.interest_of_a_day(),
            &["daily_interest", "interest_rate"],
        ),
    ] {
        if holds == Some(true) {
            proven.extend(fields.iter().copied());
        }
    }
    // What was found by its figures cannot be proved by them once more.
    let derived = |field: &Field| {
        let evidence = field.values().first().and_then(|v| v.evidence.as_ref());
        evidence.is_some_and(|e| e.rule == "proved_by_figures")
    };
    proven.retain(|name| !fields.get(*name).is_some_and(derived));
    proven
}

struct Figures<'a>(&'a BTreeMap<String, Field>);

impl Figures<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        match &self.0.get(name)?.values().first()?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn decimal(&self, name: &str) -> Option<Decimal> {
        self.text(name)?.parse().ok()
    }

    fn date(&self, name: &str) -> Option<Date> {
        self.text(name)?.parse().ok()
    }

    fn number(&self, name: &str) -> Option<i32> {
        match self.0.get(name)?.values().first()?.value {
            Value::Number(number) => i32::try_from(number).ok(),
            _ => None,
        }
    }

    fn amount_and_cost(&self) -> Option<bool> {
        let sum = self.decimal("total_credit_amount")? + self.decimal("total_cost")?;
        Some(sum == self.decimal("total_amount_payable")?)
    }

    fn amount_and_cost_of_credit(&self) -> Option<bool> {
        let sum = self.decimal("credit_amount")? + self.decimal("total_cost")?;
        Some(sum == self.decimal("total_amount_payable")?)
    }

    fn parts_of_cost(&self) -> Option<bool> {
        let sum = self.decimal("total_interest")? + self.decimal("non_interest_costs")?;
        Some(sum == self.decimal("total_cost")?)
    }

    /// Equal instalments make the amount payable but for the rounding in the last.
    fn instalments(&self) -> Option<bool> {
        let count = self.number("instalment_count")?;
        let sum = Decimal::from(count) * self.decimal("instalment_amount")?;
        let apart = (sum - self.decimal("total_amount_payable")?).abs();
        Some(apart < Decimal::from(count) / Decimal::from(50))
    }

    fn days(&self) -> Option<bool> {
        let months = (self.number("instalment_count")? - 1).months();
        let last = self
            .date("first_instalment_date")?
            .checked_add(months)
            .ok()?;
        Some(last == self.date("final_repayment_date")?)
    }

    fn day_of_month(&self) -> Option<bool> {
        let day = self.date("first_instalment_date")?.day();
        Some(i32::from(day) == self.number("instalment_day")?)
    }

    fn term(&self) -> Option<bool> {
        Some(self.number("term_months")? == self.number("instalment_count")?)
    }

    fn float(&self, name: &str) -> Option<f64> {
        self.text(name)?.parse().ok()
    }

    /// Equal instalments of the amount at the rate: `a · q / (1 − (1 + q)^−n)` with a twelfth of the
    /// yearly rate. That four figures meet so to the grosz by chance does not happen.
    fn annuity(&self) -> Option<bool> {
        let count = self.number("instalment_count").filter(|n| *n > 2)?;
        let monthly = self.float("interest_rate").filter(|rate| *rate > 0.0)? / 1200.0;
        let growth = 1.0 - (1.0 + monthly).powi(-count);
        let due = self.float("credit_amount")? * monthly / growth;
        Some((due - self.float("instalment_amount")?).abs() < 0.015)
    }

    /// What the instalments return beyond the amount is the interest.
    fn interest_paid(&self) -> Option<bool> {
        let count = Decimal::from(self.number("instalment_count")?);
        let interest = self.decimal("total_interest").filter(|i| !i.is_zero())?;
        let paid = count * self.decimal("instalment_amount")? - self.decimal("credit_amount")?;
        Some((paid - interest).abs() <= count / Decimal::from(100))
    }

    /// A day's interest is the rate's share of a year of 360, 365 or 366 days.
    fn interest_of_a_day(&self) -> Option<bool> {
        let daily = self.float("daily_interest").filter(|daily| *daily > 0.0)?;
        let rate = self.float("interest_rate")? / 100.0;
        let amounts = ["credit_amount", "total_credit_amount"];
        let mut fits = amounts
            .iter()
            .filter_map(|name| self.float(name))
            .map(|amount| {
                let days = [360.0, 365.0, 366.0];
                days.iter()
                    .any(|year| (amount * rate / year - daily).abs() < 0.006)
            });
        Some(fits.any(|fits| fits))
    }

    fn words(&self) -> Option<bool> {
        let spelled = crate::words::amount(self.text("amount_in_words")?)?;
        let whole = self
            .text("credit_amount")?
            .split('.')
            .next()?
            .parse::<u64>();
        Some(whole.is_ok_and(|whole| whole == spelled))
    }
}
