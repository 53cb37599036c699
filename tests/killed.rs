//! `kill -9` at any point of `run --once`, then `run --once` again: every file ends as a document
//! exactly once.

use crate::program::{Bench, samples};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Moments of the kill, in milliseconds after the start: during start, intake, reading, archiving.
const MOMENTS: [u64; 6] = [30, 120, 300, 700, 1_500, 3_000];

#[test]
fn a_killed_run_goes_on_and_nothing_is_lost_or_done_twice() {
    let bench = Bench::new();
    let files: Vec<_> = [samples("digital.pdf", 3), samples("g4.tif", 2)].concat();
    for file in &files {
        bench.drop_file("skaner-1", file);
    }
    for moment in MOMENTS {
        let mut run = bench
            .command(&["run", "--once"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Not a wait for something to happen: the moment of the kill is what is tested.
        let killed_at = Instant::now() + Duration::from_millis(moment);
        while Instant::now() < killed_at && run.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        run.kill().unwrap();
        run.wait().unwrap();
    }
    bench.expect(0, &["run", "--once"]);

    let status = bench.json(&["status", "--json"]);
    assert_eq!(status["submissions"]["received"], files.len(), "{status}");
    assert_eq!(status["submissions"]["done"], files.len(), "{status}");
    assert_eq!(status["documents"], files.len(), "{status}");
    assert_eq!(bench.json(&["search", "*", "--json"])["total"], files.len());
    for hit in bench.json(&["search", "*", "--json"])["hits"]
        .as_array()
        .unwrap()
    {
        let record = bench.json(&["show", hit["id"].as_str().unwrap(), "--json"]);
        assert_eq!(record["version"], 1, "understood once: {record}");
    }
    assert!(
        bench
            .expect(0, &["verify"])
            .contains(" 0 differ, 0 unreadable, 0 missing")
    );
}
