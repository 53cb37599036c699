//! `kartoteka verify`: hashes every stored object again and compares with the ledger.

use super::{Exit, print};
use crate::config::Config;
use crate::node;
use archive::{Fixity, Prefix};
use clap::Args;
use ledger::Ledger;
use serde::Serialize;
use std::collections::HashSet;

/// Rows of the ledger that are asked for at a time.
const AT_ONCE: u32 = 1_000;

/// Hash every stored object again and compare with what was put and with the ledger
#[derive(Args)]
#[command(after_help = "Example:\n  kartoteka verify && echo sound")]
pub(crate) struct Arguments {
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
}

#[derive(Default, Serialize)]
struct Outcome {
    sound: u64,
    differs: u64,
    unreadable: u64,
    missing: u64,
    anomalies: u64,
}

pub(super) fn verify(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let store = node::open_archive(config).await?;
        let bar = print::spinner();
        let mut seen = HashSet::new();
        let mut found = Outcome::default();
        let mut lines = Vec::new();
        let tally = archive::verify(&store, &Prefix::ALL, |entry, fixity| {
            bar.inc(1);
            bar.set_message(format!("{} objects", bar.position()));
            if let Some(key) = &entry.key {
                seen.insert(key.to_string());
            }
            found.anomalies += entry.anomalies.len() as u64;
            for anomaly in &entry.anomalies {
                lines.push(format!("{}: {anomaly:?}", entry.name));
            }
            match fixity {
                None | Some(Fixity::Sound { .. }) => {}
                Some(other) => lines.push(format!("{}: {other:?}", entry.name)),
            }
        })
        .await?;
        bar.finish_and_clear();
        (found.sound, found.differs, found.unreadable) =
            (tally.sound, tally.differs, tally.unreadable);
        found.missing = count_missing(&ledger, &seen, &mut lines).await?;
        for line in &lines {
            print::note(line);
        }
        let trouble = found.differs + found.unreadable + found.missing + found.anomalies;
        if arguments.json {
            print::json_pretty(&found)?;
        } else {
            print::out(&format!(
                "{} objects sound, {} differ, {} unreadable, {} missing, {} anomalies",
                found.sound, found.differs, found.unreadable, found.missing, found.anomalies
            ));
        }
        Ok(if trouble == 0 {
            Exit::Done
        } else {
            Exit::Refused
        })
    })?
}

/// Objects that the ledger knows and the store did not list.
async fn count_missing(
    ledger: &Ledger,
    seen: &HashSet<String>,
    lines: &mut Vec<String>,
) -> anyhow::Result<u64> {
    let mut missing = 0;
    let mut after = String::new();
    loop {
        let objects = ledger.objects(&after, AT_ONCE).await?;
        let Some(last) = objects.last() else {
            return Ok(missing);
        };
        after = last.object.key.clone();
        for stored in objects
            .iter()
            .filter(|stored| !seen.contains(&stored.object.key))
        {
            missing += 1;
            lines.push(format!("{}: missing in the archive", stored.object.key));
        }
    }
}
