//! What a node does of all that is to be done. One machine does everything; of many, each what it
//! is told: `kartoteka run --role recognise`.

use crate::Stage;
use std::fmt;

/// A part of the work that a node can take on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Takes what stations drop.
    Intake,
    /// Reads pages: the part that needs cores.
    Recognise,
    /// Separates, understands, archives and keeps.
    Extract,
    /// Keeps a search index of its own up to date.
    Index,
    /// Answers people, out of an index of its own.
    Serve,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::Intake,
        Self::Recognise,
        Self::Extract,
        Self::Index,
        Self::Serve,
    ];

    /// The name by which it is asked for and reported.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Recognise => "recognise",
            Self::Extract => "extract",
            Self::Index => "index",
            Self::Serve => "serve",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// The stages whose jobs it takes.
    #[must_use]
    pub const fn stages(self) -> &'static [Stage] {
        match self {
            Self::Recognise => &[Stage::Recognise],
            Self::Extract => &[
                Stage::Retain,
                Stage::Archive,
                Stage::Extract,
                Stage::Separate,
            ],
            Self::Intake | Self::Index | Self::Serve => &[],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Role;
    use crate::Stage;
    use std::collections::BTreeSet;

    #[test]
    fn every_stage_is_some_role_s_and_names_parse_back() {
        let taken: BTreeSet<Stage> = Role::ALL
            .into_iter()
            .flat_map(|role| role.stages().iter().copied())
            .collect();
        assert_eq!(taken, BTreeSet::from(Stage::ALL));
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("everything"), None);
    }
}
