//! What is claimed is received, several files side by side, and their sources are put away.

use super::{Intake, TOGETHER, unusable};
use crate::handed::handed;
use crate::inbox::server_claims;
use crate::runner::Runner;
use crate::{Claimed, Handed, Receipt, Repeats, Rest, StageError, receive};
use futures_util::future::join_all;
use ledger::{LONGEST_LEASE, NodeState, Received};
use model::Disposition;
use std::collections::HashSet;
use std::fs;
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

impl Intake {
    /// Takes what a node left when it ended: this one before, or another that died since.
    pub(super) async fn take_claimed(&mut self, runner: &Runner) -> Result<usize, StageError> {
        let others = self.inbox.other_nodes().map_err(unusable)?;
        if !others.is_empty() {
            let silence = i64::try_from(2 * LONGEST_LEASE.as_secs()).unwrap_or(i64::MAX);
            let now = (self.options.clock)();
            for node in runner.node.ledger.nodes().await? {
                let silent = now.duration_since(node.heartbeat_at).as_secs() > silence;
                let gone = silent || node.report.state == NodeState::Stopped;
                let name = node.report.name;
                for dead in [server_claims(&name), name] {
                    if !gone || !others.contains(&dead) {
                        continue;
                    }
                    let adopted = self.inbox.adopt(&dead).map_err(unusable)?;
                    if adopted > 0 {
                        tracing::warn!(node = dead, adopted, "took over claims of a lost node");
                    }
                }
            }
        }
        let mut taken = 0;
        for claimed in self.inbox.claimed().map_err(unusable)?.chunks(TOGETHER) {
            taken += self.take_all(runner, claimed).await?;
        }
        Ok(taken)
    }

    /// Takes files side by side; how many were. One that cannot be taken as it is stays claimed and
    /// is told, and the others have their turn. What is nobody's fault is an error, once all others
    /// are put away.
    pub(super) async fn take_all(
        &mut self,
        runner: &Runner,
        claimed: &[Claimed],
    ) -> Result<usize, StageError> {
        let receiving = (claimed.iter()).map(|claimed| self.hand_over(runner, claimed));
        let (mut received, mut outcomes) = (Vec::new(), Vec::new());
        for (claimed, outcome) in claimed.iter().zip(join_all(receiving).await) {
            match outcome {
                Ok((handed, receipt)) => {
                    self.tell_of(runner, claimed, &handed, &receipt);
                    received.push((claimed, self.rest_of(claimed, &receipt)));
                }
                Err(error) => outcomes.push((claimed, Err(error))),
            }
        }
        outcomes.extend(self.put_away(received));
        let (mut taken, mut waits) = (0, Ok(()));
        for (claimed, outcome) in outcomes {
            match outcome {
                Ok(()) => {
                    self.stuck.remove(&claimed.path);
                    taken += 1;
                }
                Err(error) if error.disposition() == Disposition::Pause => waits = Err(error),
                Err(error) => {
                    if self.stuck.insert(claimed.path.clone()) {
                        let path = claimed.path.display();
                        tracing::error!(%path, %error, "a claimed file cannot be received; it stays");
                    }
                }
            }
        }
        runner.progress.set_stuck(self.stuck.len());
        waits.map(|()| taken)
    }

    /// Stores a claimed file and tells the ledger.
    async fn hand_over(
        &self,
        runner: &Runner,
        claimed: &Claimed,
    ) -> Result<(Handed, Receipt), StageError> {
        let node = &runner.node;
        let handed = handed(claimed, &self.inbox, &node.pool).await?;
        let days = self.options.lock_days;
        let (store, ledger) = (node.store.as_ref(), &node.ledger);
        let receipt = receive(claimed, &handed, store, ledger, &node.engine, days).await?;
        Ok((handed, receipt))
    }

    /// Tells the log and the station that a file was received.
    fn tell_of(&mut self, runner: &Runner, claimed: &Claimed, handed: &Handed, receipt: &Receipt) {
        tracing::info!(submission = %receipt.submission, station = %claimed.station, "received");
        runner.progress.count_received();
        let bytes = fs::metadata(&handed.path).map_or(0, |meta| meta.len());
        if let Err(error) = self.receipts.received(claimed, receipt, bytes) {
            tracing::warn!(%error, "a station could not be told that its file was received");
        }
    }

    /// Where a received source belongs; nowhere where it is not kept.
    fn rest_of(&self, claimed: &Claimed, receipt: &Receipt) -> Option<Rest> {
        if self.inbox.is_read_only(&claimed.station) {
            // It is a copy: the file itself stays on its share.
            return None;
        }
        let repeats = self.inbox.profile(&claimed.station).repeats;
        match (&receipt.received, repeats) {
            (Received::Repeat(_), Repeats::Drop) => None,
            (Received::Repeat(_), Repeats::Park) => Some(Rest::Parked),
            _ => Some(Rest::Done),
        }
    }

    /// Moves sources to where they belong, side by side but for those that want the same name.
    fn put_away<'c>(
        &self,
        received: Vec<(&'c Claimed, Option<Rest>)>,
    ) -> Vec<(&'c Claimed, Result<(), StageError>)> {
        let mut names = HashSet::new();
        let (first, others): (Vec<_>, Vec<_>) = received
            .into_iter()
            .partition(|(claimed, _)| names.insert((&claimed.station, claimed.name())));
        let put = |&(claimed, rest): &(&'c Claimed, Option<Rest>)| {
            let put = match rest {
                Some(rest) => self.inbox.settle(claimed, rest).map(|_| ()),
                None => self.inbox.discard(claimed),
            };
            (claimed, put.map_err(unusable))
        };
        let mut outcomes = side_by_side(&first, put);
        outcomes.extend(others.iter().map(put));
        outcomes
    }
}

/// Does the same to several files at once: what each of them syncs shares the disk's journal, where
/// one after another each would wait for a journal of its own.
pub(super) fn side_by_side<T: Sync, R: Send>(items: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let act = &act;
    thread::scope(|scope| {
        let acting: Vec<_> = (items.iter())
            .map(|item| scope.spawn(move || act(item)))
            .collect();
        let acted = acting.into_iter().map(ScopedJoinHandle::join);
        acted
            .map(|acted| acted.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}
