//! The audit log as an auditor meets it: checkpoints, exports, and what was done to them.

use crate::program::Bench;
use std::fs;
use std::path::PathBuf;

/// An archive with a few events, and the public key of its node.
fn bench() -> (Bench, String) {
    let bench = Bench::new();
    bench.expect(0, &["rebuild-ledger"]);
    log(&bench, "anna.nowak");
    let said = bench.expect(0, &["audit", "checkpoint"]);
    let key = said.trim().rsplit(' ').next().unwrap().to_owned();
    (bench, key)
}

/// Does something that is an event.
fn log(bench: &Bench, actor: &str) {
    let to = bench.path().join("backup").display().to_string();
    bench.expect(0, &["--actor", actor, "backup", "--ledger-only", &to]);
}

/// The checkpoint of so many events, as it lies in the archive.
fn locked(bench: &Bench, size: u64) -> PathBuf {
    let logs = bench.path().join("data/archive/audit/checkpoint");
    let log = fs::read_dir(logs).unwrap().next().unwrap().unwrap();
    log.path().join(format!("{size:012}"))
}

#[test]
fn an_export_is_verified_offline_with_a_key_and_an_old_checkpoint() {
    let (bench, key) = bench();
    let old = bench.path().join("old.txt");
    fs::copy(locked(&bench, 1), &old).unwrap();
    log(&bench, "jan");
    bench.expect(0, &["audit", "checkpoint"]);
    let again = bench.expect(0, &["audit", "checkpoint"]);
    assert!(again.contains("nothing was logged since"), "{again}");
    bench.expect(0, &["audit", "export", "a.jsonl"]);
    bench.expect(
        0,
        &["audit", "export", "b.jsonl", "--checkpoint", "old.txt"],
    );
    bench.expect(
        0,
        &[
            "audit",
            "export",
            "c.jsonl",
            "--since-seq",
            "2",
            "--without-names",
        ],
    );
    let read = |name: &str| fs::read_to_string(bench.path().join(name)).unwrap();
    assert_eq!(read("a.jsonl").lines().count(), 1 + 2 + 2 + 1);
    assert!(read("a.jsonl").contains("anna.nowak") && !read("c.jsonl").contains("jan"));
    // Elsewhere: no ledger, no archive.
    let elsewhere = Bench::new();
    for name in ["a.jsonl", "b.jsonl", "c.jsonl", "old.txt"] {
        fs::copy(bench.path().join(name), elsewhere.path().join(name)).unwrap();
    }
    let verify = |name: &'static str, key: &str, code| {
        elsewhere.expect(
            code,
            &[
                "audit",
                "verify",
                name,
                "--checkpoint",
                "old.txt",
                "--key",
                key,
            ],
        )
    };
    for name in ["a.jsonl", "b.jsonl", "c.jsonl"] {
        let said = verify(name, &key, 0);
        assert!(said.contains("the newest of 2 events"), "{said}");
    }
    let other = key.replace(|digit: char| digit.is_ascii_digit(), "7");
    assert!(verify("a.jsonl", &other, 1).contains("unknown key"));
    for (from, to, said) in [
        ("\"jan\"", "\"ewa\"", "event 2: changed"),
        ("{\"kind\":\"end\",\"events\":2}\n", "", "truncated"),
    ] {
        let tampered = read("a.jsonl").replace(from, to);
        fs::write(elsewhere.path().join("a.jsonl"), tampered).unwrap();
        let found = verify("a.jsonl", &key, 1);
        assert!(found.contains(said), "{found}");
        fs::copy(
            bench.path().join("a.jsonl"),
            elsewhere.path().join("a.jsonl"),
        )
        .unwrap();
    }
}

#[test]
fn a_script_is_told_by_exit_codes_and_json() {
    let (bench, key) = bench();
    bench.expect(0, &["audit", "export", "a.jsonl"]);
    let elsewhere = Bench::new();
    fs::copy(
        bench.path().join("a.jsonl"),
        elsewhere.path().join("a.jsonl"),
    )
    .unwrap();
    let json = elsewhere.json(&["audit", "verify", "a.jsonl", "--json", "--key", &key]);
    assert_eq!(
        (json["sound"].as_bool(), json["events"].as_u64()),
        (Some(true), Some(1))
    );
    elsewhere.expect(3, &["audit", "verify", "none.jsonl"]);
    elsewhere.expect(2, &["audit", "verify", "a.jsonl", "--key", "none"]);
    elsewhere.expect(3, &["audit", "verify"]);
}

#[test]
fn what_was_done_to_the_archive_or_the_database_is_named() {
    let (bench, _) = bench();
    let copied = ["ledger.db", "ledger.db-wal", "ledger.db-shm"];
    let (data, kept) = (bench.path().join("data"), bench.path().join("kept"));
    fs::create_dir(&kept).unwrap();
    for name in copied {
        let _ = fs::copy(data.join(name), kept.join(name));
    }
    log(&bench, "jan");
    bench.expect(0, &["audit", "checkpoint"]);
    assert!(
        bench
            .expect(0, &["audit", "verify"])
            .contains("2 checkpoints")
    );
    bench.expect(0, &["verify"]);
    // A checkpoint is changed in the archive, then gone.
    let place = locked(&bench, 1);
    let seal = place.with_extension("seal");
    let (note, sealed) = (fs::read(&place).unwrap(), fs::read(&seal).unwrap());
    fs::remove_file(&place).unwrap();
    fs::write(&place, "kartoteka/x\n1\n\n").unwrap();
    assert!(
        bench
            .expect(1, &["audit", "verify"])
            .contains("changed: audit/checkpoint/")
    );
    fs::remove_file(&place).unwrap();
    fs::remove_file(&seal).unwrap();
    assert!(
        bench
            .expect(1, &["audit", "verify"])
            .contains("is not in the archive")
    );
    fs::write(&place, note).unwrap();
    fs::write(&seal, sealed).unwrap();
    bench.expect(0, &["audit", "verify"]);
    // The whole database is an older copy.
    for name in copied {
        let _ = fs::remove_file(data.join(name));
        let _ = fs::copy(kept.join(name), data.join(name));
    }
    assert!(
        bench
            .expect(1, &["audit", "verify"])
            .contains("event 2: rolled back")
    );
    assert!(
        bench
            .expect(1, &["audit", "checkpoint"])
            .contains("rolled back")
    );
    for _ in 0..2 {
        log(&bench, "jan");
    }
    assert!(bench.expect(1, &["audit", "verify"]).contains("forked"));
    assert!(bench.expect(1, &["audit", "checkpoint"]).contains("forked"));
    bench.expect(
        0,
        &[
            "audit",
            "checkpoint",
            "--new-log",
            "an older copy was put back",
        ],
    );
    assert!(
        bench
            .expect(1, &["audit", "verify"])
            .contains("another log")
    );
    bench.expect(0, &["audit", "verify", "--this-log"]);
}

#[test]
fn a_ledger_that_was_put_back_goes_on_with_its_log() {
    let (bench, key) = bench();
    bench.expect(0, &["backup", "whole"]);
    let from = bench.path().join("whole").display().to_string();
    let anew = Bench::new();
    anew.expect(0, &["restore", &from]);
    assert!(
        anew.expect(3, &["audit", "verify"])
            .contains("no public key")
    );
    let said = anew.expect(0, &["audit", "verify", "--key", &key]);
    assert!(
        said.contains("1 checkpoints, the newest of 1 events"),
        "{said}"
    );
    anew.expect(0, &["audit", "checkpoint"]);
    let said = anew.expect(0, &["audit", "verify", "--key", &key]);
    assert!(said.contains("2 checkpoints"), "{said}");
}
