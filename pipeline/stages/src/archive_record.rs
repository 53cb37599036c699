//! A document becomes a record in the archive: its record and nothing else is put here, because
//! the original and its pages were kept before anybody understood them.

use crate::recognise::unknown;
use crate::runner::Runner;
use crate::stored::object;
use crate::{Stage, StageError};
use archive::{Content, Key, Lock};
use ledger::{Change, Claim, NewJob, Subject};
use model::DocumentId;

/// The job that puts a record's version into the archive.
#[must_use]
pub fn archive_job(id: DocumentId, version: u32) -> NewJob {
    NewJob::new(id, Stage::Archive.as_str(), version.to_string())
}

impl Runner {
    /// Puts the record's version that the job names.
    pub(crate) async fn archive(&self, claim: &Claim) -> Result<Change, StageError> {
        let Subject::Document(id) = claim.subject else {
            return Err(unknown("a document's job about a submission"));
        };
        let version: u32 = claim.input.parse().map_err(|_| StageError::Damaged {
            what: "a job's input".into(),
            why: format!("`{}` is no version of a record", claim.input),
        })?;
        let record = self
            .node
            .ledger
            .record_to_keep(id, version)
            .await?
            .ok_or_else(|| unknown("the record's version"))?;
        let bytes = serde_json::to_vec_pretty(&record).map_err(|e| StageError::Damaged {
            what: "the record".into(),
            why: e.to_string(),
        })?;
        let key = Key::record(id, version);
        let stored = self
            .node
            .store
            .put(&key, Content::bytes(bytes), Lock::default())
            .await?;
        // A new version is locked like those before it, where there is anything to lock it for.
        let basis = self.node.ledger.retention_basis(id).await?;
        let follows = basis.is_some_and(|b| b.confirmed.is_some() || !b.holds.is_empty());
        let jobs = follows.then(|| {
            let cause = format!("version {version}");
            NewJob::new(id, Stage::Retain.as_str(), cause)
        });
        Ok(Change {
            objects: vec![object(&stored, "record", id)],
            jobs: jobs.into_iter().collect(),
            note: format!("version {version}"),
            ..Change::default()
        })
    }
}
