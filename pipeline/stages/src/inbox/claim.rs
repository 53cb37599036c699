//! Claims: a file is taken by one rename, received under one identity, and put where it stays.

use super::folder::{copy_synced, error, list, parse_name, remove_empty, sidecars, sync_folder};
use super::{CLAIMED, Claimed, Dropped, Inbox, InboxError, Survey};
use model::{StationName, SubmissionId};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The folder beside a station's inputs that received files move to.
pub(super) const DONE: &str = "_done";
/// The folder beside them of files that a person has to look at.
pub(super) const PARKED: &str = "_parked";
/// The folder in a claim where the values of its file lie.
const SIDECAR: &str = ".sidecar";

/// Where a received file stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// With those that are done.
    Done,
    /// With those that a person has to look at.
    Parked,
}

impl Rest {
    const fn folder(self) -> &'static str {
        match self {
            Self::Done => DONE,
            Self::Parked => PARKED,
        }
    }
}

impl Inbox {
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

    /// A file brought by hand, copied to where claimed files lie, with what is said of it as its
    /// sidecar. Brought again under the same identity it takes the place of what a crash left.
    ///
    /// # Errors
    /// When it cannot be read, or the copy cannot be written and synced.
    pub fn bring(
        &self,
        file: &Path,
        station: StationName,
        id: SubmissionId,
        said: &BTreeMap<String, String>,
    ) -> Result<Claimed, InboxError> {
        let folder = self.make_claim_folder(id, &station)?;
        let path = folder.join(file.file_name().unwrap_or(OsStr::new("unnamed")));
        let claimed = Claimed { id, path, station };
        if !said.is_empty() {
            // The values first: without its file a claim is none.
            let name = claimed.path.file_name().unwrap_or_default();
            write_sidecar(&sidecar_folder(&claimed).join(name), said)?;
        }
        let Claimed { path, station, .. } = &claimed;
        let unfinished = self.base_of(station).join(CLAIMED);
        let unfinished = unfinished.join(format!("{id}.part"));
        let copied = copy_synced(file, &unfinished)
            .and_then(|()| fs::rename(&unfinished, path))
            .map_err(|e| error(file, "copying into the inbox", e));
        if copied.is_err() {
            // A failed copy holds nothing that the source does not.
            let _ = fs::remove_file(&unfinished);
            let _ = fs::remove_dir_all(sidecar_folder(&claimed));
            remove_empty(&folder);
        }
        copied?;
        sync_folder(&folder)?;
        Ok(claimed)
    }

    /// A file that was sent to this node and lies, whole and synced, in a folder of the inbox that
    /// nobody takes from: it is claimed under that name by one rename, or by copying where the
    /// station's folder is elsewhere.
    ///
    /// # Errors
    /// When it cannot be claimed; it is where it was.
    pub fn take_in(
        &self,
        file: &Path,
        name: &OsStr,
        station: StationName,
        id: SubmissionId,
    ) -> Result<Claimed, InboxError> {
        let folder = self.make_claim_folder(id, &station)?;
        let path = folder.join(name);
        let moved = match fs::rename(file, &path) {
            Err(e) if e.kind() == io::ErrorKind::CrossesDevices => {
                let unfinished = self.base_of(&station).join(CLAIMED);
                let unfinished = unfinished.join(format!("{id}.part"));
                let copied = copy_synced(file, &unfinished)
                    .and_then(|()| fs::rename(&unfinished, &path))
                    .and_then(|()| fs::remove_file(file));
                if copied.is_err() {
                    let _ = fs::remove_file(&unfinished);
                }
                copied
            }
            moved => moved,
        };
        if let Err(e) = moved {
            remove_empty(&folder);
            return Err(error(file, "claiming what was sent", e));
        }
        sync_folder(&folder)?;
        Ok(Claimed { id, path, station })
    }

    /// Files that were claimed and not yet received: what a node left when it died.
    ///
    /// # Errors
    /// When the private folder cannot be listed.
    pub fn claimed(&self) -> Result<Vec<Claimed>, InboxError> {
        let mut claimed = Vec::new();
        let mut submissions = Vec::new();
        for base in self.bases() {
            submissions.extend(list(&base.join(CLAIMED).join(&self.node))?);
        }
        for submission in submissions {
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

    /// The file with a claimed file's values, taken with it; what a node left that died between the
    /// two is taken now.
    ///
    /// # Errors
    /// When it cannot be claimed.
    pub(crate) fn sidecar(&self, claimed: &Claimed) -> Result<Option<PathBuf>, InboxError> {
        let folder = sidecar_folder(claimed);
        if let Some(own) = list(&folder).unwrap_or_default().pop() {
            return Ok(Some(own));
        }
        let name = claimed.path.file_name().unwrap_or_default();
        let dropped = self.folder_of(&claimed.station).join(name);
        for sidecar in sidecars(&dropped) {
            let is_file = fs::symlink_metadata(&sidecar).is_ok_and(|meta| meta.is_file());
            if !is_file || dropped.exists() {
                continue;
            }
            fs::create_dir_all(&folder).map_err(|e| error(&folder, "making the folder", e))?;
            let own = folder.join(sidecar.file_name().unwrap_or_default());
            match fs::rename(&sidecar, &own) {
                Ok(()) => {
                    sync_folder(&folder)?;
                    return Ok(Some(own));
                }
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(error(&sidecar, "claiming by rename", e)),
            }
        }
        Ok(None)
    }

    /// Moves a received file to its station's `_done` or `_parked` folder; under a name of its own
    /// when the name is taken there.
    ///
    /// # Errors
    /// When the file cannot be moved. It is received all the same, and stays where it is.
    pub fn settle(&self, claimed: &Claimed, rest: Rest) -> Result<PathBuf, InboxError> {
        let name = claimed.path.file_name().unwrap_or_default();
        let folder = self.folder_of(&claimed.station).join(rest.folder());
        let mut target = folder.join(name);
        if fs::symlink_metadata(&target).is_ok() {
            target = folder.join(claimed.id.to_string()).join(name);
        }
        // The values first: a kill in between leaves the file claimed, and it settles again.
        for sidecar in list(&sidecar_folder(claimed)).unwrap_or_default() {
            let beside = target.with_file_name(sidecar.file_name().unwrap_or_default());
            lay(&sidecar, &beside)?;
        }
        let _ = fs::remove_dir(sidecar_folder(claimed));
        lay(&claimed.path, &target)?;
        self.forget(claimed);
        Ok(target)
    }

    /// Moves a received file from `_done` to `_parked`, once it turned out that a person has to
    /// look. Where it is no longer in `_done` there is nothing to move.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub(crate) fn set_aside(folder: &Path, id: SubmissionId, name: &str) -> Result<(), InboxError> {
        let own = folder.join(DONE).join(id.to_string()).join(name);
        let done = if own.exists() {
            own
        } else {
            folder.join(DONE).join(name)
        };
        let target = folder.join(PARKED).join(name);
        if !done.exists() || target.exists() {
            return Ok(());
        }
        lay(&done, &target)
    }

    /// Removes what has been in `_done` for longer than its station says. It is stored, and the
    /// ledger has committed: else it would not be there.
    ///
    /// # Errors
    /// When a folder cannot be listed or a file not removed.
    pub(crate) fn sweep(&self, now: jiff::Timestamp) -> Result<usize, InboxError> {
        let mut removed = 0;
        for (station, folder) in self.stations() {
            let Some(days) = self.profile(&station).done_days else {
                continue;
            };
            for path in list(&folder.join(DONE)).unwrap_or_default() {
                let Ok(meta) = fs::symlink_metadata(&path) else {
                    continue;
                };
                // A rename changes the inode's time: this is when it came to rest here.
                let seconds = now.as_second().saturating_sub(meta.ctime());
                if seconds < i64::from(days) * 86_400 {
                    continue;
                }
                let gone = if meta.is_dir() {
                    fs::remove_dir_all(&path)
                } else {
                    fs::remove_file(&path)
                };
                gone.map_err(|e| error(&path, "removing what was done long ago", e))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Removes a received file whose bytes were stored before.
    ///
    /// # Errors
    /// When it cannot be removed. It is received all the same, and stays where it is.
    pub fn discard(&self, claimed: &Claimed) -> Result<(), InboxError> {
        let gone = if claimed.path.is_dir() {
            fs::remove_dir_all(&claimed.path)
        } else {
            fs::remove_file(&claimed.path)
        };
        gone.map_err(|e| error(&claimed.path, "removing a repeat", e))?;
        let _ = fs::remove_dir_all(sidecar_folder(claimed));
        self.forget(claimed);
        Ok(())
    }

    /// Removes what is left of a claim once its file has gone.
    fn forget(&self, claimed: &Claimed) {
        let folder = claimed.path.parent();
        if let Some(submission) = folder.and_then(Path::parent) {
            // Made again from the folder of pages whenever it is needed.
            let _ = fs::remove_file(submission.join(super::BUNDLE));
        }
        if let Some(folder) = folder {
            remove_empty(folder);
        }
    }

    /// Nodes that have claims here, this one left out.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn other_nodes(&self) -> Result<Vec<String>, InboxError> {
        let mut nodes = Vec::new();
        for base in self.bases() {
            nodes.extend(list(&base.join(CLAIMED))?);
        }
        let names = nodes
            .into_iter()
            .filter(|path| path.is_dir())
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        Ok(names.filter(|name| *name != self.node).collect())
    }

    /// Takes over the claims of a node that died, each under the identity it has.
    ///
    /// # Errors
    /// When they cannot be listed or moved.
    pub fn adopt(&self, dead: &str) -> Result<usize, InboxError> {
        let mut adopted = 0;
        for base in self.bases() {
            adopted += self.adopt_in(base, dead)?;
        }
        Ok(adopted)
    }

    fn adopt_in(&self, base: &Path, dead: &str) -> Result<usize, InboxError> {
        let claims = base.join(CLAIMED);
        let (theirs, ours) = (claims.join(dead), claims.join(&self.node));
        if !theirs.is_dir() {
            return Ok(0);
        }
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
            if name.starts_with('*') {
                continue; // A file's own sidecar goes with its file.
            }
            let folder = self.folder_of(station);
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
        let node = self.base_of(station).join(CLAIMED).join(&self.node);
        let submission = node.join(id.to_string());
        let folder = submission.join(station.as_str());
        fs::create_dir_all(&folder).map_err(|e| error(&folder, "making the folder", e))?;
        sync_folder(&submission)?;
        sync_folder(&node)?;
        Ok(folder)
    }
}

fn sidecar_folder(claimed: &Claimed) -> PathBuf {
    let station = claimed.path.parent().unwrap_or(&claimed.path);
    station.with_file_name(SIDECAR)
}

/// Where what is said of a file stands: beside it, under its whole name.
#[must_use]
pub fn sidecar(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".json");
    name.into()
}

/// Writes what is said of a file, for good.
///
/// # Errors
/// When it cannot be written.
pub fn write_sidecar(file: &Path, said: &BTreeMap<String, String>) -> Result<(), InboxError> {
    let path = sidecar(file);
    let folder = path.parent().unwrap_or(&path);
    let written = fs::create_dir_all(folder).and_then(|()| {
        let mut file = File::create(&path)?;
        file.write_all(serde_json::json!(said).to_string().as_bytes())?;
        file.sync_all()
    });
    written.map_err(|e| error(&path, "writing what is said of a file", e))?;
    sync_folder(folder)
}

/// Moves a file for good.
fn lay(from: &Path, to: &Path) -> Result<(), InboxError> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder)
        .and_then(|()| fs::rename(from, to))
        .map_err(|e| error(from, "moving to where received files lie", e))?;
    sync_folder(folder)
}
