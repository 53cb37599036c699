//! Packages of an archive that nobody scanned: broken off and taken up, of rotten bytes, of nothing.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

#[path = "making/archive.rs"]
mod archive_of;

use archive_of::Archive;
use evidence::bag::Source;
use evidence::export::{Making, Order, freeze, make};
use evidence::package::{Coded, IndexState, Item, Statement, Writer, verify};
use evidence::{EvidenceError, PublicKey, Signer};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use std::fs;
use std::path::Path;

struct TestKey(Ed25519KeyPair);

impl Signer for TestKey {
    fn public(&self) -> PublicKey {
        PublicKey::new(self.0.public_key().as_ref().try_into().unwrap())
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).as_ref().try_into().unwrap()
    }
}

fn key() -> TestKey {
    TestKey(Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap())
}

async fn frozen(archive: &Archive) -> (Statement, Vec<Item>) {
    let coded = |code: &str| Coded {
        code: code.into(),
        text: "Sąd Okręgowy".into(),
    };
    let order = Order {
        sender: "Bank".into(),
        recipient: coded("court"),
        basis: coded("civil_procedure"),
        purpose: "I C 77/26".into(),
        profile: "authority".into(),
        query: "*".into(),
        index: IndexState {
            ledger: 1,
            index: Some(1),
        },
        documents: archive.documents.clone(),
    };
    let title = |record: &model::Record| record.kind.to_string();
    let frozen = freeze(&archive.ledger, order, &title).await.unwrap();
    frozen.at("2026-05-12T10:00:00Z".parse().unwrap())
}

async fn made(archive: &Archive, out: &Path, after: usize) -> Result<(), EvidenceError> {
    let (statement, items) = frozen(archive).await;
    let writer = Writer::begin(out, &statement.package, 0)?;
    let signer = key();
    let making = Making {
        ledger: &archive.ledger,
        store: &archive.store,
        signer: &signer,
        program: "0.0.0",
    };
    let mut count = 0;
    // A kill between two documents: the future is dropped.
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut tell = || {
        count += 1;
        let _ = tell.send(count);
    };
    let making = make(&making, statement, items, writer, &mut tell);
    let killed = async {
        while let Some(count) = told.recv().await {
            if count >= after {
                return;
            }
        }
        std::future::pending().await
    };
    tokio::select! {
        biased;
        () = killed => Ok(()),
        done = making => done.map(|_| ()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_broken_off_goes_on_and_ends_in_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::of(folder.path(), 12, 3_000).await;
    let out = |name: &str| folder.path().join(name);
    made(&archive, &out("whole.tar"), usize::MAX).await.unwrap();
    for after in [1, 3, 7] {
        made(&archive, &out("broken.tar"), after).await.unwrap();
    }
    made(&archive, &out("broken.tar"), usize::MAX)
        .await
        .unwrap();
    assert_eq!(
        fs::read(out("whole.tar")).unwrap(),
        fs::read(out("broken.tar")).unwrap()
    );
    let source = Source::open(&out("broken.tar")).unwrap();
    let verified = verify(&source, Some(key().public()), &mut |_| {}).unwrap();
    assert!(verified.report.is_valid(), "{:?}", verified.report.findings);
    assert_eq!(verified.statement.unwrap().given, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_that_rotted_in_the_archive_stops_the_export_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::of(folder.path(), 2, 100).await;
    let (_, items) = frozen(&archive).await;
    let place = folder.path().join("archive").join(&items[1].original.key);
    let mut bytes = fs::read(&place).unwrap();
    bytes[7] ^= 1;
    fs::set_permissions(&place, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    fs::write(&place, bytes).unwrap();
    let error = made(&archive, &folder.path().join("out"), usize::MAX)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains(&items[1].original.key),
        "{error}"
    );
    assert!(!folder.path().join("out").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_of_nothing_is_a_package_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::of(folder.path(), 0, 0).await;
    made(&archive, &folder.path().join("out"), usize::MAX)
        .await
        .unwrap();
    let source = Source::open(&folder.path().join("out")).unwrap();
    let verified = verify(&source, None, &mut |_| {}).unwrap();
    assert!(verified.report.is_valid(), "{:?}", verified.report.findings);
    assert_eq!(verified.statement.unwrap().found, 0);
}
