//! What can go wrong with a package, apart from what is found in it.

use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A package could not be read or written. What a package got wrong is a finding, not an error.
#[derive(Debug, Error)]
pub enum EvidenceError {
    /// The file system said no.
    #[error("{} cannot be used: {source}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// What is there is not read at all: it leads out of the bag, or goes beyond a limit.
    #[error("{0}")]
    Refused(String),
    /// A store or a ledger could not be asked.
    #[error("what the package is made of cannot be read: {0}")]
    Source(String),
    /// Something kept is not what it should be; nothing is given away of it.
    #[error("{what} is not as it was kept: {why}")]
    Damaged {
        /// What.
        what: String,
        /// What was found.
        why: String,
    },
}

impl EvidenceError {
    /// What a file system said of a path.
    pub(crate) fn io(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        |source| Self::Io { path, source }
    }
}
