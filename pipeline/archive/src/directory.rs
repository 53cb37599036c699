//! The store in a directory, with the promises of a bucket as far as a file system gives them.
//!
//! An object is written beside the archive, made durable, read back from the disk, and only then
//! given its name, which nothing can take twice. Its seal keeps what was put and until when it is
//! locked. Locks are this program's word: a user who may write the directory may break them, which
//! is why `doctor` says so and why a verification reads every byte.
//!
//! Not done here: nothing is ever opened for writing under its final name, and a failed `fsync` is
//! never asked again: what was staged is thrown away.

mod publish;
mod seal;
mod walk;

use crate::content::hash_through;
use crate::open::Absent;
use crate::store::{Naming, Store};
use crate::{
    Capabilities, Content, Deletion, Hold, Key, Listing, Lock, Object, Prefix, PutOutcome,
    Retention, StoreError, Stored,
};
use async_trait::async_trait;
use jiff::Timestamp;
use publish::{Placed, Root, Staged};
pub use seal::SEAL_FORMAT;
use seal::Seal;
use std::fs::File;
use std::io::{self, Seek as _};
use std::path::Path;
use std::sync::Arc;

/// An archive in a directory.
#[derive(Debug)]
pub struct DirectoryStore {
    root: Arc<Root>,
    location: String,
}

impl DirectoryStore {
    /// Opens the archive in a directory; makes it, if it is not there and `absent` says so.
    ///
    /// # Errors
    /// When the directory cannot be used, or holds other things than an archive.
    pub fn open(path: &Path, absent: Absent) -> Result<Self, StoreError> {
        let root = Arc::new(Root::open(path, absent)?);
        let location = format!("file:{}", root.path().display());
        Ok(Self { root, location })
    }

    /// Runs file operations away from the asynchronous threads, and waits for them.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Root) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let root = Arc::clone(&self.root);
        match tokio::task::spawn_blocking(move || work(&root)).await {
            Ok(result) => result,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(error) => Err(StoreError::Unreachable {
                place: self.location.clone(),
                reason: "the program is stopping".into(),
                source: Some(error.into()),
            }),
        }
    }
}

#[async_trait]
impl Store for DirectoryStore {
    fn location(&self) -> &str {
        &self.location
    }

    async fn store(
        &self,
        naming: Naming,
        content: Content,
        lock: Lock,
    ) -> Result<Stored, StoreError> {
        self.blocking(move |root| put(root, &naming, &content, lock))
            .await
    }

    async fn head(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        let key = key.clone();
        self.blocking(move |root| head(root, &key)).await
    }

    async fn get(&self, key: &Key) -> Result<Object, StoreError> {
        let key = key.clone();
        let (stored, file) = self.blocking(move |root| open(root, &key)).await?;
        Ok(Object::new(stored, tokio::fs::File::from_std(file)))
    }

    async fn file(&self, key: &Key) -> Result<File, StoreError> {
        let key = key.clone();
        self.blocking(move |root| {
            let (stored, mut file) = open(root, &key)?;
            let path = root.content(&key);
            let (found, _) = hash_through(&mut file, |_| Ok::<_, io::Error>(()))
                .map_err(|e| StoreError::io(&path, "reading", e))?;
            if found != stored.sha256 {
                return Err(StoreError::Altered {
                    key,
                    promised: stored.sha256,
                    found,
                });
            }
            file.rewind()
                .map_err(|e| StoreError::io(&path, "reading", e))?;
            Ok(file)
        })
        .await
    }

    async fn list(&self, prefix: &Prefix, after: Option<&str>) -> Result<Listing, StoreError> {
        let (prefix, after) = (prefix.clone(), after.map(str::to_owned));
        self.blocking(move |root| walk::list(root, &prefix, after.as_deref()))
            .await
    }

    async fn extend(&self, key: &Key, retention: Retention) -> Result<Stored, StoreError> {
        let key = key.clone();
        self.blocking(move |root| {
            reseal(root, &key, |lock| {
                lock.extended(retention)
                    .map_err(|source| StoreError::Shorter {
                        key: key.clone(),
                        source,
                    })
            })
        })
        .await
    }

    async fn hold(&self, key: &Key, hold: Hold) -> Result<Stored, StoreError> {
        let key = key.clone();
        self.blocking(move |root| reseal(root, &key, |lock| Ok(Lock { hold, ..lock })))
            .await
    }

    async fn delete(&self, key: &Key, now: Timestamp) -> Result<Deletion, StoreError> {
        let key = key.clone();
        self.blocking(move |root| delete(root, &key, now)).await
    }

    async fn check(&self) -> Result<Capabilities, StoreError> {
        self.blocking(|root| {
            root.try_writing()?;
            Ok(Capabilities {
                enforces_locks: false,
                versions: false,
                create_only: true,
                network_file_system: root.is_network(),
            })
        })
        .await
    }
}

fn put(root: &Root, naming: &Naming, content: &Content, lock: Lock) -> Result<Stored, StoreError> {
    if let (Naming::Original, Some(digest)) = (naming, content.expected()) {
        let key = Key::original(digest);
        if root.exists(&key)? {
            // The key is the hash of the bytes: they need not be read to be known.
            return adopt(root, &key, digest, lock);
        }
    }
    let staged = Staged::write(root, content)?;
    let key = naming.key(staged.digest);
    if root.exists(&key)? {
        return adopt(root, &key, staged.digest, lock);
    }
    let (digest, bytes) = (staged.digest, staged.bytes);
    let turn = root.turn()?;
    let earlier = Seal::read(root, &key)?;
    if let Some(seal) = &earlier
        && seal.sha256 != digest
    {
        // The object is gone and its seal remembers other bytes: putting these would hide a loss.
        return Err(StoreError::Conflict {
            key,
            kept: seal.sha256,
            offered: digest,
        });
    }
    match staged.place(root, &key)? {
        Placed::Taken => {
            drop(turn);
            adopt(root, &key, digest, lock)
        }
        Placed::Here => {
            let lock = earlier.map_or(lock, |seal| seal.lock().join(lock));
            let seal = Seal::new(&key, digest, bytes, lock);
            seal.write(root, &key)?;
            root.sync_folder_of(&key)?;
            Ok(seal.stored(key, PutOutcome::Created))
        }
    }
}

/// The key is taken: reads what is there from the disk, and makes sure of its seal.
fn adopt(root: &Root, key: &Key, offered: model::Digest, lock: Lock) -> Result<Stored, StoreError> {
    let (kept, bytes) = root.read_back(key)?;
    let _turn = root.turn()?;
    let earlier = Seal::read(root, key)?;
    if let Some(seal) = &earlier
        && seal.sha256 != kept
    {
        return Err(StoreError::Altered {
            key: key.clone(),
            promised: seal.sha256,
            found: kept,
        });
    }
    if let Some(promised) = key.digest()
        && promised != kept
    {
        return Err(StoreError::Altered {
            key: key.clone(),
            promised,
            found: kept,
        });
    }
    if kept != offered {
        return Err(StoreError::Conflict {
            key: key.clone(),
            kept,
            offered,
        });
    }
    let grown = earlier.as_ref().map_or(lock, |seal| seal.lock().join(lock));
    let seal = Seal::new(key, kept, bytes, grown);
    if earlier.as_ref() != Some(&seal) {
        seal.write(root, key)?;
    }
    root.sync_folder_of(key)?;
    Ok(seal.stored(key.clone(), PutOutcome::Adopted))
}

fn head(root: &Root, key: &Key) -> Result<Option<Stored>, StoreError> {
    let unsealed = |reason: String| {
        Err(StoreError::Unsealed {
            key: key.clone(),
            reason,
        })
    };
    match (root.size(key)?, Seal::read(root, key)?) {
        (None, None) => Ok(None),
        (Some(bytes), Some(seal)) if bytes == seal.bytes => {
            Ok(Some(seal.stored(key.clone(), PutOutcome::Adopted)))
        }
        (Some(bytes), Some(seal)) => unsealed(format!(
            "it has {bytes} bytes, its seal says {}",
            seal.bytes
        )),
        (Some(_), None) => unsealed("it has no seal; put the same bytes again to seal it".into()),
        (None, Some(_)) => unsealed("its bytes are gone, only its seal is left".into()),
    }
}

fn open(root: &Root, key: &Key) -> Result<(Stored, File), StoreError> {
    let stored = head(root, key)?.ok_or_else(|| StoreError::Missing { key: key.clone() })?;
    Ok((stored, root.open_content(key)?))
}

/// Changes the lock in an object's seal.
fn reseal(
    root: &Root,
    key: &Key,
    change: impl FnOnce(Lock) -> Result<Lock, StoreError>,
) -> Result<Stored, StoreError> {
    let _turn = root.turn()?;
    let stored = head(root, key)?.ok_or_else(|| StoreError::Missing { key: key.clone() })?;
    let seal = Seal::new(key, stored.sha256, stored.bytes, change(stored.lock)?);
    if seal.lock() != stored.lock {
        seal.write(root, key)?;
        root.sync_folder_of(key)?;
    }
    let kept = Seal::read(root, key)?.map_or(Lock::NONE, |seal| seal.lock());
    if kept != seal.lock() {
        let (asked, found) = (seal.lock(), kept);
        return Err(StoreError::LockNotKept {
            key: key.clone(),
            asked,
            found,
        });
    }
    Ok(seal.stored(key.clone(), PutOutcome::Adopted))
}

fn delete(root: &Root, key: &Key, now: Timestamp) -> Result<Deletion, StoreError> {
    let _turn = root.turn()?;
    match Seal::read(root, key)? {
        Some(seal) if seal.lock().forbids_deletion(now) => Err(StoreError::Locked {
            key: key.clone(),
            lock: seal.lock(),
        }),
        // Content first: a kill in between leaves the seal, and deleting again goes on from there.
        Some(_) => {
            root.remove(key)?;
            Ok(Deletion::default())
        }
        None if root.exists(key)? => Err(StoreError::Unsealed {
            key: key.clone(),
            reason: "it has no seal, so its lock is not known and it is not deleted".into(),
        }),
        None => Ok(Deletion::default()),
    }
}
