//! A document against what a person says is right: for measuring, for calibration, and for a bank's
//! own examples.
//!
//! A truth is the `fields` object of a `<name>.truth.json` (`samples/README.md`): fields by name,
//! each `{"value": …}` or a list of such.

use model::{Document, Field, FieldStatus, FieldValue, Value};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// How a field came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Found as it is.
    Right,
    /// Found, but not as it is.
    Wrong,
    /// There, but not found.
    Missing,
    /// Found, but not there.
    Spurious,
}

/// A field, expected or found.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    /// The field's name.
    pub field: String,
    /// How it came out.
    pub outcome: Outcome,
    /// The values that are right, in canonical form.
    pub expected: Option<BTreeSet<String>>,
    /// The values found.
    pub found: &'a [FieldValue],
}

impl Verdict<'_> {
    /// Whether all values found were accepted.
    #[must_use]
    pub fn accepted(&self) -> bool {
        let accepted = |value: &FieldValue| value.status == FieldStatus::Accepted;
        !self.found.is_empty() && self.found.iter().all(accepted)
    }
}

/// Every field that a document or its truth has.
///
/// Signatures are left out: they are seen on the image, not in the words. So are fields that papers
/// print everywhere (`currency`, `late_fees`, `credit_kind`) where the truth does not name them.
#[must_use]
pub fn compare<'a>(fields: &Json, document: &'a Document) -> Vec<Verdict<'a>> {
    let empty = serde_json::Map::new();
    let truth = fields.as_object().unwrap_or(&empty);
    let names: BTreeSet<&String> = truth
        .keys()
        .chain(document.fields.keys())
        .filter(|name| *name != "signatures")
        .collect();
    let mut verdicts = Vec::new();
    for name in names {
        let expected = truth.get(name).map(of_truth);
        if expected.is_none() && matches!(name.as_str(), "currency" | "late_fees" | "credit_kind") {
            continue;
        }
        let found = document.fields.get(name).map_or(&[][..], Field::values);
        let values = document.fields.get(name).map(of_field);
        let outcome = match (&expected, &values) {
            (Some(expected), Some(values)) if expected == values => Outcome::Right,
            (Some(_), Some(_)) => Outcome::Wrong,
            (Some(_), None) => Outcome::Missing,
            (None, _) => Outcome::Spurious,
        };
        verdicts.push(Verdict {
            field: name.clone(),
            outcome,
            expected,
            found,
        });
    }
    verdicts
}

fn of_truth(value: &Json) -> BTreeSet<String> {
    let one = |v: &Json| match &v["value"] {
        Json::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Json::Bool(true) => "present".to_owned(),
        Json::Object(parts) => parts_text(
            parts
                .iter()
                .map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned())),
        ),
        other => other.to_string(),
    };
    value.as_array().map_or_else(
        || [one(value)].into(),
        |list| list.iter().map(one).collect(),
    )
}

fn of_field(field: &Field) -> BTreeSet<String> {
    let one = |value: &Value| match value {
        Value::Parts(parts) => parts_text(parts.iter().map(|(k, v)| (k.clone(), v.to_string()))),
        other => other.to_string(),
    };
    field.values().iter().map(|v| one(&v.value)).collect()
}

/// What identifies a value of several parts: not its free description, nor an office, which the
/// truth names also where it is not printed.
fn parts_text(parts: impl Iterator<Item = (String, String)>) -> String {
    let mut parts: Vec<_> = parts
        .filter(|(key, _)| key != "description" && key != "role")
        .collect();
    parts.sort();
    parts
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join(" ")
}
