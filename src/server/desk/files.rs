//! A credit file on one screen: its documents in order, what was found in them, what happened to it, and
//! where the paper is.

use super::back;
use super::document::{ShownFinding, findings_of};
use super::form::{Form, said};
use super::frame::{Frame, page};
use crate::server::api::records as api;
use crate::server::asked::{At, Body};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use ::records::EventKind;
use ::records::access::Permission;
use askama::Template;
use axum::extract::State;
use axum::response::{Html, Redirect};
use jiff::civil::Date;
use ledger::{DocumentFilter, Review, TermEvent};
use model::{DocumentId, Record};
use serde::Deserialize;
use std::sync::Arc;

/// Documents of a credit file that are shown.
const MOST: u32 = 200;

/// A document of the file.
struct Paper {
    id: String,
    kind: String,
    date: String,
    pages: Vec<u32>,
    to_review: bool,
    box_code: Option<String>,
    original_required: bool,
    findings: Vec<ShownFinding>,
    order: (usize, String),
}

#[derive(Template)]
#[template(path = "file.html", config = "src/server/desk/askama.toml")]
struct FilePage {
    f: Frame,
    file: model::CreditFile,
    papers: Vec<Paper>,
    pages: usize,
    events: Vec<(String, TermEvent)>,
    kinds: Vec<(String, String)>,
}

/// The types in the order in which a file is read; the others come after them.
const ORDER: [&str; 12] = [
    "credit_application",
    "information_form",
    "esis",
    "credit_decision",
    "consumer_credit_agreement",
    "mortgage_agreement",
    "corporate_credit_agreement",
    "loan_agreement",
    "annex",
    "repayment_schedule",
    "security_agreement",
    "surety",
];

/// Shows a credit file.
pub(crate) async fn show(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    At(id): At<i64>,
) -> Answer<Html<String>> {
    let file = api::file_of(&office, &caller, id).await?;
    let filter = DocumentFilter::CreditFile(id);
    let rows = office.ledger().documents(&filter, None, MOST).await?;
    let mut papers = Vec::new();
    for row in rows {
        if !caller.rights.reach(row.branch.as_deref(), &row.kind) {
            continue;
        }
        let record = office
            .read_record(&caller, row.id, "record in its credit file")
            .await?;
        papers.push(paper_of(&f, &record, row.review == Review::Needed));
    }
    papers.sort_by(|a, b| a.order.cmp(&b.order));
    let events = office.ledger().term_events_of(id).await?;
    let events = events
        .into_iter()
        .map(|event| (f.day(event.day), event))
        .collect();
    let kinds = EventKind::ALL
        .iter()
        .map(|kind| (kind.to_string(), f.of("event", kind)));
    page(&FilePage {
        pages: papers.iter().map(|paper| paper.pages.len()).sum(),
        kinds: kinds.collect(),
        file,
        papers,
        events,
        f,
    })
}

fn paper_of(f: &Frame, record: &Record, to_review: bool) -> Paper {
    let date = ["agreement_date", "original_agreement_date"]
        .iter()
        .find_map(|name| record.fields.get(*name)?.values().first())
        .map(|value| value.value.to_string())
        .unwrap_or_default();
    let place = ORDER.iter().position(|kind| *kind == record.kind.as_str());
    let seen = record.pages.iter().filter(|page| page.width > 0);
    Paper {
        id: record.id.to_string(),
        kind: f.kind(&record.kind),
        order: (place.unwrap_or(ORDER.len()), date.clone()),
        date: date.parse().map_or(date, |day: Date| f.day(day)),
        pages: seen.map(|page| page.number).collect(),
        to_review,
        box_code: record.paper.container.clone(),
        original_required: record.paper.original_required,
        findings: findings_of(f, record)
            .into_iter()
            .filter(|finding| finding.severity != "info")
            .collect(),
    }
}

/// The file that a document is put into.
#[derive(Deserialize)]
pub(crate) struct Joined {
    agreement_number: String,
    #[serde(default)]
    client_number: String,
}

pub(crate) async fn join(
    office: State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
    Form(form): Form<Joined>,
) -> Answer<Redirect> {
    let asked = api::FileJoined {
        file: api::FileKey {
            agreement_number: said(form.agreement_number),
            client_number: said(form.client_number),
        },
        product: None,
        branch: None,
    };
    let file = api::join(office, caller, At(id), Body(asked)).await?;
    Ok(back(&format!("/files/{}", file.0.id), "joined"))
}

/// A class that a person confirms.
#[derive(Deserialize)]
pub(crate) struct Class {
    class: String,
}

pub(crate) async fn confirm_class(
    office: State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
    Form(form): Form<Class>,
) -> Answer<Redirect> {
    let asked = api::RetentionClassSaid { class: form.class };
    api::confirm_class(office, caller, At(id), Body(asked)).await?;
    Ok(back(&format!("/documents/{id}#retention"), "class"))
}

/// Something that happened to a credit file.
#[derive(Deserialize)]
pub(crate) struct Happened {
    kind: String,
    on: String,
    source: String,
    #[serde(default)]
    evidence: String,
}

pub(crate) async fn state_event(
    office: State<Arc<Office>>,
    caller: Caller,
    At(file): At<i64>,
    Form(form): Form<Happened>,
) -> Answer<Redirect> {
    let on: Date = form
        .on
        .parse()
        .map_err(|_| Problem::bad("the day is none", "choose a day of the calendar"))?;
    let asked = api::NewTermEventAsked {
        kind: form.kind,
        on,
        source: form.source,
        evidence: form.evidence,
    };
    api::state_event(office, caller, At(file), Body(asked)).await?;
    Ok(back(&format!("/files/{file}#events"), "event"))
}
