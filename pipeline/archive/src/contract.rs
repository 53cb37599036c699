//! What every store promises, as checks that any store can be put through.
//!
//! Not a test by itself: `tests/contract.rs` puts both stores through it, and so may whoever writes
//! a third, or one that fails on purpose. A broken promise panics and says which.
#![expect(
    clippy::unwrap_used,
    reason = "a broken promise is to panic where it broke"
)]

use crate::{
    Anomaly, Content, Fixity, Hold, Key, Lock, LockMode, Prefix, PutOutcome, Retention, Store,
    StoreError, fixity, verify,
};
use jiff::{SignedDuration, Timestamp};
use model::{Digest, SubmissionId};
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Everything below, in turn. The store must be empty and keep locks; `now` is the present.
pub async fn check(store: &Arc<dyn Store>, now: Timestamp) {
    store.check().await.unwrap();
    what_is_put_comes_back(store).await;
    the_same_bytes_are_adopted_and_others_refused(store).await;
    content_that_is_not_what_was_promised_is_refused(store).await;
    what_is_not_there_is_said_to_be_missing(store, now).await;
    a_large_object_is_not_read_into_memory(store).await;
    names_are_listed_in_order(store).await;
    a_lock_only_grows(store, now).await;
    a_hold_outlives_any_date(store, now).await;
    what_is_deleted_is_gone_and_may_come_again(store, now).await;
    of_two_that_race_one_is_kept(store).await;
    let tally = verify(store, &Prefix::ALL, |_, _| {}).await.unwrap();
    assert!(tally.is_clean() && tally.sound == 13, "{tally:?}");
}

/// Bytes of that length, each different from its neighbours and from other seeds'.
#[must_use]
pub fn some_bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = |_| {
        state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
        state.to_be_bytes()[0]
    };
    (0..length).map(next).collect()
}

fn key(n: u32) -> Key {
    Key::record(SubmissionId::from_parts(1, 1).document(n), 1)
}

/// A lock of so many hours from then.
#[must_use]
pub fn hours(now: Timestamp, hours: i64) -> Retention {
    Retention::new(
        LockMode::Governance,
        now + SignedDuration::from_hours(hours),
    )
}

fn governance(now: Timestamp, after: i64) -> Lock {
    Lock {
        retention: Some(hours(now, after)),
        hold: Hold::Off,
    }
}

/// Whatever the size, and from memory or from a file.
pub async fn what_is_put_comes_back(store: &Arc<dyn Store>) {
    for (seed, length) in [0usize, 1, 4096, (1 << 20) + 1].into_iter().enumerate() {
        let bytes = some_bytes(length, seed as u64);
        let digest = Digest::of(&bytes);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let stored = store
            .put_original(Content::file(file), Lock::NONE)
            .await
            .unwrap();
        assert_eq!(stored.key, Key::original(digest));
        assert_eq!((stored.sha256, stored.bytes), (digest, length as u64));
        assert_eq!(stored.outcome, PutOutcome::Created);
        let again = Content::bytes(bytes.clone()).expecting(digest);
        let again = store.put_original(again, Lock::NONE).await.unwrap();
        assert_eq!(
            (again.outcome, &again.version),
            (PutOutcome::Adopted, &stored.version)
        );
        let head = store.head(&stored.key).await.unwrap().unwrap();
        assert_eq!(
            (head.sha256, head.bytes, head.version),
            (digest, length as u64, stored.version)
        );
        assert_eq!(
            store.bytes(&stored.key, length as u64).await.unwrap(),
            bytes
        );
        let mut copy = Vec::new();
        store
            .file(&stored.key)
            .await
            .unwrap()
            .read_to_end(&mut copy)
            .unwrap();
        assert_eq!(copy, bytes);
        let sound = fixity(store.as_ref(), &stored.key, Some(digest)).await;
        assert!(
            matches!(sound, Fixity::Sound { bytes } if bytes == length as u64),
            "{sound:?}"
        );
        let other = fixity(store.as_ref(), &stored.key, Some(Digest::of(b"other"))).await;
        assert!(matches!(other, Fixity::Differs { .. }), "{other:?}");
    }
}

/// Nothing is written over.
pub async fn the_same_bytes_are_adopted_and_others_refused(store: &Arc<dyn Store>) {
    let key = key(1);
    store
        .put(&key, Content::bytes("first"), Lock::NONE)
        .await
        .unwrap();
    let again = store
        .put(&key, Content::bytes("first"), Lock::NONE)
        .await
        .unwrap();
    assert_eq!(again.outcome, PutOutcome::Adopted);
    let error = store
        .put(&key, Content::bytes("other"), Lock::NONE)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Conflict { .. }), "{error}");
    assert_eq!(store.bytes(&key, 100).await.unwrap(), b"first");
}

/// A scanner may still be writing.
pub async fn content_that_is_not_what_was_promised_is_refused(store: &Arc<dyn Store>) {
    let content = Content::bytes("half a sca").expecting(Digest::of(b"half a scan"));
    let error = store.put_original(content, Lock::NONE).await.unwrap_err();
    assert!(
        matches!(error, StoreError::ContentChanged { .. }),
        "{error}"
    );
    for text in ["half a sca", "half a scan"] {
        let key = Key::original(Digest::of(text.as_bytes()));
        assert_eq!(store.head(&key).await.unwrap(), None);
    }
}

/// Asked for, looked at, read or deleted.
pub async fn what_is_not_there_is_said_to_be_missing(store: &Arc<dyn Store>, now: Timestamp) {
    let key = key(999);
    assert_eq!(store.head(&key).await.unwrap(), None);
    assert!(matches!(
        store.get(&key).await,
        Err(StoreError::Missing { .. })
    ));
    assert!(matches!(
        store.file(&key).await,
        Err(StoreError::Missing { .. })
    ));
    assert!(matches!(
        store.hold(&key, Hold::On).await,
        Err(StoreError::Missing { .. })
    ));
    assert!(matches!(
        store.extend(&key, hours(now, 1)).await,
        Err(StoreError::Missing { .. })
    ));
    assert!(store.delete(&key, now).await.unwrap().versions.is_empty());
    let gone = fixity(store.as_ref(), &key, None).await;
    assert!(matches!(gone, Fixity::Differs { .. }), "{gone:?}");
}

/// The caller says how much is too much.
pub async fn a_large_object_is_not_read_into_memory(store: &Arc<dyn Store>) {
    let key = key(2);
    store
        .put(&key, Content::bytes(vec![7; 1001]), Lock::NONE)
        .await
        .unwrap();
    let error = store.bytes(&key, 1000).await.unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::TooLarge {
                bytes: 1001,
                limit: 1000,
                ..
            }
        ),
        "{error}"
    );
}

/// By branch, in the order of bytes, and from any name on.
pub async fn names_are_listed_in_order(store: &Arc<dyn Store>) {
    let document = SubmissionId::from_parts(2, 2).document(1);
    let mut expected = Vec::new();
    for version in [3, 1, 12, 2] {
        let key = Key::record(document, version);
        store
            .put(&key, Content::bytes(version.to_string()), Lock::NONE)
            .await
            .unwrap();
        expected.push(key);
    }
    expected.sort();
    let prefix = Prefix::records_of(document);
    let listing = store.list(&prefix, None).await.unwrap();
    let keys: Vec<Key> = listing
        .entries
        .iter()
        .filter_map(|entry| entry.key.clone())
        .collect();
    assert_eq!((keys, listing.next), (expected.clone(), None));
    assert!(
        listing
            .entries
            .iter()
            .all(|entry| entry.anomalies == Vec::<Anomaly>::new())
    );
    let rest = store
        .list(&prefix, Some(expected[1].as_str()))
        .await
        .unwrap();
    assert_eq!(
        rest.entries.first().unwrap().key.as_ref(),
        Some(&expected[2])
    );
    let none = store
        .list(&prefix, Some(expected[3].as_str()))
        .await
        .unwrap();
    assert!(none.entries.is_empty());
    let all = store.list(&Prefix::ALL, None).await.unwrap().entries;
    assert!(all.is_sorted_by(|a, b| a.name < b.name));
}

/// By extending, by putting the same again, and never the other way.
pub async fn a_lock_only_grows(store: &Arc<dyn Store>, now: Timestamp) {
    let key = key(3);
    let put = |lock| store.put(&key, Content::bytes("locked"), lock);
    let stored = put(governance(now, 1)).await.unwrap();
    assert_eq!(stored.lock, governance(now, 1), "read back as it was set");
    let error = store.delete(&key, now).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    let error = store.extend(&key, hours(now, 0)).await.unwrap_err();
    assert!(matches!(error, StoreError::Shorter { .. }), "{error}");
    assert_eq!(
        store.extend(&key, hours(now, 2)).await.unwrap().lock,
        governance(now, 2)
    );
    assert_eq!(
        put(Lock::NONE).await.unwrap().lock,
        governance(now, 2),
        "adopted, not unlocked"
    );
    assert_eq!(
        put(governance(now, 3)).await.unwrap().lock,
        governance(now, 3),
        "adopted, grown"
    );
    assert_eq!(
        store.head(&key).await.unwrap().unwrap().lock,
        governance(now, 3)
    );
    assert_eq!(store.bytes(&key, 100).await.unwrap(), b"locked");
}

/// Set with the object or later; lifted, it leaves the dated lock as it was.
pub async fn a_hold_outlives_any_date(store: &Arc<dyn Store>, now: Timestamp) {
    let key = key(4);
    let held = Lock {
        retention: None,
        hold: Hold::On,
    };
    let stored = store.put(&key, Content::bytes("held"), held).await.unwrap();
    assert_eq!(stored.lock, held);
    let much_later = now + SignedDuration::from_hours(24 * 365 * 100);
    let error = store.delete(&key, much_later).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    assert_eq!(store.hold(&key, Hold::Off).await.unwrap().lock, Lock::NONE);
    assert_eq!(store.hold(&key, Hold::On).await.unwrap().lock, held);
    assert_eq!(
        store.hold(&key, Hold::On).await.unwrap().lock,
        held,
        "twice is once"
    );
    store.hold(&key, Hold::Off).await.unwrap();
    store.delete(&key, now).await.unwrap();
}

/// Deleting may be repeated, and does not forbid putting.
pub async fn what_is_deleted_is_gone_and_may_come_again(store: &Arc<dyn Store>, now: Timestamp) {
    let key = key(5);
    for text in ["once", "again"] {
        let stored = store
            .put(&key, Content::bytes(text), Lock::NONE)
            .await
            .unwrap();
        assert_eq!(stored.outcome, PutOutcome::Created);
        let deletion = store.delete(&key, now).await.unwrap();
        assert_eq!(deletion.versions.first(), stored.version.as_ref());
        assert_eq!(store.head(&key).await.unwrap(), None);
        store.delete(&key, now).await.unwrap();
    }
}

/// Writers of the same bytes all succeed; of different bytes one does, and every reader agrees.
pub async fn of_two_that_race_one_is_kept(store: &Arc<dyn Store>) {
    let mut same = JoinSet::new();
    for _ in 0..4 {
        let store = Arc::clone(store);
        let content = Content::bytes(some_bytes(10_000, 77));
        same.spawn(async move { store.put_original(content, Lock::NONE).await });
    }
    let same: Vec<_> = same
        .join_all()
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(
        same.iter().all(|stored| stored.version == same[0].version),
        "{same:?}"
    );
    let mut different = JoinSet::new();
    for n in 0u8..4 {
        let store = Arc::clone(store);
        different.spawn(async move {
            (
                n,
                store
                    .put(&key(6), Content::bytes(vec![n; 1000]), Lock::NONE)
                    .await,
            )
        });
    }
    let different = different.join_all().await;
    let winners: Vec<u8> = different
        .iter()
        .filter(|(_, put)| put.is_ok())
        .map(|(n, _)| *n)
        .collect();
    for (n, put) in &different {
        let lost = matches!(put, Err(StoreError::Conflict { .. }));
        assert!(put.is_ok() || lost, "{n}: {put:?}");
    }
    assert_eq!(winners.len(), 1, "{different:?}");
    assert_eq!(
        store.bytes(&key(6), 1000).await.unwrap(),
        vec![winners[0]; 1000]
    );
}
