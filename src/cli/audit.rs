//! `kartoteka audit`: signs the audit log, exports it, verifies it. What is signed and exported is
//! the ledger's; what is verified is checked by the crate `verifier`, which shares nothing with it.

mod export;
mod verify;

use super::records::person;
use super::{Exit, print};
use crate::clock;
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use records::Checkpointed;
use std::path::Path;

#[derive(Subcommand)]
pub(crate) enum Command {
    Checkpoint(Checkpoint),
    Export(export::Arguments),
    Verify(verify::Arguments),
}

/// Sign what the audit log holds now, and lock the signature in the archive
///
/// A running node does so by itself (`audit.checkpoint_minutes`). Keep what this prints where nobody
/// who runs the machine can change it: with it and the public key anyone finds out later whether an
/// event before it was changed or removed.
#[derive(Args)]
#[command(after_help = "Example:\n  kartoteka audit checkpoint > checkpoint-2026-11-28.txt")]
pub(crate) struct Checkpoint {
    /// Begin a new log over the same events, because the old one cannot go on: events were lost
    /// with a ledger that was put back from an older copy. Whoever holds an old checkpoint is told
    #[arg(long, value_name = "WHY")]
    new_log: Option<String>,
}

pub(super) fn run(config: &Config, command: &Command, actor: &str) -> anyhow::Result<Exit> {
    match command {
        Command::Checkpoint(arguments) => checkpoint(config, arguments, actor),
        Command::Export(arguments) => export::export(config, arguments, actor),
        Command::Verify(arguments) => verify::verify(config, arguments),
    }
}

fn checkpoint(config: &Config, arguments: &Checkpoint, actor: &str) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    let signing = node::signing(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let store = node::open_archive(config).await?;
        if let Some(why) = &arguments.new_log {
            let log = ledger.begin_audit_log(why, &person(actor)).await?;
            print::note(&format!(
                "the audit log goes on as {}",
                ledger::origin_of(&log)
            ));
        }
        let lock = signing.lock(clock::now());
        let made =
            records::checkpoint(&ledger, store.as_ref(), signing.signer.as_ref(), lock).await;
        let (checkpoint, said) = match made {
            Ok(Checkpointed::New(made)) => (made, "locked in the archive"),
            Ok(Checkpointed::Nothing(newest)) => (newest, "nothing was logged since"),
            Ok(Checkpointed::Empty) => {
                print::note("nothing was ever logged");
                return Ok(Exit::Done);
            }
            Err(records::RecordsError::Refused(why)) => {
                print::note(&why);
                return Ok(Exit::Refused);
            }
            Err(error) => return Err(error.into()),
        };
        print::out(&checkpoint.note);
        let key: String = signing
            .signer
            .public_key()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        print::note(&format!(
            "{} events, {said}; this node's public key is {key}",
            checkpoint.size
        ));
        Ok(Exit::Done)
    })?
}

/// A small file of text.
fn text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
