//! Files that do not complete: still named as being written, or without an end. They are told to
//! their station and to the ledger, and never read: whoever writes them may not be done.

use crate::Inbox;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a file may take to complete before it is told.
const LATE: Duration = Duration::from_secs(60);
/// The file beside a station's receipts that names them.
const NAME: &str = "_unfinished";
/// Files that are named at most.
const NAMED: usize = 50;

/// What is known of files that do not complete.
#[derive(Default)]
pub(super) struct Unfinished {
    /// Files without an end, as they looked, and since when.
    endless: HashMap<PathBuf, ((u64, i64), Duration)>,
    /// What was last told, by station's folder.
    told: BTreeMap<PathBuf, Vec<String>>,
    tell_again: bool,
}

#[derive(Serialize)]
struct Form<'a> {
    format: u32,
    unfinished: &'a [String],
}

impl Unfinished {
    /// Whether a file was found without an end as it looks.
    pub(super) fn is_known(&self, path: &Path, look: (u64, i64)) -> bool {
        self.endless
            .get(path)
            .is_some_and(|(seen, _)| *seen == look)
    }

    pub(super) fn note(&mut self, path: &Path, look: (u64, i64), uptime: Duration) {
        self.endless.insert(path.to_owned(), (look, uptime));
    }

    /// Since when a file is known to have no end.
    pub(super) fn since(&self, path: &Path) -> Duration {
        let known = self.endless.get(path);
        known.map_or(Duration::MAX, |(_, since)| *since)
    }

    pub(super) fn tell_again(&mut self) {
        self.tell_again = true;
    }

    /// Tells the stations, and gives the line for the ledger; none when nothing changed.
    pub(super) fn report(
        &mut self,
        inbox: &Inbox,
        waiting: &[(PathBuf, Duration)],
        uptime: Duration,
    ) -> Option<String> {
        self.endless
            .retain(|path, _| waiting.iter().any(|(other, _)| other == path));
        let mut late: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        for (path, _) in waiting
            .iter()
            .filter(|(_, since)| uptime.saturating_sub(*since) >= LATE)
        {
            if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
                let names = late.entry(folder.to_owned()).or_default();
                names.push(name.to_string_lossy().into_owned());
            }
        }
        if late == self.told && !std::mem::take(&mut self.tell_again) {
            return None;
        }
        for folder in late.keys().chain(self.told.keys()) {
            let names = late.get(folder).map_or(&[][..], Vec::as_slice);
            if let Err(error) = tell(inbox, folder, names) {
                tracing::warn!(%error, "a station could not be told which files do not complete");
            }
        }
        for (folder, names) in &late {
            tracing::warn!(folder = %folder.display(), files = names.len(), "files do not complete");
        }
        let line = line(&late);
        self.told = late;
        Some(line)
    }
}

/// Writes, or removes, what a station is told.
fn tell(inbox: &Inbox, folder: &Path, names: &[String]) -> std::io::Result<()> {
    let station = inbox
        .stations()
        .into_iter()
        .find(|(_, path)| path == folder);
    let Some((station, _)) = station else {
        return Ok(());
    };
    let receipts = inbox.folder_of(&station).join("_receipts");
    let (json, text) = (
        receipts.join(format!("{NAME}.json")),
        receipts.join(format!("{NAME}.txt")),
    );
    if names.is_empty() {
        for path in [json, text] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        return Ok(());
    }
    fs::create_dir_all(&receipts)?;
    let form = Form {
        format: 1,
        unfinished: names,
    };
    fs::write(json, serde_json::to_vec_pretty(&form)?)?;
    let mut letter = String::from(
        "NIE PRZYJĘTO: te pliki nie są kompletne od ponad minuty. Dokończ zapis albo zeskanuj \
         ponownie.\n",
    );
    for name in names {
        letter.push_str(&format!("  {name}\n"));
    }
    fs::write(text, letter)
}

/// One line for all: how many, and the first of them.
fn line(late: &BTreeMap<PathBuf, Vec<String>>) -> String {
    let all: Vec<String> = late
        .iter()
        .flat_map(|(folder, names)| names.iter().map(|name| folder.join(name)))
        .map(|path| path.display().to_string())
        .collect();
    match all.len() {
        0 => String::new(),
        count => format!("{count}: {}", all[..count.min(NAMED)].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::Unfinished;
    use crate::{Inbox, StationProfile, Stations};
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_does_not_complete_is_told_once_and_untold_when_it_does() {
        let root = tempfile::tempdir().unwrap();
        let station = root.path().join("skaner-1");
        std::fs::create_dir(&station).unwrap();
        let stations = Stations::all(StationProfile::quiet(SECOND));
        let inbox = Inbox::open(root.path().to_owned(), "n".into(), stations).unwrap();
        let waiting = [(station.join("a.pdf.part"), SECOND)];
        let mut unfinished = Unfinished::default();
        assert_eq!(unfinished.report(&inbox, &waiting, 30 * SECOND), None);
        let line = unfinished.report(&inbox, &waiting, 61 * SECOND).unwrap();
        assert!(
            line.starts_with("1: ") && line.ends_with("a.pdf.part"),
            "{line}"
        );
        let letter = station.join("_receipts/_unfinished.txt");
        assert!(
            std::fs::read_to_string(&letter)
                .unwrap()
                .contains("a.pdf.part")
        );
        assert_eq!(
            unfinished.report(&inbox, &waiting, 70 * SECOND),
            None,
            "once"
        );
        let nothing = unfinished.report(&inbox, &[], 80 * SECOND);
        assert_eq!(nothing.as_deref(), Some(""));
        assert!(!letter.exists());
    }

    #[test]
    fn an_endless_file_is_asked_about_again_only_when_it_changes() {
        let mut unfinished = Unfinished::default();
        let path = std::path::Path::new("/inbox/a.tif");
        unfinished.note(path, (10, 1), SECOND);
        assert!(unfinished.is_known(path, (10, 1)));
        assert!(!unfinished.is_known(path, (11, 2)), "it grew");
    }
}
