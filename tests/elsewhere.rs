//! The whole job with its ledger in PostgreSQL and its originals in S3, both real servers that are
//! started here.

use crate::journey::drop_and_find;
use crate::program::Bench;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A PostgreSQL server that ends with the test: the script stops it when its input ends.
pub(crate) struct Database {
    process: Child,
    pub(crate) url: String,
}

impl Database {
    pub(crate) fn start() -> Self {
        let mut process = Command::new(script("pipeline/ledger/tests/postgres.sh"))
            .arg("fsync=off")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let said = process.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut url).unwrap();
        assert!(url.starts_with("postgres://"), "no PostgreSQL: {url}");
        let url = url.trim().to_owned();
        Self { process, url }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

fn script(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

const ACCESS_KEY: &str = "kartoteka-test";
const SECRET_KEY: &str = "kartoteka-test-secret";
/// SHA-256 of no bytes: these requests have no body, and their signatures say so.
const NO_BODY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A signed request to an S3 server, and what it answered.
pub(crate) fn s3_request(method: &str, url: &str, headers: &[&str]) -> String {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--fail", "--request", method])
        .args(["--aws-sigv4", "aws:amz:us-east-1:s3"])
        .args(["--user", &format!("{ACCESS_KEY}:{SECRET_KEY}")])
        .args(["--header", &format!("x-amz-content-sha256: {NO_BODY}")])
        .args(headers.iter().flat_map(|header| ["--header", header]))
        .arg(url)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{method} {url}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Makes a bucket with Object Lock, as the bank's administrator does: the program makes none.
pub(crate) fn make_bucket(endpoint: &str, name: &str) {
    let locks = "x-amz-bucket-object-lock-enabled: true";
    s3_request("PUT", &format!("{endpoint}/{name}"), &[locks]);
}

pub(crate) fn s3_endpoint() -> String {
    let output = Command::new(script("tests/servers/ceph-rgw.sh"))
        .arg("start")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "no S3 server: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The settings of an archive in a bucket.
pub(crate) fn on_s3(endpoint: &str, bucket: &str) -> Vec<(&'static str, String)> {
    vec![
        ("KARTOTEKA_ARCHIVE_URL", format!("s3://{bucket}/bank")),
        ("KARTOTEKA_ARCHIVE_ENDPOINT", endpoint.to_owned()),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY.into()),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.into()),
        ("AWS_REGION", "us-east-1".into()),
    ]
}

/// An archive on those servers, in a database and a bucket of its own.
fn archive_on(database: &str, endpoint: &str, bucket: &str) -> Bench {
    make_bucket(endpoint, bucket);
    Bench::with(on_s3(endpoint, bucket)).also(vec![("KARTOTEKA_LEDGER_URL", database.to_owned())])
}

#[test]
fn the_whole_job_on_postgresql_and_s3() {
    let (database, endpoint) = (Database::start(), s3_endpoint());
    let bucket = |what: &str| format!("{what}-{}", std::process::id());
    let bench = archive_on(&database.url, &endpoint, &bucket("whole-job"));
    drop_and_find(&bench);
    assert!(
        !bench.path().join("data/ledger.db").exists()
            && !bench.path().join("data/archive").exists(),
        "neither is kept on the node"
    );

    // To another bucket and back, into servers that hold nothing yet.
    make_bucket(&endpoint, &bucket("backup"));
    let backup = format!("s3://{}/monthly", bucket("backup"));
    let said = bench.expect(0, &["backup", &backup]);
    assert!(said.contains("0 were there already"), "{said}");
    let second = Database::start();
    let restored = archive_on(&second.url, &endpoint, &bucket("restored"));
    restored.expect(0, &["restore", &backup]);
    let said = restored.expect(0, &["verify"]);
    assert!(
        said.contains(" 0 differ, 0 unreadable, 0 missing"),
        "{said}"
    );
    restored.expect(0, &["run", "--once"]);
    let found = |bench: &Bench| {
        let hits = bench.json(&["search", "*", "--json"])["hits"].clone();
        let ids = hits.as_array().unwrap().iter();
        let mut ids: Vec<_> = ids.map(|hit| hit["id"].to_string()).collect();
        ids.sort();
        ids
    };
    assert_eq!(found(&restored), found(&bench));
}
