//! Searches that people keep under a name, each for themselves.

use crate::database::params;
use crate::{Ledger, LedgerError};

/// Searches that one person may keep.
const MOST: u32 = 200;

impl Ledger {
    /// Keeps a query under a name, in place of what the person kept there.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] when the person keeps too many, and when the ledger cannot be written.
    pub async fn keep_search(
        &self,
        person: &str,
        name: &str,
        query: &str,
    ) -> Result<(), LedgerError> {
        let mut writing = self.begin(&crate::Actor::person(person)).await?;
        let kept = writing
            .tx
            .only(
                "SELECT count(*) AS kept FROM searches WHERE person = $1 AND name <> $2",
                params![person, name],
            )
            .await?;
        if kept.count::<u32>("kept")? >= MOST {
            return Err(LedgerError::Refused(format!(
                "{MOST} searches are kept already"
            )));
        }
        let now = writing.now().await?;
        writing
            .tx
            .run(
                "INSERT INTO searches (person, name, query, kept_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (person, name) DO UPDATE SET query = excluded.query, kept_at = excluded.kept_at",
                params![person, name, query, now],
            )
            .await?;
        writing.commit().await
    }

    /// Keeps a search no longer.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn forget_search(&self, person: &str, name: &str) -> Result<(), LedgerError> {
        let mut writing = self.begin(&crate::Actor::person(person)).await?;
        writing
            .tx
            .run(
                "DELETE FROM searches WHERE person = $1 AND name = $2",
                params![person, name],
            )
            .await?;
        writing.commit().await
    }

    /// The searches that a person keeps, name and query, by name.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn searches(&self, person: &str) -> Result<Vec<(String, String)>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT name, query FROM searches WHERE person = $1 ORDER BY name",
                params![person],
            )
            .await?;
        rows.iter()
            .map(|row| Ok((row.text("name")?, row.text("query")?)))
            .collect()
    }
}
