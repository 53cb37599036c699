//! The seal of an object: a small JSON file beside it that says what was put and what locks it.
//!
//! A seal is replaced whole, never edited. One that cannot be read counts as locked.

use super::publish::Root;
use crate::{Hold, Key, Lock, LockMode, PutOutcome, Retention, StoreError, Stored};
use jiff::Timestamp;
use model::Digest;
use serde::{Deserialize, Serialize};

/// The version of the form below.
pub const SEAL_FORMAT: u32 = 1;
/// A seal has some 300 bytes; more is none of ours.
const MAX_BYTES: u64 = 16_384;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seal {
    format: u32,
    key: String,
    pub(super) sha256: Digest,
    pub(super) bytes: u64,
    retention: Option<SealedRetention>,
    hold: Hold,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedRetention {
    mode: LockMode,
    until: Timestamp,
}

impl Seal {
    pub(super) fn new(key: &Key, sha256: Digest, bytes: u64, lock: Lock) -> Self {
        let retention = lock.retention.map(|r| SealedRetention {
            mode: r.mode(),
            until: r.until(),
        });
        let key = key.to_string();
        Self {
            format: SEAL_FORMAT,
            key,
            sha256,
            bytes,
            retention,
            hold: lock.hold,
        }
    }

    pub(super) fn lock(&self) -> Lock {
        let retention = self
            .retention
            .as_ref()
            .map(|r| Retention::new(r.mode, r.until));
        Lock {
            retention,
            hold: self.hold,
        }
    }

    pub(super) fn stored(&self, key: Key, outcome: PutOutcome) -> Stored {
        let (sha256, bytes, lock) = (self.sha256, self.bytes, self.lock());
        Stored {
            key,
            version: None,
            sha256,
            bytes,
            lock,
            outcome,
        }
    }

    /// The seal of an object; none where there is no such file.
    pub(super) fn read(root: &Root, key: &Key) -> Result<Option<Self>, StoreError> {
        let Some(text) = root.read_seal(key, MAX_BYTES)? else {
            return Ok(None);
        };
        let broken = |reason| StoreError::Unsealed {
            key: key.clone(),
            reason,
        };
        let seal = Self::parse(&text).map_err(broken)?;
        if seal.key != key.as_str() {
            return Err(broken(format!("its seal is that of {}", seal.key)));
        }
        Ok(Some(seal))
    }

    fn parse(text: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let format = serde_json::from_slice::<Format>(text)
            .map_err(|e| format!("its seal is damaged: {e}"))?
            .format;
        if format != SEAL_FORMAT {
            return Err(format!(
                "its seal has format {format}, and this program knows {SEAL_FORMAT}: use a newer one"
            ));
        }
        serde_json::from_slice(text).map_err(|e| format!("its seal is damaged: {e}"))
    }

    /// Puts the seal beside its object, in place of an earlier one. The folder is not yet synced.
    pub(super) fn write(&self, root: &Root, key: &Key) -> Result<(), StoreError> {
        root.write_seal(key, &self.to_json())
    }

    fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("a seal is plain data");
        json.push(b'\n');
        json
    }
}

#[cfg(test)]
mod tests {
    use super::Seal;
    use crate::{Hold, Key, Lock, LockMode, Retention};
    use model::Digest;

    /// What format 1 is, for good.
    const GOLDEN: &str = r#"{
  "format": 1,
  "key": "orig/e3/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "bytes": 0,
  "retention": {
    "mode": "GOVERNANCE",
    "until": "2026-11-02T12:00:00Z"
  },
  "hold": "on"
}
"#;

    #[test]
    fn format_1_is_written_and_read_as_it_always_was() {
        let digest = Digest::of(b"");
        let until = "2026-11-02T12:00:00Z".parse().unwrap();
        let retention = Some(Retention::new(LockMode::Governance, until));
        let lock = Lock {
            retention,
            hold: Hold::On,
        };
        let seal = Seal::new(&Key::original(digest), digest, 0, lock);
        assert_eq!(String::from_utf8(seal.to_json()).unwrap(), GOLDEN);
        assert_eq!(Seal::parse(GOLDEN.as_bytes()).unwrap().lock(), lock);
    }

    #[test]
    fn a_seal_we_do_not_know_is_refused() {
        let newer = GOLDEN.replace("\"format\": 1", "\"format\": 2");
        assert!(Seal::parse(newer.as_bytes()).unwrap_err().contains("newer"));
        let stranger = GOLDEN.replace("\"hold\"", "\"held\"");
        assert!(Seal::parse(stranger.as_bytes()).is_err());
        assert!(Seal::parse(b"").is_err());
    }
}
