//! A station's profile: how its files are taken, and what becomes of the source after.

use extraction::Separation;
use model::{DocumentType, StationName};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How the files of one station are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationProfile {
    /// Where its files are dropped, where that is not a folder of the inbox.
    pub folder: Option<PathBuf>,
    /// How long a file must have held still.
    pub quiet: Duration,
    /// A file of this name says that the files beside it are complete, or `*.xml` that each file's own sidecar
    /// does; without it none is taken.
    pub trigger: Option<String>,
    /// What becomes of the source of a repeat once it is received.
    pub repeats: Repeats,
    /// The languages of its pages, as `eng+pol`, tried in this order; none: those of every station.
    pub languages: Option<String>,
    /// How batches are parted into documents.
    pub separation: Separation,
    /// What is said of every document: `branch`, `type` … unless the station says otherwise of one.
    pub given: BTreeMap<String, String>,
    /// The types that come from here; of another there is a finding. Empty: any.
    pub expects: BTreeSet<DocumentType>,
    /// Days that received sources stay in `_done`; none keeps them.
    pub done_days: Option<u32>,
}

/// What becomes of a source whose bytes came before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeats {
    /// It moves to `_done`, as any other.
    #[default]
    Keep,
    /// It moves to `_parked`, for a person to look why it came twice.
    Park,
    /// It is removed: its bytes are stored, and the repeat is told to the ledger.
    Drop,
}

impl StationProfile {
    /// A profile that asks for nothing but quiet.
    #[must_use]
    pub fn quiet(quiet: Duration) -> Self {
        Self {
            folder: None,
            quiet,
            trigger: None,
            repeats: Repeats::Keep,
            languages: None,
            separation: Separation::default(),
            given: BTreeMap::new(),
            expects: BTreeSet::new(),
            done_days: None,
        }
    }
}

/// What a node that runs may be told anew, without a restart: how files are taken and parted. One
/// owner says it; everybody else looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// How each station's files are taken and parted, and what is said of all its documents.
    pub stations: Arc<Stations>,
    /// Time between two looks at the inbox.
    pub poll: Duration,
    /// Intake waits while a watched file system has fewer bytes free …
    pub floor_bytes: u64,
    /// … and less than this part of it, in percent.
    pub floor_percent: u8,
}

/// The profiles of all stations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stations {
    /// Of every station that has none of its own.
    pub others: StationProfile,
    /// By name.
    pub named: BTreeMap<StationName, StationProfile>,
}

impl Stations {
    /// One profile for all.
    #[must_use]
    pub const fn all(profile: StationProfile) -> Self {
        Self {
            others: profile,
            named: BTreeMap::new(),
        }
    }

    /// The longest quiet time there is.
    #[must_use]
    pub fn longest_quiet(&self) -> Duration {
        let named = self.named.values().map(|profile| profile.quiet);
        named.fold(self.others.quiet, Duration::max)
    }

    /// The folders of stations outside the inbox.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.named
            .values()
            .filter_map(|profile| profile.folder.as_deref())
    }

    /// The stations whose folders are outside the inbox.
    pub fn elsewhere(&self) -> impl Iterator<Item = (StationName, PathBuf)> {
        self.named
            .iter()
            .filter_map(|(name, profile)| Some((name.clone(), profile.folder.clone()?)))
    }

    /// The profile of a station.
    #[must_use]
    pub fn of(&self, station: &StationName) -> &StationProfile {
        self.named.get(station).unwrap_or(&self.others)
    }
}
