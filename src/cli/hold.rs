//! `kartoteka hold` and `kartoteka release`: matters that forbid disposal, in the ledger and as the
//! store's own legal hold on each original.
//!
//! The ledger counts the reasons; the store's bit is their sum. So the bit is set after the ledger
//! knows the hold, and lifted only where no other hold in force is on any document of the original.

use super::{Exit, print};
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use archive::{Hold, Key, Store};
use clap::Args;
use jiff::civil::Date;
use ledger::{Actor, DocumentFilter, HoldId, Ledger, NewHold};
use model::DocumentId;
use std::collections::BTreeMap;

/// Rows of the ledger that are asked for at a time.
const AT_ONCE: u32 = 1_000;

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
    /// Documents, as `search` shows them
    #[arg(value_name = "ID", required_unless_present = "agreement")]
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

pub(super) fn hold(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    let documents: Vec<DocumentId> = arguments
        .ids
        .iter()
        .map(|id| DocumentId::parse(id))
        .collect::<Result<_, _>>()?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let store = node::open_archive(config).await?;
        let Some(credit_files) = files_of(&ledger, &arguments.agreement).await? else {
            return Ok(Exit::Refused);
        };
        let new = NewHold {
            matter: arguments.matter.clone(),
            authority: arguments.authority.clone(),
            confidential: arguments.confidential,
            review_on: arguments.review_on,
            documents,
            credit_files,
        };
        let id = ledger.place_hold(&new, &Actor::person(actor)).await?;
        let held = held_by(&ledger, id).await?;
        for (document, key) in &held {
            store
                .hold(key, Hold::On)
                .await
                .with_context(|| not_in_store(id, *document))?;
        }
        print::out(&format!(
            "hold {id} is on {} documents, in the ledger and in the archive",
            held.len()
        ));
        Ok(Exit::Done)
    })?
}

pub(super) fn release(config: &Config, arguments: &Release, actor: &str) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let store = node::open_archive(config).await?;
        let id = arguments.hold;
        let held = held_by(&ledger, id).await?;
        ledger
            .release_hold(id, &arguments.why, &Actor::person(actor))
            .await?;
        let mut still = 0;
        for (document, key) in &held {
            if is_held(&ledger, *document).await? {
                still += 1;
            } else {
                lift(store.as_ref(), key).await?;
            }
        }
        print::out(&format!(
            "hold {id} is released from {} documents; {still} of them are still held otherwise",
            held.len()
        ));
        Ok(Exit::Done)
    })?
}

fn not_in_store(hold: HoldId, document: DocumentId) -> String {
    format!(
        "hold {hold} stands in the ledger, but the archive did not take it for {document}: mend \
         the archive and place the hold again"
    )
}

async fn lift(store: &dyn Store, key: &Key) -> anyhow::Result<()> {
    store.hold(key, Hold::Off).await.with_context(|| {
        format!("the hold is released in the ledger, but the archive keeps its own on {key}")
    })?;
    Ok(())
}

/// The credit files of those agreements; none, said to the person, when one matches no file or
/// several: nothing is guessed.
async fn files_of(ledger: &Ledger, agreements: &[String]) -> anyhow::Result<Option<Vec<i64>>> {
    let mut files = Vec::new();
    for number in agreements {
        let found = ledger.credit_files_of_agreement(number).await?;
        if let [file] = found.as_slice() {
            files.push(file.id);
        } else {
            print::note(&format!(
                "agreement {number} is that of {} credit files, not of one: name the documents",
                found.len()
            ));
            return Ok(None);
        }
    }
    Ok(Some(files))
}

/// The documents that a hold is on, each with its original's key.
async fn held_by(ledger: &Ledger, hold: HoldId) -> anyhow::Result<BTreeMap<DocumentId, Key>> {
    let mut held = BTreeMap::new();
    let mut before = None;
    loop {
        let documents = ledger
            .documents(&DocumentFilter::All, before, AT_ONCE)
            .await?;
        let Some(last) = documents.last() else {
            return Ok(held);
        };
        before = Some(last.id);
        for document in &documents {
            let holds = ledger.holds_on(document.id).await?;
            if !holds.iter().any(|h| h.id == hold) {
                continue;
            }
            let record = ledger.document(document.id).await?;
            let record = record.with_context(|| format!("{} has no record", document.id))?;
            held.insert(document.id, Key::original(record.original.sha256));
        }
    }
}

/// Whether any hold is on any document of the document's submission, which share its original.
async fn is_held(ledger: &Ledger, document: DocumentId) -> anyhow::Result<bool> {
    let submission = document.submission();
    let pages = ledger.pages(submission).await?;
    let mut siblings: Vec<DocumentId> = pages.into_iter().filter_map(|p| p.document).collect();
    siblings.push(document);
    siblings.sort_unstable();
    siblings.dedup();
    for sibling in siblings {
        if !ledger.holds_on(sibling).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
