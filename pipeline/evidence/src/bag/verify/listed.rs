//! What a bag's manifests list.

use crate::bag::{Algorithm, BagPath, Hashing, Source};
use std::collections::{BTreeMap, BTreeSet};

/// What kind of manifest lists a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Payload,
    Tags,
}

impl Scope {
    pub(super) fn of(path: &BagPath) -> Self {
        match path.is_payload() {
            true => Self::Payload,
            false => Self::Tags,
        }
    }
}

pub(super) type Digests = Vec<(Algorithm, Box<[u8]>)>;

/// Every listed file with its digests.
#[derive(Default)]
pub(super) struct Listed {
    files: BTreeMap<BagPath, Digests>,
    payload: BTreeSet<Algorithm>,
    tags: BTreeSet<Algorithm>,
}

impl Listed {
    /// A manifest is there, even if it lists nothing.
    pub(super) fn begin(&mut self, scope: Scope, algorithm: Algorithm) {
        match scope {
            Scope::Payload => self.payload.insert(algorithm),
            Scope::Tags => self.tags.insert(algorithm),
        };
    }

    /// Adds a line; gives the digest that the file had before, which stays.
    pub(super) fn add(
        &mut self,
        scope: Scope,
        algorithm: Algorithm,
        path: &BagPath,
        digest: &[u8],
    ) -> Option<Box<[u8]>> {
        self.begin(scope, algorithm);
        let digests = self.files.entry(path.clone()).or_default();
        if let Some((_, known)) = digests.iter().find(|(a, _)| *a == algorithm) {
            return Some(known.clone());
        }
        digests.push((algorithm, digest.into()));
        None
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&BagPath, &Digests)> {
        self.files.iter()
    }

    pub(super) fn digests(&self, path: &BagPath) -> &[(Algorithm, Box<[u8]>)] {
        self.files.get(path).map_or(&[], Vec::as_slice)
    }

    pub(super) fn algorithms(&self, scope: Scope) -> &BTreeSet<Algorithm> {
        match scope {
            Scope::Payload => &self.payload,
            Scope::Tags => &self.tags,
        }
    }

    pub(super) fn algorithms_of(&self, path: &BagPath) -> BTreeSet<Algorithm> {
        self.digests(path).iter().map(|(a, _)| *a).collect()
    }

    /// The manifests that do not list a file.
    pub(super) fn not_listing(&self, path: &BagPath) -> Vec<Algorithm> {
        let listing = self.algorithms_of(path);
        let all = self.algorithms(Scope::of(path));
        all.difference(&listing).copied().collect()
    }

    /// Files of the payload that are listed, not there, and said to be so elsewhere.
    pub(super) fn excused(&self, source: &Source) -> u64 {
        let payload = self.files.keys().filter(|path| path.is_payload());
        let gone = payload.filter(|path| source.entry(path.as_str()).is_none());
        gone.count() as u64
    }
}

/// Whether the digests are those of an empty file.
pub(super) fn are_of_nothing(digests: &Digests) -> bool {
    let nothing = Hashing::new(digests.iter().map(|(a, _)| *a)).finish();
    !digests.is_empty() && nothing == *digests
}
