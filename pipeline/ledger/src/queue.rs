//! The queue: jobs are rows of the ledger, so that a job and what it brought about change in one
//! transaction. A claim is a fenced lease on the ledger's clock.
//!
//! Order: lower priority numbers first; within one priority stations take turns (start-time fair
//! queueing, Goyal, Vin and Cheng 1996): a job's turn is one after its station's last waiting one,
//! but never before the turn now being served. A station that drops ten thousand files delays
//! another's one file by a single job, and a claim stays one probe of one index.
//!
//! It knows no stage's meaning and starts nothing: polling it is the truth, whatever else hints.

mod claim;
mod failure;
mod lease;

pub use claim::Claim;
pub use failure::Failing;

use crate::database::params;
use crate::writing::{LockedSubmission, Writing};
use crate::{Ledger, LedgerError, Subject};
use jiff::Timestamp;

/// Who comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody waits for it.
    Interactive,
    /// What stations send.
    #[default]
    Normal,
    /// Reading again after an upgrade.
    Background,
}

impl Priority {
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Interactive => 0,
            Self::Normal => 10,
            Self::Background => 20,
        }
    }

    pub(crate) fn parse(number: i64) -> Result<Self, LedgerError> {
        match number {
            0 => Ok(Self::Interactive),
            10 => Ok(Self::Normal),
            20 => Ok(Self::Background),
            other => Err(LedgerError::damaged("priority", other)),
        }
    }
}

/// Work to be done. There is one job for a subject, a stage and an input: asking twice is asking
/// once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// What it is about.
    pub subject: Subject,
    /// The stage that does it.
    pub stage: String,
    /// What tells this work from the same stage's earlier work on the subject: version of engine
    /// and schemas, or a record's version.
    pub input: String,
    /// Who comes first.
    pub priority: Priority,
}

impl NewJob {
    /// A job of normal priority.
    pub fn new(
        subject: impl Into<Subject>,
        stage: impl Into<String>,
        input: impl Into<String>,
    ) -> Self {
        Self {
            subject: subject.into(),
            stage: stage.into(),
            input: input.into(),
            priority: Priority::Normal,
        }
    }

    /// The same job with another priority.
    #[must_use]
    pub fn with_priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }
}

/// What the queue still has to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkLeft {
    /// Jobs that wait for a worker, by no means all of them claimable by this node's roles.
    pub waiting: u64,
    /// Jobs that wait for their time, after a failure or a pause.
    pub delayed: u64,
    /// Jobs in work, on whatever node.
    pub leased: u64,
    /// When the next delayed job or the next lease is due; none when there is neither.
    pub next_due: Option<Timestamp>,
}

impl WorkLeft {
    /// Whether every job is finished, parked or skipped.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.waiting + self.delayed + self.leased == 0
    }
}

impl Ledger {
    /// What is left to do, on all nodes.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn work_left(&self) -> Result<WorkLeft, LedgerError> {
        let mut session = self.read().await?;
        let open = session
            .only(
                "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) AS open FROM tallies WHERE name LIKE 'open:%'",
                params![],
            )
            .await?;
        let held = session
            .only(
                "SELECT (SELECT count(*) FROM jobs WHERE state = 'delayed') AS delayed,
                        (SELECT count(*) FROM jobs WHERE state = 'leased') AS leased,
                        (SELECT min(due) FROM (
                            SELECT min(ready_at) AS due FROM jobs WHERE state = 'delayed'
                            UNION ALL
                            SELECT min(leased_until) FROM jobs WHERE state = 'leased') AS dues) AS due",
                params![],
            )
            .await?;
        let (delayed, leased): (u64, u64) = (held.count("delayed")?, held.count("leased")?);
        Ok(WorkLeft {
            waiting: open.count::<u64>("open")?.saturating_sub(delayed + leased),
            delayed,
            leased,
            next_due: held.maybe_moment("due")?,
        })
    }

    /// Jobs of those stages that are neither finished nor parked, on all nodes.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn open_jobs(&self, stages: &[&str]) -> Result<u64, LedgerError> {
        let mut session = self.read().await?;
        let mut open = 0;
        for stage in stages {
            let row = session
                .only(
                    "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) AS open FROM tallies WHERE name = $1",
                    params![open_tally(stage)],
                )
                .await?;
            open += row.count::<u64>("open")?;
        }
        Ok(open)
    }
}

/// The tally of a stage's jobs that are neither finished nor parked.
pub(crate) fn open_tally(stage: &str) -> String {
    format!("open:{stage}")
}

impl Writing {
    /// Adds a job, unless there is one for the same subject, stage and input. Whether it was added.
    pub(crate) async fn enqueue(
        &mut self,
        job: &NewJob,
        locked: &LockedSubmission,
    ) -> Result<bool, LedgerError> {
        if job.subject.submission() != locked.id {
            return Err(LedgerError::Refused(format!(
                "a job about {} cannot be added with a change of {}",
                job.subject, locked.id
            )));
        }
        let now = self.now().await?;
        let added = self
            .tx
            .run(
                "INSERT INTO jobs (subject, submission, station, stage, input, priority, turn, state, created_at, changed_at)
                 VALUES ($1, $2, $3, $4, $5, $6, (
                     SELECT max(turn) FROM (
                         SELECT coalesce((SELECT min(turn) FROM jobs
                             WHERE stage = $4 AND priority = $6 AND state = 'waiting'), 0) AS turn
                         UNION ALL
                         SELECT coalesce((SELECT max(turn) + 1 FROM jobs
                             WHERE stage = $4 AND station = $3 AND priority = $6 AND state = 'waiting'), 0)
                     ) AS turns), 'waiting', $7, $7)
                 ON CONFLICT (subject, stage, input) DO NOTHING",
                params![
                    job.subject,
                    locked.id,
                    &locked.station,
                    &job.stage,
                    &job.input,
                    job.priority.number(),
                    now
                ],
            )
            .await?;
        if added == 1 {
            self.tally(open_tally(&job.stage), 1);
        }
        Ok(added == 1)
    }
}
