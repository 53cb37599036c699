//! The probe's attacks on a bucket behind this program's own checks: requests that a server with
//! Object Lock has to refuse, sent all the same. Whether a refusal is one of the lock or one of
//! missing permission is told apart by a version that is not locked.

use super::bucket::Bucket;
use super::locks::{date, read};
use super::trouble::{Asked, status, trouble};
use super::versions::versions;
use crate::{Attempt, AttemptOutcome, Key, Lock, LockMode, Prefix, Retention, StoreError};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;
use aws_sdk_s3::types::{
    ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetention, ObjectLockRetentionMode,
};
use jiff::{SignedDuration, Timestamp};

/// How long what is attacked is locked.
const LOCKED_FOR: SignedDuration = SignedDuration::from_secs(30);
/// Whether a request asks to lift a GOVERNANCE lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bypass {
    Asked,
    NotAsked,
}

/// Attacks versions under a key of the probe's own.
pub(super) async fn attack(
    bucket: &Bucket,
    key: &Key,
    now: Timestamp,
    attempts: &mut Vec<Attempt>,
) -> Result<(), StoreError> {
    let attack = Attack { bucket, key };
    let open = attack.put(None).await?;
    let permitted = attack.delete(&open, Bypass::NotAsked).await;
    let may_delete = permitted.is_ok();
    attempts.push(told("deleting a version that is not locked", permitted));
    for mode in [LockMode::Governance, LockMode::Compliance] {
        attack.locked(mode, now, may_delete, attempts).await?;
    }
    attack.hold(attempts, may_delete).await
}

/// Removes what earlier probes left, as far as its locks are over.
pub(super) async fn sweep(bucket: &Bucket, now: Timestamp) -> Result<(), StoreError> {
    let mut after: Option<String> = None;
    loop {
        let listing =
            super::versions::list_everything(bucket, &Prefix::PROBES, after.as_deref()).await?;
        for key in listing.entries.into_iter().filter_map(|entry| entry.key) {
            if !super::probe::is_write_once(key.as_str())
                && let Err(error) = super::locks::delete(bucket, &key, now).await
            {
                tracing::debug!(%error, "an earlier probe's object stays");
            }
        }
        after = listing.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

struct Attack<'a> {
    bucket: &'a Bucket,
    key: &'a Key,
}

/// A server's answer, in a word.
type Answer = Result<String, String>;

impl Attack<'_> {
    /// Puts another version, with that lock in its headers.
    async fn put(&self, retention: Option<Retention>) -> Result<String, StoreError> {
        let asked = Asked {
            place: self.bucket.place(),
            key: Some(self.key),
            action: "putting a throw-away object",
        };
        let mode = retention.map(|retention| match retention.mode() {
            LockMode::Governance => ObjectLockMode::Governance,
            LockMode::Compliance => ObjectLockMode::Compliance,
        });
        let request = self.bucket.client.put_object().bucket(&self.bucket.name);
        let body = b"a throw-away object, attacked\n".to_vec();
        let checksum = super::read::checksum_of(model::Digest::of(&body));
        let answer = request
            .key(self.bucket.object(self.key))
            .checksum_sha256(checksum)
            .set_object_lock_mode(mode)
            .set_object_lock_retain_until_date(retention.map(|r| date(r.until())))
            .body(body.into())
            .send()
            .await
            .map_err(|e| trouble(asked, e))?;
        let newest = versions(self.bucket, self.key).await?;
        let newest = newest.newest().map(str::to_owned);
        answer
            .version_id
            .or(newest)
            .ok_or_else(|| StoreError::Missing {
                key: self.key.clone(),
            })
    }

    async fn delete(&self, version: &str, bypass: Bypass) -> Answer {
        let request = self.bucket.client.delete_object().bucket(&self.bucket.name);
        let answer = request
            .key(self.bucket.object(self.key))
            .version_id(version)
            .set_bypass_governance_retention((bypass == Bypass::Asked).then_some(true))
            .send()
            .await;
        answer.map(|_| "accepted".into()).map_err(|e| said(&e))
    }

    async fn retain(&self, version: &str, retention: Retention, bypass: Bypass) -> Answer {
        let mode = match retention.mode() {
            LockMode::Governance => ObjectLockRetentionMode::Governance,
            LockMode::Compliance => ObjectLockRetentionMode::Compliance,
        };
        let asked = ObjectLockRetention::builder()
            .mode(mode)
            .retain_until_date(date(retention.until()))
            .build();
        let request = self
            .bucket
            .client
            .put_object_retention()
            .bucket(&self.bucket.name);
        let answer = request
            .key(self.bucket.object(self.key))
            .version_id(version)
            .retention(asked)
            .set_bypass_governance_retention((bypass == Bypass::Asked).then_some(true))
            .send()
            .await;
        answer.map(|_| "accepted".into()).map_err(|e| said(&e))
    }

    async fn lock(&self, version: &str) -> Result<Lock, String> {
        let request = self.bucket.client.head_object().bucket(&self.bucket.name);
        let head = request
            .key(self.bucket.object(self.key))
            .version_id(version)
            .send()
            .await
            .map_err(|e| said(&e))?;
        Ok(read(
            head.object_lock_mode(),
            head.object_lock_retain_until_date(),
            head.object_lock_legal_hold_status(),
        ))
    }

    /// A version under a lock of that mode.
    async fn locked(
        &self,
        mode: LockMode,
        now: Timestamp,
        may_delete: bool,
        attempts: &mut Vec<Attempt>,
    ) -> Result<(), StoreError> {
        let retention = Retention::new(mode, now + LOCKED_FOR);
        let version = self.put(Some(retention)).await?;
        let lock = self.lock(&version).await;
        attempts.push(kept(tried(mode, What::Header), retention, lock));
        let deleted = self.delete(&version, Bypass::NotAsked).await;
        attempts.push(attacked(tried(mode, What::Delete), deleted, may_delete));
        let earlier = Retention::new(mode, now + SignedDuration::from_secs(5));
        let shortened = self.retain(&version, earlier, Bypass::NotAsked).await;
        attempts.push(attacked(tried(mode, What::Shorten), shortened, true));
        if mode == LockMode::Compliance {
            let softer = Retention::new(LockMode::Governance, retention.until());
            let softened = self.retain(&version, softer, Bypass::Asked).await;
            let what = "making COMPLIANCE GOVERNANCE, with bypass";
            attempts.push(attacked(what, softened, true));
            let deleted = self.delete(&version, Bypass::Asked).await;
            let what = "deleting under COMPLIANCE, with bypass";
            attempts.push(attacked(what, deleted, may_delete));
        }
        // What was accepted may still not have been done, and what was refused may have been.
        let after = self.lock(&version).await;
        attempts.push(kept(tried(mode, What::After), retention, after));
        Ok(())
    }

    /// A hold alone, without a date; it is lifted again.
    async fn hold(&self, attempts: &mut Vec<Attempt>, may_delete: bool) -> Result<(), StoreError> {
        let version = self.put(None).await?;
        let on = self.set_hold(&version, ObjectLockLegalHoldStatus::On).await;
        let placed = on.is_ok();
        attempts.push(told("placing a legal hold", on));
        if placed {
            let deleted = self.delete(&version, Bypass::Asked).await;
            attempts.push(attacked(
                "deleting under a legal hold, with bypass",
                deleted,
                may_delete,
            ));
            let off = self
                .set_hold(&version, ObjectLockLegalHoldStatus::Off)
                .await;
            attempts.push(told("lifting a legal hold", off));
        }
        let deleted = self.delete(&version, Bypass::NotAsked).await;
        attempts.push(told("deleting once no hold is on it", deleted));
        Ok(())
    }

    async fn set_hold(&self, version: &str, hold: ObjectLockLegalHoldStatus) -> Answer {
        let hold = aws_sdk_s3::types::ObjectLockLegalHold::builder()
            .status(hold)
            .build();
        let request = self
            .bucket
            .client
            .put_object_legal_hold()
            .bucket(&self.bucket.name);
        let answer = request
            .key(self.bucket.object(self.key))
            .version_id(version)
            .legal_hold(hold)
            .send()
            .await;
        answer.map(|_| "accepted".into()).map_err(|e| said(&e))
    }
}

#[derive(Clone, Copy)]
enum What {
    Header,
    Delete,
    Shorten,
    After,
}

const fn tried(mode: LockMode, what: What) -> &'static str {
    match (mode, what) {
        (LockMode::Governance, What::Header) => "a GOVERNANCE lock given with the object",
        (LockMode::Governance, What::Delete) => "deleting under GOVERNANCE, behind our checks",
        (LockMode::Governance, What::Shorten) => "shortening GOVERNANCE, behind our checks",
        (LockMode::Governance, What::After) => "GOVERNANCE as it was, after the attacks",
        (LockMode::Compliance, What::Header) => "a COMPLIANCE lock given with the object",
        (LockMode::Compliance, What::Delete) => "deleting under COMPLIANCE, behind our checks",
        (LockMode::Compliance, What::Shorten) => "shortening COMPLIANCE, behind our checks",
        (LockMode::Compliance, What::After) => "COMPLIANCE as it was, after the attacks",
    }
}

fn attempt(tried: &'static str, outcome: AttemptOutcome, answer: String) -> Attempt {
    Attempt {
        tried,
        outcome,
        answer,
    }
}

/// A lock that is to be as it was given. One that cannot be read tells nothing.
fn kept(tried: &'static str, given: Retention, found: Result<Lock, String>) -> Attempt {
    match found {
        Ok(found) if found.retention == Some(given) => {
            attempt(tried, AttemptOutcome::Kept, found.to_string())
        }
        Ok(found) => attempt(tried, AttemptOutcome::Broken, found.to_string()),
        Err(error) => attempt(tried, AttemptOutcome::NotPermitted, error),
    }
}

/// Something that is to work.
fn told(tried: &'static str, answer: Answer) -> Attempt {
    match answer {
        Ok(answer) => attempt(tried, AttemptOutcome::Kept, answer),
        Err(answer) => attempt(tried, AttemptOutcome::NotPermitted, answer),
    }
}

/// Something that the lock is to refuse: where this user may do it to nothing, a refusal says
/// nothing about the lock.
fn attacked(tried: &'static str, answer: Answer, may: bool) -> Attempt {
    match answer {
        Ok(answer) => attempt(tried, AttemptOutcome::Broken, answer),
        Err(answer) if may => attempt(tried, AttemptOutcome::Kept, answer),
        Err(answer) => attempt(tried, AttemptOutcome::NotPermitted, answer),
    }
}

fn said<E: ProvideErrorMetadata + RequestId>(error: &SdkError<E>) -> String {
    let code = error.code().unwrap_or("no code");
    match status(error) {
        Some(status) => format!("{status} {code}"),
        None => "no answer".into(),
    }
}
