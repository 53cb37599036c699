//! The record: a document as kept, with its original, its reading and its history.
//!
//! This is a stored form: what changes here gets a new [`RECORD_FORMAT`] and a golden file.

use crate::{
    CreditFile, Digest, DocumentId, DocumentType, Field, Finding, Language, Page, PageKind,
    Quality, SubmissionId, TextSource, Turn,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the form below.
pub const RECORD_FORMAT: u32 = 1;

/// A document as kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_FORMAT`].
    pub format: u32,
    /// Whose record it is.
    pub id: DocumentId,
    /// Version of the record, from 1; a correction or a new reading writes the next.
    pub version: u32,
    /// The submission it came in.
    pub submission: SubmissionId,
    /// The station that sent it.
    pub station: String,
    /// When it was received: RFC 3339, UTC.
    pub received_at: String,
    /// The original's bytes.
    pub original: Original,
    /// The credit file it belongs to; none until a confirmed number says which.
    pub credit_file: Option<CreditFile>,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: DocumentType,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
    /// The language it is written in.
    pub language: Language,
    /// Its fields by name.
    pub fields: BTreeMap<String, Field>,
    /// What its checks found.
    pub findings: Vec<Finding>,
    /// Its pages, without their words.
    pub pages: Vec<PageSummary>,
    /// Until when it is kept, by which rules.
    pub retention: Retention,
    /// Where the paper is.
    pub paper: Paper,
    /// What was done to it, oldest first.
    pub history: Vec<HistoryEntry>,
    /// What the station, its separator sheet or an older archive said of it: branch, operator,
    /// device, time of the scan, an older identity.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub source: BTreeMap<String, String>,
    /// Its own pages out of the batch that `original` is; none where it is the whole of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master: Option<Master>,
}

/// A document's own file, taken out of a batch without changing a pixel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Master {
    /// Where it is kept.
    pub key: String,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// How many there are.
    pub bytes: u64,
}

/// An original's bytes, as received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// The file's name as dropped.
    pub name: String,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// How many there are.
    pub bytes: u64,
    /// What they are, by their content: `application/pdf`, `image/tiff` …
    pub media_type: String,
}

/// A page in the record: everything but its words and text, which are kept beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are those of `Page`, which documents them"
)]
pub struct PageSummary {
    pub number: u32,
    pub width: u32,
    pub height: u32,
    pub dpi: [u32; 2],
    pub rotation: Turn,
    pub skew: f64,
    pub kind: PageKind,
    pub source: TextSource,
    pub quality: Quality,
    pub words: usize,
    /// The scan that took its place, where it was scanned again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rescanned: Option<Rescanned>,
}

/// The page of another submission that a page was scanned again as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescanned {
    /// The submission that the new scan came in.
    pub submission: SubmissionId,
    /// The page's number there.
    pub number: u32,
}

impl From<&Page> for PageSummary {
    fn from(page: &Page) -> Self {
        Self {
            number: page.number,
            width: page.width,
            height: page.height,
            dpi: page.dpi,
            rotation: page.rotation,
            skew: page.skew,
            kind: page.kind,
            source: page.source,
            quality: page.quality.clone(),
            words: page.words.len(),
            rescanned: None,
        }
    }
}

/// Until when a record is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The retention class of the document's type.
    pub class: String,
    /// The rules of the class, each with its legal basis.
    pub rules: Vec<RetentionRule>,
    /// The earliest day of disposal; none while the event that starts the term has not happened.
    pub retain_until: Option<jiff::civil::Date>,
    /// Holds that forbid disposal, by matter.
    pub holds: Vec<String>,
}

/// One rule of a retention class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionRule {
    /// The law: act and article.
    pub basis: String,
    /// The term and what starts it, in words.
    pub term: String,
}

/// Where the paper is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The box it lies in, by barcode.
    #[serde(rename = "box")]
    pub container: Option<String>,
    /// Whether the paper itself must be kept.
    pub original_required: bool,
}

/// One thing that was done to a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// RFC 3339, UTC.
    pub at: String,
    /// A person's name, or the stage that did it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// More about it, without document text.
    pub detail: String,
}
