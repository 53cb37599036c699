//! PostgreSQL (14 or newer) as the ledger of many machines.

use super::Backend;
use crate::LedgerError;
#[cfg(feature = "postgres")]
use std::{
    sync::atomic::{AtomicBool, Ordering},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// How long to wait for a connection before the ledger counts as busy.
#[cfg(feature = "postgres")]
const PATIENCE: Duration = Duration::from_secs(10);

/// Connects and migrates.
#[cfg(feature = "postgres")]
pub(super) async fn open(url: &str, connections: u32) -> Result<Backend, LedgerError> {
    use sqlx::postgres::PgConnectOptions;
    use std::str::FromStr;

    let options = PgConnectOptions::from_str(url)
        .map_err(|_| LedgerError::Address(without_password(url)))?
        .application_name("kartoteka")
        // A commit that returns is on disk, whatever the server's default says; a session that
        // hangs or whose node is cut off must not keep its locks.
        .options([
            ("synchronous_commit", "on"),
            ("lock_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "20s"),
            ("tcp_keepalives_idle", "5"),
            ("tcp_keepalives_interval", "2"),
            ("tcp_keepalives_count", "3"),
        ]);
    let connections = Connections {
        options,
        most: connections.max(2),
        pool: RwLock::default(),
    };
    let pool = connections.pool();
    super::within(Some(super::HASTE), async { pool.acquire().await.map(drop) }).await?;
    crate::migration::POSTGRES.apply(&pool).await?;
    Ok(Backend::Postgres(Box::new(connections)))
}

/// A pool that is replaced when one of its connections falls silent: one that never answers would
/// never be given back, and a pool of such is no pool.
#[cfg(feature = "postgres")]
#[derive(Debug)]
pub(super) struct Connections {
    options: sqlx::postgres::PgConnectOptions,
    most: u32,
    pool: RwLock<Option<Pool>>,
}

#[cfg(feature = "postgres")]
#[derive(Clone, Debug)]
struct Pool {
    connections: sqlx::PgPool,
    is_silent: Arc<AtomicBool>,
}

/// A transaction, and the mark of the pool it came from.
#[cfg(feature = "postgres")]
pub(super) struct Began {
    /// Boxed: it is much larger than SQLite's.
    pub(super) tx: Box<sqlx::Transaction<'static, sqlx::Postgres>>,
    is_silent: Arc<AtomicBool>,
}

#[cfg(feature = "postgres")]
impl Connections {
    /// The pool in use; a new one where the last has fallen silent.
    fn current(&self) -> Pool {
        let usable = |pool: &Pool| !pool.is_silent.load(Ordering::Acquire);
        {
            let held = self.pool.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(pool) = held.as_ref().filter(|pool| usable(pool)) {
                return pool.clone();
            }
        }
        let mut held = self.pool.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = held.as_ref().filter(|pool| usable(pool)) {
            return pool.clone();
        }
        let connections = sqlx::postgres::PgPoolOptions::new()
            .max_connections(self.most)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(self.options.clone());
        let pool = Pool {
            connections,
            is_silent: Arc::default(),
        };
        *held = Some(pool.clone());
        pool
    }

    pub(super) fn pool(&self) -> sqlx::PgPool {
        self.current().connections
    }

    pub(super) async fn begin(&self, sql: &'static str) -> Result<Began, sqlx::Error> {
        let pool = self.current();
        let begun = super::within(Some(super::HASTE), pool.connections.begin_with(sql)).await;
        Ok(Began {
            tx: Box::new(judged(&pool.is_silent, begun)?),
            is_silent: pool.is_silent,
        })
    }

    pub(super) async fn close(&self) {
        // What does not answer is not waited for.
        let closing = async {
            self.pool().close().await;
            Ok(())
        };
        let _ = super::within(Some(super::HASTE), closing).await;
    }
}

#[cfg(feature = "postgres")]
impl Began {
    /// Marks the pool when it fell silent.
    pub(super) fn judge<T>(&self, answer: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        judged(&self.is_silent, answer)
    }

    pub(super) async fn commit(self, haste: Option<Duration>) -> Result<(), sqlx::Error> {
        judged(
            &self.is_silent,
            super::within(haste, self.tx.commit()).await,
        )
    }

    pub(super) async fn rollback(self, haste: Option<Duration>) -> Result<(), sqlx::Error> {
        judged(
            &self.is_silent,
            super::within(haste, self.tx.rollback()).await,
        )
    }
}

#[cfg(feature = "postgres")]
fn judged<T>(is_silent: &AtomicBool, answer: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
    if let Err(sqlx::Error::Io(error)) = &answer
        && error.kind() == std::io::ErrorKind::TimedOut
    {
        is_silent.store(true, Ordering::Release);
    }
    answer
}

/// Says what is missing.
#[cfg(not(feature = "postgres"))]
pub(super) async fn open(_url: &str, _connections: u32) -> Result<Backend, LedgerError> {
    Err(LedgerError::NotBuiltIn)
}

/// The address with what stands between `:` and `@` left out: errors reach logs.
#[cfg(feature = "postgres")]
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return String::from("postgres:…");
    };
    let Some((user, host)) = rest.rsplit_once('@') else {
        return url.to_owned();
    };
    let user = user.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:…@{host}")
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_stays_out_of_errors() {
        let check = |url: &str, expected: &str| assert_eq!(without_password(url), expected);
        check("postgres://anna:s3cret@db/k", "postgres://anna:…@db/k");
        check("postgres://anna:s3c@ret@db/k", "postgres://anna:…@db/k");
        check("postgres://db/k", "postgres://db/k");
    }
}
