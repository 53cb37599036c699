//! `kartoteka rebuild-ledger`: the ledger made again from the archive alone.

use super::{Exit, print};
use crate::config::Config;
use crate::node::{self, DataDir};
use clap::Args;
use ledger::Actor;

/// Make the ledger again from the records in the archive
///
/// For when ledger and backups are lost. Documents, their records with what people corrected, and
/// submissions come back; holds, users, credit files and the audit log do not: restore a backup
/// where there is one. A new audit log begins; checkpoints of the old one stay in the archive, and
/// `audit verify` names them. It may be run again.
#[derive(Args)]
#[command(
    after_help = "Example:\n  mv kartoteka-data/ledger.db* /tmp/ && kartoteka rebuild-ledger && kartoteka run --once"
)]
pub(crate) struct Arguments {}

pub(super) fn rebuild(
    config: &Config,
    _arguments: &Arguments,
    actor: &str,
) -> anyhow::Result<Exit> {
    let _held = DataDir::take(&config.data)?;
    node::forget_index(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let store = node::open_archive(config).await?;
        let bar = print::spinner();
        let engine = node::engine(config);
        let by = Actor::person(actor);
        let found = stages::rebuild(store.as_ref(), &ledger, &engine, &by, &mut |found| {
            bar.set_message(format!("{} submissions", found.submissions + found.known));
            bar.tick();
        })
        .await?;
        bar.finish_and_clear();
        for line in &found.trouble {
            print::note(line);
        }
        print::out(&format!(
            "{} submissions and {} record versions rebuilt, {} were there already, {} could not be; \
             {} wait for a stage: `kartoteka run`",
            found.submissions,
            found.records,
            found.known,
            found.trouble.len(),
            found.left
        ));
        Ok(if found.trouble.is_empty() {
            Exit::Done
        } else {
            Exit::Refused
        })
    })?
}
