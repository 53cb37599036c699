//! Stations: what they sent today and how it stands, what is parked and why, and the sheets to print.

use super::back;
use super::form::{Form, said};
use super::frame::{Frame, page};
use crate::clock;
use crate::forms::status;
use crate::server::api::{machine, submissions as api};
use crate::server::asked::{At, Body, With};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use ::records::access::Permission;
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{Patch, SheetValue, SheetValues, StationName};
use print::SeparatorSheet;
use serde::Deserialize;
use std::sync::Arc;

/// Days that a station's page looks back.
const DAYS: i64 = 14;
/// Sheets of one print.
const MOST_SHEETS: u16 = 200;

/// A station and its day.
struct Station {
    name: String,
    branch: Option<String>,
    day: Option<machine::DayShown>,
}

#[derive(Template)]
#[template(path = "stations.html", config = "src/server/desk/askama.toml")]
struct StationsPage {
    f: Frame,
    day: String,
    stations: Vec<Station>,
    parked: Vec<status::ParkedShown>,
    waits: Vec<status::WaitShown>,
    unfinished: Vec<status::WaitShown>,
    sees_submissions: bool,
}

/// All stations today.
pub(crate) async fn all(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
) -> Answer<Html<String>> {
    let days = machine::balance(State(Arc::clone(&office)), With(machine::Days::today())).await?;
    let mut days = days.0;
    let known = machine::stations(State(Arc::clone(&office))).await?.0;
    let mut stations: Vec<Station> = known
        .into_iter()
        .map(|station| Station {
            day: days
                .iter()
                .position(|day| day.station == station.name)
                .map(|at| days.swap_remove(at)),
            name: station.name,
            branch: station.branch,
        })
        .collect();
    stations.extend(days.into_iter().map(|day| Station {
        name: day.station.clone(),
        branch: None,
        day: Some(day),
    }));
    stations.sort_by(|a, b| a.name.cmp(&b.name));
    let status = machine::status(State(Arc::clone(&office)), caller).await?.0;
    page(&StationsPage {
        day: f.day(today()),
        stations,
        parked: status.parked,
        waits: status.intake_waits,
        unfinished: status.unfinished,
        sees_submissions: f.may(Permission::SeeSubmissions),
        f,
    })
}

fn today() -> Date {
    // A station's day is counted in UTC, as `kartoteka balance` does.
    TimeZone::UTC.to_datetime(clock::now()).date()
}

/// A day of a station.
struct Day {
    day: String,
    shown: machine::DayShown,
}

#[derive(Template)]
#[template(path = "station.html", config = "src/server/desk/askama.toml")]
struct StationPage {
    f: Frame,
    name: String,
    folder: String,
    days: Vec<Day>,
    kinds: Vec<(String, String)>,
}

/// One station over the last days.
pub(crate) async fn one(
    State(office): State<Arc<Office>>,
    f: Frame,
    At(name): At<StationName>,
) -> Answer<Html<String>> {
    let mut days = Vec::new();
    let today = today();
    for back in 0..DAYS {
        let day = today
            .checked_sub(jiff::Span::new().days(back))
            .map_err(|why| Problem::fault(&why))?;
        let asked = machine::Days::of(day, &name);
        let shown = machine::balance(State(Arc::clone(&office)), With(asked)).await?;
        days.extend(shown.0.into_iter().map(|shown| Day {
            day: f.day(day),
            shown,
        }));
    }
    page(&StationPage {
        folder: office.parts.inbox.folder_of(&name).display().to_string(),
        name: name.to_string(),
        days,
        kinds: f.kinds(),
        f,
    })
}

/// Sheets to be printed.
#[derive(Deserialize)]
pub(crate) struct Sheets {
    #[serde(default)]
    copies: Option<u16>,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    branch: String,
    #[serde(default, rename = "box")]
    container: String,
}

/// Separator sheets of a station, as PDF.
pub(crate) async fn separators(
    At(name): At<StationName>,
    With(asked): With<Sheets>,
) -> Answer<impl IntoResponse> {
    let mut values = SheetValues::default();
    for (value, text) in [
        (SheetValue::Station, Some(name.to_string())),
        (SheetValue::Type, said(asked.kind)),
        (SheetValue::Branch, said(asked.branch)),
        (SheetValue::Box, said(asked.container)),
    ] {
        if let Some(text) = text {
            values.set(value, &text).map_err(|_| {
                Problem::refused(
                    format!("`{text}` cannot stand in a bar code"),
                    "use letters without accents, digits and signs",
                )
            })?;
        }
    }
    let copies = asked.copies.unwrap_or(10).clamp(1, MOST_SHEETS);
    let sheet = SeparatorSheet {
        patch: Patch::T,
        values,
    };
    let sheets = vec![sheet; copies.into()];
    let pdf = print::separators(&sheets).map_err(|why| Problem::fault(&why))?;
    let head = [
        (header::CONTENT_TYPE, "application/pdf"),
        (
            header::CONTENT_DISPOSITION,
            "inline; filename=\"separators.pdf\"",
        ),
    ];
    Ok((StatusCode::OK, head, pdf))
}

#[derive(Template)]
#[template(path = "submissions.html", config = "src/server/desk/askama.toml")]
struct SubmissionsPage {
    f: Frame,
    submissions: Vec<api::Submission>,
    next: Option<String>,
}

/// Where the list goes on.
#[derive(Deserialize)]
pub(crate) struct Cursor {
    #[serde(default)]
    cursor: Option<String>,
}

/// What was handed in lately.
pub(crate) async fn submissions(
    office: State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    With(cursor): With<Cursor>,
) -> Answer<Html<String>> {
    let asked = api::Which {
        cursor: cursor.cursor,
        limit: None,
    };
    let found = api::list(office, caller, With(asked)).await?.0;
    page(&SubmissionsPage {
        submissions: found.submissions,
        next: found.cursor,
        f,
    })
}

/// What is to be done with parked work.
#[derive(Deserialize)]
pub(crate) struct Work {
    id: String,
    act: String,
    #[serde(default)]
    why: String,
}

pub(crate) async fn work(
    office: State<Arc<Office>>,
    caller: Caller,
    Form(form): Form<Work>,
) -> Answer<Redirect> {
    let what = match form.act.as_str() {
        "retry" => machine::WorkVerb::Retry,
        "skip" => machine::WorkVerb::Skip,
        _ => {
            return Err(Problem::bad(
                "nothing of the kind can be done with parked work",
                "go back to the page, and send it again",
            ));
        }
    };
    let order = machine::WorkOrder {
        what,
        ids: vec![form.id],
        why: form.why,
    };
    let Json(_) = machine::jobs(office, caller, Body(order)).await?;
    Ok(back("/stations#parked", form.act.as_str()))
}
