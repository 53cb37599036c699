//! Several nodes on one ledger, and ways for a ledger to be moved, kept and made again: each driven
//! from end to end through the program.

use crate::elsewhere::Database;
use crate::program::{Bench, samples};
use crate::running::{node, until, until_there};
use serde_json::Value;
use std::fs;
use std::time::{Duration, Instant};

fn shared(database: &Database, folder: &std::path::Path) -> Vec<(&'static str, String)> {
    vec![
        ("KARTOTEKA_LEDGER_URL", database.url.clone()),
        (
            "KARTOTEKA_ARCHIVE_URL",
            format!("file:{}", folder.join("archive").display()),
        ),
    ]
}

#[test]
fn nodes_share_the_work_by_role_and_are_replaced_one_by_one() {
    let (database, folder) = (Database::start(), tempfile::tempdir().unwrap());
    let bench = Bench::with(shared(&database, folder.path()));
    for file in samples("digital.pdf", 3) {
        bench.drop_file("skaner-1", &file);
    }
    // This one only follows: it is the data directory that `status` and `search` ask with.
    let asks = node(&bench, "data", &["--role", "index"]);
    until_there(&bench);
    let takes = node(&bench, "takes", &["--role", "intake"]);
    let reads = node(&bench, "reads", &["--role", "recognise"]);
    let status = until(&bench, "everything is read", |status| {
        let extract = status["stages"].as_array().unwrap();
        status["submissions"]["received"] == 3
            && extract.len() == 1
            && extract[0]["stage"] == "separate"
    });
    assert_eq!(
        status["submissions"]["waiting"], 3,
        "nobody extracts: {status}"
    );
    let extracts = node(&bench, "extracts", &["--role", "extract"]);
    let status = until(&bench, "everything is done", |status| {
        status["submissions"]["done"] == 3
    });
    let nodes = status["nodes"].as_array().unwrap();
    let mut roles: Vec<_> = nodes
        .iter()
        .map(|n| n["roles"][0].as_str().unwrap())
        .collect();
    roles.sort_unstable();
    assert_eq!(roles, ["extract", "index", "intake", "recognise"]);
    for node in nodes {
        assert_eq!(node["state"], "working", "{node}");
        assert_eq!(node["version"], env!("CARGO_PKG_VERSION"));
        assert!(
            node["heartbeat_seconds_ago"].as_i64().unwrap() < 20,
            "{node}"
        );
    }
    // A rolling restart: each is told to stop, ends with 0 and says so; another takes its place.
    for old in [reads, extracts] {
        let (code, said) = old.stop();
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("stopped; 0 jobs are left"), "{said}");
    }
    bench.drop_file("skaner-1", &samples("digital.pdf", 4)[3]);
    let both = node(&bench, "both", &["--role", "recognise,extract"]);
    let status = until(&bench, "the new node works", |status| {
        status["submissions"]["done"] == 4
    });
    let stopped = status["nodes"].as_array().unwrap().iter();
    assert_eq!(
        stopped.filter(|n| n["state"] == "stopped").count(),
        2,
        "{status}"
    );
    for node in [asks, takes, both] {
        assert_eq!(node.stop().0, Some(0));
    }
}

#[test]
fn what_is_not_done_in_time_goes_back_to_the_queue() {
    let bench = Bench::with(vec![
        ("KARTOTEKA_NODE_DRAIN_SECONDS", "0".into()),
        ("KARTOTEKA_READING_WORKERS", "1".into()),
    ]);
    for file in samples("g4.tif", 3) {
        bench.drop_file("skaner-1", &file);
    }
    let run = node(&bench, "data", &[]);
    until_there(&bench);
    until(&bench, "a page is read", |status| {
        status["nodes"][0]["in_hand"].as_u64().unwrap_or(0) > 0
    });
    let begun = Instant::now();
    assert_eq!(run.stop().0, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(20));
    let status = bench.json(&["status", "--json"]);
    assert_eq!(
        status["nodes"][0]["in_hand"], 0,
        "nothing stays leased: {status}"
    );
    let waiting = status["submissions"]["waiting"].as_u64().unwrap();
    assert!(waiting > 0, "what was in hand waits again: {status}");
    bench.expect(0, &["run", "--once"]);
    let status = bench.json(&["status", "--json"]);
    assert_eq!(status["submissions"]["done"], 3, "{status}");
}

/// Every document's record, without what is the ledger's own story of it.
fn records(bench: &Bench) -> Vec<Value> {
    let status = bench.json(&["search", "*", "--json"]);
    let mut records: Vec<Value> = status["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| {
            let mut record = bench.json(&["show", hit["id"].as_str().unwrap(), "--json"]);
            record.as_object_mut().unwrap().remove("history");
            round(&mut record);
            record
        })
        .collect();
    records.sort_by_key(|record| record["id"].as_str().unwrap().to_owned());
    records
}

/// Reals to nine digits: reading and writing JSON moves the last one.
fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            *value = Value::from(format!("{:.9}", number.as_f64().unwrap()));
        }
        Value::Array(values) => values.iter_mut().for_each(round),
        Value::Object(values) => values.values_mut().for_each(round),
        _ => {}
    }
}

fn with_three_documents() -> Bench {
    let bench = Bench::new();
    for file in samples("digital.pdf", 3) {
        bench.drop_file("skaner-1", &file);
    }
    bench.expect(0, &["run", "--once"]);
    bench
}

#[test]
fn a_ledger_moves_to_postgresql_and_goes_on_there() {
    let database = Database::start();
    let bench = with_three_documents();
    let before = records(&bench);
    let to = ["migrate", "--to", &database.url];
    let said = bench.expect(0, &[&to[..], &["--rehearse"]].concat());
    assert!(
        said.contains("documents") && said.contains("without --rehearse"),
        "{said}"
    );
    // It is still here, work goes on, and the next copy has that too.
    bench.drop_file("skaner-2", &samples("digital.pdf", 4)[3]);
    bench.expect(0, &["run", "--once"]);
    bench.expect(0, &to);
    let said = bench.expect(3, &["run", "--once"]);
    assert!(said.contains("was moved to postgres://"), "{said}");
    let moved = bench.also(vec![("KARTOTEKA_LEDGER_URL", database.url.clone())]);
    let after = records(&moved);
    assert_eq!(after.len(), before.len() + 1);
    assert!(before.iter().all(|record| after.contains(record)));
    moved.drop_file("skaner-2", &samples("digital.pdf", 5)[4]);
    moved.expect(0, &["run", "--once"]);
    assert_eq!(moved.json(&["status", "--json"])["documents"], 5);
    // Moving again would lose that.
    let data = moved.path().join("data/ledger.db");
    let bench = moved.also(vec![(
        "KARTOTEKA_LEDGER_URL",
        format!("sqlite:{}", data.display()),
    )]);
    let said = bench.expect(3, &to);
    assert!(said.contains("would be lost"), "{said}");
}

#[test]
fn a_backup_made_while_work_goes_on_is_restored_whole() {
    let bench = with_three_documents();
    let before = records(&bench);
    let backup = bench.path().join("backup");
    let backup = backup.to_str().unwrap();
    let run = node(&bench, "data", &[]);
    let said = bench.expect(0, &["backup", backup]);
    assert!(said.contains("0 were there already"), "{said}");
    let said = bench.expect(0, &["backup", backup]);
    assert!(said.contains(" 0 objects copied"), "{said}");
    run.stop();

    let data = bench.path().join("data");
    fs::rename(&data, bench.path().join("lost")).unwrap();
    bench.expect(0, &["restore", backup]);
    let said = bench.expect(3, &["restore", backup]);
    assert!(said.contains("would be lost"), "{said}");
    bench.expect(0, &["run", "--once"]);
    assert_eq!(records(&bench), before);
    let said = bench.expect(0, &["verify"]);
    assert!(
        said.contains(" 0 differ, 0 unreadable, 0 missing"),
        "{said}"
    );

    // One byte of the copied ledger is other than it was: refused, and nothing is kept.
    fs::rename(&data, bench.path().join("lost again")).unwrap();
    alter_a_part(&bench.path().join("backup/ledger"));
    let output = bench.run(&["restore", backup]);
    assert_ne!(output.status.code(), Some(0));
    let status = bench.json(&["status", "--json"]);
    assert_eq!(status["submissions"]["received"], 0, "{status}");
}

fn alter_a_part(ledgers: &std::path::Path) {
    let backups = fs::read_dir(ledgers).unwrap();
    for folder in backups.map(|entry| entry.unwrap().path()) {
        for part in fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if part.to_str().unwrap().ends_with("-documents.jsonl") {
                let text = fs::read_to_string(&part).unwrap();
                let mut permissions = fs::metadata(&part).unwrap().permissions();
                std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o600);
                fs::set_permissions(&part, permissions).unwrap();
                fs::write(&part, text.replace("\"version\":1", "\"version\":2")).unwrap();
            }
        }
    }
}

#[test]
fn a_ledger_is_rebuilt_from_the_archive_alone() {
    let bench = with_three_documents();
    let before = records(&bench);
    let ledger = bench.path().join("data");
    for entry in fs::read_dir(&ledger)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if entry
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("ledger.db")
        {
            fs::remove_file(entry).unwrap();
        }
    }
    let said = bench.expect(0, &["rebuild-ledger"]);
    assert!(
        said.contains("3 submissions and 3 record versions rebuilt"),
        "{said}"
    );
    let said = bench.expect(0, &["rebuild-ledger"]);
    assert!(said.contains("3 were there already"), "{said}");
    bench.expect(0, &["run", "--once"]);
    assert_eq!(records(&bench), before);
    let status = bench.json(&["status", "--json"]);
    assert_eq!(status["submissions"]["done"], 3, "{status}");
    let said = bench.expect(0, &["verify"]);
    assert!(
        said.contains(" 0 differ, 0 unreadable, 0 missing"),
        "{said}"
    );
}

#[test]
fn understanding_again_writes_the_next_version_and_only_when_there_is_reason() {
    let bench = with_three_documents();
    let said = bench.expect(0, &["reprocess", "--all"]);
    assert!(
        said.contains("0 submissions wait"),
        "the same engine: {said}"
    );
    let said = bench.expect(
        0,
        &["reprocess", "--all", "--from", "understanding", "--again"],
    );
    assert!(said.contains("3 submissions wait"), "{said}");
    bench.expect(0, &["run", "--once"]);
    for record in records(&bench) {
        assert_eq!(record["version"], 2, "{record}");
    }
}
