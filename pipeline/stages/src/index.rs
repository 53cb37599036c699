//! Indexing: follows the ledger's change log and commits its number together with the index.
//!
//! Not a stage: no job waits for it, and the index can always be made again. After a kill the
//! index's own commit says how far it came, and the changes after that are followed once more.

use crate::StageError;
use crate::runner::Node;
use crate::stored::{StoredPages, get};
use archive::{Key, StoreError};
use extraction::Schemas;
use jiff::Timestamp;
use ledger::{ChangeKind, ChangeRow, Ledger};
use model::{DocumentId, FieldStatus, Language, Page, Record, Severity};
use search::query::State;
use search::{Entry, Index, PageText, SearchError, Writer};
use std::collections::BTreeSet;
use std::path::Path;

/// The follower's name in the ledger.
const FOLLOWER: &str = "index";
/// Changes followed between two commits.
const BATCH: u32 = 200;

/// The one writer of this node's index.
pub struct Indexer {
    writer: Writer,
    seq: u64,
}

impl Indexer {
    /// Opens the index in a folder; one that was made otherwise is begun anew and follows the
    /// change log from its start.
    ///
    /// # Errors
    /// When the index cannot be used, or the ledger cannot be asked.
    pub async fn open(folder: &Path, ledger: &Ledger) -> Result<Self, SearchError> {
        let index = match Index::open(folder) {
            Err(SearchError::NeedsRebuild { .. }) => {
                tracing::warn!("the index is made anew from ledger and archive");
                Index::rebuild_in(folder)?.finish()?
            }
            other => other?,
        };
        let mut seq = index.seq()?;
        // A ledger that was put back from a backup is behind the index: begin anew.
        if ledger
            .newest_change()
            .await
            .is_ok_and(|newest| newest < seq)
        {
            drop(index.rebuild()?.finish()?);
            seq = 0;
        }
        let writer = index.writer()?;
        Ok(Self { writer, seq })
    }

    /// Follows the next changes. Whether there were any.
    ///
    /// # Errors
    /// When the index cannot be written. A ledger or a store that is away only waits.
    pub async fn step(&mut self, node: &Node) -> Result<bool, StageError> {
        let rows = match node.ledger.changes_since(self.seq, BATCH).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!(%error, "indexing waits for the ledger");
                return Ok(false);
            }
        };
        let Some(last) = rows.last().map(|row| row.seq) else {
            return Ok(false);
        };
        for id in documents(&rows) {
            match self.put(node, id).await {
                Ok(()) => {}
                Err(StageError::Store(error)) if is_away(&error) => {
                    tracing::warn!(%error, "indexing waits for the archive");
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        self.writer.commit(last).map_err(unusable)?;
        self.seq = last;
        node.ledger.set_watermark(FOLLOWER, last).await?;
        Ok(true)
    }

    async fn put(&mut self, node: &Node, id: DocumentId) -> Result<(), StageError> {
        let Some(record) = node.ledger.document(id).await? else {
            return self.writer.remove(id).map_err(unusable);
        };
        let pages = pages_of(node, &record).await?;
        self.writer
            .put(&entry_of(&record, &pages, &node.schemas))
            .map_err(unusable)
    }
}

/// The documents that changed, each once.
fn documents(rows: &[ChangeRow]) -> BTreeSet<DocumentId> {
    rows.iter()
        .filter(|row| row.kind == ChangeKind::Document)
        .filter_map(|row| DocumentId::parse(&row.subject).ok())
        .collect()
}

/// The pages of a record's document, from the latest reading of its submission.
async fn pages_of(node: &Node, record: &Record) -> Result<Vec<Page>, StageError> {
    let objects = node.ledger.objects_of(record.submission).await?;
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
    let stored: StoredPages = get(node.store.as_ref(), &key).await?;
    let ours: BTreeSet<u32> = record.pages.iter().map(|page| page.number).collect();
    Ok(stored
        .pages
        .into_iter()
        .filter(|page| ours.contains(&page.number))
        .collect())
}

/// A document as the index takes it.
#[must_use]
pub fn entry_of<'a>(record: &'a Record, pages: &'a [Page], schemas: &'a Schemas) -> Entry<'a> {
    let text = |name: &str| match record.fields.get(name)?.values().first()?.value {
        model::Value::Text(ref text) => Some(text.as_str()),
        _ => None,
    };
    Entry {
        id: record.id,
        kind: &record.kind,
        kind_titles: vec![
            schemas.title(&record.kind, Language::Pl),
            schemas.title(&record.kind, Language::En),
        ],
        title: schemas.title(&record.kind, record.language),
        station: &record.station,
        branch: text("branch"),
        class: Some(&record.retention.class),
        received_at: record.received_at.parse().unwrap_or(Timestamp::UNIX_EPOCH),
        language: record.language,
        states: states(record),
        fields: &record.fields,
        pages: pages
            .iter()
            .map(|page| PageText {
                number: page.number,
                text: page.text.as_str().into(),
            })
            .collect(),
    }
}

fn states(record: &Record) -> Vec<State> {
    let unsure = record.fields.values().any(|field| {
        field
            .values()
            .iter()
            .any(|v| v.status == FieldStatus::Review)
    });
    let found = record
        .findings
        .iter()
        .any(|f| f.severity >= Severity::Warning);
    let errors = record
        .findings
        .iter()
        .any(|f| f.severity == Severity::Error);
    let mut states = vec![if unsure || found {
        State::Review
    } else {
        State::Done
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

fn unusable(error: SearchError) -> StageError {
    StageError::Damaged {
        what: "the index".into(),
        why: error.to_string(),
    }
}
