//! A change in the making: one transaction, its actor, and what it will have counted. Rows are
//! locked in one order, submission before job before document, so that no two changes wait for
//! each other.

use crate::database::{Session, Statement, params};
use crate::sequence::{ADD_TALLIES, APPEND_CHANGE};
use crate::submissions::SubmissionState;
use crate::{Actor, ChangeKind, LedgerError};
use model::SubmissionId;
use serde::Serialize;
use std::collections::BTreeMap;

/// One transaction that writes.
pub(crate) struct Writing {
    pub(crate) tx: Session,
    actor: Actor,
    tallies: BTreeMap<String, i64>,
    newest_seq: Option<u64>,
}

/// A submission's row, locked, with the state it had.
pub(crate) struct LockedSubmission {
    pub(crate) id: SubmissionId,
    pub(crate) station: String,
    before: SubmissionState,
}

impl Writing {
    pub(crate) const fn new(tx: Session, actor: Actor) -> Self {
        Self {
            tx,
            actor,
            tallies: BTreeMap::new(),
            newest_seq: None,
        }
    }

    pub(crate) const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// From here on writes as another, at another time: for what is told again.
    pub(crate) fn act_as(&mut self, actor: Actor, milliseconds: i64) {
        self.actor = actor;
        self.tx.pin(milliseconds);
    }

    pub(crate) async fn now(&mut self) -> Result<i64, LedgerError> {
        self.tx.now().await
    }

    /// Counts something, at commit.
    pub(crate) fn tally(&mut self, name: impl Into<String>, amount: i64) {
        *self.tallies.entry(name.into()).or_default() += amount;
    }

    /// The number of the next event, in SQLite, where nobody else writes meanwhile.
    pub(crate) async fn next_seq(&mut self) -> Result<u64, LedgerError> {
        let newest = match self.newest_seq {
            Some(newest) => newest,
            None => self
                .tx
                .only("SELECT coalesce(max(seq), 0) AS seq FROM events", params![])
                .await?
                .count("seq")?,
        };
        self.newest_seq = Some(newest + 1);
        Ok(newest + 1)
    }

    /// Appends a row to the change log.
    pub(crate) async fn changed(
        &mut self,
        kind: ChangeKind,
        subject: impl ToString,
        version: u32,
    ) -> Result<(), LedgerError> {
        let now = self.now().await?;
        let sql = self.tx.pick(APPEND_CHANGE);
        self.tx
            .run(
                sql,
                params![now, kind.as_str(), subject.to_string(), version],
            )
            .await?;
        Ok(())
    }

    /// Locks a submission's row until the end of the transaction.
    ///
    /// Two jobs that finish together each see the other as open; the lock makes the second wait
    /// and then see the first as done.
    pub(crate) async fn lock(&mut self, id: SubmissionId) -> Result<LockedSubmission, LedgerError> {
        const LOCK: Statement = Statement {
            sqlite: "SELECT station, state FROM submissions WHERE id = $1",
            postgres: "SELECT station, state FROM submissions WHERE id = $1 FOR UPDATE",
        };
        let row = self
            .tx
            .row(self.tx.pick(LOCK), params![id])
            .await?
            .ok_or_else(|| LedgerError::unknown("submission", id))?;
        let before = row.parsed("state", SubmissionState::parse)?;
        Ok(LockedSubmission {
            id,
            station: row.text("station")?,
            before,
        })
    }

    /// Says anew, from its jobs, whether a submission waits, is parked or is done.
    pub(crate) async fn settle(&mut self, locked: &LockedSubmission) -> Result<(), LedgerError> {
        let row = self
            .tx
            .only(
                "SELECT CASE
                    WHEN EXISTS (SELECT 1 FROM jobs WHERE submission = $1 AND state = 'parked') THEN 'parked'
                    WHEN EXISTS (SELECT 1 FROM jobs WHERE submission = $1
                                 AND state IN ('waiting', 'delayed', 'leased')) THEN 'waiting'
                    ELSE 'done' END AS state",
                params![locked.id],
            )
            .await?;
        let after = row.parsed("state", SubmissionState::parse)?;
        if after == locked.before {
            return Ok(());
        }
        let now = self.now().await?;
        let settled_at = (after != SubmissionState::Waiting).then_some(now);
        self.tx
            .run(
                "UPDATE submissions SET state = $2, settled_at = $3 WHERE id = $1",
                params![locked.id, after.as_str(), settled_at],
            )
            .await?;
        self.tally(locked.before.tally(), -1);
        self.tally(after.tally(), 1);
        self.changed(ChangeKind::Submission, locked.id, 0).await
    }

    /// Makes everything durable and visible at once.
    pub(crate) async fn commit(mut self) -> Result<(), LedgerError> {
        self.tallies.retain(|_, amount| *amount != 0);
        if !self.tallies.is_empty() {
            let amounts = json(&self.tallies)?;
            self.tx
                .run(self.tx.pick(ADD_TALLIES), params![amounts])
                .await?;
        }
        self.tx.commit().await
    }

    /// Leaves everything as it was.
    pub(crate) async fn forget(self) -> Result<(), LedgerError> {
        self.tx.rollback().await
    }
}

/// The stored form of a value.
pub(crate) fn json(value: &impl Serialize) -> Result<String, LedgerError> {
    serde_json::to_string(value)
        .map_err(|why| LedgerError::Refused(format!("what cannot be written as JSON: {why}")))
}
