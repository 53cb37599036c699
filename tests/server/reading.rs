//! Documents through the API: found, read, seen, put right, held.

use super::client::{Client, Got, Served};
use crate::program::samples;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;

fn with_one_document() -> (Served, Client, String) {
    let served = Served::start_with("", |bench| bench.drop_file("biuro", &samples("", 1)[0]));
    let administrator = served.administrator();
    let archivist = served.machine(
        &administrator,
        &["archivist", "compliance", "records_manager"],
        &[],
    );
    served.settle(&archivist, 1);
    let id = archivist.get("/api/v1/documents").json["documents"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (served, archivist, id)
}

#[test]
fn a_document_is_read_and_seen_as_the_command_line_shows_it() {
    let (served, archivist, id) = with_one_document();
    let record = archivist.get(&format!("/api/v1/documents/{id}"));
    assert_eq!(
        record.json,
        served.bench.json(&["show", &id, "--json"]),
        "readings are no history"
    );
    let known = [("if-none-match", record.etag.as_str())];
    let same = archivist.bytes("GET", &format!("/api/v1/documents/{id}"), &known, &[]);
    assert_eq!(same.status, 304, "it is as it was");
    let search = archivist.send(
        "POST",
        "/api/v1/search",
        &json!({"query": "*", "limit": 10}),
    );
    assert_eq!(search.json, served.bench.json(&["search", "*", "--json"]));
    let page = archivist
        .get(&format!("/api/v1/documents/{id}/pages/1"))
        .json;
    assert!(page["words"].as_array().unwrap().len() > 50, "{page}");
    let image = archivist.get(&format!("/api/v1/documents/{id}/pages/1/image?width=400"));
    assert_eq!(
        (image.status, image.kind.as_str(), &image.bytes[1..4]),
        (200, "image/png", &b"PNG"[..])
    );
    assert_eq!(
        u32::from_be_bytes(image.bytes[16..20].try_into().unwrap()),
        400
    );
    let path = format!("/api/v1/documents/{id}/pages/1/image?width=400");
    assert_eq!(
        archivist
            .bytes("GET", &path, &[("if-none-match", &image.etag)], &[])
            .status,
        304
    );
    let original = archivist.get(&format!("/api/v1/documents/{id}/original"));
    assert_eq!(original.bytes, std::fs::read(&samples("", 1)[0]).unwrap());
    for path in ["/pages/99", "/pages/99/image", "/pages/x"] {
        assert_eq!(
            archivist
                .get(&format!("/api/v1/documents/{id}{path}"))
                .status,
            404,
            "{path}"
        );
    }
    assert_eq!(
        archivist
            .get("/api/v1/documents/01jd8000000000000000000000-1")
            .status,
        404
    );
    assert_eq!(archivist.get("/api/v1/documents/nonsense").status, 404);
}

#[test]
fn a_correction_is_made_on_a_version_and_search_follows() {
    let (served, archivist, id) = with_one_document();
    let path = format!("/api/v1/documents/{id}/fields/agreement_number");
    let said = json!({"values": [{"value": "XYZ/77/2026", "page": 1, "place": [10, 20, 30, 40]}], "why": "misread"});
    assert_eq!(
        archivist.send("PUT", &path, &said).status,
        428,
        "a version has to be named"
    );
    let etag = archivist.get(&format!("/api/v1/documents/{id}")).etag;
    let corrected = archivist.send_on("PUT", &path, &etag, &said);
    assert_eq!(
        (corrected.status, &corrected.json["version"]),
        (200, &json!(2)),
        "{}",
        corrected.json
    );
    assert_eq!(
        archivist.send_on("PUT", &path, &etag, &said).status,
        412,
        "somebody was quicker"
    );
    let record = archivist.get(&format!("/api/v1/documents/{id}"));
    let field = &record.json["fields"]["agreement_number"];
    assert_eq!(field["value"], "XYZ/77/2026");
    assert_eq!(
        (&field["status"], &field["place"]),
        (&json!("accepted"), &json!([10, 20, 30, 40]))
    );
    served.settle(&archivist, 1);
    let found = archivist.send(
        "POST",
        "/api/v1/search",
        &json!({"query": "umowa:XYZ/77/2026"}),
    );
    assert_eq!(found.json["total"], 1, "{}", found.json);
    let changes = archivist
        .get(&format!("/api/v1/documents/{id}/changes"))
        .json;
    let change = changes
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["field"] == "agreement_number")
        .unwrap()
        .clone();
    assert_eq!(
        (&change["why"], &change["to"]),
        (&json!("misread"), &json!(["XYZ/77/2026"]))
    );
}

#[test]
fn what_is_no_value_of_a_field_is_refused() {
    let (_served, archivist, id) = with_one_document();
    let record = archivist.get(&format!("/api/v1/documents/{id}"));
    let path = format!("/api/v1/documents/{id}/fields/agreement_number");
    let refused = |name: &str, said: Value| {
        let path = format!("/api/v1/documents/{id}/fields/{name}");
        archivist.send_on("PUT", &path, &record.etag, &said).status
    };
    assert_eq!(refused("no_field", json!({"values": []})), 404);
    assert_eq!(
        refused(
            "agreement_date",
            json!({"values": [{"value": "31.12.2026"}]})
        ),
        422
    );
    assert_eq!(
        refused(
            "agreement_date",
            json!({"values": [{"value": "2026-12-31", "page": 1, "place": [0, 0, 99999, 1]}]})
        ),
        422
    );
    assert_eq!(
        refused(
            "agreement_number",
            json!({"values": [{"value": "a"}, {"value": "b"}]})
        ),
        422
    );
    assert_eq!(
        refused("agreement_number", json!({"values": [], "more": 1})),
        400
    );
    let removed = archivist.send_on(
        "PUT",
        &path,
        &record.etag,
        &json!({"values": [], "why": "not there"}),
    );
    assert_eq!(removed.status, 200, "{}", removed.json);
    assert!(
        archivist.get(&format!("/api/v1/documents/{id}")).json["fields"]
            .get("agreement_number")
            .is_none()
    );
}

#[test]
fn a_hold_is_placed_and_released_and_its_matter_is_for_named_roles() {
    let (served, archivist, id) = with_one_document();
    let place = |body: Value| archivist.send("POST", "/api/v1/holds", &body);
    assert_eq!(
        place(json!({"matter": "II K 7/26", "authority": "sąd"})).status,
        422,
        "on nothing"
    );
    let placed = place(
        json!({"matter": "II K 7/26", "authority": "sąd", "confidential": true, "documents": [id]}),
    );
    assert_eq!(
        (placed.status, &placed.json["documents"]),
        (201, &json!(1)),
        "{}",
        placed.json
    );
    let seen = |client: &Client| {
        client.get("/api/v1/holds").json[0]["matter"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(seen(&archivist), "II K 7/26");
    let administrator = served.signed_in("administrator", "siedem srok na płocie");
    let other = served.machine(&administrator, &["archivist"], &[]);
    assert_eq!(seen(&other), "hold");
    let number = &placed.json["hold"];
    let release = format!("/api/v1/holds/{number}/release");
    assert_eq!(
        archivist
            .send("POST", &release, &json!({"why": " "}))
            .status,
        422
    );
    assert_eq!(
        archivist
            .send("POST", &release, &json!({"why": "umorzono"}))
            .status,
        204
    );
    assert_eq!(archivist.get("/api/v1/holds").json, json!([]));
    let joined = archivist.send(
        "PUT",
        &format!("/api/v1/documents/{id}/credit-file"),
        &json!({"file": {"agreement_number": "K/1"}}),
    );
    assert_eq!(joined.status, 200, "{}", joined.json);
    let file = &joined.json["id"];
    let stated = archivist.send(
        "POST",
        &format!("/api/v1/credit-files/{file}/events"),
        &json!({"kind": "settled", "on": "2026-05-10", "source": "system", "evidence": "1/2026"}),
    );
    assert_eq!(stated.status, 201, "{}", stated.json);
    let events = archivist
        .get(&format!("/api/v1/credit-files/{file}/events"))
        .json;
    assert_eq!(
        (&events[0]["kind"], &events[0]["on"]),
        (&json!("settled"), &json!("2026-05-10"))
    );
}

#[test]
fn a_request_with_a_key_is_done_once() {
    let (_served, client, id) = with_one_document();
    let hold = |key: &str, matter: &str| {
        let body =
            serde_json::to_vec(&json!({"matter": matter, "authority": "a", "documents": [id]}))
                .unwrap();
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        client.bytes("POST", "/api/v1/holds", &headers, &body)
    };
    let first = hold("k1", "m");
    let again = hold("k1", "m");
    assert_eq!(
        (first.status, again.status, &again.json),
        (201, 201, &first.json)
    );
    assert!(
        again
            .headers
            .iter()
            .any(|(name, _)| name == "idempotency-replayed")
    );
    assert_eq!(
        client.get("/api/v1/holds").json.as_array().unwrap().len(),
        1,
        "it was placed once"
    );
    assert_eq!(
        hold("k1", "another").status,
        422,
        "the key is another request's"
    );
    assert_eq!(hold("k2", "m").status, 201);
    assert_eq!(hold("", "m").status, 400);
}

#[test]
fn changes_are_followed_from_where_they_were_left() {
    let (_served, archivist, id) = with_one_document();
    let last = archivist.get("/api/v1/changes").json["after"]
        .as_u64()
        .unwrap();
    assert!(last > 2);
    let answer = archivist.stream(
        "GET",
        "/api/v1/changes/stream",
        &[("last-event-id", "1")],
        &[],
    );
    assert_eq!(answer.status(), 200);
    let mut lines = BufReader::new(answer.into_body().into_reader())
        .lines()
        .map_while(Result::ok);
    let mut next = || lines.find(|line| line.starts_with("id: ")).unwrap();
    for seq in 2..=last {
        assert_eq!(
            next(),
            format!("id: {seq}"),
            "none is missed, none comes twice"
        );
    }
    let hold = json!({"matter": "m", "authority": "a", "documents": [id]});
    archivist.send("POST", "/api/v1/holds", &hold);
    assert_eq!(
        next(),
        format!("id: {}", last + 1),
        "and what happens now comes at once"
    );
}

/// Says that everything is as it was read but the agreement's number, so that the document waits for
/// nobody.
fn confirm(client: &Client, id: &str, number: &str) {
    let record = client.get(&format!("/api/v1/documents/{id}"));
    let mut etag = record.etag;
    let mut fields = record.json["fields"].as_object().unwrap().clone();
    fields.insert("agreement_number".into(), json!({"value": number}));
    for (name, field) in &fields {
        let many = field.as_array().cloned();
        let values = many.unwrap_or_else(|| vec![field.clone()]);
        let values: Vec<Value> = values
            .iter()
            .map(|value| json!({"value": value["value"]}))
            .collect();
        let path = format!("/api/v1/documents/{id}/fields/{name}");
        let answer = client.send_on("PUT", &path, &etag, &json!({"values": values}));
        assert_eq!(answer.status, 200, "{name}: {}", answer.json);
        etag = format!("\"{}\"", answer.json["version"]);
    }
}

#[test]
fn confirmed_data_leaves_once_and_is_answered() {
    let layout = "[data_out.core]\ncolumns = [{ title = \"NR_UMOWY\", field = \"agreement_number\", required = true }, \
                  { title = \"DOKUMENT\", field = \"document\" }]\n";
    let served = Served::start_with(layout, |bench| bench.drop_file("biuro", &samples("", 1)[0]));
    let administrator = served.administrator();
    let client = served.machine(&administrator, &["compliance", "archivist"], &[]);
    served.settle(&client, 1);
    let id = client.get("/api/v1/documents").json["documents"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    confirm(&client, &id, "A/1");
    let review = client.get("/api/v1/documents?state=review").json["documents"]
        .as_array()
        .unwrap()
        .len();
    let rows = client.get("/api/v1/data/core").json;
    assert_eq!(rows.as_array().unwrap().len(), 1 - review, "{rows}");
    if review > 0 {
        return;
    }
    assert_eq!(
        rows[0]["values"],
        json!({"NR_UMOWY": "A/1", "DOKUMENT": id})
    );
    assert_eq!(
        client.get("/api/v1/data/core").json,
        rows,
        "until it is answered"
    );
    let csv = client.bytes("GET", "/api/v1/data/core", &[("accept", "text/csv")], &[]);
    let row = &rows[0]["row"];
    assert_eq!(
        String::from_utf8(csv.bytes).unwrap(),
        format!("row,NR_UMOWY,DOKUMENT\r\n{row},A/1,{id}\r\n")
    );
    let answer = |verdict: &str, why: &str| {
        let answers = json!([{"row": row, "verdict": verdict, "why": why}]);
        client
            .send("POST", "/api/v1/data/core/answers", &answers)
            .status
    };
    assert_eq!(answer("refused", ""), 422, "a refusal says why");
    assert_eq!(answer("accepted", ""), 204);
    assert_eq!(answer("accepted", ""), 204, "said again");
    assert_eq!(answer("refused", "no"), 422, "an answer stays");
    assert_eq!(
        client.get("/api/v1/data/core").json,
        json!([]),
        "nothing leaves twice"
    );
    confirm(&client, &id, "A/1");
    assert_eq!(
        client.get("/api/v1/data/core").json,
        json!([]),
        "what says the same is not new"
    );
    confirm(&client, &id, "A/2");
    let again = client.get("/api/v1/data/core").json;
    assert_eq!(again[0]["values"]["NR_UMOWY"], "A/2");
    assert_eq!(client.get("/api/v1/data/other").status, 404);
}

#[test]
fn the_description_is_the_one_that_was_agreed() {
    let served = Served::start("");
    let Got { bytes, json, .. } = served.nobody().get("/api/v1/openapi.json");
    assert_eq!(json["openapi"], "3.1.0");
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
    std::fs::write(&kept, serde_json::to_vec_pretty(&json).unwrap()).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let agreed: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let what = format!(
        "look at the difference, and put {} in its place",
        kept.display()
    );
    assert!(json == agreed, "docs/openapi.json is another: {what}");
    assert!(bytes.len() > 10_000);
    let page = served.nobody().get("/api");
    let page = String::from_utf8(page.bytes).unwrap();
    assert!(page.contains("PUT /api/v1/documents/{id}/fields/{name}") && !page.contains("<script"));
}
