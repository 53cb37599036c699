//! Searching. What is looked for is sent as a body: it may name people, and addresses are logged.

use crate::forms::search::Shown;
use crate::server::asked::Body;
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use search::{MAX_OFFSET, Query, Request, Sort};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Most hits of one answer.
const MOST: usize = 200;

/// The order of the hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SortOrder {
    /// Best first.
    #[default]
    Relevance,
    /// Received last, first.
    Newest,
    /// By the agreement's date, latest first.
    Date,
    /// By the amount, largest first.
    Amount,
}

/// What is looked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    /// The query, as people type it; `*` finds all.
    #[schema(min_length = 1, max_length = 2000)]
    pub(crate) query: String,
    /// The order.
    #[serde(default)]
    pub(crate) sort: SortOrder,
    /// How many hits, up to 200; 20 unless given.
    #[schema(minimum = 0, maximum = 200)]
    pub(crate) limit: Option<usize>,
    /// Hits to leave out in front.
    #[schema(minimum = 0, maximum = 100_000)]
    pub(crate) offset: Option<usize>,
    /// Whether to count what is found by type, branch, year, station, status and class.
    #[serde(default)]
    pub(crate) facets: bool,
}

/// Search
///
/// The form is that of `kartoteka search --json`.
#[utoipa::path(
    post, path = "/search", tag = "search", request_body = Search,
    responses(
        (status = 200, description = "what was found", body = Object),
        (status = 400, description = "the query cannot be understood", body = Problem),
        (status = 503, description = "the index is not there", body = Problem),
    )
)]
pub(crate) async fn search(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Body(asked): Body<Search>,
) -> Answer<Response> {
    let facets = asked.facets;
    let found = find(&office, &caller, asked).await?;
    let json =
        serde_json::to_vec(&Shown::of(&found, facets)).map_err(|why| Problem::fault(&why))?;
    let kind = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, kind)], Bytes::from(json)).into_response())
}

/// Finds what the caller may see, and writes down that it was looked for.
pub(crate) async fn find(
    office: &Arc<Office>,
    caller: &Caller,
    asked: Search,
) -> Answer<search::Results> {
    if asked.query.len() > 2_000 {
        return Err(Problem::bad(
            "the query is longer than 2,000 bytes",
            "look for less",
        ));
    }
    let query = Query::parse(&asked.query).map_err(|error| {
        let detail = format!(
            "the query cannot be understood: {error} (at byte {})",
            error.at
        );
        Problem::bad(detail, "docs/search.md tells the language of queries")
    })?;
    let access = Office::access(caller);
    let turn = office
        .searching
        .acquire()
        .await
        .map_err(|_| Problem::busy())?;
    let found = office
        .aside(move |office| {
            let request = Request {
                query: &query,
                typed: &asked.query,
                access,
                sort: match asked.sort {
                    SortOrder::Relevance => Sort::Relevance,
                    SortOrder::Newest => Sort::Newest,
                    SortOrder::Date => Sort::AgreementDate,
                    SortOrder::Amount => Sort::Amount,
                },
                limit: asked.limit.unwrap_or(20).min(MOST),
                offset: asked.offset.unwrap_or(0).min(MAX_OFFSET),
            };
            Ok(office.index()?.find(&request)?)
        })
        .await?;
    drop(turn);
    // Not what was looked for: it may name a person.
    let detail = format!("{} found", found.total);
    office.tell(caller, "searched", "search", &detail).await?;
    Ok(found)
}
