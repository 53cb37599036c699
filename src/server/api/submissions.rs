//! Handing files in, whole or in parts, on the same path as a station's: stored and read back before
//! the answer says so. And what became of them.

use crate::clock;
use crate::server::asked::{At, Body, With};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use crate::server::uploads::{self, Upload};
use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use ledger::Received;
use model::{Digest, StationName, SubmissionId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Most submissions of one answer.
const MOST: u32 = 200;

/// Where a file comes from.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct From {
    /// The station it comes from; `default` unless given.
    #[param(max_length = 64)]
    pub(crate) station: Option<String>,
}

/// What became of a file that was handed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// The submission that it is now.
    pub(crate) submission: String,
    /// SHA-256 of its bytes, as they were stored and read back.
    sha256: String,
    pub(crate) bytes: u64,
    /// The submission that brought the same bytes before; this one is done.
    pub(crate) repeat_of: Option<String>,
}

/// Hand a file in
///
/// The body is the file, streamed. Its name is that of Content-Disposition (`attachment;
/// filename="…"`). The answer comes when the original is stored, read back and in the ledger. The
/// same bytes again are a repeat, so it does no harm to send them again after a lost answer.
#[utoipa::path(
    post, path = "/submissions", tag = "submissions",
    params(From, ("Content-Disposition" = Option<String>, Header, description = "the file's name")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "stored", body = Receipt),
        (status = 400, description = "station or name do not fit", body = Problem),
        (status = 413, description = "it is larger than files may be", body = Problem),
        (status = 422, description = "it is empty", body = Problem),
        (status = 503, description = "disk, archive or ledger cannot take it now", body = Problem),
    )
)]
pub(crate) async fn submit(
    State(office): State<Arc<Office>>,
    caller: Caller,
    With(from): With<From>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<impl IntoResponse> {
    let station = station_of(&office, &caller, from.station.as_deref())?;
    let name = uploads::name_of(&headers)?;
    let id = new_id()?;
    let upload = Upload::begin(&office, id, None).await?;
    let bytes = match upload.append(&office, 0, body).await {
        Ok(bytes) => bytes,
        Err(problem) => {
            upload.forget();
            return Err(problem);
        }
    };
    let received = uploads::receive(&office, &upload, &name, station, id).await?;
    Ok(answer(id, bytes, received))
}

fn answer(id: SubmissionId, bytes: u64, received: stages::Receipt) -> impl IntoResponse {
    let place = format!("/api/v1/submissions/{id}");
    let place = HeaderValue::from_str(&place).unwrap_or(HeaderValue::from_static("/"));
    let receipt = Receipt {
        submission: id.to_string(),
        sha256: received.sha256.to_string(),
        bytes,
        repeat_of: match received.received {
            Received::Repeat(first) => Some(first.to_string()),
            Received::New | Received::Already => None,
        },
    };
    (
        StatusCode::CREATED,
        [(header::LOCATION, place)],
        Json(receipt),
    )
}

fn new_id() -> Answer<SubmissionId> {
    stages::new_submission_id(clock::now()).map_err(|why| Problem::fault(&why))
}

/// The station that somebody hands in for: one of theirs, where they are limited to branches.
fn station_of(office: &Office, caller: &Caller, name: Option<&str>) -> Answer<StationName> {
    let station = StationName::parse(name.unwrap_or("default"))
        .map_err(|why| Problem::bad(why.to_string(), "send the name of a station"))?;
    let branches = caller.rights.branches();
    let own = branch_of(office, &station);
    if branches.is_empty() || own.is_some_and(|branch| branches.contains(branch)) {
        return Ok(station);
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "that station is of another branch than yours",
        "name a station of your branch; the configuration says which branch a station is of",
    ))
}

fn branch_of<'d>(office: &'d Office, station: &StationName) -> Option<&'d str> {
    office.parts.config.stations.get(station)?.branch.as_deref()
}

/// A file that is to be sent in parts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUpload {
    /// The file's name.
    #[schema(max_length = 255)]
    pub(crate) name: String,
    /// How many bytes it has.
    pub(crate) bytes: u64,
    /// SHA-256 of them, in hexadecimal: what arrives must be that.
    #[schema(min_length = 64, max_length = 64)]
    sha256: String,
    /// The station it comes from; `default` unless given.
    #[schema(max_length = 64)]
    pub(crate) station: Option<String>,
}

/// Where an upload stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadStanding {
    /// The upload; once it is whole, the submission of that identity.
    pub(crate) upload: String,
    /// Bytes that have arrived and are kept.
    pub(crate) offset: u64,
}

/// How far an upload has come.
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// Begin to send a file in parts
///
/// Send the parts with PATCH to the upload's Location; after a cut HEAD says where to go on.
#[utoipa::path(
    post, path = "/uploads", tag = "submissions", request_body = NewUpload,
    responses(
        (status = 201, body = UploadStanding),
        (status = 400, body = Problem),
        (status = 413, body = Problem),
        (status = 503, body = Problem),
    )
)]
pub(crate) async fn begin(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Body(new): Body<NewUpload>,
) -> Answer<impl IntoResponse> {
    let station = station_of(&office, &caller, new.station.as_deref())?;
    let sha256 = Digest::parse(&new.sha256)
        .map_err(|why| Problem::bad(why.to_string(), "send 64 hexadecimal digits"))?;
    let name = uploads::checked_name(&new.name)?;
    uploads::check_size(&office, new.bytes)?;
    let id = new_id()?;
    let wanted = uploads::Wanted {
        name,
        bytes: new.bytes,
        sha256,
        station,
        person: caller.name.clone(),
    };
    Upload::begin(&office, id, Some(wanted)).await?;
    let place = HeaderValue::from_str(&format!("/api/v1/uploads/{id}"))
        .map_err(|why| Problem::fault(&why))?;
    let standing = UploadStanding {
        upload: id.to_string(),
        offset: 0,
    };
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, place)],
        Json(standing),
    ))
}

/// Say how far an upload has come
#[utoipa::path(
    get, path = "/uploads/{id}", tag = "submissions",
    params(("id" = String, Path, description = "the upload")),
    responses((status = 200, body = UploadStanding), (status = 404, body = Problem))
)]
pub(crate) async fn standing(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<SubmissionId>,
) -> Answer<impl IntoResponse> {
    let (upload, _) = Upload::find(&office, id, &caller.name)?;
    let offset = upload.offset()?;
    let standing = UploadStanding {
        upload: id.to_string(),
        offset,
    };
    Ok(([(OFFSET, HeaderValue::from(offset))], Json(standing)))
}

/// Send a part of a file
///
/// Upload-Offset says where in the file the part begins. The last part's answer is the receipt.
#[utoipa::path(
    patch, path = "/uploads/{id}", tag = "submissions",
    params(
        ("id" = String, Path, description = "the upload"),
        ("Upload-Offset" = u64, Header, description = "where in the file the part begins"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "it is whole and stored", body = Receipt),
        (status = 204, description = "the part is kept"),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "the part begins elsewhere", body = Problem),
        (status = 413, body = Problem),
        (status = 422, description = "the whole is not what was announced", body = Problem),
        (status = 503, body = Problem),
    )
)]
pub(crate) async fn append(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<SubmissionId>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<axum::response::Response> {
    let (upload, wanted) = Upload::find(&office, id, &caller.name)?;
    let at = headers
        .get(OFFSET)
        .and_then(|at| at.to_str().ok()?.parse().ok());
    let at = at.ok_or_else(|| {
        Problem::bad(
            "Upload-Offset is missing",
            "send where in the file the part begins",
        )
    })?;
    let whole = upload.append(&office, at, body).await?;
    if whole < wanted.bytes {
        let head = [(OFFSET, HeaderValue::from(whole))];
        return Ok((StatusCode::NO_CONTENT, head).into_response());
    }
    uploads::check_whole(&office, &upload, &wanted).await?;
    let received = uploads::receive(&office, &upload, &wanted.name, wanted.station, id).await?;
    Ok(answer(id, wanted.bytes, received).into_response())
}

/// A submission.
#[derive(Serialize, ToSchema)]
pub(crate) struct Submission {
    pub(crate) id: String,
    pub(crate) station: String,
    pub(crate) name: String,
    sha256: String,
    pub(crate) bytes: u64,
    pub(crate) received_at: String,
    /// `waiting`, `parked` or `done`.
    pub(crate) state: &'static str,
    pub(crate) repeat_of: Option<String>,
    pub(crate) media_type: Option<String>,
    pub(crate) pages: Option<u32>,
    pub(crate) documents: Vec<String>,
    /// Why it is parked, and what to do.
    pub(crate) trouble: Vec<Trouble>,
}

/// Why something is parked.
#[derive(Serialize, ToSchema)]
pub(crate) struct Trouble {
    pub(crate) stage: String,
    pub(crate) reason: String,
    pub(crate) page: Option<u32>,
    pub(crate) message: String,
    pub(crate) remedy: String,
}

/// Submissions, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Submissions {
    pub(crate) submissions: Vec<Submission>,
    /// Where the next answer goes on; none at the end.
    pub(crate) cursor: Option<String>,
}

fn shown(found: ledger::Submission, trouble: Vec<Trouble>) -> Submission {
    Submission {
        id: found.id.to_string(),
        station: found.station.to_string(),
        name: found.name,
        sha256: found.sha256.to_string(),
        bytes: found.bytes,
        received_at: found.received_at.to_string(),
        state: found.state.as_str(),
        repeat_of: found.repeat_of.map(|id| id.to_string()),
        media_type: found.media_type,
        pages: found.pages,
        documents: found.documents.iter().map(ToString::to_string).collect(),
        trouble,
    }
}

/// Which submissions to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Where the answer before ended.
    #[param(max_length = 64)]
    pub(crate) cursor: Option<String>,
    /// How many, up to 200; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
}

/// Whether a caller may see a submission: of their branch by its station, where they are limited.
fn sees(office: &Office, caller: &Caller, found: &ledger::Submission) -> bool {
    let branches = caller.rights.branches();
    let said = found.source.get("branch").map(String::as_str);
    let of = said.or_else(|| branch_of(office, &found.station));
    branches.is_empty() || of.is_some_and(|branch| branches.contains(branch))
}

/// List submissions, newest first
#[utoipa::path(
    get, path = "/submissions", tag = "submissions", params(Which),
    responses((status = 200, body = Submissions), (status = 400, body = Problem))
)]
pub(crate) async fn list(
    State(office): State<Arc<Office>>,
    caller: Caller,
    With(which): With<Which>,
) -> Answer<Json<Submissions>> {
    let wanted = which.limit.unwrap_or(50).clamp(1, MOST);
    let before = which
        .cursor
        .as_deref()
        .map(SubmissionId::parse)
        .transpose()
        .map_err(|_| Problem::bad("the cursor is none of ours", "leave it out to begin anew"))?;
    let found = office.ledger().submissions(before, wanted).await?;
    let more = found.len() == wanted as usize;
    let cursor = found
        .last()
        .filter(|_| more)
        .map(|last| last.id.to_string());
    let submissions = found
        .into_iter()
        .filter(|found| sees(&office, &caller, found))
        .map(|found| shown(found, Vec::new()));
    let submissions: Vec<Submission> = submissions.collect();
    let detail = format!("{} submissions", submissions.len());
    office
        .tell(&caller, "listed", "submissions", &detail)
        .await?;
    Ok(Json(Submissions {
        submissions,
        cursor,
    }))
}

/// See what became of a file
#[utoipa::path(
    get, path = "/submissions/{id}", tag = "submissions",
    params(("id" = String, Path, description = "the submission")),
    responses((status = 200, body = Submission), (status = 404, body = Problem))
)]
pub(crate) async fn read(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<SubmissionId>,
) -> Answer<Json<Submission>> {
    let found = office.ledger().submission(id).await?;
    let found = found
        .filter(|found| sees(&office, &caller, found))
        .ok_or_else(|| Problem::unknown("submission"))?;
    office
        .tell(&caller, "read", &id.to_string(), "submission")
        .await?;
    let mut trouble = Vec::new();
    for job in office.ledger().jobs(id).await? {
        if let (ledger::JobState::Parked, Some(why)) = (job.state, job.trouble) {
            trouble.push(Trouble {
                stage: job.stage,
                reason: why.reason,
                page: why.page,
                message: why.message,
                remedy: why.remedy,
            });
        }
    }
    Ok(Json(shown(found, trouble)))
}
