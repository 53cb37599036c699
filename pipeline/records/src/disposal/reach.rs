//! What goes with a document: everything that holds its words, and nothing that a document which
//! stays still needs. Bytes that several share stay as long as the longest of them.

use crate::{Keeper, RecordsError};
use archive::{Key, Prefix};
use ledger::StoredObject;
use model::{DocumentId, Record, SubmissionId};
use std::collections::BTreeSet;

/// What disposal of a document reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It goes with these.
    Free(Box<Reached>),
    /// It cannot go without what others need; why.
    Entangled(String),
}

/// What goes with a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Its own file, its original: deleted first, so that one that is refused stops everything.
    pub content: Vec<Key>,
    /// Records, words, sidecars, pages.
    pub beside: Vec<Key>,
    /// Pages of batches whose other documents stay: what is kept of them, without the document's.
    pub rewritten: Vec<Rewriting>,
    /// Submissions of which nothing is left, repeats not counted.
    pub submissions: Vec<SubmissionId>,
    /// Submissions whose dropped files go from the inbox: those, and the batches that went.
    pub sources: Vec<SubmissionId>,
}

/// Pages of a batch without those of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewriting {
    /// The batch.
    pub submission: SubmissionId,
    /// The newest reading of it.
    pub newest: Key,
    /// The version after that.
    pub version: u32,
    /// The numbers of the pages that go.
    pub pages: BTreeSet<u32>,
}

/// What disposal of a document reaches.
///
/// # Errors
/// When ledger or store cannot be asked.
pub async fn reach(keeper: Keeper<'_>, record: &Record) -> Result<Reach, RecordsError> {
    let id = record.id;
    let mut reached = Reached::default();
    for stored in keeper.ledger.objects_of(id).await? {
        let key = key_of(&stored)?;
        match stored.object.kind.as_str() {
            "master" => reached.content.push(key),
            _ => reached.beside.push(key),
        }
    }
    // What a step left in the store that was killed before it told the ledger.
    for key in listed(keeper, id).await? {
        if !reached.content.contains(&key) && !reached.beside.contains(&key) {
            reached.beside.push(key);
        }
    }
    for submission in keeper.ledger.used_by(id).await? {
        let Some(received) = keeper.ledger.submission(submission).await? else {
            continue;
        };
        let mut others = keeper.ledger.users_of(submission).await?;
        others.retain(|other| *other != id);
        let original = Key::original(received.sha256);
        let pages = pages_of(keeper, submission).await?;
        reached.sources.push(submission);
        if others.is_empty() {
            reached.content.push(original);
            reached.beside.push(Key::submission(submission));
            for repeat in keeper.ledger.repeats_of(submission).await? {
                reached.beside.push(Key::submission(repeat));
            }
            reached
                .beside
                .extend(pages.iter().map(|(key, _)| key.clone()));
            reached.submissions.push(submission);
            continue;
        }
        for other in &others {
            if !has_master(keeper, *other, submission).await? {
                return Ok(Reach::Entangled(format!(
                    "its bytes are also those of {other}, which has no file of its own and stays"
                )));
            }
        }
        reached.content.push(original);
        if let Some((newest, version)) = pages.last() {
            reached.rewritten.push(Rewriting {
                submission,
                newest: newest.clone(),
                version: version + 1,
                pages: numbers(record, submission),
            });
        }
        reached.beside.extend(pages.into_iter().map(|(key, _)| key));
    }
    Ok(Reach::Free(Box::new(reached)))
}

/// The numbers that a document's pages have in a submission.
fn numbers(record: &Record, submission: SubmissionId) -> BTreeSet<u32> {
    let own = submission == record.submission;
    let numbers = record.pages.iter().filter_map(|page| match page.rescanned {
        Some(from) if from.submission == submission => Some(from.number),
        _ if own => Some(page.number),
        _ => None,
    });
    numbers.collect()
}

async fn has_master(
    keeper: Keeper<'_>,
    document: DocumentId,
    submission: SubmissionId,
) -> Result<bool, RecordsError> {
    let objects = keeper.ledger.objects_of(document).await?;
    let own = document.submission() == submission;
    Ok(own && objects.iter().any(|stored| stored.object.kind == "master"))
}

/// The readings of a submission, oldest first, with their versions.
async fn pages_of(
    keeper: Keeper<'_>,
    submission: SubmissionId,
) -> Result<Vec<(Key, u32)>, RecordsError> {
    let mut pages = Vec::new();
    for stored in keeper.ledger.objects_of(submission).await? {
        if stored.object.kind == "pages" {
            let name = stored.object.key.rsplit('/').next().unwrap_or_default();
            let version = name.trim_end_matches(".json").parse();
            let version = version.map_err(|why| RecordsError::damaged("a key of pages", why))?;
            pages.push((key_of(&stored)?, version));
        }
    }
    pages.sort_by_key(|(_, version)| *version);
    Ok(pages)
}

fn key_of(stored: &StoredObject) -> Result<Key, RecordsError> {
    Key::parse(&stored.object.key).map_err(|why| RecordsError::damaged("a key", why))
}

/// Everything that the store has under a document's identity.
async fn listed(keeper: Keeper<'_>, id: DocumentId) -> Result<Vec<Key>, RecordsError> {
    let mut keys = Vec::new();
    for prefix in Prefix::all_of(id) {
        let mut after = None;
        loop {
            let listing = keeper.store.list(&prefix, after.as_deref()).await?;
            keys.extend(listing.entries.into_iter().filter_map(|entry| entry.key));
            after = listing.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(keys)
}
