//! Files that are sent: whole, in parts, twice, wrong.

use super::client::{Client, Served};
use crate::program::samples;
use serde_json::json;

fn station(served: &Served) -> Client {
    let administrator = served.administrator();
    served.machine(&administrator, &["archivist"], &[])
}

fn sha256(bytes: &[u8]) -> String {
    model::Digest::of(bytes).to_string()
}

#[test]
fn a_file_is_handed_in_whole_and_read() {
    let served = Served::start("");
    let client = station(&served);
    let file = std::fs::read(&samples("", 1)[0]).unwrap();
    let name = [(
        "content-disposition",
        "attachment; filename*=UTF-8''umowa%20po%C5%BCyczki.pdf",
    )];
    let sent = client.bytes("POST", "/api/v1/submissions?station=biuro", &name, &file);
    assert_eq!(sent.status, 201, "{}", sent.json);
    assert_eq!(
        (&sent.json["sha256"], &sent.json["bytes"]),
        (&json!(sha256(&file)), &json!(file.len()))
    );
    served.settle(&client, 1);
    let submission = client.get(&sent.location).json;
    assert_eq!(
        (&submission["name"], &submission["station"]),
        (&json!("umowa pożyczki.pdf"), &json!("biuro"))
    );
    assert_eq!(
        (
            &submission["state"],
            submission["documents"].as_array().unwrap().len()
        ),
        (&json!("done"), 1)
    );
    let again = client.bytes("POST", "/api/v1/submissions?station=biuro", &name, &file);
    assert_eq!(
        (again.status, &again.json["repeat_of"]),
        (201, &sent.json["submission"])
    );
    served.bench.expect(0, &["balance"]);
    let empty = client.bytes("POST", "/api/v1/submissions", &name, &[]);
    assert_eq!(empty.status, 422, "{}", empty.json);
    for path in [
        "attachment; filename=\"../x.pdf\"",
        "attachment; filename=\".x\"",
        "inline",
    ] {
        let refused = client.bytes(
            "POST",
            "/api/v1/submissions",
            &[("content-disposition", path)],
            &file,
        );
        assert_eq!(refused.status, 400, "{path}");
    }
    assert_eq!(
        client
            .bytes("POST", "/api/v1/submissions?station=..", &name, &file)
            .status,
        400
    );
    let left = std::fs::read_dir(served.bench.path().join("inbox/_uploads"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "nothing is left of what was refused or received");
}

#[test]
fn a_file_is_sent_in_parts_and_goes_on_where_it_was_cut() {
    let served = Served::start("");
    let client = station(&served);
    let file = std::fs::read(&samples("", 1)[0]).unwrap();
    let begin = |sha256: &str, bytes: usize| {
        let new =
            json!({"name": "umowa.pdf", "bytes": bytes, "sha256": sha256, "station": "biuro"});
        client.send("POST", "/api/v1/uploads", &new)
    };
    let upload = begin(&sha256(&file), file.len()).location;
    let part = |at: usize, bytes: &[u8]| {
        client.bytes(
            "PATCH",
            &upload,
            &[("upload-offset", &at.to_string())],
            bytes,
        )
    };
    let half = file.len() / 2;
    let first = part(0, &file[..half]);
    assert_eq!((first.status, first.offset), (204, half.to_string()));
    assert_eq!(part(0, &file[..half]).status, 409, "that part is there");
    assert_eq!(part(half + 1, &file[half + 1..]).status, 409, "a hole");
    let standing = client.get(&upload);
    assert_eq!(
        (standing.json["offset"].clone(), standing.offset),
        (json!(half), half.to_string())
    );
    let other = station_of_another(&served);
    assert_eq!(other.get(&upload).status, 404, "it is another's");
    let last = part(half, &file[half..]);
    assert_eq!(
        (last.status, &last.json["sha256"]),
        (201, &json!(sha256(&file))),
        "{}",
        last.json
    );
    assert_eq!(client.get(&upload).status, 404, "it is a submission now");
    served.settle(&client, 1);

    let wrong = begin(&sha256(b"other bytes"), 4).location;
    let sent = client.bytes("PATCH", &wrong, &[("upload-offset", "0")], b"abcd");
    assert_eq!(sent.status, 422, "{}", sent.json);
    assert_eq!(begin("abc", 4).status, 400);
    assert_eq!(begin(&sha256(b""), usize::MAX >> 12).status, 413);
}

fn station_of_another(served: &Served) -> Client {
    let administrator = served.signed_in("administrator", "siedem srok na płocie");
    served.machine(&administrator, &["station"], &[])
}

#[test]
fn a_file_larger_than_files_may_be_is_refused_as_it_arrives() {
    let served = Served::start("[limits]\nfile_bytes = 100000\n");
    let client = station(&served);
    // One byte too many: of more, the rest might be on its way while the answer comes, and be cut off.
    let sent = client.bytes("POST", "/api/v1/submissions", &[], &vec![7; 100_001]);
    assert_eq!(
        (sent.status, sent.kind.as_str()),
        (413, "application/problem+json")
    );
    assert_eq!(
        client.get("/api/v1/status").json["submissions"]["received"],
        0
    );
}
