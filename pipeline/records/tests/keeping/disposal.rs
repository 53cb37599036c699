//! Disposal: who may, what stays, what goes with a document, and that it is gone.

use crate::world::{Parted, WORD, World, anna, now, set_day};
use archive::{Hold, Key, Lock, Prefix, StoreError};
use jiff::SignedDuration;
use jiff::civil::date;
use ledger::{
    Act, Actor, Disposal, DisposalAct, DisposalState, ItemState, NodeReport, NodeState, Verdict,
};
use model::DocumentId;
use records::disposal::{Candidate, Setting, act, candidates, protocol};
use records::{ClockWatch, RecordsError, keep_clock_watch};
use std::fs;
use std::path::Path;
use std::time::Duration;

pub(crate) fn said(kind: Act, role: &str, verdict: Verdict, person: &str) -> DisposalAct {
    DisposalAct {
        act: kind,
        role: role.into(),
        verdict,
        words: "bez uwag".into(),
        at: now(),
        person: person.into(),
    }
}

/// A document whose terms were over long ago.
pub(crate) async fn old(world: &World, n: u32) -> DocumentId {
    let id = world.receive(n, 1, Parted::InOneFile).await[0];
    make_old(world, id, &format!("KK/{n}")).await;
    id
}

async fn make_old(world: &World, id: DocumentId, agreement: &str) {
    let file = world.file(id, agreement).await;
    world.confirm(id, "credit_agreement").await;
    for kind in ["settled", "relationship_ended"] {
        world.state(file, kind, date(2015, 5, 10)).await.unwrap();
    }
    world.follow_up().await;
}

/// Puts what is due on a list; the disposal.
pub(crate) async fn plan(world: &World) -> Option<i64> {
    let found = candidates(world.keeper(), None, 100, now()).await.unwrap();
    let items: Vec<_> = found
        .into_iter()
        .filter_map(|candidate| match candidate {
            Candidate::Due(item) => Some(*item),
            Candidate::Stays { .. } => None,
        })
        .collect();
    world
        .ledger
        .prepare_disposal("brakowanie", &items, &anna())
        .await
        .ok()
}

async fn load(world: &World, id: i64) -> Disposal {
    world.ledger.disposal(id).await.unwrap().unwrap()
}

async fn acted(world: &World, id: i64, what: &DisposalAct) -> Result<DisposalState, RecordsError> {
    let seen = load(world, id).await;
    act(&world.ledger, &world.schedule, &seen, what, now()).await
}

pub(crate) async fn agree(world: &World, id: i64) {
    for role in ["archivist", "compliance", "data_protection", "expert"] {
        let opinion = said(Act::Opinion, role, Verdict::For, role);
        let _ = acted(world, id, &opinion).await;
    }
    for person in ["ewa", "piotr"] {
        let _ = acted(
            world,
            id,
            &said(Act::Approval, "approver", Verdict::For, person),
        )
        .await;
    }
}

pub(crate) async fn collect(world: &World, id: i64) -> Result<(usize, usize), RecordsError> {
    let disposal = load(world, id).await;
    let actor = Actor::person("ewa");
    let collected = world
        .keeper()
        .collect(&disposal, &actor, now, &mut |_| Ok(0))
        .await?;
    Ok((collected.disposed, collected.stay))
}

#[tokio::test]
async fn nobody_decides_alone() {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    old(&world, 1).await;
    let id = plan(&world).await.unwrap();
    let refused = |done: Result<DisposalState, RecordsError>, why: &str| match done {
        Err(RecordsError::Refused(said)) => assert!(said.contains(why), "{said}"),
        other => panic!("{other:?} is not refused for {why}"),
    };
    let approval = |person: &str| said(Act::Approval, "approver", Verdict::For, person);
    refused(
        acted(&world, id, &approval("ewa")).await,
        "archivist, compliance, data_protection, expert",
    );
    let wrong = said(Act::Opinion, "director", Verdict::For, "ewa");
    refused(acted(&world, id, &wrong).await, "director");
    for role in ["archivist", "compliance", "data_protection", "expert"] {
        let against = said(Act::Opinion, role, Verdict::Against, "jan");
        acted(&world, id, &against).await.unwrap();
        refused(acted(&world, id, &approval("ewa")).await, role);
        acted(&world, id, &said(Act::Opinion, role, Verdict::For, "jan"))
            .await
            .unwrap();
    }
    refused(acted(&world, id, &approval("anna")).await, "prepared");
    assert_eq!(
        acted(&world, id, &approval("ewa")).await.unwrap(),
        DisposalState::Prepared
    );
    refused(acted(&world, id, &approval("ewa")).await, "already");
    refused(
        collect(&world, id).await.map(|_| DisposalState::Collected),
        "prepared",
    );
    assert_eq!(
        acted(&world, id, &approval("piotr")).await.unwrap(),
        DisposalState::Approved
    );
    refused(acted(&world, id, &approval("olga")).await, "approved");
    // Who acts on what somebody else acted on meanwhile looks again first.
    let seen = load(&world, id).await;
    let stale = Disposal {
        acts: Vec::new(),
        ..seen
    };
    let ended = world
        .ledger
        .end_disposal(&stale, DisposalState::Abandoned, None, &anna())
        .await;
    assert!(
        matches!(ended, Err(ledger::LedgerError::Refused(_))),
        "{ended:?}"
    );
}

#[tokio::test]
async fn what_changed_since_it_was_agreed_to_stays_and_says_why() {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    let mut ids = Vec::new();
    for n in 1..=5 {
        ids.push(old(&world, n).await);
    }
    let id = plan(&world).await.unwrap();
    let listed = plan(&world).await;
    assert_eq!(listed, None, "on one list at a time");
    agree(&world, id).await;
    world.hold(ids[0]).await;
    world.confirm(ids[1], "mortgage_agreement").await;
    world.state(4, "settled", date(2024, 1, 1)).await.unwrap();
    world
        .store
        .hold(&world.content(ids[4]).await, Hold::On)
        .await
        .unwrap();
    world.keeper().keep(ids[0], now()).await.unwrap();
    assert_eq!(collect(&world, id).await.unwrap(), (1, 4));
    let disposal = load(&world, id).await;
    let why = |n: usize| {
        disposal
            .items
            .iter()
            .find(|i| i.document == ids[n])
            .unwrap()
            .proof
            .clone()
    };
    for (n, expected) in [
        (0, "a hold is on it"),
        (1, "mortgage_agreement"),
        (3, "kept until"),
        (4, "legal hold"),
    ] {
        assert!(why(n).contains(expected), "{n}: {}", why(n));
    }
    assert_eq!(world.ledger.retention_basis(ids[2]).await.unwrap(), None);
    let (of, tombstone) = world.ledger.tombstone(ids[2]).await.unwrap().unwrap();
    assert_eq!((of, tombstone.state), (id, ItemState::Disposed));
    for n in [0, 1, 3, 4] {
        let key = world.content(ids[n]).await;
        assert!(world.store.head(&key).await.unwrap().is_some(), "{key}");
    }
    assert_eq!(
        world.ledger.recount().await.unwrap(),
        world.ledger.status().await.unwrap()
    );
}

/// Whether a word is in any file under a folder.
fn found(folder: &Path, word: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(found(&path, word));
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        if bytes
            .windows(word.len())
            .any(|window| window == word.as_bytes())
        {
            files.push(path.display().to_string());
        }
    }
    files
}

#[tokio::test]
async fn what_is_disposed_of_is_gone_from_every_file() {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    for n in 1..=3 {
        old(&world, n).await;
    }
    let batch = world.receive(9, 2, Parted::WithMasters).await;
    for (document, agreement) in batch.iter().zip(["KK/10", "KK/11"]) {
        make_old(&world, *document, agreement).await;
    }
    assert!(!found(world.path(), WORD).is_empty());
    let id = plan(&world).await.unwrap();
    agree(&world, id).await;
    assert_eq!(collect(&world, id).await.unwrap(), (5, 0));
    world.ledger.scrub().await.unwrap();
    assert_eq!(found(world.path(), WORD), Vec::<String>::new());
    let left = world.store.list(&Prefix::ALL, None).await.unwrap();
    assert_eq!(left.entries, Vec::new());
    let setting = Setting {
        collected_by: "ewa".into(),
        collected_at: now(),
        archive: "file:x".into(),
        index: String::new(),
        database: String::new(),
        backups_until: None,
    };
    let text = protocol(&load(&world, id).await, &world.schedule, &setting).unwrap();
    assert!(
        !text.contains(WORD) && text.contains("\"afterwards\": \"not found\""),
        "{text}"
    );
    // The same bytes may come again, as new ones.
    world.receive(1_001, 1, Parted::InOneFile).await;
    assert_eq!(
        world.ledger.recount().await.unwrap(),
        world.ledger.status().await.unwrap()
    );
}

#[tokio::test]
async fn nothing_is_collected_while_a_clock_is_doubted() {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    old(&world, 1).await;
    let id = plan(&world).await.unwrap();
    agree(&world, id).await;
    let report = NodeReport {
        name: "lodz-1".into(),
        roles: Vec::new(),
        version: "0.1.0".into(),
        state: NodeState::Working,
    };
    world.ledger.heartbeat(&report, &[]).await.unwrap();
    let minute = Some(Duration::from_secs(60));
    let hours = |hours: i64| now() + SignedDuration::from_hours(hours);
    // It jumped by an hour; it is behind what was seen; nobody has seen it for a week.
    for (watch, why) in [
        (
            ClockWatch::new(hours(-1)).looked(now(), minute),
            "for a day",
        ),
        (ClockWatch::new(hours(2)), "set it right"),
        (ClockWatch::new(hours(-24 * 7)), "start a node"),
    ] {
        keep_clock_watch(&world.ledger, "lodz-1", &watch)
            .await
            .unwrap();
        match collect(&world, id).await {
            Err(RecordsError::Refused(said)) => assert!(said.contains(why), "{said}"),
            other => panic!("{other:?} is not refused: {why}"),
        }
    }
    keep_clock_watch(&world.ledger, "lodz-1", &ClockWatch::new(hours(-1)))
        .await
        .unwrap();
    assert_eq!(collect(&world, id).await.unwrap(), (1, 0));
}

#[tokio::test]
async fn of_a_batch_one_document_goes_and_its_neighbours_pages_stay() {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    let batch = world.receive(1, 2, Parted::WithMasters).await;
    make_old(&world, batch[0], "KK/1").await;
    let id = plan(&world).await.unwrap();
    agree(&world, id).await;
    let (own, neighbour) = (world.content(batch[0]).await, world.content(batch[1]).await);
    assert_eq!(collect(&world, id).await.unwrap(), (1, 0));
    assert_eq!(world.store.head(&own).await.unwrap(), None);
    assert!(world.store.head(&neighbour).await.unwrap().is_some());
    let submission = batch[0].submission();
    let pages = world
        .store
        .bytes(&Key::pages(submission, 2), 1_000)
        .await
        .unwrap();
    let pages: serde_json::Value = serde_json::from_slice(&pages).unwrap();
    assert_eq!(pages["pages"].as_array().unwrap().len(), 1);
    assert_eq!(pages["pages"][0]["number"], 2);
    assert_eq!(
        world.store.head(&Key::pages(submission, 1)).await.unwrap(),
        None
    );
    let received = world.ledger.submission(submission).await.unwrap().unwrap();
    assert_eq!(
        world
            .store
            .head(&Key::original(received.sha256))
            .await
            .unwrap(),
        None,
        "the batch"
    );
    make_old(&world, batch[1], "KK/2").await;
    let id = plan(&world).await.unwrap();
    agree(&world, id).await;
    assert_eq!(collect(&world, id).await.unwrap(), (1, 0));
    assert_eq!(
        world.store.list(&Prefix::ALL, None).await.unwrap().entries,
        Vec::new()
    );
}

#[tokio::test]
async fn bytes_that_another_document_needs_stay_with_it() {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    let shared = world.receive(1, 2, Parted::InOneFile).await;
    make_old(&world, shared[0], "KK/1").await;
    let found = candidates(world.keeper(), None, 100, now()).await.unwrap();
    let [Candidate::Stays { document, why }] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(*document, shared[0]);
    assert!(why.contains("no file of its own"), "{why}");
}

#[tokio::test]
async fn a_collection_that_was_killed_goes_on() {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    let id = old(&world, 1).await;
    let disposal = plan(&world).await.unwrap();
    agree(&world, disposal).await;
    let basis = world.ledger.retention_basis(id).await.unwrap().unwrap();
    assert!(
        world
            .ledger
            .begin_disposing(disposal, &basis, &anna())
            .await
            .unwrap()
    );
    // Killed here, with the bytes gone and nothing noted.
    let key = world.content(id).await;
    world.store.delete(&key, now()).await.unwrap();
    let late = ledger::NewHold {
        matter: "late".into(),
        authority: "sąd".into(),
        documents: vec![id],
        ..ledger::NewHold::default()
    };
    let refused = world.ledger.place_hold(&late, &anna()).await;
    assert!(
        matches!(refused, Err(ledger::LedgerError::Refused(_))),
        "{refused:?}"
    );
    assert_eq!(collect(&world, disposal).await.unwrap(), (1, 0));
    assert_eq!(
        collect(&world, disposal).await.unwrap(),
        (1, 0),
        "again is the same"
    );
    assert_eq!(world.ledger.document(id).await.unwrap(), None);
}

#[tokio::test]
async fn a_locked_object_is_not_deleted_whoever_asks() {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    let id = old(&world, 1).await;
    world.hold(id).await;
    world.follow_up().await;
    let key = world.content(id).await;
    assert!(matches!(
        world.store.delete(&key, now()).await,
        Err(StoreError::Locked { .. })
    ));
    assert_eq!(world.lock(&key).await.map(|lock| lock.hold), Some(Hold::On));
    assert_ne!(world.lock(&key).await, Some(Lock::NONE));
}
