//! What operators do to work: try it again, put it aside, decide that it will not be done. Each
//! is an event of the audit log. It touches no result that is already in the ledger.

use crate::database::{Row, params};
use crate::queue::open_tally;
use crate::writing::Writing;
use crate::{Actor, Ledger, LedgerError, Subject, Trouble};

/// How many jobs an operator's command touched; none when there was nothing of the kind.
pub type Touched = u64;

impl Ledger {
    /// Tries parked and delayed work of a submission or document again, now, as if it had never
    /// failed; so too what failed and waits again by itself already, because nobody can know which
    /// of the two it is at that moment.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] for a submission that is not there, and when the ledger cannot be
    /// written.
    pub async fn retry(
        &self,
        subject: impl Into<Subject>,
        actor: &Actor,
    ) -> Result<Touched, LedgerError> {
        let subject = subject.into();
        let mut writing = self.begin(actor).await?;
        let locked = writing.lock(subject.submission()).await?;
        let now = writing.now().await?;
        let parked = writing.jobs_of(subject, "parked").await?;
        let touched = writing
            .tx
            .run(
                "UPDATE jobs SET state = 'waiting', attempts = 0, losses = 0, ready_at = NULL, changed_at = $3
                 WHERE submission = $1 AND (subject = $2 OR $1 = $2)
                    AND (state IN ('parked', 'delayed') OR (state = 'waiting' AND attempts + losses > 0))",
                params![subject.submission(), subject, now],
            )
            .await?;
        for row in &parked {
            writing.tally(open_tally(&row.text("stage")?), 1);
        }
        if touched > 0 {
            writing
                .event("retried", subject, format!("{touched} jobs"))
                .await?;
        }
        writing.settle(&locked).await?;
        writing.commit().await?;
        Ok(touched)
    }

    /// Puts the open work of a submission or document aside. A node that is at it loses its lease.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] for a submission that is not there, and when the ledger cannot be
    /// written.
    pub async fn park(
        &self,
        subject: impl Into<Subject>,
        why: &str,
        actor: &Actor,
    ) -> Result<Touched, LedgerError> {
        let subject = subject.into();
        let trouble = Trouble::new(
            "operator",
            why,
            "retry it when the reason is gone, or skip it",
        );
        let mut writing = self.begin(actor).await?;
        let locked = writing.lock(subject.submission()).await?;
        let now = writing.now().await?;
        // The answer says which rows it was: a lease may begin or end while this waits for a row.
        let rows = writing
            .tx
            .rows(
                "UPDATE jobs SET state = 'parked', node = NULL, leased_until = NULL, ready_at = NULL,
                    trouble = $3, changed_at = $4
                 WHERE submission = $1 AND (subject = $2 OR $1 = $2) AND state IN ('waiting', 'delayed', 'leased')
                 RETURNING stage",
                params![subject.submission(), subject, trouble.to_json()?, now],
            )
            .await?;
        for row in &rows {
            writing.tally(open_tally(&row.text("stage")?), -1);
        }
        if !rows.is_empty() {
            writing
                .event(
                    "parked",
                    subject,
                    format!("by an operator, {} jobs", rows.len()),
                )
                .await?;
        }
        writing.settle(&locked).await?;
        writing.commit().await?;
        Ok(rows.len() as u64)
    }

    /// Decides that the parked work of a submission or document will not be done.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] for a submission that is not there, and when the ledger cannot be
    /// written.
    pub async fn skip(
        &self,
        subject: impl Into<Subject>,
        why: &str,
        actor: &Actor,
    ) -> Result<Touched, LedgerError> {
        let subject = subject.into();
        let mut writing = self.begin(actor).await?;
        let locked = writing.lock(subject.submission()).await?;
        let now = writing.now().await?;
        let touched = writing
            .tx
            .run(
                "UPDATE jobs SET state = 'skipped', changed_at = $3
                 WHERE submission = $1 AND (subject = $2 OR $1 = $2) AND state = 'parked'",
                params![subject.submission(), subject, now],
            )
            .await?;
        if touched > 0 {
            writing.event("skipped", subject, why).await?;
        }
        writing.settle(&locked).await?;
        writing.commit().await?;
        Ok(touched)
    }
}

impl Writing {
    async fn jobs_of(
        &mut self,
        subject: Subject,
        state: &'static str,
    ) -> Result<Vec<Row>, LedgerError> {
        self.tx
            .rows(
                "SELECT stage FROM jobs WHERE submission = $1 AND (subject = $2 OR $1 = $2) AND state = $3",
                params![subject.submission(), subject, state],
            )
            .await
    }
}
