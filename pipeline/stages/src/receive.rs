//! Receiving a claimed file: stored before it is understood, told to the ledger before it leaves.
//!
//! The order is the promise: original stored and read back, sidecar stored beside it, ledger
//! committed, and only then is the caller free to move the source away. A kill at any point leaves
//! the claim, and receiving it again under the same identity comes to the same end.

use crate::stored::{STORED_FORMAT, object};
use crate::{Claimed, Handed, Stage, StageError};
use archive::{Content, Key, Lock, Store};
use jiff::{SignedDuration, Timestamp};
use ledger::{Ledger, NewJob, NewSubmission, Received};
use model::{Digest, Refusal, RefusalReason, SubmissionId};
use rustix::fs::{Mode, OFlags};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// What became of a file that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The submission it is.
    pub submission: SubmissionId,
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
    /// New, or a repeat of an earlier one.
    pub received: Received,
}

/// What is kept beside an original, so that the ledger can be made again from the store alone.
#[derive(Debug, Serialize, Deserialize)]
struct Sidecar {
    format: u32,
    id: SubmissionId,
    station: String,
    name: String,
    sha256: Digest,
    bytes: u64,
    received_at: Timestamp,
    /// What the station said of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    source: BTreeMap<String, String>,
}

/// Receives a claimed file. `lock_days` is the short lock of originals at intake; 0 sets none.
///
/// # Errors
/// When the file cannot be read or is still being written, or when store or ledger cannot be used.
/// The claim is as it was and can be received again.
pub async fn receive(
    claimed: &Claimed,
    handed: &Handed,
    store: &dyn Store,
    ledger: &Ledger,
    engine: &str,
    lock_days: u32,
) -> Result<Receipt, StageError> {
    // Killed after the ledger knew of it, while its source and its sidecar were put away: the sidecar
    // may be gone from here already, and what it said is kept.
    if let Some(known) = ledger.submission(claimed.id).await? {
        return Ok(Receipt {
            submission: claimed.id,
            sha256: known.sha256,
            received: Received::Already,
        });
    }
    let file = open(&handed.path).map_err(unreachable)?;
    let before = file.metadata().map_err(unreachable)?;
    let looked = file.try_clone().map_err(unreachable)?;
    // The time of the claim, not of this try: a second try must make the same sidecar.
    let received_at = claimed_at(claimed.id);
    let lock = lock(received_at, lock_days);
    let original = store.put_original(Content::file(file), lock).await?;
    let after = looked.metadata().map_err(unreachable)?;
    if changed(&before) != changed(&after) {
        let refusal = Refusal::new(
            RefusalReason::Truncated,
            "it was written to while it was read",
        );
        return Err(refusal
            .with_remedy("it is taken again when it holds still")
            .into());
    }
    let sidecar = Sidecar {
        format: STORED_FORMAT,
        id: claimed.id,
        station: claimed.station.to_string(),
        name: claimed.name(),
        sha256: original.sha256,
        bytes: original.bytes,
        received_at,
        source: handed.said.clone(),
    };
    let bytes = serde_json::to_vec(&sidecar).map_err(|e| StageError::Damaged {
        what: "the sidecar".into(),
        why: e.to_string(),
    })?;
    store
        .put(&Key::submission(claimed.id), Content::bytes(bytes), lock)
        .await?;
    let received = ledger
        .receive(&NewSubmission {
            id: claimed.id,
            station: claimed.station.clone(),
            name: claimed.name(),
            sha256: original.sha256,
            bytes: original.bytes,
            received_at,
            source: handed.said.clone(),
            object: object(&original, "original", claimed.id),
            first: NewJob::new(claimed.id, Stage::Recognise.as_str(), engine),
        })
        .await?;
    Ok(Receipt {
        submission: claimed.id,
        sha256: original.sha256,
        received,
    })
}

/// When a submission was claimed, as its identity says.
pub(crate) fn claimed_at(id: SubmissionId) -> Timestamp {
    let milliseconds = i64::try_from(id.claimed_at_milliseconds()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX)
}

fn lock(received_at: Timestamp, days: u32) -> Lock {
    match received_at.checked_add(SignedDuration::from_hours(24 * i64::from(days))) {
        Ok(until) if days > 0 => Lock::governance(until),
        _ => Lock::default(),
    }
}

/// Opens the claimed file itself: never what a link points to.
fn open(path: &Path) -> std::io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(std::io::Error::other("it is no regular file"))
    }
}

/// What changes when a file is written to.
fn changed(meta: &Metadata) -> (u64, i64, i64) {
    (meta.len(), meta.mtime(), meta.mtime_nsec())
}

fn unreachable(error: std::io::Error) -> StageError {
    let message = format!("the claimed file cannot be read: {error}");
    Refusal::new(RefusalReason::Unreachable, message).into()
}

#[cfg(test)]
mod tests;
