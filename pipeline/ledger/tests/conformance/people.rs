//! People and what was decided about retention.

use crate::records::{record, with_document};
use crate::world::{World, anna};
use ledger::{
    Actor, Change, DocumentPut, FAILURES_AT_SOURCE, FAILURES_OF_PERSON, FAILURES_OF_SOURCE,
    NewToken, Remembered, Review, SessionTerm, Trying, User, UserState,
};
use model::Digest;
use std::time::Duration;

crate::on_both!(
    a_session_ends_by_disuse_and_in_the_end,
    a_disabled_person_s_sessions_are_over,
    a_token_lets_in_until_it_is_over_or_withdrawn,
    guessing_shuts_out_the_guesser_and_nobody_else,
    guesses_from_everywhere_leave_known_sources_in,
    a_step_of_a_second_factor_counts_once,
    a_key_is_one_request_s_and_its_answer_is_kept,
    a_person_is_added_changed_and_disabled_and_each_is_an_event,
    what_was_decided_about_retention_is_kept_with_who_and_when,
);

async fn a_person_is_added_changed_and_disabled_and_each_is_an_event(world: World) {
    let mut user = User {
        name: "ewa".into(),
        full_name: "Ewa Wiśniewska".into(),
        roles: vec!["archivist".into(), "compliance".into()],
        branches: vec!["Łódź 1".into()],
        kinds: Vec::new(),
        until: Some(jiff::civil::date(2027, 12, 31)),
        secret: Some("$argon2id$…".into()),
        change_secret: true,
        second_factor: None,
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

const MINUTE: Duration = Duration::from_secs(60);
const TERM: SessionTerm = SessionTerm {
    idle: Duration::from_secs(30 * 60),
    whole: Duration::from_secs(10 * 3600),
};

fn key(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

pub(crate) async fn with_person(world: &World, name: &str) -> User {
    let user = User {
        name: name.into(),
        full_name: "Ewa Wiśniewska".into(),
        roles: vec!["archivist".into()],
        branches: Vec::new(),
        kinds: Vec::new(),
        until: None,
        secret: None,
        change_secret: false,
        second_factor: None,
        state: UserState::Active,
    };
    world.ledger.put_user(&user, &anna()).await.unwrap();
    user
}

async fn a_session_ends_by_disuse_and_in_the_end(world: World) {
    with_person(&world, "ewa").await;
    let ewa = Actor::person("ewa");
    let open = |name| world.ledger.session(key(name), TERM);
    world
        .ledger
        .open_session(key("a"), TERM, &ewa)
        .await
        .unwrap();
    assert_eq!(open("a").await.unwrap().unwrap().person, "ewa");
    assert_eq!(open("b").await.unwrap(), None);
    for _ in 0..20 {
        world.clock.advance(29 * MINUTE);
        assert!(open("a").await.unwrap().is_some(), "it is used");
    }
    world.clock.advance(25 * MINUTE);
    assert_eq!(open("a").await.unwrap(), None, "its ten hours are over");
    world
        .ledger
        .open_session(key("c"), TERM, &ewa)
        .await
        .unwrap();
    world.clock.advance(31 * MINUTE);
    assert_eq!(open("c").await.unwrap(), None, "it was not used");
    world
        .ledger
        .open_session(key("d"), TERM, &ewa)
        .await
        .unwrap();
    world
        .ledger
        .open_session(key("e"), TERM, &ewa)
        .await
        .unwrap();
    world
        .ledger
        .close_other_sessions("ewa", Some(key("d")))
        .await
        .unwrap();
    assert_eq!(open("e").await.unwrap(), None);
    assert!(world.ledger.close_session(key("d"), &ewa).await.unwrap());
    assert!(!world.ledger.close_session(key("d"), &ewa).await.unwrap());
}

async fn a_disabled_person_s_sessions_are_over(world: World) {
    let mut user = with_person(&world, "ewa").await;
    world
        .ledger
        .open_session(key("a"), TERM, &Actor::person("ewa"))
        .await
        .unwrap();
    user.state = UserState::Disabled;
    world.ledger.put_user(&user, &anna()).await.unwrap();
    assert_eq!(world.ledger.session(key("a"), TERM).await.unwrap(), None);
}

async fn a_token_lets_in_until_it_is_over_or_withdrawn(world: World) {
    with_person(&world, "ewa").await;
    let now = jiff::Timestamp::from_millisecond(world.clock.milliseconds()).unwrap();
    let new = |name: &str| NewToken {
        key: key(name),
        title: "core banking".into(),
        person: "ewa".into(),
        roles: vec!["archivist".into()],
        expires_at: now + jiff::SignedDuration::from_mins(60),
    };
    let first = world.ledger.put_token(&new("one"), &anna()).await.unwrap();
    world.ledger.put_token(&new("two"), &anna()).await.unwrap();
    assert_eq!(
        world.ledger.token(key("one")).await.unwrap().unwrap().id,
        first
    );
    assert!(world.ledger.revoke_token(first, &anna()).await.unwrap());
    assert_eq!(
        world.ledger.token(key("one")).await.unwrap(),
        None,
        "withdrawn"
    );
    assert!(world.ledger.token(key("two")).await.unwrap().is_some());
    world.clock.advance(60 * MINUTE);
    assert_eq!(world.ledger.token(key("two")).await.unwrap(), None, "over");
    assert_eq!(world.ledger.tokens().await.unwrap().len(), 2);
    let nobody = NewToken {
        person: "nobody".into(),
        ..new("three")
    };
    assert!(world.ledger.put_token(&nobody, &anna()).await.is_err());
}

async fn tries(world: &World, person: &str, source: &str) -> bool {
    world.ledger.may_try(person, key(source)).await.unwrap() == Trying::Allowed
}

async fn guessing_shuts_out_the_guesser_and_nobody_else(world: World) {
    with_person(&world, "ewa").await;
    for _ in 0..FAILURES_AT_SOURCE {
        assert!(tries(&world, "ewa", "guesser").await);
        world
            .ledger
            .sign_in_failed("ewa", key("guesser"), true)
            .await
            .unwrap();
    }
    assert!(!tries(&world, "ewa", "guesser").await, "the guesser waits");
    assert!(
        tries(&world, "ewa", "ewa's desk").await,
        "the person does not"
    );
    assert!(
        tries(&world, "jan", "guesser").await,
        "who sits beside the guesser does not"
    );
    world.clock.advance(15 * MINUTE);
    assert!(tries(&world, "ewa", "guesser").await);
    for n in 0..FAILURES_OF_SOURCE {
        world
            .ledger
            .sign_in_failed(&format!("guess{n}"), key("guesser"), false)
            .await
            .unwrap();
    }
    assert!(
        !tries(&world, "jan", "guesser").await,
        "it tries one name after the other"
    );
    let refused = world.ledger.history("user:").await.unwrap();
    assert_eq!(
        refused.len(),
        FAILURES_OF_SOURCE as usize,
        "names that are none are not logged"
    );
}

async fn guesses_from_everywhere_leave_known_sources_in(world: World) {
    with_person(&world, "ewa").await;
    world
        .ledger
        .sign_in_succeeded("ewa", key("ewa's desk"))
        .await
        .unwrap();
    for n in 0..FAILURES_OF_PERSON {
        world
            .ledger
            .sign_in_failed("ewa", key(&format!("bot {n}")), true)
            .await
            .unwrap();
    }
    assert!(!tries(&world, "ewa", "another bot").await);
    assert!(tries(&world, "ewa", "ewa's desk").await);
    assert!(tries(&world, "jan", "another bot").await);
}

async fn a_step_of_a_second_factor_counts_once(world: World) {
    with_person(&world, "ewa").await;
    let step = |n| world.ledger.use_factor_step("ewa", n);
    assert!(step(100).await.unwrap());
    assert!(!step(100).await.unwrap(), "used");
    assert!(!step(99).await.unwrap(), "before a used one");
    assert!(step(101).await.unwrap());
}

async fn a_key_is_one_request_s_and_its_answer_is_kept(world: World) {
    let take = |request| world.ledger.take_key(key("k"), key(request));
    assert_eq!(take("r").await.unwrap(), Remembered::New);
    assert_eq!(take("r").await.unwrap(), Remembered::UnderWay);
    assert_eq!(take("other").await.unwrap(), Remembered::Other);
    world
        .ledger
        .keep_answer(key("k"), Some((201, "{}")))
        .await
        .unwrap();
    let answered = Remembered::Answered {
        status: 201,
        body: "{}".into(),
    };
    assert_eq!(take("r").await.unwrap(), answered);
    world.clock.advance(25 * 60 * MINUTE);
    assert_eq!(
        take("other").await.unwrap(),
        Remembered::New,
        "forgotten after a day"
    );
    world.ledger.keep_answer(key("k"), None).await.unwrap();
    assert_eq!(
        take("r").await.unwrap(),
        Remembered::New,
        "nothing was done"
    );
}
