//! Documents: lists, records, pages as words and as images, originals; and what reviewers put right.

use crate::server::asked::{At, Body, With};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use archive::Key;
use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledger::{Correction, DocumentFilter, DocumentSummary, READ, Review};
use model::{DocumentId, DocumentType, Field, PageSummary, Record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Most documents of one answer.
const MOST: u32 = 200;
/// Rows that are looked through for one answer: whoever sees few of them gets fewer, and a cursor.
const LOOKED_THROUGH: u32 = 2_000;

/// Which documents to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// `review`: those that wait for a person; unless given, all.
    #[param(pattern = "^(all|review)$")]
    pub(crate) state: Option<String>,
    /// Documents of this type.
    #[serde(rename = "type")]
    #[param(max_length = 64)]
    pub(crate) kind: Option<String>,
    /// Documents that this station sent.
    #[param(max_length = 64)]
    pub(crate) station: Option<String>,
    /// Documents of this credit file.
    pub(crate) credit_file: Option<i64>,
    /// Where the answer before ended.
    #[param(max_length = 64)]
    pub(crate) cursor: Option<String>,
    /// How many, up to 200; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
}

/// A document in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentLine {
    #[schema(value_type = String)]
    pub(crate) id: DocumentId,
    pub(crate) version: u32,
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub(crate) kind: DocumentType,
    /// How sure the type is, 0 to 1.
    pub(crate) confidence: f64,
    pub(crate) pages: u32,
    pub(crate) station: String,
    pub(crate) branch: Option<String>,
    pub(crate) credit_file: Option<i64>,
    pub(crate) to_review: bool,
    pub(crate) written_at: String,
}

/// Documents, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentLines {
    pub(crate) documents: Vec<DocumentLine>,
    /// Where the next answer goes on; none at the end.
    pub(crate) cursor: Option<String>,
}

/// List documents, newest first
#[utoipa::path(
    get, path = "/documents", tag = "documents", params(Which),
    responses((status = 200, body = DocumentLines), (status = 400, body = Problem))
)]
pub(crate) async fn list(
    State(office): State<Arc<Office>>,
    caller: Caller,
    With(which): With<Which>,
) -> Answer<Json<DocumentLines>> {
    let filter = filter_of(&which)?;
    let wanted = which.limit.unwrap_or(50).clamp(1, MOST) as usize;
    let mut cursor = which
        .cursor
        .as_deref()
        .map(DocumentId::parse)
        .transpose()
        .map_err(|_| Problem::bad("the cursor is none of ours", "leave it out to begin anew"))?;
    let mut documents = Vec::new();
    let mut looked = 0;
    let mut more = true;
    while documents.len() < wanted && looked < LOOKED_THROUGH && more {
        let rows = office.ledger().documents(&filter, cursor, MOST).await?;
        more = rows.len() == MOST as usize;
        looked += MOST;
        for row in rows {
            if documents.len() == wanted {
                more = true;
                break;
            }
            cursor = Some(row.id);
            if caller.rights.reach(row.branch.as_deref(), &row.kind) {
                documents.push(line_of(row));
            }
        }
    }
    let detail = format!("{} documents", documents.len());
    office.tell(&caller, "listed", "documents", &detail).await?;
    let cursor = cursor.filter(|_| more).map(|id| id.to_string());
    Ok(Json(DocumentLines { documents, cursor }))
}

fn filter_of(which: &Which) -> Answer<DocumentFilter> {
    let mut filters = Vec::new();
    match which.state.as_deref() {
        None | Some("all") => {}
        Some("review") => filters.push(DocumentFilter::ToReview),
        Some(_) => {
            return Err(Problem::bad(
                "`state` is `all` or `review`",
                "send one of them",
            ));
        }
    }
    if let Some(kind) = &which.kind {
        let kind = DocumentType::parse(kind).map_err(|_| {
            Problem::bad(
                "`type` is no document type",
                "send one as documents have it",
            )
        })?;
        filters.push(DocumentFilter::Kind(kind));
    }
    filters.extend(which.station.clone().map(DocumentFilter::Station));
    filters.extend(which.credit_file.map(DocumentFilter::CreditFile));
    match filters.len() {
        0 => Ok(DocumentFilter::All),
        1 => Ok(filters.remove(0)),
        _ => Err(Problem::bad(
            "a list keeps to one of state, type, station and credit_file",
            "search with POST /api/v1/search, which takes them together",
        )),
    }
}

fn line_of(row: DocumentSummary) -> DocumentLine {
    DocumentLine {
        id: row.id,
        version: row.version,
        kind: row.kind,
        confidence: row.confidence,
        pages: row.pages,
        station: row.station,
        branch: row.branch,
        credit_file: row.credit_file,
        to_review: row.review == Review::Needed,
        written_at: row.written_at.to_string(),
    }
}

/// Read a document's record
///
/// The form is that of `kartoteka show --json`. The ETag is the record's version: a change is sent
/// with it as If-Match.
#[utoipa::path(
    get, path = "/documents/{id}", tag = "documents",
    params(("id" = String, Path, description = "the document")),
    responses(
        (status = 200, description = "the record", body = Object),
        (status = 304, description = "it is as it was"),
        (status = 404, body = Problem),
    )
)]
pub(crate) async fn read(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
    headers: HeaderMap,
) -> Answer<Response> {
    let record = office.read_record(&caller, id, "record").await?;
    let tag = tag_of(&record);
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], Json(record)).into_response())
}

/// What tells one state of a record from another: its version, and how much was done around it.
fn tag_of(record: &Record) -> HeaderValue {
    let tag = format!("\"{}-{}\"", record.version, record.history.len());
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The version that a change was made on, out of If-Match.
fn version_of(headers: &HeaderMap) -> Answer<u32> {
    let Some(tag) = headers.get(header::IF_MATCH) else {
        return Err(Problem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "the change does not say which version it was made on",
            "send the document's ETag as If-Match",
        ));
    };
    let version = tag.to_str().ok().and_then(|tag| {
        tag.strip_prefix('"')?
            .split(['-', '"'])
            .next()?
            .parse()
            .ok()
    });
    version.ok_or_else(|| Problem::bad("If-Match is no ETag of ours", "send the document's ETag"))
}

/// A document's page.
#[derive(Deserialize)]
pub(crate) struct PageOf {
    pub(crate) id: DocumentId,
    pub(crate) page: u32,
}

impl PageOf {
    fn summary<'r>(&self, record: &'r Record) -> Answer<&'r PageSummary> {
        let found = record.pages.iter().find(|page| page.number == self.page);
        found.ok_or_else(|| Problem::unknown("page"))
    }
}

/// Read a page's words with their places
///
/// The form is that of a page in `kartoteka read`.
#[utoipa::path(
    get, path = "/documents/{id}/pages/{page}", tag = "documents",
    params(
        ("id" = String, Path, description = "the document"),
        ("page" = u32, Path, description = "the page's number, as the record has it"),
    ),
    responses((status = 200, description = "the page", body = Object), (status = 404, body = Problem))
)]
pub(crate) async fn page(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(of): At<PageOf>,
) -> Answer<Json<model::Page>> {
    let what = format!("words of page {}", of.page);
    let record = office.read_record(&caller, of.id, &what).await?;
    of.summary(&record)?;
    let pages = stages::document_pages(office.ledger(), office.store(), &record).await?;
    let page = pages.into_iter().find(|page| page.number == of.page);
    page.map(Json).ok_or_else(|| Problem::unknown("page"))
}

/// How an image is wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Its width in pixels; a scan is never made larger than it is. 1,240 unless given.
    #[param(minimum = 1, maximum = 4096)]
    pub(crate) width: Option<u32>,
}

/// See a page
///
/// As displayed in the original. It is drawn by a fenced worker.
#[utoipa::path(
    get, path = "/documents/{id}/pages/{page}/image", tag = "documents",
    params(
        ("id" = String, Path, description = "the document"),
        ("page" = u32, Path, description = "the page's number, as the record has it"),
        Wanted,
    ),
    responses(
        (status = 200, description = "the page", content_type = "image/png"),
        (status = 304, description = "it is as it was"),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 422, description = "it cannot be drawn", body = Problem),
    )
)]
pub(crate) async fn page_image(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(of): At<PageOf>,
    With(wanted): With<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let width = wanted.width.unwrap_or(1_240).clamp(1, 4_096);
    let what = format!("image of page {}", of.page);
    let record = office.read_record(&caller, of.id, &what).await?;
    let summary = of.summary(&record)?;
    let (key, number) = office.scan_of(&record, summary).await?;
    let tag = HeaderValue::from_str(&format!("\"{key}-{number}-{width}\""))
        .map_err(|why| Problem::fault(&why))?;
    // It may be kept by the browser of whoever saw it, who asks each time whether it may still be seen.
    let kept = HeaderValue::from_static("private, no-cache");
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        let head = [(header::ETAG, tag), (header::CACHE_CONTROL, kept)];
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    let drawn = office.drawn(&key, number, width).await?;
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (header::ETAG, tag),
        (header::CACHE_CONTROL, kept),
    ];
    Ok((head, drawn).into_response())
}

/// Take a document's original
///
/// Byte for byte as it came; of a batch the document's own pages only.
#[utoipa::path(
    get, path = "/documents/{id}/original", tag = "documents",
    params(("id" = String, Path, description = "the document")),
    responses(
        (status = 200, description = "the file", content_type = "application/octet-stream"),
        (status = 404, body = Problem),
        (status = 409, description = "its pages cannot be given without a neighbour's", body = Problem),
    )
)]
pub(crate) async fn original(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
) -> Answer<Response> {
    let record = office.record(&caller, id).await?;
    let submission = office.ledger().submission(record.submission).await?;
    let alone = submission.is_some_and(|submission| submission.documents.len() <= 1);
    let (key, digest, bytes) = match &record.master {
        Some(master) => {
            let key = Key::parse(&master.key).map_err(|why| Problem::fault(&why))?;
            (key, master.sha256, master.bytes)
        }
        None if alone => {
            let original = &record.original;
            (
                Key::original(original.sha256),
                original.sha256,
                original.bytes,
            )
        }
        None => {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "the file holds other documents' pages too, and this one's could not be taken out of it",
                "see it page by page",
            ));
        }
    };
    let what = format!("original {digest}");
    office.tell(&caller, READ, &id.to_string(), &what).await?;
    let file = office.file(&key).await?;
    let extension = extension_of(&record.original.media_type);
    let disposition = format!("attachment; filename=\"{id}.{extension}\"");
    let head = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&disposition).map_err(|why| Problem::fault(&why))?,
        ),
        (header::CONTENT_LENGTH, HeaderValue::from(bytes)),
    ];
    Ok((head, Bytes::from_stream(super::stream_of(file))).into_response())
}

fn extension_of(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => "pdf",
        "image/tiff" => "tif",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        "image/bmp" => "bmp",
        "image/gif" => "gif",
        _ => "bin",
    }
}

/// A document's field.
#[derive(Deserialize)]
pub(crate) struct FieldOf {
    pub(crate) id: DocumentId,
    pub(crate) name: String,
}

/// What a person says a field is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldSaid {
    /// The values: one, or several where the field may occur several times. None says that the
    /// document has no such value.
    #[schema(max_items = 50)]
    pub(crate) values: Vec<SaidValue>,
    /// Why, for the history.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub(crate) why: String,
    /// Whether something else of the document still needs a look.
    #[serde(default)]
    pub(crate) still_to_review: bool,
}

/// One value, and where it stands.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaidValue {
    /// The value in the field's own form: `"5.45"`, `"2026-03-01"`, `120`.
    #[schema(value_type = Object)]
    pub(crate) value: model::Value,
    /// The page it stands on; where that is not said, where it was read.
    pub(crate) page: Option<u32>,
    /// Its place there: x, y, width, height in pixels of the page.
    pub(crate) place: Option<[u32; 4]>,
}

/// What came of a change.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewVersion {
    /// The record's new version.
    pub(crate) version: u32,
}

/// Correct a field
///
/// Writes the record's next version. What a person set, no later reading changes.
#[utoipa::path(
    put, path = "/documents/{id}/fields/{name}", tag = "documents", request_body = FieldSaid,
    params(
        ("id" = String, Path, description = "the document"),
        ("name" = String, Path, description = "the field, as fields are named everywhere"),
        ("If-Match" = String, Header, description = "the document's ETag"),
    ),
    responses(
        (status = 200, body = NewVersion),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 412, description = "somebody changed it meanwhile", body = Problem),
        (status = 422, description = "it is no value of that field", body = Problem),
        (status = 428, description = "If-Match is missing", body = Problem),
    )
)]
pub(crate) async fn correct(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(of): At<FieldOf>,
    headers: HeaderMap,
    Body(said): Body<FieldSaid>,
) -> Answer<impl IntoResponse> {
    let record = office.record(&caller, of.id).await?;
    let version = version_of(&headers)?;
    let schemas = &office.parts.schemas;
    if !schemas.has_field(&of.name) {
        return Err(Problem::unknown("field"));
    }
    let field = field_of(&said, &of.name, &record, schemas)?;
    let review = if said.still_to_review {
        Review::Needed
    } else {
        office.review_after(&record, &of.name, field.as_ref())
    };
    let correction = Correction {
        document: of.id,
        version,
        fields: BTreeMap::from([(of.name, field)]),
        why: said.why,
        review,
        jobs: vec![stages::archive_job(of.id, version + 1)],
    };
    let version = office
        .ledger()
        .correct(&correction, &caller.actor())
        .await?;
    Ok(Json(NewVersion { version }))
}

/// The field as it was said, with its evidence: what was read keeps its place on the page.
fn field_of(
    said: &FieldSaid,
    name: &str,
    record: &Record,
    schemas: &extraction::Schemas,
) -> Answer<Option<Field>> {
    let mut values = Vec::new();
    for said in &said.values {
        let place = said.place.map(model::Place::from);
        let on = match said.page {
            Some(page) => {
                let known = record.pages.iter().find(|known| known.number == page);
                let known = known.ok_or_else(|| Problem::unknown("page"))?;
                let within = place.is_none_or(|p| p.is_within(known.width, known.height));
                if !within {
                    let detail = "the place is not on its page";
                    return Err(Problem::refused(
                        detail,
                        "send pixels of the page as displayed",
                    ));
                }
                Some((page, place.unwrap_or_default()))
            }
            None => None,
        };
        let value = extraction::said_value(name, said.value.clone(), on, record, schemas)
            .map_err(|why| Problem::refused(why.to_string(), "send it in the field's own form"))?;
        values.push(value);
    }
    match values.len() {
        0 => Ok(None),
        1 => Ok(Some(Field::One(values.remove(0)))),
        _ if schemas.is_list(name) => Ok(Some(Field::Many(values))),
        _ => Err(Problem::refused(
            "the field occurs once in a document",
            "send one value",
        )),
    }
}

/// A change of a field.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldChangeShown {
    pub(crate) field: String,
    pub(crate) version: u32,
    pub(crate) at: String,
    pub(crate) actor: String,
    #[schema(value_type = Option<Vec<Object>>)]
    pub(crate) from: Option<Vec<model::Value>>,
    #[schema(value_type = Option<Vec<Object>>)]
    pub(crate) to: Option<Vec<model::Value>>,
    pub(crate) why: String,
}

/// See how fields came to their values
#[utoipa::path(
    get, path = "/documents/{id}/changes", tag = "documents",
    params(("id" = String, Path, description = "the document")),
    responses((status = 200, body = [FieldChangeShown]), (status = 404, body = Problem))
)]
pub(crate) async fn changes(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
) -> Answer<Json<Vec<FieldChangeShown>>> {
    office.read_record(&caller, id, "changes of fields").await?;
    let changes = office.ledger().field_changes(id).await?;
    let changes = changes.into_iter().map(|change| FieldChangeShown {
        field: change.name,
        version: change.version,
        at: change.at.to_string(),
        actor: change.actor,
        from: change.from,
        to: change.to,
        why: change.why,
    });
    Ok(Json(changes.collect()))
}

/// Why a page is to be scanned again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RescanAsked {
    /// The page.
    pub(crate) page: u32,
    /// Why, for the station.
    #[schema(max_length = 500)]
    pub(crate) why: String,
}

/// A request for a page to be scanned again.
#[derive(Serialize, ToSchema)]
pub(crate) struct RescanMade {
    /// Its number; the separator sheet carries it.
    pub(crate) rescan: i64,
}

/// Ask for a page to be scanned again
#[utoipa::path(
    post, path = "/documents/{id}/rescans", tag = "documents", request_body = RescanAsked,
    params(("id" = String, Path, description = "the document")),
    responses((status = 201, body = RescanMade), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem))
)]
pub(crate) async fn rescan(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
    Body(again): Body<RescanAsked>,
) -> Answer<impl IntoResponse> {
    let record = office.record(&caller, id).await?;
    if !record.pages.iter().any(|page| page.number == again.page) {
        return Err(Problem::refused(
            "the document has no such page",
            "send one of its pages",
        ));
    }
    let rescan = office
        .ledger()
        .ask_rescan(id, again.page, &again.why, &caller.actor())
        .await?;
    Ok((StatusCode::CREATED, Json(RescanMade { rescan })))
}
