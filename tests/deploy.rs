//! What is installed with: the package's lists, alert rules and dashboard, and the checks that need
//! tools of others, for those that this machine has.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Names of our metrics in a text.
fn metrics(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices("kartoteka_") {
        let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
        let name: String = text[at..].chars().take_while(|c| is_name(*c)).collect();
        names.insert(name);
    }
    names
}

#[cfg(feature = "server")]
#[test]
fn alerts_and_dashboard_ask_only_for_what_a_node_says() {
    let served = crate::server::client::Served::start("");
    let said = served.administrator().get("/metrics").bytes;
    let said = String::from_utf8(said).unwrap();
    let said: BTreeSet<String> = said
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .map(Into::into)
        .collect();
    assert!(
        said.contains("kartoteka_pages_read") && said.len() >= 10,
        "{said:?}"
    );
    for file in ["alerts.yml", "dashboard.json"] {
        let asked = metrics(&text(&format!("deploy/monitoring/{file}")));
        assert!(asked.len() >= 6, "{file}: {asked:?}");
        let unknown: Vec<_> = asked.difference(&said).collect();
        assert!(
            unknown.is_empty(),
            "{file} asks for {unknown:?}, a node says {said:?}"
        );
    }
    // Every metric is on the dashboard: what is not shown is not looked at.
    let shown = metrics(&text("deploy/monitoring/dashboard.json"));
    assert_eq!(
        said.difference(&shown).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

#[test]
fn every_alert_says_what_to_do_and_is_in_the_administrators_chapter() {
    let rules = text("deploy/monitoring/alerts.yml");
    let tests = text("deploy/monitoring/alerts.test.yml");
    let chapter = text("docs/administrators.md");
    let names: Vec<&str> = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    assert!(names.len() >= 8, "{names:?}");
    assert_eq!(rules.matches("action: ").count(), names.len());
    for name in names {
        assert!(
            chapter.contains(name),
            "docs/administrators.md does not say what to do at {name}"
        );
        // Once where it must not rise, once where it must.
        assert!(
            tests.matches(&format!("alertname: {name}")).count() >= 2,
            "{name}"
        );
    }
}

#[test]
fn what_the_package_lists_is_there_or_made() {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let deb = &manifest["package"]["metadata"]["deb"];
    let assets = deb["assets"].as_array().unwrap();
    assert!(assets.len() >= 12);
    for asset in assets {
        let source = asset[0].as_str().unwrap();
        if source.starts_with("target/") {
            continue; // deploy/package.sh makes it.
        }
        let folder = source.split('*').next().unwrap();
        assert!(root().join(folder).exists(), "{source}");
    }
    let depends = deb["depends"].as_str().unwrap();
    for model in ["pol", "eng", "osd"] {
        assert!(
            depends.contains(&format!("tesseract-ocr-{model}")),
            "{depends}"
        );
    }
    assert!(text("deploy/debian/kartoteka.service").contains("kill -HUP $MAINPID"));
}

#[test]
fn every_chapter_is_in_the_book_and_every_link_leads_somewhere() {
    let summary = text("docs/SUMMARY.md");
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") && name != "SUMMARY.md" {
            assert!(
                summary.contains(&format!("({name})")),
                "{name} is not in docs/SUMMARY.md"
            );
            links(&name);
        }
    }
    links("SUMMARY.md");
}

/// Every link of a chapter to another leads to one that is there.
fn links(chapter: &str) {
    let text = text(&format!("docs/{chapter}"));
    for link in text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        let file = link.split('#').next().unwrap_or_default();
        if file.is_empty() || file.contains("://") {
            continue;
        }
        assert!(
            root().join("docs").join(file).exists(),
            "{chapter} leads to {link}"
        );
    }
}

/// The commands that chapters show in indented lines, by chapter.
fn shown_commands() -> Vec<(String, String)> {
    let mut shown = Vec::new();
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".md") || name == "commands.md" {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            let line = line.trim();
            let line = line.strip_prefix("sudo -u kartoteka ").unwrap_or(line);
            if let Some(rest) = line.strip_prefix("kartoteka ") {
                shown.push((name.clone(), rest.to_owned()));
            }
        }
    }
    assert!(shown.len() > 60, "{}", shown.len());
    shown
}

#[test]
fn every_command_that_the_book_shows_is_there_with_its_options() {
    let reference = text("docs/commands.md");
    for (chapter, line) in shown_commands() {
        let bare = line.split(" #").next().unwrap().split("  ").next().unwrap();
        let words: Vec<&str> = bare.split_whitespace().collect();
        let mut at = 0;
        while words.get(at).is_some_and(|word| word.starts_with("--")) {
            at += 2; // A global option and its value.
        }
        let Some(first) = words.get(at) else { continue };
        let first = first.split('|').next().unwrap();
        let two = words.get(at + 1).map(|second| format!("{first} {second}"));
        let section = two
            .and_then(|two| section(&reference, &two))
            .or_else(|| section(&reference, first));
        let Some(section) = section else {
            panic!("{chapter} shows `kartoteka {bare}`, which is no command");
        };
        let everywhere = reference.split("\n## ").nth(1).unwrap();
        for option in words.iter().filter_map(|word| word.strip_prefix("--")) {
            let option: String = option
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '-')
                .collect();
            let named = format!("`--{option}");
            assert!(
                section.contains(&named) || everywhere.contains(&named),
                "{chapter} shows `kartoteka {bare}`, which has no --{option}"
            );
        }
    }
}

/// The section of a command in the reference.
fn section(reference: &str, command: &str) -> Option<String> {
    let heading = format!("# kartoteka {command}\n");
    let rest = reference.split(&heading).nth(1)?;
    Some(rest.split("\n## ").next().unwrap().to_owned())
}

#[test]
fn what_others_tools_say_of_it() {
    let output = Command::new("bash")
        .arg(root().join("deploy/check.sh"))
        .args([
            "version",
            "scripts",
            "monitoring",
            "container",
            "chart",
            "book",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}{failed}");
    assert!(said.contains("ok     one version everywhere"), "{said}");
}

#[test]
fn the_unit_is_fenced_and_lets_through_what_a_run_needs() {
    let output = Command::new("bash")
        .arg(root().join("deploy/check.sh"))
        .arg("unit")
        .env("KARTOTEKA", Path::new(env!("CARGO_BIN_EXE_kartoteka")))
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}{failed}");
    let looked = said.contains("exposure is") || said.contains("no systemd-analyze");
    assert!(looked, "{said}");
}
