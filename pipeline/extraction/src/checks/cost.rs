//! Checks of what the credit costs: sums, instalments, the RRSO.

use super::Subject;
use crate::rrso::{CashFlow, rate_of_charge, years_in_days};
use jiff::{ToSpan, civil::Date};
use model::{Finding, Severity};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

pub(super) fn amount_plus_cost(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let (Some(amount), Some(cost), Some(payable)) = (
        subject.decimal("total_credit_amount"),
        subject.decimal("total_cost"),
        subject.decimal("total_amount_payable"),
    ) else {
        return;
    };
    if amount + cost != payable {
        let message = format!("{amount} and {cost} make {}, not {payable}", amount + cost);
        let fields = ["total_amount_payable", "total_credit_amount", "total_cost"];
        findings.push(subject.finding("amount_plus_cost", Severity::Error, &fields, message));
    }
}

pub(super) fn parts_of_cost(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let (Some(cost), Some(interest)) = (
        subject.decimal("total_cost"),
        subject.decimal("total_interest"),
    ) else {
        return;
    };
    let fields = ["total_cost", "total_interest", "non_interest_costs"];
    if interest > cost {
        let message = format!("interest {interest} is more than the whole cost {cost}");
        findings.push(subject.finding("parts_of_cost", Severity::Error, &fields[..2], message));
    } else if let Some(others) = subject.decimal("non_interest_costs")
        && interest + others != cost
    {
        let message = format!(
            "{interest} and {others} make {}, not {cost}",
            interest + others
        );
        findings.push(subject.finding("parts_of_cost", Severity::Error, &fields, message));
    }
}

pub(super) fn instalments_payable(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let (Some(count), Some(instalment), Some(payable)) = (
        subject.number("instalment_count"),
        subject.decimal("instalment_amount"),
        subject.decimal("total_amount_payable"),
    ) else {
        return;
    };
    if subject.text("instalment_kind") == Some("decreasing")
        || subject.number("grace_months").is_some()
        || subject.value("tranches").is_some()
    {
        return;
    }
    let paid = instalment * Decimal::from(count);
    let upfront = upfront(subject);
    let tolerance = instalment + Decimal::from(count) * Decimal::new(1, 2);
    if (paid - payable).abs() > tolerance && (paid + upfront - payable).abs() > tolerance {
        let message =
            format!("{count} instalments of {instalment} make {paid}, payable are {payable}");
        let fields = [
            "instalment_amount",
            "instalment_count",
            "total_amount_payable",
        ];
        findings.push(subject.finding("instalments_payable", Severity::Warning, &fields, message));
    }
}

/// The costs paid outside the instalments.
fn upfront(subject: &Subject<'_>) -> Decimal {
    let financed = subject.decimal("financed_commission").unwrap_or_default();
    let sum: Decimal = ["commission", "insurance_cost", "other_fees", "notary_fees"]
        .iter()
        .filter_map(|name| subject.decimal(name))
        .sum();
    (sum - financed).max(Decimal::ZERO)
}

pub(super) fn margin_below_rate(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let (Some(rate), Some(margin)) = (subject.decimal("interest_rate"), subject.decimal("margin"))
    else {
        return;
    };
    let negative_possible = subject.text("reference_rate").is_some_and(|name| {
        ["EURIBOR", "LIBOR", "SARON", "ESTR"]
            .iter()
            .any(|known| name.starts_with(known))
    });
    if margin > rate && !negative_possible {
        let message = format!("a margin of {margin} points in a rate of {rate} %");
        findings.push(subject.finding(
            "margin_below_rate",
            Severity::Error,
            &["margin", "interest_rate"],
            message,
        ));
    }
}

/// Recomputes the RRSO from equal instalments under both timings in use.
///
/// What is payable beyond the instalments is taken as paid at the start; where that is not so, or
/// instalments are not equal, the figures do not determine the payments and nothing is said.
pub(super) fn rrso_recomputed(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let Some(stated) = subject.decimal("rrso") else {
        return;
    };
    let Some([months, days]) = recomputed(subject) else {
        return;
    };
    let Some(stated_number) = stated.to_f64() else {
        return;
    };
    let unit = 10_f64.powi(-i32::try_from(stated.scale()).unwrap_or(2));
    let apart = |rate: Option<f64>| rate.map(|rate| (rate - stated_number).abs());
    let best = [apart(months), apart(days)]
        .into_iter()
        .flatten()
        .reduce(f64::min);
    let Some(best) = best else { return };
    let fits = |rate| apart(rate).is_some_and(|apart| apart <= unit * 2.0 + 0.01);
    let show = |rate: Option<f64>| rate.map_or("–".to_owned(), |rate| format!("{rate:.2} %"));
    let figures = format!(
        "{} by equal months, {} by actual days",
        show(months),
        show(days)
    );
    let (severity, message) = match (fits(months), fits(days)) {
        (true, true) => (
            Severity::Info,
            format!("{stated} % fits both timings ({figures})"),
        ),
        (true, false) => (
            Severity::Info,
            format!("{stated} % fits equal months ({figures})"),
        ),
        (false, true) => (
            Severity::Info,
            format!("{stated} % fits actual days ({figures})"),
        ),
        _ if best <= 0.1 => (Severity::Warning, format!("{stated} % stated, {figures}")),
        _ => (Severity::Error, format!("{stated} % stated, {figures}")),
    };
    findings.push(subject.finding("rrso_recomputed", severity, &["rrso"], message));
}

/// The rate under equal months and under actual days.
fn recomputed(subject: &Subject<'_>) -> Option<[Option<f64>; 2]> {
    let unequal = subject.text("instalment_kind") == Some("decreasing")
        || subject.number("grace_months").is_some()
        || subject.value("tranches").is_some()
        || subject.text("interest_type") == Some("mixed");
    if unequal {
        return None;
    }
    let count = subject
        .number("instalment_count")
        .filter(|n| (1..=600).contains(n))?;
    let instalment = subject.decimal("instalment_amount")?;
    let amount = subject
        .decimal("total_credit_amount")
        .or_else(|| subject.decimal("credit_amount"))?;
    let payable = subject.decimal("total_amount_payable")?;
    let paid = instalment * Decimal::from(count);
    let upfront = upfront(subject);
    let rest = payable - paid;
    // Equal instalments leave only their rounding to the last.
    let tolerance = Decimal::from(count) / Decimal::from(20) + Decimal::ONE;
    // Either everything is in the instalments or the rest is what is known to be paid at once.
    let at_start = if rest.abs() <= tolerance {
        Decimal::ZERO
    } else if (rest - upfront).abs() <= tolerance {
        upfront
    } else {
        return None;
    };
    let last = payable - at_start - instalment * Decimal::from(count - 1);
    let timings = [
        equal_months(count),
        actual_days(subject, count).unwrap_or_default(),
    ];
    let [amount, instalment, last, at_start] =
        [amount, instalment, last, at_start].map(|d| d.to_f64().unwrap_or(f64::NAN));
    Some(timings.map(|times| {
        let (final_time, others) = times.split_last()?;
        let start = CashFlow {
            years: 0.0,
            amount: amount - at_start,
        };
        let end = CashFlow {
            years: *final_time,
            amount: -last,
        };
        let middle = others.iter().map(|years| CashFlow {
            years: *years,
            amount: -instalment,
        });
        let flows: Vec<CashFlow> = [start].into_iter().chain(middle).chain([end]).collect();
        rate_of_charge(&flows)
    }))
}

fn equal_months(count: i64) -> Vec<f64> {
    let count = i32::try_from(count).unwrap_or(0);
    (1..=count).map(|n| f64::from(n) / 12.0).collect()
}

fn actual_days(subject: &Subject<'_>, count: i64) -> Option<Vec<f64>> {
    let start = ["disbursement_date", "start_date", "agreement_date"]
        .into_iter()
        .find_map(|name| subject.date(name))?;
    let first = match subject.date("first_instalment_date") {
        Some(first) => first,
        None => start.checked_add(1.month()).ok()?,
    };
    let count = i32::try_from(count).ok()?;
    let due = |n: i32| -> Option<Date> { first.checked_add(n.months()).ok() };
    (0..count)
        .map(|n| due(n).map(|day| years_in_days(start, day)))
        .collect()
}
