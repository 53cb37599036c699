//! Freezing a list of documents: which version of each, which bytes, and what is not given.

use crate::EvidenceError;
use crate::package::{
    Coded, Exception, IndexState, Item, Kept, LogState, Reason, STATEMENT_FORMAT, Statement, paths,
};
use jiff::Timestamp;
use ledger::{Checkpoint, Ledger, LedgerError, NewDisclosure, StoredObject};
use model::{Digest, DocumentId, Field, Record, Severity};
use std::collections::BTreeSet;

/// Submissions listed as unread; where there are more, the archive is far from read, and says so.
const MOST_UNREAD: u32 = 10_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// Who gives it.
    pub sender: String,
    /// The recipient.
    pub recipient: Coded,
    /// The legal basis.
    pub basis: Coded,
    /// What it is for.
    pub purpose: String,
    /// The profile.
    pub profile: String,
    /// What was looked for, as it may be told to the recipient.
    pub query: String,
    /// How far the index had followed.
    pub index: IndexState,
    /// The documents that were found or asked for.
    pub documents: Vec<DocumentId>,
}

/// A frozen list.
#[derive(Clone, Debug)]
pub struct Frozen {
    statement: Statement,
    items: Vec<Item>,
    checkpoint: Option<Checkpoint>,
    request: Digest,
}

impl Frozen {
    /// What the register of disclosures notes of it.
    #[must_use]
    pub fn disclosure(&self) -> NewDisclosure {
        let statement = &self.statement;
        NewDisclosure {
            request: self.request,
            package: statement.package.clone(),
            recipient: statement.recipient.code.clone(),
            basis: statement.basis.code.clone(),
            purpose: statement.purpose.clone(),
            profile: statement.profile.clone(),
            query: statement.query.clone(),
            found: statement.found,
            documents: self.items.iter().map(|i| (i.document, i.version)).collect(),
        }
    }

    /// The same list, asked for at that time.
    #[must_use]
    pub fn at(mut self, requested_at: Timestamp) -> Self {
        self.statement.requested_at = requested_at;
        self
    }

    pub(super) fn into_parts(self) -> (Statement, Vec<Item>, Option<Checkpoint>) {
        (self.statement, self.items, self.checkpoint)
    }

    /// The statement; its time is not that of the request yet.
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }
}

/// Freezes a list. `title` gives the name of a document's type.
///
/// # Errors
/// When the ledger cannot be asked.
pub async fn freeze(
    ledger: &Ledger,
    order: Order,
    title: &(dyn Fn(&Record) -> String + Sync),
) -> Result<Frozen, EvidenceError> {
    let (mut items, mut exceptions) = (Vec::new(), Vec::new());
    let documents: BTreeSet<DocumentId> = order.documents.iter().copied().collect();
    for id in &documents {
        match frozen(ledger, *id, title).await? {
            Ok(item) => items.push(item),
            Err((reason, detail)) => exceptions.push(Exception {
                document: id.to_string(),
                reason,
                detail,
            }),
        }
    }
    let checkpoint = ledger.newest_checkpoint().await.map_err(asked)?;
    let unread = ledger.unread(MOST_UNREAD).await.map_err(asked)?;
    let mut statement = Statement {
        format: STATEMENT_FORMAT,
        package: String::new(),
        requested_at: Timestamp::UNIX_EPOCH,
        sender: order.sender,
        recipient: order.recipient,
        basis: order.basis,
        purpose: order.purpose,
        profile: order.profile,
        query: order.query,
        index: order.index,
        checkpoint: checkpoint.as_ref().map(|known| LogState {
            size: known.size,
            root: known.root,
        }),
        found: documents.len() as u64,
        given: items.len() as u64,
        exceptions,
        unread: unread.iter().map(ToString::to_string).collect(),
        leaves_out: leaves_out(checkpoint.is_some()),
    };
    let all = serde_json::to_vec(&(&statement, &items, checkpoint.as_ref().map(|c| &c.note)))
        .map_err(|e| EvidenceError::Damaged {
            what: "the list of documents".into(),
            why: e.to_string(),
        })?;
    let request = Digest::of(&all);
    statement.package = format!("kartoteka-{}", &request.to_string()[..20]);
    Ok(Frozen {
        statement,
        items,
        checkpoint,
        request,
    })
}

/// What no package holds yet, said so that nobody has to find out.
fn leaves_out(has_checkpoint: bool) -> Vec<String> {
    let log = match has_checkpoint {
        true => {
            "Wycinek dziennika zawiera zdarzenia o dokumentach z ich numerami, bez zdarzeń o \
             wstrzymaniach brakowania. Zdarzenia nowsze niż punkt kontrolny nie mają jeszcze dowodu włączenia."
        }
        false => {
            "Wycinek dziennika zawiera zdarzenia o dokumentach z ich numerami, bez zdarzeń o \
             wstrzymaniach brakowania. Dziennik nie miał jeszcze punktu kontrolnego, więc dowodów \
             włączenia nie ma."
        }
    };
    [
        "Kopii PDF/A i plików ALTO w paczce nie ma: archiwum ich jeszcze nie tworzy. Oryginały są \
         kompletne, a słowa z miejscami są w plikach pages.json.",
        log,
        "Podpis dowodzi, że paczki nie zmieniono po podpisaniu; nie dowodzi, że bankowi nie \
         zaginęło nic, zanim zostało przyjęte do archiwum.",
    ]
    .map(str::to_owned)
    .into()
}

/// One document, or why it is not given.
async fn frozen(
    ledger: &Ledger,
    id: DocumentId,
    title: &(dyn Fn(&Record) -> String + Sync),
) -> Result<Result<Item, (Reason, String)>, EvidenceError> {
    let Some(record) = ledger.document(id).await.map_err(asked)? else {
        return Ok(Err(match ledger.tombstone(id).await.map_err(asked)? {
            Some((disposal, item)) => {
                let detail = format!(
                    "brakowanie nr {disposal}: {}, od {}, {}",
                    item.kind, item.retain_until, item.basis
                );
                (Reason::Disposed, detail)
            }
            None => (Reason::Unknown, String::new()),
        }));
    };
    let own = ledger.objects_of(id).await.map_err(asked)?;
    let shared = ledger.objects_of(record.submission).await.map_err(asked)?;
    let key = archive::Key::record(id, record.version);
    let Some(kept_record) = own.iter().find(|o| o.object.key == key.as_str()) else {
        let detail = format!("wersja {} nie jest jeszcze w archiwum", record.version);
        return Ok(Err((Reason::Unfinished, detail)));
    };
    let siblings = ledger.submission(record.submission).await.map_err(asked)?;
    let is_batch = siblings.is_some_and(|submission| submission.documents.len() > 1);
    let (original, whole) = match &record.master {
        Some(master) => (object(ledger, &own, &master.key).await?, false),
        None if is_batch => {
            let detail = "jego plik zawiera też strony innych dokumentów".to_owned();
            return Ok(Err((Reason::Confidential, detail)));
        }
        None => {
            let key = archive::Key::original(record.original.sha256);
            (object(ledger, &shared, key.as_str()).await?, true)
        }
    };
    let Some(original) = original else {
        let detail = "rejestr nie zna jego pliku w archiwum".to_owned();
        return Ok(Err((Reason::Unfinished, detail)));
    };
    let words = shared.iter().rfind(|o| o.object.kind == "pages");
    let events = ledger.events_to_give(id).await.map_err(asked)?;
    let media_type = record.original.media_type.clone();
    let json = "application/json";
    Ok(Ok(Item {
        document: id,
        version: record.version,
        kind: record.kind.to_string(),
        title: title(&record),
        agreement_number: first(&record, "agreement_number"),
        agreement_date: first(&record, "agreement_date"),
        pages: u32::try_from(record.pages.len()).unwrap_or(u32::MAX),
        received_at: record.received_at.parse().unwrap_or_default(),
        file_name: record.original.name.clone(),
        to_review: needs_review(&record),
        findings: findings(&record),
        original: kept(&original, &media_type, paths::original(id, &media_type)),
        whole,
        record: kept(kept_record, json, paths::record(id)),
        submission: sidecar(&record, &original, paths::submission(id)),
        words: words.map(|words| kept(words, json, paths::pages(id))),
        newest_event: events.last().map_or(0, |event| event.seq),
    }))
}

async fn object(
    ledger: &Ledger,
    known: &[StoredObject],
    key: &str,
) -> Result<Option<StoredObject>, EvidenceError> {
    match known.iter().find(|stored| stored.object.key == key) {
        Some(stored) => Ok(Some(stored.clone())),
        // Brought by an earlier submission of the same bytes.
        None => ledger.object(key).await.map_err(asked),
    }
}

/// The ledger keeps no hash of sidecars: it is known once it is read.
fn sidecar(record: &Record, original: &StoredObject, path: String) -> Kept {
    Kept {
        path,
        key: archive::Key::submission(record.submission).to_string(),
        version_id: None,
        media_type: "application/json".into(),
        sha256: Digest::of(b""),
        bytes: 0,
        stored_at: original.stored_at,
    }
}

fn kept(stored: &StoredObject, media_type: &str, path: String) -> Kept {
    Kept {
        path,
        key: stored.object.key.clone(),
        version_id: stored.object.version_id.clone(),
        media_type: media_type.to_owned(),
        sha256: stored.object.sha256,
        bytes: stored.object.bytes,
        stored_at: stored.stored_at,
    }
}

/// The first value of a field; empty where there is none.
fn first(record: &Record, name: &str) -> String {
    let value = record
        .fields
        .get(name)
        .and_then(|field| field.values().first());
    value
        .map(|value| value.value.to_string())
        .unwrap_or_default()
}

fn needs_review(record: &Record) -> bool {
    let unsure = |field: &Field| {
        let mut values = field.values().iter();
        values.any(|value| value.status == model::FieldStatus::Review)
    };
    record.fields.values().any(unsure)
}

/// The checks that found something, errors first, each once.
fn findings(record: &Record) -> Vec<String> {
    let mut found: Vec<(Severity, &str)> = record
        .findings
        .iter()
        .filter(|finding| finding.severity != Severity::Info)
        .map(|finding| (finding.severity, finding.rule.as_str()))
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    found.dedup();
    found.into_iter().map(|(_, rule)| rule.to_owned()).collect()
}

pub(super) fn asked(error: LedgerError) -> EvidenceError {
    EvidenceError::Source(error.to_string())
}
