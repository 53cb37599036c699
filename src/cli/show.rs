//! `kartoteka show`: a document as kept: fields, findings, pages, retention, history.

use super::{Exit, print};
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::Args;
use extraction::Schemas;
use model::{DocumentId, FieldStatus, FieldValue, Finding, PageSummary, Record, Severity};
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
            print::note(&match ledger.tombstone(id).await? {
                Some((disposal, item)) => format!(
                    "{id} was disposed of: {} ({}), from {} on; `kartoteka disposal show {disposal} \
                     --protocol` has the proof",
                    item.kind, item.class, item.retain_until
                ),
                None => format!("there is no document {id}: `kartoteka search '*'` lists them"),
            });
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
    let proven = extraction::proven(&record.fields);
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
            if evidence.label.is_empty() {
                writeln!(text, "  label       none was needed")?;
            } else {
                writeln!(text, "  label       „{}\"", evidence.label)?;
            }
            writeln!(
                text,
                "  rule        {}: {} (score {:.2})",
                evidence.rule,
                rule_meaning(&evidence.rule),
                evidence.score
            )?;
        }
        let repaired = if value.repaired {
            ", a misread character was put right with proof"
        } else {
            ""
        };
        writeln!(
            text,
            "  confidence  {confidence:.3}: {}{repaired}{}",
            status(value),
            if proven.contains(name) {
                ", proved by the document's own figures"
            } else {
                ""
            }
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

/// What a rule does, for whoever asks why.
fn rule_meaning(rule: &str) -> &'static str {
    match rule {
        "after" => "the value follows its label in the text",
        "beside" => "the value stands in the cell beside its label",
        "below" => "the value stands below its label",
        "label_words" => "the words of the label beside it, in no wording that is known",
        "weak_label" => "words before it that may mean something else, too",
        "under_title" => "the number alone in its cell under the title",
        "added" => "what is added to the reference rate",
        "before" => "the value stands before the words that name it",
        "choice" => "one of the known options is named at the label",
        "clause" => "the clause is there",
        "unit" => "the value's unit says what it counts",
        "named_after" => "the words right after the value name it",
        "period" => "the two ends of a period name each other",
        "head_of_page" => "the day at the head of the first page",
        "agreement_referred_to" => "the day of the agreement that the paper refers to",
        "proved_by_figures" => "no label gave it; the document's other figures prove it",
        "party" => "found with the party's name, by the role the party was given",
        "schedule_row" => "read from the rows of the schedule",
        "security" => "named in the section on security",
        "amount_in_words" => "the words that spell the amount",
        "town_beside_date" => "the town beside the day",
        _ => "see ARCHITECTURE.md",
    }
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
    write_items(&mut text, record)?;
    let others = record.findings.iter().filter(|f| !is_met_item(f));
    for finding in others {
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

/// An item of the law that is met, or needed only where agreed: counted, not listed.
fn is_met_item(finding: &Finding) -> bool {
    finding.rule == "statutory_items" && finding.severity == Severity::Info
}

/// One line for all the law's items: `statutory items: 26 of 27 met`.
fn write_items(text: &mut String, record: &Record) -> anyhow::Result<()> {
    let items: Vec<&Finding> = record
        .findings
        .iter()
        .filter(|f| f.rule == "statutory_items")
        .collect();
    if items.is_empty() {
        return Ok(());
    }
    let met = items
        .iter()
        .filter(|f| f.message.ends_with(": met"))
        .count();
    let open = items
        .iter()
        .filter(|f| f.severity != Severity::Info)
        .count();
    let agreed = items.len() - met - open;
    let mut line = format!("statutory items: {met} of {} met", items.len());
    if agreed > 0 {
        write!(line, ", {agreed} needed only where agreed")?;
    }
    let missing = if open > 0 { ", missing:" } else { "" };
    writeln!(text, "  info     {line}{missing}")?;
    Ok(())
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
