//! What parent and worker say to each other: one JSON value a frame, a request then its reply.
//!
//! The first request is [`Request::Start`], answered by [`Reply::Ready`] once the reader is warm
//! and the fence stands. [`Request::Inspect`] carries the file's read-only descriptor beside its
//! frame; the worker keeps that one file open until the next. New requests are new variants and a
//! new [`VERSION`]; nothing here decides what a reply is worth (that is `check`).

use crate::FenceReport;
use model::{Failure, Limits, Note, Page, Refusal};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The version of the protocol. Parent and worker are one program, but an upgrade may replace the
/// file while the parent runs.
pub(crate) const VERSION: u32 = 2;

/// Longest frame in bytes: a page of [`crate::check::MAX_WORDS`] words takes about 5 MB.
pub(crate) const MAX_FRAME: usize = 8 << 20;

/// Which file of the parent's a request is about.
pub(crate) type Token = u64;

/// What the parent asks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Get warm, raise the fence, say so.
    Start(Start),
    /// Open the file whose descriptor comes with this frame, and count its pages.
    Inspect {
        /// The name by which it is asked for from now on.
        token: Token,
    },
    /// Read one page of the open file.
    Read {
        /// The open file.
        token: Token,
        /// Counted from 1.
        page: u32,
    },
}

/// What a worker needs to know once.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    /// [`VERSION`] of the parent.
    pub(crate) version: u32,
    /// What one file may cost.
    pub(crate) limits: Limits,
    /// The folder of the language models.
    pub(crate) models: PathBuf,
    /// The languages to read, as `pol+eng`.
    pub(crate) languages: String,
    /// Passwords to try on encrypted files.
    pub(crate) passwords: Vec<String>,
}

/// What a worker answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Reply {
    /// To Start: warm and fenced in.
    Ready(Hello),
    /// To Start: the environment does not allow it; the message says the remedy.
    Unable {
        /// What is missing.
        message: String,
    },
    /// To Inspect: it opens.
    Inspected {
        /// The file asked about.
        token: Token,
        /// What it is, by its content.
        media_type: String,
        /// How many pages it has.
        pages: u32,
        /// What else there is to know about it.
        notes: Vec<Note>,
    },
    /// To Inspect: it is refused.
    Refused {
        /// The file asked about.
        token: Token,
        /// Why.
        refusal: Refusal,
    },
    /// To Read: the page.
    Page {
        /// The file asked about.
        token: Token,
        /// What was read.
        page: Box<Page>,
    },
    /// To Read: this page cannot be read; others may.
    PageFailed {
        /// The file asked about.
        token: Token,
        /// The page asked for.
        page: u32,
        /// Why.
        failure: Failure,
    },
}

/// How a worker introduces itself, before it has seen any file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hello {
    /// [`VERSION`] of the worker.
    pub(crate) version: u32,
    /// The recognition engine and its version.
    pub(crate) engine: String,
    /// What stands around it.
    pub(crate) fence: Vec<FenceReport>,
}

#[cfg(test)]
mod tests {
    use super::{Reply, Request};
    use proptest::prelude::*;

    #[test]
    fn frames_read_as_written_down() {
        let json = r#"{"read":{"token":7,"page":3}}"#;
        let request: Request = serde_json::from_str(json).unwrap();
        assert!(matches!(request, Request::Read { token: 7, page: 3 }));
        assert_eq!(serde_json::to_string(&request).unwrap(), json);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            drop(serde_json::from_slice::<Reply>(&bytes));
        }
    }
}
