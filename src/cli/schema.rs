//! `kartoteka schema`: whether document types are sound, and what a change to them does to a bank's own
//! examples.

use super::{Exit, print};
use crate::clock;
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use extraction::truth::{Outcome, compare};
use extraction::{Schemas, understand};
use model::Page;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Check document types, and test a change on examples
#[derive(Subcommand)]
pub(crate) enum Command {
    Check(CheckArguments),
    Test(TestArguments),
}

/// Say whether document types are sound
///
/// Without a folder, the types in force. Unknown keys and names, phrases that cannot be found and
/// references to what does not exist are refused with the file's name.
#[derive(Args)]
#[command(after_help = "Example:\n  kartoteka schema check our-schemas/")]
pub(crate) struct CheckArguments {
    /// A folder like `schemas/`
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Say what document types make of examples, and what a change to them does
///
/// EXAMPLES holds what `kartoteka read --out EXAMPLES` wrote, with `<name>.truth.json` beside each
/// `<name>.json`: the right type and fields. With --schemas, the types in force are compared with
/// those of that folder; the exit code is 1 where a field got worse.
#[derive(Args)]
#[command(after_help = "Examples:\n  kartoteka schema test examples/\n  \
                  kartoteka schema test examples/ --schemas our-schemas/")]
pub(crate) struct TestArguments {
    /// Pages as read, with their truth beside them
    #[arg(value_name = "EXAMPLES")]
    examples: PathBuf,
    /// A folder like `schemas/` with the change
    #[arg(long, value_name = "DIR")]
    schemas: Option<PathBuf>,
    /// One JSON object in place of a table
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Check(arguments) => check(config, arguments),
        Command::Test(arguments) => test(config, arguments),
    }
}

fn check(config: &Config, arguments: &CheckArguments) -> anyhow::Result<Exit> {
    let schemas = match &arguments.folder {
        Some(folder) => match node::schemas_of(folder) {
            Ok(schemas) => schemas,
            Err(error) => {
                print::note(&format!("{error:#}"));
                return Ok(Exit::Refused);
            }
        },
        None => node::load_schemas(config)?,
    };
    let size = schemas.size();
    print::out(&format!(
        "sound: {} document types, {} fields, {} phrases that announce them, {} items of the law; \
         version {}",
        size.types,
        size.fields,
        size.labels,
        size.items,
        schemas.version()
    ));
    Ok(Exit::Done)
}

/// How examples came out.
#[derive(Default, Serialize)]
struct Score {
    documents: usize,
    types_right: usize,
    right: usize,
    wrong: usize,
    missing: usize,
    spurious: usize,
    accepted: usize,
    accepted_right: usize,
    #[serde(skip)]
    outcomes: BTreeMap<(String, String), Outcome>,
}

#[derive(Serialize)]
struct Comparison {
    in_force: Score,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Score>,
    better: Vec<String>,
    worse: Vec<String>,
}

fn test(config: &Config, arguments: &TestArguments) -> anyhow::Result<Exit> {
    let examples = examples(&arguments.examples)?;
    anyhow::ensure!(
        !examples.is_empty(),
        "{} holds no <name>.json with <name>.truth.json beside it: `kartoteka read --out` makes the first",
        arguments.examples.display()
    );
    let in_force = score(&node::load_schemas(config)?, &examples);
    let changed = match &arguments.schemas {
        Some(folder) => Some(score(&node::schemas_of(folder)?, &examples)),
        None => None,
    };
    let (better, worse) = changed
        .as_ref()
        .map(|changed| differences(&in_force, changed))
        .unwrap_or_default();
    let comparison = Comparison {
        in_force,
        changed,
        better,
        worse,
    };
    if arguments.json {
        print::json_pretty(&comparison)?;
    } else {
        print::out(&table(&comparison)?);
    }
    Ok(if comparison.worse.is_empty() {
        Exit::Done
    } else {
        Exit::Refused
    })
}

struct Example {
    name: String,
    kind: String,
    truth: serde_json::Value,
    pages: Vec<Page>,
}

fn examples(folder: &Path) -> anyhow::Result<Vec<Example>> {
    let mut examples = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let Some(stem) = name.strip_suffix(".truth.json") else {
            continue;
        };
        let reading = folder.join(format!("{stem}.json"));
        if !reading.exists() {
            continue;
        }
        let json = |path: &Path| -> anyhow::Result<serde_json::Value> {
            let bytes =
                fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
            serde_json::from_slice(&bytes).with_context(|| format!("{} is no JSON", path.display()))
        };
        let mut truth = json(&path)?;
        let pages = serde_json::from_value(json(&reading)?["pages"].take())
            .with_context(|| format!("{} holds no pages", reading.display()))?;
        examples.push(Example {
            name: stem.to_owned(),
            kind: truth["type"].as_str().unwrap_or_default().to_owned(),
            truth: truth["fields"].take(),
            pages,
        });
    }
    examples.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(examples)
}

fn score(schemas: &Schemas, examples: &[Example]) -> Score {
    let mut score = Score::default();
    for example in examples {
        let pages: Vec<&Page> = example.pages.iter().collect();
        let document = understand(
            &pages,
            schemas,
            jiff::tz::TimeZone::UTC.to_datetime(clock::now()).date(),
        );
        score.documents += 1;
        score.types_right += usize::from(document.kind.as_str() == example.kind);
        for verdict in compare(&example.truth, &document) {
            match verdict.outcome {
                Outcome::Right => score.right += 1,
                Outcome::Wrong => score.wrong += 1,
                Outcome::Missing => score.missing += 1,
                Outcome::Spurious => score.spurious += 1,
            }
            if verdict.accepted() {
                score.accepted += 1;
                score.accepted_right += usize::from(verdict.outcome == Outcome::Right);
            }
            let key = (example.name.clone(), verdict.field);
            score.outcomes.insert(key, verdict.outcome);
        }
    }
    score
}

/// The fields that came out better and worse by a change.
fn differences(before: &Score, after: &Score) -> (Vec<String>, Vec<String>) {
    let (mut better, mut worse) = (Vec::new(), Vec::new());
    let keys: std::collections::BTreeSet<_> = before
        .outcomes
        .keys()
        .chain(after.outcomes.keys())
        .collect();
    for key in keys {
        let (old, new) = (before.outcomes.get(key), after.outcomes.get(key));
        if old == new {
            continue;
        }
        let line = format!("{} {}: {} → {}", key.0, key.1, called(old), called(new));
        if rank(new) > rank(old) {
            better.push(line);
        } else {
            worse.push(line);
        }
    }
    (better, worse)
}

/// A wrong value is the worst that can be; a missing one is merely work.
fn rank(outcome: Option<&Outcome>) -> u8 {
    match outcome {
        Some(Outcome::Wrong | Outcome::Spurious) => 0,
        Some(Outcome::Missing) => 1,
        Some(Outcome::Right) | None => 2,
    }
}

fn called(outcome: Option<&Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Right) => "right",
        Some(Outcome::Wrong) => "wrong",
        Some(Outcome::Missing) => "missing",
        Some(Outcome::Spurious) => "not there, but given",
        None => "not given",
    }
}

fn table(comparison: &Comparison) -> anyhow::Result<String> {
    let mut text = String::new();
    writeln!(
        text,
        "{:<12} {:>9} {:>10} {:>6} {:>6} {:>8} {:>9} {:>8} {:>14}",
        "",
        "documents",
        "type right",
        "right",
        "wrong",
        "missing",
        "not there",
        "accepted",
        "accepted right"
    )?;
    let rows = [
        ("in force", Some(&comparison.in_force)),
        ("changed", comparison.changed.as_ref()),
    ];
    for (name, score) in rows {
        let Some(score) = score else { continue };
        writeln!(
            text,
            "{name:<12} {:>9} {:>10} {:>6} {:>6} {:>8} {:>9} {:>8} {:>14}",
            score.documents,
            score.types_right,
            score.right,
            score.wrong,
            score.missing,
            score.spurious,
            score.accepted,
            score.accepted_right
        )?;
    }
    for (title, lines) in [("better", &comparison.better), ("worse", &comparison.worse)] {
        for line in lines {
            writeln!(text, "{title}: {line}")?;
        }
    }
    if comparison.changed.is_some() && comparison.better.is_empty() && comparison.worse.is_empty() {
        writeln!(text, "no field of the examples changes")?;
    }
    Ok(text)
}
