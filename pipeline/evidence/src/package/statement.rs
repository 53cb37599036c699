//! The statement of completeness: what was asked, what was found, what is given and what is not,
//! and why. It is a stored form: what changes here gets a new [`STATEMENT_FORMAT`].

use jiff::Timestamp;
use model::{Digest, DocumentId};
use serde::{Deserialize, Serialize};

/// The version of the form below.
pub const STATEMENT_FORMAT: u32 = 1;

/// What a package says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// [`STATEMENT_FORMAT`].
    pub format: u32,
    /// The package's name: made of everything below but the time.
    pub package: String,
    /// When it was first asked for. The same asked again of the same archive is the same package.
    pub requested_at: Timestamp,
    /// Who gives it: the bank.
    pub sender: String,
    /// The recipient.
    pub recipient: Coded,
    /// The law that allows or asks for it.
    pub basis: Coded,
    /// What it is for, in the words of whoever asked.
    pub purpose: String,
    /// The profile of the package.
    pub profile: String,
    /// What was looked for, as it was looked for; of a list of people only what kind it was.
    pub query: String,
    /// What was searched.
    pub index: IndexState,
    /// The checkpoint of the audit log that events are proved to be in; none where the log had
    /// none.
    pub checkpoint: Option<LogState>,
    /// Documents that were found or asked for.
    pub found: u64,
    /// Documents that are in the package.
    pub given: u64,
    /// Documents that are not, each with its reason: `found` is `given` and these.
    pub exceptions: Vec<Exception>,
    /// Submissions that no query could find, because they were not read yet or could not be read.
    pub unread: Vec<String>,
    /// What the package does not hold, in words.
    pub leaves_out: Vec<String>,
}

/// An entry of a list that is kept as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coded {
    /// Its code in the list.
    pub code: String,
    /// In words.
    pub text: String,
}

/// How far the searched index had followed the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexState {
    /// The number of the newest change in the ledger.
    pub ledger: u64,
    /// The number that the index had followed; none where no index was asked.
    pub index: Option<u64>,
}

/// A checkpoint of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogState {
    /// How many events it is of.
    pub size: u64,
    /// The root of the tree over them (RFC 6962).
    pub root: Digest,
}

/// A document that is not given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// As it was asked for or found.
    pub document: String,
    /// Why.
    pub reason: Reason,
    /// More about it.
    pub detail: String,
}

/// Why a document is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It was disposed of; its tombstone says when and on what basis.
    Disposed,
    /// The archive never had it.
    Unknown,
    /// Its work is parked or not done yet.
    Unfinished,
    /// It holds what this recipient may not have.
    Confidential,
}

impl Reason {
    /// In Polish, for the cover.
    #[must_use]
    pub const fn pl(self) -> &'static str {
        match self {
            Self::Disposed => "wybrakowany",
            Self::Unknown => "nieznany w archiwum",
            Self::Unfinished => "jeszcze nieprzetworzony",
            Self::Confidential => "poufny",
        }
    }
}

/// A document of the package, frozen: which version, which bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The document.
    pub document: DocumentId,
    /// The version of its record.
    pub version: u32,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What its type is called.
    pub title: String,
    /// The agreement's number, where it was read.
    pub agreement_number: String,
    /// The agreement's day, where it was read.
    pub agreement_date: String,
    /// Its pages.
    pub pages: u32,
    /// When it was received.
    pub received_at: Timestamp,
    /// The name of the file that it came in.
    pub file_name: String,
    /// Whether a person has still to look at it.
    pub to_review: bool,
    /// Checks that found something, by name, errors first.
    pub findings: Vec<String>,
    /// Its own file.
    pub original: Kept,
    /// Whether that is the whole of what was received, or its own pages out of a batch.
    pub whole: bool,
    /// Its record.
    pub record: Kept,
    /// What was known of its submission.
    pub submission: Kept,
    /// Its words; none where its pages were not read.
    pub words: Option<Kept>,
    /// The number of the newest event about it in the audit log.
    pub newest_event: u64,
}

/// An object of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Where it lies in the package; empty before it is written.
    pub path: String,
    /// Its key in the archive.
    pub key: String,
    /// The store's version of it, where it has versions.
    pub version_id: Option<String>,
    /// What it is, by its content.
    pub media_type: String,
    /// SHA-256 of its bytes in the archive.
    pub sha256: Digest,
    /// How many there are.
    pub bytes: u64,
    /// When it was put there.
    pub stored_at: Timestamp,
}
