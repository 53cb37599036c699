//! `kartoteka status`: what was received, what became of it, what needs a person.

use super::{Exit, print};
use crate::config::Config;
use crate::forms::status::{
    PARKED_SHOWN, WaitShown, index_behind, seconds_ago, shown, state_of, unfinished, waits,
};
use crate::node;
use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use ledger::{DocumentFilter, Ledger, NodeState, NodeStatus, Parked, Status};
use model::{DocumentId, Field, Record};

/// Documents that the table shows at most.
const SHOWN: u32 = 200;

/// Show what was received and what became of it
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka status\n  kartoteka status --json | jq .submissions"
)]
pub(crate) struct Arguments {
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
}

pub(super) fn status(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let status = ledger.status().await?;
        if arguments.json {
            print::json_pretty(&shown(&ledger, status).await?)?;
            return Ok(Exit::Done);
        }
        print_documents(&ledger, status.documents).await?;
        print_counts(&status);
        let nodes = ledger.nodes().await?;
        print_nodes(&nodes, &index_behind(&ledger, &nodes).await?);
        for WaitShown { node, why } in waits(&ledger, &nodes).await? {
            print::out(&format!("\nintake of {node} waits: {why}"));
        }
        for WaitShown { why, .. } in unfinished(&ledger, &nodes).await? {
            print::out(&format!(
                "\nnot taken, because not complete for over a minute: {why}"
            ));
        }
        print_parked(&ledger).await?;
        Ok(Exit::Done)
    })?
}

async fn print_documents(ledger: &Ledger, documents: u64) -> anyhow::Result<()> {
    let listed = ledger.documents(&DocumentFilter::All, None, SHOWN).await?;
    if listed.is_empty() {
        return Ok(());
    }
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header([
            "file", "type", "number", "borrower", "amount", "findings", "document",
        ]);
    for summary in &listed {
        if let Some(record) = ledger.document(summary.id).await? {
            table.add_row(row(summary.id, &record));
        }
    }
    print::out(&table.trim_fmt());
    if documents > listed.len() as u64 {
        print::out(&format!(
            "… and {} older documents",
            documents - listed.len() as u64
        ));
    }
    Ok(())
}

fn row(id: DocumentId, record: &Record) -> [String; 7] {
    let amount = first(record, "credit_amount").or_else(|| first(record, "total_credit_amount"));
    let currency = first(record, "currency").unwrap_or_default();
    let review = record
        .fields
        .values()
        .flat_map(Field::values)
        .filter(|v| v.status == model::FieldStatus::Review)
        .count();
    let worse = record
        .findings
        .iter()
        .filter(|f| f.severity > model::Severity::Info)
        .count();
    let findings = match (worse, review) {
        (0, 0) => "–".to_owned(),
        (findings, fields) => format!("{findings} found, {fields} unsure"),
    };
    [
        shortened(&record.original.name, 40),
        record.kind.to_string(),
        first(record, "agreement_number").unwrap_or_default(),
        shortened(&first(record, "borrower_name").unwrap_or_default(), 32),
        amount
            .map(|amount| format!("{amount} {currency}"))
            .unwrap_or_default(),
        findings,
        id.to_string(),
    ]
}

/// A text of at most so many characters; `…` stands for what was left out of its middle.
fn shortened(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most / 2).collect();
    let tail: String = text.chars().skip(length - (most - most / 2 - 1)).collect();
    format!("{head}…{tail}")
}

/// The first value of a field, and how many more there are.
fn first(record: &Record, field: &str) -> Option<String> {
    let values = record.fields.get(field)?.values();
    let first = values.first()?.value.to_string();
    Some(match values.len() {
        0 | 1 => first,
        more => format!("{first} (+{})", more - 1),
    })
}

fn print_counts(status: &Status) {
    let s = status.submissions;
    print::out(&format!(
        "\n{} files received: {} done, {} parked, {} waiting\n{} documents of {} pages, {} to review",
        s.received, s.done, s.parked, s.waiting, status.documents, status.pages, status.to_review
    ));
    for stage in &status.stages {
        let (name, waiting, delayed) = (&stage.stage, stage.waiting, stage.delayed);
        if waiting + delayed + stage.leased > 0 {
            let work = stage.leased;
            print::out(&format!(
                "  {name}: {waiting} waiting, {delayed} delayed, {work} in work"
            ));
        }
    }
}

/// The nodes that have not stopped in good order, and what was last heard of each.
fn print_nodes(nodes: &[NodeStatus], behind: &[Option<u64>]) {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header([
            "node",
            "state",
            "version",
            "in hand",
            "last heartbeat",
            "index",
            "roles",
        ]);
    for (node, behind) in nodes
        .iter()
        .zip(behind)
        .filter(|(node, _)| node.report.state != NodeState::Stopped)
    {
        table.add_row([
            node.report.name.clone(),
            state_of(node).to_owned(),
            node.report.version.clone(),
            node.in_hand.to_string(),
            format!("{} s ago", seconds_ago(&node.heartbeat_at)),
            match behind {
                None => "–".to_owned(),
                Some(0) => "up to date".to_owned(),
                Some(changes) => format!("{changes} changes behind"),
            },
            node.report.roles.join(","),
        ]);
    }
    if !table.is_empty() {
        print::out(&format!("\n{}", table.trim_fmt()));
    }
}

/// Says what is parked and what to do about each; returns how many there are.
pub(super) async fn print_parked(ledger: &Ledger) -> anyhow::Result<usize> {
    let parked = ledger.parked(0, PARKED_SHOWN).await?;
    if !parked.is_empty() {
        print::out(&format!("\n{} parked:", parked.len()));
    }
    for Parked {
        trouble,
        submission,
        station,
        name,
        ..
    } in &parked
    {
        let page = trouble
            .page
            .map(|page| format!(", page {page}"))
            .unwrap_or_default();
        print::out(&format!(
            "  {station}/{name}{page}: {}: {}\n    → {} (kartoteka retry {submission})",
            trouble.reason, trouble.message, trouble.remedy
        ));
    }
    Ok(parked.len())
}
