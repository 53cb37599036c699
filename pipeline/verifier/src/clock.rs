//! Events that are dated before those before them. A ledger that was made again from the archive
//! tells old things again, each submission ended by an event that says so: that is no clock.

use crate::{Kind, Report};

/// Ends what is told again.
const TOLD_AGAIN: &str = "rebuilt";

/// The dates seen so far.
pub(crate) struct Dates {
    tolerance: i64,
    last: Option<i64>,
    latest: i64,
    early: Vec<(u64, i64)>,
    told_again: u64,
}

impl Dates {
    pub(crate) const fn new(tolerance: i64) -> Self {
        Self {
            tolerance,
            last: None,
            latest: i64::MIN,
            early: Vec::new(),
            told_again: 0,
        }
    }

    pub(crate) fn see(&mut self, seq: u64, at: i64, action: &str, report: &mut Report) {
        let back = self.last.map_or(0, |last| last.saturating_sub(at));
        if back > self.tolerance && self.early.len() < Report::MOST {
            self.early.push((seq, back));
        }
        self.last = Some(at);
        if at >= self.latest.saturating_sub(self.tolerance) {
            if action == TOLD_AGAIN {
                self.told_again += self.early.len() as u64;
                self.early.clear();
            } else {
                self.flush(report);
            }
        }
        self.latest = self.latest.max(at);
    }

    fn flush(&mut self, report: &mut Report) {
        for (seq, back) in self.early.drain(..) {
            let seconds = back / 1_000;
            let why = format!("it is dated {seconds} s before the event before it");
            report.found(Kind::ClockWentBack, Some(seq), why);
        }
    }

    pub(crate) fn end(mut self, report: &mut Report) {
        self.flush(report);
        if self.told_again > 0 {
            report.notes.push(format!(
                "{} times the log goes back to what a rebuilding of the ledger told again",
                self.told_again
            ));
        }
    }
}
