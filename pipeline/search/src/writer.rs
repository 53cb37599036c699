//! The one writer: puts, removes, commits, purges.
//!
//! A document goes in whole and replaces what was there under its identity. Nothing is to be found
//! before [`Writer::commit`], which is atomic and synced: after a crash the index is at the last
//! commit, and whoever follows the change log goes on behind its number. Removing hides a document
//! at the commit; its words leave the disk with [`Writer::purge`].

use crate::analysis::Analyzer;
use crate::document::document;
use crate::entry::Entry;
use crate::error::SearchError;
use crate::index::{Generation, Index, Payload};
use crate::stored::{StoredText, pack};
use crate::texts::{Appender, MAX_TEXT, Pointer};
use model::DocumentId;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use tantivy::directory::error::LockError;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, NoMergePolicy};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, IndexWriter, TERMINATED, TantivyError, Term};

/// What the engine may hold in memory before it writes a segment, in bytes: some 15,000 agreements.
/// It takes so much only where an index is made anew, and then every doubling saves a round of merges.
const HEAP: usize = 300_000_000;
/// Threads that merge segments.
const MERGE_THREADS: usize = 1;
/// Segments of one size that make a merge.
const MERGED_SEGMENTS: usize = 8;
/// Documents beyond which a segment is not merged further: bounds a merge's time and memory.
const MERGED_DOCUMENTS: usize = 500_000;
/// The share of removed documents in a segment that makes a merge.
const REMOVED_SHARE: f32 = 0.2;

/// Writes an index. Dropping it without [`Writer::commit`] drops what was put since the last.
pub struct Writer {
    index: Index,
    generation: Arc<Generation>,
    /// The generation that is searched while this one is written: itself, or the one it will
    /// replace.
    searched: u64,
    /// Words of documents disposed of are on the disk until the next purge.
    purge_due: bool,
    /// None only while a purge exchanges it.
    engine: Option<IndexWriter>,
    appender: Appender,
    analyzer: Analyzer,
    /// Texts put since the last commit.
    fresh: HashMap<DocumentId, Pointer>,
    /// Texts to erase once the commit that drops them is done.
    dropped: Vec<Pointer>,
}

impl Writer {
    pub(crate) fn open(
        index: Index,
        generation: Arc<Generation>,
        searched: u64,
    ) -> Result<Self, SearchError> {
        let engine = engine_writer(&generation.engine, &generation.dir)?;
        let payload = generation.payload()?;
        Ok(Self {
            appender: Appender::open(Arc::clone(&generation.texts), payload.texts_end)?,
            searched,
            purge_due: payload.purge_due,
            engine: Some(engine),
            analyzer: index.analyzer(),
            fresh: HashMap::new(),
            dropped: Vec::new(),
            index,
            generation,
        })
    }

    /// Puts a document, in place of what is there under its identity.
    ///
    /// # Errors
    /// [`SearchError::TooLarge`] for a text beyond 16 MB; when the disk refuses.
    pub fn put(&mut self, entry: &Entry<'_>) -> Result<(), SearchError> {
        let text = pack(&StoredText::of(entry));
        if text.len() > MAX_TEXT {
            return Err(SearchError::TooLarge {
                id: entry.id,
                bytes: text.len(),
                limit: MAX_TEXT,
            });
        }
        self.remove(entry.id)?;
        let text_at = self.appender.append(&text)?;
        self.fresh.insert(entry.id, text_at);
        let fields = &self.generation.fields;
        let document = document(fields, &mut self.analyzer, entry, text_at);
        self.engine()?.add_document(document)?;
        Ok(())
    }

    /// Removes a document; one that is not there is no error.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn remove(&mut self, id: DocumentId) -> Result<(), SearchError> {
        self.remove_if_there(id).map(|_| ())
    }

    /// Removes a document that was disposed of: its words are gone from the disk after the next
    /// [`Writer::purge`], which is due from the next commit on, also after a crash.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn dispose(&mut self, id: DocumentId) -> Result<(), SearchError> {
        self.purge_due |= self.remove_if_there(id)?;
        Ok(())
    }

    /// Removes a document, and says whether there was one. The engine is told only then: what it
    /// is told it looks up in every segment.
    fn remove_if_there(&mut self, id: DocumentId) -> Result<bool, SearchError> {
        let term = Term::from_field_text(self.generation.fields.id, &id.to_string());
        let texts = [self.fresh.remove(&id), self.committed(&term)?];
        if texts == [None, None] {
            return Ok(false);
        }
        self.dropped.extend(texts.into_iter().flatten());
        self.engine()?.delete_term(term);
        Ok(true)
    }

    /// Whether words of documents disposed of are still on the disk.
    #[must_use]
    pub const fn is_purge_due(&self) -> bool {
        self.purge_due
    }

    /// Whether an index made anew has taken this one's place.
    ///
    /// # Errors
    /// When the index's folder cannot be read.
    pub fn is_superseded(&self) -> Result<bool, SearchError> {
        Ok(self.index.current()?.unwrap_or(0) != self.searched)
    }

    /// Where the committed text of a document lies.
    fn committed(&self, id: &Term) -> Result<Option<Pointer>, SearchError> {
        let searcher = self.generation.reader.searcher();
        for segment in searcher.segment_readers() {
            let inverted = segment.inverted_index(id.field())?;
            let postings = inverted.read_postings(id, IndexRecordOption::Basic);
            let Some(mut postings) = postings.map_err(TantivyError::from)? else {
                continue;
            };
            let column = segment.fast_fields().u64("text_at")?;
            while postings.doc() != TERMINATED {
                if !segment.is_deleted(postings.doc()) {
                    return Ok(column.first(postings.doc()).map(Pointer));
                }
                postings.advance();
            }
        }
        Ok(None)
    }

    /// Makes everything since the last commit findable, for good, and says that the ledger's
    /// change log was followed up to `seq`. This process sees it at once.
    ///
    /// # Errors
    /// [`SearchError::Superseded`] when a rebuilt index took this one's place; when the disk
    /// refuses: then nothing of it is findable.
    pub fn commit(&mut self, seq: u64) -> Result<(), SearchError> {
        if self.is_superseded()? {
            return Err(SearchError::Superseded);
        }
        let payload = Payload {
            purge_due: self.purge_due,
            ..Payload::new(seq, self.appender.sync()?, self.index.words())
        };
        let payload = serde_json::to_string(&payload).expect("a payload is JSON");
        let mut commit = self.engine()?.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        self.generation.reload()?;
        self.fresh.clear();
        for text in std::mem::take(&mut self.dropped) {
            self.generation.texts.erase(text)?;
        }
        Ok(())
    }

    /// Takes every word of removed documents off the disk: rewrites the segments they were in and
    /// erases texts no document points to. What was put since the last commit is committed first.
    ///
    /// # Errors
    /// When the disk refuses; then it may be run again.
    pub fn purge(&mut self) -> Result<(), SearchError> {
        let seq = self.generation.payload()?.seq;
        self.commit(seq)?;
        // Merges that run meanwhile could carry the words along: let them end first.
        let engine = self.engine.take().expect("a writer between two calls");
        engine.wait_merging_threads()?;
        let purged = self.rewrite_segments();
        self.engine = None;
        self.engine = Some(engine_writer(
            &self.generation.engine,
            &self.generation.dir,
        )?);
        purged?;
        let living = self.living()?;
        let end = self.generation.payload()?.texts_end;
        self.generation.texts.sweep(&living, end)?;
        self.purge_due = false;
        self.commit(seq)
    }

    fn rewrite_segments(&mut self) -> Result<(), SearchError> {
        let generation = &self.generation;
        let mut engine = engine_writer(&generation.engine, &generation.dir)?;
        engine.set_merge_policy(Box::new(NoMergePolicy));
        for segment in generation.engine.searchable_segment_metas()? {
            if segment.has_deletes() {
                engine.merge(&[segment.id()]).wait()?;
            }
        }
        generation.reload()?;
        engine.garbage_collect_files().wait()?;
        engine.wait_merging_threads()?;
        Ok(())
    }

    /// Where the texts of all documents lie.
    fn living(&self) -> Result<BTreeSet<Pointer>, SearchError> {
        let searcher = self.generation.reader.searcher();
        let mut living = BTreeSet::new();
        for segment in searcher.segment_readers() {
            let column = segment.fast_fields().u64("text_at")?;
            let texts = segment.doc_ids_alive().filter_map(|doc| column.first(doc));
            living.extend(texts.map(Pointer));
        }
        Ok(living)
    }

    /// Waits for merges that run, then gives the index free for another writer.
    ///
    /// # Errors
    /// When a merge failed.
    pub fn close(mut self) -> Result<(), SearchError> {
        let engine = self.engine.take().expect("a writer between two calls");
        Ok(engine.wait_merging_threads()?)
    }

    /// The engine's writer; a purge that failed midway may have left none.
    fn engine(&mut self) -> Result<&mut IndexWriter, SearchError> {
        if self.engine.is_none() {
            self.engine = Some(engine_writer(
                &self.generation.engine,
                &self.generation.dir,
            )?);
        }
        Ok(self.engine.as_mut().expect("made above"))
    }
}

/// The engine's one writer, with bounds on what it holds and merges.
pub(crate) fn engine_writer(
    engine: &tantivy::Index,
    dir: &Path,
) -> Result<IndexWriter, SearchError> {
    let options = IndexWriterOptions::builder()
        .memory_budget_per_thread(HEAP)
        .num_worker_threads(1)
        .num_merge_threads(MERGE_THREADS)
        .build();
    let writer = engine
        .writer_with_options(options)
        .map_err(|error| match error {
            TantivyError::LockFailure(LockError::LockBusy, _) => {
                SearchError::Locked(dir.to_owned())
            }
            error => error.into(),
        })?;
    let mut merges = LogMergePolicy::default();
    merges.set_min_num_segments(MERGED_SEGMENTS);
    merges.set_max_docs_before_merge(MERGED_DOCUMENTS);
    merges.set_del_docs_ratio_before_merge(REMOVED_SHARE);
    writer.set_merge_policy(Box::new(merges));
    Ok(writer)
}
