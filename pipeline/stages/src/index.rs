//! Indexing: follows the ledger's change log and commits its number together with the index.
//!
//! Not a stage: no job waits for it, and the index can always be made again. After a kill the
//! index's own commit says how far it came, and the changes after that are followed once more.
//!
//! An index that does not fit (another analysis, a damaged file, a ledger put back from a backup) is
//! made anew beside the old one, which is searched until the new one takes its place; so does
//! `kartoteka reindex`, in a process of its own, while this one goes on.

use crate::StageError;
use crate::extract::is_doubtful;
use crate::runner::Node;
use crate::stored::{StoredPages, get};
use archive::{Key, Store, StoreError};
use extraction::Schemas;
use jiff::Timestamp;
use ledger::{ChangeKind, ChangeRow, Ledger};
use model::{DocumentId, Language, Page, Record, Severity, SubmissionId};
use search::analysis::Words;
use search::query::State;
use search::{Entry, Index, PageText, Rebuild, SearchError, Writer};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Changes followed between two commits.
const BATCH: u32 = 200;
/// The same while an index is made anew, and nobody waits for the single document.
const REBUILD_BATCH: u32 = 10_000;

/// How far a node's index has come, as a follower's name in the ledger.
#[must_use]
pub fn follower(node: &str) -> String {
    format!("index:{node}")
}

/// Where documents to index come from.
#[derive(Clone, Copy)]
pub struct Source<'s> {
    /// Which documents there are.
    pub ledger: &'s Ledger,
    /// Where their pages are.
    pub store: &'s dyn Store,
    /// What types of document there are.
    pub schemas: &'s Schemas,
    /// The node whose index it is, if it tells the ledger how far it has come.
    pub node: Option<&'s str>,
}

/// The one writer of this node's index.
pub struct Indexer {
    folder: PathBuf,
    words: Arc<Words>,
    target: Target,
    seq: u64,
}

/// What is written.
enum Target {
    /// The index that is searched; without a writer until there is something to write.
    Searched(Option<Box<Writer>>),
    /// A new one beside it.
    Beside(Option<Box<Rebuild>>),
}

impl Indexer {
    /// Opens the index in a folder. One that does not fit is made anew from the change log's start.
    ///
    /// # Errors
    /// When the index cannot be used.
    pub async fn open(
        folder: &Path,
        words: Arc<Words>,
        ledger: &Ledger,
    ) -> Result<Self, SearchError> {
        let index = match Index::open_with(folder, Arc::clone(&words)) {
            Err(SearchError::NeedsRebuild { reason, .. }) => {
                tracing::warn!(%reason, "the index is made anew from ledger and archive");
                return Self::beside(folder, words);
            }
            other => other?,
        };
        let seq = index.seq()?;
        // A ledger that was put back from a backup is behind the index: begin anew.
        let newest = ledger.newest_change().await;
        if index.is_outdated() || newest.is_ok_and(|newest| newest < seq) {
            tracing::warn!(
                "the index is made anew beside the old one, which is searched meanwhile"
            );
            return Self::beside(folder, words);
        }
        Ok(Self {
            target: Target::Searched(Some(Box::new(index.writer()?))),
            folder: folder.to_owned(),
            words,
            seq,
        })
    }

    /// Begins a new index beside the one in a folder, whatever that is.
    ///
    /// # Errors
    /// When another is being made, or the folder cannot be used.
    pub fn beside(folder: &Path, words: Arc<Words>) -> Result<Self, SearchError> {
        let rebuild = Index::rebuild_in(folder, Arc::clone(&words))?;
        Ok(Self {
            target: Target::Beside(Some(Box::new(rebuild))),
            folder: folder.to_owned(),
            words,
            seq: 0,
        })
    }

    /// The last change that is in the index.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Follows the next changes. Whether there were any.
    ///
    /// # Errors
    /// When the index cannot be written. A ledger or a store that is away only waits.
    pub async fn step(&mut self, node: &Node) -> Result<bool, StageError> {
        self.follow(Source {
            ledger: &node.ledger,
            store: node.store.as_ref(),
            schemas: &node.schemas,
            node: Some(&node.name),
        })
        .await
    }

    /// Follows the next changes. Whether there were any; where there were none, an index that was
    /// made anew has taken its place, and the words of what was disposed of are off the disk.
    ///
    /// # Errors
    /// When the index cannot be written. A ledger or a store that is away only waits.
    pub async fn follow(&mut self, source: Source<'_>) -> Result<bool, StageError> {
        match self.follow_batch(source).await {
            Err(error) if self.is_superseded() => {
                tracing::info!(%error, "an index made anew has taken this one's place");
                self.reopen(source.ledger).await?;
                Ok(true)
            }
            done => done,
        }
    }

    async fn follow_batch(&mut self, source: Source<'_>) -> Result<bool, StageError> {
        let batch = match self.target {
            Target::Searched(_) => BATCH,
            Target::Beside(_) => REBUILD_BATCH,
        };
        let rows = match source.ledger.changes_since(self.seq, batch).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!(%error, "indexing waits for the ledger");
                return Ok(false);
            }
        };
        let Some(last) = rows.last().map(|row| row.seq) else {
            self.settle(source).await?;
            return Ok(false);
        };
        for id in documents(&rows) {
            match self.put(source, id).await {
                Ok(()) => {}
                Err(StageError::Store(error)) if is_away(&error) => {
                    tracing::warn!(%error, "indexing waits for the archive");
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        self.writer()?.commit(last)?;
        self.seq = last;
        if matches!(self.target, Target::Searched(_)) {
            self.report(source).await?;
        }
        Ok(true)
    }

    /// Says in the ledger how far this node's index has come.
    async fn report(&self, source: Source<'_>) -> Result<(), StageError> {
        if let Some(node) = source.node {
            let follower = follower(node);
            source.ledger.set_watermark(&follower, self.seq).await?;
        }
        Ok(())
    }

    /// What is done when there is nothing to follow.
    async fn settle(&mut self, source: Source<'_>) -> Result<(), StageError> {
        if let Target::Beside(rebuild) = &mut self.target
            && let Some(rebuild) = rebuild.take()
        {
            rebuild.finish()?;
            // Whoever goes on writing takes the writer then: it may be another process.
            self.target = Target::Searched(None);
            return self.report(source).await;
        }
        let writer = self.writer()?;
        if writer.is_purge_due() {
            writer.purge()?;
            tracing::info!("the words of documents disposed of are off the disk");
        }
        Ok(())
    }

    /// Begins again after the index could not be written: with what was committed of it.
    pub(crate) fn begin_again(&mut self) {
        match &mut self.target {
            Target::Searched(writer) => *writer = None,
            Target::Beside(_) => match Self::beside(&self.folder, Arc::clone(&self.words)) {
                Ok(again) => *self = again,
                Err(error) => tracing::warn!(%error, "no index can be made anew"),
            },
        }
    }

    fn is_superseded(&self) -> bool {
        match &self.target {
            Target::Searched(Some(writer)) => writer.is_superseded().unwrap_or(false),
            _ => false,
        }
    }

    async fn reopen(&mut self, ledger: &Ledger) -> Result<(), SearchError> {
        // The old writer lets go before another is opened.
        self.target = Target::Searched(None);
        *self = Self::open(&self.folder.clone(), Arc::clone(&self.words), ledger).await?;
        Ok(())
    }

    fn writer(&mut self) -> Result<&mut Writer, StageError> {
        match &mut self.target {
            Target::Searched(Some(writer)) => Ok(writer.as_mut()),
            Target::Searched(writer) => {
                let index = Index::open_with(&self.folder, Arc::clone(&self.words));
                let opened = index.and_then(|index| index.writer())?;
                Ok(writer.insert(Box::new(opened)).as_mut())
            }
            Target::Beside(Some(rebuild)) => Ok(rebuild.writer()),
            Target::Beside(None) => Err(StageError::Damaged {
                what: "the index".into(),
                why: "the one made anew could not take its place".into(),
            }),
        }
    }

    async fn put(&mut self, source: Source<'_>, id: DocumentId) -> Result<(), StageError> {
        let Some(record) = source.ledger.document(id).await? else {
            return Ok(self.writer()?.dispose(id)?);
        };
        let pages = match document_pages(source.ledger, source.store, &record).await {
            Err(StageError::Damaged { what, why }) => {
                // Its fields are sound: it is found by them, and nobody else waits for it.
                tracing::error!(document = %id, what, why, "a document is indexed without its text");
                Vec::new()
            }
            pages => pages?,
        };
        let mut entry = entry_of(&record, &pages, source.schemas);
        loop {
            match self.writer()?.put(&entry) {
                Err(error @ SearchError::TooLarge { .. }) if !entry.pages.is_empty() => {
                    tracing::error!(%error, "only the first half of its pages is indexed");
                    entry.pages.truncate(entry.pages.len() / 2);
                }
                done => return Ok(done?),
            }
        }
    }
}

/// The documents that changed, each once.
fn documents(rows: &[ChangeRow]) -> BTreeSet<DocumentId> {
    rows.iter()
        .filter(|row| row.kind == ChangeKind::Document)
        .filter_map(|row| DocumentId::parse(&row.subject).ok())
        .collect()
}

/// The pages of a record's document, each from the latest reading of the submission it is from:
/// one that was scanned again is in another.
///
/// # Errors
/// When ledger or store cannot be used, or what they hold cannot be read.
pub async fn document_pages(
    ledger: &Ledger,
    store: &dyn Store,
    record: &Record,
) -> Result<Vec<Page>, StageError> {
    let ours: BTreeSet<u32> = record.pages.iter().map(|page| page.number).collect();
    let mut pages = latest_pages(ledger, store, record.submission).await?;
    pages.retain(|page| ours.contains(&page.number));
    for page in &record.pages {
        let Some(from) = page.rescanned else { continue };
        let again = latest_pages(ledger, store, from.submission).await?;
        let new = again.into_iter().find(|new| new.number == from.number);
        let old = pages.iter_mut().find(|old| old.number == page.number);
        if let (Some(new), Some(old)) = (new, old) {
            *old = Page {
                number: page.number,
                ..new
            };
        }
    }
    Ok(pages)
}

async fn latest_pages(
    ledger: &Ledger,
    store: &dyn Store,
    id: SubmissionId,
) -> Result<Vec<Page>, StageError> {
    let objects = ledger.objects_of(id).await?;
    let latest = objects
        .iter()
        .filter(|o| o.object.kind == "pages")
        .max_by_key(|o| o.stored_at);
    let Some(latest) = latest else {
        return Ok(Vec::new());
    };
    let key = Key::parse(&latest.object.key).map_err(|e| StageError::Damaged {
        what: "a key".into(),
        why: e.to_string(),
    })?;
    let stored: StoredPages = get(store, &key).await?;
    Ok(stored.pages)
}

/// A document as the index takes it.
#[must_use]
pub fn entry_of<'a>(record: &'a Record, pages: &'a [Page], schemas: &'a Schemas) -> Entry<'a> {
    Entry {
        id: record.id,
        kind: &record.kind,
        kind_titles: vec![
            schemas.title(&record.kind, Language::Pl),
            schemas.title(&record.kind, Language::En),
        ],
        title: schemas.title(&record.kind, record.language),
        station: &record.station,
        branch: ledger::branch_of(record),
        class: Some(&record.retention.class),
        received_at: record.received_at.parse().unwrap_or(Timestamp::UNIX_EPOCH),
        language: record.language,
        states: states(record),
        fields: &record.fields,
        pages: pages.iter().map(PageText::of).collect(),
    }
}

fn states(record: &Record) -> Vec<State> {
    let errors = record
        .findings
        .iter()
        .any(|f| f.severity == Severity::Error);
    let mut states = vec![match is_doubtful(record) {
        true => State::Review,
        false => State::Done,
    }];
    if errors {
        states.push(State::Errors);
    }
    if !record.retention.holds.is_empty() {
        states.push(State::Hold);
    }
    states
}

const fn is_away(error: &StoreError) -> bool {
    matches!(error.disposition(), model::Disposition::Pause)
}
