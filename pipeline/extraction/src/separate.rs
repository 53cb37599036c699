//! Where one document ends and the next begins in a batch, and what separator sheets say of them.
//!
//! Conservative: without a sheet, pages are parted only before a page that opens with a type's
//! title in standing-out letters *and* says that it is page 1. A split too few is a finding for a
//! person; a split too many tears an agreement. A sheet that cannot be read well still parts, and
//! both neighbours are told: two people's papers must never become one in silence.

use crate::label::Terms;
use crate::layout::Flow;
use crate::recognise::{Borrower, prominence, recognise};
use crate::schema::Schemas;
use model::{
    DocumentType, Finding, Mark, Page, PageKind, Patch, Severity, SheetValue, SheetValues,
};
use regex::Regex;
use std::sync::LazyLock;

/// Most words of a sheet that only separates.
const SHEET_WORDS: usize = 70;

/// How a station parts its batches, beside the patch codes and codes of ours that always do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Separation {
    /// Whether an empty sheet parts.
    pub blank: BlankSheets,
    /// Whether a page that clearly opens a document parts.
    pub titles: Titles,
    /// Beginnings of codes of other makes that part.
    pub codes: Vec<String>,
    /// How many pages a sheet of paper makes.
    pub sides: Sides,
}

/// What an empty sheet means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlankSheets {
    /// It is a page like any other.
    #[default]
    Keep,
    /// A document ends before it and another begins behind it.
    Part,
}

/// What a new first page means, recognised by its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Titles {
    /// A document begins with it.
    #[default]
    Part,
    /// Nothing: only sheets part.
    Ignore,
}

/// How many pages a sheet of paper makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sides {
    /// Its front.
    #[default]
    Front,
    /// Its front and its back.
    Both,
}

impl Default for Separation {
    fn default() -> Self {
        Self {
            blank: BlankSheets::Keep,
            titles: Titles::Part,
            codes: Vec::new(),
            sides: Sides::Front,
        }
    }
}

/// A batch parted into documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Separated {
    /// Its documents, in order.
    pub parts: Vec<Part>,
    /// Pages that only separate, in order.
    pub sheets: Vec<u32>,
}

/// The pages of one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Their numbers in the submission; at least one.
    pub pages: Vec<u32>,
    /// What the separator sheet before it says.
    pub values: SheetValues,
    /// What there is to say of how it was parted from its neighbours.
    pub findings: Vec<Finding>,
}

/// What a page means for the pages around it.
enum Cut {
    /// It is a page of the document at hand.
    None,
    /// A document begins with it.
    Before(Vec<Finding>),
    /// It separates and is of no document.
    Sheet(Sheet),
}

#[derive(Default)]
struct Sheet {
    kind: Kind,
    values: SheetValues,
    /// What is told to both neighbours.
    doubt: Option<Finding>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Document,
    Batch,
    /// An empty sheet, or the back of a sheet.
    Empty,
}

/// Parts the pages of a submission. Every page is in one part, or separates, or is an empty sheet
/// beside a separator; a file without any mark or text is one document of all its pages.
#[must_use]
pub fn separate(pages: &[Page], schemas: &Schemas, how: &Separation) -> Separated {
    let mut parting = Parting::default();
    for (index, page) in pages.iter().enumerate() {
        match cut(pages, index, &parting, schemas, how) {
            Cut::Sheet(sheet) => parting.end_at(sheet, page),
            Cut::Before(doubts) => {
                parting.begin(doubts);
                parting.take(page);
            }
            Cut::None => parting.take(page),
        }
    }
    parting.done
}

/// What is known while a batch is gone through.
#[derive(Default)]
struct Parting {
    done: Separated,
    /// Whether the last part goes on.
    open: bool,
    /// Whether the part that goes on has a page with text.
    text_before: bool,
    /// Whether the page before was a sheet that separates.
    after_sheet: bool,
    /// What sheets since the last document say of the next.
    values: SheetValues,
    /// What the last batch sheet says of every document.
    batch: SheetValues,
    /// What the next document is to be told.
    doubts: Vec<Finding>,
}

impl Parting {
    fn begin(&mut self, doubts: Vec<Finding>) {
        if let Some(before) = self.done.parts.last_mut().filter(|_| self.open) {
            before.findings.extend(doubts.iter().cloned());
        }
        self.doubts.extend(doubts);
        self.open = false;
    }

    fn take(&mut self, page: &Page) {
        if !self.open {
            let values = std::mem::take(&mut self.values).or(&self.batch);
            self.done.parts.push(Part {
                pages: Vec::new(),
                values,
                findings: std::mem::take(&mut self.doubts),
            });
            (self.open, self.text_before) = (true, false);
        }
        self.text_before |= page.kind == PageKind::Text;
        self.after_sheet = false;
        if let Some(part) = self.done.parts.last_mut() {
            part.pages.push(page.number);
        }
    }

    fn end_at(&mut self, sheet: Sheet, page: &Page) {
        if let Some(doubt) = sheet.doubt {
            if let Some(before) = self.done.parts.last_mut() {
                before.findings.push(doubt.clone());
            }
            self.doubts.push(doubt);
        }
        match sheet.kind {
            Kind::Document => self.values = sheet.values.or(&std::mem::take(&mut self.values)),
            Kind::Batch => (self.batch, self.values) = (sheet.values, SheetValues::default()),
            Kind::Empty => {}
        }
        if sheet.kind != Kind::Empty {
            self.done.sheets.push(page.number);
        }
        (self.open, self.after_sheet) = (false, true);
    }
}

fn cut(
    pages: &[Page],
    index: usize,
    parting: &Parting,
    schemas: &Schemas,
    how: &Separation,
) -> Cut {
    let page = &pages[index];
    match page.kind {
        PageKind::Failed => return Cut::None,
        PageKind::Blank if parting.after_sheet => {
            // The back of a separator, or one more empty sheet.
            return Cut::Sheet(Sheet {
                kind: Kind::Empty,
                ..Sheet::default()
            });
        }
        PageKind::Blank if how.blank == BlankSheets::Part && is_empty_sheet(pages, index, how) => {
            return Cut::Sheet(Sheet {
                kind: Kind::Empty,
                ..Sheet::default()
            });
        }
        PageKind::Blank | PageKind::Text | PageKind::Separator => {}
    }
    let marked =
        page.sheet.patch.is_some() || page.sheet.codes.iter().any(|code| parts(&code.text, how));
    let few_words = page.words.len() <= SHEET_WORDS;
    if page.kind == PageKind::Separator || (marked && few_words) {
        return Cut::Sheet(sheet(page, schemas));
    }
    if marked {
        return Cut::Before(Vec::new());
    }
    let unclear = |mark| page.sheet.unclear.contains(&mark);
    if few_words && !page.sheet.unclear.is_empty() {
        let doubt = doubt(page, "its bars could not be read");
        return Cut::Sheet(Sheet {
            doubt: Some(doubt),
            ..Sheet::default()
        });
    }
    if unclear(Mark::Patch) {
        return Cut::Before(vec![doubt(page, "its patch code could not be read")]);
    }
    let titled = how.titles == Titles::Part && page.kind == PageKind::Text;
    if titled && parting.text_before && opens(page, schemas) {
        return Cut::Before(Vec::new());
    }
    Cut::None
}

/// Whether a code parts documents at this station: ours always does.
fn parts(code: &str, how: &Separation) -> bool {
    let other = |prefix: &String| !prefix.is_empty() && code.starts_with(prefix.as_str());
    SheetValues::parse(code).is_some() || how.codes.iter().any(other)
}

/// Whether an empty page is an empty sheet: with both sides scanned, its other side is empty too.
fn is_empty_sheet(pages: &[Page], index: usize, how: &Separation) -> bool {
    let blank = |index: usize| pages.get(index).is_some_and(|p| p.kind == PageKind::Blank);
    match how.sides {
        Sides::Front => true,
        // Fronts have odd numbers, which count from 1.
        Sides::Both => blank(index ^ 1),
    }
}

fn sheet(page: &Page, schemas: &Schemas) -> Sheet {
    let mut sheet = Sheet {
        kind: match page.sheet.patch {
            Some(Patch::Three) => Kind::Batch,
            Some(Patch::T | Patch::Two) | None => Kind::Document,
        },
        ..Sheet::default()
    };
    for code in &page.sheet.codes {
        match SheetValues::parse(&code.text) {
            // The same values often stand on a sheet twice, as bars and as a square.
            Some(Ok(values)) => sheet.values = sheet.values.or(&values),
            Some(Err(error)) => sheet.doubt = Some(doubt(page, &error.to_string())),
            None => {}
        }
    }
    if !page.sheet.unclear.is_empty() && sheet.values == SheetValues::default() {
        sheet.doubt = Some(doubt(page, "a code on it could not be read"));
    }
    if let Some(kind) = sheet.values.get(SheetValue::Type)
        && !schemas.types().any(|known| known.as_str() == kind)
    {
        sheet.doubt = Some(doubt(page, &format!("there is no document type `{kind}`")));
    }
    sheet
}

/// What both neighbours of a sheet are told.
fn doubt(page: &Page, why: &str) -> Finding {
    Finding {
        rule: "separator_unclear".into(),
        severity: Severity::Warning,
        message: format!(
            "page {} of the batch looks like a separator, but {why}: check that the documents \
             before and behind it are whole, and no more than one each",
            page.number
        ),
        fields: Vec::new(),
        page: None,
        place: None,
    }
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

#[cfg(test)]
mod tests;
