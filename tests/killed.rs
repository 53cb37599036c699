//! `kill -9` at any point of `run --once`, then `run --once` again: every file ends as a document
//! exactly once.

use crate::program::{Bench, samples};
use std::path::Path;
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

/// The sample as a file of its own: other bytes for every number.
fn write_numbered(file: &Path, sample: &[u8], n: usize) {
    let end = format!("% {n}\n%%EOF\n");
    std::fs::write(file, [sample, end.as_bytes()].concat()).unwrap();
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
        write_numbered(&file, &sample, n);
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

/// Runs the program until it enters the n-th system call of a kind, and kills it there; whether it
/// came to its end before. strace(1) counts the calls of each thread by itself: of those that
/// several threads make, not every one is met.
fn killed_at(bench: &Bench, (call, n): (&str, u32), arguments: &[&str]) -> bool {
    let trace = format!("trace={call}");
    let inject = format!("inject={call}:signal=KILL:when={n}");
    let by = [
        "strace",
        "-f",
        "-qqq",
        "-o",
        "/dev/null",
        "-e",
        &trace,
        "-e",
        &inject,
    ];
    let line = [&by[..], &[env!("CARGO_BIN_EXE_kartoteka")], arguments].concat();
    let ended = bench.beside(&line).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        ended
            .status
            .code()
            .is_none_or(|code| code == 0 || code == 137),
        "{said}"
    );
    ended.status.success()
}

/// Between any two steps of a hand-over, whatever they are.
#[test]
fn intake_killed_at_each_boundary_of_a_hand_over_is_whole_after_the_next_start() {
    const TAKE: [&str; 4] = ["run", "--once", "--role", "intake"];
    let bench = Bench::new();
    bench.expect(0, &["run", "--once"]);
    let sample = std::fs::read(&samples("digital.pdf", 1)[0]).unwrap();
    let (mut dropped, mut kills) = (0, 0);
    for call in [
        "mkdir",
        "rename",
        "renameat",
        "renameat2",
        "unlink",
        "fsync",
    ] {
        for n in 1.. {
            let file = bench.path().join(format!("{dropped}.pdf"));
            write_numbered(&file, &sample, dropped);
            bench.drop_file("skaner-1", &file);
            dropped += 1;
            let ended = killed_at(&bench, (call, n), &TAKE);
            bench.expect(0, &TAKE);
            let balance = bench.json(&["balance", "--json"]);
            assert_eq!(balance["adds_up"], true, "{call} {n}: {balance}");
            let files = &balance["days"][0]["files"];
            assert_eq!(files["received"], dropped, "{call} {n}: {balance}");
            assert_eq!(files["repeats"], 0, "{call} {n}: {balance}");
            assert_eq!(bench.waiting_in_inbox(), 0, "{call} {n}");
            if ended {
                break;
            }
            kills += 1;
            assert!(n < 60, "{call} goes on for ever");
        }
    }
    assert!(kills >= 12, "only {kills} boundaries were met");
    let said = bench.expect(0, &["verify"]);
    assert!(
        said.contains(" 0 differ, 0 unreadable, 0 missing"),
        "{said}"
    );
}

/// Files of the list that is killed.
const LISTED: usize = 30;

#[test]
fn an_old_archive_whose_list_is_killed_again_and_again_comes_over_once_with_its_values() {
    let bench = Bench::new();
    let old = bench.path().join("stare");
    std::fs::create_dir(&old).unwrap();
    let sample = std::fs::read(&samples("digital.pdf", 1)[0]).unwrap();
    let mut rows = "plik;legacy_id\n".to_owned();
    for n in 0..LISTED {
        write_numbered(&old.join(format!("{n}.pdf")), &sample, n);
        rows += &format!("{n}.pdf;KRT/{n}\n");
    }
    std::fs::write(old.join("spis.csv"), rows).unwrap();
    let list = old.join("spis.csv");
    let add = [
        "add",
        "--station",
        "stare",
        "--list",
        list.to_str().unwrap(),
    ];
    let mut kills = 0;
    for call in ["fdatasync", "rename", "renameat", "renameat2", "fsync"] {
        for n in 1..4 {
            kills += u32::from(!killed_at(&bench, (call, n), &add));
        }
    }
    assert!(kills >= 10, "only {kills} moments were met");
    let said = bench.expect(0, &add);
    assert!(
        said.contains(&format!("{LISTED} files listed")) && said.contains(" 0 not found"),
        "{said}"
    );
    bench.expect(0, &["run", "--once"]);
    let status = bench.json(&["status", "--json"]);
    assert_eq!(status["submissions"]["received"], LISTED, "{status}");
    assert_eq!(status["submissions"]["done"], LISTED, "{status}");
    let hits = bench.json(&["search", "*", "--limit", "50", "--json"])["hits"].clone();
    let hits = hits.as_array().unwrap().iter();
    let mut known: Vec<_> = hits
        .map(|hit| bench.json(&["show", hit["id"].as_str().unwrap(), "--json"]))
        .map(|record| record["source"]["legacy_id"].to_string())
        .collect();
    known.sort();
    let mut expected: Vec<_> = (0..LISTED).map(|n| format!("\"KRT/{n}\"")).collect();
    expected.sort();
    assert_eq!(known, expected);
}
