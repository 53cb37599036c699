//! The shape that was agreed: the top level, who may use whom, and who alone knows which library.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A crate of ours and every crate it names, ours or not, outside its tests.
fn dependencies(manifest: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(manifest).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let named = manifest.get("dependencies").and_then(toml::Value::as_table);
    named.into_iter().flat_map(|t| t.keys().cloned()).collect()
}

fn crates() -> BTreeMap<String, BTreeSet<String>> {
    let folders = fs::read_dir(root().join("pipeline"))
        .unwrap()
        .map(|e| e.unwrap().path());
    folders
        .map(|folder| {
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            (name, dependencies(&folder.join("Cargo.toml")))
        })
        .collect()
}

#[test]
fn the_top_level_is_the_agreed_one() {
    let agreed = [
        "Cargo.toml",
        "Cargo.lock",
        "Makefile",
        "LICENSE",
        "CHANGELOG.md",
        "ARCHITECTURE.md",
        "README.md",
        "docs",
        "deploy",
        "src",
        "pipeline",
        "schemas",
        "tests",
        "samples",
        // Made by building and running, ignored by git.
        "target",
        "kartoteka-data",
    ];
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name.starts_with('.') || agreed.contains(&name.as_str()),
            "{name} was not agreed"
        );
    }
}

#[test]
fn crates_depend_only_downwards() {
    let allowed = BTreeMap::from([
        ("model", vec![]),
        ("extraction", vec!["model"]),
        ("scan", vec!["model"]),
        ("ocr", vec!["model"]),
        ("sandbox", vec!["model", "scan", "ocr"]),
        ("archive", vec!["model"]),
        ("ledger", vec!["model"]),
        ("print", vec!["model"]),
        ("records", vec!["model", "archive", "ledger"]),
        ("search", vec!["model"]),
        // It checks what the ledger wrote, and must not share its mistakes.
        ("verifier", vec![]),
        (
            "evidence",
            vec!["model", "archive", "ledger", "records", "print", "verifier"],
        ),
        (
            "stages",
            vec![
                "model",
                "extraction",
                "sandbox",
                "archive",
                "ledger",
                "records",
                "search",
            ],
        ),
    ]);
    let crates = crates();
    let ours: BTreeSet<&str> = crates.keys().map(String::as_str).collect();
    assert_eq!(
        ours,
        allowed.keys().copied().collect(),
        "a crate was added or removed"
    );
    for (name, dependencies) in &crates {
        for dependency in dependencies.iter().filter(|d| ours.contains(d.as_str())) {
            let allowed = &allowed[name.as_str()];
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} must not use {dependency}"
            );
        }
    }
}

#[test]
fn every_outside_library_that_matters_has_one_owner() {
    let owners = [
        (
            "scan",
            vec!["hayro-syntax", "hayro-interpret", "hayro", "lopdf", "image"],
        ),
        ("ocr", vec!["tesseract", "tesseract-sys", "leptonica-sys"]),
        ("sandbox", vec!["landlock", "seccompiler"]),
        ("archive", vec!["aws-sdk-s3", "aws-config"]),
        ("ledger", vec!["sqlx"]),
        ("search", vec!["tantivy", "fst", "frostem"]),
        ("print", vec!["pdf-writer"]),
        ("stages", vec!["notify"]),
    ];
    let mut all = crates();
    all.insert("kartoteka".into(), dependencies(&root().join("Cargo.toml")));
    for (owner, libraries) in owners {
        for library in libraries {
            for (name, dependencies) in all.iter().filter(|(name, _)| *name != owner) {
                assert!(
                    !dependencies.contains(library),
                    "{library} is {owner}'s, not {name}'s"
                );
            }
            assert!(
                all[owner].contains(library),
                "{owner} no longer uses {library}"
            );
        }
    }
}

#[test]
fn the_pure_crates_touch_nothing() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::process",
        "std::thread",
        "SystemTime",
        "tokio",
    ];
    for name in ["model", "extraction", "verifier"] {
        for file in rust_files(&root().join("pipeline").join(name).join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            for word in forbidden {
                assert!(!text.contains(word), "{} uses {word}", file.display());
            }
        }
    }
}

#[test]
fn unsafe_code_lives_in_three_modules() {
    let allowed = [
        "pipeline/ocr/src/binding.rs",
        "pipeline/sandbox/src/start.rs",
        "pipeline/scan/src/bytes.rs",
    ];
    let mut folders = vec![root().join("src")];
    folders.extend(
        crates()
            .keys()
            .map(|name| root().join("pipeline").join(name).join("src")),
    );
    for file in folders.iter().flat_map(|folder| rust_files(folder)) {
        let relative = file
            .strip_prefix(root())
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let text = fs::read_to_string(&file).unwrap();
        let opens = text.contains("allow(unsafe_code") || text.contains("expect(unsafe_code");
        let may = allowed
            .iter()
            .any(|a| relative.starts_with(a.trim_end_matches(".rs")));
        assert!(!opens || may, "{relative} allows unsafe code");
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}
