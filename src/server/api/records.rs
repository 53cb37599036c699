//! Records management: holds, what happened to credit files, classes, and lists of disposal. What is
//! collected is collected by a command on the machine.

use crate::clock;
use crate::server::asked::{At, Body};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::civil::Date;
use ledger::{
    Act, CreditFileKey, Disposal, DisposalAct, DisposalId, DisposalState, EventOf, HoldId,
    HoldScope, ItemState, Joining, NewHold, NewTermEvent, TermEvent, TermEventId, Verdict, Witness,
};
use model::{CreditFile, DocumentId, DocumentType, StationName};
use records::access::PersonRole;
use records::disposal::{Candidate, candidates};
use records::{EventKind, day_of};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Most documents of one list.
const MOST: usize = 10_000;

/// Brings the store's locks after a change, beside the answer: where the store is away, a node does
/// it.
fn follow_up(office: &Arc<Office>) {
    let (tasks, office) = (office.following_up.clone(), Arc::clone(office));
    tasks.spawn(async move {
        let node = format!("{} server", office.parts.node);
        let done = office
            .keeper()
            .follow_up(&node, clock::now, &mut |_| {})
            .await;
        if let Err(error) = done {
            tracing::warn!(%error, "the archive's locks follow later");
        }
    });
}

/// A hold in force.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoldShown {
    pub(crate) hold: HoldId,
    pub(crate) matter: String,
    pub(crate) authority: String,
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) review_on: Option<Date>,
    pub(crate) placed_at: String,
    pub(crate) placed_by: String,
}

/// List the holds in force
///
/// The matter of a confidential one is shown to named roles only.
#[utoipa::path(
    get, path = "/holds", tag = "records",
    responses((status = 200, body = [HoldShown]))
)]
pub(crate) async fn holds(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Answer<Json<Vec<HoldShown>>> {
    let holds = office.ledger().holds(None).await?;
    let mut shown = Vec::new();
    for hold in holds {
        if !caller.rights.reach_all() && !reaches_any(&office, &caller, hold.id).await? {
            continue;
        }
        let hold = office.shown_hold(&caller, hold);
        shown.push(HoldShown {
            hold: hold.id,
            matter: hold.matter,
            authority: hold.authority,
            review_on: hold.review_on,
            placed_at: hold.placed_at.to_string(),
            placed_by: hold.placed_by,
        });
    }
    office
        .tell(
            &caller,
            "listed",
            "holds",
            &format!("{} holds", shown.len()),
        )
        .await?;
    Ok(Json(shown))
}

async fn reaches_any(office: &Office, caller: &Caller, hold: HoldId) -> Answer<bool> {
    for id in office.ledger().documents_held_by(hold).await? {
        if office.reaches(caller, id).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A hold to be placed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHoldAsked {
    /// The matter: a case, an order, an audit.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) matter: String,
    /// Who ordered it, and on what basis.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) authority: String,
    /// Whether its matter is shown to named roles only.
    #[serde(default)]
    pub(crate) confidential: bool,
    /// When somebody should ask whether it is still needed.
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) review_on: Option<Date>,
    /// Documents it is on.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    pub(crate) documents: Vec<String>,
    /// Credit files it is on, with every document of theirs, later ones too.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    pub(crate) credit_files: Vec<i64>,
    /// Every document of this customer's, later ones too; with a type or a station only of those.
    pub(crate) customer: Option<i64>,
    /// Every document of this type, later ones too.
    #[serde(rename = "type")]
    #[schema(max_length = 64)]
    pub(crate) kind: Option<String>,
    /// Every document that this station sent, later ones too.
    #[schema(max_length = 64)]
    pub(crate) station: Option<String>,
}

/// What was placed.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoldPlaced {
    pub(crate) hold: HoldId,
    /// How many documents it is on now.
    pub(crate) documents: usize,
}

/// Place a hold
#[utoipa::path(
    post, path = "/holds", tag = "records", request_body = NewHoldAsked,
    responses(
        (status = 201, body = HoldPlaced),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn place(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Body(asked): Body<NewHoldAsked>,
) -> Answer<impl IntoResponse> {
    let kind = asked.kind.as_deref().map(kind_of).transpose()?;
    let station = asked.station.as_deref().map(station_of).transpose()?;
    let scope = HoldScope {
        customer: asked.customer,
        kind,
        station,
    };
    let documents = documents_of(&asked.documents)?;
    let standing = scope != HoldScope::default() || !asked.credit_files.is_empty();
    if standing && !caller.rights.reach_all() {
        return Err(limited());
    }
    for id in &documents {
        office.record(&caller, *id).await?;
    }
    if asked.matter.trim().is_empty() || asked.authority.trim().is_empty() {
        return Err(Problem::refused(
            "a hold says its matter and who ordered it",
            "send both",
        ));
    }
    let new = NewHold {
        matter: asked.matter,
        authority: asked.authority,
        confidential: asked.confidential,
        review_on: asked.review_on,
        documents,
        credit_files: asked.credit_files,
        scopes: Some(scope)
            .filter(|s| *s != HoldScope::default())
            .into_iter()
            .collect(),
    };
    let hold = office.ledger().place_hold(&new, &caller.actor()).await?;
    follow_up(&office);
    let documents = office.ledger().documents_held_by(hold).await?.len();
    Ok((StatusCode::CREATED, Json(HoldPlaced { hold, documents })))
}

fn limited() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "it is about more than the branches or types that you see",
        "ask somebody who sees all",
    )
}

fn kind_of(kind: &str) -> Answer<DocumentType> {
    DocumentType::parse(kind).map_err(|_| {
        Problem::bad(
            "`type` is no document type",
            "send one as documents have it",
        )
    })
}

fn station_of(name: &str) -> Answer<StationName> {
    StationName::parse(name)
        .map_err(|why| Problem::bad(why.to_string(), "send the name of a station"))
}

fn documents_of(ids: &[String]) -> Answer<Vec<DocumentId>> {
    if ids.len() > MOST {
        return Err(Problem::bad(
            "a list has at most 10,000 documents",
            "send several lists",
        ));
    }
    let parse = |id: &String| {
        DocumentId::parse(id)
            .map_err(|_| Problem::bad("an identity is none of ours", "send ids as lists give them"))
    };
    ids.iter().map(parse).collect()
}

/// Why something is done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// Why, for the audit log.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) why: String,
}

/// Release a hold
///
/// What it was on may still be held by another.
#[utoipa::path(
    post, path = "/holds/{hold}/release", tag = "records", request_body = Reason,
    params(("hold" = i64, Path, description = "the hold")),
    responses((status = 204, description = "released"), (status = 400, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn release(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(hold): At<HoldId>,
    Body(asked): Body<Reason>,
) -> Answer<StatusCode> {
    if !caller.rights.reach_all() {
        return Err(limited());
    }
    if asked.why.trim().is_empty() {
        return Err(Problem::refused("a release says why", "send `why`"));
    }
    office
        .ledger()
        .release_hold(hold, &asked.why, &caller.actor())
        .await?;
    follow_up(&office);
    Ok(StatusCode::NO_CONTENT)
}

/// What is known of a credit file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileKey {
    /// The agreement that opened it.
    #[schema(max_length = 64)]
    pub(crate) agreement_number: Option<String>,
    /// The client's number at the bank.
    #[schema(max_length = 64)]
    pub(crate) client_number: Option<String>,
}

/// Documents that belong to a credit file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileJoined {
    pub(crate) file: FileKey,
    /// The product's code.
    #[schema(max_length = 64)]
    pub(crate) product: Option<String>,
    /// The branch that keeps the file.
    #[schema(max_length = 64)]
    pub(crate) branch: Option<String>,
}

/// Put a document into a credit file
///
/// The file is made where there is none of these numbers.
#[utoipa::path(
    put, path = "/documents/{id}/credit-file", tag = "records", request_body = FileJoined,
    params(("id" = String, Path, description = "the document")),
    responses((status = 200, description = "the file", body = Object), (status = 400, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn join(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
    Body(asked): Body<FileJoined>,
) -> Answer<Json<CreditFile>> {
    office.record(&caller, id).await?;
    let joining = Joining {
        document: id,
        file: CreditFileKey {
            client_number: asked.file.client_number,
            agreement_number: asked.file.agreement_number,
        },
        product: asked.product,
        branch: asked.branch,
        customers: Vec::new(),
    };
    let file = office
        .ledger()
        .join_credit_file(&joining, &caller.actor())
        .await?;
    follow_up(&office);
    Ok(Json(file))
}

/// Find credit files by an agreement's number
///
/// The number is sent as a body, because addresses are logged.
#[utoipa::path(
    post, path = "/credit-files/find", tag = "records", request_body = FileKey,
    responses((status = 200, description = "the files", body = [Object]), (status = 400, body = Problem))
)]
pub(crate) async fn find_files(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Body(key): Body<FileKey>,
) -> Answer<Json<Vec<CreditFile>>> {
    let number = key.agreement_number.ok_or_else(|| {
        Problem::bad(
            "`agreement_number` is missing",
            "send the agreement's number",
        )
    })?;
    let mut files = office.ledger().credit_files_of_agreement(&number).await?;
    files.retain(|file| {
        let fits = |client: &String| file.client_number.as_ref() == Some(client);
        let branches = caller.rights.branches();
        let seen =
            branches.is_empty() || file.branch.as_ref().is_some_and(|b| branches.contains(b));
        seen && key.client_number.as_ref().is_none_or(fits)
    });
    office
        .tell(
            &caller,
            "listed",
            "credit files",
            &format!("{} files", files.len()),
        )
        .await?;
    Ok(Json(files))
}

/// Something that happened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTermEventAsked {
    /// What, as the retention schedule names it: `settled`, `terminated`, `declined` …
    #[schema(max_length = 64)]
    pub(crate) kind: String,
    /// On which day.
    #[schema(value_type = String, format = Date)]
    pub(crate) on: Date,
    /// Who says so.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) source: String,
    /// What proves it there: a posting's number.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub(crate) evidence: String,
}

/// An event, as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct TermEventShown {
    pub(crate) event: TermEventId,
    pub(crate) kind: String,
    #[schema(value_type = String, format = Date)]
    pub(crate) on: Date,
    pub(crate) source: String,
    pub(crate) evidence: String,
    pub(crate) stated_at: String,
    pub(crate) stated_by: String,
    /// None while it waits for a second person.
    pub(crate) confirmed_by: Option<String>,
    pub(crate) reverses: Option<TermEventId>,
    pub(crate) reversed_by: Option<TermEventId>,
}

impl From<TermEvent> for TermEventShown {
    fn from(event: TermEvent) -> Self {
        Self {
            event: event.id,
            kind: event.kind,
            on: event.day,
            source: event.source,
            evidence: event.evidence,
            stated_at: event.stated_at.to_string(),
            stated_by: event.stated_by,
            confirmed_by: event.confirmed_by,
            reverses: event.reverses,
            reversed_by: event.reversed_by,
        }
    }
}

/// The number of what was stated.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventNumber {
    pub(crate) event: TermEventId,
    /// Whether it waits for a second person.
    pub(crate) waits: bool,
}

fn witness(office: &Office) -> Witness {
    if office.parts.config.records.second_person {
        Witness::SecondNeeded
    } else {
        Witness::Enough
    }
}

/// A credit file that the caller may see.
pub(crate) async fn file_of(office: &Office, caller: &Caller, id: i64) -> Answer<CreditFile> {
    let branches = caller.rights.branches();
    let file = office.ledger().credit_file(id).await?;
    file.filter(|file| {
        branches.is_empty() || file.branch.as_ref().is_some_and(|b| branches.contains(b))
    })
    .ok_or_else(|| Problem::unknown("credit file"))
}

/// List what happened to a credit file
#[utoipa::path(
    get, path = "/credit-files/{file}/events", tag = "records",
    params(("file" = i64, Path, description = "the credit file")),
    responses((status = 200, body = [TermEventShown]), (status = 404, body = Problem))
)]
pub(crate) async fn events(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(file): At<i64>,
) -> Answer<Json<Vec<TermEventShown>>> {
    file_of(&office, &caller, file).await?;
    office
        .tell(&caller, "read", &format!("credit_file:{file}"), "events")
        .await?;
    let events = office.ledger().term_events_of(file).await?;
    Ok(Json(events.into_iter().map(TermEventShown::from).collect()))
}

/// State what happened to a credit file
#[utoipa::path(
    post, path = "/credit-files/{file}/events", tag = "records", request_body = NewTermEventAsked,
    params(("file" = i64, Path, description = "the credit file")),
    responses((status = 201, body = EventNumber), (status = 400, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn state_event(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(file): At<i64>,
    Body(asked): Body<NewTermEventAsked>,
) -> Answer<impl IntoResponse> {
    file_of(&office, &caller, file).await?;
    let kind = EventKind::parse(&asked.kind)
        .map_err(|why| Problem::refused(why.to_string(), "send an event of the schedule"))?;
    if asked.on > day_of(clock::now(), &office.parts.schedule) {
        return Err(Problem::refused(
            "that day has not come yet",
            "state it when it happened",
        ));
    }
    let witness = witness(&office);
    let new = NewTermEvent {
        of: EventOf::CreditFile(file),
        kind: kind.to_string(),
        day: asked.on,
        source: asked.source,
        evidence: asked.evidence,
        witness,
    };
    let event = office
        .ledger()
        .state_term_event(&new, &caller.actor())
        .await?;
    follow_up(&office);
    let waits = witness == Witness::SecondNeeded;
    Ok((StatusCode::CREATED, Json(EventNumber { event, waits })))
}

/// Reverse an event
#[utoipa::path(
    post, path = "/events/{event}/reverse", tag = "records", request_body = Reason,
    params(("event" = i64, Path, description = "the event")),
    responses((status = 201, body = EventNumber), (status = 400, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn reverse_event(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(event): At<TermEventId>,
    Body(asked): Body<Reason>,
) -> Answer<impl IntoResponse> {
    if !caller.rights.reach_all() {
        return Err(limited());
    }
    let witness = witness(&office);
    let actor = caller.actor();
    let reversed = office
        .ledger()
        .reverse_term_event(event, &asked.why, witness, &actor);
    let event = reversed.await?;
    follow_up(&office);
    let waits = witness == Witness::SecondNeeded;
    Ok((StatusCode::CREATED, Json(EventNumber { event, waits })))
}

/// Confirm an event that waits for a second person
#[utoipa::path(
    post, path = "/events/{event}/confirm", tag = "records",
    params(("event" = i64, Path, description = "the event")),
    responses((status = 204, description = "confirmed"), (status = 404, body = Problem),
        (status = 422, description = "it was stated by the same person", body = Problem))
)]
pub(crate) async fn confirm_event(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(event): At<TermEventId>,
) -> Answer<StatusCode> {
    if !caller.rights.reach_all() {
        return Err(limited());
    }
    office
        .ledger()
        .confirm_term_event(event, &caller.actor())
        .await?;
    follow_up(&office);
    Ok(StatusCode::NO_CONTENT)
}

/// The retention class of a document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionClassSaid {
    /// A class of the schedule.
    #[schema(max_length = 64)]
    pub(crate) class: String,
}

/// Confirm by which class a document is kept
#[utoipa::path(
    put, path = "/documents/{id}/retention-class", tag = "records", request_body = RetentionClassSaid,
    params(("id" = String, Path, description = "the document")),
    responses((status = 204, description = "confirmed"), (status = 400, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn confirm_class(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
    Body(asked): Body<RetentionClassSaid>,
) -> Answer<StatusCode> {
    office.record(&caller, id).await?;
    if office.parts.schedule.class(&asked.class).is_none() {
        let detail = "the schedule has no such class";
        return Err(Problem::refused(
            detail,
            "`kartoteka retention schedule` lists them",
        ));
    }
    office
        .ledger()
        .confirm_class(id, &asked.class, &caller.actor())
        .await?;
    follow_up(&office);
    Ok(StatusCode::NO_CONTENT)
}

/// A list of disposal.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisposalShown {
    pub(crate) disposal: DisposalId,
    pub(crate) title: String,
    /// `prepared`, `approved`, `collected` or `abandoned`.
    pub(crate) state: &'static str,
    pub(crate) prepared_at: String,
    pub(crate) prepared_by: String,
    pub(crate) acts: Vec<ActShown>,
    pub(crate) items: Vec<ItemShown>,
    /// Opinions that are still awaited, by role.
    pub(crate) awaited: Vec<String>,
}

/// What a person did about it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActShown {
    pub(crate) act: &'static str,
    pub(crate) role: String,
    pub(crate) verdict: &'static str,
    pub(crate) words: String,
    pub(crate) at: String,
    pub(crate) person: String,
}

/// A document of the list.
#[derive(Serialize, ToSchema)]
pub(crate) struct ItemShown {
    pub(crate) document: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) class: String,
    #[schema(value_type = String, format = Date)]
    pub(crate) retain_until: Date,
    pub(crate) basis: String,
    pub(crate) state: &'static str,
}

fn disposal_shown(office: &Office, disposal: Disposal) -> DisposalShown {
    let awaited = records::disposal::missing_opinions(&office.parts.schedule, &disposal);
    DisposalShown {
        disposal: disposal.id,
        awaited: awaited.iter().map(ToString::to_string).collect(),
        title: disposal.title,
        state: disposal.state.as_str(),
        prepared_at: disposal.prepared_at.to_string(),
        prepared_by: disposal.prepared_by,
        acts: disposal
            .acts
            .into_iter()
            .map(|said| ActShown {
                act: said.act.as_str(),
                role: said.role,
                verdict: said.verdict.as_str(),
                words: said.words,
                at: said.at.to_string(),
                person: said.person,
            })
            .collect(),
        items: disposal
            .items
            .into_iter()
            .map(|item| ItemShown {
                document: item.document.to_string(),
                kind: item.kind,
                class: item.class,
                retain_until: item.retain_until,
                basis: item.basis,
                state: item.state.as_str(),
            })
            .collect(),
    }
}

/// A list of disposal, in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisposalLine {
    pub(crate) disposal: DisposalId,
    pub(crate) state: &'static str,
}

/// List the lists of disposal
#[utoipa::path(
    get, path = "/disposals", tag = "records",
    responses((status = 200, body = [DisposalLine]), (status = 403, body = Problem))
)]
pub(crate) async fn disposals(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Answer<Json<Vec<DisposalLine>>> {
    sees_disposals(&caller)?;
    let disposals = office.ledger().disposals(1_000).await?;
    let lines = disposals.into_iter().map(|(disposal, state)| DisposalLine {
        disposal,
        state: state.as_str(),
    });
    Ok(Json(lines.collect()))
}

/// Lists of disposal are about documents of every branch.
fn sees_disposals(caller: &Caller) -> Answer<()> {
    if caller.rights.reach_all() {
        Ok(())
    } else {
        Err(limited())
    }
}

async fn found(office: &Office, id: DisposalId) -> Answer<Disposal> {
    let disposal = office.ledger().disposal(id).await?;
    disposal.ok_or_else(|| Problem::unknown("disposal"))
}

/// See a list of disposal
#[utoipa::path(
    get, path = "/disposals/{disposal}", tag = "records",
    params(("disposal" = i64, Path, description = "the list")),
    responses((status = 200, body = DisposalShown), (status = 403, body = Problem),
        (status = 404, body = Problem))
)]
pub(crate) async fn disposal(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DisposalId>,
) -> Answer<Json<DisposalShown>> {
    sees_disposals(&caller)?;
    let disposal = found(&office, id).await?;
    office
        .tell(&caller, "read", &format!("disposal:{id}"), "")
        .await?;
    Ok(Json(disposal_shown(&office, disposal)))
}

/// A list to be prepared.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DisposalPlan {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) title: String,
    /// Only documents of this class.
    #[schema(max_length = 64)]
    pub(crate) class: Option<String>,
    /// At most so many documents.
    #[schema(minimum = 1, maximum = 10_000)]
    pub(crate) limit: Option<usize>,
}

/// Prepare a list of disposal
///
/// Of everything whose confirmed class's terms are over and that no hold is on.
#[utoipa::path(
    post, path = "/disposals", tag = "records", request_body = DisposalPlan,
    responses((status = 201, body = DisposalShown), (status = 400, body = Problem),
        (status = 403, body = Problem), (status = 422, description = "nothing is due", body = Problem))
)]
pub(crate) async fn prepare(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Body(plan): Body<DisposalPlan>,
) -> Answer<(StatusCode, Json<DisposalShown>)> {
    sees_disposals(&caller)?;
    if plan.title.trim().is_empty() {
        return Err(Problem::refused("a list has a title", "send one"));
    }
    let limit = plan.limit.unwrap_or(1_000).clamp(1, MOST);
    let found = candidates(office.keeper(), plan.class.as_deref(), limit, clock::now()).await?;
    let items: Vec<_> = found
        .into_iter()
        .filter_map(|candidate| match candidate {
            Candidate::Due(item) => Some(*item),
            Candidate::Stays { .. } => None,
        })
        .collect();
    if items.is_empty() {
        let detail = "nothing is due: no confirmed class's terms are over";
        return Err(Problem::refused(
            detail,
            "`kartoteka retention show` says when they are",
        ));
    }
    let actor = caller.actor();
    let prepared = office
        .ledger()
        .prepare_disposal(&plan.title, &items, &actor);
    let id = prepared.await?;
    let disposal = self::found(&office, id).await?;
    Ok((StatusCode::CREATED, Json(disposal_shown(&office, disposal))))
}

/// For or against.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ForOrAgainst {
    /// It may be done.
    For,
    /// It may not.
    Against,
}

/// An opinion or an approval.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Judgement {
    pub(crate) verdict: ForOrAgainst,
    /// In the person's words.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub(crate) words: String,
    /// The role in which an opinion is given; one that the person has.
    #[schema(max_length = 64)]
    pub(crate) role: Option<String>,
}

async fn act(
    office: &Office,
    caller: &Caller,
    id: DisposalId,
    (act, role): (Act, String),
    judgement: Judgement,
) -> Answer<Json<DisposalShown>> {
    sees_disposals(caller)?;
    let disposal = found(office, id).await?;
    let said = DisposalAct {
        act,
        role,
        verdict: match judgement.verdict {
            ForOrAgainst::For => Verdict::For,
            ForOrAgainst::Against => Verdict::Against,
        },
        words: judgement.words,
        at: clock::now(),
        person: caller.name.clone(),
    };
    let schedule = &office.parts.schedule;
    records::disposal::act(office.ledger(), schedule, &disposal, &said, clock::now()).await?;
    Ok(Json(disposal_shown(office, found(office, id).await?)))
}

/// Give an opinion on a list of disposal
#[utoipa::path(
    post, path = "/disposals/{disposal}/opinion", tag = "records", request_body = Judgement,
    params(("disposal" = i64, Path, description = "the list")),
    responses((status = 200, body = DisposalShown), (status = 400, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn opinion(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DisposalId>,
    Body(judgement): Body<Judgement>,
) -> Answer<Json<DisposalShown>> {
    let role = judgement
        .role
        .clone()
        .ok_or_else(|| Problem::bad("an opinion says in which role it is given", "send `role`"))?;
    // Data protection is compliance's here.
    let needed = PersonRole::parse(&role).unwrap_or(PersonRole::Compliance);
    let has = caller.rights.roles().any(|own| own == needed);
    if !has {
        let detail = "that role is not yours";
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            detail,
            "give it in a role of yours",
        ));
    }
    act(&office, &caller, id, (Act::Opinion, role), judgement).await
}

/// Approve a list of disposal, or refuse it
///
/// Two others than the one who prepared it have to.
#[utoipa::path(
    post, path = "/disposals/{disposal}/approval", tag = "records", request_body = Judgement,
    params(("disposal" = i64, Path, description = "the list")),
    responses((status = 200, body = DisposalShown), (status = 400, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn approve(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DisposalId>,
    Body(judgement): Body<Judgement>,
) -> Answer<Json<DisposalShown>> {
    act(
        &office,
        &caller,
        id,
        (Act::Approval, "approver".into()),
        judgement,
    )
    .await
}

/// Decide that a list of disposal will not be done
#[utoipa::path(
    post, path = "/disposals/{disposal}/abandon", tag = "records",
    params(("disposal" = i64, Path, description = "the list")),
    responses((status = 200, body = DisposalShown), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub(crate) async fn abandon(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DisposalId>,
) -> Answer<Json<DisposalShown>> {
    sees_disposals(&caller)?;
    let disposal = found(&office, id).await?;
    let begun = disposal
        .items
        .iter()
        .any(|item| matches!(item.state, ItemState::Collecting | ItemState::Disposed));
    let open = matches!(
        disposal.state,
        DisposalState::Prepared | DisposalState::Approved
    );
    if begun || !open {
        return Err(Problem::refused(
            "it is over or begun",
            "it cannot be abandoned any more",
        ));
    }
    let ended = DisposalState::Abandoned;
    let actor = caller.actor();
    office
        .ledger()
        .end_disposal(&disposal, ended, None, &actor)
        .await?;
    Ok(Json(disposal_shown(&office, found(&office, id).await?)))
}
