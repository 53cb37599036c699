//! What a page's form sends: fields by name, of which several may have the same one. That it comes from
//! our own pages was looked at by the entrance.

use crate::server::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

/// A form's fields.
pub(crate) struct Form<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await.map_err(|_| {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "the request's body is too large",
                "send less at once",
            )
        })?;
        if body.windows(3).any(|part| part == b"%00") {
            return Err(Problem::bad("a text of the form holds a NUL", "send text"));
        }
        let value = serde_html_form::from_bytes(&body).map_err(|why| {
            Problem::bad(
                format!("the form is not complete: {why}"),
                "go back to the page, and send it again",
            )
        })?;
        Ok(Self(value))
    }
}

/// A text field that was left empty says nothing.
pub(crate) fn said(text: String) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
