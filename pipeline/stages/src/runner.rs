//! The runner: one step a job, lanes that step until they are told to stop.

use crate::index::Indexer;
use crate::{Intake, Stage, StageError};
use archive::Store;
use extraction::Schemas;
use ledger::{Change, Claim, Failing, JobState, Ledger, LedgerError, NodeReport, NodeState};
use model::Disposition;
use sandbox::Pool;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long an idle lane waits before it looks for work again.
const IDLE: Duration = Duration::from_millis(100);
/// How long a lane waits for a ledger that is away.
const LEDGER_AWAY: Duration = Duration::from_secs(2);
/// How long work waits for a store that is away.
const STORE_AWAY: Duration = Duration::from_secs(5);
/// Times a claim is renewed within its lease, and a node gives a sign of life.
const RENEWALS: u32 = 3;

/// What a running node has: every part opened and checked.
pub struct Node {
    /// Who it is among others.
    pub name: String,
    /// The program's version.
    pub version: String,
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

    pub(crate) fn count_page(&self) {
        self.pages.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_received(&self) {
        self.received.fetch_add(1, Ordering::Relaxed);
    }
}

/// Does the work of a node.
pub struct Runner {
    pub(crate) node: Node,
    pub(crate) progress: Arc<Progress>,
}

impl Runner {
    /// A runner of that node's work.
    #[must_use]
    pub fn new(node: Node, progress: Arc<Progress>) -> Arc<Self> {
        Arc::new(Self { node, progress })
    }

    /// Works until everything is done, or until `stop`; returns when no task of its is left.
    ///
    /// # Errors
    /// When the ledger cannot be used at the start, or the index cannot be written.
    pub async fn run(
        self: &Arc<Self>,
        intake: Intake,
        mut indexer: Indexer,
        mode: Mode,
        stop: CancellationToken,
    ) -> Result<Indexer, StageError> {
        // What this node held when it was killed is free again, at once.
        self.node.ledger.release_node(&self.node.name).await?;
        self.report(NodeState::Working).await?;
        // Lanes end with the run, however it ends.
        let lanes_stop = stop.child_token();
        let _ends_lanes = lanes_stop.clone().drop_guard();
        let mut lanes = JoinSet::new();
        // One file more than there are workers, so that no worker waits while a file ends.
        for _ in 0..=self.node.workers {
            lanes.spawn(Arc::clone(self).lane(&[Stage::Recognise], lanes_stop.clone()));
        }
        lanes.spawn(Arc::clone(self).lane(
            &[Stage::Archive, Stage::Extract, Stage::Separate],
            lanes_stop.clone(),
        ));
        lanes.spawn(Arc::clone(self).pulse(lanes_stop.clone()));
        let mut taking = JoinSet::new();
        taking.spawn(intake.run(Arc::clone(self), mode, lanes_stop.clone()));
        while !stop.is_cancelled() {
            let moved = indexer.step(&self.node).await?;
            let drained = mode == Mode::Once && taking.try_join_next().is_some();
            if drained || (mode == Mode::Once && taking.is_empty()) {
                let left = self.node.ledger.work_left().await;
                if left.is_ok_and(|left| left.is_none()) && !indexer.step(&self.node).await? {
                    break;
                }
            }
            if !moved {
                pause(IDLE, &stop).await;
            }
        }
        lanes_stop.cancel();
        while taking.join_next().await.is_some() {}
        while let Some(ended) = lanes.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a lane ended unexpectedly");
            }
        }
        indexer.step(&self.node).await?;
        self.report(NodeState::Stopped).await?;
        Ok(indexer)
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
        };
        match outcome {
            Ok(change) => match self.node.ledger.apply(&claim, &change).await {
                Ok(()) => Ok(Step::Done),
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

    /// Steps until told to stop.
    async fn lane(self: Arc<Self>, stages: &'static [Stage], stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.step(stages).await {
                Ok(Step::Idle) => pause(IDLE, &stop).await,
                Ok(Step::Done | Step::Parked | Step::Later) => {}
                Err(error) => {
                    tracing::warn!(%error, "the ledger is away; waiting");
                    pause(LEDGER_AWAY, &stop).await;
                }
            }
        }
    }

    /// Signs of life, until told to stop. A worker in the middle of a page is stopped with the
    /// pool, so that stopping never waits for a page.
    async fn pulse(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            pause(self.node.ledger.policy().lease / RENEWALS, &stop).await;
            if let Err(error) = self.report(NodeState::Working).await {
                tracing::warn!(%error, "no sign of life could be given");
            }
        }
        self.node.pool.clone().stop();
    }

    async fn report(&self, state: NodeState) -> Result<(), LedgerError> {
        let report = NodeReport {
            name: self.node.name.clone(),
            roles: Stage::ALL
                .iter()
                .map(|stage| stage.as_str().to_owned())
                .collect(),
            version: self.node.version.clone(),
            state,
        };
        self.node.ledger.heartbeat(&report, &[]).await.map(|_| ())
    }
}

/// Waits that long, or until told to stop.
pub(crate) async fn pause(time: Duration, stop: &CancellationToken) {
    // Either way the waiting is over.
    let _ = tokio::time::timeout(time, stop.cancelled()).await;
}
