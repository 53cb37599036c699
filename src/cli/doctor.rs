//! `kartoteka doctor`: what is missing on this machine, and the command that mends it.

mod archive;

use super::{Exit, print};
use crate::config::{Config, Fence};
use crate::node::{self, DataDir};
use clap::Args;

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Good,
    /// Works, but not as well as it should.
    Weak,
    /// Does not work without it.
    Missing,
}

/// One thing that was looked at.
struct Finding {
    state: State,
    what: &'static str,
    found: String,
    remedy: Option<String>,
}

impl Finding {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            state: State::Good,
            what,
            found: found.into(),
            remedy: None,
        }
    }

    fn bad(
        state: State,
        what: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            state,
            what,
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }
}

/// Say what is missing on this machine, and the command that mends it
#[derive(Args)]
#[command(after_help = "Examples:\n  kartoteka doctor\n  kartoteka doctor --archive")]
pub(crate) struct Arguments {
    /// Attack a throw-away object in the archive in every way that it might let through, and sign
    /// what came of it
    #[arg(long)]
    archive: bool,
}

pub(super) fn doctor(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    if arguments.archive {
        return archive::probe(config, actor);
    }
    let mut findings = vec![engine(config), models(config)];
    findings.extend(fences(config));
    findings.extend([schemas(config), data(config), disk(config), inbox(config)]);
    findings.extend(node::block_on(async {
        [ledger(config).await, archive_at(config).await]
    })?);
    for finding in &findings {
        let mark = match finding.state {
            State::Good => "good   ",
            State::Weak => "weak   ",
            State::Missing => "MISSING",
        };
        print::out(&format!("{mark}  {:<18} {}", finding.what, finding.found));
        if let Some(remedy) = &finding.remedy {
            print::out(&format!("         {:<18} → {remedy}", ""));
        }
    }
    let missing = findings
        .iter()
        .filter(|f| f.state == State::Missing)
        .count();
    print::out(&match missing {
        0 => "\nready to run".to_owned(),
        1 => "\none thing has to be mended first".to_owned(),
        more => format!("\n{more} things have to be mended first"),
    });
    Ok(if missing == 0 {
        Exit::Done
    } else {
        Exit::Environment
    })
}

fn engine(config: &Config) -> Finding {
    let workers = config.workers();
    Finding::good(
        "OCR engine",
        format!("Tesseract {}, {workers} workers", ocr::engine_version()),
    )
}

fn models(config: &Config) -> Finding {
    let languages = node::languages(config).join("+");
    let Some(models) = config.models() else {
        let install = format!("apt-get install {}", node::packages(languages.split('+')));
        return Finding::bad(
            State::Missing,
            "language models",
            "no folder of them",
            install,
        );
    };
    let missing = ocr::missing_models(&models, &languages);
    if missing.is_empty() {
        return Finding::good(
            "language models",
            format!("{languages} in {}", models.display()),
        );
    }
    let install = format!(
        "apt-get install {}",
        node::packages(missing.iter().map(String::as_str))
    );
    let found = format!("{} not in {}", missing.join(", "), models.display());
    Finding::bad(State::Missing, "language models", found, install)
}

fn fences(config: &Config) -> Vec<Finding> {
    let state = match config.reading.fence {
        Fence::Required => State::Missing,
        Fence::BestEffort => State::Weak,
    };
    let remedy = "boot a kernel with landlock and seccomp filters (5.13 or later), or accept \
                  weaker workers with `reading.fence = \"best_effort\"`";
    sandbox::fences()
        .into_iter()
        .map(|fence| {
            let found = format!("{}: {}", fence.name, fence.detail);
            match fence.stands {
                true => Finding::good("worker's fence", found),
                false => Finding::bad(state, "worker's fence", found, remedy),
            }
        })
        .collect()
}

fn schemas(config: &Config) -> Finding {
    match node::load_schemas(config) {
        Ok(schemas) => Finding::good(
            "document types",
            format!(
                "{} types, version {}",
                schemas.types().count(),
                schemas.version()
            ),
        ),
        Err(error) => Finding::bad(
            State::Missing,
            "document types",
            format!("{error:#}"),
            "mend the file, or leave `schemas` out of the configuration",
        ),
    }
}

fn data(config: &Config) -> Finding {
    let path = config.data.display();
    match DataDir::try_take(&config.data) {
        Ok(node::Taken::Ours(data)) => {
            Finding::good("data directory", format!("{path}, node {}", data.node))
        }
        Ok(node::Taken::Busy) => Finding::good("data directory", format!("{path}, in use")),
        Err(error) => Finding::bad(
            State::Missing,
            "data directory",
            format!("{error:#}"),
            format!("chown it to this user, or choose another with --data (now {path})"),
        ),
    }
}

fn disk(config: &Config) -> Finding {
    const MEGABYTE: u64 = 1_000_000;
    let Some(free) = node::free_bytes(&config.data) else {
        return Finding::bad(
            State::Weak,
            "disk",
            "free space is unknown",
            "check it by hand",
        );
    };
    let found = format!("{} GB free", free / 1_000_000_000);
    if free / MEGABYTE > config.intake.free_megabytes {
        Finding::good("disk", found)
    } else {
        let floor = config.intake.free_megabytes;
        let remedy = format!("free some: intake pauses below {floor} MB (`intake.free_megabytes`)");
        Finding::bad(State::Missing, "disk", found, remedy)
    }
}

fn inbox(config: &Config) -> Finding {
    let path = config.inbox();
    if let Err(error) = std::fs::create_dir_all(&path) {
        let remedy = "make it writable for this user, or choose another with --inbox";
        return Finding::bad(
            State::Missing,
            "inbox",
            format!("{}: {error}", path.display()),
            remedy,
        );
    }
    let how = if node::is_network(&path) {
        "a share: polled, not notified"
    } else {
        "local"
    };
    Finding::good("inbox", format!("{} ({how})", path.display()))
}

async fn ledger(config: &Config) -> Finding {
    match node::open_ledger(config).await {
        Ok(ledger) => {
            ledger.close().await;
            Finding::good("ledger", config.shown_ledger_url())
        }
        Err(error) => Finding::bad(
            State::Missing,
            "ledger",
            format!("{error:#}"),
            "check `ledger.url`, that the database runs and that this user may use it",
        ),
    }
}

async fn archive_at(config: &Config) -> Finding {
    let url = config.archive_url();
    match node::open_archive(config).await {
        Ok(_) => Finding::good("archive", url),
        Err(error) => Finding::bad(
            State::Missing,
            "archive",
            format!("{error:#}"),
            "check `archive.url`, `archive.endpoint` and the credentials",
        ),
    }
}
