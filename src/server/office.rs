//! What every handler has: the node's parts, opened and checked, and the few limits that they share.

use super::drawn::Drawn;
use super::entrance::{Caller, Who};
use super::image;
use super::pace::Pace;
use super::packages::Packages;
use super::problem::{Answer, Problem};
use super::reads::Reads;
use crate::config::Config;
use archive::{Key, Store};
use axum::body::Bytes;
use extraction::Schemas;
use ledger::{Event, Hold, Ledger, READ, Review};
use model::{DocumentId, Field, PageSummary, Record, SubmissionId};
use records::{Keeper, Schedule};
use sandbox::Pool;
use search::analysis::Words;
use search::{Access, Index};
use stages::{Inbox, Progress};
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Passwords that are hashed at once: each takes 19 MiB and a core.
const HASHED_AT_ONCE: usize = 2;
/// Searches that run at once: more only keep each other from ending.
const SEARCHED_AT_ONCE: usize = 4;
/// Pages that are drawn for people at once.
const DRAWN_AT_ONCE: usize = 8;

/// Bytes of drawn pages that are kept for whoever looks at them next.
const DRAWN_KEPT: usize = 48 << 20;

/// A node's parts, for its server.
pub(crate) struct Parts {
    pub(crate) config: Config,
    pub(crate) ledger: Ledger,
    pub(crate) store: Arc<dyn Store>,
    /// Where the index is, and its words.
    pub(crate) index: (PathBuf, Arc<Words>),
    pub(crate) pool: Pool,
    pub(crate) schemas: Arc<Schemas>,
    pub(crate) schedule: Arc<Schedule>,
    /// To whom documents may be given.
    pub(crate) lists: evidence::Lists,
    pub(crate) inbox: Inbox,
    pub(crate) engine: String,
    pub(crate) node: String,
    pub(crate) progress: Arc<Progress>,
}

/// What handlers share.
pub(crate) struct Office {
    pub(crate) parts: Parts,
    pub(crate) reads: Reads,
    /// What goes on after an answer: the store's locks come after a change.
    pub(crate) following_up: TaskTracker,
    pub(crate) hashing: Semaphore,
    pub(crate) drawing: Semaphore,
    pub(crate) searching: Semaphore,
    pub(crate) started: Instant,
    pub(crate) is_tls: bool,
    pub(crate) packages: Packages,
    /// How fast each caller asks.
    pub(crate) pace: Pace<Who>,
    /// Pages as they were drawn lately.
    drawn: Mutex<Drawn<(Key, u32, u32)>>,
    /// The index, once it could be opened.
    index: Mutex<Option<Arc<Index>>>,
    /// The number of the newest change, as it was looked up last.
    newest: AtomicU64,
}

impl Office {
    pub(crate) fn new(parts: Parts, reads: Reads, is_tls: bool) -> Self {
        Self {
            reads,
            following_up: TaskTracker::new(),
            hashing: Semaphore::new(HASHED_AT_ONCE),
            drawing: Semaphore::new(DRAWN_AT_ONCE),
            searching: Semaphore::new(SEARCHED_AT_ONCE),
            started: Instant::now(),
            is_tls,
            packages: Packages::new(),
            pace: Pace::new(parts.config.server.requests_a_second),
            drawn: Mutex::new(Drawn::new(DRAWN_KEPT)),
            index: Mutex::new(None),
            newest: AtomicU64::new(0),
            parts,
        }
    }

    /// The index. While it is made anew for a new version of the program there is none, and nobody waits
    /// for it to be started.
    pub(crate) fn index(&self) -> Answer<Arc<Index>> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = &*index {
            return Ok(Arc::clone(index));
        }
        let (folder, words) = &self.parts.index;
        let opened = Arc::new(Index::open_with(folder, Arc::clone(words))?);
        Ok(Arc::clone(index.insert(opened)))
    }

    pub(crate) const fn ledger(&self) -> &Ledger {
        &self.parts.ledger
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.parts.store.as_ref()
    }

    pub(crate) fn keeper(&self) -> Keeper<'_> {
        Keeper {
            ledger: self.ledger(),
            store: self.store(),
            schedule: &self.parts.schedule,
        }
    }

    /// The record of a document that the caller may see. Reading it is written down first.
    pub(crate) async fn read_record(
        &self,
        caller: &Caller,
        id: DocumentId,
        what: &str,
    ) -> Answer<Record> {
        let record = self.record(caller, id).await?;
        self.tell(caller, READ, &id.to_string(), what).await?;
        Ok(record)
    }

    /// The record of a document that the caller may see, to be changed and not shown.
    pub(crate) async fn record(&self, caller: &Caller, id: DocumentId) -> Answer<Record> {
        let record = self.ledger().document(id).await?;
        record
            .filter(|record| caller.rights.reach_record(record))
            .ok_or_else(|| Problem::unknown("document"))
    }

    /// Whether there is such a document, of those that the caller may see.
    pub(crate) async fn reaches(&self, caller: &Caller, id: DocumentId) -> Answer<bool> {
        let found = self.ledger().summary(id).await?;
        Ok(found.is_some_and(|found| caller.rights.reach(found.branch.as_deref(), &found.kind)))
    }

    /// Writes into the audit log what a caller reads, before it goes out.
    pub(crate) async fn tell(
        &self,
        caller: &Caller,
        action: &str,
        subject: &str,
        detail: &str,
    ) -> Answer<()> {
        let event = Event {
            action: action.into(),
            subject: subject.into(),
            detail: detail.into(),
        };
        self.reads.tell(caller.actor(), event).await
    }

    /// Which documents a caller's searches may find.
    pub(crate) fn access(caller: &Caller) -> Access {
        let rights = &caller.rights;
        Access {
            branches: Some(rights.branches().clone()).filter(|b| !b.is_empty()),
            kinds: Some(rights.kinds().clone()).filter(|k| !k.is_empty()),
        }
    }

    /// The number of the newest change, not older than a moment.
    pub(crate) fn newest_change(&self) -> u64 {
        self.newest.load(Ordering::Relaxed)
    }

    /// Looks up the newest change again and again, for all who follow.
    pub(crate) async fn look_for_changes(
        self: Arc<Self>,
        every: Duration,
        stop: CancellationToken,
    ) {
        while !stop.is_cancelled() {
            if let Ok(newest) = self.ledger().newest_change().await {
                self.newest.store(newest, Ordering::Relaxed);
            }
            tokio::time::sleep(every).await;
        }
    }

    /// Whether it takes two people to confirm what was read of a document: from the configured amount
    /// on. An amount that was not read is none.
    pub(crate) fn needs_two(&self, record: &Record) -> bool {
        let Some(from) = self.parts.config.review.two_from else {
            return false;
        };
        ["credit_amount", "total_credit_amount"].iter().any(|name| {
            let values = record.fields.get(*name).map_or(&[][..], Field::values);
            values.iter().any(|value| {
                let written = value.value.to_string();
                let whole = written
                    .split('.')
                    .next()
                    .and_then(|whole| whole.parse::<u64>().ok());
                whole.is_some_and(|whole| whole >= from)
            })
        })
    }

    /// A stored file, to be read by a worker or sent as it is.
    pub(crate) async fn file(&self, key: &archive::Key) -> Answer<File> {
        Ok(self.store().file(key).await?)
    }

    /// Whether a person has to look once a field is what somebody said; where two have to confirm, they
    /// have.
    pub(crate) fn review_after(
        &self,
        record: &Record,
        name: &str,
        field: Option<&Field>,
    ) -> Review {
        if self.needs_two(record) {
            Review::Needed
        } else {
            stages::review_after(record, name, field)
        }
    }

    /// The file that a document's page is seen in, and the page's number there.
    pub(crate) async fn scan_of(&self, record: &Record, page: &PageSummary) -> Answer<(Key, u32)> {
        let Some(from) = page.rescanned else {
            return Ok((Key::original(record.original.sha256), page.number));
        };
        let submission = self.ledger().submission(from.submission).await?;
        let submission = submission.ok_or_else(|| Problem::unknown("page"))?;
        Ok((Key::original(submission.sha256), from.number))
    }

    /// A page as PNG, drawn by a fenced worker, or as it was drawn for somebody a moment ago: files never
    /// change. Who may see it is asked before.
    pub(crate) async fn drawn(
        self: &Arc<Self>,
        key: &Key,
        number: u32,
        width: u32,
    ) -> Answer<Bytes> {
        let name = (key.clone(), number, width);
        let known = |office: &Self| {
            let mut kept = office.drawn.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get(&name)
        };
        if let Some(drawn) = known(self) {
            return Ok(drawn);
        }
        let file = self.file(key).await?;
        let _turn = self.drawing.acquire().await.map_err(|_| Problem::busy())?;
        // Somebody else may have waited for the same page.
        if let Some(drawn) = known(self) {
            return Ok(drawn);
        }
        let drawn: Bytes = self
            .aside(move |office| {
                let bitmap = office.parts.pool.view(&file, number, width)?;
                image::png(&bitmap).map_err(|why| Problem::fault(&why))
            })
            .await?
            .into();
        let mut kept = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        kept.keep(name, drawn.clone());
        Ok(drawn)
    }

    /// Whether a submission's documents are all such as the caller may see.
    pub(crate) async fn sees_submission(&self, caller: &Caller, id: SubmissionId) -> Answer<bool> {
        if caller.rights.reach_all() {
            return Ok(true);
        }
        let Some(submission) = self.ledger().submission(id).await? else {
            return Ok(false);
        };
        for id in submission.documents {
            if !self.reaches(caller, id).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether somebody has one of the roles that see what is confidential.
    pub(crate) fn sees_confidential(&self, caller: &Caller) -> bool {
        let named = &self.parts.config.records.confidential_roles;
        let mut roles = caller.rights.roles();
        roles.any(|role| named.iter().any(|name| name == role.as_str()))
    }

    /// A hold as that caller may see it: the matter of a confidential one is for named roles.
    pub(crate) fn shown_hold(&self, caller: &Caller, hold: Hold) -> Hold {
        if !hold.confidential || self.sees_confidential(caller) {
            return hold;
        }
        hold.neutral("hold")
    }

    /// Runs what takes a thread's time where it keeps nobody from being answered.
    pub(crate) async fn aside<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let office = Arc::clone(self);
        match tokio::task::spawn_blocking(move || work(&office)).await {
            Ok(done) => done,
            Err(panic) => Err(Problem::fault(&panic)),
        }
    }
}
