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

/// Files that stations drop in the test of intake alone.
const DROPPED: usize = 60;
/// Kills in it, at moments from a fixed seed.
const KILLS: u32 = 8;

#[test]
fn intake_killed_again_and_again_loses_nothing_and_takes_nothing_twice() {
    let bench = Bench::new();
    let sample = std::fs::read(&samples("digital.pdf", 1)[0]).unwrap();
    for n in 0..DROPPED {
        let file = bench.path().join(format!("{n}.pdf"));
        let bytes = [sample.as_slice(), format!("% {n}\n%%EOF\n").as_bytes()].concat();
        std::fs::write(&file, bytes).unwrap();
        bench.drop_file(["skaner-1", "skaner-2"][n % 2], &file);
    }
    let mut seed: u64 = 5;
    let mut kills = 0;
    while kills < KILLS || bench.waiting_in_inbox() > 0 {
        let mut run = bench
            .command(&["run", "--role", "intake"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Not a wait for something to happen: the moment of the kill is what is tested. It grows,
        // so that a slow machine comes to an end too.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let moment = seed >> 33;
        std::thread::sleep(Duration::from_millis(moment % 400 + 100 * u64::from(kills)));
        run.kill().unwrap();
        run.wait().unwrap();
        kills += 1;
        assert!(kills < 100, "{} files wait", bench.waiting_in_inbox());
    }
    let balance = bench.json(&["balance", "--json"]);
    assert_eq!(balance["adds_up"], true, "{balance}");
    let days = balance["days"].as_array().unwrap();
    let sum = |name: &str| -> u64 {
        let counts = days.iter().map(|day| day["files"][name].as_u64().unwrap());
        counts.sum()
    };
    assert_eq!(sum("received"), DROPPED as u64, "{balance}");
    assert_eq!(sum("repeats"), 0, "{balance}");
    bench.expect(0, &["balance"]);
}
