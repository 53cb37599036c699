//! `kill -9` while documents are indexed: whoever follows the change log again finds each once.
//!
//! The test runs itself as another process, which indexes until it is killed.

use crate::shelf::{Paper, id};
use search::{Index, Query};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const DOCUMENTS: u32 = 400;
/// Documents between two commits: small, so that most kills fall between or into them.
const BATCH: u32 = 20;
/// The child's folder, seen from its working directory.
const FOLDER: &str = "index-of-the-killed";
/// Moments of the kill, in milliseconds after the first commit was seen.
const MOMENTS: [u64; 5] = [0, 3, 11, 40, 90];

/// Indexes documents from where the index's last commit says, as a follower of the change log.
fn follow(dir: &Path) {
    let index = Index::open(dir).unwrap();
    let mut writer = index.writer().unwrap();
    let from = u32::try_from(index.seq().unwrap()).unwrap();
    for number in from + 1..=DOCUMENTS {
        Paper::new(number, &[&format!("umowa numer{number} hipoteka")]).put(&mut writer);
        if number % BATCH == 0 {
            writer.commit(u64::from(number)).unwrap();
        }
    }
    writer.close().unwrap();
}

/// The child: does its work only in a folder that the test below has made for it.
#[test]
fn a_process_that_will_be_killed() {
    if Path::new(FOLDER).is_dir() {
        follow(Path::new(FOLDER));
    }
}

#[test]
fn after_a_kill_every_document_is_found_once() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(FOLDER);
    // Made before there are two processes: only the child writes from here on.
    drop(Index::open(&folder).unwrap());
    let mut reached = 0;
    for moment in MOMENTS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::a_process_that_will_be_killed"])
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for_a_commit(&folder, reached, &mut child);
        std::thread::sleep(Duration::from_millis(moment));
        child.kill().unwrap();
        child.wait().unwrap();
        let index = Index::open(&folder).unwrap();
        reached = index.seq().unwrap();
        assert_eq!(index.documents(), reached, "what is committed, and no more");
    }
    follow(&folder);
    let index = Index::open(&folder).unwrap();
    assert_eq!(index.documents(), u64::from(DOCUMENTS));
    for number in 1..=DOCUMENTS {
        let query = Query::parse(&format!("numer{number}")).unwrap();
        let found = index.search(&query, 10, 0).unwrap();
        let exact: Vec<_> = found
            .hits
            .iter()
            .filter(|hit| hit.id == id(number))
            .collect();
        assert_eq!(exact.len(), 1, "document {number}");
        assert!(exact[0].snippet.contains("<mark>"), "its text is there");
    }
}

/// Waits until the child has committed something new, or is done.
fn wait_for_a_commit(folder: &Path, reached: u64, child: &mut std::process::Child) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while child.try_wait().unwrap().is_none() {
        let committed = Index::open(folder).and_then(|index| index.seq());
        if committed.is_ok_and(|seq| seq > reached) {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "the child commits within a minute"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}
