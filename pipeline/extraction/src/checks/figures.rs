//! Checks of single figures: check digits, birth dates, words, days.

use super::Subject;
use crate::text::fold;
use crate::words::spelled;
use jiff::{ToSpan, Unit};
use model::{Finding, IdentityCard, Krs, LandRegister, Nip, Nrb, Pesel, Regon, Severity};

type Sound = fn(&str) -> bool;

pub(super) fn check_digits(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let kinds: [(&str, Sound); 7] = [
        ("_pesel", |text| Pesel::parse(text).is_ok()),
        ("_nip", |text| Nip::parse(text).is_ok()),
        ("_regon", |text| Regon::parse(text).is_ok()),
        ("_krs", |text| Krs::parse(text).is_ok()),
        ("_id_document", |text| IdentityCard::parse(text).is_ok()),
        ("_account", |text| Nrb::parse(text).is_ok()),
        ("land_register_number", |text| {
            LandRegister::parse(text).is_ok()
        }),
    ];
    for (ending, sound) in kinds {
        for (name, value) in subject.ending(ending) {
            let text = value.value.to_string();
            if value.repaired {
                let message = format!(
                    "read as {}, taken as {text}, which its check digit proves",
                    value.text
                );
                findings.push(Finding {
                    page: Some(value.page),
                    place: Some(value.place),
                    ..subject.finding("repaired_reading", Severity::Warning, &[name], message)
                });
            }
            if !sound(&text) {
                let message = format!("{text}: the check digit does not fit");
                findings.push(Finding {
                    page: Some(value.page),
                    place: Some(value.place),
                    ..subject.finding("check_digits", Severity::Error, &[name], message)
                });
            }
        }
    }
}

pub(super) fn birth_date_pesel(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for party in ["borrower", "co_borrower", "surety"] {
        let (pesel, birth) = (format!("{party}_pesel"), format!("{party}_birth_date"));
        let Some(number) = subject
            .text(&pesel)
            .and_then(|text| Pesel::parse(text).ok())
        else {
            continue;
        };
        if let Some(date) = subject.date(&birth)
            && date != number.birth_date()
        {
            let message = format!(
                "birth date {date}, but the PESEL says {}",
                number.birth_date()
            );
            findings.push(subject.finding(
                "birth_date_pesel",
                Severity::Error,
                &[&birth, &pesel],
                message,
            ));
        }
        let agreed = subject.date("agreement_date").unwrap_or(subject.scanned_on);
        let age = number
            .birth_date()
            .until((Unit::Year, agreed))
            .map_or(0, |span| span.get_years());
        if !(18..=100).contains(&age) {
            let message = format!("by the PESEL the person was {age} years old on {agreed}");
            findings.push(subject.finding(
                "birth_date_pesel",
                Severity::Warning,
                &[&pesel],
                message,
            ));
        }
    }
}

pub(super) fn words_digits(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let Some(words) = subject.text("amount_in_words") else {
        return;
    };
    let folded = fold(words);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    let Some(read) = spelled(&words) else { return };
    for name in ["credit_amount", "total_credit_amount"] {
        let Some(amount) = subject.text(name) else {
            continue;
        };
        if amount.split('.').next() == Some(&read.value.to_string()) {
            return;
        }
    }
    let digits = subject
        .text("credit_amount")
        .or_else(|| subject.text("total_credit_amount"));
    if let Some(digits) = digits {
        let message = format!("in words {}, in figures {digits}", read.value);
        let fields = ["amount_in_words", "credit_amount"];
        findings.push(subject.finding("words_digits", Severity::Error, &fields, message));
    }
}

pub(super) fn date_not_after_scan(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let Some(agreed) = subject.date("agreement_date") else {
        return;
    };
    if agreed > subject.scanned_on {
        let message = format!("dated {agreed}, but scanned on {}", subject.scanned_on);
        findings.push(subject.finding(
            "date_not_after_scan",
            Severity::Error,
            &["agreement_date"],
            message,
        ));
    }
}

pub(super) fn term_dates(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let start = ["start_date", "disbursement_date", "agreement_date"]
        .into_iter()
        .find_map(|name| subject.date(name).map(|date| (name, date)));
    let (Some(term), Some((from, start)), Some(end)) = (
        subject.number("term_months"),
        start,
        subject.date("final_repayment_date"),
    ) else {
        return;
    };
    let Ok(expected) =
        start.checked_add(i32::try_from(term).unwrap_or(i32::MAX).min(1_200).months())
    else {
        return;
    };
    let apart = expected
        .until((Unit::Day, end))
        .map_or(0, |span| span.get_days().abs());
    // The last instalment falls on the instalment day, up to two months from the bare term.
    if apart > 62 {
        let message = format!("{term} months from {start} end on {expected}, not on {end}");
        let fields = ["final_repayment_date", "term_months", from];
        findings.push(subject.finding("term_dates", Severity::Warning, &fields, message));
    }
}

pub(super) fn instalments_in_order(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let (Some(first), Some(last)) = (
        subject.date("first_instalment_date"),
        subject.date("final_repayment_date"),
    ) else {
        return;
    };
    let agreed = subject.date("agreement_date");
    if first > last || agreed.is_some_and(|agreed| first < agreed) {
        let message = format!("first instalment {first}, final repayment {last}");
        let fields = ["first_instalment_date", "final_repayment_date"];
        findings.push(subject.finding("instalments_in_order", Severity::Error, &fields, message));
    }
}
