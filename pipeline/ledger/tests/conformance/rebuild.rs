//! A ledger that is made again from records alone knows the documents, and what people corrected.

use crate::records::{field, record, with_document};
use crate::world::{World, anna, submission};
use ledger::{Actor, Change, Correction, DocumentPut, Rebuilt, Received, Review, WorkToDo};
use std::collections::BTreeMap;

crate::on_both!(
    a_rebuilt_ledger_knows_the_record_and_what_people_set,
    what_was_not_finished_waits_again,
);

fn rebuilt(n: u32, work: WorkToDo) -> Rebuilt {
    Rebuilt {
        submission: submission(n, "A"),
        work,
        reading: None,
        pages: Vec::new(),
        assignments: Vec::new(),
        records: Vec::new(),
        objects: Vec::new(),
    }
}

async fn a_rebuilt_ledger_knows_the_record_and_what_people_set(world: World) {
    let id = with_document(&world, 1, &[("amount", "1")]).await;
    let correction = Correction {
        document: id,
        version: 1,
        fields: BTreeMap::from([("amount".into(), Some(field("2")))]),
        why: "misread".into(),
        review: Review::NotNeeded,
        jobs: Vec::new(),
    };
    world.ledger.correct(&correction, &anna()).await.unwrap();
    let mut kept = rebuilt(1, WorkToDo::Done);
    for (version, review) in [(1, Review::Needed), (2, Review::NotNeeded)] {
        let record = world.ledger.record_to_keep(id, version).await.unwrap();
        kept.records.push((record.unwrap(), review));
    }
    assert_eq!(kept.records[1].0.history.len(), 2);

    let anew = World::sqlite().await;
    let by = Actor::person("admin");
    assert_eq!(
        anew.ledger.rebuild(&kept, &by).await.unwrap(),
        Received::New
    );
    assert_eq!(
        anew.ledger.rebuild(&kept, &by).await.unwrap(),
        Received::Already
    );
    let (before, after) = (
        world.ledger.document(id).await.unwrap().unwrap(),
        anew.ledger.document(id).await.unwrap().unwrap(),
    );
    assert_eq!((after.version, &after.fields), (2, &before.fields));
    assert_eq!(anew.ledger.status().await.unwrap().submissions.done, 1);
    // The next reading keeps what the person set.
    let change = Change {
        documents: vec![DocumentPut {
            record: record(id, 3, &[("amount", "1")]),
            review: Review::Needed,
        }],
        ..Change::default()
    };
    let stage = Actor::stage("extract", "n");
    anew.ledger
        .apply_by(&stage, "extract", id, &change)
        .await
        .unwrap();
    let kept = anew.ledger.document(id).await.unwrap().unwrap();
    assert_eq!(kept.fields["amount"], field("2"));
    // Kept again from the new ledger, it is the same record.
    assert_eq!(
        anew.ledger.record_to_keep(id, 2).await.unwrap(),
        world.ledger.record_to_keep(id, 2).await.unwrap()
    );
    anew.check_sums().await;
}

async fn what_was_not_finished_waits_again(world: World) {
    let by = Actor::person("admin");
    world
        .ledger
        .rebuild(&rebuilt(1, WorkToDo::Left), &by)
        .await
        .unwrap();
    world.check_sums().await;
    let claim = world.claim("recognise", "n").await.unwrap();
    world.finish(&claim).await;
    world.check_sums().await;
}
