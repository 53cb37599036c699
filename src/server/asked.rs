//! What a request asks, taken apart: path, query and body, each refused in the one form of problems.

use super::problem::Problem;
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// Values of the path.
pub(crate) struct At<T>(pub(crate) T);

/// Values of the query.
pub(crate) struct With<T>(pub(crate) T);

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            // A path that names no identity names nothing that there is.
            Err(PathRejection::FailedToDeserializePathParams(_)) => Err(Problem::unknown("thing")),
            Err(other) => Err(Problem::fault(&other)),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for With<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // A NUL is in no text that is kept, and PostgreSQL takes none.
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Problem::bad("a parameter holds a NUL", "send text"));
        }
        let Query(value) =
            Query::from_request_parts(parts, state)
                .await
                .map_err(|why: QueryRejection| {
                    Problem::bad(why.body_text(), "look at the parameters in /api")
                })?;
        Ok(Self(value))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let value = match Json::<serde_json::Value>::from_request(request, state).await {
            Ok(Json(value)) => value,
            Err(why) => return Err(refused(&why)),
        };
        if holds_nul(&value) {
            return Err(Problem::bad("a text of the body holds a NUL", "send text"));
        }
        let value = T::deserialize(value)
            .map_err(|why| Problem::bad(why.to_string(), "look at the request's form in /api"))?;
        Ok(Self(value))
    }
}

fn holds_nul(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(map) => map
            .iter()
            .any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn refused(why: &JsonRejection) -> Problem {
    let remedy = "look at the request's form in /api";
    match why.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the request's body is too large",
            "send less at once",
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the request's body is not called JSON",
            "send it with Content-Type: application/json",
        ),
        _ => Problem::bad(why.body_text(), remedy),
    }
}
