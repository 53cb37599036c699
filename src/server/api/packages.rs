//! Packages for those who are entitled to documents: asked for, made beside the answer, taken away. To
//! whom and on which basis is of the bank's list.

use crate::packages::{Found, MAX_PURPOSE, as_listed, as_searched, every_hit};
use crate::server::asked::{At, Body};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use evidence::Entitled;
use evidence::export::Order;
use evidence::package::IndexState;
use ledger::{Disclosure, DisclosureId};
use model::DocumentId;
use search::Query;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::sync::Arc;
use utoipa::ToSchema;

/// Rows of the register that are shown.
const MOST: u32 = 1_000;
/// Documents of one list.
const MOST_LISTED: usize = 10_000;

/// A recipient, and a basis on which documents may be given to it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecipientShown {
    pub(crate) recipient: String,
    /// What the recipient is, in Polish.
    pub(crate) recipient_text: String,
    pub(crate) basis: String,
    /// The act and the article.
    pub(crate) basis_text: String,
}

/// List to whom documents may be given, and on which basis
#[utoipa::path(
    get, path = "/packages/recipients", tag = "packages",
    responses((status = 200, body = [RecipientShown]))
)]
pub(crate) async fn recipients(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Answer<Json<Vec<RecipientShown>>> {
    let sees = office.sees_confidential(&caller);
    let all = office.parts.lists.all();
    let shown = all.filter(|entitled| sees || !entitled.confidential);
    let shown = shown.map(|entitled| RecipientShown {
        recipient: entitled.recipient.code,
        recipient_text: entitled.recipient.text,
        basis: entitled.basis.code,
        basis_text: entitled.basis.text,
    });
    Ok(Json(shown.collect()))
}

/// A package that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackageAsked {
    /// The documents that a search finds; or a list of them.
    #[schema(max_length = 2000)]
    pub(crate) query: Option<String>,
    /// Documents.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    pub(crate) documents: Vec<String>,
    /// The recipient's code in the list.
    #[schema(max_length = 64)]
    pub(crate) recipient: String,
    /// The basis's code in the list.
    #[schema(max_length = 64)]
    pub(crate) basis: String,
    /// What it is for: the case, the request, its date.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) purpose: String,
    /// `authority`, or `transfer` to another archive.
    #[serde(default)]
    pub(crate) profile: PackageProfile,
}

/// How a package is made up.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PackageProfile {
    /// For an authority, a court, an auditor.
    #[default]
    Authority,
    /// To another archive, which may import it.
    Transfer,
}

/// A package of the register.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackageShown {
    pub(crate) disclosure: DisclosureId,
    pub(crate) package: String,
    pub(crate) recipient: String,
    pub(crate) basis: String,
    pub(crate) purpose: String,
    pub(crate) requested_at: String,
    pub(crate) requested_by: String,
    /// Documents that were found or asked for.
    pub(crate) found: u64,
    /// Documents that are given; why others are not stands in the package.
    pub(crate) given: u64,
    /// `making`, `failed`, `made` (and here), or `elsewhere`: it was made by a command, by another node,
    /// or is not there any more; asked for again it is made again, byte for byte.
    pub(crate) state: &'static str,
    /// Documents that are written, while it is made.
    pub(crate) written: u64,
    /// Why it could not be made.
    pub(crate) trouble: Option<String>,
    /// SHA-256 of its signed manifest, once it was made.
    pub(crate) sha256: Option<String>,
}

fn shown(office: &Office, disclosure: Disclosure) -> PackageShown {
    let making = office.packages.making(disclosure.id);
    let trouble = making.as_ref().and_then(|making| making.trouble());
    let is_here = office.package_file(&disclosure).is_file();
    PackageShown {
        state: match (&making, &trouble) {
            (_, Some(_)) => "failed",
            (Some(_), None) => "making",
            (None, None) if is_here && disclosure.made_at.is_some() => "made",
            (None, None) => "elsewhere",
        },
        written: making.map_or(0, |making| making.written()),
        trouble,
        disclosure: disclosure.id,
        package: disclosure.package,
        recipient: disclosure.recipient,
        basis: disclosure.basis,
        purpose: disclosure.purpose,
        requested_at: disclosure.requested_at.to_string(),
        requested_by: disclosure.requested_by,
        found: disclosure.found,
        given: disclosure.given,
        sha256: disclosure.sha256.map(|sum| sum.to_string()),
    }
}

/// Whether a disclosure may be known to a caller.
fn is_known(office: &Office, caller: &Caller, disclosure: &Disclosure) -> bool {
    let entitled = office
        .parts
        .lists
        .entitled(&disclosure.recipient, &disclosure.basis);
    let hidden = entitled.is_ok_and(|entitled| entitled.confidential);
    !hidden || office.sees_confidential(caller)
}

/// List what was given to whom, newest first
#[utoipa::path(
    get, path = "/packages", tag = "packages",
    responses((status = 200, body = [PackageShown]), (status = 403, body = Problem))
)]
pub(crate) async fn list(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Answer<Json<Vec<PackageShown>>> {
    sees_all(&caller)?;
    let all = office.ledger().disclosures(None, MOST).await?;
    let known = all
        .into_iter()
        .filter(|disclosure| is_known(&office, &caller, disclosure));
    let shown: Vec<PackageShown> = known.map(|known| shown(&office, known)).collect();
    let detail = format!("{} disclosures", shown.len());
    office
        .tell(&caller, "listed", "disclosures", &detail)
        .await?;
    Ok(Json(shown))
}

/// The register is about documents of every branch.
fn sees_all(caller: &Caller) -> Answer<()> {
    if caller.rights.reach_all() {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "it is about more than the branches or types that you see",
        "ask somebody who sees all",
    ))
}

/// Ask for a package
///
/// What is given is frozen and on record when this is answered; the package is made beside it. The same
/// request of the same archive is the same package.
#[utoipa::path(
    post, path = "/packages", tag = "packages", request_body = PackageAsked,
    responses(
        (status = 202, description = "on record, and being made", body = PackageShown),
        (status = 400, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 422, body = Problem),
        (status = 503, description = "the index is behind", body = Problem),
    )
)]
pub(crate) async fn ask(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Body(asked): Body<PackageAsked>,
) -> Answer<(StatusCode, Json<PackageShown>)> {
    sees_all(&caller)?;
    let entitled = entitled(&office, &caller, &asked)?;
    let purpose = asked.purpose.trim().to_owned();
    if purpose.is_empty() || purpose.chars().count() > MAX_PURPOSE {
        return Err(Problem::refused(
            "a purpose has 1 to 500 letters",
            "say the case or the request",
        ));
    }
    let (query, index, documents) = found(&office, &caller, &asked).await?;
    let order = Order {
        sender: office.parts.lists.sender.clone(),
        recipient: entitled.recipient,
        basis: entitled.basis,
        purpose,
        profile: match asked.profile {
            PackageProfile::Authority => "authority",
            PackageProfile::Transfer => "transfer",
        }
        .to_owned(),
        query,
        index,
        documents,
    };
    let (disclosure, _) = office.give(order, &caller.actor()).await?;
    Ok((StatusCode::ACCEPTED, Json(shown(&office, disclosure))))
}

fn entitled(office: &Office, caller: &Caller, asked: &PackageAsked) -> Answer<Entitled> {
    let entitled = office.parts.lists.entitled(&asked.recipient, &asked.basis);
    let entitled = entitled.map_err(|why| Problem::refused(why, "choose one of the list"))?;
    if entitled.confidential && !office.sees_confidential(caller) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "that recipient is for named roles",
            "ask somebody who has one of them",
        ));
    }
    Ok(entitled)
}

/// What was looked for, in which state of the index, and what it is.
async fn found(
    office: &Arc<Office>,
    caller: &Caller,
    asked: &PackageAsked,
) -> Answer<(String, IndexState, Vec<DocumentId>)> {
    let newest = office.ledger().newest_change().await?;
    let Some(typed) = &asked.query else {
        let state = IndexState {
            ledger: newest,
            index: None,
        };
        let documents = listed(&asked.documents)?;
        let said = as_listed(documents.len());
        return Ok((said, state, documents));
    };
    let query = Query::parse(typed).map_err(|error| {
        let detail = format!(
            "the query cannot be understood: {error} (at byte {})",
            error.at
        );
        Problem::bad(detail, "docs/search.md tells the language of queries")
    })?;
    let access = Office::access(caller);
    let (followed, documents, widened) = office
        .aside(move |office| {
            let index = office.index()?;
            let followed = index.seq()?;
            if followed < newest {
                return Err(Problem::away(
                    "the index has not followed every change, and would not find all there is",
                ));
            }
            match every_hit(&index, &query, &access)? {
                Found::All(documents, widened) => Ok((followed, documents, widened)),
                Found::TooMany(_) => {
                    let detail = "it finds more than the 100,000 documents that can be listed";
                    Err(Problem::refused(detail, "narrow the query"))
                }
            }
        })
        .await?;
    let state = IndexState {
        ledger: newest,
        index: Some(followed),
    };
    Ok((as_searched(typed, widened), state, documents))
}

fn listed(ids: &[String]) -> Answer<Vec<DocumentId>> {
    if ids.is_empty() || ids.len() > MOST_LISTED {
        return Err(Problem::refused(
            "a package is of 1 to 10,000 documents of a list, or of a search",
            "send `query` or `documents`",
        ));
    }
    let parse = |id: &String| {
        DocumentId::parse(id)
            .map_err(|_| Problem::bad("an identity is none of ours", "send ids as lists give them"))
    };
    ids.iter().map(parse).collect()
}

/// Take a package away
#[utoipa::path(
    get, path = "/packages/{disclosure}/file", tag = "packages",
    params(("disclosure" = i64, Path, description = "the disclosure")),
    responses(
        (status = 200, description = "the package, a tar", content_type = "application/x-tar"),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub(crate) async fn take(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DisclosureId>,
) -> Answer<Response> {
    sees_all(&caller)?;
    let all = office.ledger().disclosures(None, MOST).await?;
    let disclosure = all
        .into_iter()
        .find(|disclosure| disclosure.id == id && disclosure.made_at.is_some())
        .filter(|disclosure| is_known(&office, &caller, disclosure))
        .ok_or_else(|| Problem::unknown("package"))?;
    let path = office.package_file(&disclosure);
    let (file, bytes) = office
        .aside(move |_| {
            let file = File::open(path).map_err(|_| Problem::unknown("package"))?;
            let bytes = file.metadata().map_err(|why| Problem::fault(&why))?.len();
            Ok((file, bytes))
        })
        .await?;
    let subject = format!("disclosure:{id}");
    office.tell(&caller, "taken", &subject, "package").await?;
    let name = format!("attachment; filename=\"{}.tar\"", disclosure.package);
    let head = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-tar"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).map_err(|why| Problem::fault(&why))?,
        ),
        (header::CONTENT_LENGTH, HeaderValue::from(bytes)),
    ];
    Ok((head, Bytes::from_stream(super::stream_of(file))).into_response())
}
