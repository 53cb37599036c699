//! A node at work beside the test, and waiting for what it does.

use crate::program::Bench;
use serde_json::Value;
use std::io::Read as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Ample for a few digital pages on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A node that ends with the test, however that ends.
pub(crate) struct Running(Child);

impl Running {
    /// SIGTERM; the exit code, and what it said.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        let pid = rustix::process::Pid::from_raw(self.0.id().try_into().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let said = self.said();
        (self.0.wait().unwrap().code(), said)
    }

    fn said(&mut self) -> String {
        let mut said = String::new();
        let mut stderr = self.0.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        said
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a test that fails shows what its node said"
)]
impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
        if std::thread::panicking() && self.0.stderr.is_some() {
            eprintln!("the node said: {}", self.said());
        }
    }
}

/// Starts a node of its own data directory, sharing ledger, archive and inbox.
pub(crate) fn node(bench: &Bench, name: &str, arguments: &[&str]) -> Running {
    let process = bench
        .command(&[&["run"], arguments].concat())
        .env("KARTOTEKA_DATA", bench.path().join(name))
        .env("KARTOTEKA_READING_WORKERS", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    Running(process)
}

/// Asks until the answer is there.
pub(crate) fn until(bench: &Bench, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let status = bench.json(&["status", "--json"]);
        if is_so(&status) {
            return status;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: {status}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Waits until a node of this ledger is at work.
pub(crate) fn until_at_work(bench: &Bench) {
    until_there(bench);
    until(bench, "a node is at work", |status| {
        status["nodes"][0]["state"] == "working"
    });
}

/// Waits for the data directory that is asked with.
pub(crate) fn until_there(bench: &Bench) {
    let begun = Instant::now();
    while bench.run(&["status"]).status.code() != Some(0) {
        assert!(begun.elapsed() < PATIENCE, "no node came up");
        std::thread::sleep(Duration::from_millis(100));
    }
}
