//! How a large ledger answers: every list and every question that people's pages ask, and what a
//! claim costs while many jobs wait.
//!
//!     million URL lists [DOCUMENTS]      fills an empty ledger, asks, says the slowest of each
//!     million URL claims [WAITING]       fills an empty ledger with waiting jobs, claims
//!
//! It ends with 1 where a question takes longer than 50 ms at its median.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use jiff::Timestamp;
use ledger::{DocumentFilter, Ledger, NewJob, NewObject, NewSubmission, Options};
use model::{
    Digest, DocumentId, DocumentType, Language, Original, PageKind, PageSummary, Paper, Quality,
    RECORD_FORMAT, Record, Retention, StationName, SubmissionId, TextSource, Turn,
};
use sqlx::{AssertSqlSafe, Executor};
use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What a page may wait for the ledger.
const MOST: Duration = Duration::from_millis(50);
/// How often each question is asked.
const TIMES: usize = 15;
/// Claims that are measured.
const CLAIMS: usize = 300;

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, what, rest @ ..] = arguments.as_slice() else {
        return Err("million URL lists|claims [NUMBER]".into());
    };
    let number: u64 = rest.first().map_or(Ok(1_000_000), |text| text.parse())?;
    let ledger = Ledger::open(url, Options::default()).await?;
    let begun = Instant::now();
    let is_soon = match what.as_str() {
        "lists" => {
            fill(url, &documents(number)?).await?;
            println!(
                "{number} documents in {:.0} s",
                begun.elapsed().as_secs_f64()
            );
            lists(&ledger, number).await?
        }
        _ => {
            fill(url, &jobs(number)).await?;
            claims(&ledger, number).await?;
            true
        }
    };
    ledger.close().await;
    std::process::exit(i32::from(!is_soon));
}

/// The identity of submission `n` as SQL, and as the ledger has it: 26 digits of Crockford's.
const ID: &str =
    "substr('01m88000000000000000000000', 1, 26 - length(CAST(n AS TEXT))) || CAST(n AS TEXT)";

fn id(n: u64) -> Outcome<SubmissionId> {
    let digits = n.to_string();
    let head = &"01m88000000000000000000000"[..26 - digits.len()];
    Ok(SubmissionId::parse(&format!("{head}{digits}"))?)
}

const HASH: &str = "substr('0000000000000000000000000000000000000000000000000000000000000000', 1, 64 - length(CAST(n AS TEXT))) || CAST(n AS TEXT)";

fn series(number: u64) -> String {
    format!(
        "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {number})"
    )
}

fn submissions(number: u64, state: &str) -> String {
    format!(
        "INSERT INTO submissions (id, station, name, sha256, bytes, source, received_at, state, pages)
         {} SELECT {ID}, 'station ' || CAST(n % 40 AS TEXT), 'scan ' || CAST(n AS TEXT) || '.pdf', {HASH},
            100000, '{{}}', 1795478400000 + n, '{state}', 4 FROM series",
        series(number)
    )
}

/// Waiting jobs of forty stations.
fn jobs(number: u64) -> Vec<String> {
    vec![
        submissions(number, "waiting"),
        format!(
            "INSERT INTO jobs (subject, submission, station, stage, input, priority, turn, state, created_at, changed_at)
             {} SELECT {ID}, {ID}, 'station ' || CAST(n % 40 AS TEXT), 'bench', '0', 10, n / 40, 'waiting', 0, 0 FROM series",
            series(number)
        ),
        format!("INSERT INTO tallies (name, amount) VALUES ('open:bench', {number}),
            ('submissions:received', {number}), ('submissions:waiting', {number})"),
    ]
}

/// Documents, one a submission, with what the pipeline leaves of each.
fn documents(number: u64) -> Outcome<Vec<String>> {
    let series = series(number);
    let record = serde_json::to_string(&record(id(1)?.document(1))?)?
        .replace(&id(1)?.to_string(), "IDENTITY");
    Ok(vec![
        submissions(number, "done"),
        format!("UPDATE submissions SET state = 'parked' WHERE id IN (SELECT id FROM submissions ORDER BY id DESC LIMIT {})", number / 1_000),
        format!("INSERT INTO credit_files (client_number, agreement_number, branch)
            {series} SELECT 'C' || CAST(n AS TEXT), 'A/' || CAST(n AS TEXT), 'Łódź' FROM series WHERE n <= {}", number / 4),
        format!("INSERT INTO customers (kind, name, identifier)
            {series} SELECT 'person', 'Jan ' || CAST(n AS TEXT), CAST(n AS TEXT) FROM series WHERE n <= {}", number / 8),
        "INSERT INTO credit_file_customers (credit_file, customer)
            SELECT credit_files.id, customers.id FROM credit_files JOIN customers ON customers.id = (credit_files.id + 1) / 2".into(),
        format!("INSERT INTO documents (id, submission, station, version, kind, confidence, language, pages, to_review,
                credit_file, retention_class, written_at)
            {series} SELECT {ID} || '-1', {ID}, 'station ' || CAST(n % 40 AS TEXT), 1,
                CASE n % 5 WHEN 0 THEN 'annex' WHEN 1 THEN 'other' ELSE 'consumer_credit_agreement' END, 0.97, 'pl', 4,
                CASE WHEN n % 7 = 0 THEN 1 ELSE 0 END, CASE WHEN n % 9 = 0 THEN NULL ELSE 1 + n % {} END, 'credit', n FROM series", number / 4),
        format!("INSERT INTO records (document, version, record, actor, written_at)
            {series} SELECT {ID} || '-1', 1, replace('{}', 'IDENTITY', {ID}), 'extract@n', n FROM series", record.replace('\'', "''")),
        format!("INSERT INTO fields (document, name, value, status, version)
            {series} SELECT {ID} || '-1', 'agreement_number', '[\"A/' || CAST(n AS TEXT) || '\"]', 'accepted', 1 FROM series"),
        format!("INSERT INTO pages (submission, number, document, kind, verdict, summary)
            {series} SELECT {ID}, 1, {ID} || '-1', 'text', 'good', '{}' FROM series", summary()?),
        format!("INSERT INTO jobs (subject, submission, station, stage, input, priority, turn, state, trouble, created_at, changed_at)
            {series} SELECT {ID}, {ID}, 'station ' || CAST(n % 40 AS TEXT), 'recognise', '0', 10, n,
                CASE WHEN n > {0} - {0} / 1000 THEN 'parked' ELSE 'done' END,
                '{{\"reason\":\"damaged\",\"page\":null,\"message\":\"it does not open\",\"remedy\":\"scan again\"}}', 0, 0 FROM series", number),
        format!("INSERT INTO events (seq, at, actor, action, subject, detail)
            {series} SELECT 2 * n - 1, n, 'receive@A', 'received', {ID}, '' FROM series"),
        format!("INSERT INTO events (seq, at, actor, action, subject, detail)
            {series} SELECT 2 * n, n, 'extract@n', 'extract', {ID} || '-1', 'version 1' FROM series"),
        format!("INSERT INTO changes (seq, at, kind, subject, version)
            {series} SELECT n, n, 'document', {ID} || '-1', 1 FROM series"),
        format!("INSERT INTO objects (key, kind, sha256, bytes, subject, stored_at)
            {series} SELECT 'orig/' || {HASH}, 'original', {HASH}, 100000, {ID}, n FROM series"),
        format!("INSERT INTO tallies (name, amount) VALUES ('submissions:received', {number}), ('documents', {number})"),
    ])
}

fn summary() -> Outcome<String> {
    Ok(serde_json::to_string(&PageSummary {
        number: 1,
        width: 2480,
        height: 3508,
        dpi: [300, 300],
        rotation: Turn::None,
        skew: 0.0,
        kind: PageKind::Text,
        source: TextSource::Ocr,
        quality: Quality::default(),
        words: 400,
        rescanned: None,
    })?)
}

fn record(id: DocumentId) -> Outcome<Record> {
    Ok(Record {
        format: RECORD_FORMAT,
        id,
        version: 1,
        submission: id.submission(),
        station: "station 1".into(),
        received_at: "2026-11-24T00:00:00Z".into(),
        original: Original {
            name: "scan.pdf".into(),
            sha256: Digest::of(b"x"),
            bytes: 1,
            media_type: "application/pdf".into(),
        },
        credit_file: None,
        kind: DocumentType::parse("annex")?,
        confidence: 0.97,
        language: Language::Pl,
        fields: BTreeMap::new(),
        findings: Vec::new(),
        pages: Vec::new(),
        retention: Retention {
            class: "credit".into(),
            rules: Vec::new(),
            retain_until: None,
            holds: Vec::new(),
        },
        paper: Paper::default(),
        history: Vec::new(),
        source: std::collections::BTreeMap::new(),
        master: None,
    })
}

async fn fill(url: &str, statements: &[String]) -> Outcome<()> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        let pool = sqlx::SqlitePool::connect(path).await?;
        for sql in statements {
            pool.execute(AssertSqlSafe(sql.clone())).await?;
        }
        pool.execute("ANALYZE").await?;
        pool.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        pool.close().await;
    }
    #[cfg(feature = "postgres")]
    if url.starts_with("postgres") {
        let pool = sqlx::PgPool::connect(url).await?;
        for sql in statements {
            pool.execute(AssertSqlSafe(sql.clone())).await?;
        }
        pool.execute("VACUUM ANALYZE").await?;
        // What was filled in is on disk before anything is measured.
        pool.execute("CHECKPOINT").await?;
        pool.close().await;
    }
    Ok(())
}

/// What was asked, how long it took, and what took too long.
#[derive(Default)]
struct Asked {
    slow: Vec<String>,
}

impl Asked {
    /// Asks a question several times.
    async fn ask<T, F>(&mut self, name: &str, question: impl Fn() -> F) -> Outcome<()>
    where
        F: Future<Output = Result<T, ledger::LedgerError>>,
    {
        let mut times = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            let begun = Instant::now();
            question().await?;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        let (median, most) = (times[TIMES / 2], times[TIMES - 1]);
        println!(
            "  {name:<40} p50 {:>7.2} ms   slowest {:>7.2} ms",
            millis(median),
            millis(most)
        );
        if median > MOST {
            self.slow.push(name.to_owned());
        }
        Ok(())
    }
}

/// Asks everything that a page asks; whether each came in time.
async fn lists(ledger: &Ledger, number: u64) -> Outcome<bool> {
    let mut asked = Asked::default();
    let middle = id(number / 2)?;
    overviews(&mut asked, ledger, middle, number).await?;
    for (name, filter) in [
        ("documents", DocumentFilter::All),
        ("documents to review", DocumentFilter::ToReview),
        (
            "documents of a type",
            DocumentFilter::Kind(DocumentType::parse("other")?),
        ),
        (
            "documents of a type that is rare",
            DocumentFilter::Kind(DocumentType::parse("consent")?),
        ),
        (
            "documents of a station",
            DocumentFilter::Station("station 7".into()),
        ),
        ("documents of a credit file", DocumentFilter::CreditFile(7)),
        (
            "documents without a credit file",
            DocumentFilter::WithoutCreditFile,
        ),
    ] {
        let (filter, before) = (&filter, Some(middle.document(1)));
        asked
            .ask(name, || ledger.documents(filter, None, 50))
            .await?;
        let name = format!("{name}, from the middle");
        asked
            .ask(&name, || ledger.documents(filter, before, 50))
            .await?;
    }
    one_document(&mut asked, ledger, middle).await?;
    if asked.slow.is_empty() {
        println!("every question under {} ms", MOST.as_millis());
    } else {
        println!("TOO SLOW: {}", asked.slow.join(", "));
    }
    Ok(asked.slow.is_empty())
}

async fn overviews(
    asked: &mut Asked,
    ledger: &Ledger,
    middle: SubmissionId,
    number: u64,
) -> Outcome<()> {
    let newest = 2 * number - 50;
    asked.ask("status", || ledger.status()).await?;
    asked.ask("work left", || ledger.work_left()).await?;
    asked.ask("nodes", || ledger.nodes()).await?;
    asked.ask("users", || ledger.users()).await?;
    asked
        .ask("submissions", || ledger.submissions(None, 50))
        .await?;
    let name = "submissions, from the middle";
    asked
        .ask(name, || ledger.submissions(Some(middle), 50))
        .await?;
    asked.ask("parked", || ledger.parked(0, 50)).await?;
    asked
        .ask("the audit log, newest", || ledger.events_since(newest, 50))
        .await?;
    asked
        .ask("changes", || ledger.changes_since(number / 2, 200))
        .await?;
    asked
        .ask("objects", || ledger.objects("orig/", 200))
        .await?;
    let name = "credit files of an agreement";
    asked
        .ask(name, || ledger.credit_files_of_agreement("A/77"))
        .await?;
    asked.ask("a credit file", || ledger.credit_file(77)).await
}

async fn one_document(asked: &mut Asked, ledger: &Ledger, id: SubmissionId) -> Outcome<()> {
    let document = id.document(1);
    asked.ask("a submission", || ledger.submission(id)).await?;
    asked.ask("its pages", || ledger.pages(id)).await?;
    asked.ask("its jobs", || ledger.jobs(id)).await?;
    asked.ask("its objects", || ledger.objects_of(id)).await?;
    asked
        .ask("a document", || ledger.document(document))
        .await?;
    asked.ask("its holds", || ledger.holds_on(document)).await?;
    asked
        .ask("its history", || ledger.history(document))
        .await?;
    asked
        .ask("its field changes", || ledger.field_changes(document))
        .await?;
    let name = "its retention decisions";
    asked
        .ask(name, || ledger.retention_decisions(document))
        .await
}

async fn claims(ledger: &Ledger, number: u64) -> Outcome<()> {
    let (mut claims, mut receipts) = (Vec::new(), Vec::new());
    for n in 0..CLAIMS as u64 {
        let begun = Instant::now();
        ledger
            .claim(&["bench"], "bench")
            .await?
            .ok_or("jobs wait")?;
        claims.push(begun.elapsed());
        let new = submission(n)?;
        let begun = Instant::now();
        ledger.receive(&new).await?;
        receipts.push(begun.elapsed());
    }
    for times in [&mut claims, &mut receipts] {
        times.sort_unstable();
    }
    println!(
        "{number:>9} waiting: claim p50 {:.2} ms, p90 {:.2} ms; enqueue p50 {:.2} ms, p90 {:.2} ms",
        millis(claims[CLAIMS / 2]),
        millis(claims[CLAIMS * 9 / 10]),
        millis(receipts[CLAIMS / 2]),
        millis(receipts[CLAIMS * 9 / 10])
    );
    Ok(())
}

fn submission(n: u64) -> Outcome<NewSubmission> {
    let id = SubmissionId::from_parts(1_800_000_000_000 + n, u128::from(n));
    let sha256 = Digest::of(&n.to_be_bytes());
    Ok(NewSubmission {
        id,
        station: StationName::parse(&format!("station {}", n % 40))?,
        name: "late.pdf".into(),
        sha256,
        bytes: 1,
        received_at: Timestamp::UNIX_EPOCH,
        source: BTreeMap::new(),
        object: NewObject {
            key: format!("orig/late/{sha256}"),
            version_id: None,
            kind: "original".into(),
            sha256,
            bytes: 1,
            subject: id.into(),
        },
        first: NewJob::new(id, "bench", "0"),
    })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
