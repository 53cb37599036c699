//! Until when a document is kept is said in sentences; a hold is on in ledger and store until the
//! last of the holds on it is released.

use crate::program::{Bench, samples};
use std::fs;
use std::path::Path;

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
