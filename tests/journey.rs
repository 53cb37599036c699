//! A scan is dropped, read, understood, kept and found; a bad one is parked with its reason.

use crate::program::{Bench, hostile, samples};
use std::collections::BTreeSet;
use std::fs;

#[test]
fn a_dropped_scan_becomes_a_found_agreement() {
    drop_and_find(&Bench::new());
}

/// The whole job, wherever ledger and originals are.
pub(crate) fn drop_and_find(bench: &Bench) {
    let files: Vec<_> = [samples("digital.pdf", 2), samples("g4.tif", 1)].concat();
    for file in &files {
        bench.drop_file("skaner-1", file);
    }
    bench.expect(0, &["run", "--once"]);

    let status = bench.json(&["status", "--json"]);
    assert_eq!(status["submissions"]["received"], files.len());
    assert_eq!(status["submissions"]["done"], files.len());
    assert_eq!(status["submissions"]["waiting"], 0);
    assert_eq!(status["documents"], files.len());
    for file in &files {
        let done = bench
            .path()
            .join("inbox/skaner-1/_done")
            .join(file.file_name().unwrap());
        assert_eq!(
            fs::read(done).unwrap(),
            fs::read(file).unwrap(),
            "the source is in _done"
        );
    }

    let found = bench.json(&["search", "*", "--json"]);
    assert_eq!(found["total"], files.len());
    for hit in found["hits"].as_array().unwrap() {
        let id = hit["id"].as_str().unwrap();
        let record = bench.json(&["show", id, "--json"]);
        assert_eq!(record["format"], 1);
        assert_eq!(record["id"], id);
        assert_eq!(record["type"], hit["type"]);
        assert!(
            !record["retention"]["rules"].as_array().unwrap().is_empty(),
            "{record}"
        );
        assert!(!record["history"].as_array().unwrap().is_empty());
        for (name, field) in record["fields"].as_object().unwrap() {
            let values = field
                .as_array()
                .cloned()
                .unwrap_or_else(|| vec![field.clone()]);
            assert!(
                values
                    .iter()
                    .all(|v| v["page"].is_u64() && v["place"].is_array()),
                "{name}"
            );
        }
        assert!(bench.expect(0, &["show", id]).contains("Retention: class"));
    }
    assert!(
        bench
            .expect(0, &["verify"])
            .contains(" 0 differ, 0 unreadable, 0 missing")
    );
}

#[test]
fn the_same_bytes_again_are_a_repeat_that_is_done() {
    let bench = Bench::new();
    let file = &samples("digital.pdf", 1)[0];
    bench.expect(0, &["add", file.to_str().unwrap()]);
    bench.drop_file("skaner-2", file);
    bench.expect(0, &["run", "--once"]);
    let status = bench.json(&["status", "--json"]);
    assert_eq!(status["submissions"]["received"], 2);
    assert_eq!(status["submissions"]["done"], 2);
    assert_eq!(status["documents"], 1);
}

#[test]
fn a_bad_file_is_parked_with_its_reason_and_kept_while_the_rest_goes_on() {
    let bench = Bench::new();
    // Two of them are the same bytes under two names: the second is a repeat of the first.
    let mut seen = BTreeSet::new();
    let mut refused = hostile();
    refused.retain(|(file, _)| seen.insert(fs::read(file).unwrap()));
    for (file, _) in &refused {
        bench.drop_file("skaner-1", file);
    }
    bench.drop_file("skaner-1", &samples("digital.pdf", 1)[0]);
    let said = bench.expect(1, &["run", "--once"]);
    let status = bench.json(&["status", "--json"]);
    assert_eq!(status["submissions"]["parked"], refused.len(), "{said}");
    assert_eq!(status["submissions"]["done"], 1);
    assert_eq!(status["documents"], 1);
    for (file, expected) in &refused {
        let name = file.file_name().unwrap().to_str().unwrap();
        let parked = status["parked"].as_array().unwrap();
        let parked = parked.iter().find(|p| p["name"] == name).unwrap();
        let or = expected["or"].as_array().into_iter().flatten();
        let mut reasons = or.chain([&expected["reason"]]);
        assert!(
            reasons.any(|reason| *reason == parked["reason"]),
            "{name}: {parked}"
        );
        assert!(!parked["remedy"].as_str().unwrap().is_empty());
        let sha256 = model::Digest::of(&fs::read(file).unwrap()).to_string();
        let kept = bench
            .path()
            .join("data/archive/orig")
            .join(&sha256[..2])
            .join(&sha256);
        assert_eq!(
            fs::read(kept).unwrap(),
            fs::read(file).unwrap(),
            "{name} is kept"
        );
    }
}

#[test]
fn reading_stores_nothing_and_prints_the_contract() {
    let bench = Bench::new();
    let file = samples("digital.pdf", 1)[0].to_str().unwrap().to_owned();
    let reading = bench.json(&["read", &file]);
    assert_eq!(reading["format"], 1);
    assert_eq!(reading["file"], file);
    let page = &reading["pages"][0];
    for key in [
        "number", "width", "height", "dpi", "rotation", "skew", "kind", "quality", "text",
    ] {
        assert!(!page[key].is_null(), "{key}");
    }
    assert!(page["words"][0]["place"].as_array().unwrap().len() == 4);
    assert!(!reading["documents"][0]["type"].as_str().unwrap().is_empty());
    assert!(!bench.path().join("data").exists(), "nothing is stored");

    bench.expect(0, &["read", &file, "--out", "read"]);
    let stem = std::path::Path::new(&file)
        .file_stem()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    assert!(bench.path().join(format!("read/{stem}.json")).exists());
    assert!(bench.path().join(format!("read/{stem}.txt")).exists());
    bench.expect(1, &["read", "/nowhere.pdf"]);
}
