//! Why work stopped, in words that help a person. It carries no text of the document.

use model::Refusal;
use serde::{Deserialize, Serialize};

/// Why a job failed or was parked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// The kind of trouble: a `RefusalReason`, or a word of the stage's own.
    pub reason: String,
    /// The page it is about, counted from 1.
    pub page: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// What a person can do.
    pub remedy: String,
}

impl Trouble {
    /// Trouble with the whole subject.
    pub fn new(
        reason: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            reason: reason.into(),
            page: None,
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    pub(crate) fn to_json(&self) -> Result<String, crate::LedgerError> {
        crate::writing::json(self)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self {
            reason: refusal.reason.as_str().to_owned(),
            page: refusal.page,
            message: refusal.message,
            remedy: refusal.remedy,
        }
    }
}
