//! `kartoteka doctor --archive`: the capability probe. Attacks a throw-away object in the archive in
//! every way that a store might let through, signs what came of it with this node's key, and keeps
//! it: as a file a stranger can check, and as an event of the audit log.

use crate::cli::{Exit, print};
use crate::clock;
use crate::config::Config;
use crate::node::{self, NodeKey};
use ::archive::{AttemptOutcome, LockKeeper, PROBE_FORMAT, Probe};
use anyhow::Context as _;
use ledger::{Actor, Event};
use serde::Serialize;
use std::fs;

/// A probe with its signature: Ed25519 over the text of `probe`, byte for byte.
#[derive(Serialize)]
struct Signed<'p> {
    format: u32,
    /// The probe's JSON, as it was signed.
    probe: &'p str,
    /// 64 bytes, hexadecimal.
    signature: String,
    /// 32 bytes, hexadecimal.
    public_key: String,
}

pub(super) fn probe(config: &Config, actor: &str) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    let key = NodeKey::of(&config.data)?;
    let probe = node::block_on(async {
        let store = node::open_archive(config).await?;
        let probe = store.probe(clock::now()).await;
        let probe = probe.context("the archive could not be probed")?;
        let ledger = node::open_ledger(config).await?;
        let event = Event {
            action: "archive probed".into(),
            subject: "archive".into(),
            detail: verdict(&probe).into(),
        };
        ledger.log(&Actor::person(actor), &event).await?;
        anyhow::Ok(probe)
    })??;
    for attempt in &probe.attempts {
        let mark = match attempt.outcome {
            AttemptOutcome::Kept => "kept   ",
            AttemptOutcome::Broken => "BROKEN ",
            AttemptOutcome::NotPermitted => "unknown",
        };
        print::out(&format!("{mark}  {:<48} {}", attempt.tried, attempt.answer));
    }
    let text = serde_json::to_string(&probe)?;
    let signed = Signed {
        format: PROBE_FORMAT,
        signature: key.sign(text.as_bytes()),
        public_key: key.public(),
        probe: &text,
    };
    let folder = config.data.join("probes");
    fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{}.json", probe.at.as_second()));
    fs::write(&file, serde_json::to_vec_pretty(&signed)?)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    print::out(&format!(
        "\n{}; signed: {}",
        verdict(&probe),
        file.display()
    ));
    Ok(if probe.holds() {
        Exit::Done
    } else {
        Exit::Refused
    })
}

fn verdict(probe: &Probe) -> &'static str {
    match (probe.keeper, probe.holds()) {
        (LockKeeper::Store, true) => "the store keeps its locks itself",
        (LockKeeper::Program, true) => {
            "this program keeps the locks: whoever may write the directory can break them, which \
             `verify` finds out"
        }
        (LockKeeper::Nobody, _) => "nobody keeps locks there: use a bucket made with Object Lock",
        (_, false) => "the store does not keep what it promises: do not rely on its locks",
    }
}
