//! Until when a document is kept is said in sentences; a hold is on in ledger and store until the
//! last of the holds on it is released.

use crate::program::{Bench, samples};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The seals of the originals, as text: where a directory keeps its legal holds.
fn seals(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &seals(&path);
        } else if path.extension().is_some_and(|e| e == "seal") {
            text += &fs::read_to_string(path).unwrap();
        }
    }
    text
}

#[test]
fn a_hold_is_on_in_ledger_and_store_until_the_last_reason_goes() {
    let bench = Bench::new();
    let file = &samples("digital.pdf", 1)[0];
    bench.expect(0, &["add", file.to_str().unwrap()]);
    bench.expect(0, &["run", "--once"]);
    let found = bench.json(&["search", "*", "--json"]);
    let id = found["hits"][0]["id"].as_str().unwrap();

    let waits = bench.expect(0, &["retention", "show", id]);
    assert!(waits.contains("Jest przechowywany bezterminowo"), "{waits}");
    let english = [
        "retention",
        "show",
        id,
        "--language",
        "en",
        "--if",
        "settled=2015-05-10",
        "--if",
        "relationship_ended=2016-06-30",
        "--if",
        "mortgage_released=2015-05-10",
    ];
    let due = bench.expect(0, &english);
    assert!(due.contains("may be disposed of from"), "{due}");
    assert!(due.contains("No hold is on it."), "{due}");

    let archive = bench.path().join("data/archive/orig");
    let free = seals(&archive);
    let place = |matter: &str, more: &[&str]| {
        let arguments = ["hold", "--matter", matter, "--authority", "sąd"];
        bench.expect(0, &[&arguments[..], more, &[id]].concat());
    };
    place("I C 77/26", &[]);
    let held = seals(&archive);
    assert_ne!(held, free, "the store has the hold too");
    place("GIIF 3/26", &["--confidential"]);
    let said = bench.expect(0, &["retention", "show", id]);
    assert!(
        said.contains("I C 77/26") && !said.contains("GIIF"),
        "{said}"
    );

    bench.expect(0, &["release", "1", "--why", "judgment final"]);
    assert_eq!(seals(&archive), held, "another hold is on it");
    bench.expect(0, &["release", "2", "--why", "lifted"]);
    assert_eq!(seals(&archive), free);
    bench.expect(0, &["verify"]);
}

/// A document that was dropped and read; its identity.
fn read_document(bench: &Bench) -> String {
    let file = &samples("digital.pdf", 1)[0];
    bench.expect(0, &["add", file.to_str().unwrap()]);
    bench.expect(0, &["run", "--once"]);
    let found = bench.json(&["search", "*", "--json"]);
    found["hits"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn events_are_stated_fed_reversed_and_explained() {
    let bench = Bench::new();
    let id = read_document(&bench);
    let id = id.as_str();
    let add = |code, kind: &str, on: &str| {
        let event = [
            "event",
            "add",
            kind,
            "--agreement",
            "KK/12/2021",
            "--on",
            on,
        ];
        bench.expect(code, &[&event[..], &["--source", "oddział"]].concat())
    };
    let nobody = add(1, "settled", "2015-05-10");
    assert!(nobody.contains("kartoteka file"), "{nobody}");
    bench.expect(0, &["file", id, "--agreement", "KK/12/2021"]);
    bench.expect(
        0,
        &["retention", "confirm", id, "--class", "credit_agreement"],
    );
    let waits = bench.expect(0, &["retention", "show", id]);
    assert!(waits.contains("klasę potwierdzono"), "{waits}");
    let held = seals(&bench.path().join("data/archive/orig"));
    assert!(
        held.contains("\"hold\": \"on\""),
        "what waits for an event is held: {held}"
    );

    let feed = "agreement_number;event;date;evidence\nKK/12/2021;settled;2026-05-10;posting 7\n\
                KK/99;settled;2026-05-10;posting 8\nKK/12/2021;paid;2026-05-10;posting 9\n";
    fs::write(bench.path().join("core.csv"), feed).unwrap();
    let taken = bench.expect(1, &["event", "import", "core.csv"]);
    assert!(
        taken.contains("1 events taken, 0 known before, 2 lines not taken"),
        "{taken}"
    );
    assert!(
        taken.contains("line 3") && taken.contains("line 4"),
        "{taken}"
    );
    let again = bench.expect(1, &["event", "import", "core.csv"]);
    assert!(again.contains("0 events taken, 1 known before"), "{again}");

    add(0, "relationship_ended", "2026-06-30");
    add(1, "relationship_ended", "2026-06-30");
    add(1, "terminated", "2999-01-01");
    let due = bench.expect(0, &["retention", "show", id, "--language", "en"]);
    assert!(
        due.contains("may be disposed of from 1 January 2033"),
        "{due}"
    );
    assert!(
        due.contains("event 1, source: core.csv, posting 7"),
        "{due}"
    );
    let dated = seals(&bench.path().join("data/archive/orig"));
    assert!(
        dated.contains("COMPLIANCE") && dated.contains("\"hold\": \"off\""),
        "{dated}"
    );
    let shown = bench.json(&["show", id, "--json"]);
    assert_eq!(shown["retention"]["retain_until"], "2033-01-01");

    reversed(&bench, id);
    bench.expect(0, &["verify"]);
}

/// What was stated first is taken back: the term waits again, and both are seen.
fn reversed(bench: &Bench, id: &str) {
    bench.expect(0, &["event", "reverse", "1", "--why", "inna umowa"]);
    let waits = bench.expect(0, &["retention", "show", id, "--language", "en"]);
    assert!(
        waits.contains("what it waits for has not happened: final settlement"),
        "{waits}"
    );
    let listed = bench.expect(0, &["event", "list", "--agreement", "KK/12/2021"]);
    assert!(listed.contains("reversed by event 3"), "{listed}");
}

#[test]
fn a_second_person_confirms_where_that_is_configured() {
    let second = vec![("KARTOTEKA_RECORDS_SECOND_PERSON", "true".into())];
    let bench = Bench::with(second);
    let id = read_document(&bench);
    bench.expect(0, &["file", &id, "--agreement", "KK/1"]);
    let event = [
        "event",
        "add",
        "settled",
        "--agreement",
        "KK/1",
        "--on",
        "2026-05-10",
    ];
    let by_anna = ["--source", "core", "--actor", "anna"];
    let said = bench.expect(0, &[&event[..], &by_anna].concat());
    assert!(said.contains("waits for a second person"), "{said}");
    let waiting = bench.expect(0, &["event", "list", "--waiting"]);
    assert!(waiting.contains("settled on 2026-05-10"), "{waiting}");
    bench.expect(1, &["event", "confirm", "1", "--actor", "anna"]);
    bench.expect(0, &["event", "confirm", "1", "--actor", "ewa"]);
    let listed = bench.expect(0, &["event", "list", "--agreement", "KK/1"]);
    assert!(
        listed.contains("stated by anna, confirmed by ewa"),
        "{listed}"
    );
}

/// The files of a kind under a folder.
fn files(folder: &Path, is_wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, is_wanted));
        } else if is_wanted(&path) {
            found.push(path);
        }
    }
    found
}

fn writable(path: &Path) {
    let mode = fs::Permissions::from_mode(0o644);
    fs::set_permissions(path, mode).unwrap();
}

#[test]
fn verify_finds_a_missing_lock_a_stranger_a_flipped_byte_and_a_loss() {
    let bench = Bench::new();
    let id = read_document(&bench);
    bench.expect(
        0,
        &["hold", "--matter", "I C 7/26", "--authority", "sąd", &id],
    );
    let sound = bench.json(&["verify", "--json"]);
    assert_eq!(
        (&sound["anomalies"], &sound["never_read"]),
        (&0.into(), &0.into())
    );
    let archive = bench.path().join("data/archive");
    let is_seal = |path: &Path| path.extension().is_some_and(|e| e == "seal");
    let seal = files(&archive.join("orig"), &is_seal).remove(0);
    let lifted = fs::read_to_string(&seal).unwrap();
    let lifted = lifted.replace("\"hold\": \"on\"", "\"hold\": \"off\"");
    writable(&seal);
    fs::write(&seal, lifted).unwrap();
    fs::write(archive.join("orig/notes.txt"), "x").unwrap();
    let said = bench.expect(1, &["verify"]);
    assert!(
        said.contains("a legal hold is wanted, it has no lock"),
        "{said}"
    );
    assert!(said.contains("notes.txt: stranger: not ours"), "{said}");
    assert!(said.contains("1 anomalies, 1 strangers"), "{said}");
    bench.expect(0, &["retention", "apply", &id]);
    fs::remove_file(archive.join("orig/notes.txt")).unwrap();
    bench.expect(0, &["verify"]);

    let original = files(&archive.join("orig"), &|path| !is_seal(path)).remove(0);
    let mut bytes = fs::read(&original).unwrap();
    bytes[100] ^= 1;
    writable(&original);
    fs::write(&original, bytes).unwrap();
    let words = files(&archive.join("pages"), &|path| !is_seal(path)).remove(0);
    fs::remove_file(&words).unwrap();
    fs::remove_file(format!("{}.seal", words.display())).unwrap();
    let said = bench.expect(1, &["verify"]);
    assert!(
        said.contains("1 differ") && said.contains("1 missing"),
        "{said}"
    );
    // Everything was read a moment ago, so the oldest is whatever was read first.
    bench.run(&["verify", "--due", "--rate", "50"]);
}

#[test]
fn a_probe_of_the_archive_is_signed_and_kept() {
    let bench = Bench::new();
    read_document(&bench);
    let said = bench.expect(0, &["doctor", "--archive"]);
    assert!(said.contains("deleting it under lock and hold"), "{said}");
    assert!(said.contains("this program keeps the locks"), "{said}");
    let kept = files(&bench.path().join("data/probes"), &|_| true).remove(0);
    let kept: serde_json::Value = serde_json::from_slice(&fs::read(kept).unwrap()).unwrap();
    assert_eq!(kept["signature"].as_str().unwrap().len(), 128);
    assert_eq!(kept["public_key"].as_str().unwrap().len(), 64);
    let probe: serde_json::Value = serde_json::from_str(kept["probe"].as_str().unwrap()).unwrap();
    assert_eq!(probe["keeper"], "program");
    bench.expect(0, &["verify"]);
}
