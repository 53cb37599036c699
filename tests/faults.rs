//! A disk that fills, an archive that cannot be written, a store that answers too late, after the
//! deed or not at all: intake waits, says why, and goes on by itself; nothing is lost, parked or
//! taken twice.

use crate::elsewhere::{make_bucket, on_s3, s3_endpoint};
use crate::program::{Bench, samples};
use crate::running::{node, until, until_at_work};
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

mod proxy;

/// A place with mounts of its own, which end with the test: programs are run in it by `by`.
struct Apart {
    holder: Child,
    by: Vec<String>,
}

impl Apart {
    fn new() -> Self {
        let root = rustix::process::geteuid().is_root();
        let user: &[&str] = if root {
            &[]
        } else {
            &["--user", "--map-root-user"]
        };
        let mut holder = Command::new("unshare")
            .args(user)
            .args(["--mount", "--", "sh", "-c", "echo there; exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let stdout = holder.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut said).unwrap();
        assert_eq!(said, "there\n", "mounts of one's own need unshare(1)");
        let pid = holder.id().to_string();
        let user: &[&str] = if root {
            &[]
        } else {
            &["--user", "--preserve-credentials"]
        };
        let by = [&["nsenter", "--target", &pid, "--mount"], user, &["--"]].concat();
        let by = by.into_iter().map(str::to_owned).collect();
        Self { holder, by }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        self.holder.wait().unwrap();
    }
}

fn must(bench: &Bench, line: &[&str]) {
    let output = bench.beside(line).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line:?}: {said}");
}

/// Why intake waits; none while it does not.
fn waits(status: &Value) -> Option<&str> {
    status["intake_waits"][0]["why"].as_str()
}

/// Everything that was dropped is done, once, and stored as it came.
fn expect_all_kept(bench: &Bench, files: usize) {
    let status = until(bench, "all is done", |status| {
        status["submissions"]["done"] == files && waits(status).is_none()
    });
    assert_eq!(status["submissions"]["received"], files, "{status}");
    assert_eq!(status["submissions"]["parked"], 0, "{status}");
    assert_eq!(bench.waiting_in_inbox(), 0);
    bench.expect(0, &["balance"]);
    let said = bench.expect(0, &["verify"]);
    assert!(
        said.contains(" 0 differ, 0 unreadable, 0 missing"),
        "{said}"
    );
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn an_archive_that_can_only_be_read_makes_intake_wait() {
    let apart = Apart::new();
    let bench = Bench::new().by(apart.by.clone());
    let _node = node(&bench, "data", &[]);
    until_at_work(&bench);
    let archive = bench.path().join("data/archive");
    must(&bench, &["mount", "--bind", path(&archive), path(&archive)]);
    must(&bench, &["mount", "-o", "remount,ro,bind", path(&archive)]);
    for file in samples("digital.pdf", 2) {
        bench.drop_file("skaner-1", &file);
    }
    let status = until(&bench, "intake waits", |status| waits(status).is_some());
    let why = waits(&status).unwrap();
    assert!(
        why.contains("data/archive") && why.contains("writing is not permitted"),
        "{why}"
    );
    assert_eq!(status["submissions"]["received"], 0, "{status}");
    assert_eq!(
        bench.waiting_in_inbox(),
        2,
        "they stay where they were dropped"
    );
    must(&bench, &["umount", path(&archive)]);
    expect_all_kept(&bench, 2);
}

/// Fills what is free under `folder` but for `left` bytes; gives the file that fills it.
fn fill(bench: &Bench, folder: &Path, left: u64) -> std::path::PathBuf {
    let ballast = folder.join("ballast");
    let free = "df --output=avail --block-size=1 \"$1\" | tail -n 1";
    let line = format!("head -c $(($({free}) - $3)) /dev/zero >\"$2\"");
    let line = [
        "sh",
        "-c",
        &line,
        "sh",
        path(folder),
        path(&ballast),
        &left.to_string(),
    ];
    must(bench, &line);
    ballast
}

/// A node whose data directory is a file system of its own, of 64 MiB.
fn on_a_small_disk(apart: &Apart, settings: Vec<(&'static str, String)>) -> Bench {
    let bench = Bench::with(settings).by(apart.by.clone());
    let data = bench.path().join("data");
    fs::create_dir(&data).unwrap();
    let size = [
        "mount",
        "-t",
        "tmpfs",
        "-o",
        "size=64m",
        "tmpfs",
        path(&data),
    ];
    must(&bench, &size);
    bench
}

#[test]
fn intake_stops_before_the_disk_is_full_and_goes_on_when_there_is_room() {
    let apart = Apart::new();
    let bench = on_a_small_disk(&apart, Vec::new());
    let _node = node(&bench, "data", &[]);
    until_at_work(&bench);
    // The floor is five in a hundred of it: 3.2 MiB.
    let ballast = fill(&bench, &bench.path().join("data"), 3_000_000);
    for file in samples("digital.pdf", 2) {
        bench.drop_file("skaner-1", &file);
    }
    let status = until(&bench, "intake waits", |status| waits(status).is_some());
    let why = waits(&status).unwrap();
    assert!(why.contains("free"), "{why}");
    assert_eq!(status["submissions"]["received"], 0, "{status}");
    must(&bench, &["rm", path(&ballast)]);
    expect_all_kept(&bench, 2);
}

#[test]
fn a_disk_that_is_full_all_the_same_loses_nothing() {
    let apart = Apart::new();
    let no_floor = vec![
        ("KARTOTEKA_INTAKE_FREE_MEGABYTES", "0".to_owned()),
        ("KARTOTEKA_INTAKE_FREE_PERCENT", "0".to_owned()),
    ];
    let bench = on_a_small_disk(&apart, no_floor);
    let _node = node(&bench, "data", &[]);
    until_at_work(&bench);
    let ballast = fill(&bench, &bench.path().join("data"), 0);
    for file in samples("digital.pdf", 3) {
        bench.drop_file("skaner-1", &file);
    }
    // Long enough for several tries; none of them may come to an end.
    std::thread::sleep(std::time::Duration::from_secs(8));
    assert_eq!(bench.waiting_in_inbox(), 3, "dropped or claimed, not gone");
    must(&bench, &["rm", path(&ballast)]);
    expect_all_kept(&bench, 3);
}

#[test]
fn a_store_that_fails_in_every_way_loses_nothing_and_stores_nothing_twice() {
    let proxy = proxy::Proxy::before(&s3_endpoint());
    let bucket = format!("faults-{}", std::process::id());
    make_bucket(&proxy.endpoint(), &bucket);
    let settings = on_s3(&proxy.endpoint(), &bucket);
    let bench = Bench::with(settings).also(vec![("KARTOTEKA_ARCHIVE_ANSWER_SECONDS", "3".into())]);
    let _node = node(&bench, "data", &[]);
    until_at_work(&bench);
    let files = samples("digital.pdf", proxy::Fault::ALL.len());
    for (done, (fault, file)) in proxy::Fault::ALL.into_iter().zip(&files).enumerate() {
        proxy.set(Some(fault));
        bench.drop_file("skaner-1", file);
        let status = until(&bench, &format!("intake waits: {fault:?}"), |status| {
            waits(status).is_some()
        });
        let why = waits(&status).unwrap();
        assert!(why.contains(&bucket), "{fault:?}: {why}");
        assert_eq!(
            status["submissions"]["received"], done,
            "{fault:?}: {status}"
        );
        assert_eq!(bench.waiting_in_inbox(), 1, "{fault:?}");
        proxy.set(None);
        expect_all_kept(&bench, done + 1);
    }
    assert!(proxy.failed() >= files.len(), "every fault was met");
    // One version of each original: what was stored before its answer was lost was found again.
    let versions = proxy.originals(&bucket);
    assert_eq!(versions.len(), files.len(), "{versions:?}");
}
