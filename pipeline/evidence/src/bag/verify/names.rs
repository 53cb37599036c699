//! Names that are two to a manifest and one to some file systems (RFC 8493 §5.1.1, §5.2).

use crate::bag::{BagPath, Source};
use std::collections::BTreeMap;

/// The files that are there, by the form in which such names are one.
pub(super) struct Names<'s>(BTreeMap<String, Vec<&'s BagPath>>);

impl<'s> Names<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        let mut names: BTreeMap<String, Vec<&BagPath>> = BTreeMap::new();
        for entry in source.entries() {
            names
                .entry(entry.path.folded())
                .or_default()
                .push(&entry.path);
        }
        Self(names)
    }

    /// The only file that is there under another form of the name.
    pub(super) fn alias(&self, path: &BagPath) -> Option<&'s BagPath> {
        match self.0.get(&path.folded()).map(Vec::as_slice) {
            Some([only]) if *only != path => Some(only),
            _ => None,
        }
    }
}
