//! Objects that the store must hold: what was put there, by which key and hash. The bytes are the
//! archive's; here is what `verify` expects.

use crate::database::{Row, params};
use crate::writing::Writing;
use crate::{Ledger, LedgerError, Subject};
use jiff::Timestamp;
use model::Digest;

/// An object that was put in the store and read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObject {
    /// Its key in the store.
    pub key: String,
    /// The store's version of it, where the store has versions.
    pub version_id: Option<String>,
    /// What it is: `original`, `words`, `record` …
    pub kind: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many bytes it has.
    pub bytes: u64,
    /// What it belongs to; for shared originals the first that brought it.
    pub subject: Subject,
}

/// An object that the store must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// What was put.
    pub object: NewObject,
    /// When.
    pub stored_at: Timestamp,
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT key, version_id, kind, sha256, bytes, subject, stored_at FROM objects ",
            $where
        )
    };
}

impl Ledger {
    /// The objects with keys after `after`, in the order of keys, at most `limit`: all of them,
    /// page by page, from the empty key on.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn objects(&self, after: &str, limit: u32) -> Result<Vec<StoredObject>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                select!("WHERE key > $1 ORDER BY key LIMIT $2"),
                params![after, limit],
            )
            .await?;
        rows.iter().map(object_of).collect()
    }

    /// An object by its key.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn object(&self, key: &str) -> Result<Option<StoredObject>, LedgerError> {
        let mut session = self.read().await?;
        let row = session.row(select!("WHERE key = $1"), params![key]).await?;
        row.as_ref().map(object_of).transpose()
    }

    /// The objects of a submission or document.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn objects_of(
        &self,
        subject: impl Into<Subject>,
    ) -> Result<Vec<StoredObject>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                select!("WHERE subject = $1 ORDER BY kind, key"),
                params![subject.into()],
            )
            .await?;
        rows.iter().map(object_of).collect()
    }
}

pub(crate) fn object_of(row: &Row) -> Result<StoredObject, LedgerError> {
    Ok(StoredObject {
        object: NewObject {
            key: row.text("key")?,
            version_id: row.maybe_text("version_id")?,
            kind: row.text("kind")?,
            sha256: row.parsed("sha256", Digest::parse)?,
            bytes: row.count("bytes")?,
            subject: row.parsed("subject", Subject::parse)?,
        },
        stored_at: row.moment("stored_at")?,
    })
}

impl Writing {
    /// Notes an object. The same key with the same bytes is the same object.
    pub(crate) async fn put_object(&mut self, object: &NewObject) -> Result<(), LedgerError> {
        let now = self.now().await?;
        let bytes = i64::try_from(object.bytes).map_err(|_| {
            LedgerError::Refused(format!("{} bytes are no object's size", object.bytes))
        })?;
        self.tx
            .run(
                "INSERT INTO objects (key, version_id, kind, sha256, bytes, subject, stored_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO NOTHING",
                params![
                    &object.key,
                    object.version_id.clone(),
                    &object.kind,
                    object.sha256,
                    bytes,
                    object.subject,
                    now
                ],
            )
            .await?;
        let held = self
            .tx
            .only(
                "SELECT sha256 FROM objects WHERE key = $1",
                params![&object.key],
            )
            .await?
            .parsed("sha256", Digest::parse)?;
        if held != object.sha256 {
            return Err(LedgerError::Refused(format!(
                "the store's key {} already holds other bytes ({held})",
                object.key
            )));
        }
        Ok(())
    }
}
