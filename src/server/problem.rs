//! What goes wrong, in the one form that every answer has: RFC 9457, with what to do. Nothing of the
//! inside goes out: what is not the caller's to mend is logged, and said to be so.

use archive::StoreError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledger::LedgerError;
use sandbox::PageTrouble;
use search::SearchError;
use serde::Serialize;
use stages::StageError;
use std::time::Duration;
use utoipa::ToSchema;

/// What a handler gives, or why it does not.
pub(crate) type Answer<T> = Result<T, Problem>;

/// Why something was not done (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem it is: `about:blank`, the status says it.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    #[schema(value_type = u16)]
    #[serde(serialize_with = "number")]
    status: StatusCode,
    /// What is wrong.
    detail: String,
    /// What to do.
    remedy: String,
    /// After how many seconds to try again.
    #[serde(skip)]
    after: Option<u64>,
}

fn number<S: serde::Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.as_u16())
}

/// How long a caller should wait for something that is away.
const AWAY: Duration = Duration::from_secs(5);

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        detail: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status,
            detail: detail.into(),
            remedy: remedy.into(),
            after: None,
        }
    }

    /// What was sent cannot be understood.
    pub(crate) fn bad(detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail, remedy)
    }

    /// It was understood, and cannot be done.
    pub(crate) fn refused(detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail, remedy)
    }

    /// There is no such thing, or none that the caller may know of: the answer is the same.
    pub(crate) fn unknown(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            format!("there is no such {what}, or it is not yours to see"),
            "look for it by searching, or ask an administrator for wider access",
        )
    }

    /// The server has more to do than it can.
    pub(crate) fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the server has more to do than it can",
            "try again after the time in Retry-After",
        )
        .again_after(Duration::from_secs(1))
    }

    /// Something that the server needs is away.
    pub(crate) fn away(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            detail,
            "try again after the time in Retry-After; nothing was changed",
        )
        .again_after(AWAY)
    }

    /// A fault of ours: told to the log, not to the caller.
    pub(crate) fn fault(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request could not be answered");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the server met a fault of its own",
            "try again; if it stays, tell the administrator the time of the request",
        )
    }

    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    /// What is wrong, in English.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// What to do, in English.
    pub(crate) fn remedy(&self) -> &str {
        &self.remedy
    }

    pub(crate) fn again_after(mut self, wait: Duration) -> Self {
        self.after = Some(wait.as_secs().max(1));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, after) = (self.status, self.after);
        let mut response = (status, Json(&self)).into_response();
        // For the desk, which says it as a page.
        response.extensions_mut().insert(self);
        let headers = response.headers_mut();
        let form = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, form);
        if let Some(seconds) = after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            let how = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, how);
        }
        response
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Unknown { what, .. } => Self::unknown(what),
            LedgerError::VersionConflict { current, .. } => Self::new(
                StatusCode::PRECONDITION_FAILED,
                format!("it is at version {current} by now"),
                "read it again, look at what changed, and send the change with the new ETag",
            ),
            LedgerError::Refused(why) => Self::refused(why, "change the request and send it again"),
            LedgerError::Unreachable(_) | LedgerError::Busy(_) | LedgerError::Full(_) => {
                tracing::warn!(%error, "the ledger is away");
                Self::away("the ledger cannot be used at the moment")
            }
            other => Self::fault(&other),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error.disposition() {
            model::Disposition::Pause => {
                tracing::warn!(%error, "the archive is away");
                Self::away("the archive cannot be used at the moment")
            }
            _ => Self::fault(&error),
        }
    }
}

impl From<StageError> for Problem {
    fn from(error: StageError) -> Self {
        match error {
            StageError::Ledger(error) => error.into(),
            StageError::Store(error) => error.into(),
            other => match other.disposition() {
                model::Disposition::Pause => Self::away("something that is needed is away"),
                _ => Self::fault(&other),
            },
        }
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::NeedsRebuild { .. } => {
                Self::away("the index is being made anew; searching goes on when it is there")
            }
            other => Self::fault(&other),
        }
    }
}

impl From<PageTrouble> for Problem {
    fn from(trouble: PageTrouble) -> Self {
        match trouble {
            PageTrouble::Failed(failure) => Self::refused(failure.message, failure.remedy),
            PageTrouble::Refused(refusal) => Self::refused(refusal.message, refusal.remedy),
            PageTrouble::Stopped => Self::away("the server is stopping"),
        }
    }
}

impl From<records::RecordsError> for Problem {
    fn from(error: records::RecordsError) -> Self {
        match error {
            records::RecordsError::Ledger(error) => error.into(),
            records::RecordsError::Store(error) => error.into(),
            other => Self::refused(other.to_string(), "change the request and send it again"),
        }
    }
}
