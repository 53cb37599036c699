//! What can go wrong with an index, and what the runner does about it.

use model::{Disposition, DocumentId};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// An index that cannot be opened, written or read.
#[derive(Debug, Error)]
pub enum SearchError {
    /// The index was made by another analysis or in another form, or is damaged. Nothing is lost:
    /// the index holds nothing that the ledger and the archive do not.
    #[error("the index in {} has to be made again: {reason}. Run `kartoteka reindex`", dir.display())]
    NeedsRebuild {
        /// Where it is.
        dir: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// Another process, or another writer of this one, is writing the index.
    #[error("the index in {} is being written by another process: stop it first", .0.display())]
    Locked(PathBuf),
    /// Locks do not hold on network file systems.
    #[error("{} is on a network file system, where locks do not hold: keep the index on a local disk", .0.display())]
    NetworkFileSystem(PathBuf),
    /// The index was replaced by a rebuilt one while this writer was open.
    #[error("the index was replaced by a rebuilt one: open a new writer")]
    Superseded,
    /// A document's text is more than one document may have.
    #[error("document {id}: {bytes} bytes of text, {limit} are allowed")]
    TooLarge {
        /// Whose text it is.
        id: DocumentId,
        /// What it has.
        bytes: usize,
        /// What it may have.
        limit: usize,
    },
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The index library refused.
    #[error("index: {0}")]
    Engine(#[from] tantivy::TantivyError),
}

impl SearchError {
    /// What the runner does about it: a document too large parks, everything else is the node's
    /// own trouble and nobody's fault.
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        match self {
            Self::TooLarge { .. } => Disposition::Park,
            Self::Superseded => Disposition::Retry,
            Self::NeedsRebuild { .. }
            | Self::Locked(_)
            | Self::NetworkFileSystem(_)
            | Self::Io { .. }
            | Self::Engine(_) => Disposition::Pause,
        }
    }

    /// For `map_err`: the refusal of a file or folder.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Io { path, source }
    }
}
