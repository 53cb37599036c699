//! The change log and the audit log: numbered without gaps, and a follower misses nothing.

use crate::world::{World, job, submission};
use ledger::{Actor, Change, ChangeKind, Event};
use std::collections::BTreeSet;

crate::on_both!(
    a_follower_sees_every_change_once_while_many_write,
    a_follower_misses_nothing_though_a_later_change_commits_first,
    a_watermark_is_kept_and_may_go_back,
    events_are_numbered_without_gaps,
    events_that_are_logged_together_keep_their_order_and_their_actors,
    sums_stay_true_when_folded,
);

async fn a_follower_sees_every_change_once_while_many_write(world: World) {
    const WRITERS: u32 = 6;
    const EACH: u32 = 25;
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let ledger = world.ledger.clone();
        tasks.spawn(async move {
            for n in 0..EACH {
                ledger
                    .receive(&submission(writer * EACH + n, "A"))
                    .await
                    .unwrap();
            }
        });
    }
    let follower = world.other_node().await;
    let (mut seen, mut last) = (BTreeSet::new(), 0);
    let mut writing = true;
    while writing || last < u64::from(WRITERS * EACH) {
        writing = !tasks.is_empty();
        if tasks.try_join_next().is_some() {
            continue;
        }
        for row in follower.changes_since(last, 7).await.unwrap() {
            assert_eq!((row.seq, row.kind), (last + 1, ChangeKind::Submission));
            assert!(seen.insert(row.subject.clone()), "{} twice", row.subject);
            last = row.seq;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(seen.len(), (WRITERS * EACH) as usize);
    assert_eq!(follower.newest_change().await.unwrap(), last);
    world.check_sums().await;
}

/// PostgreSQL gives the first transaction the lower number, and the second commits before it.
async fn a_follower_misses_nothing_though_a_later_change_commits_first(world: World) {
    #[cfg(feature = "postgres")]
    if world.url.starts_with("postgres:") {
        use sqlx::{Connection, Executor, PgConnection};
        let mut slow = PgConnection::connect(&world.url).await.unwrap();
        slow.execute("BEGIN").await.unwrap();
        slow.execute(
            "INSERT INTO changes (at, kind, subject, version) VALUES (0, 'submission', 'slow', 0)",
        )
        .await
        .unwrap();
        world.receive(1, "A").await;
        let first = world.ledger.changes_since(0, 10).await.unwrap();
        assert_eq!(first.len(), 1);
        slow.execute("COMMIT").await.unwrap();
        let rest = world.ledger.changes_since(first[0].seq, 10).await.unwrap();
        assert_eq!((rest.len(), rest[0].subject.as_str()), (1, "slow"));
        return;
    }
    // SQLite has one writer: the numbers are those of the commits.
    world.receive(1, "A").await;
    world.receive(2, "A").await;
    let rows = world.ledger.changes_since(0, 10).await.unwrap();
    assert_eq!((rows[0].seq, rows[1].seq), (1, 2));
}

async fn a_watermark_is_kept_and_may_go_back(world: World) {
    assert_eq!(world.ledger.watermark("index").await.unwrap(), 0);
    for seq in [5, 9, 0] {
        world.ledger.set_watermark("index", seq).await.unwrap();
        assert_eq!(world.ledger.watermark("index").await.unwrap(), seq);
    }
}

async fn events_are_numbered_without_gaps(world: World) {
    let id = world.receive(1, "A").await;
    let claim = world.claim("recognise", "n").await.unwrap();
    let jobs = vec![job(id, "extract")];
    let change = Change {
        jobs,
        note: "2 pages".into(),
        ..Change::default()
    };
    world.ledger.apply(&claim, &change).await.unwrap();
    let read = Event {
        action: "read".into(),
        subject: id.to_string(),
        detail: "audit".into(),
    };
    world
        .ledger
        .log(&Actor::person("ewa"), &read)
        .await
        .unwrap();
    let events = world.ledger.events_since(0, 100).await.unwrap();
    let log: Vec<_> = events
        .iter()
        .map(|e| {
            (
                e.seq,
                e.actor.as_str(),
                e.event.action.as_str(),
                e.event.detail.as_str(),
            )
        })
        .collect();
    assert_eq!(
        log,
        [
            (1, "receive@A", "received", ""),
            (2, "recognise@n", "recognise", "2 pages"),
            (3, "ewa", "read", "audit"),
        ]
    );
    assert_eq!(world.ledger.events_since(2, 100).await.unwrap().len(), 1);
}

async fn events_that_are_logged_together_keep_their_order_and_their_actors(world: World) {
    world.ledger.log_all(&[]).await.unwrap();
    let read = |who: &str, n: u32| {
        let event = Event {
            action: "read".into(),
            subject: format!("document {n}"),
            detail: String::new(),
        };
        (Actor::person(who), event)
    };
    let group: Vec<_> = (0..50)
        .map(|n| read(if n % 2 == 0 { "ewa" } else { "jan" }, n))
        .collect();
    world.ledger.log_all(&group).await.unwrap();
    let events = world.ledger.events_since(0, 100).await.unwrap();
    assert_eq!(events.len(), group.len());
    for (logged, (actor, event)) in events.iter().zip(&group) {
        assert_eq!((&logged.actor, &logged.event), (&actor.to_string(), event));
        assert_eq!(logged.at, events[0].at);
    }
}

async fn sums_stay_true_when_folded(world: World) {
    for n in 0..200 {
        world.receive(n, "A").await;
    }
    world.ledger.sequence().await.unwrap();
    world.check_sums().await;
    for _ in 0..50 {
        let claim = world.claim("recognise", "n").await.unwrap();
        world.finish(&claim).await;
    }
    world.ledger.sequence().await.unwrap();
    world.check_sums().await;
}
