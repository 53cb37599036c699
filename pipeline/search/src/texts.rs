//! The texts of the documents, compressed, beside the index: what snippets and page hits are cut
//! from.
//!
//! Texts lie one behind another in *shelves*, files of some 64 MB; the index keeps for each
//! document where its text begins (a [`Pointer`]). That pointer is committed with the index, after
//! the shelf was synced, so that a crash leaves at most a tail that no document points to; the
//! writer cuts it off when it opens. A text never moves. Erasing overwrites it where it lies and
//! gives its blocks back to the file system, so that a purged word is not on the disk any more.
//!
//! Why not in the index itself: its stored fields are copied with every merge, and a text would be
//! written several times over. Why not a file a document: a million files of 4 kB.
//!
//! A record: `KTXT` (or `KDEL` once erased), the length of the body in four bytes, lowest first,
//! then the body, JSON packed with zstd and carrying zstd's checksum.

use crate::error::SearchError;
use rustix::fs::FallocateFlags;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const LIVE: [u8; 4] = *b"KTXT";
const ERASED: [u8; 4] = *b"KDEL";
const HEADER_BYTES: usize = 8;
/// The same, as a position in the file.
const HEADER: u64 = HEADER_BYTES as u64;
/// A shelf takes no further text once it is this long, in bytes.
const SHELF: u64 = 64 << 20;
/// The most a text may have, unpacked and packed, in bytes: a thousand pages of close print.
pub(crate) const MAX_TEXT: usize = 16 << 20;
/// Bits of a pointer that say where in the shelf.
const OFFSET_BITS: u32 = 40;
/// zstd's level: beyond it, a percent of size costs a third of the speed.
const LEVEL: i32 = 3;

/// Where a text begins: the shelf's number and the byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Pointer(pub(crate) u64);

impl Pointer {
    const fn new(shelf: u64, offset: u64) -> Self {
        Self(shelf << OFFSET_BITS | offset)
    }

    const fn shelf(self) -> u64 {
        self.0 >> OFFSET_BITS
    }

    const fn offset(self) -> u64 {
        self.0 & ((1 << OFFSET_BITS) - 1)
    }
}

/// The shelves of one index.
pub(crate) struct Texts {
    dir: PathBuf,
    open: Mutex<HashMap<u64, Arc<File>>>,
}

impl Texts {
    /// The shelves in a folder, which is made if it is missing.
    pub(crate) fn open(dir: PathBuf) -> Result<Self, SearchError> {
        fs::create_dir_all(&dir).map_err(SearchError::at(&dir))?;
        Ok(Self {
            dir,
            open: Mutex::default(),
        })
    }

    /// The body at a pointer; none where it was erased, or is not what was written.
    pub(crate) fn read(&self, at: Pointer) -> Option<Vec<u8>> {
        let file = self.shelf(at.shelf()).ok()?;
        let header = Header::read(&file, at.offset()).ok()??;
        if !header.live {
            return None;
        }
        let mut packed = vec![0; header.length as usize];
        file.read_exact_at(&mut packed, at.offset() + HEADER).ok()?;
        zstd::bulk::decompress(&packed, MAX_TEXT).ok()
    }

    /// Erases a text. Once more, or where there is none, is no error.
    pub(crate) fn erase(&self, at: Pointer) -> Result<(), SearchError> {
        let path = self.path(at.shelf());
        let wrong = SearchError::at(&path);
        let erase = || -> io::Result<()> {
            let file = OpenOptions::new().read(true).write(true).open(&path)?;
            if let Some(header) = Header::read(&file, at.offset())? {
                overwrite(&file, at.offset(), header)?;
                file.sync_data()?;
            }
            Ok(())
        };
        match erase() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done.map_err(wrong),
        }
    }

    /// Erases every text up to `end` that is not among the living; removes shelves left empty.
    pub(crate) fn sweep(
        &self,
        living: &BTreeSet<Pointer>,
        end: Pointer,
    ) -> Result<(), SearchError> {
        for shelf in self.shelves()? {
            let path = self.path(shelf);
            let empty = self
                .sweep_shelf(shelf, living)
                .map_err(SearchError::at(&path))?;
            if empty && shelf < end.shelf() {
                fs::remove_file(&path).map_err(SearchError::at(&path))?;
                self.lock().remove(&shelf);
            }
        }
        Ok(())
    }

    fn sweep_shelf(&self, shelf: u64, living: &BTreeSet<Pointer>) -> io::Result<bool> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.path(shelf))?;
        let (mut offset, mut empty) = (0, true);
        while let Some(header) = Header::read(&file, offset)? {
            if living.contains(&Pointer::new(shelf, offset)) {
                empty = false;
            } else if header.live {
                overwrite(&file, offset, header)?;
            }
            offset += HEADER + u64::from(header.length);
        }
        file.sync_data()?;
        Ok(empty)
    }

    fn shelves(&self) -> Result<Vec<u64>, SearchError> {
        let wrong = || SearchError::at(&self.dir);
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(wrong())? {
            let name = entry.map_err(wrong())?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix("shelf-"));
            found.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        found.sort_unstable();
        Ok(found)
    }

    fn shelf(&self, number: u64) -> io::Result<Arc<File>> {
        if let Some(file) = self.lock().get(&number) {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(File::open(self.path(number))?);
        self.lock().insert(number, Arc::clone(&file));
        Ok(file)
    }

    /// The cache of open files holds whatever state a panic left it in.
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<File>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, shelf: u64) -> PathBuf {
        self.dir.join(format!("shelf-{shelf:06}"))
    }
}

/// Adds texts; there is one, as there is one writer.
pub(crate) struct Appender {
    texts: Arc<Texts>,
    file: File,
    end: Pointer,
    packer: zstd::bulk::Compressor<'static>,
}

impl Appender {
    /// Goes on behind what was committed, and drops what lies behind that.
    pub(crate) fn open(texts: Arc<Texts>, end: Pointer) -> Result<Self, SearchError> {
        for shelf in texts.shelves()? {
            if shelf > end.shelf() {
                let path = texts.path(shelf);
                fs::remove_file(&path).map_err(SearchError::at(&path))?;
            }
        }
        let path = texts.path(end.shelf());
        let file = open_shelf(&path, end.offset()).map_err(SearchError::at(&path))?;
        sync_folder(&texts.dir)?;
        let mut packer = zstd::bulk::Compressor::new(LEVEL).map_err(SearchError::at(&path))?;
        packer
            .include_checksum(true)
            .map_err(SearchError::at(&path))?;
        Ok(Self {
            texts,
            file,
            end,
            packer,
        })
    }

    /// Adds a body and says where it begins. Not safe from a crash before [`Appender::sync`].
    pub(crate) fn append(&mut self, body: &[u8]) -> Result<Pointer, SearchError> {
        let path = self.texts.path(self.end.shelf());
        if self.end.offset() >= SHELF {
            self.sync()?;
            let next = Pointer::new(self.end.shelf() + 1, 0);
            let path = self.texts.path(next.shelf());
            self.file = open_shelf(&path, 0).map_err(SearchError::at(&path))?;
            self.end = next;
            sync_folder(&self.texts.dir)?;
        }
        let packed = self.packer.compress(body).map_err(SearchError::at(&path))?;
        let length = u32::try_from(packed.len()).expect("a text is at most MAX_TEXT");
        let mut record = Vec::with_capacity(packed.len() + HEADER_BYTES);
        record.extend(LIVE);
        record.extend(length.to_le_bytes());
        record.extend(packed);
        let at = self.end;
        self.file
            .write_all_at(&record, at.offset())
            .map_err(SearchError::at(&path))?;
        self.end = Pointer::new(at.shelf(), at.offset() + record.len() as u64);
        Ok(at)
    }

    /// Waits until everything added is on the disk; says where it ends.
    pub(crate) fn sync(&mut self) -> Result<Pointer, SearchError> {
        let path = self.texts.path(self.end.shelf());
        self.file.sync_data().map_err(SearchError::at(&path))?;
        Ok(self.end)
    }
}

/// A shelf for writing, cut to its committed length.
fn open_shelf(path: &Path, length: u64) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    if file.metadata()?.len() < length {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "shorter than what was committed: run `kartoteka reindex`",
        ));
    }
    file.set_len(length)?;
    Ok(file)
}

/// Makes a new name in a folder last.
pub(crate) fn sync_folder(dir: &Path) -> Result<(), SearchError> {
    File::open(dir)
        .and_then(|folder| folder.sync_all())
        .map_err(SearchError::at(dir))
}

#[derive(Clone, Copy)]
struct Header {
    live: bool,
    length: u32,
}

impl Header {
    /// The header at an offset; none behind the last record, or where none is.
    fn read(file: &File, offset: u64) -> io::Result<Option<Self>> {
        let mut bytes = [0; HEADER_BYTES];
        match file.read_exact_at(&mut bytes, offset) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            done => done?,
        }
        let [a, b, c, d, length @ ..] = bytes;
        let (live, length) = ([a, b, c, d] == LIVE, u32::from_le_bytes(length));
        let known = live || [a, b, c, d] == ERASED;
        Ok((known && length as usize <= 2 * MAX_TEXT).then_some(Self { live, length }))
    }
}

/// Overwrites a body with nothing, keeping the header so that what lies behind it is still found.
fn overwrite(file: &File, offset: u64, header: Header) -> io::Result<()> {
    let mut erased = [0; HEADER_BYTES];
    erased[..4].copy_from_slice(&ERASED);
    erased[4..8].copy_from_slice(&header.length.to_le_bytes());
    let (body, length) = (offset + HEADER, u64::from(header.length));
    let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    if length > 0 && rustix::fs::fallocate(file, hole, body, length).is_err() {
        // Not every file system has holes: zeros do as well, they only keep their room.
        file.write_all_at(&vec![0; header.length as usize], body)?;
    }
    file.write_all_at(&erased, offset)
}

#[cfg(test)]
mod tests {
    use super::{Appender, Pointer, Texts};
    use std::collections::BTreeSet;
    use std::sync::Arc;

    fn shelf(dir: &tempfile::TempDir) -> Vec<u8> {
        std::fs::read(dir.path().join("shelf-000000")).unwrap()
    }

    #[test]
    fn what_was_added_is_read_until_it_is_erased() {
        let dir = tempfile::tempdir().unwrap();
        let texts = Arc::new(Texts::open(dir.path().to_owned()).unwrap());
        let mut appender = Appender::open(Arc::clone(&texts), Pointer::default()).unwrap();
        let first = appender.append(b"first text").unwrap();
        let second = appender.append(b"second text").unwrap();
        assert_eq!(texts.read(first).unwrap(), b"first text");
        texts.erase(first).unwrap();
        texts.erase(first).unwrap();
        assert_eq!(texts.read(first), None);
        assert_eq!(texts.read(second).unwrap(), b"second text");
        let there = |word: &[u8]| shelf(&dir).windows(word.len()).any(|w| w == word);
        assert!(!there(b"first") && there(b"second"));
        let end = appender.sync().unwrap();
        texts.sweep(&BTreeSet::new(), end).unwrap();
        assert!(!there(b"second"));
    }

    #[test]
    fn a_crash_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let texts = Arc::new(Texts::open(dir.path().to_owned()).unwrap());
        let mut appender = Appender::open(Arc::clone(&texts), Pointer::default()).unwrap();
        let kept = appender.append(b"committed").unwrap();
        let end = appender.sync().unwrap();
        appender.append(b"never committed").unwrap();
        drop(appender);
        let mut appender = Appender::open(Arc::clone(&texts), end).unwrap();
        let next = appender.append(b"after the crash").unwrap();
        assert_eq!(next, end);
        assert_eq!(texts.read(kept).unwrap(), b"committed");
        assert_eq!(texts.read(next).unwrap(), b"after the crash");
    }

    #[test]
    fn a_damaged_text_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let texts = Arc::new(Texts::open(dir.path().to_owned()).unwrap());
        let mut appender = Appender::open(Arc::clone(&texts), Pointer::default()).unwrap();
        let at = appender.append(b"some text of a page").unwrap();
        let path = dir.path().join("shelf-000000");
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(texts.read(at), None);
        assert_eq!(texts.read(Pointer(7)), None);
        assert_eq!(texts.read(Pointer(1 << 50)), None);
    }
}
