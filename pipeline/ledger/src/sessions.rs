//! Sessions of people who signed in: by the hash of what their browser keeps, so that whoever reads
//! the ledger cannot come in with it.

use crate::database::{Row, params};
use crate::policy::millis;
use crate::{Actor, Ledger, LedgerError};
use jiff::Timestamp;
use model::Digest;
use std::time::Duration;

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTerm {
    /// Without being used.
    pub idle: Duration,
    /// In all.
    pub whole: Duration,
}

/// A session that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// Who signed in.
    pub person: String,
    /// When.
    pub opened_at: Timestamp,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
}

/// Uses nearer to each other than this are written down once.
const USE_NOTED_EVERY: Duration = Duration::from_secs(60);

impl Ledger {
    /// Opens a session of the person who acts, and forgets sessions that are over.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn open_session(
        &self,
        key: Digest,
        term: SessionTerm,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(actor).await?;
        let now = writing.now().await?;
        let person = actor.to_string();
        writing
            .tx
            .run(
                "DELETE FROM sessions WHERE expires_at <= $1 OR used_at <= $2",
                params![now, now - millis(term.idle)],
            )
            .await?;
        writing
            .tx
            .run(
                "INSERT INTO sessions (key, person, opened_at, used_at, expires_at) VALUES ($1, $2, $3, $3, $4)",
                params![key.to_string(), &person, now, now + millis(term.whole)],
            )
            .await?;
        writing
            .event("signed in", format!("user:{person}"), "")
            .await?;
        writing.commit().await
    }

    /// The session of that key, unless it is over. Being asked for is a use.
    ///
    /// # Errors
    /// When the ledger cannot be used.
    pub async fn session(
        &self,
        key: Digest,
        term: SessionTerm,
    ) -> Result<Option<OpenSession>, LedgerError> {
        let mut session = self.read().await?;
        let now = session.now().await?;
        let row = session
            .row(
                "SELECT person, opened_at, used_at, expires_at FROM sessions
                 WHERE key = $1 AND expires_at > $2 AND used_at > $3",
                params![key.to_string(), now, now - millis(term.idle)],
            )
            .await?;
        drop(session);
        let Some(row) = row else { return Ok(None) };
        if row.integer("used_at")? <= now - millis(USE_NOTED_EVERY) {
            let mut tx = self.database.write().await?;
            tx.run(
                "UPDATE sessions SET used_at = $2 WHERE key = $1 AND used_at < $2",
                params![key.to_string(), now],
            )
            .await?;
            tx.commit().await?;
        }
        open_session_of(&row).map(Some)
    }

    /// Ends a session. Whether there was one.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn close_session(&self, key: Digest, actor: &Actor) -> Result<bool, LedgerError> {
        let mut writing = self.begin(actor).await?;
        let closed = writing
            .tx
            .run(
                "DELETE FROM sessions WHERE key = $1",
                params![key.to_string()],
            )
            .await?;
        if closed > 0 {
            writing
                .event("signed out", format!("user:{actor}"), "")
                .await?;
        }
        writing.commit().await?;
        Ok(closed > 0)
    }

    /// Ends every session of a person but one: after a change of what is signed in with.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn close_other_sessions(
        &self,
        person: &str,
        but: Option<Digest>,
    ) -> Result<(), LedgerError> {
        let mut tx = self.database.write().await?;
        let but = but.map_or_else(String::new, |key| key.to_string());
        tx.run(
            "DELETE FROM sessions WHERE person = $1 AND key <> $2",
            params![person, but],
        )
        .await?;
        tx.commit().await
    }
}

fn open_session_of(row: &Row) -> Result<OpenSession, LedgerError> {
    Ok(OpenSession {
        person: row.text("person")?,
        opened_at: row.moment("opened_at")?,
        expires_at: row.moment("expires_at")?,
    })
}
