//! Reviewing: one document before one person, two where two are needed, and what is left of it.

use crate::people::with_person;
use crate::records::{read_again, record, with_document};
use crate::world::{World, anna};
use ledger::{
    Actor, AfterReview, Effort, LedgerError, NewKind, NewReview, ReviewVerdict, Reviewer, Turn,
};
use model::{DocumentId, DocumentType, Retention};
use std::collections::BTreeSet;
use std::time::Duration;

crate::on_both!(
    two_reviewers_never_get_one_document,
    a_turn_ends_and_a_postponed_document_comes_back,
    two_people_confirm_the_same_version,
    what_is_not_as_it_was_is_not_judged,
    reviewers_get_documents_of_their_branches_only,
    notes_and_kept_searches_are_kept_by_person,
    a_review_is_taken_back_by_whom_it_is,
    what_a_person_says_a_document_is_no_later_reading_changes,
);

/// Submission `n` with a document that waits for review, of that branch.
async fn waiting(world: &World, n: u32, branch: &str) -> DocumentId {
    with_document(world, n, &[("branch", branch)]).await
}

async fn next(world: &World, person: &str, beside: Option<DocumentId>) -> Option<DocumentId> {
    let all = (BTreeSet::new(), BTreeSet::new());
    let reviewer = Reviewer {
        person,
        branches: &all.0,
        kinds: &all.1,
    };
    world.ledger.next_review(reviewer, beside).await.unwrap()
}

fn confirmed(document: DocumentId, needs_two: bool) -> NewReview {
    NewReview {
        document,
        version: 1,
        verdict: ReviewVerdict::Confirmed,
        words: String::new(),
        needs_two,
        effort: Effort {
            fields: 3,
            corrected: 1,
            seconds: 20,
            keystrokes: 14,
        },
    }
}

async fn two_reviewers_never_get_one_document(world: World) {
    let one = waiting(&world, 1, "0421").await;
    let two = waiting(&world, 2, "0421").await;
    assert_eq!(next(&world, "anna", None).await, Some(one));
    assert_eq!(
        next(&world, "anna", None).await,
        Some(one),
        "begun is gone on with"
    );
    assert_eq!(next(&world, "jan", None).await, Some(two));
    assert_eq!(next(&world, "anna", Some(one)).await, None);
    assert_eq!(
        world.ledger.take_review(two, "anna").await.unwrap(),
        Turn::Anothers("jan".into())
    );
    world.ledger.leave_review(two, "anna").await.unwrap();
    assert_eq!(
        next(&world, "anna", Some(one)).await,
        None,
        "it was not hers to leave"
    );
    world.ledger.leave_review(two, "jan").await.unwrap();
    assert_eq!(next(&world, "anna", Some(one)).await, Some(two));
    // Many at once, and more people than documents.
    let many: Vec<DocumentId> = {
        let mut many = Vec::new();
        for n in 3..9 {
            many.push(waiting(&world, n, "0421").await);
        }
        many
    };
    let all = (BTreeSet::new(), BTreeSet::new());
    let names: Vec<String> = (0..10).map(|n| format!("person-{n}")).collect();
    let asked = names.iter().map(|person| {
        let reviewer = Reviewer {
            person,
            branches: &all.0,
            kinds: &all.1,
        };
        world.ledger.next_review(reviewer, None)
    });
    let mut got = Vec::new();
    for asked in asked {
        got.extend(asked.await.unwrap());
    }
    got.sort();
    assert_eq!(got, many);
}

async fn a_turn_ends_and_a_postponed_document_comes_back(world: World) {
    let id = waiting(&world, 1, "0421").await;
    assert_eq!(next(&world, "anna", None).await, Some(id));
    world.clock.advance(ledger::REVIEW_TURN);
    assert_eq!(next(&world, "jan", None).await, Some(id), "anna went home");
    let until = jiff::Timestamp::from_millisecond(world.clock.milliseconds() + 3_600_000).unwrap();
    world
        .ledger
        .postpone_review(id, until, "the branch was asked", &Actor::person("jan"))
        .await
        .unwrap();
    assert_eq!(next(&world, "jan", None).await, None);
    assert_eq!(next(&world, "anna", None).await, None);
    world.clock.advance(Duration::from_secs(3_601));
    assert_eq!(next(&world, "anna", None).await, Some(id));
}

async fn two_people_confirm_the_same_version(world: World) {
    let id = waiting(&world, 1, "0421").await;
    let review = confirmed(id, true);
    let jan = Actor::person("jan");
    assert_eq!(
        world.ledger.review(&review, &anna()).await.unwrap(),
        AfterReview::SecondNeeded
    );
    assert_eq!(world.ledger.status().await.unwrap().to_review, 1);
    let again = world.ledger.review(&review, &anna()).await;
    assert!(matches!(again, Err(LedgerError::Refused(_))), "{again:?}");
    let name = anna().name().unwrap().to_owned();
    assert_eq!(next(&world, &name, None).await, None, "she judged it");
    assert_eq!(next(&world, "jan", None).await, Some(id));
    assert_eq!(
        world.ledger.review(&review, &jan).await.unwrap(),
        AfterReview::Settled
    );
    assert_eq!(world.ledger.status().await.unwrap().to_review, 0);
    assert_eq!(
        world.ledger.straight_through().await.unwrap(),
        0,
        "people did it"
    );
    let said = world.ledger.reviews_of(id).await.unwrap();
    assert_eq!(said.len(), 2);
    assert_eq!(
        (said[1].person.as_str(), said[1].effort.keystrokes),
        ("jan", 14)
    );
    world.check_sums().await;
}

async fn what_is_not_as_it_was_is_not_judged(world: World) {
    let id = waiting(&world, 1, "0421").await;
    let stale = NewReview {
        version: 2,
        ..confirmed(id, false)
    };
    let judged = world.ledger.review(&stale, &anna()).await;
    assert!(
        matches!(judged, Err(LedgerError::VersionConflict { current: 1, .. })),
        "{judged:?}"
    );
    let rejected = NewReview {
        verdict: ReviewVerdict::Rejected,
        words: "the second page belongs to another agreement".into(),
        ..confirmed(id, true)
    };
    let settled = world.ledger.review(&rejected, &anna()).await.unwrap();
    assert_eq!(settled, AfterReview::Settled, "one is enough to reject");
    let late = world
        .ledger
        .review(&confirmed(id, false), &Actor::person("jan"))
        .await;
    assert!(matches!(late, Err(LedgerError::Refused(_))), "{late:?}");
    let history = world.ledger.history(id).await.unwrap();
    assert!(history.iter().any(|entry| entry.action == "rejected"));
    assert!(
        history
            .iter()
            .all(|entry| !entry.detail.contains("agreement")),
        "what people write is in no event"
    );
}

async fn reviewers_get_documents_of_their_branches_only(world: World) {
    let lodz = waiting(&world, 1, "0421").await;
    let kielce = waiting(&world, 2, "0555").await;
    let (branches, kinds) = (BTreeSet::from(["0555".to_owned()]), BTreeSet::new());
    let reviewer = Reviewer {
        person: "anna",
        branches: &branches,
        kinds: &kinds,
    };
    let got = world.ledger.next_review(reviewer, None).await.unwrap();
    assert_eq!(got, Some(kielce));
    let none = world
        .ledger
        .next_review(reviewer, Some(kielce))
        .await
        .unwrap();
    assert_eq!(none, None, "{lodz} is of another branch");
}

async fn notes_and_kept_searches_are_kept_by_person(world: World) {
    let id = waiting(&world, 1, "0421").await;
    world
        .ledger
        .add_note(id, "Jan Kowalski dzwonił", &anna())
        .await
        .unwrap();
    let notes = world.ledger.notes(id).await.unwrap();
    assert_eq!(notes[0].words, "Jan Kowalski dzwonił");
    let events = world.ledger.history(id).await.unwrap();
    assert!(
        events
            .iter()
            .all(|entry| !entry.detail.contains("Kowalski"))
    );
    let unknown = world.receive(9, "A").await.document(7);
    let refused = world.ledger.add_note(unknown, "x", &anna()).await;
    assert!(
        matches!(refused, Err(LedgerError::Unknown { .. })),
        "{refused:?}"
    );
    with_person(&world, "anna.n").await;
    for query in ["kowalski", "kowalski typ:aneks"] {
        world
            .ledger
            .keep_search("anna.n", "moje", query)
            .await
            .unwrap();
    }
    let kept = world.ledger.searches("anna.n").await.unwrap();
    assert_eq!(kept, [("moje".to_owned(), "kowalski typ:aneks".to_owned())]);
    assert_eq!(world.ledger.searches("jan").await.unwrap(), []);
    world.ledger.forget_search("anna.n", "moje").await.unwrap();
    assert_eq!(world.ledger.searches("anna.n").await.unwrap(), []);
}

async fn a_review_is_taken_back_by_whom_it_is(world: World) {
    let id = waiting(&world, 1, "0421").await;
    let jan = Actor::person("jan");
    world
        .ledger
        .review(&confirmed(id, false), &anna())
        .await
        .unwrap();
    let another = world.ledger.undo_review(id, &jan).await;
    assert!(
        matches!(another, Err(LedgerError::Refused(_))),
        "{another:?}"
    );
    world.ledger.undo_review(id, &anna()).await.unwrap();
    assert_eq!(world.ledger.status().await.unwrap().to_review, 1);
    assert_eq!(world.ledger.reviews_of(id).await.unwrap(), []);
    assert_eq!(
        next(&world, "jan", None).await,
        None,
        "it is before anna again"
    );
    let nothing = world.ledger.undo_review(id, &anna()).await;
    assert!(
        matches!(nothing, Err(LedgerError::Refused(_))),
        "{nothing:?}"
    );
    // The first of two has not taken it out of the queue.
    world
        .ledger
        .review(&confirmed(id, true), &anna())
        .await
        .unwrap();
    world.ledger.undo_review(id, &anna()).await.unwrap();
    assert_eq!(world.ledger.status().await.unwrap().to_review, 1);
    world.check_sums().await;
}

async fn what_a_person_says_a_document_is_no_later_reading_changes(world: World) {
    let id = waiting(&world, 1, "0421").await;
    let surety = DocumentType::parse("surety").unwrap();
    let retention = Retention {
        class: "security".into(),
        rules: Vec::new(),
        retain_until: None,
        holds: Vec::new(),
    };
    let said = NewKind {
        document: id,
        version: 1,
        kind: surety.clone(),
        retention,
        jobs: Vec::new(),
    };
    assert_eq!(world.ledger.say_kind(&said, &anna()).await.unwrap(), 2);
    let stale = world.ledger.say_kind(&said, &anna()).await;
    assert!(
        matches!(stale, Err(LedgerError::VersionConflict { current: 2, .. })),
        "{stale:?}"
    );
    let read = record(id, 3, &[("branch", "0421")]);
    read_again(&world, read).await.unwrap();
    let kept = world.ledger.document(id).await.unwrap().unwrap();
    assert_eq!((kept.version, &kept.kind), (3, &surety));
    assert_eq!(kept.retention.class, "security");
    let summary = world.ledger.summary(id).await.unwrap().unwrap();
    assert_eq!(summary.kind, surety);
    assert!(
        kept.history
            .iter()
            .any(|entry| entry.action == "type said" && entry.detail == "annex is surety")
    );
}
