//! `kartoteka restore`: ledger and archive from a backup, into an empty place.

use super::backup::{MANIFEST_FORMAT, Manifest, Part, address, copy_objects};
use super::{Exit, migrate, print};
use crate::config::Config;
use crate::node::{self, DataDir};
use anyhow::Context as _;
use archive::{Key, Prefix, Store};
use clap::Args;
use ledger::{Actor, Event, Loading, Onto};
use std::io::{BufRead as _, BufReader};

/// Rows that are written at a time.
const BATCH: usize = 500;
/// Largest manifest, in bytes.
const MAX_MANIFEST_BYTES: u64 = 64 << 20;

/// Put ledger and archive back from a backup
///
/// The ledger must be empty; objects that the archive has already stay. The index is made anew at
/// the next start.
#[derive(Args)]
#[command(
    after_help = "Example:\n  kartoteka --data /srv/kartoteka-new restore /mnt/backup && kartoteka \
                  --data /srv/kartoteka-new verify"
)]
pub(crate) struct Arguments {
    /// Where the backup is: a folder, or `s3://bucket/prefix` on the configured server
    #[arg(value_name = "DIR|s3://…")]
    from: String,
    /// Which one, as `backup` named it [default: the newest]
    #[arg(long, value_name = "TIME")]
    stamp: Option<String>,
}

pub(super) fn restore(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    let _held = DataDir::take(&config.data)?;
    let url = address(&arguments.from)?;
    node::block_on(async {
        let from = node::open_store(config, &url).await?;
        let manifest = manifest(from.as_ref(), arguments.stamp.as_deref()).await?;
        let ledger = node::open_ledger(config).await?;
        let to = node::open_archive(config).await?;
        let mut loading = ledger.loading(Onto::Empty).await?;
        let bar = print::spinner();
        for part in &manifest.parts {
            load(from.as_ref(), part, &mut loading).await?;
            bar.inc(1);
            bar.set_message(format!(
                "{} of {} parts",
                bar.position(),
                manifest.parts.len()
            ));
        }
        // Objects before the ledger counts: it never names what is not there.
        let (copied, there) = copy_objects(from.as_ref(), to.as_ref(), &bar).await?;
        loading.commit(&manifest.ledger).await?;
        node::forget_index(config)?;
        bar.finish_and_clear();
        let event = Event {
            action: "restored".into(),
            subject: "ledger".into(),
            detail: format!("from the backup of {}", manifest.made_at),
        };
        ledger.log(&Actor::person(actor), &event).await?;
        migrate::print_inventory(&manifest.ledger);
        print::out(&format!(
            "restored from the backup of {}: {} rows of the ledger, compared; {copied} objects \
             copied, {there} were there already",
            manifest.made_at,
            manifest.ledger.rows()
        ));
        Ok(Exit::Done)
    })?
}

async fn manifest(from: &dyn Store, stamp: Option<&str>) -> anyhow::Result<Manifest> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let listing = from.list(&Prefix::LEDGERS, after.as_deref()).await?;
        let keys = listing.entries.into_iter().filter_map(|entry| entry.key);
        found.extend(keys.filter(|key| key.as_str().ends_with("/manifest.json")));
        after = listing.next;
        if after.is_none() {
            break;
        }
    }
    let wanted = stamp.map(|stamp| format!("ledger/{stamp}/manifest.json"));
    let key = found
        .into_iter()
        .filter(|key| {
            wanted
                .as_deref()
                .is_none_or(|wanted| key.as_str() == wanted)
        })
        .max()
        .with_context(|| match stamp {
            Some(stamp) => format!("there is no backup `{stamp}` in {}", from.location()),
            None => format!("there is no backup in {}", from.location()),
        })?;
    let bytes = from.bytes(&key, MAX_MANIFEST_BYTES).await?;
    let manifest: Manifest = serde_json::from_slice(&bytes)
        .with_context(|| format!("{key} is no manifest of a backup"))?;
    anyhow::ensure!(
        manifest.format == MANIFEST_FORMAT,
        "the backup has format {}, this program knows {MANIFEST_FORMAT}: take the program that \
         wrote it ({})",
        manifest.format,
        manifest.program
    );
    Ok(manifest)
}

async fn load(from: &dyn Store, part: &Part, loading: &mut Loading) -> anyhow::Result<()> {
    let key = Key::parse(&part.key)?;
    let stored = from
        .head(&key)
        .await?
        .with_context(|| format!("the backup lacks {key}"))?;
    anyhow::ensure!(
        stored.sha256 == part.sha256,
        "{key} is not what the backup's manifest says: it was altered"
    );
    // Proven before it is given.
    let file = from.file(&key).await?;
    let mut rows = Vec::with_capacity(BATCH);
    for line in BufReader::new(file).lines() {
        rows.push(line?);
        if rows.len() == BATCH {
            loading.add(&part.table, &rows).await?;
            rows.clear();
        }
    }
    if !rows.is_empty() {
        loading.add(&part.table, &rows).await?;
    }
    Ok(())
}
