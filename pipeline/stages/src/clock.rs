//! A node's look at its own clock, now and then: what it sees stands in the ledger, where whoever
//! deletes by time asks (`records::ClockWatch`).

use jiff::Timestamp;
use ledger::{Ledger, LedgerError};
use records::{ClockWatch, clock_watch, keep_clock_watch};
use std::time::{Duration, Instant};

/// Time between two looks.
const EVERY: Duration = Duration::from_secs(60);

/// What this process has seen of the clock.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    seen: Option<(ClockWatch, Instant)>,
}

impl Clock {
    /// Looks, unless it just did, and keeps what it saw; whether the clock is doubted.
    pub(crate) async fn look(
        &mut self,
        ledger: &Ledger,
        node: &str,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        let (before, elapsed) = match &self.seen {
            Some((watch, at)) if at.elapsed() < EVERY => return Ok(watch.doubt().is_some()),
            Some((watch, at)) => (Some(watch.clone()), Some(at.elapsed())),
            None => (clock_watch(ledger, node).await?, None),
        };
        let looked_at = Instant::now();
        let watch = match &before {
            Some(before) => before.looked(now, elapsed),
            None => ClockWatch::new(now),
        };
        keep_clock_watch(ledger, node, &watch).await?;
        let known = before.is_some_and(|before| before.doubt().is_some());
        let doubt = watch.doubt();
        if let Some(why) = &doubt
            && !known
        {
            tracing::warn!(why, "the clock is doubted");
        }
        self.seen = Some((watch, looked_at));
        Ok(doubt.is_some())
    }
}
