//! Receipts in a real folder.

use super::*;
use crate::{StationProfile, Stations};
use model::{Digest, PageKind as Kind, QualityReason as Reason};
use std::time::Duration;

fn inbox(root: &Path) -> Inbox {
    let stations = Stations::all(StationProfile::quiet(Duration::ZERO));
    Inbox::open(root.to_owned(), "node".into(), stations).unwrap()
}

fn receive(receipts: &mut Receipts, root: &Path, name: &str, n: u128, received: Received) {
    let claimed = Claimed {
        id: SubmissionId::from_parts(1, n),
        path: root.join("s").join(name),
        station: StationName::parse("s").unwrap(),
    };
    let receipt = Receipt {
        submission: claimed.id,
        sha256: Digest::of(name.as_bytes()),
        received,
    };
    receipts.received(&claimed, &receipt, 12).unwrap();
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_station_is_told_at_once_and_of_a_repeat_too() {
    let root = tempfile::tempdir().unwrap();
    let mut receipts = Receipts::of(&inbox(root.path()));
    fs::create_dir(root.path().join("s")).unwrap();
    receive(&mut receipts, root.path(), "a.tif", 1, Received::New);
    let first = SubmissionId::from_parts(1, 1);
    receive(
        &mut receipts,
        root.path(),
        "b.tif",
        2,
        Received::Repeat(first),
    );
    let folder = root.path().join("s").join(RECEIPTS);
    assert_eq!(json(&folder.join("a.tif.json"))["state"], "accepted");
    assert_eq!(
        json(&folder.join("b.tif.json"))["repeat_of"],
        first.to_string()
    );
    let letter = fs::read_to_string(folder.join("a.tif.txt")).unwrap();
    assert!(letter.starts_with("PRZYJĘTO: a.tif\n"), "{letter}");
    // The next process knows which of them grows.
    let again = Receipts::of(&inbox(root.path()));
    assert_eq!(again.open.len(), 1);
    assert_eq!(again.open[0].id, first);
}

#[test]
fn a_name_that_comes_again_hides_no_receipt() {
    let root = tempfile::tempdir().unwrap();
    let mut receipts = Receipts::of(&inbox(root.path()));
    receive(&mut receipts, root.path(), "a.tif", 1, Received::New);
    receive(&mut receipts, root.path(), "a.tif", 2, Received::New);
    // The older one grows after the newer one was written.
    receive(&mut receipts, root.path(), "a.tif", 1, Received::Already);
    let folder = root.path().join("s").join(RECEIPTS);
    let (old, new) = (
        SubmissionId::from_parts(1, 1),
        SubmissionId::from_parts(1, 2),
    );
    assert_eq!(holder(&folder.join("a.tif.json")), Some(new));
    assert_eq!(holder(&folder.join(format!("a.tif.{old}.json"))), Some(old));
}

#[test]
fn names_of_any_length_and_bytes_have_a_receipt() {
    let root = tempfile::tempdir().unwrap();
    let mut receipts = Receipts::of(&inbox(root.path()));
    let long = "ż".repeat(125) + "x.pdf";
    receive(&mut receipts, root.path(), &long, 1, Received::New);
    receive(&mut receipts, root.path(), &long, 2, Received::New);
    receive(&mut receipts, root.path(), "a\nb.pdf", 3, Received::New);
    let folder = root.path().join("s").join(RECEIPTS);
    assert!(folder.join("a_b.pdf.json").exists());
    let receipts = fs::read_dir(folder).unwrap().flatten();
    let jsons = receipts.filter(|e| e.path().extension().is_some_and(|e| e == "json"));
    assert_eq!(jsons.count(), 3);
}

#[test]
fn a_bad_batch_is_told_page_by_page_and_in_polish() {
    let page = |number, kind, verdict, reasons: &[Reason], turned| PageVerdict {
        number,
        kind,
        verdict,
        reasons: reasons.to_vec(),
        turned,
        failure: None,
    };
    let (good, poor) = (Verdict::Good, Verdict::Poor);
    let form = Form {
        format: RECEIPT_FORMAT,
        submission: SubmissionId::from_parts(1, 1),
        station: StationName::parse("skaner-3").unwrap(),
        file: "partia.tif".into(),
        sha256: Digest::of(b"partia"),
        bytes: 6,
        received_at: Timestamp::UNIX_EPOCH,
        state: State::Done,
        repeat_of: None,
        trouble: None,
        pages: None,
        page_verdicts: vec![
            page(1, Kind::Text, good, &[], 0),
            page(2, Kind::Text, good, &[], 180),
            page(3, Kind::Blank, good, &[Reason::ShowThrough], 0),
            page(4, Kind::Blank, good, &[], 0),
            page(5, Kind::Text, poor, &[Reason::DoubleFed], 0),
            page(
                6,
                Kind::Text,
                poor,
                &[Reason::Folded, Reason::LowContrast],
                0,
            ),
            page(
                7,
                Kind::Text,
                Verdict::Unreadable,
                &[Reason::LowConfidence],
                90,
            ),
            page(8, Kind::Failed, Verdict::Unreadable, &[], 0),
        ],
        findings: vec![PaperFinding {
            rule: "missing_pages".into(),
            pages: vec![1, 2],
            message: "by their own numbers the pages are 3; not among them: 3".into(),
        }],
    };
    let letter = letter::letter(&form);
    let expected = "\
        PRZYJĘTO, sprawdź strony: partia.tif\n\
        ! strony 1, 2: według ich własnej numeracji brakuje stron\n\
        strona 2: leży do góry nogami\n\
        strona 3: pusta; przebija druga strona albo druk jest bardzo blady\n\
        strona 4: pusta\n\
        strona 5: dłuższa od innych: pobrano dwie kartki naraz?\n\
        strona 6: prawdopodobnie zagięta, za blada\n\
        ZESKANUJ PONOWNIE: strona 7: leży bokiem, słowa odczytane niepewnie\n\
        ZESKANUJ PONOWNIE: strona 8: nie dała się przeczytać\n";
    assert_eq!(letter.split("\nZgłoszenie").next().unwrap(), expected);
}
