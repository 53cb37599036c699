//! An archive of documents that nobody scanned: as many as are asked for, each with its bytes.

use archive::{Content, DirectoryStore, Key, Lock, Naming, Store as _};
use jiff::Timestamp;
use ledger::{
    Actor, Ledger, NewJob, NewObject, NewSubmission, Options, PageAssignment, Rebuilt, Review,
    WorkToDo,
};
use model::{Digest, DocumentId, Record, StationName, SubmissionId};
use serde_json::json;
use std::path::Path;

pub(crate) struct Archive {
    pub(crate) ledger: Ledger,
    pub(crate) store: DirectoryStore,
    pub(crate) documents: Vec<DocumentId>,
}

impl Archive {
    /// Documents of about that many bytes each.
    pub(crate) async fn of(folder: &Path, count: u32, bytes: usize) -> Self {
        let url = format!("sqlite:{}", folder.join("ledger.db").display());
        let ledger = Ledger::open(&url, Options::default()).await.unwrap();
        let store = DirectoryStore::open(&folder.join("archive"), archive::Absent::Create).unwrap();
        let mut documents = Vec::new();
        for number in 1..=count {
            let id = SubmissionId::from_parts(1_700_000_000_000 + u64::from(number), number.into());
            documents.push(add(&ledger, &store, id, bytes).await);
        }
        Self {
            ledger,
            store,
            documents,
        }
    }
}

async fn add(
    ledger: &Ledger,
    store: &DirectoryStore,
    id: SubmissionId,
    bytes: usize,
) -> DocumentId {
    let document = id.document(1);
    let content = format!("%PDF-1.4 {id} {}", "umowa ".repeat(bytes / 6));
    let sha256 = Digest::of(content.as_bytes());
    let at = Timestamp::UNIX_EPOCH;
    let sidecar = json!({"format": 1, "id": id, "station": "skaner-1", "name": "umowa.pdf", "sha256": sha256,
        "bytes": content.len(), "received_at": at.to_string()});
    let pages = json!({"format": 1, "submission": id, "engine": "test", "pages": [
        {"number": 1, "width": 10, "height": 10, "dpi": [72, 72], "rotation": 0, "skew": 0.0, "kind": "text",
         "source": "ocr", "quality": {"verdict": "good", "reasons": []}, "text": "umowa", "words": []}]});
    let record = record(document, sha256, content.len());
    let kept = [
        (Key::submission(id), sidecar.to_string(), None),
        (Key::original(sha256), content.clone(), Some("original")),
        (Key::pages(id, 1), pages.to_string(), Some("pages")),
        (
            Key::record(document, 1),
            serde_json::to_string(&record).unwrap(),
            Some("record"),
        ),
    ];
    let mut objects = Vec::new();
    for (key, text, kind) in kept {
        let naming = Naming::Key(key);
        let stored = store
            .store(naming, Content::bytes(text), Lock::default())
            .await
            .unwrap();
        let subject = match kind {
            Some("record") => document.into(),
            _ => id.into(),
        };
        objects.extend(kind.map(|kind| NewObject {
            key: stored.key.to_string(),
            version_id: None,
            kind: kind.into(),
            sha256: stored.sha256,
            bytes: stored.bytes,
            subject,
        }));
    }
    let rebuilt = Rebuilt {
        submission: NewSubmission {
            id,
            station: StationName::parse("skaner-1").unwrap(),
            name: "umowa.pdf".into(),
            sha256,
            bytes: content.len() as u64,
            received_at: at,
            source: std::collections::BTreeMap::new(),
            object: objects.remove(0),
            first: NewJob::new(id, "recognise", "test"),
        },
        work: WorkToDo::Done,
        reading: None,
        pages: Vec::new(),
        assignments: vec![PageAssignment {
            document,
            pages: Vec::new(),
        }],
        records: vec![(record, Review::NotNeeded)],
        objects,
    };
    ledger
        .rebuild(&rebuilt, &Actor::person("test"))
        .await
        .unwrap();
    document
}

/// A record of one page.
fn record(document: DocumentId, sha256: Digest, bytes: usize) -> Record {
    let (id, at) = (document.submission(), Timestamp::UNIX_EPOCH);
    serde_json::from_value(json!({"format": 1, "id": document, "version": 1,
        "submission": id, "station": "skaner-1", "received_at": at.to_string(),
        "original": {"name": "umowa ąę.pdf", "sha256": sha256, "bytes": bytes, "media_type": "application/pdf"},
        "credit_file": null, "type": "other", "confidence": 0.9, "language": "pl", "fields": {}, "findings": [],
        "pages": [{"number": 1, "width": 10, "height": 10, "dpi": [72, 72], "rotation": 0, "skew": 0.0,
            "kind": "text", "source": "ocr", "quality": {"verdict": "good", "reasons": []}, "words": 0}],
        "retention": {"class": "other", "rules": [], "retain_until": null, "holds": []},
        "paper": {"box": null, "original_required": false}, "history": []})).unwrap()
}
