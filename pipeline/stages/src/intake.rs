//! Intake: looks at the inbox, claims what is complete and receives it, one file after another.
//!
//! A notification only shortens the wait for the next look; the look is the truth. A file that
//! cannot be received now stays claimed and is tried again, because waiting for a disk, a store or
//! a database is nobody's fault.

use crate::clock::Clock;
use crate::inbox::{Dropped, Sign};
use crate::receipts::Receipts;
use crate::runner::{Mode, Runner, pause};
use crate::{Claimed, Inbox, InboxError, Live, StageError, new_submission_id};
use jiff::Timestamp;
use ledger::SharedFile;
use model::SubmissionId;
use notify::{RecursiveMode, Watcher as _};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

mod end;
mod taking;
mod unfinished;

use end::{End, ends};
use unfinished::Unfinished;

/// How long intake waits after it could not go on.
const AWAY: Duration = Duration::from_secs(5);
/// Files that are taken between two looks: a station that drops one file waits no longer for its
/// turn than these take.
const AT_ONCE: usize = 100;
/// Files that are claimed and received side by side: what they sync shares the disk's journal.
const TOGETHER: usize = 8;
/// Time between two looks that workers may be asked about files' ends; what was not asked then is
/// asked later, or holds still so long that it need not be.
const ASKING: Duration = Duration::from_secs(2);

/// Time between two removals of sources that were done long ago.
const SWEEP: Duration = Duration::from_secs(3_600);

/// How files are taken.
#[derive(Clone, Debug)]
pub struct IntakeOptions {
    /// The longest quiet time of a station: how long draining waits for what may complete.
    pub quiet: Duration,
    /// Time between two looks.
    pub poll: Duration,
    /// Intake waits while a file system of `watched_disks` has fewer bytes free …
    pub floor_bytes: u64,
    /// … and less than this part of it, in percent.
    pub floor_percent: u8,
    /// Where there must be room.
    pub watched_disks: Vec<PathBuf>,
    /// Days of the short lock of originals; 0 sets none.
    pub lock_days: u32,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
}

/// Takes files from an inbox.
pub struct Intake {
    inbox: Inbox,
    options: IntakeOptions,
    began: Instant,
    /// What was left alone at the last look, so that it is said once.
    left_alone: HashSet<PathBuf>,
    /// Claims that cannot be received as they are, so that it is said once.
    stuck: HashSet<PathBuf>,
    receipts: Receipts,
    /// Why intake waits, as the ledger was last told.
    waits_for: Option<String>,
    unfinished: Unfinished,
    /// Files of shares that cannot be written, as they looked when they were taken.
    shared: HashMap<PathBuf, (u64, i64)>,
    /// When sources that were done long ago were last removed.
    swept: Option<Instant>,
    /// Whether the clock may be believed before they are.
    clock: Clock,
    /// What was taken over of what a running node was last told.
    taken_as: Option<Live>,
}

impl Intake {
    /// The intake of an inbox.
    #[must_use]
    pub fn new(inbox: Inbox, options: IntakeOptions) -> Self {
        Self {
            receipts: Receipts::of(&inbox),
            inbox,
            options,
            began: Instant::now(),
            left_alone: HashSet::new(),
            stuck: HashSet::new(),
            waits_for: None,
            unfinished: Unfinished::default(),
            shared: HashMap::new(),
            swept: None,
            clock: Clock::default(),
            taken_as: None,
        }
    }

    /// Takes files until stopped; in mode [`Mode::Once`] until none is left that will complete.
    pub(crate) async fn run(
        mut self,
        runner: Arc<Runner>,
        mode: Mode,
        stop: CancellationToken,
    ) -> Self {
        let hint = Arc::new(Notify::new());
        let _watcher = watch(self.inbox.root(), Arc::clone(&hint));
        let patience = self.options.quiet * 2 + self.options.poll;
        let mut moved = Instant::now();
        let mut drained = false;
        while !stop.is_cancelled() {
            self.take_over(&runner);
            let looked = self.look(&runner, mode, &stop).await;
            let why = looked.as_ref().err().map(ToString::to_string);
            self.say(&runner, why).await;
            let mut go_on = false;
            match looked {
                Ok(Looked { taken, unfinished }) => {
                    go_on = taken >= AT_ONCE;
                    if taken > 0 {
                        moved = Instant::now();
                    }
                    let nothing = taken == 0 && unfinished == 0;
                    drained = mode == Mode::Once && (nothing || moved.elapsed() > patience);
                }
                Err(error) => {
                    tracing::warn!(%error, "intake waits");
                    pause(AWAY, &stop).await;
                    moved = Instant::now();
                }
            }
            if let Err(error) = self.receipts.grow(&runner.node.ledger).await {
                tracing::warn!(%error, "receipts wait");
            }
            if drained {
                break;
            }
            if !go_on {
                let next_look = tokio::time::timeout(self.options.poll, hint.notified());
                tokio::select! { _ = next_look => {}, () = stop.cancelled() => {} }
            }
        }
        self
    }

    /// Writes the receipts of what is done by now, all of them.
    pub(crate) async fn finish(&mut self, runner: &Runner) {
        if let Err(error) = self.receipts.grow_all(&runner.node.ledger).await {
            tracing::warn!(%error, "receipts wait");
        }
    }

    async fn look(
        &mut self,
        runner: &Runner,
        mode: Mode,
        stop: &CancellationToken,
    ) -> Result<Looked, StageError> {
        let mut taken = self.take_claimed(runner).await?;
        let now = (self.options.clock)();
        let survey = self
            .inbox
            .survey(now, self.began.elapsed())
            .map_err(unusable)?;
        self.inbox.retire_triggers(&survey).map_err(unusable)?;
        self.tell(&survey.left_alone);
        let asking_until = Instant::now() + ASKING;
        let mut waiting = survey.waiting_since.clone();
        let mut unfinished = survey.unfinished.len();
        let mut ready = Vec::new();
        for dropped in &survey.complete {
            if stop.is_cancelled() || taken + ready.len() >= AT_ONCE {
                break;
            }
            // Who drains says that nothing is being written any more.
            let watching = mode == Mode::Watch;
            if watching && !self.has_end(dropped, runner, asking_until).await? {
                unfinished += 1;
                waiting.push((dropped.path.clone(), self.unfinished.since(&dropped.path)));
                continue;
            }
            ready.push(dropped);
            if ready.len() == TOGETHER {
                taken += self.claim_and_take(runner, &ready).await?;
                ready.clear();
            }
        }
        taken += self.claim_and_take(runner, &ready).await?;
        let uptime = self.began.elapsed();
        let late = self.unfinished.report(&self.inbox, &waiting, uptime);
        self.say_unfinished(runner, late).await;
        self.sweep(runner).await?;
        Ok(Looked { taken, unfinished })
    }

    /// Takes dropped files; those of a share that cannot be written are copied, and remembered.
    async fn claim_and_take(
        &mut self,
        runner: &Runner,
        dropped: &[&Dropped],
    ) -> Result<usize, StageError> {
        let bytes = |file: &&Dropped| fs::metadata(&file.path).map_or(0, |meta| meta.len());
        self.ensure_room(dropped.iter().map(bytes).sum())?;
        let now = (self.options.clock)();
        let (mut movable, mut taken) = (Vec::new(), 0);
        for &file in dropped {
            let id = new_submission_id(now).map_err(|e| damaged("randomness", &e))?;
            if self.inbox.is_read_only(&file.station) {
                taken += self.copy_and_take(runner, file, id).await?;
            } else {
                movable.push((file, id));
            }
        }
        let claims = taking::side_by_side(&movable, |&(file, id)| self.inbox.claim(file, id));
        let claims = claims.into_iter().filter_map(Result::transpose);
        let claimed: Vec<Claimed> = claims.collect::<Result<_, _>>().map_err(unusable)?;
        Ok(taken + self.take_all(runner, &claimed).await?)
    }

    /// Takes a copy of a file that has to stay where it is, unless it was taken as it looks.
    async fn copy_and_take(
        &mut self,
        runner: &Runner,
        dropped: &Dropped,
        id: SubmissionId,
    ) -> Result<usize, StageError> {
        let Ok(meta) = fs::metadata(&dropped.path) else {
            return Ok(0); // Gone since the look.
        };
        let modified = meta.mtime().saturating_mul(1_000_000_000) + meta.mtime_nsec();
        let look = (meta.len(), modified);
        if self.shared.get(&dropped.path) == Some(&look) {
            return Ok(0);
        }
        let ledger = &runner.node.ledger;
        let path = dropped.path.to_string_lossy().into_owned();
        let known = ledger.shared_file(&dropped.station, &path).await?;
        let seen = known.is_some_and(|file| (file.bytes, file.modified) == look);
        let mut taken = 0;
        if !seen {
            let claimed = self
                .inbox
                .bring(&dropped.path, dropped.station.clone(), id, &BTreeMap::new())
                .map_err(unusable)?;
            taken = self
                .take_all(runner, std::slice::from_ref(&claimed))
                .await?;
            let Some(submission) = ledger.submission(id).await? else {
                return Ok(taken); // It stays claimed, and is tried again.
            };
            let file = SharedFile {
                station: dropped.station.clone(),
                path,
                bytes: look.0,
                modified: look.1,
                sha256: submission.sha256,
            };
            ledger.remember_shared_file(&file).await?;
        }
        self.shared.insert(dropped.path.clone(), look);
        Ok(taken)
    }

    /// Whether a file that nobody said is complete has an end; what was found without one is not
    /// asked about again until it changes.
    async fn has_end(
        &mut self,
        dropped: &Dropped,
        runner: &Runner,
        asking_until: Instant,
    ) -> Result<bool, StageError> {
        let look = fs::metadata(&dropped.path).map(|meta| (meta.len(), meta.mtime()));
        let Ok(look) = look else { return Ok(false) };
        if dropped.sign == Sign::Told || dropped.path.is_dir() {
            return Ok(true);
        }
        if self.unfinished.is_known(&dropped.path, look) {
            return Ok(false);
        }
        let end = ends(dropped, runner, asking_until).await?;
        if end == End::Missing {
            let uptime = self.began.elapsed();
            self.unfinished.note(&dropped.path, look, uptime);
        }
        Ok(end == End::There)
    }

    /// Tells the ledger, where `status` looks, which files do not complete.
    async fn say_unfinished(&mut self, runner: &Runner, late: Option<String>) {
        let Some(late) = late else { return };
        let name = unfinished_property(&runner.node.name);
        if let Err(error) = runner.node.ledger.set_property(&name, &late).await {
            self.unfinished.tell_again();
            tracing::warn!(%error, "it could not be told which files do not complete");
        }
    }

    /// Goes on as a running node was last told to.
    fn take_over(&mut self, runner: &Runner) {
        let live = runner.node.live.borrow().clone();
        if self.taken_as.as_ref() == Some(&live) {
            return;
        }
        self.inbox.take_as((*live.stations).clone());
        self.receipts.tell_as((*live.stations).clone());
        self.options.poll = live.poll;
        self.options.floor_bytes = live.floor_bytes;
        self.options.floor_percent = live.floor_percent;
        self.taken_as = Some(live);
    }

    /// Removes sources that were done long ago, now and then, unless the clock is doubted.
    async fn sweep(&mut self, runner: &Runner) -> Result<(), StageError> {
        let node = &runner.node;
        let now = (self.options.clock)();
        let doubted = self.clock.look(&node.ledger, &node.name, now).await?;
        if doubted {
            return Ok(());
        }
        if self.swept.is_some_and(|swept| swept.elapsed() < SWEEP) {
            return Ok(());
        }
        self.swept = Some(Instant::now());
        match self.inbox.sweep(now) {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "sources done long ago were removed"),
            Err(error) => tracing::warn!(%error, "sources done long ago could not be removed"),
        }
        Ok(())
    }

    /// Tells the ledger, where `status` looks, when intake begins to wait and when it goes on.
    async fn say(&mut self, runner: &Runner, why: Option<String>) {
        if why == self.waits_for {
            return;
        }
        let name = waiting_property(&runner.node.name);
        let value = why.as_deref().unwrap_or_default();
        // A ledger that is away is told when it is back: what was told is only noted then.
        if runner.node.ledger.set_property(&name, value).await.is_ok() {
            self.waits_for = why;
        }
    }

    /// Says once of each what is not taken, and why.
    fn tell(&mut self, left_alone: &[(PathBuf, &'static str)]) {
        for (path, why) in left_alone
            .iter()
            .filter(|(path, _)| !self.left_alone.contains(path))
        {
            tracing::warn!(path = %path.display(), why, "left alone in the inbox");
        }
        self.left_alone = left_alone.iter().map(|(path, _)| path.clone()).collect();
    }

    /// Whether there is room for so many more bytes above the floor: the smaller of the two that
    /// are configured, so that small disks are used and large ones not left a tenth empty.
    fn ensure_room(&self, bytes: u64) -> Result<(), StageError> {
        for disk in &self.options.watched_disks {
            let Ok(stat) = rustix::fs::statvfs(disk) else {
                continue;
            };
            let free = stat.f_bavail.saturating_mul(stat.f_frsize);
            let size = stat.f_blocks.saturating_mul(stat.f_frsize);
            let part = size / 100 * u64::from(self.options.floor_percent);
            let floor = self.options.floor_bytes.min(part);
            if free < floor.saturating_add(bytes) {
                return Err(StageError::NoRoom {
                    disk: disk.clone(),
                    free_bytes: free,
                    floor_bytes: floor,
                });
            }
        }
        Ok(())
    }
}

/// The ledger's property that says why a node's intake waits; empty when it does not.
#[must_use]
pub fn waiting_property(node: &str) -> String {
    format!("intake of {node} waits for")
}

/// The ledger's property that names the files of a node's inbox that do not complete.
#[must_use]
pub fn unfinished_property(node: &str) -> String {
    format!("intake of {node} does not take")
}

struct Looked {
    taken: usize,
    unfinished: usize,
}

/// Hints that something changed; none where the folder cannot be watched, and polling serves.
fn watch(root: &Path, hint: Arc<Notify>) -> Option<notify::RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |_| hint.notify_one()).ok()?;
    watcher.watch(root, RecursiveMode::Recursive).ok()?;
    Some(watcher)
}

fn unusable(error: InboxError) -> StageError {
    error.into()
}

fn damaged(what: &str, why: &impl ToString) -> StageError {
    StageError::Damaged {
        what: what.into(),
        why: why.to_string(),
    }
}
