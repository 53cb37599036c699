//! What a search found, as JSON: `kartoteka search --json` and the API say it alike.

use search::{Facets, Hit, Results};
use serde::Serialize;

/// What a search found.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    total: usize,
    hits: &'a [Hit],
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<&'a Facets>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    widened: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    relaxed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<&'a str>,
}

impl<'a> Shown<'a> {
    pub(crate) fn of(results: &'a Results, with_facets: bool) -> Self {
        Self {
            total: results.total,
            hits: &results.hits,
            facets: with_facets.then_some(&results.facets),
            widened: results.widened,
            relaxed: results.relaxed,
            suggestion: results.suggestion.as_deref(),
        }
    }
}
