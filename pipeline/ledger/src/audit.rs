//! The audit log: what was done, by whom, when. Rows are appended and never changed, except that
//! names of people may be erased from them. They carry no document text and no personal data but
//! those names: the rest is in the rows the event is about.
//!
//! The log is a Merkle tree: [`leaf`] says what an event's hash is over, [`numbering`] when it is
//! fixed, [`tree`] how roots and proofs are made, [`checkpoint`] what is signed, [`export`] what a
//! stranger gets, [`erasing`] what may go. Checking is the crate `verifier`'s.

mod checkpoint;
mod erasing;
mod export;
mod leaf;
mod numbering;
mod tree;

pub use checkpoint::{Checkpoint, Signer, Unsigned, origin_of};
pub use export::{AUDIT_EXPORT_FORMAT, AuditExport, ExportScope};
pub use leaf::{AuditedEvent, Part};
pub(crate) use numbering::{AT_ONCE, number_events};

use crate::database::{Row, params};
use crate::{Actor, Ledger, LedgerError};
use jiff::Timestamp;
use model::HistoryEntry;

/// Something that was done, as it is handed in with a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What was done, in a word.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// More about it, without document text or personal data.
    pub detail: String,
}

/// Something that was done, as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its number: without gaps, in the order of the log.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// What.
    pub event: Event,
}

impl Ledger {
    /// Logs something that changed nothing: a reading, a search, a refused sign-in.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn log(&self, actor: &Actor, event: &Event) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        writing
            .event(&event.action, &event.subject, event.detail.as_str())
            .await?;
        writing.commit().await
    }

    /// Logs many such things in their order, all in one transaction or none: a server that gathers
    /// what was read meanwhile pays for one commit, not for each.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn log_all(&self, events: &[(Actor, Event)]) -> Result<(), LedgerError> {
        let Some((first, _)) = events.first() else {
            return Ok(());
        };
        let mut writing = self.begin(first).await?;
        let now = writing.now().await?;
        for (actor, event) in events {
            writing.act_as(actor.clone(), now);
            writing
                .event(&event.action, &event.subject, event.detail.as_str())
                .await?;
        }
        writing.commit().await
    }

    /// The events after number `seq`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn events_since(
        &self,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>, LedgerError> {
        self.sequence().await?;
        let mut session = self.read().await?;
        let rows = session
            .rows(
                "SELECT seq, at, actor, action, subject, detail FROM events
                 WHERE seq > $1 ORDER BY seq LIMIT $2",
                params![seq.cast_signed(), limit],
            )
            .await?;
        rows.iter().map(logged_of).collect()
    }

    /// What was done to a subject, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn history(&self, subject: impl ToString) -> Result<Vec<HistoryEntry>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT at, actor, action, detail FROM events WHERE subject = $1 ORDER BY id",
                params![subject.to_string()],
            )
            .await?;
        rows.iter().map(entry_of).collect()
    }
}

/// What reading is called in the log. It changed nothing, and is no part of a record's history.
pub const READ: &str = "read";

/// What was done to a subject but reading it, oldest first.
pub(crate) async fn history(
    session: &mut crate::database::Session,
    subject: impl ToString,
) -> Result<Vec<HistoryEntry>, LedgerError> {
    let rows = session
        .rows(
            "SELECT at, actor, action, detail FROM events WHERE subject = $1 AND action <> 'read' ORDER BY id",
            params![subject.to_string()],
        )
        .await?;
    rows.iter().map(entry_of).collect()
}

/// An event out of its row: seq, at, actor, action, subject, detail.
pub(crate) fn logged_of(row: &Row) -> Result<LoggedEvent, LedgerError> {
    Ok(LoggedEvent {
        seq: row.count("seq")?,
        at: row.moment("at")?,
        actor: row.text("actor")?,
        event: Event {
            action: row.text("action")?,
            subject: row.text("subject")?,
            detail: row.text("detail")?,
        },
    })
}

fn entry_of(row: &Row) -> Result<HistoryEntry, LedgerError> {
    Ok(HistoryEntry {
        at: row.moment("at")?.to_string(),
        actor: row.text("actor")?,
        action: row.text("action")?,
        detail: row.text("detail")?,
    })
}
