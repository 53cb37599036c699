//! What every handler has: the node's parts, opened and checked, and the few limits that they share.

use super::entrance::Caller;
use super::problem::{Answer, Problem};
use super::reads::Reads;
use crate::config::Config;
use archive::Store;
use extraction::Schemas;
use ledger::{Event, Hold, Ledger, READ};
use model::{DocumentId, Record, SubmissionId};
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
    pub(crate) inbox: Inbox,
    pub(crate) engine: String,
    pub(crate) node: String,
    pub(crate) progress: Arc<Progress>,
}

/// What handlers share.
pub(crate) struct Desk {
    pub(crate) parts: Parts,
    pub(crate) reads: Reads,
    /// What goes on after an answer: the store's locks come after a change.
    pub(crate) following_up: TaskTracker,
    pub(crate) hashing: Semaphore,
    pub(crate) drawing: Semaphore,
    pub(crate) searching: Semaphore,
    pub(crate) started: Instant,
    pub(crate) is_tls: bool,
    /// The index, once it could be opened.
    index: Mutex<Option<Arc<Index>>>,
    /// The number of the newest change, as it was looked up last.
    newest: AtomicU64,
}

impl Desk {
    pub(crate) fn new(parts: Parts, reads: Reads, is_tls: bool) -> Self {
        Self {
            reads,
            following_up: TaskTracker::new(),
            parts,
            hashing: Semaphore::new(HASHED_AT_ONCE),
            drawing: Semaphore::new(DRAWN_AT_ONCE),
            searching: Semaphore::new(SEARCHED_AT_ONCE),
            started: Instant::now(),
            is_tls,
            index: Mutex::new(None),
            newest: AtomicU64::new(0),
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

    /// A stored file, to be read by a worker or sent as it is.
    pub(crate) async fn file(&self, key: &archive::Key) -> Answer<File> {
        Ok(self.store().file(key).await?)
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

    /// A hold as that caller may see it: the matter of a confidential one is for named roles.
    pub(crate) fn shown_hold(&self, caller: &Caller, hold: Hold) -> Hold {
        let named = &self.parts.config.records.confidential_roles;
        let sees = caller
            .rights
            .roles()
            .any(|role| named.iter().any(|name| name == role.as_str()));
        if !hold.confidential || sees {
            return hold;
        }
        hold.neutral("hold")
    }

    /// Runs what takes a thread's time where it keeps nobody from being answered.
    pub(crate) async fn aside<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let desk = Arc::clone(self);
        match tokio::task::spawn_blocking(move || work(&desk)).await {
            Ok(done) => done,
            Err(panic) => Err(Problem::fault(&panic)),
        }
    }
}
