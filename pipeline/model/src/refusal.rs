//! Why a file was refused: what is wrong, where, and what a person can do about it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A file that cannot become documents. It is parked: its bytes are kept and a person decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The kind of trouble.
    pub reason: RefusalReason,
    /// The page it was found on, counted from 1; none when it is the whole file.
    pub page: Option<u32>,
    /// What is wrong, in words, without the document's text.
    pub message: String,
    /// What a person can do.
    pub remedy: String,
}

/// The kinds of trouble that refuse a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// No bytes at all.
    Empty,
    /// The end is missing.
    Truncated,
    /// A password is needed that is not among the configured ones.
    Encrypted,
    /// Neither PDF nor TIFF nor an image.
    NotADocument,
    /// A known format that is not taken: office files, e-mail, archives.
    Unsupported,
    /// Damaged beyond reading.
    Damaged,
    /// Opens, but has no page.
    NoPages,
    /// Exceeds a limit; the message names it.
    Limit,
    /// No page of it could be read.
    NothingReadable,
    /// The worker that read it died or hung again and again.
    WorkerLost,
    /// The file itself could not be opened or read from its disk.
    Unreachable,
}

impl RefusalReason {
    /// The reason as it is written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Truncated => "truncated",
            Self::Encrypted => "encrypted",
            Self::NotADocument => "not_a_document",
            Self::Unsupported => "unsupported",
            Self::Damaged => "damaged",
            Self::NoPages => "no_pages",
            Self::Limit => "limit",
            Self::NothingReadable => "nothing_readable",
            Self::WorkerLost => "worker_lost",
            Self::Unreachable => "unreachable",
        }
    }

    /// What a person can do, where the place of the trouble suggests nothing better.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Empty => "scan the paper again: the scanner wrote no bytes",
            Self::Truncated => "scan again or copy the file again: it ends too early",
            Self::Encrypted => {
                "add the password to `passwords` in the configuration, or save the file without one, then retry"
            }
            Self::NotADocument => "send PDF, TIFF, JPEG, PNG, WebP, BMP or GIF",
            Self::Unsupported => "print it to PDF and send that",
            Self::Damaged | Self::NothingReadable => {
                "open it in a viewer; if it shows there, save it as a new PDF, otherwise scan again"
            }
            Self::NoPages => "scan again: the file has no page",
            Self::Limit => {
                "split the file, or raise the named limit in the configuration, then retry"
            }
            Self::WorkerLost => {
                "open it in a viewer; if it shows there, save it as a new PDF and send that"
            }
            Self::Unreachable => "check that the file exists and may be read, then try again",
        }
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Refusal {
    /// A refusal of the whole file with the reason's own remedy.
    pub fn new(reason: RefusalReason, message: impl Into<String>) -> Self {
        Self {
            reason,
            page: None,
            message: message.into(),
            remedy: reason.remedy().to_owned(),
        }
    }

    /// The same refusal, on a page.
    #[must_use]
    pub fn on_page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }

    /// The same refusal with a better remedy.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        if let Some(page) = self.page {
            write!(f, " on page {page}")?;
        }
        write!(f, ": {}; {}", self.message, self.remedy)
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::{Refusal, RefusalReason};

    #[test]
    fn a_refusal_says_what_where_and_what_to_do() {
        let refusal = Refusal::new(RefusalReason::Limit, "40000 × 40000 pixels").on_page(3);
        assert_eq!(
            refusal.to_string(),
            "limit on page 3: 40000 × 40000 pixels; split the file, or raise the named limit in \
             the configuration, then retry"
        );
    }

    #[test]
    fn json_and_display_agree() {
        for reason in [
            RefusalReason::Empty,
            RefusalReason::NotADocument,
            RefusalReason::NoPages,
        ] {
            assert_eq!(
                serde_json::to_string(&reason).unwrap(),
                format!("\"{}\"", reason.as_str())
            );
        }
    }
}
