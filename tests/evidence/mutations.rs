//! Every way in which one thing of a package may be changed: ours catches each, and the package's
//! own script each that it covers.

use super::{archive, by_script, export, files};
use evidence::bag::Source;
use evidence::package::verify;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What one mutation does.
enum Mutation {
    /// One bit of a file.
    Flip(String, usize),
    /// A file's last byte.
    Shorten(String),
    /// A byte behind a file's end.
    Lengthen(String),
    Remove(String),
    Rename(String, String),
    Add(String),
    /// A file takes another's content, that of another package among them.
    Replace(String, Vec<u8>),
    /// A link in place of a file.
    Link(String),
}

impl Mutation {
    fn kind(&self) -> &'static str {
        match self {
            Self::Flip(..) => "one bit",
            Self::Shorten(_) => "last byte removed",
            Self::Lengthen(_) => "byte appended",
            Self::Remove(_) => "file removed",
            Self::Rename(..) => "file renamed",
            Self::Add(_) => "file added",
            Self::Replace(..) => "file or signature swapped",
            Self::Link(_) => "link in place of a file",
        }
    }

    fn apply(&self, root: &Path) {
        match self {
            Self::Flip(name, place) => {
                let mut bytes = fs::read(root.join(name)).unwrap();
                bytes[*place] ^= 1;
                fs::write(root.join(name), bytes).unwrap();
            }
            Self::Shorten(name) => {
                let mut bytes = fs::read(root.join(name)).unwrap();
                bytes.pop();
                fs::write(root.join(name), bytes).unwrap();
            }
            Self::Lengthen(name) => {
                let mut bytes = fs::read(root.join(name)).unwrap();
                bytes.push(b'\n');
                fs::write(root.join(name), bytes).unwrap();
            }
            Self::Remove(name) => fs::remove_file(root.join(name)).unwrap(),
            Self::Rename(from, to) => fs::rename(root.join(from), root.join(to)).unwrap(),
            Self::Add(name) => {
                let place = root.join(name);
                fs::create_dir_all(place.parent().unwrap()).unwrap();
                fs::write(place, b"new").unwrap();
            }
            Self::Replace(name, bytes) => fs::write(root.join(name), bytes).unwrap(),
            Self::Link(name) => {
                fs::remove_file(root.join(name)).unwrap();
                std::os::unix::fs::symlink("/etc/hostname", root.join(name)).unwrap();
            }
        }
    }
}

/// The mutations of a package; `other` is another one by the same key.
fn mutations(
    package: &BTreeMap<String, Vec<u8>>,
    other: &BTreeMap<String, Vec<u8>>,
) -> Vec<Mutation> {
    let mut all = Vec::new();
    for (name, bytes) in package {
        let last = bytes.len() - 1;
        let places = [0, last / 5, last / 3, last / 2, last / 4 * 3, last];
        all.extend(places.map(|place| Mutation::Flip(name.clone(), place)));
        all.push(Mutation::Shorten(name.clone()));
        all.push(Mutation::Lengthen(name.clone()));
        all.push(Mutation::Remove(name.clone()));
        all.push(Mutation::Rename(name.clone(), format!("{name}.bak")));
        all.push(Mutation::Link(name.clone()));
        if let Some(theirs) = other.get(name).filter(|theirs| *theirs != bytes) {
            all.push(Mutation::Replace(name.clone(), theirs.clone()));
        }
    }
    for name in [
        "new.txt",
        ".hidden",
        "data/new",
        "data/sip/new",
        "data/.hidden",
        "fetch.txt",
        "new/a",
        "manifest-md5.txt",
        "tagmanifest-md5.txt",
        "data/index/new.csv",
    ] {
        all.push(Mutation::Add(name.into()));
    }
    // Two signatures change places.
    let signatures = [
        "tagmanifest-sha256.txt.minisig",
        "tagmanifest-sha512.txt.minisig",
    ];
    let swapped = package[signatures[1]].clone();
    all.push(Mutation::Replace(signatures[0].into(), swapped));
    all
}

fn copy(package: &BTreeMap<String, Vec<u8>>, root: &Path) {
    for (name, bytes) in package {
        let place = root.join(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, bytes).unwrap();
    }
}

/// Whether ours says that the package is not what was signed.
fn caught(root: &Path) -> bool {
    match Source::open(root).and_then(|source| verify(&source, None, &mut |_| {})) {
        Ok(verified) => !verified.report.is_valid(),
        Err(_) => true,
    }
}

#[test]
fn every_single_change_of_a_package_is_caught() {
    let bench = archive(1);
    export(&bench, &["--query", "*"], "paczka");
    // Another package by the same key: of the same documents, for another query.
    let all = bench.json(&["search", "*", "--json"]);
    let id = all["hits"][0]["id"].as_str().unwrap();
    fs::write(bench.path().join("ids.txt"), id).unwrap();
    export(&bench, &["--ids", "ids.txt"], "inna");
    let package = files(&bench.path().join("paczka"));
    let other = files(&bench.path().join("inna"));
    let mut table: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    let mut missed = Vec::new();
    for mutation in mutations(&package, &other) {
        let folder = tempfile::tempdir().unwrap();
        copy(&package, folder.path());
        assert!(!caught(folder.path()), "the copy itself is sound");
        mutation.apply(folder.path());
        let [made, ours, script] = table.entry(mutation.kind()).or_default();
        *made += 1;
        if caught(folder.path()) {
            *ours += 1;
        } else {
            missed.push(mutation.kind());
        }
        *script += u32::from(!by_script(folder.path(), None).status.success());
    }
    println!("mutation | made | ours | verify.sh");
    let mut sums = [0; 3];
    for (kind, counts) in &table {
        println!("{kind} | {} | {} | {}", counts[0], counts[1], counts[2]);
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    println!("all | {} | {} | {}", sums[0], sums[1], sums[2]);
    assert!(missed.is_empty(), "{missed:?}");
    assert!(sums[0] >= 200, "{} mutations", sums[0]);
    // The script says nothing of what is not signed: the untrusted comments, and line ends behind
    // the last line of a signature or a manifest.
    assert!(sums[2] * 100 >= sums[0] * 95, "{sums:?}");
}
