//! What stops the program at its start: said at once, with what to do, exit code 3.

use crate::program::{Bench, samples};
use std::fs;

fn check(setting: (&str, &str), arguments: &[&str], said: &[&str]) {
    let bench = Bench::new();
    let output = bench
        .command(arguments)
        .env(setting.0, setting.1)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{setting:?}: {text}");
    for words in said {
        assert!(
            text.contains(words),
            "{setting:?}: `{words}` is not in: {text}"
        );
    }
}

#[test]
fn a_wrong_environment_stops_at_start_with_what_to_do() {
    let run: &[&str] = &["run", "--once"];
    check(
        ("KARTOTEKA_READING_LANGUAGES", "pol+xyz"),
        run,
        &["xyz", "apt-get install tesseract-ocr-xyz"],
    );
    check(
        ("KARTOTEKA_DATA", "/proc/nothing"),
        run,
        &["/proc/nothing", "--data"],
    );
    check(("KARTOTEKA_LEDGER_URL", "mysql:x"), run, &["sqlite:PATH"]);
    check(("KARTOTEKA_ARCHIVE_URL", "ftp://x"), run, &["ftp://x"]);
    check(("KARTOTEKA_READING_WORKER", "2"), run, &["worker"]);
    check(
        ("KARTOTEKA_DATA", "/tmp/there/is/none"),
        &["status"],
        &["no archive", "--data"],
    );
}

#[test]
fn an_unreachable_s3_server_stops_at_start() {
    let bench = Bench::new();
    let output = bench
        .command(&["run", "--once"])
        .env("KARTOTEKA_ARCHIVE_URL", "s3://kartoteka/test")
        .env("KARTOTEKA_ARCHIVE_ENDPOINT", "http://127.0.0.1:9")
        .env("AWS_ACCESS_KEY_ID", "nobody")
        .env("AWS_SECRET_ACCESS_KEY", "nothing")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("127.0.0.1:9"), "{text}");
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let bench = Bench::new();
    fs::write(bench.path().join("kartoteka.toml"), "[intake]\nquiet = 3\n").unwrap();
    let said = bench.expect(3, &["config", "show"]);
    assert!(said.contains("quiet"), "{said}");
}

#[test]
fn a_data_directory_in_use_is_locked_and_adding_goes_through_the_inbox() {
    let bench = Bench::new();
    let data = bench.path().join("data");
    fs::create_dir_all(&data).unwrap();
    let lock = fs::File::create(data.join("lock")).unwrap();
    lock.lock().unwrap();
    let said = bench.expect(3, &["run", "--once"]);
    assert!(said.contains("in use by another process"), "{said}");
    let file = samples("digital.pdf", 1)[0].to_str().unwrap().to_owned();
    let said = bench.expect(0, &["add", &file, "--station", "biuro"]);
    assert!(said.contains("laid in the inbox"), "{said}");
    assert_eq!(
        fs::read_dir(bench.path().join("inbox/biuro"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn every_command_has_help_with_an_example() {
    let bench = Bench::new();
    let commands = [
        "run",
        "read",
        "add",
        "search",
        "show",
        "status",
        "retry",
        "park",
        "skip",
        "reprocess",
        "backup",
        "restore",
        "rebuild-ledger",
        "migrate",
        "verify",
        "reindex",
        "doctor",
    ];
    for command in commands {
        let help = bench.expect(0, &[command, "--help"]);
        assert!(
            help.contains("Example") && help.contains(&format!("kartoteka {command}")),
            "{help}"
        );
    }
    bench.expect(2, &["no-such-command"]);
    assert!(bench.expect(0, &["doctor"]).contains("language models"));
    assert!(bench.expect(0, &["config", "show"]).contains("[limits]"));
}
