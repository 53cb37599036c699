//! Searching: a query in, found documents with their marks out.

use crate::compile::{Compiled, Compiler};
use crate::document::reading;
use crate::error::SearchError;
use crate::facets::{FacetCounter, Facets};
use crate::fuzzy::Expansions;
use crate::index::{Generation, Index};
use crate::query::{Node, Query};
use crate::snippet::{snippet, variety};
use crate::sought::{Mark, Sought};
use crate::stored::{StoredText, Summary, unpack};
use crate::texts::Pointer;
use model::{DocumentId, DocumentType};
use serde::Serialize;
use std::collections::BTreeSet;
use std::ops::Range;
use tantivy::collector::sort_key::{SortBySimilarityScore, SortByStaticFastValue};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, Query as EngineQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{IndexRecordOption, Value as _};
use tantivy::{DocAddress, Order, Searcher, TantivyDocument, TantivyError, Term};

/// Fewer hits than this leave a list of results half empty, and words near those typed are tried
/// too; what they find stands behind what was found exactly.
const FEW: usize = 10;
/// From this many hits on nothing else was meant, and none is suggested.
const SURE: usize = 3;
/// What puts a hit that was found exactly in front of all that are only near.
const EXACT_SCORE: f32 = 1_000.0;
/// The most hits one page of results may have.
pub const MAX_LIMIT: usize = 1_000;
/// The most hits that can be leafed through: beyond, a query has to say more.
pub const MAX_OFFSET: usize = 100_000;

/// Which documents a person may find at all: part of the query, never applied after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Every document.
    #[default]
    All,
    /// Documents of these branches only; those without a branch are not among them.
    Branches(BTreeSet<String>),
}

/// The order of the hits. Equal ones stand newest first, and always in the same order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best first; newest first where the query names no words.
    #[default]
    Relevance,
    /// Received last, first.
    Newest,
    /// By the agreement's date, latest first; documents without one last.
    AgreementDate,
    /// By the amount of the credit, largest first; documents without one last.
    Amount,
}

/// A search.
#[derive(Clone, Debug)]
pub struct Request<'r> {
    /// What is looked for.
    pub query: &'r Query,
    /// The query as typed, for suggesting another; may be empty.
    pub typed: &'r str,
    /// Which documents may be found.
    pub access: Access,
    /// The order.
    pub sort: Sort,
    /// How many hits, up to [`MAX_LIMIT`].
    pub limit: usize,
    /// How many hits to leave out in front, up to [`MAX_OFFSET`].
    pub offset: usize,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    /// How many documents there are in all.
    pub total: usize,
    /// The hits asked for.
    pub hits: Vec<Hit>,
    /// All found documents, counted.
    #[serde(skip)]
    pub facets: Facets,
    /// Whether words near those typed were searched for, as there was little else.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub widened: bool,
    /// The query as it may have been meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// A found document.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// Its identity.
    pub id: DocumentId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: DocumentType,
    /// What it is called: its type, number and borrower.
    pub title: String,
    /// How well it fits; 0 where no words were looked for.
    pub score: f32,
    /// A few words around the hits: HTML, escaped, the hits in `<mark>`.
    pub snippet: String,
    /// The pages with a hit.
    pub pages: Vec<u32>,
    /// The fields by which people tell it from others.
    pub fields: Summary,
    /// The station that scanned it.
    #[serde(skip)]
    pub station: String,
    /// The branch that keeps its credit file.
    #[serde(skip)]
    pub branch: Option<String>,
    /// The hits on those pages.
    #[serde(skip)]
    pub marks: Vec<PageMarks>,
}

/// The hits on one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageMarks {
    /// The page's number.
    pub page: u32,
    /// The hits, as bytes of the page's text; [`crate::places`] says where they stand.
    pub ranges: Vec<Range<usize>>,
}

/// An engine's hit.
struct Found {
    at: DocAddress,
    score: f32,
}

impl Index {
    /// Finds documents, best first.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn search(
        &self,
        query: &Query,
        limit: usize,
        offset: usize,
    ) -> Result<Results, SearchError> {
        self.find(&Request {
            query,
            typed: "",
            access: Access::All,
            sort: Sort::Relevance,
            limit,
            offset,
        })
    }

    /// Finds documents.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&self, request: &Request<'_>) -> Result<Results, SearchError> {
        self.follow()?;
        let generation = self.generation();
        let searcher = generation.reader.searcher();
        let search = Search {
            index: self,
            generation: &generation,
            searcher: &searcher,
            request,
        };
        let plain = search.run(&Expansions::default())?;
        if plain.total >= FEW {
            return Ok(plain);
        }
        let root = &request.query.root;
        let expansions = Expansions::find(root, &generation.fields, &searcher)?;
        if expansions.is_empty() {
            return Ok(plain);
        }
        let widened = search.run(&expansions)?;
        let suggestion = match plain.total {
            0..SURE => expansions.suggestion(request.typed),
            _ => None,
        };
        let mut results = if widened.total > plain.total {
            Results {
                widened: true,
                ..widened
            }
        } else {
            plain
        };
        results.suggestion = suggestion;
        Ok(results)
    }
}

/// One search on one state of the index.
pub(crate) struct Search<'s> {
    pub(crate) index: &'s Index,
    pub(crate) generation: &'s Generation,
    pub(crate) searcher: &'s Searcher,
    pub(crate) request: &'s Request<'s>,
}

impl Search<'_> {
    fn run(&self, expansions: &Expansions) -> Result<Results, SearchError> {
        let fields = &self.generation.fields;
        let Compiled { query, sought } = self.index.with_analyzer(|analyzer| {
            Compiler::new(fields, analyzer, expansions).compile(&self.request.query.root)
        });
        let query = match expansions.is_empty() {
            true => query,
            false => self.exact_first(query),
        };
        let sort = match self.request.sort {
            Sort::Relevance if !scores(&self.request.query.root) => Sort::Newest,
            sort => sort,
        };
        self.results(query, &sought, sort)
    }

    /// A widened query that puts in front what the query finds as it was typed.
    fn exact_first(&self, widened: Box<dyn EngineQuery>) -> Box<dyn EngineQuery> {
        let fields = &self.generation.fields;
        let none = Expansions::default();
        let exact = self.index.with_analyzer(|analyzer| {
            Compiler::new(fields, analyzer, &none).compile(&self.request.query.root)
        });
        let exact = ConstScoreQuery::new(exact.query, EXACT_SCORE);
        Box::new(BooleanQuery::new(vec![
            (Occur::Must, widened),
            (Occur::Should, Box::new(exact)),
        ]))
    }

    /// The results of an engine's query.
    pub(crate) fn results(
        &self,
        query: Box<dyn EngineQuery>,
        sought: &Sought,
        sort: Sort,
    ) -> Result<Results, SearchError> {
        let query = self.within_access(query);
        let (found, total, facets) = self.collect(&*query, sort)?;
        let mut hits = Vec::with_capacity(found.len());
        for found in found {
            hits.push(self.hit(&found, sought)?);
        }
        Ok(Results {
            total,
            hits,
            facets,
            widened: false,
            suggestion: None,
        })
    }

    fn within_access(&self, query: Box<dyn EngineQuery>) -> Box<dyn EngineQuery> {
        let branches = match &self.request.access {
            Access::All => return query,
            Access::Branches(branches) if branches.is_empty() => return Box::new(EmptyQuery),
            Access::Branches(branches) => branches,
        };
        let term = |branch: &String| Term::from_field_text(self.generation.fields.branch, branch);
        let allowed = TermSetQuery::new(branches.iter().map(term));
        let allowed = ConstScoreQuery::new(Box::new(allowed), 0.0);
        Box::new(BooleanQuery::intersection(vec![query, Box::new(allowed)]))
    }

    fn collect(
        &self,
        query: &dyn EngineQuery,
        sort: Sort,
    ) -> Result<(Vec<Found>, usize, Facets), SearchError> {
        let limit = self.request.limit.min(MAX_LIMIT);
        let top = TopDocs::with_limit(limit.max(1)).and_offset(self.request.offset.min(MAX_OFFSET));
        let received = || {
            (
                SortByStaticFastValue::<u64>::for_field("received"),
                Order::Desc,
            )
        };
        let tie = || (SortByStaticFastValue::<u64>::for_field("tie"), Order::Desc);
        let by = |field: &str| (SortByStaticFastValue::<u64>::for_field(field), Order::Desc);
        let unscored = |at: Vec<DocAddress>| {
            let found = at.into_iter().map(|at| Found { at, score: 0.0 });
            found.collect::<Vec<_>>()
        };
        let (found, total, facets) = match sort {
            Sort::Relevance => {
                let top = top.order_by((SortBySimilarityScore, received(), tie()));
                let (top, total, facets) =
                    self.searcher.search(query, &(top, Count, FacetCounter))?;
                let found = top
                    .into_iter()
                    .map(|((score, _, _), at)| Found { at, score });
                (found.collect(), total, facets)
            }
            Sort::Newest => {
                let top = top.order_by((received(), tie()));
                let (top, total, facets) =
                    self.searcher.search(query, &(top, Count, FacetCounter))?;
                (
                    unscored(top.into_iter().map(|(_, at)| at).collect()),
                    total,
                    facets,
                )
            }
            Sort::AgreementDate | Sort::Amount => {
                let field = if sort == Sort::Amount {
                    "amount"
                } else {
                    "date"
                };
                let top = top.order_by((by(field), received(), tie()));
                let (top, total, facets) =
                    self.searcher.search(query, &(top, Count, FacetCounter))?;
                (
                    unscored(top.into_iter().map(|(_, at)| at).collect()),
                    total,
                    facets,
                )
            }
        };
        let found = if limit == 0 { Vec::new() } else { found };
        Ok((found, total, facets))
    }

    fn hit(&self, found: &Found, sought: &Sought) -> Result<Hit, SearchError> {
        let segment = self.searcher.segment_reader(found.at.segment_ord);
        let text_at = segment.fast_fields().u64("text_at")?.first(found.at.doc_id);
        let bytes = text_at.and_then(|at| self.generation.texts.read(Pointer(at)));
        match bytes.as_deref().and_then(unpack) {
            Some(stored) => Ok(self.index.with_analyzer(|analyzer| {
                let reading = reading(stored.language);
                let marks: Vec<Vec<Mark>> = if sought.is_empty() {
                    vec![Vec::new(); stored.pages.len()]
                } else {
                    let pages = stored.pages.iter();
                    let marks = pages.map(|page| sought.marks(page, reading, analyzer));
                    marks.collect()
                };
                shown(stored, &marks, found.score)
            })),
            None => self.bare_hit(found),
        }
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

fn shown(stored: StoredText<'_>, marks: &[Vec<Mark>], score: f32) -> Hit {
    let pages = || stored.pages.iter().zip(marks);
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

/// Whether a query's hits differ in how well they fit.
fn scores(node: &Node) -> bool {
    match node {
        Node::Word(_) | Node::Number(_) | Node::Phrase(_) | Node::Name(_) | Node::Prefix(_) => true,
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(scores),
        _ => false,
    }
}

impl Index {
    /// Whether a document is in the index, as last committed.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn contains(&self, id: DocumentId) -> Result<bool, SearchError> {
        let generation = self.generation();
        let term = Term::from_field_text(generation.fields.id, &id.to_string());
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        Ok(generation.reader.searcher().search(&query, &Count)? > 0)
    }
}
