//! Locks of versions: set, grown, read back; and deletion, which they forbid.

use super::bucket::Bucket;
use super::read::{Head, head, head_version};
use super::trouble::{Asked, trouble};
use super::versions::versions;
use crate::{Deletion, Hold, Key, Lock, LockMode, Retention, StoreError, Stored};
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{
    ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetention,
    ObjectLockRetentionMode,
};
use jiff::Timestamp;

/// The lock that headers tell of.
pub(super) fn read(
    mode: Option<&ObjectLockMode>,
    until: Option<&DateTime>,
    hold: Option<&ObjectLockLegalHoldStatus>,
) -> Lock {
    let mode = mode.and_then(|mode| match mode {
        ObjectLockMode::Governance => Some(LockMode::Governance),
        ObjectLockMode::Compliance => Some(LockMode::Compliance),
        _ => None,
    });
    // A part of a second is cut off, so that nothing is believed locked longer than it is.
    let until = until.and_then(|until| Timestamp::from_second(until.secs()).ok());
    let retention = mode
        .zip(until)
        .map(|(mode, until)| Retention::new(mode, until));
    let held = hold == Some(&ObjectLockLegalHoldStatus::On);
    Lock {
        retention,
        hold: if held { Hold::On } else { Hold::Off },
    }
}

pub(super) fn mode(mode: LockMode) -> ObjectLockMode {
    match mode {
        LockMode::Governance => ObjectLockMode::Governance,
        LockMode::Compliance => ObjectLockMode::Compliance,
    }
}

pub(super) fn date(until: Timestamp) -> DateTime {
    DateTime::from_secs(until.as_second())
}

pub(super) fn status(hold: Hold) -> ObjectLockLegalHoldStatus {
    match hold {
        Hold::On => ObjectLockLegalHoldStatus::On,
        Hold::Off => ObjectLockLegalHoldStatus::Off,
    }
}

/// Moves the end of an object's lock out.
pub(super) async fn extend(
    bucket: &Bucket,
    key: &Key,
    retention: Retention,
) -> Result<Stored, StoreError> {
    let stored = existing(bucket, key).await?;
    let shorter = |source| StoreError::Shorter {
        key: key.clone(),
        source,
    };
    let asked = stored.lock.extended(retention).map_err(shorter)?;
    change(bucket, stored, asked).await
}

/// Sets or lifts an object's hold.
pub(super) async fn hold(bucket: &Bucket, key: &Key, hold: Hold) -> Result<Stored, StoreError> {
    let stored = existing(bucket, key).await?;
    let asked = Lock {
        hold,
        ..stored.lock
    };
    change(bucket, stored, asked).await
}

async fn existing(bucket: &Bucket, key: &Key) -> Result<Stored, StoreError> {
    let found = head(bucket, key).await?;
    found
        .map(|head| head.stored)
        .ok_or_else(|| StoreError::Missing { key: key.clone() })
}

/// Gives a version another lock and reads it back.
pub(super) async fn change(
    bucket: &Bucket,
    stored: Stored,
    asked: Lock,
) -> Result<Stored, StoreError> {
    if asked == stored.lock {
        return Ok(stored);
    }
    if !bucket.nature().await?.locks {
        return Err(StoreError::NoLocks {
            place: bucket.place().to_owned(),
        });
    }
    if asked.retention != stored.lock.retention
        && let Some(retention) = asked.retention
    {
        set_retention(bucket, &stored, retention).await?;
    }
    if asked.hold != stored.lock.hold {
        set_hold(bucket, &stored, asked.hold).await?;
    }
    let found = head_version(bucket, &stored.key, stored.version.as_deref()).await?;
    let found = found
        .ok_or_else(|| StoreError::Missing {
            key: stored.key.clone(),
        })?
        .stored
        .lock;
    if !found.covers(&asked) || found.hold != asked.hold {
        return Err(StoreError::LockNotKept {
            key: stored.key,
            asked,
            found,
        });
    }
    Ok(Stored {
        lock: found,
        ..stored
    })
}

async fn set_retention(
    bucket: &Bucket,
    stored: &Stored,
    retention: Retention,
) -> Result<(), StoreError> {
    let asked = Asked {
        place: bucket.place(),
        key: Some(&stored.key),
        action: "locking",
    };
    let mode = match retention.mode() {
        LockMode::Governance => ObjectLockRetentionMode::Governance,
        LockMode::Compliance => ObjectLockRetentionMode::Compliance,
    };
    let until = date(retention.until());
    let retention = ObjectLockRetention::builder()
        .mode(mode)
        .retain_until_date(until)
        .build();
    let request = bucket.client.put_object_retention().bucket(&bucket.name);
    let request = request.key(bucket.object(&stored.key)).retention(retention);
    let answer = request.set_version_id(stored.version.clone()).send().await;
    answer.map(drop).map_err(|e| trouble(asked, e))
}

async fn set_hold(bucket: &Bucket, stored: &Stored, hold: Hold) -> Result<(), StoreError> {
    let asked = Asked {
        place: bucket.place(),
        key: Some(&stored.key),
        action: "holding",
    };
    let hold = ObjectLockLegalHold::builder().status(status(hold)).build();
    let request = bucket.client.put_object_legal_hold().bucket(&bucket.name);
    let request = request.key(bucket.object(&stored.key)).legal_hold(hold);
    let answer = request.set_version_id(stored.version.clone()).send().await;
    answer.map(drop).map_err(|e| trouble(asked, e))
}

/// Deletes every version and marker under a key, unless one of them is locked.
pub(super) async fn delete(
    bucket: &Bucket,
    key: &Key,
    now: Timestamp,
) -> Result<Deletion, StoreError> {
    if !bucket.nature().await?.versions {
        let gone = head_version(bucket, key, None).await?.is_none();
        return if gone {
            Ok(Deletion::default())
        } else {
            remove(bucket, key, Vec::new()).await
        };
    }
    let found = versions(bucket, key).await?;
    for version in found.ids() {
        if let Some(Head { stored, .. }) = head_version(bucket, key, Some(version)).await?
            && stored.lock.forbids_deletion(now)
        {
            return Err(StoreError::Locked {
                key: key.clone(),
                lock: stored.lock,
            });
        }
    }
    remove(bucket, key, found.everything().map(str::to_owned).collect()).await
}

/// Removes versions, or the one object of a bucket without them, and proves that it is gone.
async fn remove(
    bucket: &Bucket,
    key: &Key,
    versions_to_go: Vec<String>,
) -> Result<Deletion, StoreError> {
    let versioned = bucket.nature().await?.versions;
    let targets = if versioned {
        versions_to_go.iter().cloned().map(Some).collect()
    } else {
        vec![None]
    };
    for version in targets {
        remove_version(bucket, key, version).await?;
    }
    let left = if versioned {
        versions(bucket, key).await?.everything().next().is_some()
    } else {
        head_version(bucket, key, None).await?.is_some()
    };
    if left {
        let reason = format!("{key} is still there after it was deleted");
        let place = bucket.place().to_owned();
        return Err(StoreError::Unreachable {
            place,
            reason,
            source: None,
        });
    }
    Ok(Deletion {
        versions: versions_to_go,
    })
}

pub(super) async fn remove_version(
    bucket: &Bucket,
    key: &Key,
    version: Option<String>,
) -> Result<(), StoreError> {
    let asked = Asked {
        place: bucket.place(),
        key: Some(key),
        action: "deleting",
    };
    let request = bucket
        .client
        .delete_object()
        .bucket(&bucket.name)
        .key(bucket.object(key));
    let answer = request.set_version_id(version).send().await;
    answer.map(drop).map_err(|e| trouble(asked, e))
}
