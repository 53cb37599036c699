//! What the station, a separator sheet or an old archive says of a document, beside what its pages
//! say. What is only said is a suggestion: it fills an empty field for a person to look at, and
//! contradicts a read one aloud. What people confirmed before it came here stays confirmed.

use crate::schema::Schemas;
use model::{
    Document, DocumentType, Evidence, Field, FieldStatus, FieldValue, Finding, Place, Severity,
    Value,
};
use std::collections::BTreeMap;

/// Before the name of a value that people confirmed before.
pub const CONFIRMED: &str = "confirmed.";
/// How sure a value is that stands on no page.
const SUGGESTED: f64 = 0.5;
/// The name of the document's type among what is said.
const TYPE: &str = "type";

/// Lays what is said of a document, by name, over what was read of it.
///
/// Names that are no field's are the document's source and change nothing here.
pub fn apply_given(document: &mut Document, said: &BTreeMap<String, String>, schemas: &Schemas) {
    for (name, text) in said {
        match name.strip_prefix(CONFIRMED) {
            Some(TYPE) => confirm_type(document, text, schemas),
            Some(field) if is_field(field, schemas) => confirm(document, field, text),
            None if name == TYPE => compare_type(document, text),
            None if is_field(name, schemas) => suggest(document, name, text),
            Some(_) | None => {}
        }
    }
}

fn is_field(name: &str, schemas: &Schemas) -> bool {
    schemas.fields.iter().any(|field| field.name == name)
}

fn suggest(document: &mut Document, name: &str, text: &str) {
    let Some(field) = document.fields.get(name) else {
        let value = value(document, text, "suggested by the station");
        document.fields.insert(name.to_owned(), Field::One(value));
        return;
    };
    if !agrees(field, text) {
        let message = format!("the station says `{text}` for this field, the page another value");
        document.findings.push(finding(
            "given_value_differs",
            Severity::Warning,
            message,
            name,
        ));
    }
}

fn confirm(document: &mut Document, name: &str, text: &str) {
    if let Some(field) = document.fields.get(name)
        && !agrees(field, text)
    {
        let message = format!("`{text}` was confirmed before, the page was read otherwise");
        let rule = "confirmed_value_differs";
        let differs = finding(rule, Severity::Warning, message, name);
        document.findings.push(differs);
    } else if let Some(Field::One(read)) = document.fields.get_mut(name) {
        // What was read keeps its place on the page.
        (read.status, read.confidence) = (FieldStatus::Accepted, 1.0);
        return;
    }
    let mut value = value(document, text, "confirmed before");
    (value.status, value.confidence) = (FieldStatus::Accepted, 1.0);
    document.fields.insert(name.to_owned(), Field::One(value));
}

fn compare_type(document: &mut Document, kind: &str) {
    if kind != document.kind.as_str() {
        let read = &document.kind;
        let message = format!("the station says it is `{kind}`, its pages say `{read}`");
        let differs = finding("given_type_differs", Severity::Warning, message, "");
        document.findings.push(differs);
    }
}

fn confirm_type(document: &mut Document, kind: &str, schemas: &Schemas) {
    let known = DocumentType::parse(kind)
        .ok()
        .filter(|kind| schemas.types().any(|known| known == kind));
    match known {
        Some(kind) if kind != document.kind => {
            let message = format!(
                "`{kind}` was confirmed before, its pages say `{}`",
                document.kind
            );
            (document.kind, document.confidence) = (kind, 1.0);
            let differs = finding("confirmed_type_differs", Severity::Warning, message, "");
            document.findings.push(differs);
        }
        Some(_) => document.confidence = 1.0,
        None => compare_type(document, kind),
    }
}

/// Whether one of a field's values is what is said, whatever the punctuation.
fn agrees(field: &Field, text: &str) -> bool {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let said = plain(text);
    field
        .values()
        .iter()
        .any(|v| plain(&v.value.to_string()) == said || plain(&v.text) == said)
}

fn value(document: &Document, text: &str, rule: &str) -> FieldValue {
    FieldValue {
        value: Value::Text(text.to_owned()),
        text: text.to_owned(),
        page: document.pages.first().copied().unwrap_or(1),
        place: Place::default(),
        confidence: SUGGESTED,
        status: FieldStatus::Review,
        repaired: false,
        evidence: Some(Evidence {
            label: String::new(),
            label_place: None,
            rule: rule.to_owned(),
            score: SUGGESTED,
        }),
    }
}

fn finding(rule: &str, severity: Severity, message: String, field: &str) -> Finding {
    let fields = Some(field).filter(|field| !field.is_empty());
    Finding {
        rule: rule.into(),
        severity,
        message,
        fields: fields.into_iter().map(str::to_owned).collect(),
        page: None,
        place: None,
    }
}

#[cfg(test)]
mod tests {
    use super::apply_given;
    use crate::layout::page_of_text;
    use crate::{Schemas, understand};
    use jiff::civil::date;
    use model::{Document, FieldStatus};
    use std::collections::BTreeMap;

    const ANNEX: &str =
        "ANEKS NR 1\n\ndo umowy kredytu nr KG/2024/000123\nzawarty w dniu 1 maja 2024 r.";

    fn read(said: &[(&str, &str)]) -> Document {
        let schemas = Schemas::built_in().unwrap();
        let page = page_of_text(ANNEX);
        let mut document = understand(&[&page], &schemas, date(2026, 1, 1));
        let said: BTreeMap<_, _> = said
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        document.findings.clear();
        apply_given(&mut document, &said, &schemas);
        document
    }

    fn rules(document: &Document) -> Vec<&str> {
        document.findings.iter().map(|f| f.rule.as_str()).collect()
    }

    #[test]
    fn what_is_only_said_waits_for_a_person() {
        let document = read(&[("rrso", "5.45"), ("operator", "jk"), ("type", "annex")]);
        let suggested = &document.fields["rrso"].values()[0];
        assert_eq!(suggested.status, FieldStatus::Review);
        assert!(!document.fields.contains_key("operator"), "no field");
        assert_eq!(rules(&document), [""; 0]);
    }

    #[test]
    fn a_contradiction_is_said_aloud() {
        let document = read(&[("type", "consumer_credit_agreement")]);
        assert_eq!(rules(&document), ["given_type_differs"]);
        assert_eq!(document.kind.as_str(), "annex", "the page's word stands");
    }

    #[test]
    fn what_was_confirmed_before_stays_confirmed() {
        let document = read(&[("confirmed.rrso", "5.45"), ("confirmed.type", "annex")]);
        let confirmed = &document.fields["rrso"].values()[0];
        assert_eq!(confirmed.status, FieldStatus::Accepted);
        assert_eq!(rules(&document), [""; 0]);
        let document = read(&[("confirmed.type", "consumer_credit_agreement")]);
        assert_eq!(document.kind.as_str(), "consumer_credit_agreement");
        assert_eq!(rules(&document), ["confirmed_type_differs"], "and says so");
    }
}
