//! Every route, every role, own branch and another: as the table in docs/access.md says.

use super::client::{Client, Served};
use crate::program::samples;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;

const ROLES: [&str; 7] = [
    "station",
    "archivist",
    "reviewer",
    "compliance",
    "records_manager",
    "auditor",
    "administrator",
];

/// Two stations, each of a branch.
const BRANCHES: &str =
    "[stations.lodz]\nbranch = \"Łódź 1\"\n[stations.krakow]\nbranch = \"Kraków 3\"\n";

/// The routes of the description: method, path, what it needs.
fn routes(api: &Value) -> Vec<(String, String, Option<String>)> {
    let mut routes = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let needs = operation["x-permission"].as_str().map(str::to_owned);
            routes.push((method.to_uppercase(), path.clone(), needs));
        }
    }
    routes
}

/// The rows of the tables as they are written down: of the API, or of the desk's pages.
fn written(of_api: bool) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/access.md");
    let text = std::fs::read_to_string(file).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.filter(|row| row.contains(" /api/") == of_api)
        .map(str::to_owned)
        .collect()
}

/// A request to a route about that document, which changes nothing that there is.
fn ask(client: &Client, method: &str, path: &str, document: &str) -> u16 {
    let path = path
        .replace(
            "{id}",
            if path.contains("/documents/") {
                document
            } else {
                "01jd8000000000000000000000"
            },
        )
        .replace("{page}", "1")
        .replace("{name}", "no_field")
        .replace("{hold}", "999999")
        .replace("{file}", "999999")
        .replace("{event}", "999999")
        .replace("{disposal}", "999999")
        .replace("{token}", "999999")
        .replace("{disclosure}", "999999")
        .replace("{layout}", "none");
    if path.ends_with("/stream") {
        return client.stream(method, &path, &[], &[]).status().as_u16();
    }
    client
        .bytes(
            method,
            &path,
            &[("content-type", "application/json")],
            b"{}",
        )
        .status
}

/// Two documents, one of each branch.
struct Two {
    served: Served,
    administrator: Client,
    own: String,
    other: String,
}

fn two_branches() -> Two {
    let served = Served::start_with(BRANCHES, |bench| {
        let files = samples("", 2);
        bench.drop_file("lodz", &files[0]);
        bench.drop_file("krakow", &files[1]);
    });
    let administrator = served.administrator();
    let archivist = served.machine(&administrator, &["archivist", "reviewer"], &[]);
    served.settle(&archivist, 2);
    let all = archivist.get("/api/v1/documents").json;
    let of = |branch: &str| {
        let mut lines = all["documents"].as_array().unwrap().iter();
        let line = lines.find(|line| line["branch"] == branch);
        let line = line.unwrap_or_else(|| panic!("{all:#}"));
        line["id"].as_str().unwrap().to_owned()
    };
    Two {
        own: of("Łódź 1"),
        other: of("Kraków 3"),
        served,
        administrator,
    }
}

#[test]
fn every_route_lets_in_whom_the_table_says() {
    let two = two_branches();
    let machines = |branches: &[&str]| -> Vec<Client> {
        let machine = |role: &&str| two.served.machine(&two.administrator, &[*role], branches);
        ROLES.iter().map(machine).collect()
    };
    let (everywhere, limited) = (machines(&[]), machines(&["Łódź 1"]));
    let nobody = two.served.nobody();
    let mut found = String::new();
    for (method, path, needs) in routes(&nobody.get("/api/v1/openapi.json").json) {
        let route = format!("{method} {path}");
        if needs.is_none() {
            assert!(
                path.starts_with("/api/v1/session"),
                "{route} is open to all"
            );
            continue;
        }
        assert_eq!(ask(&nobody, &method, &path, &two.own), 401, "{route}");
        let _ = write!(found, "| `{route}` |");
        for (n, role) in ROLES.iter().enumerate() {
            let status = ask(&everywhere[n], &method, &path, &two.own);
            assert!(
                status < 500 && status != 401,
                "{route} for {role}: {status}"
            );
            let _ = write!(found, " {} |", if status == 403 { '–' } else { '✓' });
            if path.contains("/documents/") && status != 403 {
                let at_home = ask(&limited[n], &method, &path, &two.own);
                let abroad = ask(&limited[n], &method, &path, &two.other);
                let expected = if at_home == 400 { 400 } else { 404 };
                assert_eq!(abroad, expected, "{route} for {role} of another branch");
            }
        }
        found.push('\n');
    }
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("access.md");
    std::fs::write(&kept, &found).unwrap();
    let rows: String = written(true).into_iter().map(|row| row + "\n").collect();
    assert_eq!(
        found,
        rows,
        "look at the difference, and put {} into docs/access.md",
        kept.display()
    );
}

#[test]
fn every_page_of_the_desk_lets_in_whom_the_table_says() {
    let served = Served::start("");
    let administrator = served.administrator();
    let machines: Vec<Client> = ROLES
        .iter()
        .map(|role| served.machine(&administrator, &[*role], &[]))
        .collect();
    let nobody = served.nobody();
    for row in written(false) {
        let mut cells = row.split('|').map(str::trim).skip(1);
        let route = cells.next().unwrap().trim_matches('`');
        let (method, path) = route.split_once(' ').unwrap();
        let path = path
            .replace("{id}", "01jd8000000000000000000000-1")
            .replace("{name}", "rrso")
            .replace("{asked}", "none")
            .replace("{station}", "none");
        let path = ["{file}", "{hold}", "{disposal}", "{token}"]
            .iter()
            .fold(path, |path, part| path.replace(part, "999999"));
        let form = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept-language", "en"),
        ];
        for (role, said) in ROLES.iter().zip(cells) {
            let client = &machines[ROLES.iter().position(|known| known == role).unwrap()];
            let got = client.bytes(method, &path, &form, b"");
            let page = String::from_utf8_lossy(&got.bytes).into_owned();
            let refused = got.status == 403 && page.contains("your roles do not let you");
            assert_eq!(refused, said == "–", "{route} for {role}: {}", got.status);
            assert!(got.status < 500, "{route} for {role}: {}", got.status);
        }
        let sent_away = nobody.bytes(method, &path, &form, b"");
        let page = String::from_utf8_lossy(&sent_away.bytes).into_owned();
        assert!(page.contains("/sign-in"), "{route} for nobody: {page}");
    }
}

#[test]
fn whoever_is_limited_to_a_branch_finds_and_lists_that_branch_only() {
    let Two {
        served,
        administrator,
        ..
    } = two_branches();
    let all = served.machine(&administrator, &["archivist"], &[]);
    let lodz = served.machine(&administrator, &["archivist"], &["Łódź 1"]);
    let total = |client: &Client| {
        client
            .send(
                "POST",
                "/api/v1/search",
                &json!({"query": "*", "facets": true}),
            )
            .json
    };
    assert_eq!(total(&all)["total"], 2);
    let own = total(&lodz);
    assert_eq!(
        (&own["total"], &own["facets"]["branches"]),
        (&json!(1), &json!([["Łódź 1", 1]]))
    );
    let list = |client: &Client, path: &str, key: &str| {
        client.get(path).json[key].as_array().unwrap().len()
    };
    assert_eq!(list(&lodz, "/api/v1/documents", "documents"), 1);
    assert_eq!(list(&lodz, "/api/v1/submissions", "submissions"), 1);
    assert_eq!(
        list(&lodz, "/api/v1/changes", "changes"),
        list(&all, "/api/v1/changes", "changes") / 2
    );
    let file = std::fs::read(&samples("", 1)[0]).unwrap();
    let hand_in = |station: &str| {
        lodz.bytes(
            "POST",
            &format!("/api/v1/submissions?station={station}"),
            &[],
            &file,
        )
    };
    assert_eq!(hand_in("krakow").status, 403);
    assert_eq!(hand_in("default").status, 403);
    assert_eq!(hand_in("lodz").status, 201);
    let hold = json!({"matter": "m", "authority": "a", "type": "annex"});
    let compliance = served.machine(&administrator, &["compliance"], &["Łódź 1"]);
    assert_eq!(
        compliance.send("POST", "/api/v1/holds", &hold).status,
        403,
        "a standing hold is on all branches"
    );
}

#[test]
fn what_is_read_is_in_the_log_and_what_was_looked_for_is_not() {
    let served = Served::start_with("", |bench| bench.drop_file("biuro", &samples("", 1)[0]));
    let administrator = served.administrator();
    let archivist = served.machine(&administrator, &["archivist"], &[]);
    served.settle(&archivist, 1);
    let secret = "kowalskiego";
    archivist.send("POST", "/api/v1/search", &json!({"query": secret}));
    let id = archivist.get("/api/v1/documents").json["documents"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    archivist.get(&format!("/api/v1/documents/{id}"));
    archivist.get(&format!("/api/v1/documents/{id}/pages/1"));
    archivist.get(&format!("/api/v1/documents/{id}/pages/1/image?width=300"));
    archivist.get(&format!("/api/v1/documents/{id}/original"));
    let auditor = served.machine(&administrator, &["auditor"], &[]);
    let mut events = Vec::new();
    let mut after = 0;
    loop {
        let page = auditor
            .get(&format!("/api/v1/audit/events?after={after}&limit=50"))
            .json;
        let page = page.as_array().unwrap().clone();
        let Some(last) = page.last() else { break };
        after = last["seq"].as_u64().unwrap();
        let own = page.iter().all(|event| event["subject"] == "audit log");
        events.extend(page);
        if own {
            break;
        }
    }
    let logged = |action: &str, subject: &str, detail: &str| {
        events.iter().any(|e| {
            e["action"] == action
                && e["subject"] == subject
                && e["detail"].as_str().unwrap().contains(detail)
                && e["actor"] == "archivist-0"
        })
    };
    assert!(logged("searched", "search", " found"));
    assert!(logged("listed", "documents", "1 documents"));
    assert!(logged("read", &id, "record"));
    assert!(logged("read", &id, "words of page 1"));
    assert!(logged("read", &id, "image of page 1"));
    assert!(logged("read", &id, "original "));
    let all = serde_json::to_string(&events).unwrap() + &served.log();
    assert!(
        !all.contains(secret),
        "what people look for stays with them"
    );
    let token = archivist.headers[0].1.strip_prefix("Bearer ").unwrap();
    assert!(
        !all.contains(token) && !all.contains("siedem srok"),
        "secrets are in no log"
    );
}
