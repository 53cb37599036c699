//! What a node talks to: its ledger, its archive, other nodes; and the place where it listens.

use super::Finding;
use crate::config::Config;
use crate::node;
use ::archive::Capabilities;
use jiff::Timestamp;
use ledger::{Ledger, LedgerError, NodeState};

/// What was found, and moments that have already happened by the ledger's word.
#[derive(Default)]
pub(super) struct Services {
    pub(super) findings: Vec<Finding>,
    pub(super) moments: Vec<Timestamp>,
    /// Why nodes do not believe their clocks.
    pub(super) doubts: Vec<String>,
}

pub(super) async fn all(config: &Config) -> Services {
    let mut services = Services::default();
    match node::open_ledger(config).await {
        Ok(ledger) => {
            let found = format!("{}, of this program's form", config.shown_ledger_url());
            services.findings.push(Finding::good("ledger", found));
            services.ask(&ledger).await;
            ledger.close().await;
        }
        Err(error) => services.findings.push(no_ledger(&error)),
    }
    services.findings.push(archive(config).await);
    services
}

impl Services {
    async fn ask(&mut self, ledger: &Ledger) {
        let nodes = ledger.nodes().await.unwrap_or_default();
        self.moments
            .extend(nodes.iter().map(|node| node.heartbeat_at));
        for node in &nodes {
            let watch = records::clock_watch(ledger, &node.report.name).await;
            let doubt = watch.ok().flatten().and_then(|watch| watch.doubt());
            self.doubts.extend(doubt);
        }
        let ours = env!("CARGO_PKG_VERSION");
        for node in &nodes {
            let version = &node.report.version;
            if node.report.state != NodeState::Stopped && version != ours {
                self.findings.push(Finding::weak(
                    "other nodes",
                    format!("{} runs {version}, this is {ours}", node.report.name),
                    "finish the upgrade: stop it, install the same version, start it",
                ));
            }
        }
        if let Ok(parked) = ledger.parked(0, 1_000).await
            && !parked.is_empty()
        {
            self.findings.push(Finding::weak(
                "parked work",
                format!("{} files wait for a person", parked.len()),
                "`kartoteka status` says why of each, and what to do",
            ));
        }
    }
}

/// What to do about a ledger that does not open depends on why.
fn no_ledger(error: &anyhow::Error) -> Finding {
    let remedy = match error.downcast_ref::<LedgerError>() {
        Some(LedgerError::Newer { .. }) => {
            "a newer kartoteka brought this ledger up to date, and there is no way back but a \
             backup: install that version again, or `kartoteka restore` a backup made before"
        }
        Some(LedgerError::Unreachable(_) | LedgerError::Busy(_)) => {
            "start the database, and check host, port and the firewall between (`pg_isready`)"
        }
        Some(LedgerError::Full(_)) => "free space on the database's disk",
        _ => "check `ledger.url`, that the database runs and that this user may use it",
    };
    Finding::missing("ledger", format!("{error:#}"), remedy)
}

async fn archive(config: &Config) -> Finding {
    let url = crate::config::without_password(&config.archive_url());
    let checked = match node::open_archive(config).await {
        Ok(store) => store.check().await.map_err(Into::into),
        Err(error) => Err(error),
    };
    match checked {
        Ok(capabilities) => able(&url, capabilities),
        Err(error) => Finding::missing(
            "archive",
            format!("{error:#}"),
            "check `archive.url`, `archive.endpoint` and the credentials",
        ),
    }
}

/// What the store says it can do; only `doctor --archive` finds out whether it is true.
fn able(url: &str, capabilities: Capabilities) -> Finding {
    let Capabilities {
        enforces_locks,
        versions,
        create_only,
        network_file_system,
    } = capabilities;
    let is_bucket = url.starts_with("s3:");
    if !create_only {
        return Finding::missing(
            "archive",
            format!("{url} writes over what is there"),
            "use a store that refuses to (S3 with If-None-Match)",
        );
    }
    if network_file_system {
        return Finding::weak(
            "archive",
            format!(
                "{url} lies on a share: a crash of its server may lose what it said was written"
            ),
            "keep originals in S3 with Object Lock, or on a local disk",
        );
    }
    match (is_bucket, enforces_locks, versions) {
        (true, true, _) => Finding::good("archive", format!("{url}, keeps locks itself")),
        (true, false, versions) => Finding::weak(
            "archive",
            format!(
                "{url} keeps no locks{}: whoever has its keys can delete originals",
                if versions { "" } else { " and no versions" }
            ),
            "make the bucket anew with Object Lock; it cannot be switched on later everywhere",
        ),
        (false, ..) => Finding::good(
            "archive",
            format!("{url}, locks kept by this program (`doctor --archive` tries them)"),
        ),
    }
}

/// Whether the server can listen where it is told to, and has the certificate that it is told of.
#[cfg(feature = "server")]
pub(super) fn entrance(config: &Config) -> Vec<Finding> {
    use std::net::TcpListener;
    const USUAL: &str = "127.0.0.1:8700";
    let server = &config.server;
    let mut findings = Vec::new();
    for file in [&server.tls_certificate, &server.tls_key]
        .into_iter()
        .flatten()
    {
        if let Err(error) = std::fs::read(file) {
            findings.push(Finding::missing(
                "certificate",
                format!("{}: {error}", file.display()),
                "let this user read it, or mend `server.tls_certificate` and `server.tls_key`",
            ));
        }
    }
    let place = server.listen.as_deref().unwrap_or(USUAL);
    let runs = matches!(node::DataDir::try_take(&config.data), Ok(node::Taken::Busy));
    findings.push(match TcpListener::bind(place) {
        Ok(_) => Finding::good("server's place", format!("{place} is free")),
        Err(_) if runs => Finding::good("server's place", format!("{place}, a node listens")),
        Err(error) => Finding::weak(
            "server's place",
            format!("{place}: {error}"),
            "stop what listens there (`ss -ltnp`), or set `server.listen` to another",
        ),
    });
    findings
}
