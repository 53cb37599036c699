//! The protocol of a disposal: a stored form that a stranger can read. It names no person but those
//! who acted, and holds no word of a document.

use crate::{RecordsError, Schedule};
use jiff::Timestamp;
use jiff::civil::Date;
use ledger::{Act, Disposal, DisposalAct, DisposalItem, ItemState};
use serde::Serialize;
use serde_json::Value;

/// The version of the form below.
pub const PROTOCOL_FORMAT: u32 = 1;

/// What the protocol says of the collection as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Who collected.
    pub collected_by: String,
    /// When it was done.
    pub collected_at: Timestamp,
    /// Where: the store's address without secrets.
    pub archive: String,
    /// What became of the words in the search index.
    pub index: String,
    /// What became of them in the files of the ledger's database.
    pub database: String,
    /// The day after which no backup is left that has them; none where nobody said.
    pub backups_until: Option<Date>,
}

#[derive(Serialize)]
struct Form<'p> {
    format: u32,
    disposal: i64,
    title: &'p str,
    prepared_at: Timestamp,
    prepared_by: &'p str,
    opinions: Vec<Said<'p>>,
    approvals: Vec<Said<'p>>,
    collected_at: Timestamp,
    collected_by: &'p str,
    archive: &'p str,
    disposed: usize,
    stay: usize,
    /// Electronic documents.
    electronic: Vec<Item<'p>>,
    /// Paper is listed apart: who destroyed it, and when, is for its own protocol.
    paper: Vec<Paper>,
    index: &'p str,
    database: &'p str,
    backups: String,
}

#[derive(Serialize)]
struct Said<'p> {
    role: &'p str,
    verdict: &'static str,
    words: &'p str,
    at: Timestamp,
    person: &'p str,
}

#[derive(Serialize)]
struct Item<'p> {
    document: String,
    #[serde(rename = "type")]
    kind: &'p str,
    class: &'p str,
    symbol: Option<&'p str>,
    category: Option<String>,
    received_at: Timestamp,
    pages: u32,
    sha256: String,
    disposable_from: Date,
    basis: &'p str,
    state: &'static str,
    proof: Value,
}

#[derive(Serialize)]
struct Paper {
    document: String,
    state: &'static str,
}

/// The protocol as JSON.
///
/// # Errors
/// When a proof in the ledger is damaged.
pub fn protocol(
    disposal: &Disposal,
    schedule: &Schedule,
    setting: &Setting,
) -> Result<String, RecordsError> {
    let of = |state| {
        disposal
            .items
            .iter()
            .filter(|item| item.state == state)
            .count()
    };
    let said = |act: Act| {
        let acts = disposal.acts.iter().filter(|said| said.act == act);
        acts.map(said_of).collect()
    };
    let form = Form {
        format: PROTOCOL_FORMAT,
        disposal: disposal.id,
        title: &disposal.title,
        prepared_at: disposal.prepared_at,
        prepared_by: &disposal.prepared_by,
        opinions: said(Act::Opinion),
        approvals: said(Act::Approval),
        collected_at: setting.collected_at,
        collected_by: &setting.collected_by,
        archive: &setting.archive,
        disposed: of(ItemState::Disposed),
        stay: of(ItemState::Stays),
        electronic: disposal
            .items
            .iter()
            .map(|item| item_of(item, schedule))
            .collect::<Result<_, _>>()?,
        paper: disposal
            .items
            .iter()
            .filter(|item| item.state == ItemState::Disposed)
            .map(|item| Paper {
                document: item.document.to_string(),
                state: "not known to this ledger",
            })
            .collect(),
        index: &setting.index,
        database: &setting.database,
        backups: backups(setting.backups_until),
    };
    let mut text = serde_json::to_string_pretty(&form)
        .map_err(|why| RecordsError::damaged("a protocol", why))?;
    text.push('\n');
    Ok(text)
}

fn said_of(act: &DisposalAct) -> Said<'_> {
    Said {
        role: &act.role,
        verdict: act.verdict.as_str(),
        words: &act.words,
        at: act.at,
        person: &act.person,
    }
}

fn item_of<'p>(item: &'p DisposalItem, schedule: &'p Schedule) -> Result<Item<'p>, RecordsError> {
    let class = schedule.class(&item.class);
    let proof = match item.proof.as_str() {
        "" => Value::Null,
        text => serde_json::from_str(text)
            .map_err(|why| RecordsError::damaged("a disposal's proof", why))?,
    };
    Ok(Item {
        document: item.document.to_string(),
        kind: &item.kind,
        class: &item.class,
        symbol: class.and_then(|class| class.symbol.as_deref()),
        category: class.and_then(|class| class.category).map(String::from),
        received_at: item.received_at,
        pages: item.pages,
        sha256: item.sha256.to_string(),
        disposable_from: item.retain_until,
        basis: &item.basis,
        state: item.state.as_str(),
        proof,
    })
}

fn backups(until: Option<Date>) -> String {
    match until {
        Some(day) => format!("the last backup that has them expires on {day}"),
        None => "until when backups have them is not configured (`records.backup_days`)".into(),
    }
}
