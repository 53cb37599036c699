//! Data for other systems: rows of a layout, each to be answered. What is not answered is given again;
//! what was accepted never leaves twice unless it changed.

use crate::server::asked::{At, Body, With};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use ::records::Layout;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledger::{ChangeKind, DataAnswer, NewDataRow, READ, Review};
use model::DocumentId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Most rows of one answer.
const MOST: u32 = 500;
/// Changes that are looked through at once.
const CHANGES: u32 = 1_000;

/// Which rows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// Rows after this number; every open row unless given.
    #[param(minimum = 0)]
    pub(crate) after: Option<u32>,
    /// How many, up to 500; 100 unless given.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
}

/// A row.
#[derive(Serialize, ToSchema)]
pub(crate) struct RowShown {
    /// Its number, to be answered by.
    pub(crate) row: i64,
    pub(crate) document: String,
    pub(crate) version: u32,
    /// The values by the layout's titles.
    #[schema(value_type = Object)]
    pub(crate) values: Map<String, Value>,
}

fn layout_of<'d>(office: &'d Office, caller: &Caller, name: &str) -> Answer<&'d Layout> {
    if !caller.rights.reach_all() {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "rows are made of documents of every branch and type",
            "ask somebody who sees all",
        ));
    }
    let layout = office.parts.config.data_out.get(name);
    layout.ok_or_else(|| Problem::unknown("layout"))
}

/// Take the rows of a layout that were not answered
///
/// As JSON, or as CSV where that is accepted (`Accept: text/csv`). Asked again it gives the same rows
/// until they are answered.
#[utoipa::path(
    get, path = "/data/{layout}", tag = "data",
    params(("layout" = String, Path, description = "a layout of the configuration"), After),
    responses(
        (status = 200, description = "the rows, oldest first", body = [RowShown]),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub(crate) async fn rows(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(name): At<String>,
    With(asked): With<After>,
    headers: HeaderMap,
) -> Answer<Response> {
    let layout = layout_of(&office, &caller, &name)?;
    follow(&office, &caller, &name, layout).await?;
    let limit = asked.limit.unwrap_or(100).clamp(1, MOST);
    let after = i64::from(asked.after.unwrap_or(0));
    let rows = office.ledger().open_data_rows(&name, after, limit).await?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let detail = format!("data row {} for {name}", row.id);
        office
            .tell(&caller, READ, &row.document.to_string(), &detail)
            .await?;
        shown.push(RowShown {
            row: row.id,
            document: row.document.to_string(),
            version: row.version,
            values: serde_json::from_str(&row.body).map_err(|why| Problem::fault(&why))?,
        });
    }
    let wants = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    if !wants.is_some_and(|wants| wants.starts_with("text/csv")) {
        return Ok(Json(shown).into_response());
    }
    let mut csv = layout.head();
    for row in &shown {
        csv += &layout.line(row.row, &row.values);
    }
    let kind = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
    Ok(([(header::CONTENT_TYPE, kind)], csv).into_response())
}

/// Makes rows of what changed since rows were made last.
async fn follow(office: &Office, caller: &Caller, name: &str, layout: &Layout) -> Answer<()> {
    let ledger = office.ledger();
    loop {
        let seen = ledger.data_watermark(name).await?;
        let changes = ledger.changes_since(seen, CHANGES).await?;
        let Some(last) = changes.last().map(|change| change.seq) else {
            return Ok(());
        };
        let documents: BTreeSet<DocumentId> = changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Document)
            .filter_map(|change| DocumentId::parse(&change.subject).ok())
            .collect();
        let mut rows = Vec::new();
        for id in documents {
            let Some(record) = ledger.document(id).await? else {
                continue;
            };
            let summary = ledger.summary(id).await?;
            let to_review = summary.is_some_and(|found| found.review == Review::Needed);
            if let Some(row) = layout.row(&record, to_review) {
                rows.push(NewDataRow {
                    document: id,
                    version: record.version,
                    body: serde_json::to_string(&row).map_err(|why| Problem::fault(&why))?,
                });
            }
        }
        ledger
            .add_data_rows(name, &rows, last, &caller.actor())
            .await?;
    }
}

/// What the other system says to a row.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// It has it.
    Accepted,
    /// It does not take it.
    Refused,
}

/// An answer to a row.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowAnswer {
    /// The row.
    pub(crate) row: i64,
    pub(crate) verdict: Verdict,
    /// Why it is refused.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub(crate) why: String,
}

/// Answer rows
///
/// Said again an answer does no harm; another answer to the same row is refused.
#[utoipa::path(
    post, path = "/data/{layout}/answers", tag = "data", request_body = Vec<RowAnswer>,
    params(("layout" = String, Path, description = "a layout of the configuration")),
    responses(
        (status = 204, description = "every answer is noted"),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn answer(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(name): At<String>,
    Body(answers): Body<Vec<RowAnswer>>,
) -> Answer<StatusCode> {
    layout_of(&office, &caller, &name)?;
    if answers.len() > MOST as usize {
        return Err(Problem::bad(
            "at most 500 rows are answered at once",
            "send some of them",
        ));
    }
    for said in &answers {
        let answer = match said.verdict {
            Verdict::Accepted => DataAnswer::Accepted,
            Verdict::Refused if said.why.trim().is_empty() => {
                return Err(Problem::refused("a refusal says why", "send `why`"));
            }
            Verdict::Refused => DataAnswer::Refused,
        };
        let noted = (answer, said.why.as_str());
        office
            .ledger()
            .answer_data_row(&name, said.row, noted, &caller.actor())
            .await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
