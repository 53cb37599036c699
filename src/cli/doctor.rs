//! `kartoteka doctor`: what is missing on this machine, and the command that mends it.
//!
//! It looks and mends nothing. It makes no file that would belong to the wrong user: where the data
//! directory is somebody else's, it says so and looks no further into it.

mod archive;
mod clock;
mod finding;
mod machine;
mod places;
mod services;

use super::{Exit, print};
use crate::config::Config;
use crate::node;
use clap::Args;
pub(super) use finding::{Finding, State, table};
use std::path::PathBuf;

/// Say what is missing on this machine, and the command that mends it
///
/// Good: nothing to do. Weak: it works, but not as well as it should. MISSING: it does not work
/// until that is mended; then the command ends with 3.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka doctor\n  kartoteka doctor --json | jq '.findings[] | \
                        select(.state != \"good\")'\n  kartoteka doctor --archive"
)]
pub(crate) struct Arguments {
    /// Attack a throw-away object in the archive in every way that it might let through, and sign
    /// what came of it
    #[arg(long)]
    archive: bool,
    /// As JSON, for scripts
    #[arg(long, conflicts_with = "archive")]
    json: bool,
}

pub(super) fn doctor(
    config: &Config,
    file: Option<PathBuf>,
    arguments: &Arguments,
    actor: &str,
) -> anyhow::Result<Exit> {
    if arguments.archive {
        return archive::probe(config, actor);
    }
    let findings = look(config, file)?;
    if arguments.json {
        print::json_pretty(&finding::shown(&findings))?;
    } else {
        print::out(&table(&findings));
    }
    let ready = findings.iter().all(|f| f.state != State::Missing);
    Ok(if ready { Exit::Done } else { Exit::Environment })
}

/// Everything that there is to say, in the order in which it is put right: the machine first, then
/// places on it, then what it talks to.
///
/// # Errors
/// When the program cannot start its threads.
pub(super) fn look(config: &Config, file: Option<PathBuf>) -> anyhow::Result<Vec<Finding>> {
    let mut findings = vec![
        machine::system(),
        machine::engine(config),
        machine::models(config),
    ];
    findings.extend(machine::fences(config));
    findings.push(machine::memory(config));
    #[cfg(feature = "server")]
    findings.push(machine::handles(config));
    findings.push(places::configuration(config, file));
    findings.push(places::schemas(config));
    if let Some(foreign) = places::owner(config) {
        findings.push(foreign);
        findings.push(clock::clock(&[], &[]));
        return Ok(findings);
    }
    findings.push(places::data(config));
    findings.extend(places::disks(config));
    findings.push(places::inbox(config));
    findings.extend(places::stations(config));
    let services = node::block_on(services::all(config))?;
    findings.push(clock::clock(&services.moments, &services.doubts));
    findings.extend(services.findings);
    #[cfg(feature = "server")]
    findings.extend(services::entrance(config));
    Ok(findings)
}
