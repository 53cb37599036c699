//! Whatever somebody with the database's password does to the log, and what it is called.

use super::{check, lines, sign, signed, whole};
use crate::world::World;
use ledger::{Checkpoint, ExportScope};
use verifier::Kind;

crate::on_both!(
    every_change_to_the_ledger_is_found_and_named,
    a_history_that_was_rewritten_and_signed_anew_is_a_fork,
    an_older_copy_of_the_whole_database_is_found_by_who_holds_a_checkpoint,
);

/// Runs statements past the ledger.
pub(crate) async fn run(world: &World, statements: &[&'static str]) {
    if let Some(path) = world.url.strip_prefix("sqlite:") {
        let pool = sqlx::SqlitePool::connect(path).await.unwrap();
        for sql in statements {
            sqlx::query(*sql).execute(&pool).await.unwrap();
        }
        pool.close().await;
    }
    #[cfg(feature = "postgres")]
    if world.url.starts_with("postgres:") {
        let pool = sqlx::PgPool::connect(&world.url).await.unwrap();
        for sql in statements {
            sqlx::query(*sql).execute(&pool).await.unwrap();
        }
        pool.close().await;
    }
}

type Case = (&'static str, &'static [&'static str], Kind, Option<u64>);

/// What was done to the database, and what must be said of it first.
const CASES: [Case; 17] = [
    (
        "who",
        &["UPDATE events SET actor = 'nobody' WHERE seq = 42"],
        Kind::Changed,
        Some(42),
    ),
    (
        "to what",
        &["UPDATE events SET subject = 'document 9' WHERE seq = 42"],
        Kind::Changed,
        Some(42),
    ),
    (
        "words",
        &["UPDATE events SET detail = '' WHERE seq = 42"],
        Kind::Changed,
        Some(42),
    ),
    (
        "when",
        &["UPDATE events SET at = at + 1 WHERE seq = 42"],
        Kind::Changed,
        Some(42),
    ),
    (
        "what",
        &["UPDATE events SET action = 'exported' WHERE seq = 42"],
        Kind::Changed,
        Some(42),
    ),
    (
        "a leaf",
        &[
            "UPDATE events SET leaf = (SELECT leaf FROM events AS other WHERE other.seq = 90) WHERE seq = 42",
        ],
        Kind::Changed,
        Some(42),
    ),
    // The leaf is made anew over what the row says now: only the checkpoint tells.
    (
        "an event and its leaf",
        &["UPDATE events SET detail = 'x', salt = NULL, leaf = NULL WHERE seq = 142"],
        Kind::Changed,
        Some(101),
    ),
    (
        "an event and its leaf, after the last full tile",
        &["UPDATE events SET detail = 'x', salt = NULL, leaf = NULL WHERE seq = 570"],
        Kind::Changed,
        Some(301),
    ),
    (
        "an event gone",
        &["DELETE FROM events WHERE seq = 42"],
        Kind::Removed,
        Some(42),
    ),
    (
        "an event gone, the rest renumbered",
        &[
            "DELETE FROM events WHERE seq = 42",
            "UPDATE events SET seq = -seq WHERE seq > 42",
            "UPDATE events SET seq = -seq - 1 WHERE seq < 0",
        ],
        Kind::Removed,
        Some(42),
    ),
    (
        "events at the end gone",
        &["DELETE FROM events WHERE seq > 590"],
        Kind::RolledBack,
        Some(591),
    ),
    (
        "two events swapped",
        &[
            "UPDATE events SET seq = -1 WHERE seq = 42",
            "UPDATE events SET seq = 42 WHERE seq = 43",
            "UPDATE events SET seq = 43 WHERE seq = -1",
        ],
        Kind::Reordered,
        Some(42),
    ),
    (
        "an event put in",
        &[
            "UPDATE events SET seq = -seq WHERE seq >= 42",
            "UPDATE events SET seq = -seq + 1 WHERE seq < 0",
            "INSERT INTO events (seq, at, actor, action, subject, detail)
            SELECT 42, at, 'jan', 'read', 'document 1', '' FROM events WHERE seq = 41",
        ],
        Kind::Inserted,
        Some(42),
    ),
    (
        "a tile",
        &["UPDATE audit_tiles SET hash = (SELECT leaf FROM events WHERE seq = 1) WHERE number = 1"],
        Kind::Tile,
        Some(512),
    ),
    (
        "a checkpoint",
        &["UPDATE audit_checkpoints SET note = replace(note, '300', '299') WHERE size = 300"],
        Kind::Signature,
        None,
    ),
    (
        "a checkpoint of another key",
        &[
            "UPDATE audit_checkpoints SET note = replace(note, '— kartoteka/', '— kartoteka/x') WHERE size = 300",
        ],
        Kind::UnknownKey,
        None,
    ),
    (
        "a clock put back",
        &[
            "INSERT INTO events (seq, at, actor, action, subject, detail)
            SELECT 601, at - 3600000, 'jan', 'read', 'document 1', '' FROM events WHERE seq = 600",
        ],
        Kind::ClockWentBack,
        Some(601),
    ),
];

async fn every_change_to_the_ledger_is_found_and_named(world: World) {
    let is_sqlite = world.url.starts_with("sqlite:");
    drop(world);
    for (what, statements, kind, seq) in CASES {
        let world = another(is_sqlite).await;
        let made = signed(&world).await;
        run(&world, statements).await;
        let report = check(&lines(&world, whole()).await, &made);
        let found = report.differences.first().map(|d| (d.kind, d.seq));
        assert_eq!(found, Some((kind, seq)), "{what}: {:?}", report.differences);
    }
}

async fn another(is_sqlite: bool) -> World {
    #[cfg(feature = "postgres")]
    if !is_sqlite {
        return World::postgres().await;
    }
    assert!(is_sqlite);
    World::sqlite().await
}

const REWRITE: [&str; 3] = [
    "UPDATE events SET actor = 'nobody', salt = NULL, leaf = NULL WHERE seq = 42",
    "DELETE FROM audit_tiles",
    "DELETE FROM audit_checkpoints",
];

async fn a_history_that_was_rewritten_and_signed_anew_is_a_fork(world: World) {
    let made = signed(&world).await;
    run(&world, &REWRITE).await;
    let anew = sign(&world).await;
    assert_eq!((anew.size, &anew.log), (600, &made[0].log));
    for scope in [ExportScope::default(), whole()] {
        let export = lines(&world, scope).await;
        // By itself it looks sound: that is what the held checkpoint is for.
        assert!(check(&export, &[]).is_sound());
        let kinds: Vec<Kind> = check(&export, &made)
            .differences
            .iter()
            .map(|d| d.kind)
            .collect();
        assert_eq!(kinds, [Kind::Forked; 3]);
    }
    let scope = ExportScope {
        since: 400,
        held: vec![100],
        ..ExportScope::default()
    };
    let found = check(&lines(&world, scope).await, &made[..1]).differences;
    assert_eq!(
        found.first().map(|d| d.kind),
        Some(Kind::Forked),
        "{found:?}"
    );
}

async fn an_older_copy_of_the_whole_database_is_found_by_who_holds_a_checkpoint(world: World) {
    let made = signed(&world).await;
    // As it was after 350 events.
    run(
        &world,
        &[
            "DELETE FROM events WHERE seq > 350",
            "DELETE FROM audit_tiles WHERE number > 0",
            "DELETE FROM audit_checkpoints WHERE size > 300",
        ],
    )
    .await;
    let export = lines(&world, whole()).await;
    assert!(check(&export, &made[..2]).is_sound());
    let newest: &[Checkpoint] = &made[2..];
    let found = check(&export, newest).differences;
    assert_eq!(
        found.first().map(|d| (d.kind, d.seq)),
        Some((Kind::RolledBack, Some(351)))
    );
}
