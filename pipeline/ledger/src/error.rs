//! What can go wrong with the ledger, and the one question the runner asks about it.
//! It does not log and does not retry: whoever called decides by [`LedgerError::disposition`].

use model::{Disposition, DocumentId};
use thiserror::Error;

/// A question to the ledger, or a change of it, that failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The database cannot be reached, or went away in the middle. Whether a change was made is
    /// unknown: repeat it, every change of the ledger may be asked for twice.
    #[error(
        "the ledger cannot be reached: {0}; check that its database runs and accepts connections"
    )]
    Unreachable(#[source] sqlx::Error),
    /// Too many others want the same rows or the same connection.
    #[error("the ledger is busy: {0}")]
    Busy(#[source] sqlx::Error),
    /// The database's disk is full.
    #[error("the ledger's disk is full: {0}; free space, work continues by itself")]
    Full(#[source] sqlx::Error),
    /// The job is no longer this claim's: its lease ran out and it was taken by another node, or
    /// an operator took it away. Nothing was written.
    #[error("job {job} ({stage}) is no longer held by this claim; nothing was written")]
    LeaseLost {
        /// The job.
        job: i64,
        /// Its stage.
        stage: String,
    },
    /// Somebody wrote the record's next version first. Nothing was written.
    #[error(
        "the record of {document} is at version {current}, so version {offered} cannot be the next; read it again"
    )]
    VersionConflict {
        /// The document.
        document: DocumentId,
        /// Version that the ledger holds; 0 when there is none.
        current: u32,
        /// Version that was offered.
        offered: u32,
    },
    /// No such thing in the ledger.
    #[error("the ledger knows no {what} `{id}`")]
    Unknown {
        /// The kind of thing.
        what: &'static str,
        /// The identity that was asked for.
        id: String,
    },
    /// What was asked for contradicts itself or the ledger's rules. Nothing was written.
    #[error("{0}")]
    Refused(String),
    /// A stored value does not parse.
    #[error(
        "the ledger holds a damaged {what}: {why}; restore it from a backup or rebuild it from the archive"
    )]
    Damaged {
        /// The column or form.
        what: String,
        /// What does not parse.
        why: String,
    },
    /// The address is none that the ledger understands.
    #[error("`{0}` is no ledger: give `sqlite:PATH` or `postgres://USER@HOST/DATABASE`")]
    Address(String),
    /// The address needs a back end that this program was built without.
    #[error(
        "this program was built without PostgreSQL: build it with the feature `postgres`, or use `sqlite:PATH`"
    )]
    NotBuiltIn,
    /// The ledger was written by a newer version of the program.
    #[error(
        "the ledger has form {found}, this program knows {known}: install the newer version of the program"
    )]
    Newer {
        /// The ledger's form.
        found: i64,
        /// The newest form this program knows.
        known: i64,
    },
    /// The ledger's form could not be brought up to date.
    #[error("the ledger cannot be brought to this program's form: {0}")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// The database refused a statement.
    #[error("the ledger's database refused: {0}")]
    Database(#[source] sqlx::Error),
}

impl LedgerError {
    /// What to do with the work that met this error.
    ///
    /// A lost lease is a pause: the result is dropped, nobody is to blame.
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        match self {
            Self::Unreachable(_) | Self::Busy(_) | Self::Full(_) | Self::LeaseLost { .. } => {
                Disposition::Pause
            }
            Self::VersionConflict { .. } => Disposition::Retry,
            Self::Unknown { .. }
            | Self::Refused(_)
            | Self::Damaged { .. }
            | Self::Address(_)
            | Self::NotBuiltIn
            | Self::Newer { .. }
            | Self::Migration(_)
            | Self::Database(_) => Disposition::Park,
        }
    }

    pub(crate) fn damaged(what: impl Into<String>, why: impl ToString) -> Self {
        Self::Damaged {
            what: what.into(),
            why: why.to_string(),
        }
    }

    pub(crate) fn unknown(what: &'static str, id: impl ToString) -> Self {
        Self::Unknown {
            what,
            id: id.to_string(),
        }
    }
}

impl From<sqlx::Error> for LedgerError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Io(_)
            | E::Tls(_)
            | E::Protocol(_)
            | E::PoolClosed
            | E::WorkerCrashed
            | E::BeginFailed => Self::Unreachable(error),
            E::PoolTimedOut => Self::Busy(error),
            E::ColumnDecode { .. } | E::Decode(_) => Self::damaged("column", error),
            E::Database(inner) => {
                let code = inner.code().unwrap_or_default().into_owned();
                classify(&code)(error)
            }
            _ => Self::Database(error),
        }
    }
}

/// The kind of trouble by SQLSTATE (five characters) or by SQLite's result code (a number).
///
/// PostgreSQL, appendix A: class 08 connection, 40 rolled back, 53 resources, 55P03 lock not
/// available, 57 operator intervention, 58 system error, 25006 a standby that is read-only.
/// SQLite: 5 busy, 6 locked, 10 input/output, 13 full, 14 cannot open; extended codes carry the
/// primary one in their low byte.
fn classify(code: &str) -> fn(sqlx::Error) -> LedgerError {
    if code.len() == 5 {
        return match (&code[..2], code) {
            ("53", "53100") => LedgerError::Full,
            ("08" | "57" | "58", _) | (_, "25006" | "53300") => LedgerError::Unreachable,
            ("40" | "53" | "55", _) => LedgerError::Busy,
            _ => LedgerError::Database,
        };
    }
    match code.parse::<u32>().map(|code| code & 0xff) {
        Ok(5 | 6) => LedgerError::Busy,
        Ok(13) => LedgerError::Full,
        Ok(10 | 14) => LedgerError::Unreachable,
        _ => LedgerError::Database,
    }
}

#[cfg(test)]
mod tests {
    use super::classify;
    use model::Disposition;

    #[test]
    fn what_passes_by_itself_pauses_and_what_does_not_parks() {
        let check = |code: &str, expected: Disposition| {
            let error = classify(code)(sqlx::Error::RowNotFound);
            assert_eq!(error.disposition(), expected, "{code}");
        };
        for code in [
            "08006", "57P01", "57P03", "40P01", "40001", "53300", "53100", "25006", "5", "261",
            "13", "10",
        ] {
            check(code, Disposition::Pause);
        }
        for code in ["23505", "42P01", "22P02", "1", "19", ""] {
            check(code, Disposition::Park);
        }
    }
}
