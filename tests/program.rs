//! A private archive, and the program at work in it.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A data directory and an inbox that go with the test.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
    settings: Vec<(&'static str, String)>,
    /// What runs the program: nothing, or another program and its arguments.
    by: Vec<String>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(Vec::new())
    }

    /// An archive whose ledger or store is elsewhere, as the environment says.
    pub(crate) fn with(settings: Vec<(&'static str, String)>) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            settings,
            by: Vec::new(),
        }
    }

    /// The same place; another program runs the program.
    pub(crate) fn by(self, by: Vec<String>) -> Self {
        Self { by, ..self }
    }

    /// The same place, with further settings.
    pub(crate) fn also(self, settings: Vec<(&'static str, String)>) -> Self {
        Self {
            settings: [self.settings, settings].concat(),
            ..self
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The program, with an environment of its own.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_kartoteka");
        let line = self.by.iter().map(String::as_str).chain([program]);
        self.set_up(line.chain(arguments.iter().copied()))
    }

    /// Another program in the same environment, where the program would run: the first of `line`
    /// with the others as arguments.
    pub(crate) fn beside(&self, line: &[&str]) -> Command {
        self.set_up(
            self.by
                .iter()
                .map(String::as_str)
                .chain(line.iter().copied()),
        )
    }

    fn set_up<'a>(&self, mut line: impl Iterator<Item = &'a str>) -> Command {
        let mut command = Command::new(line.next().unwrap());
        command
            .args(line)
            .env_remove("KARTOTEKA_CONFIG")
            .env("KARTOTEKA_DATA", self.path().join("data"))
            .env("KARTOTEKA_INBOX", self.path().join("inbox"))
            .env("KARTOTEKA_INTAKE_QUIET_SECONDS", "0")
            .env("KARTOTEKA_INTAKE_FREE_MEGABYTES", "100")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must end with `code`, and gives what it printed.
    pub(crate) fn expect(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {printed}{said}"
        );
        format!("{printed}{said}")
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| {
            panic!(
                "{arguments:?}: {e}: {}",
                String::from_utf8_lossy(&output.stderr)
            )
        })
    }

    /// Files that lie in the inbox, dropped or claimed, and are not received to their end.
    pub(crate) fn waiting_in_inbox(&self) -> usize {
        fn files(folder: &Path) -> usize {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries
                .map(|entry| match entry.file_name().to_str() {
                    Some("_done" | "_parked" | "_receipts") => 0,
                    _ if entry.path().is_dir() => files(&entry.path()),
                    _ => 1,
                })
                .sum()
        }
        files(&self.path().join("inbox"))
    }

    /// Lays a file in a station's folder as a scanner does: renamed into place.
    pub(crate) fn drop_file(&self, station: &str, file: &Path) {
        let folder = self.path().join("inbox").join(station);
        fs::create_dir_all(&folder).unwrap();
        let part = folder.join(".part");
        fs::copy(file, &part).unwrap();
        fs::rename(part, folder.join(file.file_name().unwrap())).unwrap();
    }
}

/// Our own samples, by a part of their names; at least one.
pub(crate) fn samples(part: &str, most: usize) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut found = Vec::new();
    for family in ["tune", "held"] {
        for entry in fs::read_dir(folder.join(family)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if name.contains(part) && !name.ends_with(".json") {
                found.push(path);
            }
        }
    }
    found.sort_by_key(|path| (fs::metadata(path).unwrap().len(), path.clone()));
    found.truncate(most);
    assert!(!found.is_empty(), "no sample is called `{part}`");
    found
}

/// The hostile samples, with the reason each must be refused for; none where it must be read.
pub(crate) fn hostile() -> Vec<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/hostile");
    let expected = fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let files = expected.as_object().unwrap();
    files
        .iter()
        .map(|(name, value)| (folder.join(name), value.clone()))
        .collect()
}
