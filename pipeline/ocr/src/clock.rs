//! The clock that reading is limited by: seconds of the processor, not of the day. A page on a busy
//! machine gets as much reading as on an idle one.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Processor time of this process since it began.
fn now() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// A moment of that clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until(Duration);

impl Until {
    /// So long from now.
    pub(crate) fn after(limit: Duration) -> Self {
        Self(now().saturating_add(limit))
    }

    /// Whether it has passed.
    pub(crate) fn is_over(self) -> bool {
        now() >= self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Until;
    use std::time::Duration;

    #[test]
    fn only_work_makes_time_pass() {
        let soon = Until::after(Duration::from_millis(20));
        assert!(!soon.is_over());
        assert!(Until::after(Duration::ZERO).is_over());
        let mut turns = 0u64;
        while !soon.is_over() {
            turns = std::hint::black_box(turns + 1);
        }
        assert!(turns > 0);
    }
}
