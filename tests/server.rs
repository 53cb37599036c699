//! The server, as people, machines and attackers meet it.

mod access;
pub(crate) mod client;
mod reading;
mod uploads;

use client::Served;
use serde_json::json;
use std::net::TcpStream;

#[test]
fn the_first_administrator_has_to_choose_a_password_and_reads_no_document() {
    let served = Served::start("");
    let before = served.signed_in("administrator", &served.password);
    assert_eq!(
        before.get("/api/v1/people").status,
        403,
        "the password was given by somebody else"
    );
    assert_eq!(
        before.get("/api/v1/session").json["must_change_password"],
        true
    );
    let weak = json!({"current": served.password, "new": "administrator1"});
    assert_eq!(
        before.send("PUT", "/api/v1/session/password", &weak).status,
        422
    );
    let administrator = served.administrator();
    assert_eq!(
        before.get("/api/v1/session").status,
        401,
        "other sessions are over"
    );
    assert_eq!(administrator.get("/api/v1/people").status, 200);
    let search = administrator.send("POST", "/api/v1/search", &json!({"query": "*"}));
    assert_eq!(
        (search.status, search.kind.as_str()),
        (403, "application/problem+json")
    );
    assert!(
        search.json["remedy"]
            .as_str()
            .unwrap()
            .contains("administrator"),
        "{}",
        search.json
    );
    let out = json!({"name": "administrator", "full_name": "A", "roles": ["administrator"], "active": false});
    assert_eq!(
        administrator.send("PUT", "/api/v1/people", &out).status,
        422,
        "nobody locks themselves out"
    );
    assert_eq!(
        administrator
            .bytes("DELETE", "/api/v1/session", &[], &[])
            .status,
        204
    );
    assert_eq!(administrator.get("/api/v1/session").status, 401);
    let again = served
        .bench
        .command(&["run", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(
        !said.contains("one-time password"),
        "it is said once: {said}"
    );
}

#[test]
fn guessing_makes_the_guesser_wait() {
    let served = Served::start("");
    let guesser = served.nobody();
    let guess = |password: &str| {
        guesser.send(
            "POST",
            "/api/v1/session",
            &json!({"name": "administrator", "password": password}),
        )
    };
    for n in 0..5 {
        let refused = guess(&format!("guess {n}"));
        assert_eq!(refused.status, 401);
        let nobody = json!({"name": "nobody", "password": "guess"});
        let unknown = guesser.send("POST", "/api/v1/session", &nobody);
        assert_eq!(
            unknown.json, refused.json,
            "the answer does not say whether there is such a person"
        );
        if n == 3 {
            // Otherwise the name that is nobody's would be shut out in the next turn.
            break;
        }
    }
    assert_eq!(guess("guess 4").status, 401);
    let waits = guess(&served.password);
    assert_eq!(waits.status, 429, "even with the right one");
    let after = waits
        .headers
        .iter()
        .find(|(name, _)| name == "retry-after")
        .unwrap();
    assert!(after.1.parse::<u64>().unwrap() > 60, "{after:?}");
}

#[test]
fn a_change_shows_that_it_comes_from_our_own_pages() {
    let served = Served::start("");
    let administrator = served.administrator();
    let person = json!({"name": "e.nowak", "full_name": "Ewa Nowak", "roles": ["archivist"]});
    let mut forged = administrator.clone();
    forged
        .headers
        .retain(|(name, _)| *name != "x-kartoteka-proof");
    assert_eq!(forged.send("PUT", "/api/v1/people", &person).status, 403);
    forged.headers.push(("x-kartoteka-proof", "00".repeat(32)));
    assert_eq!(forged.send("PUT", "/api/v1/people", &person).status, 403);
    let mut elsewhere = administrator.clone();
    elsewhere
        .headers
        .push(("sec-fetch-site", "cross-site".into()));
    assert_eq!(elsewhere.send("PUT", "/api/v1/people", &person).status, 403);
    assert_eq!(
        administrator.send("PUT", "/api/v1/people", &person).status,
        200
    );
}

#[test]
fn a_second_factor_is_asked_for_once_it_is_set_up() {
    let served = Served::start("");
    let administrator = served.administrator();
    let password = "siedem srok na płocie";
    let begun = administrator.send(
        "PUT",
        "/api/v1/session/second-factor",
        &json!({"password": password}),
    );
    let key = begun.json["key"].as_str().unwrap().to_owned();
    assert_eq!((key.len(), &begun.json["in_force"]), (32, &json!(false)));
    let wrong = json!({"password": password, "key": key, "code": "000000"});
    let refused = administrator
        .send("PUT", "/api/v1/session/second-factor", &wrong)
        .status;
    // One code in a million is right by chance, and then nothing is refused.
    assert!(refused == 422 || refused == 200);
    let sign_in = json!({"name": "administrator", "password": password});
    assert_eq!(
        served
            .nobody()
            .send("POST", "/api/v1/session", &sign_in)
            .status,
        201,
        "not in force yet"
    );
}

#[test]
fn every_answer_is_hardened_and_no_fault_shows_the_inside() {
    let served = Served::start("");
    let nobody = served.nobody();
    for path in [
        "/",
        "/api",
        "/api/v1/documents",
        "/api/v1/nothing",
        "/health/live",
        "/../../etc/passwd",
    ] {
        let got = nobody.get(path);
        let header = |name: &str| {
            got.headers
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.as_str())
        };
        assert!(
            header("content-security-policy")
                .unwrap()
                .contains("default-src 'none'"),
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(header("cache-control"), Some("no-store"), "{path}");
        assert!(got.status < 500, "{path}: {}", got.status);
    }
    let bad = nobody.bytes(
        "POST",
        "/api/v1/session",
        &[("content-type", "application/json")],
        b"{\"name\": 1",
    );
    assert_eq!(
        (bad.status, bad.kind.as_str()),
        (400, "application/problem+json")
    );
    // Asked first, so that the answer is not lost behind a body that nobody reads.
    let headers = [
        ("content-type", "application/json"),
        ("expect", "100-continue"),
    ];
    let large = nobody.bytes("POST", "/api/v1/session", &headers, &vec![b' '; 3 << 20]);
    assert_eq!(large.status, 413);
    let nul = nobody.send(
        "POST",
        "/api/v1/session",
        &json!({"name": "a\0b", "password": "x"}),
    );
    assert_eq!(nul.status, 400);
    assert_eq!(
        nobody.bytes("DELETE", "/api/v1/documents", &[], &[]).status,
        405
    );
    assert_eq!(nobody.get("/metrics").status, 401);
    assert_eq!(nobody.get("/health/ready").status, 204);
}

#[test]
fn it_listens_without_tls_at_its_own_addresses_only_and_says_what_is_wrong() {
    let served = Served::start("");
    let bench = &served.bench;
    let taken = served.url.strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(taken).is_ok());
    let elsewhere = crate::program::Bench::new();
    let said = elsewhere.expect(3, &["run", "--listen", "0.0.0.0:0"]);
    assert!(said.contains("tls_certificate"), "{said}");
    let said = elsewhere.expect(3, &["run", "--listen", taken]);
    assert!(said.contains("taken"), "{said}");
    let said = bench.expect(0, &["users", "list"]);
    assert!(said.contains("administrator"), "{said}");
    let said = bench.expect(
        0,
        &[
            "users",
            "add",
            "e.nowak",
            "--full-name",
            "Ewa Nowak",
            "--role",
            "archivist",
        ],
    );
    let password = said.trim().rsplit(' ').next().unwrap();
    assert_eq!(
        served
            .signed_in("e.nowak", password)
            .get("/api/v1/session")
            .status,
        200
    );
    bench.expect(0, &["users", "disable", "e.nowak"]);
    let again = json!({"name": "e.nowak", "password": password});
    assert_eq!(
        served
            .nobody()
            .send("POST", "/api/v1/session", &again)
            .status,
        401
    );
    bench.expect(
        1,
        &[
            "users",
            "add",
            "e.nowak",
            "--full-name",
            "Ewa",
            "--role",
            "reviewer",
        ],
    );
    bench.expect(
        1,
        &[
            "users",
            "add",
            "a.k",
            "--full-name",
            "A",
            "--role",
            "auditor",
        ],
    );
}

#[test]
fn who_asks_too_fast_waits_and_nobody_else() {
    let served = Served::start("[server]\nrequests_a_second = 2\n");
    let administrator = served.administrator();
    let nobody = served.nobody();
    let answers: Vec<_> = (0..60).map(|_| nobody.get("/api/v1/session")).collect();
    let slowed = answers.iter().find(|got| got.status == 429);
    let slowed = slowed.expect("sixty at once are more than two a second");
    assert!(slowed.headers.iter().any(|(name, _)| name == "retry-after"));
    assert_eq!(administrator.get("/api/v1/session").status, 200);
    assert_eq!(
        nobody.get("/health/live").status,
        204,
        "that it lives is always said"
    );
}
