//! An old archive comes over by its list, and a list that is run again brings nothing twice.

use crate::program::{Bench, samples};
use std::fs;

#[test]
fn a_list_brings_files_with_what_was_known_of_them_once() {
    let bench = Bench::new();
    let old = bench.path().join("stare");
    fs::create_dir(&old).unwrap();
    for (file, name) in samples("digital.pdf", 2).iter().zip(["a.pdf", "b.pdf"]) {
        fs::copy(file, old.join(name)).unwrap();
    }
    let list = old.join("spis.csv");
    let rows = "plik;legacy_id;data skanowania;confirmed.agreement_number;confirmed.branch\n\
                a.pdf;KRT/77;2012-04-01;KG/1998/77;421\n\
                b.pdf;KRT/78;2012-04-02;;\n\
                nie-ma.pdf;KRT/79;;;\n";
    fs::write(&list, rows).unwrap();
    let add = [
        "add",
        "--station",
        "stare",
        "--list",
        list.to_str().unwrap(),
    ];
    let said = bench.expect(1, &add);
    assert!(
        said.contains("row 4") && said.contains("nie-ma.pdf"),
        "{said}"
    );
    assert!(
        said.contains("3 files listed: 2 brought, 0 were in before, 1 not found"),
        "{said}"
    );
    // What was missing is found later; the rest is not brought again.
    fs::copy(&samples("digital.pdf", 3)[2], old.join("nie-ma.pdf")).unwrap();
    let said = bench.expect(0, &add);
    assert!(
        said.contains("3 files listed: 1 brought, 2 were in before, 0 not found"),
        "{said}"
    );

    bench.expect(0, &["run", "--once"]);
    assert_eq!(
        bench.json(&["status", "--json"])["submissions"]["received"],
        3
    );
    let found = bench.json(&["search", "umowa:KG/1998/77", "--json"]);
    let id = found["hits"][0]["id"].as_str().unwrap();
    let record = bench.json(&["show", id, "--json"]);
    assert_eq!(record["source"]["legacy_id"], "KRT/77");
    assert_eq!(record["source"]["scanned_at"], "2012-04-01");
    assert_eq!(record["fields"]["agreement_number"]["value"], "KG/1998/77");
    assert_eq!(record["fields"]["agreement_number"]["status"], "accepted");
}
