//! The interface of a store.

use crate::object::AlteredBytes;
use crate::probe::{PROBE_IS_OVER, attack};
use crate::{
    Capabilities, Content, Deletion, Hold, Key, Listing, Lock, LockKeeper, Object, PROBE_FORMAT,
    Prefix, Probe, Retention, StoreError, Stored,
};
use async_trait::async_trait;
use jiff::Timestamp;
use model::Digest;
use std::fmt::Debug;
use std::fs::File;
use std::io;
use tokio::io::AsyncReadExt as _;

/// What an object is to be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By its SHA-256, as an original is.
    Original,
    /// By a key made beforehand.
    Key(Key),
}

impl Naming {
    /// The key, once the SHA-256 is known.
    #[must_use]
    pub fn key(&self, digest: Digest) -> Key {
        match self {
            Self::Original => Key::original(digest),
            Self::Key(key) => key.clone(),
        }
    }
}

/// A place that keeps what is put there.
///
/// Every method may be called again with the same arguments and comes to the same end; a caller
/// that was killed, or that gave up waiting, simply asks again.
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// Where it is, for people: its URL without secrets.
    fn location(&self) -> &str;

    /// Keeps bytes under a name, for good: durable, read back and locked at least as `lock` says
    /// when this returns.
    ///
    /// The same bytes under the same key are adopted, and their lock grows where it was smaller.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the key has other bytes; see [`StoreError`] for the rest.
    async fn store(
        &self,
        naming: Naming,
        content: Content,
        lock: Lock,
    ) -> Result<Stored, StoreError>;

    /// What is under a key; none when nothing is. Reads no content.
    ///
    /// # Errors
    /// When the store cannot be asked, or what it keeps about the object cannot be used.
    async fn head(&self, key: &Key) -> Result<Option<Stored>, StoreError>;

    /// Reads an object; the reader fails at its end when the bytes are not those that were put.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when nothing is under the key.
    async fn get(&self, key: &Key) -> Result<Object, StoreError>;

    /// An object as a local file, read-only, at its beginning, proven before it is given: for a
    /// worker that is handed a descriptor and nothing else.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Altered`], or when there is no room for a copy.
    async fn file(&self, key: &Key) -> Result<File, StoreError>;

    /// The next names under a prefix, after the given one.
    ///
    /// # Errors
    /// When the store cannot be asked.
    async fn list(&self, prefix: &Prefix, after: Option<&str>) -> Result<Listing, StoreError>;

    /// Moves the end of an object's lock out, or makes it harder.
    ///
    /// # Errors
    /// [`StoreError::Shorter`] when the lock in force is longer or harder.
    async fn extend(&self, key: &Key, retention: Retention) -> Result<Stored, StoreError>;

    /// Sets or lifts the legal hold. Its reasons are counted elsewhere: this is their sum.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when nothing is under the key.
    async fn hold(&self, key: &Key, hold: Hold) -> Result<Stored, StoreError>;

    /// Deletes an object with all its versions, and proves that it is gone. Deleting what is gone
    /// already is no error.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while a lock or a hold forbids it, at the moment `now`.
    async fn delete(&self, key: &Key, now: Timestamp) -> Result<Deletion, StoreError>;

    /// Asks, at start, whether the store is there, may be written, and what it enforces.
    ///
    /// # Errors
    /// When it could not be used, with what to do.
    async fn check(&self) -> Result<Capabilities, StoreError>;

    /// Attacks a throw-away object to find out what the store really enforces.
    ///
    /// # Errors
    /// When the store cannot be asked, or not even an honest request comes to its end.
    async fn probe(&self, now: Timestamp) -> Result<Probe, StoreError> {
        let mut attempts = Vec::new();
        let key = attack(self, now, &mut attempts).await?;
        // Its lock is over by then: where this program keeps the locks, it is what it is told.
        self.delete(&key, now + PROBE_IS_OVER).await?;
        Ok(Probe {
            format: PROBE_FORMAT,
            location: self.location().to_owned(),
            at: now,
            keeper: LockKeeper::Program,
            attempts,
        })
    }

    /// [`Store::store`] under a key made beforehand.
    ///
    /// # Errors
    /// As [`Store::store`].
    async fn put(&self, key: &Key, content: Content, lock: Lock) -> Result<Stored, StoreError> {
        self.store(Naming::Key(key.clone()), content, lock).await
    }

    /// [`Store::store`] under the bytes' own SHA-256.
    ///
    /// # Errors
    /// As [`Store::store`].
    async fn put_original(&self, content: Content, lock: Lock) -> Result<Stored, StoreError> {
        self.store(Naming::Original, content, lock).await
    }

    /// A small object whole, proven.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] when it has more than `limit` bytes; as [`Store::get`];
    /// [`StoreError::Altered`] when the bytes are not those that were put.
    async fn bytes(&self, key: &Key, limit: u64) -> Result<Vec<u8>, StoreError> {
        let mut object = self.get(key).await?;
        let bytes = object.stored.bytes;
        if bytes > limit {
            return Err(StoreError::TooLarge {
                key: key.to_string(),
                bytes,
                limit,
            });
        }
        let mut content = Vec::new();
        match (&mut object)
            .take(limit + 1)
            .read_to_end(&mut content)
            .await
        {
            Ok(count) if count as u64 > limit => Err(StoreError::TooLarge {
                key: key.to_string(),
                bytes: limit + 1,
                limit,
            }),
            Ok(_) => Ok(content),
            Err(error) => Err(reading_failed(&object.stored, self.location(), error)),
        }
    }
}

/// What a failed read of an object means.
pub(crate) fn reading_failed(stored: &Stored, place: &str, error: io::Error) -> StoreError {
    let altered = error
        .get_ref()
        .and_then(|e| e.downcast_ref::<AlteredBytes>());
    if let Some(AlteredBytes { found }) = altered {
        let (promised, found) = (stored.sha256, *found);
        return StoreError::Altered {
            key: stored.key.clone(),
            promised,
            found,
        };
    }
    StoreError::Unreachable {
        place: place.to_owned(),
        reason: format!("reading {} broke off", stored.key),
        source: Some(error.into()),
    }
}
