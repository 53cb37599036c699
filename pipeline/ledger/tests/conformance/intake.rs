//! Receiving: once whatever is repeated, and never two firsts of the same bytes.

use crate::records::with_document;
use crate::world::{World, submission, submission_id};
use ledger::{Actor, Change, PageEntry, RescanAnswer, SharedFile};
use ledger::{LedgerError, Received, SubmissionState};
use model::{Digest, Failure, Page, PagePrint, RefusalReason, StationName};

crate::on_both!(
    receiving_twice_is_receiving_once,
    the_same_bytes_again_are_a_repeat_that_is_done,
    an_identity_never_changes_its_bytes,
    of_nodes_that_receive_the_same_bytes_at_once_one_is_first,
    submissions_list_newest_first,
    a_page_that_looks_like_an_earlier_one_is_found,
    a_ticket_is_answered_and_the_newest_answer_counts,
    a_shared_file_is_remembered_as_it_looked,
    papers_name_their_agreements,
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

async fn a_page_that_looks_like_an_earlier_one_is_found(world: World) {
    let first = world.receive(1, "A").await;
    let claim = world.claim("recognise", "n").await.unwrap();
    let failure = Failure::new(RefusalReason::Damaged, "torn");
    let print = PagePrint::from_bits(0x0123_4567_89AB_CDEF);
    let page = PageEntry {
        print: Some(print),
        ..PageEntry::from(&Page::failed(3, failure))
    };
    let change = Change {
        pages: vec![page],
        ..Change::default()
    };
    world.ledger.apply(&claim, &change).await.unwrap();
    let like = |bits: u64, before| {
        let ledger = world.ledger.clone();
        async move {
            let print = PagePrint::from_bits(print.bits() ^ bits);
            ledger.pages_like(print, before, 9).await.unwrap()
        }
    };
    let found = like(0b111, submission_id(2)).await;
    assert_eq!(
        found
            .iter()
            .map(|p| (p.submission, p.number, p.distance))
            .collect::<Vec<_>>(),
        [(first, 3, 3)]
    );
    assert!(
        like(0xFFFF, submission_id(2)).await.is_empty(),
        "16 bits differ"
    );
    assert!(like(0, first).await.is_empty(), "not its own");
}

async fn a_ticket_is_answered_and_the_newest_answer_counts(world: World) {
    let document = with_document(&world, 1, &[]).await;
    let person = Actor::person("anna");
    let ask = |page| world.ledger.ask_rescan(document, page, "faint", &person);
    assert!(matches!(ask(9).await, Err(LedgerError::Unknown { .. })));
    let ticket = ask(1).await.unwrap();
    assert_eq!(world.ledger.open_rescans().await.unwrap().len(), 1);
    for n in [2, 3] {
        let answer = RescanAnswer {
            ticket,
            submission: world.receive(n, "A").await,
            number: 1,
        };
        let change = Change {
            answers: vec![answer],
            ..Change::default()
        };
        let actor = Actor::stage("separate", "n");
        let ledger = &world.ledger;
        ledger
            .apply_by(&actor, "rescan answered", document, &change)
            .await
            .unwrap();
    }
    assert!(world.ledger.open_rescans().await.unwrap().is_empty());
    let tickets = world.ledger.rescans_of(document).await.unwrap();
    assert_eq!(tickets[0].answer, Some((submission_id(3), 1)));
    assert_eq!(tickets[0].why, "faint");
}

async fn a_shared_file_is_remembered_as_it_looked(world: World) {
    let station = StationName::parse("A").unwrap();
    let mut file = SharedFile {
        station: station.clone(),
        path: "/mnt/a/umowa.pdf".into(),
        bytes: 10,
        modified: 1_700_000_000_123_456_789,
        sha256: Digest::of(b"x"),
    };
    let ledger = &world.ledger;
    assert_eq!(
        ledger.shared_file(&station, &file.path).await.unwrap(),
        None
    );
    ledger.remember_shared_file(&file).await.unwrap();
    file.bytes = 11;
    ledger.remember_shared_file(&file).await.unwrap();
    let known = ledger.shared_file(&station, &file.path).await.unwrap();
    assert_eq!(known, Some(file));
}

async fn papers_name_their_agreements(world: World) {
    with_document(&world, 1, &[("agreement_number", "KG/1"), ("rrso", "5.45")]).await;
    with_document(&world, 2, &[("original_agreement_number", "KG/2")]).await;
    let mut found = Vec::new();
    let ledger = &world.ledger;
    ledger
        .papers(|paper| found.push(paper.agreement))
        .await
        .unwrap();
    found.sort();
    assert_eq!(found, ["KG/1", "KG/2"]);
}
