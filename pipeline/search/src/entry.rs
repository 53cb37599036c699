//! A document as the index takes it.

use crate::query::State;
use jiff::Timestamp;
use model::{DocumentId, DocumentType, Field, Language};
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
    /// What a list of results calls the document.
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
}
