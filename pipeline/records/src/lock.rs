//! Locks follow knowledge: what lock the store may be given for a decision, and no more.
//!
//! Until a person confirmed the class, none beyond the short one of intake: a misread type must be
//! correctable. While an event is awaited, a legal hold in place of a date nobody knows. Then the
//! dates of the rules that may lock, COMPLIANCE never later than the schedule's longest.

use crate::decide::latest_compliance;
use crate::{Decision, Due, LockRule, Schedule};
use jiff::Timestamp;
use jiff::civil::Date;

/// Whether a person confirmed the class of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// The class comes from reading.
    Read,
    /// A person confirmed it.
    Confirmed,
}

/// What the store is to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing beyond the short lock of intake.
    Nothing,
    /// A legal hold: an event is awaited, or the document is never disposed of.
    Hold,
    /// Dates; either may be missing.
    Dates {
        /// Until when trusted people alone may lift it.
        governance: Option<Timestamp>,
        /// Until when nobody may.
        compliance: Option<Timestamp>,
    },
}

/// The lock for a decision made on that day.
#[must_use]
pub fn wanted(
    schedule: &Schedule,
    decision: &Decision<'_>,
    knowledge: Knowledge,
    today: Date,
) -> Wanted {
    match (knowledge, decision.due) {
        (Knowledge::Read, _) | (_, Due::Undecided) => Wanted::Nothing,
        (Knowledge::Confirmed, Due::Waits | Due::Never) => Wanted::Hold,
        (Knowledge::Confirmed, Due::On(_)) => {
            let asked = decision.locked_until(schedule, LockRule::Compliance);
            let longest = latest_compliance(schedule, today);
            Wanted::Dates {
                governance: decision.locked_until(schedule, LockRule::Governance),
                compliance: asked
                    .zip(longest)
                    .map(|(asked, longest)| asked.min(longest)),
            }
        }
    }
}
