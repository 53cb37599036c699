//! `kartoteka reindex`: makes the index anew beside the one in use, then puts it in its place.

use super::{Exit, print};
use crate::config::Config;
use crate::node::{self, DataDir};
use anyhow::Context as _;
use clap::Args;
use stages::{Indexer, Source};

/// Make this node's search index anew from ledger and archive
///
/// The index in use is searched until the new one takes its place; a running `kartoteka run` goes
/// on, and goes over to the new one by itself. Nothing else is touched: the index holds nothing
/// that ledger and archive do not.
#[derive(Args)]
#[command(after_help = "Example:\n  kartoteka reindex")]
pub(crate) struct Arguments {}

pub(super) fn reindex(config: &Config, Arguments {}: &Arguments) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    let schemas = node::load_schemas(config)?;
    let words = node::load_words(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let store = node::open_archive(config).await?;
        let mut indexer = Indexer::beside(&DataDir::index(&config.data), words)
            .context("the index cannot be made anew")?;
        let source = Source {
            ledger: &ledger,
            store: store.as_ref(),
            schemas: &schemas,
            node: None,
        };
        let newest = ledger.newest_change().await?;
        let bar = print::spinner();
        let broken_off = loop {
            bar.set_message(format!("{} of {newest} changes", indexer.seq()));
            bar.tick();
            tokio::select! {
                moved = indexer.follow(source) => if !moved? { break false },
                _ = tokio::signal::ctrl_c() => break true,
            }
        };
        bar.finish_and_clear();
        if broken_off {
            print::note("broken off: the index in use is as it was");
            return Ok(Exit::Refused);
        }
        // A store or a ledger that is away ends the loop as well: then nothing took its place.
        anyhow::ensure!(
            indexer.seq() >= newest,
            "ledger or archive went away: the index in use is as it was; run it again"
        );
        print::out(&format!(
            "the index is new: {} changes followed",
            indexer.seq()
        ));
        Ok(Exit::Done)
    })?
}
