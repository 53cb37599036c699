//! How long an answer may take: seconds of a processor, so that a busy machine makes nothing fail,
//! and far more seconds by the clock, so that what waits for nothing ends too.

use crate::loss::Loss;
use std::fs;
use std::time::{Duration, Instant};

/// Shortest wait between two looks at how much a worker has used.
const LEAST_WAIT: Duration = Duration::from_millis(20);

/// What one answer may take.
#[derive(Clone, Copy)]
pub(crate) struct Allowance {
    /// The name of the limit on processor time.
    limit: &'static str,
    processor: Duration,
    clock: Duration,
    worker: u32,
    used_before: Duration,
    until: Instant,
}

impl Allowance {
    /// From now on, for the worker process of that number.
    pub(crate) fn from_now(
        limit: &'static str,
        processor: Duration,
        clock: Duration,
        worker: u32,
    ) -> Self {
        Self {
            limit,
            processor,
            clock,
            worker,
            used_before: processor_time(worker).unwrap_or_default(),
            until: Instant::now() + clock,
        }
    }

    /// How long may be waited until this has to be asked again; none when the time is up.
    pub(crate) fn left(&self) -> Option<Duration> {
        let by_clock = self.until.checked_duration_since(Instant::now())?;
        let processor = self.processor.checked_sub(self.used())?;
        // A worker has one thread: it cannot use more than passes.
        (!processor.is_zero()).then(|| by_clock.min(processor.max(LEAST_WAIT)))
    }

    /// The limit that was reached.
    pub(crate) fn reached(&self) -> Loss {
        let (limit, time) = if self.used() >= self.processor {
            (self.limit, self.processor)
        } else {
            ("wall_seconds", self.clock)
        };
        Loss::Deadline {
            limit,
            seconds: u32::try_from(time.as_secs()).unwrap_or(u32::MAX),
        }
    }

    fn used(&self) -> Duration {
        let used = processor_time(self.worker).unwrap_or_default();
        used.saturating_sub(self.used_before)
    }
}

/// Processor time that a process has used; none where the kernel does not say.
fn processor_time(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may hold spaces; after it, user and system time are fields 12 and 13.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let ticks = rustix::param::clock_ticks_per_second().max(1);
    Some(Duration::from_millis((user + system) * 1_000 / ticks))
}

#[cfg(test)]
mod tests {
    use super::{Allowance, processor_time};
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_waits_uses_nothing_and_what_works_does() {
        let own = std::process::id();
        let before = processor_time(own).unwrap();
        let allowance = Allowance::from_now("page_seconds", 60 * SECOND, 900 * SECOND, own);
        assert!(allowance.left().unwrap() <= 60 * SECOND);
        let mut turns = 0u64;
        while processor_time(own).unwrap() < before + Duration::from_millis(30) {
            turns = std::hint::black_box(turns + 1);
        }
        assert!(allowance.used() >= Duration::from_millis(30));
        assert_eq!(processor_time(u32::MAX), None);
    }

    #[test]
    fn the_limit_that_was_reached_is_named() {
        let said = |processor, clock| {
            let own = std::process::id();
            let allowance = Allowance::from_now("page_seconds", processor, clock, own);
            let over = allowance.left().is_none();
            (over, allowance.reached().to_string())
        };
        let none = Duration::ZERO;
        let by = |limit: &str| format!("it took longer than the limit `{limit}` of 0 s");
        assert_eq!(said(none, 9 * SECOND), (true, by("page_seconds")));
        assert_eq!(said(9 * SECOND, none), (true, by("wall_seconds")));
    }
}
