//! Copies of a whole ledger, from either database into either: the same, or nothing.

use crate::records::with_document;
use crate::world::{World, anna};
use ledger::{
    CreditFileKey, EventOf, Failing, Inventory, Joining, Ledger, LedgerError, NewHold,
    NewTermEvent, Onto, User, UserState, Witness,
};
use model::DocumentId;
use std::collections::{BTreeMap, BTreeSet};

crate::on_both!(
    a_copy_into_either_database_holds_the_same_and_works_on,
    a_copy_is_repeated_until_somebody_works_on_it,
    a_copy_that_differs_is_not_kept,
    no_table_and_no_column_is_forgotten,
);

/// A ledger with something of everything in it.
async fn busy(world: &World) {
    let id = with_document(
        world,
        1,
        &[("amount", "1 000,00"), ("borrower", "Łukasz Żak")],
    )
    .await;
    let hold = NewHold {
        matter: "II K 12/26".into(),
        authority: "sąd".into(),
        confidential: false,
        documents: vec![id],
        ..NewHold::default()
    };
    world.ledger.place_hold(&hold, &anna()).await.unwrap();
    kept(world, id).await;
    let user = User {
        name: "ewa".into(),
        full_name: "Ewa".into(),
        roles: Vec::new(),
        secret: None,
        branches: vec!["Łódź 1".into()],
        kinds: vec!["annex".into()],
        until: None,
        change_secret: false,
        second_factor: None,
        state: UserState::Active,
    };
    world.ledger.put_user(&user, &anna()).await.unwrap();
    for n in 2..6 {
        world.receive(n, "B").await;
    }
    let parked = world.claim("recognise", "n").await.unwrap();
    world.fail(&parked, Failing::Park).await;
    let delayed = world.claim("recognise", "n").await.unwrap();
    world.fail(&delayed, Failing::Retry).await;
    world.claim("recognise", "n").await.unwrap();
}

/// A document with all that decides how long it is kept.
async fn kept(world: &World, id: DocumentId) {
    let joining = Joining {
        document: id,
        file: CreditFileKey {
            client_number: None,
            agreement_number: Some("KK/1".into()),
        },
        product: None,
        branch: None,
        customers: Vec::new(),
    };
    let file = world
        .ledger
        .join_credit_file(&joining, &anna())
        .await
        .unwrap();
    let settled = NewTermEvent {
        of: EventOf::CreditFile(file.id),
        kind: "settled".into(),
        day: jiff::civil::date(2026, 5, 10),
        source: "core".into(),
        evidence: String::new(),
        witness: Witness::Enough,
    };
    let event = world
        .ledger
        .state_term_event(&settled, &anna())
        .await
        .unwrap();
    let second = Witness::SecondNeeded;
    world
        .ledger
        .reverse_term_event(event, "?", second, &anna())
        .await
        .unwrap();
    world
        .ledger
        .confirm_class(id, "credit", &anna())
        .await
        .unwrap();
    while let Some(claim) = world.claim(ledger::FOLLOW_UP, "n").await {
        world.finish(&claim).await;
    }
}

async fn copy(from: &Ledger, to: &Ledger, onto: Onto) -> Result<Inventory, LedgerError> {
    let mut snapshot = from.snapshot().await?;
    let mut loading = to.loading(onto).await?;
    while let Some(batch) = snapshot.next().await? {
        loading.add_batch(&batch).await?;
    }
    let inventory = snapshot.inventory();
    loading.commit(&inventory).await?;
    Ok(inventory)
}

async fn empty_ones() -> Vec<World> {
    vec![
        World::sqlite().await,
        #[cfg(feature = "postgres")]
        World::postgres().await,
    ]
}

async fn a_copy_into_either_database_holds_the_same_and_works_on(world: World) {
    busy(&world).await;
    for other in empty_ones().await {
        let inventory = copy(&world.ledger, &other.ledger, Onto::Empty)
            .await
            .unwrap();
        assert!(inventory.rows() > 30, "{inventory:?}");
        other.check_sums().await;
        let (before, after) = (
            world.ledger.status().await.unwrap(),
            other.ledger.status().await.unwrap(),
        );
        assert_eq!(before.submissions, after.submissions);
        assert_eq!(
            world.ledger.events_since(0, 100).await.unwrap(),
            other.ledger.events_since(0, 100).await.unwrap()
        );
        // What was in work waits again, and new rows get new numbers.
        let events = other.ledger.events_since(0, 100).await.unwrap().len() as u64;
        let claim = other.claim("recognise", "n").await.unwrap();
        other.finish(&claim).await;
        other.receive(9, "B").await;
        let later = other.ledger.events_since(events, 100).await.unwrap();
        assert_eq!((later.len(), later[0].seq), (2, events + 1));
        other.check_sums().await;
    }
}

async fn a_copy_is_repeated_until_somebody_works_on_it(world: World) {
    busy(&world).await;
    for other in empty_ones().await {
        copy(&world.ledger, &other.ledger, Onto::EarlierCopy)
            .await
            .unwrap();
        world
            .receive(
                u32::try_from(world.ledger.newest_change().await.unwrap()).unwrap() + 50,
                "C",
            )
            .await;
        let second = copy(&world.ledger, &other.ledger, Onto::EarlierCopy)
            .await
            .unwrap();
        let third = copy(&world.ledger, &other.ledger, Onto::EarlierCopy)
            .await
            .unwrap();
        assert_eq!(second, third);
        assert!(matches!(
            copy(&world.ledger, &other.ledger, Onto::Empty).await,
            Err(LedgerError::Refused(_))
        ));
        other.receive(999, "C").await;
        let refused = copy(&world.ledger, &other.ledger, Onto::EarlierCopy).await;
        assert!(
            matches!(refused, Err(LedgerError::Refused(_))),
            "{refused:?}"
        );
        other.check_sums().await;
    }
}

async fn a_copy_that_differs_is_not_kept(world: World) {
    busy(&world).await;
    let other = World::sqlite().await;
    let mut snapshot = world.ledger.snapshot().await.unwrap();
    let mut loading = other.ledger.loading(Onto::Empty).await.unwrap();
    while let Some(mut batch) = snapshot.next().await.unwrap() {
        if batch.table == "fields" {
            batch.rows[0] = batch.rows[0].replace("000,00", "000,01");
        }
        loading.add_batch(&batch).await.unwrap();
    }
    let differs = loading.commit(&snapshot.inventory()).await;
    assert!(
        matches!(&differs, Err(LedgerError::Damaged { what, .. }) if what.contains("fields")),
        "{differs:?}"
    );
    assert_eq!(other.ledger.status().await.unwrap().submissions.received, 0);
}

async fn no_table_and_no_column_is_forgotten(world: World) {
    // Sums are counted anew, signs of life and notes are about the ledger itself.
    // How people came in to one node's server is not carried: they sign in again.
    const LEFT_BEHIND: [&str; 8] = [
        "sessions",
        "sign_ins",
        "answers",
        "tallies",
        "nodes",
        "properties",
        "_sqlx_migrations",
        "sqlite_sequence",
    ];
    let mut there: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let rows: Vec<(String, String)> = if let Some(path) = world.url.strip_prefix("sqlite:") {
        let pool = sqlx::SqlitePool::connect(path).await.unwrap();
        sqlx::query_as(
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
        )
        .fetch_all(&pool)
        .await
        .unwrap()
    } else {
        catalogue_of_postgres(&world.url).await
    };
    for (table, column) in rows {
        there.entry(table).or_default().insert(column);
    }
    there.retain(|table, _| !LEFT_BEHIND.contains(&table.as_str()));
    let carried: BTreeMap<String, BTreeSet<String>> = ledger::transferred()
        .into_iter()
        .map(|(table, columns)| {
            (
                table.to_owned(),
                columns.into_iter().map(str::to_owned).collect(),
            )
        })
        .collect();
    assert_eq!(there, carried, "add what is new to transfer/tables.rs");
}

#[cfg(feature = "postgres")]
async fn catalogue_of_postgres(url: &str) -> Vec<(String, String)> {
    let pool = sqlx::PgPool::connect(url).await.unwrap();
    sqlx::query_as(
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
         WHERE table_schema = 'public'",
    )
    .fetch_all(&pool)
    .await
    .unwrap()
}

#[cfg(not(feature = "postgres"))]
async fn catalogue_of_postgres(_url: &str) -> Vec<(String, String)> {
    unreachable!("there are SQLite ledgers only")
}
