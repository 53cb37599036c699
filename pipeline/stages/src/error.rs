//! What can go wrong in a stage, and what to do about it.

use crate::InboxError;
use archive::StoreError;
use ledger::{LedgerError, Trouble};
use model::{Disposition, Refusal};
use records::RecordsError;
use search::SearchError;
use std::path::PathBuf;
use thiserror::Error;

/// A stage did not come to its end.
#[derive(Debug, Error)]
pub enum StageError {
    /// The file cannot become documents.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger could not be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A disk is nearly full.
    #[error(
        "{} has {} MB free, which is at the floor of {} MB (`intake.free_megabytes`, \
         `intake.free_percent`): intake goes on by itself when there is room",
        disk.display(), free_bytes / 1_000_000, floor_bytes / 1_000_000
    )]
    NoRoom {
        /// A folder on it.
        disk: PathBuf,
        /// What is free.
        free_bytes: u64,
        /// What has to stay free.
        floor_bytes: u64,
    },
    /// The inbox could not be used.
    #[error(transparent)]
    Inbox(#[from] InboxError),
    /// The index could not be written.
    #[error("the index cannot be written: {0}")]
    Index(#[from] SearchError),
    /// What is known of a record could not be brought to the store.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// What an earlier stage left is not what it should be.
    #[error("{what} cannot be read: {why}")]
    Damaged {
        /// The object or row.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// The stage panicked: a defect of this program.
    #[error("the stage failed unexpectedly: {0}")]
    Panicked(String),
    /// The node stops; the work is as it was.
    #[error("the work was stopped")]
    Stopped,
}

/// The runner could not start.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct StartError(pub String);

impl StageError {
    /// What to do about it.
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        match self {
            Self::Refused(_) | Self::Damaged { .. } => Disposition::Park,
            Self::Store(error) => error.disposition(),
            Self::Ledger(error) => error.disposition(),
            Self::Index(error) => error.disposition(),
            Self::Records(error) => error.disposition(),
            Self::Panicked(_) => Disposition::Retry,
            Self::NoRoom { .. } | Self::Inbox(_) | Self::Stopped => Disposition::Pause,
        }
    }

    /// What the ledger keeps of it.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Refused(refusal) => Trouble::from(refusal.clone()),
            Self::Records(error) => error.trouble(),
            Self::Store(error) => {
                Trouble::new("archive", error.to_string(), "mend the archive, then retry")
            }
            Self::Ledger(error) => {
                Trouble::new("ledger", error.to_string(), "mend the ledger, then retry")
            }
            Self::NoRoom { .. } => Trouble::new("no_room", self.to_string(), "make room"),
            Self::Index(_) => Trouble::new("index", self.to_string(), "mend the index's disk"),
            Self::Inbox(_) => Trouble::new("inbox", self.to_string(), "mend the inbox's folder"),
            Self::Damaged { .. } => Trouble::new(
                "damaged_derivative",
                self.to_string(),
                "reprocess the submission: its original is kept",
            ),
            Self::Panicked(_) => Trouble::new(
                "defect",
                self.to_string(),
                "report it with the log of that time; retry after an upgrade",
            ),
            Self::Stopped => Trouble::new("stopped", self.to_string(), "nothing: it goes on"),
        }
    }
}
