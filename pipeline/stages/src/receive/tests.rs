//! The hand-over, broken off at every boundary, then taken up as the next process does.

use super::receive;
use crate::{Claimed, Handed, Inbox, Rest, StationProfile, Stations};
use archive::{
    Absent, Capabilities, Content, Deletion, Hold, Key, Listing, Lock, Naming, Object, Prefix,
    Retention, Store, StoreError, Stored,
};
use async_trait::async_trait;
use jiff::Timestamp;
use ledger::Ledger;
use model::{Disposition, SubmissionId};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const ENGINE: &str = "test";

/// A store whose connection breaks at one of its puts, counted from 0.
#[derive(Debug)]
struct StoreThatBreaks {
    inner: Arc<dyn Store>,
    puts: AtomicU32,
    breaks_at: u32,
    moment: Moment,
}

/// Whether what was put is there when the connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    BeforeStoring,
    AfterStoring,
}

#[async_trait]
impl Store for StoreThatBreaks {
    fn location(&self) -> &str {
        self.inner.location()
    }

    async fn store(
        &self,
        naming: Naming,
        content: Content,
        lock: Lock,
    ) -> Result<Stored, StoreError> {
        let breaks = self.puts.fetch_add(1, Ordering::Relaxed) == self.breaks_at;
        if !breaks || self.moment == Moment::AfterStoring {
            let stored = self.inner.store(naming, content, lock).await?;
            if !breaks {
                return Ok(stored);
            }
        }
        Err(StoreError::Unreachable {
            place: self.location().into(),
            reason: "the connection was cut".into(),
            source: None,
        })
    }

    async fn head(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        self.inner.head(key).await
    }

    async fn get(&self, key: &Key) -> Result<Object, StoreError> {
        self.inner.get(key).await
    }

    async fn file(&self, key: &Key) -> Result<fs::File, StoreError> {
        self.inner.file(key).await
    }

    async fn list(&self, prefix: &Prefix, after: Option<&str>) -> Result<Listing, StoreError> {
        self.inner.list(prefix, after).await
    }

    async fn extend(&self, key: &Key, retention: Retention) -> Result<Stored, StoreError> {
        self.inner.extend(key, retention).await
    }

    async fn hold(&self, key: &Key, hold: Hold) -> Result<Stored, StoreError> {
        self.inner.hold(key, hold).await
    }

    async fn delete(&self, key: &Key, now: Timestamp) -> Result<Deletion, StoreError> {
        self.inner.delete(key, now).await
    }

    async fn check(&self) -> Result<Capabilities, StoreError> {
        self.inner.check().await
    }
}

struct Place {
    folder: tempfile::TempDir,
    ledger: Ledger,
    store: Arc<dyn Store>,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = format!("sqlite:{}", folder.path().join("ledger.db").display());
        let archive = format!("file:{}", folder.path().join("archive").display());
        let options = archive::Options {
            absent: Absent::Create,
            ..archive::Options::default()
        };
        Self {
            ledger: Ledger::open(&ledger, ledger::Options::default())
                .await
                .unwrap(),
            store: archive::open(&archive, &options).await.unwrap(),
            folder,
        }
    }

    fn inbox(&self) -> Inbox {
        let stations = Stations::all(StationProfile::quiet(Duration::ZERO));
        Inbox::open(self.root().join("inbox"), "node".into(), stations).unwrap()
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn drop_and_claim(&self, bytes: &[u8]) -> Claimed {
        let mut inbox = self.inbox();
        fs::create_dir_all(self.root().join("inbox/s")).unwrap();
        fs::write(self.root().join("inbox/s/a.pdf"), bytes).unwrap();
        let now = Timestamp::from_second(4_000_000_000).unwrap();
        let survey = inbox.survey(now, Duration::ZERO).unwrap();
        let id = SubmissionId::from_parts(1_700_000_000_000, 7);
        inbox.claim(&survey.complete[0], id).unwrap().unwrap()
    }

    /// What the next process does with what it finds.
    async fn take_up(&self) {
        let inbox = self.inbox();
        for claimed in inbox.claimed().unwrap() {
            receive(
                &claimed,
                &Handed::of(&claimed),
                self.store.as_ref(),
                &self.ledger,
                ENGINE,
                0,
            )
            .await
            .unwrap();
            inbox.settle(&claimed, Rest::Done).unwrap();
        }
    }

    /// One file, received once, stored once, told once, out of the inbox.
    async fn expect_whole(&self, bytes: &[u8], case: &str) {
        let status = self.ledger.status().await.unwrap();
        assert_eq!(status.submissions.received, 1, "{case}");
        let balance = self
            .ledger
            .balance(Timestamp::UNIX_EPOCH, Timestamp::MAX, None)
            .await
            .unwrap();
        assert_eq!(balance[0].files.repeats, 0, "{case}");
        assert_eq!(balance[0].differences(), Vec::<String>::new(), "{case}");
        for (prefix, count) in [(Prefix::SUBMISSIONS, 1), (Prefix::ALL, 2)] {
            let listing = self.store.list(&prefix, None).await.unwrap();
            assert_eq!(listing.entries.len(), count, "{case}: {listing:?}");
        }
        let done = self.root().join("inbox/s/_done/a.pdf");
        assert_eq!(fs::read(done).unwrap(), bytes, "{case}");
        assert_eq!(self.inbox().claimed().unwrap(), [], "{case}");
    }
}

#[tokio::test]
async fn a_store_that_breaks_at_any_put_loses_nothing_and_makes_nothing_twice() {
    for breaks_at in 0..2 {
        for moment in [Moment::BeforeStoring, Moment::AfterStoring] {
            let case = format!("put {breaks_at}, {moment:?}");
            let place = Place::new().await;
            let claimed = place.drop_and_claim(b"one scan");
            let store = StoreThatBreaks {
                inner: Arc::clone(&place.store),
                puts: AtomicU32::new(0),
                breaks_at,
                moment,
            };
            let broken = receive(
                &claimed,
                &Handed::of(&claimed),
                &store,
                &place.ledger,
                ENGINE,
                0,
            )
            .await;
            let error = broken.unwrap_err();
            assert_eq!(error.disposition(), Disposition::Pause, "{case}: {error}");
            let status = place.ledger.status().await.unwrap();
            assert_eq!(
                status.submissions.received, 0,
                "{case}: not told before stored"
            );
            assert!(claimed.path.exists(), "{case}: the source stays");
            place.take_up().await;
            place.expect_whole(b"one scan", &case).await;
        }
    }
}

#[tokio::test]
async fn a_process_that_ends_between_any_two_steps_leaves_work_for_the_next() {
    // After the claim; after the commit, before the move; after the move.
    for steps in 1..=3 {
        let place = Place::new().await;
        let claimed = place.drop_and_claim(b"one scan");
        if steps >= 2 {
            receive(
                &claimed,
                &Handed::of(&claimed),
                place.store.as_ref(),
                &place.ledger,
                ENGINE,
                0,
            )
            .await
            .unwrap();
        }
        if steps >= 3 {
            place.inbox().settle(&claimed, Rest::Done).unwrap();
        }
        place.take_up().await;
        place
            .expect_whole(b"one scan", &format!("{steps} steps"))
            .await;
    }
}

/// The sidecar moves first: what it said is then known to the ledger alone.
#[tokio::test]
async fn a_process_that_ends_between_moving_a_sidecar_and_its_file_leaves_work_for_the_next() {
    let place = Place::new().await;
    let claimed = place.drop_and_claim(b"one scan");
    let handed = Handed {
        said: [("operator".to_owned(), "jk".to_owned())].into(),
        ..Handed::of(&claimed)
    };
    let (store, ledger) = (place.store.as_ref(), &place.ledger);
    receive(&claimed, &handed, store, ledger, ENGINE, 0)
        .await
        .unwrap();
    place.take_up().await;
    place.expect_whole(b"one scan", "a sidecar").await;
    let submission = ledger.submission(claimed.id).await.unwrap().unwrap();
    assert_eq!(submission.source["operator"], "jk");
}
