//! How long a claim lasts, how often a step is tried, and whose clock counts.
//! It refuses leases beyond 30 seconds: a dead node's work would wait too long.

use crate::LedgerError;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The longest lease: what a node held is free again at most so long after it died.
pub const LONGEST_LEASE: Duration = Duration::from_secs(30);

/// The usual lease: with the look for expired ones, work of a dead node goes on in less than 30 s.
const LEASE: Duration = Duration::from_secs(20);

/// Loss from which on a job waits before it is handed out again, so that one that kills its node
/// does not kill it again at once.
pub(crate) const PATIENT_LOSSES: i64 = 3;

/// The rules of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long a claim lasts unless it is renewed; at most [`LONGEST_LEASE`]. Renew at a third.
    pub lease: Duration,
    /// Failed attempts after which a job is parked.
    pub attempts: u32,
    /// Lost nodes after which a job is parked: generous, because a node may die of anything.
    pub losses: u32,
    /// Wait after the first failure; it doubles with each further one and varies by half.
    pub backoff_first: Duration,
    /// The longest wait.
    pub backoff_most: Duration,
    /// How often a claiming node looks for expired leases and for delayed jobs that are due.
    pub sweep_every: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            lease: LEASE,
            attempts: 3,
            losses: 20,
            backoff_first: Duration::from_secs(2),
            backoff_most: Duration::from_secs(600),
            sweep_every: Duration::from_secs(1),
        }
    }
}

impl Policy {
    /// Refuses what would break the promises of the queue.
    pub(crate) fn check(&self) -> Result<(), LedgerError> {
        if self.lease.is_zero() || self.lease > LONGEST_LEASE {
            return Err(LedgerError::Refused(format!(
                "a lease lasts more than nothing and at most {} s, not {} s",
                LONGEST_LEASE.as_secs(),
                self.lease.as_secs_f64()
            )));
        }
        if self.attempts == 0 || self.losses == 0 {
            return Err(LedgerError::Refused(
                "a job gets at least one attempt and one loss".into(),
            ));
        }
        Ok(())
    }

    /// The wait after failure number `failures` (from 1) of a job, in milliseconds.
    ///
    /// Doubles from `backoff_first` to `backoff_most` and is spread over 50–150 % by job and
    /// failure, so that what failed together does not come back together.
    pub(crate) fn backoff(&self, job: i64, failures: i64) -> i64 {
        let doublings = u32::try_from(failures - 1).unwrap_or(0).min(32);
        let base = millis(self.backoff_first)
            .saturating_mul(1 << doublings)
            .min(millis(self.backoff_most));
        let spread = scatter(job.cast_unsigned() ^ failures.cast_unsigned().rotate_left(32)) % 1000;
        base / 2 + base.saturating_mul(spread.cast_signed()) / 1000
    }
}

/// Milliseconds of a duration; the longest one when it does not fit.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// SplitMix64's finaliser (Steele, Lea and Flood, 2014): near numbers become far ones.
const fn scatter(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// Whose clock decides when a lease ends.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The database's: the only one that all nodes share.
    #[default]
    Database,
    /// One that only moves when it is told to: for tests that must not sleep.
    Manual(ManualClock),
}

/// A clock that is moved by hand. Its clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows that many milliseconds since 1970.
    #[must_use]
    pub fn at(milliseconds: i64) -> Self {
        Self(Arc::new(AtomicI64::new(milliseconds)))
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(millis(by), Ordering::SeqCst);
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn milliseconds(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_LEASE, Policy};
    use proptest::prelude::*;
    use std::time::Duration;

    #[test]
    fn a_lease_is_bounded() {
        let check = |lease: Duration, fits: bool| {
            assert_eq!(
                Policy {
                    lease,
                    ..Policy::default()
                }
                .check()
                .is_ok(),
                fits,
                "{lease:?}"
            );
        };
        check(LONGEST_LEASE, true);
        check(Duration::from_millis(1), true);
        check(Duration::ZERO, false);
        check(LONGEST_LEASE + Duration::from_millis(1), false);
    }

    proptest! {
        #[test]
        fn back_off_grows_within_its_bounds(job in any::<i64>(), failures in 1i64..100) {
            let policy = Policy::default();
            let wait = policy.backoff(job, failures);
            let base = (2_000i64 << (failures - 1).min(20)).min(600_000);
            prop_assert!(wait >= base / 2 && wait <= base * 3 / 2, "{} for {}", wait, base);
        }
    }
}
