//! `kartoteka add`: submits files by hand, or an old archive by its list, on the same path as a
//! station's.

mod journal;
mod list;

use super::{Exit, print};
use crate::clock;
use crate::config::Config;
use crate::node::{self, DataDir, Taken};
use anyhow::Context as _;
use clap::Args;
use journal::{Journal, Standing};
use ledger::Received;
use list::Listed;
use model::StationName;
use stages::{Handed, Inbox, Rest, new_submission_id, receive, sidecar, write_sidecar};
use std::fs;
use std::path::{Path, PathBuf};

/// Submit files by hand
///
/// The files are copied, stored and told to the ledger at once; `kartoteka run` reads them. Where
/// a `run` is at work in the same data directory, they are laid in its inbox instead.
///
/// With `--list`, an old archive comes over: a table (CSV) or XML with one file a row and what the
/// old system knew of it. `legacy_id`, `scanned_at`, `branch` and every other column stay with the
/// record; a column named like a field is a suggestion, `confirmed.<field>` stays confirmed. A list
/// may be run again after anything: what is in already is not brought twice.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka add umowa.pdf aneks.tif --station biuro\n  \
                        kartoteka add --list /mnt/stare/spis.csv --station archiwum"
)]
pub(crate) struct Arguments {
    /// PDF, TIFF, JPEG, PNG, WebP, BMP or GIF files
    #[arg(required_unless_present = "list", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A list of files with their values, CSV or XML; paths in it are from its own folder
    #[arg(long, value_name = "LIST", conflicts_with = "files")]
    list: Option<PathBuf>,
    /// The station they come from
    #[arg(long, value_name = "NAME", default_value = "default")]
    station: String,
}

pub(super) fn add(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    let station = StationName::parse(&arguments.station)?;
    let mut handed = Vec::new();
    let mut lost = 0;
    if let Some(path) = &arguments.list {
        for listed in list::read(path)? {
            if listed.path.is_file() {
                handed.push(listed);
            } else {
                let (row, path) = (listed.row, listed.path.display());
                print::note(&format!("row {row}: {path} is no file that can be read"));
                lost += 1;
            }
        }
    }
    for file in &arguments.files {
        anyhow::ensure!(
            file.is_file(),
            "{} is no file that can be read",
            file.display()
        );
        handed.push(Listed::alone(file));
    }
    let journal = || {
        let listed = arguments.list.is_some();
        listed.then(|| Journal::open(&config.data)).transpose()
    };
    let added = match DataDir::try_take(&config.data)? {
        Taken::Ours(data) => {
            let journal = journal()?;
            node::block_on(add_all(config, &data.node, &handed, &station, journal))??
        }
        Taken::Busy => lay_all(&config.inbox(), &handed, &station, journal()?)?,
    };
    if arguments.list.is_some() {
        let Added { new, before } = added;
        print::out(&format!(
            "{} files listed: {new} brought, {before} were in before, {lost} not found",
            handed.len() + lost
        ));
    }
    Ok(if lost == 0 { Exit::Done } else { Exit::Refused })
}

/// How many files were brought, and how many were in before.
#[derive(Default)]
struct Added {
    new: usize,
    before: usize,
}

async fn add_all(
    config: &Config,
    name: &str,
    files: &[Listed],
    station: &StationName,
    mut journal: Option<Journal>,
) -> anyhow::Result<Added> {
    let inbox = Inbox::open(config.inbox(), name.to_owned(), node::stations(config))?;
    let ledger = node::open_ledger(config).await?;
    let store = node::open_archive(config).await?;
    let engine = node::engine(config);
    let days = config.archive.intake_lock_days;
    let mut added = Added::default();
    for file in files {
        let key = file.key(station);
        let mut id = new_submission_id(clock::now())?;
        if let Some(journal) = &mut journal {
            match journal.standing(&key) {
                Standing::Done => {
                    added.before += 1;
                    continue;
                }
                Standing::Open(Some(begun)) => id = begun,
                Standing::Open(None) => journal.begin(key, id)?,
            }
        }
        if ledger.submission(id).await?.is_none() {
            let claimed = inbox.bring(&file.path, station.clone(), id, &file.said)?;
            let handed = Handed {
                path: claimed.path.clone(),
                said: file.said.clone(),
            };
            let receipt = receive(&claimed, &handed, store.as_ref(), &ledger, &engine, days);
            let receipt = receipt.await.with_context(|| {
                let file = file.path.display();
                format!("{file} is copied and is received at the next run")
            })?;
            inbox.settle(&claimed, Rest::Done)?;
            let what = match receipt.received {
                Received::New | Received::Already => "received".to_owned(),
                Received::Repeat(first) => format!("received: a repeat of {first}, kept once"),
            };
            print::out(&format!("{id}  {}: {what}", file.path.display()));
        }
        added.new += 1;
        if let Some(journal) = &mut journal {
            journal.end(key, id)?;
        }
    }
    Ok(added)
}

/// Lays files in the inbox of a node that runs.
fn lay_all(
    inbox: &Path,
    files: &[Listed],
    station: &StationName,
    mut journal: Option<Journal>,
) -> anyhow::Result<Added> {
    let mut added = Added::default();
    for file in files {
        let key = file.key(station);
        let standing = journal.as_ref().map(|journal| journal.standing(&key));
        if let Some(Standing::Done) = standing {
            added.before += 1;
            continue;
        }
        let laid = lay_in_inbox(inbox, station, file)?;
        let (file, laid) = (file.path.display(), laid.display());
        print::out(&format!("{file}: laid in the inbox as {laid}"));
        added.new += 1;
        // Killed before this it is laid again, and received as a repeat: rather twice than never.
        if let Some(journal) = &mut journal {
            journal.end(key, new_submission_id(clock::now())?)?;
        }
    }
    Ok(added)
}

/// Copies a file into a running node's inbox, complete when it is renamed into place; its values
/// are there before.
fn lay_in_inbox(inbox: &Path, station: &StationName, file: &Listed) -> anyhow::Result<PathBuf> {
    let folder = match station.as_str() {
        "default" => inbox.to_owned(),
        name => inbox.join(name),
    };
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let name = file.path.file_name().unwrap_or_default();
    let part = folder.join(format!(".{}.part", new_submission_id(clock::now())?));
    let mut target = folder.join(name);
    let mut n = 1;
    while target.exists() || sidecar(&target).exists() {
        target = folder.join(format!("{n}-{}", name.to_string_lossy()));
        n += 1;
    }
    if !file.said.is_empty() {
        write_sidecar(&target, &file.said)?;
    }
    let laid = fs::copy(&file.path, &part)
        .and_then(|_| fs::File::open(&part)?.sync_all())
        .and_then(|()| fs::rename(&part, &target));
    laid.with_context(|| {
        format!(
            "{} cannot be copied to {}",
            file.path.display(),
            folder.display()
        )
    })?;
    Ok(target)
}
