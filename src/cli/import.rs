//! `kartoteka import`: a package taken into an empty archive, with the same identities and hashes,
//! so that the way out is a way in somewhere else.

use super::{Exit, print};
use crate::config::Config;
use crate::node::{self, DataDir};
use anyhow::Context as _;
use clap::Args;
use evidence::bag::Source;
use evidence::{EvidenceError, PublicKey, import as taking, package};
use ledger::Actor;
use std::fs;
use std::path::PathBuf;

/// Take a package into an empty archive: the same documents, identities and hashes
///
/// It is verified first. What only a ledger knows (holds, people, the audit log) is not in a
/// package. It may be run again.
#[derive(Args)]
#[command(after_help = "Example:\n  kartoteka --data nowe import paczka.tar --key bank.pem")]
pub(crate) struct Arguments {
    /// A folder or a tar
    #[arg(value_name = "PACKAGE")]
    package: PathBuf,
    /// The public key it must be signed by
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

pub(super) fn import(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    let _held = DataDir::take(&config.data)?;
    let key = match &arguments.key {
        None => None,
        Some(path) => {
            let text = fs::read_to_string(path)
                .with_context(|| format!("the key {} cannot be read", path.display()))?;
            let key = PublicKey::parse(&text);
            Some(key.with_context(|| format!("{} is no public key", path.display()))?)
        }
    };
    let source = match Source::open(&arguments.package) {
        Err(EvidenceError::Refused(why)) => {
            print::note(&why);
            return Ok(Exit::Refused);
        }
        opened => opened?,
    };
    let verified = package::verify(&source, key, &mut |_| {})?;
    let items = package::items(&source)?.filter(|_| verified.statement.is_some());
    let (Some(items), true) = (items, verified.report.is_valid()) else {
        for finding in &verified.report.findings {
            print::note(&finding.to_string());
        }
        print::note("it is no sound package of kartoteka: nothing was taken");
        return Ok(Exit::Refused);
    };
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let store = node::open_archive(config).await?;
        if ledger.newest_change().await? > 0 && !taking::is_there(&ledger, &items).await? {
            print::note("this archive is not empty: a package is taken into one that is");
            return Ok(Exit::Refused);
        }
        let bar = print::spinner();
        let taken = taking::put(&source, &items, store.as_ref(), &mut || bar.inc(1)).await?;
        let by = Actor::person(actor);
        let engine = node::engine(config);
        let found =
            stages::rebuild(store.as_ref(), &ledger, &engine, &by, &mut |_| bar.tick()).await?;
        bar.finish_and_clear();
        node::forget_index(config)?;
        for line in found.trouble.iter().chain(&taken.left) {
            print::note(line);
        }
        print::out(&format!(
            "{} documents are taken, {} were not; {} objects put; `kartoteka run --once` indexes them",
            taken.documents,
            taken.left.len(),
            taken.objects
        ));
        let clean = found.trouble.is_empty() && taken.left.is_empty();
        Ok(match clean {
            true => Exit::Done,
            false => Exit::Refused,
        })
    })?
}
