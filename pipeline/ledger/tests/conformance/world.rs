//! A ledger of its own for every test, a clock that is moved by hand, and short words for what
//! tests do all the time.

use jiff::Timestamp;
use ledger::{
    Actor, Change, Claim, Clock, Failing, Ledger, ManualClock, NewJob, NewObject, NewSubmission,
    Options, Policy, Received, Subject, SubmissionState, Trouble,
};
use model::{Digest, StationName, SubmissionId};
use std::collections::BTreeMap;
use std::time::Duration;

/// A ledger and the clock it lives by.
pub(crate) struct World {
    pub(crate) ledger: Ledger,
    pub(crate) clock: ManualClock,
    pub(crate) url: String,
    _directory: Option<tempfile::TempDir>,
}

/// 24 November 2026, 00:00 UTC.
const START: i64 = 1_795_478_400_000;

pub(crate) fn policy() -> Policy {
    Policy {
        lease: ledger::LONGEST_LEASE,
        sweep_every: Duration::ZERO,
        losses: 5,
        ..Policy::default()
    }
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("ledger.db").display());
        Self::open(url, Some(directory)).await
    }

    #[cfg(feature = "postgres")]
    pub(crate) async fn postgres() -> Self {
        Self::open(server::new_database().await, None).await
    }

    async fn open(url: String, directory: Option<tempfile::TempDir>) -> Self {
        let clock = ManualClock::at(START);
        let ledger = Self::another(&url, &clock).await;
        Self {
            ledger,
            clock,
            url,
            _directory: directory,
        }
    }

    /// Another node's handle on the same ledger.
    pub(crate) async fn other_node(&self) -> Ledger {
        Self::another(&self.url, &self.clock).await
    }

    async fn another(url: &str, clock: &ManualClock) -> Ledger {
        let options = Options {
            policy: policy(),
            clock: Clock::Manual(clock.clone()),
            connections: 6,
        };
        Ledger::open(url, options).await.unwrap()
    }

    pub(crate) async fn receive(&self, n: u32, station: &str) -> SubmissionId {
        let new = submission(n, station);
        assert_eq!(self.ledger.receive(&new).await.unwrap(), Received::New);
        new.id
    }

    pub(crate) async fn claim(&self, stage: &str, node: &str) -> Option<Claim> {
        self.ledger.claim(&[stage], node).await.unwrap()
    }

    pub(crate) async fn state(&self, id: SubmissionId) -> SubmissionState {
        self.ledger.submission(id).await.unwrap().unwrap().state
    }

    pub(crate) async fn finish(&self, claim: &Claim) {
        self.ledger.apply(claim, &Change::default()).await.unwrap();
    }

    pub(crate) async fn fail(&self, claim: &Claim, failing: Failing) -> ledger::JobState {
        self.ledger.fail(claim, &trouble(), failing).await.unwrap()
    }

    /// The sums that are kept agree with what is counted.
    pub(crate) async fn check_sums(&self) {
        let (kept, counted) = (
            self.ledger.status().await.unwrap(),
            self.ledger.recount().await.unwrap(),
        );
        assert_eq!(kept, counted);
        let all = kept.submissions;
        assert_eq!(all.received, all.done + all.parked + all.waiting);
    }
}

pub(crate) fn trouble() -> Trouble {
    Trouble::new("damaged", "page 2 does not open", "scan again")
}

pub(crate) fn anna() -> Actor {
    Actor::person("anna.nowak")
}

pub(crate) fn submission_id(n: u32) -> SubmissionId {
    SubmissionId::from_parts(START.unsigned_abs() + u64::from(n), u128::from(n))
}

pub(crate) fn submission(n: u32, station: &str) -> NewSubmission {
    submission_to(n, station, "recognise")
}

/// Submission number `n`; each has bytes of its own.
pub(crate) fn submission_to(n: u32, station: &str, stage: &str) -> NewSubmission {
    let id = submission_id(n);
    let sha256 = Digest::of(&n.to_be_bytes());
    NewSubmission {
        id,
        station: StationName::parse(station).unwrap(),
        name: format!("skan {n}.pdf"),
        sha256,
        bytes: 1000 + u64::from(n),
        received_at: Timestamp::from_millisecond(START).unwrap(),
        source: BTreeMap::from([("folder".into(), station.into())]),
        object: NewObject {
            key: format!("orig/{sha256}"),
            version_id: None,
            kind: "original".into(),
            sha256,
            bytes: 1000 + u64::from(n),
            subject: id.into(),
        },
        first: NewJob::new(id, stage, "1"),
    }
}

pub(crate) fn job(subject: impl Into<Subject>, stage: &str) -> NewJob {
    NewJob::new(subject, stage, "1")
}

#[cfg(feature = "postgres")]
pub(crate) mod server {
    use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Server {
        url: String,
        /// Its standard input ends with this process, and the server with it.
        _process: Child,
    }

    static SERVER: OnceLock<Server> = OnceLock::new();
    static DATABASES: AtomicU32 = AtomicU32::new(0);

    fn start() -> Server {
        let mut process = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres.sh"))
            .args([
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        assert!(
            !url.is_empty(),
            "no PostgreSQL to test on; `make setup-test` installs it"
        );
        Server {
            url: url.trim().to_owned(),
            _process: process,
        }
    }

    /// The address of a new, empty database.
    pub(crate) async fn new_database() -> String {
        let url = tokio::task::spawn_blocking(|| SERVER.get_or_init(start).url.clone())
            .await
            .unwrap();
        let name = format!("ledger_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::connect(&url).await.unwrap();
        admin
            .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .await
            .unwrap();
        admin.close().await.unwrap();
        url.replace("/postgres?", &format!("/{name}?"))
    }
}
