//! Whether the clock may be believed before anything is deleted by time.
//!
//! A clock that is set to another year for an hour ends every term. So a node that runs notes what
//! its clock says beside what the clock that never jumps says; where the two part, or where the time
//! between two runs is longer than a long weekend, it *doubts* the clock. Nothing is deleted by time
//! until the clock has gone on evenly for a day: a person has a day to set it right, and
//! setting it right is a jump again. Only deletion waits; nothing else does.

use crate::{Keeper, RecordsError};
use jiff::{SignedDuration, Timestamp};
use ledger::{Ledger, LedgerError, NodeState, NodeStatus};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The version of the stored form of a [`ClockWatch`].
const FORMAT: u32 = 1;
/// How far the clock may part from the one that never jumps: what a time service corrects.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// How long a node may stand still without its clock being doubted.
const STANDSTILL: SignedDuration = SignedDuration::from_hours(3 * 24);
/// How long a node may say nothing and still count as at work.
const SILENCE: SignedDuration = SignedDuration::from_mins(10);
/// How long the clock must go on evenly to be believed again.
const PROBATION: Duration = Duration::from_secs(24 * 3_600);

/// What a node has seen of its clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockWatch {
    format: u32,
    /// What the clock said at the last look.
    last: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<Doubt>,
}

/// Why the clock is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Doubt {
    /// What it said …
    found: Timestamp,
    /// … where it should have said about this.
    expected: Timestamp,
    /// Seconds for which it has gone on evenly since.
    even_seconds: u64,
}

impl ClockWatch {
    /// The first look there ever was.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self {
            format: FORMAT,
            last: now,
            doubt: None,
        }
    }

    /// What is known after another look, `elapsed` after the last by the clock that never jumps; none
    /// where the last look was another process's.
    #[must_use]
    pub fn looked(&self, now: Timestamp, elapsed: Option<Duration>) -> Self {
        let passed = elapsed.map_or(SignedDuration::ZERO, |elapsed| {
            SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX)
        });
        let longest = if elapsed.is_some() {
            TOLERANCE
        } else {
            STANDSTILL
        };
        let expected = self.last.saturating_add(passed).unwrap_or(self.last);
        let ahead = now.duration_since(expected);
        let doubt = if ahead < -TOLERANCE || ahead > longest {
            Some(Doubt {
                found: now,
                expected,
                even_seconds: 0,
            })
        } else {
            self.doubt.clone().and_then(|doubt| {
                // Between two runs nothing else tells the time: a clock that only stood wrong has
                // given a person as long to see it.
                let between = || u64::try_from(ahead.as_secs()).unwrap_or(0);
                let more = elapsed.map_or_else(between, |elapsed| elapsed.as_secs());
                let even_seconds = doubt.even_seconds.saturating_add(more);
                (even_seconds < PROBATION.as_secs()).then_some(Doubt {
                    even_seconds,
                    ..doubt
                })
            })
        };
        Self {
            format: FORMAT,
            last: now,
            doubt,
        }
    }

    /// Why nothing may be deleted by time now; none where it may.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        let doubt = self.doubt.as_ref()?;
        let left = PROBATION.as_secs().saturating_sub(doubt.even_seconds);
        Some(format!(
            "the clock said {:.0} where about {:.0} was expected: nothing is deleted by time until it \
             has gone on evenly for a day ({} h left); if it is wrong, set it right",
            doubt.found,
            doubt.expected,
            left.div_ceil(3_600)
        ))
    }

    /// Why a clock that says `now`, perhaps another machine's, does not fit what this node saw last.
    fn misfit(&self, now: Timestamp) -> Option<String> {
        let ahead = now.duration_since(self.last);
        let last = self.last;
        if ahead < -TOLERANCE {
            return Some(format!(
                "the clock says {now:.0}, but a node's said {last:.0} before: set it right"
            ));
        }
        (ahead > STANDSTILL).then(|| {
            format!(
                "the clock says {now:.0}, and no node has seen it since {last:.0}: start a node \
                 (`kartoteka run`), and collect a day later"
            )
        })
    }
}

/// The ledger's property in which a node keeps what it saw of its clock.
fn property(node: &str) -> String {
    format!("clock of {node}")
}

/// What a node saw of its clock; none where it has not looked yet, or in a form of another program.
///
/// # Errors
/// When the ledger cannot be asked.
pub async fn clock_watch(ledger: &Ledger, node: &str) -> Result<Option<ClockWatch>, LedgerError> {
    let kept = ledger.property(&property(node)).await?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
}

/// Keeps what a node saw of its clock.
///
/// # Errors
/// When the ledger cannot be written.
pub async fn keep_clock_watch(
    ledger: &Ledger,
    node: &str,
    watch: &ClockWatch,
) -> Result<(), LedgerError> {
    // A struct of plain fields always serialises.
    let kept = serde_json::to_string(watch).unwrap_or_default();
    ledger.set_property(&property(node), &kept).await
}

impl Keeper<'_> {
    /// Refuses while a node's clock is doubted, or while this clock does not fit what nodes saw.
    ///
    /// # Errors
    /// [`RecordsError::Refused`] then; when the ledger cannot be asked.
    pub(crate) async fn ensure_clock(&self, now: Timestamp) -> Result<(), RecordsError> {
        let mut newest: Option<ClockWatch> = None;
        let mut nodes = self.ledger.nodes().await?;
        // Where some are at work, those that are gone have nothing to say any more.
        let is_heard = |node: &NodeStatus| {
            let silent = now.duration_since(node.heartbeat_at).abs();
            node.report.state != NodeState::Stopped && silent <= SILENCE
        };
        if nodes.iter().any(is_heard) {
            nodes.retain(is_heard);
        }
        for node in nodes {
            let Some(watch) = clock_watch(self.ledger, &node.report.name).await? else {
                continue;
            };
            if let Some(why) = watch.doubt() {
                return Err(RecordsError::Refused(why));
            }
            if newest
                .as_ref()
                .is_none_or(|newest| newest.last < watch.last)
            {
                newest = Some(watch);
            }
        }
        match newest.and_then(|newest| newest.misfit(now)) {
            Some(why) => Err(RecordsError::Refused(why)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ClockWatch, PROBATION};
    use jiff::Timestamp;
    use std::time::Duration;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Whether the clock is doubted after a look at `then`.
    fn check(then: &str, elapsed: Option<Duration>, doubted: bool) -> ClockWatch {
        let watch = ClockWatch::new(at("2026-11-28T09:00:00Z")).looked(at(then), elapsed);
        assert_eq!(
            watch.doubt().is_some(),
            doubted,
            "{then} {:?}",
            watch.doubt()
        );
        watch
    }

    #[test]
    fn a_clock_that_jumps_is_doubted() {
        check("2026-11-28T10:02:00Z", Some(HOUR), false);
        check("2026-11-28T10:10:00Z", Some(HOUR), true);
        check("2026-11-28T09:30:00Z", Some(HOUR), true);
        check("2036-11-28T10:00:00Z", Some(HOUR), true);
    }

    #[test]
    fn a_weekend_of_standing_still_is_none_and_a_fortnight_is_one() {
        check("2026-12-01T08:00:00Z", None, false);
        check("2026-12-12T09:00:00Z", None, true);
        check("2026-11-28T08:00:00Z", None, true);
    }

    #[test]
    fn a_doubt_ends_after_a_day_of_going_on_evenly_whatever_restarts() {
        let mut now = at("2027-11-28T10:00:00Z");
        let mut watch = check("2027-11-28T10:00:00Z", Some(HOUR), true);
        for hour in 0..24 {
            assert!(watch.doubt().is_some(), "{hour}");
            if hour == 12 {
                // A restart does not end the doubt.
                watch = watch.looked(now, None);
            }
            now += HOUR;
            watch = watch.looked(now, Some(HOUR));
        }
        assert_eq!(watch.doubt(), None);
        // Set right, it has jumped again.
        let back = watch.looked(at("2026-11-29T10:00:00Z"), Some(HOUR));
        assert!(back.doubt().unwrap().contains("24 h left"));
        assert_eq!(PROBATION, HOUR * 24);
    }

    #[test]
    fn where_nothing_runs_for_a_day_a_run_each_night_ends_a_doubt_too() {
        let doubted = check("2026-12-12T09:00:00Z", None, true);
        let hours_later = doubted.looked(at("2026-12-12T20:00:00Z"), None);
        assert!(hours_later.doubt().is_some());
        assert_eq!(
            hours_later.looked(at("2026-12-13T09:00:00Z"), None).doubt(),
            None
        );
    }

    #[test]
    fn another_clock_must_fit_what_a_node_saw() {
        let watch = ClockWatch::new(at("2026-11-28T09:00:00Z"));
        assert_eq!(watch.misfit(at("2026-11-29T09:00:00Z")), None);
        assert!(watch.misfit(at("2026-11-28T08:00:00Z")).is_some());
        assert!(watch.misfit(at("2027-11-28T08:00:00Z")).is_some());
    }
}
