//! The inbox: where stations drop files, which of them are complete, and how one is claimed.
//!
//! A station's folder holds inputs only. Names that begin with `_` or `.` are ours or nobody's and
//! are never read; `*.part`, `*.tmp` and `~*` are files still being written. A claim is a rename
//! into a private folder of the same file system, so that no two nodes ever take one file; a
//! file leaves that folder only after its bytes are stored and the ledger has committed.

use jiff::Timestamp;
use model::{StationName, SubmissionId};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// The folder of claimed files, in the inbox and so on its file system.
const CLAIMED: &str = "_claimed";
/// The folder beside a station's inputs that received files move to.
const DONE: &str = "_done";
/// Endings of names of files that are still being written.
const UNFINISHED: [&str; 2] = [".part", ".tmp"];

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
    quiet: Duration,
    seen: HashMap<PathBuf, Look>,
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
    /// Files that can be taken, oldest first.
    pub complete: Vec<Dropped>,
    /// Files that are still being written, or have not held still long enough.
    pub unfinished: Vec<PathBuf>,
    /// What is not taken, and why.
    pub left_alone: Vec<(PathBuf, &'static str)>,
}

/// A file that a station dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Where it lies.
    pub path: PathBuf,
    /// Whose folder it is.
    pub station: StationName,
    /// Seconds since 1970 of its last change; the order in which files are taken.
    modified: i64,
}

/// A file that is ours to receive.
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

impl Inbox {
    /// The inbox at `root`, made if it is not there, as `node` uses it.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: PathBuf, node: String, quiet: Duration) -> Result<Self, InboxError> {
        for folder in [root.clone(), root.join(CLAIMED).join(&node)] {
            fs::create_dir_all(&folder).map_err(|e| error(&folder, "making the folder", e))?;
        }
        Ok(Self {
            root,
            node,
            quiet,
            seen: HashMap::new(),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Looks which files are there and which have held still for the quiet time.
    ///
    /// `now` is the wall clock, `uptime` one that never jumps: a file is complete when its last
    /// change of any kind is older than the quiet time, or when it has looked the same for as long
    /// by `uptime`, which also serves a share whose clock is not ours.
    ///
    /// # Errors
    /// When the inbox itself cannot be listed. A station's folder that cannot is left alone.
    pub fn survey(&mut self, now: Timestamp, uptime: Duration) -> Result<Survey, InboxError> {
        let mut survey = Survey::default();
        let mut files = Vec::new();
        for path in list(&self.root)? {
            let name = path.file_name().unwrap_or_default();
            if is_ours(name) {
                continue;
            }
            match fs::symlink_metadata(&path) {
                Ok(meta) if meta.is_dir() => {
                    let Ok(station) = StationName::parse(&name.to_string_lossy()) else {
                        survey
                            .left_alone
                            .push((path, "its name cannot be a station's"));
                        continue;
                    };
                    match list(&path) {
                        Ok(inside) => {
                            files.extend(inside.into_iter().map(|p| (station.clone(), p)))
                        }
                        Err(_) => survey
                            .left_alone
                            .push((path, "the folder cannot be listed")),
                    }
                }
                Ok(_) => files.push((StationName::unnamed(), path)),
                Err(_) => {} // Gone since the listing: another node's.
            }
        }
        for (station, path) in files {
            self.sort_in(&mut survey, station, path, now, uptime);
        }
        let Survey {
            complete,
            unfinished,
            ..
        } = &mut survey;
        complete.sort_by(|a, b| (a.modified, &a.path).cmp(&(b.modified, &b.path)));
        self.seen.retain(|path, _| unfinished.contains(path));
        Ok(survey)
    }

    fn sort_in(
        &mut self,
        survey: &mut Survey,
        station: StationName,
        path: PathBuf,
        now: Timestamp,
        uptime: Duration,
    ) {
        let name = path.file_name().unwrap_or_default();
        if is_ours(name) {
            return;
        }
        let Ok(meta) = fs::symlink_metadata(&path) else {
            return;
        };
        let reason = match () {
            () if meta.is_symlink() => "a symbolic link is not followed",
            () if meta.is_dir() => "a folder inside a station's folder is not read",
            () if !meta.is_file() => "it is no regular file",
            () if meta.nlink() > 1 => "it has a second name (hard link)",
            () if meta.mode() & 0o400 == 0 => "it may not be read",
            () => "",
        };
        if !reason.is_empty() {
            survey.left_alone.push((path, reason));
            return;
        }
        let changed = meta.mtime().max(meta.ctime());
        let age = now.as_second().saturating_sub(changed);
        let quiet = i64::try_from(self.quiet.as_secs()).unwrap_or(i64::MAX);
        if is_unfinished(name) {
            survey.unfinished.push(path);
        } else if age >= quiet || self.held_still(&path, &meta, uptime) {
            survey.complete.push(Dropped {
                path,
                station,
                modified: meta.mtime(),
            });
        } else {
            survey.unfinished.push(path);
        }
    }

    fn held_still(&mut self, path: &Path, meta: &fs::Metadata, uptime: Duration) -> bool {
        let look = Look {
            bytes: meta.len(),
            modified: meta.mtime(),
            since: uptime,
        };
        match self.seen.get(path) {
            Some(seen) if seen.bytes == look.bytes && seen.modified == look.modified => {
                uptime.saturating_sub(seen.since) >= self.quiet
            }
            _ => {
                self.seen.insert(path.to_owned(), look);
                self.quiet.is_zero()
            }
        }
    }

    /// Takes a file: renames it into the private folder of its submission. None when another node
    /// was quicker.
    ///
    /// # Errors
    /// When the system refuses for another reason than that the file is gone.
    pub fn claim(&self, file: &Dropped, id: SubmissionId) -> Result<Option<Claimed>, InboxError> {
        let name = file.path.file_name().unwrap_or_default();
        let folder = self.claim_folder(id, &file.station);
        fs::create_dir_all(&folder).map_err(|e| error(&folder, "making the folder", e))?;
        let path = folder.join(name);
        match fs::rename(&file.path, &path) {
            Ok(()) => {
                sync_folder(&folder)?;
                Ok(Some(Claimed {
                    id,
                    path,
                    station: file.station.clone(),
                }))
            }
            Err(e) => {
                remove_empty(&folder);
                match e.kind() {
                    io::ErrorKind::NotFound => Ok(None),
                    _ => Err(error(&file.path, "claiming by rename", e)),
                }
            }
        }
    }

    /// A file brought by hand, copied to where claimed files lie.
    ///
    /// # Errors
    /// When it cannot be read, or the copy cannot be written and synced.
    pub fn bring(
        &self,
        file: &Path,
        station: StationName,
        id: SubmissionId,
    ) -> Result<Claimed, InboxError> {
        let folder = self.claim_folder(id, &station);
        fs::create_dir_all(&folder).map_err(|e| error(&folder, "making the folder", e))?;
        let path = folder.join(file.file_name().unwrap_or(OsStr::new("unnamed")));
        let unfinished = self.root.join(CLAIMED).join(format!("{id}.part"));
        let copied = copy_synced(file, &unfinished)
            .and_then(|()| fs::rename(&unfinished, &path))
            .map_err(|e| error(file, "copying into the inbox", e));
        if copied.is_err() {
            // A failed copy holds nothing that the source does not.
            let _ = fs::remove_file(&unfinished);
            remove_empty(&folder);
        }
        copied?;
        sync_folder(&folder)?;
        Ok(Claimed { id, path, station })
    }

    /// Files that were claimed and not yet received: what a node left when it died.
    ///
    /// # Errors
    /// When the private folder cannot be listed.
    pub fn claimed(&self) -> Result<Vec<Claimed>, InboxError> {
        let mut claimed = Vec::new();
        for submission in list(&self.root.join(CLAIMED).join(&self.node))? {
            let Some(id) = parse_name(&submission, SubmissionId::parse) else {
                continue;
            };
            for folder in list(&submission)? {
                let Some(station) = parse_name(&folder, StationName::parse) else {
                    continue;
                };
                for path in list(&folder)? {
                    claimed.push(Claimed {
                        id,
                        path,
                        station: station.clone(),
                    });
                }
            }
            remove_empty(&submission);
        }
        Ok(claimed)
    }

    /// Moves a received file to its station's `_done` folder; under a name of its own when the
    /// name is taken there.
    ///
    /// # Errors
    /// When the file cannot be moved. It is received all the same, and stays where it is.
    pub fn settle(&self, claimed: &Claimed) -> Result<PathBuf, InboxError> {
        let name = claimed.path.file_name().unwrap_or_default();
        let station = match claimed.station.as_str() {
            "default" => self.root.clone(),
            name => self.root.join(name),
        };
        let done = station.join(DONE);
        fs::create_dir_all(&done).map_err(|e| error(&done, "making the folder", e))?;
        let mut target = done.join(name);
        if fs::symlink_metadata(&target).is_ok() {
            let own = done.join(claimed.id.to_string());
            fs::create_dir_all(&own).map_err(|e| error(&own, "making the folder", e))?;
            target = own.join(name);
        }
        fs::rename(&claimed.path, &target)
            .map_err(|e| error(&claimed.path, "moving to `_done`", e))?;
        sync_folder(target.parent().unwrap_or(&done))?;
        if let Some(folder) = claimed.path.parent() {
            remove_empty(folder);
        }
        Ok(target)
    }

    fn claim_folder(&self, id: SubmissionId, station: &StationName) -> PathBuf {
        let mut folder = self.root.join(CLAIMED).join(&self.node);
        folder.push(id.to_string());
        folder.push(station.as_str());
        folder
    }
}

fn is_ours(name: &OsStr) -> bool {
    matches!(name.as_bytes().first(), None | Some(b'_' | b'.'))
}

fn is_unfinished(name: &OsStr) -> bool {
    let name = name.as_bytes().to_ascii_lowercase();
    name.starts_with(b"~") || UNFINISHED.iter().any(|end| name.ends_with(end.as_bytes()))
}

/// A file's name for people: UTF-8 as it is, other bytes as `\xNN`.
fn readable(name: &OsStr) -> String {
    let chunks = name.as_bytes().utf8_chunks();
    chunks.fold(String::new(), |mut text, chunk| {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
        text
    })
}

fn parse_name<T, E>(path: &Path, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
    path.file_name()
        .and_then(OsStr::to_str)
        .and_then(|name| parse(name).ok())
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, InboxError> {
    let entries = fs::read_dir(folder).map_err(|e| error(folder, "listing", e))?;
    let mut names: Vec<OsString> = Vec::new();
    for entry in entries {
        names.push(entry.map_err(|e| error(folder, "listing", e))?.file_name());
    }
    names.sort();
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

fn copy_synced(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    if !source.metadata()?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no regular file",
        ));
    }
    let mut copy = File::create_new(to)?;
    io::copy(&mut source, &mut copy)?;
    copy.sync_all()
}

fn sync_folder(folder: &Path) -> Result<(), InboxError> {
    File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(|e| error(folder, "syncing", e))
}

/// Removes a claim's empty folders; one that is not empty stays, which is what we want.
fn remove_empty(folder: &Path) {
    let _ = fs::remove_dir(folder);
    if let Some(parent) = folder.parent()
        && parent.file_name().is_some_and(|name| name != CLAIMED)
        && parse_name(parent, SubmissionId::parse).is_some()
    {
        let _ = fs::remove_dir(parent);
    }
}

fn error(path: &Path, doing: &'static str, source: io::Error) -> InboxError {
    InboxError {
        path: path.to_owned(),
        doing,
        source,
    }
}

#[cfg(test)]
mod tests;
