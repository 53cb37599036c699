//! Checkpoints of the audit log, locked in the store: what is there is signed, never to be written
//! again, and was compared with the events before it. A log that contradicts one that is there gets
//! no other.

use crate::RecordsError;
use archive::{Content, Key, Lock, Prefix, Store, StoreError};
use jiff::Timestamp;
use ledger::{Checkpoint, Ledger, LedgerError, Signer};

/// Largest note, in bytes: three lines and a few signatures.
const MAX_NOTE_BYTES: u64 = 64 << 10;
/// Before the name of a log in keys.
const BRANCH: &str = "audit/checkpoint/";

/// What making a checkpoint came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checkpointed {
    /// There is a new one.
    New(Checkpoint),
    /// Nothing was logged since this one.
    Nothing(Checkpoint),
    /// Nothing was ever logged.
    Empty,
}

/// A checkpoint as it lies in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedCheckpoint {
    /// Its key.
    pub key: Key,
    /// The signed note; none where what is there cannot be read, with the reason.
    pub note: Result<String, String>,
}

/// The key of a checkpoint: `audit/checkpoint/<log>/<size>`, so that they list in their order.
///
/// # Errors
/// When the log's name is no part of a key.
pub fn checkpoint_key(log: &str, size: u64) -> Result<Key, RecordsError> {
    Key::parse(&format!("{BRANCH}{log}/{size:012}"))
        .map_err(|why| RecordsError::damaged("the audit log's name", why))
}

/// Makes a checkpoint where events were added since the last: signs it, locks it in the store, and
/// only then tells the ledger.
///
/// # Errors
/// [`RecordsError::Refused`] when the store has a checkpoint that the ledger's events do not lead
/// to; when ledger or store cannot be used.
pub async fn checkpoint(
    ledger: &Ledger,
    store: &dyn Store,
    signer: &dyn Signer,
    lock: Lock,
) -> Result<Checkpointed, RecordsError> {
    let next = ledger.next_checkpoint().await.map_err(refused)?;
    let known = next.previous.as_ref().map_or(0, |previous| previous.size);
    let adopted = adopt(ledger, store, (&next.log, known), next.at).await?;
    let newest = adopted.or_else(|| next.previous.clone());
    match newest {
        Some(newest) if newest.size >= next.size => return Ok(Checkpointed::Nothing(newest)),
        None if next.size == 0 => return Ok(Checkpointed::Empty),
        _ => {}
    }
    let made = next.sign(signer);
    let key = checkpoint_key(&made.log, made.size)?;
    let content = Content::bytes(made.note.clone().into_bytes());
    match store.put(&key, content, lock).await {
        Ok(_) => {}
        // Another node was first; its signature is as good.
        Err(StoreError::Conflict { .. }) => {
            let theirs = read(store, &key, next.at).await?;
            ledger.agrees_with(&theirs).await.map_err(refused)?;
            ledger.keep_checkpoint(&theirs).await?;
            return Ok(Checkpointed::Nothing(theirs));
        }
        Err(error) => return Err(error.into()),
    }
    ledger.keep_checkpoint(&made).await?;
    Ok(Checkpointed::New(made))
}

/// Takes checkpoints into the ledger that lie in the store and that it does not know: a node died
/// between the two, or the ledger was put back from an older copy. The newest of them.
async fn adopt(
    ledger: &Ledger,
    store: &dyn Store,
    (log, known): (&str, u64),
    at: Timestamp,
) -> Result<Option<Checkpoint>, RecordsError> {
    let mut newest = None;
    let mut after = Some(checkpoint_key(log, known)?.to_string());
    let branch = format!("{BRANCH}{log}/");
    while let Some(from) = after {
        let listing = store.list(&Prefix::CHECKPOINTS, Some(&from)).await?;
        after = listing.next;
        for key in listing.entries.into_iter().filter_map(|entry| entry.key) {
            if !key.as_str().starts_with(&branch) {
                if key.as_str() > branch.as_str() {
                    return Ok(newest);
                }
                continue;
            }
            let found = read(store, &key, at).await?;
            ledger.agrees_with(&found).await.map_err(refused)?;
            ledger.keep_checkpoint(&found).await?;
            newest = Some(found);
        }
    }
    Ok(newest)
}

async fn read(store: &dyn Store, key: &Key, at: Timestamp) -> Result<Checkpoint, RecordsError> {
    let bytes = store.bytes(key, MAX_NOTE_BYTES).await?;
    let note = String::from_utf8(bytes).map_err(|why| RecordsError::damaged(key.as_str(), why))?;
    Ok(Checkpoint::parse(&note, at)?)
}

/// A log that contradicts itself is not damaged work: nothing is signed until a person looked.
fn refused(error: LedgerError) -> RecordsError {
    match error {
        LedgerError::Damaged { what, why } => RecordsError::Refused(format!(
            "no checkpoint is signed: {what}: {why}; `kartoteka audit verify` says more"
        )),
        error => error.into(),
    }
}

/// Every checkpoint that is locked in the store, of every log, in the order of keys.
///
/// # Errors
/// When the store cannot be asked. What cannot be read is in the answer.
pub async fn locked_checkpoints(store: &dyn Store) -> Result<Vec<LockedCheckpoint>, RecordsError> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let listing = store.list(&Prefix::CHECKPOINTS, after.as_deref()).await?;
        for key in listing.entries.into_iter().filter_map(|entry| entry.key) {
            let note = match store.bytes(&key, MAX_NOTE_BYTES).await {
                Ok(bytes) => String::from_utf8(bytes).map_err(|why| why.to_string()),
                Err(error @ StoreError::Unreachable { .. }) => return Err(error.into()),
                Err(error) => Err(error.to_string()),
            };
            found.push(LockedCheckpoint { key, note });
        }
        after = listing.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}
