//! A document's own file out of a batch: its pages and nobody else's, made by a worker without
//! decoding or encoding anything again. The batch stays as it was dropped.

use crate::StageError;
use crate::runner::Runner;
use crate::stored::object;
use archive::{Content, Key, Lock, StoreError};
use ledger::{NewObject, PageAssignment, Submission};
use model::{Finding, Severity};
use rustix::fs::{MemfdFlags, memfd_create};
use sandbox::{Derivative, PageTrouble};
use std::fs::File;
use std::io;

/// What the ledger calls such an object.
pub(crate) const MASTER: &str = "master";
/// Versions of one document's master that are kept beside each other: one a way of separating.
const MAX_VERSIONS: u32 = 1_000;

impl Runner {
    /// Makes and keeps the master of a document that is not its whole submission. None where it
    /// cannot be made: then the batch is what there is, and the document is told.
    pub(crate) async fn master(
        &self,
        submission: &Submission,
        assignment: &PageAssignment,
    ) -> Result<Option<NewObject>, StageError> {
        let batch = self
            .node
            .store
            .file(&Key::original(submission.sha256))
            .await?;
        let pool = self.node.pool.clone();
        let pages = assignment.pages.clone();
        let making = tokio::task::spawn_blocking(move || {
            let into = anonymous_file()?;
            let derivative = Derivative::Master { pages };
            Ok(pool.derive(&batch, &derivative, &into).map(|_| into))
        });
        let made: io::Result<Result<File, PageTrouble>> = making
            .await
            .map_err(|panic| StageError::Panicked(panic.to_string()))?;
        let file = match made {
            Ok(Ok(file)) => file,
            Ok(Err(PageTrouble::Stopped)) => return Err(StageError::Stopped),
            Ok(Err(PageTrouble::Refused(_) | PageTrouble::Failed(_))) => return Ok(None),
            Err(error) => return Err(StageError::Panicked(error.to_string())),
        };
        let document = assignment.document;
        for version in 1..=MAX_VERSIONS {
            let content = Content::file(file.try_clone().map_err(unreadable)?);
            let key = Key::master(document, version);
            match self.node.store.put(&key, content, Lock::default()).await {
                Ok(stored) => return Ok(Some(object(&stored, MASTER, document))),
                // Parted otherwise before: that master stays beside this one.
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }
}

/// A file that has no name and goes with its descriptors.
fn anonymous_file() -> io::Result<File> {
    Ok(File::from(memfd_create("master", MemfdFlags::CLOEXEC)?))
}

fn unreadable(error: io::Error) -> StageError {
    StageError::Damaged {
        what: "a document's master".into(),
        why: error.to_string(),
    }
}

/// What a document is told that has no file of its own.
pub(crate) fn without_master() -> Finding {
    Finding {
        rule: "no_own_file".into(),
        severity: Severity::Warning,
        message: "its pages could not be taken out of their batch as a file of their own: its \
                  original holds its neighbours' pages too"
            .into(),
        fields: Vec::new(),
        page: None,
        place: None,
    }
}
