//! Fixity: whether what is kept is what was put. Three outcomes, and never a repair.

use crate::{Anomaly, Entry, Key, Prefix, Store, StoreError};
use model::Digest;
use std::sync::Arc;
use tokio::io::AsyncReadExt as _;
use tokio::task::JoinSet;

/// Objects read at the same time.
const IN_FLIGHT: usize = 4;
const CHUNK_BYTES: usize = 1 << 18;

/// What reading an object whole showed.
#[derive(Debug)]
pub enum Fixity {
    /// The bytes are those that were put.
    Sound {
        /// How many they are.
        bytes: u64,
    },
    /// They are others, or gone.
    Differs {
        /// In words, with both hashes where there are two.
        reason: String,
    },
    /// It could not be found out.
    Unreadable(StoreError),
}

/// Counts of a verification. Nothing in it is an error: an error stops the verification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Objects whose bytes are those that were put.
    pub sound: u64,
    /// Objects whose bytes are others, or gone.
    pub differs: u64,
    /// Objects that could not be read.
    pub unreadable: u64,
    /// Things that should not be there, one object may have several.
    pub anomalies: u64,
    /// Bytes read of sound objects.
    pub bytes: u64,
}

/// Reads one object whole and compares it with what was put and, where the caller knows it from
/// elsewhere, with the SHA-256 that the ledger has.
pub async fn fixity(store: &dyn Store, key: &Key, expected: Option<Digest>) -> Fixity {
    let mut object = match store.get(key).await {
        Ok(object) => object,
        Err(StoreError::Missing { .. }) => {
            return Fixity::Differs {
                reason: "it is gone".into(),
            };
        }
        Err(StoreError::Unsealed { reason, .. }) => return Fixity::Differs { reason },
        Err(error) => return Fixity::Unreadable(error),
    };
    let kept = object.stored.sha256;
    for promised in [expected, key.digest()].into_iter().flatten() {
        if promised != kept {
            return Fixity::Differs {
                reason: format!("SHA-256 {kept} is kept, not {promised}"),
            };
        }
    }
    let (mut buffer, mut bytes) = (vec![0; CHUNK_BYTES], 0);
    loop {
        match object.read(&mut buffer).await {
            Ok(0) => return Fixity::Sound { bytes },
            Ok(count) => bytes += count as u64,
            Err(error) => {
                let error = crate::store::reading_failed(&object.stored, store.location(), error);
                return match error {
                    StoreError::Altered { .. } => Fixity::Differs {
                        reason: error.to_string(),
                    },
                    error => Fixity::Unreadable(error),
                };
            }
        }
    }
}

/// Reads everything under a prefix, a few objects at a time, in memory that does not grow with the
/// archive. `each` is told of every name: its anomalies, and its fixity where it is an object of
/// ours.
///
/// # Errors
/// When the store cannot be listed.
pub async fn verify(
    store: &Arc<dyn Store>,
    prefix: &Prefix,
    mut each: impl FnMut(&Entry, Option<&Fixity>),
) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    let mut reading: JoinSet<(Entry, Option<Fixity>)> = JoinSet::new();
    let mut after: Option<String> = None;
    loop {
        let listing = store.list(prefix, after.as_deref()).await?;
        for entry in listing.entries {
            while reading.len() >= IN_FLIGHT {
                take(&mut reading, &mut tally, &mut each).await;
            }
            let store = Arc::clone(store);
            reading.spawn(async move {
                let fixity = match &entry.key {
                    Some(key) => Some(fixity(store.as_ref(), key, None).await),
                    None => None,
                };
                (entry, fixity)
            });
        }
        after = listing.next;
        if after.is_none() {
            break;
        }
    }
    while !reading.is_empty() {
        take(&mut reading, &mut tally, &mut each).await;
    }
    Ok(tally)
}

async fn take(
    reading: &mut JoinSet<(Entry, Option<Fixity>)>,
    tally: &mut Tally,
    each: &mut impl FnMut(&Entry, Option<&Fixity>),
) {
    let (entry, fixity) = match reading.join_next().await {
        Some(Ok(read)) => read,
        Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Some(Err(_)) | None => return,
    };
    tally.count(&entry, fixity.as_ref());
    each(&entry, fixity.as_ref());
}

impl Tally {
    /// Whether there is nothing to look into.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.differs == 0 && self.unreadable == 0 && self.anomalies == 0
    }

    fn count(&mut self, entry: &Entry, fixity: Option<&Fixity>) {
        // An object without its bytes is counted once, by what reading it said.
        let gone = |a: &&Anomaly| **a == Anomaly::ContentGone || **a == Anomaly::NoSeal;
        let explained = entry.anomalies.iter().filter(gone).count();
        self.anomalies += (entry.anomalies.len() - explained) as u64;
        match fixity {
            Some(Fixity::Sound { bytes }) => {
                self.sound += 1;
                self.bytes += bytes;
            }
            Some(Fixity::Differs { .. }) => self.differs += 1,
            Some(Fixity::Unreadable(_)) => self.unreadable += 1,
            None => {}
        }
    }
}
