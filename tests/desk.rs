//! The desk in a real browser: a node with a day's scans and a person for every role, and the journeys of
//! `tests/desk/journeys.mjs` through it.

use crate::program::{Bench, samples};
use crate::server::client::{Client, Served};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The password of everybody but the administrator.
const PASSWORD: &str = "dwa tuziny gęsi na wodzie";

/// Lays a day's scans in the inbox of a station; how many documents they become.
fn scans(bench: &Bench) -> u64 {
    let parts = [
        "consumer-credit-02",
        "consumer-credit-05",
        "consumer-credit-06",
        "corporate-credit-02",
        "annex-01",
        "annex-02",
        "loan-05",
        "mortgage-02",
        "mortgage-05",
        "repayment-schedule-02",
        "loan-02",
    ];
    for part in parts {
        bench.drop_file("lodz-1", &samples(part, 1)[0]);
    }
    parts.len() as u64
}

fn lets_in(
    served: &Served,
    administrator: &Client,
    name: &str,
    full_name: &str,
    role: &str,
) -> Client {
    let person = json!({"name": name, "full_name": full_name, "roles": [role]});
    let given = administrator.send("PUT", "/api/v1/people", &person);
    let once = given.json["one_time_password"].as_str().unwrap().to_owned();
    let client = served.signed_in(name, &once);
    let change = json!({"current": once, "new": PASSWORD});
    assert_eq!(
        client
            .send("PUT", "/api/v1/session/password", &change)
            .status,
        204
    );
    client
}

#[test]
fn a_day_at_the_desk_in_a_browser() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desk");
    assert!(
        folder.join("node_modules/playwright-core").exists(),
        "the browser's driver is missing: `make setup-test` installs it"
    );
    let mut documents = 0;
    let configuration = "[stations.lodz-1]\nbranch = \"0421\"\n[server]\nrequests_at_once = 500\n";
    let served = Served::start_with(configuration, |bench| {
        documents = scans(bench);
        let bad = bench.path().join("inbox/lodz-1/uszkodzona umowa.pdf");
        fs::write(bad, "to nie jest dokument").unwrap();
    });
    let administrator = served.signed_in("administrator", &served.password);
    let first = json!({"current": served.password, "new": "siedem srok na płocie"});
    assert_eq!(
        administrator
            .send("PUT", "/api/v1/session/password", &first)
            .status,
        204
    );
    let mut archivist = None;
    for (name, full_name, role) in [
        ("a.nowak", "Anna Nowak", "archivist"),
        ("r.bystra", "Róża Bystra", "reviewer"),
        ("j.drugi", "Jan Drugi", "reviewer"),
        ("k.zgodna", "Klara Zgodna", "compliance"),
        ("k.druga", "Karol Druga", "compliance"),
        ("z.akt", "Zofia Akt", "records_manager"),
        ("s.skaner", "Stanisław Skaner", "station"),
    ] {
        let client = lets_in(&served, &administrator, name, full_name, role);
        if role == "archivist" {
            archivist = Some(client);
        }
    }
    let archivist = archivist.unwrap();
    served.settle(&archivist, documents);
    let told = told(&served, &archivist);
    // The first administrator starts anew, as a bank's would.
    let reset = served.bench.expect(0, &["users", "reset", "administrator"]);
    let once = reset.trim().rsplit(' ').next().unwrap().to_owned();
    let mut told = told;
    told["first"] = json!({"password": once, "next": "siedem srok na płocie"});
    let at = served.bench.path().join("told.json");
    fs::write(&at, told.to_string()).unwrap();
    let ran = Command::new("node")
        .arg("journeys.mjs")
        .current_dir(&folder)
        .env("DESK", &at)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    println!("{said}");
    assert!(
        ran.status.success(),
        "{said}\n{}\n{}",
        String::from_utf8_lossy(&ran.stderr),
        served.log()
    );
    let log = served.log();
    for secret in ["Baranowsk", PASSWORD, "I C 77/26"] {
        assert!(!log.contains(secret), "`{secret}` is in the log");
    }
}

/// What the journeys have to know.
fn told(served: &Served, archivist: &Client) -> Value {
    let bench = &served.bench;
    let find = |query: &str| {
        let found = archivist
            .send("POST", "/api/v1/search", &json!({"query": query}))
            .json;
        let hits = found["hits"].as_array().unwrap().clone();
        assert!(!hits.is_empty(), "{query}: {found}");
        hits
    };
    let agreements = find("typ:consumer_credit_agreement");
    let agreement = agreements[0]["id"].as_str().unwrap().to_owned();
    let borrower = agreements
        .iter()
        .find_map(|hit| hit["fields"]["borrower_name"].as_str())
        .unwrap();
    // The borrower's surname in the genitive, as somebody remembers it.
    let surname = borrower.split_whitespace().next_back().unwrap();
    let inflected = match surname.strip_suffix('a') {
        Some(stem) => format!("{stem}iej"),
        None => format!("{surname}ego"),
    };
    let inflected = if find_any(archivist, &inflected) {
        inflected
    } else {
        surname.to_owned()
    };
    let waiting = archivist.get("/api/v1/documents?state=review").json;
    let waiting = waiting["documents"].as_array().unwrap().clone();
    let kept = waiting.last().unwrap()["id"].as_str().unwrap().to_owned();
    bench.expect(0, &["file", &agreement, "--agreement", "KK/12/2015"]);
    bench.expect(
        0,
        &[
            "retention",
            "confirm",
            &agreement,
            "--class",
            "credit_agreement",
        ],
    );
    for kind in ["settled", "relationship_ended"] {
        let event = [
            "event",
            "add",
            kind,
            "--agreement",
            "KK/12/2015",
            "--on",
            "2016-05-10",
        ];
        bench.expect(0, &[&event[..], &["--source", "core"]].concat());
    }
    let file = bench.json(&["show", &agreement, "--json"])["credit_file"]["id"].clone();
    let fresh = samples("bill-of-exchange", 1)[0].clone();
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desk");
    json!({
        "url": served.url,
        "program": env!("CARGO_BIN_EXE_kartoteka"),
        "pictures": pictures,
        "password": PASSWORD,
        "inflected": inflected,
        "common": "umowa",
        "agreement": agreement,
        "kept": kept,
        "other": find("typ:repayment_schedule")[0]["id"],
        "file": file,
        "bad": "uszkodzona umowa.pdf",
        "fresh": [fresh],
    })
}

fn find_any(archivist: &Client, query: &str) -> bool {
    let found = archivist
        .send("POST", "/api/v1/search", &json!({"query": query}))
        .json;
    found["total"].as_u64().is_some_and(|total| total > 0)
}
