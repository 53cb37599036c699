use super::{Report, Trouble, verify};
use crate::bag::hash::hexadecimal;
use crate::bag::{Algorithm, Hashing, Severity, Source};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn digest(algorithm: Algorithm, content: &[u8]) -> String {
    let mut hashing = Hashing::new([algorithm]);
    hashing.update(content);
    hexadecimal(&hashing.finish()[0].1)
}

/// A bag of two files by one algorithm; what a test changes is changed after.
fn bag(version: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let declaration = format!("BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n");
    put(folder.path(), "bagit.txt", &declaration);
    put(folder.path(), "bag-info.txt", "Payload-Oxum: 9.2\n");
    put(folder.path(), "data/a", "umowa");
    put(folder.path(), "data/b/c", "kwit");
    list(
        folder.path(),
        "manifest-sha256.txt",
        &[("data/a", "umowa"), ("data/b/c", "kwit")],
    );
    folder
}

fn put(root: &Path, name: &str, content: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn list(root: &Path, manifest: &str, files: &[(&str, &str)]) {
    let name = manifest
        .rsplit('-')
        .next()
        .unwrap()
        .trim_end_matches(".txt");
    let algorithm = Algorithm::parse(name).unwrap();
    let lines = files
        .iter()
        .map(|(path, content)| format!("{}  {path}\n", digest(algorithm, content.as_bytes())));
    put(root, manifest, &lines.collect::<String>());
}

fn verified(root: &Path) -> Report {
    let source = Source::open(root).unwrap();
    verify(&source, &mut |_| {}).unwrap()
}

/// Changes a sound bag and expects exactly one kind of finding about one file.
fn check(version: &str, change: impl FnOnce(&Path), expected: Option<(Severity, Trouble, &str)>) {
    let folder = bag(version);
    change(folder.path());
    let report = verified(folder.path());
    let found = report
        .findings
        .first()
        .map(|f| (f.severity, f.trouble, f.path.as_str()));
    assert_eq!(found, expected, "{:?}", report.findings);
    assert!(report.findings.len() <= 1, "{:?}", report.findings);
}

const ERROR: Severity = Severity::Error;
const WARNING: Severity = Severity::Warning;

#[test]
fn a_sound_bag_is_valid_and_read_once() {
    let folder = bag("1.0");
    list(
        folder.path(),
        "manifest-md5.txt",
        &[("data/a", "umowa"), ("data/b/c", "kwit")],
    );
    let report = verified(folder.path());
    assert!(
        report.is_valid() && report.findings.is_empty(),
        "{report:?}"
    );
    assert_eq!((report.files, report.bytes), (2, 9));
}

#[test]
fn the_file_that_differs_is_named() {
    check(
        "1.0",
        |bag| put(bag, "data/a", "Umowa"),
        Some((ERROR, Trouble::Differs, "data/a")),
    );
    check(
        "1.0",
        |bag| {
            put(bag, "data/new", "");
            put(bag, "bag-info.txt", "Payload-Oxum: 9.3\n");
        },
        Some((ERROR, Trouble::Unlisted, "data/new")),
    );
    check(
        "1.0",
        |bag| {
            fs::remove_file(bag.join("data/a")).unwrap();
            put(bag, "bag-info.txt", "");
        },
        Some((ERROR, Trouble::Missing, "data/a")),
    );
    check(
        "1.0",
        |bag| {
            list(
                bag,
                "tagmanifest-md5.txt",
                &[("bag-info.txt", "Payload-Oxum: 8.2\n")],
            )
        },
        Some((ERROR, Trouble::Differs, "bag-info.txt")),
    );
    check(
        "1.0",
        |bag| put(bag, "bag-info.txt", "Payload-Oxum: 9.3\n"),
        Some((ERROR, Trouble::Oxum, "bag-info.txt")),
    );
}

#[test]
fn every_manifest_lists_everything_from_version_1_on() {
    let short = |bag: &Path| list(bag, "manifest-md5.txt", &[("data/a", "umowa")]);
    check("1.0", short, Some((ERROR, Trouble::Unlisted, "data/b/c")));
    check("0.97", short, None);
}

#[test]
fn a_file_listed_twice_is_an_error_from_version_1_on() {
    let files = [
        ("data/a", "umowa"),
        ("data/b/c", "kwit"),
        ("data/a", "umowa"),
    ];
    let twice = |bag: &Path| list(bag, "manifest-sha256.txt", &files);
    check(
        "1.0",
        twice,
        Some((ERROR, Trouble::Duplicate, "manifest-sha256.txt")),
    );
    check(
        "0.97",
        twice,
        Some((WARNING, Trouble::Duplicate, "manifest-sha256.txt")),
    );
}

#[test]
fn paths_that_lead_out_are_refused_in_manifests_and_in_fetch() {
    for path in ["../x", "/etc/x", "~/x", "data/../../x", "bag-info.txt"] {
        let files = [("data/a", "umowa"), ("data/b/c", "kwit"), (path, "")];
        check(
            "1.0",
            |bag| list(bag, "manifest-sha256.txt", &files),
            Some((ERROR, Trouble::Path, "manifest-sha256.txt")),
        );
    }
    let folder = bag("1.0");
    put(
        folder.path(),
        "fetch.txt",
        "http://localhost/x - ../x\nhttp://localhost/x - data/a\n",
    );
    let found: Vec<_> = verified(folder.path())
        .findings
        .iter()
        .map(|f| f.trouble)
        .collect();
    assert_eq!(found, [Trouble::Fetch, Trouble::Path]);
}

#[test]
fn names_that_some_systems_hold_to_be_one_are_checked_and_told() {
    let listed = |name: &'static str, content: &'static str| {
        move |bag: &Path| {
            let files = [("data/a", "umowa"), ("data/b/c", "kwit"), (name, content)];
            list(bag, "manifest-sha256.txt", &files);
        }
    };
    check(
        "0.97",
        listed("data/A", "umowa"),
        Some((WARNING, Trouble::Alias, "data/A")),
    );
    let folder = bag("0.97");
    listed("data/A", "other")(folder.path());
    let report = verified(folder.path());
    assert_eq!(report.findings.last().unwrap().trouble, Trouble::Differs);
    check(
        "0.97",
        listed("data/.DS_Store", ""),
        Some((WARNING, Trouble::SystemFile, "data/.DS_Store")),
    );
    check(
        "0.97",
        listed("data/.DS_Store", "x"),
        Some((ERROR, Trouble::Missing, "data/.DS_Store")),
    );
}

#[test]
fn links_are_refused_before_anything_is_read() {
    let folder = bag("1.0");
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("data/link")).unwrap();
    let error = Source::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("data/link is a link"), "{error}");
}

/// The conformance suite of the Library of Congress, where it lies beside the project.
#[test]
fn the_conformance_suite_is_agreed_with() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/bagit");
    let Ok(versions) = fs::read_dir(&suite) else {
        println!("skipped: no shared data");
        return;
    };
    let mut cases = 0;
    for kind in versions.flat_map(|v| fs::read_dir(v.unwrap().path()).unwrap()) {
        let kind = kind.unwrap().path();
        for case in fs::read_dir(&kind).unwrap() {
            let case = case.unwrap().path();
            let report = verified(&case);
            let expected = match kind.file_name().unwrap().to_str().unwrap() {
                "valid" => report.is_valid(),
                "warning" => report.is_valid() && report.warnings > 0,
                // `invalid`, and what leads out on one system or the other.
                _ => !report.is_valid(),
            };
            assert!(expected, "{}: {:?}", case.display(), report.findings);
            cases += 1;
        }
    }
    assert!(cases > 40, "{cases} cases");
}
