//! The nodes that work on this ledger: who they are, what they do, when they were last heard of.
//! It starts and stops none of them.

use crate::database::params;
use crate::policy::millis;
use crate::{Claim, Ledger, LedgerError};
use jiff::Timestamp;

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeReport {
    /// Its name, one a data directory.
    pub name: String,
    /// What it does: `intake`, `recognise` …
    pub roles: Vec<String>,
    /// The program's version.
    pub version: String,
    /// What it is about to do.
    pub state: NodeState,
}

/// What a node is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeState {
    /// It takes jobs.
    Working,
    /// It finishes what it has and takes no more.
    Draining,
    /// It stopped in good order.
    Stopped,
}

impl NodeState {
    /// The word it is written as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "working" => Ok(Self::Working),
            "draining" => Ok(Self::Draining),
            "stopped" => Ok(Self::Stopped),
            other => Err(format!("`{other}` is no state of a node")),
        }
    }
}

/// A node as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeStatus {
    /// What it last said.
    pub report: NodeReport,
    /// When it was first heard of in its present run.
    pub started_at: Timestamp,
    /// When it was last heard of.
    pub heartbeat_at: Timestamp,
    /// Jobs it holds.
    pub in_hand: u64,
}

impl Ledger {
    /// A sign of life: notes the node and prolongs the leases of `claims`, all in one. The jobs
    /// whose claims are lost: their work may stop.
    ///
    /// Send it three times a lease.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn heartbeat(
        &self,
        node: &NodeReport,
        claims: &[Claim],
    ) -> Result<Vec<i64>, LedgerError> {
        let mut tx = self.database.write().await?;
        let now = tx.now().await?;
        tx.run(
            "INSERT INTO nodes (name, roles, version, state, started_at, heartbeat_at)
             VALUES ($1, $2, $3, $4, $5, $5)
             ON CONFLICT (name) DO UPDATE SET roles = excluded.roles, version = excluded.version,
                started_at = CASE WHEN nodes.state = 'stopped' THEN excluded.started_at ELSE nodes.started_at END,
                state = excluded.state, heartbeat_at = excluded.heartbeat_at",
            params![&node.name, node.roles.join(","), &node.version, node.state.as_str(), now],
        )
        .await?;
        let until = now + millis(self.policy.lease);
        let mut claims: Vec<&Claim> = claims.iter().collect();
        claims.sort_unstable_by_key(|claim| claim.job);
        let mut lost = Vec::new();
        for claim in claims {
            let kept = tx
                .run(
                    "UPDATE jobs SET leased_until = $3 WHERE id = $1 AND generation = $2 AND state = 'leased'",
                    params![claim.job, claim.generation, until],
                )
                .await?;
            if kept == 0 {
                lost.push(claim.job);
            }
        }
        tx.commit().await?;
        Ok(lost)
    }

    /// The nodes, by name, with what they have in hand.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn nodes(&self) -> Result<Vec<NodeStatus>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT name, roles, version, state, started_at, heartbeat_at,
                        (SELECT count(*) FROM jobs WHERE jobs.state = 'leased' AND jobs.node = nodes.name) AS in_hand
                 FROM nodes ORDER BY name",
                params![],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let roles = row.text("roles")?;
                Ok(NodeStatus {
                    report: NodeReport {
                        name: row.text("name")?,
                        roles: roles
                            .split(',')
                            .filter(|role| !role.is_empty())
                            .map(str::to_owned)
                            .collect(),
                        version: row.text("version")?,
                        state: row.parsed("state", NodeState::parse)?,
                    },
                    started_at: row.moment("started_at")?,
                    heartbeat_at: row.moment("heartbeat_at")?,
                    in_hand: row.count("in_hand")?,
                })
            })
            .collect()
    }
}
