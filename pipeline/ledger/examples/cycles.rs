//! How many full job cycles a second a ledger takes: claim; then, in one durable transaction, the
//! result, the next job, an audit event and a change row. And whether a claim costs more when many
//! jobs wait.
//!
//!     cargo run --release --example cycles --features postgres -- URL [CLIENTS] [SECONDS] [WAITING]
//!
//! URL is `sqlite:PATH` or `postgres://…` of an empty database; WAITING jobs are added before.

use jiff::Timestamp;
use ledger::{Change, Ledger, NewJob, NewObject, NewSubmission, Options};
use model::{Digest, StationName, SubmissionId};
use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Clients that fill the queue at once.
const FILLERS: u32 = 16;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments
        .next()
        .ok_or("give the address of an empty ledger")?;
    let mut number = |default: u32| arguments.next().map_or(Ok(default), |text| text.parse());
    let (clients, seconds, waiting) = (number(16)?, number(10)?, number(1_000)?);

    let options = Options {
        connections: clients.max(FILLERS) + 2,
        ..Options::default()
    };
    let ledger = Ledger::open(&url, options).await?;
    let begun = Instant::now();
    let waiting = fill(&ledger, waiting.max(clients)).await?;
    println!(
        "{waiting} jobs received in {:.1} s",
        begun.elapsed().as_secs_f64()
    );

    let until = Instant::now() + Duration::from_secs(seconds.into());
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let ledger = ledger.clone();
        tasks.spawn(async move { cycle(&ledger, client, until).await });
    }
    let (mut cycles, mut claims, mut results) = (0, Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (mut claimed, mut applied) = done??;
        cycles += claimed.len();
        claims.append(&mut claimed);
        results.append(&mut applied);
    }
    let rate = cycles as f64 / begun.elapsed().as_secs_f64();
    println!("{clients} clients: {cycles} cycles, {rate:.0} a second");
    println!("claim  {}", spread(&mut claims));
    println!("result {}", spread(&mut results));
    let begun = Instant::now();
    let status = ledger.status().await?;
    println!(
        "status in {:.1} ms: {:?}",
        begun.elapsed().as_secs_f64() * 1000.0,
        status.submissions
    );
    let begun = Instant::now();
    let newest = ledger.newest_change().await?;
    println!(
        "{newest} changes numbered in {:.1} ms",
        begun.elapsed().as_secs_f64() * 1000.0
    );
    ledger.close().await;
    Ok(())
}

/// Receives that many submissions from ten stations.
async fn fill(ledger: &Ledger, jobs: u32) -> Outcome<u32> {
    let mut tasks = JoinSet::new();
    for filler in 0..FILLERS {
        let ledger = ledger.clone();
        tasks.spawn(async move {
            for n in (filler..jobs).step_by(FILLERS as usize) {
                ledger.receive(&submission(n)?).await?;
            }
            Outcome::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(jobs)
}

fn submission(n: u32) -> Outcome<NewSubmission> {
    let id = SubmissionId::from_parts(1_795_478_400_000 + u64::from(n), u128::from(n));
    let sha256 = Digest::of(&n.to_be_bytes());
    Ok(NewSubmission {
        id,
        station: StationName::parse(&format!("station {}", n % 10))?,
        name: format!("scan {n}.pdf"),
        sha256,
        bytes: 100_000,
        received_at: Timestamp::from_second(1_795_478_400)?,
        source: BTreeMap::new(),
        object: NewObject {
            key: format!("orig/{sha256}"),
            version_id: None,
            kind: "original".into(),
            sha256,
            bytes: 100_000,
            subject: id.into(),
        },
        first: NewJob::new(id, "bench", "0"),
    })
}

/// Claims and finishes until the time is up; how long each claim and each result took.
async fn cycle(
    ledger: &Ledger,
    client: u32,
    until: Instant,
) -> Outcome<(Vec<Duration>, Vec<Duration>)> {
    let node = format!("client {client}");
    let (mut claims, mut results) = (Vec::new(), Vec::new());
    while Instant::now() < until {
        let begun = Instant::now();
        let Some(claim) = ledger.claim(&["bench"], &node).await? else {
            break;
        };
        claims.push(begun.elapsed());
        let begun = Instant::now();
        let round: u64 = claim.input.parse()?;
        let change = Change {
            jobs: vec![NewJob::new(claim.subject, "bench", (round + 1).to_string())],
            touched: vec![claim.subject],
            ..Change::default()
        };
        ledger.apply(&claim, &change).await?;
        results.push(begun.elapsed());
    }
    Ok((claims, results))
}

/// Median and slow tail in milliseconds.
fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |share: usize| {
        times
            .get(times.len() * share / 100)
            .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    format!("p50 {:.2} ms, p99 {:.2} ms", at(50), at(99))
}
