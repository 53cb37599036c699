//! What happened to credit files and customers: stated, fed, confirmed, reversed, and the follow-up
//! work that each asks for.

use crate::records::with_document;
use crate::world::{World, anna};
use jiff::civil::{Date, date};
use ledger::{
    Actor, Change, CreditFileKey, Decided, EventOf, FOLLOW_UP, Fed, FeedLine, HoldScope, Joining,
    LedgerError, NewCustomer, NewHold, NewTermEvent, TermEventId, Witness,
};
use model::{CustomerKind, DocumentId};

crate::on_both!(
    an_event_counts_until_it_is_reversed_and_both_stay_to_be_seen,
    a_second_person_confirms_and_never_the_same,
    a_feed_takes_each_line_once_and_guesses_none,
    what_happened_to_a_customer_follows_every_file_of_theirs,
    whatever_changes_how_long_it_is_kept_asks_for_follow_up_work,
    a_class_that_a_person_confirmed_stays_through_later_readings,
    a_standing_hold_is_on_what_comes_later,
);

fn ewa() -> Actor {
    Actor::person("ewa")
}

fn settled(of: EventOf, day: Date) -> NewTermEvent {
    NewTermEvent {
        of,
        kind: "settled".into(),
        day,
        source: "core".into(),
        evidence: "posting 7".into(),
        witness: Witness::Enough,
    }
}

async fn join(world: &World, document: DocumentId, agreement: &str, pesel: &[&str]) -> i64 {
    let joining = Joining {
        document,
        file: CreditFileKey {
            client_number: None,
            agreement_number: Some(agreement.into()),
        },
        product: None,
        branch: None,
        customers: pesel
            .iter()
            .map(|pesel| NewCustomer {
                kind: CustomerKind::Person,
                name: "Jan Kowalski".into(),
                identifier: (*pesel).into(),
            })
            .collect(),
    };
    world
        .ledger
        .join_credit_file(&joining, &anna())
        .await
        .unwrap()
        .id
}

async fn events(world: &World, document: DocumentId) -> Vec<TermEventId> {
    let basis = world
        .ledger
        .retention_basis(document)
        .await
        .unwrap()
        .unwrap();
    basis.events.iter().map(|event| event.id).collect()
}

/// Does the follow-up work; whose it was.
async fn followed(world: &World) -> Vec<DocumentId> {
    let mut done = Vec::new();
    while let Some(claim) = world.claim(FOLLOW_UP, "n").await {
        done.push(claim.subject.document().unwrap());
        world.finish(&claim).await;
    }
    done
}

async fn an_event_counts_until_it_is_reversed_and_both_stay_to_be_seen(world: World) {
    let id = with_document(&world, 1, &[]).await;
    let of = EventOf::CreditFile(join(&world, id, "KK/1", &[]).await);
    let day = date(2026, 5, 10);
    let event = world
        .ledger
        .state_term_event(&settled(of, day), &anna())
        .await
        .unwrap();
    assert_eq!(events(&world, id).await, [event]);
    let again = world
        .ledger
        .state_term_event(&settled(of, day), &ewa())
        .await;
    assert!(matches!(again, Err(LedgerError::Refused(_))), "{again:?}");
    let reverse = |id| {
        let ledger = world.ledger.clone();
        async move {
            ledger
                .reverse_term_event(id, "pomyłka", Witness::Enough, &ewa())
                .await
        }
    };
    let reversal = reverse(event).await.unwrap();
    assert!(events(&world, id).await.is_empty());
    for refused in [event, reversal] {
        assert!(matches!(
            reverse(refused).await,
            Err(LedgerError::Refused(_))
        ));
    }
    assert!(matches!(
        reverse(99).await,
        Err(LedgerError::Unknown { .. })
    ));
    let seen = world.ledger.term_events_of(1).await.unwrap();
    assert_eq!(
        (seen[0].reversed_by, seen[1].reverses),
        (Some(reversal), Some(event))
    );
    assert_eq!(
        (seen[1].stated_by.as_str(), seen[1].source.as_str()),
        ("ewa", "pomyłka")
    );
    // What was reversed may be stated anew.
    let anew = world
        .ledger
        .state_term_event(&settled(of, day), &anna())
        .await
        .unwrap();
    assert_eq!(events(&world, id).await, [anew]);
    let nobody = settled(EventOf::CreditFile(9), day);
    let unknown = world.ledger.state_term_event(&nobody, &anna()).await;
    assert!(
        matches!(unknown, Err(LedgerError::Unknown { .. })),
        "{unknown:?}"
    );
    world.check_sums().await;
}

async fn a_second_person_confirms_and_never_the_same(world: World) {
    let id = with_document(&world, 1, &[]).await;
    let of = EventOf::CreditFile(join(&world, id, "KK/1", &[]).await);
    followed(&world).await;
    let mut new = settled(of, date(2026, 5, 10));
    new.witness = Witness::SecondNeeded;
    let event = world.ledger.state_term_event(&new, &anna()).await.unwrap();
    assert!(events(&world, id).await.is_empty() && followed(&world).await.is_empty());
    assert_eq!(
        world.ledger.unconfirmed_term_events(0, 9).await.unwrap()[0].id,
        event
    );
    let same = world.ledger.confirm_term_event(event, &anna()).await;
    assert!(matches!(same, Err(LedgerError::Refused(_))), "{same:?}");
    world
        .ledger
        .confirm_term_event(event, &ewa())
        .await
        .unwrap();
    assert_eq!(
        (events(&world, id).await, followed(&world).await),
        (vec![event], vec![id])
    );
    let twice = world.ledger.confirm_term_event(event, &ewa()).await;
    assert!(matches!(twice, Err(LedgerError::Refused(_))), "{twice:?}");
    // A reversal waits as well, and until then the event is in force.
    let second = Witness::SecondNeeded;
    let by = ewa();
    let reversal = world
        .ledger
        .reverse_term_event(event, "?", second, &by)
        .await
        .unwrap();
    assert_eq!(events(&world, id).await, [event]);
    world
        .ledger
        .confirm_term_event(reversal, &anna())
        .await
        .unwrap();
    assert!(events(&world, id).await.is_empty());
}

async fn a_feed_takes_each_line_once_and_guesses_none(world: World) {
    let id = with_document(&world, 1, &[]).await;
    let file = join(&world, id, "KK/1", &[]).await;
    for (n, client) in [(2, "a"), (3, "b")] {
        let document = with_document(&world, n, &[]).await;
        let joining = Joining {
            document,
            file: CreditFileKey {
                client_number: Some(client.into()),
                agreement_number: Some("KK/2".into()),
            },
            product: None,
            branch: None,
            customers: Vec::new(),
        };
        world
            .ledger
            .join_credit_file(&joining, &anna())
            .await
            .unwrap();
    }
    let line = |agreement: &str| FeedLine {
        agreement_number: agreement.into(),
        kind: "settled".into(),
        day: date(2026, 5, 10),
        evidence: "posting 7".into(),
    };
    let lines = [line("KK/1"), line("KK/2"), line("KK/9"), line("KK/1")];
    let by = ewa();
    let feed = || {
        world
            .ledger
            .feed_term_events(&lines, "core", Witness::Enough, &by)
    };
    let fed = feed().await.unwrap();
    let Fed::Added(event) = fed[0] else {
        panic!("{fed:?}")
    };
    assert_eq!(
        fed[1..],
        [Fed::SeveralFiles(2), Fed::NoFile, Fed::Known(event)]
    );
    assert_eq!(feed().await.unwrap()[0], Fed::Known(event));
    // What a person took back, the same feed does not bring again.
    let why = "wrong account";
    world
        .ledger
        .reverse_term_event(event, why, Witness::Enough, &anna())
        .await
        .unwrap();
    assert_eq!(feed().await.unwrap()[0], Fed::Known(event));
    assert!(events(&world, id).await.is_empty());
    assert_eq!(world.ledger.term_events_of(file).await.unwrap().len(), 2);
}

async fn what_happened_to_a_customer_follows_every_file_of_theirs(world: World) {
    let (first, second) = (
        with_document(&world, 1, &[]).await,
        with_document(&world, 2, &[]).await,
    );
    join(&world, first, "KK/1", &["44051401359"]).await;
    join(&world, second, "KK/2", &["44051401359", "02070803628"]).await;
    followed(&world).await;
    let basis = world.ledger.retention_basis(second).await.unwrap().unwrap();
    assert_eq!(basis.customers.len(), 2);
    let of = EventOf::Customer(basis.customers[0]);
    let new = settled(of, date(2026, 5, 10));
    let event = world.ledger.state_term_event(&new, &anna()).await.unwrap();
    assert_eq!(followed(&world).await, [first, second]);
    for document in [first, second] {
        assert_eq!(events(&world, document).await, [event]);
    }
}

async fn whatever_changes_how_long_it_is_kept_asks_for_follow_up_work(world: World) {
    let id = with_document(&world, 1, &[]).await;
    let of = EventOf::CreditFile(join(&world, id, "KK/1", &[]).await);
    assert_eq!(followed(&world).await, [id], "joining");
    world
        .ledger
        .state_term_event(&settled(of, date(2026, 5, 10)), &anna())
        .await
        .unwrap();
    assert_eq!(followed(&world).await, [id], "an event");
    world
        .ledger
        .confirm_class(id, "credit_agreement", &anna())
        .await
        .unwrap();
    assert_eq!(followed(&world).await, [id], "a class");
    let hold = NewHold {
        matter: "I C 7/26".into(),
        authority: "sąd".into(),
        documents: vec![id],
        ..NewHold::default()
    };
    let hold = world.ledger.place_hold(&hold, &anna()).await.unwrap();
    assert_eq!(followed(&world).await, [id], "a hold");
    world
        .ledger
        .release_hold(hold, "final", &anna())
        .await
        .unwrap();
    assert_eq!(followed(&world).await, [id], "its release");
    world.ledger.follow_up_again(&[id], &anna()).await.unwrap();
    let claim = world.claim(FOLLOW_UP, "n").await.unwrap();
    let until = Some(date(2032, 1, 1));
    let decided = Decided {
        document: id,
        class: "credit_agreement".into(),
        retain_until: until,
    };
    let change = Change {
        decided: vec![decided],
        ..Change::default()
    };
    world.ledger.apply(&claim, &change).await.unwrap();
    let record = world.ledger.document(id).await.unwrap().unwrap();
    assert_eq!(record.retention.retain_until, until);
    let decisions = world.ledger.retention_decisions(id).await.unwrap();
    assert_eq!(decisions.last().unwrap().retain_until, until);
    world.check_sums().await;
}

async fn a_class_that_a_person_confirmed_stays_through_later_readings(world: World) {
    let id = with_document(&world, 1, &[]).await;
    let by_stage = world
        .ledger
        .confirm_class(id, "x", &Actor::stage("extract", "n"))
        .await;
    assert!(matches!(by_stage, Err(LedgerError::Refused(_))));
    world
        .ledger
        .confirm_class(id, "application", &anna())
        .await
        .unwrap();
    followed(&world).await;
    let change = Change {
        documents: vec![ledger::DocumentPut {
            record: crate::records::record(id, 2, &[]),
            review: ledger::Review::NotNeeded,
        }],
        ..Change::default()
    };
    let reader = Actor::stage("extract", "n");
    world
        .ledger
        .apply_by(&reader, "read again", id, &change)
        .await
        .unwrap();
    let record = world.ledger.document(id).await.unwrap().unwrap();
    assert_eq!(
        (record.version, record.retention.class.as_str()),
        (2, "application")
    );
    let basis = world.ledger.retention_basis(id).await.unwrap().unwrap();
    assert!(basis.confirmed.is_some());
}

async fn a_standing_hold_is_on_what_comes_later(world: World) {
    let first = with_document(&world, 1, &[]).await;
    join(&world, first, "KK/1", &["44051401359"]).await;
    let customer = world
        .ledger
        .retention_basis(first)
        .await
        .unwrap()
        .unwrap()
        .customers[0];
    let hold = NewHold {
        matter: "I C 7/26".into(),
        authority: "sąd".into(),
        review_on: Some(date(2027, 1, 1)),
        scopes: vec![HoldScope {
            customer: Some(customer),
            ..HoldScope::default()
        }],
        ..NewHold::default()
    };
    let id = world.ledger.place_hold(&hold, &anna()).await.unwrap();
    assert_eq!(world.ledger.documents_held_by(id).await.unwrap(), [first]);
    let later = with_document(&world, 2, &[]).await;
    assert!(world.ledger.holds_on(later).await.unwrap().is_empty());
    followed(&world).await;
    join(&world, later, "KK/2", &["44051401359"]).await;
    assert_eq!(world.ledger.holds_on(later).await.unwrap().len(), 1);
    assert_eq!(followed(&world).await, [later]);
    assert_eq!(
        world
            .ledger
            .holds(Some(date(2027, 1, 1)))
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        world
            .ledger
            .holds(Some(date(2026, 12, 31)))
            .await
            .unwrap()
            .is_empty()
    );
    let everything = NewHold {
        scopes: vec![HoldScope::default()],
        ..hold
    };
    let refused = world.ledger.place_hold(&everything, &anna()).await;
    assert!(
        matches!(refused, Err(LedgerError::Refused(_))),
        "{refused:?}"
    );
}
