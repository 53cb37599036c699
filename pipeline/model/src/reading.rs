//! What `kartoteka read` says of one file: the pages and documents in it, or why it was refused.

use crate::{Digest, Document, Page, Refusal};
use serde::{Deserialize, Serialize};

/// The version of the form below.
pub const READ_FORMAT: u32 = 1;

/// One file, read without storing anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileReading {
    /// [`READ_FORMAT`].
    pub format: u32,
    /// The file's name as given.
    pub file: String,
    /// The SHA-256 of its bytes; none where it could not be opened.
    pub sha256: Option<Digest>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of reading a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// It was read.
    Read {
        /// All its pages.
        pages: Vec<Page>,
        /// The documents they make.
        documents: Vec<Document>,
    },
    /// It was refused.
    Refused {
        /// Why.
        error: Refusal,
    },
}

#[cfg(test)]
mod tests {
    use super::{FileReading, Outcome, READ_FORMAT};
    use crate::{Digest, Refusal, RefusalReason};

    #[test]
    fn a_refused_file_reads_as_the_contract_says() {
        let reading = FileReading {
            format: READ_FORMAT,
            file: "a.pdf".into(),
            sha256: Some(Digest::of(b"")),
            outcome: Outcome::Refused {
                error: Refusal::new(RefusalReason::Empty, "no bytes"),
            },
        };
        let json = serde_json::to_value(&reading).unwrap();
        assert_eq!(json["format"], 1);
        assert_eq!(json["error"]["reason"], "empty");
        assert!(json["error"]["page"].is_null() && json.get("pages").is_none());
    }
}
