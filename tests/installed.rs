//! What an administrator does on the first day: `init`, `doctor`, man pages, completions; and the
//! references of the book, which the program makes itself.

use crate::program::{Bench, samples};
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Command, Stdio};

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    fs::read_to_string(path).unwrap()
}

#[test]
fn init_writes_what_the_program_takes_and_never_twice() {
    let bench = Bench::new();
    let arguments = [
        "init",
        "--yes",
        "--config",
        "mine.toml",
        "--data",
        "/srv/k",
        "--ledger",
        "postgres://k:s3cr3t@db/k",
        "--listen",
        "0.0.0.0:8700",
    ];
    let said = bench.expect(0, &arguments);
    assert!(
        said.contains("kartoteka --config mine.toml doctor"),
        "{said}"
    );
    let file = bench.path().join("mine.toml");
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.contains("\ndata = \"/srv/k\"\n"), "{written}");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it has a password");
    let shown = bench.expect(0, &["config", "show", "--config", "mine.toml"]);
    assert!(shown.contains("listen = \"0.0.0.0:8700\""), "{shown}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
    let said = bench.expect(1, &["init", "--yes", "--config", "mine.toml"]);
    assert!(said.contains("left as it is"), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
}

#[test]
fn init_asks_on_a_terminal() {
    let bench = Bench::new();
    let line = format!("{} init", env!("CARGO_BIN_EXE_kartoteka"));
    let mut asked = bench
        .beside(&[
            "script",
            "--quiet",
            "--return",
            "--command",
            &line,
            "/dev/null",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answers = asked.stdin.take().unwrap();
    // Data, inbox, archive, its server, ledger, place: an empty line is the usual.
    write!(answers, "/srv/k\n\ns3://b/p\nhttps://s3.example\n\n\n").unwrap();
    let said = asked.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.contains("Where do stations drop their files?"),
        "{said}"
    );
    let written = fs::read_to_string(bench.path().join("kartoteka.toml")).unwrap();
    for line in [
        "\ndata = \"/srv/k\"\n",
        "\nurl = \"s3://b/p\"\n",
        "\nendpoint = \"https://s3.example\"\n",
        "\n#inbox = ",
        "\n#listen = ",
    ] {
        assert!(written.contains(line), "{line} is not in: {written}");
    }
}

#[test]
fn a_configuration_that_is_not_there_is_made_by_init() {
    let bench = Bench::new();
    let said = bench.expect(3, &["--config", "none.toml", "status"]);
    assert!(said.contains("kartoteka init --config none.toml"), "{said}");
}

/// What doctor says of a machine with these settings, and how it ends.
fn doctor(settings: &[(&str, &str)], configuration: &str) -> (Option<i32>, String) {
    let bench = Bench::new();
    fs::write(bench.path().join("kartoteka.toml"), configuration).unwrap();
    let mut command = bench.command(&["doctor"]);
    command.envs(settings.iter().copied());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), said)
}

#[test]
fn doctor_tells_a_broken_machine_what_mends_it() {
    let broken = [
        ("KARTOTEKA_READING_LANGUAGES", "pol+xyz"),
        ("KARTOTEKA_INBOX", "/proc/inbox"),
        ("KARTOTEKA_LEDGER_URL", "postgres://k:s3cr3t@127.0.0.1:9/k"),
        ("KARTOTEKA_ARCHIVE_URL", "s3://kartoteka"),
        ("KARTOTEKA_ARCHIVE_ENDPOINT", "http://127.0.0.1:9"),
        ("AWS_ACCESS_KEY_ID", "nobody"),
        ("AWS_SECRET_ACCESS_KEY", "nothing"),
        ("KARTOTEKA_INTAKE_FREE_MEGABYTES", "18000000000"),
        ("KARTOTEKA_INTAKE_FREE_PERCENT", "100"),
    ];
    let configuration = "[stations.a]\nfolder = '/mnt/not-there'\n[server]\ntls_key = '/no/key'";
    let (code, said) = doctor(&broken, configuration);
    assert_eq!(code, Some(3), "{said}");
    for words in [
        "apt-get install tesseract-ocr-xyz",
        "choose another with --inbox",
        "start the database",
        "check `archive.url`",
        "`intake.free_megabytes`",
        "/mnt/not-there is not there",
        "`server.tls_key`",
    ] {
        assert!(said.contains(words), "`{words}` is not in: {said}");
    }
    assert!(!said.contains("s3cr3t"), "{said}");
    let last = said.trim_end().lines().last().unwrap();
    for what in [
        "language models",
        "disk",
        "inbox",
        "ledger",
        "archive",
        "certificate",
    ] {
        assert!(last.contains(what), "{last}");
    }
}

#[test]
fn doctor_finds_this_machine_ready_and_says_so_to_scripts() {
    let bench = Bench::new();
    let findings = bench.json(&["doctor", "--json"]);
    assert_eq!(findings["ready"], true, "{findings}");
    let of = |what: &str| {
        let all = findings["findings"].as_array().unwrap();
        let found = all.iter().find(|finding| finding["what"] == what);
        found.unwrap_or_else(|| panic!("{what}: {findings}"))
    };
    for what in [
        "language models",
        "document types",
        "disk",
        "ledger",
        "archive",
    ] {
        assert_eq!(of(what)["state"], "good", "{findings}");
    }
    assert!(of("clock")["found"].is_string());
    let configuration = of("configuration")["found"].as_str().unwrap();
    assert!(configuration.contains("no file"), "{configuration}");
}

#[test]
fn doctor_sees_secrets_that_everybody_may_read_and_a_key_too() {
    let bench = Bench::new();
    let file = bench.path().join("kartoteka.toml");
    fs::write(&file, "[reading]\npasswords = ['tajne']").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let said = bench.expect(0, &["doctor"]);
    assert!(said.contains("chmod o= "), "{said}");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let key = bench.path().join("data/node.key");
    fs::write(&key, [7; 32]).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let said = bench.expect(0, &["doctor"]);
    assert!(!said.contains("has passwords"), "{said}");
    assert!(
        said.contains(&format!("chmod 600 {}", key.display())),
        "{said}"
    );
}

#[test]
fn doctor_makes_nothing_in_a_data_directory_of_somebody_else() {
    if !rustix::process::geteuid().is_root() {
        return; // Only root can give a directory away.
    }
    let bench = Bench::new();
    let data = bench.path().join("data");
    fs::create_dir(&data).unwrap();
    chown(&data, Some(65_534), None).unwrap();
    let said = bench.expect(3, &["doctor"]);
    assert!(said.contains("sudo -u nobody kartoteka doctor"), "{said}");
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
}

#[test]
fn a_node_that_runs_is_no_fault() {
    let bench = Bench::new();
    let running = crate::running::node(&bench, "data", &["--listen", "127.0.0.1:0"]);
    crate::running::until_at_work(&bench);
    let said = bench.expect(0, &["doctor"]);
    assert!(said.contains("in use by a node that runs"), "{said}");
    let (code, _) = running.stop();
    assert_eq!(code, Some(0));
}

#[test]
fn the_references_of_the_book_are_the_programs_own() {
    let bench = Bench::new();
    for (kind, page) in [
        ("commands", "commands.md"),
        ("settings", "configuration.md"),
    ] {
        let made = bench.expect(0, &["generate", kind]);
        assert!(
            made == document(page),
            "docs/{page} is old: `kartoteka generate {kind} > docs/{page}`"
        );
    }
}

/// The names of the commands that `--help` lists.
fn commands(bench: &Bench) -> Vec<String> {
    let help = bench.expect(0, &["--help"]);
    let listed = help.split("Commands:").nth(1).unwrap();
    // What is indented further goes on with the line before.
    let lines = listed
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with("  "));
    let lines = lines.filter_map(|line| line.strip_prefix("  "));
    let lines = lines.filter(|line| !line.starts_with(' '));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    let names: Vec<String> = names
        .filter(|name| *name != "help")
        .map(Into::into)
        .collect();
    assert!(
        names.contains(&"doctor".to_owned()) && names.len() > 30,
        "{names:?}"
    );
    names
}

#[test]
fn every_command_has_a_man_page_that_typesets_and_stands_in_the_reference() {
    let bench = Bench::new();
    bench.expect(0, &["generate", "man", "man"]);
    let reference = document("commands.md");
    for name in commands(&bench) {
        let page = bench.path().join(format!("man/kartoteka-{name}.1"));
        let typeset = Command::new("man")
            .args(["--local-file", "--encoding=utf8"])
            .arg(&page)
            .env("MANWIDTH", "100")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&typeset.stdout).into_owned();
        assert!(
            text.contains("SYNOPSIS") && text.contains(&name),
            "{name}: {text}"
        );
        assert!(
            reference.contains(&format!("## kartoteka {name}\n")),
            "{name}"
        );
    }
    assert!(!bench.path().join("man/kartoteka-generate.1").exists());
}

#[test]
fn shells_complete_commands_and_options() {
    let bench = Bench::new();
    bench.expect(0, &["generate", "completions", "shells"]);
    let completed = |words: &str, at: usize| {
        let script = format!(
            ". shells/kartoteka.bash; COMP_WORDS=({words}); COMP_CWORD={at}; \
             _kartoteka kartoteka \"${{COMP_WORDS[{at}]}}\" x; echo \"${{COMPREPLY[*]}}\""
        );
        let output = bench.beside(&["bash", "-c", &script]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    assert_eq!(completed("kartoteka supp", 1), "support-bundle");
    assert_eq!(completed("kartoteka run --onc", 2), "--once");
    for shell in ["_kartoteka", "kartoteka.fish"] {
        let text = fs::read_to_string(bench.path().join("shells").join(shell)).unwrap();
        assert!(text.contains("support-bundle"), "{shell}");
    }
}

/// Words of a text that could be somebody's: letters and digits of at least five characters.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= 5)
        .map(str::to_lowercase)
}

/// What fields say, by their values and texts.
fn said_values(of: &Value) -> Vec<String> {
    match of {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| match (key.as_str(), value) {
                ("value" | "text", Value::String(said)) => vec![said.clone()],
                _ => said_values(value),
            })
            .collect(),
        Value::Array(all) => all.iter().flat_map(said_values).collect(),
        _ => Vec::new(),
    }
}

/// Every file of a tar, one after another.
fn unpacked(bench: &Bench, tar: &str) -> String {
    let output = bench.beside(&["tar", "-xOf", tar]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_support_bundle_has_no_word_of_a_document_and_no_name() {
    let bench = Bench::new().also(vec![("KARTOTEKA_LOG_LEVEL", "debug".into())]);
    let passwords = "[reading]\npasswords = ['tajne-haslo']\n";
    fs::write(bench.path().join("kartoteka.toml"), passwords).unwrap();
    let sample = &samples("digital.pdf", 1)[0];
    // What the bundle says of an archive without a document: its own words.
    let run = bench.run(&["run", "--once"]);
    let log = bench.path().join("log");
    fs::write(&log, &run.stderr).unwrap();
    bench.expect(0, &["support-bundle", "before.tar", "--log", "log"]);
    let before = unpacked(&bench, "before.tar").to_lowercase();

    let dropped = bench.path().join("Kowalewska Grażyna 85021512345.pdf");
    fs::copy(sample, &dropped).unwrap();
    bench.drop_file("skaner-1", &dropped);
    let damaged = bench.path().join("Wiśniewski uszkodzony.pdf");
    fs::write(&damaged, b"%PDF-1.7 nothing of it can be read").unwrap();
    bench.drop_file("skaner-1", &damaged);
    let run = bench.run(&["run", "--once"]);
    assert_eq!(run.status.code(), Some(1), "one is parked");
    fs::write(&log, &run.stderr).unwrap();
    bench.expect(0, &["support-bundle", "after.tar", "--log", "log"]);
    let after = unpacked(&bench, "after.tar").to_lowercase();

    let read = bench.json(&["read", sample.to_str().unwrap()]);
    let mut secret: Vec<String> = vec!["kowalewska".into(), "grażyna".into(), "85021512345".into()];
    secret.extend(["wiśniewski".into(), "uszkodzony".into(), "tajne".into()]);
    for page in read["pages"].as_array().unwrap() {
        secret.extend(words(page["text"].as_str().unwrap()));
    }
    for document in read["documents"].as_array().unwrap() {
        for value in said_values(&document["fields"]) {
            secret.extend(words(&value));
        }
    }
    secret.extend(words(read["sha256"].as_str().unwrap()));
    let status = bench.json(&["status", "--json"]);
    secret.extend(words(status["parked"][0]["submission"].as_str().unwrap()));
    let own: Vec<&String> = secret
        .iter()
        .filter(|word| before.contains(*word))
        .collect();
    assert!(
        secret.len() > 100 && own.len() * 4 < secret.len(),
        "{own:?}"
    );
    // Words that the program says of any document: kinds of jobs and reasons.
    let known = [
        "recognise",
        "separate",
        "extract",
        "archive",
        "retain",
        "damaged",
    ];
    for word in &secret {
        assert!(
            before.contains(word) || known.contains(&word.as_str()) || !after.contains(word),
            "`{word}` is in the bundle: {after}"
        );
    }
    for words in ["\"parked\": 1", "\"reason\": \"", "tesseract"] {
        assert!(after.contains(words), "`{words}` is not in: {after}");
    }
    let said = bench.expect(3, &["support-bundle", "after.tar"]);
    assert!(said.contains("is there already"), "{said}");
}

#[test]
fn a_support_bundle_of_a_broken_node_says_what_could_not_be_asked() {
    let bench = Bench::new().also(vec![(
        "KARTOTEKA_LEDGER_URL",
        "postgres://kowalska:s3cr3t@127.0.0.1:9/kartoteka".into(),
    )]);
    bench.expect(0, &["support-bundle", "broken.tar"]);
    let text = unpacked(&bench, "broken.tar");
    assert!(text.contains("\"unreachable\""), "{text}");
    assert!(!text.contains("s3cr3t"), "{text}");
}
