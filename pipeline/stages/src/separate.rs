//! A submission's pages become documents: which pages each has.

use crate::recognise::submission_of;
use crate::runner::Runner;
use crate::stored::{StoredPages, get};
use crate::{Stage, StageError};
use archive::Key;
use ledger::{Change, Claim, NewJob, PageAssignment};

/// Marks the input of work that a person asked for once more with the same versions.
pub const AGAIN: &str = " again ";

impl Runner {
    /// Assigns the submission's pages to documents, whose identities follow from their order.
    pub(crate) async fn separate(&self, claim: &Claim) -> Result<Change, StageError> {
        let id = submission_of(claim)?;
        let version = pages_version(&claim.input)?;
        let stored: StoredPages = get(self.node.store.as_ref(), &Key::pages(id, version)).await?;
        let documents = extraction::separate(&stored.pages, &self.node.schemas);
        let assignments: Vec<PageAssignment> = documents
            .into_iter()
            .zip(1..)
            .map(|(pages, ordinal)| PageAssignment {
                document: id.document(ordinal),
                pages,
            })
            .collect();
        // What was asked for again, though nothing changed, is new work for the next stage too.
        let again = claim.input.find(AGAIN).map_or("", |at| &claim.input[at..]);
        let input = format!("{version} {}{again}", self.node.schemas.version());
        let jobs = assignments
            .iter()
            .map(|a| NewJob::new(a.document, Stage::Extract.as_str(), input.clone()))
            .collect();
        let note = format!("{} documents", assignments.len());
        Ok(Change {
            assignments,
            jobs,
            note,
            ..Change::default()
        })
    }
}

/// The version of the pages that a job's input names, before any space.
pub(crate) fn pages_version(input: &str) -> Result<u32, StageError> {
    let version = input.split(' ').next().unwrap_or_default();
    version.parse().map_err(|_| StageError::Damaged {
        what: "a job's input".into(),
        why: format!("`{version}` is no version of pages"),
    })
}
