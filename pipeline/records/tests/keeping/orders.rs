//! Commands in any order: nothing that a hold or a term is on is ever lost.

use crate::disposal::{agree, collect, plan};
use crate::world::{Parted, World, anna, now, set_day};
use archive::Key;
use jiff::civil::date;
use ledger::{Actor, Witness};
use model::DocumentId;
use proptest::prelude::*;
use records::{Due, Knowledge, day_of, knowledge, reckon};
use std::collections::BTreeMap;

const CLASSES: [&str; 4] = [
    "credit_agreement",
    "application",
    "correspondence",
    "accounting",
];
const KINDS: [&str; 4] = ["settled", "relationship_ended", "declined", "matter_closed"];

/// A command, with the numbers of what it is about.
#[derive(Clone, Debug)]
enum Step {
    Confirm(usize, usize),
    State(usize, usize, i16),
    Reverse(i64),
    Hold(usize),
    Release(i64),
    Plan,
    Agree(i64),
    Collect(i64),
    FollowUp,
    Year(i16),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0..6usize, 0..CLASSES.len()).prop_map(|(d, c)| Step::Confirm(d, c)),
        4 => (0..3usize, 0..KINDS.len(), 2010i16..2027).prop_map(|(f, k, y)| Step::State(f, k, y)),
        1 => (1..8i64).prop_map(Step::Reverse),
        2 => (0..6usize).prop_map(Step::Hold),
        1 => (1..5i64).prop_map(Step::Release),
        2 => Just(Step::Plan),
        2 => (1..4i64).prop_map(Step::Agree),
        3 => (1..4i64).prop_map(Step::Collect),
        1 => Just(Step::FollowUp),
        1 => (2026i16..2045).prop_map(Step::Year),
    ];
    prop::collection::vec(step, 1..32)
}

/// What nobody may lose now: documents that are held, or whose terms are not over, with the keys
/// of their bytes.
async fn protected(world: &World, ids: &[DocumentId]) -> BTreeMap<DocumentId, Key> {
    let mut protected = BTreeMap::new();
    for id in ids {
        let Some(basis) = world.ledger.retention_basis(*id).await.unwrap() else {
            continue;
        };
        let today = day_of(now(), &world.schedule);
        let due = reckon(&world.schedule, &basis, today).unwrap().due;
        let over = matches!(due, Due::On(day) if day <= today);
        if !over || !basis.holds.is_empty() || knowledge(&basis) == Knowledge::Read {
            protected.insert(*id, world.content(*id).await);
        }
    }
    protected
}

async fn take(world: &World, step: &Step, ids: &[DocumentId], files: &[i64]) {
    let ewa = Actor::person("ewa");
    match step {
        Step::Confirm(document, class) => {
            world
                .confirm_if_there(ids[*document], CLASSES[*class])
                .await;
        }
        Step::State(file, kind, year) => {
            world
                .state(files[*file], KINDS[*kind], date(*year, 3, 31))
                .await;
        }
        Step::Reverse(event) => {
            let _ = world
                .ledger
                .reverse_term_event(*event, "?", Witness::Enough, &ewa)
                .await;
        }
        Step::Hold(document) => {
            let hold = ledger::NewHold {
                matter: "I C 7/26".into(),
                authority: "sąd".into(),
                documents: vec![ids[*document]],
                ..ledger::NewHold::default()
            };
            let _ = world.ledger.place_hold(&hold, &anna()).await;
        }
        Step::Release(hold) => {
            let _ = world.ledger.release_hold(*hold, "?", &anna()).await;
        }
        Step::Plan => {
            plan(world).await;
        }
        Step::Agree(disposal) => {
            if world.ledger.disposal(*disposal).await.unwrap().is_some() {
                agree(world, *disposal).await;
            }
        }
        Step::Collect(disposal) => {
            if world.ledger.disposal(*disposal).await.unwrap().is_some() {
                let _ = collect(world, *disposal).await;
            }
        }
        Step::FollowUp => {
            world.follow_up().await;
        }
        Step::Year(year) => set_day(date(*year, 6, 1).max(day_of(now(), &world.schedule))),
    }
}

async fn in_any_order(steps: &[Step]) {
    set_day(date(2026, 11, 28));
    let world = World::new().await;
    let mut ids = vec![
        world.receive(1, 1, Parted::InOneFile).await[0],
        world.receive(2, 1, Parted::InOneFile).await[0],
    ];
    ids.extend(world.receive(3, 2, Parted::WithMasters).await);
    ids.extend(world.receive(4, 2, Parted::InOneFile).await);
    let mut files = Vec::new();
    for (n, id) in ids.iter().enumerate() {
        files.push(world.file(*id, &format!("KK/{}", n % 3)).await);
    }
    world.follow_up().await;
    for (n, step) in steps.iter().enumerate() {
        let before = protected(&world, &ids).await;
        take(&world, step, &ids, &files).await;
        for (document, key) in &before {
            let kept = world.store.bytes(key, 1_000).await;
            assert!(
                kept.is_ok(),
                "{document} was lost by step {n}, {step:?}: {kept:?}"
            );
            assert!(
                world.ledger.document(*document).await.unwrap().is_some(),
                "{document} was forgotten by step {n}, {step:?}"
            );
        }
        // Whatever is still known has its bytes.
        for id in &ids {
            if world.ledger.document(*id).await.unwrap().is_some() {
                let key = world.content(*id).await;
                assert!(
                    world.store.head(&key).await.unwrap().is_some(),
                    "{id} after {step:?}"
                );
            }
        }
    }
    world.follow_up().await;
    assert_eq!(
        world.ledger.recount().await.unwrap(),
        world.ledger.status().await.unwrap()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn nothing_under_lock_or_hold_is_lost_by_any_order_of_commands(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(in_any_order(&steps));
    }
}
