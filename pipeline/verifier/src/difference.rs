//! What a check comes to.

use std::fmt;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An event says something else than what was logged.
    Changed,
    /// An event, a tile or a checkpoint is gone.
    Removed,
    /// An event stands where it does not belong.
    Reordered,
    /// There is an event that was never logged there.
    Inserted,
    /// The log goes on from another past than that of a checkpoint.
    Forked,
    /// There are fewer events than a checkpoint counted.
    RolledBack,
    /// An event is dated before the one before it.
    ClockWentBack,
    /// A signature is wrong.
    Signature,
    /// No key that counts signed a checkpoint.
    UnknownKey,
    /// The export breaks off.
    Truncated,
    /// A stored hash of the tree is not what the events give.
    Tile,
    /// A checkpoint is of another log.
    OtherLog,
    /// A checkpoint could not be compared.
    Unproven,
    /// A line is not of the form.
    Malformed,
}

impl Kind {
    /// The words it is called by.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Reordered => "reordered",
            Self::Inserted => "inserted",
            Self::Forked => "forked",
            Self::RolledBack => "rolled back",
            Self::ClockWentBack => "clock went back",
            Self::Signature => "wrong signature",
            Self::UnknownKey => "unknown key",
            Self::Truncated => "truncated",
            Self::Tile => "tile",
            Self::OtherLog => "another log",
            Self::Unproven => "unproven",
            Self::Malformed => "malformed",
        }
    }
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What.
    pub kind: Kind,
    /// The number of the event where it shows, where it is one's.
    pub seq: Option<u64>,
    /// More about it, without personal data.
    pub why: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seq {
            Some(seq) => write!(f, "event {seq}: {}: {}", self.kind.as_str(), self.why),
            None => write!(f, "{}: {}", self.kind.as_str(), self.why),
        }
    }
}

/// What was checked, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Which log.
    pub origin: String,
    /// How many events were looked at.
    pub events: u64,
    /// Sizes of the checkpoints that the events agree with.
    pub agreed: Vec<u64>,
    /// Everything that is wrong, at most [`Report::MOST`].
    pub differences: Vec<Difference>,
    /// What the checker should know beside it.
    pub notes: Vec<String>,
}

impl Report {
    /// Differences that are listed; beyond them it is enough to know that there are more.
    pub const MOST: usize = 1_000;

    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.differences.is_empty()
    }

    pub(crate) fn found(&mut self, kind: Kind, seq: Option<u64>, why: impl Into<String>) {
        let difference = Difference {
            kind,
            seq,
            why: why.into(),
        };
        let known = self.differences.contains(&difference);
        if self.differences.len() < Self::MOST && !known {
            self.differences.push(difference);
        }
    }
}
