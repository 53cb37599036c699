//! Pages to be scanned again: a ticket for a page of a document, answered by the next scan that
//! carries it. The old scan stays; which of several answers counts is the newest.

use crate::database::{Row, params};
use crate::writing::Writing;
use crate::{Actor, Ledger, LedgerError};
use jiff::Timestamp;
use model::{DocumentId, SubmissionId};

/// The number of a ticket.
pub type RescanId = i64;

/// A ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rescan {
    /// Its number.
    pub id: RescanId,
    /// The document.
    pub document: DocumentId,
    /// The page, by its number in the document's submission.
    pub page: u32,
    /// Why it is to be scanned again.
    pub why: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// By whom.
    pub asked_by: String,
    /// The page that was scanned in answer: submission and number there.
    pub answer: Option<(SubmissionId, u32)>,
}

/// The page that answers a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RescanAnswer {
    /// The ticket.
    pub ticket: RescanId,
    /// The submission that the page came in.
    pub submission: SubmissionId,
    /// Its number there.
    pub number: u32,
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, document, page, why, asked_at, asked_by, submission, number FROM rescans ",
            $where
        )
    };
}

impl Ledger {
    /// Asks for a page to be scanned again. The ticket's number.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] when the document has no such page, and when the ledger cannot be
    /// written.
    pub async fn ask_rescan(
        &self,
        document: DocumentId,
        page: u32,
        why: &str,
        actor: &Actor,
    ) -> Result<RescanId, LedgerError> {
        let mut writing = self.begin(actor).await?;
        let known = writing
            .tx
            .row(
                "SELECT number FROM pages WHERE document = $1 AND number = $2",
                params![document, page],
            )
            .await?;
        known.ok_or_else(|| LedgerError::unknown("page", format!("{page} of {document}")))?;
        let now = writing.now().await?;
        let id = writing
            .tx
            .only(
                "INSERT INTO rescans (document, page, why, asked_at, asked_by)
                 VALUES ($1, $2, $3, $4, $5) RETURNING id",
                params![document, page, why, now, actor.to_string()],
            )
            .await?
            .integer("id")?;
        let detail = format!("page {page}, ticket {id}");
        writing.event("rescan asked for", document, detail).await?;
        writing.commit().await?;
        Ok(id)
    }

    /// A ticket.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn rescan(&self, id: RescanId) -> Result<Option<Rescan>, LedgerError> {
        let mut session = self.read().await?;
        let row = session.row(select!("WHERE id = $1"), params![id]).await?;
        row.as_ref().map(rescan_of).transpose()
    }

    /// The tickets of a document, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn rescans_of(&self, document: DocumentId) -> Result<Vec<Rescan>, LedgerError> {
        let mut session = self.read().await?;
        let rows = session
            .rows(
                select!("WHERE document = $1 ORDER BY answered_at, id"),
                params![document],
            )
            .await?;
        rows.iter().map(rescan_of).collect()
    }

    /// Tickets that no scan has answered, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn open_rescans(&self) -> Result<Vec<Rescan>, LedgerError> {
        let mut session = self.read().await?;
        let rows = session
            .rows(select!("WHERE submission IS NULL ORDER BY id"), params![])
            .await?;
        rows.iter().map(rescan_of).collect()
    }
}

fn rescan_of(row: &Row) -> Result<Rescan, LedgerError> {
    let submission = row.maybe_parsed("submission", SubmissionId::parse)?;
    let number = row.maybe_integer("number")?;
    let number = number
        .map(u32::try_from)
        .transpose()
        .map_err(|why| LedgerError::damaged("number", why))?;
    Ok(Rescan {
        id: row.integer("id")?,
        document: row.parsed("document", DocumentId::parse)?,
        page: row.count("page")?,
        why: row.text("why")?,
        asked_at: row.moment("asked_at")?,
        asked_by: row.text("asked_by")?,
        answer: submission.zip(number),
    })
}

impl Writing {
    /// Notes the page that answers a ticket. A ticket may be answered again: the newest counts.
    pub(crate) async fn answer_rescan(&mut self, answer: &RescanAnswer) -> Result<(), LedgerError> {
        let now = self.now().await?;
        let known = self
            .tx
            .run(
                "UPDATE rescans SET submission = $2, number = $3, answered_at = $4 WHERE id = $1",
                params![answer.ticket, answer.submission, answer.number, now],
            )
            .await?;
        if known == 0 {
            return Err(LedgerError::unknown("rescan ticket", answer.ticket));
        }
        Ok(())
    }
}
