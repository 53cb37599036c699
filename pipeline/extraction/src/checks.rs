//! What does not fit: figures against check digits, words, sums, dates, the statute's maximum and
//! the agreement's own RRSO; what is missing; what the law asks for and was not found.
//!
//! Checks find, they never correct. Each is named; a document type lists those it runs. A check
//! without its figures says nothing: what is missing is reported as missing, once. It is a help for
//! the person who reviews, never legal advice.

mod complete;
mod cost;
mod figures;
mod sheets;
mod statute;

use crate::layout::Flow;
use crate::schema::{Schemas, TypeSchema};
use jiff::civil::Date;
use model::{Document, Field, FieldValue, Finding, Page, Severity, Value};
use rust_decimal::Decimal;

/// What a check looks at.
pub(crate) struct Subject<'a> {
    pub(crate) document: &'a Document,
    pub(crate) schema: &'a TypeSchema,
    pub(crate) schemas: &'a Schemas,
    pub(crate) scanned_on: Date,
}

type Check = fn(&Subject<'_>, &mut Vec<Finding>);

/// Every check by its name in the schemas.
const CHECKS: [(&str, Check); 16] = [
    ("check_digits", figures::check_digits),
    ("birth_date_pesel", figures::birth_date_pesel),
    ("words_digits", figures::words_digits),
    ("date_not_after_scan", figures::date_not_after_scan),
    ("term_dates", figures::term_dates),
    ("instalments_in_order", figures::instalments_in_order),
    ("amount_plus_cost", cost::amount_plus_cost),
    ("parts_of_cost", cost::parts_of_cost),
    ("instalments_payable", cost::instalments_payable),
    ("margin_below_rate", cost::margin_below_rate),
    ("rrso_recomputed", cost::rrso_recomputed),
    ("interest_maximum", statute::interest_maximum),
    ("overdue_maximum", statute::overdue_maximum),
    ("non_interest_limit", statute::non_interest_limit),
    ("required_fields", complete::required_fields),
    ("statutory_items", complete::statutory_items),
];

/// Whether a check of that name exists.
pub(crate) fn is_known(name: &str) -> bool {
    CHECKS.iter().any(|(known, _)| *known == name)
}

/// What the checks of a document's type find.
pub(crate) fn run(
    document: &Document,
    schema: &TypeSchema,
    schemas: &Schemas,
    scanned_on: Date,
    (flow, pages): (&Flow, &[&Page]),
) -> Vec<Finding> {
    let subject = Subject {
        document,
        schema,
        schemas,
        scanned_on,
    };
    let mut findings = Vec::new();
    for (name, check) in CHECKS {
        if schema.checks.iter().any(|wanted| wanted == name) {
            check(&subject, &mut findings);
        }
    }
    sheets::look(&subject, flow, pages, &mut findings);
    findings
}

impl Subject<'_> {
    /// A field's first value.
    pub(crate) fn value(&self, name: &str) -> Option<&FieldValue> {
        self.document
            .fields
            .get(name)
            .and_then(|field| field.values().first())
    }

    /// A field's first value as text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match &self.value(name)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A field's amount or rate.
    pub(crate) fn decimal(&self, name: &str) -> Option<Decimal> {
        self.text(name)?.parse().ok()
    }

    /// A field's day.
    pub(crate) fn date(&self, name: &str) -> Option<Date> {
        self.text(name)?.parse().ok()
    }

    /// A field's whole number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        match self.value(name)?.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A finding about fields, shown where the first of them stands.
    pub(crate) fn finding(
        &self,
        rule: &str,
        severity: Severity,
        fields: &[&str],
        message: String,
    ) -> Finding {
        let shown = fields.iter().find_map(|name| self.value(name));
        Finding {
            rule: rule.to_owned(),
            severity,
            message,
            fields: fields.iter().map(|name| (*name).to_owned()).collect(),
            page: shown.map(|value| value.page),
            place: shown.map(|value| value.place),
        }
    }

    /// The fields whose names end so, with all their values.
    pub(crate) fn ending(&self, ending: &str) -> Vec<(&str, &FieldValue)> {
        let fields = self
            .document
            .fields
            .iter()
            .filter(|(name, _)| name.ends_with(ending));
        fields
            .flat_map(|(name, field): (&String, &Field)| {
                field
                    .values()
                    .iter()
                    .map(move |value| (name.as_str(), value))
            })
            .collect()
    }
}
