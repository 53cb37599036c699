//! What operators do: again, aside, not at all; each audited.

use crate::world::{World, anna, job, submission_id};
use ledger::{Change, Failing, LedgerError, SubmissionState};

crate::on_both!(
    retry_starts_again_as_if_it_had_never_failed,
    retry_forgives_what_failed_and_waits_again_already,
    park_takes_the_job_from_its_node,
    skip_ends_what_is_parked,
    one_parked_document_parks_its_submission_and_only_itself,
    an_unknown_submission_is_said_to_be_unknown,
);

async fn retry_starts_again_as_if_it_had_never_failed(world: World) {
    let id = world.receive(1, "A").await;
    let claim = world.claim("recognise", "n").await.unwrap();
    world.fail(&claim, Failing::Park).await;
    assert_eq!(world.state(id).await, SubmissionState::Parked);
    assert_eq!(world.ledger.retry(id, &anna()).await.unwrap(), 1);
    assert_eq!(world.ledger.retry(id, &anna()).await.unwrap(), 0);
    assert_eq!(world.state(id).await, SubmissionState::Waiting);
    let claim = world.claim("recognise", "n").await.unwrap();
    assert_eq!(claim.attempt, 1);
    world.finish(&claim).await;
    let history = world.ledger.history(id).await.unwrap();
    let done: Vec<_> = history
        .iter()
        .map(|h| (h.action.as_str(), h.actor.as_str()))
        .collect();
    assert_eq!(
        done,
        [
            ("received", "receive@A"),
            ("parked", "recognise@n"),
            ("retried", "anna.nowak"),
            ("recognise", "recognise@n")
        ]
    );
    world.check_sums().await;
}

/// Whether the wait after a failure is over at the moment of the command must not matter.
async fn retry_forgives_what_failed_and_waits_again_already(world: World) {
    let id = world.receive(1, "A").await;
    let claim = world.claim("recognise", "n").await.unwrap();
    world.fail(&claim, Failing::Retry).await;
    world.clock.advance(std::time::Duration::from_secs(60));
    world.ledger.sweep().await.unwrap();
    assert_eq!(world.ledger.retry(id, &anna()).await.unwrap(), 1);
    let claim = world.claim("recognise", "n").await.unwrap();
    assert_eq!(claim.attempt, 1);
    world.finish(&claim).await;
    world.check_sums().await;
}

async fn park_takes_the_job_from_its_node(world: World) {
    let id = world.receive(1, "A").await;
    let claim = world.claim("recognise", "n").await.unwrap();
    assert_eq!(
        world
            .ledger
            .park(id, "wrong folder", &anna())
            .await
            .unwrap(),
        1
    );
    let late = world.ledger.apply(&claim, &Change::default()).await;
    assert!(matches!(late, Err(LedgerError::LeaseLost { .. })));
    let parked = &world.ledger.parked(0, 10).await.unwrap()[0];
    assert_eq!(
        (
            parked.trouble.reason.as_str(),
            parked.trouble.message.as_str()
        ),
        ("operator", "wrong folder")
    );
    world.check_sums().await;
}

async fn skip_ends_what_is_parked(world: World) {
    let id = world.receive(1, "A").await;
    assert_eq!(
        world.ledger.skip(id, "", &anna()).await.unwrap(),
        0,
        "only parked work is skipped"
    );
    world.ledger.park(id, "not ours", &anna()).await.unwrap();
    assert_eq!(
        world
            .ledger
            .skip(id, "returned to the branch", &anna())
            .await
            .unwrap(),
        1
    );
    assert_eq!(world.state(id).await, SubmissionState::Done);
    assert!(world.ledger.parked(0, 10).await.unwrap().is_empty());
    world.check_sums().await;
}

async fn one_parked_document_parks_its_submission_and_only_itself(world: World) {
    let id = world.receive(1, "A").await;
    let claim = world.claim("recognise", "n").await.unwrap();
    let jobs = vec![
        job(id.document(1), "extract"),
        job(id.document(2), "extract"),
    ];
    world
        .ledger
        .apply(
            &claim,
            &Change {
                jobs,
                ..Change::default()
            },
        )
        .await
        .unwrap();
    let bad = world.claim("extract", "n").await.unwrap();
    world.fail(&bad, Failing::Park).await;
    assert_eq!(world.state(id).await, SubmissionState::Parked);
    let good = world.claim("extract", "n").await.unwrap();
    world.finish(&good).await;
    assert_eq!(world.state(id).await, SubmissionState::Parked);
    let other = id.document(good.subject.document().unwrap().ordinal());
    assert_eq!(world.ledger.retry(other, &anna()).await.unwrap(), 0);
    assert_eq!(world.ledger.retry(bad.subject, &anna()).await.unwrap(), 1);
    let again = world.claim("extract", "n").await.unwrap();
    world.finish(&again).await;
    assert_eq!(world.state(id).await, SubmissionState::Done);
    world.check_sums().await;
}

async fn an_unknown_submission_is_said_to_be_unknown(world: World) {
    let unknown = world.ledger.retry(submission_id(7), &anna()).await;
    assert!(matches!(
        unknown,
        Err(LedgerError::Unknown {
            what: "submission",
            ..
        })
    ));
    assert_eq!(
        world.ledger.submission(submission_id(7)).await.unwrap(),
        None
    );
}
