//! A submission's bytes become pages of words, in worker processes.

use crate::runner::Runner;
use crate::stored::{STORED_FORMAT, StoredPages, object, put_version};
use crate::{Stage, StageError, read, sheets};
use archive::Key;
use ledger::{Change, Claim, NewJob, PageEntry, Subject, Submission, SubmissionReading};
use model::{Refusal, RefusalReason, SubmissionId};
use sandbox::{FilePages, Priority, ReadTrouble};
use std::sync::Arc;

impl Runner {
    /// Reads every page of the submission and keeps the pages as a derivative.
    pub(crate) async fn recognise(&self, claim: &Claim) -> Result<Change, StageError> {
        let id = submission_of(claim)?;
        let submission = self
            .node
            .ledger
            .submission(id)
            .await?
            .ok_or_else(|| unknown("the submission"))?;
        let FilePages {
            media_type,
            notes,
            mut pages,
        } = self.read_pages(claim, &submission).await?;
        if pages.is_empty() {
            let refusal = Refusal::new(RefusalReason::NoPages, "it has an index and no page");
            return Err(refusal.into());
        }
        read::refuse_if_nothing_was_read(&pages)?;
        sheets::compare(&mut pages);
        let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let entries = pages.iter().map(PageEntry::from).collect();
        let stored = StoredPages {
            format: STORED_FORMAT,
            submission: id,
            // Not the job's input: while nodes are upgraded one by one, another version may have asked.
            engine: self.node.engine.clone(),
            notes,
            pages,
        };
        let key = |version| Key::pages(id, version);
        let (object_, version) = put_version(self.node.store.as_ref(), &stored, key).await?;
        Ok(Change {
            reading: Some(SubmissionReading {
                media_type,
                pages: count,
            }),
            pages: entries,
            objects: vec![object(&object_, "pages", id)],
            jobs: vec![NewJob::new(
                id,
                Stage::Separate.as_str(),
                version.to_string(),
            )],
            note: format!("{count} pages"),
            ..Change::default()
        })
    }

    /// Reads the original's pages in workers, in the languages of its station.
    async fn read_pages(
        &self,
        claim: &Claim,
        submission: &Submission,
    ) -> Result<FilePages, StageError> {
        let key = Key::original(submission.sha256);
        let file = self.node.store.file(&key).await?;
        let priority = match claim.priority {
            ledger::Priority::Interactive => Priority::Interactive,
            ledger::Priority::Normal | ledger::Priority::Background => Priority::Bulk,
        };
        let stations = self.node.stations();
        let languages = stations.of(&submission.station).languages.clone();
        let pool = self.node.pool.clone();
        let progress = Arc::clone(&self.progress);
        let reading = tokio::task::spawn_blocking(move || {
            let mut on_page = |_| progress.count_page();
            pool.read_in(languages.as_deref(), &file, priority, &mut on_page)
        });
        let read = reading
            .await
            .map_err(|e| StageError::Panicked(e.to_string()))?;
        read.map_err(|trouble| match trouble {
            ReadTrouble::Refused(refusal) => StageError::Refused(refusal),
            ReadTrouble::Stopped => StageError::Stopped,
        })
    }
}

/// The submission that a job is about.
pub(crate) fn submission_of(claim: &Claim) -> Result<SubmissionId, StageError> {
    match claim.subject {
        Subject::Submission(id) => Ok(id),
        Subject::Document(_) => Err(unknown("a submission's job about a document")),
    }
}

pub(crate) fn unknown(what: &str) -> StageError {
    StageError::Damaged {
        what: what.into(),
        why: "the ledger does not have it".into(),
    }
}
