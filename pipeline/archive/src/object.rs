//! What a store answers: objects as stored, readers that check while they read, listings.

use crate::{Key, Lock};
use model::{Digest, Digester};
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, ReadBuf};

/// An object as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Where.
    pub key: Key,
    /// Which version of it, where the store has versions.
    pub version: Option<String>,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many there are.
    pub bytes: u64,
    /// What forbids deleting it, as read back from the store.
    pub lock: Lock,
    /// Whether this call put it there.
    pub outcome: PutOutcome,
}

/// How an object came to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    /// This call put it there.
    Created,
    /// It was there before, or another call put the same bytes there first.
    Adopted,
}

/// An object being read. Reading to the end proves the bytes: where they are not what was put, the
/// last read fails with [`io::ErrorKind::InvalidData`] instead of saying that it was the last.
pub struct Object {
    /// What is read.
    pub stored: Stored,
    reader: Pin<Box<dyn AsyncRead + Send>>,
    digester: Option<Digester>,
    seen: u64,
}

impl Object {
    pub(crate) fn new(stored: Stored, reader: impl AsyncRead + Send + 'static) -> Self {
        let (reader, digester) = (Box::pin(reader), Some(Digester::default()));
        Self {
            stored,
            reader,
            digester,
            seen: 0,
        }
    }

    fn proven(&mut self) -> io::Result<()> {
        let Some(digester) = self.digester.take() else {
            return Ok(());
        };
        let found = digester.finish();
        if found == self.stored.sha256 && self.seen == self.stored.bytes {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            AlteredBytes { found },
        ))
    }
}

/// The bytes read to the end are not those that were put.
#[derive(Debug, thiserror::Error)]
#[error("the bytes read have SHA-256 {found}, not that of what was put")]
pub(crate) struct AlteredBytes {
    pub(crate) found: Digest,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("stored", &self.stored)
            .finish_non_exhaustive()
    }
}

impl AsyncRead for Object {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        std::task::ready!(self.reader.as_mut().poll_read(context, buffer))?;
        let new = &buffer.filled()[before..];
        if new.is_empty() && buffer.remaining() > 0 {
            return Poll::Ready(self.proven());
        }
        self.seen += new.len() as u64;
        if let Some(digester) = &mut self.digester {
            digester.update(new);
        }
        Poll::Ready(Ok(()))
    }
}

/// A part of a listing, in the order of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// What is there.
    pub entries: Vec<Entry>,
    /// Ask again with this to go on; none at the end.
    pub next: Option<String>,
}

/// One name in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As the store has it.
    pub name: String,
    /// The key, where the name is one and an object of ours is under it.
    pub key: Option<Key>,
    /// Its size in bytes.
    pub bytes: u64,
    /// What should not be there.
    pub anomalies: Vec<Anomaly>,
}

/// Something in the store that no put of ours leaves there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Anomaly {
    /// A name that is no key: somebody else put it there.
    Stranger,
    /// The object has no seal, so its lock is unknown; a put that was killed leaves that, and
    /// putting it again heals it.
    NoSeal,
    /// There is a seal, the object is gone.
    ContentGone,
    /// A delete marker hides the object; it is still read, by its version.
    DeleteMarker {
        /// The marker's version.
        version: String,
    },
    /// A version later than the one that was put; the first counts.
    LaterVersion {
        /// Its version.
        version: String,
    },
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stranger => f.write_str("not ours"),
            Self::NoSeal => f.write_str("no seal"),
            Self::ContentGone => f.write_str("gone, only its seal is left"),
            Self::DeleteMarker { version } => write!(f, "hidden by delete marker {version}"),
            Self::LaterVersion { version } => write!(f, "overwritten by version {version}"),
        }
    }
}

/// What was deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deletion {
    /// The versions that went, delete markers among them; empty where the store has no versions.
    pub versions: Vec<String>,
}

/// What a store was found to do, when it was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// It keeps locks of its own: a bucket with Object Lock. Where it does not, the directory's
    /// seals are respected by this program only.
    pub enforces_locks: bool,
    /// It keeps every version.
    pub versions: bool,
    /// It refuses to write over a key that is taken.
    pub create_only: bool,
    /// It lies on a network file system, where a crash of the server may lose what it said was
    /// written.
    pub network_file_system: bool,
}
