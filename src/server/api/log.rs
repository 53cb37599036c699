//! The two logs: what was done and read, for auditors; and what changed, for other systems, as pages or
//! as a stream that can be taken up where it broke off.

use crate::server::asked::With;
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use ledger::{ChangeKind, ChangeRow};
use model::{DocumentId, SubmissionId};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// Most rows of one answer.
const MOST: u32 = 1_000;
/// How often a stream looks for changes.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// After so long without a change a stream gives a sign of life.
const SIGN_EVERY: Duration = Duration::from_secs(15);

/// Which rows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// Rows after this number; from the beginning unless given.
    #[param(minimum = 0)]
    pub(crate) after: Option<u32>,
    /// How many, up to 1,000; 100 unless given.
    #[param(minimum = 1, maximum = 1000)]
    pub(crate) limit: Option<u32>,
}

impl After {
    fn limit(&self) -> u32 {
        self.limit.unwrap_or(100).clamp(1, MOST)
    }

    fn number(&self) -> u64 {
        self.after.map_or(0, u64::from)
    }
}

/// Something that was done or read.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventShown {
    pub(crate) seq: u64,
    pub(crate) at: String,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) detail: String,
}

/// Read the audit log, oldest first
#[utoipa::path(
    get, path = "/audit/events", tag = "audit", params(After),
    responses((status = 200, body = [EventShown]), (status = 400, body = Problem))
)]
pub(crate) async fn audit(
    State(office): State<Arc<Office>>,
    caller: Caller,
    With(after): With<After>,
) -> Answer<Json<Vec<EventShown>>> {
    let detail = format!("events after {}", after.number());
    office.tell(&caller, "read", "audit log", &detail).await?;
    let events = office
        .ledger()
        .events_since(after.number(), after.limit())
        .await?;
    let events = events.into_iter().map(|logged| EventShown {
        seq: logged.seq,
        at: logged.at.to_string(),
        actor: logged.actor,
        action: logged.event.action,
        subject: logged.event.subject,
        detail: logged.event.detail,
    });
    Ok(Json(events.collect()))
}

/// Something changed: look at it again.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct ChangeShown {
    pub(crate) seq: u64,
    pub(crate) at: String,
    /// `submission` or `document`.
    pub(crate) kind: &'static str,
    pub(crate) subject: String,
    /// The record's version after a document's change.
    pub(crate) version: u32,
}

impl From<ChangeRow> for ChangeShown {
    fn from(row: ChangeRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at.to_string(),
            kind: match row.kind {
                ChangeKind::Submission => "submission",
                ChangeKind::Document => "document",
            },
            subject: row.subject,
            version: row.version,
        }
    }
}

/// Changes, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Changes {
    pub(crate) changes: Vec<ChangeShown>,
    /// What to send as `after` next: also past what is not the caller's to see.
    pub(crate) after: u64,
}

/// Read the change log, oldest first
#[utoipa::path(
    get, path = "/changes", tag = "changes", params(After),
    responses((status = 200, body = Changes), (status = 400, body = Problem))
)]
pub(crate) async fn changes(
    State(office): State<Arc<Office>>,
    caller: Caller,
    With(asked): With<After>,
) -> Answer<Json<Changes>> {
    let rows = office
        .ledger()
        .changes_since(asked.number(), asked.limit())
        .await?;
    let after = rows.last().map_or(asked.number(), |row| row.seq);
    let changes = seen(&office, &caller, rows).await?;
    Ok(Json(Changes { changes, after }))
}

/// Those that are about what the caller may see.
async fn seen(office: &Office, caller: &Caller, rows: Vec<ChangeRow>) -> Answer<Vec<ChangeShown>> {
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        if caller.rights.reach_all() || sees(office, caller, &row).await? {
            shown.push(row.into());
        }
    }
    Ok(shown)
}

async fn sees(office: &Office, caller: &Caller, row: &ChangeRow) -> Answer<bool> {
    Ok(match row.kind {
        ChangeKind::Document => match DocumentId::parse(&row.subject) {
            Ok(id) => office.reaches(caller, id).await?,
            Err(_) => false,
        },
        ChangeKind::Submission => match SubmissionId::parse(&row.subject) {
            Ok(id) => office.sees_submission(caller, id).await?,
            Err(_) => false,
        },
    })
}

/// Where a stream stands.
struct Following {
    office: Arc<Office>,
    caller: Caller,
    after: u64,
    waiting: VecDeque<ChangeShown>,
    silent: Duration,
}

/// Follow changes as they happen
///
/// Server-sent events: the id is the change's number, so a client that comes back with
/// Last-Event-ID misses none. Without it the stream begins with what changes from now on.
#[utoipa::path(
    get, path = "/changes/stream", tag = "changes",
    params(("Last-Event-ID" = Option<u64>, Header, description = "the last change that was seen")),
    responses((status = 200, description = "the stream", content_type = "text/event-stream"),
        (status = 503, body = Problem))
)]
pub(crate) async fn follow(
    State(office): State<Arc<Office>>,
    caller: Caller,
    headers: HeaderMap,
) -> Answer<Response> {
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse().ok());
    let after = match last {
        Some(after) => after,
        None => office.newest_change(),
    };
    let following = Following {
        office,
        caller,
        after,
        waiting: VecDeque::new(),
        silent: SIGN_EVERY,
    };
    let lines = stream::unfold(following, |mut following| async move {
        let line = following.next_line().await?;
        Some((Ok::<_, Infallible>(line), following))
    });
    let head = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((head, axum::body::Body::from_stream(lines)).into_response())
}

impl Following {
    /// The next event, or a sign of life; none when the caller may no longer follow.
    async fn next_line(&mut self) -> Option<String> {
        loop {
            if let Some(change) = self.waiting.pop_front() {
                self.silent = Duration::ZERO;
                let json = serde_json::to_string(&change).ok()?;
                return Some(format!(
                    "id: {}\nevent: change\ndata: {json}\n\n",
                    change.seq
                ));
            }
            if self.silent >= SIGN_EVERY {
                self.silent = Duration::ZERO;
                // Whoever was shut out since is followed no longer.
                let able = crate::server::entrance::able(&self.office, &self.caller.name).await;
                able.ok()??;
                return Some(": nothing changed\n\n".into());
            }
            // What is newest is looked up once for all streams; only then is the ledger asked.
            if self.office.newest_change() > self.after {
                let rows = self
                    .office
                    .ledger()
                    .changes_since(self.after, MOST)
                    .await
                    .ok()?;
                self.after = rows.last().map_or(self.after, |row| row.seq);
                self.waiting = seen(&self.office, &self.caller, rows).await.ok()?.into();
                continue;
            }
            tokio::time::sleep(LOOK_EVERY).await;
            self.silent += LOOK_EVERY;
        }
    }
}
