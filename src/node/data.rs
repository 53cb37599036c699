//! The data directory: everything this node keeps, locked against a second process.

use crate::clock;
use anyhow::Context as _;
use rustix::fs::{FlockOperation, flock, statfs};
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// File systems whose locks do not hold (Linux `statfs(2)`): NFS, SMB, SMB2, CIFS.
const NETWORK_FILE_SYSTEMS: [u64; 4] = [0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42];

/// The data directory of a node that may write in it.
pub(crate) struct DataDir {
    /// Who this node is among others, drawn once.
    pub(crate) node: String,
    /// Held while the process lives; the system lets go of it however the process ends.
    _lock: File,
}

/// Why a data directory could not be taken.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It is ours.
    Ours(DataDir),
    /// Another process works in it.
    Busy,
}

impl std::fmt::Debug for DataDir {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataDir")
            .field("node", &self.node)
            .finish_non_exhaustive()
    }
}

impl DataDir {
    /// Takes the directory, making it if it is not there.
    ///
    /// # Errors
    /// When it cannot be written, lies on a network file system, or is in use.
    pub(crate) fn take(path: &Path) -> anyhow::Result<Self> {
        match Self::try_take(path)? {
            Taken::Ours(data) => Ok(data),
            Taken::Busy => anyhow::bail!(
                "the data directory {} is in use by another process: stop it, or choose another \
                 with --data",
                path.display()
            ),
        }
    }

    /// Takes the directory unless another process has it.
    ///
    /// # Errors
    /// When it cannot be written or lies on a network file system.
    pub(crate) fn try_take(path: &Path) -> anyhow::Result<Taken> {
        let cannot = || {
            format!(
                "the data directory {} cannot be written: make it writable for this user, or \
                 choose another with --data",
                path.display()
            )
        };
        // What is in it is nobody's but the node's and its group's.
        let mut made = fs::DirBuilder::new();
        made.recursive(true).mode(0o750);
        made.create(path).with_context(cannot)?;
        if is_network(path) {
            anyhow::bail!(
                "the data directory {} lies on a network file system, where locks do not hold: \
                 choose one on a local disk with --data (inbox and archive may be remote)",
                path.display()
            );
        }
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .with_context(cannot)?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Ok(Taken::Busy);
        }
        let node = node_name(&path.join("node")).with_context(cannot)?;
        Ok(Taken::Ours(Self { node, _lock: lock }))
    }

    /// The index's folder in a data directory.
    pub(crate) fn index(path: &Path) -> PathBuf {
        path.join("index")
    }

    /// Whether something was ever kept there.
    pub(crate) fn exists(path: &Path) -> bool {
        path.join("node").is_file()
    }
}

/// Whether a folder lies on a file system whose locks do not hold.
pub(crate) fn is_network(path: &Path) -> bool {
    statfs(path).is_ok_and(|fs| {
        u64::try_from(fs.f_type).is_ok_and(|kind| NETWORK_FILE_SYSTEMS.contains(&kind))
    })
}

/// Whether a folder's disk has more free than intake leaves: the smaller of a number of megabytes and a
/// part of the disk. A disk that does not say is taken to have.
#[cfg(feature = "server")]
pub(crate) fn is_above_floor(path: &Path, megabytes: u64, percent: u8) -> bool {
    let Ok(fs) = rustix::fs::statvfs(path) else {
        return true;
    };
    let free = fs.f_bavail.saturating_mul(fs.f_frsize);
    let part = fs.f_blocks.saturating_mul(fs.f_frsize) / 100 * u64::from(percent.min(100));
    free >= part.min(megabytes.saturating_mul(1_000_000))
}

/// The node's name, drawn at the first start and kept.
fn node_name(file: &Path) -> anyhow::Result<String> {
    match fs::read_to_string(file) {
        Ok(name) if !name.trim().is_empty() => return Ok(name.trim().to_owned()),
        Ok(_) => {}
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(e.into()),
    }
    let name = stages::new_submission_id(clock::now())?.to_string();
    let part = file.with_extension("part");
    let mut written = File::create(&part)?;
    writeln!(written, "{name}")?;
    written.sync_all()?;
    fs::rename(&part, file)?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::{DataDir, Taken};

    #[test]
    fn two_cannot_have_it_and_the_name_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/data");
        assert!(!DataDir::exists(&path));
        let first = DataDir::take(&path).unwrap();
        assert!(matches!(DataDir::try_take(&path).unwrap(), Taken::Busy));
        let name = first.node.clone();
        drop(first);
        assert_eq!(DataDir::take(&path).unwrap().node, name);
    }
}
