//! Packages of an archive that nobody scanned: broken off and taken up, of rotten bytes, of nothing.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

#[path = "making/archive.rs"]
mod archive_of;

use archive_of::Archive;
use evidence::bag::Source;
use evidence::export::{Frozen, Making, Order, freeze, make};
use evidence::package::{Coded, IndexState, Writer, verify};
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

async fn frozen(archive: &Archive) -> Frozen {
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
    let frozen = frozen(archive).await;
    let writer = Writer::begin(out, &frozen.statement().package, 0)?;
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
    let making = make(&making, frozen, writer, &mut tell);
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

/// The key of a document's own file.
async fn object_of(archive: &Archive, place: usize) -> String {
    let id = archive.documents[place];
    let record = archive.ledger.document(id).await.unwrap().unwrap();
    archive::Key::original(record.original.sha256).to_string()
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
    let key = object_of(&archive, 1).await;
    let place = folder.path().join("archive").join(&key);
    let mut bytes = fs::read(&place).unwrap();
    bytes[7] ^= 1;
    fs::set_permissions(&place, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    fs::write(&place, bytes).unwrap();
    let error = made(&archive, &folder.path().join("out"), usize::MAX)
        .await
        .unwrap_err();
    assert!(error.to_string().contains(&key), "{error}");
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

/// The log's own key, which is another's than the package's.
impl ledger::Signer for TestKey {
    fn public_key(&self) -> [u8; 32] {
        self.0.public_key().as_ref().try_into().unwrap()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_proved_to_be_in_the_checkpoint_and_those_of_holds_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::of(folder.path(), 3, 100).await;
    let hold = ledger::NewHold {
        matter: "GIIF".into(),
        authority: "GIIF".into(),
        confidential: true,
        documents: archive.documents.clone(),
        ..ledger::NewHold::default()
    };
    let by = ledger::Actor::person("ewa");
    archive.ledger.place_hold(&hold, &by).await.unwrap();
    archive.ledger.audit_log().await.unwrap();
    let unsigned = archive.ledger.next_checkpoint().await.unwrap();
    let checkpoint = unsigned.sign(&key());
    archive.ledger.keep_checkpoint(&checkpoint).await.unwrap();
    let out = folder.path().join("out");
    made(&archive, &out, usize::MAX).await.unwrap();
    let valid = |out: &Path| {
        let source = Source::open(out).unwrap();
        verify(&source, None, &mut |_| {}).unwrap().report
    };
    let report = valid(&out);
    assert!(report.is_valid(), "{:?}", report.findings);
    let note = fs::read_to_string(out.join("data/evidence/checkpoint.note")).unwrap();
    assert_eq!(note, checkpoint.note);
    for id in &archive.documents {
        let text =
            fs::read_to_string(out.join(format!("data/evidence/proofs/{id}.jsonl"))).unwrap();
        assert!(text.lines().count() > 3, "{text}");
        assert!(
            !text.contains("hold placed") && text.contains("\"proof\""),
            "{text}"
        );
        // A word of an event changed, by somebody who could sign the package anew.
        let place = out.join(format!("data/evidence/proofs/{id}.jsonl"));
        fs::write(&place, text.replacen("rebuilt", "rebuild", 1)).unwrap();
        let found = valid(&out).findings;
        let proof = found
            .iter()
            .find(|f| f.trouble == evidence::bag::Trouble::Proof);
        assert!(
            proof.is_some_and(|f| f.path.contains(&id.to_string())),
            "{found:?}"
        );
        fs::write(&place, text).unwrap();
    }
}
