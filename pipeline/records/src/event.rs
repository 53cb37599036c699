//! The events that start terms: what happened to a credit file or a customer.

use model::Language;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// What happened to a credit file or a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The credit was finally settled.
    Settled,
    /// The agreement was terminated.
    Terminated,
    /// The claim was assigned to somebody else.
    Assigned,
    /// The relationship with the customer ended.
    RelationshipEnded,
    /// The application was declined, or withdrawn.
    Declined,
    /// A court's decision became final.
    CourtFinal,
    /// The mortgage was released.
    MortgageReleased,
    /// The security was released.
    SecurityReleased,
    /// The bill of exchange went back to its drawer.
    BillReturned,
    /// The matter was closed.
    MatterClosed,
    /// A claim is really expected: reviewable bases count.
    ClaimExpected,
}

/// The text is no kind of event.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{given}` is no kind of event; there are: {known}")]
pub struct EventKindError {
    given: String,
    known: String,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Settled,
        Self::Terminated,
        Self::Assigned,
        Self::RelationshipEnded,
        Self::Declined,
        Self::CourtFinal,
        Self::MortgageReleased,
        Self::SecurityReleased,
        Self::BillReturned,
        Self::MatterClosed,
        Self::ClaimExpected,
    ];

    /// The word it is written with.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Terminated => "terminated",
            Self::Assigned => "assigned",
            Self::RelationshipEnded => "relationship_ended",
            Self::Declined => "declined",
            Self::CourtFinal => "court_final",
            Self::MortgageReleased => "mortgage_released",
            Self::SecurityReleased => "security_released",
            Self::BillReturned => "bill_returned",
            Self::MatterClosed => "matter_closed",
            Self::ClaimExpected => "claim_expected",
        }
    }

    /// What happened, as a part of a sentence.
    #[must_use]
    pub const fn words(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Settled, Language::Pl) => "ostateczna spłata (rozliczenie) kredytu",
            (Self::Settled, Language::En) => "final settlement of the credit",
            (Self::Terminated, Language::Pl) => "wypowiedzenie umowy",
            (Self::Terminated, Language::En) => "termination of the agreement",
            (Self::Assigned, Language::Pl) => "przelew wierzytelności",
            (Self::Assigned, Language::En) => "assignment of the claim",
            (Self::RelationshipEnded, Language::Pl) => "zakończenie stosunków z klientem",
            (Self::RelationshipEnded, Language::En) => "end of the relationship with the client",
            (Self::Declined, Language::Pl) => "odmowa albo wycofanie wniosku",
            (Self::Declined, Language::En) => "refusal or withdrawal of the application",
            (Self::CourtFinal, Language::Pl) => "prawomocność orzeczenia",
            (Self::CourtFinal, Language::En) => "a court's decision becoming final",
            (Self::MortgageReleased, Language::Pl) => "wykreślenie hipoteki",
            (Self::MortgageReleased, Language::En) => "release of the mortgage",
            (Self::SecurityReleased, Language::Pl) => "zwolnienie zabezpieczenia",
            (Self::SecurityReleased, Language::En) => "release of the security",
            (Self::BillReturned, Language::Pl) => "zwrot weksla wystawcy",
            (Self::BillReturned, Language::En) => "return of the bill to its drawer",
            (Self::MatterClosed, Language::Pl) => "zamknięcie sprawy",
            (Self::MatterClosed, Language::En) => "closing of the matter",
            (Self::ClaimExpected, Language::Pl) => "realne roszczenie",
            (Self::ClaimExpected, Language::En) => "a claim that is really expected",
        }
    }

    /// The kind that a word names.
    ///
    /// # Errors
    /// When it names none; the error lists them.
    pub fn parse(text: &str) -> Result<Self, EventKindError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| EventKindError {
            given: text.to_owned(),
            known: Self::ALL.map(Self::as_str).join(", "),
        })
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
