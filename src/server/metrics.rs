//! What monitoring asks, in Prometheus's text form (version 0.0.4). No name, no text, no identity.

use super::entrance::Caller;
use super::office::Office;
use super::problem::Answer;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use ledger::{Parked, StageStatus, Status};
use records::access::Permission;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// The metrics of this node and of the ledger it shares with others.
pub(super) async fn metrics(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Answer<impl IntoResponse> {
    caller.needs(Permission::SeeStations)?;
    let ledger = office.ledger();
    let status = ledger.status().await?;
    let parked = ledger.parked(0, 10_000).await?;
    let seen = ledger
        .watermark(&stages::follower(&office.parts.node))
        .await?;
    let behind = ledger.newest_change().await?.saturating_sub(seen);
    let mut text = Text::default();
    of_ledger(&mut text, &status, &parked);
    let progress = &office.parts.progress;
    let seconds = office.started.elapsed().as_secs();
    for (name, help, value) in [
        (
            "index_behind",
            "Changes that this node's index has not seen.",
            behind,
        ),
        (
            "pages_read",
            "Pages that this node has read since it started.",
            progress.pages(),
        ),
        (
            "files_received",
            "Files that this node has received since it started.",
            progress.received(),
        ),
        ("up_seconds", "Seconds since the server started.", seconds),
    ] {
        text.gauge(name, help, [(String::new(), value)]);
    }
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text.0))
}

/// What all nodes share.
fn of_ledger(text: &mut Text, status: &Status, parked: &[Parked]) {
    let s = status.submissions;
    let state = |name: &str| format!("{{state=\"{name}\"}}");
    text.gauge(
        "submissions",
        "Files received, by where they stand.",
        [
            (state("done"), s.done),
            (state("parked"), s.parked),
            (state("waiting"), s.waiting),
        ],
    );
    for (name, help, value) in [
        ("documents", "Documents kept.", status.documents),
        ("pages", "Pages of files that were opened.", status.pages),
        (
            "to_review",
            "Documents that wait for a person.",
            status.to_review,
        ),
    ] {
        text.gauge(name, help, [(String::new(), value)]);
    }
    let jobs = status.stages.iter().flat_map(|stage| {
        let StageStatus {
            stage,
            waiting,
            delayed,
            leased,
            ..
        } = stage;
        [
            ("waiting", *waiting),
            ("delayed", *delayed),
            ("in_work", *leased),
        ]
        .map(|(state, jobs)| (format!("{{stage=\"{stage}\",state=\"{state}\"}}"), jobs))
    });
    text.gauge("jobs", "Work by stage and state.", jobs);
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for parked in parked {
        *reasons.entry(&parked.trouble.reason).or_default() += 1;
    }
    let reasons = reasons
        .into_iter()
        .map(|(reason, jobs)| (format!("{{reason=\"{reason}\"}}"), jobs));
    text.gauge(
        "parked",
        "Work that waits for a person, by reason.",
        reasons,
    );
}

/// The text in the making.
#[derive(Default)]
struct Text(String);

impl Text {
    fn gauge(&mut self, name: &str, help: &str, rows: impl IntoIterator<Item = (String, u64)>) {
        // Writing into a string does not fail.
        let _ = writeln!(
            self.0,
            "# HELP kartoteka_{name} {help}\n# TYPE kartoteka_{name} gauge"
        );
        for (labels, value) in rows {
            let _ = writeln!(self.0, "kartoteka_{name}{labels} {value}");
        }
    }
}
