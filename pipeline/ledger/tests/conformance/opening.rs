//! Opening: what is there is kept, and what is not understood is refused with what to do.

use crate::world::World;
use ledger::{Ledger, LedgerError, Options, Policy};
use std::time::Duration;

crate::on_both!(
    what_was_received_is_there_after_reopening,
    a_newer_ledger_is_refused,
    a_node_works_on_while_a_newer_one_upgrades_the_ledger,
);

async fn what_was_received_is_there_after_reopening(world: World) {
    let id = world.receive(1, "Oddział Łódź 3").await;
    world.ledger.close().await;
    let again = world.other_node().await;
    let stored = again.submission(id).await.unwrap().unwrap();
    assert_eq!(stored.station.as_str(), "Oddział Łódź 3");
}

/// What a newer program leaves when it upgrades the ledger.
async fn upgrade(world: &World) {
    const NEWER: &str =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                         VALUES (9999, 'from the future', true, '', 0)";
    if let Some(path) = world.url.strip_prefix("sqlite:") {
        let pool = sqlx::SqlitePool::connect(path).await.unwrap();
        sqlx::query(NEWER).execute(&pool).await.unwrap();
    }
    #[cfg(feature = "postgres")]
    if world.url.starts_with("postgres:") {
        let pool = sqlx::PgPool::connect(&world.url).await.unwrap();
        sqlx::query(NEWER).execute(&pool).await.unwrap();
    }
}

/// A rolling upgrade: forms only grow, so the older nodes finish what they have and are stopped.
async fn a_node_works_on_while_a_newer_one_upgrades_the_ledger(world: World) {
    let id = world.receive(1, "A").await;
    let claim = world.claim("recognise", "older").await.unwrap();
    upgrade(&world).await;
    world.ledger.renew(&claim).await.unwrap();
    world.finish(&claim).await;
    assert_eq!(world.state(id).await, ledger::SubmissionState::Done);
    world.check_sums().await;
}

async fn a_newer_ledger_is_refused(world: World) {
    upgrade(&world).await;
    let refused = Ledger::open(&world.url, Options::default())
        .await
        .unwrap_err();
    assert!(
        matches!(
            refused,
            LedgerError::Newer {
                found: 9999,
                known: 7
            }
        ),
        "{refused}"
    );
    assert!(refused.to_string().contains("install the newer version"));
}

#[tokio::test]
async fn an_address_that_is_none_says_what_one_looks_like() {
    for wrong in ["", "ledger.db", "mysql://host/db", "sqlite:"] {
        let refused = Ledger::open(wrong, Options::default()).await.unwrap_err();
        assert!(
            matches!(refused, LedgerError::Address(_)),
            "{wrong}: {refused}"
        );
        assert!(refused.to_string().contains("sqlite:PATH"));
    }
}

#[tokio::test]
async fn a_ledger_that_cannot_be_made_is_an_error_not_a_panic() {
    let refused = Ledger::open("sqlite:/nowhere/at/all/ledger.db", Options::default()).await;
    assert!(
        matches!(refused, Err(LedgerError::Unreachable(_))),
        "{refused:?}"
    );
}

/// `status` asked in the moment that the first node starts: the node once ended for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_new_ledger_that_many_open_at_once_is_made_once_and_opens_for_all() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("ledger.db").display());
        let mut openers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let url = url.clone();
            openers.spawn(async move { Ledger::open(&url, Options::default()).await });
        }
        for opened in openers.join_all().await {
            let ledger = opened.unwrap();
            assert_eq!(ledger.status().await.unwrap().submissions.received, 0);
        }
    }
}

#[tokio::test]
async fn a_lease_beyond_the_longest_is_refused() {
    let policy = Policy {
        lease: Duration::from_secs(31),
        ..Policy::default()
    };
    let refused = Ledger::open(
        "sqlite:unused",
        Options {
            policy,
            ..Options::default()
        },
    )
    .await;
    assert!(matches!(refused, Err(LedgerError::Refused(_))));
}
