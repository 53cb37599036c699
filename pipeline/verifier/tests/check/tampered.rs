//! Every way to be at a log, and what it is called.

use crate::writer::{Signer, event, export, leaf, leaves};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use verifier::{Frontier, Kind, Report, Trust, Verification};

const EVENTS: u64 = 40;
const SIZES: [usize; 3] = [10, 25, 40];

fn events() -> Vec<Value> {
    (1..=EVENTS).map(event).collect()
}

fn sound() -> Vec<Value> {
    export(&events(), &SIZES, &Signer::new(1))
}

/// The line of an event.
fn line(lines: &[Value], seq: u64) -> usize {
    let is = |line: &Value| line["kind"] == "event" && line["seq"] == seq;
    lines.iter().position(is).unwrap()
}

fn trust() -> Trust {
    let signer = Signer::new(1);
    Trust {
        keys: vec![signer.key()],
        held: vec![("old.txt".into(), signer.note(&leaves(&events())[..25]))],
        ..Trust::default()
    }
}

fn report(lines: &[Value], trust: Trust) -> Report {
    let texts: Vec<String> = lines.iter().map(Value::to_string).collect();
    Verification::of(texts.iter().map(String::as_str), trust)
}

/// The first difference.
fn first(lines: &[Value], trust: Trust) -> Option<(Kind, Option<u64>)> {
    let report = report(lines, trust);
    report.differences.first().map(|d| (d.kind, d.seq))
}

/// The leaf is made to fit what a line says.
fn fit(line: &mut Value) {
    line["leaf"] = leaf(line).to_string().into();
}

/// The counts are made to fit the lines.
fn recount(lines: &mut [Value]) {
    let count = lines.iter().filter(|line| line["kind"] == "event").count();
    lines.last_mut().unwrap()["events"] = count.into();
}

#[test]
fn what_nobody_was_at_is_sound() {
    let report = report(&sound(), trust());
    assert_eq!(report.differences, []);
    assert_eq!((report.events, report.agreed), (EVENTS, vec![10, 25, 40]));
}

type Case = (&'static str, fn(&mut Vec<Value>), Kind, Option<u64>);

/// What was done to the export, and what must be said of it first.
const CASES: [Case; 21] = [
    (
        "who did it",
        |l| {
            let n = line(l, 7);
            l[n]["actor"]["value"] = "nobody".into();
        },
        Kind::Changed,
        Some(7),
    ),
    (
        "when",
        |l| {
            let n = line(l, 7);
            l[n]["at"] = 1_795_478_400_001_u64.into();
        },
        Kind::Changed,
        Some(7),
    ),
    (
        "what",
        |l| {
            let n = line(l, 7);
            l[n]["action"] = "exported".into();
        },
        Kind::Changed,
        Some(7),
    ),
    (
        "a salt",
        |l| {
            let n = line(l, 7);
            l[n]["detail"]["salt"] = "00".into();
        },
        Kind::Changed,
        Some(7),
    ),
    (
        "what and its leaf",
        |l| {
            let n = line(l, 17);
            l[n]["subject"]["value"] = "document 0".into();
            fit(&mut l[n]);
        },
        Kind::Changed,
        Some(11),
    ),
    (
        "a leaf",
        |l| {
            let (a, b) = (line(l, 7), line(l, 9));
            l[a]["leaf"] = l[b]["leaf"].clone();
        },
        Kind::Changed,
        Some(7),
    ),
    (
        "an event taken out",
        |l| {
            let n = line(l, 12);
            l.remove(n);
            recount(l);
        },
        Kind::Removed,
        Some(12),
    ),
    (
        "three events taken out",
        |l| {
            let n = line(l, 12);
            l.drain(n..n + 3);
            recount(l);
        },
        Kind::Removed,
        Some(12),
    ),
    (
        "an event taken out, the rest renumbered",
        |l| {
            let n = line(l, 12);
            l.remove(n);
            for seq in 13..=EVENTS {
                let n = line(l, seq);
                l[n]["seq"] = (seq - 1).into();
            }
            l[0]["size"] = (EVENTS - 1).into();
            recount(l);
        },
        Kind::Removed,
        Some(12),
    ),
    (
        "two events in each other's place",
        |l| {
            let n = line(l, 12);
            l.swap(n, n + 1);
        },
        Kind::Removed,
        Some(12),
    ),
    (
        "two events with each other's number",
        |l| {
            let n = line(l, 12);
            l.swap(n, n + 1);
            l[n]["seq"] = 12.into();
            l[n + 1]["seq"] = 13.into();
        },
        Kind::Reordered,
        Some(12),
    ),
    (
        "an event twice",
        |l| {
            let n = line(l, 12);
            let copy = l[n].clone();
            l.insert(n, copy);
            recount(l);
        },
        Kind::Inserted,
        Some(12),
    ),
    (
        "an event put in, the rest renumbered",
        |l| {
            for seq in (20..=EVENTS).rev() {
                let n = line(l, seq);
                l[n]["seq"] = (seq + 1).into();
            }
            let n = line(l, 21);
            l.insert(n, event(20));
            let mut put = event(20);
            put["detail"]["value"] = "put in".into();
            fit(&mut put);
            l[n] = put;
            recount(l);
        },
        Kind::Inserted,
        Some(20),
    ),
    (
        "the last events cut off",
        |l| {
            l.truncate(l.len() - 6);
        },
        Kind::Truncated,
        Some(36),
    ),
    (
        "the last events taken out",
        |l| {
            let n = line(l, 36);
            l.drain(n..n + 5);
            recount(l);
        },
        Kind::Removed,
        Some(36),
    ),
    (
        "an older copy of the log",
        |l| {
            *l = export(&events()[..20], &[10, 20], &Signer::new(1));
        },
        Kind::RolledBack,
        Some(21),
    ),
    (
        "a rewritten log, signed anew",
        |l| {
            let mut rewritten = events();
            rewritten[4]["actor"]["value"] = "nobody".into();
            fit(&mut rewritten[4]);
            *l = export(&rewritten, &[40], &Signer::new(1));
        },
        Kind::Forked,
        None,
    ),
    (
        "a checkpoint's size",
        |l| {
            let note = l[3]["note"]
                .as_str()
                .unwrap()
                .replacen("\n40\n", "\n39\n", 1);
            l[3]["note"] = note.into();
        },
        Kind::Signature,
        None,
    ),
    (
        "a checkpoint of another key",
        |l| {
            l[3]["note"] = Signer::new(2).note(&leaves(&events())).into();
        },
        Kind::UnknownKey,
        None,
    ),
    (
        "a clock put back",
        |l| {
            let mut early = events();
            early[29]["at"] = 1_795_478_400_000_u64.into();
            fit(&mut early[29]);
            *l = export(&early, &[10, 25, 40], &Signer::new(1));
        },
        Kind::ClockWentBack,
        Some(30),
    ),
    (
        "a line that is none",
        |l| {
            l[9] = json!({ "kind": "event", "seq": "x" });
        },
        Kind::Malformed,
        Some(6),
    ),
];

#[test]
fn whatever_was_done_to_an_export_is_found_and_named() {
    for (what, tamper, kind, seq) in CASES {
        let mut lines = sound();
        tamper(&mut lines);
        assert_eq!(first(&lines, trust()), Some((kind, seq)), "{what}");
    }
}

/// The script for strangers, in another language and with another library for signatures.
#[test]
fn the_script_for_strangers_comes_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("old.txt"), &trust().held[0].1).unwrap();
    let check = |lines: &[Value]| {
        let texts: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(path("export.jsonl"), texts.concat()).unwrap();
        let output = Command::new("python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/verify-audit.py"))
            .args(["export.jsonl", "--checkpoint", "old.txt", "--key"])
            .arg(trust().keys[0].hexadecimal())
            .current_dir(folder.path())
            .output()
            .expect("python3 and openssl are there: `make setup-test` installs them");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    let (code, said) = check(&sound());
    assert_eq!(code, Some(0), "{said}");
    for (what, tamper, ..) in CASES {
        let mut lines = sound();
        tamper(&mut lines);
        let (code, said) = check(&lines);
        assert_eq!(code, Some(1), "{what}: {said}");
        assert!(!said.contains("Traceback"), "{what}: {said}");
    }
}

/// An event moved out of its place is first missed there, and then named where it stands.
#[test]
fn a_moved_event_is_named_where_it_stands() {
    let mut lines = sound();
    let n = line(&lines, 12);
    let moved = lines.remove(n);
    lines.insert(n + 5, moved);
    let differences = report(&lines, trust()).differences;
    let found: Vec<_> = differences.iter().map(|d| (d.kind, d.seq)).collect();
    assert!(found.contains(&(Kind::Reordered, Some(12))), "{found:?}");
}

#[test]
fn a_name_that_was_erased_leaves_the_log_sound() {
    let mut lines = sound();
    let n = line(&lines, 7);
    let text = |key: &str| lines[n]["actor"][key].as_str().unwrap().to_owned();
    let commitment = verifier::Hash::commitment("actor", &text("salt"), &text("value"));
    lines[n]["actor"] = json!({ "commitment": commitment.to_string() });
    assert_eq!(first(&lines, trust()), None);
}

#[test]
fn what_a_rebuilding_told_again_is_no_clock_put_back() {
    let mut told = events();
    for early in &mut told[20..24] {
        early["at"] = 1_795_478_000_000_u64.into();
        fit(early);
    }
    told[24]["action"] = "rebuilt".into();
    fit(&mut told[24]);
    let signer = Signer::new(1);
    let lines = export(&told, &[40], &signer);
    let keys = vec![signer.key()];
    let report = report(
        &lines,
        Trust {
            keys,
            ..Trust::default()
        },
    );
    assert_eq!(
        (report.differences.len(), report.notes.len()),
        (0, 1),
        "{report:?}"
    );
}

#[test]
fn without_a_key_of_its_own_the_checker_is_told_so() {
    let report = report(&sound(), Trust::default());
    assert!(report.is_sound() && report.notes[0].contains("compare it with one that you hold"));
}

#[test]
fn an_export_that_begins_later_is_compared_by_its_proof() {
    let (signer, events) = (Signer::new(1), events());
    let leaves = leaves(&events);
    let mut lines = export(&events, &[40], &signer);
    lines.drain(2..32);
    lines[0]["first"] = 31.into();
    let roots = [(0, 16), (16, 24), (24, 28), (28, 30)];
    let before = roots.map(|(from, to)| crate::writer::naive(&leaves[from..to]).to_string());
    lines[0]["before"] = json!(before);
    recount(&mut lines);
    let unproven = first(&lines, trust());
    assert_eq!(unproven, Some((Kind::Unproven, None)));
    let proof = crate::writer::consistency(25, &leaves, true);
    let proof: Vec<String> = proof.iter().map(ToString::to_string).collect();
    lines.insert(
        2,
        json!({ "kind": "consistency", "from": 25, "to": 40, "proof": proof }),
    );
    assert_eq!(first(&lines, trust()), None);
    lines[0]["before"][0] = lines[0]["before"][1].clone();
    assert_eq!(first(&lines, trust()).unwrap().0, Kind::Changed);
}

#[test]
fn an_event_of_a_slice_needs_its_proof() {
    let (signer, events) = (Signer::new(1), events());
    let leaves = leaves(&events);
    let mut lines = export(&events, &[40], &signer);
    lines[0]["slice"] = true.into();
    lines.drain(4..42);
    for (n, index) in [(2, 0), (3, 1)] {
        let proof = crate::writer::path(index, &leaves);
        let proof: Vec<String> = proof.iter().map(ToString::to_string).collect();
        lines[n]["proof"] = json!(proof);
    }
    recount(&mut lines);
    let keys = || Trust {
        keys: vec![Signer::new(1).key()],
        ..Trust::default()
    };
    assert_eq!(first(&lines, keys()), None);
    lines[3]["actor"]["value"] = "nobody".into();
    fit(&mut lines[3]);
    assert_eq!(first(&lines, keys()), Some((Kind::Changed, Some(2))));
    lines[3]["proof"] = Value::Null;
    assert_eq!(first(&lines, keys()), Some((Kind::Unproven, Some(2))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// One changed character of any event, anywhere, is found; so is none.
    #[test]
    fn no_changed_byte_passes(seq in 1..=EVENTS, at in any::<prop::sample::Index>()) {
        let mut texts: Vec<String> = sound().iter().map(Value::to_string).collect();
        let n = line(&sound(), seq);
        let digits: Vec<usize> = texts[n].match_indices(|c: char| c.is_ascii_digit()).map(|(i, _)| i).collect();
        let place = *at.get(&digits);
        let other = if &texts[n][place..=place] == "1" { "2" } else { "1" };
        texts[n].replace_range(place..=place, other);
        let report = Verification::of(texts.iter().map(String::as_str), trust());
        prop_assert!(!report.is_sound(), "{}", texts[n]);
    }

    #[test]
    fn no_line_makes_checking_panic(text in ".{0,200}") {
        let _ = Verification::of([text.as_str()], Trust::default());
        let header = sound()[0].to_string();
        let _ = Verification::of([header.as_str(), &text], Trust::default());
    }
}

#[test]
fn a_tree_of_too_few_parts_is_none() {
    assert!(Frontier::of(5, Vec::new()).is_none());
}
