//! What parent and worker say to each other: one JSON value a frame, a request then its reply.
//!
//! The first request is [`Request::Start`], answered by [`Reply::Ready`] once the reader is warm
//! and the fence stands. [`Request::Inspect`] carries the file's read-only descriptor beside its
//! frame; the worker keeps that one file open until the next. New requests are new variants and a
//! new [`VERSION`]; nothing here decides what a reply is worth (that is `check`).

use crate::FenceReport;
use model::{Area, Bitmap, Failure, Limits, Note, Page, Pixels, Place, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The version of the protocol. Parent and worker are one program, but an upgrade may replace the
/// file while the parent runs.
pub(crate) const VERSION: u32 = 5;

/// Longest frame in bytes: a page of [`crate::check::MAX_WORDS`] words takes about 5 MB.
pub(crate) const MAX_FRAME: usize = 8 << 20;

/// Widest page that can be asked for to look at, in pixels: a 4K screen's width.
pub(crate) const MAX_VIEW_WIDTH: u32 = 4_096;

/// Most pixels of a page to look at: A4 in the greatest width has 24 million.
pub(crate) const MAX_VIEW_PIXELS: u64 = 32_000_000;

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
        /// Which of [`Start::languages`] it is read in, counted from 0.
        languages: usize,
    },
    /// Read one page of the open file.
    Read {
        /// The open file.
        token: Token,
        /// Counted from 1.
        page: u32,
    },
    /// Give one page of the open file to look at.
    View {
        /// The open file.
        token: Token,
        /// Counted from 1.
        page: u32,
        /// Most columns it may have; at most [`MAX_VIEW_WIDTH`].
        width: u32,
    },
    /// Read a rectangle of one page of the open file again, by itself.
    Reread {
        /// The open file.
        token: Token,
        /// Counted from 1.
        page: u32,
        /// In pixels of the page as displayed.
        place: Place,
    },
    /// Make a file of the open one.
    Derive {
        /// The open file.
        token: Token,
        /// Which file.
        derivative: Derivative,
    },
    /// Make a copy of the open file on which places are black and nothing lies beneath.
    Redact {
        /// The open file.
        token: Token,
        /// The places.
        areas: Vec<Area>,
    },
}

/// A file that can be made of a file. What else can be made is another variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Derivative {
    /// Some pages as a file of the same kind, nothing decoded or encoded again, nothing of other
    /// pages in it: a document's own master out of a batch.
    Master {
        /// Counted from 1, in the order they shall have.
        pages: Vec<u32>,
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
    /// The languages to read, each as `pol+eng`; a file says which.
    pub(crate) languages: Vec<String>,
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
        /// What an index in it says, by name.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        said: BTreeMap<String, String>,
    },
    /// To Inspect: it is refused.
    Refused {
        /// The file asked about.
        token: Token,
        /// Why.
        refusal: Refusal,
    },
    /// To View: the image's measures. Its samples follow as they are, row by row, in frames of
    /// at most [`MAX_FRAME`] bytes: nobody has to decode what a worker sends.
    View {
        /// The file asked about.
        token: Token,
        /// The page asked for.
        page: u32,
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// What a sample is.
        colours: Colours,
    },
    /// To Derive and Redact: the file's measures. Its bytes follow as they are, in frames of at
    /// most [`MAX_FRAME`] bytes.
    Made {
        /// The file asked about.
        token: Token,
        /// What it is.
        media_type: String,
        /// How many pages it has.
        pages: u32,
        /// How many bytes follow.
        bytes: u64,
    },
    /// To Derive and Redact: it cannot be made.
    NotMade {
        /// The file asked about.
        token: Token,
        /// Why.
        failure: Failure,
    },
    /// To Read: the page. To Reread: the page with only the words of the rectangle.
    Page {
        /// The file asked about.
        token: Token,
        /// What was read.
        page: Box<Page>,
    },
    /// To Read, View and Reread: this page cannot be read; others may.
    PageFailed {
        /// The file asked about.
        token: Token,
        /// The page asked for.
        page: u32,
        /// Why.
        failure: Failure,
    },
}

/// What the samples of an image are, as in [`Pixels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Colours {
    /// One bit a pixel, 1 for black.
    Bilevel,
    /// One byte a pixel.
    Gray,
    /// Three bytes a pixel.
    Rgb,
}

impl Colours {
    /// Those of an image.
    pub(crate) const fn of(image: &Bitmap) -> Self {
        match image.pixels() {
            Pixels::Bilevel(_) => Self::Bilevel,
            Pixels::Gray(_) => Self::Gray,
            Pixels::Rgb(_) => Self::Rgb,
        }
    }

    /// Bytes of an image of that size.
    pub(crate) fn bytes(self, width: u32, height: u32) -> usize {
        let row = match self {
            Self::Bilevel => (width as usize).div_ceil(8),
            Self::Gray => width as usize,
            Self::Rgb => (width as usize).saturating_mul(3),
        };
        row.saturating_mul(height as usize)
    }

    /// Samples as pixels.
    pub(crate) const fn pixels(self, samples: Vec<u8>) -> Pixels {
        match self {
            Self::Bilevel => Pixels::Bilevel(samples),
            Self::Gray => Pixels::Gray(samples),
            Self::Rgb => Pixels::Rgb(samples),
        }
    }
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
