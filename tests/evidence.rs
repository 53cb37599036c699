//! Packages: made, verified by us and by coreutils and openssl alone, mutated, taken in elsewhere.

mod mutations;

use crate::program::{Bench, samples};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What every export of these tests is for.
const FOR: [&str; 6] = [
    "--recipient",
    "court",
    "--basis",
    "civil_procedure",
    "--purpose",
    "I C 77/26: żądanie z 12.05.2026",
];

/// An archive of a few read documents.
fn archive(count: usize) -> Bench {
    let bench = Bench::new();
    for file in samples("digital.pdf", count) {
        bench.drop_file("skaner-1", &file);
    }
    bench.expect(0, &["run", "--once"]);
    bench
}

fn export(bench: &Bench, what: &[&str], out: &str) -> String {
    let arguments = [&["export"], what, &FOR[..], &[out]].concat();
    bench.expect(0, &arguments)
}

/// Every file below a folder, by its path there.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// The package's own script, with nothing but coreutils and openssl where programs are looked for.
fn by_script(package: &Path, key: Option<&Path>) -> Output {
    let tools = tempfile::tempdir().unwrap();
    for tool in [
        "sh",
        "base64",
        "comm",
        "cut",
        "head",
        "mktemp",
        "od",
        "openssl",
        "rm",
        "sha256sum",
        "sha512sum",
        "sort",
        "tail",
        "tr",
    ] {
        let place = ["/usr/bin", "/bin"].map(|folder| PathBuf::from(folder).join(tool));
        let place = place.into_iter().find(|place| place.exists()).unwrap();
        std::os::unix::fs::symlink(place, tools.path().join(tool)).unwrap();
    }
    Command::new("/bin/sh")
        .arg("verify.sh")
        .args(key)
        .current_dir(package)
        .env_clear()
        .env("PATH", tools.path())
        .output()
        .unwrap()
}

#[test]
fn a_package_proves_itself_to_a_stranger_and_says_what_it_lacks() {
    let bench = archive(2);
    let status = bench.json(&["status", "--json"]);
    let documents = usize::try_from(status["documents"].as_u64().unwrap()).unwrap();
    let all = bench.json(&["search", "*", "--json"]);
    let id = all["hits"][0]["id"].as_str().unwrap().to_owned();
    let gone = id.replace('-', "-99");
    fs::write(
        bench.path().join("ids.txt"),
        format!("# lista\n{id}\n{gone}\n"),
    )
    .unwrap();
    export(&bench, &["--query", "*"], "paczka");
    let said = export(&bench, &["--ids", "ids.txt"], "lista");
    assert!(said.contains("2 documents found, 1 given, 1 not"), "{said}");
    assert!(
        said.contains(&format!("{gone} is not given: nieznany w archiwum")),
        "{said}"
    );

    // It needs no archive to be verified.
    let elsewhere = Bench::new();
    let package = bench.path().join("paczka");
    let said = elsewhere.expect(0, &["verify", package.to_str().unwrap()]);
    assert!(
        said.contains(&format!(
            "{documents} of {documents} documents found are given"
        )),
        "{said}"
    );
    let verified = elsewhere.json(&["verify", package.to_str().unwrap(), "--json"]);
    assert_eq!(verified["valid"], true);
    assert!(!elsewhere.path().join("data").exists(), "nothing was made");
    elsewhere.expect(3, &["verify", "/nowhere"]);

    let script = by_script(&package, None);
    let printed = String::from_utf8_lossy(&script.stdout).into_owned();
    let trouble = String::from_utf8_lossy(&script.stderr).into_owned();
    assert!(script.status.success(), "{printed}{trouble}");
    assert!(printed.ends_with("OK\n"), "{printed}");
    assert!(
        printed.contains(verified["key"].as_str().unwrap()),
        "{printed}"
    );

    // What is given is what was dropped, byte for byte.
    let files = files(&package);
    let statement: Value = serde_json::from_slice(&files["data/index/statement.json"]).unwrap();
    assert_eq!(statement["found"], documents);
    assert_eq!(statement["exceptions"].as_array().unwrap().len(), 0);
    for sample in samples("digital.pdf", 2) {
        let bytes = fs::read(sample).unwrap();
        assert!(files.values().any(|file| *file == bytes));
    }
    let csv = String::from_utf8(files["data/index/index.csv"].clone()).unwrap();
    assert!(csv.starts_with('\u{feff}'));
    assert_eq!(csv.lines().count(), documents + 1);
    assert!(files["data/index/index.pdf"].starts_with(b"%PDF"));

    // Another's key is told apart from the bank's.
    let (own, other) = (package.join("data/evidence/keys/package.pem"), "other.pem");
    let pem = evidence::PublicKey::new([7; 32]).pem();
    fs::write(elsewhere.path().join(other), pem).unwrap();
    let package = package.to_str().unwrap();
    elsewhere.expect(0, &["verify", package, "--key", own.to_str().unwrap()]);
    let said = elsewhere.expect(1, &["verify", package, "--key", other]);
    assert!(said.contains("another key"), "{said}");
    let script = by_script(Path::new(package), Some(&elsewhere.path().join(other)));
    assert!(!script.status.success());
}

#[test]
fn the_same_request_of_the_same_archive_is_the_same_bytes_and_on_record() {
    let bench = archive(2);
    for out in ["one.tar", "two.tar"] {
        export(&bench, &["--query", "*"], out);
    }
    export(&bench, &["--query", "*"], "folder");
    let read = |name: &str| fs::read(bench.path().join(name)).unwrap();
    assert_eq!(read("one.tar"), read("two.tar"));
    bench.expect(0, &["verify", "one.tar"]);
    // Another's tar reads ours, and finds what is in the folder.
    let untarred = bench.path().join("untarred");
    fs::create_dir(&untarred).unwrap();
    let tar = Command::new("tar")
        .args(["-xf", "../one.tar"])
        .current_dir(&untarred)
        .status();
    assert!(tar.unwrap().success());
    let base = fs::read_dir(&untarred)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    assert_eq!(files(&base), files(&bench.path().join("folder")));
    assert!(by_script(&base, None).status.success());

    let register = bench.expect(0, &["disclosures", "--json"]);
    let rows: Vec<Value> = register
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(rows.len(), 1, "one request: {register}");
    assert_eq!(rows[0]["recipient"], "court");
    assert_eq!(rows[0]["purpose"], FOR[5]);
    assert!(rows[0]["sha256"].as_str().unwrap().len() == 64);
    // What is there is never written over, and what is no basis is refused.
    let again = [&["export", "--query", "*"], &FOR[..], &["folder"]].concat();
    bench.expect(1, &again);
    let mut wrong = [&["export", "--query", "*"], &FOR[..], &["new"]].concat();
    wrong[6] = "gdpr_access";
    let said = bench.expect(1, &wrong);
    assert!(said.contains("no basis for `court`"), "{said}");
    assert!(!bench.path().join("new").exists());
}

#[test]
fn a_package_is_taken_into_an_empty_archive_with_its_identities_and_hashes() {
    let bench = archive(3);
    export(
        &bench,
        &["--query", "*", "--profile", "transfer"],
        "paczka.tar",
    );
    let package = bench.path().join("paczka.tar");
    let package = package.to_str().unwrap();
    let other = Bench::new();
    let said = other.expect(0, &["import", package]);
    assert!(
        said.contains("were not; ") && said.contains(" 0 were not"),
        "{said}"
    );
    other.expect(0, &["import", package]);
    other.expect(0, &["run", "--once"]);
    let ids = |bench: &Bench| -> Vec<String> {
        let all = bench.json(&["search", "*", "--json", "--limit", "100"]);
        let hits = all["hits"].as_array().unwrap();
        let mut ids: Vec<String> = hits
            .iter()
            .map(|h| h["id"].as_str().unwrap().into())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&bench), ids(&other));
    for id in ids(&bench) {
        let [mut ours, mut theirs] = [&bench, &other].map(|b| b.json(&["show", &id, "--json"]));
        for record in [&mut ours, &mut theirs] {
            record["history"].take();
        }
        assert_eq!(ours, theirs);
    }
    let original = |bench: &Bench| files(&bench.path().join("data/archive/orig"));
    let content = |bench: &Bench| -> BTreeMap<String, Vec<u8>> {
        let all = original(bench).into_iter();
        all.filter(|(name, _)| !name.ends_with(".seal")).collect()
    };
    assert_eq!(content(&bench), content(&other));
    other.expect(0, &["verify"]);
    // An archive that has other documents is no place for it.
    let full = archive(1);
    let said = full.expect(1, &["import", package]);
    assert!(said.contains("not empty"), "{said}");
}

#[test]
fn a_confidential_hold_shows_nowhere_in_a_package() {
    let bench = archive(1);
    let all = bench.json(&["search", "*", "--json"]);
    let id = all["hits"][0]["id"].as_str().unwrap().to_owned();
    let secret = [
        "hold",
        "--matter",
        "GIIF-4711-TAJNE",
        "--authority",
        "Generalny",
        "--confidential",
        &id,
    ];
    bench.expect(0, &secret);
    let said = bench.expect(
        1,
        &[&["export", "--hold", "GIIF-4711-TAJNE"], &FOR[..], &["x"]].concat(),
    );
    assert!(said.contains("there is no hold"), "{said}");
    bench.expect(0, &["run", "--once"]);
    export(&bench, &["--query", "*"], "paczka");
    for (name, bytes) in files(&bench.path().join("paczka")) {
        let text = String::from_utf8_lossy(&bytes);
        for word in ["GIIF-4711", "TAJNE", "hold placed", "\"hold:"] {
            assert!(!text.contains(word), "{name} has {word}");
        }
    }
}
