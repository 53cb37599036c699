//! Identities: of bytes (their SHA-256), of submissions, of documents.

use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use std::fmt;
use thiserror::Error;
use ulid::Ulid;

/// The SHA-256 of an original's bytes: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

/// The text is no SHA-256.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a SHA-256 has 64 lower-case hexadecimal digits")]
pub struct DigestError;

impl Digest {
    /// The digest of bytes at hand.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The digest as written.
    ///
    /// # Errors
    /// When the text is not 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(DigestError),
        };
        let text: &[u8; 64] = text.as_bytes().try_into().map_err(|_| DigestError)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        Self::parse(&text)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// A digest in the making, for bytes that stream past.
#[derive(Default)]
pub struct Digester(sha2::Sha256);

impl Digester {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes taken.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// The identity of a submission: given once, when its file is claimed, and sortable by that time.
///
/// 26 characters of Crockford's base 32 (a ULID), lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SubmissionId(Ulid);

/// The identity of a document: its submission and its ordinal there, from 1: `01jd…-1`.
///
/// Derived, not drawn, so that a step that runs twice makes the same document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentId {
    submission: SubmissionId,
    ordinal: u32,
}

/// The text is no identity of ours.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` is no identity: a submission's has 26 letters and digits, a document's ends in `-` and its number"
)]
pub struct IdError(String);

impl SubmissionId {
    /// An identity from the moment of the claim (milliseconds since 1970) and 80 random bits.
    #[must_use]
    pub const fn from_parts(unix_milliseconds: u64, random: u128) -> Self {
        Self(Ulid::from_parts(unix_milliseconds, random))
    }

    /// The identity as written.
    ///
    /// # Errors
    /// When the text is not 26 characters of Crockford's base 32.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let id = Ulid::from_string(text)
            .map(Self)
            .map_err(|_| IdError(text.to_owned()))?;
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(IdError(text.to_owned()))
        }
    }

    /// When its file was claimed: milliseconds since 1970.
    #[must_use]
    pub const fn claimed_at_milliseconds(self) -> u64 {
        self.0.timestamp_ms()
    }

    /// The document with that ordinal (from 1) in the submission.
    #[must_use]
    pub const fn document(self, ordinal: u32) -> DocumentId {
        DocumentId {
            submission: self,
            ordinal,
        }
    }
}

impl fmt::Display for SubmissionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string().to_ascii_lowercase())
    }
}

impl DocumentId {
    /// The identity as written.
    ///
    /// # Errors
    /// When the text is not a submission's identity, `-`, and a number from 1.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError(text.to_owned());
        let (submission, ordinal) = text.split_once('-').ok_or_else(wrong)?;
        let submission = SubmissionId::parse(submission)?;
        let ordinal: u32 = ordinal.parse().map_err(|_| wrong())?;
        let id = submission.document(ordinal);
        if ordinal > 0 && id.to_string() == text {
            Ok(id)
        } else {
            Err(wrong())
        }
    }

    /// The submission it came in.
    #[must_use]
    pub const fn submission(self) -> SubmissionId {
        self.submission
    }

    /// Its number in the submission, from 1.
    #[must_use]
    pub const fn ordinal(self) -> u32 {
        self.ordinal
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.submission, self.ordinal)
    }
}

macro_rules! as_text {
    ($id:ty) => {
        impl TryFrom<String> for $id {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$id> for String {
            fn from(id: $id) -> Self {
                id.to_string()
            }
        }
    };
}

as_text!(SubmissionId);
as_text!(DocumentId);

#[cfg(test)]
mod tests {
    use super::{Digest, Digester, DocumentId, SubmissionId};
    use proptest::prelude::*;

    #[test]
    fn the_digest_of_nothing_is_the_published_one() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digester::default().finish().to_string(), empty);
        assert_eq!(Digest::parse(empty), Ok(Digest::of(b"")));
        for wrong in ["", "abc", &empty.to_uppercase(), &format!("{empty}0")] {
            assert!(Digest::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_parses_back(ms in 0u64..1 << 48, random in any::<u128>(), n in 1u32..) {
            let submission = SubmissionId::from_parts(ms, random);
            prop_assert_eq!(SubmissionId::parse(&submission.to_string()), Ok(submission));
            let document = submission.document(n);
            prop_assert_eq!(DocumentId::parse(&document.to_string()), Ok(document));
        }

        #[test]
        fn no_text_makes_parsing_panic_or_aliases(text in ".{0,40}") {
            if let Ok(id) = DocumentId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
