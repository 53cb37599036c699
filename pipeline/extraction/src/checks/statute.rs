//! Checks against the statute's maximum on the day of the agreement. Data: `schemas/rates.toml`.

use super::Subject;
use model::{Finding, Severity};
use rust_decimal::Decimal;

/// Statutory maxima bind in złoty; other currencies follow other reference rates.
fn in_zloty(subject: &Subject<'_>) -> bool {
    subject
        .text("currency")
        .is_none_or(|currency| currency == "PLN")
}

pub(super) fn interest_maximum(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let maximum = |subject: &Subject<'_>, day| subject.schemas.rates.maximum_interest(day);
    compare(
        subject,
        findings,
        "interest_maximum",
        "interest_rate",
        &maximum,
    );
}

pub(super) fn overdue_maximum(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let maximum = |subject: &Subject<'_>, day| subject.schemas.rates.maximum_overdue(day);
    compare(
        subject,
        findings,
        "overdue_maximum",
        "overdue_rate",
        &maximum,
    );
}

fn compare(
    subject: &Subject<'_>,
    findings: &mut Vec<Finding>,
    rule: &str,
    field: &str,
    maximum: &dyn Fn(&Subject<'_>, jiff::civil::Date) -> Option<Decimal>,
) {
    let (Some(rate), Some(day)) = (subject.decimal(field), subject.date("agreement_date")) else {
        return;
    };
    let Some(maximum) = maximum(subject, day).filter(|_| in_zloty(subject)) else {
        return;
    };
    if rate > maximum {
        let message = format!("{rate} % is above the maximum of {maximum} % on {day}");
        findings.push(subject.finding(rule, Severity::Error, &[field, "agreement_date"], message));
    }
}

pub(super) fn non_interest_limit(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let costs = subject
        .decimal("non_interest_costs")
        .or_else(|| Some(subject.decimal("total_cost")? - subject.decimal("total_interest")?));
    let (Some(costs), Some(amount), Some(day)) = (
        costs,
        subject.decimal("total_credit_amount"),
        subject.date("agreement_date"),
    ) else {
        return;
    };
    let Some(term) = subject.number("term_months") else {
        return;
    };
    let days = term * 365 / 12;
    let Some(most) = subject.schemas.rates.maximum_costs(day, amount, days) else {
        return;
    };
    if costs > most {
        let message =
            format!("costs other than interest {costs} are above the limit of {most} on {day}");
        let fields = ["non_interest_costs", "total_credit_amount", "term_months"];
        findings.push(subject.finding("non_interest_limit", Severity::Error, &fields, message));
    }
}
