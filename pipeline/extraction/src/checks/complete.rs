//! What is missing: fields that the type requires, items that the law asks for.

use super::Subject;
use model::{Finding, Severity};

pub(super) fn required_fields(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for index in &subject.schema.required {
        let name = subject.schemas.fields[*index].name.as_str();
        if !there(subject, name) {
            let message = format!("{name} was not found");
            findings.push(subject.finding("required_fields", Severity::Warning, &[name], message));
        }
    }
}

/// Whether a document says a field. A rate that is only agreed as reference rate and margin is said.
fn there(subject: &Subject<'_>, name: &str) -> bool {
    let has = |name: &str| subject.document.fields.contains_key(name);
    has(name) || name == "interest_rate" && has("reference_rate") && has("margin")
}

/// One finding an item: met (info, shown where), missing (warning), or not found though only asked
/// for where it was agreed (info). The items in force on the
/// agreement's date apply; without a date, those of the day of the scan.
pub(super) fn statutory_items(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let day = subject.date("agreement_date").unwrap_or(subject.scanned_on);
    let there = |name: &String| there(subject, name);
    for item in &subject.schema.items {
        let in_force = item.from <= day && day < item.until;
        let applies = item.given.is_empty() || item.given.iter().any(there);
        if !in_force || !applies {
            continue;
        }
        let fields: Vec<&str> = item.fields.iter().map(String::as_str).collect();
        let met: Vec<&str> = item
            .fields
            .iter()
            .filter(|f| there(f))
            .map(String::as_str)
            .collect();
        let (severity, verdict, shown) = match (met.is_empty(), item.if_agreed) {
            (false, _) => (Severity::Info, "met", &met),
            (true, true) => (
                Severity::Info,
                "not found, needed only where agreed",
                &fields,
            ),
            (true, false) => (Severity::Warning, "not found", &fields),
        };
        let message = format!("{} ({}): {verdict}", item.law, item.what);
        findings.push(subject.finding("statutory_items", severity, shown, message));
    }
}
