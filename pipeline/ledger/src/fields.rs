//! Fields of documents and how they came to their values: who, when, from, to, why. What a person
//! set, a later reading does not change.

use crate::database::{Session, params};
use crate::documents::stored_record;
use crate::pages::word;
use crate::writing::{Writing, json};
use crate::{Actor, DocumentPut, Ledger, LedgerError, NewJob, Review};
use jiff::Timestamp;
use model::{DocumentId, Field, FieldStatus, Record, Value};
use std::collections::BTreeMap;

/// Fields that a person sets or removes, in one new version.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// The document.
    pub document: DocumentId,
    /// The record's version that the person saw.
    pub version: u32,
    /// The fields by name, each with its new value and evidence; none removes it.
    pub fields: BTreeMap<String, Option<Field>>,
    /// Why.
    pub why: String,
    /// Whether the document still needs a look.
    pub review: Review,
    /// Jobs that follow, such as storing the record's new version.
    pub jobs: Vec<NewJob>,
}

impl Correction {
    /// The names of the fields, as the event of the correction has them.
    fn names(&self) -> String {
        let names: Vec<&str> = self.fields.keys().map(String::as_str).collect();
        names.join(",")
    }
}

/// One change of a field's value after the first reading.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field's name.
    pub name: String,
    /// The record's version that brought it.
    pub version: u32,
    /// When.
    pub at: Timestamp,
    /// A person's name, or the stage.
    pub actor: String,
    /// The values before; none when there was no such field.
    pub from: Option<Vec<Value>>,
    /// The values after; none when it was removed.
    pub to: Option<Vec<Value>>,
    /// Why, in the person's words; empty for stages.
    pub why: String,
}

impl Ledger {
    /// Writes a record's next version with one field set by a person. The new version.
    ///
    /// # Errors
    /// [`LedgerError::VersionConflict`] when the record moved on since the person saw it,
    /// [`LedgerError::Refused`] when the actor is no person, and when the ledger cannot be written.
    pub async fn correct(
        &self,
        correction: &Correction,
        actor: &Actor,
    ) -> Result<u32, LedgerError> {
        if actor.name().is_none() {
            return Err(LedgerError::Refused(
                "only a person corrects a field".into(),
            ));
        }
        let id = correction.document;
        let mut writing = self.begin(actor).await?;
        let locked = writing.lock(id.submission()).await?;
        let mut record = stored_record(&mut writing.tx, id, None)
            .await?
            .ok_or_else(|| LedgerError::unknown("document", id))?;
        if record.version != correction.version {
            return Err(LedgerError::VersionConflict {
                document: id,
                current: record.version,
                offered: correction.version + 1,
            });
        }
        record.version += 1;
        for (name, field) in &correction.fields {
            match field {
                Some(field) => record.fields.insert(name.clone(), field.clone()),
                None => record.fields.remove(name),
            };
        }
        let version = record.version;
        let put = DocumentPut {
            record,
            review: correction.review,
        };
        writing
            .put_document(&put, &locked, Some(correction))
            .await?;
        writing.event("corrected", id, correction.names()).await?;
        for job in &correction.jobs {
            writing.enqueue(job, &locked).await?;
        }
        writing.settle(&locked).await?;
        writing.commit().await?;
        Ok(version)
    }

    /// How a document's fields changed since the first reading, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn field_changes(&self, id: DocumentId) -> Result<Vec<FieldChange>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT name, version, at, actor, old_value, new_value, why FROM field_changes
                 WHERE document = $1 ORDER BY id",
                params![id],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(FieldChange {
                    name: row.text("name")?,
                    version: row.count("version")?,
                    at: row.moment("at")?,
                    actor: row.text("actor")?,
                    from: row.maybe_json("old_value")?,
                    to: row.maybe_json("new_value")?,
                    why: row.text("why")?,
                })
            })
            .collect()
    }
}

/// Fields as the ledger holds them: value and status by name.
pub(crate) type Known = BTreeMap<String, (String, String)>;

pub(crate) async fn known(session: &mut Session, id: DocumentId) -> Result<Known, LedgerError> {
    let rows = session
        .rows(
            "SELECT name, value, status FROM fields WHERE document = $1",
            params![id],
        )
        .await?;
    rows.iter()
        .map(|row| Ok((row.text("name")?, (row.text("value")?, row.text("status")?))))
        .collect()
}

impl Writing {
    /// Brings the fields' rows to the record, and notes what changed against an earlier version.
    pub(crate) async fn note_fields(
        &mut self,
        record: &Record,
        correction: Option<&Correction>,
    ) -> Result<(), LedgerError> {
        let known = if record.version == 1 {
            Known::new()
        } else {
            known(&mut self.tx, record.id).await?
        };
        let why = correction.map_or("", |correction| correction.why.as_str());
        for (name, field) in &record.fields {
            let (value, status) = (values(field)?, status(field)?);
            let before = known.get(name);
            let is_set = correction.is_some_and(|correction| correction.fields.contains_key(name));
            if before.is_some_and(|before| before.0 == value && before.1 == status) && !is_set {
                continue;
            }
            self.set_field(record, name, &value, status, is_set).await?;
            let was = before.map(|before| before.0.clone());
            if record.version > 1 && was.as_ref() != Some(&value) {
                self.note_field_change(record, name, was, Some(value), why)
                    .await?;
            }
        }
        for (name, (value, _)) in known {
            if record.fields.contains_key(&name) || value == REMOVED {
                continue;
            }
            // The row stays when a person removed the field, so that a later reading cannot bring
            // it back.
            if correction.is_some_and(|correction| correction.fields.contains_key(&name)) {
                self.set_field(record, &name, REMOVED, "removed".into(), true)
                    .await?;
            } else {
                self.tx
                    .run(
                        "DELETE FROM fields WHERE document = $1 AND name = $2",
                        params![record.id, &name],
                    )
                    .await?;
            }
            self.note_field_change(record, &name, Some(value), None, why)
                .await?;
        }
        Ok(())
    }

    async fn set_field(
        &mut self,
        record: &Record,
        name: &str,
        value: &str,
        status: String,
        is_set: bool,
    ) -> Result<(), LedgerError> {
        let person = if is_set {
            self.actor().name().map(str::to_owned)
        } else {
            None
        };
        self.tx
            .run(
                "INSERT INTO fields (document, name, value, status, person, version) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (document, name) DO UPDATE SET value = excluded.value, status = excluded.status,
                    person = coalesce(excluded.person, fields.person), version = excluded.version",
                params![record.id, name, value, status, person, record.version],
            )
            .await?;
        Ok(())
    }

    async fn note_field_change(
        &mut self,
        record: &Record,
        name: &str,
        from: Option<String>,
        to: Option<String>,
        why: &str,
    ) -> Result<(), LedgerError> {
        let (now, actor) = (self.now().await?, self.actor().to_string());
        let from = from.filter(|value| value != REMOVED);
        self.tx
            .run(
                "INSERT INTO field_changes (document, version, name, at, actor, old_value, new_value, why)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                params![record.id, record.version, name, now, actor, from, to, why],
            )
            .await?;
        Ok(())
    }
}

/// The value of a field that a person removed: a list of no values.
const REMOVED: &str = "[]";

/// A field's canonical values as stored: always a list.
fn values(field: &Field) -> Result<String, LedgerError> {
    json(
        &field
            .values()
            .iter()
            .map(|value| &value.value)
            .collect::<Vec<_>>(),
    )
}

/// The status of the least sure of a field's values.
fn status(field: &Field) -> Result<String, LedgerError> {
    let unsure = field
        .values()
        .iter()
        .any(|value| value.status == FieldStatus::Review);
    word(if unsure {
        FieldStatus::Review
    } else {
        FieldStatus::Accepted
    })
}
