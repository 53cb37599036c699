//! What happens to leases that ran out and to jobs whose wait is over. A lost node is nobody's
//! attempt; but a job that loses one node after another is parked in the end.

use super::claim::skip_locked;
use super::open_tally;
use crate::database::{Row, Session, Statement, params};
use crate::policy::{PATIENT_LOSSES, millis};
use crate::{Actor, Ledger, LedgerError, Trouble};
use model::SubmissionId;
use std::sync::atomic::Ordering;

/// Expired leases, but not of jobs that reached the limit of losses, which are parked one by one.
const FREE_EXPIRED: Statement = skip_locked!(
    "UPDATE jobs SET losses = losses + 1, node = NULL, leased_until = NULL, changed_at = $1,
        state = CASE WHEN losses + 1 >= $3 THEN 'delayed' ELSE 'waiting' END,
        ready_at = $1 + losses * losses * 1000
     WHERE id IN (SELECT id FROM jobs WHERE state = 'leased' AND leased_until <= $1 AND losses + 1 < $2
                  ORDER BY leased_until LIMIT 1000",
    ")"
);

/// The same for all leases of one node, whose end nobody has to wait for.
const FREE_NODE: Statement = skip_locked!(
    "UPDATE jobs SET losses = losses + 1, node = NULL, leased_until = NULL, changed_at = $1,
        state = CASE WHEN losses + 1 >= $3 THEN 'delayed' ELSE 'waiting' END,
        ready_at = $1 + losses * losses * 1000
     WHERE id IN (SELECT id FROM jobs WHERE state = 'leased' AND node = $4 AND losses + 1 < $2
                  ORDER BY leased_until LIMIT 1000",
    ")"
);

const WAKE: Statement = skip_locked!(
    "UPDATE jobs SET state = 'waiting', ready_at = NULL, changed_at = $1
     WHERE id IN (SELECT id FROM jobs WHERE state = 'delayed' AND ready_at <= $1
                  ORDER BY ready_at LIMIT 1000",
    ")"
);

impl Ledger {
    /// Gives back at once what a node held when it died: for its next start, which is proof that
    /// the earlier one is gone. How many jobs were given back or parked.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn release_node(&self, node: &str) -> Result<u64, LedgerError> {
        let mut tx = self.database.write().await?;
        let now = tx.now().await?;
        let most = i64::from(self.policy.losses);
        let sql = tx.pick(FREE_NODE);
        let freed = tx
            .run(sql, params![now, most, PATIENT_LOSSES, node])
            .await?;
        let poison = tx
            .rows(
                "SELECT id, generation, stage, submission, subject, losses FROM jobs
                 WHERE state = 'leased' AND node = $1 AND losses + 1 >= $2 ORDER BY id LIMIT 100",
                params![node, most],
            )
            .await?;
        tx.commit().await?;
        self.park_poison(&poison).await?;
        Ok(freed + poison.len() as u64)
    }

    /// Frees expired leases and wakes jobs whose wait is over. Claiming does it by itself.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn sweep(&self) -> Result<(), LedgerError> {
        let mut tx = self.database.write().await?;
        let poison = self.sweep_in(&mut tx).await?;
        tx.commit().await?;
        self.park_poison(&poison).await
    }

    /// Whether this handle should sweep at `now`; it answers yes once in a while.
    pub(super) fn is_sweep_due(&self, now: i64) -> bool {
        let last = self.swept_at.load(Ordering::Acquire);
        if now.saturating_sub(last) < millis(self.policy.sweep_every) {
            return false;
        }
        // Whoever moves the mark sweeps; the others claim.
        self.swept_at
            .compare_exchange(last, now, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Sweeps within a transaction; the jobs that are to be parked after it.
    pub(super) async fn sweep_in(&self, tx: &mut Session) -> Result<Vec<Row>, LedgerError> {
        let now = tx.now().await?;
        if !is_anything_due(tx, now).await? {
            return Ok(Vec::new());
        }
        let most = i64::from(self.policy.losses);
        tx.run(tx.pick(FREE_EXPIRED), params![now, most, PATIENT_LOSSES])
            .await?;
        tx.run(tx.pick(WAKE), params![now]).await?;
        tx.rows(
            "SELECT id, generation, stage, submission, subject, losses FROM jobs
             WHERE state = 'leased' AND leased_until <= $1 AND losses + 1 >= $2
             ORDER BY leased_until LIMIT 100",
            params![now, most],
        )
        .await
    }

    /// Parks jobs that lost too many nodes, each in its own transaction that locks the submission
    /// first, as every change does.
    pub(super) async fn park_poison(&self, rows: &[Row]) -> Result<(), LedgerError> {
        for row in rows {
            let stage = row.text("stage")?;
            let losses = row.integer("losses")? + 1;
            let trouble = Trouble::new(
                "worker_lost",
                format!("{losses} nodes were lost while they worked on it"),
                "look at the logs of the nodes at that time; retry when the cause is gone, or skip it",
            );
            let mut writing = self.begin(&Actor::stage("queue", "ledger")).await?;
            let locked = writing
                .lock(row.parsed("submission", SubmissionId::parse)?)
                .await?;
            let now = writing.now().await?;
            let parked = writing
                .tx
                .run(
                    "UPDATE jobs SET state = 'parked', losses = $3, node = NULL, leased_until = NULL,
                        trouble = $4, changed_at = $5
                     WHERE id = $1 AND generation = $2 AND state = 'leased'",
                    params![row.integer("id")?, row.integer("generation")?, losses, trouble.to_json()?, now],
                )
                .await?;
            if parked == 0 {
                writing.forget().await?;
                continue;
            }
            writing.tally(open_tally(&stage), -1);
            writing
                .event(
                    "parked",
                    row.text("subject")?,
                    format!("{stage}: worker_lost"),
                )
                .await?;
            writing.settle(&locked).await?;
            writing.commit().await?;
        }
        Ok(())
    }
}

async fn is_anything_due(tx: &mut Session, now: i64) -> Result<bool, LedgerError> {
    tx.only(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM jobs WHERE state = 'leased' AND leased_until <= $1)
                       OR EXISTS (SELECT 1 FROM jobs WHERE state = 'delayed' AND ready_at <= $1)
                THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS due",
        params![now],
    )
    .await?
    .flag("due")
}
