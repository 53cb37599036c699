//! Disposals: fenced by what their actors saw, begun only on what is as it was read, and what is
//! left of a document afterwards.

use crate::records::with_document;
use crate::world::{World, anna, job};
use jiff::Timestamp;
use jiff::civil::date;
use ledger::{
    Act, Actor, CreditFileKey, Disposal, DisposalAct, DisposalItem, DisposalState, FOLLOW_UP,
    FixityNote, ItemState, Joining, LedgerError, NewCustomer, NewHold, Purge, Received, Verdict,
};
use model::{CustomerKind, Digest, DocumentId};

crate::on_both!(
    a_disposed_document_leaves_a_tombstone_and_nothing_else,
    it_begins_only_on_what_is_as_it_was_read_and_then_no_hold_comes,
    who_acts_on_what_changed_meanwhile_is_refused,
    the_object_that_was_not_read_for_the_longest_time_is_the_next,
);

const WORD: &str = "Grzegżółkowski";

fn item(document: DocumentId) -> DisposalItem {
    DisposalItem {
        document,
        kind: "annex".into(),
        class: "credit".into(),
        received_at: Timestamp::UNIX_EPOCH,
        pages: 1,
        sha256: Digest::of(b"x"),
        retain_until: date(2020, 1, 1),
        basis: "Accounting Act".into(),
        state: ItemState::Planned,
        proof: String::new(),
    }
}

fn approval() -> DisposalAct {
    DisposalAct {
        act: Act::Approval,
        role: "approver".into(),
        verdict: Verdict::For,
        words: "bez uwag".into(),
        at: Timestamp::UNIX_EPOCH,
        person: "ewa".into(),
    }
}

async fn seen(world: &World, id: i64) -> Disposal {
    world.ledger.disposal(id).await.unwrap().unwrap()
}

/// An approved disposal of a document in a credit file of its own.
async fn approved(world: &World, n: u32) -> (DocumentId, i64) {
    let document = with_document(world, n, &[("borrower", WORD)]).await;
    let joining = Joining {
        document,
        file: CreditFileKey {
            client_number: None,
            agreement_number: Some(format!("KK/{n}/{WORD}")),
        },
        product: None,
        branch: None,
        customers: vec![NewCustomer {
            kind: CustomerKind::Person,
            name: WORD.into(),
            identifier: "44051401359".into(),
        }],
    };
    world
        .ledger
        .join_credit_file(&joining, &anna())
        .await
        .unwrap();
    while let Some(claim) = world.claim(FOLLOW_UP, "n").await {
        world.finish(&claim).await;
    }
    let items = [item(document)];
    let id = world
        .ledger
        .prepare_disposal("2026", &items, &anna())
        .await
        .unwrap();
    let ewa = Actor::person("ewa");
    let next = DisposalState::Approved;
    let prepared = seen(world, id).await;
    world
        .ledger
        .act_on_disposal(&prepared, &approval(), next, &ewa)
        .await
        .unwrap();
    (document, id)
}

async fn a_disposed_document_leaves_a_tombstone_and_nothing_else(world: World) {
    let (document, id) = approved(&world, 1).await;
    let submission = world
        .ledger
        .submission(document.submission())
        .await
        .unwrap()
        .unwrap();
    let basis = world
        .ledger
        .retention_basis(document)
        .await
        .unwrap()
        .unwrap();
    assert!(
        world
            .ledger
            .begin_disposing(id, &basis, &anna())
            .await
            .unwrap()
    );
    let objects = world
        .ledger
        .objects_of(document.submission())
        .await
        .unwrap();
    let purge = Purge {
        document,
        keys: objects
            .into_iter()
            .map(|stored| stored.object.key)
            .collect(),
        objects: Vec::new(),
        submissions: vec![document.submission()],
        proof: "{}".into(),
    };
    world
        .ledger
        .finish_disposing(id, &purge, &anna())
        .await
        .unwrap();
    world.ledger.scrub().await.unwrap();
    let collected = DisposalState::Collected;
    let approved = seen(&world, id).await;
    world
        .ledger
        .end_disposal(&approved, collected, Some("{}"), &anna())
        .await
        .unwrap();
    assert_eq!(world.ledger.document(document).await.unwrap(), None);
    let (of, tombstone) = world.ledger.tombstone(document).await.unwrap().unwrap();
    assert_eq!((of, tombstone.state), (id, ItemState::Disposed));
    let left = world
        .ledger
        .submission(document.submission())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((left.name.as_str(), left.documents.len()), ("", 0));
    assert_eq!(left.sha256, submission.sha256);
    assert_eq!(world.ledger.credit_file(1).await.unwrap(), None);
    let again = world.ledger.finish_disposing(id, &purge, &anna()).await;
    assert!(matches!(again, Err(LedgerError::Refused(_))), "{again:?}");
    world.check_sums().await;
    the_same_bytes_come_as_new(&world).await;
}

async fn the_same_bytes_come_as_new(world: &World) {
    let mut same = crate::world::submission(1, "A");
    same.id = crate::world::submission_id(77);
    same.first = job(same.id, "recognise");
    same.object.subject = same.id.into();
    assert_eq!(world.ledger.receive(&same).await.unwrap(), Received::New);
    world.check_sums().await;
}

async fn it_begins_only_on_what_is_as_it_was_read_and_then_no_hold_comes(world: World) {
    let (document, id) = approved(&world, 1).await;
    let stale = world
        .ledger
        .retention_basis(document)
        .await
        .unwrap()
        .unwrap();
    let hold = NewHold {
        matter: "I C 7/26".into(),
        authority: "sąd".into(),
        documents: vec![document],
        ..NewHold::default()
    };
    let placed = world.ledger.place_hold(&hold, &anna()).await.unwrap();
    assert!(
        !world
            .ledger
            .begin_disposing(id, &stale, &anna())
            .await
            .unwrap()
    );
    world
        .ledger
        .release_hold(placed, "final", &anna())
        .await
        .unwrap();
    assert!(
        world
            .ledger
            .begin_disposing(id, &stale, &anna())
            .await
            .unwrap()
    );
    let late = world.ledger.place_hold(&hold, &anna()).await;
    assert!(matches!(late, Err(LedgerError::Refused(_))), "{late:?}");
    let basis = world
        .ledger
        .retention_basis(document)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((basis.disposal, basis.holds), (Some(id), Vec::new()));
    world
        .ledger
        .keep_item(id, document, "{}", &anna())
        .await
        .unwrap();
    world.ledger.place_hold(&hold, &anna()).await.unwrap();
    assert_eq!(seen(&world, id).await.items[0].state, ItemState::Stays);
}

async fn who_acts_on_what_changed_meanwhile_is_refused(world: World) {
    let (document, id) = approved(&world, 1).await;
    let other = world
        .ledger
        .prepare_disposal("again", &[item(document)], &anna())
        .await;
    assert!(matches!(other, Err(LedgerError::Refused(_))), "{other:?}");
    let mut stale = seen(&world, id).await;
    stale.acts.clear();
    let next = DisposalState::Approved;
    let refused = world
        .ledger
        .act_on_disposal(&stale, &approval(), next, &anna())
        .await;
    assert!(
        matches!(refused, Err(LedgerError::Refused(_))),
        "{refused:?}"
    );
    let current = seen(&world, id).await;
    let ended = DisposalState::Abandoned;
    world
        .ledger
        .end_disposal(&current, ended, None, &anna())
        .await
        .unwrap();
    assert_eq!(world.ledger.disposals(9).await.unwrap(), [(id, ended)]);
    world
        .ledger
        .prepare_disposal("again", &[item(document)], &anna())
        .await
        .unwrap();
}

async fn the_object_that_was_not_read_for_the_longest_time_is_the_next(world: World) {
    for n in 1..=3 {
        world.receive(n, "A").await;
    }
    let keys: Vec<String> = stalest(&world).await;
    let note = |key: &str, outcome: &str| FixityNote {
        key: key.into(),
        outcome: outcome.into(),
        detail: String::new(),
    };
    world
        .ledger
        .note_fixity(&[note(&keys[1], "sound")])
        .await
        .unwrap();
    world.clock.advance(std::time::Duration::from_secs(1));
    world
        .ledger
        .note_fixity(&[note(&keys[0], "differs")])
        .await
        .unwrap();
    let expected = [keys[2].clone(), keys[1].clone(), keys[0].clone()];
    assert_eq!(stalest(&world).await, expected);
    let reach = world.ledger.fixity_reach().await.unwrap();
    assert_eq!((reach.objects, reach.never, reach.troubled), (3, 1, 1));
    assert!(reach.oldest.is_some());
}

async fn stalest(world: &World) -> Vec<String> {
    let objects = world.ledger.stalest_objects(9).await.unwrap();
    objects
        .into_iter()
        .map(|stored| stored.object.key)
        .collect()
}
