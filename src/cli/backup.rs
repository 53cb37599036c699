//! `kartoteka backup`: the ledger as it was at one moment and every object of the archive, into a
//! folder or a bucket, while nodes work.
//!
//! The copy is an archive of its own: originals and records lie there under the same names, and
//! the ledger under `ledger/<time>/`. Objects are never written twice, so a second backup into the
//! same place copies only what is new.

use super::{Exit, migrate, print};
use crate::clock;
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use archive::{Content, Key, Lock, Prefix, Store};
use clap::Args;
use indicatif::ProgressBar;
use ledger::{Actor, Event, Inventory, Ledger};
use model::Digest;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Version of the form of a manifest.
pub(super) const MANIFEST_FORMAT: u32 = 1;
/// Bytes of rows in one object.
const PART_BYTES: usize = 64 << 20;

/// Copy ledger and archive while work goes on
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka backup /mnt/backup\n  kartoteka backup s3://kartoteka-backup/lodz"
)]
pub(crate) struct Arguments {
    /// A folder, or `s3://bucket/prefix` on the configured server
    #[arg(value_name = "DIR|s3://…")]
    to: String,
    /// Leave the archive's objects out: where they are copied by other means
    #[arg(long)]
    ledger_only: bool,
}

/// What a backup of a ledger is: written last, so that one without it is none.
#[derive(Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    pub(super) made_at: String,
    pub(super) program: String,
    pub(super) ledger: Inventory,
    pub(super) parts: Vec<Part>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) key: String,
    pub(super) table: String,
    pub(super) sha256: Digest,
}

pub(super) fn backup(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    let url = address(&arguments.to)?;
    anyhow::ensure!(
        url != config.archive_url(),
        "a backup cannot lie in the archive itself: name another place"
    );
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let from = node::open_archive(config).await?;
        let to = node::open_store(config, &url).await?;
        let bar = print::spinner();
        let made_at = clock::now();
        let millis = made_at.subsec_nanosecond() / 1_000_000;
        let stamp = format!("{}.{millis:03}z", made_at.strftime("%Y%m%dt%H%M%S"));
        // The ledger first: whatever it names was in the archive before.
        let (inventory, parts) = copy_ledger(&ledger, to.as_ref(), &stamp, &bar).await?;
        let (mut copied, mut there) = (0, 0);
        if !arguments.ledger_only {
            (copied, there) = copy_objects(from.as_ref(), to.as_ref(), &bar).await?;
        }
        let manifest = Manifest {
            format: MANIFEST_FORMAT,
            made_at: made_at.to_string(),
            program: env!("CARGO_PKG_VERSION").into(),
            ledger: inventory,
            parts,
        };
        let bytes = serde_json::to_vec_pretty(&manifest)?;
        let key = Key::parse(&format!("ledger/{stamp}/manifest.json"))?;
        to.put(&key, Content::bytes(bytes), Lock::default()).await?;
        bar.finish_and_clear();
        let event = Event {
            action: "backed up".into(),
            subject: "ledger".into(),
            detail: stamp.clone(),
        };
        ledger.log(&Actor::person(actor), &event).await?;
        migrate::print_inventory(&manifest.ledger);
        print::out(&format!(
            "backup {stamp}: {} rows of the ledger, {copied} objects copied, {there} were there already",
            manifest.ledger.rows()
        ));
        Ok(Exit::Done)
    })?
}

/// The store's address of a place given on the command line.
pub(super) fn address(place: &str) -> anyhow::Result<String> {
    if place.starts_with("s3://") || place.starts_with("file:") {
        return Ok(place.to_owned());
    }
    let path =
        std::path::absolute(Path::new(place)).with_context(|| format!("`{place}` is no folder"))?;
    Ok(format!("file:{}", path.display()))
}

async fn copy_ledger(
    ledger: &Ledger,
    to: &dyn Store,
    stamp: &str,
    bar: &ProgressBar,
) -> anyhow::Result<(Inventory, Vec<Part>)> {
    let mut snapshot = ledger.snapshot().await?;
    let (mut parts, mut rows, mut table) = (Vec::new(), Vec::new(), "");
    loop {
        let batch = snapshot.next().await?;
        let ends = batch.as_ref().is_none_or(|batch| batch.table != table);
        if (ends || rows.len() > PART_BYTES) && !rows.is_empty() {
            let number = parts.len() + 1;
            let key = Key::parse(&format!("ledger/{stamp}/{number:06}-{table}.jsonl"))?;
            let content = Content::bytes(std::mem::take(&mut rows));
            let stored = to.put(&key, content, Lock::default()).await?;
            parts.push(Part {
                key: key.to_string(),
                table: table.to_owned(),
                sha256: stored.sha256,
            });
        }
        let Some(batch) = batch else { break };
        table = batch.table;
        for row in &batch.rows {
            rows.extend_from_slice(row.as_bytes());
            rows.push(b'\n');
        }
        bar.inc(batch.rows.len() as u64);
        bar.set_message(format!("{} rows", bar.position()));
    }
    Ok((snapshot.inventory(), parts))
}

/// Copies what is not there yet. How much was copied, and how much was there.
pub(super) async fn copy_objects(
    from: &dyn Store,
    to: &dyn Store,
    bar: &ProgressBar,
) -> anyhow::Result<(u64, u64)> {
    let (mut copied, mut there, mut after) = (0, 0, None);
    loop {
        let listing = from.list(&Prefix::ALL, after.as_deref()).await?;
        for key in listing.entries.into_iter().filter_map(|entry| entry.key) {
            if key.as_str().starts_with(Prefix::LEDGERS.as_str()) {
                continue;
            }
            // Disposed of since it was listed: not a part of anything any more.
            let Some(source) = from.head(&key).await? else {
                continue;
            };
            if to
                .head(&key)
                .await?
                .is_some_and(|held| held.sha256 == source.sha256)
            {
                there += 1;
            } else {
                let content = Content::file(from.file(&key).await?).expecting(source.sha256);
                to.put(&key, content, Lock::default()).await?;
                copied += 1;
            }
            bar.set_message(format!("{} objects", copied + there));
            bar.tick();
        }
        after = listing.next;
        if after.is_none() {
            return Ok((copied, there));
        }
    }
}
