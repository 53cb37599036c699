//! The runner: one step a job, lanes that step until they are told to stop.
//!
//! Stopping is a drain: no new work is taken, what is in hand gets a bounded time to end, and what
//! has not ended then is given back to the queue untouched.

use crate::checkpoints::Checkpoints;
use crate::index::Indexer;
use crate::{Intake, Live, Role, Stage, StageError, Stations};
use archive::Store;
use extraction::Schemas;
use jiff::Timestamp;
use ledger::{Change, Claim, Failing, JobState, Ledger, LedgerError, NodeReport, NodeState};
use model::Disposition;
use records::Schedule;
use sandbox::Pool;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long an idle lane waits before it looks for work again, at first; the wait doubles while
/// there is none, so that many idle lanes do not keep the ledger busy.
const IDLE: Duration = Duration::from_millis(100);
/// The longest such wait.
const IDLE_MOST: Duration = Duration::from_millis(800);
/// How long a lane waits for a ledger that is away.
const LEDGER_AWAY: Duration = Duration::from_secs(2);
/// How long work waits for a store that is away.
const STORE_AWAY: Duration = Duration::from_secs(5);
/// How long indexing waits after the index could not be written.
const INDEX_AWAY: Duration = Duration::from_secs(5);
/// Times a claim is renewed within its lease, and a node gives a sign of life.
const RENEWALS: u32 = 3;

/// What a running node has: every part opened and checked.
pub struct Node {
    /// Who it is among others.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// What reads pages here: written beside them, and the input of first jobs, so that a new
    /// engine is new work.
    pub engine: String,
    /// What it does.
    pub roles: BTreeSet<Role>,
    /// How long work in hand may go on once the node is told to stop.
    pub drain: Duration,
    /// The durable truth.
    pub ledger: Ledger,
    /// Where originals are.
    pub store: Arc<dyn Store>,
    /// Who reads pages.
    pub pool: Pool,
    /// How many pages are read at once.
    pub workers: usize,
    /// What documents there are.
    pub schemas: Arc<Schemas>,
    /// How long they are kept.
    pub schedule: Arc<Schedule>,
    /// What time it is.
    pub clock: fn() -> Timestamp,
    /// How files are taken and parted, as it was last said.
    pub live: watch::Receiver<Live>,
    /// How the audit log is signed; none where this node does not.
    pub audit: Option<Checkpoints>,
}

impl Node {
    /// How each station's batches are parted, and what is said of all its documents.
    pub(crate) fn stations(&self) -> Arc<Stations> {
        Arc::clone(&self.live.borrow().stations)
    }
}

/// Whether the runner ends when all is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It drains the inbox, waits for every job, and ends.
    Once,
    /// It goes on until it is stopped.
    Watch,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There was nothing to do.
    Idle,
    /// A job was finished.
    Done,
    /// A job needs a person.
    Parked,
    /// A job will be tried again, by itself.
    Later,
}

/// What the runner has done since it started, for whoever watches.
#[derive(Debug, Default)]
pub struct Progress {
    pages: AtomicU64,
    received: AtomicU64,
    stuck: AtomicU64,
}

impl Progress {
    /// Pages read.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.pages.load(Ordering::Relaxed)
    }

    /// Files received.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Claimed files that cannot be received as they are.
    #[must_use]
    pub fn stuck(&self) -> u64 {
        self.stuck.load(Ordering::Relaxed)
    }

    pub(crate) fn set_stuck(&self, files: usize) {
        let files = u64::try_from(files).unwrap_or(u64::MAX);
        self.stuck.store(files, Ordering::Relaxed);
    }

    pub(crate) fn count_page(&self) {
        self.pages.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a file that was received.
    pub fn count_received(&self) {
        self.received.fetch_add(1, Ordering::Relaxed);
    }
}

/// Does the work of a node.
pub struct Runner {
    pub(crate) node: Node,
    pub(crate) progress: Arc<Progress>,
    /// Wakes idle lanes when a step of this node may have left them work: a hint, no more.
    finished: Notify,
    /// The time for work in hand is over.
    hurry: CancellationToken,
}

impl Runner {
    /// A runner of that node's work.
    #[must_use]
    pub fn new(node: Node, progress: Arc<Progress>) -> Arc<Self> {
        Arc::new(Self {
            node,
            progress,
            finished: Notify::new(),
            hurry: CancellationToken::new(),
        })
    }

    /// Works until everything that this node's roles do is done, or until `stop`; returns when no
    /// task of its is left.
    /// A node without the role of intake has no `intake`, one that keeps no index no `indexer`.
    ///
    /// # Errors
    /// When the ledger cannot be used at the start, or the index cannot be written.
    pub async fn run(
        self: &Arc<Self>,
        intake: Option<Intake>,
        mut indexer: Option<Indexer>,
        mode: Mode,
        stop: CancellationToken,
    ) -> Result<(), StageError> {
        // What this node held when it was killed is free again, at once.
        while let Err(error) = self.sign_on().await {
            if error.disposition() != Disposition::Pause {
                return Err(error.into());
            }
            tracing::warn!(%error, "the ledger is away; waiting");
            pause(LEDGER_AWAY, &stop).await;
            if stop.is_cancelled() {
                return Ok(());
            }
        }
        // Lanes end with the run, however it ends.
        let lanes_stop = stop.child_token();
        let _ends_lanes = lanes_stop.clone().drop_guard();
        let mut lanes = self.start_lanes(&lanes_stop);
        let mut pulse = JoinSet::new();
        pulse.spawn(Arc::clone(self).pulse(lanes_stop.clone()));
        pulse.spawn(Arc::clone(self).sign_checkpoints(lanes_stop.clone()));
        let mut taking = JoinSet::new();
        if let Some(intake) = intake {
            taking.spawn(intake.run(Arc::clone(self), mode, lanes_stop.clone()));
        }
        let mut ended = None;
        while !stop.is_cancelled() {
            let moved = match (self.follow(indexer.as_mut()).await, &mut indexer) {
                (Err(error), Some(indexer)) if waits(&error, mode) => {
                    tracing::warn!(%error, "indexing waits");
                    pause(INDEX_AWAY, &stop).await;
                    indexer.begin_again();
                    false
                }
                (followed, _) => followed?,
            };
            if let Some(Ok(intake)) = taking.try_join_next() {
                ended = Some(intake);
            }
            if mode == Mode::Once && taking.is_empty() {
                let done = self.nothing_left().await;
                if done && !self.follow(indexer.as_mut()).await? {
                    break;
                }
            }
            if !moved {
                pause(IDLE, &stop).await;
            }
        }
        lanes_stop.cancel();
        self.drain(&mut lanes).await;
        while let Some(taken) = taking.join_next().await {
            ended = taken.ok();
        }
        if let Some(mut intake) = ended {
            intake.finish(self).await;
        }
        pulse.shutdown().await;
        self.follow(indexer.as_mut()).await?;
        if let Err(error) = self.report(NodeState::Stopped).await {
            tracing::warn!(%error, "the ledger could not be told that the node stopped");
        }
        Ok(())
    }

    /// Frees what this node held when it was killed, and says that it is there.
    async fn sign_on(&self) -> Result<(), LedgerError> {
        self.node.ledger.release_node(&self.node.name).await?;
        self.report(NodeState::Working).await
    }

    /// Whether no job is left that this node's roles do.
    async fn nothing_left(&self) -> bool {
        let roles = self.node.roles.iter();
        let stages: Vec<&str> = roles
            .flat_map(|role| role.stages())
            .map(|stage| stage.as_str())
            .collect();
        let open = self.node.ledger.open_jobs(&stages).await;
        open.is_ok_and(|open| open == 0)
    }

    fn start_lanes(self: &Arc<Self>, stop: &CancellationToken) -> JoinSet<()> {
        let mut lanes = JoinSet::new();
        for role in &self.node.roles {
            let count = match role {
                // One file more than there are workers, so that no worker waits while a file ends.
                Role::Recognise => self.node.workers + 1,
                // Understanding is quick: beside reading a few lanes keep up with many workers.
                Role::Extract if self.node.roles.contains(&Role::Recognise) => {
                    self.node.workers.div_ceil(4)
                }
                Role::Extract => self.node.workers,
                Role::Intake | Role::Index | Role::Serve => 0,
            };
            for _ in 0..count {
                lanes.spawn(Arc::clone(self).lane(role.stages(), stop.clone()));
            }
        }
        lanes
    }

    /// Waits for the lanes' work in hand; what takes longer than the node's time for it is given
    /// back.
    async fn drain(&self, lanes: &mut JoinSet<()>) {
        if tokio::time::timeout(self.node.drain, ended(lanes))
            .await
            .is_err()
        {
            tracing::warn!("the time to drain is over: what is in hand goes back to the queue");
            self.hurry.cancel();
        }
        self.node.pool.clone().stop();
        ended(lanes).await;
    }

    /// Follows the change log into this node's index. A ledger that is away only waits.
    async fn follow(&self, indexer: Option<&mut Indexer>) -> Result<bool, StageError> {
        let Some(indexer) = indexer else {
            return Ok(false);
        };
        match indexer.step(&self.node).await {
            Err(StageError::Ledger(error)) if error.disposition() == Disposition::Pause => {
                tracing::warn!(%error, "indexing waits for the ledger");
                Ok(false)
            }
            other => other,
        }
    }

    /// Does the next job of the first of `stages` that has one.
    ///
    /// # Errors
    /// When the ledger cannot be used; what was begun is as it was and comes back by itself.
    pub async fn step(&self, stages: &[Stage]) -> Result<Step, LedgerError> {
        let names: Vec<&str> = stages.iter().map(|stage| stage.as_str()).collect();
        let Some(claim) = self.node.ledger.claim(&names, &self.node.name).await? else {
            return Ok(Step::Idle);
        };
        let outcome = tokio::select! {
            outcome = self.work(&claim) => outcome,
            lost = self.keep(&claim) => Err(StageError::Ledger(lost)),
            () = self.hurry.cancelled() => Err(StageError::Stopped),
        };
        match outcome {
            Ok(change) => match self.node.ledger.apply(&claim, &change).await {
                Ok(()) => {
                    self.finished.notify_waiters();
                    Ok(Step::Done)
                }
                Err(error) => self.fail(&claim, StageError::Ledger(error)).await,
            },
            Err(error) => self.fail(&claim, error).await,
        }
    }

    async fn work(&self, claim: &Claim) -> Result<Change, StageError> {
        match Stage::parse(&claim.stage) {
            Some(Stage::Recognise) => self.recognise(claim).await,
            Some(Stage::Separate) => self.separate(claim).await,
            Some(Stage::Extract) => self.extract(claim).await,
            Some(Stage::Archive) => self.archive(claim).await,
            Some(Stage::Retain) => self.retain(claim).await,
            None => Err(StageError::Damaged {
                what: "a job".into(),
                why: format!("there is no stage `{}`", claim.stage),
            }),
        }
    }

    /// Renews the claim for ever; ends only when it is lost.
    async fn keep(&self, claim: &Claim) -> LedgerError {
        loop {
            tokio::time::sleep(self.node.ledger.policy().lease / RENEWALS).await;
            match self.node.ledger.renew(claim).await {
                Err(lost @ LedgerError::LeaseLost { .. }) => return lost,
                Err(error) => tracing::warn!(%error, "a lease could not be renewed; trying again"),
                Ok(_) => {}
            }
        }
    }

    async fn fail(&self, claim: &Claim, error: StageError) -> Result<Step, LedgerError> {
        let ledger = &self.node.ledger;
        match error {
            StageError::Stopped => ledger.give_back(claim).await.map(|()| Step::Later),
            // Another node has the job: it is not ours to fail.
            StageError::Ledger(LedgerError::LeaseLost { .. }) => Ok(Step::Later),
            error => {
                let failing = Failing::of(error.disposition(), STORE_AWAY);
                if error.disposition() != Disposition::Park {
                    tracing::warn!(stage = claim.stage, subject = %claim.subject, %error, "failed");
                }
                Ok(match ledger.fail(claim, &error.trouble(), failing).await? {
                    JobState::Parked => Step::Parked,
                    _ => Step::Later,
                })
            }
        }
    }

    /// Steps until told to stop. Every stage is first in its turn, so that none waits for ever
    /// behind another that is never empty.
    async fn lane(self: Arc<Self>, stages: &'static [Stage], stop: CancellationToken) {
        let mut stages = stages.to_vec();
        let mut idle = IDLE;
        while !stop.is_cancelled() {
            match self.step(&stages).await {
                Ok(Step::Idle) => {
                    let hint = self.finished.notified();
                    let _ = tokio::time::timeout(idle, async {
                        tokio::select! { () = hint => {}, () = stop.cancelled() => {} }
                    })
                    .await;
                    idle = (idle * 2).min(IDLE_MOST);
                }
                Ok(Step::Done | Step::Parked | Step::Later) => idle = IDLE,
                Err(error) => {
                    tracing::warn!(%error, "the ledger is away; waiting");
                    pause(LEDGER_AWAY, &stop).await;
                }
            }
            stages.rotate_left(1);
        }
    }

    /// Signs of life, for as long as the node lives; draining once `stopping`.
    async fn pulse(self: Arc<Self>, stopping: CancellationToken) {
        let beat = self.node.ledger.policy().lease / RENEWALS;
        loop {
            let state = if stopping.is_cancelled() {
                tokio::time::sleep(beat).await;
                NodeState::Draining
            } else {
                pause(beat, &stopping).await;
                if stopping.is_cancelled() {
                    NodeState::Draining
                } else {
                    NodeState::Working
                }
            };
            if let Err(error) = self.report(state).await {
                tracing::warn!(%error, "no sign of life could be given");
            }
        }
    }

    async fn report(&self, state: NodeState) -> Result<(), LedgerError> {
        let report = NodeReport {
            name: self.node.name.clone(),
            roles: self.node.roles.iter().map(ToString::to_string).collect(),
            version: self.node.version.clone(),
            state,
        };
        self.node.ledger.heartbeat(&report, &[]).await.map(|_| ())
    }
}

/// Whether a node that goes on waits for its index to be writable again. One that is to end says so
/// and ends.
fn waits(error: &StageError, mode: Mode) -> bool {
    mode == Mode::Watch && error.disposition() == Disposition::Pause
}

/// Waits until every lane has ended.
async fn ended(lanes: &mut JoinSet<()>) {
    while let Some(ended) = lanes.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a lane ended unexpectedly");
        }
    }
}

/// Waits that long, or until told to stop.
pub(crate) async fn pause(time: Duration, stop: &CancellationToken) {
    // Either way the waiting is over.
    let _ = tokio::time::timeout(time, stop.cancelled()).await;
}
