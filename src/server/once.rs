//! Requests that may be sent again: with a key of the sender's (Idempotency-Key) a request is done once,
//! and answered alike however often it arrives.

use super::entrance::Caller;
use super::office::Office;
use super::problem::{Answer, Problem};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ledger::Remembered;
use model::{Digest, Digester};
use std::sync::Arc;

/// The sender's key.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key, in bytes.
const LONGEST: usize = 200;

/// Does a request with a key once. Files need none: their bytes tell them. What is answered with a
/// secret is not kept, so it takes no key.
pub(super) async fn once(
    State(office): State<Arc<Office>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let told_apart = path.ends_with("/submissions") || path.contains("/uploads/");
    let Some(key) = request.headers().get(KEY).cloned() else {
        return next.run(request).await;
    };
    if request.method() != Method::POST || told_apart {
        return next.run(request).await;
    }
    if path.ends_with("/tokens") {
        let detail = "the answer holds a secret, which is not kept to be given again";
        return Problem::bad(detail, "leave Idempotency-Key out").into_response();
    }
    match answered(&office, key, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn answered(
    office: &Office,
    key: HeaderValue,
    request: Request,
    next: Next,
) -> Answer<Response> {
    let Some(caller) = request.extensions().get::<Caller>() else {
        // Refused further in.
        return Ok(next.run(request).await);
    };
    if key.is_empty() || key.len() > LONGEST {
        let detail = "Idempotency-Key has 1 to 200 characters";
        return Err(Problem::bad(detail, "send a random one for each request"));
    }
    let key = digest(&[
        caller.name.as_bytes(),
        request.uri().path().as_bytes(),
        key.as_bytes(),
    ]);
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, super::LARGEST_BODY).await.map_err(|_| {
        let detail = "the request's body is too large";
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail, "send less at once")
    })?;
    let asked = Digest::of(&body);
    match office.ledger().take_key(key, asked).await? {
        Remembered::New => {}
        Remembered::Answered { status, body } => return replayed(status, body),
        Remembered::UnderWay => {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "the request with that key is under way",
                "wait, and send it again for its answer",
            ));
        }
        Remembered::Other => {
            return Err(Problem::refused(
                "that key was used for another request",
                "send a new key with a new request",
            ));
        }
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, super::LARGEST_BODY).await;
    let body = body.map_err(|why| Problem::fault(&why))?;
    let text = std::str::from_utf8(&body).unwrap_or_default();
    // Nothing was done where the server is to blame: the key is free again.
    let kept = (parts.status.as_u16() < 500).then_some((parts.status.as_u16(), text));
    office.ledger().keep_answer(key, kept).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn replayed(status: u16, body: String) -> Answer<Response> {
    let status = StatusCode::from_u16(status).map_err(|why| Problem::fault(&why))?;
    let kind = if status.is_success() {
        "application/json"
    } else {
        "application/problem+json"
    };
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (REPLAYED, HeaderValue::from_static("true")),
    ];
    Ok((status, head, body).into_response())
}

/// One digest of several parts, none of which runs into the next.
fn digest(parts: &[&[u8]]) -> Digest {
    let mut digester = Digester::default();
    for part in parts {
        digester.update(&(part.len() as u64).to_le_bytes());
        digester.update(part);
    }
    digester.finish()
}
