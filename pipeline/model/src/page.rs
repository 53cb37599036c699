//! A page as it was read: its measures, its words and how well they could be read.

use crate::{Place, RefusalReason, Sheet, Turn};
use serde::{Deserialize, Serialize};

/// One page of a submission, read.
///
/// Every [`Place`] is in pixels of the page as displayed in the original (its `/Rotate` applied)
/// at the page's own resolution; a page without an image uses a grid of 300 dots per inch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Counted from 1 in the submission.
    pub number: u32,
    /// Width as displayed, in pixels.
    pub width: u32,
    /// Height as displayed, in pixels.
    pub height: u32,
    /// Dots per inch across and down; a fax has two different ones.
    pub dpi: [u32; 2],
    /// The turn that makes the page as displayed stand upright.
    pub rotation: Turn,
    /// Degrees by which the upright page's lines run off the level, clockwise positive.
    pub skew: f64,
    /// What the page is.
    pub kind: PageKind,
    /// Where the words came from.
    pub source: TextSource,
    /// How well it can be read, and why not better.
    pub quality: Quality,
    /// The lines in reading order, a hyphen at a line's end kept.
    pub text: String,
    /// The words in reading order.
    pub words: Vec<Word>,
    /// Marks on it that are no words: patch codes, bar codes; and how it looks.
    #[serde(default, skip_serializing_if = "Sheet::is_empty")]
    pub sheet: Sheet,
    /// Why the page could not be read, where it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl Page {
    /// The page that stands in the record for one that could not be read.
    #[must_use]
    pub fn failed(number: u32, failure: Failure) -> Self {
        Self {
            number,
            width: 0,
            height: 0,
            dpi: [0, 0],
            rotation: Turn::None,
            skew: 0.0,
            kind: PageKind::Failed,
            source: TextSource::None,
            quality: Quality {
                verdict: Verdict::Unreadable,
                reasons: Vec::new(),
                score: None,
            },
            text: String::new(),
            words: Vec::new(),
            sheet: Sheet::default(),
            failure: Some(failure),
        }
    }
}

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageKind {
    /// It carries text.
    Text,
    /// It carries nothing that could be read: an empty back.
    Blank,
    /// It separates documents and belongs to none.
    Separator,
    /// It could not be read; see [`Page::failure`].
    Failed,
}

/// Where a page's words came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextSource {
    /// Recognised from the page's image.
    Ocr,
    /// The visible text of a page that was never scanned.
    TextLayer,
    /// There are none.
    None,
}

/// One word, and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// As read; never repaired in place.
    pub text: String,
    /// Its rectangle on the page as displayed.
    pub place: Place,
    /// 0 to 1; 1 for a text layer.
    pub confidence: f64,
    /// The line of [`Page::text`] it stands in, counted from 0.
    pub line: u32,
    /// The region (column, cell, paragraph) its line belongs to, counted from 0 in reading order.
    pub block: u32,
    /// Other readings of the same ink, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<String>,
}

/// How well a page can be read, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quality {
    /// The verdict the station gets.
    pub verdict: Verdict,
    /// What is wrong, worst first.
    pub reasons: Vec<QualityReason>,
    /// How many of a hundred words are expected to have been read right; none where no word was
    /// recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
}

/// The verdict on a page's quality.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Reads as it should.
    #[default]
    Good,
    /// Words may be wrong or missing: look, or scan again.
    Poor,
    /// Scan again.
    Unreadable,
}

/// What is wrong with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QualityReason {
    /// Text is too small in pixels to be read well.
    LowResolution,
    /// Ink hardly differs from paper.
    LowContrast,
    /// Specks that look like ink.
    Noise,
    /// Lines run off the level.
    Skew,
    /// Text runs into the edge of the image.
    CutEdge,
    /// A corner or a part of the sheet seems folded over.
    Folded,
    /// It is longer than the sheets around it: two may have been drawn in one over the other.
    DoubleFed,
    /// The other side shines through.
    ShowThrough,
    /// Strokes are washed out.
    Blur,
    /// There is ink where no word was read: handwriting, a stamp, a picture, or a loss.
    InkWithoutWords,
    /// Coloured ink lies over text.
    InkOverText,
    /// Words were read with little confidence.
    LowConfidence,
    /// Reading stopped at its time limit; what was read until then is kept.
    Deadline,
    /// Hidden text behind the image differs from what is seen.
    HiddenTextDiffers,
}

/// Why a page could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind of trouble.
    #[serde(default = "damaged")]
    pub reason: RefusalReason,
    /// In words, without the document's text.
    pub message: String,
    /// What a person can do.
    pub remedy: String,
}

/// What pages failed for before they said so.
const fn damaged() -> RefusalReason {
    RefusalReason::Damaged
}

impl Failure {
    /// A failure with the reason's own remedy.
    pub fn new(reason: RefusalReason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
            remedy: reason.remedy().to_owned(),
        }
    }

    /// The same failure with a better remedy.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }
}
