//! Documents and their records. Every version of a record is kept; the newest is what a document
//! is. A record's history, holds and credit file are the ledger's own and are put into it when it
//! is asked for, so that they cannot contradict it.

use crate::database::{Row, Session, params};
use crate::writing::{LockedSubmission, Writing, json};
use crate::{ChangeKind, Correction, Ledger, LedgerError, credit_files, holds};
use jiff::Timestamp;
use model::{DocumentId, DocumentType, Record, Value};

/// A record's next version.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentPut {
    /// The record. Its version is one more than the ledger's; its history, holds and credit file
    /// are not taken from here.
    pub record: Record,
    /// Whether a person has to look.
    pub review: Review,
}

/// Whether a person has to look at a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    /// Something is unsure or does not fit.
    Needed,
    /// It may be used as it is.
    NotNeeded,
}

/// A document in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentSummary {
    /// Its identity.
    pub id: DocumentId,
    /// Its record's version.
    pub version: u32,
    /// What it is.
    pub kind: DocumentType,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
    /// How many pages it has.
    pub pages: u32,
    /// The station that sent it.
    pub station: String,
    /// Whether a person has to look.
    pub review: Review,
    /// The credit file it belongs to, by the ledger's number.
    pub credit_file: Option<i64>,
    /// The branch that it says it belongs to.
    pub branch: Option<String>,
    /// When this version was written.
    pub written_at: Timestamp,
}

/// Which documents to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentFilter {
    /// All of them.
    All,
    /// Those that wait for a person.
    ToReview,
    /// Those of a type.
    Kind(DocumentType),
    /// Those that a station sent.
    Station(String),
    /// Those of a credit file.
    CreditFile(i64),
    /// Those that belong to no credit file yet.
    WithoutCreditFile,
}

macro_rules! summary_columns {
    () => {
        "SELECT id, version, kind, confidence, pages, station, to_review, credit_file, branch, written_at
         FROM documents"
    };
}

macro_rules! list {
    ($where:literal) => {
        concat!(
            summary_columns!(),
            " WHERE id < $1 AND ",
            $where,
            " ORDER BY id DESC LIMIT $2"
        )
    };
}

/// Sorts after every identity: they are made of digits, lower-case letters and `-`.
const AFTER_ALL: &str = "~";

impl Ledger {
    /// A document's record as it stands, with its history, holds and credit file.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn document(&self, id: DocumentId) -> Result<Option<Record>, LedgerError> {
        let mut session = self.read().await?;
        let Some(mut record) = stored_record(&mut session, id, None).await? else {
            return Ok(None);
        };
        let row = session
            .only(
                "SELECT credit_file, retention_class, retain_until FROM documents WHERE id = $1",
                params![id],
            )
            .await?;
        let class = row.text("retention_class")?;
        if class != record.retention.class {
            // A person named another class than the reading: the rules were of that one.
            record.retention.rules.clear();
            record.retention.class = class;
        }
        record.retention.retain_until = row.maybe_parsed("retain_until", str::parse)?;
        if let Some(file) = row.maybe_integer("credit_file")? {
            record.credit_file = credit_files::load(&mut session, file).await?;
        }
        record.retention.holds = holds::names_on(&mut session, id).await?;
        record.history = crate::audit::history(&mut session, id).await?;
        Ok(Some(record))
    }

    /// A version of a record, as it was written: without what the ledger adds.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn record_version(
        &self,
        id: DocumentId,
        version: u32,
    ) -> Result<Option<Record>, LedgerError> {
        stored_record(&mut self.read().await?, id, Some(version)).await
    }

    /// The version that a document's record has; 0 before it is first written.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn version(&self, id: DocumentId) -> Result<u32, LedgerError> {
        let mut session = self.read().await?;
        let row = session
            .row("SELECT version FROM documents WHERE id = $1", params![id])
            .await?;
        row.map_or(Ok(0), |row| row.count("version"))
    }

    /// A document as lists show it, without its record; none where there is no such document.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn summary(&self, id: DocumentId) -> Result<Option<DocumentSummary>, LedgerError> {
        let mut session = self.read().await?;
        let row = session
            .row(concat!(summary_columns!(), " WHERE id = $1"), params![id])
            .await?;
        row.as_ref().map(summary_of).transpose()
    }

    /// Documents, newest first, from the one after `before` on, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn documents(
        &self,
        filter: &DocumentFilter,
        before: Option<DocumentId>,
        limit: u32,
    ) -> Result<Vec<DocumentSummary>, LedgerError> {
        let mut session = self.read().await?;
        let before = before.map_or_else(|| AFTER_ALL.to_owned(), |id| id.to_string());
        let rows = match filter {
            DocumentFilter::All => session.rows(list!("true"), params![before, limit]).await?,
            DocumentFilter::ToReview => {
                session
                    .rows(list!("to_review = 1"), params![before, limit])
                    .await?
            }
            DocumentFilter::Kind(kind) => {
                session
                    .rows(list!("kind = $3"), params![before, limit, kind])
                    .await?
            }
            DocumentFilter::Station(station) => {
                session
                    .rows(list!("station = $3"), params![before, limit, station])
                    .await?
            }
            DocumentFilter::CreditFile(file) => {
                session
                    .rows(list!("credit_file = $3"), params![before, limit, *file])
                    .await?
            }
            DocumentFilter::WithoutCreditFile => {
                session
                    .rows(list!("credit_file IS NULL"), params![before, limit])
                    .await?
            }
        };
        rows.iter().map(summary_of).collect()
    }
}

fn summary_of(row: &Row) -> Result<DocumentSummary, LedgerError> {
    Ok(DocumentSummary {
        id: row.parsed("id", DocumentId::parse)?,
        version: row.count("version")?,
        kind: row.parsed("kind", DocumentType::parse)?,
        confidence: row.real("confidence")?,
        pages: row.count("pages")?,
        station: row.text("station")?,
        review: if row.flag("to_review")? {
            Review::Needed
        } else {
            Review::NotNeeded
        },
        credit_file: row.maybe_integer("credit_file")?,
        branch: row.maybe_text("branch")?,
        written_at: row.moment("written_at")?,
    })
}

/// The branch that a record's document says it belongs to.
#[must_use]
pub fn branch_of(record: &Record) -> Option<&str> {
    match &record.fields.get("branch")?.values().first()?.value {
        Value::Text(branch) => Some(branch),
        _ => None,
    }
}

/// The newest version of a record, or a given one, as written.
pub(crate) async fn stored_record(
    session: &mut Session,
    id: DocumentId,
    version: Option<u32>,
) -> Result<Option<Record>, LedgerError> {
    let row = match version {
        Some(version) => {
            session
                .row(
                    "SELECT record FROM records WHERE document = $1 AND version = $2",
                    params![id, version],
                )
                .await?
        }
        None => {
            session
                .row(
                    "SELECT record FROM records JOIN documents
                     ON documents.id = records.document AND documents.version = records.version
                     WHERE documents.id = $1",
                    params![id],
                )
                .await?
        }
    };
    row.map(|row| row.json("record")).transpose()
}

/// What a document's row said before this version.
struct Before {
    version: u32,
    to_review: bool,
    retention: Option<(String, Option<String>)>,
    class_confirmed: bool,
}

/// The class and the first day of disposal that a document has from now on.
struct Kept {
    class: String,
    until: Option<String>,
}

impl Before {
    /// What a record's next version makes of them: a class that a person confirmed stays, and so
    /// does a day that the version does not name.
    fn kept(&self, record: &Record) -> Kept {
        let (class, until) = match &self.retention {
            Some((class, until)) => (Some(class), until.clone()),
            None => (None, None),
        };
        let confirmed = class.filter(|_| self.class_confirmed);
        let named = record.retention.retain_until.map(|day| day.to_string());
        Kept {
            class: confirmed.unwrap_or(&record.retention.class).clone(),
            until: named.or(until),
        }
    }
}

impl Writing {
    /// Writes a record's next version and everything that follows from it; `correction` says what
    /// a person changed in it, if it was a person.
    pub(crate) async fn put_document(
        &mut self,
        put: &DocumentPut,
        locked: &LockedSubmission,
        correction: Option<&Correction>,
    ) -> Result<(), LedgerError> {
        let id = put.record.id;
        if put.record.submission != locked.id || id.submission() != locked.id {
            return Err(LedgerError::Refused(format!(
                "{id} is no document of {}",
                locked.id
            )));
        }
        let before = self.document_before(id).await?;
        if put.record.version != before.version + 1 {
            return Err(LedgerError::VersionConflict {
                document: id,
                current: before.version,
                offered: put.record.version,
            });
        }
        let mut record = put.record.clone();
        record.history.clear();
        record.retention.holds.clear();
        record.credit_file = None;
        if self.actor().name().is_none() && before.version > 0 {
            self.keep_corrections(&mut record).await?;
            self.keep_kind(&mut record).await?;
        }
        let to_review = put.review == Review::Needed;
        let kept = before.kept(&record);
        self.insert_record(&record, &kept, to_review, locked)
            .await?;
        self.note_fields(&record, correction).await?;
        self.tally("documents", i64::from(before.version == 0));
        self.tally(
            "to_review",
            i64::from(to_review) - i64::from(before.to_review),
        );
        self.note_retention(&record, kept, before.retention.as_ref())
            .await?;
        self.changed(ChangeKind::Document, id, record.version).await
    }

    async fn document_before(&mut self, id: DocumentId) -> Result<Before, LedgerError> {
        let row = self
            .tx
            .row(
                "SELECT version, to_review, retention_class, retain_until,
                    (SELECT count(*) FROM classifications WHERE document = documents.id) AS confirmed
                 FROM documents WHERE id = $1",
                params![id],
            )
            .await?;
        let Some(row) = row else {
            return Ok(Before {
                version: 0,
                to_review: false,
                retention: None,
                class_confirmed: false,
            });
        };
        Ok(Before {
            version: row.count("version")?,
            to_review: row.flag("to_review")?,
            retention: Some((
                row.text("retention_class")?,
                row.maybe_text("retain_until")?,
            )),
            class_confirmed: row.flag("confirmed")?,
        })
    }

    async fn insert_record(
        &mut self,
        record: &Record,
        kept: &Kept,
        to_review: bool,
        locked: &LockedSubmission,
    ) -> Result<(), LedgerError> {
        let now = self.now().await?;
        let pages = i64::try_from(record.pages.len())
            .map_err(|_| LedgerError::Refused(format!("{} has too many pages", record.id)))?;
        self.tx
            .run(
                "INSERT INTO documents (id, submission, station, version, kind, confidence, language, pages,
                                        to_review, retention_class, retain_until, written_at, branch)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                 ON CONFLICT (id) DO UPDATE SET version = excluded.version, kind = excluded.kind,
                    confidence = excluded.confidence, language = excluded.language, pages = excluded.pages,
                    to_review = excluded.to_review, retention_class = excluded.retention_class,
                    retain_until = excluded.retain_until, written_at = excluded.written_at,
                    branch = excluded.branch",
                params![
                    record.id,
                    locked.id,
                    &locked.station,
                    record.version,
                    &record.kind,
                    record.confidence,
                    crate::pages::word(record.language)?,
                    pages,
                    to_review,
                    &kept.class,
                    kept.until.clone(),
                    now,
                    branch_of(record).map(str::to_owned)
                ],
            )
            .await?;
        let actor = self.actor().to_string();
        self.tx
            .run(
                "INSERT INTO records (document, version, record, actor, written_at) VALUES ($1, $2, $3, $4, $5)",
                params![record.id, record.version, json(record)?, actor, now],
            )
            .await?;
        Ok(())
    }

    /// Puts fields that a person set back into a record that a stage wrote.
    async fn keep_corrections(&mut self, record: &mut Record) -> Result<(), LedgerError> {
        let corrected = self
            .tx
            .rows(
                "SELECT name FROM fields WHERE document = $1 AND person IS NOT NULL ORDER BY name",
                params![record.id],
            )
            .await?;
        if corrected.is_empty() {
            return Ok(());
        }
        let id = record.id;
        let current = stored_record(&mut self.tx, id, None)
            .await?
            .ok_or_else(|| LedgerError::damaged("record", format!("{id} has none")))?;
        for row in corrected {
            let name = row.text("name")?;
            match current.fields.get(&name) {
                Some(field) => record.fields.insert(name, field.clone()),
                None => record.fields.remove(&name),
            };
        }
        Ok(())
    }

    async fn note_retention(
        &mut self,
        record: &Record,
        kept: Kept,
        before: Option<&(String, Option<String>)>,
    ) -> Result<(), LedgerError> {
        let Kept { class, until } = kept;
        if before.is_some_and(|(known, day)| *known == class && *day == until) {
            return Ok(());
        }
        let (now, actor) = (self.now().await?, self.actor().to_string());
        self.tx
            .run(
                "INSERT INTO retention_decisions (document, version, class, retain_until, at, actor)
                 VALUES ($1, $2, $3, $4, $5, $6)",
                params![record.id, record.version, class, until, now, actor],
            )
            .await?;
        Ok(())
    }
}
