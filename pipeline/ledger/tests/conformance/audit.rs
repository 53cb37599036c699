//! The audit log as a Merkle tree: what was done to it is found by the verifier, which shares no
//! code with the ledger, on either database.

#[path = "audit/tampering.rs"]
mod tampering;

use crate::world::{World, anna};
use ledger::{Actor, Checkpoint, Event, ExportScope, LedgerError, Onto, Signer};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use std::time::Duration;
use verifier::{Hash, Key, Kind, Report, Trust, Verification};

crate::on_both!(
    a_log_that_nobody_was_at_is_sound,
    proofs_lead_to_the_roots_that_were_signed,
    an_export_may_begin_anywhere,
    a_slice_holds_what_is_about_its_subjects_and_proves_it,
    a_person_who_is_removed_is_in_no_event_and_the_log_is_sound,
    events_of_an_older_program_get_their_leaves,
    a_copy_goes_on_with_the_same_log,
    a_new_log_is_begun_by_a_person_and_is_an_event,
    nothing_is_signed_that_contradicts_what_was_signed,
);

pub(crate) struct Hand(Ed25519KeyPair);

pub(crate) fn hand(seed: u8) -> Hand {
    Hand(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
}

impl Signer for Hand {
    fn public_key(&self) -> [u8; 32] {
        self.0.public_key().as_ref().try_into().unwrap()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

pub(crate) fn key(seed: u8) -> Key {
    Key::parse(&Hash(hand(seed).public_key()).to_string()).unwrap()
}

/// Logs events up to number `to`, each a second after the one before it.
pub(crate) async fn log_up_to(world: &World, to: u64) {
    let newest = world.ledger.newest_event().await.unwrap();
    let mut group = Vec::new();
    for n in newest + 1..=to {
        let event = Event {
            action: "read".into(),
            subject: format!("document {}", n % 7),
            detail: format!("page {n}"),
        };
        group.push((
            Actor::person(if n % 3 == 0 { "anna.nowak" } else { "jan" }),
            event,
        ));
    }
    world.clock.advance(Duration::from_secs(1));
    world.ledger.log_all(&group).await.unwrap();
}

pub(crate) async fn sign(world: &World) -> Checkpoint {
    let next = world.ledger.next_checkpoint().await.unwrap();
    let made = next.sign(&hand(1));
    world.ledger.keep_checkpoint(&made).await.unwrap();
    made
}

/// 600 events with checkpoints after 100, 300 and 600: more than two tiles.
pub(crate) async fn signed(world: &World) -> Vec<Checkpoint> {
    let mut made = Vec::new();
    for size in [100, 300, 600] {
        log_up_to(world, size).await;
        made.push(sign(world).await);
    }
    made
}

pub(crate) async fn lines(world: &World, scope: ExportScope) -> Vec<String> {
    let mut export = world.ledger.audit_export(scope).await.unwrap();
    let mut all = Vec::new();
    while let Some(lines) = export.next().await.unwrap() {
        all.extend(lines);
    }
    all
}

pub(crate) fn whole() -> ExportScope {
    ExportScope {
        whole: true,
        ..ExportScope::default()
    }
}

pub(crate) fn check(lines: &[String], held: &[Checkpoint]) -> Report {
    let name = |held: &Checkpoint| (format!("held {}", held.size), held.note.clone());
    let trust = Trust {
        keys: vec![key(1)],
        held: held.iter().map(name).collect(),
        ..Trust::default()
    };
    Verification::of(lines.iter().map(String::as_str), trust)
}

fn hash(digest: impl ToString) -> Hash {
    Hash::parse(&digest.to_string()).unwrap()
}

fn hashes(digests: &[model::Digest]) -> Vec<Hash> {
    digests.iter().map(hash).collect()
}

async fn a_log_that_nobody_was_at_is_sound(world: World) {
    let made = signed(&world).await;
    log_up_to(&world, 620).await;
    let export = lines(&world, ExportScope::default()).await;
    assert_eq!(export, lines(&world, ExportScope::default()).await);
    let report = check(&export, &made);
    assert_eq!((&*report.differences, report.events), (&[][..], 600));
    assert_eq!(report.agreed, [100, 300, 600]);
    let report = check(&lines(&world, whole()).await, &made);
    assert_eq!((&*report.differences, report.events), (&[][..], 620));
    // Nothing new, nothing to sign; the same root again.
    let next = world.ledger.next_checkpoint().await.unwrap();
    assert_eq!((next.size, next.previous), (620, made.last().cloned()));
}

async fn proofs_lead_to_the_roots_that_were_signed(world: World) {
    let made = signed(&world).await;
    for checkpoint in &made {
        let (size, root) = (checkpoint.size, hash(checkpoint.root));
        let about = world
            .ledger
            .events_about(&["document 3".into()], size)
            .await
            .unwrap();
        assert_eq!(about.len() as u64, (size + 4) / 7);
        for event in about.iter().step_by(9) {
            let proof = world.ledger.inclusion_proof(event.seq, size).await.unwrap();
            let leaf = Hash::parse(&event.leaf).unwrap();
            assert!(proof.len() <= 10);
            assert!(verifier::is_included(
                leaf,
                event.seq - 1,
                size,
                &hashes(&proof),
                root
            ));
        }
        for old in [1, 64, 100, 255, 256, 257, 299, 300]
            .into_iter()
            .filter(|old| *old <= size)
        {
            let before = hash(world.ledger.audit_root(old).await.unwrap());
            let proof = world.ledger.consistency_proof(old, size).await.unwrap();
            assert!(
                verifier::is_consistent((old, before), (size, root), &hashes(&proof)),
                "{old} to {size}"
            );
        }
    }
    assert!(world.ledger.inclusion_proof(601, 600).await.is_err());
    assert!(world.ledger.consistency_proof(0, 600).await.is_err());
}

async fn an_export_may_begin_anywhere(world: World) {
    let made = signed(&world).await;
    for since in [2, 100, 101, 257, 300, 513, 600] {
        let scope = ExportScope {
            since,
            held: vec![100, 300],
            ..ExportScope::default()
        };
        let report = check(&lines(&world, scope).await, &made);
        assert_eq!(
            (&*report.differences, report.events),
            (&[][..], 601 - since),
            "{since}"
        );
        assert_eq!(report.agreed.len(), 3, "{since}: {report:?}");
    }
    let scope = ExportScope {
        since: 400,
        without_names: true,
        ..ExportScope::default()
    };
    let export = lines(&world, scope).await;
    assert!(check(&export, &made[1..]).is_sound());
    assert!(!export.iter().any(|line| line.contains("nowak")));
}

async fn a_slice_holds_what_is_about_its_subjects_and_proves_it(world: World) {
    signed(&world).await;
    log_up_to(&world, 700).await;
    let subjects = ["document 3".to_owned(), "document 5".to_owned()];
    let slice = world.ledger.audit_slice(&subjects, true).await.unwrap();
    let report = check(&slice, &[]);
    assert_eq!((&*report.differences, report.events), (&[][..], 172));
    assert!(!slice.iter().any(|line| line.contains("nowak")));
    let (line, other) = (slice[9].clone(), slice[10].clone());
    let at = |line: &str| line.find("\"proof\"").unwrap();
    let mut mixed = slice;
    mixed[9] = format!("{}{}", &line[..at(&line)], &other[at(&other)..]);
    assert_eq!(check(&mixed, &[]).differences[0].kind, Kind::Changed);
}

async fn a_person_who_is_removed_is_in_no_event_and_the_log_is_sound(world: World) {
    let user = ledger::User {
        name: "anna.nowak".into(),
        full_name: "Anna Nowak".into(),
        roles: vec!["archivist".into()],
        secret: None,
        branches: Vec::new(),
        kinds: Vec::new(),
        until: None,
        change_secret: false,
        second_factor: None,
        state: ledger::UserState::Active,
    };
    world
        .ledger
        .put_user(&user, &Actor::person("admin"))
        .await
        .unwrap();
    let made = signed(&world).await;
    let admin = Actor::person("admin");
    let touched = world
        .ledger
        .remove_user("anna.nowak", &admin)
        .await
        .unwrap();
    assert_eq!(touched, 201);
    assert_eq!(world.ledger.user("anna.nowak").await.unwrap(), None);
    sign(&world).await;
    let export = lines(&world, whole()).await;
    assert!(!export.iter().any(|line| line.contains("nowak")));
    assert_eq!(check(&export, &made).differences, []);
    // What others did, and what it was about, is still proven.
    assert!(export.iter().any(|line| line.contains("\"value\":\"jan\"")));
    assert_eq!(
        world
            .ledger
            .remove_user("anna.nowak", &admin)
            .await
            .unwrap(),
        0
    );
}

async fn events_of_an_older_program_get_their_leaves(world: World) {
    log_up_to(&world, 520).await;
    tampering::run(
        &world,
        &["UPDATE events SET salt = NULL, leaf = NULL WHERE seq <= 515"],
    )
    .await;
    let made = sign(&world).await;
    let report = check(&lines(&world, whole()).await, &[made]);
    assert_eq!((&*report.differences, report.events), (&[][..], 520));
}

async fn a_copy_goes_on_with_the_same_log(world: World) {
    let made = signed(&world).await;
    log_up_to(&world, 610).await;
    world.ledger.remove_user("jan", &anna()).await.unwrap();
    for other in [
        World::sqlite().await,
        #[cfg(feature = "postgres")]
        World::postgres().await,
    ] {
        let mut snapshot = world.ledger.snapshot().await.unwrap();
        let mut loading = other.ledger.loading(Onto::Empty).await.unwrap();
        while let Some(batch) = snapshot.next().await.unwrap() {
            loading.add_batch(&batch).await.unwrap();
        }
        loading.commit(&snapshot.inventory()).await.unwrap();
        other.clock.advance(Duration::from_secs(600));
        log_up_to(&other, 900).await;
        let mut held = made.clone();
        held.push(sign(&other).await);
        let report = check(&lines(&other, whole()).await, &held);
        assert_eq!((&*report.differences, report.events), (&[][..], 900));
        assert_eq!(report.agreed, [100, 300, 600, 900]);
    }
}

async fn a_new_log_is_begun_by_a_person_and_is_an_event(world: World) {
    let made = signed(&world).await;
    let log = world
        .ledger
        .begin_audit_log("restored", &anna())
        .await
        .unwrap();
    assert_ne!(log, made[0].log);
    let anew = sign(&world).await;
    assert_eq!((&anew.log, anew.size), (&log, 601));
    let export = lines(&world, whole()).await;
    assert!(check(&export, std::slice::from_ref(&anew)).is_sound());
    let kinds: Vec<_> = check(&export, &made)
        .differences
        .iter()
        .map(|d| d.kind)
        .collect();
    assert_eq!(kinds, [Kind::OtherLog; 3]);
}

async fn nothing_is_signed_that_contradicts_what_was_signed(world: World) {
    signed(&world).await;
    let refused = |result: Result<_, LedgerError>| match result {
        Err(LedgerError::Damaged { what, why }) => (what, why),
        other => panic!("{other:?}"),
    };
    tampering::run(&world, &["DELETE FROM events WHERE seq > 580"]).await;
    let (_, why) = refused(world.ledger.next_checkpoint().await);
    assert!(why.contains("rolled back"), "{why}");
    log_up_to(&world, 640).await;
    let (_, why) = refused(world.ledger.next_checkpoint().await);
    assert!(why.contains("forked"), "{why}");
}
