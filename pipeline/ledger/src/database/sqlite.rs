//! SQLite as the ledger of one machine: write-ahead log, every commit on disk before it counts.

use crate::LedgerError;
use crate::migration;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::Path;
use std::time::Duration;

/// How long to wait for the writer, or for another process that writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens the file (made if missing), migrates it, and gives the one writer and the readers.
pub(super) async fn open(
    path: &Path,
    readers: u32,
) -> Result<(SqlitePool, SqlitePool), LedgerError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        // What is disposed of must be gone from the file, not only from its tables.
        .pragma("secure_delete", "ON")
        // 8 MB a connection: claims touch few pages, lists come from indexes.
        .pragma("cache_size", "-8000")
        .pragma("journal_size_limit", "67108864");
    let writer = SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await?;
    migration::SQLITE.apply(&writer).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(readers.max(1))
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options.create_if_missing(false).read_only(true));
    Ok((writer, readers))
}
