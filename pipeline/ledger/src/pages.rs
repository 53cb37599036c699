//! The pages of a submission, as a ledger of pages knows them: read or failed, and in which
//! document they are. Words and text are not kept here but in the store.

use crate::database::{Row, params};
use crate::writing::{Writing, json};
use crate::{Ledger, LedgerError};
use model::{DocumentId, Failure, Page, PagePrint, PageSummary, SubmissionId};
use serde::Serialize;

/// A page of a submission.
#[derive(Clone, Debug, PartialEq)]
pub struct PageEntry {
    /// Its measures and its quality.
    pub summary: PageSummary,
    /// Why it could not be read, where it could not.
    pub failure: Option<Failure>,
    /// The document it is in; none before it is separated, and for separators and blank backs.
    pub document: Option<DocumentId>,
    /// How it looks, where it has words; only told, never asked back.
    pub print: Option<PagePrint>,
}

impl From<&Page> for PageEntry {
    fn from(page: &Page) -> Self {
        Self {
            summary: page.into(),
            failure: page.failure.clone(),
            document: None,
            print: page.sheet.print,
        }
    }
}

/// Which pages a document has. Pages it had before and has no longer belong to none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageAssignment {
    /// The document.
    pub document: DocumentId,
    /// Page numbers in the submission.
    pub pages: Vec<u32>,
}

impl Ledger {
    /// The pages of a submission, in order.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn pages(&self, submission: SubmissionId) -> Result<Vec<PageEntry>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT summary, failure, document FROM pages WHERE submission = $1 ORDER BY number",
                params![submission],
            )
            .await?;
        rows.iter().map(entry_of).collect()
    }
}

fn entry_of(row: &Row) -> Result<PageEntry, LedgerError> {
    Ok(PageEntry {
        summary: row.json("summary")?,
        failure: row.maybe_json("failure")?,
        document: row.maybe_parsed("document", DocumentId::parse)?,
        print: None,
    })
}

impl Writing {
    pub(crate) async fn put_page(
        &mut self,
        submission: SubmissionId,
        page: &PageEntry,
    ) -> Result<(), LedgerError> {
        let summary = &page.summary;
        let failure = page.failure.as_ref().map(json).transpose()?;
        self.tx
            .run(
                "INSERT INTO pages (submission, number, document, kind, verdict, summary, failure)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (submission, number) DO UPDATE SET kind = excluded.kind,
                    verdict = excluded.verdict, summary = excluded.summary, failure = excluded.failure,
                    document = coalesce(excluded.document, pages.document)",
                params![
                    submission,
                    summary.number,
                    page.document,
                    word(summary.kind)?,
                    word(summary.quality.verdict)?,
                    json(summary)?,
                    failure
                ],
            )
            .await?;
        match page.print {
            Some(print) => self.put_print(submission, summary.number, print).await,
            None => Ok(()),
        }
    }

    pub(crate) async fn assign_pages(
        &mut self,
        submission: SubmissionId,
        assignment: &PageAssignment,
    ) -> Result<(), LedgerError> {
        let document = assignment.document;
        if document.submission() != submission {
            return Err(LedgerError::Refused(format!(
                "{document} is no document of {submission}"
            )));
        }
        self.tx
            .run(
                "UPDATE pages SET document = NULL WHERE document = $1",
                params![document],
            )
            .await?;
        for number in &assignment.pages {
            let known = self
                .tx
                .run(
                    "UPDATE pages SET document = $3 WHERE submission = $1 AND number = $2",
                    params![submission, *number, document],
                )
                .await?;
            if known == 0 {
                return Err(LedgerError::Refused(format!(
                    "{submission} has no page {number}"
                )));
            }
        }
        Ok(())
    }
}

/// The one word an enum's value is written as.
pub(crate) fn word(value: impl Serialize) -> Result<String, LedgerError> {
    Ok(json(&value)?.trim_matches('"').to_owned())
}
