//! When each object of the store was last read whole, and what that showed: so that the next to be
//! read is the one that was not for the longest time.

use crate::database::params;
use crate::objects::object_of;
use crate::{Ledger, LedgerError, StoredObject};
use jiff::Timestamp;

/// What reading an object showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixityNote {
    /// Its key.
    pub key: String,
    /// `sound`, `differs`, `unreadable` …
    pub outcome: String,
    /// More about it, in words without document text.
    pub detail: String,
}

/// How far reading everything has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FixityReach {
    /// Objects that the ledger knows.
    pub objects: u64,
    /// Those that were never read since they were put.
    pub never: u64,
    /// Those whose last reading showed something to look into.
    pub troubled: u64,
    /// When the one that was not read for the longest time was read.
    pub oldest: Option<Timestamp>,
}

impl Ledger {
    /// The objects that were not read for the longest time, never first, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn stalest_objects(&self, limit: u32) -> Result<Vec<StoredObject>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT objects.key AS key, version_id, kind, sha256, bytes, subject, stored_at
                 FROM objects LEFT JOIN fixity ON fixity.key = objects.key
                 ORDER BY coalesce(checked_at, 0), objects.key LIMIT $1",
                params![limit],
            )
            .await?;
        rows.iter().map(object_of).collect()
    }

    /// Notes what reading objects showed, all at once.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn note_fixity(&self, notes: &[FixityNote]) -> Result<(), LedgerError> {
        if notes.is_empty() {
            return Ok(());
        }
        let mut tx = self.database.write().await?;
        let now = tx.now().await?;
        for note in notes {
            tx.run(
                "INSERT INTO fixity (key, checked_at, outcome, detail) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (key) DO UPDATE SET checked_at = excluded.checked_at,
                    outcome = excluded.outcome, detail = excluded.detail",
                params![&note.key, now, &note.outcome, &note.detail],
            )
            .await?;
        }
        tx.commit().await
    }

    /// How far reading everything has come.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn fixity_reach(&self) -> Result<FixityReach, LedgerError> {
        let row = self
            .read()
            .await?
            .only(
                "SELECT count(*) AS objects,
                    CAST(coalesce(sum(CASE WHEN fixity.key IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS never,
                    CAST(coalesce(sum(CASE WHEN outcome <> 'sound' THEN 1 ELSE 0 END), 0) AS BIGINT) AS troubled,
                    min(checked_at) AS oldest
                 FROM objects LEFT JOIN fixity ON fixity.key = objects.key",
                params![],
            )
            .await?;
        Ok(FixityReach {
            objects: row.count("objects")?,
            never: row.count("never")?,
            troubled: row.count("troubled")?,
            oldest: row.maybe_moment("oldest")?,
        })
    }
}
