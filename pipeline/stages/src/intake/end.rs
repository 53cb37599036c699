//! Whether a file that fell silent is complete: by its last bytes, or as a worker says.

use crate::StageError;
use crate::inbox::{Dropped, Ending, Sign, ending};
use crate::runner::Runner;
use model::RefusalReason;
use sandbox::ReadTrouble;
use std::fs::File;
use std::time::Instant;

/// Whether a file has an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    There,
    Missing,
    /// Nobody could be asked.
    Unknown,
}

/// Whether a file that held still has an end: by its last bytes, or else as a worker says.
pub(super) async fn ends(
    dropped: &Dropped,
    runner: &Runner,
    asking_until: Instant,
) -> Result<End, StageError> {
    let Ok(file) = File::open(&dropped.path) else {
        return Ok(End::Unknown); // Gone since the look, or not ours to read: the next look says which.
    };
    match ending(&file) {
        Ok(Ending::Marked) => return Ok(End::There),
        Ok(Ending::Empty) => return Ok(End::Missing),
        Err(_) => return Ok(End::Unknown),
        Ok(Ending::Unknown) => {}
    }
    let left = asking_until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Ok(End::Unknown);
    }
    let pool = runner.node.pool.clone();
    let asking = tokio::task::spawn_blocking(move || pool.inspect(&file));
    match tokio::time::timeout(left, asking).await {
        // Every worker is at a page. What has held still for long is taken all the same: what is
        // wrong with it is then told to its station.
        Err(_) if dropped.sign == Sign::LongStill => Ok(End::There),
        Err(_) => Ok(End::Unknown),
        Ok(Err(panic)) => Err(StageError::Panicked(panic.to_string())),
        Ok(Ok(Err(ReadTrouble::Refused(refusal)))) => Ok(match refusal.reason {
            RefusalReason::Truncated => End::Missing,
            _ => End::There,
        }),
        Ok(Ok(Err(ReadTrouble::Stopped))) => Ok(End::Unknown),
        Ok(Ok(Ok(_))) => Ok(End::There),
    }
}
