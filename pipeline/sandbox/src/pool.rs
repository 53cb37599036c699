//! The pool: one worker process a core, kept by one thread each, and files that are read in them.
//!
//! Pages of one long file use all workers; several files share them. Calls block; whoever must not
//! block calls from a thread of its own. There is no queue beside the calls that wait.

mod making;

use crate::keeper::keep;
use crate::loss::Loss;
use crate::process::Answer;
use crate::protocol::{MAX_VIEW_WIDTH, Token};
use crate::schedule::{AfterLoss, Held, Job, Schedule, Step};
use model::{Bitmap, Failure, Limits, Note, Page, Place, Refusal, RefusalReason};
use rustix::event::{EventfdFlags, eventfd};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use thiserror::Error;

#[cfg(test)]
pub(crate) use making::MAX_AREAS;
pub use making::Made;
pub(crate) use making::Order;

/// How a pool is to be.
#[derive(Clone, Debug)]
pub struct PoolOptions {
    /// The program to start as worker: this one.
    pub program: PathBuf,
    /// How many worker processes; at least one.
    pub workers: usize,
    /// What one file may cost.
    pub limits: Limits,
    /// The folder of the language models.
    pub models: PathBuf,
    /// The languages to read, each as `pol+eng`: the first where nothing else is asked for.
    pub languages: Vec<String>,
    /// Passwords to try on encrypted files.
    pub passwords: Vec<String>,
    /// What to do where the kernel cannot fence a worker in.
    pub fence: Fence,
}

/// What to do where the kernel lacks landlock or seccomp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fence {
    /// Do not start.
    #[default]
    Required,
    /// Start with what there is, and warn.
    BestEffort,
}

/// Who waits for a file. Interactive files go before all bulk ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A person.
    Interactive,
    /// Nobody in particular.
    Bulk,
}

/// A file that opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// What it is, by its content.
    pub media_type: String,
    /// How many pages it has.
    pub pages: u32,
    /// What else there is to know about it: attachments, signatures, what had to be mended.
    pub notes: Vec<Note>,
    /// What an index in it says, by name.
    pub said: BTreeMap<String, String>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct FilePages {
    /// What it is, by its content.
    pub media_type: String,
    /// What else there is to know about it.
    pub notes: Vec<Note>,
    /// All its pages in order; one that could not be read has kind `Failed` and says why.
    pub pages: Vec<Page>,
}

/// Why a file was not read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ReadTrouble {
    /// It is refused: trying again will not help.
    #[error("{0}")]
    Refused(Refusal),
    /// The pool was stopped: nothing is known of the file.
    #[error("reading was stopped")]
    Stopped,
}

/// Why a page was not had.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PageTrouble {
    /// Its file is refused.
    #[error("{0}")]
    Refused(Refusal),
    /// The file opens, this page does not.
    #[error("{}", .0.message)]
    Failed(Failure),
    /// The pool was stopped: nothing is known of the page.
    #[error("reading was stopped")]
    Stopped,
}

/// Why a pool did not start: the environment, never a document.
#[derive(Debug, Error)]
pub enum StartError {
    /// The worker program could not be started.
    #[error("the worker program {} cannot be started: {source}", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A worker cannot get warm; the message says what is missing and the remedy.
    #[error("{0}")]
    Unable(String),
    /// The kernel cannot fence a worker in, and configuration requires it.
    #[error(
        "workers cannot be fenced in: {missing}; use another kernel, or allow it in the configuration with `fence = \"best_effort\"`"
    )]
    Fence {
        /// The parts that do not stand, and why.
        missing: String,
    },
    /// A worker ended before it was ready.
    #[error("a worker ended before it was ready: {0}")]
    Lost(String),
    /// The pool's own threads or descriptors cannot be made.
    #[error("the worker pool cannot be set up: {0}")]
    Setup(io::Error),
    /// The pool was stopped while it started.
    #[error("the worker pool was stopped")]
    Stopped,
}

impl Clone for StartError {
    fn clone(&self) -> Self {
        let again = |error: &io::Error| io::Error::new(error.kind(), error.to_string());
        match self {
            Self::Spawn { program, source } => Self::Spawn {
                program: program.clone(),
                source: again(source),
            },
            Self::Unable(message) => Self::Unable(message.clone()),
            Self::Fence { missing } => Self::Fence {
                missing: missing.clone(),
            },
            Self::Lost(cause) => Self::Lost(cause.clone()),
            Self::Setup(source) => Self::Setup(again(source)),
            Self::Stopped => Self::Stopped,
        }
    }
}

/// A pool of workers; clones are the same pool. When the last one is dropped the workers are
/// killed.
#[derive(Clone)]
pub struct Pool(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    keepers: Mutex<Vec<JoinHandle<()>>>,
}

/// What the pool's threads share.
pub(crate) struct Shared {
    options: PoolOptions,
    /// Readable once everything has to stop.
    bell: OwnedFd,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    schedule: Schedule,
    files: BTreeMap<Token, Reading>,
    workers: BTreeMap<usize, u32>,
    last_token: Token,
    stopped: bool,
}

/// A file under way, and who waits for it.
struct Reading {
    file: Arc<File>,
    /// Which of the pool's languages it is read in.
    languages: usize,
    wish: Wish,
    events: Sender<Event>,
}

/// What is wanted of a file once it opens.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// How many pages it has; no more.
    Count,
    /// All its pages, read.
    Pages,
    /// One page, to look at.
    View { page: u32, width: u32 },
    /// A rectangle of one page, read by itself.
    Reread { page: u32, place: Place },
    /// A file made of it.
    Make(Arc<Order>),
}

/// Something for a worker to do, and the file to do it with.
pub(crate) struct Errand {
    pub(crate) job: Job,
    pub(crate) file: Arc<File>,
    pub(crate) languages: usize,
    pub(crate) wish: Wish,
}

/// What happens to a file, for who waits for it.
enum Event {
    Inspected(Inspection),
    Refused(Refusal),
    Page(Box<Page>),
    View(Bitmap),
    Made(Made),
}

impl Pool {
    /// Starts the workers and waits until all are warm and fenced in.
    ///
    /// # Errors
    /// When one of them cannot be, with what to do about it.
    pub fn start(options: PoolOptions) -> Result<Self, StartError> {
        let setup = |errno| StartError::Setup(io::Error::from(errno));
        let workers = options.workers.max(1);
        let shared = Arc::new(Shared {
            options,
            bell: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).map_err(setup)?,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let (ready, starts) = channel();
        // From here on, dropping the pool stops and awaits the threads there are.
        let pool = Self(Arc::new(Inner {
            shared,
            keepers: Mutex::default(),
        }));
        for slot in 0..workers {
            let (shared, ready) = (Arc::clone(&pool.0.shared), ready.clone());
            let keeper = std::thread::Builder::new()
                .name(format!("worker-{slot}"))
                .spawn(move || keep(&shared, slot, &ready))
                .map_err(StartError::Setup)?;
            lock(&pool.0.keepers).push(keeper);
        }
        drop(ready);
        starts
            .iter()
            .take(workers)
            .collect::<Result<(), StartError>>()?;
        Ok(pool)
    }

    /// What a file is and how many pages it has, without reading them.
    ///
    /// # Errors
    /// When the file is refused or the pool was stopped.
    pub fn inspect(&self, file: &File) -> Result<Inspection, ReadTrouble> {
        let events = self
            .0
            .shared
            .submit(file, (Priority::Interactive, 0), Wish::Count)?;
        inspected(&events)
    }

    /// Reads all pages of a file. `on_page` gets each as it is read, in whatever order, on the
    /// calling thread; a page that failed, too.
    ///
    /// # Errors
    /// When the file is refused or the pool was stopped. A page that cannot be read is no error.
    pub fn read(
        &self,
        file: &File,
        priority: Priority,
        on_page: &mut dyn FnMut(Page),
    ) -> Result<FilePages, ReadTrouble> {
        self.read_in(None, file, priority, on_page)
    }

    /// As [`Pool::read`], in `languages` where they are some that the pool was started with.
    ///
    /// # Errors
    /// As [`Pool::read`].
    pub fn read_in(
        &self,
        languages: Option<&str>,
        file: &File,
        priority: Priority,
        on_page: &mut dyn FnMut(Page),
    ) -> Result<FilePages, ReadTrouble> {
        let known = &self.0.shared.options.languages;
        let languages = known
            .iter()
            .position(|known| Some(known.as_str()) == languages);
        let how = (priority, languages.unwrap_or(0));
        let events = self.0.shared.submit(file, how, Wish::Pages)?;
        let Inspection {
            media_type,
            pages: count,
            notes,
            said: _,
        } = inspected(&events)?;
        let mut pages = BTreeMap::new();
        while pages.len() < count as usize {
            match events.recv() {
                Ok(Event::Page(page)) => {
                    on_page((*page).clone());
                    pages.insert(page.number, *page);
                }
                Ok(Event::Refused(refusal)) => return Err(ReadTrouble::Refused(refusal)),
                Ok(Event::Inspected(_) | Event::View(_) | Event::Made(_)) | Err(_) => {
                    return Err(ReadTrouble::Stopped);
                }
            }
        }
        Ok(FilePages {
            media_type,
            notes,
            pages: pages.into_values().collect(),
        })
    }

    /// One page, counted from 1, for a person to look at: as displayed, at most `width` pixels wide
    /// (and 4,096), at most 32 million pixels in all. A scan is never made larger than it is.
    ///
    /// # Errors
    /// When the file is refused, the page cannot be decoded, or the pool was stopped.
    pub fn view(&self, file: &File, page: u32, width: u32) -> Result<Bitmap, PageTrouble> {
        let width = width.clamp(1, MAX_VIEW_WIDTH);
        match self.page_of(file, Wish::View { page, width }, page)? {
            Event::View(image) => Ok(image),
            other => Err(other.trouble()),
        }
    }

    /// Reads a rectangle of one page again: the page with only the words that stand there, their
    /// places still on the whole page.
    ///
    /// # Errors
    /// As [`Pool::view`]; and when the rectangle is not on the page.
    pub fn reread(&self, file: &File, page: u32, place: Place) -> Result<Page, PageTrouble> {
        match self.page_of(file, Wish::Reread { page, place }, page)? {
            Event::Page(page) if page.failure.is_none() => Ok(*page),
            other => Err(other.trouble()),
        }
    }

    /// What comes of one page, once its file has opened and has such a page.
    fn page_of(&self, file: &File, wish: Wish, page: u32) -> Result<Event, PageTrouble> {
        let trouble = |trouble| match trouble {
            ReadTrouble::Refused(refusal) => PageTrouble::Refused(refusal),
            ReadTrouble::Stopped => PageTrouble::Stopped,
        };
        let how = (Priority::Interactive, 0);
        let submitted = self.0.shared.submit(file, how, wish);
        let events = submitted.map_err(trouble)?;
        let found = inspected(&events).map_err(trouble)?;
        if !(1..=found.pages).contains(&page) {
            let message = format!("the file has {} pages, not {page}", found.pages);
            let failure = Failure::new(RefusalReason::Unsupported, message);
            let failure = failure.with_remedy("ask for one of its pages");
            return Err(PageTrouble::Failed(failure));
        }
        events.recv().map_err(|_| PageTrouble::Stopped)
    }

    /// The numbers of the worker processes that run now.
    #[must_use]
    pub fn worker_processes(&self) -> Vec<u32> {
        lock(&self.0.shared.state)
            .workers
            .values()
            .copied()
            .collect()
    }

    /// Stops: kills the workers, whatever they are at, and waits until they are gone. Calls under
    /// way return [`ReadTrouble::Stopped`].
    pub fn stop(self) {
        self.0.stop();
    }
}

fn inspected(events: &Receiver<Event>) -> Result<Inspection, ReadTrouble> {
    match events.recv() {
        Ok(Event::Inspected(inspection)) => Ok(inspection),
        Ok(Event::Refused(refusal)) => Err(ReadTrouble::Refused(refusal)),
        Ok(Event::Page(_) | Event::View(_) | Event::Made(_)) | Err(_) => Err(ReadTrouble::Stopped),
    }
}

impl Event {
    /// Why a page asked for did not come.
    fn trouble(self) -> PageTrouble {
        match self {
            Self::Refused(refusal) => PageTrouble::Refused(refusal),
            Self::Page(page) => page
                .failure
                .map_or(PageTrouble::Stopped, PageTrouble::Failed),
            Self::Inspected(_) | Self::View(_) | Self::Made(_) => PageTrouble::Stopped,
        }
    }
}

impl Inner {
    fn stop(&self) {
        self.shared.stop();
        for keeper in lock(&self.keepers).drain(..) {
            if keeper.join().is_err() {
                tracing::error!("a thread that kept a worker panicked");
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The lock's content. A thread that panicked held it between two complete changes or not at all.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) const fn options(&self) -> &PoolOptions {
        &self.options
    }

    pub(crate) fn bell(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    fn submit(
        &self,
        file: &File,
        (priority, languages): (Priority, usize),
        wish: Wish,
    ) -> Result<Receiver<Event>, ReadTrouble> {
        let unreachable = |error: io::Error| {
            let message = format!("it cannot be handed to a worker: {error}");
            ReadTrouble::Refused(Refusal::new(RefusalReason::Unreachable, message))
        };
        let file = Arc::new(file.try_clone().map_err(unreachable)?);
        let (events, receiver) = channel();
        let mut state = lock(&self.state);
        if state.stopped {
            return Err(ReadTrouble::Stopped);
        }
        state.last_token += 1;
        let token = state.last_token;
        let reading = Reading {
            file,
            languages,
            wish,
            events,
        };
        state.files.insert(token, reading);
        state.schedule.add(token, priority);
        drop(state);
        self.changed.notify_all();
        Ok(receiver)
    }

    /// The next job of a worker that holds `held`; waits for one. None when the pool stops.
    pub(crate) fn next_job(&self, held: Held) -> Option<Errand> {
        let mut state = lock(&self.state);
        loop {
            if state.stopped {
                return None;
            }
            if let Some(job) = state.schedule.take(held) {
                let reading = state.files.get(&job.token)?;
                return Some(Errand {
                    job,
                    file: Arc::clone(&reading.file),
                    languages: reading.languages,
                    wish: reading.wish.clone(),
                });
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Hands over what came of a job.
    pub(crate) fn answered(&self, job: Job, answer: Answer) {
        let mut state = lock(&self.state);
        state.schedule.finished(job);
        match (answer, job.step) {
            (Answer::Inspected(inspection), _) => state.inspected(job.token, inspection),
            (Answer::Refused(refusal), _) => {
                state.tell(job.token, Event::Refused(refusal));
                state.forget(job.token);
            }
            (Answer::Page(page), _) => state.tell(job.token, Event::Page(page)),
            (Answer::View(image), _) => state.tell(job.token, Event::View(image)),
            (Answer::Made(made), _) => state.tell(job.token, Event::Made(made)),
            (Answer::PageFailed(failure), Step::Read(page)) => {
                state.tell(
                    job.token,
                    Event::Page(Box::new(Page::failed(page, failure))),
                );
            }
            (Answer::PageFailed(_), Step::Inspect) => {
                unreachable!("an inspection is answered by its own replies only")
            }
        }
        state.forget_if_read(job.token);
        drop(state);
        self.changed.notify_all();
    }

    /// A job lost its worker: it is tried again, or given up with its reason.
    pub(crate) fn lost(&self, job: Job, loss: &Loss) {
        let mut state = lock(&self.state);
        if state.schedule.lost(job) == AfterLoss::GiveUp {
            match job.step {
                Step::Inspect => {
                    state.tell(job.token, Event::Refused(loss.refusal()));
                    state.forget(job.token);
                }
                Step::Read(page) => {
                    let failed = Box::new(Page::failed(page, loss.failure()));
                    state.tell(job.token, Event::Page(failed));
                }
            }
        }
        state.forget_if_read(job.token);
        drop(state);
        self.changed.notify_all();
    }

    /// Which process a slot has now.
    pub(crate) fn working(&self, slot: usize, process: Option<u32>) {
        let workers = &mut lock(&self.state).workers;
        match process {
            Some(process) => workers.insert(slot, process),
            None => workers.remove(&slot),
        };
    }

    /// Waits that long; true as soon as the pool stops.
    pub(crate) fn stopped_within(&self, wait: Duration) -> bool {
        let state = lock(&self.state);
        let (state, _) = self
            .changed
            .wait_timeout_while(state, wait, |state| !state.stopped)
            .unwrap_or_else(PoisonError::into_inner);
        state.stopped
    }

    fn stop(&self) {
        let mut state = lock(&self.state);
        state.stopped = true;
        // Whoever waits for a file sees its channel close.
        state.files.clear();
        drop(state);
        if let Err(error) = rustix::io::write(&self.bell, &1u64.to_ne_bytes()) {
            tracing::error!(%error, "the workers could not be told to stop at once");
        }
        self.changed.notify_all();
    }
}

impl State {
    fn inspected(&mut self, token: Token, inspection: Inspection) {
        let wish = self.files.get(&token).map(|reading| reading.wish.clone());
        let pages = inspection.pages;
        self.tell(token, Event::Inspected(inspection));
        match wish {
            Some(Wish::Pages) => self.schedule.inspected(token, pages),
            Some(Wish::View { page, .. } | Wish::Reread { page, .. })
                if (1..=pages).contains(&page) =>
            {
                self.schedule.only(token, page);
            }
            Some(Wish::Make(_)) => self.schedule.only(token, 1),
            _ => self.forget(token),
        }
    }

    /// Tells who waits; where nobody does any more, the file is not read on.
    fn tell(&mut self, token: Token, event: Event) {
        let gone = self
            .files
            .get(&token)
            .is_some_and(|reading| reading.events.send(event).is_err());
        if gone {
            self.forget(token);
        }
    }

    fn forget(&mut self, token: Token) {
        self.files.remove(&token);
        self.schedule.remove(token);
    }

    fn forget_if_read(&mut self, token: Token) {
        if self.schedule.is_read(token) {
            self.forget(token);
        }
    }
}
