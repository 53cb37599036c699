//! The directory itself: staging, create-only placing, durability, one turn at a time.

use crate::content::{Content, hash_through};
use crate::key::SEAL_SUFFIX;
use crate::open::Absent;
use crate::{Key, StoreError};
use model::Digest;
use rustix::fs::{Advice, FlockOperation, OFlags, fadvise, flock, statfs};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Says what the directory is, and marks it as ours.
pub(super) const MARKER: &str = "archive.json";
/// Files that are being written. What no process has locked is left over and removed.
pub(super) const STAGING: &str = ".part";
/// Locked by whoever changes seals or names.
pub(super) const TURN: &str = ".turn";
const MARKER_TEXT: &str = concat!(
    "{\n  \"format\": 1,\n  \"what\": \"an archive of Kartoteka: an original lies under ",
    "orig/<first two digits>/<its SHA-256>; x.seal says what x was when it was put\"\n}\n"
);
/// Scans of contracts are nobody else's business: the archive's folders are its user's and group's.
const FOLDER_MODE: u32 = 0o750;
const FILE_MODE: u32 = 0o444;
/// File systems that lie on another machine (Linux `statfs(2)`): NFS, SMB, SMB2, CIFS.
const NETWORK_FILE_SYSTEMS: [u64; 4] = [0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42];

/// The directory of an archive.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
}

/// The right to change seals and names, until it is dropped.
pub(super) struct Turn {
    _file: File,
}

/// Bytes on the disk that have no name yet; dropped, they are gone.
pub(super) struct Staged {
    file: NamedTempFile,
    pub(super) digest: Digest,
    pub(super) bytes: u64,
}

/// Whether staged bytes got the name.
pub(super) enum Placed {
    Here,
    Taken,
}

impl Root {
    pub(super) fn open(path: &Path, absent: Absent) -> Result<Self, StoreError> {
        let path = std::path::absolute(path).map_err(|e| StoreError::io(path, "finding", e))?;
        let root = Self { path };
        if !root.path.join(MARKER).is_file() {
            root.make(absent)?;
        }
        root.remove_leftovers()?;
        Ok(root)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the archive, unless something else is there, or it should be there already.
    fn make(&self, absent: Absent) -> Result<(), StoreError> {
        let refuse = |reason: &str| {
            let place = self.path.display().to_string();
            Err(StoreError::Denied {
                place,
                reason: reason.into(),
                source: None,
            })
        };
        if absent == Absent::Refuse {
            return refuse("it is no archive, and there should be one: is the disk mounted?");
        }
        self.make_folder(&self.path)?;
        let entries = fs::read_dir(&self.path).map_err(|e| self.io("listing", e))?;
        for entry in entries {
            let name = entry.map_err(|e| self.io("listing", e))?.file_name();
            if name != STAGING && name != TURN && name != "lost+found" {
                return refuse("it holds other files and is no archive: choose an empty directory");
            }
        }
        self.make_folder(&self.path.join(STAGING))?;
        let marker = Staged::write(self, &Content::bytes(MARKER_TEXT))?;
        marker.place_at(&self.path.join(MARKER))?;
        sync_folder(&self.path)
    }

    /// Makes a folder and those above it, each durable before the next.
    fn make_folder(&self, path: &Path) -> Result<(), StoreError> {
        if path.is_dir() {
            return Ok(());
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(parent) = parent {
            self.make_folder(parent)?;
        }
        match DirBuilder::new().mode(FOLDER_MODE).create(path) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(e) => return Err(StoreError::io(path, "making a folder", e)),
        }
        parent.map_or(Ok(()), sync_folder)
    }

    /// Removes what a killed process was writing: files in staging that nobody has locked.
    fn remove_leftovers(&self) -> Result<(), StoreError> {
        let staging = self.path.join(STAGING);
        let entries = match fs::read_dir(&staging) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return self.make_folder(&staging),
            Err(e) => return Err(StoreError::io(&staging, "listing", e)),
        };
        for entry in entries {
            let path = entry
                .map_err(|e| StoreError::io(&staging, "listing", e))?
                .path();
            let Ok(file) = File::open(&path) else {
                continue;
            };
            if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// Waits until no other process and no other thread changes seals or names.
    pub(super) fn turn(&self) -> Result<Turn, StoreError> {
        let path = self.path.join(TURN);
        let io = |e: io::Error| StoreError::io(&path, "locking", e);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o640)
            .open(&path)
            .map_err(io)?;
        rustix::io::retry_on_intr(|| flock(&file, FlockOperation::LockExclusive))
            .map_err(|e| io(e.into()))?;
        Ok(Turn { _file: file })
    }

    pub(super) fn content(&self, key: &Key) -> PathBuf {
        self.path.join(key.as_str())
    }

    fn seal(&self, key: &Key) -> PathBuf {
        self.path.join(format!("{key}{SEAL_SUFFIX}"))
    }

    pub(super) fn exists(&self, key: &Key) -> Result<bool, StoreError> {
        self.size(key).map(|size| size.is_some())
    }

    /// The size of an object's content; none when it is not there.
    pub(super) fn size(&self, key: &Key) -> Result<Option<u64>, StoreError> {
        let path = self.content(key);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
            Ok(_) => Err(StoreError::Unsealed {
                key: key.clone(),
                reason: "something that is no file is in its place".into(),
            }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(StoreError::io(&path, "looking", e)),
        }
    }

    pub(super) fn open_content(&self, key: &Key) -> Result<File, StoreError> {
        let path = self.content(key);
        open_nofollow(&path).map_err(|e| StoreError::io(&path, "opening", e))
    }

    /// Makes sure that an object is on the disk, and reads it from there.
    pub(super) fn read_back(&self, key: &Key) -> Result<(Digest, u64), StoreError> {
        let path = self.content(key);
        let file = self.open_content(key)?;
        file.sync_all()
            .map_err(|e| StoreError::io(&path, "making it durable", e))?;
        read_from_disk(&file).map_err(|e| StoreError::io(&path, "reading back", e))
    }

    pub(super) fn read_seal(&self, key: &Key, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.seal(key);
        let file = match open_nofollow(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(StoreError::io(&path, "opening", e)),
        };
        let mut text = Vec::new();
        file.take(limit)
            .read_to_end(&mut text)
            .map_err(|e| StoreError::io(&path, "reading", e))?;
        Ok(Some(text))
    }

    pub(super) fn write_seal(&self, key: &Key, text: &[u8]) -> Result<(), StoreError> {
        let path = self.seal(key);
        let staged = Staged::write(self, &Content::bytes(text))?;
        let persisted = staged.file.persist(&path);
        persisted
            .map(drop)
            .map_err(|e| StoreError::io(&path, "placing", e.error))
    }

    pub(super) fn sync_folder_of(&self, key: &Key) -> Result<(), StoreError> {
        sync_folder(folder_of(&self.content(key)))
    }

    /// Removes content, then seal.
    pub(super) fn remove(&self, key: &Key) -> Result<(), StoreError> {
        remove(&self.content(key))?;
        self.sync_folder_of(key)?;
        remove(&self.seal(key))?;
        self.sync_folder_of(key)
    }

    /// Writes a file and throws it away.
    pub(super) fn try_writing(&self) -> Result<(), StoreError> {
        if !self.path.join(MARKER).is_file() {
            let place = self.path.display().to_string();
            let reason = format!("its {MARKER} is gone: is the disk still mounted?");
            return Err(StoreError::Denied {
                place,
                reason,
                source: None,
            });
        }
        let _turn = self.turn()?;
        Staged::write(self, &Content::bytes("a try")).map(drop)
    }

    pub(super) fn is_network(&self) -> bool {
        let kind = statfs(&self.path).map(|fs| u64::try_from(fs.f_type));
        kind.is_ok_and(|kind| kind.is_ok_and(|kind| NETWORK_FILE_SYSTEMS.contains(&kind)))
    }

    pub(super) fn io(&self, action: &'static str, error: io::Error) -> StoreError {
        StoreError::io(&self.path, action, error)
    }
}

/// A new file in staging, locked. Whoever opens the archive in the moment before it is locked takes
/// it for left over: then another is made.
fn stage(staging: &Path) -> io::Result<NamedTempFile> {
    loop {
        let file = tempfile::Builder::new()
            .prefix("")
            .permissions(Permissions::from_mode(FILE_MODE))
            .tempfile_in(staging)?;
        match flock(file.as_file(), FlockOperation::NonBlockingLockExclusive) {
            Ok(()) if file.as_file().metadata()?.nlink() > 0 => return Ok(file),
            Ok(()) | Err(rustix::io::Errno::WOULDBLOCK) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

impl Staged {
    /// Writes content durably, without a name, and reads it back from the disk.
    pub(super) fn write(root: &Root, content: &Content) -> Result<Self, StoreError> {
        let staging = root.path.join(STAGING);
        let io = |e: io::Error| StoreError::io(&staging, "writing", e);
        let mut file = stage(&staging).map_err(io)?;
        let (digest, bytes) = copy(content, &mut file, &io)?;
        file.as_file().sync_all().map_err(io)?;
        let (found, _) = read_from_disk(file.as_file()).map_err(io)?;
        if found != digest {
            let reason = "what was written is not what is read back: the disk is failing".into();
            let place = staging.display().to_string();
            return Err(StoreError::Unreachable {
                place,
                reason,
                source: None,
            });
        }
        if let Some(promised) = content.expected()
            && promised != digest
        {
            return Err(StoreError::ContentChanged {
                promised,
                found: digest,
            });
        }
        Ok(Self {
            file,
            digest,
            bytes,
        })
    }

    /// Gives the bytes their name, unless it is taken. The folder is not yet synced.
    pub(super) fn place(self, root: &Root, key: &Key) -> Result<Placed, StoreError> {
        let path = root.content(key);
        root.make_folder(folder_of(&path))?;
        self.place_at(&path)
    }

    fn place_at(self, path: &Path) -> Result<Placed, StoreError> {
        match self.file.persist_noclobber(path) {
            Ok(_) => Ok(Placed::Here),
            Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Ok(Placed::Taken),
            Err(e) => Err(StoreError::io(path, "placing", e.error)),
        }
    }
}

/// Why copying stopped: the two ends have different remedies.
enum CopyTrouble {
    Reading(io::Error),
    Writing(io::Error),
}

impl From<io::Error> for CopyTrouble {
    fn from(error: io::Error) -> Self {
        Self::Reading(error)
    }
}

fn copy(
    content: &Content,
    file: &mut NamedTempFile,
    writing: &dyn Fn(io::Error) -> StoreError,
) -> Result<(Digest, u64), StoreError> {
    let copied = hash_through(content.reader(), |chunk| {
        file.write_all(chunk).map_err(CopyTrouble::Writing)
    });
    copied.map_err(|trouble| match trouble {
        CopyTrouble::Reading(error) => StoreError::Content(error),
        CopyTrouble::Writing(error) => writing(error),
    })
}

/// Hashes a file as it is on the disk, not as the cache has it.
fn read_from_disk(file: &File) -> io::Result<(Digest, u64)> {
    // A file system that does not take the hint, tmpfs for one, has no disk to read from.
    let _ = fadvise(file, 0, None, Advice::DontNeed);
    hash_through(Content::file(file.try_clone()?).reader(), |_| Ok(()))
}

fn open_nofollow(path: &Path) -> io::Result<File> {
    let no_follow = i32::try_from(OFlags::NOFOLLOW.bits()).map_err(io::Error::other)?;
    OpenOptions::new()
        .read(true)
        .custom_flags(no_follow)
        .open(path)
}

fn sync_folder(path: &Path) -> Result<(), StoreError> {
    let synced = File::open(path).and_then(|folder| folder.sync_all());
    synced.map_err(|e| StoreError::io(path, "making it durable", e))
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(StoreError::io(path, "removing", e)),
        _ => Ok(()),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .expect("a key has two segments, so its path has a folder")
}
