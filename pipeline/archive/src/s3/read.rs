//! Reading: the first version, with its hash and its lock.

use super::bucket::Bucket;
use super::locks;
use super::trouble::{Asked, status, trouble};
use super::versions::{unsigned, versions};
use crate::content::CHUNK_BYTES;
use crate::store::reading_failed;
use crate::{Key, Lock, Object, PutOutcome, StoreError, Stored};
use aws_sdk_s3::types::ChecksumMode;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use model::Digest;
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// The object's SHA-256 in its metadata, for servers that keep no checksum.
pub(super) const SHA256: &str = "sha256";

/// What a HEAD told.
pub(super) struct Head {
    pub(super) stored: Stored,
    /// Whether the server itself vouches for the SHA-256.
    pub(super) vouched: bool,
}

/// What is under a key; none when nothing is.
pub(super) async fn head(bucket: &Bucket, key: &Key) -> Result<Option<Head>, StoreError> {
    if !bucket.nature().await?.versions {
        return head_version(bucket, key, None).await;
    }
    match versions(bucket, key).await?.first() {
        Some(first) => head_version(bucket, key, Some(first)).await,
        None => Ok(None),
    }
}

/// One version of an object; none when it is not there.
pub(super) async fn head_version(
    bucket: &Bucket,
    key: &Key,
    version: Option<&str>,
) -> Result<Option<Head>, StoreError> {
    let request = bucket
        .client
        .head_object()
        .bucket(&bucket.name)
        .key(bucket.object(key));
    let request = request.checksum_mode(ChecksumMode::Enabled);
    let answer = match request
        .set_version_id(version.map(str::to_owned))
        .send()
        .await
    {
        Ok(answer) => answer,
        Err(error) if status(&error) == Some(404) => return Ok(None),
        Err(error) => {
            let asked = Asked {
                place: bucket.place(),
                key: Some(key),
                action: "looking",
            };
            return Err(trouble(asked, error));
        }
    };
    let lock = locks::read(
        answer.object_lock_mode(),
        answer.object_lock_retain_until_date(),
        answer.object_lock_legal_hold_status(),
    );
    let told = Told {
        version: answer.version_id().or(version).map(str::to_owned),
        bytes: unsigned(answer.content_length()),
        metadata: answer.metadata(),
        checksum: answer.checksum_sha256(),
        lock,
    };
    told.head(key).map(Some)
}

/// What the headers of an answer tell of an object.
struct Told<'a> {
    version: Option<String>,
    bytes: u64,
    metadata: Option<&'a HashMap<String, String>>,
    checksum: Option<&'a str>,
    lock: Lock,
}

impl Told<'_> {
    fn head(self, key: &Key) -> Result<Head, StoreError> {
        let noted = self.metadata.and_then(|metadata| metadata.get(SHA256));
        let noted = noted.and_then(|text| Digest::parse(text).ok());
        let unsealed = |reason: &str| StoreError::Unsealed {
            key: key.clone(),
            reason: reason.into(),
        };
        let sha256 = key.digest().or(noted).ok_or_else(|| {
            unsealed("it carries no SHA-256, so this program did not put it there")
        })?;
        // A checksum with a dash is one of a multipart upload, not of the bytes.
        let checksum = self.checksum.filter(|checksum| !checksum.contains('-'));
        if checksum.is_some_and(|checksum| checksum != checksum_of(sha256)) {
            return Err(unsealed(
                "the server's checksum is not that of what was put",
            ));
        }
        let (version, bytes, lock) = (self.version, self.bytes, self.lock);
        let outcome = PutOutcome::Adopted;
        let stored = Stored {
            key: key.clone(),
            version,
            sha256,
            bytes,
            lock,
            outcome,
        };
        Ok(Head {
            stored,
            vouched: checksum.is_some(),
        })
    }
}

/// A SHA-256 as S3 writes it.
pub(super) fn checksum_of(digest: Digest) -> String {
    BASE64_STANDARD.encode(digest.as_bytes())
}

/// Reads the object under a key.
pub(super) async fn get(bucket: &Bucket, key: &Key) -> Result<Object, StoreError> {
    let missing = || StoreError::Missing { key: key.clone() };
    if !bucket.nature().await?.versions {
        return get_version(bucket, key, None).await?.ok_or_else(missing);
    }
    let found = versions(bucket, key).await?;
    let first = found.first().ok_or_else(missing)?;
    get_version(bucket, key, Some(first))
        .await?
        .ok_or_else(missing)
}

/// Reads one version; none when it is not there.
pub(super) async fn get_version(
    bucket: &Bucket,
    key: &Key,
    version: Option<&str>,
) -> Result<Option<Object>, StoreError> {
    let request = bucket
        .client
        .get_object()
        .bucket(&bucket.name)
        .key(bucket.object(key));
    let answer = match request
        .set_version_id(version.map(str::to_owned))
        .send()
        .await
    {
        Ok(answer) => answer,
        Err(error) if status(&error) == Some(404) => return Ok(None),
        Err(error) => {
            let asked = Asked {
                place: bucket.place(),
                key: Some(key),
                action: "reading",
            };
            return Err(trouble(asked, error));
        }
    };
    let told = Told {
        version: answer.version_id().or(version).map(str::to_owned),
        bytes: unsigned(answer.content_length()),
        metadata: answer.metadata(),
        checksum: answer.checksum_sha256(),
        lock: locks::read(
            answer.object_lock_mode(),
            answer.object_lock_retain_until_date(),
            answer.object_lock_legal_hold_status(),
        ),
    };
    let stored = told.head(key)?.stored;
    Ok(Some(Object::new(stored, answer.body.into_async_read())))
}

/// Reads a version whole and says whether its bytes are those that were put.
pub(super) async fn prove(bucket: &Bucket, stored: &Stored) -> Result<(), StoreError> {
    let missing = || StoreError::Missing {
        key: stored.key.clone(),
    };
    let object = get_version(bucket, &stored.key, stored.version.as_deref()).await?;
    let mut object = object.ok_or_else(missing)?;
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        match object.read(&mut buffer).await {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(reading_failed(&object.stored, bucket.place(), error)),
        }
    }
}

/// A local copy of an object, proven, read-only, without a name.
pub(super) async fn file(bucket: &Bucket, key: &Key, scratch: &Path) -> Result<File, StoreError> {
    let io = |e: std::io::Error| StoreError::io(scratch, "copying an object there", e);
    let mut object = get(bucket, key).await?;
    let copy = tempfile::NamedTempFile::new_in(scratch).map_err(io)?;
    let mut writer = tokio::fs::File::from_std(copy.reopen().map_err(io)?);
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        match object.read(&mut buffer).await {
            Ok(0) => break,
            Ok(count) => writer.write_all(&buffer[..count]).await.map_err(io)?,
            Err(error) => return Err(reading_failed(&object.stored, bucket.place(), error)),
        }
    }
    writer.flush().await.map_err(io)?;
    File::open(copy.path()).map_err(io)
}
