//! `kartoteka event`: what happened to credit files and customers, by which terms of retention
//! begin: stated by people, or fed by the core banking system. Nothing is guessed, and nothing is
//! taken back but by a reversal that is seen.

use super::records::{Desk, person};
use super::{Exit, print};
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use ledger::{EventOf, Fed, FeedLine, NewTermEvent, TermEvent, TermEventId, Witness};
use records::EventKind;
use records::feed::{self, MAX_FEED_BYTES, Rejected, Row};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Lines of a feed that are taken in one transaction.
const LINES_AT_ONCE: usize = 200;
/// Events that are listed at a time.
const LISTED: u32 = 10_000;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// State that something happened
    #[command(
        after_help = "Examples:\n  kartoteka event add settled --agreement KK/12/2021 --on \
                      2026-05-10 --source 'core banking' --evidence 'posting 77/2026'\n  kartoteka \
                      event add relationship_ended --customer 12 --on 2026-06-30 --source branch"
    )]
    Add(Add),
    /// Reverse an event: a row of its own, and what it reverses stays to be seen
    #[command(
        after_help = "Example:\n  kartoteka event reverse 7 --why 'posted to a wrong account'"
    )]
    Reverse(Reverse),
    /// Confirm events that wait for a second person
    #[command(after_help = "Example:\n  kartoteka event confirm 7 8 --actor ewa")]
    Confirm(Confirm),
    /// List the events of a credit file, or those that wait for a second person
    #[command(
        after_help = "Examples:\n  kartoteka event list --agreement KK/12/2021\n  kartoteka event \
                      list --waiting"
    )]
    List(List),
    /// Take a feed of the core banking system: `agreement_number;event;date;evidence`
    ///
    /// A line whose agreement is that of no credit file, or of several, is listed and not taken.
    /// The same feed again changes nothing.
    #[command(after_help = "Example:\n  kartoteka event import core-2026-11-28.csv")]
    Import(Import),
}

#[derive(Args)]
#[group(id = "party", required = true, multiple = false)]
pub(crate) struct Party {
    /// The credit file with that agreement
    #[arg(long, group = "party", value_name = "NUMBER")]
    agreement: Option<String>,
    /// The credit file, by its number in `show --json`
    #[arg(long, group = "party", value_name = "NUMBER")]
    credit_file: Option<i64>,
    /// The customer, by the number in `show --json`: every credit file of theirs
    #[arg(long, group = "party", value_name = "NUMBER")]
    customer: Option<i64>,
}

#[derive(Args)]
pub(crate) struct Add {
    /// What happened: settled, terminated, assigned, relationship_ended, declined, court_final …
    #[arg(value_name = "EVENT", value_parser = EventKind::parse)]
    kind: EventKind,
    #[command(flatten)]
    party: Party,
    /// The day on which it happened
    #[arg(long, value_name = "DATE")]
    on: Date,
    /// Who says so
    #[arg(long, value_name = "TEXT")]
    source: String,
    /// What proves it there
    #[arg(long, value_name = "TEXT", default_value = "")]
    evidence: String,
}

#[derive(Args)]
pub(crate) struct Reverse {
    /// The event's number
    #[arg(value_name = "NUMBER")]
    event: TermEventId,
    /// Why
    #[arg(long, value_name = "TEXT")]
    why: String,
}

#[derive(Args)]
pub(crate) struct Confirm {
    /// The events' numbers
    #[arg(required = true, value_name = "NUMBER")]
    events: Vec<TermEventId>,
}

#[derive(Args)]
#[group(id = "which", required = true, multiple = false)]
pub(crate) struct List {
    /// The credit file with that agreement
    #[arg(long, group = "which", value_name = "NUMBER")]
    agreement: Option<String>,
    /// The credit file, by its number in `show --json`
    #[arg(long, group = "which", value_name = "NUMBER")]
    credit_file: Option<i64>,
    /// Those that wait for a second person
    #[arg(long, group = "which")]
    waiting: bool,
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct Import {
    /// The feed: UTF-8, `;` or `,` between its columns
    #[arg(value_name = "FEED.csv")]
    feed: PathBuf,
    /// Who says so [default: the feed's name]
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
}

/// An event as scripts see it.
#[derive(Serialize)]
struct Shown {
    event: TermEventId,
    #[serde(skip_serializing_if = "Option::is_none")]
    credit_file: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<i64>,
    kind: String,
    day: Date,
    source: String,
    evidence: String,
    stated_at: String,
    stated_by: String,
    confirmed_by: Option<String>,
    reverses: Option<TermEventId>,
    reversed_by: Option<TermEventId>,
}

pub(super) fn run(config: &Config, command: &Command, actor: &str) -> anyhow::Result<Exit> {
    node::block_on(async {
        let desk = Desk::open(config).await?;
        let witness = match config.records.second_person {
            true => Witness::SecondNeeded,
            false => Witness::Enough,
        };
        match command {
            Command::Add(arguments) => add(&desk, arguments, witness, actor).await,
            Command::Reverse(arguments) => reverse(&desk, arguments, witness, actor).await,
            Command::Confirm(arguments) => confirm(&desk, arguments, actor).await,
            Command::List(arguments) => list(&desk, arguments).await,
            Command::Import(arguments) => import(&desk, arguments, witness, actor).await,
        }
    })?
}

async fn add(desk: &Desk<'_>, add: &Add, witness: Witness, actor: &str) -> anyhow::Result<Exit> {
    if add.on > desk.today() {
        print::note(&format!(
            "{} has not come yet: state it when it happened",
            add.on
        ));
        return Ok(Exit::Refused);
    }
    let of = match (
        &add.party.agreement,
        add.party.credit_file,
        add.party.customer,
    ) {
        (Some(agreement), ..) => match desk.file_of(agreement).await? {
            Some(file) => EventOf::CreditFile(file.id),
            None => return Ok(Exit::Refused),
        },
        (None, Some(file), _) => EventOf::CreditFile(file),
        (None, None, customer) => EventOf::Customer(customer.context("nobody was named")?),
    };
    let new = NewTermEvent {
        of,
        kind: add.kind.to_string(),
        day: add.on,
        source: add.source.clone(),
        evidence: add.evidence.clone(),
        witness,
    };
    let id = match desk.ledger.state_term_event(&new, &person(actor)).await {
        Err(ledger::LedgerError::Refused(why)) => {
            print::note(&why);
            return Ok(Exit::Refused);
        }
        stated => stated?,
    };
    desk.follow_up().await?;
    print::out(&format!(
        "event {id}: {} on {}{}",
        add.kind,
        add.on,
        waits(id, witness)
    ));
    Ok(Exit::Done)
}

async fn reverse(
    desk: &Desk<'_>,
    reverse: &Reverse,
    witness: Witness,
    actor: &str,
) -> anyhow::Result<Exit> {
    let Reverse { event, why } = reverse;
    let by = person(actor);
    let reversed = desk.ledger.reverse_term_event(*event, why, witness, &by);
    let id = match reversed.await {
        Err(ledger::LedgerError::Refused(why)) => {
            print::note(&why);
            return Ok(Exit::Refused);
        }
        reversed => reversed?,
    };
    desk.follow_up().await?;
    print::out(&format!(
        "event {id} reverses event {event}{}",
        waits(id, witness)
    ));
    Ok(Exit::Done)
}

fn waits(id: TermEventId, witness: Witness) -> String {
    match witness {
        Witness::Enough => String::new(),
        Witness::SecondNeeded => {
            format!("; it waits for a second person: `kartoteka event confirm {id}`")
        }
    }
}

async fn confirm(desk: &Desk<'_>, confirm: &Confirm, actor: &str) -> anyhow::Result<Exit> {
    let mut refused = 0;
    for id in &confirm.events {
        match desk.ledger.confirm_term_event(*id, &person(actor)).await {
            Err(ledger::LedgerError::Refused(why)) => {
                refused += 1;
                print::note(&why);
            }
            confirmed => {
                confirmed?;
                print::out(&format!("event {id} is confirmed by {actor}"));
            }
        }
    }
    desk.follow_up().await?;
    Ok(if refused == 0 {
        Exit::Done
    } else {
        Exit::Refused
    })
}

async fn list(desk: &Desk<'_>, list: &List) -> anyhow::Result<Exit> {
    let events = match (&list.agreement, list.credit_file) {
        (Some(agreement), _) => match desk.file_of(agreement).await? {
            Some(file) => desk.ledger.term_events_of(file.id).await?,
            None => return Ok(Exit::Refused),
        },
        (None, Some(file)) => desk.ledger.term_events_of(file).await?,
        (None, None) => desk.ledger.unconfirmed_term_events(0, LISTED).await?,
    };
    for event in events {
        if list.json {
            print::json(&shown(event))?;
        } else {
            print::out(&line(&event));
        }
    }
    Ok(Exit::Done)
}

fn line(event: &TermEvent) -> String {
    let TermEvent {
        id,
        kind,
        day,
        source,
        stated_by,
        ..
    } = event;
    let what = match event.reverses {
        Some(reversed) => format!("reverses event {reversed}: {source}"),
        None if event.evidence.is_empty() => format!("{kind} on {day}; {source}"),
        None => format!("{kind} on {day}; {source}, {}", event.evidence),
    };
    let state = match (&event.confirmed_by, event.reversed_by) {
        (_, Some(by)) => format!("reversed by event {by}"),
        (None, None) => "waits for a second person".into(),
        (Some(by), None) if by == stated_by => format!("stated by {stated_by}"),
        (Some(by), None) => format!("stated by {stated_by}, confirmed by {by}"),
    };
    format!("{id:>6}  {what} ({state})")
}

fn shown(event: TermEvent) -> Shown {
    let (credit_file, customer) = match event.of {
        EventOf::CreditFile(file) => (Some(file), None),
        EventOf::Customer(customer) => (None, Some(customer)),
    };
    Shown {
        event: event.id,
        credit_file,
        customer,
        kind: event.kind,
        day: event.day,
        source: event.source,
        evidence: event.evidence,
        stated_at: event.stated_at.to_string(),
        stated_by: event.stated_by,
        confirmed_by: event.confirmed_by,
        reverses: event.reverses,
        reversed_by: event.reversed_by,
    }
}

async fn import(
    desk: &Desk<'_>,
    import: &Import,
    witness: Witness,
    actor: &str,
) -> anyhow::Result<Exit> {
    let text = read(&import.feed)?;
    let rows = match feed::parse(&text, desk.today()) {
        Ok(rows) => rows,
        Err(Rejected { why, .. }) => anyhow::bail!("{}: {why}", import.feed.display()),
    };
    let name = import.feed.file_name().unwrap_or_default();
    let source = import
        .source
        .clone()
        .unwrap_or_else(|| name.to_string_lossy().into_owned());
    let (mut added, mut known, mut listed) = (0, 0, 0);
    let mut good: Vec<Row> = Vec::new();
    for row in rows {
        match row {
            Ok(row) => good.push(row),
            Err(Rejected { line, why }) => {
                listed += 1;
                print::note(&format!("line {line}: {why}"));
            }
        }
    }
    for rows in good.chunks(LINES_AT_ONCE) {
        let lines: Vec<FeedLine> = rows.iter().map(fed_line).collect();
        let by = person(actor);
        let fed = desk
            .ledger
            .feed_term_events(&lines, &source, witness, &by)
            .await?;
        for (row, fed) in rows.iter().zip(fed) {
            match fed {
                Fed::Added(_) => added += 1,
                Fed::Known(_) => known += 1,
                Fed::NoFile | Fed::SeveralFiles(_) => {
                    listed += 1;
                    print::note(&format!("line {}: {}", row.line, untaken(&fed)));
                }
            }
        }
    }
    desk.follow_up().await?;
    let waiting = match witness {
        Witness::SecondNeeded if added > 0 => "; they wait for a second person",
        _ => "",
    };
    print::out(&format!(
        "{added} events taken, {known} known before, {listed} lines not taken{waiting}"
    ));
    Ok(if listed == 0 {
        Exit::Done
    } else {
        Exit::Refused
    })
}

fn fed_line(row: &Row) -> FeedLine {
    FeedLine {
        agreement_number: row.agreement_number.clone(),
        kind: row.kind.to_string(),
        day: row.day,
        evidence: row.evidence.clone(),
    }
}

fn untaken(fed: &Fed) -> String {
    match fed {
        Fed::SeveralFiles(count) => {
            format!(
                "its agreement is that of {count} credit files: state the event of each by hand"
            )
        }
        _ => "no credit file has its agreement, so it is not taken".into(),
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let cannot = || format!("the feed {} cannot be read", path.display());
    let bytes = fs::metadata(path).with_context(cannot)?.len();
    anyhow::ensure!(
        bytes <= MAX_FEED_BYTES,
        "the feed {} has {bytes} bytes; at most {MAX_FEED_BYTES} are taken: part it",
        path.display()
    );
    fs::read_to_string(path).with_context(cannot)
}
