//! Places on this machine: configuration, document types, data directory, disks, inbox, stations'
//! folders; whose they are and who else may look.

use super::Finding;
use crate::config::Config;
use crate::node::{self, DataDir};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Bits of a mode that are everybody's.
const EVERYBODY: u32 = 0o007;
/// Files that may still be made, below which a disk is as good as full.
const FEWEST_FILES: u64 = 10_000;

/// Where the configuration came from, and whether its secrets are everybody's.
pub(super) fn configuration(config: &Config, file: Option<PathBuf>) -> Finding {
    let Some(file) = file else {
        return Finding::good("configuration", "defaults, environment and flags; no file");
    };
    let found = file.display().to_string();
    let open = mode(&file).is_some_and(|mode| mode & EVERYBODY != 0);
    if config.has_secrets() && open {
        return Finding::weak(
            "configuration",
            format!("{found} has passwords, and everybody may read it"),
            format!("chmod o= {found}"),
        );
    }
    Finding::good("configuration", found)
}

pub(super) fn schemas(config: &Config) -> Finding {
    match node::load_schemas(config) {
        Ok(schemas) => Finding::good(
            "document types",
            format!(
                "{} types, version {}",
                schemas.types().count(),
                schemas.version()
            ),
        ),
        Err(error) => Finding::missing(
            "document types",
            format!("{error:#}"),
            "mend the file, or leave `schemas` out of the configuration",
        ),
    }
}

/// Said where the data directory belongs to another user: whatever this one made there, the service
/// could not write any more.
pub(super) fn owner(config: &Config) -> Option<Finding> {
    let owner = fs::metadata(&config.data).ok()?.uid();
    let ours = rustix::process::geteuid().as_raw();
    (owner != ours).then(|| {
        let path = config.data.display();
        Finding::missing(
            "data directory",
            format!(
                "{path} belongs to user {}, and this is user {}; ledger and archive were not \
                 looked at",
                name_of(owner),
                name_of(ours)
            ),
            format!("sudo -u {} kartoteka doctor", name_of(owner)),
        )
    })
}

/// A user's name, or the number where there is none.
fn name_of(user: u32) -> String {
    let number = user.to_string();
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        (parts.nth(1)? == number).then(|| name.to_owned())
    });
    named.unwrap_or(number)
}

pub(super) fn data(config: &Config) -> Finding {
    let path = config.data.display();
    let found = match DataDir::try_take(&config.data) {
        Ok(node::Taken::Ours(data)) => format!("{path}, node {}", data.node),
        Ok(node::Taken::Busy) => format!("{path}, in use by a node that runs"),
        Err(error) => {
            return Finding::missing(
                "data directory",
                format!("{error:#}"),
                format!("chown it to this user, or choose another with --data (now {path})"),
            );
        }
    };
    let key = config.data.join("node.key");
    if mode(&key).is_some_and(|mode| mode & 0o077 != 0) {
        return Finding::weak(
            "data directory",
            format!("{found}; others may read the key that signs the audit log"),
            format!("chmod 600 {}", key.display()),
        );
    }
    if mode(&config.data).is_some_and(|mode| mode & EVERYBODY != 0) {
        return Finding::weak(
            "data directory",
            format!("{found}; everybody on this machine may look into it"),
            format!("chmod o= {path}"),
        );
    }
    Finding::good("data directory", found)
}

/// Every disk that something of ours lies on, once, with what lies there.
pub(super) fn disks(config: &Config) -> Vec<Finding> {
    let mut disks: BTreeMap<u64, (PathBuf, Vec<&str>)> = BTreeMap::new();
    let archive = config.archive_url();
    let ledger = config.ledger_url();
    let places = [
        ("data", Some(config.data.clone())),
        ("inbox", Some(config.inbox())),
        ("archive", archive.strip_prefix("file:").map(local)),
        ("ledger", ledger.strip_prefix("sqlite:").map(local)),
    ];
    for (what, place) in places {
        let Some(there) = place.as_deref().and_then(nearest) else {
            continue;
        };
        if let Ok(meta) = fs::metadata(&there) {
            let disk = disks.entry(meta.dev());
            disk.or_insert((there, Vec::new())).1.push(what);
        }
    }
    let floor = (config.intake.free_megabytes, config.intake.free_percent);
    disks
        .into_values()
        .filter(|(place, _)| rustix::fs::statvfs(place).is_ok_and(|fs| fs.f_blocks > 0))
        .map(|(place, of)| disk(&place, &of.join(", "), floor))
        .collect()
}

/// The path of a `file:` or `sqlite:` address, with or without slashes before it.
fn local(address: &str) -> PathBuf {
    address.strip_prefix("//").unwrap_or(address).into()
}

/// A folder, or the nearest above it that is there: that is where it would be made.
fn nearest(place: &Path) -> Option<PathBuf> {
    let place = std::path::absolute(place).ok()?;
    place
        .ancestors()
        .find(|folder| folder.is_dir())
        .map(Path::to_owned)
}

fn disk(place: &Path, of: &str, (megabytes, percent): (u64, u8)) -> Finding {
    let Ok(fs) = rustix::fs::statvfs(place) else {
        return Finding::weak("disk", "free space is unknown", "check it by hand");
    };
    let free = fs.f_bavail.saturating_mul(fs.f_frsize);
    let size = fs.f_blocks.saturating_mul(fs.f_frsize);
    let part = size / 100 * u64::from(percent.min(100));
    let floor = part.min(megabytes.saturating_mul(1_000_000));
    let found = format!("{} of {} free where {of} lies", bytes(free), bytes(size));
    if fs.f_files > 0 && fs.f_favail < FEWEST_FILES {
        return Finding::missing(
            "disk",
            format!("{found}, but only {} files may still be made", fs.f_favail),
            "remove small files, or move it to a file system with more inodes",
        );
    }
    if free < floor {
        return Finding::missing(
            "disk",
            found,
            format!(
                "free some: intake waits below {} (`intake.free_megabytes`, `intake.free_percent`)",
                bytes(floor)
            ),
        );
    }
    if free < floor.saturating_mul(2) {
        return Finding::weak(
            "disk",
            found,
            format!("free some soon: intake waits below {}", bytes(floor)),
        );
    }
    Finding::good("disk", found)
}

/// A size for people, in units of ten.
fn bytes(bytes: u64) -> String {
    match bytes {
        0..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

pub(super) fn inbox(config: &Config) -> Finding {
    let path = config.inbox();
    let shown = path.display();
    if let Err(error) = fs::create_dir_all(&path).and_then(|()| renames(&path)) {
        return Finding::missing(
            "inbox",
            format!("{shown}: {error}"),
            "make it writable for this user, or choose another with --inbox",
        );
    }
    let how = if node::is_network(&path) {
        "a share: polled, not notified"
    } else {
        "local"
    };
    Finding::good("inbox", format!("{shown} ({how})"))
}

/// The folders of stations: files leave them by being renamed, which only the folder's rights allow.
pub(super) fn stations(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, station) in &config.stations {
        let Some(folder) = &station.folder else {
            continue;
        };
        let shown = format!("{name}: {}", folder.display());
        findings.push(if !folder.is_dir() {
            Finding::missing(
                "station's folder",
                format!("{shown} is not there"),
                "mount it (and let systemd wait for it: RequiresMountsFor=), or mend \
                 `stations.….folder`",
            )
        } else if renames(folder).is_ok() {
            Finding::good("station's folder", shown)
        } else {
            Finding::weak(
                "station's folder",
                format!("{shown} can only be read: files are copied, and stay there"),
                "let this user write there if files are to leave it once they are taken",
            )
        });
    }
    let root = config.inbox();
    let Ok(entries) = fs::read_dir(&root) else {
        return findings;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let ours = path.file_name().is_some_and(|name| {
            let name = name.to_string_lossy();
            name.starts_with('_') || name.starts_with('.')
        });
        if path.is_dir() && !ours && renames(&path).is_err() {
            findings.push(Finding::missing(
                "station's folder",
                format!("nothing can be taken out of {}", path.display()),
                format!(
                    "chgrp it to this user's group, then `chmod g+rwxs {}`",
                    path.display()
                ),
            ));
        }
    }
    findings
}

/// Makes a file, renames it and removes it, as a claim and a receipt do.
fn renames(folder: &Path) -> io::Result<()> {
    let first = folder.join(".kartoteka-doctor.part");
    let second = folder.join(".kartoteka-doctor");
    fs::write(&first, b"")?;
    let renamed = fs::rename(&first, &second);
    fs::remove_file(if renamed.is_ok() { &second } else { &first })?;
    renamed
}

fn mode(path: &Path) -> Option<u32> {
    Some(fs::metadata(path).ok()?.permissions().mode())
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::{disk, nearest};
    use std::path::Path;

    #[test]
    fn a_place_that_is_not_there_is_judged_by_what_is_above_it() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("not/there/yet");
        assert_eq!(nearest(&deep).unwrap(), folder.path());
    }

    #[test]
    fn a_disk_is_measured_by_the_smaller_of_two_floors() {
        let place = Path::new("/");
        assert_eq!(disk(place, "data", (0, 0)).state, State::Good);
        // Nothing has 101 times what it has: a part of 100 % is all of it.
        let all = disk(place, "data", (u64::MAX / 1_000_000, 100));
        assert_eq!(all.state, State::Missing, "{all:?}");
        assert!(all.remedy.unwrap().contains("intake.free_megabytes"));
    }
}
