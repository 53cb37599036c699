//! What can go wrong with a record, and what to do about it.

use archive::StoreError;
use ledger::{LedgerError, Trouble};
use model::{Disposition, DocumentId};
use thiserror::Error;

/// What was to be done to a record was not done.
#[derive(Debug, Error)]
pub enum RecordsError {
    /// The ledger could not be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The store could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The schedule in force does not know the class.
    #[error("the retention schedule has no class `{0}`: add it to retention.toml")]
    NoClass(String),
    /// There is no such document.
    #[error("there is no document {0}: `kartoteka search '*'` lists them")]
    NoDocument(DocumentId),
    /// Somebody is not allowed to, or it is not the time for it. Nothing was done.
    #[error("{0}")]
    Refused(String),
    /// What is kept does not parse.
    #[error("{what} cannot be used: {why}")]
    Damaged {
        /// The row or object.
        what: String,
        /// What is wrong with it.
        why: String,
    },
}

impl RecordsError {
    /// What the runner does about it.
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        match self {
            Self::Ledger(error) => error.disposition(),
            Self::Store(error) => error.disposition(),
            Self::NoClass(_) | Self::NoDocument(_) | Self::Refused(_) | Self::Damaged { .. } => {
                Disposition::Park
            }
        }
    }

    /// What the ledger keeps of it.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        let (reason, remedy) = match self {
            Self::Ledger(_) => ("ledger", "mend the ledger, then retry"),
            Self::Store(_) => ("archive", "mend the archive, then retry"),
            Self::NoClass(_) => ("no_class", "add the class to retention.toml, then retry"),
            Self::NoDocument(_) | Self::Refused(_) | Self::Damaged { .. } => {
                ("records", "look at the document, then retry")
            }
        };
        Trouble::new(reason, self.to_string(), remedy)
    }

    pub(crate) fn damaged(what: impl Into<String>, why: impl ToString) -> Self {
        Self::Damaged {
            what: what.into(),
            why: why.to_string(),
        }
    }
}
