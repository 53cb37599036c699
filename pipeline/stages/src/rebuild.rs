//! The ledger made again from the archive alone: from the sidecar beside every original, the pages
//! as read and the records as kept. It reads nothing anew; what was not finished becomes a job.
//!
//! What only a ledger knows does not come back: holds, people, credit files, the audit log, and
//! which work was parked (it is tried again and parks again). It may be run again at any point.

use crate::StageError;
use crate::extract::review;
use crate::stage::Stage;
use crate::stored::{StoredPages, get, object};
use archive::{Key, Prefix, Store, StoreError};
use jiff::Timestamp;
use ledger::{
    Actor, Ledger, NewJob, NewObject, NewSubmission, PageAssignment, PageEntry, Rebuilt, Received,
    SubmissionReading, WorkToDo,
};
use model::{Digest, DocumentId, PageKind, Record, StationName, SubmissionId};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Largest sidecar or record that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// What is read of a submission's sidecar.
#[derive(Deserialize)]
struct Sidecar {
    id: SubmissionId,
    station: String,
    name: String,
    sha256: Digest,
    bytes: u64,
    received_at: Timestamp,
    #[serde(default)]
    source: BTreeMap<String, String>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebuilding {
    /// Submissions that the ledger now has again, repeats included.
    pub submissions: u64,
    /// Submissions that were there already.
    pub known: u64,
    /// Versions of records.
    pub records: u64,
    /// Submissions that wait for a stage.
    pub left: u64,
    /// What could not be taken, and why.
    pub trouble: Vec<String>,
}

/// What the archive holds of one submission.
#[derive(Default)]
struct Held {
    pages: BTreeSet<u32>,
    records: BTreeSet<(DocumentId, u32)>,
}

/// Makes the ledger again. `engine` is the input of first jobs; `tell` hears of every submission.
///
/// # Errors
/// When store or ledger cannot be used. What is damaged in the store is told, not an error.
pub async fn rebuild(
    store: &dyn Store,
    ledger: &Ledger,
    engine: &str,
    by: &Actor,
    tell: &mut (dyn FnMut(&Rebuilding) + Send),
) -> Result<Rebuilding, StageError> {
    let mut held: BTreeMap<SubmissionId, Held> = BTreeMap::new();
    let mut sidecars = BTreeSet::new();
    for key in keys(store, &Prefix::SUBMISSIONS).await? {
        let name = key.as_str().rsplit('/').next().unwrap_or_default();
        if let Ok(id) = SubmissionId::parse(name.trim_end_matches(".json")) {
            sidecars.insert(id);
        }
    }
    for prefix in [Prefix::PAGES, Prefix::RECORDS] {
        for key in keys(store, &prefix).await? {
            note(&mut held, &key);
        }
    }
    let mut found = Rebuilding::default();
    // In the order of their identities, which is that of their receipt: the first of the same
    // bytes is the first again.
    for id in sidecars {
        let held = held.remove(&id).unwrap_or_default();
        match one(store, id, &held, engine).await {
            Ok(rebuilt) => {
                let received = ledger.rebuild(&rebuilt, by).await?;
                found.count(&received, &rebuilt);
            }
            Err(error) if is_away(&error) => return Err(error),
            Err(error) => found.trouble.push(format!("{id}: {error}")),
        }
        tell(&found);
    }
    Ok(found)
}

impl Rebuilding {
    fn count(&mut self, received: &Received, rebuilt: &Rebuilt) {
        match received {
            Received::Already => self.known += 1,
            Received::Repeat(_) => self.submissions += 1,
            Received::New => {
                self.submissions += 1;
                self.records += rebuilt.records.len() as u64;
                self.left += u64::from(rebuilt.work == WorkToDo::Left);
            }
        }
    }
}

async fn keys(store: &dyn Store, prefix: &Prefix) -> Result<Vec<Key>, StageError> {
    let (mut keys, mut after) = (Vec::new(), None);
    loop {
        let listing = store.list(prefix, after.as_deref()).await?;
        keys.extend(listing.entries.into_iter().filter_map(|entry| entry.key));
        after = listing.next;
        if after.is_none() {
            return Ok(keys);
        }
    }
}

/// Notes pages and records by what their keys say: `…/<identity>/<version>.json`.
fn note(held: &mut BTreeMap<SubmissionId, Held>, key: &Key) {
    let mut parts = key.as_str().rsplit('/');
    let version = parts
        .next()
        .and_then(|name| name.trim_end_matches(".json").parse().ok());
    let (Some(version), Some(identity)) = (version, parts.next()) else {
        return;
    };
    if let Ok(document) = DocumentId::parse(identity) {
        let of = held.entry(document.submission()).or_default();
        of.records.insert((document, version));
    } else if let Ok(id) = SubmissionId::parse(identity) {
        held.entry(id).or_default().pages.insert(version);
    }
}

/// One submission, whole.
async fn one(
    store: &dyn Store,
    id: SubmissionId,
    held: &Held,
    engine: &str,
) -> Result<Rebuilt, StageError> {
    let sidecar: Sidecar = json(store, &Key::submission(id)).await?;
    if sidecar.id != id {
        return Err(damaged(
            "a sidecar",
            &format!("it says it is {}", sidecar.id),
        ));
    }
    let mut objects = Vec::new();
    let mut records: Vec<Record> = Vec::new();
    for (document, version) in &held.records {
        let key = Key::record(*document, *version);
        records.push(json(store, &key).await?);
        objects.push(known(store, &key, "record", (*document).into()).await?);
    }
    let mut pages = None;
    for version in &held.pages {
        let key = Key::pages(id, *version);
        pages = Some((*version, get::<StoredPages>(store, &key).await?));
        objects.push(known(store, &key, "pages", id.into()).await?);
    }
    let newest: BTreeMap<DocumentId, &Record> = records.iter().map(|r| (r.id, r)).collect();
    let assignments = newest.values().map(|record| PageAssignment {
        document: record.id,
        pages: record.pages.iter().map(|page| page.number).collect(),
    });
    let assignments: Vec<_> = assignments.collect();
    let work = work(pages.as_ref().map(|(_, pages)| pages), &assignments);
    let first = match &pages {
        Some((version, _)) => NewJob::new(id, Stage::Separate.as_str(), version.to_string()),
        None => NewJob::new(id, Stage::Recognise.as_str(), engine),
    };
    let media_type = records.first().map(|r| r.original.media_type.clone());
    let pages = pages.map(|(_, stored)| stored.pages).unwrap_or_default();
    let original = Key::original(sidecar.sha256);
    Ok(Rebuilt {
        submission: NewSubmission {
            id,
            station: StationName::parse(&sidecar.station)
                .map_err(|why| damaged("a sidecar", &why))?,
            name: sidecar.name,
            sha256: sidecar.sha256,
            bytes: sidecar.bytes,
            received_at: sidecar.received_at,
            source: sidecar.source,
            object: known(store, &original, "original", id.into()).await?,
            first,
        },
        work,
        reading: (!pages.is_empty()).then(|| SubmissionReading {
            media_type: media_type.unwrap_or_default(),
            pages: u32::try_from(pages.len()).unwrap_or(u32::MAX),
        }),
        pages: pages.iter().map(PageEntry::from).collect(),
        assignments,
        records: records
            .into_iter()
            .map(|record| (record.clone(), review(&record)))
            .collect(),
        objects,
    })
}

/// Done is a submission whose every page of text is in some record.
fn work(pages: Option<&StoredPages>, assignments: &[PageAssignment]) -> WorkToDo {
    let Some(stored) = pages else {
        return WorkToDo::Left;
    };
    let in_records = |number: u32| assignments.iter().any(|a| a.pages.contains(&number));
    let is_done = !assignments.is_empty()
        && stored
            .pages
            .iter()
            .filter(|page| page.kind == PageKind::Text)
            .all(|page| in_records(page.number));
    if is_done {
        WorkToDo::Done
    } else {
        WorkToDo::Left
    }
}

async fn json<T: serde::de::DeserializeOwned>(
    store: &dyn Store,
    key: &Key,
) -> Result<T, StageError> {
    let bytes = store.bytes(key, MAX_BYTES).await?;
    serde_json::from_slice(&bytes).map_err(|why| damaged(key.as_str(), &why))
}

/// An object as the ledger notes it, from what the store says of it.
async fn known(
    store: &dyn Store,
    key: &Key,
    kind: &str,
    subject: ledger::Subject,
) -> Result<NewObject, StageError> {
    let stored = store
        .head(key)
        .await?
        .ok_or_else(|| damaged(key.as_str(), &"it is gone"))?;
    Ok(object(&stored, kind, subject))
}

fn is_away(error: &StageError) -> bool {
    match error {
        StageError::Ledger(_) => true,
        StageError::Store(StoreError::Missing { .. } | StoreError::Altered { .. }) => false,
        StageError::Store(error) => error.disposition() == model::Disposition::Pause,
        _ => false,
    }
}

fn damaged(what: &str, why: &impl ToString) -> StageError {
    StageError::Damaged {
        what: what.into(),
        why: why.to_string(),
    }
}
