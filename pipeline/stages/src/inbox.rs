//! The inbox: where stations drop files, which of them are complete, and how one is claimed.
//!
//! A station's folder holds inputs only. Names that begin with `_` or `.` are ours or nobody's and
//! are never read; `*.part`, `*.tmp` and `~*` are files still being written. A claim is a rename
//! into a private folder of the same file system, so that no two nodes ever take one file; a
//! file leaves that folder only after its bytes are stored and the ledger has committed.

use crate::{StationProfile, Stations};
use model::{StationName, SubmissionId};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

mod bundle;
mod claim;
mod ending;
mod folder;
mod purge;
mod survey;

pub(crate) use bundle::{BUNDLE, pack};
pub use claim::{Rest, sidecar, write_sidecar};
pub(crate) use ending::{Ending, ending};
use folder::{error, list, parse_name, readable};

/// The folder of claimed files, in the inbox and so on its file system.
const CLAIMED: &str = "_claimed";

/// The inbox could not be used.
#[derive(Debug, Error)]
#[error("{path}: {doing} failed: {source}", path = path.display())]
pub struct InboxError {
    /// The file or folder.
    pub path: PathBuf,
    /// What was tried.
    pub doing: &'static str,
    /// What the system said.
    pub source: io::Error,
}

/// A folder with a folder for each station.
pub struct Inbox {
    root: PathBuf,
    node: String,
    stations: Stations,
    seen: HashMap<PathBuf, Look>,
    /// Device and inode of the files that were named as unfinished at the last look: one of them
    /// under another name was renamed into place, and is complete.
    named_unfinished: HashSet<(u64, u64)>,
}

/// What a file looked like when it was first seen so.
struct Look {
    bytes: u64,
    modified: i64,
    since: Duration,
}

/// What a look at the inbox found.
#[derive(Debug, Default)]
pub struct Survey {
    /// Files that can be taken: one of each station in turn, oldest first within a station.
    pub complete: Vec<Dropped>,
    /// Files that are still being written, or have not held still long enough.
    pub unfinished: Vec<PathBuf>,
    /// Since when each of those has looked as it does, by the clock that never jumps.
    pub waiting_since: Vec<(PathBuf, Duration)>,
    /// What is not taken, and why.
    pub left_alone: Vec<(PathBuf, &'static str)>,
}

/// A file that a station dropped, or a folder of single pages with their index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Where it lies.
    pub path: PathBuf,
    /// Whose folder it is.
    pub station: StationName,
    /// Seconds since 1970 of its last change; the order in which files are taken.
    modified: i64,
    /// Whether its writer said that it is complete, or only fell silent.
    pub(crate) sign: Sign,
}

/// How a file was found complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It was renamed into place, or a trigger lies beside it.
    Told,
    /// It has held still so long that nobody writes to it any more.
    LongStill,
    /// It held still for the quiet time: its end is to be looked at.
    Still,
}

/// A file or folder that is ours to receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The submission it becomes.
    pub id: SubmissionId,
    /// Where it lies now.
    pub path: PathBuf,
    /// Who dropped it.
    pub station: StationName,
}

impl Claimed {
    /// The file's name as dropped; bytes that are not UTF-8 are shown as `\xNN`.
    #[must_use]
    pub fn name(&self) -> String {
        readable(self.path.file_name().unwrap_or_default())
    }
}

/// The name under which a node's server claims what is sent to it, so that the node's intake does not
/// take it too.
#[must_use]
pub fn server_claims(node: &str) -> String {
    format!("{node}.server")
}

impl Inbox {
    /// The inbox at `root`, made if it is not there, as `node` uses it.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: PathBuf, node: String, stations: Stations) -> Result<Self, InboxError> {
        for folder in [root.clone(), root.join(CLAIMED).join(&node)] {
            fs::create_dir_all(&folder).map_err(|e| error(&folder, "making the folder", e))?;
        }
        for base in stations.folders() {
            // A share that cannot be written is read without being changed.
            let _ = fs::create_dir(base.join(CLAIMED));
            let _ = fs::create_dir(base.join(CLAIMED).join(&node));
        }
        Ok(Self {
            root,
            node,
            stations,
            seen: HashMap::new(),
            named_unfinished: HashSet::new(),
        })
    }

    /// The folder of a station: its own, where it has one, or else in the inbox at `root`.
    #[must_use]
    pub fn station_folder(root: &Path, station: &StationName, stations: &Stations) -> PathBuf {
        match (&stations.of(station).folder, station.as_str()) {
            (Some(folder), _) if folder.join(CLAIMED).is_dir() => folder.clone(),
            (None, "default") => root.to_owned(),
            // Of a share that cannot be written the receipts are here.
            (_, name) => root.join(name),
        }
    }

    /// The folder of a station.
    #[must_use]
    pub fn folder_of(&self, station: &StationName) -> PathBuf {
        Self::station_folder(&self.root, station, &self.stations)
    }

    /// Where files of a station are claimed: on its own file system, unless nothing can be written
    /// there.
    fn base_of(&self, station: &StationName) -> &Path {
        let own = self.stations.of(station).folder.as_deref();
        own.filter(|folder| folder.join(CLAIMED).is_dir())
            .unwrap_or(&self.root)
    }

    /// Whether a station's files can only be read, so that they are copied and stay.
    #[must_use]
    pub fn is_read_only(&self, station: &StationName) -> bool {
        let own = self.stations.of(station).folder.as_deref();
        own.is_some_and(|folder| !folder.join(CLAIMED).is_dir())
    }

    /// Every place that has claims.
    fn bases(&self) -> Vec<&Path> {
        let own = self.stations.folders().filter(|f| f.join(CLAIMED).is_dir());
        std::iter::once(self.root.as_path()).chain(own).collect()
    }

    /// The stations that have a folder, and the unnamed one; none where the inbox cannot be listed.
    #[must_use]
    pub fn stations(&self) -> Vec<(StationName, PathBuf)> {
        let mut stations = vec![(StationName::unnamed(), self.root.clone())];
        for path in list(&self.root).unwrap_or_default() {
            if path.is_dir()
                && let Some(name) = parse_name(&path, StationName::parse)
            {
                stations.push((name, path));
            }
        }
        stations.extend(self.stations.elsewhere());
        stations
    }

    /// How a station's files are taken.
    #[must_use]
    pub fn profile(&self, station: &StationName) -> &StationProfile {
        self.stations.of(station)
    }

    /// How every station's files are taken.
    #[must_use]
    pub const fn profiles(&self) -> &Stations {
        &self.stations
    }

    /// Takes files of stations as it is said anew. Their folders stay: those are claimed in.
    pub(crate) fn take_as(&mut self, stations: Stations) {
        self.stations = stations;
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

#[cfg(test)]
mod tests;
