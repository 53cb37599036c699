//! SQLite as the ledger of one machine: write-ahead log, every commit on disk before it counts.

use crate::LedgerError;
use crate::migration;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlitePool};
use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

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
    let turn = turn(path).await?;
    let writer = pool()
        .min_connections(1)
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await?;
    migration::SQLITE.apply(&writer).await?;
    drop(turn);
    let readers = pool()
        .max_connections(readers.max(1))
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options.create_if_missing(false).read_only(true));
    Ok((writer, readers))
}

/// Pools give no connection that is still in a transaction. A full disk ends one inside SQLite
/// (`SQLITE_FULL` rolls back by itself), where the driver's own rollback then fails and leaves it
/// counting: that connection would begin no other, for ever.
fn pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new().before_acquire(|connection, _| {
        Box::pin(async move { Ok(!connection.is_in_transaction()) })
    })
}

/// One opener at a time, of all processes of the machine, until the file that is returned is
/// closed: the driver has no lock of its own around the steps of a migration, so that two who open
/// a new ledger at once would both take the first, and one of them fail.
async fn turn(path: &Path) -> Result<File, LedgerError> {
    let mut beside = OsString::from(path);
    beside.push("-opening");
    let file = File::options()
        .create(true)
        .append(true)
        .open(beside)
        .map_err(sqlx::Error::Io)?;
    let asked = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if asked.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Err(TryLockError::WouldBlock) => {
                let held = "another process has been opening it for half a minute";
                return Err(LedgerError::Busy(io::Error::other(held).into()));
            }
            Err(TryLockError::Error(error)) => return Err(sqlx::Error::Io(error).into()),
        }
    }
}
