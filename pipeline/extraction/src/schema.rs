//! The schemas: document types, fields, retention classes, statutory rates and first names, parsed
//! from TOML.
//!
//! Unknown keys, unknown names and phrases that cannot be found are refused at the door, with the
//! file's name, so that a typing slip in a schema never passes for "no such field".

mod raw;

use crate::calibration::Calibration;
use crate::label::{Bag, Phrase};
use crate::names::Names;
use crate::rates::Rates;
use model::{DocumentType, Language, Retention, RetentionRule};
use std::collections::BTreeMap;
use thiserror::Error;

pub(crate) use raw::{Borrowers, Kind};

/// A schema file that cannot be used, and why.
#[derive(Debug, Error)]
#[error("{file}: {message}")]
pub struct SchemaError {
    /// The file's name as given.
    pub file: String,
    /// What is wrong in it.
    pub message: String,
}

impl SchemaError {
    fn new(file: &str, message: impl std::fmt::Display) -> Self {
        Self {
            file: file.to_owned(),
            message: message.to_string(),
        }
    }
}

/// Everything that the schemas say.
#[derive(Debug)]
pub struct Schemas {
    pub(crate) types: Vec<TypeSchema>,
    pub(crate) fields: Vec<FieldSchema>,
    /// Phrases that disown the value after them, by the kind of value.
    pub(crate) decoys: Vec<Decoy>,
    pub(crate) rates: Rates,
    pub(crate) calibration: Calibration,
    pub(crate) names: Names,
    classes: BTreeMap<String, Vec<RetentionRule>>,
    version: String,
}

/// How much schemas hold.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Document types.
    pub types: usize,
    /// Fields.
    pub fields: usize,
    /// Phrases that announce a field.
    pub labels: usize,
    /// Items that the law asks for.
    pub items: usize,
}

/// A field: what kind of value, and how it is found.
#[derive(Debug)]
pub(crate) struct FieldSchema {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) many: bool,
    /// Whether the value may stand before its label.
    pub(crate) before: bool,
    pub(crate) labels: Vec<Label>,
    pub(crate) options: Vec<(String, Vec<Phrase>)>,
    /// Words that a form's label holds in any order.
    pub(crate) bags: Vec<Bag>,
    /// Words before a value in its sentence that make it another field's.
    pub(crate) unless: Vec<Phrase>,
    /// A value outside these bounds is another field's.
    pub(crate) least: Option<f64>,
    pub(crate) most: Option<f64>,
}

/// A phrase that disowns values after it.
#[derive(Debug)]
pub(crate) struct Decoy {
    pub(crate) kinds: Vec<Kind>,
    pub(crate) phrase: Phrase,
    /// Whether it disowns all values to its paragraph's end rather than the next one.
    pub(crate) paragraph: bool,
}

/// A phrase that announces a field, and how much it says.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) phrase: Phrase,
    pub(crate) weight: f64,
    /// Only documents of this type; none for all.
    pub(crate) only: Option<usize>,
}

/// A document type.
#[derive(Debug)]
pub(crate) struct TypeSchema {
    pub(crate) kind: DocumentType,
    pub(crate) polish: String,
    pub(crate) english: String,
    pub(crate) retention: String,
    /// Who can borrow by such a document, where that tells it from others.
    pub(crate) borrowers: Option<Borrowers>,
    pub(crate) titles: Vec<(Phrase, f64)>,
    pub(crate) evidence: Vec<(Phrase, f64)>,
    /// Indices of its fields.
    pub(crate) fields: Vec<usize>,
    /// Indices of those it must have.
    pub(crate) required: Vec<usize>,
    pub(crate) items: Vec<Item>,
    pub(crate) checks: Vec<String>,
}

/// An item of the law that an agreement must contain, and how it is met.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) law: String,
    pub(crate) what: String,
    /// Any of these fields meets it.
    pub(crate) fields: Vec<String>,
    /// Whether the law asks for it only where the parties agreed on it.
    pub(crate) if_agreed: bool,
    /// Only where one of these fields is there.
    pub(crate) given: Vec<String>,
    pub(crate) from: jiff::civil::Date,
    pub(crate) until: jiff::civil::Date,
}

impl Schemas {
    /// The schemas of a set of files: `types/*.toml`, `fields.toml`, `retention.toml`,
    /// `rates.toml`, `names.toml` and `calibration.toml`, by name and content.
    ///
    /// # Errors
    /// When a file is missing, is no TOML of its form, or names what does not exist.
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, SchemaError> {
        let mut files: Vec<(&str, &str)> = files
            .into_iter()
            .filter(|(name, _)| name.ends_with(".toml"))
            .collect();
        files.sort_unstable();
        raw::assemble(&files)
    }

    /// The schemas that come with the program.
    ///
    /// # Errors
    /// When they are unsound; a test sees to it that they are not.
    pub fn built_in() -> Result<Self, SchemaError> {
        Self::parse(crate::built_in::FILES)
    }

    /// The same schemas with another calibration; their version stays.
    #[must_use]
    pub fn with_calibration(mut self, calibration: Calibration) -> Self {
        self.calibration = calibration;
        self
    }

    /// How confidence is made of evidence.
    #[must_use]
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// How much the schemas hold.
    #[must_use]
    pub fn size(&self) -> Size {
        Size {
            types: self.types.len(),
            fields: self.fields.len(),
            labels: self.fields.iter().map(|field| field.labels.len()).sum(),
            items: self.types.iter().map(|schema| schema.items.len()).sum(),
        }
    }

    /// What identifies these schemas: the first 12 digits of the hash of all files.
    #[must_use]
    pub fn version(&self) -> String {
        self.version.clone()
    }

    /// The names of the document types.
    pub fn types(&self) -> impl Iterator<Item = &DocumentType> {
        self.types.iter().map(|schema| &schema.kind)
    }

    /// What people call a type; its own name where the schemas do not know it.
    #[must_use]
    pub fn title<'a>(&'a self, kind: &'a DocumentType, language: Language) -> &'a str {
        let schema = self.types.iter().find(|schema| schema.kind == *kind);
        schema.map_or(kind.as_str(), |schema| match language {
            Language::Pl => &schema.polish,
            Language::En => &schema.english,
        })
    }

    /// The retention class of a type with its rules, nothing yet begun; the class `unclassified`
    /// without rules where the schemas do not know the type.
    #[must_use]
    pub fn retention(&self, kind: &DocumentType) -> Retention {
        let schema = self.types.iter().find(|schema| schema.kind == *kind);
        let class = schema.map_or("unclassified", |schema| schema.retention.as_str());
        Retention {
            class: class.to_owned(),
            rules: self.classes.get(class).cloned().unwrap_or_default(),
            retain_until: None,
            holds: Vec::new(),
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<(usize, &FieldSchema)> {
        self.fields
            .iter()
            .enumerate()
            .find(|(_, field)| field.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Schemas;
    use model::{DocumentType, Language};

    #[test]
    fn the_built_in_schemas_are_sound() {
        let schemas = Schemas::built_in().unwrap();
        assert!(schemas.types().count() >= 35);
        let kind = DocumentType::parse("mortgage_agreement").unwrap();
        assert_eq!(schemas.title(&kind, Language::En), "Mortgage agreement");
        assert!(!schemas.retention(&kind).rules.is_empty());
        assert_eq!(schemas.version().len(), 12);
    }

    #[test]
    fn a_slip_in_a_schema_is_refused_with_its_file() {
        let spoil = |file: &str, from: &str, to: &str| {
            let files = crate::built_in::FILES.map(|(name, text)| {
                let text = if name == file {
                    text.replacen(from, to, 1)
                } else {
                    text.to_owned()
                };
                (name, text)
            });
            Schemas::parse(files.iter().map(|(name, text)| (*name, text.as_str())))
        };
        for (file, from, to) in [
            ("fields.toml", "kind =", "kinds ="),
            ("types/annex.toml", "aneks*", "aneks-nr"),
            ("types/annex.toml", "\"lender_name\"", "\"lender_nane\""),
            ("types/annex.toml", "credit_agreement", "forever"),
            ("types/annex.toml", "check_digits", "check_fingers"),
            ("rates.toml", "2014-10-09", "2014-13-09"),
        ] {
            let error = spoil(file, from, to).unwrap_err();
            assert_eq!(error.file, file, "{error}");
        }
    }
}
