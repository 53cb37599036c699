//! A stage that failed: try again, park it, or wait for a dependency that is away.

use super::{Claim, open_tally};
use crate::database::params;
use crate::policy::millis;
use crate::{Actor, JobState, Ledger, LedgerError, Trouble};
use model::Disposition;
use std::time::Duration;

/// What to do with a job whose stage did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// The attempt counts; try again after a back-off, or park after the last one.
    Retry,
    /// Trying again will not help.
    Park,
    /// A dependency is away: wait that long; the attempt does not count.
    Pause(Duration),
}

impl Failing {
    /// What an error's disposition asks for, with the wait for dependencies that are away.
    #[must_use]
    pub const fn of(disposition: Disposition, pause: Duration) -> Self {
        match disposition {
            Disposition::Retry => Self::Retry,
            Disposition::Park => Self::Park,
            Disposition::Pause => Self::Pause(pause),
        }
    }
}

impl Ledger {
    /// Notes that a claim's stage did not succeed. The state the job came to: delayed or parked.
    ///
    /// # Errors
    /// [`LedgerError::LeaseLost`] when the job is no longer this claim's, and when the ledger
    /// cannot be written.
    pub async fn fail(
        &self,
        claim: &Claim,
        trouble: &Trouble,
        failing: Failing,
    ) -> Result<JobState, LedgerError> {
        let failures = i64::from(claim.attempt);
        let (state, attempts, wait) = match failing {
            Failing::Park => (JobState::Parked, failures, None),
            Failing::Retry if claim.attempt >= self.policy.attempts => {
                (JobState::Parked, failures, None)
            }
            Failing::Retry => (
                JobState::Delayed,
                failures,
                Some(self.policy.backoff(claim.job, failures)),
            ),
            Failing::Pause(wait) => (JobState::Delayed, failures - 1, Some(millis(wait))),
        };
        let mut writing = self.begin(&Actor::stage(&claim.stage, &claim.node)).await?;
        let locked = writing.lock(claim.subject.submission()).await?;
        let now = writing.now().await?;
        let ready_at = wait.map(|wait| now.saturating_add(wait));
        let failed = writing
            .tx
            .run(
                "UPDATE jobs SET state = $3, attempts = $4, ready_at = $5, trouble = $6,
                    node = NULL, leased_until = NULL, changed_at = $7
                 WHERE id = $1 AND generation = $2 AND state = 'leased'",
                params![
                    claim.job,
                    claim.generation,
                    state.as_str(),
                    attempts,
                    ready_at,
                    trouble.to_json()?,
                    now
                ],
            )
            .await?;
        if failed == 0 {
            return Err(claim.lost());
        }
        if state == JobState::Parked {
            writing.tally(open_tally(&claim.stage), -1);
        }
        let action = match failing {
            _ if state == JobState::Parked => "parked",
            Failing::Pause(_) => "paused",
            Failing::Retry | Failing::Park => "failed",
        };
        let detail = format!(
            "{}: {}, attempt {}",
            claim.stage, trouble.reason, claim.attempt
        );
        writing.event(action, claim.subject, detail).await?;
        writing.settle(&locked).await?;
        writing.commit().await?;
        Ok(state)
    }
}
