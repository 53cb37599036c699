//! Batches and values that come beside files: separator sheets part what was scanned, indices and
//! sidecars say what is known, a share that cannot be written is copied from, a ticket is answered.

use crate::program::{Bench, samples};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The first page of a PDF as a scanner would make it.
fn scanned(bench: &Bench, pdf: &Path, name: &str) -> PathBuf {
    let target = bench.path().join(name);
    let status = Command::new("pdftoppm")
        .args([
            "-r",
            "150",
            "-gray",
            "-png",
            "-f",
            "1",
            "-l",
            "1",
            "-singlefile",
        ])
        .args([pdf, &target])
        .status()
        .unwrap();
    assert!(status.success());
    target.with_extension("png")
}

/// A sheet as the program prints it, scanned.
fn sheet(bench: &Bench, arguments: &[&str], name: &str) -> PathBuf {
    let pdf = bench.path().join(format!("{name}.pdf"));
    let mut all = vec!["separators", pdf.to_str().unwrap()];
    all.extend(arguments);
    bench.expect(0, &all);
    scanned(bench, &pdf, name)
}

/// Lays single pages with their index in a station's folder, as one folder.
fn drop_batch(bench: &Bench, name: &str, pages: &[&Path]) {
    let folder = bench.path().join("inbox/skaner-1").join(name);
    fs::create_dir_all(&folder).unwrap();
    let mut index = String::from("<Batch Operator=\"jk\" ScanDate=\"2026-11-24T10:00:00Z\">");
    // The index says the order, not the names.
    for (page, number) in pages.iter().zip((1..=pages.len()).rev()) {
        let file = format!("{number}.png");
        fs::copy(page, folder.join(&file)).unwrap();
        index.push_str(&format!("<Page file=\"{file}\"/>"));
    }
    fs::write(folder.join("index.xml"), index + "</Batch>").unwrap();
}

fn documents(bench: &Bench) -> Vec<Value> {
    let found = bench.json(&["search", "*", "--json"]);
    let hits = found["hits"].as_array().unwrap();
    let show = |hit: &Value| bench.json(&["show", hit["id"].as_str().unwrap(), "--json"]);
    let mut documents: Vec<Value> = hits.iter().map(show).collect();
    documents.sort_by_key(|document| document["id"].as_str().unwrap().to_owned());
    documents
}

fn numbers(document: &Value) -> Vec<u64> {
    let pages = document["pages"].as_array().unwrap();
    pages
        .iter()
        .map(|page| page["number"].as_u64().unwrap())
        .collect()
}

/// A long word that is on the first page of one of the samples and on none of the others.
fn only_in(samples: &[PathBuf], which: usize) -> String {
    let text = |sample: &PathBuf| {
        let name = sample.file_name().unwrap().to_str().unwrap();
        let truth = sample.with_file_name(name.replace(".pdf", ".truth.json"));
        let truth: Value = serde_json::from_slice(&fs::read(truth).unwrap()).unwrap();
        truth["pages"][0]["text"].as_str().unwrap().to_lowercase()
    };
    let others: Vec<String> = samples.iter().map(text).collect();
    let is_only = |word: &&str| {
        let beginning: String = word.chars().take(6).collect();
        let holders = others.iter().filter(|text| text.contains(&beginning));
        word.chars().count() >= 8 && word.chars().all(char::is_alphabetic) && holders.count() == 1
    };
    let word = others[which].split_whitespace().find(is_only);
    word.unwrap().to_owned()
}

#[test]
fn a_batch_is_parted_at_its_sheets_and_a_page_scanned_again_takes_its_place() {
    let bench = Bench::new();
    let originals = samples("digital.pdf", 3);
    let first = scanned(&bench, &originals[0], "first");
    let second = scanned(&bench, &originals[1], "second");
    let plain = sheet(&bench, &[], "plain");
    let named = sheet(&bench, &["--branch", "0421", "--box", "P-7"], "named");
    drop_batch(&bench, "partia", &[&plain, &first, &named, &second]);
    bench.expect(0, &["run", "--once"]);

    let parted = documents(&bench);
    assert_eq!(parted.iter().map(numbers).collect::<Vec<_>>(), [[2], [4]]);
    assert_eq!(
        parted[0]["source"]["branch"],
        Value::Null,
        "its neighbour's"
    );
    assert_eq!(parted[1]["source"]["branch"], "0421");
    assert_eq!(parted[1]["paper"]["box"], "P-7");
    assert_eq!(parted[1]["source"]["operator"], "jk");
    let receipt = fs::read(bench.path().join("inbox/skaner-1/_receipts/partia.json")).unwrap();
    let receipt: Value = serde_json::from_slice(&receipt).unwrap();
    assert_eq!(
        (&receipt["pages"]["separator"], &receipt["pages"]["read"]),
        (&2.into(), &2.into())
    );
    bench.expect(0, &["balance"]);

    // Each has a file of its own, without its neighbour's page.
    let (own, other) = (fs::read(&first).unwrap(), fs::read(&second).unwrap());
    let key = parted[0]["master"]["key"].as_str().unwrap();
    let master = fs::read(bench.path().join("data/archive").join(key)).unwrap();
    let holds = |page: &[u8]| master.windows(page.len()).any(|window| window == page);
    assert!(holds(&own) && !holds(&other));
    bench.expect(0, &["verify"]);

    let id = parted[0]["id"].as_str().unwrap();
    let ticket = bench.path().join("ticket.pdf");
    let out = ticket.to_str().unwrap();
    bench.expect(
        0,
        &[
            "rescan", id, "--page", "2", "--why", "za blada", "--out", out,
        ],
    );
    let ticket = scanned(&bench, &ticket, "ticket");
    let better = scanned(&bench, &originals[2], "better");
    drop_batch(&bench, "powtorka", &[&ticket, &better]);
    bench.expect(0, &["run", "--once"]);
    let again = documents(&bench);
    assert_eq!(again.len(), 2, "the new page is no document");
    assert_eq!(again[0]["version"], 2);
    assert_eq!(again[0]["pages"][0]["rescanned"]["number"], 2);
    bench.expect(0, &["balance"]);
    assert_eq!(bench.expect(0, &["rescan"]), "", "no ticket is open");
    // It is found by the words of the new page, and no longer by those of the old.
    let found = |word: &str| {
        let said = bench.json(&["search", &format!("\"{word}\""), "--json"]);
        let hits = said["hits"].as_array().unwrap().iter();
        let ids: Vec<_> = hits
            .map(|hit| hit["id"].as_str().unwrap().to_owned())
            .collect();
        ids.contains(&id.to_owned())
    };
    assert!(found(&only_in(&originals, 2)) && !found(&only_in(&originals, 0)));
}

#[test]
fn values_beside_a_file_go_with_it_and_what_is_missing_is_listed() {
    let bench = Bench::new();
    let file = &samples("digital.pdf", 1)[0];
    let station = bench.path().join("inbox/skaner-1");
    fs::create_dir_all(&station).unwrap();
    fs::copy(file, station.join("umowa.pdf")).unwrap();
    let values = r#"{"operator": "jk", "device": "fi-7700", "confirmed.agreement_number": "KG/7"}"#;
    fs::write(station.join("umowa.json"), values).unwrap();
    bench.expect(0, &["run", "--once"]);
    let documents = documents(&bench);
    assert_eq!(documents.len(), 1, "the sidecar is no document");
    assert_eq!(documents[0]["source"]["device"], "fi-7700");
    let number = &documents[0]["fields"]["agreement_number"];
    assert_eq!(
        (&number["value"], &number["status"]),
        (&"KG/7".into(), &"accepted".into())
    );
    assert!(station.join("_done/umowa.json").is_file());

    let kind = documents[0]["type"].as_str().unwrap();
    let products = bench.path().join("produkty.csv");
    fs::write(&products, format!("product;paper\nG;{kind}\n")).unwrap();
    let concluded = bench.path().join("zawarte.csv");
    let header = "agreement_number;product;branch;concluded_on\n";
    let files = [concluded.to_str().unwrap(), products.to_str().unwrap()];
    let expected = ["balance", "--expected", files[0], files[1]];
    fs::write(&concluded, format!("{header}KG-7;G;0421;2026-11-20\n")).unwrap();
    bench.expect(0, &expected);
    fs::write(
        &concluded,
        format!("{header}KG/7;G;0421;2026-11-20\nKG/8;G;0421;2026-11-20\n"),
    )
    .unwrap();
    let printed = bench.expect(1, &expected);
    assert!(
        printed.contains("KG/8") && !printed.contains("KG/7 "),
        "{printed}"
    );
}

#[test]
fn a_share_that_cannot_be_written_is_copied_from_once() {
    let bench = Bench::new();
    let share = bench.path().join("share");
    fs::create_dir(&share).unwrap();
    // Where claims would be there is something else: nothing can be claimed here.
    fs::write(share.join("_claimed"), "").unwrap();
    fs::copy(&samples("digital.pdf", 1)[0], share.join("umowa.pdf")).unwrap();
    let toml = format!(
        "[stations.daleko]\nfolder = {:?}\n",
        share.to_str().unwrap()
    );
    fs::write(bench.path().join("kartoteka.toml"), toml).unwrap();
    for _ in 0..2 {
        bench.expect(0, &["run", "--once"]);
        let status = bench.json(&["status", "--json"]);
        assert_eq!(status["submissions"]["received"], 1, "{status}");
    }
    assert!(share.join("umowa.pdf").is_file(), "it stays where it is");
    assert!(
        bench
            .path()
            .join("inbox/daleko/_receipts/umowa.pdf.json")
            .is_file()
    );
}
