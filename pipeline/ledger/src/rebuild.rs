//! Making a ledger again from what the archive says: one submission at a time, each whole, as
//! often as it is asked for. What only a ledger knows (holds, people, the audit log) it does not
//! invent.

use crate::database::params;
use crate::documents::stored_record;
use crate::writing::{LockedSubmission, Writing};
use crate::{
    Actor, Correction, DocumentPut, Ledger, LedgerError, NewObject, NewSubmission, PageAssignment,
    PageEntry, Received, Review, SubmissionReading,
};
use jiff::Timestamp;
use model::{DocumentId, HistoryEntry, Record};

/// The action of a history entry about a version that a person made.
pub(crate) const CORRECTED: &str = "corrected";
/// The action of a history entry about a version that a stage made.
const UNDERSTOOD: &str = "understood";

/// A submission as the archive knows it.
#[derive(Clone, Debug)]
pub struct Rebuilt {
    /// The submission; its first job is what is still to be done.
    pub submission: NewSubmission,
    /// Whether that job is still to be done.
    pub work: WorkToDo,
    /// What its file turned out to be.
    pub reading: Option<SubmissionReading>,
    /// Its pages.
    pub pages: Vec<PageEntry>,
    /// Which documents have which.
    pub assignments: Vec<PageAssignment>,
    /// Its documents' records, each document's versions in their order.
    pub records: Vec<(Record, Review)>,
    /// Objects of it besides the original.
    pub objects: Vec<NewObject>,
}

/// Whether a submission that is made again still waits for a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkToDo {
    /// It does.
    Left,
    /// Everything was done when the archive was last written.
    Done,
}

impl Ledger {
    /// Writes a submission as the archive knows it, unless it is there already.
    ///
    /// # Errors
    /// When records contradict each other, and when the ledger cannot be written.
    pub async fn rebuild(&self, rebuilt: &Rebuilt, by: &Actor) -> Result<Received, LedgerError> {
        let new = &rebuilt.submission;
        let mut writing = self.begin(by).await?;
        let known = writing
            .tx
            .row("SELECT id FROM submissions WHERE id = $1", params![new.id])
            .await?;
        if known.is_some() {
            writing.forget().await?;
            return Ok(Received::Already);
        }
        let received = writing.insert_submission(new).await?;
        if received == Received::New {
            let locked = writing.lock(new.id).await?;
            if rebuilt.work == WorkToDo::Done {
                writing.finish_first(new).await?;
            }
            writing.write_rebuilt(rebuilt, &locked).await?;
            writing.settle(&locked).await?;
        }
        writing.event("rebuilt", new.id, "from the archive").await?;
        writing.commit().await?;
        Ok(received)
    }

    /// A record's version as the archive keeps it: with who made it and each version before it,
    /// so that a ledger that is made again still knows what people corrected. The same whenever it
    /// is asked for.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn record_to_keep(
        &self,
        id: DocumentId,
        version: u32,
    ) -> Result<Option<Record>, LedgerError> {
        let mut session = self.read().await?;
        let Some(mut record) = stored_record(&mut session, id, Some(version)).await? else {
            return Ok(None);
        };
        let rows = session
            .rows(
                "SELECT version, actor, written_at,
                    (SELECT detail FROM events WHERE events.subject = records.document AND action = 'corrected'
                        AND events.at = records.written_at AND events.actor = records.actor
                     ORDER BY id LIMIT 1) AS corrected
                 FROM records WHERE document = $1 AND version <= $2 ORDER BY version",
                params![id, version],
            )
            .await?;
        for row in &rows {
            let corrected = row.maybe_text("corrected")?;
            let number: u32 = row.count("version")?;
            record.history.push(HistoryEntry {
                at: row.moment("written_at")?.to_string(),
                actor: row.text("actor")?,
                action: if corrected.is_some() {
                    CORRECTED.into()
                } else {
                    UNDERSTOOD.into()
                },
                detail: corrected.unwrap_or_else(|| format!("version {number}")),
            });
        }
        Ok(Some(record))
    }
}

impl Writing {
    /// The job that a submission was received with is done already.
    async fn finish_first(&mut self, new: &NewSubmission) -> Result<(), LedgerError> {
        self.tx
            .run(
                "UPDATE jobs SET state = 'done' WHERE submission = $1 AND state = 'waiting'",
                params![new.id],
            )
            .await?;
        self.tally(crate::queue::open_tally(&new.first.stage), -1);
        Ok(())
    }

    async fn write_rebuilt(
        &mut self,
        rebuilt: &Rebuilt,
        locked: &LockedSubmission,
    ) -> Result<(), LedgerError> {
        if let Some(reading) = &rebuilt.reading {
            self.note_reading(locked.id, reading).await?;
        }
        for page in &rebuilt.pages {
            self.put_page(locked.id, page).await?;
        }
        for assignment in &rebuilt.assignments {
            self.assign_pages(locked.id, assignment).await?;
        }
        for object in &rebuilt.objects {
            self.put_object(object).await?;
        }
        let (by, now) = (self.actor().clone(), self.now().await?);
        for (record, review) in &rebuilt.records {
            self.write_version(record, *review, locked).await?;
        }
        self.act_as(by, now);
        Ok(())
    }

    /// Writes a record's version as whoever made it, when it was made.
    async fn write_version(
        &mut self,
        record: &Record,
        review: Review,
        locked: &LockedSubmission,
    ) -> Result<(), LedgerError> {
        let put = DocumentPut {
            record: record.clone(),
            review,
        };
        let Some(made) = record.history.last() else {
            return self.put_document(&put, locked, None).await;
        };
        let at: Timestamp = made
            .at
            .parse()
            .map_err(|why| LedgerError::damaged("history of a record", why))?;
        if made.action != CORRECTED {
            let (stage, node) = made.actor.split_once('@').unwrap_or((&made.actor, ""));
            self.act_as(Actor::stage(stage, node), at.as_millisecond());
            self.put_document(&put, locked, None).await?;
            return self.event(UNDERSTOOD, record.id, &*made.detail).await;
        }
        self.act_as(Actor::person(&made.actor), at.as_millisecond());
        let fields = made.detail.split(',').map(|name| {
            let field = record.fields.get(name).cloned();
            (name.to_owned(), field)
        });
        let correction = Correction {
            document: record.id,
            version: record.version - 1,
            fields: fields.collect(),
            why: String::new(),
            review,
            jobs: Vec::new(),
        };
        self.put_document(&put, locked, Some(&correction)).await?;
        self.event(CORRECTED, record.id, &*made.detail).await
    }
}
