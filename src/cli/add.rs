//! `kartoteka add`: submits files by hand, on the same path as a station's.

use super::{Exit, print};
use crate::clock;
use crate::config::Config;
use crate::node::{self, DataDir, Taken};
use anyhow::Context as _;
use clap::Args;
use ledger::Received;
use model::StationName;
use stages::{Handed, Inbox, Rest, new_submission_id, receive};
use std::fs;
use std::path::{Path, PathBuf};

/// Submit files by hand
///
/// The files are copied, stored and told to the ledger at once; `kartoteka run` reads them. Where
/// a `run` is at work in the same data directory, they are laid in its inbox instead.
#[derive(Args)]
#[command(after_help = "Example:\n  kartoteka add umowa.pdf aneks.tif --station biuro")]
pub(crate) struct Arguments {
    /// PDF, TIFF, JPEG, PNG, WebP, BMP or GIF files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The station they come from
    #[arg(long, value_name = "NAME", default_value = "default")]
    station: String,
}

pub(super) fn add(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    let station = StationName::parse(&arguments.station)?;
    for file in &arguments.files {
        anyhow::ensure!(
            file.is_file(),
            "{} is no file that can be read",
            file.display()
        );
    }
    match DataDir::try_take(&config.data)? {
        Taken::Ours(data) => {
            node::block_on(add_all(config, &data.node, &arguments.files, &station))?
        }
        Taken::Busy => {
            for file in &arguments.files {
                let laid = lay_in_inbox(&config.inbox(), &station, file)?;
                print::out(&format!(
                    "{}: laid in the inbox as {}",
                    file.display(),
                    laid.display()
                ));
            }
            Ok(Exit::Done)
        }
    }
}

async fn add_all(
    config: &Config,
    name: &str,
    files: &[PathBuf],
    station: &StationName,
) -> anyhow::Result<Exit> {
    let inbox = Inbox::open(config.inbox(), name.to_owned(), node::stations(config))?;
    let ledger = node::open_ledger(config).await?;
    let store = node::open_archive(config).await?;
    let engine = node::engine(config);
    for file in files {
        let id = new_submission_id(clock::now())?;
        let claimed = inbox.bring(file, station.clone(), id)?;
        let days = config.archive.intake_lock_days;
        let receipt = receive(
            &claimed,
            &Handed::of(&claimed),
            store.as_ref(),
            &ledger,
            &engine,
            days,
        )
        .await
        .with_context(|| {
            format!(
                "{} is copied and is received at the next run",
                file.display()
            )
        })?;
        inbox.settle(&claimed, Rest::Done)?;
        let what = match receipt.received {
            Received::New | Received::Already => "received".to_owned(),
            Received::Repeat(first) => format!("received: a repeat of {first}, kept once"),
        };
        print::out(&format!(
            "{}  {}: {what}",
            receipt.submission,
            file.display()
        ));
    }
    Ok(Exit::Done)
}

/// Copies a file into a running node's inbox, complete when it is renamed into place.
fn lay_in_inbox(inbox: &Path, station: &StationName, file: &Path) -> anyhow::Result<PathBuf> {
    let folder = match station.as_str() {
        "default" => inbox.to_owned(),
        name => inbox.join(name),
    };
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let name = file.file_name().unwrap_or_default();
    let part = folder.join(format!(".{}.part", new_submission_id(clock::now())?));
    let mut target = folder.join(name);
    let mut n = 1;
    while target.exists() {
        target = folder.join(format!("{n}-{}", name.to_string_lossy()));
        n += 1;
    }
    let copied = fs::copy(file, &part)
        .and_then(|_| fs::File::open(&part)?.sync_all())
        .and_then(|()| fs::rename(&part, &target));
    copied.with_context(|| {
        format!(
            "{} cannot be copied to {}",
            file.display(),
            folder.display()
        )
    })?;
    Ok(target)
}
