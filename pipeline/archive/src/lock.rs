//! Locks: until when an object may not be deleted, and holds that outlive any date.
//!
//! A lock only grows. Whatever would shorten one is refused here, before any store is asked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// How hard a lock is; the order is the strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LockMode {
    /// Those whom the store's operator trusts may lift it.
    Governance,
    /// Nobody may.
    Compliance,
}

impl LockMode {
    /// The word that S3 uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }
}

/// A lock with its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    mode: LockMode,
    until: Timestamp,
}

impl Retention {
    /// A lock until a moment, rounded up to the whole second: stores keep no parts of one.
    #[must_use]
    pub fn new(mode: LockMode, until: Timestamp) -> Self {
        let whole = Timestamp::from_second(until.as_second()).unwrap_or(until);
        let next = || Timestamp::from_second(whole.as_second() + 1).unwrap_or(until);
        let until = if whole < until { next() } else { whole };
        Self { mode, until }
    }

    /// How hard it is.
    #[must_use]
    pub const fn mode(&self) -> LockMode {
        self.mode
    }

    /// The moment it ends.
    #[must_use]
    pub const fn until(&self) -> Timestamp {
        self.until
    }

    /// Whether nothing that `other` forbids is allowed by this.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.mode >= other.mode && self.until >= other.until
    }

    /// The lock that is as hard and as long as either.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            mode: self.mode.max(other.mode),
            until: self.until.max(other.until),
        }
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} until {}", self.mode.as_str(), self.until)
    }
}

/// A legal hold: forbids deletion while it is on, whatever the date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hold {
    /// No hold.
    #[default]
    Off,
    /// Held.
    On,
}

/// Everything that forbids deleting an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The lock with a date, where there is one.
    pub retention: Option<Retention>,
    /// The hold.
    pub hold: Hold,
}

/// A lock was asked for that would end sooner, or bind less, than the one in force.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a lock only grows: {in_force} is in force, {asked} was asked for")]
pub struct ShorterLock {
    /// The lock as it is.
    pub in_force: Retention,
    /// The one that was refused.
    pub asked: Retention,
}

impl Lock {
    /// Nothing forbids deletion.
    pub const NONE: Self = Self {
        retention: None,
        hold: Hold::Off,
    };

    /// A lock that the store's trusted operators may lift: what intake sets, because a misread
    /// document type must be correctable.
    #[must_use]
    pub fn governance(until: Timestamp) -> Self {
        Self {
            retention: Some(Retention::new(LockMode::Governance, until)),
            hold: Hold::Off,
        }
    }

    /// Whether deletion is forbidden at that moment.
    #[must_use]
    pub fn forbids_deletion(&self, now: Timestamp) -> bool {
        self.hold == Hold::On || self.retention.is_some_and(|r| r.until > now)
    }

    /// Whether nothing that `other` forbids is allowed by this.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let dated = match (self.retention, other.retention) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(ours), Some(theirs)) => ours.covers(&theirs),
        };
        dated && (self.hold == Hold::On || other.hold == Hold::Off)
    }

    /// The lock that forbids what either forbids.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let retention = match (self.retention, other.retention) {
            (Some(a), Some(b)) => Some(a.join(b)),
            (a, b) => a.or(b),
        };
        let hold = if self.hold == Hold::On {
            Hold::On
        } else {
            other.hold
        };
        Self { retention, hold }
    }

    /// This lock with its date moved out.
    ///
    /// # Errors
    /// When the asked lock ends sooner or binds less than the one in force.
    pub fn extended(self, asked: Retention) -> Result<Self, ShorterLock> {
        match self.retention {
            Some(in_force) if !asked.covers(&in_force) => Err(ShorterLock { in_force, asked }),
            _ => Ok(Self {
                retention: Some(asked),
                ..self
            }),
        }
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.retention, self.hold) {
            (None, Hold::Off) => f.write_str("no lock"),
            (None, Hold::On) => f.write_str("a legal hold"),
            (Some(retention), Hold::Off) => write!(f, "{retention}"),
            (Some(retention), Hold::On) => write!(f, "{retention} and a legal hold"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Hold, Lock, LockMode, Retention};
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn locks() -> impl Strategy<Value = Lock> {
        let retention = (any::<bool>(), 0i64..1000).prop_map(|(hard, second)| {
            let mode = if hard {
                LockMode::Compliance
            } else {
                LockMode::Governance
            };
            Retention::new(mode, Timestamp::from_second(second).unwrap())
        });
        (prop::option::of(retention), any::<bool>()).prop_map(|(retention, held)| Lock {
            retention,
            hold: if held { Hold::On } else { Hold::Off },
        })
    }

    #[test]
    fn a_part_of_a_second_is_rounded_up_never_down() {
        let moment: Timestamp = "2026-03-29T00:59:59.000000001Z".parse().unwrap();
        let until = Retention::new(LockMode::Governance, moment).until();
        assert_eq!(until.to_string(), "2026-03-29T01:00:00Z");
        let before_1970 = Timestamp::new(-5, -1).unwrap();
        let until = Retention::new(LockMode::Governance, before_1970).until();
        assert_eq!(until, Timestamp::from_second(-5).unwrap());
    }

    proptest! {
        #[test]
        fn joining_forbids_what_either_forbids(a in locks(), b in locks(), now in 0i64..1000) {
            let now = Timestamp::from_second(now).unwrap();
            let both = a.join(b);
            prop_assert!(both.covers(&a) && both.covers(&b));
            prop_assert_eq!(
                both.forbids_deletion(now),
                a.forbids_deletion(now) || b.forbids_deletion(now)
            );
        }

        #[test]
        fn what_was_forbidden_stays_forbidden(a in locks(), b in locks(), now in 0i64..1000) {
            let now = Timestamp::from_second(now).unwrap();
            if let Some(asked) = b.retention
                && let Ok(longer) = a.extended(asked)
            {
                prop_assert!(longer.covers(&a));
                prop_assert!(longer.forbids_deletion(now) || !a.forbids_deletion(now));
            }
        }
    }
}
