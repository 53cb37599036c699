//! Values that two fields share: an amount that „stanowi całkowitą kwotę kredytu”, and a commission that
//! is lent together with the credit.

use super::{Bound, Ground};
use crate::candidates::Candidate;
use crate::schema::Kind;
use regex::Regex;
use rust_decimal::Decimal;
use std::sync::LazyLock;

/// „…, która stanowi całkowitą kwotę kredytu”: what stands before is called so, too.
static EQUATED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:stanowi\w{0,4}|bedac\w+|jest(?:\s+to)?|to)\s+(?:jednoczesnie\s+|zarazem\s+|rowniez\s+|takze\s+)?(?:rown\w+\s+)?calkowit\w+\s+kwo[tc]\w+\s+(?:kredytu|pozyczki)\b",
    )
    .expect("a pattern in the source is sound")
});
static IN_BRACKETS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s?\((?:\w+\s+){0,2}calkowit\w+\s+kwo[tc]\w+\s+(?:kredytu|pozyczki)\)")
        .expect("a pattern in the source is sound")
});
/// Words that say that a commission is lent.
static LENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:s?kredytowan\w+|doliczon\w+\s+do\s+(?:kwoty\s+)?(?:kredytu|pozyczki)|sfinansowan\w+\s+(?:z\s+)?kred|powieksz\w+\s+kwote\s+(?:kredytu|pozyczki)|financed)",
    )
    .expect("a pattern in the source is sound")
});
static NOT_LENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bnie\s+(?:jest|podlega|bedzie|zosta\w+)\s+(?:\w+\s+)?s?kredytowan")
        .expect("a pattern in the source is sound")
});

/// How far back the amount may stand that is called the total amount, in characters.
const EQUATED_REACH: usize = 160;

/// Adds what is shared and still missing.
pub(super) fn add(ground: &Ground<'_>, bound: &mut Vec<Bound>) {
    for found in [equated, commission, financed] {
        let found = found(ground, bound);
        bound.extend(found);
    }
}

fn known<'a>(ground: &Ground<'_>, bound: &'a [Bound], name: &str) -> Option<&'a Bound> {
    let (index, _) = ground.schemas.field(name)?;
    bound.iter().find(|tie| tie.field == index)
}

fn missing(ground: &Ground<'_>, bound: &[Bound], name: &str) -> Option<usize> {
    let field = ground.wanted(name)?;
    known(ground, bound, name).is_none().then_some(field)
}

/// The total amount of credit that a sentence equates with the amount before it.
fn equated(ground: &Ground<'_>, bound: &[Bound]) -> Option<Bound> {
    let field = missing(ground, bound, "total_credit_amount")?;
    let text = &ground.flow.folded;
    // „Kwota kredytu (równa całkowitej kwocie kredytu): 5 000,00 zł”.
    if let Some(credit) = known(ground, bound, "credit_amount")
        && let Some(label) = credit.label.as_ref().filter(|l| l.end <= credit.span.start)
        && IN_BRACKETS.is_match(&text[label.end..credit.span.start])
    {
        return Some(Bound {
            field,
            rule: "shared",
            ..credit.clone()
        });
    }
    EQUATED.find_iter(text).find_map(|says| {
        let amount = ground.candidates.iter().rev().find(|c| {
            c.kind == Kind::Money
                && c.quality > 0.6
                && c.span.end <= says.start()
                && says.start() - c.span.end < EQUATED_REACH
        })?;
        let gap = &text[amount.span.end..says.start()];
        // „… 8 000 zł. Jest to całkowita kwota kredytu.” speaks of the sentence before.
        let refers = says.as_str().starts_with("jest to") || says.as_str().starts_with("to ");
        let apart = super::sentence_ends(gap) > i32::from(refers)
            || refers && gap.len() > 12
            || gap.contains(['\u{b}', '\u{c}', '\t']);
        (!apart).then(|| of(field, amount, 0.85))
    })
}

/// A commission that is lent is a commission.
fn commission(ground: &Ground<'_>, bound: &[Bound]) -> Option<Bound> {
    let field = missing(ground, bound, "commission")?;
    let lent = known(ground, bound, "financed_commission")?;
    Some(Bound {
        field,
        rule: "shared",
        ..lent.clone()
    })
}

/// A commission is lent where the amount of the credit exceeds the amount paid out by it, or where the
/// words about it say so.
fn financed(ground: &Ground<'_>, bound: &[Bound]) -> Option<Bound> {
    let field = missing(ground, bound, "financed_commission")?;
    let commission = known(ground, bound, "commission")?;
    let decimal = |name: &str| known(ground, bound, name)?.value.parse::<Decimal>().ok();
    let amounts = decimal("credit_amount").zip(decimal("total_credit_amount"));
    let fee: Decimal = commission.value.parse().ok()?;
    let lent = match amounts {
        Some((credit, paid)) => {
            let insurance = decimal("insurance_cost").unwrap_or_default();
            let rest = credit - paid;
            !fee.is_zero() && (rest == fee || rest == fee + insurance)
        }
        None => said_to_be_lent(ground, commission),
    };
    lent.then(|| Bound {
        field,
        rule: "shared",
        ..commission.clone()
    })
}

/// Whether the sentence or cell of a commission says that it is lent.
fn said_to_be_lent(ground: &Ground<'_>, commission: &Bound) -> bool {
    let text = &ground.flow.folded;
    let label = commission.label.as_ref().unwrap_or(&commission.span);
    let from = label.start.min(commission.span.start);
    let edge = |c: char| matches!(c, ';' | '\u{b}' | '\u{c}');
    let before = &text[from.saturating_sub(40)..from];
    let before = before.rfind(edge).map_or(before, |at| &before[at..]);
    let before = before.rfind(". ").map_or(before, |at| &before[at..]);
    let rest = &text[commission.span.end..text.len().min(commission.span.end + 110)];
    let rest = &rest[..rest
        .find(edge)
        .or_else(|| rest.find(". "))
        .unwrap_or(rest.len())];
    let around = format!(
        "{before}{}{rest}",
        &text[from..commission.span.end.max(from)]
    );
    LENT.is_match(&around) && !NOT_LENT.is_match(&around)
}

fn of(field: usize, amount: &Candidate, score: f64) -> Bound {
    Bound {
        field,
        value: amount.value.clone(),
        span: amount.span.clone(),
        rule: "shared",
        score,
        repaired: amount.repaired,
        unit: amount.unit,
        ..Bound::default()
    }
}
