//! Small documents and an index of them in a folder that goes away with the test.

use jiff::Timestamp;
use model::{
    DocumentId, DocumentType, Evidence, Field, FieldStatus, FieldValue, Language, Place,
    SubmissionId, Value,
};
use search::{Entry, Index, OtherReading, PageText, State, Writer};
use std::collections::BTreeMap;
use tempfile::TempDir;

/// A document to be found.
#[derive(Clone)]
pub(crate) struct Paper {
    pub(crate) number: u32,
    pub(crate) kind: &'static str,
    pub(crate) kind_title: &'static str,
    pub(crate) branch: &'static str,
    pub(crate) language: Language,
    pub(crate) state: State,
    pub(crate) fields: Vec<(&'static str, &'static str)>,
    pub(crate) pages: Vec<String>,
    /// Words of the first page and what else they may be, in order.
    pub(crate) readings: Vec<(&'static str, &'static str)>,
}

impl Paper {
    pub(crate) fn new(number: u32, pages: &[&str]) -> Self {
        Self {
            number,
            kind: "loan_agreement",
            kind_title: "umowa pożyczki",
            branch: "Kraków 3",
            language: Language::Pl,
            state: State::Done,
            fields: Vec::new(),
            pages: pages.iter().map(|&page| page.to_owned()).collect(),
            readings: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.fields.push((name, value));
        self
    }

    fn page<'a>(&self, number: u32, text: &'a str) -> PageText<'a> {
        let readings = self.readings.iter();
        let readings = readings.filter_map(|(read, other)| {
            Some(OtherReading {
                at: text.find(read)?,
                text: (*other).to_owned(),
            })
        });
        PageText {
            readings: readings.collect(),
            ..PageText::new(number, text)
        }
    }

    pub(crate) fn put(&self, writer: &mut Writer) {
        let kind = DocumentType::parse(self.kind).unwrap();
        let fields: BTreeMap<String, Field> = self
            .fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Field::One(field_value(value))))
            .collect();
        let title = format!("{} {}", self.kind_title, self.number);
        let entry = Entry {
            id: id(self.number),
            kind: &kind,
            kind_titles: vec![self.kind_title],
            title: &title,
            station: "skaner-1",
            branch: Some(self.branch),
            class: Some("credit"),
            received_at: Timestamp::from_second(1_700_000_000 + i64::from(self.number)).unwrap(),
            language: self.language,
            states: vec![self.state],
            fields: &fields,
            pages: (1..)
                .zip(&self.pages)
                .map(|(number, text)| self.page(number, text))
                .collect(),
        };
        writer.put(&entry).unwrap();
    }
}

fn field_value(value: &str) -> FieldValue {
    FieldValue {
        value: Value::Text(value.to_owned()),
        text: value.to_owned(),
        page: 1,
        place: Place::new(0, 0, 1, 1),
        confidence: 1.0,
        status: FieldStatus::Accepted,
        repaired: false,
        evidence: None::<Evidence>,
    }
}

pub(crate) fn id(number: u32) -> DocumentId {
    SubmissionId::from_parts(1_700_000_000_000, u128::from(number)).document(1)
}

/// An index of the papers, in a folder of its own.
pub(crate) fn index_of(papers: &[Paper]) -> (TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open(dir.path()).unwrap();
    let mut writer = index.writer().unwrap();
    for paper in papers {
        paper.put(&mut writer);
    }
    writer.commit(1).unwrap();
    writer.close().unwrap();
    (dir, index)
}
