//! The inbox: where stations drop files, which of them are complete, and how one is claimed.
//!
//! A station's folder holds inputs only. Names that begin with `_` or `.` are ours or nobody's and
//! are never read; `*.part`, `*.tmp` and `~*` are files still being written. A claim is a rename
//! into a private folder of the same file system, so that no two nodes ever take one file; a
//! file leaves that folder only after its bytes are stored and the ledger has committed.

use crate::{StationProfile, Stations};
use jiff::Timestamp;
use model::{StationName, SubmissionId};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

mod ending;

pub(crate) use ending::{Ending, ending};

/// The folder of claimed files, in the inbox and so on its file system.
const CLAIMED: &str = "_claimed";
/// The folder beside a station's inputs that received files move to.
const DONE: &str = "_done";
/// Endings of names of files that are still being written.
const UNFINISHED: [&str; 2] = [".part", ".tmp"];
/// Seconds after which a file that holds still is taken whatever its end looks like: what is wrong
/// with it is then told to its station.
const LONG_STILL_SECONDS: u64 = 30;

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
    pub fn open(root: PathBuf, node: String, stations: Stations) -> Result<Self, InboxError> {
        for folder in [root.clone(), root.join(CLAIMED).join(&node)] {
            fs::create_dir_all(&folder).map_err(|e| error(&folder, "making the folder", e))?;
        }
        Ok(Self {
            root,
            node,
            stations,
            seen: HashMap::new(),
            named_unfinished: HashSet::new(),
        })
    }

    /// The folder of a station in the inbox at `root`.
    #[must_use]
    pub fn station_folder(root: &Path, station: &StationName) -> PathBuf {
        match station.as_str() {
            "default" => root.to_owned(),
            name => root.join(name),
        }
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
        stations
    }

    /// How a station's files are taken.
    #[must_use]
    pub fn profile(&self, station: &StationName) -> &StationProfile {
        self.stations.of(station)
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
        survey.complete = in_turn(std::mem::take(&mut survey.complete));
        let unfinished: HashSet<&PathBuf> = survey.unfinished.iter().collect();
        self.seen.retain(|path, _| unfinished.contains(path));
        self.named_unfinished = unfinished
            .iter()
            .filter(|path| path.file_name().is_some_and(is_unfinished))
            .filter_map(|path| fs::symlink_metadata(path).ok())
            .map(|meta| (meta.dev(), meta.ino()))
            .collect();
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
        let age = u64::try_from(now.as_second().saturating_sub(changed)).unwrap_or_default();
        let profile = self.stations.of(&station);
        let (quiet, trigger) = (profile.quiet, profile.trigger.clone());
        let trigger = trigger.map(|name| path.with_file_name(name));
        if trigger.as_deref() == Some(&path) {
            return; // The trigger itself is no input.
        }
        let renamed = self.named_unfinished.contains(&(meta.dev(), meta.ino()));
        let still = age >= quiet.as_secs() || self.held_still(&path, &meta, uptime, quiet);
        let sign = match () {
            () if is_unfinished(name) => None,
            () if renamed && trigger.is_none() => Some(Sign::Told),
            () if trigger.is_some() => trigger
                .is_some_and(|trigger| trigger.exists())
                .then_some(Sign::Told),
            () if age >= LONG_STILL_SECONDS.max(quiet.as_secs()) => Some(Sign::LongStill),
            () if still => Some(Sign::Still),
            () => None,
        };
        match sign {
            Some(sign) => survey.complete.push(Dropped {
                path,
                station,
                modified: meta.mtime(),
                sign,
            }),
            None => survey.unfinished.push(path),
        }
    }

    fn held_still(
        &mut self,
        path: &Path,
        meta: &fs::Metadata,
        uptime: Duration,
        quiet: Duration,
    ) -> bool {
        let look = Look {
            bytes: meta.len(),
            modified: meta.mtime(),
            since: uptime,
        };
        match self.seen.get(path) {
            Some(seen) if seen.bytes == look.bytes && seen.modified == look.modified => {
                uptime.saturating_sub(seen.since) >= quiet
            }
            _ => {
                self.seen.insert(path.to_owned(), look);
                quiet.is_zero()
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
        let folder = self.make_claim_folder(id, &file.station)?;
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
        let folder = self.make_claim_folder(id, &station)?;
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
        let done = Self::station_folder(&self.root, &claimed.station).join(DONE);
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

    /// Removes a received file whose bytes were stored before.
    ///
    /// # Errors
    /// When it cannot be removed. It is received all the same, and stays where it is.
    pub fn discard(&self, claimed: &Claimed) -> Result<(), InboxError> {
        fs::remove_file(&claimed.path).map_err(|e| error(&claimed.path, "removing a repeat", e))?;
        if let Some(folder) = claimed.path.parent() {
            remove_empty(folder);
        }
        Ok(())
    }

    /// Nodes that have claims here, this one left out.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn other_nodes(&self) -> Result<Vec<String>, InboxError> {
        let nodes = list(&self.root.join(CLAIMED))?.into_iter();
        Ok(nodes
            .filter(|path| path.is_dir())
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
            .filter(|name| *name != self.node)
            .collect())
    }

    /// Takes over the claims of a node that died, each under the identity it has.
    ///
    /// # Errors
    /// When they cannot be listed or moved.
    pub fn adopt(&self, dead: &str) -> Result<usize, InboxError> {
        let (theirs, ours) = (
            self.root.join(CLAIMED).join(dead),
            self.root.join(CLAIMED).join(&self.node),
        );
        let mut adopted = 0;
        for claim in list(&theirs)? {
            let Some(name) = claim.file_name() else {
                continue;
            };
            match fs::rename(&claim, ours.join(name)) {
                Ok(()) => adopted += 1,
                // Another node was quicker.
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(error(&claim, "taking over a claim", e)),
            }
        }
        sync_folder(&ours)?;
        // Not empty when the node lives after all: then it stays.
        let _ = fs::remove_dir(&theirs);
        Ok(adopted)
    }

    /// Moves triggers whose batch is taken whole to `_done`, so that the next batch waits for its
    /// own.
    ///
    /// # Errors
    /// When one cannot be moved.
    pub(crate) fn retire_triggers(&self, survey: &Survey) -> Result<(), InboxError> {
        for (station, profile) in &self.stations.named {
            let Some(name) = &profile.trigger else {
                continue;
            };
            let folder = Self::station_folder(&self.root, station);
            let trigger = folder.join(name);
            let dropped = survey.complete.iter().map(|dropped| &dropped.path);
            let mut waiting = dropped.chain(&survey.unfinished);
            if !trigger.exists() || waiting.any(|path| path.parent() == Some(folder.as_path())) {
                continue;
            }
            let done = folder.join(DONE);
            fs::create_dir_all(&done)
                .and_then(|()| fs::rename(&trigger, done.join(name)))
                .map_err(|e| error(&trigger, "moving to `_done`", e))?;
        }
        Ok(())
    }

    /// Makes a claim's folders, durable before anything is renamed into them.
    fn make_claim_folder(
        &self,
        id: SubmissionId,
        station: &StationName,
    ) -> Result<PathBuf, InboxError> {
        let node = self.root.join(CLAIMED).join(&self.node);
        let submission = node.join(id.to_string());
        let folder = submission.join(station.as_str());
        fs::create_dir_all(&folder).map_err(|e| error(&folder, "making the folder", e))?;
        sync_folder(&submission)?;
        sync_folder(&node)?;
        Ok(folder)
    }
}

/// One file of each station in turn, so that a station with ten thousand keeps none waiting.
fn in_turn(files: Vec<Dropped>) -> Vec<Dropped> {
    let mut queues: BTreeMap<StationName, Vec<Dropped>> = BTreeMap::new();
    for file in files {
        queues.entry(file.station.clone()).or_default().push(file);
    }
    let mut turns: VecDeque<_> = queues
        .into_values()
        .map(|mut queue| {
            queue.sort_by(|a, b| (a.modified, &a.path).cmp(&(b.modified, &b.path)));
            queue.into_iter()
        })
        .collect();
    let mut order = Vec::new();
    while let Some(mut queue) = turns.pop_front() {
        if let Some(file) = queue.next() {
            order.push(file);
            turns.push_back(queue);
        }
    }
    order
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
