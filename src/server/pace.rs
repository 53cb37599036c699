//! How fast one caller may ask: so many requests a second over a while, more at once now and then. Whoever
//! is faster waits, and nobody else does.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Seconds of requests that may come at once.
const AT_ONCE: u32 = 10;
/// Callers that are remembered; those who have not asked for a while are forgotten first.
const REMEMBERED: usize = 10_000;

/// The pace of every caller.
pub(crate) struct Pace<W> {
    /// The time that one request takes up; none where nobody is slowed down.
    each: Option<Duration>,
    /// When each caller will have used up what it asked for so far.
    until: Mutex<HashMap<W, Instant>>,
}

impl<W: Eq + Hash> Pace<W> {
    /// So many requests a second; 0 is as many as they like.
    pub(crate) fn new(a_second: u32) -> Self {
        Self {
            each: Duration::from_secs(1).checked_div(a_second),
            until: Mutex::default(),
        }
    }

    /// Lets a request pass, or says how long its caller has to wait (the generic cell rate algorithm,
    /// ITU-T I.371).
    pub(crate) fn pass(&self, who: W, now: Instant) -> Result<(), Duration> {
        let Some(each) = self.each else {
            return Ok(());
        };
        let mut all = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.retain(|_, until| *until > now);
        }
        let until = all.get(&who).copied().unwrap_or(now).max(now);
        let ahead = until.duration_since(now);
        let allowed = Duration::from_secs(AT_ONCE.into());
        if ahead > allowed {
            return Err(ahead - allowed);
        }
        all.insert(who, until + each);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, Pace};
    use std::time::{Duration, Instant};

    #[test]
    fn who_is_too_fast_waits_and_others_do_not() {
        let pace = Pace::new(10);
        let now = Instant::now();
        let most = 10 * AT_ONCE + 1;
        for n in 0..most {
            assert_eq!(pace.pass("a", now), Ok(()), "{n}");
        }
        let wait = pace.pass("a", now).unwrap_err();
        assert!(wait <= Duration::from_millis(100), "{wait:?}");
        assert_eq!(pace.pass("b", now), Ok(()));
        assert_eq!(pace.pass("a", now + wait), Ok(()));
        assert!(pace.pass("a", now + wait).is_err());
        let later = now + Duration::from_secs(60);
        for _ in 0..most {
            assert_eq!(pace.pass("a", later), Ok(()));
        }
        let free = Pace::new(0);
        assert!((0..100_000).all(|_| free.pass("a", now).is_ok()));
    }

    #[test]
    fn those_who_went_are_forgotten() {
        let pace = Pace::new(1);
        let now = Instant::now();
        for n in 0..20_000 {
            let at = now + Duration::from_millis(n);
            assert_eq!(pace.pass(n, at), Ok(()));
        }
        assert!(pace.until.lock().unwrap().len() <= 10_001);
    }
}
