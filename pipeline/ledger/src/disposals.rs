//! Disposals: lists that people agree to, and what was done about each document of them. Who may
//! agree, and when that is enough, is decided elsewhere and fenced here: an act counts only on the
//! disposal as its actor saw it.

mod purge;
mod rows;

pub use purge::Purge;
use rows::{item_of, load};

use crate::basis::{RetentionBasis, basis};
use crate::database::params;
use crate::writing::Writing;
use crate::{Actor, Ledger, LedgerError};
use jiff::Timestamp;
use jiff::civil::Date;
use model::{Digest, DocumentId};

/// The ledger's number for a disposal.
pub type DisposalId = i64;

/// Where a disposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisposalState {
    /// It is looked at.
    Prepared,
    /// Enough people agreed.
    Approved,
    /// It was done, and its protocol is written.
    Collected,
    /// It will not be done.
    Abandoned,
}

/// Where a document of a disposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemState {
    /// It is on the list.
    Planned,
    /// It is being deleted; a kill leaves it so, and collecting again goes on.
    Collecting,
    /// It is gone. The row is its tombstone.
    Disposed,
    /// It stays, and its proof says why.
    Stays,
}

/// A document of a disposal. It names no person and holds no word of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisposalItem {
    /// The document.
    pub document: DocumentId,
    /// Its type.
    pub kind: String,
    /// Its class.
    pub class: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// How many pages it had.
    pub pages: u32,
    /// SHA-256 of its own file, or of its original.
    pub sha256: Digest,
    /// The first day on which it may go.
    pub retain_until: Date,
    /// The law that was the last to keep it.
    pub basis: String,
    /// Where it stands.
    pub state: ItemState,
    /// What was done about it, as JSON; empty while nothing was.
    pub proof: String,
}

/// What a person did about a disposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Said, in a role, whether it may be done.
    Opinion,
    /// Agreed that it is done, or refused.
    Approval,
}

/// For or against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be done.
    For,
    /// It may not.
    Against,
}

/// Something that a person did about a disposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisposalAct {
    /// What.
    pub act: Act,
    /// In which role.
    pub role: String,
    /// For or against.
    pub verdict: Verdict,
    /// In the person's words.
    pub words: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub person: String,
}

/// A disposal as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposal {
    /// Its number.
    pub id: DisposalId,
    /// What people call it.
    pub title: String,
    /// Where it stands.
    pub state: DisposalState,
    /// When it was prepared.
    pub prepared_at: Timestamp,
    /// By whom.
    pub prepared_by: String,
    /// When it was collected or abandoned.
    pub ended_at: Option<Timestamp>,
    /// Its protocol, as JSON, once it was collected.
    pub protocol: Option<String>,
    /// What people did about it, oldest first.
    pub acts: Vec<DisposalAct>,
    /// Its documents.
    pub items: Vec<DisposalItem>,
}

impl Ledger {
    /// Prepares a disposal of documents.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when it is of nothing, or a document is on another list that is not
    /// done with, and when the ledger cannot be written.
    pub async fn prepare_disposal(
        &self,
        title: &str,
        items: &[DisposalItem],
        actor: &Actor,
    ) -> Result<DisposalId, LedgerError> {
        if items.is_empty() {
            return Err(LedgerError::Refused(
                "there is nothing to dispose of".into(),
            ));
        }
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        let id = writing
            .tx
            .only(
                "INSERT INTO disposals (title, state, prepared_at, prepared_by)
                 VALUES ($1, 'prepared', $2, $3) RETURNING id",
                params![title, now, actor.to_string()],
            )
            .await?
            .integer("id")?;
        // Submissions are locked in their order, as everywhere.
        let mut items: Vec<&DisposalItem> = items.iter().collect();
        items.sort_by_key(|item| item.document);
        for item in &items {
            // The lock also keeps two people from putting a document on two lists at once.
            writing.lock(item.document.submission()).await?;
            if let Some(other) = writing.listed_in(item.document).await? {
                return Err(LedgerError::Refused(format!(
                    "{} is on the list of disposal {other} already",
                    item.document
                )));
            }
            writing.insert_item(id, item).await?;
        }
        let detail = format!("{} documents", items.len());
        writing
            .event("disposal prepared", format!("disposal:{id}"), detail)
            .await?;
        writing.commit().await?;
        Ok(id)
    }

    /// A disposal with its acts and documents.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn disposal(&self, id: DisposalId) -> Result<Option<Disposal>, LedgerError> {
        load(&mut self.read().await?, id).await
    }

    /// The numbers and states of disposals, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn disposals(
        &self,
        limit: u32,
    ) -> Result<Vec<(DisposalId, DisposalState)>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT id, state FROM disposals ORDER BY id DESC LIMIT $1",
                params![limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let state = row.parsed("state", DisposalState::parse)?;
                Ok((row.integer("id")?, state))
            })
            .collect()
    }

    /// The disposal whose list a document is on and not done with, and what is left of one that was
    /// disposed of.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn tombstone(
        &self,
        document: DocumentId,
    ) -> Result<Option<(DisposalId, DisposalItem)>, LedgerError> {
        let row = self
            .read()
            .await?
            .row(
                "SELECT * FROM disposal_items WHERE document = $1 AND state = 'disposed'",
                params![document],
            )
            .await?;
        row.map(|row| Ok((row.integer("disposal")?, item_of(&row)?)))
            .transpose()
    }

    /// Adds what a person did about a disposal, and the state that this brings it to.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when somebody else acted since it was `seen`, and when the ledger
    /// cannot be written.
    pub async fn act_on_disposal(
        &self,
        seen: &Disposal,
        act: &DisposalAct,
        next: DisposalState,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        writing.fence(seen).await?;
        let now = writing.now().await?;
        writing
            .tx
            .run(
                "INSERT INTO disposal_acts (disposal, act, role, verdict, words, at, person)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                params![
                    seen.id,
                    act.act.as_str(),
                    &act.role,
                    act.verdict.as_str(),
                    &act.words,
                    now,
                    actor.to_string()
                ],
            )
            .await?;
        writing
            .tx
            .run(
                "UPDATE disposals SET state = $2 WHERE id = $1",
                params![seen.id, next.as_str()],
            )
            .await?;
        let action = format!("disposal {}", act.act.as_str());
        let detail = format!("{} as {}", act.verdict.as_str(), act.role);
        writing
            .event(&action, format!("disposal:{}", seen.id), detail)
            .await?;
        writing.commit().await
    }

    /// Ends a disposal: collected, with its protocol, or abandoned.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when somebody else acted since it was `seen`, and when the ledger
    /// cannot be written.
    pub async fn end_disposal(
        &self,
        seen: &Disposal,
        state: DisposalState,
        protocol: Option<&str>,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        writing.fence(seen).await?;
        let now = writing.now().await?;
        writing
            .tx
            .run(
                "UPDATE disposals SET state = $2, ended_at = $3, protocol = $4 WHERE id = $1",
                params![seen.id, state.as_str(), now, protocol.map(str::to_owned)],
            )
            .await?;
        let action = format!("disposal {}", state.as_str());
        writing
            .event(&action, format!("disposal:{}", seen.id), "")
            .await?;
        writing.commit().await
    }

    /// Begins to dispose of a document, if all that decides about it is as it was `seen`: checked
    /// in the transaction that begins. Whether it did; from then on no hold can be placed on it.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn begin_disposing(
        &self,
        disposal: DisposalId,
        seen: &RetentionBasis,
        actor: &Actor,
    ) -> Result<bool, LedgerError> {
        let mut writing = self.begin(actor).await?;
        let document = seen.document;
        writing.lock(document.submission()).await?;
        let now_known = basis(&mut writing.tx, document).await?;
        let same = now_known.as_ref() == Some(seen);
        let free = seen.disposal.is_none_or(|other| other == disposal);
        let begun = same
            && free
            && writing
                .tx
                .run(
                    "UPDATE disposal_items SET state = 'collecting'
                     WHERE disposal = $1 AND document = $2 AND state IN ('planned', 'collecting')
                        AND (SELECT state FROM disposals WHERE id = $1) = 'approved'",
                    params![disposal, document],
                )
                .await?
                == 1;
        if begun {
            let detail = format!("disposal {disposal}");
            writing.event("disposing begun", document, detail).await?;
            writing.commit().await?;
        } else {
            writing.forget().await?;
        }
        Ok(begun)
    }

    /// Notes that a document of a disposal stays, and why.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn keep_item(
        &self,
        disposal: DisposalId,
        document: DocumentId,
        why: &str,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        writing
            .tx
            .run(
                "UPDATE disposal_items SET state = 'stays', proof = $3
                 WHERE disposal = $1 AND document = $2 AND state IN ('planned', 'collecting')",
                params![disposal, document, why],
            )
            .await?;
        let detail = format!("disposal {disposal}");
        writing.event("disposal refused", document, detail).await?;
        writing.commit().await
    }
}

impl Writing {
    async fn listed_in(&mut self, document: DocumentId) -> Result<Option<DisposalId>, LedgerError> {
        let row = self
            .tx
            .row(
                "SELECT disposal FROM disposal_items JOIN disposals ON disposals.id = disposal
                 WHERE document = $1 AND disposals.state IN ('prepared', 'approved')
                    AND disposal_items.state IN ('planned', 'collecting')",
                params![document],
            )
            .await?;
        row.map(|row| row.integer("disposal")).transpose()
    }

    async fn insert_item(
        &mut self,
        disposal: DisposalId,
        item: &DisposalItem,
    ) -> Result<(), LedgerError> {
        self.tx
            .run(
                "INSERT INTO disposal_items (disposal, document, kind, class, received_at, pages, sha256,
                                             retain_until, basis, state, proof)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'planned', '')",
                params![
                    disposal,
                    item.document,
                    &item.kind,
                    &item.class,
                    item.received_at.as_millisecond(),
                    item.pages,
                    item.sha256,
                    item.retain_until,
                    &item.basis
                ],
            )
            .await?;
        Ok(())
    }

    /// Locks a disposal's row, and refuses where it is no longer as somebody saw it.
    async fn fence(&mut self, seen: &Disposal) -> Result<(), LedgerError> {
        let locked = self
            .tx
            .run(
                "UPDATE disposals SET state = state WHERE id = $1 AND state = $2
                    AND (SELECT count(*) FROM disposal_acts WHERE disposal = $1) = $3",
                params![
                    seen.id,
                    seen.state.as_str(),
                    i64::try_from(seen.acts.len()).unwrap_or(i64::MAX)
                ],
            )
            .await?;
        if locked == 1 {
            return Ok(());
        }
        Err(LedgerError::Refused(format!(
            "somebody acted on disposal {} meanwhile: look at it again",
            seen.id
        )))
    }
}
