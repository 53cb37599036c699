//! How much comes in at once. Whoever is turned away is told when to come again; what is inside goes
//! on at its pace.

use super::problem::Problem;
use crate::config::Server as Settings;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long an answer may take to begin. Uploads and streams are bounded where they are.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// The places inside.
pub(super) struct Door {
    places: Arc<Semaphore>,
    following: Arc<Semaphore>,
}

impl Door {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            places: Arc::new(Semaphore::new(settings.requests_at_once.max(1))),
            following: Arc::new(Semaphore::new(settings.followers.max(1))),
        }
    }
}

/// Lets a request in while there is room. Whether the machine lives is always answered.
pub(super) async fn let_in(
    State(door): State<Arc<Door>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path.starts_with("/health/") {
        return next.run(request).await;
    }
    let follows = path.ends_with("/changes/stream");
    let uploads = path.contains("/uploads/") || path.ends_with("/submissions");
    let places = if follows {
        &door.following
    } else {
        &door.places
    };
    let Ok(place) = Arc::clone(places).try_acquire_owned() else {
        return Problem::busy().into_response();
    };
    if uploads {
        let response = next.run(request).await;
        drop(place);
        return response;
    }
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        // A stream keeps its place until it ends.
        Ok(response) if follows => response.map(|body| {
            use futures_util::StreamExt as _;
            let stream = body.into_data_stream().map(move |piece| {
                let _keeps = &place;
                piece
            });
            axum::body::Body::from_stream(stream)
        }),
        Ok(response) => response,
        Err(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the answer took longer than a minute",
            "ask for less at once, or try again later",
        )
        .again_after(Duration::from_secs(5))
        .into_response(),
    }
}
