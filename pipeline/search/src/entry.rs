//! A document as the index takes it.

use crate::query::State;
use jiff::Timestamp;
use model::{DocumentId, DocumentType, Field, Language, Page};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One document to be found, with all its text: the index keeps no page apart, so that words of
/// different pages meet in one query.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Whose entry it is; a second entry of the same document replaces the first.
    pub id: DocumentId,
    /// Its type.
    pub kind: &'a DocumentType,
    /// The type's names for people, in every language: what `typ:` is compared with.
    pub kind_titles: Vec<&'a str>,
    /// What a list of results calls the document, but for its number and party, which come from the
    /// fields.
    pub title: &'a str,
    /// The station that scanned it.
    pub station: &'a str,
    /// The branch that keeps its credit file.
    pub branch: Option<&'a str>,
    /// The retention class.
    pub class: Option<&'a str>,
    /// When it was received.
    pub received_at: Timestamp,
    /// The language it is written in.
    pub language: Language,
    /// The states it is in.
    pub states: Vec<State>,
    /// Its fields by name.
    pub fields: &'a BTreeMap<String, Field>,
    /// Its pages, in order.
    pub pages: Vec<PageText<'a>>,
}

/// The text of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageText<'a> {
    /// The page's number in the submission, from 1.
    pub number: u32,
    /// Its lines in reading order, a hyphen at a line's end kept.
    pub text: std::borrow::Cow<'a, str>,
    /// Other readings of some of its words, in the words' order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<OtherReading>,
}

/// What a word may be instead of what was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherReading {
    /// The byte of the page's text at which the word begins.
    pub at: usize,
    /// The other reading.
    pub text: String,
}

/// Other readings of one page that are kept: the best of each word come first.
const MAX_READINGS: usize = 2_000;

impl<'a> PageText<'a> {
    /// A page's text without other readings.
    #[must_use]
    pub fn new(number: u32, text: &'a str) -> Self {
        Self {
            number,
            text: text.into(),
            readings: Vec::new(),
        }
    }

    /// The text of a page as it was read, with the other readings of its words.
    #[must_use]
    pub fn of(page: &'a Page) -> Self {
        let mut readings = Vec::new();
        let mut at = 0;
        for word in &page.words {
            let Some(start) = page.text[at..].find(word.text.as_str()).map(|n| at + n) else {
                continue;
            };
            at = start + word.text.len();
            readings.extend(word.alternatives.iter().map(|text| OtherReading {
                at: start,
                text: text.clone(),
            }));
        }
        readings.truncate(MAX_READINGS);
        Self {
            readings,
            ..Self::new(page.number, &page.text)
        }
    }
}
