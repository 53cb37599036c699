//! Taking a job, keeping it, giving it back.

use super::Priority;
use crate::database::{Row, Statement, params};
use crate::policy::millis;
use crate::writing::Writing;
use crate::{Ledger, LedgerError, Subject};
use jiff::Timestamp;
use model::StationName;

/// A job that this node holds until its lease ends.
///
/// The fence is the job's generation, which every claim raises: a claim that another one followed
/// cannot write. So a claim is as durable as a result: were it lost in a crash of the database, the
/// next claim would get the same generation, and two nodes the same fence.
///
/// A lease that ran out unnoticed still counts until somebody else takes the job, so that finished
/// work is not thrown away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The job.
    pub job: i64,
    /// What it is about.
    pub subject: Subject,
    /// The stage that does it.
    pub stage: String,
    /// What tells this work from earlier work of the same stage.
    pub input: String,
    /// Number of this attempt, from 1; lost nodes are not attempts.
    pub attempt: u32,
    /// Nodes lost with this job so far.
    pub losses: u32,
    /// Who comes first.
    pub priority: Priority,
    /// The station that sent the submission.
    pub station: StationName,
    /// The node that holds the claim.
    pub node: String,
    /// When the lease ends unless renewed, by the ledger's clock.
    pub leased_until: Timestamp,
    pub(crate) generation: i64,
}

/// A statement that is the same but for the rows it must not wait for.
macro_rules! skip_locked {
    ($before:literal, $after:literal) => {
        Statement {
            sqlite: concat!($before, $after),
            postgres: concat!($before, " FOR UPDATE SKIP LOCKED", $after),
        }
    };
}
pub(super) use skip_locked;

const TAKE: Statement = skip_locked!(
    "UPDATE jobs SET state = 'leased', generation = generation + 1, node = $2, leased_until = $3, changed_at = $4
     WHERE id = (SELECT id FROM jobs WHERE stage = $1 AND state = 'waiting'
                 ORDER BY priority, turn, id LIMIT 1",
    ")
     RETURNING id, subject, stage, input, attempts, losses, priority, station, node, leased_until, generation"
);

impl Ledger {
    /// Takes the next job of the first of `stages` that has one; none when all are empty.
    ///
    /// The order of `stages` is the caller's preference: give the later ones first to finish what
    /// was begun, rotate them to be fair between them.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn claim(&self, stages: &[&str], node: &str) -> Result<Option<Claim>, LedgerError> {
        let mut tx = self.database.write().await?;
        let now = tx.now().await?;
        if self.is_sweep_due(now) {
            let poison = self.sweep_in(&mut tx).await?;
            if !poison.is_empty() {
                tx.commit().await?;
                self.park_poison(&poison).await?;
                tx = self.database.write().await?;
            }
        }
        let until = now + millis(self.policy.lease);
        for stage in stages {
            let taken = tx
                .row(tx.pick(TAKE), params![*stage, node, until, now])
                .await?;
            if let Some(row) = taken {
                let claim = claim_of(&row)?;
                tx.commit().await?;
                return Ok(Some(claim));
            }
        }
        // Not rolled back: a sweep may have woken jobs of other stages.
        tx.commit().await?;
        Ok(None)
    }

    /// Prolongs a claim's lease; when it ends now.
    ///
    /// # Errors
    /// [`LedgerError::LeaseLost`] when the job is no longer this claim's, and when the ledger
    /// cannot be written.
    pub async fn renew(&self, claim: &Claim) -> Result<Timestamp, LedgerError> {
        let mut tx = self.database.write().await?;
        let until = tx.now().await? + millis(self.policy.lease);
        let row = tx
            .row(
                "UPDATE jobs SET leased_until = $3 WHERE id = $1 AND generation = $2 AND state = 'leased'
                 RETURNING leased_until",
                params![claim.job, claim.generation, until],
            )
            .await?;
        let Some(row) = row else {
            return Err(claim.lost());
        };
        let until = row.moment("leased_until")?;
        tx.commit().await?;
        Ok(until)
    }

    /// Gives a job back untouched: a node that stops in good order. Nothing is counted.
    ///
    /// # Errors
    /// [`LedgerError::LeaseLost`] when the job is no longer this claim's, and when the ledger
    /// cannot be written.
    pub async fn give_back(&self, claim: &Claim) -> Result<(), LedgerError> {
        let mut tx = self.database.write().await?;
        let now = tx.now().await?;
        let given = tx
            .run(
                "UPDATE jobs SET state = 'waiting', node = NULL, leased_until = NULL, changed_at = $3
                 WHERE id = $1 AND generation = $2 AND state = 'leased'",
                params![claim.job, claim.generation, now],
            )
            .await?;
        if given == 0 {
            return Err(claim.lost());
        }
        tx.commit().await
    }
}

fn claim_of(row: &Row) -> Result<Claim, LedgerError> {
    Ok(Claim {
        job: row.integer("id")?,
        subject: row.parsed("subject", Subject::parse)?,
        stage: row.text("stage")?,
        input: row.text("input")?,
        attempt: row.count::<u32>("attempts")? + 1,
        losses: row.count("losses")?,
        priority: Priority::parse(row.integer("priority")?)?,
        station: row.parsed("station", StationName::parse)?,
        node: row.text("node")?,
        leased_until: row.moment("leased_until")?,
        generation: row.integer("generation")?,
    })
}

impl Claim {
    pub(crate) fn lost(&self) -> LedgerError {
        LedgerError::LeaseLost {
            job: self.job,
            stage: self.stage.clone(),
        }
    }
}

impl Writing {
    /// Ends a claim: the job is done. The fence of every result.
    pub(crate) async fn finish(&mut self, claim: &Claim) -> Result<(), LedgerError> {
        let now = self.now().await?;
        let finished = self
            .tx
            .run(
                "UPDATE jobs SET state = 'done', node = NULL, leased_until = NULL, trouble = NULL, changed_at = $3
                 WHERE id = $1 AND generation = $2 AND state = 'leased'",
                params![claim.job, claim.generation, now],
            )
            .await?;
        if finished == 0 {
            return Err(claim.lost());
        }
        self.tally(super::open_tally(&claim.stage), -1);
        Ok(())
    }
}
