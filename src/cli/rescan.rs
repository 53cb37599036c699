//! `kartoteka rescan`: a ticket for a page that is to be scanned again, printed as a sheet that is
//! laid before it.

use super::{Exit, print as say};
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::Args;
use ledger::Actor;
use model::{DocumentId, Patch, SheetValue, SheetValues};
use print::SeparatorSheet;
use std::fs;
use std::path::PathBuf;

/// Ask for a page to be scanned again
///
/// Prints a sheet with the ticket. Scanned with the page behind it, by any station, it puts the new
/// page in the document's next version; the old scan and the old version stay. Without a document
/// it lists the tickets that no scan has answered.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka rescan 01jd8…-1 --page 2 --why 'za blada' --out \
                        zlecenie.pdf\n  kartoteka rescan"
)]
pub(crate) struct Arguments {
    /// The document; without it open tickets are listed
    #[arg(value_name = "DOCUMENT", requires = "page")]
    document: Option<String>,
    /// The page, by its number in the document's submission
    #[arg(long, value_name = "N")]
    page: Option<u32>,
    /// Why, for the scanner and the audit log
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
    /// The PDF to write the sheet to
    #[arg(long, value_name = "OUT.pdf", default_value = "rescan.pdf")]
    out: PathBuf,
}

pub(super) fn rescan(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let (Some(document), Some(page)) = (&arguments.document, arguments.page) else {
            for ticket in ledger.open_rescans().await? {
                let (page, why) = (ticket.page, &ticket.why);
                let (document, by) = (ticket.document, &ticket.asked_by);
                say::out(&format!(
                    "{}  {document} page {page}: {why} ({by})",
                    ticket.id
                ));
            }
            return Ok(Exit::Done);
        };
        let document = DocumentId::parse(document)?;
        let by = Actor::person(actor);
        let ticket = ledger
            .ask_rescan(document, page, &arguments.why, &by)
            .await?;
        let mut values = SheetValues::default();
        values.set(SheetValue::Rescan, &ticket.to_string())?;
        let patch = Patch::T;
        let pdf = print::separators(&[SeparatorSheet { patch, values }])?;
        fs::write(&arguments.out, pdf)
            .with_context(|| format!("{} cannot be written", arguments.out.display()))?;
        say::out(&format!(
            "ticket {ticket}: lay {} before the page and scan both",
            arguments.out.display()
        ));
        Ok(Exit::Done)
    })?
}
