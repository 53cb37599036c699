//! The store in an S3 bucket.
//!
//! A bucket forgets nothing and hides much: a second PUT is a new version, a DELETE only a marker.
//! So the first version under a key is the object, whatever came later; everything is read and
//! locked by version; and nothing is believed that was not read back. A PUT whose answer was lost
//! is looked for before it is sent again.
//!
//! Not done here: no multipart upload, whose checksum is not the file's, so an original has at most
//! 5 GiB; no bypass of a GOVERNANCE lock, ever.

mod attack;
mod bucket;
mod client;
mod locks;
mod probe;
mod put;
mod read;
mod trouble;
mod versions;

use crate::store::{Naming, Store};
use crate::{
    Capabilities, Content, Deletion, Hold, Key, Listing, Lock, LockKeeper, Object, Options,
    PROBE_FORMAT, Prefix, Probe, Retention, StoreError, Stored,
};
use async_trait::async_trait;
use bucket::Bucket;
use jiff::Timestamp;
use std::fs::File;
use std::path::PathBuf;

/// An archive in a bucket.
#[derive(Debug)]
pub struct S3Store {
    bucket: Bucket,
    /// Where copies for workers go.
    scratch: PathBuf,
}

impl S3Store {
    /// Makes a client for a bucket; asks nothing of it yet. The prefix is empty or ends in `/`.
    ///
    /// # Errors
    /// When the endpoint is no URL.
    pub async fn open(
        bucket: String,
        prefix: String,
        options: &Options,
    ) -> Result<Self, StoreError> {
        let client = client::connect(options).await?;
        let bucket = Bucket::new(client, bucket, prefix, options);
        let scratch = options.scratch.clone().unwrap_or_else(std::env::temp_dir);
        Ok(Self { bucket, scratch })
    }
}

#[async_trait]
impl Store for S3Store {
    fn location(&self) -> &str {
        self.bucket.place()
    }

    async fn store(
        &self,
        naming: Naming,
        content: Content,
        lock: Lock,
    ) -> Result<Stored, StoreError> {
        put::put(&self.bucket, &naming, content, lock).await
    }

    async fn head(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        read::head(&self.bucket, key)
            .await
            .map(|head| head.map(|head| head.stored))
    }

    async fn get(&self, key: &Key) -> Result<Object, StoreError> {
        read::get(&self.bucket, key).await
    }

    async fn file(&self, key: &Key) -> Result<File, StoreError> {
        read::file(&self.bucket, key, &self.scratch).await
    }

    async fn list(&self, prefix: &Prefix, after: Option<&str>) -> Result<Listing, StoreError> {
        versions::list(&self.bucket, prefix, after).await
    }

    async fn extend(&self, key: &Key, retention: Retention) -> Result<Stored, StoreError> {
        locks::extend(&self.bucket, key, retention).await
    }

    async fn hold(&self, key: &Key, hold: Hold) -> Result<Stored, StoreError> {
        locks::hold(&self.bucket, key, hold).await
    }

    async fn delete(&self, key: &Key, now: Timestamp) -> Result<Deletion, StoreError> {
        locks::delete(&self.bucket, key, now).await
    }

    async fn check(&self) -> Result<Capabilities, StoreError> {
        probe::check(&self.bucket).await
    }

    async fn probe(&self, now: Timestamp) -> Result<Probe, StoreError> {
        let mut attempts = Vec::new();
        let mut keeper = LockKeeper::Nobody;
        attack::sweep(&self.bucket, now).await?;
        if self.bucket.nature().await?.locks {
            keeper = LockKeeper::Store;
            let key = crate::probe::attack(self, now, &mut attempts).await?;
            let behind = Key::parse(&format!("{key}-behind")).expect("longer by a word");
            attack::attack(&self.bucket, &behind, now, &mut attempts).await?;
        }
        Ok(Probe {
            format: PROBE_FORMAT,
            location: self.bucket.place().to_owned(),
            at: now,
            keeper,
            attempts,
        })
    }
}
