//! The capability probe: what a store really enforces, found out by attacking a throw-away object in
//! every way that a store might let through. A store that accepts a lock may still not keep it, so
//! nothing is believed that was not tried.

use crate::{Content, Hold, Key, Lock, LockMode, Retention, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use model::Digest;
use serde::Serialize;

/// The version of the form of a [`Probe`].
pub const PROBE_FORMAT: u32 = 1;
/// How long the throw-away object is locked: long enough to attack it, and no longer.
const LOCKED_FOR: SignedDuration = SignedDuration::from_secs(30);
/// When its lock is over.
pub(crate) const PROBE_IS_OVER: SignedDuration = SignedDuration::from_secs(60);

/// What a store was found to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// [`PROBE_FORMAT`].
    pub format: u32,
    /// Where, without secrets.
    pub location: String,
    /// When.
    pub at: Timestamp,
    /// Who keeps the locks.
    pub keeper: LockKeeper,
    /// What was tried.
    pub attempts: Vec<Attempt>,
}

/// Who keeps locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LockKeeper {
    /// The store itself: whoever has its keys meets them.
    Store,
    /// This program alone: whoever may write the directory can break them.
    Program,
    /// Nobody.
    Nobody,
}

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// What.
    pub tried: &'static str,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// The store's words, or what was read back.
    pub answer: String,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// As it should be: the promise was kept, the attack refused.
    Kept,
    /// The promise was broken.
    Broken,
    /// This user may not do that, so nothing was found out about it.
    NotPermitted,
}

impl Probe {
    /// Whether nothing that was promised was broken.
    #[must_use]
    pub fn holds(&self) -> bool {
        let broken = |attempt: &Attempt| attempt.outcome == AttemptOutcome::Broken;
        self.keeper != LockKeeper::Nobody && !self.attempts.iter().any(broken)
    }
}

/// Puts a throw-away object under a lock and attacks it through the store's own interface; adds what
/// was found. The object's key.
pub(crate) async fn attack<S: Store + ?Sized>(
    store: &S,
    now: Timestamp,
    attempts: &mut Vec<Attempt>,
) -> Result<Key, StoreError> {
    let nonce = Digest::of(now.to_string().as_bytes()).to_string();
    let key = Key::parse(&format!("probe/{}", &nonce[..16])).expect("hexadecimal is a key's");
    let until = now + LOCKED_FOR;
    let lock = Lock {
        retention: Some(Retention::new(LockMode::Governance, until)),
        hold: Hold::On,
    };
    let bytes = format!("a throw-away object of {now}\n").into_bytes();
    let given = store.put(&key, Content::bytes(bytes), lock).await?.lock;
    note(
        attempts,
        "a lock is kept as it was put",
        given == lock,
        &given,
    );
    let read = store
        .head(&key)
        .await?
        .map_or(Lock::NONE, |stored| stored.lock);
    note(attempts, "a lock is read back", read == lock, &read);
    let other = store
        .put(&key, Content::bytes("other bytes\n"), Lock::NONE)
        .await;
    refused(
        attempts,
        "writing over it",
        other.map(|stored| stored.sha256),
    );
    refused(
        attempts,
        "deleting it under lock and hold",
        store.delete(&key, now).await.map(gone),
    );
    let shorter = Retention::new(LockMode::Governance, until - SignedDuration::from_secs(10));
    let shorter = store.extend(&key, shorter).await;
    refused(
        attempts,
        "shortening its lock",
        shorter.map(|stored| stored.lock),
    );
    let lifted = store.hold(&key, Hold::Off).await?.lock;
    note(
        attempts,
        "a hold is lifted, the date stays",
        lifted.retention == lock.retention,
        &lifted,
    );
    refused(
        attempts,
        "deleting it under lock",
        store.delete(&key, now).await.map(gone),
    );
    let longer = Retention::new(LockMode::Governance, until + SignedDuration::from_secs(1));
    let longer = store.extend(&key, longer).await?.lock;
    let grown = longer.retention.is_some_and(|r| r.until() > until);
    note(attempts, "a lock is lengthened", grown, &longer);
    let bytes = store.bytes(&key, 1_000).await;
    let (sound, answer) = match bytes {
        Ok(bytes) => (bytes.starts_with(b"a throw-away"), "read".to_owned()),
        Err(error) => (false, error.to_string()),
    };
    note(
        attempts,
        "its bytes are those that were put",
        sound,
        &answer,
    );
    Ok(key)
}

fn gone(deletion: crate::Deletion) -> String {
    format!("deleted {} versions", deletion.versions.len())
}

fn note(attempts: &mut Vec<Attempt>, tried: &'static str, kept: bool, answer: &impl ToString) {
    let outcome = match kept {
        true => AttemptOutcome::Kept,
        false => AttemptOutcome::Broken,
    };
    let answer = answer.to_string();
    attempts.push(Attempt {
        tried,
        outcome,
        answer,
    });
}

/// An attack that has to be refused.
fn refused(
    attempts: &mut Vec<Attempt>,
    tried: &'static str,
    done: Result<impl ToString, StoreError>,
) {
    let (outcome, answer) = match done {
        Err(error) => (AttemptOutcome::Kept, error.to_string()),
        Ok(done) => (AttemptOutcome::Broken, done.to_string()),
    };
    attempts.push(Attempt {
        tried,
        outcome,
        answer,
    });
}
