//! What is tried against a bucket behind the store's back, and what a store does without locks.

use crate::server::{self, Bucket};
use archive::contract::hours;
use archive::{
    Anomaly, AttemptOutcome, Content, Credentials, Entry, Fixity, Hold, Key, Lock, LockKeeper,
    Prefix, Store, StoreError,
};
use aws_sdk_s3::types::{ObjectLockRetention, ObjectLockRetentionMode};
use jiff::SignedDuration;
use model::{Digest, Disposition};
use std::sync::Arc;
use std::time::Duration;

async fn entries(store: &Arc<dyn Store>) -> Vec<(Entry, Option<bool>)> {
    let mut seen = Vec::new();
    let each = |entry: &Entry, fixity: Option<&Fixity>| {
        let sound = fixity.map(|fixity| matches!(fixity, Fixity::Sound { .. }));
        seen.push((entry.clone(), sound));
    };
    archive::verify(store, &Prefix::ALL, each).await.unwrap();
    seen
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one attack after another on one object"
)]
async fn a_locked_version_survives_delete_overwrite_and_shortening() {
    let bucket = Bucket::with_locks().await;
    let store = bucket.open("").await;
    let now = crate::now();
    let lock = Lock {
        retention: Some(hours(now, 2)),
        hold: Hold::Off,
    };
    let stored = store
        .put_original(Content::bytes("umowa"), lock)
        .await
        .unwrap();
    let (key, version) = (stored.key.clone(), stored.version.clone().unwrap());
    let client = &bucket.client;

    let by_version = client
        .delete_object()
        .bucket(&bucket.name)
        .key(key.as_str());
    by_version.version_id(&version).send().await.unwrap_err();
    let sooner = now + SignedDuration::from_mins(1);
    let shorter = ObjectLockRetention::builder()
        .mode(ObjectLockRetentionMode::Governance)
        .retain_until_date(aws_sdk_s3::primitives::DateTime::from_secs(
            sooner.as_second(),
        ))
        .build();
    let request = client
        .put_object_retention()
        .bucket(&bucket.name)
        .key(key.as_str());
    request
        .version_id(&version)
        .retention(shorter)
        .send()
        .await
        .unwrap_err();

    let overwrite = client.put_object().bucket(&bucket.name).key(key.as_str());
    overwrite
        .body(b"forged".to_vec().into())
        .send()
        .await
        .unwrap();
    client
        .delete_object()
        .bucket(&bucket.name)
        .key(key.as_str())
        .send()
        .await
        .unwrap();

    assert_eq!(
        store.bytes(&key, 100).await.unwrap(),
        b"umowa",
        "the first version counts"
    );
    assert_eq!(store.head(&key).await.unwrap().unwrap().lock, lock);
    let again = store
        .put_original(Content::bytes("umowa"), lock)
        .await
        .unwrap();
    assert_eq!(
        again.version,
        Some(version),
        "adopted in spite of what lies over it"
    );
    let seen = entries(&store).await;
    let [(entry, Some(true))] = seen.as_slice() else {
        panic!("{seen:?}")
    };
    let [Anomaly::DeleteMarker { .. }, Anomaly::LaterVersion { .. }] = entry.anomalies.as_slice()
    else {
        panic!("{entry:?}");
    };
    let error = store.delete(&key, now).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
}

#[tokio::test]
async fn a_stranger_in_the_bucket_is_named() {
    let bucket = Bucket::with_versions().await;
    let store = bucket.open("ours").await;
    store
        .put_original(Content::bytes("ours"), Lock::NONE)
        .await
        .unwrap();
    for name in ["ours/README.txt", "ours/records/a/b.json", "theirs/x"] {
        let request = bucket.client.put_object().bucket(&bucket.name).key(name);
        request.body(b"?".to_vec().into()).send().await.unwrap();
    }
    let seen = entries(&store).await;
    let of = |name: &str| {
        let (entry, sound) = seen.iter().find(|(entry, _)| entry.name == name).unwrap();
        (entry.anomalies.clone(), *sound)
    };
    assert_eq!(of("README.txt"), (vec![Anomaly::Stranger], None));
    assert_eq!(
        of("records/a/b.json").1,
        Some(false),
        "no SHA-256: not put by this program"
    );
    assert_eq!(
        seen.len(),
        3,
        "another prefix is none of our business: {seen:?}"
    );
}

#[tokio::test]
async fn a_bucket_without_locks_says_so_and_is_never_trusted_with_one() {
    for bucket in [Bucket::plain().await, Bucket::with_versions().await] {
        let store = bucket.open("").await;
        match store.check().await {
            Ok(found) => assert!(!found.enforces_locks && (found.create_only || found.versions)),
            Err(error) => assert!(error.to_string().contains("versioning"), "{error}"),
        }
        let lock = Lock {
            retention: Some(hours(crate::now(), 1)),
            hold: Hold::Off,
        };
        let error = store
            .put_original(Content::bytes("x"), lock)
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::NoLocks { .. }), "{error}");
        let stored = store
            .put_original(Content::bytes("x"), Lock::NONE)
            .await
            .unwrap();
        let error = store.hold(&stored.key, Hold::On).await.unwrap_err();
        assert!(matches!(error, StoreError::NoLocks { .. }), "{error}");
        assert_eq!(store.bytes(&stored.key, 9).await.unwrap(), b"x");
        let listed = store.list(&Prefix::ORIGINALS, None).await.unwrap().entries;
        assert_eq!(listed.len(), 1);
        store.delete(&stored.key, crate::now()).await.unwrap();
        assert_eq!(store.head(&stored.key).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_listing_goes_on_where_it_stopped() {
    let bucket = Bucket::plain().await;
    let store = bucket.open("p").await;
    let body = b"{}".as_slice();
    let mut puts = tokio::task::JoinSet::new();
    for n in 0..1_005u32 {
        let id = model::SubmissionId::from_parts(1, u128::from(n)).document(1);
        let name = format!("p/{}", Key::record(id, 1));
        let request = bucket.client.put_object().bucket(&bucket.name).key(name);
        let request = request.metadata("sha256", Digest::of(body).to_string());
        puts.spawn(request.body(body.to_vec().into()).send());
        if puts.len() > 16 {
            puts.join_next().await.unwrap().unwrap().unwrap();
        }
    }
    puts.join_all()
        .await
        .into_iter()
        .for_each(|put| drop(put.unwrap()));
    let (mut after, mut names) = (None, Vec::new());
    loop {
        let listing = store
            .list(&Prefix::RECORDS, after.as_deref())
            .await
            .unwrap();
        names.extend(listing.entries.into_iter().map(|entry| entry.name));
        after = listing.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(names.len(), 1_005);
    assert!(names.is_sorted_by(|a, b| a < b));
}

async fn trouble_at_start(url: &str, options: &archive::Options, says: &str) {
    let store = archive::open(url, options).await.unwrap();
    let error = store.check().await.unwrap_err();
    assert!(error.to_string().contains(says), "{error}");
    assert_eq!(error.disposition(), Disposition::Pause);
}

#[tokio::test]
async fn trouble_is_told_at_start_with_what_to_do() {
    let good = server::options(server::endpoint());
    trouble_at_start("s3://there-is-no-such-bucket", &good, "create it").await;
    let stranger = Credentials {
        access_key: "who".into(),
        secret_key: "knows".into(),
    };
    let wrong = archive::Options {
        credentials: Some(stranger),
        ..good.clone()
    };
    let bucket = Bucket::plain().await;
    trouble_at_start(&format!("s3://{}", bucket.name), &wrong, "credentials").await;
    let mut nobody = archive::Options {
        endpoint: Some("http://127.0.0.1:9".into()),
        ..good
    };
    nobody.patience.connect = Duration::from_millis(500);
    trouble_at_start("s3://bucket", &nobody, "archive.endpoint").await;
}

/// What a probe found broken, and what it could not find out.
async fn shortcomings(store: &Arc<dyn Store>) -> (archive::Probe, Vec<String>) {
    let probe = store.probe(crate::now()).await.unwrap();
    let found = probe
        .attempts
        .iter()
        .filter(|attempt| attempt.outcome != AttemptOutcome::Kept)
        .map(|attempt| format!("{}: {}", attempt.tried, attempt.answer))
        .collect();
    (probe, found)
}

#[tokio::test]
async fn a_probe_attacks_and_a_store_that_keeps_its_promises_withstands() {
    let bucket = Bucket::with_locks().await;
    let store = bucket.open("probed").await;
    let (probe, found) = shortcomings(&store).await;
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(probe.keeper, LockKeeper::Store);
    assert!(probe.attempts.len() > 18 && probe.holds(), "{probe:?}");
    assert!(
        entries(&store).await.is_empty(),
        "a probe shows in no listing"
    );
    // Again: what the first left is swept as far as its locks are over.
    assert!(store.probe(crate::now()).await.unwrap().holds());

    let folder = tempfile::tempdir().unwrap();
    let url = format!("file:{}", folder.path().display());
    let options = archive::Options::default();
    let directory = archive::open(&url, &options).await.unwrap();
    let (probe, found) = shortcomings(&directory).await;
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(probe.keeper, LockKeeper::Program);
    assert!(entries(&directory).await.is_empty());

    let plain = Bucket::with_versions().await.open("").await;
    let probe = plain.probe(crate::now()).await.unwrap();
    assert_eq!((probe.keeper, probe.holds()), (LockKeeper::Nobody, false));
}
