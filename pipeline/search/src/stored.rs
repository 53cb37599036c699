//! What is kept of a document for showing it in a list: title, type and the pages' text.

use crate::entry::{Entry, PageText};
use model::{DocumentId, DocumentType, Language};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A document's body in the text store. It lives no longer than the index, whose version covers it.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredText<'a> {
    pub(crate) id: DocumentId,
    pub(crate) kind: DocumentType,
    pub(crate) title: Cow<'a, str>,
    pub(crate) language: Language,
    pub(crate) pages: Vec<PageText<'a>>,
}

impl<'a> StoredText<'a> {
    pub(crate) fn of(entry: &'a Entry<'_>) -> Self {
        let page = |page: &'a PageText<'_>| PageText {
            number: page.number,
            text: Cow::Borrowed(&*page.text),
        };
        Self {
            id: entry.id,
            kind: entry.kind.clone(),
            title: Cow::Borrowed(entry.title),
            language: entry.language,
            pages: entry.pages.iter().map(page).collect(),
        }
    }
}

pub(crate) fn pack(text: &StoredText<'_>) -> Vec<u8> {
    serde_json::to_vec(text).expect("text and numbers are JSON")
}

pub(crate) fn unpack(bytes: &[u8]) -> Option<StoredText<'static>> {
    serde_json::from_slice(bytes).ok()
}
