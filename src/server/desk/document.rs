//! A document: its pages with what was found marked on them, its fields with why, its findings, until
//! when it is kept, its history, notes and neighbours; and its print from the archive.

use super::form::Form;
use super::frame::{Frame, page};
use super::scan::{Mark, Scan};
use super::search::{Asked, SHOWN};
use super::{back, seal_of};
use crate::clock;
use crate::server::api;
use crate::server::asked::{At, Body, With};
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use ::records::access::Permission;
use ::records::explain::{Held, sentences};
use ::records::{day_of, knowledge, reckon};
use askama::Template;
use axum::extract::State;
use axum::response::{Html, Redirect};
use ledger::{DocumentFilter, READ, Reviewed};
use model::{
    DocumentId, FieldStatus, FieldValue, Finding, Page, PageKind, PageSummary, Record, Severity,
    Turn, Value,
};
use serde::Deserialize;
use std::sync::Arc;

/// Neighbours that are listed.
const NEIGHBOURS: u32 = 50;
/// Longest note, in bytes.
const LONGEST_NOTE: usize = 4_000;

/// How a document is looked at.
#[derive(Deserialize)]
pub(crate) struct Looking {
    /// The page; the first unless given.
    page: Option<u32>,
    /// The search that it was found by, sealed.
    #[serde(rename = "in")]
    within: Option<String>,
    /// Degrees by which the upright page is turned.
    turn: Option<u16>,
    /// `fit`, `width` or `close`.
    zoom: Option<String>,
    /// The field that is pointed at.
    field: Option<String>,
}

/// A page in the strip of pages.
pub(crate) struct Thumbnail {
    pub(crate) number: u32,
    pub(crate) turn: u16,
    pub(crate) here: bool,
    pub(crate) hit: bool,
    /// What is wrong with it, in words.
    pub(crate) trouble: Vec<String>,
    pub(crate) is_blank: bool,
    pub(crate) is_failed: bool,
}

/// A value of a field, as it is shown.
pub(crate) struct ShownValue {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) page: u32,
    pub(crate) doubtful: bool,
    pub(crate) repaired: bool,
    pub(crate) by_person: bool,
    pub(crate) proven: bool,
    /// What is written on the page.
    pub(crate) written: String,
    /// The words that announced it.
    pub(crate) announced: String,
    pub(crate) rule: String,
    pub(crate) sure: String,
}

/// What a check found, as it is shown.
pub(crate) struct ShownFinding {
    pub(crate) severity: &'static str,
    pub(crate) rule: String,
    pub(crate) message: String,
    pub(crate) page: Option<u32>,
    pub(crate) fields: Vec<String>,
}

/// Another document of the credit file.
struct Neighbour {
    id: String,
    kind: String,
    pages: u32,
    at: String,
    to_review: bool,
}

/// The law's items.
struct Items {
    met: usize,
    all: usize,
    missing: Vec<String>,
}

#[derive(Template)]
#[template(path = "document.html", config = "src/server/desk/askama.toml")]
struct DocumentPage {
    f: Frame,
    id: String,
    title: String,
    kind: String,
    version: u32,
    station: String,
    file_name: String,
    received: String,
    bytes: u64,
    media_type: String,
    sha256: String,
    to_review: bool,
    sure: String,
    file: Option<i64>,
    file_number: String,
    scan: Option<Scan>,
    failure: Option<String>,
    page_text: String,
    number: u32,
    pages: usize,
    thumbnails: Vec<Thumbnail>,
    values: Vec<ShownValue>,
    findings: Vec<ShownFinding>,
    items: Option<Items>,
    retention: Vec<String>,
    holds: Vec<Held>,
    reviews: Vec<(String, Reviewed)>,
    history: Vec<(String, String, String, String)>,
    notes: Vec<(String, ledger::Note)>,
    neighbours: Vec<Neighbour>,
    zoom: &'static str,
    turn: u16,
    /// What follows the page's number in an address.
    rest: String,
    within: Option<String>,
    earlier: Option<String>,
    later: Option<String>,
    previous_page: Option<u32>,
    next_page: Option<u32>,
    box_code: Option<String>,
    original_required: bool,
    kinds: Vec<(String, String)>,
}

/// Shows a document.
#[expect(
    clippy::too_many_lines,
    reason = "the page has many parts, and each is a line or two here"
)]
pub(crate) async fn show(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    At(id): At<DocumentId>,
    With(looking): With<Looking>,
) -> Answer<Html<String>> {
    let number = looking.page;
    let what = match number {
        Some(number) => format!("page {number} at the desk"),
        None => "record at the desk".to_owned(),
    };
    let record = office.read_record(&caller, id, &what).await?;
    let hits = hits(&office, &caller, id, looking.within.as_deref()).await?;
    let number = number
        .or_else(|| hits.pages.first().copied())
        .or_else(|| record.pages.first().map(|page| page.number))
        .unwrap_or(1);
    let summary = record.pages.iter().find(|page| page.number == number);
    let summary = summary.ok_or_else(|| Problem::unknown("page"))?;
    let mut words = words_of(&office, &record).await;
    words.retain(|page| page.number == number);
    let words = words.pop();
    let turn = Turn::try_from(looking.turn.unwrap_or(0) % 360).unwrap_or_default();
    let zoom = match looking.zoom.as_deref() {
        Some("width") => "width",
        Some("close") => "close",
        _ => "fit",
    };
    let mut marks = marks_of(&f, &record, number, looking.field.as_deref());
    if let Some(words) = &words {
        let found = hits.ranges(number);
        let places = ::search::places(words, &found).into_iter();
        marks.extend(places.map(|place| Mark {
            class: "hit",
            of: String::new(),
            title: f.t("mark-hit"),
            place,
        }));
    }
    let is_seen = summary.width > 0 && summary.height > 0;
    let scan = is_seen.then(|| {
        let id = id.to_string();
        Scan::of(&id, summary, turn, words.as_ref(), marks, zoom == "close")
    });
    let failure = words.as_ref().and_then(|page| page.failure.as_ref());
    let failure = failure.map(|why| format!("{}; {}", why.message, why.remedy));
    let holds = office.ledger().holds_on(id).await?;
    let holds: Vec<Held> = holds
        .into_iter()
        .map(|hold| office.shown_hold(&caller, hold))
        .map(|hold| Held {
            id: hold.id,
            matter: hold.matter,
        })
        .collect();
    let retention = retention(&office, &f, &record, &holds).await?;
    let neighbours = neighbours(&office, &caller, &f, &record).await?;
    let reviews = office.ledger().reviews_of(id).await?;
    let notes = office.ledger().notes(id).await?;
    let summary_of = office.ledger().summary(id).await?;
    let at = record.pages.iter().position(|page| page.number == number);
    let near = |step: isize| {
        let at = at?.checked_add_signed(step)?;
        record.pages.get(at).map(|page| page.number)
    };
    let mut rest = String::new();
    if zoom != "fit" {
        rest.push_str(&format!("&zoom={zoom}"));
    }
    if let Some(within) = &looking.within {
        rest.push_str(&format!("&in={within}"));
    }
    let text = words
        .as_ref()
        .map(|page| page.text.clone())
        .unwrap_or_default();
    page(&DocumentPage {
        title: title_of(&f, &record),
        kind: f.kind(&record.kind),
        version: record.version,
        station: record.station.clone(),
        file_name: record.original.name.clone(),
        received: f.at(&record.received_at),
        bytes: record.original.bytes,
        media_type: record.original.media_type.clone(),
        sha256: record.original.sha256.to_string(),
        to_review: summary_of.is_some_and(|s| s.review == ledger::Review::Needed),
        sure: f.percent(record.confidence),
        file: record.credit_file.as_ref().map(|file| file.id),
        file_number: record
            .credit_file
            .as_ref()
            .and_then(|file| file.agreement_number.clone())
            .unwrap_or_default(),
        scan,
        failure,
        page_text: text,
        number,
        pages: record.pages.len(),
        thumbnails: thumbnails(&f, &record, number, &hits.pages),
        values: values_of(&f, &record),
        findings: findings_of(&f, &record),
        items: items_of(&record),
        retention,
        holds,
        reviews: reviews
            .into_iter()
            .map(|review| (f.moment(review.at), review))
            .collect(),
        history: record
            .history
            .iter()
            .rev()
            .filter(|entry| entry.action != READ)
            .map(|entry| {
                (
                    f.at(&entry.at),
                    entry.actor.clone(),
                    f.of("action", entry.action.replace(' ', "-")),
                    entry.detail.clone(),
                )
            })
            .collect(),
        notes: notes
            .into_iter()
            .map(|note| (f.moment(note.at), note))
            .collect(),
        neighbours,
        zoom,
        turn: turn.degrees(),
        rest,
        within: looking.within,
        earlier: hits.earlier,
        later: hits.later,
        previous_page: near(-1),
        next_page: near(1),
        box_code: record.paper.container.clone(),
        original_required: record.paper.original_required,
        kinds: f.kinds(),
        id: id.to_string(),
        f,
    })
}

/// What a list calls a document: its type and number.
pub(crate) fn title_of(f: &Frame, record: &Record) -> String {
    let kind = f.kind(&record.kind);
    let number = record.fields.get("agreement_number");
    match number.and_then(|field| field.values().first()) {
        Some(number) => f.txy("document-title", kind, &number.value),
        None => kind,
    }
}

/// The pages with their words; none where they cannot be read from the archive just now, and scans are
/// shown without them.
pub(crate) async fn words_of(office: &Office, record: &Record) -> Vec<Page> {
    let pages = stages::document_pages(office.ledger(), office.store(), record).await;
    pages.unwrap_or_else(|why| {
        tracing::warn!(%why, "pages are shown without their words");
        Vec::new()
    })
}

/// Where a document was found: pages with hits, and its neighbours in the list.
#[derive(Default)]
struct Hits {
    pages: Vec<u32>,
    marks: Vec<::search::PageMarks>,
    earlier: Option<String>,
    later: Option<String>,
}

impl Hits {
    fn ranges(&self, page: u32) -> Vec<std::ops::Range<usize>> {
        let of_page = self.marks.iter().filter(|marks| marks.page == page);
        of_page.flat_map(|marks| marks.ranges.clone()).collect()
    }
}

async fn hits(
    office: &Arc<Office>,
    caller: &Caller,
    id: DocumentId,
    within: Option<&str>,
) -> Answer<Hits> {
    let Some(sealed) = within else {
        return Ok(Hits::default());
    };
    let seal = seal_of(caller)?;
    // A search of a session that is over marks nothing, and the document is there all the same.
    let Ok(asked) = seal.open::<Asked>(sealed) else {
        return Ok(Hits::default());
    };
    let results = api::search::find(office, caller, asked.search(false)).await?;
    let at = results.hits.iter().position(|hit| hit.id == id);
    let Some(at) = at else {
        return Ok(Hits::default());
    };
    let address = |n: usize| {
        let hit = results.hits.get(n)?;
        Some(format!("/documents/{}?in={sealed}", hit.id))
    };
    Ok(Hits {
        pages: results.hits[at].pages.clone(),
        marks: results.hits[at].marks.clone(),
        earlier: at.checked_sub(1).and_then(address),
        later: (at + 1 < SHOWN).then(|| address(at + 1)).flatten(),
    })
}

/// The marks of fields and findings on a page.
pub(crate) fn marks_of(f: &Frame, record: &Record, number: u32, on: Option<&str>) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (name, field) in &record.fields {
        for value in field.values().iter().filter(|value| value.page == number) {
            if value.place.w == 0 {
                continue;
            }
            marks.push(Mark {
                class: match value.status {
                    _ if on == Some(name) => "field on",
                    FieldStatus::Review => "doubt",
                    FieldStatus::Accepted => "field",
                },
                of: name.clone(),
                title: format!("{}: {}", f.field(name), f.value(name, &value.value, "")),
                place: value.place,
            });
        }
    }
    let found = record
        .findings
        .iter()
        .filter(|finding| finding.page == Some(number) && finding.severity >= Severity::Warning);
    for finding in found {
        marks.extend(finding.place.map(|place| Mark {
            class: "finding",
            of: finding.rule.clone(),
            title: f.of("rule", &finding.rule),
            place,
        }));
    }
    marks
}

/// The strip of a document's pages.
pub(crate) fn thumbnails(f: &Frame, record: &Record, here: u32, hits: &[u32]) -> Vec<Thumbnail> {
    let of = |page: &PageSummary| Thumbnail {
        number: page.number,
        turn: page.rotation.degrees(),
        here: page.number == here,
        hit: hits.contains(&page.number),
        trouble: troubles(f, page),
        is_blank: page.kind == PageKind::Blank,
        is_failed: page.kind == PageKind::Failed,
    };
    record.pages.iter().map(of).collect()
}

/// What is wrong with a page, in words.
fn troubles(f: &Frame, page: &PageSummary) -> Vec<String> {
    let said = page.quality.reasons.iter().filter_map(|reason| {
        let word = serde_json::to_value(reason).ok()?;
        Some(f.of("quality", word.as_str()?))
    });
    said.collect()
}

fn currency_of(record: &Record) -> String {
    let currency = record.fields.get("currency");
    let currency = currency.and_then(|field| field.values().first());
    currency.map_or_else(String::new, |value| value.value.to_string())
}

/// All values, as they are shown, in the order of the document's type.
pub(crate) fn values_of(f: &Frame, record: &Record) -> Vec<ShownValue> {
    let currency = currency_of(record);
    let proven = extraction::proven(&record.fields);
    let mut shown = Vec::new();
    for (name, field) in &record.fields {
        for value in field.values() {
            let (announced, rule) = match &value.evidence {
                Some(evidence) => (evidence.label.clone(), evidence.rule.clone()),
                None => (String::new(), String::new()),
            };
            shown.push(ShownValue {
                label: f.field(name),
                value: written(f, name, value, &currency),
                page: value.page,
                doubtful: value.status == FieldStatus::Review,
                repaired: value.repaired,
                by_person: rule == "person",
                proven: proven.contains(name.as_str()),
                written: value.text.clone(),
                announced,
                rule: f.of("rule", &rule),
                sure: f.percent(value.confidence),
                name: name.clone(),
            });
        }
    }
    shown.sort_by_key(|value| (!value.doubtful, order(&value.name)));
    shown
}

/// A value as it is shown; a clause is only there.
fn written(f: &Frame, name: &str, value: &FieldValue, currency: &str) -> String {
    match &value.value {
        Value::Text(text) if text == "present" => f.t("value-present"),
        other => f.value(name, other, currency),
    }
}

/// The order in which people look for fields.
fn order(name: &str) -> usize {
    const FIRST: [&str; 22] = [
        "agreement_number",
        "agreement_date",
        "agreement_place",
        "original_agreement_number",
        "original_agreement_date",
        "borrower_name",
        "borrower_pesel",
        "borrower_nip",
        "borrower_address",
        "co_borrower_name",
        "lender_name",
        "credit_amount",
        "total_credit_amount",
        "currency",
        "interest_rate",
        "rrso",
        "total_cost",
        "total_amount_payable",
        "term_months",
        "instalment_count",
        "instalment_amount",
        "repayment_account",
    ];
    FIRST
        .iter()
        .position(|first| *first == name)
        .unwrap_or(FIRST.len())
}

/// What checks found and somebody should know, worst first.
pub(crate) fn findings_of(f: &Frame, record: &Record) -> Vec<ShownFinding> {
    let mut found: Vec<&Finding> = record
        .findings
        .iter()
        .filter(|finding| finding.rule != "statutory_items" || finding.severity > Severity::Info)
        .collect();
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let shown = found.into_iter().map(|finding| ShownFinding {
        severity: match finding.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        },
        rule: f.of("rule", &finding.rule),
        message: finding.message.clone(),
        page: finding.page,
        fields: finding.fields.iter().map(|name| f.field(name)).collect(),
    });
    shown.collect()
}

fn items_of(record: &Record) -> Option<Items> {
    let items: Vec<&Finding> = record
        .findings
        .iter()
        .filter(|finding| finding.rule == "statutory_items")
        .collect();
    let met = items
        .iter()
        .filter(|item| item.message.ends_with(": met"))
        .count();
    let missing = items.iter().filter(|item| item.severity > Severity::Info);
    (!items.is_empty()).then(|| Items {
        met,
        all: items.len(),
        missing: missing.map(|item| item.message.clone()).collect(),
    })
}

/// Until when it is kept, in sentences.
async fn retention(
    office: &Office,
    f: &Frame,
    record: &Record,
    holds: &[Held],
) -> Answer<Vec<String>> {
    let Some(basis) = office.ledger().retention_basis(record.id).await? else {
        return Ok(Vec::new());
    };
    let schedule = &office.parts.schedule;
    let today = day_of(clock::now(), schedule);
    let Ok(decision) = reckon(schedule, &basis, today) else {
        return Ok(vec![f.tx("retention-no-class", &basis.class)]);
    };
    let name = f.t("retention-this");
    Ok(sentences(
        &name,
        &decision,
        holds,
        knowledge(&basis),
        today,
        f.language(),
    ))
}

async fn neighbours(
    office: &Office,
    caller: &Caller,
    f: &Frame,
    record: &Record,
) -> Answer<Vec<Neighbour>> {
    let Some(file) = &record.credit_file else {
        return Ok(Vec::new());
    };
    let filter = DocumentFilter::CreditFile(file.id);
    let rows = office.ledger().documents(&filter, None, NEIGHBOURS).await?;
    let others = rows
        .into_iter()
        .filter(|row| row.id != record.id && caller.rights.reach(row.branch.as_deref(), &row.kind));
    let neighbours = others.map(|row| Neighbour {
        id: row.id.to_string(),
        kind: f.kind(&row.kind),
        pages: row.pages,
        at: f.moment(row.written_at),
        to_review: row.review == ledger::Review::Needed,
    });
    Ok(neighbours.collect())
}

/// A note.
#[derive(Deserialize)]
pub(crate) struct NewNote {
    words: String,
}

pub(crate) async fn note(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
    Form(note): Form<NewNote>,
) -> Answer<Redirect> {
    office.record(&caller, id).await?;
    let words = note.words.trim();
    if words.is_empty() || words.len() > LONGEST_NOTE {
        return Err(Problem::refused(
            "a note has 1 to 4,000 letters",
            "go back, and write it shorter",
        ));
    }
    office.ledger().add_note(id, words, &caller.actor()).await?;
    Ok(back(&format!("/documents/{id}#notes"), "note"))
}

/// A page that is to be scanned again.
#[derive(Deserialize)]
pub(crate) struct Rescan {
    page: u32,
    #[serde(default)]
    why: String,
}

pub(crate) async fn rescan(
    office: State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
    Form(form): Form<Rescan>,
) -> Answer<Redirect> {
    let asked = api::documents::RescanAsked {
        page: form.page,
        why: form.why,
    };
    api::documents::rescan(office, caller, At(id), Body(asked)).await?;
    Ok(back(
        &format!("/documents/{id}?page={}", form.page),
        "rescan",
    ))
}

#[derive(Template)]
#[template(path = "print.html", config = "src/server/desk/askama.toml")]
struct PrintPage {
    f: Frame,
    id: String,
    title: String,
    sha256: String,
    version: u32,
    at: String,
    station: String,
    received: String,
    scans: Vec<Scan>,
    failed: Vec<u32>,
}

/// A print from the archive: every page with the original's hash, who printed it and when, and a clause
/// to be signed.
pub(crate) async fn print(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    At(id): At<DocumentId>,
) -> Answer<Html<String>> {
    let record = office.read_record(&caller, id, "print").await?;
    let seen = |page: &&PageSummary| page.width > 0 && page.height > 0;
    let name = id.to_string();
    let scans = record
        .pages
        .iter()
        .filter(seen)
        .map(|page| Scan::of(&name, page, Turn::None, None, Vec::new(), true));
    let failed = record.pages.iter().filter(|page| !seen(page));
    page(&PrintPage {
        title: title_of(&f, &record),
        sha256: record.original.sha256.to_string(),
        version: record.version,
        at: f.moment(clock::now()),
        station: record.station.clone(),
        received: f.at(&record.received_at),
        scans: scans.collect(),
        failed: failed.map(|page| page.number).collect(),
        id: name.clone(),
        f,
    })
}
