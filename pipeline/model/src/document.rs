//! A document as understood: its type, its fields with their evidence, and what its checks found.

use crate::Place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// One document of a submission, understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: DocumentType,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
    /// Its pages, by number in the submission.
    pub pages: Vec<u32>,
    /// The language it is written in.
    pub language: Language,
    /// Its fields by name; the names are those of the document type.
    pub fields: BTreeMap<String, Field>,
    /// What its checks found.
    pub findings: Vec<Finding>,
}

/// The name of a document type, as in `schemas/`: lower-case words joined by `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentType(String);

/// The text is no document type's name.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no document type: 1 to 64 lower-case letters, digits and `_`")]
pub struct DocumentTypeError(String);

impl DocumentType {
    /// The type of what is none of the known ones, and said so.
    #[must_use]
    pub fn other() -> Self {
        Self("other".into())
    }

    /// A type's name.
    ///
    /// # Errors
    /// When the text is empty, longer than 64, or has other characters than `a-z`, `0-9`, `_`.
    pub fn parse(text: &str) -> Result<Self, DocumentTypeError> {
        let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(DocumentTypeError(text.to_owned()))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for DocumentType {
    type Error = DocumentTypeError;

    fn try_from(text: String) -> Result<Self, DocumentTypeError> {
        Self::parse(&text)
    }
}

impl From<DocumentType> for String {
    fn from(kind: DocumentType) -> Self {
        kind.0
    }
}

/// The language of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Polish.
    #[default]
    Pl,
    /// English.
    En,
}

/// A field: one value, or a list where it may occur several times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Field {
    /// It occurs once.
    One(FieldValue),
    /// It may occur several times.
    Many(Vec<FieldValue>),
}

impl Field {
    /// Its values, one or many.
    #[must_use]
    pub fn values(&self) -> &[FieldValue] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// A value with its evidence: where it stands, what was written there, how sure it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldValue {
    /// The canonical form.
    pub value: Value,
    /// What is written on the page.
    pub text: String,
    /// The page it stands on, by number in the submission.
    pub page: u32,
    /// Its rectangle there.
    pub place: Place,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// Whether a person has to look.
    pub status: FieldStatus,
    /// Whether a misread character was put right, with proof.
    pub repaired: bool,
    /// What made the value: the label, the rule and its score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// A canonical value; forms are given by the field's kind in the document type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number.
    Number(i64),
    /// Text, money (`"31000.00"`), rate (`"7.62"`), date (`"2025-04-16"`), identifier.
    Text(String),
    /// Several parts: a security's kind, amount and description.
    Parts(BTreeMap<String, Value>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Parts(parts) => {
                for (n, (name, value)) in parts.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if n == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
        }
    }
}

/// Whether a value may be used as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldStatus {
    /// Sure enough for the configured precision.
    Accepted,
    /// A person has to look.
    Review,
}

/// What made a value, for whoever asks why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The label found, as written; empty where none was needed.
    pub label: String,
    /// Where the label stands, on the value's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_place: Option<Place>,
    /// The rule that tied the value to the field, by name.
    pub rule: String,
    /// The rule's score, before calibration.
    pub score: f64,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The check, by name.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// In words: what does not fit, with the figures.
    pub message: String,
    /// The fields it is about.
    pub fields: Vec<String>,
    /// The page it shows on, where it shows on one.
    pub page: Option<u32>,
    /// The place there.
    pub place: Option<Place>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Somebody should look.
    Warning,
    /// Something is wrong, on the paper or in the reading.
    Error,
}

#[cfg(test)]
mod tests {
    use super::{Document, DocumentType, Field, Value};

    #[test]
    fn the_json_of_the_contract_parses_and_comes_back() {
        let json = r#"{"type":"consumer_credit_agreement","confidence":0.98,"pages":[1,2],"language":"pl","fields":{"borrower_pesel":[{"value":"44051401359","text":"44051401359","page":1,"place":[1,2,3,4],"confidence":0.99,"status":"accepted","repaired":false}],"instalment_count":{"value":48,"text":"48","page":1,"place":[1,2,3,4],"confidence":0.5,"status":"review","repaired":true}},"findings":[{"rule":"rrso_recomputed","severity":"error","message":"…","fields":["rrso"],"page":1,"place":[1,2,3,4]}]}"#;
        let document: Document = serde_json::from_str(json).unwrap();
        assert!(matches!(document.fields["borrower_pesel"], Field::Many(_)));
        assert_eq!(
            document.fields["instalment_count"].values()[0].value,
            Value::Number(48)
        );
        assert_eq!(serde_json::to_string(&document).unwrap(), json);
    }

    #[test]
    fn a_type_is_a_name_not_a_path() {
        assert!(DocumentType::parse("annex").is_ok());
        for wrong in ["", "Annex", "a-b", "../annex", "ą"] {
            assert!(DocumentType::parse(wrong).is_err(), "{wrong}");
        }
    }
}
