//! The order of the stages, written once.
//!
//! A submission is recognised and separated into documents; each document is extracted and
//! archived; its locks follow whenever what is known of it changes. Receiving comes before any job exists, indexing follows the change log, and review is
//! a state of a record: none of these three is a stage.

use ledger::FOLLOW_UP;
use std::fmt;

/// What is done to a submission or a document, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// A submission's bytes become pages of words.
    Recognise,
    /// A submission's pages become documents.
    Separate,
    /// A document's pages become type, fields and findings.
    Extract,
    /// A document becomes a record in the archive.
    Archive,
    /// A document's locks follow what is known of it.
    Retain,
}

impl Stage {
    /// Every stage, first to last.
    pub const ALL: [Self; 5] = [
        Self::Recognise,
        Self::Separate,
        Self::Extract,
        Self::Archive,
        Self::Retain,
    ];

    /// The name under which the ledger keeps its jobs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recognise => "recognise",
            Self::Separate => "separate",
            Self::Extract => "extract",
            Self::Archive => "archive",
            Self::Retain => FOLLOW_UP,
        }
    }

    /// The stage of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name)
    }

    /// The stage that takes what this one made.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Recognise => Some(Self::Separate),
            Self::Separate => Some(Self::Extract),
            Self::Extract => Some(Self::Archive),
            Self::Archive => Some(Self::Retain),
            Self::Retain => None,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Stage;

    #[test]
    fn the_order_is_the_declared_one_and_names_parse_back() {
        let mut order = vec![Stage::ALL[0]];
        while let Some(next) = order[order.len() - 1].next() {
            order.push(next);
        }
        assert_eq!(order, Stage::ALL);
        for stage in Stage::ALL {
            assert_eq!(Stage::parse(stage.as_str()), Some(stage));
        }
    }
}
