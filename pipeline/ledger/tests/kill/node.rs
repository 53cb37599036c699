//! A node that is a process of its own: it claims, takes its time, hands in its result, renews
//! what it holds. The work is a stand-in that sleeps, because reading is not the subject here.

use ledger::{
    Change, Claim, Failing, Ledger, NewJob, NodeReport, NodeState, Options, Policy, Trouble,
};
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::task::JoinSet;

/// The two stages of the stand-in work; the later one first, to finish what was begun.
pub(crate) const STAGES: [&str; 2] = ["second", "first"];
/// Of so many submissions one cannot be read and must end parked, with its reason.
pub(crate) const BAD_ONE_OF: u64 = 25;
/// Its reason.
pub(crate) const BAD: &str = "damaged";

/// How a node is started.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    pub(crate) url: String,
    pub(crate) name: String,
    pub(crate) lanes: u32,
    /// What each job costs.
    pub(crate) cost_ms: u64,
    pub(crate) lease_ms: u64,
}

impl Orders {
    /// Starts this program once more, as a node. It ends with its standard input.
    pub(crate) fn start(&self) -> Child {
        let program = std::env::current_exe().expect("it runs");
        let numbers = [u64::from(self.lanes), self.cost_ms, self.lease_ms];
        Command::new(program)
            .args(["node", &self.url, &self.name])
            .args(numbers.map(|number| number.to_string()))
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this program starts twice")
    }

    /// The orders on the command line, where it is one of a node.
    pub(crate) fn given() -> Option<Self> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let [command, url, name, lanes, cost_ms, lease_ms] = arguments.as_slice() else {
            return None;
        };
        (command == "node").then(|| Self {
            url: url.clone(),
            name: name.clone(),
            lanes: lanes.parse().expect("a number"),
            cost_ms: cost_ms.parse().expect("a number"),
            lease_ms: lease_ms.parse().expect("a number"),
        })
    }
}

pub(crate) fn policy(lease_ms: u64) -> Policy {
    Policy {
        lease: Duration::from_millis(lease_ms),
        sweep_every: Duration::from_millis(500),
        // Many die here on purpose, and none of it is a document's fault.
        losses: 1_000,
        ..Policy::default()
    }
}

/// Works until killed, or until whoever started it is gone.
pub(crate) async fn work(orders: Orders) {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let options = Options {
        policy: policy(orders.lease_ms),
        connections: orders.lanes + 2,
        ..Options::default()
    };
    let ledger = loop {
        match Ledger::open(&orders.url, options.clone()).await {
            Ok(ledger) => break ledger,
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    };
    while ledger.release_node(&orders.name).await.is_err() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let mut tasks = JoinSet::new();
    for _ in 0..orders.lanes {
        tasks.spawn(lane(ledger.clone(), orders.clone()));
    }
    tasks.spawn(beat(ledger, orders));
    while tasks.join_next().await.is_some() {}
}

async fn beat(ledger: Ledger, orders: Orders) {
    let report = NodeReport {
        name: orders.name,
        roles: STAGES.map(str::to_owned).into(),
        version: "stand-in".into(),
        state: NodeState::Working,
    };
    loop {
        let _ = ledger.heartbeat(&report, &[]).await;
        tokio::time::sleep(ledger.policy().lease / 3).await;
    }
}

async fn lane(ledger: Ledger, orders: Orders) {
    loop {
        let pause = match ledger.claim(&STAGES, &orders.name).await {
            Ok(Some(claim)) => {
                let _ = step(&ledger, &claim, orders.cost_ms).await;
                continue;
            }
            Ok(None) => 50,
            Err(_) => 250,
        };
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

async fn step(ledger: &Ledger, claim: &Claim, cost_ms: u64) -> Result<(), ledger::LedgerError> {
    let cost = tokio::time::sleep(Duration::from_millis(cost_ms));
    tokio::pin!(cost);
    let renewals = ledger.policy().lease / 3;
    loop {
        tokio::select! {
            () = &mut cost => break,
            () = tokio::time::sleep(renewals) => { ledger.renew(claim).await?; }
        }
    }
    let number = claim.subject.submission().claimed_at_milliseconds();
    if claim.stage == "first" && number.is_multiple_of(BAD_ONE_OF) {
        let trouble = Trouble::new(BAD, "it does not open", "scan again");
        ledger.fail(claim, &trouble, Failing::Park).await?;
        return Ok(());
    }
    let jobs = if claim.stage == "first" {
        vec![NewJob::new(claim.subject, "second", "1")]
    } else {
        Vec::new()
    };
    let change = Change {
        jobs,
        touched: vec![claim.subject],
        ..Change::default()
    };
    ledger.apply(claim, &change).await
}
