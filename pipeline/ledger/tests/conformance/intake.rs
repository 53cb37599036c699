//! Receiving: once whatever is repeated, and never two firsts of the same bytes.

use crate::world::{World, submission, submission_id};
use ledger::{LedgerError, Received, SubmissionState};
use model::Digest;

crate::on_both!(
    receiving_twice_is_receiving_once,
    the_same_bytes_again_are_a_repeat_that_is_done,
    an_identity_never_changes_its_bytes,
    of_nodes_that_receive_the_same_bytes_at_once_one_is_first,
    submissions_list_newest_first,
);

async fn receiving_twice_is_receiving_once(world: World) {
    let new = submission(1, "A");
    assert_eq!(world.ledger.receive(&new).await.unwrap(), Received::New);
    assert_eq!(world.ledger.receive(&new).await.unwrap(), Received::Already);
    let stored = world.ledger.submission(new.id).await.unwrap().unwrap();
    assert_eq!((stored.name.as_str(), stored.bytes), ("skan 1.pdf", 1001));
    assert_eq!(stored.source, new.source);
    assert_eq!(world.ledger.jobs(new.id).await.unwrap().len(), 1);
    assert_eq!(
        world.ledger.objects("", 10).await.unwrap()[0].object,
        new.object
    );
    world.check_sums().await;
}

async fn the_same_bytes_again_are_a_repeat_that_is_done(world: World) {
    let first = world.receive(1, "A").await;
    let mut again = submission(2, "B");
    again.sha256 = Digest::of(&1u32.to_be_bytes());
    assert_eq!(
        world.ledger.receive(&again).await.unwrap(),
        Received::Repeat(first)
    );
    assert_eq!(
        world.ledger.receive(&again).await.unwrap(),
        Received::Already
    );
    let stored = world.ledger.submission(again.id).await.unwrap().unwrap();
    assert_eq!(
        (stored.repeat_of, stored.state),
        (Some(first), SubmissionState::Done)
    );
    assert_eq!(
        world
            .ledger
            .submission_of_bytes(again.sha256)
            .await
            .unwrap(),
        Some(first)
    );
    assert!(world.ledger.jobs(again.id).await.unwrap().is_empty());
    world.check_sums().await;
}

async fn an_identity_never_changes_its_bytes(world: World) {
    world.receive(1, "A").await;
    let mut other = submission(1, "A");
    other.sha256 = Digest::of(b"other");
    assert!(matches!(
        world.ledger.receive(&other).await,
        Err(LedgerError::Refused(_))
    ));
    world.check_sums().await;
}

async fn of_nodes_that_receive_the_same_bytes_at_once_one_is_first(world: World) {
    for round in 0..5u32 {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..6u32 {
            let ledger = world.ledger.clone();
            let mut new = submission(round * 10 + n, "A");
            new.sha256 = Digest::of(&(1000 + round).to_be_bytes());
            new.object.sha256 = new.sha256;
            new.object.key = format!("orig/{}", new.sha256);
            tasks.spawn(async move { ledger.receive(&new).await.unwrap() });
        }
        let results = tasks.join_all().await;
        let news = results
            .iter()
            .filter(|result| **result == Received::New)
            .count();
        assert_eq!((news, results.len()), (1, 6), "{results:?}");
    }
    world.check_sums().await;
}

async fn submissions_list_newest_first(world: World) {
    for n in 1..=5 {
        world.receive(n, "A").await;
    }
    let ids = |list: Vec<ledger::Submission>| list.into_iter().map(|s| s.id).collect::<Vec<_>>();
    let first = ids(world.ledger.submissions(None, 2).await.unwrap());
    assert_eq!(first, [submission_id(5), submission_id(4)]);
    let rest = ids(world.ledger.submissions(Some(first[1]), 9).await.unwrap());
    assert_eq!(rest, [submission_id(3), submission_id(2), submission_id(1)]);
}
