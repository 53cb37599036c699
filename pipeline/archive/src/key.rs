//! Keys: the names under which objects are kept, the same in every store.
//!
//! A key is made from an identity or parsed from a listing; there is no other way to one, so a key
//! never leads out of the archive and never meets a store's own files.

use model::{Digest, DocumentId, SubmissionId};
use std::borrow::Cow;
use std::fmt;
use thiserror::Error;

/// The longest key, in bytes: S3 allows 1,024 including the bucket's prefix.
const MAX_BYTES: usize = 256;
/// Ends the name of a directory store's seal, so no key may end in it.
pub(crate) const SEAL_SUFFIX: &str = ".seal";
const ORIGINALS: &str = "orig/";

/// The name of an object: segments of `a-z`, `0-9`, `.`, `_`, `-`, joined by `/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// The text is no key.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no key of the archive")]
pub struct KeyError(String);

impl Key {
    /// The original with these bytes: `orig/ab/ab…`.
    #[must_use]
    pub fn original(digest: Digest) -> Self {
        let hex = digest.to_string();
        Self(format!("{ORIGINALS}{}/{hex}", &hex[..2]))
    }

    /// What is known of a submission when it is received, kept beside its original so that the
    /// ledger can be rebuilt: `submissions/<shard>/<submission>.json`.
    #[must_use]
    pub fn submission(id: SubmissionId) -> Self {
        Self(format!("submissions/{}/{id}.json", shard(id)))
    }

    /// The recognised pages of a submission: `pages/<shard>/<submission>/<version>.json`.
    /// Versions count from 1; a new reading is a new version.
    #[must_use]
    pub fn pages(id: SubmissionId, version: u32) -> Self {
        Self(format!("pages/{}/{id}/{version:06}.json", shard(id)))
    }

    /// The words of a document: `words/<shard>/<document>/<version>.json`.
    #[must_use]
    pub fn words(id: DocumentId, version: u32) -> Self {
        Self(format!(
            "words/{}/{id}/{version:06}.json",
            shard(id.submission())
        ))
    }

    /// A document's own pages out of a batch: `masters/<shard>/<document>/<version>.bin`.
    #[must_use]
    pub fn master(id: DocumentId, version: u32) -> Self {
        Self(format!(
            "masters/{}/{id}/{version:06}.bin",
            shard(id.submission())
        ))
    }

    /// A document's record: `records/<shard>/<document>/<version>.json`.
    #[must_use]
    pub fn record(id: DocumentId, version: u32) -> Self {
        Self(format!(
            "records/{}/{id}/{version:06}.json",
            shard(id.submission())
        ))
    }

    /// A key as listed.
    ///
    /// # Errors
    /// When the text is no key, or lies under `orig/` and is not where its SHA-256 says.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let key = Self(text.to_owned());
        let fits = text.len() <= MAX_BYTES
            && text.contains('/')
            && text.split('/').all(is_segment)
            && !text.ends_with(SEAL_SUFFIX)
            && (!text.starts_with(ORIGINALS) || key.digest().is_some());
        if fits {
            Ok(key)
        } else {
            Err(KeyError(text.to_owned()))
        }
    }

    /// The SHA-256 that the key of an original promises.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        let (shard, hex) = self.0.strip_prefix(ORIGINALS)?.split_once('/')?;
        Digest::parse(hex)
            .ok()
            .filter(|_| hex.get(..2) == Some(shard))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Two characters of a submission's random part, so that no folder grows with the archive.
fn shard(id: SubmissionId) -> String {
    let text = id.to_string();
    text[text.len() - 2..].to_owned()
}

fn is_segment(segment: &str) -> bool {
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    !segment.is_empty() && !segment.starts_with('.') && segment.bytes().all(allowed)
}

/// What a listing is of: whole branches of the archive, never half a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(Cow<'static, str>);

impl Prefix {
    /// Everything.
    pub const ALL: Self = Self(Cow::Borrowed(""));
    /// Every original.
    pub const ORIGINALS: Self = Self(Cow::Borrowed(ORIGINALS));
    /// What was known of every submission when it was received.
    pub const SUBMISSIONS: Self = Self(Cow::Borrowed("submissions/"));
    /// Every reading of every submission.
    pub const PAGES: Self = Self(Cow::Borrowed("pages/"));
    /// Copies of the ledger, in the archive of a backup.
    pub const LEDGERS: Self = Self(Cow::Borrowed("ledger/"));
    /// What probes left.
    pub const PROBES: Self = Self(Cow::Borrowed("probe/"));
    /// Signed checkpoints of the audit log.
    pub const CHECKPOINTS: Self = Self(Cow::Borrowed("audit/checkpoint/"));
    /// Every version of every record.
    pub const RECORDS: Self = Self(Cow::Borrowed("records/"));

    /// The versions of one document's record.
    #[must_use]
    pub fn records_of(id: DocumentId) -> Self {
        Self(Cow::Owned(format!(
            "records/{}/{id}/",
            shard(id.submission())
        )))
    }

    /// Everything that is a document's own: its records, its words, its files.
    #[must_use]
    pub fn all_of(id: DocumentId) -> [Self; 3] {
        let shard = shard(id.submission());
        ["records", "words", "masters"]
            .map(|branch| Self(Cow::Owned(format!("{branch}/{shard}/{id}/"))))
    }

    /// The prefix as text: empty, or ending in `/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Prefix};
    use model::{Digest, SubmissionId};
    use proptest::prelude::*;

    #[test]
    fn an_original_lies_where_its_hash_says() {
        let digest = Digest::of(b"umowa");
        let key = Key::original(digest);
        assert_eq!(key.digest(), Some(digest));
        assert!(
            key.as_str()
                .starts_with(&format!("orig/{}/", &digest.to_string()[..2]))
        );
        let elsewhere = key.as_str().replacen("orig/", "orig/zz", 1);
        for wrong in [elsewhere.as_str(), "orig/readme", "orig/ab/cd"] {
            assert!(Key::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_key_leads_out_of_the_archive_or_to_a_seal() {
        for wrong in [
            "", "a", "/a/b", "a//b", "a/../b", "a/.b", "a/b/", "a/B", "a/b.seal", "a\\b/c",
        ] {
            assert!(Key::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Key::parse(&format!("a/{}", "b".repeat(300))).is_err());
    }

    proptest! {
        #[test]
        fn every_key_we_make_parses_back(random in any::<u128>(), n in 1u32.., version in 1u32..) {
            let id = SubmissionId::from_parts(1, random);
            let document = id.document(n);
            for key in [
                Key::submission(id), Key::pages(id, version),
                Key::words(document, version), Key::record(document, version),
            ] {
                prop_assert_eq!(Key::parse(key.as_str()), Ok(key));
            }
            prop_assert!(Key::record(document, version).as_str()
                .starts_with(Prefix::records_of(document).as_str()));
        }

        #[test]
        fn no_text_makes_parsing_panic(text in ".{0,80}") {
            if let Ok(key) = Key::parse(&text) {
                prop_assert!(!key.as_str().contains(".."  ) || !key.as_str().contains("/.."));
            }
        }
    }
}
