//! The schema files' own form, and how it becomes the form that extraction uses.

use super::{Decoy, FieldSchema, Item, Label, SchemaError, Schemas, TypeSchema};
use crate::label::{Bag, Phrase};
use crate::names::Names;
use crate::rates::Rates;
use model::{Digest, DocumentType, RetentionRule};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The kinds of value that a field may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// An amount with its currency.
    Money,
    /// Percent a year.
    Rate,
    /// Percentage points.
    Points,
    /// A day.
    Date,
    /// A term in months.
    Months,
    /// A number of things.
    Count,
    /// A number of days.
    Days,
    /// A day of the month.
    Day,
    /// A bank account.
    Account,
    /// A land register number.
    LandRegister,
    /// A number or signature with letters, digits and strokes.
    Code,
    /// The rest of the cell, line or sentence.
    Text,
    /// A town.
    City,
    /// A reference rate by name.
    ReferenceRate,
    /// One of the options, by its words.
    Choice,
    /// A clause that is there.
    Clause,
    /// Found with the parties or by other rules of their own, not by label.
    Special,
}

/// Who can borrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Borrowers {
    /// Natural persons.
    People,
    /// Companies and other entrepreneurs with a legal form.
    Companies,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldsFile {
    field: BTreeMap<String, RawField>,
    #[serde(default)]
    decoy: Vec<RawDecoy>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    kind: Kind,
    #[serde(default)]
    many: bool,
    #[serde(default)]
    before: bool,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    options: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    unless: Vec<String>,
    least: Option<f64>,
    most: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDecoy {
    kinds: Vec<Kind>,
    #[serde(default)]
    paragraph: bool,
    phrases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawType {
    #[serde(rename = "type")]
    kind: DocumentType,
    pl: String,
    en: String,
    retention: String,
    borrowers: Option<Borrowers>,
    #[serde(default)]
    titles: Vec<Weighted>,
    #[serde(default)]
    evidence: Vec<Weighted>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    labels: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    checks: Vec<String>,
    #[serde(default)]
    item: Vec<RawItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Weighted {
    phrase: String,
    weight: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    law: String,
    what: String,
    fields: Vec<String>,
    #[serde(default)]
    given: Vec<String>,
    #[serde(default)]
    if_agreed: bool,
    from: String,
    until: Option<String>,
}

/// What is taken of the retention schedule: classes and rules in words. Its arithmetic, and whether
/// every key of it is known, is for `records` to say.
#[derive(Deserialize)]
struct RetentionFile {
    class: BTreeMap<String, RawClass>,
}

#[derive(Deserialize)]
struct RawClass {
    #[expect(
        dead_code,
        reason = "for people who read the schedule; refused when missing"
    )]
    pl: String,
    #[expect(
        dead_code,
        reason = "for people who read the schedule; refused when missing"
    )]
    en: String,
    rules: Vec<RetentionRule>,
}

/// Makes schemas of files, sorted by name.
pub(super) fn assemble(files: &[(&str, &str)]) -> Result<Schemas, SchemaError> {
    let named = |name: &str| {
        let mut found = files
            .iter()
            .filter(|(file, _)| base(file) == name && !is_type(file));
        found
            .next()
            .copied()
            .ok_or_else(|| SchemaError::new(name, "this file is missing"))
    };
    let fields_file: (&str, FieldsFile) = read(named("fields.toml")?)?;
    let retention: (&str, RetentionFile) = read(named("retention.toml")?)?;
    let (names_file, names_text) = named("names.toml")?;
    let (rates_file, rates_text) = named("rates.toml")?;
    let mut schemas = Schemas {
        types: Vec::new(),
        fields: Vec::new(),
        decoys: Vec::new(),
        rates: Rates::parse(rates_text).map_err(|e| SchemaError::new(rates_file, e))?,
        names: Names::parse(names_text).map_err(|e| SchemaError::new(names_file, e))?,
        calibration: read(named("calibration.toml")?)?.1,
        classes: retention
            .1
            .class
            .into_iter()
            .map(|(name, class)| (name, class.rules))
            .collect(),
        version: version(files),
    };
    add_fields(&mut schemas, fields_file.0, fields_file.1)?;
    for file in files.iter().filter(|(file, _)| is_type(file)) {
        let (name, raw): (&str, RawType) = read(*file)?;
        add_type(&mut schemas, name, raw)?;
    }
    if schemas
        .types
        .iter()
        .all(|schema| schema.kind != DocumentType::other())
    {
        return Err(SchemaError::new(
            "types/other.toml",
            "the type `other` must be there",
        ));
    }
    Ok(schemas)
}

fn add_fields(schemas: &mut Schemas, file: &str, raw: FieldsFile) -> Result<(), SchemaError> {
    for (name, field) in raw.field {
        let mut labels = Vec::new();
        for (texts, weight) in [(&field.labels, 1.0), (&field.weak, 0.6)] {
            for text in texts {
                labels.push(Label {
                    phrase: phrase(file, text)?,
                    weight,
                    only: None,
                });
            }
        }
        let mut options = Vec::new();
        for (code, texts) in &field.options {
            options.push((code.clone(), phrases(file, texts)?));
        }
        schemas.fields.push(FieldSchema {
            name,
            kind: field.kind,
            many: field.many,
            before: field.before,
            labels,
            options,
            unless: phrases(file, &field.unless)?,
            bags: bags(file, &field.words)?,
            least: field.least,
            most: field.most,
        });
    }
    for decoy in raw.decoy {
        for text in &decoy.phrases {
            schemas.decoys.push(Decoy {
                kinds: decoy.kinds.clone(),
                phrase: phrase(file, text)?,
                paragraph: decoy.paragraph,
            });
        }
    }
    Ok(())
}

fn bags(file: &str, texts: &[String]) -> Result<Vec<Bag>, SchemaError> {
    let bag = |text: &String| {
        Bag::parse(text)
            .ok_or_else(|| SchemaError::new(file, format!("no words of a label: `{text}`")))
    };
    texts.iter().map(bag).collect()
}

fn add_type(schemas: &mut Schemas, file: &str, raw: RawType) -> Result<(), SchemaError> {
    let index = schemas.types.len();
    let known = |schemas: &Schemas, name: &str| {
        let found = schemas.field(name).map(|(index, _)| index);
        found.ok_or_else(|| SchemaError::new(file, format!("no field `{name}` in fields.toml")))
    };
    if !schemas.classes.contains_key(&raw.retention) {
        let message = format!("no class `{}` in retention.toml", raw.retention);
        return Err(SchemaError::new(file, message));
    }
    let mut fields = Vec::new();
    let mut required = Vec::new();
    for name in &raw.required {
        required.push(known(schemas, name)?);
    }
    for name in raw.required.iter().chain(&raw.fields) {
        fields.push(known(schemas, name)?);
    }
    for (name, texts) in &raw.labels {
        let field = known(schemas, name)?;
        for text in texts {
            let label = Label {
                phrase: phrase(file, text)?,
                weight: 1.15,
                only: Some(index),
            };
            schemas.fields[field].labels.push(label);
        }
    }
    let mut items = Vec::new();
    for item in raw.item {
        items.push(to_item(file, schemas, item)?);
    }
    fields.sort_unstable();
    fields.dedup();
    if let Some(check) = raw
        .checks
        .iter()
        .find(|check| !crate::checks::is_known(check))
    {
        return Err(SchemaError::new(file, format!("no check `{check}`")));
    }
    schemas.types.push(TypeSchema {
        kind: raw.kind,
        polish: raw.pl,
        english: raw.en,
        retention: raw.retention,
        borrowers: raw.borrowers,
        titles: weighted(file, &raw.titles)?,
        evidence: weighted(file, &raw.evidence)?,
        fields,
        required,
        items,
        checks: raw.checks,
    });
    Ok(())
}

fn to_item(file: &str, schemas: &Schemas, raw: RawItem) -> Result<Item, SchemaError> {
    for name in raw.fields.iter().chain(&raw.given) {
        if schemas.field(name).is_none() {
            return Err(SchemaError::new(
                file,
                format!("no field `{name}` in fields.toml"),
            ));
        }
    }
    let date = |text: &str| -> Result<jiff::civil::Date, SchemaError> {
        text.parse()
            .map_err(|_| SchemaError::new(file, format!("`{text}` is no date")))
    };
    Ok(Item {
        law: raw.law,
        what: raw.what,
        fields: raw.fields,
        given: raw.given,
        if_agreed: raw.if_agreed,
        from: date(&raw.from)?,
        until: raw
            .until
            .as_deref()
            .map_or(Ok(jiff::civil::Date::MAX), date)?,
    })
}

fn read<'a, T: for<'de> Deserialize<'de>>(
    (name, text): (&'a str, &str),
) -> Result<(&'a str, T), SchemaError> {
    toml::from_str(text)
        .map(|value| (name, value))
        .map_err(|e| SchemaError::new(name, e))
}

fn phrase(file: &str, text: &str) -> Result<Phrase, SchemaError> {
    let wrong = || {
        SchemaError::new(
            file,
            format!("`{text}` is no phrase: see schemas/README.md"),
        )
    };
    Phrase::parse(text).ok_or_else(wrong)
}

fn phrases(file: &str, texts: &[String]) -> Result<Vec<Phrase>, SchemaError> {
    texts.iter().map(|text| phrase(file, text)).collect()
}

fn weighted(file: &str, raw: &[Weighted]) -> Result<Vec<(Phrase, f64)>, SchemaError> {
    raw.iter()
        .map(|entry| Ok((phrase(file, &entry.phrase)?, entry.weight)))
        .collect()
}

fn base(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

fn is_type(file: &str) -> bool {
    file.rsplit('/').nth(1) == Some("types")
}

fn version(files: &[(&str, &str)]) -> String {
    let mut digester = model::Digester::default();
    for (name, text) in files {
        for part in [name, text] {
            digester.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            digester.update(part.as_bytes());
        }
    }
    let digest: Digest = digester.finish();
    digest.to_string()[..12].to_owned()
}
