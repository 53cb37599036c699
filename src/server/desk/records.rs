//! Records management: what is due, holds, and lists of disposal with the opinions and approvals that
//! they need.

use super::form::{Form, said};
use super::frame::{Frame, page};
use super::{back, seal_of};
use crate::clock;
use crate::server::api::records as api;
use crate::server::asked::{At, Body, With};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use ::records::access::Permission;
use ::records::disposal::{Candidate, candidates};
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{Html, Redirect};
use ledger::{DisposalId, HoldId};
use serde::Deserialize;
use std::sync::Arc;

/// What is due that is listed; the rest is counted when a list is prepared.
const DUE: usize = 50;

/// A document whose term is over.
struct Due {
    id: String,
    kind: String,
    class: String,
    until: String,
    basis: String,
}

#[derive(Template)]
#[template(path = "records.html", config = "src/server/desk/askama.toml")]
struct RecordsPage {
    f: Frame,
    /// Looked through every document; none unless asked for.
    due: Option<Vec<Due>>,
    stays: usize,
    holds: Vec<(String, Option<String>, api::HoldShown)>,
    disposals: Vec<api::DisposalLine>,
    sees_disposals: bool,
    objects: u64,
    never: u64,
    troubled: u64,
    oldest: Option<String>,
}

/// What is looked up besides.
#[derive(Deserialize)]
pub(crate) struct Looking {
    #[serde(default)]
    due: Option<String>,
}

/// What is due, what is held, what is to be disposed of.
pub(crate) async fn show(
    office: State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    With(looking): With<Looking>,
) -> Answer<Html<String>> {
    let holds = api::holds(State(Arc::clone(&office)), caller.clone())
        .await?
        .0;
    let holds = holds.into_iter().map(|hold| {
        let review = hold.review_on.map(|day| f.day(day));
        (f.at(&hold.placed_at), review, hold)
    });
    let sees_disposals = f.may(Permission::SeeDisposals) && caller.rights.reach_all();
    let (mut due, mut stays, mut disposals) = (None, 0, Vec::new());
    if sees_disposals && looking.due.is_some() {
        let due = due.insert(Vec::new());
        for candidate in candidates(office.keeper(), None, DUE, clock::now()).await? {
            match candidate {
                Candidate::Due(item) => due.push(Due {
                    id: item.document.to_string(),
                    kind: f.kind(&item.kind),
                    class: item.class,
                    until: f.day(item.retain_until),
                    basis: item.basis,
                }),
                Candidate::Stays { .. } => stays += 1,
            }
        }
    }
    if sees_disposals {
        disposals = api::disposals(State(Arc::clone(&office)), caller.clone())
            .await?
            .0;
    }
    let reach = office.ledger().fixity_reach().await?;
    page(&RecordsPage {
        holds: holds.collect(),
        due,
        stays,
        disposals,
        sees_disposals,
        objects: reach.objects,
        never: reach.never,
        troubled: reach.troubled,
        oldest: reach.oldest.map(|at| f.moment(at)),
        f,
    })
}

#[derive(Template)]
#[template(path = "hold.html", config = "src/server/desk/askama.toml")]
struct HoldPage {
    f: Frame,
    ids: Vec<String>,
}

/// What a hold is to be on, sealed.
#[derive(Deserialize)]
pub(crate) struct On {
    #[serde(default)]
    on: Option<String>,
    #[serde(default)]
    id: Option<String>,
}

/// The page on which a hold is placed.
pub(crate) async fn new_hold(caller: Caller, f: Frame, With(on): With<On>) -> Answer<Html<String>> {
    let mut ids: Vec<String> = match on.on {
        Some(sealed) => seal_of(&caller)?.open(&sealed)?,
        None => Vec::new(),
    };
    ids.extend(on.id);
    page(&HoldPage { f, ids })
}

/// A hold.
#[derive(Deserialize)]
pub(crate) struct NewHold {
    matter: String,
    authority: String,
    #[serde(default)]
    confidential: Option<String>,
    #[serde(default)]
    review_on: String,
    #[serde(default)]
    id: Vec<String>,
}

pub(crate) async fn place(
    office: State<Arc<Office>>,
    caller: Caller,
    Form(form): Form<NewHold>,
) -> Answer<Redirect> {
    let review_on = said(form.review_on)
        .map(|day| day.parse())
        .transpose()
        .map_err(|_| Problem::bad("the day is none", "choose a day of the calendar"))?;
    let asked = api::NewHoldAsked {
        matter: form.matter,
        authority: form.authority,
        confidential: form.confidential.is_some(),
        review_on,
        documents: form
            .id
            .iter()
            .flat_map(|ids| ids.split_whitespace().map(str::to_owned))
            .collect(),
        credit_files: Vec::new(),
        customer: None,
        kind: None,
        station: None,
    };
    if asked.documents.is_empty() {
        return Err(Problem::refused(
            "the hold is on no document",
            "give at least one",
        ));
    }
    api::place(office, caller, Body(asked)).await?;
    Ok(back("/records#holds", "held"))
}

/// Why something is done.
#[derive(Deserialize)]
pub(crate) struct Why {
    why: String,
}

pub(crate) async fn release(
    office: State<Arc<Office>>,
    caller: Caller,
    At(hold): At<HoldId>,
    Form(form): Form<Why>,
) -> Answer<Redirect> {
    let reason = api::Reason { why: form.why };
    api::release(office, caller, At(hold), Body(reason)).await?;
    Ok(back("/records#holds", "released"))
}

/// A list to be prepared.
#[derive(Deserialize)]
pub(crate) struct Plan {
    title: String,
}

pub(crate) async fn prepare(
    office: State<Arc<Office>>,
    caller: Caller,
    Form(form): Form<Plan>,
) -> Answer<Redirect> {
    let plan = api::DisposalPlan {
        title: form.title,
        class: None,
        limit: None,
    };
    let (_, prepared) = api::prepare(office, caller, Body(plan)).await?;
    Ok(back(
        &format!("/disposals/{}", prepared.disposal),
        "prepared",
    ))
}

#[derive(Template)]
#[template(path = "disposal.html", config = "src/server/desk/askama.toml")]
struct DisposalPage {
    f: Frame,
    disposal: api::DisposalShown,
    roles: Vec<&'static str>,
    is_own: bool,
    is_open: bool,
}

/// A list of disposal.
pub(crate) async fn disposal(
    office: State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    At(id): At<DisposalId>,
) -> Answer<Html<String>> {
    let disposal = api::disposal(office, caller.clone(), At(id)).await?.0;
    page(&DisposalPage {
        roles: caller.rights.roles().map(|role| role.as_str()).collect(),
        is_own: disposal.prepared_by == caller.name,
        is_open: matches!(disposal.state, "prepared" | "approved"),
        disposal,
        f,
    })
}

/// An opinion or an approval.
#[derive(Deserialize)]
pub(crate) struct Judged {
    verdict: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    role: String,
}

impl Judged {
    fn judgement(self) -> api::Judgement {
        api::Judgement {
            verdict: match self.verdict.as_str() {
                "for" => api::ForOrAgainst::For,
                _ => api::ForOrAgainst::Against,
            },
            words: self.words,
            role: said(self.role),
        }
    }
}

pub(crate) async fn opinion(
    office: State<Arc<Office>>,
    caller: Caller,
    At(id): At<DisposalId>,
    Form(form): Form<Judged>,
) -> Answer<Redirect> {
    let Json(_) = api::opinion(office, caller, At(id), Body(form.judgement())).await?;
    Ok(back(&format!("/disposals/{id}"), "opinion"))
}

pub(crate) async fn approve(
    office: State<Arc<Office>>,
    caller: Caller,
    At(id): At<DisposalId>,
    Form(form): Form<Judged>,
) -> Answer<Redirect> {
    let Json(_) = api::approve(office, caller, At(id), Body(form.judgement())).await?;
    Ok(back(&format!("/disposals/{id}"), "approval"))
}

pub(crate) async fn abandon(
    office: State<Arc<Office>>,
    caller: Caller,
    At(id): At<DisposalId>,
) -> Answer<Redirect> {
    let Json(_) = api::abandon(office, caller, At(id)).await?;
    Ok(back(&format!("/disposals/{id}"), "abandoned"))
}
