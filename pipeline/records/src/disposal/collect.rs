//! The collector: looks at every document of an approved list once more, in the transaction that
//! begins; deletes; proves that it is gone; and leaves a tombstone.
//!
//! It may be killed anywhere: what was begun is gone on with when it runs again. Nothing that a lock
//! or a hold is on can go: the ledger is asked in the transaction that begins, from which on no hold
//! can be placed, and the store refuses by itself.

use super::plan::obstacle;
use super::reach::{Reach, Reached, Rewriting, reach};
use crate::{Keeper, RecordsError};
use archive::{Content, Fixity, Key, Lock, StoreError, fixity};
use jiff::Timestamp;
use ledger::{
    Actor, Disposal, DisposalItem, DisposalState, ItemState, NewObject, Purge, Submission,
};
use model::SubmissionId;
use serde::Serialize;
use serde_json::{Value, json};

/// Times a document is looked at again because something about it changed meanwhile.
const LOOKS: u32 = 5;
/// Largest reading of a batch that is rewritten, in bytes: as many as a stage reads.
const MAX_PAGES_BYTES: u64 = 1 << 30;

/// What became of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Documents that are gone.
    pub disposed: usize,
    /// Documents that stay; their items say why.
    pub stay: usize,
}

/// What was done about one object.
#[derive(Serialize)]
struct Gone {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// Versions and delete markers that the store says went.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    versions: Vec<String>,
    /// What asking for it afterwards gave.
    afterwards: &'static str,
}

/// Removes the dropped files of a submission from the inbox: how many there were.
pub type PurgeSources<'p> = &'p mut (dyn FnMut(&Submission) -> Result<u32, String> + Send);

impl Keeper<'_> {
    /// Collects an approved disposal: every document that is still to be disposed of.
    ///
    /// # Errors
    /// [`RecordsError::Refused`] when it is not approved, or the clock is doubted; when ledger or store cannot be used. Then
    /// it can be collected again, and goes on.
    pub async fn collect(
        &self,
        disposal: &Disposal,
        actor: &Actor,
        clock: fn() -> Timestamp,
        sources: PurgeSources<'_>,
    ) -> Result<Collected, RecordsError> {
        if disposal.state != DisposalState::Approved {
            return Err(RecordsError::Refused(format!(
                "disposal {} is {}: only an approved one is collected",
                disposal.id,
                disposal.state.as_str()
            )));
        }
        self.ensure_clock(clock()).await?;
        let mut collected = Collected::default();
        for item in &disposal.items {
            let disposed = match item.state {
                ItemState::Disposed => true,
                ItemState::Stays => false,
                ItemState::Planned | ItemState::Collecting => {
                    self.collect_item(disposal.id, item, actor, clock(), sources)
                        .await?
                }
            };
            collected.disposed += usize::from(disposed);
            collected.stay += usize::from(!disposed);
        }
        Ok(collected)
    }

    async fn collect_item(
        &self,
        disposal: i64,
        item: &DisposalItem,
        actor: &Actor,
        now: Timestamp,
        sources: PurgeSources<'_>,
    ) -> Result<bool, RecordsError> {
        let id = item.document;
        let begun = match self.begin(disposal, item, actor, now).await? {
            Ok(begun) => begun,
            Err(why) => {
                let proof = json!({ "stays": why }).to_string();
                self.ledger.keep_item(disposal, id, &proof, actor).await?;
                return Ok(false);
            }
        };
        let mut gone = Vec::new();
        for key in &begun.content {
            match self.delete(key, now).await {
                Ok(proof) => gone.push(proof),
                Err(RecordsError::Store(StoreError::Locked { lock, .. })) if gone.is_empty() => {
                    let why = format!("the store refused to delete {key}: {lock}");
                    let proof = json!({ "stays": why }).to_string();
                    self.ledger.keep_item(disposal, id, &proof, actor).await?;
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        let mut objects = Vec::new();
        for rewriting in &begun.rewritten {
            objects.extend(self.rewrite(rewriting).await?);
        }
        let mut refused = Vec::new();
        for key in &begun.beside {
            match self.delete(key, now).await {
                Ok(proof) => gone.push(proof),
                Err(RecordsError::Store(StoreError::Locked { lock, .. })) => {
                    refused.push(format!("{key}: {lock}"));
                }
                Err(error) => return Err(error),
            }
        }
        let (files, left) = self.purge_sources(&begun.sources, sources).await?;
        let proof = json!({
            "objects": gone,
            "refused": refused,
            "files_removed_from_inbox": files,
            "files_left_in_inbox": left,
            "ledger": "rows deleted",
        });
        let keys = gone.iter().map(|gone| gone.key.clone()).collect();
        let purge = Purge {
            document: id,
            keys,
            objects,
            submissions: begun.submissions.clone(),
            proof: proof.to_string(),
        };
        self.ledger
            .finish_disposing(disposal, &purge, actor)
            .await?;
        Ok(true)
    }

    /// Removes the dropped files of submissions and their repeats: how many, and what could not be.
    async fn purge_sources(
        &self,
        submissions: &[SubmissionId],
        sources: PurgeSources<'_>,
    ) -> Result<(u32, Vec<String>), RecordsError> {
        let (mut files, mut left) = (0, Vec::new());
        for submission in submissions {
            let mut same = self.ledger.repeats_of(*submission).await?;
            same.push(*submission);
            for id in same {
                if let Some(received) = self.ledger.submission(id).await? {
                    match sources(&received) {
                        Ok(count) => files += count,
                        Err(why) => left.push(why),
                    }
                }
            }
        }
        Ok((files, left))
    }

    /// Looks at a document once more and begins; what goes with it, or why it stays.
    async fn begin(
        &self,
        disposal: i64,
        item: &DisposalItem,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Result<Box<Reached>, String>, RecordsError> {
        let id = item.document;
        for _ in 0..LOOKS {
            let basis = self.ledger.retention_basis(id).await?;
            let record = self.ledger.document(id).await?;
            let (Some(basis), Some(record)) = (basis, record) else {
                return Ok(Err("it is not there any more".into()));
            };
            if item.state == ItemState::Collecting && basis.disposal == Some(disposal) {
                // Begun before a kill: its bytes may be gone in part, and there is no way back.
                return Ok(match reach(*self, &record).await? {
                    Reach::Free(reached) => Ok(reached),
                    Reach::Entangled(why) => Err(why),
                });
            }
            if basis.class != item.class {
                let class = &basis.class;
                return Ok(Err(format!(
                    "its class is {class} now, which was not agreed to"
                )));
            }
            if let Some(why) = obstacle(*self, &basis, &record, now).await? {
                return Ok(Err(why));
            }
            let reached = match reach(*self, &record).await? {
                Reach::Free(reached) => reached,
                Reach::Entangled(why) => return Ok(Err(why)),
            };
            if let Some(why) = self.unsound(&reached.content).await? {
                return Ok(Err(why));
            }
            if self.ledger.begin_disposing(disposal, &basis, actor).await? {
                return Ok(Ok(reached));
            }
        }
        Ok(Err("it kept changing while it was looked at".into()))
    }

    /// Why content is not what it was put as: that is looked into first.
    async fn unsound(&self, content: &[Key]) -> Result<Option<String>, RecordsError> {
        for key in content {
            match fixity(self.store, key, None).await {
                Fixity::Sound { .. } => {}
                Fixity::Differs { reason } => {
                    // A batch may have gone with another of its documents.
                    if self.store.head(key).await.is_ok_and(|head| head.is_none()) {
                        continue;
                    }
                    return Ok(Some(format!(
                        "{key} differs, look into that first: {reason}"
                    )));
                }
                Fixity::Unreadable(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    async fn delete(&self, key: &Key, now: Timestamp) -> Result<Gone, RecordsError> {
        let before = self.store.head(key).await;
        let deletion = self.store.delete(key, now).await?;
        let afterwards = match self.store.head(key).await? {
            None => "not found",
            Some(_) => "still there",
        };
        Ok(Gone {
            key: key.to_string(),
            sha256: before
                .ok()
                .flatten()
                .map(|stored| stored.sha256.to_string()),
            versions: deletion.versions,
            afterwards,
        })
    }

    /// Keeps a batch's pages without those of a document that goes.
    async fn rewrite(&self, rewriting: &Rewriting) -> Result<Option<NewObject>, RecordsError> {
        let key = Key::pages(rewriting.submission, rewriting.version);
        if let Some(stored) = self.store.head(&key).await? {
            // Written before a kill.
            return Ok(Some(object(&stored, rewriting)));
        }
        let bytes = match self.store.bytes(&rewriting.newest, MAX_PAGES_BYTES).await {
            Err(StoreError::Missing { .. }) => return Ok(None),
            bytes => bytes?,
        };
        let mut stored: Value = serde_json::from_slice(&bytes)
            .map_err(|why| RecordsError::damaged("a batch's pages", why))?;
        if let Some(pages) = stored.get_mut("pages").and_then(Value::as_array_mut) {
            pages.retain(|page| {
                let number = page.get("number").and_then(Value::as_u64);
                let number = number.and_then(|number| u32::try_from(number).ok());
                !number.is_some_and(|number| rewriting.pages.contains(&number))
            });
        }
        let bytes = serde_json::to_vec(&stored)
            .map_err(|why| RecordsError::damaged("a batch's pages", why))?;
        let stored = self
            .store
            .put(&key, Content::bytes(bytes), Lock::NONE)
            .await?;
        Ok(Some(object(&stored, rewriting)))
    }
}

fn object(stored: &archive::Stored, rewriting: &Rewriting) -> NewObject {
    NewObject {
        key: stored.key.to_string(),
        version_id: stored.version.clone(),
        kind: "pages".into(),
        sha256: stored.sha256,
        bytes: stored.bytes,
        subject: rewriting.submission.into(),
    }
}
