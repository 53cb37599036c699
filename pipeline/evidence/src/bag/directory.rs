//! A bag that is a folder. Links and special files are refused, and none is ever followed.

use super::source::{Entry, room_for};
use super::{BagPath, limits};
use crate::EvidenceError;
use rustix::fs::OFlags;
use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(super) struct Directory(PathBuf);

impl Directory {
    pub(super) fn open(root: &Path) -> Result<(Self, Vec<Entry>), EvidenceError> {
        let (mut entries, mut seen) = (Vec::new(), 0);
        let mut folders = vec![(root.to_owned(), String::new(), 1)];
        while let Some((folder, below, depth)) = folders.pop() {
            if depth > limits::MAX_DEPTH {
                let why = format!("{below} is deeper than {} folders", limits::MAX_DEPTH);
                return Err(EvidenceError::Refused(why));
            }
            for entry in fs::read_dir(&folder).map_err(EvidenceError::io(&folder))? {
                room_for(seen)?;
                seen += 1;
                let entry = entry.map_err(EvidenceError::io(&folder))?;
                let path = entry.path();
                let name = entry.file_name().into_string().map_err(|name| {
                    let name = name.display();
                    EvidenceError::Refused(format!("{below}{name} is no name in UTF-8"))
                })?;
                let below = format!("{below}{name}");
                // Of the entry itself, not of what a link points to.
                let found = entry.metadata().map_err(EvidenceError::io(&path))?;
                if found.is_dir() {
                    folders.push((path, format!("{below}/"), depth + 1));
                } else if found.is_file() {
                    let path = BagPath::parse(&below)
                        .map_err(|why| EvidenceError::Refused(format!("{below:?}: {why}")))?;
                    let bytes = found.len();
                    entries.push(Entry { path, bytes, at: 0 });
                } else {
                    let why = format!("{below} is a link or a special file");
                    return Err(EvidenceError::Refused(why));
                }
            }
        }
        Ok((Self(root.to_owned()), entries))
    }

    pub(super) fn read(&self, entry: &Entry) -> io::Result<Box<dyn Read + Send + '_>> {
        let mut options = OpenOptions::new();
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        let file = options
            .read(true)
            .custom_flags(flags.cast_signed())
            .open(self.0.join(entry.path.as_str()))?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is no plain file any more"));
        }
        Ok(Box::new(file))
    }
}
