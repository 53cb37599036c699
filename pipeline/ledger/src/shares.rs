//! What was taken from shares that cannot be written. A file there stays where it is, so the
//! ledger remembers it by path, size, time and hash: the same look is never taken twice.

use crate::database::params;
use crate::{Actor, Ledger, LedgerError};
use model::{Digest, StationName};

/// A file on a share, as it looked when it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedFile {
    /// The station whose share it is.
    pub station: StationName,
    /// Where it lies; bytes that are not UTF-8 as `\xNN`.
    pub path: String,
    /// How many bytes it had.
    pub bytes: u64,
    /// When it was last written to, in nanoseconds since 1970.
    pub modified: i64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

impl Ledger {
    /// How a file looked when it was last taken.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn shared_file(
        &self,
        station: &StationName,
        path: &str,
    ) -> Result<Option<SharedFile>, LedgerError> {
        let mut session = self.read().await?;
        let row = session
            .row(
                "SELECT bytes, modified, sha256 FROM shared_files WHERE station = $1 AND path = $2",
                params![station, path],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SharedFile {
            station: station.clone(),
            path: path.to_owned(),
            bytes: row.count("bytes")?,
            modified: row.integer("modified")?,
            sha256: row.parsed("sha256", Digest::parse)?,
        }))
    }

    /// Remembers that a file was taken as it looks.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn remember_shared_file(&self, file: &SharedFile) -> Result<(), LedgerError> {
        let actor = Actor::stage("receive", file.station.as_str());
        let bytes = i64::try_from(file.bytes).map_err(|_| {
            LedgerError::Refused(format!("{} bytes are no file's size", file.bytes))
        })?;
        let mut writing = self.begin(&actor).await?;
        writing
            .tx
            .run(
                "INSERT INTO shared_files (station, path, bytes, modified, sha256)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (station, path) DO UPDATE SET bytes = excluded.bytes,
                    modified = excluded.modified, sha256 = excluded.sha256",
                params![&file.station, &file.path, bytes, file.modified, file.sha256],
            )
            .await?;
        writing.commit().await
    }
}
