//! The stored forms that stages hand to each other, and the identities of submissions.

use crate::StageError;
use archive::{Content, Key, Lock, Store, StoreError, Stored};
use jiff::Timestamp;
use ledger::{NewObject, Subject};
use model::{Note, Page, SubmissionId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;

/// Version of the form of a submission's sidecar and of its pages.
pub(crate) const STORED_FORMAT: u32 = 1;
/// Largest derivative that is read whole, in bytes: the words of 5,000 dense pages.
const MAX_DERIVATIVE_BYTES: u64 = 1 << 30;
/// Most readings of one submission that are kept beside each other.
const MAX_VERSIONS: u32 = 10_000;

/// The pages of a submission, as read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredPages {
    /// [`STORED_FORMAT`].
    pub(crate) format: u32,
    pub(crate) submission: SubmissionId,
    /// What read them.
    pub(crate) engine: String,
    /// What there is to know about the file beyond its pages.
    #[serde(default)]
    pub(crate) notes: Vec<Note>,
    pub(crate) pages: Vec<Page>,
}

/// A new identity, from the time of the claim and the system's randomness.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_submission_id(now: Timestamp) -> io::Result<SubmissionId> {
    let mut random = [0; 16];
    rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty())?;
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
    Ok(SubmissionId::from_parts(
        milliseconds,
        u128::from_le_bytes(random),
    ))
}

/// Puts a derivative under the first version of its key that is free or holds the same bytes, so
/// that a step that runs twice leaves one object where its outcome is the same, and two where a
/// deadline made it differ: never one over the other.
pub(crate) async fn put_version(
    store: &dyn Store,
    value: &impl Serialize,
    key: impl Fn(u32) -> Key,
) -> Result<(Stored, u32), StageError> {
    let bytes = serde_json::to_vec(value).map_err(|e| StageError::Damaged {
        what: "a derivative".into(),
        why: e.to_string(),
    })?;
    let mut version = 1;
    loop {
        match store
            .put(
                &key(version),
                Content::bytes(bytes.clone()),
                Lock::default(),
            )
            .await
        {
            Ok(stored) => return Ok((stored, version)),
            Err(StoreError::Conflict { .. }) if version < MAX_VERSIONS => version += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// A derivative, as an earlier stage put it.
pub(crate) async fn get<T: DeserializeOwned>(
    store: &dyn Store,
    key: &Key,
) -> Result<T, StageError> {
    let bytes = store.bytes(key, MAX_DERIVATIVE_BYTES).await?;
    serde_json::from_slice(&bytes).map_err(|e| StageError::Damaged {
        what: key.to_string(),
        why: e.to_string(),
    })
}

/// What the ledger notes of a stored object.
pub(crate) fn object(stored: &Stored, kind: &str, subject: impl Into<Subject>) -> NewObject {
    NewObject {
        key: stored.key.to_string(),
        version_id: stored.version.clone(),
        kind: kind.into(),
        sha256: stored.sha256,
        bytes: stored.bytes,
        subject: subject.into(),
    }
}
