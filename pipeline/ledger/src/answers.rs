//! Answers that were given to requests with a key of their sender's: sent again, the request is
//! answered again and not done again.

use crate::database::params;
use crate::policy::millis;
use crate::{Ledger, LedgerError};
use model::Digest;
use std::time::Duration;

/// How long an answer is kept.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// What is known of a request's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// It is new, and now taken.
    New,
    /// It is taken, and its answer is not there: the request is under way, or its node died.
    UnderWay,
    /// It was answered.
    Answered {
        /// The status.
        status: u16,
        /// The body.
        body: String,
    },
    /// It was used for another request.
    Other,
}

/// The status of a request whose answer is not there yet.
const UNDER_WAY: i64 = 0;

impl Ledger {
    /// Takes a key for a request, unless it is taken. Both are hashes: the key's of who sent it and
    /// how it is called, the request's of what it asks.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn take_key(&self, key: Digest, request: Digest) -> Result<Remembered, LedgerError> {
        let mut tx = self.database.write().await?;
        let now = tx.now().await?;
        tx.run(
            "DELETE FROM answers WHERE at < $1",
            params![now - millis(KEPT_FOR)],
        )
        .await?;
        let taken = tx
            .run(
                "INSERT INTO answers (key, request, status, body, at) VALUES ($1, $2, $3, '', $4)
                 ON CONFLICT (key) DO NOTHING",
                params![key.to_string(), request.to_string(), UNDER_WAY, now],
            )
            .await?;
        let row = tx
            .only(
                "SELECT request, status, body FROM answers WHERE key = $1",
                params![key.to_string()],
            )
            .await?;
        tx.commit().await?;
        if taken > 0 {
            return Ok(Remembered::New);
        }
        if row.text("request")? != request.to_string() {
            return Ok(Remembered::Other);
        }
        Ok(match row.count::<u16>("status")? {
            0 => Remembered::UnderWay,
            status => Remembered::Answered {
                status,
                body: row.text("body")?,
            },
        })
    }

    /// Keeps the answer to a request whose key was taken; none frees the key, because nothing was
    /// done.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn keep_answer(
        &self,
        key: Digest,
        answer: Option<(u16, &str)>,
    ) -> Result<(), LedgerError> {
        let mut tx = self.database.write().await?;
        match answer {
            Some((status, body)) => {
                tx.run(
                    "UPDATE answers SET status = $2, body = $3 WHERE key = $1",
                    params![key.to_string(), i64::from(status), body],
                )
                .await?
            }
            None => {
                tx.run(
                    "DELETE FROM answers WHERE key = $1",
                    params![key.to_string()],
                )
                .await?
            }
        };
        tx.commit().await
    }
}
