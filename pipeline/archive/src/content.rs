//! What is put: bytes in memory or an open file, read once from its beginning.

use model::{Digest, Digester};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// How much is read at a time.
pub(crate) const CHUNK_BYTES: usize = 1 << 20;

/// Bytes to be stored.
#[derive(Debug)]
pub struct Content {
    source: Source,
    expected: Option<Digest>,
}

#[derive(Debug)]
enum Source {
    Bytes(Vec<u8>),
    File(File),
}

impl Content {
    /// Bytes in memory: records, words, pages.
    #[must_use]
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            source: Source::Bytes(bytes.into()),
            expected: None,
        }
    }

    /// An open file, read from its beginning whatever its position; the position is not moved.
    #[must_use]
    pub fn file(file: File) -> Self {
        Self {
            source: Source::File(file),
            expected: None,
        }
    }

    /// A file by its path.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn path(path: &Path) -> io::Result<Self> {
        File::open(path).map(Self::file)
    }

    /// The same content, refused when its SHA-256 turns out to be another.
    #[must_use]
    pub fn expecting(self, digest: Digest) -> Self {
        Self {
            expected: Some(digest),
            ..self
        }
    }

    /// The SHA-256 that was promised.
    pub(crate) const fn expected(&self) -> Option<Digest> {
        self.expected
    }

    /// The bytes, where they are in memory.
    #[cfg(feature = "s3")]
    pub(crate) fn in_memory(&self) -> Option<&[u8]> {
        match &self.source {
            Source::Bytes(bytes) => Some(bytes),
            Source::File(_) => None,
        }
    }

    /// A path by which a file can be opened once more, with a position of its own.
    #[cfg(feature = "s3")]
    pub(crate) fn reopenable(&self) -> Option<std::path::PathBuf> {
        use std::os::fd::AsRawFd as _;
        match &self.source {
            Source::Bytes(_) => None,
            Source::File(file) => Some(format!("/proc/self/fd/{}", file.as_raw_fd()).into()),
        }
    }

    /// A reader from the beginning; may be asked for again.
    pub(crate) fn reader(&self) -> Reader<'_> {
        match &self.source {
            Source::Bytes(bytes) => Reader::Bytes(bytes),
            Source::File(file) => Reader::File { file, at: 0 },
        }
    }
}

/// Reads content without moving a file's position, which others may share.
pub(crate) enum Reader<'a> {
    Bytes(&'a [u8]),
    File { file: &'a File, at: u64 },
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Bytes(bytes) => bytes.read(buffer),
            Self::File { file, at } => {
                let count = file.read_at(buffer, *at)?;
                *at += count as u64;
                Ok(count)
            }
        }
    }
}

/// Reads to the end in chunks, gives each to `take`, and returns SHA-256 and size.
pub(crate) fn hash_through<E: From<io::Error>>(
    mut reader: impl Read,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(Digest, u64), E> {
    let mut buffer = vec![0; CHUNK_BYTES];
    let (mut digester, mut total) = (Digester::default(), 0);
    loop {
        let count = match reader.read(&mut buffer) {
            Ok(0) => return Ok((digester.finish(), total)),
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e.into()),
        };
        digester.update(&buffer[..count]);
        take(&buffer[..count])?;
        total += count as u64;
    }
}
