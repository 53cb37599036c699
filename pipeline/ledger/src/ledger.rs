//! The ledger itself: opened once, shared by cloning. Its questions live in the files of their
//! subject; here is only how it is opened and how a change of it begins.

use crate::database::{Database, Session};
use crate::policy::{Clock, Policy};
use crate::writing::Writing;
use crate::{Actor, LedgerError};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

/// How a ledger is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The rules of the queue.
    pub policy: Policy,
    /// Whose clock counts.
    pub clock: Clock,
    /// Most connections: readers of SQLite, all of PostgreSQL. A node needs one a worker and some.
    pub connections: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            clock: Clock::Database,
            connections: 8,
        }
    }
}

/// The ledger. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(crate) database: Arc<Database>,
    pub(crate) policy: Arc<Policy>,
    /// When this handle last looked for expired leases, in milliseconds of the ledger's clock.
    pub(crate) swept_at: Arc<AtomicI64>,
}

impl Ledger {
    /// Opens `sqlite:PATH` or `postgres://USER@HOST/DATABASE`, makes what is missing and brings
    /// an older ledger to this program's form.
    ///
    /// # Errors
    /// When the address is none, the database cannot be reached or written, or the ledger was
    /// written by a newer program.
    pub async fn open(url: &str, options: Options) -> Result<Self, LedgerError> {
        options.policy.check()?;
        let database = Database::open(url, options.clock, options.connections).await?;
        Ok(Self {
            database: Arc::new(database),
            policy: Arc::new(options.policy),
            swept_at: Arc::new(AtomicI64::new(i64::MIN)),
        })
    }

    /// Closes every connection, waiting for what they are doing.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// The rules of the queue, as opened.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) async fn read(&self) -> Result<Session, LedgerError> {
        self.database.read().await
    }

    pub(crate) async fn begin(&self, actor: &Actor) -> Result<Writing, LedgerError> {
        Ok(Writing::new(self.database.write().await?, actor.clone()))
    }
}
