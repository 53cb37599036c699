//! Who did something: a person, or a stage on a node. It checks nobody's rights.

use std::fmt;

/// Who did something. People's decisions outlive a new reading; stages' results do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, by the name the person signs in with.
    Person(String),
    /// A stage of the pipeline.
    Stage {
        /// The stage's name.
        stage: String,
        /// The node it ran on.
        node: String,
    },
}

impl Actor {
    /// A person.
    pub fn person(name: impl Into<String>) -> Self {
        Self::Person(name.into())
    }

    /// A stage on a node.
    pub fn stage(stage: impl Into<String>, node: impl Into<String>) -> Self {
        Self::Stage {
            stage: stage.into(),
            node: node.into(),
        }
    }

    /// The person's name; none for a stage.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Person(name) => Some(name),
            Self::Stage { .. } => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(name) => f.write_str(name),
            Self::Stage { stage, node } => write!(f, "{stage}@{node}"),
        }
    }
}
