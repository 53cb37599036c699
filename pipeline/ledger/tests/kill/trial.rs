//! The trial: nodes are killed at random under load, the server is restarted without good-bye, the
//! wire is cut; at the end every submission is done once or parked with its reason.

use crate::node::{self, BAD, BAD_ONE_OF, Orders};
use crate::server::{Server, Wire};
use jiff::Timestamp;
use ledger::{Ledger, NewJob, NewObject, NewSubmission, Options};
use model::{Digest, StationName, SubmissionId};
use std::collections::BTreeMap;
use std::process::Child;
use std::time::{Duration, Instant};

/// Submissions that wait, at least, while nodes are killed.
const BACKLOG: u64 = 40;
/// 24 November 2026, 00:00 UTC.
const START: u64 = 1_795_478_400_000;
/// Recovery that takes longer than this is none.
const PATIENCE: Duration = Duration::from_secs(90);

/// How hard it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hardship {
    pub(crate) kills: u32,
    pub(crate) nodes: u32,
    pub(crate) lanes: u32,
    pub(crate) cost_ms: u64,
    pub(crate) lease_ms: u64,
    /// A restart of the server, and a cut of the wire, after every so many kills.
    pub(crate) fault_every: u32,
    /// Longest cut.
    pub(crate) cut_most: Duration,
    pub(crate) seed: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) kills: u32,
    pub(crate) restarts: u32,
    pub(crate) cuts: u32,
    pub(crate) submissions: u64,
    pub(crate) results: u64,
    pub(crate) lost: u64,
    pub(crate) twice: u64,
    pub(crate) parked: u64,
    pub(crate) parked_wrongly: u64,
    /// From the end of a fault to the next result, longest of each kind.
    pub(crate) after_restart: Duration,
    pub(crate) after_cut: Duration,
    /// From a kill, or the end of a fault after it, until another node may take what the dead one
    /// held.
    pub(crate) after_kill: Duration,
    pub(crate) sums_are_true: bool,
    pub(crate) gaps: u64,
    pub(crate) took: Duration,
}

struct Trial {
    hardship: Hardship,
    random: fastrand::Rng,
    server: Server,
    wire: Wire,
    ledger: Ledger,
    nodes: Vec<(Orders, Child)>,
    received: u64,
    named: u32,
    /// Killed nodes whose name does not come back, and when they died.
    dead: Vec<(String, Instant)>,
    found: Found,
}

/// Runs the trial.
pub(crate) async fn run(hardship: Hardship) -> Found {
    let begun = Instant::now();
    let server = Server::start();
    let wire = Wire::to(&server).await;
    let options = Options {
        policy: node::policy(hardship.lease_ms),
        ..Options::default()
    };
    let ledger = Ledger::open(&server.url, options).await.expect("it is new");
    let mut trial = Trial {
        hardship,
        random: fastrand::Rng::with_seed(hardship.seed),
        server,
        wire,
        ledger,
        nodes: Vec::new(),
        received: 0,
        named: 0,
        dead: Vec::new(),
        found: Found::default(),
    };
    trial.fill().await;
    for _ in 0..hardship.nodes {
        let orders = trial.orders();
        let process = orders.start();
        trial.nodes.push((orders, process));
    }
    trial.torment().await;
    trial.wait_until_done().await;
    trial.judge().await;
    for (_, process) in &mut trial.nodes {
        let _ = process.kill();
        let _ = process.wait();
    }
    trial.found.took = begun.elapsed();
    trial.found
}

impl Trial {
    fn orders(&mut self) -> Orders {
        self.named += 1;
        Orders {
            url: self.wire.url(),
            name: format!("node {}", self.named),
            lanes: self.hardship.lanes,
            cost_ms: self.hardship.cost_ms,
            lease_ms: self.hardship.lease_ms,
        }
    }

    async fn torment(&mut self) {
        while self.found.kills < self.hardship.kills {
            let pause = self.random.u64(100..500);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            self.fill().await;
            self.kill();
            self.see_who_is_free().await;
            if self.found.kills.is_multiple_of(self.hardship.fault_every) {
                self.restart_server().await;
                self.cut_wire().await;
            }
        }
    }

    /// `kill -9` of a node. Half of them come back under their name, as a service does; the others
    /// are gone for good and a stranger takes the place.
    fn kill(&mut self) {
        let at = self.random.usize(0..self.nodes.len());
        let stays = self.random.bool();
        let next = if stays {
            self.nodes[at].0.clone()
        } else {
            self.orders()
        };
        let process = next.start();
        let (orders, mut old) = std::mem::replace(&mut self.nodes[at], (next, process));
        let _ = old.kill();
        let _ = old.wait();
        if !stays {
            self.dead.push((orders.name, Instant::now()));
        }
        self.found.kills += 1;
    }

    async fn restart_server(&mut self) {
        tokio::task::block_in_place(|| self.server.restart());
        self.found.restarts += 1;
        self.fault_ends();
        let took = self.until_next_result().await;
        self.found.after_restart = self.found.after_restart.max(took);
    }

    async fn cut_wire(&mut self) {
        self.wire.cut();
        let most = self.hardship.cut_most.as_millis();
        let most = u64::try_from(most).expect("seconds");
        let cut = self.random.u64(most / 4..=most);
        tokio::time::sleep(Duration::from_millis(cut)).await;
        self.wire.mend();
        self.found.cuts += 1;
        self.fault_ends();
        let took = self.until_next_result().await;
        self.found.after_cut = self.found.after_cut.max(took);
    }

    /// Nobody could take anything while the ledger was away: recovery counts from its return.
    fn fault_ends(&mut self) {
        let now = Instant::now();
        for (_, since) in &mut self.dead {
            *since = now;
        }
    }

    async fn until_next_result(&mut self) -> Duration {
        // The time counts from here, the filling included: an upper bound.
        let begun = Instant::now();
        self.fill().await;
        let before = self.results().await;
        while self.results().await == before && begun.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        begun.elapsed()
    }

    /// The newest change: every result makes one.
    async fn results(&self) -> u64 {
        loop {
            match self.ledger.newest_change().await {
                Ok(newest) => return newest,
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Notes how long it took until dead nodes held nothing.
    async fn see_who_is_free(&mut self) {
        let Ok(nodes) = self.ledger.nodes().await else {
            return;
        };
        let found = &mut self.found;
        self.dead.retain(|(name, died)| {
            let holds = nodes
                .iter()
                .any(|node| node.report.name == *name && node.in_hand > 0);
            if !holds {
                found.after_kill = found.after_kill.max(died.elapsed());
            }
            holds
        });
    }

    /// Keeps work waiting: a bounded number at a time, so that nodes that are quicker than this
    /// cannot keep it here for ever.
    async fn fill(&mut self) {
        let left = self.ledger.work_left().await;
        if !left.is_ok_and(|left| left.waiting < BACKLOG) {
            return;
        }
        for _ in 0..BACKLOG / 2 {
            let new = submission(self.received);
            // A submission whose receipt went unanswered is handed in again, as intake does.
            while self.ledger.receive(&new).await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            self.received += 1;
        }
    }

    async fn wait_until_done(&mut self) {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            self.see_who_is_free().await;
            let left = self.ledger.work_left().await;
            if left.is_ok_and(|left| left.is_none()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn judge(&mut self) {
        let ledger = &self.ledger;
        let mut done: BTreeMap<(String, String), u64> = BTreeMap::new();
        let mut last = 0;
        loop {
            let events = ledger.events_since(last, 1_000).await.expect("it is up");
            let Some(newest) = events.last().map(|event| event.seq) else {
                break;
            };
            for event in events {
                self.found.gaps += u64::from(event.seq != last + 1);
                last = event.seq;
                let action = event.event.action;
                if node::STAGES.contains(&action.as_str()) {
                    *done.entry((event.event.subject, action)).or_default() += 1;
                }
            }
            last = newest;
        }
        self.found.submissions = self.received;
        self.found.results = done.len() as u64;
        self.found.twice = done.values().filter(|times| **times > 1).count() as u64;
        for n in 0..self.received {
            let id = submission(n).id.to_string();
            let both = node::STAGES.map(|stage| done.contains_key(&(id.clone(), stage.to_owned())));
            let is_bad = (START + n).is_multiple_of(BAD_ONE_OF);
            self.found.lost += u64::from(!is_bad && both != [true, true]);
        }
        let parked = ledger.parked(0, 1_000_000).await.expect("it is up");
        self.found.parked = parked.len() as u64;
        let wrongly = |parked: &&ledger::Parked| {
            parked.trouble.reason != BAD
                || !parked
                    .submission
                    .claimed_at_milliseconds()
                    .is_multiple_of(BAD_ONE_OF)
        };
        let bad = (0..self.received).filter(|n| (START + n).is_multiple_of(BAD_ONE_OF));
        self.found.lost += (bad.count() as u64).saturating_sub(self.found.parked);
        self.found.parked_wrongly = parked.iter().filter(wrongly).count() as u64;
        let status = ledger.status().await.expect("it is up");
        self.found.sums_are_true = status == ledger.recount().await.expect("it is up");
    }
}

/// Submission number `n`, of one of three stations.
pub(crate) fn submission(n: u64) -> NewSubmission {
    let id = SubmissionId::from_parts(START + n, u128::from(n));
    let sha256 = Digest::of(&n.to_be_bytes());
    NewSubmission {
        id,
        station: StationName::parse(&format!("station {}", n % 3)).expect("it is a name"),
        name: format!("scan {n}.pdf"),
        sha256,
        bytes: 100_000,
        received_at: Timestamp::UNIX_EPOCH,
        source: BTreeMap::new(),
        object: NewObject {
            key: format!("orig/{sha256}"),
            version_id: None,
            kind: "original".into(),
            sha256,
            bytes: 100_000,
            subject: id.into(),
        },
        first: NewJob::new(id, "first", "1"),
    }
}
