//! Queries kept under a name, in the data directory: `searches.json`.

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Queries that may be kept.
const MOST: usize = 1_000;
/// Letters of a name.
const NAME: usize = 80;

/// The kept queries.
pub(super) struct Saved {
    path: PathBuf,
    kept: Kept,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: u32,
    searches: BTreeMap<String, String>,
}

impl Saved {
    /// Reads what is kept.
    ///
    /// # Errors
    /// When the file cannot be read or understood.
    pub(super) fn open(data: &Path) -> anyhow::Result<Self> {
        let path = data.join("searches.json");
        let kept = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Kept {
                format: 1,
                searches: BTreeMap::new(),
            },
            read => serde_json::from_slice(&read.with_context(|| path.display().to_string())?)
                .with_context(|| format!("{} cannot be understood", path.display()))?,
        };
        Ok(Self { path, kept })
    }

    /// The query kept under a name.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.kept.searches.get(name).map(String::as_str)
    }

    /// Keeps a query under a name, in place of what was kept there.
    ///
    /// # Errors
    /// When the name cannot be one, too much is kept, or the file cannot be written.
    pub(super) fn keep(&mut self, name: &str, query: &str) -> anyhow::Result<()> {
        let letters = name.chars().count();
        anyhow::ensure!(
            (1..=NAME).contains(&letters) && !name.chars().any(char::is_control),
            "a name has 1 to {NAME} letters"
        );
        self.kept.searches.insert(name.to_owned(), query.to_owned());
        anyhow::ensure!(
            self.kept.searches.len() <= MOST,
            "{MOST} queries are kept already: reuse a name"
        );
        let new = self.path.with_extension("json.new");
        fs::write(&new, serde_json::to_vec_pretty(&self.kept)?)
            .and_then(|()| fs::rename(&new, &self.path))
            .with_context(|| format!("{} cannot be written", self.path.display()))
    }

    /// The kept queries, one a line.
    pub(super) fn listed(&self) -> String {
        let lines = self.kept.searches.iter();
        let lines: Vec<String> = lines
            .map(|(name, query)| format!("{name}\t{query}"))
            .collect();
        match lines.is_empty() {
            true => "no query is kept".to_owned(),
            false => lines.join("\n"),
        }
    }
}
