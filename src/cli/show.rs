//! `kartoteka show`: a document as kept: fields, findings, pages, retention, history.

use super::{Exit, print};
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::Args;
use extraction::Schemas;
use model::{DocumentId, FieldStatus, FieldValue, PageSummary, Record};
use std::fmt::Write as _;

/// Show a document: fields, findings, pages, retention, history
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka show 01jd8…-1\n  kartoteka show 01jd8…-1 --why rrso"
)]
pub(crate) struct Arguments {
    /// The document, as `search` and `status` show it
    #[arg(value_name = "ID")]
    id: String,
    /// The whole record as JSON
    #[arg(long)]
    json: bool,
    /// What made a field's value
    #[arg(long, value_name = "FIELD", conflicts_with = "json")]
    why: Option<String>,
}

pub(super) fn show(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    let id = DocumentId::parse(&arguments.id)?;
    node::ensure_exists(config)?;
    let schemas = node::load_schemas(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let Some(record) = ledger.document(id).await? else {
            print::note(&format!(
                "there is no document {id}: `kartoteka search '*'` lists them"
            ));
            return Ok(Exit::Refused);
        };
        match &arguments.why {
            Some(field) => print::out(&why(&record, field)?),
            None if arguments.json => print::json_pretty(&record)?,
            None => print::out(&page(&record, &schemas)?),
        }
        Ok(Exit::Done)
    })?
}

/// What made a field's values.
fn why(record: &Record, name: &str) -> anyhow::Result<String> {
    let field = record.fields.get(name).with_context(|| {
        let names: Vec<&str> = record.fields.keys().map(String::as_str).collect();
        format!(
            "the document has no field `{name}`; it has: {}",
            names.join(", ")
        )
    })?;
    let mut text = String::new();
    for value in field.values() {
        let FieldValue {
            text: written,
            page,
            place,
            confidence,
            evidence,
            ..
        } = value;
        writeln!(text, "{name} = {}", value.value)?;
        let p = place;
        writeln!(
            text,
            "  written     „{written}\" on page {page} at {},{} {}×{}",
            p.x, p.y, p.w, p.h
        )?;
        if let Some(evidence) = evidence {
            writeln!(text, "  label       „{}\"", evidence.label)?;
            writeln!(
                text,
                "  rule        {} (score {:.2})",
                evidence.rule, evidence.score
            )?;
        }
        let repaired = if value.repaired {
            ", a misread character was put right with proof"
        } else {
            ""
        };
        writeln!(
            text,
            "  confidence  {confidence:.3}: {}{repaired}",
            status(value)
        )?;
    }
    for finding in record
        .findings
        .iter()
        .filter(|f| f.fields.iter().any(|f| f == name))
    {
        writeln!(text, "  finding     {}: {}", finding.rule, finding.message)?;
    }
    Ok(text)
}

fn page(record: &Record, schemas: &Schemas) -> anyhow::Result<String> {
    let mut text = String::new();
    let title = schemas.title(&record.kind, record.language);
    let sure = record.confidence * 100.0;
    writeln!(text, "{title}  ({}, {sure:.0} % sure)", record.kind)?;
    let o = &record.original;
    writeln!(
        text,
        "{}, version {}, from {}/{}",
        record.id, record.version, record.station, o.name
    )?;
    writeln!(
        text,
        "received {}, {} bytes of {}",
        record.received_at, o.bytes, o.media_type
    )?;
    writeln!(text, "sha256 {}", o.sha256)?;
    writeln!(text, "\nFields")?;
    for (name, field) in &record.fields {
        for value in field.values() {
            let mark = if value.status == FieldStatus::Review {
                "  ← review"
            } else {
                ""
            };
            let repaired = if value.repaired { "  (repaired)" } else { "" };
            writeln!(
                text,
                "  {name:<26} {:<40} p. {}{repaired}{mark}",
                value.value.to_string(),
                value.page
            )?;
        }
    }
    writeln!(text, "\nFindings")?;
    for finding in &record.findings {
        let severity = format!("{:?}", finding.severity).to_lowercase();
        writeln!(
            text,
            "  {severity:<8} {}: {}",
            finding.rule, finding.message
        )?;
    }
    if record.findings.is_empty() {
        writeln!(text, "  none")?;
    }
    writeln!(text, "\nPages")?;
    for page in &record.pages {
        writeln!(text, "  {}", page_line(page))?;
    }
    write_retention(&mut text, record)?;
    writeln!(text, "\nHistory")?;
    for entry in &record.history {
        writeln!(
            text,
            "  {}  {:<24} {} {}",
            entry.at, entry.actor, entry.action, entry.detail
        )?;
    }
    Ok(text)
}

fn page_line(page: &PageSummary) -> String {
    let kind = format!("{:?}", page.kind).to_lowercase();
    let mut line = format!(
        "{:>3}  {kind}, {} words, {}×{} px at {} dpi",
        page.number, page.words, page.width, page.height, page.dpi[0]
    );
    if page.rotation.degrees() != 0 {
        line.push_str(&format!(", to be turned by {}°", page.rotation.degrees()));
    }
    let reasons: Vec<String> = page
        .quality
        .reasons
        .iter()
        .filter_map(|reason| {
            serde_json::to_value(reason)
                .ok()?
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    if !reasons.is_empty() {
        let verdict = format!("{:?}", page.quality.verdict).to_lowercase();
        line.push_str(&format!(", {verdict}: {}", reasons.join(", ")));
    }
    line
}

fn write_retention(text: &mut String, record: &Record) -> anyhow::Result<()> {
    let retention = &record.retention;
    writeln!(text, "\nRetention: class {}", retention.class)?;
    for rule in &retention.rules {
        writeln!(text, "  {}: {}", rule.basis, rule.term)?;
    }
    match retention.retain_until {
        Some(day) => writeln!(text, "  kept until {day} at least")?,
        None => writeln!(
            text,
            "  kept without end: the event that starts the term has not happened"
        )?,
    }
    for hold in &retention.holds {
        writeln!(text, "  held: {hold}")?;
    }
    Ok(())
}

fn status(value: &FieldValue) -> &'static str {
    match value.status {
        FieldStatus::Accepted => "accepted",
        FieldStatus::Review => "to be reviewed",
    }
}
