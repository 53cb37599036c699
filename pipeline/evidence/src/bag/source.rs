//! Where a bag is: a folder, or an uncompressed tar of one. Both list what is there and open one
//! file at a time, so that no content is held.

use super::directory::Directory;
use super::tar::Tar;
use super::{BagPath, limits};
use crate::EvidenceError;
use std::io::{self, Read};
use std::path::Path;

/// A file of a bag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Below the bag's root.
    pub path: BagPath,
    /// Its size in bytes.
    pub bytes: u64,
    /// Where its bytes begin in a tar; 0 in a folder.
    pub(super) at: u64,
}

/// A bag that can be listed and read.
#[derive(Debug)]
pub struct Source {
    kind: Kind,
    entries: Vec<Entry>,
}

#[derive(Debug)]
enum Kind {
    Directory(Directory),
    Tar(Tar),
}

impl Source {
    /// Lists a folder or a tar; reads no content.
    ///
    /// # Errors
    /// [`EvidenceError::Refused`] when something in it leads out of it, is neither a plain file nor
    /// a folder, is there twice, or goes beyond a limit; [`EvidenceError::Io`] when it cannot be
    /// read.
    pub fn open(path: &Path) -> Result<Self, EvidenceError> {
        let is_folder = std::fs::metadata(path)
            .map_err(EvidenceError::io(path))?
            .is_dir();
        let (kind, mut entries) = if is_folder {
            let (directory, entries) = Directory::open(path)?;
            (Kind::Directory(directory), entries)
        } else {
            let (tar, entries) = Tar::open(path)?;
            (Kind::Tar(tar), entries)
        };
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        if let Some(pair) = entries.windows(2).find(|pair| pair[0].path == pair[1].path) {
            let why = format!("{} is there twice", pair[0].path);
            return Err(EvidenceError::Refused(why));
        }
        Ok(Self { kind, entries })
    }

    /// Its files, in the order of their paths.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A file by its path.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        let place = self
            .entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path));
        place.ok().map(|place| &self.entries[place])
    }

    /// A file's bytes, from its beginning.
    ///
    /// # Errors
    /// When it cannot be opened, or is no plain file any more.
    pub fn read(&self, entry: &Entry) -> io::Result<Box<dyn Read + Send + '_>> {
        match &self.kind {
            Kind::Directory(directory) => directory.read(entry),
            Kind::Tar(tar) => Ok(tar.read(entry)),
        }
    }

    /// A small file whole; none where it is not there.
    ///
    /// # Errors
    /// [`EvidenceError::Refused`] when it has more than `limit` bytes, and when it cannot be read.
    pub fn bytes(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, EvidenceError> {
        let Some(entry) = self.entry(path) else {
            return Ok(None);
        };
        let (mut bytes, too_large) = (Vec::new(), || {
            EvidenceError::Refused(format!("{path} has more than {limit} bytes"))
        });
        if entry.bytes > limit {
            return Err(too_large());
        }
        let reader = self.read(entry).map_err(EvidenceError::io(path))?;
        let read = reader.take(limit + 1).read_to_end(&mut bytes);
        let read = read.map_err(EvidenceError::io(path))?;
        if read as u64 > limit {
            return Err(too_large());
        }
        Ok(Some(bytes))
    }
}

/// Refuses a listing that goes on without end.
pub(super) fn room_for(entries: usize) -> Result<(), EvidenceError> {
    if entries < limits::MAX_ENTRIES {
        return Ok(());
    }
    let most = limits::MAX_ENTRIES;
    Err(EvidenceError::Refused(format!(
        "it has more than {most} files and folders"
    )))
}
