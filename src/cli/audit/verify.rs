//! `kartoteka audit verify`: an export with nothing but a key and an old checkpoint; or the ledger
//! itself against the checkpoints that are locked in the archive.

use super::text;
use crate::cli::{Exit, print};
use crate::config::Config;
use crate::node::{self, NodeKey};
use anyhow::Context as _;
use clap::Args;
use ledger::{ExportScope, Ledger};
use records::LockedCheckpoint;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use verifier::{Difference, Key, Kind, Report, Trust, Verification};

/// Find out whether an event was changed, removed, moved or put in
///
/// With EXPORT it needs no ledger and no archive, only the public key and a checkpoint that you kept.
/// Without, the ledger is compared with every checkpoint that is locked in the archive. What was
/// never logged nobody can find (docs/audit.md).
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka audit verify\n  kartoteka audit verify audit.jsonl \
                  --checkpoint checkpoint-2025.txt --key node-1.pub"
)]
pub(crate) struct Arguments {
    /// A file that `audit export` wrote, or a slice out of an evidence package
    #[arg(value_name = "EXPORT")]
    export: Option<PathBuf>,
    /// A checkpoint kept from before, as a file
    #[arg(long = "checkpoint", value_name = "FILE")]
    held: Vec<PathBuf>,
    /// A public key that counts: 64 hexadecimal digits, NAME+ID+BASE64, or a file of one [default:
    /// the export's own; of the ledger this node's and those of `audit.keys`]
    #[arg(long = "key", value_name = "KEY", value_parser = key)]
    keys: Vec<Key>,
    /// Checkpoints of earlier logs, from before a ledger was put back or made anew, are no
    /// difference
    #[arg(long, conflicts_with = "export")]
    this_log: bool,
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
}

fn key(text: &str) -> Result<Key, String> {
    let path = Path::new(text);
    let known = match std::fs::read_to_string(path) {
        Ok(content) => Key::parse(&content),
        Err(_) => Key::parse(text),
    };
    known.map_err(|why| why.to_string())
}

pub(super) fn verify(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut trust = Trust {
        keys: arguments.keys.clone(),
        ..Trust::default()
    };
    for path in &arguments.held {
        trust.held.push((path.display().to_string(), text(path)?));
    }
    let report = match &arguments.export {
        Some(path) => of_file(path, trust)?,
        None => node::block_on(of_ledger(config, arguments.this_log, trust))??,
    };
    show(&report, arguments.json)?;
    Ok(if report.is_sound() {
        Exit::Done
    } else {
        Exit::Refused
    })
}

fn of_file(path: &Path, trust: Trust) -> anyhow::Result<Report> {
    let unread = || format!("{} cannot be read", path.display());
    let file = File::open(path).with_context(unread)?;
    let mut check = Verification::new(trust);
    let bar = print::spinner();
    for line in BufReader::new(file).split(b'\n') {
        // A byte that is no text makes the line none of an export's.
        check.line(&String::from_utf8_lossy(&line.with_context(unread)?));
        bar.inc(1);
        bar.set_message(format!("{} lines", bar.position()));
    }
    bar.finish_and_clear();
    Ok(check.finish())
}

async fn of_ledger(config: &Config, this_log: bool, mut trust: Trust) -> anyhow::Result<Report> {
    node::ensure_exists(config)?;
    if let Some(own) = NodeKey::existing(&config.data)? {
        trust.keys.push(Key::parse(&own.public())?);
    }
    for key in &config.audit.keys {
        trust
            .keys
            .push(Key::parse(key).context("`audit.keys` has what is no key")?);
    }
    anyhow::ensure!(
        !trust.keys.is_empty(),
        "there is no public key to verify with: run it on a node that signs, or name one with --key"
    );
    let ledger = node::open_ledger(config).await?;
    let store = node::open_archive(config).await?;
    let log = ledger.audit_log().await?;
    let locked = records::locked_checkpoints(store.as_ref()).await?;
    let mut beside = Beside::default();
    let held = beside.sort(&locked, &log, this_log);
    beside.compare(&ledger, &held, &log).await?;
    trust.held.extend(held);
    let mut check = Verification::new(trust);
    let scope = ExportScope {
        whole: true,
        ..ExportScope::default()
    };
    let mut export = ledger.audit_export(scope).await?;
    let bar = print::spinner();
    while let Some(lines) = export.next().await? {
        for line in &lines {
            check.line(line);
        }
        bar.set_message(format!("{} events", export.events()));
        bar.tick();
    }
    bar.finish_and_clear();
    let mut report = check.finish();
    report.differences.extend(beside.differences);
    report.notes.extend(beside.notes);
    Ok(report)
}

/// What shows beside the events: checkpoints that are gone, or of another log.
#[derive(Default)]
struct Beside {
    differences: Vec<Difference>,
    notes: Vec<String>,
}

impl Beside {
    fn found(&mut self, kind: Kind, why: String) {
        self.differences.push(Difference {
            kind,
            seq: None,
            why,
        });
    }

    /// The checkpoints of this log, as they are locked.
    fn sort(
        &mut self,
        locked: &[LockedCheckpoint],
        log: &str,
        this_log: bool,
    ) -> Vec<(String, String)> {
        let branch = format!("audit/checkpoint/{log}/");
        let (mut held, mut others) = (Vec::new(), BTreeMap::<&str, u64>::new());
        for LockedCheckpoint { key, note } in locked {
            let name = key.as_str();
            if !name.starts_with(&branch) {
                let other = name.rsplit_once('/').map_or(name, |(log, _)| log);
                *others.entry(other).or_default() += 1;
                continue;
            }
            match note {
                Ok(note) => held.push((name.to_owned(), note.clone())),
                Err(why) => self.found(Kind::Changed, format!("{name} in the archive: {why}")),
            }
        }
        for (other, count) in others {
            let why = format!(
                "{other} in the archive: {count} checkpoints of a log that this ledger does not \
                 write"
            );
            if this_log {
                self.notes.push(why);
            } else {
                self.found(Kind::OtherLog, why);
            }
        }
        held
    }

    /// Compares the ledger's copies with what is locked.
    async fn compare(
        &mut self,
        ledger: &Ledger,
        held: &[(String, String)],
        log: &str,
    ) -> anyhow::Result<()> {
        let locked: BTreeMap<&str, &str> = held
            .iter()
            .map(|(name, note)| (name.as_str(), note.as_str()))
            .collect();
        for copy in ledger.checkpoints().await? {
            if copy.log != log {
                continue;
            }
            let key = records::checkpoint_key(&copy.log, copy.size)?;
            match locked.get(key.as_str()) {
                Some(note) if *note == copy.note => {}
                Some(_) => {
                    let why = format!("{key} in the archive is not the ledger's copy of it");
                    self.found(Kind::Changed, why);
                }
                None => {
                    let why = format!("{key} is not in the archive");
                    self.found(Kind::Removed, why);
                }
            }
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Shown<'r> {
    sound: bool,
    log: &'r str,
    events: u64,
    checkpoints: usize,
    newest_checkpoint: Option<u64>,
    differences: Vec<ShownDifference<'r>>,
    notes: &'r [String],
}

#[derive(Serialize)]
struct ShownDifference<'r> {
    kind: &'static str,
    seq: Option<u64>,
    why: &'r str,
}

fn show(report: &Report, json: bool) -> anyhow::Result<()> {
    let newest = report.agreed.iter().max().copied();
    if json {
        let differences = report.differences.iter();
        return print::json_pretty(&Shown {
            sound: report.is_sound(),
            log: &report.origin,
            events: report.events,
            checkpoints: report.agreed.len(),
            newest_checkpoint: newest,
            differences: differences
                .map(|difference| ShownDifference {
                    kind: difference.kind.as_str(),
                    seq: difference.seq,
                    why: &difference.why,
                })
                .collect(),
            notes: &report.notes,
        });
    }
    for note in &report.notes {
        print::note(note);
    }
    for difference in &report.differences {
        print::out(&difference.to_string());
    }
    let Report { origin, events, .. } = report;
    let agreed = report.agreed.len();
    print::out(&match (report.differences.len(), newest) {
        (0, Some(newest)) => format!(
            "sound: {events} events of {origin} lead to {agreed} checkpoints, the newest of {newest} \
             events"
        ),
        (0, None) => format!("sound: {events} events of {origin}"),
        (found, _) => format!("{found} differences in {events} events of {origin}"),
    });
    Ok(())
}
