//! The machine: what waits, what is parked, stations and their balance; and what operators do.

use crate::clock;
use crate::forms::status::{self, StatusShown};
use crate::server::asked::{Body, With};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::Subject;
use model::StationName;
use records::access::Permission;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Most subjects of one order.
const MOST: usize = 1_000;

/// Say what was received and what became of it
///
/// The form is that of `kartoteka status --json`. Names of parked files are for those who may see
/// submissions.
#[utoipa::path(
    get, path = "/status", tag = "machine",
    responses((status = 200, body = StatusShown), (status = 503, body = Problem))
)]
pub(crate) async fn status(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Answer<Json<StatusShown>> {
    let counts = office.ledger().status().await?;
    let mut shown = status::shown(office.ledger(), counts).await?;
    let sees_names = caller.rights.may(Permission::SeeSubmissions) && caller.rights.reach_all();
    if !sees_names {
        for parked in &mut shown.parked {
            parked.name.clear();
            parked.message.clear();
        }
        shown.unfinished.clear();
    }
    Ok(Json(shown))
}

/// A station.
#[derive(Serialize, ToSchema)]
pub(crate) struct Station {
    pub(crate) name: String,
    pub(crate) branch: Option<String>,
    /// Whether the configuration names it.
    pub(crate) configured: bool,
}

/// List stations
#[utoipa::path(
    get, path = "/stations", tag = "machine",
    responses((status = 200, body = [Station]))
)]
pub(crate) async fn stations(State(office): State<Arc<Office>>) -> Answer<Json<Vec<Station>>> {
    let configured = office.parts.config.stations.clone();
    let seen = office
        .aside(|office| Ok(office.parts.inbox.stations()))
        .await?
        .into_iter()
        .map(|(name, _)| name);
    let names: std::collections::BTreeSet<StationName> =
        seen.chain(configured.keys().cloned()).collect();
    let stations = names.into_iter().map(|name| Station {
        branch: configured
            .get(&name)
            .and_then(|station| station.branch.clone()),
        configured: configured.contains_key(&name),
        name: name.to_string(),
    });
    Ok(Json(stations.collect()))
}

/// Which days' balance.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Days {
    /// The day, UTC; today unless given.
    #[param(value_type = Option<String>, format = Date)]
    pub(crate) day: Option<Date>,
    /// Only this station.
    #[param(max_length = 64)]
    pub(crate) station: Option<String>,
}

impl Days {
    /// The day that it is, of all stations.
    pub(crate) const fn today() -> Self {
        Self {
            day: None,
            station: None,
        }
    }

    /// A day of a station.
    pub(crate) fn of(day: Date, station: &StationName) -> Self {
        Self {
            day: Some(day),
            station: Some(station.to_string()),
        }
    }
}

/// What a station sent on a day.
#[derive(Serialize, ToSchema)]
pub(crate) struct DayShown {
    pub(crate) station: String,
    pub(crate) received: u64,
    pub(crate) stored: u64,
    pub(crate) repeats: u64,
    pub(crate) done: u64,
    pub(crate) parked: u64,
    pub(crate) waiting: u64,
    pub(crate) pages: u64,
    pub(crate) pages_read: u64,
    pub(crate) pages_blank: u64,
    pub(crate) pages_separator: u64,
    pub(crate) pages_failed: u64,
    /// What does not add up, in words.
    pub(crate) differences: Vec<String>,
}

/// Say what stations sent on a day, and whether it adds up
#[utoipa::path(
    get, path = "/balance", tag = "machine", params(Days),
    responses((status = 200, body = [DayShown]), (status = 400, body = Problem))
)]
pub(crate) async fn balance(
    State(office): State<Arc<Office>>,
    With(asked): With<Days>,
) -> Answer<Json<Vec<DayShown>>> {
    let station = asked
        .station
        .as_deref()
        .map(StationName::parse)
        .transpose()
        .map_err(|why| Problem::bad(why.to_string(), "send the name of a station"))?;
    let day = asked
        .day
        .unwrap_or_else(|| TimeZone::UTC.to_datetime(clock::now()).date());
    let begins = |day: Date| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0));
    let outside = || Problem::bad("that day is outside of the calendar", "send another");
    let from = begins(day).map_err(|_| outside())?;
    let until = day.tomorrow().and_then(begins).map_err(|_| outside())?;
    let days = office
        .ledger()
        .balance(from, until, station.as_ref())
        .await?;
    let days = days.iter().map(|day| DayShown {
        station: day.station.to_string(),
        received: day.files.received,
        stored: day.files.stored,
        repeats: day.files.repeats,
        done: day.files.done,
        parked: day.files.parked,
        waiting: day.files.waiting,
        pages: day.pages.received,
        pages_read: day.pages.read,
        pages_blank: day.pages.blank,
        pages_separator: day.pages.separator,
        pages_failed: day.pages.failed,
        differences: day.differences(),
    });
    Ok(Json(days.collect()))
}

/// What is to be done with work.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WorkVerb {
    /// Take parked work up again.
    Retry,
    /// Set work aside for a person.
    Park,
    /// Decide that parked work will not be done.
    Skip,
}

/// An operator's order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkOrder {
    pub(crate) what: WorkVerb,
    /// Submissions or documents.
    #[schema(min_items = 1, max_items = 1000)]
    pub(crate) ids: Vec<String>,
    /// Why, for the audit log; to skip it has to be said.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub(crate) why: String,
}

/// What was touched.
#[derive(Serialize, ToSchema)]
pub(crate) struct Touched {
    pub(crate) id: String,
    pub(crate) jobs: u64,
}

/// Take up, set aside or skip work
#[utoipa::path(
    post, path = "/jobs", tag = "machine", request_body = WorkOrder,
    responses(
        (status = 200, body = [Touched]),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn jobs(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Body(order): Body<WorkOrder>,
) -> Answer<Json<Vec<Touched>>> {
    if order.ids.is_empty() || order.ids.len() > MOST {
        return Err(Problem::bad(
            "an order is about 1 to 1,000 subjects",
            "send some of them",
        ));
    }
    if matches!(order.what, WorkVerb::Skip) && order.why.trim().is_empty() {
        let detail = "to skip work it has to be said why";
        return Err(Problem::refused(detail, "send `why`"));
    }
    let parse = |id: &String| {
        Subject::parse(id)
            .map_err(|_| Problem::bad("an identity is none of ours", "send ids as lists give them"))
    };
    let subjects: Vec<Subject> = order.ids.iter().map(parse).collect::<Answer<_>>()?;
    for subject in &subjects {
        if !office
            .sees_submission(&caller, subject.submission())
            .await?
        {
            return Err(Problem::unknown("submission"));
        }
    }
    let (actor, ledger) = (caller.actor(), office.ledger());
    let mut touched = Vec::new();
    for subject in subjects {
        let jobs = match order.what {
            WorkVerb::Retry => ledger.retry(subject, &actor).await?,
            WorkVerb::Park => ledger.park(subject, &order.why, &actor).await?,
            WorkVerb::Skip => ledger.skip(subject, &order.why, &actor).await?,
        };
        touched.push(Touched {
            id: subject.to_string(),
            jobs,
        });
    }
    Ok(Json(touched))
}
