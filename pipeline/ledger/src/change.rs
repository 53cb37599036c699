//! What one finished step brought about: written whole, in one transaction, or not at all.

use crate::database::params;
use crate::writing::{LockedSubmission, Writing};
use crate::{
    Actor, ChangeKind, Claim, Decided, DocumentPut, Event, Joining, Ledger, LedgerError, NewJob,
    NewObject, PageAssignment, PageEntry, RescanAnswer, Subject,
};
use model::SubmissionId;

/// What one step brought about. Everything in it is about one submission and its documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// What the submission's file turned out to be.
    pub reading: Option<SubmissionReading>,
    /// Its pages, as read.
    pub pages: Vec<PageEntry>,
    /// Which pages belong to which document.
    pub assignments: Vec<PageAssignment>,
    /// Documents and their records' next versions.
    pub documents: Vec<DocumentPut>,
    /// Credit files that documents belong to, by confirmed numbers.
    pub joinings: Vec<Joining>,
    /// Pages of other submissions that answer tickets for documents of this one.
    pub answers: Vec<RescanAnswer>,
    /// Objects that were put in the store.
    pub objects: Vec<NewObject>,
    /// Jobs that follow.
    pub jobs: Vec<NewJob>,
    /// Decisions on how long documents are kept.
    pub decided: Vec<Decided>,
    /// Subjects that followers of the change log should look at again for another reason.
    pub touched: Vec<Subject>,
    /// What the audit log says of it, beside the event of the step itself.
    pub events: Vec<Event>,
    /// A short word for the step's own event, without document text.
    pub note: String,
}

/// What a submission's file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionReading {
    /// By its content: `application/pdf` …
    pub media_type: String,
    /// How many pages it has.
    pub pages: u32,
}

impl Ledger {
    /// Finishes a claim's job with what it brought about.
    ///
    /// # Errors
    /// [`LedgerError::LeaseLost`] when the job is no longer this claim's,
    /// [`LedgerError::VersionConflict`] when a record moved on meanwhile,
    /// [`LedgerError::Refused`] when the change reaches beyond the claim's submission, and when
    /// the ledger cannot be written. In every case nothing is written; after
    /// [`LedgerError::Unreachable`] alone it may have been, and asking again says `LeaseLost`.
    pub async fn apply(&self, claim: &Claim, change: &Change) -> Result<(), LedgerError> {
        let mut writing = self.begin(&Actor::stage(&claim.stage, &claim.node)).await?;
        let locked = writing.lock(claim.subject.submission()).await?;
        writing.finish(claim).await?;
        writing
            .event(&claim.stage, claim.subject, change.note.as_str())
            .await?;
        writing.write(change, &locked).await?;
        writing.settle(&locked).await?;
        writing.commit().await
    }

    /// Makes a change that no job asked for: by a person, or by a stage outside the queue.
    ///
    /// `action` names it in the audit log.
    ///
    /// # Errors
    /// As [`Ledger::apply`], but for leases.
    pub async fn apply_by(
        &self,
        actor: &Actor,
        action: &str,
        subject: impl Into<Subject>,
        change: &Change,
    ) -> Result<(), LedgerError> {
        let subject = subject.into();
        let mut writing = self.begin(actor).await?;
        let locked = writing.lock(subject.submission()).await?;
        writing.event(action, subject, change.note.as_str()).await?;
        writing.write(change, &locked).await?;
        writing.settle(&locked).await?;
        writing.commit().await
    }
}

impl Writing {
    async fn write(
        &mut self,
        change: &Change,
        locked: &LockedSubmission,
    ) -> Result<(), LedgerError> {
        if let Some(reading) = &change.reading {
            self.note_reading(locked.id, reading).await?;
        }
        for page in &change.pages {
            self.put_page(locked.id, page).await?;
        }
        for document in &change.documents {
            self.put_document(document, locked, None).await?;
        }
        for assignment in &change.assignments {
            self.assign_pages(locked.id, assignment).await?;
        }
        for joining in &change.joinings {
            self.join(joining, locked).await?;
        }
        for answer in &change.answers {
            self.answer_rescan(answer).await?;
        }
        for object in &change.objects {
            self.put_object(object).await?;
        }
        for job in &change.jobs {
            self.enqueue(job, locked).await?;
        }
        for decided in &change.decided {
            self.note_decided(decided).await?;
        }
        for subject in &change.touched {
            let kind = match subject {
                Subject::Submission(_) => ChangeKind::Submission,
                Subject::Document(_) => ChangeKind::Document,
            };
            self.changed(kind, subject, 0).await?;
        }
        for event in &change.events {
            self.event(&event.action, &event.subject, event.detail.as_str())
                .await?;
        }
        Ok(())
    }

    pub(crate) async fn note_reading(
        &mut self,
        id: SubmissionId,
        reading: &SubmissionReading,
    ) -> Result<(), LedgerError> {
        let row = self
            .tx
            .only(
                "SELECT coalesce(pages, 0) AS pages FROM submissions WHERE id = $1",
                params![id],
            )
            .await?;
        self.tally("pages", i64::from(reading.pages) - row.integer("pages")?);
        self.tx
            .run(
                "UPDATE submissions SET media_type = $2, pages = $3 WHERE id = $1",
                params![id, &reading.media_type, reading.pages],
            )
            .await?;
        Ok(())
    }
}
