//! Both stores are put through the contract, and then through what each has to fear by itself.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "contract/directory.rs"]
mod directory;
#[path = "contract/faults.rs"]
mod faults;
#[path = "contract/killed.rs"]
mod killed;
#[path = "contract/locks.rs"]
mod locks;
#[path = "contract/server.rs"]
mod server;

use jiff::Timestamp;

/// Locks are kept by servers that have clocks of their own.
#[expect(
    clippy::disallowed_methods,
    reason = "there is no main to hand a clock to a test"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file:{}", folder.path().join("deep/archive").display());
    let store = archive::open(&url, &archive::Options::default())
        .await
        .unwrap();
    archive::contract::check(&store, now()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_keeps_the_contract() {
    let bucket = server::Bucket::with_locks().await;
    let store = bucket.open("loans/2026").await;
    archive::contract::check(&store, now()).await;
}
