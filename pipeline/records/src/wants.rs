//! What the store is wanted to keep on an object, as the sum of what is known of every document
//! that uses it: the longest dates of any, and a hold where there is one on any.

use crate::{Decision, RecordsError, Schedule, Wanted, knowledge, reckon, wanted};
use archive::{Hold, Lock, LockMode, Retention};
use jiff::Timestamp;
use jiff::civil::Date;
use ledger::RetentionBasis;

/// What the store is wanted to keep on an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// A legal hold: some document is held, or waits for an event.
    pub hold: Hold,
    /// Until when trusted people alone may lift it.
    pub governance: Option<Timestamp>,
    /// Until when nobody may.
    pub compliance: Option<Timestamp>,
}

/// How a document uses an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Its bytes are the document's.
    Whole,
    /// It is the batch that the document came in, which has a file of its own: the batch is only
    /// kept while a hold is on the document.
    Batch,
}

impl Wants {
    /// What one document wants of an object that it uses in that way, and the decision behind it.
    ///
    /// # Errors
    /// When the schedule lacks the document's class.
    pub fn of<'s>(
        schedule: &'s Schedule,
        basis: &RetentionBasis,
        how: Use,
        today: Date,
    ) -> Result<(Self, Decision<'s>), RecordsError> {
        let decision = reckon(schedule, basis, today)?;
        let mut wants = Self::default();
        match (how, wanted(schedule, &decision, knowledge(basis), today)) {
            (Use::Batch, _) | (_, Wanted::Nothing) => {}
            (Use::Whole, Wanted::Hold) => wants.hold = Hold::On,
            (
                Use::Whole,
                Wanted::Dates {
                    governance,
                    compliance,
                },
            ) => {
                (wants.governance, wants.compliance) = (governance, compliance);
            }
        }
        if !basis.holds.is_empty() {
            wants.hold = Hold::On;
        }
        Ok((wants, decision))
    }

    /// What either wants.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let hold = match (self.hold, other.hold) {
            (Hold::Off, Hold::Off) => Hold::Off,
            _ => Hold::On,
        };
        Self {
            hold,
            governance: self.governance.max(other.governance),
            compliance: self.compliance.max(other.compliance),
        }
    }

    /// The dated lock to ask the store for, given the one in force; none where nothing is to be
    /// asked. A lock has one mode, so where both are wanted it is the one that nobody lifts, and
    /// what is wanted beyond is guarded by the ledger alone. COMPLIANCE is never asked for longer
    /// than it is wanted, not even to cover a longer GOVERNANCE lock that is in force: that stays.
    #[must_use]
    pub fn retention(&self, in_force: Option<Retention>, now: Timestamp) -> Option<Retention> {
        let hard = self
            .compliance
            .map(|until| Retention::new(LockMode::Compliance, until));
        let soft = self
            .governance
            .map(|until| Retention::new(LockMode::Governance, until));
        let asked = hard
            .into_iter()
            .chain(soft)
            .find(|asked| asked.until() > now)?;
        let Some(in_force) = in_force.filter(|in_force| in_force.until() > now) else {
            // What is over still may not be made softer, or shorter.
            let over = in_force.is_none_or(|over| asked.covers(&over));
            return over.then_some(asked);
        };
        (asked.covers(&in_force) && asked != in_force).then_some(asked)
    }

    /// What a lock lacks of this, in words; none where it lacks nothing.
    #[must_use]
    pub fn missing_from(&self, lock: &Lock, now: Timestamp) -> Option<String> {
        if self.hold == Hold::On && lock.hold == Hold::Off {
            return Some(format!("a legal hold is wanted, it has {lock}"));
        }
        if self.hold == Hold::Off && lock.hold == Hold::On {
            return Some(format!("no legal hold is wanted, it has {lock}"));
        }
        let asked = self.retention(lock.retention, now)?;
        Some(format!("{asked} is wanted, it has {lock}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Wants;
    use archive::{Hold, Lock, LockMode, Retention};
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn wants() -> impl Strategy<Value = Wants> {
        let moment = || prop::option::of((0i64..1000).prop_map(at));
        (any::<bool>(), moment(), moment()).prop_map(|(held, governance, compliance)| Wants {
            hold: if held { Hold::On } else { Hold::Off },
            governance,
            compliance,
        })
    }

    fn locks() -> impl Strategy<Value = Option<Retention>> {
        prop::option::of((any::<bool>(), 0i64..1000).prop_map(|(hard, until)| {
            let mode = if hard {
                LockMode::Compliance
            } else {
                LockMode::Governance
            };
            Retention::new(mode, at(until))
        }))
    }

    proptest! {
        #[test]
        fn what_is_asked_of_a_store_only_lengthens(wants in wants(), lock in locks(), now in 0i64..1000) {
            if let Some(asked) = wants.retention(lock, at(now)) {
                let lock = Lock { retention: lock, hold: Hold::Off };
                prop_assert!(lock.extended(asked).is_ok(), "{asked} after {lock}");
            }
        }

        #[test]
        fn compliance_is_never_longer_than_it_is_wanted(wants in wants(), lock in locks(), now in 0i64..1000) {
            if let Some(asked) = wants.retention(lock, at(now)) && asked.mode() == LockMode::Compliance {
                prop_assert!(wants.compliance.is_some_and(|most| asked.until() <= most));
            }
        }

        #[test]
        fn a_shared_object_has_the_longest_of_its_documents(a in wants(), b in wants()) {
            let both = a.join(b);
            prop_assert!(both.compliance >= a.compliance && both.compliance >= b.compliance);
            prop_assert!(both.governance >= a.governance && both.governance >= b.governance);
            prop_assert_eq!(both.hold == Hold::On, a.hold == Hold::On || b.hold == Hold::On);
        }

        #[test]
        fn asking_twice_is_asking_once(wants in wants(), lock in locks(), now in 0i64..1000) {
            if let Some(asked) = wants.retention(lock, at(now)) {
                prop_assert_eq!(wants.retention(Some(asked), at(now)), None);
            }
        }
    }
}
