//! The look at the inbox: which files are there, and which of them are complete.

use super::folder::{is_index, is_ours, is_unfinished, list, sidecars};
use super::{Dropped, Inbox, InboxError, Look, Sign, Survey};
use jiff::Timestamp;
use model::StationName;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Seconds after which a file that holds still is taken whatever its end looks like: what is wrong
/// with it is then told to its station.
const LONG_STILL_SECONDS: u64 = 30;

impl Inbox {
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
        let mut folders: Vec<(StationName, PathBuf)> = self.stations.elsewhere().collect();
        for path in list(&self.root)? {
            let name = path.file_name().unwrap_or_default();
            if is_ours(name) {
                continue;
            }
            match fs::symlink_metadata(&path) {
                Ok(meta) if meta.is_dir() => match StationName::parse(&name.to_string_lossy()) {
                    Ok(station) => folders.push((station, path)),
                    Err(_) => survey
                        .left_alone
                        .push((path, "its name cannot be a station's")),
                },
                Ok(_) => files.push((StationName::unnamed(), path)),
                Err(_) => {} // Gone since the listing: another node's.
            }
        }
        folders.retain(|(station, path)| {
            // Beside a share that cannot be written there is a folder for its receipts.
            !self.is_read_only(station) || !path.starts_with(&self.root)
        });
        for (station, path) in folders {
            match list(&path) {
                Ok(inside) => files.extend(inside.into_iter().map(|p| (station.clone(), p))),
                Err(_) => survey
                    .left_alone
                    .push((path, "the folder cannot be listed")),
            }
        }
        // What belongs to another file is taken with it.
        let mut beside = beside(&files);
        let belonging: HashSet<PathBuf> = beside.values().flatten().cloned().collect();
        files.retain(|(_, path)| !belonging.contains(path));
        for (station, path) in files {
            let beside = beside.remove(&path).unwrap_or_default();
            self.sort_in(&mut survey, (station, path, &beside), now, uptime);
        }
        let since = |path: &PathBuf| Some((path.clone(), self.seen.get(path)?.since));
        survey.waiting_since = survey.unfinished.iter().filter_map(since).collect();
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
        (station, path, beside): (StationName, PathBuf, &[PathBuf]),
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
        if let Some(reason) = refused(&path, &meta) {
            survey.left_alone.push((path, reason));
            return;
        }
        let state = match state(&path, &meta, beside) {
            Ok(state) => state,
            Err(reason) => {
                survey.left_alone.push((path, reason));
                return;
            }
        };
        let age = now.as_second().saturating_sub(state.changed);
        let age = u64::try_from(age).unwrap_or_default();
        let profile = self.stations.of(&station);
        let (quiet, trigger) = (profile.quiet, profile.trigger.clone());
        let trigger = trigger.map(|name| trigger_of(&path, &name));
        if trigger.as_deref() == Some(&path) {
            return; // The trigger itself is no input.
        }
        let renamed = self.named_unfinished.contains(&(meta.dev(), meta.ino()));
        let still = self.held_still(&path, &state, uptime, quiet) || age >= quiet.as_secs();
        let sign = match () {
            () if is_unfinished(name) || state.unfinished => None,
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
        state: &State,
        uptime: Duration,
        quiet: Duration,
    ) -> bool {
        let look = Look {
            bytes: state.bytes,
            modified: state.changed,
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
}

/// How a file looks, with what belongs to it; or a folder with all that is in it.
#[derive(Default)]
struct State {
    bytes: u64,
    /// Seconds since 1970 of the last change of any of them.
    changed: i64,
    /// Whether something in it is named as still being written.
    unfinished: bool,
}

impl State {
    fn add(&mut self, meta: &fs::Metadata) {
        self.bytes = self.bytes.saturating_add(meta.len());
        self.changed = self.changed.max(meta.mtime()).max(meta.ctime());
    }
}

/// Why a name is not taken, whatever holds still.
fn refused(path: &Path, meta: &fs::Metadata) -> Option<&'static str> {
    match () {
        () if meta.is_symlink() => Some("a symbolic link is not followed"),
        () if meta.is_dir() => None,
        () if !meta.is_file() => Some("it is no regular file"),
        () if meta.nlink() > 1 => Some("it has a second name (hard link)"),
        () if meta.mode() & 0o400 == 0 => Some("it may not be read"),
        () if path.as_os_str().is_empty() => Some("it has no name"),
        () => None,
    }
}

/// How a file or folder looks, or why a folder is not taken: it has no index, or holds what no
/// single page is.
fn state(path: &Path, meta: &fs::Metadata, beside: &[PathBuf]) -> Result<State, &'static str> {
    let mut state = State::default();
    state.add(meta);
    if !meta.is_dir() {
        for sidecar in beside {
            if let Ok(meta) = fs::symlink_metadata(sidecar) {
                state.add(&meta);
            }
        }
        return Ok(state);
    }
    let mut indices = 0;
    for inside in list(path).map_err(|_| "the folder cannot be listed")? {
        let name = inside.file_name().unwrap_or_default();
        let meta = fs::symlink_metadata(&inside).map_err(|_| "the folder cannot be read")?;
        if meta.is_dir() {
            return Err("a folder of pages with folders in it is not read");
        }
        if let Some(reason) = refused(&inside, &meta) {
            return Err(reason);
        }
        state.unfinished |= is_unfinished(name);
        indices += usize::from(is_index(name));
        state.add(&meta);
    }
    match indices {
        1 => Ok(state),
        0 => Err("a folder inside a station's folder needs an index: one .xml, .csv or .json"),
        _ => Err("a folder of pages with more than one index is not read"),
    }
}

/// The files that hold another's values, by that other.
fn beside(files: &[(StationName, PathBuf)]) -> HashMap<PathBuf, Vec<PathBuf>> {
    let holds_values = |path: &Path| path.file_name().is_some_and(is_index);
    let mut beside: HashMap<PathBuf, Vec<PathBuf>> = HashMap::new();
    let (indices, others): (Vec<_>, Vec<_>) = files
        .iter()
        .map(|(_, path)| path)
        .partition(|path| holds_values(path));
    if indices.is_empty() {
        return beside;
    }
    let indices: HashSet<&PathBuf> = indices.into_iter().collect();
    for path in others {
        let own = sidecars(path).into_iter().filter(|s| indices.contains(s));
        let own: Vec<PathBuf> = own.collect();
        if !own.is_empty() {
            beside.insert(path.clone(), own);
        }
    }
    beside
}

/// The trigger of a file: of that name beside it, or `*.xml` and so on for its own sidecar.
fn trigger_of(path: &Path, name: &str) -> PathBuf {
    let Some(ending) = name.strip_prefix("*.") else {
        return path.with_file_name(name);
    };
    let mut sidecars = sidecars(path)
        .into_iter()
        .filter(|sidecar| sidecar.extension().is_some_and(|e| e == ending));
    let there = sidecars.clone().find(|sidecar| sidecar.exists());
    there
        .or_else(|| sidecars.next())
        .unwrap_or_else(|| path.with_extension(ending))
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
