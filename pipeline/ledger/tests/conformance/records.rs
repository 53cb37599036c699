//! Documents: versions, people's corrections, credit files, holds.

use crate::world::{World, anna, job, submission_id};
use ledger::{
    Change, Correction, CreditFileKey, DocumentFilter, DocumentPut, Joining, LedgerError,
    NewCustomer, NewHold, PageAssignment, PageEntry, Review, SubmissionReading,
};
use model::{
    CustomerKind, Digest, DocumentId, DocumentType, Failure, Field, FieldStatus, FieldValue,
    Language, Original, Page, Paper, Place, RECORD_FORMAT, Record, RefusalReason, Retention, Value,
};
use std::collections::BTreeMap;

crate::on_both!(
    a_document_comes_back_as_it_was_written_with_its_history,
    pages_know_their_document,
    a_version_that_is_not_the_next_is_refused_and_nothing_is_written,
    a_later_reading_keeps_what_a_person_set,
    a_field_that_a_person_removed_stays_removed,
    a_correction_of_an_old_version_is_refused,
    documents_join_credit_files_by_confirmed_numbers,
    holds_cover_documents_and_whole_credit_files,
    lists_filter_and_page,
);

pub(crate) fn field(value: &str) -> Field {
    Field::One(FieldValue {
        value: Value::Text(value.into()),
        text: format!("{value} zł"),
        page: 1,
        place: Place::new(10, 20, 300, 40),
        confidence: 0.9,
        status: FieldStatus::Review,
        repaired: false,
        evidence: None,
    })
}

pub(crate) fn record(id: DocumentId, version: u32, fields: &[(&str, &str)]) -> Record {
    Record {
        format: RECORD_FORMAT,
        id,
        version,
        submission: id.submission(),
        station: "A".into(),
        received_at: "2026-11-24T00:00:00Z".into(),
        original: Original {
            name: "skan 1.pdf".into(),
            sha256: Digest::of(b"x"),
            bytes: 1,
            media_type: "application/pdf".into(),
        },
        credit_file: None,
        kind: DocumentType::parse("annex").unwrap(),
        confidence: 0.97,
        language: Language::Pl,
        fields: fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), field(value)))
            .collect(),
        findings: Vec::new(),
        pages: vec![(&page(1)).into()],
        retention: Retention {
            class: "credit".into(),
            rules: Vec::new(),
            retain_until: None,
            holds: Vec::new(),
        },
        paper: Paper::default(),
        history: Vec::new(),
        source: BTreeMap::new(),
        master: None,
    }
}

fn page(number: u32) -> Page {
    Page::failed(number, Failure::new(RefusalReason::Damaged, "damaged"))
}

fn put(record: Record) -> DocumentPut {
    DocumentPut {
        record,
        review: Review::Needed,
    }
}

/// Submission `n` with one document at version 1.
pub(crate) async fn with_document(world: &World, n: u32, fields: &[(&str, &str)]) -> DocumentId {
    let id = world.receive(n, "A").await.document(1);
    let claim = world.claim("recognise", "n").await.unwrap();
    let change = Change {
        reading: Some(SubmissionReading {
            media_type: "application/pdf".into(),
            pages: 2,
        }),
        pages: vec![(&page(1)).into(), (&page(2)).into()],
        documents: vec![put(record(id, 1, fields))],
        assignments: vec![PageAssignment {
            document: id,
            pages: vec![1],
        }],
        ..Change::default()
    };
    world.ledger.apply(&claim, &change).await.unwrap();
    id
}

/// Another reading of a document, by a stage.
pub(crate) async fn read_again(world: &World, record: Record) -> Result<(), LedgerError> {
    let id = record.id;
    let again = ledger::NewJob::new(id, "extract", record.version.to_string());
    let change = Change {
        jobs: vec![again],
        ..Change::default()
    };
    world
        .ledger
        .apply_by(&anna(), "reprocess", id, &change)
        .await
        .unwrap();
    let claim = world.claim("extract", "n").await.unwrap();
    let change = Change {
        documents: vec![put(record)],
        jobs: vec![job(id, "never")],
        ..Change::default()
    };
    let applied = world.ledger.apply(&claim, &change).await;
    if applied.is_ok() {
        let next = world.claim("never", "n").await.unwrap();
        world.finish(&next).await;
    }
    applied
}

fn correction(document: DocumentId, version: u32, field: Option<Field>) -> Correction {
    Correction {
        document,
        version,
        fields: BTreeMap::from([("credit_amount".into(), field)]),
        why: "czytelne na oryginale".into(),
        review: Review::NotNeeded,
        jobs: Vec::new(),
    }
}

async fn a_document_comes_back_as_it_was_written_with_its_history(world: World) {
    let id = with_document(&world, 1, &[("rrso", "5.45")]).await;
    let stored = world.ledger.document(id).await.unwrap().unwrap();
    assert!(stored.history.is_empty());
    assert_eq!(stored, record(id, 1, &[("rrso", "5.45")]));
    let submission = world
        .ledger
        .submission(id.submission())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (submission.documents, submission.pages),
        (vec![id], Some(2))
    );
    let status = world.ledger.status().await.unwrap();
    assert_eq!(
        (status.documents, status.pages, status.to_review),
        (1, 2, 1)
    );
    assert_eq!(
        world
            .ledger
            .document(id.submission().document(2))
            .await
            .unwrap(),
        None
    );
    world.check_sums().await;
}

async fn pages_know_their_document(world: World) {
    let id = with_document(&world, 1, &[]).await;
    let pages = world.ledger.pages(id.submission()).await.unwrap();
    let expected = [
        PageEntry {
            document: Some(id),
            ..(&page(1)).into()
        },
        PageEntry {
            document: None,
            ..(&page(2)).into()
        },
    ];
    assert_eq!(pages, expected);
}

async fn a_version_that_is_not_the_next_is_refused_and_nothing_is_written(world: World) {
    let id = with_document(&world, 1, &[("rrso", "5.45")]).await;
    for wrong in [1, 3] {
        let refused = read_again(&world, record(id, wrong, &[("rrso", "9.99")])).await;
        assert!(
            matches!(refused, Err(LedgerError::VersionConflict { current: 1, offered, .. }) if offered == wrong)
        );
        assert!(world.claim("never", "n").await.is_none());
    }
    assert_eq!(world.ledger.version(id).await.unwrap(), 1);
    assert!(world.ledger.field_changes(id).await.unwrap().is_empty());
    world.check_sums().await;
}

async fn a_later_reading_keeps_what_a_person_set(world: World) {
    let read = [("credit_amount", "3100.00"), ("rrso", "5.45")];
    let id = with_document(&world, 1, &read).await;
    let by_anna = correction(id, 1, Some(field("31000.00")));
    assert_eq!(world.ledger.correct(&by_anna, &anna()).await.unwrap(), 2);
    assert_eq!(world.ledger.status().await.unwrap().to_review, 0);
    let again = [("credit_amount", "3100.00"), ("rrso", "5.54")];
    read_again(&world, record(id, 3, &again)).await.unwrap();
    let stored = world.ledger.document(id).await.unwrap().unwrap();
    assert_eq!(
        (stored.version, &stored.fields["credit_amount"]),
        (3, &field("31000.00"))
    );
    assert_eq!(stored.fields["rrso"], field("5.54"));
    let changes = world.ledger.field_changes(id).await.unwrap();
    let told: Vec<_> = changes
        .iter()
        .map(|c| (c.name.as_str(), c.version, c.actor.as_str(), c.why.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("credit_amount", 2, "anna.nowak", "czytelne na oryginale"),
            ("rrso", 3, "extract@n", "")
        ]
    );
    assert_eq!(changes[0].from, Some(vec![Value::Text("3100.00".into())]));
    assert_eq!(changes[0].to, Some(vec![Value::Text("31000.00".into())]));
    let first = world.ledger.record_version(id, 1).await.unwrap().unwrap();
    assert_eq!(first.fields["credit_amount"], field("3100.00"));
    world.check_sums().await;
}

async fn a_field_that_a_person_removed_stays_removed(world: World) {
    let read = [("credit_amount", "3100.00")];
    let id = with_document(&world, 1, &read).await;
    world
        .ledger
        .correct(&correction(id, 1, None), &anna())
        .await
        .unwrap();
    read_again(&world, record(id, 3, &read)).await.unwrap();
    let stored = world.ledger.document(id).await.unwrap().unwrap();
    assert_eq!(stored.fields, BTreeMap::new());
    assert_eq!(world.ledger.field_changes(id).await.unwrap().len(), 1);
    let restored = correction(id, 3, Some(field("31.00")));
    world.ledger.correct(&restored, &anna()).await.unwrap();
    let last = world.ledger.field_changes(id).await.unwrap().pop().unwrap();
    assert_eq!(
        (last.from, last.to),
        (None, Some(vec![Value::Text("31.00".into())]))
    );
}

async fn a_correction_of_an_old_version_is_refused(world: World) {
    let id = with_document(&world, 1, &[]).await;
    world
        .ledger
        .correct(&correction(id, 1, Some(field("1.00"))), &anna())
        .await
        .unwrap();
    let late = world
        .ledger
        .correct(&correction(id, 1, Some(field("2.00"))), &anna())
        .await;
    assert!(matches!(
        late,
        Err(LedgerError::VersionConflict { current: 2, .. })
    ));
    let stage = ledger::Actor::stage("extract", "n");
    let refused = world.ledger.correct(&correction(id, 2, None), &stage).await;
    assert!(matches!(refused, Err(LedgerError::Refused(_))));
}

fn joining(document: DocumentId, client: Option<&str>) -> Joining {
    Joining {
        document,
        file: CreditFileKey {
            client_number: client.map(str::to_owned),
            agreement_number: Some("KR/2025/00123".into()),
        },
        product: None,
        branch: Some("Łódź 3".into()),
        customers: vec![NewCustomer {
            kind: CustomerKind::Person,
            name: "Jan Kowalski".into(),
            identifier: "44051401359".into(),
        }],
    }
}

async fn documents_join_credit_files_by_confirmed_numbers(world: World) {
    let first = with_document(&world, 1, &[]).await;
    let second = with_document(&world, 2, &[]).await;
    let file = world
        .ledger
        .join_credit_file(&joining(first, Some("77")), &anna())
        .await
        .unwrap();
    let same = world
        .ledger
        .join_credit_file(&joining(second, Some("77")), &anna())
        .await
        .unwrap();
    assert_eq!((same.id, same.customers.len()), (file.id, 1));
    let other = world
        .ledger
        .join_credit_file(&joining(second, None), &anna())
        .await
        .unwrap();
    assert_ne!(other.id, file.id);
    assert_eq!(other.customers, file.customers, "one customer, two files");
    let stored = world.ledger.document(first).await.unwrap().unwrap();
    assert_eq!(stored.credit_file.as_ref(), Some(&file));
    let of_agreement = world
        .ledger
        .credit_files_of_agreement("KR/2025/00123")
        .await
        .unwrap();
    assert_eq!(of_agreement, [file, other]);
    let mut keyless = joining(first, None);
    keyless.file.agreement_number = None;
    let refused = world.ledger.join_credit_file(&keyless, &anna()).await;
    assert!(matches!(refused, Err(LedgerError::Refused(_))));
    let unknown = world
        .ledger
        .join_credit_file(&joining(submission_id(1).document(9), None), &anna())
        .await;
    assert!(matches!(
        unknown,
        Err(LedgerError::Unknown {
            what: "document",
            ..
        })
    ));
}

async fn holds_cover_documents_and_whole_credit_files(world: World) {
    let in_file = with_document(&world, 1, &[]).await;
    let alone = with_document(&world, 2, &[]).await;
    let file = world
        .ledger
        .join_credit_file(&joining(in_file, None), &anna())
        .await
        .unwrap();
    let hold = |matter: &str, confidential| NewHold {
        matter: matter.into(),
        authority: "Sąd Okręgowy w Łodzi".into(),
        confidential,
        review_on: Some(jiff::civil::date(2027, 5, 1)),
        documents: vec![alone],
        credit_files: vec![file.id],
        ..NewHold::default()
    };
    let public = world
        .ledger
        .place_hold(&hold("I C 77/26", false), &anna())
        .await
        .unwrap();
    world
        .ledger
        .place_hold(&hold("GIIF 5/26", true), &anna())
        .await
        .unwrap();
    for document in [in_file, alone] {
        let stored = world.ledger.document(document).await.unwrap().unwrap();
        assert_eq!(stored.retention.holds, ["I C 77/26", "hold"], "{document}");
        assert!(!serde_json::to_string(&stored).unwrap().contains("GIIF"));
        assert_eq!(world.ledger.holds_on(document).await.unwrap().len(), 2);
    }
    world
        .ledger
        .release_hold(public, "oddalono", &anna())
        .await
        .unwrap();
    let held = world.ledger.holds_on(in_file).await.unwrap();
    assert_eq!((held.len(), held[0].matter.as_str()), (1, "GIIF 5/26"));
    let twice = world.ledger.release_hold(public, "", &anna()).await;
    assert!(matches!(twice, Err(LedgerError::Unknown { .. })));
}

async fn lists_filter_and_page(world: World) {
    let mut ids = Vec::new();
    for n in 1..=4 {
        ids.push(with_document(&world, n, &[]).await);
    }
    ids.reverse();
    world
        .ledger
        .correct(&correction(ids[0], 1, None), &anna())
        .await
        .unwrap();
    let file = world
        .ledger
        .join_credit_file(&joining(ids[1], None), &anna())
        .await
        .unwrap();
    let check =
        async |filter: DocumentFilter, before: Option<DocumentId>, expected: &[DocumentId]| {
            let list = world.ledger.documents(&filter, before, 3).await.unwrap();
            assert_eq!(
                list.iter().map(|d| d.id).collect::<Vec<_>>(),
                expected,
                "{filter:?}"
            );
        };
    let annex = DocumentType::parse("annex").unwrap();
    check(DocumentFilter::All, None, &ids[..3]).await;
    check(DocumentFilter::All, Some(ids[2]), &ids[3..]).await;
    check(DocumentFilter::ToReview, None, &ids[1..]).await;
    check(DocumentFilter::Kind(annex), None, &ids[..3]).await;
    check(DocumentFilter::Kind(DocumentType::other()), None, &[]).await;
    check(DocumentFilter::Station("A".into()), Some(ids[0]), &ids[1..]).await;
    check(DocumentFilter::CreditFile(file.id), None, &ids[1..2]).await;
    check(
        DocumentFilter::WithoutCreditFile,
        None,
        &[ids[0], ids[2], ids[3]],
    )
    .await;
}
