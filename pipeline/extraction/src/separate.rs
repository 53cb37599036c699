//! Where one document ends and the next begins in a file.
//!
//! Conservative: pages are parted only before a page that opens with a type's title in standing-out
//! letters *and* says that it is page 1, or after a separator. A split too few is a finding for a
//! person; a split too many tears an agreement.

use crate::label::Terms;
use crate::layout::Flow;
use crate::recognise::{Borrower, prominence, recognise};
use crate::schema::Schemas;
use model::{DocumentType, Page, PageKind};
use regex::Regex;
use std::sync::LazyLock;

/// The page numbers of each document, in order. Separators belong to none; a file without any text
/// is one document of all its pages.
#[must_use]
pub fn separate(pages: &[Page], schemas: &Schemas) -> Vec<Vec<u32>> {
    let mut documents: Vec<Vec<u32>> = Vec::new();
    let mut open = false;
    let mut text_before = false;
    for page in pages {
        if page.kind == PageKind::Separator {
            open = false;
            continue;
        }
        if !open || (text_before && page.kind == PageKind::Text && opens(page, schemas)) {
            documents.push(Vec::new());
            text_before = false;
            open = true;
        }
        text_before |= page.kind == PageKind::Text;
        if let Some(document) = documents.last_mut() {
            document.push(page.number);
        }
    }
    documents
}

/// Whether a page clearly opens a document: a title in standing-out letters and „strona 1”.
fn opens(page: &Page, schemas: &Schemas) -> bool {
    static FIRST: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(?:strona|str\.?|page)\s*:?\s*1\s*(?:z|/|of|\b)")
            .expect("a pattern in the source is sound")
    });
    let flow = Flow::of(&[page]);
    if !FIRST.is_match(&flow.folded) {
        return false;
    }
    let terms = Terms::of(&flow);
    let (kind, confidence) = recognise(&flow, &terms, schemas, Borrower::Unknown);
    let titles: Vec<_> = schemas.types[kind]
        .titles
        .iter()
        .map(|(phrase, _)| phrase)
        .collect();
    let titled = terms
        .find(&titles)
        .iter()
        .any(|f| prominence(&flow, f.span.start) > 0.8);
    schemas.types[kind].kind != DocumentType::other() && confidence > 0.9 && titled
}
