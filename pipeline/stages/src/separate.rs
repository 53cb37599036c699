//! A submission's pages become documents: which pages each has.

use crate::recognise::{submission_of, unknown};
use crate::runner::Runner;
use crate::stored::{StoredPages, get};
use crate::{Stage, StageError};
use archive::Key;
use extraction::{Part, Schemas, Separated, Separation};
use ledger::{Change, Claim, NewJob, PageAssignment, PageEntry};
use model::{Page, PageKind};

/// Marks the input of work that a person asked for once more with the same versions.
pub const AGAIN: &str = " again ";

impl Runner {
    /// Assigns the submission's pages to documents, whose identities follow from their order.
    pub(crate) async fn separate(&self, claim: &Claim) -> Result<Change, StageError> {
        let id = submission_of(claim)?;
        let version = pages_version(&claim.input)?;
        let stored: StoredPages = get(self.node.store.as_ref(), &Key::pages(id, version)).await?;
        let submission = self.node.ledger.submission(id).await?;
        let submission = submission.ok_or_else(|| unknown("the submission"))?;
        let stations = self.node.stations();
        let how = &stations.of(&submission.station).separation;
        let separated = extraction::separate(&stored.pages, &self.node.schemas, how);
        let (mut assignments, mut objects) = (Vec::new(), Vec::new());
        for (part, ordinal) in separated.parts.iter().zip(1..) {
            if self.answer_rescan(part, (id, &stored.pages)).await? {
                continue; // The page is another document's, as its new version.
            }
            let assignment = PageAssignment {
                document: id.document(ordinal),
                pages: part.pages.clone(),
            };
            if assignment.pages.len() < stored.pages.len() {
                objects.extend(self.master(&submission, &assignment).await?);
            }
            assignments.push(assignment);
        }
        let pages = sheets_only(&stored.pages, &separated);
        // What was asked for again, though nothing changed, is new work for the next stage too.
        let again = claim.input.find(AGAIN).map_or("", |at| &claim.input[at..]);
        let input = format!("{version} {}{again}", self.node.schemas.version());
        let jobs = assignments
            .iter()
            .map(|a| NewJob::new(a.document, Stage::Extract.as_str(), input.clone()))
            .collect();
        let note = format!("{} documents", assignments.len());
        Ok(Change {
            pages,
            assignments,
            objects,
            jobs,
            note,
            ..Change::default()
        })
    }
}

/// Pages that turned out to separate, where they were not known to when they were read.
fn sheets_only(pages: &[Page], separated: &Separated) -> Vec<PageEntry> {
    let separates = |page: &&Page| separated.sheets.contains(&page.number);
    pages
        .iter()
        .filter(separates)
        .filter(|page| page.kind != PageKind::Separator)
        .map(|page| {
            let mut entry = PageEntry::from(page);
            entry.summary.kind = PageKind::Separator;
            entry
        })
        .collect()
}

/// What separating says of the document that has these pages; nothing where the station's way of
/// separating has changed since.
pub(crate) fn part_with(
    pages: &[Page],
    schemas: &Schemas,
    how: &Separation,
    numbers: &[u32],
) -> Part {
    let parts = extraction::separate(pages, schemas, how).parts;
    let same = parts.into_iter().find(|part| part.pages == numbers);
    same.unwrap_or_default()
}

/// The version of the pages that a job's input names, before any space.
pub(crate) fn pages_version(input: &str) -> Result<u32, StageError> {
    let version = input.split(' ').next().unwrap_or_default();
    version.parse().map_err(|_| StageError::Damaged {
        what: "a job's input".into(),
        why: format!("`{version}` is no version of pages"),
    })
}
