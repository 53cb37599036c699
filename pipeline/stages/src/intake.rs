//! Intake: looks at the inbox, claims what is complete and receives it, one file after another.
//!
//! A notification only shortens the wait for the next look; the look is the truth. A file that
//! cannot be received now stays claimed and is tried again, because waiting for a disk, a store or
//! a database is nobody's fault.

use crate::runner::{Mode, Runner, pause};
use crate::{Claimed, Inbox, InboxError, StageError, new_submission_id, receive};
use jiff::Timestamp;
use notify::{RecursiveMode, Watcher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How long intake waits after it could not go on.
const AWAY: Duration = Duration::from_secs(5);

/// How files are taken.
#[derive(Clone, Debug)]
pub struct IntakeOptions {
    /// How long a file must have held still.
    pub quiet: Duration,
    /// Time between two looks.
    pub poll: Duration,
    /// Intake waits while a file system of `watched_disks` has fewer bytes free.
    pub floor_bytes: u64,
    /// Where there must be room.
    pub watched_disks: Vec<PathBuf>,
    /// Days of the short lock of originals; 0 sets none.
    pub lock_days: u32,
    /// What reads submissions: the first job's input.
    pub engine: String,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
}

/// Takes files from an inbox.
pub struct Intake {
    inbox: Inbox,
    options: IntakeOptions,
    began: Instant,
    /// What was left alone at the last look, so that it is said once.
    left_alone: Vec<PathBuf>,
}

impl Intake {
    /// The intake of an inbox.
    #[must_use]
    pub fn new(inbox: Inbox, options: IntakeOptions) -> Self {
        Self {
            inbox,
            options,
            began: Instant::now(),
            left_alone: Vec::new(),
        }
    }

    /// Takes files until stopped; in mode [`Mode::Once`] until none is left that will complete.
    pub(crate) async fn run(mut self, runner: Arc<Runner>, mode: Mode, stop: CancellationToken) {
        let hint = Arc::new(Notify::new());
        let _watcher = watch(self.inbox.root(), Arc::clone(&hint));
        let patience = self.options.quiet * 2 + self.options.poll;
        let mut moved = Instant::now();
        while !stop.is_cancelled() {
            match self.look(&runner, &stop).await {
                Ok(Looked { taken, unfinished }) => {
                    if taken > 0 {
                        moved = Instant::now();
                    }
                    let nothing = taken == 0 && unfinished == 0;
                    if mode == Mode::Once && (nothing || moved.elapsed() > patience) {
                        return;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "intake waits");
                    pause(AWAY, &stop).await;
                    moved = Instant::now();
                }
            }
            let next_look = tokio::time::timeout(self.options.poll, hint.notified());
            tokio::select! { _ = next_look => {}, () = stop.cancelled() => {} }
        }
    }

    async fn look(
        &mut self,
        runner: &Runner,
        stop: &CancellationToken,
    ) -> Result<Looked, StageError> {
        let mut taken = 0;
        for claimed in self.inbox.claimed().map_err(unusable)? {
            self.take(runner, &claimed).await?;
            taken += 1;
        }
        let now = (self.options.clock)();
        let survey = self
            .inbox
            .survey(now, self.began.elapsed())
            .map_err(unusable)?;
        self.tell(&survey.left_alone);
        for dropped in &survey.complete {
            if stop.is_cancelled() {
                break;
            }
            self.ensure_room()?;
            let now = (self.options.clock)();
            let id = new_submission_id(now).map_err(|e| damaged("randomness", &e))?;
            if let Some(claimed) = self.inbox.claim(dropped, id).map_err(unusable)? {
                self.take(runner, &claimed).await?;
                taken += 1;
            }
        }
        Ok(Looked {
            taken,
            unfinished: survey.unfinished.len(),
        })
    }

    async fn take(&self, runner: &Runner, claimed: &Claimed) -> Result<(), StageError> {
        let node = &runner.node;
        let (engine, days) = (&self.options.engine, self.options.lock_days);
        let receipt = receive(claimed, node.store.as_ref(), &node.ledger, engine, days).await?;
        tracing::info!(submission = %receipt.submission, station = %claimed.station, "received");
        runner.progress.count_received();
        self.inbox.settle(claimed).map_err(unusable)?;
        Ok(())
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

    fn ensure_room(&self) -> Result<(), StageError> {
        for disk in &self.options.watched_disks {
            let Ok(free) = rustix::fs::statvfs(disk) else {
                continue;
            };
            if free.f_bavail.saturating_mul(free.f_frsize) < self.options.floor_bytes {
                let why = format!(
                    "less than {} MB are free (`intake.free_megabytes`): intake goes on by itself \
                     when there is room",
                    self.options.floor_bytes / 1_000_000
                );
                return Err(damaged(&disk.display().to_string(), &why));
            }
        }
        Ok(())
    }
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
    damaged("the inbox", &error)
}

fn damaged(what: &str, why: &impl ToString) -> StageError {
    StageError::Damaged {
        what: what.into(),
        why: why.to_string(),
    }
}
