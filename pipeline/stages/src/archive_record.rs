//! A document becomes a record in the archive: its record and nothing else is put here, because
//! the original and its pages were kept before anybody understood them.

use crate::StageError;
use crate::recognise::unknown;
use crate::runner::Runner;
use crate::stored::object;
use archive::{Content, Key, Lock};
use ledger::{Change, Claim, Subject};

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
        Ok(Change {
            objects: vec![object(&stored, "record", id)],
            note: format!("version {version}"),
            ..Change::default()
        })
    }
}
