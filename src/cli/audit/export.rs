//! `kartoteka audit export`: the log as lines of JSON that a stranger can verify (docs/audit.md).

use super::text;
use crate::cli::records::person;
use crate::cli::{Exit, print};
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::Args;
use jiff::civil::Date;
use ledger::{Checkpoint, Event, ExportScope, Ledger};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Write the audit log, up to its newest checkpoint, for somebody to verify
///
/// The same events and the same checkpoint give the same bytes.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka audit export audit.jsonl\n  kartoteka audit export --since \
                  2026-01-01 --checkpoint checkpoint-2025.txt --without-names audit-2026.jsonl"
)]
pub(crate) struct Arguments {
    /// The file that is written; `-` is standard output
    #[arg(value_name = "OUT")]
    to: PathBuf,
    /// From this event on
    #[arg(long, value_name = "N", conflicts_with = "since")]
    since_seq: Option<u64>,
    /// From this day of the bank's on
    #[arg(long, value_name = "DAY")]
    since: Option<Date>,
    /// Commitments in place of the names of people
    #[arg(long)]
    without_names: bool,
    /// A checkpoint that the checker holds, as a file: with the proof that this log goes on from it
    #[arg(long = "checkpoint", value_name = "FILE")]
    held: Vec<PathBuf>,
}

pub(super) fn export(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let mut held = Vec::new();
        for path in &arguments.held {
            let note = Checkpoint::parse(&text(path)?, crate::clock::now())
                .with_context(|| format!("{} is no checkpoint", path.display()))?;
            held.push(note.size);
        }
        let scope = ExportScope {
            since: first(config, &ledger, arguments).await?,
            whole: false,
            without_names: arguments.without_names,
            held,
        };
        let events = if arguments.to == Path::new("-") {
            write(&ledger, scope, &mut io::stdout().lock()).await?
        } else {
            let part = arguments.to.with_extension("part");
            let written = async {
                let mut file = BufWriter::new(File::create(&part)?);
                let events = write(&ledger, scope, &mut file).await?;
                file.into_inner()?.sync_all()?;
                fs::rename(&part, &arguments.to)?;
                anyhow::Ok(events)
            };
            let shown = arguments.to.display();
            written
                .await
                .with_context(|| format!("{shown} cannot be written"))?
        };
        let newest = ledger.newest_event().await?;
        let size = ledger
            .newest_checkpoint()
            .await?
            .map_or(0, |newest| newest.size);
        let event = Event {
            action: "audit log exported".into(),
            subject: "audit".into(),
            detail: format!("{events} events up to {size}"),
        };
        ledger.log(&person(actor), &event).await?;
        print::note(&format!(
            "{events} events up to {size}, the newest checkpoint; {} are newer: `kartoteka audit \
             checkpoint` takes them in",
            newest.saturating_sub(size)
        ));
        Ok(Exit::Done)
    })?
}

async fn first(config: &Config, ledger: &Ledger, arguments: &Arguments) -> anyhow::Result<u64> {
    match (arguments.since_seq, arguments.since) {
        (Some(seq), _) => Ok(seq),
        (None, Some(day)) => {
            let schedule = node::load_schedule(config)?;
            let begin = records::start_of(day, schedule.zone()).context("there is no such day")?;
            Ok(ledger.first_event_since(begin).await?)
        }
        (None, None) => Ok(1),
    }
}

/// Writes the lines; how many events there were.
async fn write(ledger: &Ledger, scope: ExportScope, to: &mut impl Write) -> anyhow::Result<u64> {
    let mut export = ledger.audit_export(scope).await?;
    while let Some(lines) = export.next().await? {
        for line in lines {
            to.write_all(line.as_bytes())?;
            to.write_all(b"\n")?;
        }
    }
    to.flush()?;
    Ok(export.events())
}
