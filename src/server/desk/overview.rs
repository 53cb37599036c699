//! The overview: what came in and was read, what waits and how long, how sure the reading is by what
//! people corrected, and how the nodes are. Charts are drawn here, each beside the table that says the
//! same.

use super::frame::{Frame, page};
use crate::clock;
use crate::forms::status::{self, StatusShown};
use crate::server::asked::With;
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use ::records::access::Permission;
use ::records::{day_of, start_of};
use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::Reviewed;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Days that are shown unless asked otherwise, and at most.
const DAYS: u32 = 14;
const MOST_DAYS: u32 = 92;
/// Reviews that figures are made of.
const MOST_REVIEWS: u32 = 100_000;

/// Which days.
#[derive(Deserialize)]
pub(crate) struct Period {
    #[serde(default)]
    days: Option<u32>,
}

/// What happened on a day, over all stations that are seen.
#[derive(Clone, Default)]
struct Day {
    day: Date,
    files: u64,
    pages: u64,
    read: u64,
    failed: u64,
    reviewed: u64,
    corrected: u64,
    fields: u64,
}

/// A bar of a chart, in the chart's own units.
struct Bar {
    x: u32,
    height: u32,
    label: String,
    /// Day and month.
    short: String,
    value: u64,
    is_labelled: bool,
}

/// A chart of one figure a day.
struct Chart {
    title: String,
    bars: Vec<Bar>,
    most: u64,
    width: u32,
}

const BAR: u32 = 28;
const HEIGHT: u32 = 120;

impl Chart {
    fn of(f: &Frame, title: &str, days: &[Day], figure: impl Fn(&Day) -> u64) -> Self {
        let most = days.iter().map(&figure).max().unwrap_or(0);
        let bars = days.iter().zip(0..).map(|(day, n)| {
            let value = figure(day);
            let height = value * u64::from(HEIGHT) / most.max(1);
            Bar {
                x: n * BAR,
                height: u32::try_from(height)
                    .unwrap_or(HEIGHT)
                    .max(u32::from(value > 0)),
                label: f.day(day.day),
                short: f.short_day(day.day),
                value,
                is_labelled: days.len() <= 16 || n % 7 == 0,
            }
        });
        Self {
            title: f.t(title),
            bars: bars.collect(),
            most,
            width: u32::try_from(days.len()).unwrap_or(1).max(1) * BAR,
        }
    }
}

/// What people corrected, by something.
struct Corrections {
    by: String,
    documents: u64,
    fields: u64,
    corrected: u64,
    /// Of a hundred unsure fields, how many were right as read.
    right: String,
    seconds: u64,
    keystrokes: u64,
}

#[derive(Template)]
#[template(path = "overview.html", config = "src/server/desk/askama.toml")]
struct OverviewPage {
    f: Frame,
    status: StatusShown,
    days: Vec<Day>,
    charts: Vec<Chart>,
    by_kind: Vec<Corrections>,
    by_person: Vec<Corrections>,
    reasons: Vec<(String, u64)>,
    through: Option<String>,
    period: u32,
}

/// The overview.
pub(crate) async fn show(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    With(period): With<Period>,
) -> Answer<Html<String>> {
    let period = period.days.unwrap_or(DAYS).clamp(1, MOST_DAYS);
    let (days, reviews) = days(&office, period).await?;
    let counts = office.ledger().status().await?;
    let parked = office.ledger().parked(0, 10_000).await?;
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for parked in parked {
        *reasons.entry(parked.trouble.reason).or_default() += 1;
    }
    let mut reasons: Vec<(String, u64)> = reasons
        .into_iter()
        .map(|(reason, count)| (f.of("reason", reason), count))
        .collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let status = status::shown(office.ledger(), counts).await?;
    let settled = office.ledger().straight_through().await?;
    let through = (status.documents > 0).then(|| share(&f, settled, status.documents));
    let sees_people =
        caller.rights.may(Permission::ManagePeople) || caller.rights.may(Permission::ReadAudit);
    page(&OverviewPage {
        charts: vec![
            Chart::of(&f, "chart-pages", &days, |day| day.read),
            Chart::of(&f, "chart-files", &days, |day| day.files),
            Chart::of(&f, "chart-reviewed", &days, |day| day.reviewed),
        ],
        by_kind: corrections(&f, &reviews, |review| f.kind(&review.kind)),
        by_person: if sees_people {
            corrections(&f, &reviews, |review| review.person.clone())
        } else {
            Vec::new()
        },
        status,
        days,
        reasons,
        through,
        period,
        f,
    })
}

fn share(f: &Frame, part: u64, whole: u64) -> String {
    let thousandths = part * 1_000 / whole.max(1);
    f.percent(f64::from(u32::try_from(thousandths).unwrap_or(0)) / 1_000.0)
}

async fn days(office: &Office, period: u32) -> Answer<(Vec<Day>, Vec<Reviewed>)> {
    let schedule = &office.parts.schedule;
    let now = clock::now();
    let today = TimeZone::UTC.to_datetime(now).date();
    let outside = |why: jiff::Error| Problem::fault(&why);
    let mut days = Vec::new();
    for back in (0..period).rev() {
        let day = today
            .checked_sub(jiff::Span::new().days(i64::from(back)))
            .map_err(outside)?;
        let begins = |day: Date| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0));
        let from = begins(day).map_err(outside)?;
        let until = day.tomorrow().and_then(begins).map_err(outside)?;
        let mut sum = Day {
            day,
            ..Day::default()
        };
        for station in office.ledger().balance(from, until, None).await? {
            sum.files += station.files.received;
            sum.pages += station.pages.received;
            sum.read += station.pages.read;
            sum.failed += station.pages.failed;
        }
        days.push(sum);
    }
    let first = days.first().map_or(today, |day| day.day);
    let from = start_of(first, schedule.zone()).unwrap_or(now);
    let until = now + jiff::SignedDuration::from_secs(1);
    let reviews = office
        .ledger()
        .reviews_between(from, until, MOST_REVIEWS)
        .await?;
    for review in &reviews {
        let day = day_of(review.at, schedule);
        if let Some(sum) = days.iter_mut().find(|sum| sum.day == day) {
            sum.reviewed += 1;
            sum.corrected += u64::from(review.effort.corrected);
            sum.fields += u64::from(review.effort.fields);
        }
    }
    Ok((days, reviews))
}

fn corrections(
    f: &Frame,
    reviews: &[Reviewed],
    by: impl Fn(&Reviewed) -> String,
) -> Vec<Corrections> {
    let mut sums: BTreeMap<String, [u64; 5]> = BTreeMap::new();
    for review in reviews {
        let sum = sums.entry(by(review)).or_default();
        let effort = review.effort;
        for (sum, more) in sum.iter_mut().zip([
            1,
            effort.fields,
            effort.corrected,
            effort.seconds,
            effort.keystrokes,
        ]) {
            *sum += u64::from(more);
        }
    }
    let rows = sums.into_iter().map(
        |(by, [documents, fields, corrected, seconds, keystrokes])| Corrections {
            by,
            documents,
            fields,
            corrected,
            right: share(f, fields.saturating_sub(corrected), fields.max(1)),
            seconds: seconds / documents.max(1),
            keystrokes: keystrokes / documents.max(1),
        },
    );
    rows.collect()
}

/// The same figures for a spreadsheet (RFC 4180).
pub(crate) async fn csv(
    State(office): State<Arc<Office>>,
    With(period): With<Period>,
) -> Answer<impl IntoResponse> {
    let period = period.days.unwrap_or(DAYS).clamp(1, MOST_DAYS);
    let (days, _) = days(&office, period).await?;
    let mut csv =
        "day,files,pages,pages_read,pages_failed,reviewed,fields,corrected\r\n".to_owned();
    for day in days {
        let Day {
            day,
            files,
            pages,
            read,
            failed,
            reviewed,
            corrected,
            fields,
        } = day;
        csv.push_str(&format!(
            "{day},{files},{pages},{read},{failed},{reviewed},{fields},{corrected}\r\n"
        ));
    }
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"overview.csv\"",
        ),
    ];
    Ok((StatusCode::OK, head, csv))
}
