//! What was received, what became of it and what needs a person, as JSON: `kartoteka status --json`
//! and the API say it alike.

use crate::clock;
use jiff::Timestamp;
use ledger::{LONGEST_LEASE, Ledger, LedgerError, NodeState, NodeStatus, Status};
use serde::Serialize;
use stages::Role;

/// Parked submissions that are listed at most.
pub(crate) const PARKED_SHOWN: u32 = 1_000;

/// The JSON form of the contract.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct StatusShown {
    pub(crate) submissions: SubmissionCounts,
    pub(crate) documents: u64,
    pub(crate) pages: u64,
    pub(crate) to_review: u64,
    pub(crate) stages: Vec<StageShown>,
    pub(crate) nodes: Vec<NodeShown>,
    pub(crate) intake_waits: Vec<WaitShown>,
    /// Files in the inbox that do not complete, by node.
    pub(crate) unfinished: Vec<WaitShown>,
    pub(crate) parked: Vec<ParkedShown>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct SubmissionCounts {
    pub(crate) received: u64,
    pub(crate) done: u64,
    pub(crate) parked: u64,
    pub(crate) waiting: u64,
}

#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct StageShown {
    pub(crate) stage: String,
    pub(crate) waiting: u64,
    pub(crate) delayed: u64,
    pub(crate) in_work: u64,
    pub(crate) parked: u64,
}

#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct NodeShown {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) state: &'static str,
    pub(crate) roles: Vec<String>,
    pub(crate) in_hand: u64,
    pub(crate) started_at: String,
    pub(crate) heartbeat_at: String,
    pub(crate) heartbeat_seconds_ago: i64,
    /// Changes that its index has not seen yet; none where it keeps no index.
    pub(crate) index_behind: Option<u64>,
}

/// A node whose intake does not go on, and why.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct WaitShown {
    pub(crate) node: String,
    pub(crate) why: String,
}

#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct ParkedShown {
    pub(crate) submission: String,
    pub(crate) station: String,
    pub(crate) name: String,
    pub(crate) stage: String,
    pub(crate) reason: String,
    pub(crate) page: Option<u32>,
    pub(crate) message: String,
    pub(crate) remedy: String,
}

/// How many changes each node's index has not seen; none for a node that keeps no index.
pub(crate) async fn index_behind(
    ledger: &Ledger,
    nodes: &[NodeStatus],
) -> Result<Vec<Option<u64>>, LedgerError> {
    let newest = ledger.newest_change().await?;
    let mut behind = Vec::with_capacity(nodes.len());
    for node in nodes {
        let keeps = |role: Role| node.report.roles.iter().any(|name| name == role.as_str());
        behind.push(if keeps(Role::Index) || keeps(Role::Serve) {
            let seen = ledger
                .watermark(&stages::follower(&node.report.name))
                .await?;
            Some(newest.saturating_sub(seen))
        } else {
            None
        });
    }
    Ok(behind)
}

/// Whose intake waits, of the nodes that have not stopped.
pub(crate) async fn waits(
    ledger: &Ledger,
    nodes: &[NodeStatus],
) -> Result<Vec<WaitShown>, LedgerError> {
    said(ledger, nodes, stages::waiting_property).await
}

/// Which files do not complete, by node.
pub(crate) async fn unfinished(
    ledger: &Ledger,
    nodes: &[NodeStatus],
) -> Result<Vec<WaitShown>, LedgerError> {
    said(ledger, nodes, stages::unfinished_property).await
}

/// What nodes that have not stopped say under a name of theirs.
async fn said(
    ledger: &Ledger,
    nodes: &[NodeStatus],
    name: fn(&str) -> String,
) -> Result<Vec<WaitShown>, LedgerError> {
    let mut waits = Vec::new();
    for node in nodes
        .iter()
        .filter(|node| node.report.state != NodeState::Stopped)
    {
        let node = node.report.name.clone();
        let why = ledger.property(&name(&node)).await?;
        if let Some(why) = why.filter(|why| !why.is_empty()) {
            waits.push(WaitShown { node, why });
        }
    }
    Ok(waits)
}

/// A node that says nothing for the length of a lease holds nothing any more: it is lost.
pub(crate) fn state_of(node: &NodeStatus) -> &'static str {
    let silent = seconds_ago(&node.heartbeat_at).unsigned_abs() > LONGEST_LEASE.as_secs();
    if silent && node.report.state != NodeState::Stopped {
        "lost"
    } else {
        node.report.state.as_str()
    }
}

pub(crate) fn seconds_ago(moment: &Timestamp) -> i64 {
    clock::now().duration_since(*moment).as_secs().max(0)
}

/// The counts of the whole ledger, its nodes and what is parked.
pub(crate) async fn shown(ledger: &Ledger, status: Status) -> Result<StatusShown, LedgerError> {
    let s = status.submissions;
    let stages = status.stages.into_iter().map(|s| StageShown {
        stage: s.stage,
        waiting: s.waiting,
        delayed: s.delayed,
        in_work: s.leased,
        parked: s.parked,
    });
    let nodes = ledger.nodes().await?;
    let intake_waits = waits(ledger, &nodes).await?;
    let unfinished = unfinished(ledger, &nodes).await?;
    let behind = index_behind(ledger, &nodes).await?;
    let nodes = nodes.into_iter().zip(behind).map(|(n, behind)| NodeShown {
        index_behind: behind,
        state: state_of(&n),
        name: n.report.name,
        version: n.report.version,
        roles: n.report.roles,
        in_hand: n.in_hand,
        started_at: n.started_at.to_string(),
        heartbeat_at: n.heartbeat_at.to_string(),
        heartbeat_seconds_ago: seconds_ago(&n.heartbeat_at),
    });
    let parked = ledger
        .parked(0, PARKED_SHOWN)
        .await?
        .into_iter()
        .map(|p| ParkedShown {
            submission: p.submission.to_string(),
            station: p.station.to_string(),
            name: p.name,
            stage: p.job.stage,
            reason: p.trouble.reason,
            page: p.trouble.page,
            message: p.trouble.message,
            remedy: p.trouble.remedy,
        });
    Ok(StatusShown {
        submissions: SubmissionCounts {
            received: s.received,
            done: s.done,
            parked: s.parked,
            waiting: s.waiting,
        },
        documents: status.documents,
        pages: status.pages,
        to_review: status.to_review,
        stages: stages.collect(),
        nodes: nodes.collect(),
        intake_waits,
        unfinished,
        parked: parked.collect(),
    })
}
