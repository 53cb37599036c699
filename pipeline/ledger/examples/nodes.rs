//! Measures what many nodes on one PostgreSQL do, each a process of its own with stand-in work:
//!
//!     nodes kill [KILLS]        kills, restarts and cuts under load: what was lost or done twice
//!     nodes linear [SECONDS]    one node against four: how near to four times it comes
//!
//! It starts its own server.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[cfg(feature = "postgres")]
#[path = "../tests/kill/node.rs"]
mod node;
#[cfg(feature = "postgres")]
#[path = "../tests/kill/server.rs"]
mod server;
#[cfg(feature = "postgres")]
#[path = "../tests/kill/trial.rs"]
mod trial;

#[cfg(not(feature = "postgres"))]
fn main() {
    println!("built without PostgreSQL");
}

#[cfg(feature = "postgres")]
fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("the system has threads");
    if let Some(orders) = node::Orders::given() {
        return runtime.block_on(node::work(orders));
    }
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let number = arguments.next().map(|text| text.parse().expect("a number"));
    let sound = match what.as_str() {
        "kill" => runtime.block_on(kill(number.unwrap_or(300))),
        "linear" => runtime.block_on(linear(number.unwrap_or(20))),
        _ => {
            println!("nodes kill [KILLS] | nodes linear [SECONDS]");
            false
        }
    };
    std::process::exit(i32::from(!sound));
}

#[cfg(feature = "postgres")]
async fn kill(kills: u32) -> bool {
    let found = trial::run(trial::Hardship {
        kills,
        nodes: 4,
        lanes: 4,
        cost_ms: 150,
        lease_ms: 20_000,
        fault_every: 30,
        cut_most: std::time::Duration::from_secs(24),
        seed: 20_261_125,
    })
    .await;
    println!(
        "kills {}, server restarts {}, cuts {}",
        found.kills, found.restarts, found.cuts
    );
    println!(
        "submissions {}, results {}, parked {} (wrongly {}), lost {}, done twice {}",
        found.submissions,
        found.results,
        found.parked,
        found.parked_wrongly,
        found.lost,
        found.twice
    );
    println!(
        "gaps in the audit log {}, sums true: {}",
        found.gaps, found.sums_are_true
    );
    println!(
        "longest recovery after a restart {:.1} s, a cut {:.1} s, a kill {:.1} s; took {:.0} s",
        found.after_restart.as_secs_f64(),
        found.after_cut.as_secs_f64(),
        found.after_kill.as_secs_f64(),
        found.took.as_secs_f64()
    );
    let longest = found
        .after_restart
        .max(found.after_cut)
        .max(found.after_kill);
    found.lost + found.twice + found.parked_wrongly + found.gaps == 0
        && found.sums_are_true
        && longest.as_secs() < 30
}

/// Results a second of one node and of four, in turns, so that what else the machine does hits
/// both alike.
#[cfg(feature = "postgres")]
async fn linear(seconds: u32) -> bool {
    use std::time::Duration;
    const COST_MS: u64 = 250;
    const LANES: u32 = 4;
    let server = server::Server::start();
    let ledger = ledger::Ledger::open(&server.url, ledger::Options::default())
        .await
        .expect("it is new");
    let needed = u64::from(seconds) * u64::from(LANES) * 1000 / COST_MS * 5;
    for n in 0..needed {
        ledger
            .receive(&trial::submission(n))
            .await
            .expect("it is up");
    }
    let mut rates = Vec::new();
    for count in [1u32, 4] {
        let orders = |n: u32| node::Orders {
            url: server.url.clone(),
            name: format!("{count} of {n}"),
            lanes: LANES,
            cost_ms: COST_MS,
            lease_ms: 20_000,
        };
        let mut nodes: Vec<_> = (0..count).map(|n| orders(n).start()).collect();
        // All lanes are at work before it counts.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let (before, begun) = (results(&ledger).await, std::time::Instant::now());
        tokio::time::sleep(Duration::from_secs(seconds.into())).await;
        let done = results(&ledger).await - before;
        rates.push(done as f64 / begun.elapsed().as_secs_f64());
        for node in &mut nodes {
            let _ = node.kill();
            let _ = node.wait();
        }
    }
    let share = rates[1] / rates[0] / 4.0;
    println!(
        "one node {:.1} jobs/s, four nodes {:.1} jobs/s: {:.1} % of linear ({LANES} lanes a node, {COST_MS} ms a job)",
        rates[0],
        rates[1],
        share * 100.0
    );
    share >= 0.95
}

/// Jobs that ended so far.
#[cfg(feature = "postgres")]
async fn results(ledger: &ledger::Ledger) -> u64 {
    let status = ledger.recount().await.expect("it is up");
    let waiting = |name: &str| {
        let stage = status.stages.iter().find(|stage| stage.stage == name);
        stage.map_or(0, |stage| stage.waiting + stage.leased + stage.delayed)
    };
    // Every submission has a first job, and a second one once the first is done.
    let first = status.submissions.received - waiting("first");
    let second = first - waiting("second");
    first + second
}
