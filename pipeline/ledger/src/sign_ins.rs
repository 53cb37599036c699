//! Tries to sign in. Whoever guesses is shut out, and nobody can shut others out by guessing for
//! them: failures count for a person *at one source*, and when guesses come from everywhere only
//! sources are heard from which the person has come in before.

use crate::database::params;
use crate::policy::millis;
use crate::{Actor, Ledger, LedgerError};
use model::Digest;
use std::time::Duration;

/// Failures of a person at one source within a quarter of an hour after which that source waits.
pub const FAILURES_AT_SOURCE: u32 = 5;
/// Failures of one source, over all persons, after which it waits.
pub const FAILURES_OF_SOURCE: u32 = 30;
/// Failures of a person, over all sources, after which only known sources are heard.
pub const FAILURES_OF_PERSON: u32 = 50;
/// How long failures are remembered, and a source waits.
const MEMORY: Duration = Duration::from_secs(15 * 60);
/// How long a source from which a person came in stays known.
const KNOWN_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// Whether somebody may try to sign in now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trying {
    /// Yes.
    Allowed,
    /// Not before so long; the same is said whatever the password is.
    Wait(Duration),
}

impl Ledger {
    /// Whether that source may try to sign in as that person.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn may_try(&self, person: &str, source: Digest) -> Result<Trying, LedgerError> {
        let mut session = self.read().await?;
        let now = session.now().await?;
        let since = now - millis(MEMORY);
        let source = source.to_string();
        let here = session
            .row(
                "SELECT failures, failed_at, succeeded_at FROM sign_ins WHERE person = $1 AND source = $2",
                params![person, &source],
            )
            .await?;
        let mut known = false;
        if let Some(row) = here {
            let failed_at = row.maybe_integer("failed_at")?.unwrap_or(0);
            if row.count::<u32>("failures")? >= FAILURES_AT_SOURCE && failed_at > since {
                return Ok(Trying::Wait(left(failed_at, now)));
            }
            let succeeded_at = row.maybe_integer("succeeded_at")?.unwrap_or(0);
            known = succeeded_at > now - millis(KNOWN_FOR);
        }
        if known {
            return Ok(Trying::Allowed);
        }
        let sums = session
            .only(
                "SELECT CAST(coalesce(sum(CASE WHEN source = $2 THEN failures END), 0) AS BIGINT) AS of_source,
                        CAST(coalesce(sum(CASE WHEN person = $1 THEN failures END), 0) AS BIGINT) AS of_person,
                        coalesce(max(failed_at), 0) AS failed_at
                 FROM sign_ins WHERE failed_at > $3 AND (source = $2 OR person = $1)",
                params![person, &source, since],
            )
            .await?;
        let spent = sums.count::<u32>("of_source")? >= FAILURES_OF_SOURCE
            || sums.count::<u32>("of_person")? >= FAILURES_OF_PERSON;
        Ok(if spent {
            Trying::Wait(left(sums.integer("failed_at")?, now))
        } else {
            Trying::Allowed
        })
    }

    /// Notes a failed try. The event says no name that was typed: it may be a password.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn sign_in_failed(
        &self,
        person: &str,
        source: Digest,
        known_person: bool,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(&Actor::person("anonymous")).await?;
        let now = writing.now().await?;
        let since = now - millis(MEMORY);
        writing
            .tx
            .run(
                "DELETE FROM sign_ins WHERE failed_at < $1 AND succeeded_at IS NULL",
                params![since],
            )
            .await?;
        writing
            .tx
            .run(
                "INSERT INTO sign_ins (person, source, failures, failed_at) VALUES ($1, $2, 1, $3)
                 ON CONFLICT (person, source) DO UPDATE SET failed_at = excluded.failed_at,
                    failures = CASE WHEN coalesce(sign_ins.failed_at, 0) > $4 THEN sign_ins.failures + 1 ELSE 1 END",
                params![person, source.to_string(), now, since],
            )
            .await?;
        let subject = if known_person {
            format!("user:{person}")
        } else {
            "user:".to_owned()
        };
        writing.event("sign-in refused", subject, "").await?;
        writing.commit().await
    }

    /// Notes that a person came in from that source.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn sign_in_succeeded(&self, person: &str, source: Digest) -> Result<(), LedgerError> {
        let mut tx = self.database.write().await?;
        let now = tx.now().await?;
        tx.run(
            "INSERT INTO sign_ins (person, source, failures, succeeded_at) VALUES ($1, $2, 0, $3)
             ON CONFLICT (person, source) DO UPDATE SET failures = 0, failed_at = NULL,
                succeeded_at = excluded.succeeded_at",
            params![person, source.to_string(), now],
        )
        .await?;
        tx.commit().await
    }

    /// Uses a step of a person's second factor (RFC 6238, 5.2: none counts twice). Whether it was
    /// unused and later than every used one.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn use_factor_step(&self, person: &str, step: i64) -> Result<bool, LedgerError> {
        let mut tx = self.database.write().await?;
        let used = tx
            .run(
                "UPDATE users SET factor_step = $2 WHERE name = $1 AND factor_step < $2",
                params![person, step],
            )
            .await?;
        tx.commit().await?;
        Ok(used > 0)
    }
}

fn left(failed_at: i64, now: i64) -> Duration {
    let left = failed_at + millis(MEMORY) - now;
    Duration::from_millis(u64::try_from(left).unwrap_or(0))
}
