//! The two databases behind one narrow door: a session runs a statement with parameters and gives
//! rows. Everything above it is written once, in SQL that SQLite and PostgreSQL both take; only
//! `queue` and `sequence` ask which of them it is.
//!
//! Why not `sqlx::Any`: it has no truth about types (a count comes back as whatever the driver
//! feels like), and cannot set up SQLite's connections. Four types are all a ledger needs.

mod postgres;
mod row;
mod sqlite;

use crate::LedgerError;
use crate::policy::Clock;
pub(crate) use row::{Param, Row, params};
use sqlx::Executor;
use std::future::Future;
use std::path::Path;
use std::time::Duration;

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "statements name both dialects in either build")
    )]
    Postgres,
}

/// A statement in both dialects.
#[derive(Clone, Copy)]
pub(crate) struct Statement {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

/// Open connections to the ledger's database.
#[derive(Debug)]
pub(crate) struct Database {
    backend: Backend,
    clock: Clock,
}

#[derive(Debug)]
enum Backend {
    /// One writer, so that nobody waits on a lock that SQLite does not queue for; readers beside.
    Sqlite {
        writer: sqlx::SqlitePool,
        readers: sqlx::SqlitePool,
    },
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::Connections>),
}

/// How long a statement may take before the database counts as unreachable: a network that is cut
/// off silently answers nothing, for ever. Longer than the server waits for a lock, shorter than a
/// lease.
const HASTE: Duration = Duration::from_secs(15);

impl Database {
    /// Opens `sqlite:PATH` or `postgres://…`, creates what is missing and brings it up to date.
    pub(crate) async fn open(
        url: &str,
        clock: Clock,
        connections: u32,
    ) -> Result<Self, LedgerError> {
        let backend = if let Some(path) = url.strip_prefix("sqlite:") {
            let path = Path::new(path.strip_prefix("//").unwrap_or(path));
            if path.as_os_str().is_empty() {
                return Err(LedgerError::Address(url.to_owned()));
            }
            let (writer, readers) = sqlite::open(path, connections).await?;
            Backend::Sqlite { writer, readers }
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            postgres::open(url, connections).await?
        } else {
            return Err(LedgerError::Address(url.to_owned()));
        };
        Ok(Self { backend, clock })
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        match &self.backend {
            Backend::Sqlite { .. } => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Backend::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A transaction that may write. Dropped without [`Session::commit`] it leaves no trace.
    pub(crate) async fn write(&self) -> Result<Session, LedgerError> {
        let inner = match &self.backend {
            Backend::Sqlite { writer, .. } => {
                Inner::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            #[cfg(feature = "postgres")]
            Backend::Postgres(connections) => Inner::Postgres(
                connections
                    .begin("BEGIN ISOLATION LEVEL READ COMMITTED")
                    .await?,
            ),
        };
        Ok(self.session(inner))
    }

    /// A transaction that sees one state of everything, and may not write.
    pub(crate) async fn read(&self) -> Result<Session, LedgerError> {
        let inner = match &self.backend {
            Backend::Sqlite { readers, .. } => Inner::Sqlite(readers.begin_with("BEGIN").await?),
            #[cfg(feature = "postgres")]
            Backend::Postgres(connections) => Inner::Postgres(
                connections
                    .begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            ),
        };
        Ok(self.session(inner))
    }

    fn session(&self, inner: Inner) -> Session {
        Session {
            inner,
            clock: self.clock.clone(),
            now: None,
            haste: Some(HASTE),
        }
    }

    /// Runs a command that is none of a transaction's.
    pub(crate) async fn command(&self, sql: &'static str) -> Result<(), LedgerError> {
        match &self.backend {
            Backend::Sqlite { writer, .. } => {
                sqlx::query(sql).execute(writer).await?;
            }
            #[cfg(feature = "postgres")]
            Backend::Postgres(connections) => {
                sqlx::query(sql).execute(&connections.pool()).await?;
            }
        }
        Ok(())
    }

    /// Writes SQLite's log into its file and cuts it to nothing.
    pub(crate) async fn empty_log(&self) -> Result<(), LedgerError> {
        let Backend::Sqlite { writer, .. } = &self.backend else {
            return Ok(());
        };
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(writer)
            .await?;
        match Row::Sqlite(row).integer("busy")? {
            0 => Ok(()),
            _ => Err(LedgerError::Refused(
                "somebody reads the ledger, so its log could not be emptied".into(),
            )),
        }
    }

    /// Closes every connection after its statement.
    pub(crate) async fn close(&self) {
        match &self.backend {
            Backend::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            #[cfg(feature = "postgres")]
            Backend::Postgres(connections) => connections.close().await,
        }
    }
}

/// One transaction.
pub(crate) struct Session {
    inner: Inner,
    clock: Clock,
    now: Option<i64>,
    haste: Option<Duration>,
}

enum Inner {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Began),
}

/// Waits for an answer of the database, but not for ever.
async fn within<T>(
    haste: Option<Duration>,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    match haste {
        None => answer.await,
        Some(haste) => tokio::time::timeout(haste, answer)
            .await
            .unwrap_or_else(|_| Err(silent())),
    }
}

/// The database did not answer in time.
fn silent() -> sqlx::Error {
    let why = "no answer within the time that a statement may take";
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, why))
}

/// Runs `$call` with the arguments bound, in whichever database it is.
macro_rules! in_session {
    ($session:expr, $sql:expr, $params:expr, $method:ident => $wrap:ident) => {
        match &mut $session.inner {
            Inner::Sqlite(tx) => {
                let query =
                    $params
                        .into_iter()
                        .fold(sqlx::query($sql), |query, param| match param {
                            Param::Integer(value) => query.bind(value),
                            Param::Text(value) => query.bind(value),
                            Param::Real(value) => query.bind(value),
                        });
                (&mut **tx).$method(query).await.map($wrap!(Sqlite))
            }
            #[cfg(feature = "postgres")]
            Inner::Postgres(began) => {
                let query =
                    $params
                        .into_iter()
                        .fold(sqlx::query($sql), |query, param| match param {
                            Param::Integer(value) => query.bind(value),
                            Param::Text(value) => query.bind(value),
                            Param::Real(value) => query.bind(value),
                        });
                let answer = within($session.haste, (&mut **began.tx).$method(query)).await;
                began.judge(answer).map($wrap!(Postgres))
            }
        }
    };
}

macro_rules! affected {
    ($backend:ident) => {
        |done| done.rows_affected()
    };
}

macro_rules! some_row {
    ($backend:ident) => {
        |row| row.map(Row::$backend)
    };
}

macro_rules! all_rows {
    ($backend:ident) => {
        |rows| rows.into_iter().map(Row::$backend).collect()
    };
}

impl Session {
    /// The same transaction, whose statements may take as long as they need: copies of everything.
    pub(crate) fn without_haste(self) -> Self {
        Self {
            haste: None,
            ..self
        }
    }

    /// From here on it is that time in this transaction.
    pub(crate) const fn pin(&mut self, milliseconds: i64) {
        self.now = Some(milliseconds);
    }

    /// Runs a statement; the number of rows it touched.
    pub(crate) async fn run(
        &mut self,
        sql: &'static str,
        params: Vec<Param>,
    ) -> Result<u64, LedgerError> {
        Ok(in_session!(self, sql, params, execute => affected)?)
    }

    /// The first row, if any.
    pub(crate) async fn row(
        &mut self,
        sql: &'static str,
        params: Vec<Param>,
    ) -> Result<Option<Row>, LedgerError> {
        Ok(in_session!(self, sql, params, fetch_optional => some_row)?)
    }

    /// All rows.
    pub(crate) async fn rows(
        &mut self,
        sql: &'static str,
        params: Vec<Param>,
    ) -> Result<Vec<Row>, LedgerError> {
        Ok(in_session!(self, sql, params, fetch_all => all_rows)?)
    }

    /// The only row of a statement that always gives one.
    pub(crate) async fn only(
        &mut self,
        sql: &'static str,
        params: Vec<Param>,
    ) -> Result<Row, LedgerError> {
        self.row(sql, params)
            .await?
            .ok_or(LedgerError::Database(sqlx::Error::RowNotFound))
    }

    /// The variant of a statement that this database takes.
    pub(crate) const fn pick(&self, statement: Statement) -> &'static str {
        match self.dialect() {
            Dialect::Sqlite => statement.sqlite,
            Dialect::Postgres => statement.postgres,
        }
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        match &self.inner {
            Inner::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Milliseconds since 1970 by the ledger's clock; the same throughout the transaction.
    pub(crate) async fn now(&mut self) -> Result<i64, LedgerError> {
        const NOW: Statement = Statement {
            sqlite: "SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT) AS now",
            postgres: "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now",
        };
        if let Some(now) = self.now {
            return Ok(now);
        }
        let now = match &self.clock {
            Clock::Manual(clock) => clock.milliseconds(),
            Clock::Database => self.only(self.pick(NOW), params![]).await?.integer("now")?,
        };
        self.now = Some(now);
        Ok(now)
    }

    /// Makes what was written durable and visible, all at once.
    pub(crate) async fn commit(self) -> Result<(), LedgerError> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            #[cfg(feature = "postgres")]
            Inner::Postgres(began) => began.commit(self.haste).await?,
        }
        Ok(())
    }

    /// Forgets what was written, now rather than when the connection is next used.
    pub(crate) async fn rollback(self) -> Result<(), LedgerError> {
        match self.inner {
            Inner::Sqlite(tx) => tx.rollback().await?,
            #[cfg(feature = "postgres")]
            Inner::Postgres(began) => began.rollback(self.haste).await?,
        }
        Ok(())
    }
}
