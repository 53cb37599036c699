//! Listing a directory store in the order of names, a part at a time.

use super::publish::{MARKER, Root, STAGING, TURN};
use crate::key::SEAL_SUFFIX;
use crate::{Anomaly, Entry, Key, Listing, Prefix, StoreError};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Names in one part of a listing, as S3 has it.
const PART: usize = 1_000;

pub(super) fn list(
    root: &Root,
    prefix: &Prefix,
    after: Option<&str>,
) -> Result<Listing, StoreError> {
    let mut walk = Walk {
        after: after.unwrap_or_default(),
        entries: Vec::new(),
    };
    let folder = root.path().join(prefix.as_str());
    let complete = walk.folder(&folder, prefix.as_str())?;
    let next = (!complete)
        .then(|| walk.entries.last().map(|entry| entry.name.clone()))
        .flatten();
    Ok(Listing {
        entries: walk.entries,
        next,
    })
}

struct Walk<'a> {
    after: &'a str,
    entries: Vec<Entry>,
}

/// What a folder has under a name. A name may be a folder's and a file's at once only in the
/// order: folders sort with their `/`, as in a bucket.
#[derive(Default)]
struct Found {
    content: Option<u64>,
    seal: bool,
    other: bool,
}

impl Walk<'_> {
    /// Takes a folder's names; false when the part is full before the end.
    fn folder(&mut self, path: &Path, prefix: &str) -> Result<bool, StoreError> {
        for (name, found) in names(path, prefix)? {
            let full = format!("{prefix}{name}");
            if name.ends_with('/') {
                let passed = self.after > full.as_str() && !self.after.starts_with(&full);
                if !passed && !self.folder(&path.join(&name), &full)? {
                    return Ok(false);
                }
            } else if full.as_str() > self.after {
                if self.entries.len() == PART {
                    return Ok(false);
                }
                self.entries.push(entry(full, &found));
            }
        }
        Ok(true)
    }
}

/// The names in a folder, sorted; seals are joined with what they seal.
fn names(path: &Path, prefix: &str) -> Result<BTreeMap<String, Found>, StoreError> {
    let io = |e: io::Error| StoreError::io(path, "listing", e);
    let mut names: BTreeMap<String, Found> = BTreeMap::new();
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(names),
        Err(e) => return Err(io(e)),
    };
    for entry in entries {
        let entry = entry.map_err(io)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if prefix.is_empty() && [MARKER, STAGING, TURN, "lost+found"].contains(&name.as_str()) {
            continue;
        }
        let kind = entry.file_type().map_err(io)?;
        if kind.is_dir() {
            names.entry(name + "/").or_default();
        } else if !kind.is_file() {
            names.entry(name).or_default().other = true;
        } else if let Some(sealed) = name.strip_suffix(SEAL_SUFFIX) {
            names.entry(sealed.to_owned()).or_default().seal = true;
        } else {
            // Gone since it was listed: deleted meanwhile, and no longer there.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            names.entry(name).or_default().content = Some(metadata.len());
        }
    }
    Ok(names)
}

fn entry(name: String, found: &Found) -> Entry {
    let key = Key::parse(&name).ok().filter(|_| !found.other);
    let anomaly = match (&key, found.content, found.seal) {
        (None, _, _) => Some(Anomaly::Stranger),
        (Some(_), None, _) => Some(Anomaly::ContentGone),
        (Some(_), Some(_), false) => Some(Anomaly::NoSeal),
        (Some(_), Some(_), true) => None,
    };
    let bytes = found.content.unwrap_or_default();
    Entry {
        name,
        key,
        bytes,
        anomalies: anomaly.into_iter().collect(),
    }
}
