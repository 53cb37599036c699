//! What can go wrong, in words an operator can act on, and what the runner does about it.

use crate::{Key, Lock, ShorterLock};
use model::{Digest, Disposition};
use std::io;
use thiserror::Error;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a store did not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The URL or an option does not make sense.
    #[error("the archive's URL `{url}` cannot be used: {reason}")]
    Url {
        /// As configured.
        url: String,
        /// What does not fit, and what would.
        reason: String,
    },
    /// There is nothing under the key.
    #[error("the archive has no {key}")]
    Missing {
        /// What was asked for.
        key: Key,
    },
    /// The key is taken by other bytes. Nothing was overwritten.
    #[error(
        "{key} is already kept with other bytes: SHA-256 {kept}, not {offered}; nothing was changed"
    )]
    Conflict {
        /// The key.
        key: Key,
        /// SHA-256 of what is kept.
        kept: Digest,
        /// SHA-256 of what was to be put.
        offered: Digest,
    },
    /// What is kept is not what was put.
    #[error(
        "{key} was altered: SHA-256 {found}, not {promised}; restore it from a copy, and find out who could write there"
    )]
    Altered {
        /// The key.
        key: Key,
        /// SHA-256 as it was put.
        promised: Digest,
        /// SHA-256 as found.
        found: Digest,
    },
    /// The object is there, what the store keeps about it is not, or does not fit.
    #[error("what the archive keeps about {key} cannot be used: {reason}")]
    Unsealed {
        /// The key.
        key: Key,
        /// What is wrong.
        reason: String,
    },
    /// The content changed while it was read, or is not what the caller promised.
    #[error(
        "the content was to have SHA-256 {promised} and has {found}: it changed while it was stored"
    )]
    ContentChanged {
        /// SHA-256 as promised or first read.
        promised: Digest,
        /// SHA-256 as read.
        found: Digest,
    },
    /// The content could not be read.
    #[error("the content to be stored cannot be read")]
    Content(#[source] io::Error),
    /// The object is larger than what the caller, or the store, can take.
    #[error("{key} has {bytes} bytes; at most {limit} can be taken here")]
    TooLarge {
        /// The key.
        key: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Deletion is forbidden.
    #[error("{key} cannot be deleted: {lock}")]
    Locked {
        /// The key.
        key: Key,
        /// What forbids it.
        lock: Lock,
    },
    /// A lock was to be shortened.
    #[error("the lock of {key} stays: {source}")]
    Shorter {
        /// The key.
        key: Key,
        /// Which lock was asked for.
        source: ShorterLock,
    },
    /// The store took a lock and did not keep it.
    #[error(
        "{key} was to have {asked} and has {found}: the store did not keep the lock; check that the bucket has Object Lock and that this user may set and read locks"
    )]
    LockNotKept {
        /// The key.
        key: Key,
        /// The lock that was sent.
        asked: Lock,
        /// The lock that was read back.
        found: Lock,
    },
    /// The store has no locks and one was asked for.
    #[error(
        "{place} has no Object Lock and a lock was asked for: use a bucket made with Object Lock, or set `archive.intake_lock_days` to 0"
    )]
    NoLocks {
        /// The bucket.
        place: String,
    },
    /// No room.
    #[error(
        "no room in {place}: free some space or give it more; nothing is lost, work goes on when there is room"
    )]
    Full {
        /// The directory or bucket.
        place: String,
        /// What the system said.
        #[source]
        source: Option<Cause>,
    },
    /// The store may not be used by us, or not in this way.
    #[error("{place} cannot be used: {reason}")]
    Denied {
        /// The directory or bucket.
        place: String,
        /// What is refused and what to do.
        reason: String,
        /// What the system said.
        #[source]
        source: Option<Cause>,
    },
    /// The store does not answer, or fails by its own fault.
    #[error("{place} does not answer: {reason}")]
    Unreachable {
        /// The endpoint or directory.
        place: String,
        /// What was tried.
        reason: String,
        /// What the system said.
        #[source]
        source: Option<Cause>,
    },
    /// The store refuses this object for a reason of the object's own.
    #[error("the store refused {key}: {reason}")]
    Refused {
        /// The key.
        key: String,
        /// The store's code and words.
        reason: String,
    },
    /// An input or output error of the directory.
    #[error("{place}: {action} failed")]
    Io {
        /// The path.
        place: String,
        /// What was being done.
        action: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl StoreError {
    /// What the runner does about it: [`Disposition::Pause`] when the store is away, full or
    /// closed to us, which is no document's fault; [`Disposition::Retry`] when the content could
    /// not be read or changed; [`Disposition::Park`] when a person has to look.
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        match self {
            Self::Url { .. }
            | Self::NoLocks { .. }
            | Self::Full { .. }
            | Self::Denied { .. }
            | Self::Unreachable { .. }
            | Self::LockNotKept { .. }
            | Self::Io { .. } => Disposition::Pause,
            Self::ContentChanged { .. } | Self::Content(_) => Disposition::Retry,
            Self::Missing { .. }
            | Self::Conflict { .. }
            | Self::Altered { .. }
            | Self::Unsealed { .. }
            | Self::TooLarge { .. }
            | Self::Locked { .. }
            | Self::Shorter { .. }
            | Self::Refused { .. } => Disposition::Park,
        }
    }

    /// An error of the file system, told apart by what an operator has to do.
    pub(crate) fn io(place: &std::path::Path, action: &'static str, source: io::Error) -> Self {
        let place = place.display().to_string();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full {
                place,
                source: Some(source.into()),
            },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Denied {
                place,
                reason: format!("{action} is not permitted: make it writable for this user"),
                source: Some(source.into()),
            },
            _ => Self::Io {
                place,
                action,
                source,
            },
        }
    }
}
