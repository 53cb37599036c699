//! `kartoteka migrate`: the ledger moves into another database, verified, and as often as wished
//! before it is final.

use super::{Exit, print};
use crate::config::{Config, without_password};
use crate::node::{self, DataDir, MOVED_TO, Taken};
use clap::Args;
use ledger::{Inventory, LONGEST_LEASE, Ledger, NodeState, Onto};

/// Move the ledger into another database, and prove that it is the same there
///
/// With nodes at work, or with --rehearse, it is a copy and the ledger stays where it is: run it
/// again when they are stopped. The last run closes the old ledger.
#[derive(Args)]
#[command(
    after_help = "Example:\n  kartoteka migrate --rehearse --to postgres://kartoteka@db/kartoteka\n  \
                  kartoteka migrate --to postgres://kartoteka@db/kartoteka"
)]
pub(crate) struct Arguments {
    /// The empty database that takes it, or an earlier copy of it: `postgres://…` or `sqlite:PATH`
    #[arg(long, value_name = "URL")]
    to: String,
    /// Copy and compare only
    #[arg(long)]
    rehearse: bool,
}

pub(super) fn migrate(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    // Held to the end, so that no node starts while the ledger moves.
    let taken = DataDir::try_take(&config.data)?;
    let shown = without_password(&arguments.to);
    node::block_on(async {
        let from = node::open_ledger_at(&config.ledger_url()).await?;
        let at_work = matches!(taken, Taken::Busy) || any_at_work(&from).await?;
        let to = node::open_ledger_at(&arguments.to).await?;
        let copied = copy(&from, &to).await?;
        print_inventory(&copied);
        if at_work || arguments.rehearse {
            let why = if at_work {
                "nodes are at work, and what they do from now on is not in it: stop them and run \
                 this again"
            } else {
                "run this again without --rehearse to move"
            };
            print::out(&format!("copied to {shown} and compared; {why}"));
            return Ok(Exit::Done);
        }
        from.set_property(MOVED_TO, &shown).await?;
        print::out(&format!(
            "moved to {shown} and compared; set `ledger.url` to it on every node. The old ledger \
             stays as it was and is refused from now on"
        ));
        Ok(Exit::Done)
    })?
}

async fn any_at_work(ledger: &Ledger) -> anyhow::Result<bool> {
    let lease = i64::try_from(LONGEST_LEASE.as_secs()).unwrap_or(i64::MAX);
    let now = crate::clock::now();
    Ok(ledger.nodes().await?.iter().any(|node| {
        node.report.state != NodeState::Stopped
            && now.duration_since(node.heartbeat_at).as_secs() < lease
    }))
}

async fn copy(from: &Ledger, to: &Ledger) -> anyhow::Result<Inventory> {
    let bar = print::spinner();
    let mut snapshot = from.snapshot().await?;
    let mut loading = to.loading(Onto::EarlierCopy).await?;
    while let Some(batch) = snapshot.next().await? {
        loading.add_batch(&batch).await?;
        bar.inc(batch.rows.len() as u64);
        bar.set_message(format!("{} rows", bar.position()));
    }
    let inventory = snapshot.inventory();
    loading.commit(&inventory).await?;
    bar.finish_and_clear();
    Ok(inventory)
}

/// What a ledger holds, for people.
pub(super) fn print_inventory(inventory: &Inventory) {
    for (table, sum) in inventory.tables.iter().filter(|(_, sum)| sum.rows > 0) {
        let hash = sum.sha256.to_string();
        print::out(&format!(
            "  {table:<22} {:>9} rows  {}…",
            sum.rows,
            &hash[..16]
        ));
    }
}
