//! The question at start: is the bucket there, may we write, does it refuse a second PUT.

use super::bucket::Bucket;
use super::client::once;
use super::locks;
use super::read::{SHA256, checksum_of};
use super::trouble::{Asked, status, trouble};
use crate::{Capabilities, Key, Prefix, StoreError};
use model::Digest;

/// Put at every start and never twice; shown in no listing.
const PROBE: &str = "probe/write-once";
const TEXT: &[u8] = b"Kartoteka asks at every start whether this can be written twice.\n";

/// Whether a name is one of the probes' own: shown in no listing.
pub(super) fn is_probe(name: &str) -> bool {
    name.starts_with(Prefix::PROBES.as_str())
}

/// Whether a name is that of the object which is asked for at every start.
pub(super) fn is_write_once(name: &str) -> bool {
    name == PROBE
}

pub(super) async fn check(bucket: &Bucket) -> Result<Capabilities, StoreError> {
    let asked = Asked {
        place: bucket.place(),
        key: None,
        action: "looking for the bucket",
    };
    match bucket
        .client
        .head_bucket()
        .bucket(&bucket.name)
        .send()
        .await
    {
        Ok(_) => {}
        Err(error) if status(&error) == Some(404) => {
            return Err(StoreError::Denied {
                place: bucket.place().to_owned(),
                reason: "there is no such bucket: create it, with Object Lock if locks are \
                         wanted, or correct `archive.url`"
                    .into(),
                source: Some(error.into()),
            });
        }
        Err(error) => return Err(trouble(asked, error)),
    }
    let nature = bucket.nature().await?;
    let create_only = refuses_a_second(bucket).await?;
    if !create_only && !nature.versions {
        return Err(StoreError::Denied {
            place: bucket.place().to_owned(),
            reason: "it writes over what is there (no versions, `If-None-Match` ignored): turn \
                     versioning on, or make a bucket with Object Lock"
                .into(),
            source: None,
        });
    }
    Ok(Capabilities {
        enforces_locks: nature.locks,
        versions: nature.versions,
        create_only,
        network_file_system: false,
    })
}

/// Puts the probe, twice where it was not there yet.
async fn refuses_a_second(bucket: &Bucket) -> Result<bool, StoreError> {
    for _ in 0..2 {
        match put(bucket).await? {
            Put::Refused => return Ok(true),
            Put::Accepted { first: true } => {}
            Put::Accepted { first: false } => break,
        }
    }
    Ok(false)
}

enum Put {
    Accepted { first: bool },
    Refused,
}

async fn put(bucket: &Bucket) -> Result<Put, StoreError> {
    let key = Key::parse(PROBE).expect("the probe's name is a key");
    let there = super::read::head(bucket, &key).await?.is_some();
    let request = bucket
        .client
        .put_object()
        .bucket(&bucket.name)
        .key(bucket.object(&key))
        .if_none_match("*")
        .checksum_sha256(checksum_of(Digest::of(TEXT)))
        .metadata(SHA256, Digest::of(TEXT).to_string())
        .body(TEXT.to_vec().into());
    let once = once(&bucket.patience, 0);
    match request.customize().config_override(once).send().await {
        Ok(answer) => {
            if there && let Some(version) = answer.version_id {
                // Not to pile up; where the bucket locks by itself it stays, and does no harm.
                let removed = locks::remove_version(bucket, &key, Some(version)).await;
                if let Err(error) = removed {
                    tracing::debug!(%error, "the probe's second version stays");
                }
            }
            Ok(Put::Accepted { first: !there })
        }
        Err(error) if matches!(status(&error), Some(409 | 412)) => Ok(Put::Refused),
        Err(error) => {
            let asked = Asked {
                place: bucket.place(),
                key: None,
                action: "writing",
            };
            Err(trouble(asked, error))
        }
    }
}
