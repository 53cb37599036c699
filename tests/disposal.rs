//! Disposal as people do it: planned, looked at, approved by two others, collected; and then no word
//! of the document is left in data directory, inbox or database. What is held stays.

use crate::program::{Bench, samples};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// The files in which any of the words stands, in whatever case.
fn with_words(folder: &Path, words: &BTreeSet<String>) -> BTreeSet<PathBuf> {
    let stands = |path: &PathBuf| {
        let text = String::from_utf8_lossy(&fs::read(path).unwrap()).to_lowercase();
        words.iter().any(|word| text.contains(word.as_str()))
    };
    files(folder).into_iter().filter(stands).collect()
}

/// Long words of a document that are no part of the program's own language.
fn words_of(bench: &Bench) -> BTreeSet<String> {
    let pages = files(&bench.path().join("data/archive/pages"));
    let pages = pages
        .iter()
        .find(|path| path.extension().is_some_and(|e| e == "json"));
    let pages: Value = serde_json::from_slice(&fs::read(pages.unwrap()).unwrap()).unwrap();
    let text = pages["pages"][0]["text"].as_str().unwrap().to_lowercase();
    let words: BTreeSet<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= 10)
        .map(str::to_owned)
        .collect();
    assert!(words.len() > 5, "{words:?}");
    words
}

/// A document of a station, in a credit file whose terms are over; its identity.
fn due(bench: &Bench) -> String {
    bench.drop_file("lodz-1", &samples("digital.pdf", 1)[0]);
    bench.expect(0, &["run", "--once"]);
    let found = bench.json(&["search", "*", "--json"]);
    let id = found["hits"][0]["id"].as_str().unwrap().to_owned();
    bench.expect(0, &["file", &id, "--agreement", "KK/12/2015"]);
    bench.expect(
        0,
        &["retention", "confirm", &id, "--class", "credit_agreement"],
    );
    for kind in ["settled", "relationship_ended"] {
        let event = [
            "event",
            "add",
            kind,
            "--agreement",
            "KK/12/2015",
            "--on",
            "2016-05-10",
        ];
        bench.expect(0, &[&event[..], &["--source", "core"]].concat());
    }
    id
}

fn agree(bench: &Bench) {
    for role in ["archivist", "compliance", "data_protection", "expert"] {
        bench.expect(
            0,
            &["disposal", "opinion", "1", "--as", role, "--actor", role],
        );
    }
    for person in ["ewa", "piotr"] {
        bench.expect(0, &["disposal", "approve", "1", "--actor", person]);
    }
}

#[test]
fn what_two_others_approved_is_gone_from_every_file() {
    let bench = Bench::new();
    let id = due(&bench);
    let words = words_of(&bench);
    assert!(!with_words(bench.path(), &words).is_empty());

    let plan = [
        "disposal",
        "plan",
        "--title",
        "brakowanie 2026",
        "--actor",
        "anna",
    ];
    let planned = bench.expect(0, &plan);
    assert!(
        planned.contains(&id) && planned.contains("Tax Ordinance"),
        "{planned}"
    );
    bench.expect(1, &["disposal", "approve", "1", "--actor", "ewa"]);
    bench.expect(1, &["disposal", "collect", "1", "--actor", "ewa"]);
    agree(&bench);

    let collected = bench.run(&["disposal", "collect", "1", "--actor", "ewa"]);
    let said = String::from_utf8_lossy(&collected.stderr).into_owned();
    assert_eq!(collected.status.code(), Some(0), "{said}");
    let protocol: Value = serde_json::from_slice(&collected.stdout).unwrap();
    assert_eq!(
        (&protocol["format"], &protocol["disposed"]),
        (&1.into(), &1.into())
    );
    let objects = protocol["electronic"][0]["proof"]["objects"]
        .as_array()
        .unwrap();
    assert!(
        objects
            .iter()
            .all(|object| object["afterwards"] == "not found"),
        "{protocol}"
    );
    assert!(
        objects.len() >= 4,
        "original, sidecar, pages, record: {protocol}"
    );

    assert_eq!(with_words(bench.path(), &words), BTreeSet::new());
    assert_eq!(bench.json(&["search", "*", "--json"])["total"], 0);
    assert!(bench.expect(1, &["show", &id]).contains("was disposed of"));
    bench.expect(0, &["verify"]);
    bench.expect(0, &["balance"]);
    let again: Value = bench.json(&["disposal", "show", "1", "--protocol"]);
    assert_eq!(again, protocol);

    // The same paper may come again, as new.
    bench.drop_file("lodz-1", &samples("digital.pdf", 1)[0]);
    bench.expect(0, &["run", "--once"]);
    assert_eq!(bench.json(&["search", "*", "--json"])["total"], 1);
}

#[test]
fn a_hold_placed_after_the_approval_keeps_the_document() {
    let bench = Bench::new();
    let id = due(&bench);
    bench.expect(
        0,
        &[
            "disposal",
            "plan",
            "--title",
            "brakowanie",
            "--actor",
            "anna",
        ],
    );
    agree(&bench);
    bench.expect(
        0,
        &["hold", "--matter", "I C 7/26", "--authority", "sąd", &id],
    );
    let refused = bench.expect(1, &["disposal", "collect", "1", "--actor", "ewa"]);
    assert!(refused.contains("a hold is on it"), "{refused}");
    bench.expect(0, &["show", &id]);
    bench.expect(0, &["verify"]);
    let held = bench.expect(0, &["disposal", "plan", "--title", "again", "--dry-run"]);
    assert!(held.contains("stays: a hold is on it"), "{held}");
}
