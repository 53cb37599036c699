//! Putting: hashed, sent in one request, looked for when the answer is lost, read back.

use super::bucket::Bucket;
use super::client::{once, pause_after};
use super::locks;
use super::read::{Head, SHA256, checksum_of, head, head_version, prove};
use super::trouble::{Asked, is_unknown, status, trouble};
use super::versions::versions;
use crate::content::{Content, hash_through};
use crate::store::Naming;
use crate::{Hold, Key, Lock, PutOutcome, StoreError, Stored};
use aws_sdk_s3::primitives::{ByteStream, Length};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use md5::{Digest as _, Md5};
use model::Digest;
use std::io;

/// What one PUT takes.
const LARGEST_BYTES: u64 = 5 << 30;
/// Content up to this size is kept in memory between hashing and sending; larger is read twice.
const KEPT_BYTES: u64 = 16 << 20;

/// Content, hashed and ready to be sent, more than once if need be.
struct Prepared {
    content: Content,
    digest: Digest,
    content_md5: String,
    bytes: u64,
    /// A file's bytes, where they are few.
    kept: Option<Vec<u8>>,
}

/// What became of a PUT.
enum Sent {
    /// It is there, under this version.
    Done(Option<String>),
    /// The key was taken, or is being taken, by another.
    Taken,
    /// No answer says.
    Unknown(StoreError),
}

pub(super) async fn put(
    bucket: &Bucket,
    naming: &Naming,
    content: Content,
    lock: Lock,
) -> Result<Stored, StoreError> {
    if lock != Lock::NONE && !bucket.nature().await?.locks {
        return Err(StoreError::NoLocks {
            place: bucket.place().to_owned(),
        });
    }
    let prepared = prepare(content).await?;
    let key = naming.key(prepared.digest);
    if prepared.bytes > LARGEST_BYTES {
        let (key, bytes) = (key.to_string(), prepared.bytes);
        return Err(StoreError::TooLarge {
            key,
            bytes,
            limit: LARGEST_BYTES,
        });
    }
    let mut trouble = None;
    for tried in 0..bucket.patience.tries.max(1) {
        if tried > 0 {
            tokio::time::sleep(pause_after(tried - 1)).await;
        }
        // Before the first try, too: not every server refuses the second PUT.
        if let Some(stored) = adopt(bucket, &key, &prepared, lock).await? {
            return Ok(stored);
        }
        match send(bucket, &key, &prepared, lock).await? {
            Sent::Done(version) => return confirm(bucket, &key, version, &prepared, lock).await,
            Sent::Taken => {}
            Sent::Unknown(error) => {
                tracing::debug!(%key, tried, %error, "a PUT got no answer; looking for it");
                trouble = Some(error);
            }
        }
    }
    match adopt(bucket, &key, &prepared, lock).await? {
        Some(stored) => Ok(stored),
        None => Err(trouble.unwrap_or_else(|| StoreError::Unreachable {
            place: bucket.place().to_owned(),
            reason: format!("{key} is said to be there and is not found"),
            source: None,
        })),
    }
}

/// Hashes content, away from the asynchronous threads.
async fn prepare(content: Content) -> Result<Prepared, StoreError> {
    let hashed = tokio::task::spawn_blocking(move || {
        let mut md5 = Md5::new();
        let mut kept = content.in_memory().is_none().then(Vec::new);
        let hashed = hash_through(content.reader(), |chunk| {
            md5.update(chunk);
            kept = kept
                .take()
                .filter(|k| (k.len() + chunk.len()) as u64 <= KEPT_BYTES);
            if let Some(kept) = &mut kept {
                kept.extend_from_slice(chunk);
            }
            Ok::<_, io::Error>(())
        });
        hashed.map(|(digest, bytes)| {
            let content_md5 = BASE64_STANDARD.encode(md5.finalize());
            Prepared {
                content,
                digest,
                content_md5,
                bytes,
                kept,
            }
        })
    });
    let prepared = match hashed.await {
        Ok(prepared) => prepared.map_err(StoreError::Content)?,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => return Err(StoreError::Content(io::Error::other(error))),
    };
    match prepared.content.expected() {
        Some(promised) if promised != prepared.digest => Err(StoreError::ContentChanged {
            promised,
            found: prepared.digest,
        }),
        _ => Ok(prepared),
    }
}

impl Prepared {
    async fn body(&self) -> Result<ByteStream, StoreError> {
        if let Some(bytes) = self.kept.as_deref().or_else(|| self.content.in_memory()) {
            return Ok(ByteStream::from(bytes.to_vec()));
        }
        let path = self.content.reopenable().ok_or_else(|| {
            StoreError::Content(io::Error::other("content in memory is kept in memory"))
        })?;
        let stream = ByteStream::read_from()
            .path(path)
            .length(Length::Exact(self.bytes));
        let stream = stream.buffer_size(1 << 18).build().await;
        stream.map_err(|e| StoreError::Content(io::Error::other(e)))
    }
}

/// Sends it once.
async fn send(
    bucket: &Bucket,
    key: &Key,
    prepared: &Prepared,
    lock: Lock,
) -> Result<Sent, StoreError> {
    let mut request = bucket
        .client
        .put_object()
        .bucket(&bucket.name)
        .key(bucket.object(key))
        .if_none_match("*")
        .checksum_sha256(checksum_of(prepared.digest))
        .content_md5(&prepared.content_md5)
        .content_length(i64::try_from(prepared.bytes).unwrap_or(i64::MAX))
        .metadata(SHA256, prepared.digest.to_string())
        .body(prepared.body().await?);
    if let Some(retention) = lock.retention {
        request = request
            .object_lock_mode(locks::mode(retention.mode()))
            .object_lock_retain_until_date(locks::date(retention.until()));
    }
    if lock.hold == Hold::On {
        request = request.object_lock_legal_hold_status(locks::status(Hold::On));
    }
    let once = once(&bucket.patience, prepared.bytes);
    match request.customize().config_override(once).send().await {
        Ok(answer) => Ok(Sent::Done(answer.version_id)),
        Err(error) if matches!(status(&error), Some(409 | 412)) => Ok(Sent::Taken),
        Err(error) => {
            let unknown = is_unknown(&error);
            let asked = Asked {
                place: bucket.place(),
                key: Some(key),
                action: "storing",
            };
            let error = trouble(asked, error);
            if unknown {
                Ok(Sent::Unknown(error))
            } else {
                Err(error)
            }
        }
    }
}

/// Reads back what was sent: size, hash, lock, and that nobody was there first.
async fn confirm(
    bucket: &Bucket,
    key: &Key,
    version: Option<String>,
    prepared: &Prepared,
    lock: Lock,
) -> Result<Stored, StoreError> {
    if bucket.nature().await?.versions {
        let found = versions(bucket, key).await?;
        if found.first() != version.as_deref() {
            // Another writer was first, on a server that does not refuse the second: theirs is
            // the object, ours goes, and must have had the same bytes.
            let ours = version.filter(|ours| found.ids().any(|id| id == ours));
            withdraw(bucket, key, ours).await;
            let adopted = adopt(bucket, key, prepared, lock).await?;
            return adopted.ok_or_else(|| StoreError::Missing { key: key.clone() });
        }
    }
    let head = head_version(bucket, key, version.as_deref()).await?;
    let head = head.ok_or_else(|| StoreError::Missing { key: key.clone() })?;
    let stored = proven(bucket, head, prepared).await?;
    if !stored.lock.covers(&lock) {
        let (key, found) = (key.clone(), stored.lock);
        return Err(StoreError::LockNotKept {
            key,
            asked: lock,
            found,
        });
    }
    Ok(Stored {
        outcome: PutOutcome::Created,
        ..stored
    })
}

/// Takes back a version that came second. Where its lock forbids that it stays, and a verification
/// names it unless its bytes are the object's.
async fn withdraw(bucket: &Bucket, key: &Key, ours: Option<String>) {
    let Some(ours) = ours else { return };
    if let Err(error) = locks::remove_version(bucket, key, Some(ours)).await {
        tracing::warn!(%key, %error, "a version that came second stays");
    }
}

/// What is there already, if it is the same; its lock grows where it is smaller.
async fn adopt(
    bucket: &Bucket,
    key: &Key,
    prepared: &Prepared,
    lock: Lock,
) -> Result<Option<Stored>, StoreError> {
    let Some(head) = head(bucket, key).await? else {
        return Ok(None);
    };
    let stored = proven(bucket, head, prepared).await?;
    let grown = stored.lock.join(lock);
    locks::change(bucket, stored, grown).await.map(Some)
}

/// A version whose bytes are those that were to be put, by the server's checksum or by reading it.
async fn proven(bucket: &Bucket, head: Head, prepared: &Prepared) -> Result<Stored, StoreError> {
    let Head { stored, vouched } = head;
    if stored.sha256 != prepared.digest {
        let (kept, offered) = (stored.sha256, prepared.digest);
        return Err(StoreError::Conflict {
            key: stored.key,
            kept,
            offered,
        });
    }
    if !vouched || stored.bytes != prepared.bytes {
        prove(bucket, &stored).await?;
    }
    Ok(stored)
}
