//! PostgreSQL (14 or newer) as the ledger of many machines.

use super::Backend;
use crate::LedgerError;

/// How long to wait for a connection before the ledger counts as busy.
#[cfg(feature = "postgres")]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Connects and migrates.
#[cfg(feature = "postgres")]
pub(super) async fn open(url: &str, connections: u32) -> Result<Backend, LedgerError> {
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
    use std::str::FromStr;

    let options = PgConnectOptions::from_str(url)
        .map_err(|_| LedgerError::Address(without_password(url)))?
        .application_name("kartoteka")
        // A commit that returns is on disk, whatever the server's default says; a session that
        // hangs or whose node is cut off must not keep its locks.
        .options([
            ("synchronous_commit", "on"),
            ("lock_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "30s"),
            ("tcp_keepalives_idle", "5"),
            ("tcp_keepalives_interval", "2"),
            ("tcp_keepalives_count", "3"),
        ]);
    let pool = PgPoolOptions::new()
        .max_connections(connections.max(2))
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await?;
    crate::migration::POSTGRES.apply(&pool).await?;
    Ok(Backend::Postgres(pool))
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
