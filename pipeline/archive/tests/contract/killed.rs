//! Killed at any moment, a directory keeps what it said it keeps, and nothing by halves.

use archive::{Absent, Anomaly, Content, DirectoryStore, Key, Lock, Prefix, Store, fixity};
use model::Digest;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const ROUNDS: u64 = 8;
const ARCHIVE: &str = "KARTOTEKA_TEST_PUT_INTO";

/// No test: what the killed process does. It puts until it is killed, and says what it has put.
#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the variable comes from the test below"
)]
async fn puts_until_killed_where_it_is_told_to() {
    let Ok(path) = std::env::var(ARCHIVE) else {
        return;
    };
    let store = DirectoryStore::open(Path::new(&path), Absent::Create).unwrap();
    loop {
        let bytes = archive::contract::some_bytes(fastrand::usize(0..200_000), fastrand::u64(..));
        let stored = store
            .put_original(Content::bytes(bytes), Lock::NONE)
            .await
            .unwrap();
        let mut out = std::io::stdout();
        writeln!(out, "\nput {}", stored.sha256).unwrap();
    }
}

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive");
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "killed::puts_until_killed_where_it_is_told_to",
                "--nocapture",
            ])
            .env(ARCHIVE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut puts = lines
            .map_while(Result::ok)
            .filter_map(|line| Digest::parse(line.strip_prefix("put ")?).ok());
        acknowledged.extend(puts.next());
        std::thread::sleep(Duration::from_millis(fastrand::u64(0..20 + 20 * round)));
        child.kill().unwrap();
        acknowledged.extend(puts);
        child.wait().unwrap();
    }
    assert!(acknowledged.len() as u64 >= ROUNDS);
    let store: Arc<dyn Store> = Arc::new(DirectoryStore::open(&path, Absent::Refuse).unwrap());
    for digest in &acknowledged {
        let sound = fixity(store.as_ref(), &Key::original(*digest), Some(*digest)).await;
        assert!(
            matches!(sound, archive::Fixity::Sound { .. }),
            "{digest}: {sound:?}"
        );
    }
    let entries = store.list(&Prefix::ALL, None).await.unwrap().entries;
    let unsealed = entries.iter().filter(|entry| !entry.anomalies.is_empty());
    for entry in unsealed {
        // The one that was being put: its bytes are whole, and putting it again seals it.
        assert_eq!(entry.anomalies, [Anomaly::NoSeal]);
        let bytes = std::fs::read(path.join(&entry.name)).unwrap();
        store
            .put_original(Content::bytes(bytes), Lock::NONE)
            .await
            .unwrap();
    }
    let tally = archive::verify(&store, &Prefix::ALL, |_, _| {})
        .await
        .unwrap();
    assert!(tally.is_clean(), "{tally:?}");
}
