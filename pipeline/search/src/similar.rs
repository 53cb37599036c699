//! Documents like another: those that share its rarest words.
//!
//! In papers of one bank nearly every word is in every paper; what is rare (names, addresses, a
//! collateral, a project) is what makes two of them alike.

use crate::analysis::{SAME_POSITION, tokens};
use crate::document::reading;
use crate::error::SearchError;
use crate::index::Index;
use crate::query::Query;
use crate::search::{Access, Request, Results, Search, Sort};
use crate::sought::Sought;
use crate::stored::unpack;
use crate::texts::Pointer;
use model::DocumentId;
use std::collections::HashMap;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};

/// Words that stand for a document.
const TELLING: usize = 24;
/// Words that another document has to share at least, where there are so many.
const SHARED: usize = 3;
/// Words looked at in a document: what stands beyond is more of the same.
const LOOKED_AT: usize = 20_000;

impl Index {
    /// Documents like the given one, likest first, itself not among them; none where it is not in
    /// the index.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn similar(
        &self,
        id: DocumentId,
        access: Access,
        limit: usize,
    ) -> Result<Results, SearchError> {
        self.follow()?;
        let generation = self.generation();
        let searcher = generation.reader.searcher();
        let all = Query::all();
        let request = Request {
            query: &all,
            typed: "",
            access,
            sort: Sort::Relevance,
            limit,
            offset: 0,
        };
        let search = Search {
            index: self,
            generation: &generation,
            searcher: &searcher,
            request: &request,
        };
        let itself = Term::from_field_text(generation.fields.id, &id.to_string());
        let telling = match self.text_of(&searcher, &itself)? {
            Some(text) => self.telling(&searcher, &text)?,
            None => Vec::new(),
        };
        let sought = Sought {
            terms: telling.iter().map(|(term, _)| term.clone()).collect(),
            ..Sought::default()
        };
        let shared = |(term, weight): &(String, f32)| -> (Occur, Box<dyn EngineQuery>) {
            let term = Term::from_field_text(generation.fields.lemma, term);
            let query = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
            let constant = tantivy::query::ConstScoreQuery::new(query, 1.0);
            let weighed = BoostQuery::new(Box::new(constant), *weight);
            (Occur::Should, Box::new(weighed))
        };
        let needed = SHARED.min(telling.len().max(1));
        let alike = BooleanQuery::with_minimum_required_clauses(
            telling.iter().map(shared).collect(),
            needed,
        );
        let not_itself = Box::new(TermQuery::new(itself, IndexRecordOption::Basic));
        let query = BooleanQuery::new(vec![
            (Occur::Must, Box::new(alike)),
            (Occur::MustNot, not_itself),
        ]);
        search.results(Box::new(query), &sought, Sort::Relevance)
    }

    /// The packed text of a document.
    fn text_of(&self, searcher: &Searcher, id: &Term) -> Result<Option<Vec<u8>>, SearchError> {
        let query = TermQuery::new(id.clone(), IndexRecordOption::Basic);
        let found = searcher.search(&query, &tantivy::collector::DocSetCollector)?;
        let Some(at) = found.into_iter().next() else {
            return Ok(None);
        };
        let segment = searcher.segment_reader(at.segment_ord);
        let text_at = segment.fast_fields().u64("text_at")?.first(at.doc_id);
        Ok(text_at.and_then(|at| self.generation().texts.read(Pointer(at))))
    }

    /// The words that tell a document from others, with their weights.
    fn telling(&self, searcher: &Searcher, text: &[u8]) -> Result<Vec<(String, f32)>, SearchError> {
        let Some(stored) = unpack(text) else {
            return Ok(Vec::new());
        };
        let mut counts: HashMap<String, f32> = HashMap::new();
        self.with_analyzer(|analyzer| {
            let reading = reading(stored.language);
            let words = stored.pages.iter().flat_map(|page| tokens(&page.text));
            for token in words.take(LOOKED_AT) {
                for term in analyzer.terms(&token.word, reading).split(SAME_POSITION) {
                    *counts.entry(term.to_owned()).or_default() += 1.0;
                }
            }
        });
        #[expect(clippy::cast_precision_loss, reason = "a weight")]
        let documents = searcher.num_docs() as f32;
        let field = self.generation().fields.lemma;
        let mut telling = Vec::with_capacity(counts.len());
        for (term, count) in counts {
            // A word that no other document has finds nothing.
            let having = searcher.doc_freq(&Term::from_field_text(field, &term))?;
            if having > 1 {
                #[expect(clippy::cast_precision_loss, reason = "a weight")]
                let rarity = (documents / having as f32).max(1.0).ln();
                telling.push((term, (1.0 + count.ln()) * rarity));
            }
        }
        telling.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        telling.truncate(TELLING);
        telling.retain(|(_, weight)| *weight > 0.0);
        Ok(telling)
    }
}
