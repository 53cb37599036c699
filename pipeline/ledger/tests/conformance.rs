//! What a ledger promises, checked on every database it runs on: the same tests, once on SQLite
//! and once on a PostgreSQL that the tests start themselves. No test sleeps: time is moved by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "conformance/world.rs"]
mod world;

/// Runs every test on both databases.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { super::$test(crate::world::World::sqlite().await).await; })*
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { super::$test(crate::world::World::postgres().await).await; })*
        }
    };
}
pub(crate) use on_both;

#[path = "conformance/audit.rs"]
mod audit;
#[path = "conformance/disclosures.rs"]
mod disclosures;
#[path = "conformance/disposals.rs"]
mod disposals;
#[path = "conformance/intake.rs"]
mod intake;
#[path = "conformance/model.rs"]
mod model_based;
#[path = "conformance/opening.rs"]
mod opening;
#[path = "conformance/operators.rs"]
mod operators;
#[path = "conformance/people.rs"]
mod people;
#[path = "conformance/queue.rs"]
mod queue;
#[path = "conformance/rebuild.rs"]
mod rebuild;
#[path = "conformance/records.rs"]
mod records;
#[path = "conformance/reviews.rs"]
mod reviews;
#[path = "conformance/sequence.rs"]
mod sequence;
#[path = "conformance/term_events.rs"]
mod term_events;
#[path = "conformance/transfer.rs"]
mod transfer;
