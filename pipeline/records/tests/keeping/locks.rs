//! What the store locks, as the ledger comes to know more.

use crate::world::{Parted, World, now, set_day};
use archive::{
    Capabilities, Content, Deletion, Hold, Key, Listing, Lock, LockMode, Naming, Object, Prefix,
    Retention, Store, StoreError, Stored,
};
use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::date;
use model::DocumentId;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Notify;

const HELD: Lock = Lock {
    retention: None,
    hold: Hold::On,
};

fn compliance(until: &str) -> Option<Retention> {
    Some(Retention::new(LockMode::Compliance, until.parse().unwrap()))
}

#[tokio::test]
async fn a_lock_follows_what_is_known_and_only_grows() {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    let id = world.receive(1, 1, Parted::InOneFile).await[0];
    let file = world.file(id, "KK/1").await;
    world.follow_up().await;
    let key = world.content(id).await;
    let lock = || world.lock(&key);
    assert_eq!(
        lock().await,
        Some(Lock::NONE),
        "a class that was only read locks nothing"
    );
    world.confirm(id, "credit_agreement").await;
    world.follow_up().await;
    assert_eq!(lock().await, Some(HELD), "events are awaited");
    let settled = world
        .state(file, "settled", date(2024, 5, 10))
        .await
        .unwrap();
    world.follow_up().await;
    assert_eq!(lock().await, Some(HELD), "the other event is awaited");
    world
        .state(file, "relationship_ended", date(2025, 3, 1))
        .await
        .unwrap();
    world.follow_up().await;
    // The tax of 2024 is paid in March 2025; five years from the end of that year.
    let until = compliance("2030-12-31T23:00:00Z");
    let dated = Lock {
        retention: until,
        hold: Hold::Off,
    };
    assert_eq!(lock().await, Some(dated));
    for key in [Key::submission(id.submission()), Key::record(id, 1)] {
        assert_eq!(world.lock(&key).await, Some(dated), "{key}");
    }
    assert_eq!(
        world.lock(&Key::pages(id.submission(), 1)).await,
        Some(Lock::NONE)
    );
    let record = world.ledger.document(id).await.unwrap().unwrap();
    assert_eq!(record.retention.retain_until, Some(date(2031, 1, 1)));
    holds_and_reversals(&world, id, settled, dated).await;
}

/// A hold comes and goes; a reversed event puts one on again, and the date stays.
async fn holds_and_reversals(
    world: &World,
    id: DocumentId,
    settled: ledger::TermEventId,
    dated: Lock,
) {
    let key = world.content(id).await;
    let hold = world.hold(id).await;
    world.follow_up().await;
    assert_eq!(
        world.lock(&key).await,
        Some(Lock {
            hold: Hold::On,
            ..dated
        })
    );
    world
        .ledger
        .release_hold(hold, "final", &crate::world::anna())
        .await
        .unwrap();
    world.follow_up().await;
    assert_eq!(world.lock(&key).await, Some(dated));
    let why = "wrong account";
    let witness = ledger::Witness::Enough;
    let ewa = ledger::Actor::person("ewa");
    world
        .ledger
        .reverse_term_event(settled, why, witness, &ewa)
        .await
        .unwrap();
    world.follow_up().await;
    assert_eq!(
        world.lock(&key).await,
        Some(Lock {
            hold: Hold::On,
            ..dated
        }),
        "a date is never taken back"
    );
    let record = world.ledger.document(id).await.unwrap().unwrap();
    assert_eq!(record.retention.retain_until, None);
}

#[tokio::test]
async fn shared_bytes_have_the_longest_lock_of_their_documents_and_any_hold() {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    let ids = world.receive(1, 2, Parted::InOneFile).await;
    let key = world.content(ids[0]).await;
    let mut files = Vec::new();
    for (id, agreement) in ids.iter().zip(["KK/1", "KK/2"]) {
        files.push(world.file(*id, agreement).await);
        world.confirm(*id, "credit_agreement").await;
    }
    for file in &files {
        world
            .state(*file, "relationship_ended", date(2023, 1, 1))
            .await
            .unwrap();
    }
    world
        .state(files[0], "settled", date(2023, 1, 1))
        .await
        .unwrap();
    world.follow_up().await;
    assert_eq!(
        world.lock(&key).await.unwrap().hold,
        Hold::On,
        "the second waits"
    );
    world
        .state(files[1], "settled", date(2025, 1, 1))
        .await
        .unwrap();
    world.follow_up().await;
    let lock = world.lock(&key).await.unwrap();
    assert_eq!(
        (lock.retention, lock.hold),
        (compliance("2031-12-31T23:00:00Z"), Hold::Off)
    );
    world.hold(ids[0]).await;
    world.follow_up().await;
    assert_eq!(world.lock(&key).await.unwrap().hold, Hold::On);
}

#[tokio::test]
async fn a_batch_is_kept_for_holds_alone_and_its_documents_for_themselves() {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    let ids = world.receive(1, 2, Parted::WithMasters).await;
    let submission = world
        .ledger
        .submission(ids[0].submission())
        .await
        .unwrap()
        .unwrap();
    let batch = Key::original(submission.sha256);
    world.confirm(ids[0], "credit_agreement").await;
    world.follow_up().await;
    let master = world.content(ids[0]).await;
    assert_eq!(world.lock(&master).await, Some(HELD));
    assert_eq!(world.lock(&batch).await, Some(Lock::NONE));
    assert_eq!(
        world.lock(&world.content(ids[1]).await).await,
        Some(Lock::NONE)
    );
    world.hold(ids[1]).await;
    world.follow_up().await;
    assert_eq!(world.lock(&batch).await, Some(HELD));
}

#[tokio::test]
async fn compliance_never_exceeds_the_schedules_longest() {
    set_day(date(2026, 11, 28));
    let mut world = World::new().await;
    let longer = include_str!("../../../../schemas/retention.toml").replace(
        "longest_compliance_years = 7",
        "longest_compliance_years = 5",
    );
    world.schedule = records::Schedule::parse(&longer).unwrap();
    let id = world.receive(1, 1, Parted::InOneFile).await[0];
    let file = world.file(id, "KK/1").await;
    world.confirm(id, "credit_agreement").await;
    for kind in ["settled", "relationship_ended"] {
        world.state(file, kind, date(2026, 11, 28)).await.unwrap();
    }
    world.follow_up().await;
    let lock = world.lock(&world.content(id).await).await.unwrap();
    assert_eq!(lock.retention, compliance("2031-11-27T23:00:00Z"));
    let record = world.ledger.document(id).await.unwrap().unwrap();
    assert_eq!(
        record.retention.retain_until,
        Some(date(2033, 1, 1)),
        "the ledger keeps it longer"
    );
}

/// A store that its caller is killed in: the call of that number never comes back.
#[derive(Debug)]
struct StoreThatIsLeft {
    inner: Arc<dyn Store>,
    calls: AtomicU32,
    last: u32,
    left: Notify,
}

impl StoreThatIsLeft {
    async fn call(&self) {
        if self.calls.fetch_add(1, Ordering::SeqCst) == self.last {
            self.left.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Store for StoreThatIsLeft {
    fn location(&self) -> &str {
        self.inner.location()
    }
    async fn store(&self, n: Naming, c: Content, l: Lock) -> Result<Stored, StoreError> {
        self.call().await;
        self.inner.store(n, c, l).await
    }
    async fn head(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        self.call().await;
        self.inner.head(key).await
    }
    async fn get(&self, key: &Key) -> Result<Object, StoreError> {
        self.inner.get(key).await
    }
    async fn file(&self, key: &Key) -> Result<File, StoreError> {
        self.inner.file(key).await
    }
    async fn list(&self, prefix: &Prefix, after: Option<&str>) -> Result<Listing, StoreError> {
        self.inner.list(prefix, after).await
    }
    async fn extend(&self, key: &Key, retention: Retention) -> Result<Stored, StoreError> {
        self.call().await;
        let done = self.inner.extend(key, retention).await;
        self.call().await;
        done
    }
    async fn hold(&self, key: &Key, hold: Hold) -> Result<Stored, StoreError> {
        self.call().await;
        let done = self.inner.hold(key, hold).await;
        self.call().await;
        done
    }
    async fn delete(&self, key: &Key, now: Timestamp) -> Result<Deletion, StoreError> {
        self.call().await;
        let done = self.inner.delete(key, now).await;
        self.call().await;
        done
    }
    async fn check(&self) -> Result<Capabilities, StoreError> {
        self.inner.check().await
    }
}

#[tokio::test]
async fn a_kill_at_any_call_loses_no_lock() {
    set_day(date(2026, 11, 28));
    let mut was_killed = true;
    let mut last = 0;
    while was_killed {
        let world = World::new().await;
        let id = world.receive(1, 1, Parted::InOneFile).await[0];
        let file = world.file(id, "KK/1").await;
        world.confirm(id, "credit_agreement").await;
        world.follow_up().await;
        for kind in ["settled", "relationship_ended"] {
            world.state(file, kind, date(2025, 5, 10)).await.unwrap();
        }
        let store = StoreThatIsLeft {
            inner: Arc::clone(&world.store),
            calls: AtomicU32::new(0),
            last,
            left: Notify::new(),
        };
        let mut tell = |_| ();
        let keeper = world.keeper_on(&store);
        was_killed = tokio::select! {
            done = keeper.follow_up("killed", now, &mut tell) => { done.unwrap(); false }
            () = store.left.notified() => true,
        };
        // Whatever the moment, the bytes are locked: by the hold, or by the date.
        let key = world.content(id).await;
        let lock = world.lock(&key).await.unwrap();
        assert!(lock.forbids_deletion(now()), "call {last}: {lock}");
        world.wait_for_leases();
        world.follow_up().await;
        let lock = world.lock(&key).await.unwrap();
        let expected = (compliance("2031-12-31T23:00:00Z"), Hold::Off);
        assert_eq!((lock.retention, lock.hold), expected, "call {last}");
        assert_eq!(world.waiting().await, 0);
        last += 1;
    }
    assert!(last > 10, "it was killed at {last} calls");
}
