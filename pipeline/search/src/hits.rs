//! From a found document to what a list shows of it: marks, snippet, pages.

use crate::analysis::{Analyzer, Reading, tokens};
use crate::document::reading;
use crate::error::SearchError;
use crate::search::{Found, Hit, PageMarks, Search};
use crate::snippet::{snippet, variety};
use crate::sought::{Mark, Marker, Sought};
use crate::stored::{StoredText, Summary, unpack};
use crate::texts::Pointer;
use model::{DocumentId, DocumentType};
use tantivy::schema::Value as _;
use tantivy::{DocAddress, TantivyDocument, TantivyError};

impl Search<'_> {
    /// What is shown of found documents.
    pub(crate) fn hits(&self, found: &[Found], sought: &Sought) -> Result<Vec<Hit>, SearchError> {
        self.index.with_analyzer(|analyzer| {
            let mut polish = Marker::new(sought, Reading::Polish);
            let mut english = Marker::new(sought, Reading::English);
            let hits = found.iter().map(|found| {
                let Some(stored) = self.text(found.at)? else {
                    return self.bare_hit(found);
                };
                let marker = match reading(stored.language) {
                    Reading::English => &mut english,
                    Reading::Polish | Reading::Query => &mut polish,
                };
                Ok(hit(stored, marker, analyzer, found.score))
            });
            hits.collect()
        })
    }

    /// How a word without accents is spelt in a document; none where the document's text is gone.
    pub(crate) fn spelling(
        &self,
        at: DocAddress,
        word: &str,
    ) -> Result<Option<String>, SearchError> {
        let Some(stored) = self.text(at)? else {
            return Ok(None);
        };
        let pages = stored.pages.iter();
        let spelt = pages.flat_map(|page| tokens(&page.text)).map(|t| t.word);
        let mut spelt = spelt.filter(|spelt| crate::analysis::fold(spelt) == word);
        Ok(spelt.next().map(std::borrow::Cow::into_owned))
    }

    fn text(&self, at: DocAddress) -> Result<Option<StoredText<'static>>, SearchError> {
        let segment = self.searcher.segment_reader(at.segment_ord);
        let text_at = segment.fast_fields().u64("text_at")?.first(at.doc_id);
        let bytes = text_at.and_then(|at| self.generation.texts.read(Pointer(at)));
        Ok(bytes.as_deref().and_then(unpack))
    }

    /// A hit whose text is gone (purged a moment ago, or damaged): it is still found, and shown by
    /// what the index itself knows.
    fn bare_hit(&self, found: &Found) -> Result<Hit, SearchError> {
        tracing::warn!("a found document's text cannot be read: shown without a snippet");
        let document: TantivyDocument = self.searcher.doc(found.at)?;
        let id = document.get_first(self.generation.fields.id);
        let id = id.and_then(|id| id.as_str()).unwrap_or_default();
        let broken = |what: String| SearchError::NeedsRebuild {
            dir: self.generation.dir.clone(),
            reason: what,
        };
        let id = DocumentId::parse(id).map_err(|error| broken(error.to_string()))?;
        let segment = self.searcher.segment_reader(found.at.segment_ord);
        let mut kind = String::new();
        if let Some(column) = segment.fast_fields().str("kind")?
            && let Some(ordinal) = column.ords().first(found.at.doc_id)
        {
            let named = column.ord_to_str(ordinal, &mut kind);
            named.map_err(TantivyError::from)?;
        }
        Ok(Hit {
            id,
            kind: DocumentType::parse(&kind).map_err(|error| broken(error.to_string()))?,
            title: String::new(),
            score: found.score,
            snippet: String::new(),
            pages: Vec::new(),
            fields: Summary::default(),
            station: String::new(),
            branch: None,
            marks: Vec::new(),
        })
    }
}

fn hit(
    stored: StoredText<'_>,
    marker: &mut Marker<'_>,
    analyzer: &mut Analyzer,
    score: f32,
) -> Hit {
    let marks = stored.pages.iter().map(|page| marker.marks(page, analyzer));
    let marks: Vec<Vec<Mark>> = marks.collect();
    let pages = || stored.pages.iter().zip(&marks);
    let best = pages().max_by_key(|(page, marks)| {
        let empty = page.text.trim().is_empty();
        (
            variety(&page.text, marks),
            !empty,
            std::cmp::Reverse(page.number),
        )
    });
    let with_hits: Vec<PageMarks> = pages()
        .filter(|(_, marks)| !marks.is_empty())
        .map(|(page, marks)| PageMarks {
            page: page.number,
            ranges: marks.iter().map(|mark| mark.range.clone()).collect(),
        })
        .collect();
    Hit {
        id: stored.id,
        snippet: best.map_or_else(String::new, |(page, marks)| snippet(&page.text, marks)),
        pages: with_hits.iter().map(|marks| marks.page).collect(),
        marks: with_hits,
        kind: stored.kind,
        title: stored.summary.title(&stored.title),
        fields: stored.summary,
        station: stored.station.into_owned(),
        branch: stored.branch.map(std::borrow::Cow::into_owned),
        score,
    }
}
