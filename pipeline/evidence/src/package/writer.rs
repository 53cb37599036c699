//! Writing a package, a folder or a tar: each file is hashed as it is written, noted in a journal
//! once it is whole, and not written again when a package that was broken off is taken up.
//!
//! What is being made lies beside its place as `<name>.part`, with `<name>.part.journal`, and takes
//! its place by one rename.

mod journal;

use crate::EvidenceError;
use crate::bag::{Algorithm, BLOCK, BagPath, Hashing, header, padding};
use journal::Journal;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// How much is copied at a time, in bytes.
const CHUNK_BYTES: usize = 256 << 10;

/// The form of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A folder.
    Directory,
    /// An uncompressed tar of one.
    Tar,
}

impl Form {
    /// By the name of what is to be written.
    #[must_use]
    pub fn of(out: &Path) -> Self {
        match out.extension().is_some_and(|end| end == "tar") {
            true => Self::Tar,
            false => Self::Directory,
        }
    }
}

/// A file of a package, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// How many bytes it has.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Box<[u8]>,
    /// Its SHA-512.
    pub sha512: Box<[u8]>,
}

/// A package in the making.
#[derive(Debug)]
pub struct Writer {
    form: Form,
    out: PathBuf,
    part: PathBuf,
    /// The folder at the top of a tar.
    base: String,
    /// The time of every entry of a tar: seconds since 1970.
    seconds: u64,
    tar: Option<File>,
    journal: Journal,
    written: BTreeMap<String, Written>,
}

/// The first bytes of a file's entry and where its content goes.
struct Target {
    file: File,
    /// Whether the file is the tar that others go on in.
    shared: bool,
}

impl Writer {
    /// Begins a package, or takes up one of the same name that was broken off.
    ///
    /// `base` names the folder at the top of a tar, and the package in the journal: what was
    /// broken off under another is begun anew.
    ///
    /// # Errors
    /// [`EvidenceError::Refused`] when something is at `out` already, and when nothing can be
    /// written there.
    pub fn begin(out: &Path, base: &str, seconds: u64) -> Result<Self, EvidenceError> {
        if out.symlink_metadata().is_ok() {
            let why = format!("{} is there already: name another place", out.display());
            return Err(EvidenceError::Refused(why));
        }
        let beside = |end: &str| {
            let mut name = out.file_name().unwrap_or_default().to_owned();
            name.push(end);
            out.with_file_name(name)
        };
        let (form, part) = (Form::of(out), beside(".part"));
        let (journal, known) = Journal::open(&beside(".part.journal"), base)?;
        if known.is_empty() {
            clear(&part)?;
        }
        let tar = match form {
            Form::Directory => {
                fs::create_dir_all(&part).map_err(EvidenceError::io(&part))?;
                None
            }
            Form::Tar => Some(open_tar(&part, journal.end())?),
        };
        Ok(Self {
            form,
            out: out.to_owned(),
            part,
            base: base.to_owned(),
            seconds,
            tar,
            journal,
            written: known,
        })
    }

    /// A file that is written already.
    #[must_use]
    pub fn written(&self, path: &str) -> Option<&Written> {
        self.written.get(path)
    }

    /// Every file that is written, by its path.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Written)> {
        self.written
            .iter()
            .map(|(path, written)| (path.as_str(), written))
    }

    /// Writes a file from memory.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&mut self, path: &str, content: &[u8]) -> Result<Written, EvidenceError> {
        self.stream(path, content.len() as u64, &mut &*content)
    }

    /// Writes a file of that many bytes from a reader.
    ///
    /// # Errors
    /// When it cannot be read or written, or has another number of bytes.
    pub fn stream(
        &mut self,
        path: &str,
        bytes: u64,
        reader: &mut dyn Read,
    ) -> Result<Written, EvidenceError> {
        if let Some(written) = self.written.get(path) {
            return Ok(written.clone());
        }
        let mut target = self.target(path, bytes)?;
        let copied = copied(&mut target.file, bytes, reader);
        let written = copied.map_err(EvidenceError::io(path))?;
        if target.shared {
            let filled = target.file.write_all(&vec![0; padding(bytes)]);
            filled.map_err(EvidenceError::io(&self.part))?;
        }
        let end = match target.shared {
            true => target
                .file
                .stream_position()
                .map_err(EvidenceError::io(&self.part))?,
            false => 0,
        };
        self.journal.note(path, &written, end)?;
        self.written.insert(path.to_owned(), written.clone());
        Ok(written)
    }

    fn target(&self, path: &str, bytes: u64) -> Result<Target, EvidenceError> {
        let wrong = |why| EvidenceError::Refused(format!("{path}: {why}"));
        BagPath::parse(path).map_err(wrong)?;
        if let Some(tar) = &self.tar {
            let mut file = tar.try_clone().map_err(EvidenceError::io(&self.part))?;
            let header = header(&format!("{}/{path}", self.base), bytes, self.seconds);
            file.write_all(&header)
                .map_err(EvidenceError::io(&self.part))?;
            return Ok(Target { file, shared: true });
        }
        let place = self.part.join(path);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(EvidenceError::io(folder))?;
        }
        let file = File::create(&place).map_err(EvidenceError::io(&place))?;
        Ok(Target {
            file,
            shared: false,
        })
    }

    /// Makes the package durable and puts it in its place.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<(), EvidenceError> {
        if let Some(tar) = &mut self.tar {
            let ended = tar.write_all(&[0; 2 * BLOCK]).and_then(|()| tar.sync_all());
            ended.map_err(EvidenceError::io(&self.part))?;
        } else {
            sync_below(&self.part)?;
        }
        fs::rename(&self.part, &self.out).map_err(EvidenceError::io(&self.out))?;
        let folder = match self.out.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(EvidenceError::io(folder))?;
        self.journal.remove()
    }

    /// The form of what is written.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }
}

fn copied(file: &mut File, bytes: u64, reader: &mut dyn Read) -> io::Result<Written> {
    let mut hashing = Hashing::new([Algorithm::Sha256, Algorithm::Sha512]);
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let count = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hashing.update(&buffer[..count]);
        if hashing.bytes() > bytes {
            break;
        }
        file.write_all(&buffer[..count])?;
    }
    if hashing.bytes() != bytes {
        let why = format!("it has {} bytes and not {bytes}", hashing.bytes());
        return Err(io::Error::other(why));
    }
    let mut digests = hashing.finish().into_iter().map(|(_, digest)| digest);
    Ok(Written {
        bytes,
        sha256: digests.next().unwrap_or_default(),
        sha512: digests.next().unwrap_or_default(),
    })
}

/// The tar being made, cut behind what was noted last.
fn open_tar(part: &Path, end: u64) -> Result<File, EvidenceError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    let opened = options.open(part).and_then(|mut file| {
        file.set_len(end)?;
        file.seek(SeekFrom::End(0))?;
        Ok(file)
    });
    opened.map_err(EvidenceError::io(part))
}

/// Removes what was broken off under another name.
fn clear(part: &Path) -> Result<(), EvidenceError> {
    let removed = match part.symlink_metadata() {
        Err(_) => return Ok(()),
        Ok(found) if found.is_dir() => fs::remove_dir_all(part),
        Ok(_) => fs::remove_file(part),
    };
    removed.map_err(EvidenceError::io(part))
}

fn sync_below(folder: &Path) -> Result<(), EvidenceError> {
    for entry in fs::read_dir(folder).map_err(EvidenceError::io(folder))? {
        let path = entry.map_err(EvidenceError::io(folder))?.path();
        if path.is_dir() {
            sync_below(&path)?;
        } else {
            let synced = File::open(&path).and_then(|file| file.sync_all());
            synced.map_err(EvidenceError::io(&path))?;
        }
    }
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(EvidenceError::io(folder))
}

#[cfg(test)]
mod tests {
    use super::Writer;
    use crate::bag::Source;
    use std::fs;

    #[test]
    fn what_was_broken_off_is_taken_up_and_ends_in_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("bagit.txt", "x"), ("data/a", "umowa"), ("data/b", "kwit")];
        for name in ["whole.tar", "broken.tar"] {
            let out = folder.path().join(name);
            let mut writer = Writer::begin(&out, "base", 7).unwrap();
            for (path, content) in files {
                writer.put(path, content.as_bytes()).unwrap();
                if name == "broken.tar" {
                    let failed = writer.stream("data/c", 9, &mut &b"short"[..]);
                    assert!(
                        failed
                            .unwrap_err()
                            .to_string()
                            .contains("5 bytes and not 9")
                    );
                    drop(writer);
                    writer = Writer::begin(&out, "base", 7).unwrap();
                    assert!(writer.written(path).is_some());
                }
            }
            writer.finish().unwrap();
        }
        let read = |name| fs::read(folder.path().join(name)).unwrap();
        assert_eq!(read("whole.tar"), read("broken.tar"));
        let source = Source::open(&folder.path().join("broken.tar")).unwrap();
        assert_eq!(source.entries().len(), 3);
        let names = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 2, "nothing else is left");
    }

    #[test]
    fn another_package_is_begun_anew_and_nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let mut writer = Writer::begin(&out, "one", 0).unwrap();
        writer.put("data/a", b"1").unwrap();
        drop(writer);
        let mut writer = Writer::begin(&out, "two", 0).unwrap();
        assert!(writer.written("data/a").is_none());
        writer.put("data/b", b"2").unwrap();
        assert!(writer.put("../c", b"").is_err());
        writer.finish().unwrap();
        assert!(!out.join("data/a").exists());
        assert!(Writer::begin(&out, "two", 0).is_err());
    }
}
