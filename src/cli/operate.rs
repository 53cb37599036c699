//! What operators do with work: take it up again, set it aside, decide that it will not be done.

use super::{Exit, print};
use crate::config::Config;
use crate::node;
use clap::Args;
use ledger::{Actor, Subject};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Submissions or documents, as `status` shows them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Why, for the audit log
    #[arg(long, default_value = "by an operator", value_name = "TEXT")]
    why: String,
}

pub(super) fn retry(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        for subject in subjects(arguments)? {
            let jobs = ledger.retry(subject, &Actor::person(actor)).await?;
            print::out(&format!("{subject}: {jobs} jobs wait again"));
        }
        Ok(Exit::Done)
    })?
}

pub(super) fn park(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        for subject in subjects(arguments)? {
            let jobs = ledger
                .park(subject, &arguments.why, &Actor::person(actor))
                .await?;
            print::out(&format!("{subject}: {jobs} jobs parked"));
        }
        Ok(Exit::Done)
    })?
}

pub(super) fn skip(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        for subject in subjects(arguments)? {
            let jobs = ledger
                .skip(subject, &arguments.why, &Actor::person(actor))
                .await?;
            print::out(&format!("{subject}: {jobs} parked jobs will not be done"));
        }
        Ok(Exit::Done)
    })?
}

fn subjects(arguments: &Arguments) -> anyhow::Result<Vec<Subject>> {
    Ok(arguments
        .ids
        .iter()
        .map(|id| Subject::parse(id))
        .collect::<Result<_, _>>()?)
}
