//! A station's profile: how its files are taken, and what becomes of the source after.

use model::StationName;
use std::collections::BTreeMap;
use std::time::Duration;

/// How the files of one station are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationProfile {
    /// How long a file must have held still.
    pub quiet: Duration,
    /// A file of this name says that the files beside it are complete; without it none is taken.
    pub trigger: Option<String>,
    /// What becomes of the source of a repeat once it is received.
    pub repeats: Repeats,
}

/// What becomes of a source whose bytes came before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeats {
    /// It moves to `_done`, as any other.
    #[default]
    Keep,
    /// It is removed: its bytes are stored, and the repeat is told to the ledger.
    Drop,
}

impl StationProfile {
    /// A profile that asks for nothing but quiet.
    #[must_use]
    pub const fn quiet(quiet: Duration) -> Self {
        Self {
            quiet,
            trigger: None,
            repeats: Repeats::Keep,
        }
    }
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

    /// The profile of a station.
    #[must_use]
    pub fn of(&self, station: &StationName) -> &StationProfile {
        self.named.get(station).unwrap_or(&self.others)
    }
}
