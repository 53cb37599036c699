//! What a person says a document is. The record's next version says so, and no later reading changes it.

use crate::database::{Session, params};
use crate::documents::stored_record;
use crate::writing::Writing;
use crate::{Actor, DocumentPut, Ledger, LedgerError, NewJob, Review};
use model::{DocumentId, DocumentType, Record, Retention};

/// What a person says a document is.
#[derive(Clone, Debug, PartialEq)]
pub struct NewKind {
    /// The document.
    pub document: DocumentId,
    /// The record's version that the person saw.
    pub version: u32,
    /// Its type.
    pub kind: DocumentType,
    /// The retention class of that type.
    pub retention: Retention,
    /// Jobs that follow, such as storing the record's new version.
    pub jobs: Vec<NewJob>,
}

impl Ledger {
    /// Writes what a person says a document is, as the record's next version, which waits for review:
    /// other fields and checks are another type's. The new version.
    ///
    /// # Errors
    /// [`LedgerError::VersionConflict`] when the document has another version by now,
    /// [`LedgerError::Refused`] when a stage says so, and when the ledger cannot be written.
    pub async fn say_kind(&self, said: &NewKind, actor: &Actor) -> Result<u32, LedgerError> {
        let Some(person) = actor.name() else {
            return Err(LedgerError::Refused(
                "only a person says what a document is".into(),
            ));
        };
        let id = said.document;
        let mut writing = self.begin(actor).await?;
        let locked = writing.lock(id.submission()).await?;
        let mut record = stored_record(&mut writing.tx, id, None)
            .await?
            .ok_or_else(|| LedgerError::unknown("document", id))?;
        if record.version != said.version {
            return Err(LedgerError::VersionConflict {
                document: id,
                current: record.version,
                offered: said.version + 1,
            });
        }
        let before = std::mem::replace(&mut record.kind, said.kind.clone());
        record.confidence = 1.0;
        record.retention = said.retention.clone();
        record.version += 1;
        let version = record.version;
        let now = writing.now().await?;
        writing
            .tx
            .run(
                "INSERT INTO kinds_said (document, kind, person, at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (document) DO UPDATE SET kind = excluded.kind, person = excluded.person,
                    at = excluded.at",
                params![id, &said.kind, person, now],
            )
            .await?;
        let put = DocumentPut {
            record,
            review: Review::Needed,
        };
        writing.put_document(&put, &locked, None).await?;
        let detail = format!("{before} is {}", said.kind);
        writing.event("type said", id, detail).await?;
        for job in &said.jobs {
            writing.enqueue(job, &locked).await?;
        }
        writing.settle(&locked).await?;
        writing.commit().await?;
        Ok(version)
    }
}

/// The type that a person said a document is.
async fn said(session: &mut Session, id: DocumentId) -> Result<Option<DocumentType>, LedgerError> {
    let row = session
        .row(
            "SELECT kind FROM kinds_said WHERE document = $1",
            params![id],
        )
        .await?;
    row.map(|row| row.parsed("kind", DocumentType::parse))
        .transpose()
}

impl Writing {
    /// Lays what a person said a document is over what a stage reads anew.
    pub(crate) async fn keep_kind(&mut self, record: &mut Record) -> Result<(), LedgerError> {
        let Some(kind) = said(&mut self.tx, record.id).await? else {
            return Ok(());
        };
        record.confidence = 1.0;
        if record.kind != kind {
            // The class is that of the type, which the version before has.
            if let Some(current) = stored_record(&mut self.tx, record.id, None).await? {
                record.retention = current.retention;
            }
            record.kind = kind;
        }
        Ok(())
    }
}
