//! The ledger's form and its versions: forward only, checked at every start. It refuses a ledger
//! that is newer than the program rather than guess what the new columns mean.

use crate::LedgerError;
use sqlx::migrate::{MigrateError, Migrator};

/// The steps for one database.
pub(crate) struct Steps(Migrator);

pub(crate) static SQLITE: Steps = Steps(sqlx::migrate!("migrations/sqlite"));
#[cfg(feature = "postgres")]
pub(crate) static POSTGRES: Steps = Steps(sqlx::migrate!("migrations/postgres"));

/// The form that this program makes: the number of the newest step.
pub(crate) fn newest() -> i64 {
    SQLITE.0.iter().map(|step| step.version).max().unwrap_or(0)
}

impl Steps {
    /// Takes the steps that are missing, each in its own transaction.
    pub(crate) async fn apply<'a, A>(&self, database: A) -> Result<(), LedgerError>
    where
        A: sqlx::Acquire<'a>,
        <A::Connection as std::ops::Deref>::Target: sqlx::migrate::Migrate,
    {
        let known = self.0.iter().map(|step| step.version).max().unwrap_or(0);
        match self.0.run(database).await {
            Ok(()) => Ok(()),
            Err(MigrateError::VersionMissing(found)) => Err(LedgerError::Newer { found, known }),
            Err(MigrateError::Execute(error)) => Err(error.into()),
            Err(error) => Err(LedgerError::Migration(error)),
        }
    }
}
