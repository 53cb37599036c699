//! Searching: one field, what is found with its thumbnails and counts, searches that are kept, and what
//! is done with a selection.

use super::form::Form;
use super::frame::{Frame, LAST_SEARCH, page};
use super::{back, seal_of};
use crate::server::api::search as api;
use crate::server::api::search::SortOrder;
use crate::server::asked::At;
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use ::records::access::Permission;
use ::search::{Hit, Results};
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::Timestamp;
use ledger::DocumentFilter;
use model::DocumentId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Hits of one page.
pub(crate) const SHOWN: usize = 20;
/// Values shown of each count.
const COUNTS: usize = 8;
/// Suggestions while somebody types.
const SUGGESTED: usize = 6;
/// Documents that came last, shown before anything is searched for.
const LATEST: usize = 10;
/// Rows that are looked through for them: whoever sees few of them gets fewer.
const LOOKED_THROUGH: u32 = 200;

/// What was asked: it is what a sealed address holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) q: String,
    #[serde(default)]
    pub(crate) sort: SortOrder,
    #[serde(default)]
    pub(crate) from: usize,
}

impl Asked {
    /// The search that this page of hits is of.
    pub(crate) fn search(&self, facets: bool) -> api::Search {
        api::Search {
            query: self.q.clone(),
            sort: self.sort,
            limit: Some(SHOWN),
            offset: Some(self.from),
            facets,
        }
    }
}

/// Something to take up: an address and its words.
pub(crate) struct Link {
    pub(crate) to: String,
    pub(crate) title: String,
    pub(crate) count: u64,
}

/// What the found documents are filed under.
struct Counts {
    title: String,
    links: Vec<Link>,
}

/// A found document.
struct Found {
    id: String,
    kind: String,
    number: Option<String>,
    borrower: Option<String>,
    date: Option<String>,
    amount: Option<String>,
    branch: Option<String>,
    station: String,
    /// HTML, escaped, the hits in `<mark>`.
    snippet: String,
    pages: Vec<u32>,
    first_page: u32,
}

#[derive(Template)]
#[template(path = "search.html", config = "src/server/desk/askama.toml")]
struct SearchPage {
    f: Frame,
    q: String,
    /// The search, sealed; none before anything was searched for.
    sealed: Option<String>,
    total: usize,
    found: Vec<Found>,
    counts: Vec<Counts>,
    chips: Vec<Link>,
    previous: Option<String>,
    next: Option<String>,
    suggestion: Option<Link>,
    widened: bool,
    relaxed: bool,
    kept: Vec<Link>,
    latest: Vec<Latest>,
    shown: (usize, usize),
    sorts: Vec<(&'static str, Link)>,
}

/// A document that came lately.
struct Latest {
    id: String,
    kind: String,
    number: Option<String>,
    borrower: Option<String>,
    at: String,
    station: String,
    to_review: bool,
}

/// The page before anything is searched for.
pub(crate) async fn begin(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
) -> Answer<Html<String>> {
    let seal = seal_of(&caller)?;
    let kept = kept(&office, &caller, seal).await?;
    let newest = api::Search {
        query: "*".into(),
        sort: SortOrder::Newest,
        limit: Some(2 * LATEST),
        offset: None,
        facets: false,
    };
    // Where the index is being made anew, they are listed by their types alone.
    let known = api::find(&office, &caller, newest).await;
    let known = known.map_or_else(|_| Vec::new(), |found| found.hits);
    let mut latest = Vec::new();
    let rows = office
        .ledger()
        .documents(&DocumentFilter::All, None, LOOKED_THROUGH);
    for row in rows.await? {
        if latest.len() < LATEST && caller.rights.reach(row.branch.as_deref(), &row.kind) {
            let hit = known.iter().find(|hit| hit.id == row.id);
            latest.push(Latest {
                id: row.id.to_string(),
                kind: f.kind(&row.kind),
                number: hit.and_then(|hit| hit.fields.agreement_number.clone()),
                borrower: hit.and_then(|hit| hit.fields.borrower_name.clone()),
                at: f.moment(received(row.id)),
                station: row.station,
                to_review: row.review == ledger::Review::Needed,
            });
        }
    }
    let detail = format!("{} documents", latest.len());
    office.tell(&caller, "listed", "documents", &detail).await?;
    page(&SearchPage {
        q: String::new(),
        sealed: None,
        total: 0,
        found: Vec::new(),
        counts: Vec::new(),
        chips: Vec::new(),
        previous: None,
        next: None,
        suggestion: None,
        widened: false,
        relaxed: false,
        kept,
        latest,
        shown: (0, 0),
        sorts: Vec::new(),
        f,
    })
}

/// When a document's file was claimed, as its identity says.
fn received(id: DocumentId) -> Timestamp {
    let milliseconds = i64::try_from(id.submission().claimed_at_milliseconds());
    milliseconds
        .ok()
        .and_then(|at| Timestamp::from_millisecond(at).ok())
        .unwrap_or_default()
}

async fn kept(office: &Office, caller: &Caller, seal: &super::Seal) -> Answer<Vec<Link>> {
    let kept = office.ledger().searches(&caller.name).await?;
    let links = kept.into_iter().map(|(name, query)| Link {
        to: address(seal, &query, SortOrder::Relevance, 0),
        title: name,
        count: 0,
    });
    Ok(links.collect())
}

fn address(seal: &super::Seal, q: &str, sort: SortOrder, from: usize) -> String {
    let asked = Asked {
        q: q.trim().to_owned(),
        sort,
        from,
    };
    format!("/search/{}", seal.close(&asked))
}

/// What the field sends.
#[derive(Deserialize)]
pub(crate) struct Question {
    q: String,
    #[serde(default)]
    sort: SortOrder,
}

/// Goes to the address of a search.
pub(crate) async fn ask(caller: Caller, Form(question): Form<Question>) -> Answer<Redirect> {
    if question.q.trim().is_empty() {
        return Ok(Redirect::to("/search"));
    }
    let to = address(seal_of(&caller)?, &question.q, question.sort, 0);
    Ok(Redirect::to(&to))
}

/// What was found.
pub(crate) async fn found(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    At(sealed): At<String>,
) -> Answer<Response> {
    let seal = seal_of(&caller)?.clone();
    let asked: Asked = seal.open(&sealed)?;
    let results = api::find(&office, &caller, asked.search(true)).await?;
    let kept = kept(&office, &caller, &seal).await?;
    let last = asked.from + results.hits.len();
    let at = |from: usize| address(&seal, &asked.q, asked.sort, from);
    let with = |token: &str| address(&seal, &format!("{} {token}", asked.q), asked.sort, 0);
    let html = page(&SearchPage {
        total: results.total,
        previous: (asked.from > 0).then(|| at(asked.from.saturating_sub(SHOWN))),
        next: (results.total > last).then(|| at(last)),
        shown: (asked.from + 1, last),
        counts: counts(&f, &results, &with),
        chips: chips(&asked, &seal),
        suggestion: results.suggestion.as_ref().map(|q| Link {
            to: address(&seal, q, asked.sort, 0),
            title: q.clone(),
            count: 0,
        }),
        widened: results.widened,
        relaxed: results.relaxed,
        found: results.hits.iter().map(|hit| shown(&f, hit)).collect(),
        sorts: [
            ("relevance", SortOrder::Relevance),
            ("newest", SortOrder::Newest),
            ("date", SortOrder::Date),
            ("amount", SortOrder::Amount),
        ]
        .into_iter()
        .map(|(name, sort)| {
            let link = Link {
                to: address(&seal, &asked.q, sort, 0),
                title: f.of("sort", name),
                count: u64::from(sort == asked.sort),
            };
            (name, link)
        })
        .collect(),
        kept,
        latest: Vec::new(),
        q: asked.q,
        sealed: Some(sealed.clone()),
        f,
    })?;
    let mut response = html.into_response();
    let cookie = format!("{LAST_SEARCH}={sealed}; Path=/; HttpOnly; SameSite=Strict");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn shown(f: &Frame, hit: &Hit) -> Found {
    let fields = &hit.fields;
    let currency = fields.currency.as_deref().unwrap_or_default();
    Found {
        id: hit.id.to_string(),
        kind: f.kind(&hit.kind),
        number: fields.agreement_number.clone(),
        borrower: fields.borrower_name.clone(),
        date: fields
            .agreement_date
            .as_ref()
            .map(|day| match day.parse::<jiff::civil::Date>() {
                Ok(day) => f.day(day),
                Err(_) => day.clone(),
            }),
        amount: fields
            .credit_amount
            .as_ref()
            .map(|amount| f.money(amount, currency)),
        branch: hit.branch.clone(),
        station: hit.station.clone(),
        snippet: hit.snippet.clone(),
        first_page: hit.pages.first().copied().unwrap_or(1),
        pages: hit.pages.clone(),
    }
}

/// A value as it is typed behind a field's name.
fn quoted(value: &str) -> String {
    let plain = value
        .chars()
        .all(|c| c.is_alphanumeric() || "-_.".contains(c));
    if plain {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('"', " "))
    }
}

fn counts(f: &Frame, results: &Results, with: &dyn Fn(&str) -> String) -> Vec<Counts> {
    let facets = &results.facets;
    let named = |title: &str, field: &str, of: &[(String, u64)], call: &dyn Fn(&str) -> String| {
        let links = of.iter().take(COUNTS).map(|(name, count)| Link {
            to: with(&format!("{field}:{}", quoted(name))),
            title: call(name),
            count: *count,
        });
        Counts {
            title: f.t(title),
            links: links.collect(),
        }
    };
    let same = |name: &str| name.to_owned();
    let years: Vec<(String, u64)> = facets
        .years
        .iter()
        .map(|(year, count)| (year.to_string(), *count))
        .collect();
    let all = [
        named("facet-type", "typ", &facets.types, &|name| f.kind(name)),
        named("facet-year", "data", &years, &same),
        named("facet-branch", "oddział", &facets.branches, &same),
        named("facet-station", "stacja", &facets.stations, &same),
        named("facet-state", "stan", &facets.states, &|name| {
            f.of("state", name)
        }),
        named("facet-class", "klasa", &facets.classes, &same),
    ];
    all.into_iter()
        .filter(|counts| counts.links.len() > 1)
        .collect()
}

/// The parts of a query, quoted ones whole.
fn parts(q: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in q.chars() {
        if c == '"' {
            quoted = !quoted;
        }
        if c.is_whitespace() && !quoted {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The parts that filter, each with the address of the search without it.
fn chips(asked: &Asked, seal: &super::Seal) -> Vec<Link> {
    let parts = parts(&asked.q);
    let filters = parts.iter().enumerate().filter(|(_, part)| {
        let field = part.split_once(':').map(|(field, _)| field);
        field.is_some_and(|field| !field.is_empty() && field.chars().all(char::is_alphabetic))
    });
    let links = filters.map(|(n, part)| {
        let others: Vec<&str> = parts
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != n)
            .map(|(_, part)| part.as_str())
            .collect();
        let rest = if others.is_empty() {
            "*".to_owned()
        } else {
            others.join(" ")
        };
        Link {
            to: address(seal, &rest, asked.sort, 0),
            title: part.clone(),
            count: 0,
        }
    });
    links.collect()
}

/// What somebody has typed so far.
#[derive(Deserialize)]
pub(crate) struct Typed {
    q: String,
}

/// What somebody may be typing: agreements that begin so.
pub(crate) async fn suggest(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Form(typed): Form<Typed>,
) -> Answer<Json<Vec<String>>> {
    let begun = typed.q.trim();
    let last = begun.split_whitespace().next_back().unwrap_or_default();
    if last.chars().count() < 3 || !last.chars().all(char::is_alphanumeric) {
        return Ok(Json(Vec::new()));
    }
    let asked = api::Search {
        query: format!("{begun}*"),
        sort: SortOrder::Relevance,
        limit: Some(SUGGESTED),
        offset: None,
        facets: false,
    };
    let found = api::find(&office, &caller, asked).await?;
    let mut said: Vec<String> = Vec::new();
    for hit in found.hits {
        let about = [hit.fields.borrower_name, hit.fields.agreement_number];
        for suggestion in about.into_iter().flatten() {
            if !said.contains(&suggestion) {
                said.push(suggestion);
            }
        }
    }
    said.truncate(SUGGESTED);
    Ok(Json(said))
}

/// A search to be kept.
#[derive(Deserialize)]
pub(crate) struct Keeping {
    name: String,
    sealed: String,
}

pub(crate) async fn keep(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Form(keeping): Form<Keeping>,
) -> Answer<Redirect> {
    let asked: Asked = seal_of(&caller)?.open(&keeping.sealed)?;
    let name = keeping.name.trim();
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(Problem::refused(
            "a search is kept under a name of 1 to 80 letters",
            "go back, and give it one",
        ));
    }
    office
        .ledger()
        .keep_search(&caller.name, name, &asked.q)
        .await?;
    Ok(back(&format!("/search/{}", keeping.sealed), "search-kept"))
}

/// The name of a kept search.
#[derive(Deserialize)]
pub(crate) struct Named {
    name: String,
}

pub(crate) async fn forget(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Form(named): Form<Named>,
) -> Answer<Redirect> {
    office
        .ledger()
        .forget_search(&caller.name, &named.name)
        .await?;
    Ok(back("/search", "search-forgotten"))
}

/// What is to be done with the documents that were ticked.
#[derive(Deserialize)]
pub(crate) struct Selected {
    #[serde(default)]
    id: Vec<String>,
    act: String,
    sealed: String,
}

/// Takes a selection to the page of what is to be done with it, or gives it as CSV.
pub(crate) async fn selected(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Form(selected): Form<Selected>,
) -> Answer<Response> {
    let seal = seal_of(&caller)?;
    if selected.id.is_empty() {
        return Ok(
            back(&format!("/search/{}", selected.sealed), "nothing-selected").into_response(),
        );
    }
    match selected.act.as_str() {
        "hold" => {
            let ids = seal.close(&selected.id);
            Ok(Redirect::to(&format!("/holds/new?on={ids}")).into_response())
        }
        "package" => {
            let ids = seal.close(&selected.id);
            Ok(Redirect::to(&format!("/packages?on={ids}#new")).into_response())
        }
        "csv" => {
            let asked: Asked = seal.open(&selected.sealed)?;
            let results = api::find(&office, &caller, asked.search(false)).await?;
            let mut csv = crate::forms::search::csv_head();
            for hit in &results.hits {
                if selected.id.contains(&hit.id.to_string()) {
                    crate::forms::search::csv_row(hit, &mut csv);
                }
            }
            let head = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"kartoteka.csv\"",
                ),
            ];
            Ok((StatusCode::OK, head, csv).into_response())
        }
        _ => Err(Problem::bad(
            "nothing of the kind can be done with a selection",
            "go back to the page, and send it again",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_query_falls_into_parts_with_quoted_ones_whole() {
        assert_eq!(
            parts(" kowalski  oddział:\"Łódź Śródmieście\" data:2021 \"księga wieczysta\""),
            [
                "kowalski",
                "oddział:\"Łódź Śródmieście\"",
                "data:2021",
                "\"księga wieczysta\""
            ]
        );
        assert_eq!(parts("  "), Vec::<String>::new());
        assert_eq!(parts("\"nie zamknięty"), ["\"nie zamknięty"]);
    }
}
