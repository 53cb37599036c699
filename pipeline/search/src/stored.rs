//! What is kept of a document for showing it in a list: title, type, a few fields and the pages'
//! text.

use crate::entry::{Entry, PageText};
use model::{DocumentId, DocumentType, Field, Language};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A document's body in the text store. It lives no longer than the index, whose version covers it.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredText<'a> {
    pub(crate) id: DocumentId,
    pub(crate) kind: DocumentType,
    pub(crate) title: Cow<'a, str>,
    pub(crate) language: Language,
    pub(crate) station: Cow<'a, str>,
    pub(crate) branch: Option<Cow<'a, str>>,
    #[serde(flatten)]
    pub(crate) summary: Summary,
    pub(crate) pages: Vec<PageText<'a>>,
}

impl<'a> StoredText<'a> {
    pub(crate) fn of(entry: &'a Entry<'_>) -> Self {
        let page = |page: &'a PageText<'_>| PageText {
            number: page.number,
            text: Cow::Borrowed(&*page.text),
            readings: page.readings.clone(),
        };
        Self {
            id: entry.id,
            kind: entry.kind.clone(),
            title: Cow::Borrowed(entry.title),
            language: entry.language,
            station: Cow::Borrowed(entry.station),
            branch: entry.branch.map(Cow::Borrowed),
            summary: Summary::of(entry.fields),
            pages: entry.pages.iter().map(page).collect(),
        }
    }
}

/// The fields by which people tell one document from another, as far as they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The agreement's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement_number: Option<String>,
    /// The agreement's date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement_date: Option<String>,
    /// The borrower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub borrower_name: Option<String>,
    /// The amount of the credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_amount: Option<String>,
    /// The amount's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

impl Summary {
    fn of(fields: &BTreeMap<String, Field>) -> Self {
        let first = |name: &str| Some(fields.get(name)?.values().first()?.value.to_string());
        Self {
            agreement_number: first("agreement_number"),
            agreement_date: first("agreement_date"),
            borrower_name: first("borrower_name"),
            credit_amount: first("credit_amount").or_else(|| first("total_credit_amount")),
            currency: first("currency"),
        }
    }

    /// What a list calls a document with these fields.
    pub(crate) fn title(&self, kind: &str) -> String {
        let mut title = kind.to_owned();
        if let Some(number) = &self.agreement_number {
            title.push_str(" nr ");
            title.push_str(number);
        }
        if let Some(name) = &self.borrower_name {
            title.push_str(", ");
            title.push_str(name);
        }
        title
    }
}

pub(crate) fn pack(text: &StoredText<'_>) -> Vec<u8> {
    serde_json::to_vec(text).expect("text and numbers are JSON")
}

pub(crate) fn unpack(bytes: &[u8]) -> Option<StoredText<'static>> {
    serde_json::from_slice(bytes).ok()
}
