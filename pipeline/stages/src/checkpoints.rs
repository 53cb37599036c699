//! Checkpoints of the audit log, made while the node lives. It decides nothing about them: `records`
//! signs and locks them, here is only the time.

use crate::Runner;
use crate::runner::pause;
use archive::Lock;
use jiff::{SignedDuration, Timestamp};
use ledger::Signer;
use records::{Checkpointed, RecordsError, checkpoint};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How a node signs the audit log.
#[derive(Clone)]
pub struct Checkpoints {
    /// Whose key signs.
    pub signer: Arc<dyn Signer>,
    /// How long lies between two, at least.
    pub every: Duration,
    /// Days for which they are locked in the store; 0 sets no lock.
    pub lock_days: u32,
}

impl Checkpoints {
    /// The lock of a checkpoint that is made now.
    #[must_use]
    pub fn lock(&self, now: Timestamp) -> Lock {
        match self.lock_days {
            0 => Lock::NONE,
            days => Lock::governance(now + SignedDuration::from_hours(24 * i64::from(days))),
        }
    }
}

impl Runner {
    /// Makes a checkpoint every so often, until told to stop. A log that contradicts itself is said
    /// so each time: nothing else waits for it.
    pub(crate) async fn sign_checkpoints(self: Arc<Self>, stop: CancellationToken) {
        let Some(audit) = self.node.audit.clone() else {
            return;
        };
        loop {
            pause(audit.every, &stop).await;
            if stop.is_cancelled() {
                return;
            }
            match self.sign_checkpoint(&audit).await {
                Ok(Some(Checkpointed::New(made))) => {
                    tracing::info!(size = made.size, "the audit log has a new checkpoint");
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the audit log got no checkpoint"),
            }
        }
    }

    /// Makes one, unless another node did a moment ago.
    async fn sign_checkpoint(
        &self,
        audit: &Checkpoints,
    ) -> Result<Option<Checkpointed>, RecordsError> {
        let now = (self.node.clock)();
        let newest = self.node.ledger.newest_checkpoint().await?;
        let is_recent = |at: Timestamp| now.duration_since(at).unsigned_abs() < audit.every / 2;
        if newest.is_some_and(|newest| is_recent(newest.at)) {
            return Ok(None);
        }
        let (ledger, store) = (&self.node.ledger, self.node.store.as_ref());
        let made = checkpoint(ledger, store, audit.signer.as_ref(), audit.lock(now)).await?;
        Ok(Some(made))
    }
}
