//! `kartoteka balance`: the page ledger, and whether it adds up.

mod expected;

use super::{Exit, print};
use crate::clock;
use crate::config::Config;
use crate::node;
use archive::{Prefix, Store};
use clap::Args;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};
use ledger::DayBalance;
use model::{StationName, SubmissionId};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Show, for every station and day, what was received and what became of it
///
/// Files received are stored, and done, parked or waiting; pages are read, blank, separators or
/// failed. Unless one station is asked for, the files that the archive holds are counted too. Ends
/// with 1 if anything does not add up. Days are those of UTC.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka balance && echo 'adds up'\n  kartoteka balance --day \
                  2026-11-24 --station skaner-1 --json\n  kartoteka balance --expected \
                  zawarte.csv produkty.csv"
)]
pub(crate) struct Arguments {
    /// Only this day [default: every day since the beginning]
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<civil::Date>,
    /// Only this station
    #[arg(long, value_name = "NAME")]
    station: Option<String>,
    /// What was concluded and is not there: tables of agreements and of the papers that products
    /// require, or folders of such [default: `intake.expected`]
    #[arg(long, value_name = "FILE", num_args = 0.., conflicts_with_all = ["day", "station"])]
    expected: Option<Vec<PathBuf>>,
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    format: u32,
    adds_up: bool,
    days: Vec<DayShown>,
    differences: Vec<String>,
}

#[derive(Serialize)]
struct DayShown {
    day: String,
    station: String,
    files: FilesShown,
    pages: PagesShown,
}

#[derive(Serialize)]
struct FilesShown {
    received: u64,
    stored: u64,
    repeats: u64,
    done: u64,
    parked: u64,
    waiting: u64,
}

#[derive(Serialize)]
struct PagesShown {
    received: u64,
    read: u64,
    blank: u64,
    separator: u64,
    failed: u64,
}

pub(super) fn balance(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    let station = arguments
        .station
        .as_deref()
        .map(StationName::parse)
        .transpose()?;
    if let Some(files) = &arguments.expected {
        return show_expected(config, files, arguments.json);
    }
    let (from, until) = span(arguments.day)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let mut in_archive = None;
        if station.is_none() {
            let store = node::open_archive(config).await?;
            in_archive = Some(count_stored(store.as_ref(), from, until).await?);
        }
        // After the archive: what is received between the two counts is in the ledger only.
        let days = ledger.balance(from, until, station.as_ref()).await?;
        let differences = differences(&days, in_archive.as_ref());
        let adds_up = differences.is_empty();
        if arguments.json {
            let days = days.iter().map(DayShown::from).collect();
            print::json_pretty(&Shown {
                format: 1,
                adds_up,
                days,
                differences,
            })?;
        } else {
            show(&days, &differences);
        }
        Ok(if adds_up { Exit::Done } else { Exit::Refused })
    })?
}

fn show_expected(config: &Config, files: &[PathBuf], as_json: bool) -> anyhow::Result<Exit> {
    let files = match (files, &config.intake.expected) {
        ([], Some(configured)) => vec![configured.clone()],
        ([], None) => anyhow::bail!(
            "name the tables of agreements and required papers, or set `intake.expected`"
        ),
        (files, _) => files.to_vec(),
    };
    let today = TimeZone::UTC.to_datetime(clock::now()).date();
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        expected::expected(&ledger, &files, today, as_json).await
    })?
}

/// The day asked for, or all time.
fn span(day: Option<civil::Date>) -> anyhow::Result<(Timestamp, Timestamp)> {
    let Some(day) = day else {
        return Ok((Timestamp::UNIX_EPOCH, Timestamp::MAX));
    };
    let from = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))?;
    Ok((from, from + SignedDuration::from_hours(24)))
}

/// Submissions that the archive holds, by the day of their claim.
async fn count_stored(
    store: &dyn Store,
    from: Timestamp,
    until: Timestamp,
) -> anyhow::Result<BTreeMap<i64, u64>> {
    let (mut days, mut after) = (BTreeMap::new(), None);
    loop {
        let listing = store.list(&Prefix::SUBMISSIONS, after.as_deref()).await?;
        for key in listing.entries.into_iter().filter_map(|entry| entry.key) {
            let name = key.as_str().rsplit('/').next().unwrap_or_default();
            let Ok(id) = SubmissionId::parse(name.trim_end_matches(".json")) else {
                continue;
            };
            let claimed = i64::try_from(id.claimed_at_milliseconds()).unwrap_or(i64::MAX);
            if (from.as_millisecond()..until.as_millisecond()).contains(&claimed) {
                *days.entry(claimed / DAY).or_default() += 1;
            }
        }
        after = listing.next;
        if after.is_none() {
            return Ok(days);
        }
    }
}

fn differences(days: &[DayBalance], in_archive: Option<&BTreeMap<i64, u64>>) -> Vec<String> {
    let mut found = Vec::new();
    for day in days {
        for difference in day.differences() {
            found.push(format!("{} {}: {difference}", date(day.day), day.station));
        }
    }
    let Some(in_archive) = in_archive else {
        return found;
    };
    let mut known: BTreeMap<i64, u64> = BTreeMap::new();
    for day in days {
        *known.entry(day.day).or_default() += day.files.received - day.files.disposed;
    }
    for (&day, &held) in in_archive {
        let known = known.get(&day).copied().unwrap_or_default();
        // A file stored and not yet told to the ledger is still claimed, and is received again.
        if held > known {
            found.push(format!(
                "{}: the archive holds {held} submissions, the ledger knows {known}: `kartoteka \
                 run` receives what was broken off, `rebuild-ledger` the rest",
                date(day)
            ));
        }
    }
    for (&day, &known) in &known {
        let held = in_archive.get(&day).copied().unwrap_or_default();
        if known > held {
            found.push(format!(
                "{}: the ledger knows {known} submissions, the archive holds {held}: see \
                 `kartoteka verify`",
                date(day)
            ));
        }
    }
    found
}

fn show(days: &[DayBalance], differences: &[String]) {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header([
            "day",
            "station",
            "files",
            "stored",
            "done",
            "parked",
            "waiting",
            "repeats",
            "pages",
            "read",
            "blank",
            "separator",
            "failed",
        ]);
    for day in days {
        let (f, p) = (&day.files, &day.pages);
        let counts = [
            f.received,
            f.stored,
            f.done,
            f.parked,
            f.waiting,
            f.repeats,
            p.received,
            p.read,
            p.blank,
            p.separator,
            p.failed,
        ];
        let names = [date(day.day), day.station.to_string()];
        table.add_row(names.into_iter().chain(counts.map(|c| c.to_string())));
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    if !days.is_empty() {
        print::out(&table.trim_fmt());
    }
    let (files, pages) = days.iter().fold((0, 0), |(files, pages), day| {
        (files + day.files.received, pages + day.pages.received)
    });
    if differences.is_empty() {
        print::out(&format!(
            "\n{files} files of {pages} pages: everything adds up"
        ));
        return;
    }
    print::out(&format!(
        "\n{files} files of {pages} pages: it does not add up"
    ));
    for difference in differences {
        print::out(&format!("  {difference}"));
    }
}

fn date(day: i64) -> String {
    Timestamp::from_millisecond(day.saturating_mul(DAY)).map_or_else(
        |_| format!("day {day}"),
        |at| TimeZone::UTC.to_datetime(at).date().to_string(),
    )
}

impl From<&DayBalance> for DayShown {
    fn from(day: &DayBalance) -> Self {
        let (f, p) = (day.files, day.pages);
        Self {
            day: date(day.day),
            station: day.station.to_string(),
            files: FilesShown {
                received: f.received,
                stored: f.stored,
                repeats: f.repeats,
                done: f.done,
                parked: f.parked,
                waiting: f.waiting,
            },
            pages: PagesShown {
                received: p.received,
                read: p.read,
                blank: p.blank,
                separator: p.separator,
                failed: p.failed,
            },
        }
    }
}
