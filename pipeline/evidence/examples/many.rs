//! A package of many documents, measured: `many make DIR COUNT BYTES`, then `many export DIR OUT`.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should say where"
)]
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

#[path = "../tests/making/archive.rs"]
mod archive_of;

use ::archive::Store as _;
use archive_of::Archive;
use evidence::bag::Source;
use evidence::export::{Making, Order, freeze, make};
use evidence::package::{Coded, IndexState, Writer, verify};
use evidence::{PublicKey, Signer};
use ledger::{DocumentFilter, Ledger, Options};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use std::path::Path;
use std::time::Instant;

struct Key(Ed25519KeyPair);

impl Signer for Key {
    fn public(&self) -> PublicKey {
        PublicKey::new(self.0.public_key().as_ref().try_into().unwrap())
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).as_ref().try_into().unwrap()
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let folder = Path::new(&arguments[2]);
    match arguments[1].as_str() {
        "make" => {
            let (count, bytes) = (arguments[3].parse().unwrap(), arguments[4].parse().unwrap());
            let archive = Archive::of(folder, count, bytes).await;
            let status = archive.ledger.status().await.unwrap();
            let (documents, place) = (archive.documents.len(), archive.store.location().to_owned());
            println!(
                "{} documents in the ledger, {documents} in {place}",
                status.documents
            );
        }
        _ => export(folder, Path::new(&arguments[3])).await,
    }
}

async fn export(folder: &Path, out: &Path) {
    let url = format!("sqlite:{}", folder.join("ledger.db").display());
    let ledger = Ledger::open(&url, Options::default()).await.unwrap();
    let place = folder.join("archive");
    let store = archive::DirectoryStore::open(&place, archive::Absent::Refuse).unwrap();
    let (mut documents, mut before) = (Vec::new(), None);
    loop {
        let page = ledger
            .documents(&DocumentFilter::All, before, 1_000)
            .await
            .unwrap();
        documents.extend(page.iter().map(|document| document.id));
        before = page.last().map(|document| document.id);
        if before.is_none() {
            break;
        }
    }
    let coded = |code: &str| Coded {
        code: code.into(),
        text: code.into(),
    };
    let order = Order {
        sender: "Bank".into(),
        recipient: coded("court"),
        basis: coded("civil_procedure"),
        purpose: "pomiar".into(),
        profile: "authority".into(),
        query: "*".into(),
        index: IndexState {
            ledger: 1,
            index: Some(1),
        },
        documents,
    };
    let begun = Instant::now();
    let title = |record: &model::Record| record.kind.to_string();
    let frozen = freeze(&ledger, order, &title).await.unwrap();
    println!(
        "frozen: {:.1} s, {}",
        begun.elapsed().as_secs_f64(),
        memory()
    );
    let writer = Writer::begin(out, &frozen.statement().package, 0).unwrap();
    let signer = Key(Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap());
    let making = Making {
        ledger: &ledger,
        store: &store,
        signer: &signer,
        program: "0.0.0",
    };
    make(&making, frozen, writer, &mut || {}).await.unwrap();
    println!(
        "written: {:.1} s, {}",
        begun.elapsed().as_secs_f64(),
        memory()
    );
    let begun = Instant::now();
    let source = Source::open(out).unwrap();
    let verified = verify(&source, Some(signer.public()), &mut |_| {}).unwrap();
    let (report, seconds) = (verified.report, begun.elapsed().as_secs_f64());
    println!(
        "verified: {seconds:.1} s, {} files, {} bytes, {} errors, {}",
        report.files,
        report.bytes,
        report.errors,
        memory()
    );
}

/// The most memory that the process has had.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
