//! What a job, an event or a change is about: a submission or one of its documents.

use model::{DocumentId, IdError, SubmissionId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A submission or a document, told apart by the form of its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    /// A dropped file.
    Submission(SubmissionId),
    /// A document of one.
    Document(DocumentId),
}

impl Subject {
    /// The identity as written.
    ///
    /// # Errors
    /// When the text is neither a submission's identity nor a document's.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.contains('-') {
            DocumentId::parse(text).map(Self::Document)
        } else {
            SubmissionId::parse(text).map(Self::Submission)
        }
    }

    /// The submission it is, or belongs to.
    #[must_use]
    pub const fn submission(self) -> SubmissionId {
        match self {
            Self::Submission(id) => id,
            Self::Document(id) => id.submission(),
        }
    }

    /// The document it is.
    #[must_use]
    pub const fn document(self) -> Option<DocumentId> {
        match self {
            Self::Submission(_) => None,
            Self::Document(id) => Some(id),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Submission(id) => id.fmt(f),
            Self::Document(id) => id.fmt(f),
        }
    }
}

impl From<SubmissionId> for Subject {
    fn from(id: SubmissionId) -> Self {
        Self::Submission(id)
    }
}

impl From<DocumentId> for Subject {
    fn from(id: DocumentId) -> Self {
        Self::Document(id)
    }
}

impl TryFrom<String> for Subject {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}
