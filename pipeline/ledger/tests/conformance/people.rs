//! People and what was decided about retention.

use crate::records::{record, with_document};
use crate::world::{World, anna};
use ledger::{Change, DocumentPut, Review, User, UserState};

crate::on_both!(
    a_person_is_added_changed_and_disabled_and_each_is_an_event,
    what_was_decided_about_retention_is_kept_with_who_and_when,
);

async fn a_person_is_added_changed_and_disabled_and_each_is_an_event(world: World) {
    let mut user = User {
        name: "ewa".into(),
        full_name: "Ewa Wiśniewska".into(),
        roles: vec!["archivist".into(), "compliance".into()],
        secret: Some("$argon2id$…".into()),
        state: UserState::Active,
    };
    world.ledger.put_user(&user, &anna()).await.unwrap();
    assert_eq!(world.ledger.user("ewa").await.unwrap(), Some(user.clone()));
    user.state = UserState::Disabled;
    user.roles.clear();
    world.ledger.put_user(&user, &anna()).await.unwrap();
    assert_eq!(world.ledger.users().await.unwrap(), [user]);
    assert_eq!(world.ledger.user("nobody").await.unwrap(), None);
    let history = world.ledger.history("user:ewa").await.unwrap();
    let said: Vec<_> = history
        .iter()
        .map(|entry| (entry.action.as_str(), entry.detail.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("user added", "active: archivist,compliance"),
            ("user changed", "disabled: ")
        ]
    );
}

async fn what_was_decided_about_retention_is_kept_with_who_and_when(world: World) {
    let id = with_document(&world, 1, &[]).await;
    let mut next = record(id, 2, &[]);
    next.retention.retain_until = Some(jiff::civil::date(2032, 1, 1));
    let change = Change {
        documents: vec![DocumentPut {
            record: next,
            review: Review::NotNeeded,
        }],
        ..Change::default()
    };
    world
        .ledger
        .apply_by(&anna(), "settled", id, &change)
        .await
        .unwrap();
    let decided = world.ledger.retention_decisions(id).await.unwrap();
    let said: Vec<_> = decided
        .iter()
        .map(|d| (d.version, d.retain_until, d.actor.as_str()))
        .collect();
    let until = Some(jiff::civil::date(2032, 1, 1));
    assert_eq!(said, [(1, None, "recognise@n"), (2, until, "anna.nowak")]);
}
