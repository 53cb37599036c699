//! `kartoteka verify`: reads every stored object again and compares hash, size, version, lock and
//! hold with what the ledger says; or as many as are due, those first that were not read for the
//! longest time. With a package it verifies that instead, and needs neither ledger nor archive.

mod package;

use super::records::Desk;
use super::{Exit, print};
use crate::clock;
use crate::config::Config;
use crate::node;
use clap::Args;
use records::{Finding, Outcome, Pace, Reconciled, Reconciliation};
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;

/// Within so many days everything is read, where a part is read every night.
const ROUND_DAYS: u64 = 90;

/// Read every stored object again and compare with the ledger; or verify a package
///
/// Three outcomes of objects: sound, differs, unreadable; and what is missing, what is locked
/// otherwise than it should be, and what nobody knows. A package (a folder or a tar, or any BagIt
/// bag) is verified without ledger and archive. Nothing is ever repaired.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka verify && echo sound\n  kartoteka verify --due --rate 20    \
                  # every night: all within 90 days, at 20 MB/s\n  kartoteka verify paczka.tar --key bank.pem"
)]
pub(crate) struct Arguments {
    /// A package, or any BagIt bag: a folder or a tar
    #[arg(value_name = "PACKAGE", conflicts_with_all = ["due", "rate"])]
    package: Option<PathBuf>,
    /// The public key it must be signed by, as it came by another way: PEM, minisign's, or its 64
    /// digits in a file
    #[arg(long, value_name = "FILE", requires = "package")]
    key: Option<PathBuf>,
    /// Only a ninetieth of all, those first that were not read for the longest time
    #[arg(long)]
    due: bool,
    /// At most so many megabytes (10^6) a second
    #[arg(long, value_name = "MB")]
    rate: Option<u64>,
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    sound: u64,
    differs: u64,
    unreadable: u64,
    missing: u64,
    anomalies: u64,
    strangers: u64,
    bytes: u64,
    /// How far reading everything has come.
    never_read: u64,
    oldest_read_at: Option<String>,
}

pub(super) fn verify(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    if let Some(path) = &arguments.package {
        return package::verify(path, arguments.key.as_deref(), arguments.json);
    }
    node::block_on(async {
        let desk = Desk::open(config).await?;
        let bar = print::spinner();
        let mut lines = Vec::new();
        let mut tell = |finding: &Finding| {
            bar.inc(1);
            bar.set_message(format!("{} objects", bar.position()));
            if finding.outcome != Outcome::Sound {
                let Finding { name, outcome, why } = finding;
                lines.push(format!("{name}: {}: {}", outcome.as_str(), why.join("; ")));
            }
        };
        let pace = Pace {
            bytes_a_second: arguments.rate.map(|megabytes| megabytes * 1_000_000),
        };
        let store = Arc::clone(&desk.store);
        let work = Reconciliation::new(desk.keeper(), store, clock::now(), pace, &mut tell);
        let found = if arguments.due {
            let all = desk.ledger.fixity_reach().await?.objects;
            let due = u32::try_from(all.div_ceil(ROUND_DAYS)).unwrap_or(u32::MAX);
            work.stalest(due).await
        } else {
            work.whole().await
        };
        bar.finish_and_clear();
        let found = found?;
        for line in &lines {
            print::note(line);
        }
        let reach = desk.ledger.fixity_reach().await?;
        let Reconciled {
            sound,
            differs,
            unreadable,
            missing,
            anomalies,
            strangers,
            bytes,
        } = found;
        if arguments.json {
            print::json_pretty(&Shown {
                sound,
                differs,
                unreadable,
                missing,
                anomalies,
                strangers,
                bytes,
                never_read: reach.never,
                oldest_read_at: reach.oldest.map(|at| at.to_string()),
            })?;
        } else {
            print::out(&format!(
                "{sound} objects sound, {differs} differ, {unreadable} unreadable, {missing} \
                 missing, {anomalies} anomalies, {strangers} strangers"
            ));
        }
        Ok(if found.is_clean() {
            Exit::Done
        } else {
            Exit::Refused
        })
    })?
}
