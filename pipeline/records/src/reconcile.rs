//! Reconciliation: whether the store keeps what the ledger says, as it says, and nothing else. Every
//! object is read whole; its hash and size are compared with the ledger, its lock and hold
//! with what is known of the documents that use it. Three outcomes, and never a repair.
//!
//! Ledger and store are read side by side in the order of keys, a few objects at a time, so that
//! memory does not grow with the archive.

use crate::wants::{Use, Wants};
use crate::{Keeper, RecordsError, day_of};
use archive::{Entry, Fixity, Key, Prefix, Store, fixity};
use jiff::Timestamp;
use ledger::{FixityNote, StoredObject, Subject};
use model::SubmissionId;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Objects read at the same time.
const IN_FLIGHT: usize = 4;
/// Rows of the ledger that are asked for, or noted, at a time.
const AT_ONCE: u32 = 500;
/// Most that is remembered of what was found about one object, in bytes.
const LONGEST_DETAIL: usize = 500;

/// What was found about one object or name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The key, or the name where it is none.
    pub name: String,
    /// What it came to.
    pub outcome: Outcome,
    /// What does not fit, in words; nothing where all does.
    pub why: Vec<String>,
}

/// What reading and comparing an object came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Its bytes are those that were put, and what is kept about it fits.
    Sound,
    /// Its bytes are others, or gone.
    Differs,
    /// It could not be found out.
    Unreadable,
    /// The ledger knows it, and the store does not have it.
    Missing,
    /// Its bytes are sound; its lock, its hold or its versions are not as they should be.
    Anomaly,
    /// The store has it, and nobody knows it.
    Stranger,
}

impl Outcome {
    /// The word it is written as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Differs => "differs",
            Self::Unreadable => "unreadable",
            Self::Missing => "missing",
            Self::Anomaly => "anomaly",
            Self::Stranger => "stranger",
        }
    }
}

/// Counts of a reconciliation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Objects whose bytes are those that were put.
    pub sound: u64,
    /// Objects whose bytes are others, or gone.
    pub differs: u64,
    /// Objects that could not be read.
    pub unreadable: u64,
    /// Objects that the ledger knows and the store does not have.
    pub missing: u64,
    /// Sound objects whose locks or versions do not fit.
    pub anomalies: u64,
    /// What nobody knows.
    pub strangers: u64,
    /// Bytes read of sound objects.
    pub bytes: u64,
}

impl Reconciled {
    /// Whether there is nothing to look into.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.differs + self.unreadable + self.missing + self.anomalies + self.strangers == 0
    }

    const fn count(&mut self, outcome: Outcome, bytes: u64) {
        match outcome {
            Outcome::Sound => self.sound += 1,
            Outcome::Differs => self.differs += 1,
            Outcome::Unreadable => self.unreadable += 1,
            Outcome::Missing => self.missing += 1,
            Outcome::Anomaly => {
                self.sound += 1;
                self.anomalies += 1;
            }
            Outcome::Stranger => self.strangers += 1,
        }
        self.bytes += bytes;
    }
}

/// How fast, and how much.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// Bytes a second at most; as fast as it goes unless given.
    pub bytes_a_second: Option<u64>,
}

/// One reconciliation at work.
pub struct Reconciliation<'r> {
    keeper: Keeper<'r>,
    store: Arc<dyn Store>,
    now: Timestamp,
    pace: Pace,
    began: Instant,
    reading: JoinSet<(Checked, Fixity)>,
    notes: Vec<FixityNote>,
    counts: Reconciled,
    tell: &'r mut (dyn FnMut(&Finding) + Send),
}

/// An object being read, with what was found about it before it is.
struct Checked {
    name: String,
    why: Vec<String>,
}

impl<'r> Reconciliation<'r> {
    /// Begins; `tell` hears of every object and name.
    pub fn new(
        keeper: Keeper<'r>,
        store: Arc<dyn Store>,
        now: Timestamp,
        pace: Pace,
        tell: &'r mut (dyn FnMut(&Finding) + Send),
    ) -> Self {
        Self {
            keeper,
            store,
            now,
            pace,
            began: Instant::now(),
            reading: JoinSet::new(),
            notes: Vec::new(),
            counts: Reconciled::default(),
            tell,
        }
    }

    /// Goes through everything that the store lists and the ledger knows.
    ///
    /// # Errors
    /// When the store cannot be listed or the ledger not asked.
    pub async fn whole(mut self) -> Result<Reconciled, RecordsError> {
        let mut known = Known::new(self.keeper);
        let mut after: Option<String> = None;
        loop {
            let listing = self.store.list(&Prefix::ALL, after.as_deref()).await?;
            for entry in listing.entries {
                while let Some(missing) = known.before(&entry.name).await? {
                    self.missing(&missing.object.key);
                }
                let object = known.take(&entry.name).await?;
                self.entry(entry, object).await?;
            }
            after = listing.next;
            if after.is_none() {
                break;
            }
        }
        while let Some(missing) = known.next().await? {
            self.missing(&missing.object.key);
        }
        self.end().await
    }

    /// Reads the objects that were not read for the longest time, at most so many.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn stalest(mut self, most: u32) -> Result<Reconciled, RecordsError> {
        for object in self.keeper.ledger.stalest_objects(most).await? {
            let Ok(key) = Key::parse(&object.object.key) else {
                continue;
            };
            let why = self.differences(&key, Some(&object)).await?;
            self.read(key, Some(&object), why).await?;
        }
        self.end().await
    }

    async fn entry(
        &mut self,
        entry: Entry,
        object: Option<StoredObject>,
    ) -> Result<(), RecordsError> {
        let mut why: Vec<String> = entry.anomalies.iter().map(ToString::to_string).collect();
        let Some(key) = entry.key else {
            self.found(entry.name, Outcome::Stranger, why, 0);
            return Ok(());
        };
        if object.is_none() && !self.is_known(&key).await? {
            why.push("the ledger does not know it".into());
            self.found(entry.name, Outcome::Stranger, why, 0);
            return Ok(());
        }
        why.extend(self.differences(&key, object.as_ref()).await?);
        self.read(key, object.as_ref(), why).await
    }

    /// What does not fit besides the bytes.
    async fn differences(
        &self,
        key: &Key,
        object: Option<&StoredObject>,
    ) -> Result<Vec<String>, RecordsError> {
        let mut why = Vec::new();
        let Ok(Some(stored)) = self.store.head(key).await else {
            // Reading it says so better.
            return Ok(why);
        };
        if let Some(StoredObject { object, .. }) = object
            && object.bytes != stored.bytes
        {
            why.push(format!(
                "the ledger says {} bytes, it has {}",
                object.bytes, stored.bytes
            ));
        }
        if let Some(wants) = self.wants(key, object).await?
            && let Some(lacks) = wants.missing_from(&stored.lock, self.now)
        {
            why.push(lacks);
        }
        Ok(why)
    }

    /// What is wanted of an object; none where its lock is nobody's business.
    async fn wants(
        &self,
        key: &Key,
        object: Option<&StoredObject>,
    ) -> Result<Option<Wants>, RecordsError> {
        let today = day_of(self.now, self.keeper.schedule);
        let users = match object.map(|stored| (&*stored.object.kind, stored.object.subject)) {
            Some(("original", Subject::Submission(submission))) => {
                self.keeper.users(submission).await?
            }
            Some(("master" | "record", Subject::Document(document))) => {
                vec![(document, Use::Whole)]
            }
            Some(_) => return Ok(None),
            None => match sidecar_of(key) {
                Some(submission) => self.keeper.users(submission).await?,
                None => return Ok(None),
            },
        };
        Ok(Some(self.keeper.sum(&users, today).await?))
    }

    /// Whether a key that is no object's in the ledger is one that belongs here.
    async fn is_known(&self, key: &Key) -> Result<bool, RecordsError> {
        if let Some(submission) = sidecar_of(key) {
            return Ok(self.keeper.ledger.submission(submission).await?.is_some());
        }
        let ours = ["audit/", "disposals/", "ledger/", "probe/"];
        if ours.iter().any(|branch| key.as_str().starts_with(branch)) {
            return Ok(true);
        }
        // A node may have put it a moment before it tells the ledger.
        Ok(self.keeper.ledger.object(key.as_str()).await?.is_some())
    }

    async fn read(
        &mut self,
        key: Key,
        object: Option<&StoredObject>,
        why: Vec<String>,
    ) -> Result<(), RecordsError> {
        while self.reading.len() >= IN_FLIGHT {
            self.take().await?;
        }
        self.slow_down().await;
        let store = Arc::clone(&self.store);
        let expected = object.map(|stored| stored.object.sha256);
        let checked = Checked {
            name: key.to_string(),
            why,
        };
        self.reading.spawn(async move {
            let fixity = fixity(store.as_ref(), &key, expected).await;
            (checked, fixity)
        });
        Ok(())
    }

    /// Waits until what was read is no more than the pace allows.
    async fn slow_down(&self) {
        let Some(rate) = self.pace.bytes_a_second.filter(|rate| *rate > 0) else {
            return;
        };
        let due = Duration::from_millis(self.counts.bytes.saturating_mul(1_000) / rate);
        if let Some(early) = due.checked_sub(self.began.elapsed()) {
            tokio::time::sleep(early).await;
        }
    }

    async fn take(&mut self) -> Result<(), RecordsError> {
        let (Checked { name, mut why }, fixity) = match self.reading.join_next().await {
            Some(Ok(read)) => read,
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Some(Err(_)) | None => return Ok(()),
        };
        match fixity {
            Fixity::Sound { bytes } if why.is_empty() => {
                self.found(name, Outcome::Sound, why, bytes);
            }
            Fixity::Sound { bytes } => self.found(name, Outcome::Anomaly, why, bytes),
            Fixity::Differs { reason } => {
                why.push(reason);
                self.found(name, Outcome::Differs, why, 0);
            }
            Fixity::Unreadable(error) => {
                why.push(error.to_string());
                self.found(name, Outcome::Unreadable, why, 0);
            }
        }
        if self.notes.len() >= AT_ONCE as usize {
            self.note().await?;
        }
        Ok(())
    }

    fn missing(&mut self, key: &str) {
        let why = vec!["missing in the archive".into()];
        self.found(key.to_owned(), Outcome::Missing, why, 0);
    }

    fn found(&mut self, name: String, outcome: Outcome, why: Vec<String>, bytes: u64) {
        self.counts.count(outcome, bytes);
        if outcome != Outcome::Stranger {
            let mut detail = why.join("; ");
            detail.truncate(detail.floor_char_boundary(LONGEST_DETAIL));
            self.notes.push(FixityNote {
                key: name.clone(),
                outcome: outcome.as_str().into(),
                detail,
            });
        }
        (self.tell)(&Finding { name, outcome, why });
    }

    async fn note(&mut self) -> Result<(), RecordsError> {
        let notes = std::mem::take(&mut self.notes);
        Ok(self.keeper.ledger.note_fixity(&notes).await?)
    }

    async fn end(mut self) -> Result<Reconciled, RecordsError> {
        while !self.reading.is_empty() {
            self.take().await?;
        }
        self.note().await?;
        Ok(self.counts)
    }
}

/// The submission whose sidecar a key is.
fn sidecar_of(key: &Key) -> Option<SubmissionId> {
    let name = key
        .as_str()
        .strip_prefix("submissions/")?
        .rsplit('/')
        .next()?;
    SubmissionId::parse(name.strip_suffix(".json")?).ok()
}

/// The ledger's objects in the order of keys, page by page.
struct Known<'k> {
    keeper: Keeper<'k>,
    page: VecDeque<StoredObject>,
    after: Option<String>,
}

impl<'k> Known<'k> {
    fn new(keeper: Keeper<'k>) -> Self {
        Self {
            keeper,
            page: VecDeque::new(),
            after: Some(String::new()),
        }
    }

    async fn fill(&mut self) -> Result<(), RecordsError> {
        if self.page.is_empty()
            && let Some(after) = self.after.take()
        {
            self.page = self.keeper.ledger.objects(&after, AT_ONCE).await?.into();
            self.after = self.page.back().map(|last| last.object.key.clone());
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Option<StoredObject>, RecordsError> {
        self.fill().await?;
        Ok(self.page.pop_front())
    }

    /// The next object that sorts before a name: the store did not list it.
    async fn before(&mut self, name: &str) -> Result<Option<StoredObject>, RecordsError> {
        self.fill().await?;
        let is_before = |object: &StoredObject| object.object.key.as_str() < name;
        match self.page.front().is_some_and(is_before) {
            true => Ok(self.page.pop_front()),
            false => Ok(None),
        }
    }

    /// The object of that name.
    async fn take(&mut self, name: &str) -> Result<Option<StoredObject>, RecordsError> {
        self.fill().await?;
        match self
            .page
            .front()
            .is_some_and(|object| object.object.key == name)
        {
            true => Ok(self.page.pop_front()),
            false => Ok(None),
        }
    }
}
