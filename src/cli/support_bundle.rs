//! `kartoteka support-bundle`: what support needs to see of a node, as one tar.
//!
//! No content, no name of a file, no identifier of a person or a document leaves with it: counts,
//! states, reasons out of a closed vocabulary, and configuration without secrets. What a log says
//! beside its own words is masked. It works on a broken machine too: what cannot be asked says why.

mod mask;

use super::{Exit, doctor, print};
use crate::clock;
use crate::config::{self, Config};
use crate::node;
use anyhow::Context as _;
use clap::Args;
use ledger::{Ledger, Parked};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The version of the bundle's form.
const FORMAT: u32 = 1;
/// Lines of the log's end that go with it.
const LOG_LINES: usize = 2_000;
/// Parked work that is counted at most.
const MOST_PARKED: u32 = 100_000;

const README: &str = "A bundle for support, made by `kartoteka support-bundle`.

  version.txt         program and system
  configuration.toml  what is in force, secrets hidden
  variables.txt       which variables of the environment are set, without their values
  doctor.txt, .json   what is missing on the machine
  state.json          counts, work by stage, parked work by reason, nodes
  log.txt             the log's end; what is not the program's own words is masked

There is no document, no name of a file, no name or identifier of a person in it. It does have paths of
the configuration and the names of stations. Look through it before you send it: it is plain text.
";

/// Pack what support needs to see, without any content, into a tar
///
/// Versions, configuration without secrets, doctor's findings, counts, work by stage and reason, the
/// log's end with everything masked that is not the program's own words. No document, no name.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka support-bundle help.tar\n  kartoteka support-bundle help.tar \
                        --log /var/log/kartoteka.log\n  tar xOf help.tar kartoteka-support/state.json"
)]
pub(crate) struct Arguments {
    /// The tar to write; never written over
    #[arg(value_name = "OUT.tar")]
    out: PathBuf,
    /// The log, where it goes to a file [default: systemd's journal of kartoteka.service, if any]
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

pub(super) fn write(
    config: &Config,
    file: Option<PathBuf>,
    arguments: &Arguments,
) -> anyhow::Result<Exit> {
    let findings = doctor::look(config, file)?;
    let members = [
        ("README.txt", README.to_owned()),
        ("version.txt", version(config)),
        ("configuration.toml", config.shown()?),
        ("variables.txt", config::variables().join("\n") + "\n"),
        ("doctor.txt", doctor::table(&findings) + "\n"),
        ("doctor.json", serde_json::to_string_pretty(&findings)?),
        ("state.json", serde_json::to_string_pretty(&state(config)?)?),
        ("log.txt", log(arguments.log.as_deref())?),
    ];
    let files: Vec<(String, Vec<u8>)> = members
        .into_iter()
        .map(|(name, text)| (format!("kartoteka-support/{name}"), text.into_bytes()))
        .collect();
    let seconds = u64::try_from(clock::now().as_second()).unwrap_or_default();
    let out = &arguments.out;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(out)
        .and_then(|mut file| file.write_all(&evidence::bag::tar_of(&files, seconds)))
        .with_context(|| format!("{} cannot be written, or is there already", out.display()))?;
    print::out(&format!(
        "{}: {} files; look through it before you send it",
        out.display(),
        files.len()
    ));
    Ok(Exit::Done)
}

fn version(config: &Config) -> String {
    let built_with = [
        ("postgres", cfg!(feature = "postgres")),
        ("s3", cfg!(feature = "s3")),
        ("server", cfg!(feature = "server")),
    ];
    let built_with: Vec<&str> = built_with
        .iter()
        .filter_map(|(name, is_in)| is_in.then_some(*name))
        .collect();
    format!(
        "format {FORMAT}\nmade {:.0}\n{}\nbuilt with {}\n",
        clock::now(),
        node::engine(config),
        built_with.join(", ")
    )
}

/// Counts of the ledger, or why it could not be asked.
fn state(config: &Config) -> anyhow::Result<Value> {
    node::block_on(async {
        let counted = match node::open_ledger(config).await {
            Ok(ledger) => counts(&ledger).await,
            Err(error) => Err(error),
        };
        // An error may name what it stumbled over.
        counted.unwrap_or_else(
            |error| json!({ "format": FORMAT, "unreachable": mask::line(&format!("{error:#}")) }),
        )
    })
}

async fn counts(ledger: &Ledger) -> anyhow::Result<Value> {
    let status = ledger.status().await?;
    let s = status.submissions;
    let stages: Vec<Value> = status
        .stages
        .iter()
        .map(|stage| {
            json!({
                "stage": stage.stage, "waiting": stage.waiting, "delayed": stage.delayed,
                "in_work": stage.leased, "parked": stage.parked,
            })
        })
        .collect();
    let nodes: Vec<Value> = ledger
        .nodes()
        .await?
        .into_iter()
        .map(|node| {
            json!({
                "name": node.report.name, "version": node.report.version,
                "roles": node.report.roles, "state": node.report.state.as_str(),
                "in_hand": node.in_hand, "started_at": node.started_at.to_string(),
                "heartbeat_at": node.heartbeat_at.to_string(),
            })
        })
        .collect();
    Ok(json!({
        "format": FORMAT,
        "submissions": {
            "received": s.received, "done": s.done, "parked": s.parked, "waiting": s.waiting,
        },
        "documents": status.documents,
        "pages": status.pages,
        "to_review": status.to_review,
        "stages": stages,
        "parked": by_reason(&ledger.parked(0, MOST_PARKED).await?),
        "nodes": nodes,
        "newest_change": ledger.newest_change().await?,
        "newest_event": ledger.newest_event().await?,
    }))
}

/// Parked work by stage and reason: how often, how many tries, since when. Its messages may name files.
fn by_reason(parked: &[Parked]) -> Vec<Value> {
    let mut reasons: BTreeMap<(&str, &str), (u64, u32, String)> = BTreeMap::new();
    for Parked { job, trouble, .. } in parked {
        let changed = job.changed_at.to_string();
        let entry = reasons
            .entry((&job.stage, &trouble.reason))
            .or_insert((0, 0, changed.clone()));
        entry.0 += 1;
        entry.1 = entry.1.max(job.attempts);
        if changed < entry.2 {
            entry.2 = changed;
        }
    }
    reasons
        .into_iter()
        .map(|((stage, reason), (jobs, attempts, since))| {
            json!({
                "stage": stage, "reason": reason, "jobs": jobs, "most_attempts": attempts,
                "oldest": since,
            })
        })
        .collect()
}

/// The log's last lines, masked: of a file that is named, or of the service's journal.
fn log(file: Option<&Path>) -> anyhow::Result<String> {
    let text = match file {
        Some(file) => {
            let bytes = fs::read(file)
                .with_context(|| format!("the log {} cannot be read", file.display()))?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        None => journal(),
    };
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines.split_at(lines.len().saturating_sub(LOG_LINES)).1;
    Ok(tail.iter().map(|line| mask::line(line) + "\n").collect())
}

/// The journal of the service, where there is one and this user may read it.
fn journal() -> String {
    let lines = LOG_LINES.to_string();
    let asked = Command::new("journalctl")
        .args(["--unit=kartoteka.service", "--output=cat", "--no-pager"])
        .args(["--quiet", "--lines", &lines])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    asked.map_or_else(
        |_| String::new(),
        |answer| String::from_utf8_lossy(&answer.stdout).into_owned(),
    )
}
