//! `kartoteka hold` and `kartoteka release`: matters that forbid disposal, in the ledger and as the
//! store's own legal hold on each original.
//!
//! The ledger counts the reasons; the store's bit is their sum, brought after it as follow-up work
//! that a kill does not lose.

use super::records::{Desk, parsed, person};
use super::{Exit, print};
use crate::config::Config;
use crate::node;
use clap::Args;
use jiff::civil::Date;
use ledger::{HoldId, HoldScope, LedgerError, NewHold};
use model::{DocumentType, StationName};
use serde::Serialize;

/// What is shown of a confidential hold to those who may not know of it.
const NEUTRAL: &str = "hold";

/// Forbid disposal of documents until the hold is released
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka hold --matter 'I C 77/26' --authority 'Sąd Okręgowy' \
                  01jd8…-1\n  kartoteka hold --matter 'audit 2026' --authority KNF --agreement \
                  KK/12/2021 --review-on 2027-06-30"
)]
pub(crate) struct Arguments {
    /// The case, order or audit
    #[arg(long, value_name = "TEXT")]
    matter: String,
    /// Who ordered it, and on what basis
    #[arg(long, value_name = "TEXT")]
    authority: String,
    /// Show its matter to nobody who may not know of it (AML act art. 54)
    #[arg(long)]
    confidential: bool,
    /// When somebody should ask whether it is still needed
    #[arg(long, value_name = "DATE")]
    review_on: Option<Date>,
    /// Every document of the credit file of that agreement, later ones too
    #[arg(long, value_name = "NUMBER")]
    agreement: Vec<String>,
    /// Every document of that customer's credit files, later ones too; the number is that in
    /// `show --json`. With --type or --station only those that fit all
    #[arg(long, value_name = "NUMBER")]
    customer: Option<i64>,
    /// Every document of that type, later ones too
    #[arg(long = "type", value_name = "TYPE", value_parser = DocumentType::parse)]
    document_type: Option<DocumentType>,
    /// Every document from that station, later ones too
    #[arg(long, value_name = "NAME", value_parser = StationName::parse)]
    station: Option<StationName>,
    /// Documents, as `search` shows them: a frozen list
    #[arg(
        value_name = "ID",
        required_unless_present_any = ["agreement", "customer", "document_type", "station"]
    )]
    ids: Vec<String>,
}

/// Release a hold; what it was on may still be held by another
#[derive(Args)]
#[command(after_help = "Example:\n  kartoteka release 3 --why 'judgment final on 2026-11-02'")]
pub(crate) struct Release {
    /// The hold's number, as `hold` and `retention show` say it
    #[arg(value_name = "NUMBER")]
    hold: HoldId,
    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    why: String,
}

/// List the holds in force, with what they are on and when to ask whether they are still needed
#[derive(Args)]
#[command(after_help = "Examples:\n  kartoteka holds\n  kartoteka holds --due 2026-12-31")]
pub(crate) struct List {
    /// Only those that somebody should look at by that day
    #[arg(long, value_name = "DATE")]
    due: Option<Date>,
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
}

/// A hold as scripts see it.
#[derive(Serialize)]
struct Shown {
    hold: HoldId,
    matter: String,
    authority: String,
    review_on: Option<Date>,
    placed_at: String,
    placed_by: String,
    documents: usize,
}

pub(super) fn hold(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    let documents = parsed(&arguments.ids)?;
    node::block_on(async {
        let desk = Desk::open(config).await?;
        let mut new = NewHold {
            matter: arguments.matter.clone(),
            authority: arguments.authority.clone(),
            confidential: arguments.confidential,
            review_on: arguments.review_on,
            documents,
            credit_files: Vec::new(),
            scopes: scope(arguments).into_iter().collect(),
        };
        for agreement in &arguments.agreement {
            match desk.file_of(agreement).await? {
                Some(file) => new.credit_files.push(file.id),
                None => return Ok(Exit::Refused),
            }
        }
        let id = match desk.ledger.place_hold(&new, &person(actor)).await {
            Err(LedgerError::Refused(why)) => {
                print::note(&why);
                return Ok(Exit::Refused);
            }
            placed => placed?,
        };
        desk.follow_up().await?;
        let held = desk.ledger.documents_held_by(id).await?.len();
        let later = match new.credit_files.is_empty() && new.scopes.is_empty() {
            true => "",
            false => "; documents that fit later are held too",
        };
        print::out(&format!(
            "hold {id} is on {held} documents, in the ledger and in the archive{later}"
        ));
        Ok(Exit::Done)
    })?
}

/// The standing scope that was asked for.
fn scope(arguments: &Arguments) -> Option<HoldScope> {
    let scope = HoldScope {
        customer: arguments.customer,
        kind: arguments.document_type.clone(),
        station: arguments.station.clone(),
    };
    (scope != HoldScope::default()).then_some(scope)
}

pub(super) fn release(config: &Config, arguments: &Release, actor: &str) -> anyhow::Result<Exit> {
    node::block_on(async {
        let desk = Desk::open(config).await?;
        let id = arguments.hold;
        let held = desk.ledger.documents_held_by(id).await?;
        desk.ledger
            .release_hold(id, &arguments.why, &person(actor))
            .await?;
        desk.follow_up().await?;
        let mut still = 0;
        for document in &held {
            still += usize::from(!desk.ledger.holds_on(*document).await?.is_empty());
        }
        print::out(&format!(
            "hold {id} is released from {} documents; {still} of them are still held otherwise",
            held.len()
        ));
        Ok(Exit::Done)
    })?
}

pub(super) fn list(config: &Config, arguments: &List, actor: &str) -> anyhow::Result<Exit> {
    node::block_on(async {
        let desk = Desk::open(config).await?;
        let holds = desk.ledger.holds(arguments.due).await?;
        for hold in desk.shown(holds, actor, NEUTRAL).await? {
            let documents = desk.ledger.documents_held_by(hold.id).await?.len();
            let shown = Shown {
                hold: hold.id,
                matter: hold.matter,
                authority: hold.authority,
                review_on: hold.review_on,
                placed_at: hold.placed_at.to_string(),
                placed_by: hold.placed_by,
                documents,
            };
            if arguments.json {
                print::json(&shown)?;
            } else {
                print::out(&line(&shown));
            }
        }
        Ok(Exit::Done)
    })?
}

fn line(shown: &Shown) -> String {
    let Shown {
        hold,
        matter,
        authority,
        documents,
        placed_by,
        ..
    } = shown;
    let review = shown
        .review_on
        .map_or_else(String::new, |day| format!("; look at it again by {day}"));
    format!(
        "{hold:>4}  {matter} ({authority}), on {documents} documents, placed by {placed_by}{review}"
    )
}
