//! The same counts as [`Ledger::status`], counted instead of kept: slow, and the judge of the sums.

use super::{JobState, Status};
use crate::database::params;
use crate::{Ledger, LedgerError};

impl Ledger {
    /// The counts of the whole ledger, counted row by row: for a check that the kept sums are
    /// true. It takes seconds on a large ledger.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn recount(&self) -> Result<Status, LedgerError> {
        let mut session = self.read().await?;
        let totals = session
            .only(
                "SELECT (SELECT count(*) FROM submissions) AS received,
                        (SELECT count(*) FROM submissions WHERE state = 'done') AS done,
                        (SELECT count(*) FROM submissions WHERE state = 'parked') AS parked,
                        (SELECT count(*) FROM submissions WHERE state = 'waiting') AS waiting,
                        (SELECT count(*) FROM documents) AS documents,
                        (SELECT count(*) FROM documents WHERE to_review = 1) AS to_review,
                        (SELECT CAST(coalesce(sum(pages), 0) AS BIGINT) FROM submissions) AS pages",
                params![],
            )
            .await?;
        let mut status = Status::default();
        status.submissions.received = totals.count("received")?;
        status.submissions.done = totals.count("done")?;
        status.submissions.parked = totals.count("parked")?;
        status.submissions.waiting = totals.count("waiting")?;
        status.documents = totals.count("documents")?;
        status.to_review = totals.count("to_review")?;
        status.pages = totals.count("pages")?;
        let jobs = session
            .rows(
                "SELECT stage, state, count(*) AS jobs FROM jobs GROUP BY stage, state",
                params![],
            )
            .await?;
        for row in &jobs {
            let jobs: u64 = row.count("jobs")?;
            let name = row.text("stage")?;
            let stage = status.stage(&name);
            match row.parsed("state", JobState::parse)? {
                JobState::Waiting => stage.waiting = jobs,
                JobState::Delayed => stage.delayed = jobs,
                JobState::Leased => stage.leased = jobs,
                JobState::Parked => stage.parked = jobs,
                JobState::Done | JobState::Skipped => {}
            }
        }
        status.tidy();
        Ok(status)
    }
}
