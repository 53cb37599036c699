//! A ledger, a store and a schedule of one's own, documents in them, and a clock moved by hand.

use archive::{Absent, Content, DirectoryStore, Key, Lock, Store};
use jiff::Timestamp;
use jiff::civil::Date;
use ledger::{
    Actor, Change, Clock, CreditFileKey, DocumentPut, EventOf, FOLLOW_UP, Joining, Ledger,
    ManualClock, NewHold, NewJob, NewObject, NewSubmission, NewTermEvent, Options, PageAssignment,
    PageEntry, Review, SubmissionReading, TermEventId, Witness,
};
use model::{
    Digest, DocumentId, DocumentType, Failure, Language, Master, Original, Page, Paper,
    RECORD_FORMAT, Record, RefusalReason, Retention, StationName, SubmissionId,
};
use records::{Keeper, Schedule};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A word that is in every document, in its file, its record and its pages.
pub(crate) const WORD: &str = "Grzegżółkowski";

/// What time it is in this test's process, in seconds since 1970.
static NOW: AtomicI64 = AtomicI64::new(0);

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(NOW.load(Ordering::SeqCst)).unwrap()
}

pub(crate) fn set_day(day: Date) {
    let begins = records::start_of(day, Schedule::built_in().unwrap().zone()).unwrap();
    NOW.store(begins.as_second() + 12 * 3_600, Ordering::SeqCst);
}

pub(crate) struct World {
    pub(crate) ledger: Ledger,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) schedule: Schedule,
    clock: ManualClock,
    folder: tempfile::TempDir,
}

pub(crate) fn anna() -> Actor {
    Actor::person("anna")
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("ledger.db").display());
        let clock = ManualClock::at(1_795_478_400_000);
        let options = Options {
            clock: Clock::Manual(clock.clone()),
            ..Options::default()
        };
        let store = DirectoryStore::open(&folder.path().join("archive"), Absent::Create).unwrap();
        Self {
            ledger: Ledger::open(&url, options).await.unwrap(),
            store: Arc::new(store),
            schedule: Schedule::built_in().unwrap(),
            clock,
            folder,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn keeper(&self) -> Keeper<'_> {
        self.keeper_on(self.store.as_ref())
    }

    pub(crate) fn keeper_on<'k>(&'k self, store: &'k dyn Store) -> Keeper<'k> {
        Keeper {
            ledger: &self.ledger,
            store,
            schedule: &self.schedule,
        }
    }

    /// Leases of whoever was killed run out.
    pub(crate) fn wait_for_leases(&self) {
        self.clock.advance(Duration::from_secs(60));
    }

    pub(crate) async fn follow_up(&self) -> u64 {
        self.keeper()
            .follow_up("n", now, &mut |_| ())
            .await
            .unwrap()
    }

    /// A submission of its own bytes, with that many documents of one page each; with several they
    /// have masters where `parted` says so.
    pub(crate) async fn receive(&self, n: u32, documents: u32, parted: Parted) -> Vec<DocumentId> {
        let id = SubmissionId::from_parts(1_700_000_000_000 + u64::from(n), n.into());
        let bytes = format!("scan {n} of {WORD}").into_bytes();
        let sha256 = Digest::of(&bytes);
        let original = self.put(&Key::original(sha256), bytes.clone()).await;
        let sidecar = format!("{{\"name\": \"{WORD} {n}.pdf\"}}");
        self.put(&Key::submission(id), sidecar.into_bytes()).await;
        let new = NewSubmission {
            id,
            station: StationName::parse("A").unwrap(),
            name: format!("{WORD} {n}.pdf"),
            sha256,
            bytes: bytes.len() as u64,
            received_at: now(),
            source: BTreeMap::from([("operator".into(), WORD.into())]),
            object: object(&original, "original", id),
            first: NewJob::new(id, "recognise", "1"),
        };
        self.ledger.receive(&new).await.unwrap();
        let pages: Vec<Page> = (1..=documents).map(page).collect();
        let stored: Vec<_> = (1..=documents)
            .map(|number| serde_json::json!({"number": number, "text": format!("{WORD} {number}")}))
            .collect();
        let stored = serde_json::json!({ "format": 1, "pages": stored }).to_string();
        let read = self.put(&Key::pages(id, 1), stored.into_bytes()).await;
        let mut change = Change {
            reading: Some(SubmissionReading {
                media_type: "application/pdf".into(),
                pages: documents,
            }),
            pages: pages.iter().map(PageEntry::from).collect(),
            objects: vec![object(&read, "pages", id)],
            ..Change::default()
        };
        let ids: Vec<DocumentId> = (1..=documents)
            .map(|ordinal| id.document(ordinal))
            .collect();
        for (document, number) in ids.iter().zip(1..) {
            let mut record = record(*document, sha256, number);
            if parted == Parted::WithMasters {
                let bytes = format!("page {number} of scan {n} of {WORD}").into_bytes();
                let master = self.put(&Key::master(*document, 1), bytes).await;
                change.objects.push(object(&master, "master", *document));
                record.master = Some(Master {
                    key: master.key.to_string(),
                    sha256: master.sha256,
                    bytes: master.bytes,
                });
            }
            let bytes = serde_json::to_vec(&record).unwrap();
            let kept = self.put(&Key::record(*document, 1), bytes).await;
            change.objects.push(object(&kept, "record", *document));
            change.assignments.push(PageAssignment {
                document: *document,
                pages: vec![number],
            });
            change.documents.push(DocumentPut {
                record,
                review: Review::NotNeeded,
            });
        }
        let claim = self
            .ledger
            .claim(&["recognise"], "n")
            .await
            .unwrap()
            .unwrap();
        self.ledger.apply(&claim, &change).await.unwrap();
        ids
    }

    async fn put(&self, key: &Key, bytes: Vec<u8>) -> archive::Stored {
        self.store
            .put(key, Content::bytes(bytes), Lock::NONE)
            .await
            .unwrap()
    }

    pub(crate) async fn file(&self, document: DocumentId, agreement: &str) -> i64 {
        let joining = Joining {
            document,
            file: CreditFileKey {
                client_number: None,
                agreement_number: Some(agreement.into()),
            },
            product: None,
            branch: None,
            customers: vec![ledger::NewCustomer {
                kind: model::CustomerKind::Person,
                name: format!("Jan {WORD}"),
                identifier: "44051401359".into(),
            }],
        };
        self.ledger
            .join_credit_file(&joining, &anna())
            .await
            .unwrap()
            .id
    }

    pub(crate) async fn confirm(&self, document: DocumentId, class: &str) {
        self.ledger
            .confirm_class(document, class, &anna())
            .await
            .unwrap();
    }

    /// The same of one that may be gone.
    pub(crate) async fn confirm_if_there(&self, document: DocumentId, class: &str) {
        let _ = self.ledger.confirm_class(document, class, &anna()).await;
    }

    pub(crate) async fn state(&self, file: i64, kind: &str, day: Date) -> Option<TermEventId> {
        let new = NewTermEvent {
            of: EventOf::CreditFile(file),
            kind: kind.into(),
            day,
            source: "core".into(),
            evidence: WORD.into(),
            witness: Witness::Enough,
        };
        self.ledger.state_term_event(&new, &anna()).await.ok()
    }

    pub(crate) async fn hold(&self, document: DocumentId) -> i64 {
        let hold = NewHold {
            matter: "I C 7/26".into(),
            authority: "sąd".into(),
            documents: vec![document],
            ..NewHold::default()
        };
        self.ledger.place_hold(&hold, &anna()).await.unwrap()
    }

    pub(crate) async fn lock(&self, key: &Key) -> Option<Lock> {
        self.store
            .head(key)
            .await
            .unwrap()
            .map(|stored| stored.lock)
    }

    /// The key of a document's bytes.
    pub(crate) async fn content(&self, document: DocumentId) -> Key {
        let objects = self.ledger.objects_of(document).await.unwrap();
        let own = objects.into_iter().find(|o| o.object.kind == "master");
        if let Some(own) = own {
            return Key::parse(&own.object.key).unwrap();
        }
        let submission = self.ledger.submission(document.submission()).await.unwrap();
        Key::original(submission.unwrap().sha256)
    }

    /// How much follow-up work waits.
    pub(crate) async fn waiting(&self) -> u64 {
        let status = self.ledger.status().await.unwrap();
        let stage = status
            .stages
            .into_iter()
            .find(|stage| stage.stage == FOLLOW_UP);
        stage.map_or(0, |stage| stage.waiting + stage.delayed + stage.leased)
    }
}

/// Whether documents of a batch have files of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parted {
    WithMasters,
    InOneFile,
}

fn object(stored: &archive::Stored, kind: &str, subject: impl Into<ledger::Subject>) -> NewObject {
    NewObject {
        key: stored.key.to_string(),
        version_id: None,
        kind: kind.into(),
        sha256: stored.sha256,
        bytes: stored.bytes,
        subject: subject.into(),
    }
}

fn page(number: u32) -> Page {
    Page::failed(number, Failure::new(RefusalReason::Damaged, WORD))
}

fn record(id: DocumentId, sha256: Digest, number: u32) -> Record {
    Record {
        format: RECORD_FORMAT,
        id,
        version: 1,
        submission: id.submission(),
        station: "A".into(),
        received_at: "2026-11-24T00:00:00Z".into(),
        original: Original {
            name: format!("{WORD}.pdf"),
            sha256,
            bytes: 1,
            media_type: "application/pdf".into(),
        },
        credit_file: None,
        kind: DocumentType::parse("annex").unwrap(),
        confidence: 0.97,
        language: Language::Pl,
        fields: BTreeMap::new(),
        findings: Vec::new(),
        pages: vec![(&page(number)).into()],
        retention: Retention {
            class: "credit_agreement".into(),
            rules: Vec::new(),
            retain_until: None,
            holds: Vec::new(),
        },
        paper: Paper::default(),
        history: Vec::new(),
        source: BTreeMap::from([("operator".into(), WORD.into())]),
        master: None,
    }
}
