//! A node over time: told anew while it runs, its clock set wrong, its data older or newer than it.

use crate::program::{Bench, samples};
use crate::running::{until, until_at_work};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Long enough for a look at the inbox on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A node that ends with the test, however that ends.
struct Node(Child);

impl Node {
    fn start(mut command: Command) -> Self {
        command.env("KARTOTEKA_READING_WORKERS", "1");
        Self(command.stdout(Stdio::null()).spawn().unwrap())
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.0.id().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until something is so.
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Changes the ledger behind the program's back.
fn meddle(bench: &Bench, statement: &str) {
    let ledger = bench.path().join("data/ledger.db");
    let script =
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()";
    let done = Command::new("python3")
        .args(["-c", script])
        .arg(ledger)
        .arg(statement)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{said}");
}

#[test]
fn a_running_node_takes_over_what_may_change_and_names_what_waits() {
    let bench = Bench::new();
    let file = bench.path().join("kartoteka.toml");
    fs::write(&file, "[stations.a]\ntrigger = 'batch.done'\n").unwrap();
    let log = bench.path().join("log");
    let mut command = bench.command(&["run", "--listen", "127.0.0.1:0"]);
    command.stderr(fs::File::create(&log).unwrap());
    let mut running = Node::start(command);
    let said = |words: &str| fs::read_to_string(&log).unwrap().contains(words);
    until_at_work(&bench);
    bench.drop_file("a", &samples("digital.pdf", 1)[0]);

    fs::write(&file, "[stations.a]\ntriger = 'x'\n").unwrap();
    running.signal(Signal::HUP);
    wait_until("a mistake is said", || said("changes nothing"));
    fs::write(&file, "[stations.a]\ntrigger = 'batch.done'\n").unwrap();
    let status = bench.json(&["status", "--json"]);
    assert_eq!(
        status["submissions"]["received"], 0,
        "the trigger holds it back"
    );

    fs::write(&file, "schemas = '/x'\n[stations.a]\ndone_days = 400\n").unwrap();
    running.signal(Signal::HUP);
    wait_until("it is said", || {
        said("taken over: stations.a.done_days, stations.a.trigger; waits for a restart: schemas")
    });
    until(&bench, "the file is taken without a trigger", |status| {
        status["submissions"]["received"] == 1
    });
    running.signal(Signal::TERM);
    assert!(running.0.wait().unwrap().success());
}

#[test]
fn the_service_manager_hears_when_a_node_is_ready_and_when_it_stops() {
    let bench = Bench::new();
    let socket = bench.path().join("notify");
    let manager = std::os::unix::net::UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut command = bench.command(&["run", "--listen", "127.0.0.1:0"]);
    command.env("NOTIFY_SOCKET", &socket).stderr(Stdio::null());
    let mut running = Node::start(command);
    let heard = || {
        let mut message = [0; 64];
        let length = manager.recv(&mut message).unwrap();
        String::from_utf8_lossy(&message[..length]).into_owned()
    };
    assert_eq!(heard(), "READY=1");
    running.signal(Signal::TERM);
    assert_eq!(heard(), "STOPPING=1");
    assert!(running.0.wait().unwrap().success());
}

#[test]
fn nothing_is_removed_by_time_while_the_clock_is_doubted() {
    let bench = Bench::new();
    fs::write(
        bench.path().join("kartoteka.toml"),
        "[stations.a]\ndone_days = 0\n",
    )
    .unwrap();
    let done = bench.path().join("inbox/a/_done");
    let lie_there = || fs::read_dir(&done).map_or(0, Iterator::count);
    // A first run makes the ledger and looks at the clock.
    bench.expect(0, &["run", "--once"]);
    let doubt = r#"{"format":1,"last":"2020-01-01T00:00:00Z"}"#;
    meddle(
        &bench,
        &format!("UPDATE properties SET value = '{doubt}' WHERE name LIKE 'clock of %'"),
    );
    bench.drop_file("a", &samples("digital.pdf", 1)[0]);
    bench.expect(0, &["run", "--once"]);
    bench.expect(0, &["run", "--once"]);
    assert_eq!(lie_there(), 1, "the clock went from 2020 to today");
    let said = bench.expect(0, &["doctor"]);
    assert!(said.contains("nothing is deleted by time"), "{said}");

    // Whoever waits a day: here the day is put into the ledger.
    meddle(
        &bench,
        "DELETE FROM properties WHERE name LIKE 'clock of %'",
    );
    bench.expect(0, &["run", "--once"]);
    assert_eq!(lie_there(), 0);
}

#[test]
fn data_of_a_newer_version_is_refused_with_what_to_do() {
    let bench = Bench::new();
    bench.expect(0, &["run", "--once"]);
    meddle(
        &bench,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'a later version', 1, x'00', 0)",
    );
    for command in [
        &["run", "--once"][..],
        &["status"],
        &["verify"],
        &["doctor"],
    ] {
        let said = bench.expect(3, command);
        assert!(said.contains("form 9999"), "{command:?}: {said}");
        assert!(
            said.contains("newer version of the program"),
            "{command:?}: {said}"
        );
    }
    let said = bench.expect(3, &["doctor"]);
    assert!(said.contains("`kartoteka restore` a backup"), "{said}");
}

/// A data directory that a released version left, unpacked: documents, originals, index, audit log.
fn kept(version: &str) -> Bench {
    let bench = Bench::new();
    let tar = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(format!("{version}.tar.gz"));
    let unpacked = bench
        .beside(&["tar", "-xzf", tar.to_str().unwrap()])
        .status()
        .unwrap();
    assert!(unpacked.success());
    bench
}

/// A document as it is kept.
fn record(bench: &Bench, id: &str) -> Value {
    bench.json(&["show", id, "--json"])
}

#[test]
fn data_of_every_released_version_is_taken_up() {
    let bench = kept("0.1.0");
    // A backup before: that is how an upgrade is done, and it has to open old data too.
    bench.expect(0, &["backup", "before"]);
    let status = bench.json(&["status", "--json"]);
    assert_eq!(status["documents"], 2, "{status}");
    assert_eq!(status["submissions"]["parked"], 1, "{status}");
    let hits = bench.json(&["search", "*", "--json"]);
    assert_eq!(hits["total"], 2, "{hits}");
    let id = hits["hits"][0]["id"].as_str().unwrap();
    let expected = fs::read_to_string(bench.path().join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    assert_eq!(record(&bench, id)["fields"], expected[id], "{id}");
    bench.expect(0, &["verify"]);
    bench.expect(0, &["audit", "verify"]);
    bench.expect(0, &["reindex"]);
    assert_eq!(bench.json(&["search", "*", "--json"])["total"], 2);
    // It goes on with it.
    bench.drop_file("skaner-1", &samples("digital.pdf", 3)[2]);
    let run = bench.run(&["run", "--once"]);
    assert_eq!(run.status.code(), Some(1), "one was parked before");
    assert_eq!(bench.json(&["status", "--json"])["documents"], 3);
}
