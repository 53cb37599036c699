//! Searching: a query in, found documents with their marks out.

use crate::compile::{Compiled, Compiler, Needed};
use crate::error::SearchError;
use crate::facets::{FacetCounter, Facets};
use crate::fuzzy::{Expansions, Vocabulary, looks_misread};
use crate::index::{Generation, Index};
use crate::query::{Node, Query};
use crate::sought::Sought;
use crate::stored::Summary;
use model::{DocumentId, DocumentType};
use serde::Serialize;
use std::collections::BTreeSet;
use std::ops::Range;
use tantivy::collector::sort_key::{SortBySimilarityScore, SortByStaticFastValue};
use tantivy::collector::{Collector, Count, TopDocs};
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, EmptyQuery, EnableScoring, Occur, Query as EngineQuery,
    TermQuery, TermSetQuery,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Executor, Order, Searcher, Term};

/// Fewer hits than this leave a list of results half empty, and words near those typed are tried
/// too; what they find stands behind what was found exactly.
const FEW: usize = 10;
/// From this many hits on nothing else was meant, and none is suggested.
const SURE: usize = 3;
/// What puts a hit that was found exactly in front of all that are only near.
const EXACT_SCORE: f32 = 1_000.0;
/// From so many documents on, the segments of the index are searched at the same time.
const MANY: u64 = 200_000;
/// The most hits one page of results may have.
pub const MAX_LIMIT: usize = 1_000;
/// The most hits that can be leafed through: beyond, a query has to say more.
pub const MAX_OFFSET: usize = 100_000;

/// Which documents a person may find at all: part of the query, never applied after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Documents of these branches only, those without a branch not among them; of all when none is
    /// said.
    pub branches: Option<BTreeSet<String>>,
    /// Documents of these types only; of all when none is said.
    pub kinds: Option<BTreeSet<DocumentType>>,
}

impl Access {
    /// Every document.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Documents of those branches only.
    #[must_use]
    pub fn branches(branches: impl IntoIterator<Item = String>) -> Self {
        Self {
            branches: Some(branches.into_iter().collect()),
            kinds: None,
        }
    }
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
    /// Whether no document has all the words, and those that have most of them are shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub relaxed: bool,
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
pub(crate) struct Found {
    pub(crate) at: DocAddress,
    pub(crate) score: f32,
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
            access: Access::all(),
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
        search.forgivingly()
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
    /// Finds what was typed; and where that is little, what may have been meant.
    fn forgivingly(&self) -> Result<Results, SearchError> {
        let root = &self.request.query.root;
        let vocabulary = self.vocabulary();
        let plain = self.run(&Expansions::default(), Needed::All)?;
        if plain.total >= FEW {
            let misread = |analyzer: &mut _| looks_misread(root, analyzer, &vocabulary);
            if !self.index.with_analyzer(misread)? {
                return Ok(plain);
            }
        }
        let suggests = plain.total < SURE;
        let find = |analyzer: &mut _| Expansions::find(root, analyzer, &vocabulary);
        let expansions = self.index.with_analyzer(find)?;
        let mut results = plain;
        if !expansions.is_empty() {
            let widened = self.run(&expansions, Needed::All)?;
            if widened.total > results.total {
                results = widened;
                results.widened = true;
            }
        }
        if results.total == 0 && matches!(root, Node::And(_)) {
            let most = self.run(&expansions, Needed::Most)?;
            if most.total > 0 {
                results = most;
                results.relaxed = true;
            }
        }
        if suggests {
            results.suggestion = self.suggestion(&expansions)?;
        }
        Ok(results)
    }

    /// The query as it may have been meant, spelt as in a document that may be found.
    fn suggestion(&self, expansions: &Expansions) -> Result<Option<String>, SearchError> {
        let mut trouble = None;
        let suggestion = expansions.suggestion(self.request.typed, |word| {
            self.spelt(word).unwrap_or_else(|error| {
                trouble = Some(error);
                None
            })
        });
        trouble.map_or(Ok(suggestion), Err)
    }

    fn spelt(&self, word: &str) -> Result<Option<String>, SearchError> {
        let term = Term::from_field_text(self.generation.fields.literal, word);
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        let query = self.within_access(Box::new(query));
        let newest = TopDocs::with_limit(1).order_by_fast_field::<u64>("received", Order::Desc);
        match self.searcher.search(&*query, &newest)?.first() {
            Some((_, at)) => self.spelling(*at, word),
            None => Ok(None),
        }
    }

    const fn vocabulary(&self) -> Vocabulary<'_> {
        Vocabulary {
            fields: &self.generation.fields,
            searcher: self.searcher,
        }
    }

    fn compiled(&self, expansions: &Expansions, needed: Needed) -> Result<Compiled, SearchError> {
        self.index.with_analyzer(|analyzer| {
            let vocabulary = self.vocabulary();
            let compiler = Compiler::new(&vocabulary, analyzer, expansions, needed);
            compiler.compile(&self.request.query.root)
        })
    }

    fn run(&self, expansions: &Expansions, needed: Needed) -> Result<Results, SearchError> {
        let Compiled { query, sought } = self.compiled(expansions, needed)?;
        let query = match (expansions.is_empty(), needed) {
            (false, Needed::All) => self.exact_first(query)?,
            _ => query,
        };
        let sort = match self.request.sort {
            Sort::Relevance if !scores(&self.request.query.root) => Sort::Newest,
            sort => sort,
        };
        self.results(query, &sought, sort)
    }

    /// A widened query that puts in front what the query finds as it was typed.
    fn exact_first(
        &self,
        widened: Box<dyn EngineQuery>,
    ) -> Result<Box<dyn EngineQuery>, SearchError> {
        let exact = self.compiled(&Expansions::default(), Needed::All)?;
        let exact = ConstScoreQuery::new(exact.query, EXACT_SCORE);
        Ok(Box::new(BooleanQuery::new(vec![
            (Occur::Must, widened),
            (Occur::Should, Box::new(exact)),
        ])))
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
        Ok(Results {
            total,
            hits: self.hits(&found, sought)?,
            facets,
            widened: false,
            relaxed: false,
            suggestion: None,
        })
    }

    fn within_access(&self, query: Box<dyn EngineQuery>) -> Box<dyn EngineQuery> {
        let Access { branches, kinds } = &self.request.access;
        let fields = &self.generation.fields;
        let branches = branches.as_ref().map(|branches| {
            let terms = branches
                .iter()
                .map(|b| Term::from_field_text(fields.branch, b));
            terms.collect::<Vec<_>>()
        });
        let kinds = kinds.as_ref().map(|kinds| {
            let terms = kinds
                .iter()
                .map(|k| Term::from_field_text(fields.kind, k.as_str()));
            terms.collect::<Vec<_>>()
        });
        let mut parts = vec![query];
        for terms in [branches, kinds].into_iter().flatten() {
            if terms.is_empty() {
                return Box::new(EmptyQuery);
            }
            let allowed = Box::new(TermSetQuery::new(terms));
            parts.push(Box::new(ConstScoreQuery::new(allowed, 0.0)));
        }
        match parts.len() {
            1 => parts.remove(0),
            _ => Box::new(BooleanQuery::intersection(parts)),
        }
    }

    fn collect(
        &self,
        query: &dyn EngineQuery,
        sort: Sort,
    ) -> Result<(Vec<Found>, usize, Facets), SearchError> {
        let limit = self.request.limit.min(MAX_LIMIT);
        let top = TopDocs::with_limit(limit.max(1)).and_offset(self.request.offset.min(MAX_OFFSET));
        let by = |field: &str| (SortByStaticFastValue::<u64>::for_field(field), Order::Desc);
        let unscored = |at: DocAddress| Found { at, score: 0.0 };
        let (mut found, total, facets) = match sort {
            Sort::Relevance => {
                let top = top.order_by((SortBySimilarityScore, by("received"), by("tie")));
                self.collect_with(query, top, |((score, _, _), at)| Found { at, score })?
            }
            Sort::Newest => {
                let top = top.order_by((by("received"), by("tie")));
                self.collect_with(query, top, |(_, at)| unscored(at))?
            }
            Sort::AgreementDate => {
                let top = top.order_by((by("date"), by("received"), by("tie")));
                self.collect_with(query, top, |(_, at)| unscored(at))?
            }
            Sort::Amount => {
                let top = top.order_by((by("amount"), by("received"), by("tie")));
                self.collect_with(query, top, |(_, at)| unscored(at))?
            }
        };
        found.truncate(limit);
        Ok((found, total, facets))
    }

    /// Collects the top of the found documents, how many there are, and what they are filed under.
    fn collect_with<T: Send + 'static>(
        &self,
        query: &dyn EngineQuery,
        top: impl Collector<Fruit = Vec<T>>,
        found: impl Fn(T) -> Found,
    ) -> Result<(Vec<Found>, usize, Facets), SearchError> {
        let cabinet = &self.generation.cabinet;
        let collector = (top, Count, FacetCounter { cabinet });
        let scoring = if collector.requires_scoring() {
            EnableScoring::enabled_from_searcher(self.searcher)
        } else {
            EnableScoring::disabled_from_searcher(self.searcher)
        };
        let executor = match self.searcher.num_docs() {
            ..MANY => &Executor::SingleThread,
            _ => &self.generation.executor,
        };
        let collected = self
            .searcher
            .search_with_executor(query, &collector, executor, scoring)?;
        let (top, total, facets) = collected;
        Ok((top.into_iter().map(found).collect(), total, facets))
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
