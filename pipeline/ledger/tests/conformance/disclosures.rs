//! The register of disclosures, and what the log gives away of a document.

use crate::records::with_document;
use crate::world::{World, anna};
use ledger::{NewDisclosure, NewHold};
use model::Digest;
use std::time::Duration;

crate::on_both!(
    the_same_request_is_one_disclosure_with_the_time_it_was_first_asked,
    events_of_holds_are_not_given_away,
);

async fn the_same_request_is_one_disclosure_with_the_time_it_was_first_asked(world: World) {
    let id = with_document(&world, 1, &[]).await;
    let new = NewDisclosure {
        request: Digest::of(b"request"),
        package: "kartoteka-1".into(),
        recipient: "court".into(),
        basis: "civil_procedure".into(),
        purpose: "I C 77/26 Jan Kowalski".into(),
        profile: "authority".into(),
        query: "kowalski".into(),
        found: 2,
        documents: vec![(id, 1)],
    };
    let first = world.ledger.disclose(&new, &anna()).await.unwrap();
    world.clock.advance(Duration::from_secs(60));
    let again = world.ledger.disclose(&new, &anna()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!((first.found, first.given, first.made_at), (2, 1, None));
    let sha256 = Digest::of(b"manifest");
    world
        .ledger
        .disclosed(first.id, sha256, &anna())
        .await
        .unwrap();
    let all = world.ledger.disclosures(None, 10).await.unwrap();
    let of_it = world.ledger.disclosures(Some(id), 10).await.unwrap();
    assert_eq!(all, of_it);
    assert_eq!(all[0].sha256, Some(sha256));
    assert!(all[0].made_at.unwrap() > first.requested_at);
    let history = world
        .ledger
        .history(format!("disclosure:{}", first.id))
        .await
        .unwrap();
    let said: Vec<&str> = history.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(said, ["export asked", "export asked again", "exported"]);
    for entry in history {
        assert!(!entry.detail.contains("Kowalski") && !entry.detail.contains("court"));
    }
}

async fn events_of_holds_are_not_given_away(world: World) {
    let id = with_document(&world, 1, &[]).await;
    let before = world.ledger.events_to_give(id).await.unwrap();
    assert!(!before.is_empty());
    let hold = NewHold {
        matter: "GIIF".into(),
        authority: "GIIF".into(),
        confidential: true,
        documents: vec![id],
        ..NewHold::default()
    };
    world.ledger.place_hold(&hold, &anna()).await.unwrap();
    assert_eq!(world.ledger.events_to_give(id).await.unwrap(), before);
    let about = |subject: &str| subject == id.to_string() || subject == id.submission().to_string();
    assert!(before.iter().all(|event| about(&event.event.subject)));
}
