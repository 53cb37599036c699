//! Reviewing: what is unsure and what a check found, beside the pixels it came from; accepted, put right
//! or said not to be there, in one form and one new version. A document is before one person at a time.

use super::back;
use super::document::{ShownFinding, findings_of, marks_of, title_of, words_of};
use super::form::Form;
use super::frame::{Frame, limits, page};
use super::scan::Scan;
use crate::clock;
use crate::server::asked::At;
use crate::server::entrance::Caller;
use crate::server::office::Office;
use crate::server::problem::{Answer, Problem};
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use extraction::Wanted;
use jiff::{SignedDuration, Timestamp};
use ledger::{
    AfterReview, Correction, DocumentFilter, Effort, NewKind, NewReview, Review, ReviewVerdict,
    Reviewer, Turn,
};
use model::{DocumentId, Field, FieldStatus, FieldValue, Place, Record, Severity, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Documents of the queue that are listed.
const LISTED: usize = 50;
/// Rows that are looked through for them.
const LOOKED_THROUGH: u32 = 500;
/// Reviews that a day's figures are made of.
const MOST_OF_A_DAY: u32 = 10_000;

/// A document that waits.
struct Waiting {
    id: String,
    kind: String,
    pages: u32,
    station: String,
    since: String,
}

/// What a person did today.
#[derive(Default)]
struct Today {
    documents: u64,
    fields: u64,
    corrected: u64,
    seconds_each: u64,
    keystrokes_each: u64,
}

#[derive(Template)]
#[template(path = "reviews.html", config = "src/server/desk/askama.toml")]
struct QueuePage {
    f: Frame,
    to_review: u64,
    waiting: Vec<Waiting>,
    today: Today,
    two_from: Option<u64>,
}

/// The queue: what waits, and what one did today.
pub(crate) async fn queue(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
) -> Answer<Html<String>> {
    let status = office.ledger().status().await?;
    let rows = office
        .ledger()
        .documents(&DocumentFilter::ToReview, None, LOOKED_THROUGH)
        .await?;
    let seen = rows
        .into_iter()
        .filter(|row| caller.rights.reach(row.branch.as_deref(), &row.kind));
    let waiting = seen.take(LISTED).map(|row| Waiting {
        id: row.id.to_string(),
        kind: f.kind(&row.kind),
        pages: row.pages,
        station: row.station,
        since: f.moment(row.written_at),
    });
    let waiting: Vec<Waiting> = waiting.collect();
    let detail = format!("{} documents", waiting.len());
    office.tell(&caller, "listed", "documents", &detail).await?;
    let to_review = if caller.rights.reach_all() {
        status.to_review
    } else {
        waiting.len() as u64
    };
    page(&QueuePage {
        today: today(&office, &caller.name).await?,
        two_from: office.parts.config.review.two_from,
        to_review,
        waiting,
        f,
    })
}

async fn today(office: &Office, person: &str) -> Answer<Today> {
    let now = clock::now();
    let day = records::day_of(now, &office.parts.schedule);
    let begins = records::start_of(day, office.parts.schedule.zone()).unwrap_or(now);
    let reviews = office
        .ledger()
        .reviews_between(begins, now + SignedDuration::from_secs(1), MOST_OF_A_DAY)
        .await?;
    let mut today = Today::default();
    let (mut seconds, mut keystrokes) = (0, 0);
    for review in reviews.iter().filter(|review| review.person == person) {
        today.documents += 1;
        today.fields += u64::from(review.effort.fields);
        today.corrected += u64::from(review.effort.corrected);
        seconds += u64::from(review.effort.seconds);
        keystrokes += u64::from(review.effort.keystrokes);
    }
    today.seconds_each = seconds.checked_div(today.documents).unwrap_or(0);
    today.keystrokes_each = keystrokes.checked_div(today.documents).unwrap_or(0);
    Ok(today)
}

async fn following(
    office: &Office,
    caller: &Caller,
    beside: Option<DocumentId>,
) -> Answer<Option<DocumentId>> {
    let (branches, kinds) = limits(caller);
    let reviewer = Reviewer {
        person: &caller.name,
        branches,
        kinds,
    };
    Ok(office.ledger().next_review(reviewer, beside).await?)
}

/// Goes to the next document.
pub(crate) async fn next(State(office): State<Arc<Office>>, caller: Caller) -> Answer<Redirect> {
    Ok(match following(&office, &caller, None).await? {
        Some(id) => Redirect::to(&format!("/review/{id}")),
        None => back("/review", "nothing-waits"),
    })
}

/// A value that somebody has to look at.
struct Item {
    name: String,
    label: String,
    n: usize,
    typed: String,
    wanted: &'static str,
    options: Vec<(String, String)>,
    page: u32,
    doubtful: bool,
    /// It has parts, and is taken or left as it is.
    fixed: bool,
    /// It is missing, and may be on the page all the same.
    missing: bool,
    written: String,
    sure: String,
    why: Vec<String>,
    /// What the viewer shows for it, upright: left, top, width, height.
    view: String,
}

#[derive(Template)]
#[template(path = "review.html", config = "src/server/desk/askama.toml")]
struct ReviewPage {
    f: Frame,
    id: String,
    title: String,
    sure: String,
    version: u32,
    items: Vec<Item>,
    findings: Vec<ShownFinding>,
    scans: Vec<Scan>,
    other: Option<String>,
    needs_two: bool,
    first_by: Option<String>,
    names: Vec<(String, String)>,
    next: Option<String>,
    left: u64,
    wrong: Option<String>,
}

/// Shows what is to be looked at in a document.
pub(crate) async fn show(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    At(id): At<DocumentId>,
) -> Answer<Html<String>> {
    let record = office
        .read_record(&caller, id, "review at the desk")
        .await?;
    review_page(&office, &caller, f, &record, None).await
}

async fn review_page(
    office: &Arc<Office>,
    caller: &Caller,
    f: Frame,
    record: &Record,
    wrong: Option<String>,
) -> Answer<Html<String>> {
    let id = record.id;
    let other = match office.ledger().take_review(id, &caller.name).await? {
        Turn::Yours => None,
        Turn::Anothers(person) => Some(person),
    };
    let next = match other {
        None => following(office, caller, Some(id)).await?,
        Some(_) => None,
    };
    let before = office.ledger().reviews_of(id).await?;
    let first_by = before
        .iter()
        .rfind(|review| {
            review.version == record.version && review.verdict == ReviewVerdict::Confirmed
        })
        .map(|review| review.person.clone());
    let mut items = items(office, &f, record);
    let looked_at: BTreeSet<u32> = items.iter().map(|item| item.page).collect();
    let pages = words_of(office, record).await;
    let mut scans = Vec::new();
    for summary in &record.pages {
        let is_first = scans.is_empty() && looked_at.is_empty();
        if summary.width == 0 || !(looked_at.contains(&summary.number) || is_first) {
            continue;
        }
        let marks = marks_of(&f, record, summary.number, None);
        let words = pages.iter().find(|page| page.number == summary.number);
        let turn = model::Turn::None;
        let scan = Scan::of(&id.to_string(), summary, turn, words, marks, true);
        for item in items.iter_mut().filter(|item| item.page == summary.number) {
            let [x, y, w, h] = scan.around(&item.name);
            item.view = format!("{x} {y} {w} {h}");
        }
        scans.push(scan);
    }
    let names = not_asked(office, &f, &items);
    let left = office.ledger().status().await?.to_review;
    page(&ReviewPage {
        title: title_of(&f, record),
        sure: f.percent(record.confidence),
        version: record.version,
        findings: findings_of(&f, record)
            .into_iter()
            .filter(|finding| finding.severity != "info")
            .collect(),
        needs_two: office.needs_two(record),
        left,
        next: next.map(|id| id.to_string()),
        id: id.to_string(),
        items,
        scans,
        other,
        first_by,
        names,
        wrong,
        f,
    })
}

/// The fields that may be added: those that are not asked about.
fn not_asked(office: &Office, f: &Frame, items: &[Item]) -> Vec<(String, String)> {
    let asked: BTreeSet<&str> = items.iter().map(|item| item.name.as_str()).collect();
    let names = office.parts.schemas.field_names();
    let mut names: Vec<(String, String)> = names
        .filter(|name| !asked.contains(name))
        .map(|name| (name.to_owned(), f.field(name)))
        .collect();
    names.sort_by_key(|(_, label)| label.to_lowercase());
    names
}

/// What has to be looked at: unsure values, those that a check found something about, and required ones
/// that were not found.
fn items(office: &Office, f: &Frame, record: &Record) -> Vec<Item> {
    let schemas = &office.parts.schemas;
    let mut why: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in record
        .findings
        .iter()
        .filter(|finding| finding.severity >= Severity::Warning)
    {
        for name in &finding.fields {
            let said = format!("{}: {}", f.of("rule", &finding.rule), finding.message);
            why.entry(name).or_default().push(said);
        }
    }
    let mut items = Vec::new();
    for (name, field) in &record.fields {
        let unsure = field
            .values()
            .iter()
            .any(|value| value.status == FieldStatus::Review);
        let found = why.remove(name.as_str());
        if !unsure && found.is_none() {
            continue;
        }
        for (n, value) in field.values().iter().enumerate() {
            let doubtful = value.status == FieldStatus::Review;
            if field.values().len() > 1 && !doubtful && found.is_none() {
                continue;
            }
            items.push(item_of(
                f,
                schemas,
                name,
                n,
                value,
                found.clone().unwrap_or_default(),
            ));
        }
    }
    let first = record.pages.first().map_or(1, |page| page.number);
    for (name, why) in why {
        if !schemas.has_field(name) {
            continue;
        }
        items.push(Item {
            label: f.field(name),
            wanted: wanted(schemas.wanted(name)),
            options: options(f, schemas, name),
            name: name.to_owned(),
            n: 0,
            typed: String::new(),
            page: first,
            doubtful: false,
            fixed: false,
            missing: true,
            written: String::new(),
            sure: String::new(),
            why,
            view: String::new(),
        });
    }
    items.sort_by_key(|item| (item.missing, item.page));
    items
}

fn item_of(
    f: &Frame,
    schemas: &extraction::Schemas,
    name: &str,
    n: usize,
    value: &FieldValue,
    why: Vec<String>,
) -> Item {
    Item {
        label: f.field(name),
        typed: f.typed(name, &value.value),
        wanted: wanted(schemas.wanted(name)),
        options: options(f, schemas, name),
        page: value.page,
        doubtful: value.status == FieldStatus::Review,
        fixed: matches!(value.value, Value::Parts(_)),
        missing: false,
        written: value.text.clone(),
        sure: f.percent(value.confidence),
        why,
        view: String::new(),
        name: name.to_owned(),
        n,
    }
}

const fn wanted(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Amount => "amount",
        Wanted::Decimal => "decimal",
        Wanted::Day => "day",
        Wanted::Number => "number",
        Wanted::Identifier => "identifier",
        Wanted::Choice => "choice",
        Wanted::Text => "text",
    }
}

fn options(f: &Frame, schemas: &extraction::Schemas, name: &str) -> Vec<(String, String)> {
    let options = schemas.options(name);
    options
        .map(|option| (option.to_owned(), f.of("option", option)))
        .collect()
}

/// What the form says of the values, by field and number among its values.
#[derive(Default)]
struct Said {
    act: String,
    version: u32,
    why: String,
    effort: Effort,
    /// As typed, and as it was shown.
    values: BTreeMap<(String, usize), (String, String)>,
    /// Those that are not there.
    absent: BTreeSet<(String, usize)>,
    /// Where values stand that were drawn: page, and place there.
    places: BTreeMap<(String, usize), (u32, Place)>,
}

impl Said {
    fn of(fields: Vec<(String, String)>) -> Self {
        let mut said = Self::default();
        for (name, value) in fields {
            let number = || value.parse().unwrap_or(0);
            match name.as_str() {
                "act" => said.act = value,
                "version" => said.version = number(),
                "why" => said.why = value.trim().to_owned(),
                "seconds" => said.effort.seconds = number(),
                "keystrokes" => said.effort.keystrokes = number(),
                "add" if !value.is_empty() => {
                    said.values.entry((value, 0)).or_default();
                }
                _ => said.take(&name, value),
            }
        }
        said
    }

    fn take(&mut self, name: &str, value: String) {
        let mut parts = name.splitn(3, '.');
        let (Some(what), Some(field), Some(n)) = (parts.next(), parts.next(), parts.next()) else {
            return;
        };
        let Ok(n) = n.parse() else { return };
        let key = (field.to_owned(), n);
        match what {
            "v" => self.values.entry(key).or_default().0 = value,
            "was" => self.values.entry(key).or_default().1 = value,
            "no" => {
                self.absent.insert(key);
            }
            "at" => {
                let numbers: Vec<u32> = value.split(',').filter_map(|n| n.parse().ok()).collect();
                if let [page, x, y, w, h] = numbers[..] {
                    self.places.insert(key, (page, Place::new(x, y, w, h)));
                }
            }
            _ => {}
        }
    }
}

/// What is judged of a document: its values, and then the whole of it.
pub(crate) async fn judge(
    State(office): State<Arc<Office>>,
    caller: Caller,
    f: Frame,
    At(id): At<DocumentId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer<Response> {
    let mut said = Said::of(fields);
    let record = office.record(&caller, id).await?;
    if said.act == "postpone" {
        return postpone(&office, &caller, id, &said).await;
    }
    if let Turn::Anothers(person) = office.ledger().take_review(id, &caller.name).await? {
        let detail = format!("{person} has the document before them");
        return Err(Problem::refused(
            detail,
            "take another, or wait until they are done",
        ));
    }
    if said.act == "reject" && said.why.is_empty() {
        let wrong = Some(f.t("review-why-reject"));
        let page = review_page(&office, &caller, f, &record, wrong).await?;
        return Ok(page.into_response());
    }
    let version = match corrected(&office, &caller, &record, &mut said).await {
        Ok(version) => version,
        Err(problem) if problem.status().is_client_error() => {
            let wrong = f.wrong(&problem);
            let page = review_page(&office, &caller, f, &record, Some(wrong)).await?;
            return Ok((problem.status(), page).into_response());
        }
        Err(problem) => return Err(problem),
    };
    let verdict = match said.act.as_str() {
        "reject" => ReviewVerdict::Rejected,
        "confirm" => ReviewVerdict::Confirmed,
        _ => return Ok(back(&format!("/review/{id}"), "saved").into_response()),
    };
    let current = office.record(&caller, id).await?;
    let review = NewReview {
        document: id,
        version,
        verdict,
        words: said.why.clone(),
        needs_two: office.needs_two(&current),
        effort: said.effort,
    };
    let after = office.ledger().review(&review, &caller.actor()).await?;
    let done = match (verdict, after) {
        (ReviewVerdict::Rejected, _) => "rejected",
        (_, AfterReview::SecondNeeded) => "second-needed",
        (_, AfterReview::Settled) => "confirmed",
    };
    let to = match following(&office, &caller, None).await? {
        Some(next) => format!("/review/{next}?undo={id}"),
        None => format!("/review?undo={id}"),
    };
    Ok(back(&to, done).into_response())
}

/// Takes one's last verdict back: the document is before the person again.
pub(crate) async fn undo(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
) -> Answer<Redirect> {
    office.record(&caller, id).await?;
    office.ledger().undo_review(id, &caller.actor()).await?;
    Ok(back(&format!("/review/{id}"), "undone"))
}

/// What a person says a document is.
#[derive(Deserialize)]
pub(crate) struct SaidKind {
    version: u32,
    kind: String,
}

/// Says what a document is; other fields and checks are another type's, so it waits for review.
pub(crate) async fn say_kind(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
    Form(form): Form<SaidKind>,
) -> Answer<Redirect> {
    office.record(&caller, id).await?;
    let schemas = &office.parts.schemas;
    let kind = schemas.types().find(|kind| kind.as_str() == form.kind);
    let kind =
        kind.ok_or_else(|| Problem::refused("that is no document type", "choose one of the list"))?;
    let said = NewKind {
        document: id,
        version: form.version,
        kind: kind.clone(),
        retention: schemas.retention(kind),
        jobs: vec![stages::archive_job(id, form.version + 1)],
    };
    office.ledger().say_kind(&said, &caller.actor()).await?;
    Ok(back(&format!("/documents/{id}"), "kind"))
}

async fn postpone(
    office: &Office,
    caller: &Caller,
    id: DocumentId,
    said: &Said,
) -> Answer<Response> {
    let until: Timestamp = clock::now()
        .checked_add(SignedDuration::from_hours(24))
        .map_err(|why| Problem::fault(&why))?;
    office
        .ledger()
        .postpone_review(id, until, &said.why, &caller.actor())
        .await?;
    Ok(match following(office, caller, None).await? {
        Some(next) => back(&format!("/review/{next}"), "postponed"),
        None => back("/review", "postponed"),
    }
    .into_response())
}

/// Writes what was said of the values as the record's next version; the version that there is then.
/// Nothing is written where all values are as a person left them.
async fn corrected(
    office: &Office,
    caller: &Caller,
    record: &Record,
    said: &mut Said,
) -> Answer<u32> {
    let names: BTreeSet<&String> = said.values.keys().map(|(name, _)| name).collect();
    let mut fields: BTreeMap<String, Option<Field>> = BTreeMap::new();
    let mut effort = said.effort;
    effort.fields = u32::try_from(said.values.len()).unwrap_or(u32::MAX);
    for name in names {
        let (field, changed) = field_said(office, record, name, said)?;
        effort.corrected += changed;
        if record.fields.get(name.as_str()) != field.as_ref() {
            fields.insert(name.clone(), field);
        }
    }
    said.effort = effort;
    if fields.is_empty() {
        if said.version != record.version {
            return Err(changed_meanwhile());
        }
        return Ok(record.version);
    }
    let correction = Correction {
        document: record.id,
        version: said.version,
        fields,
        why: said.why.clone(),
        review: Review::Needed,
        jobs: vec![stages::archive_job(record.id, said.version + 1)],
    };
    Ok(office
        .ledger()
        .correct(&correction, &caller.actor())
        .await?)
}

fn changed_meanwhile() -> Problem {
    Problem::refused(
        "somebody changed the document meanwhile",
        "look at it as it is now, and say it again",
    )
}

/// A field as it was said, and how many of its values were changed.
fn field_said(
    office: &Office,
    record: &Record,
    name: &str,
    said: &Said,
) -> Answer<(Option<Field>, u32)> {
    let schemas = &office.parts.schemas;
    if !schemas.has_field(name) {
        return Err(Problem::unknown("field"));
    }
    let known = record.fields.get(name).map_or(&[][..], Field::values);
    let mut changed = 0;
    let mut values = Vec::new();
    let last = said
        .values
        .keys()
        .filter(|(field, _)| field == name)
        .map(|(_, n)| n + 1);
    for n in 0..known.len().max(last.max().unwrap_or(0)) {
        let key = (name.to_owned(), n);
        let before = known.get(n);
        let Some((typed, was)) = said.values.get(&key) else {
            values.extend(before.cloned());
            continue;
        };
        let typed = typed.trim();
        if said.absent.contains(&key) || (typed.is_empty() && before.is_none()) {
            changed += u32::from(before.is_some());
            continue;
        }
        match before {
            Some(before) if typed == was.trim() && !said.places.contains_key(&key) => {
                values.push(FieldValue {
                    status: FieldStatus::Accepted,
                    ..before.clone()
                });
            }
            _ => {
                changed += 1;
                let value = schemas.typed(name, typed);
                let on = match said.places.get(&key) {
                    Some((page, place)) => Some(checked(record, *page, *place)?),
                    None => before.map(|before| (before.page, before.place)),
                };
                let value = extraction::said_value(name, value, on, record, schemas);
                values.push(value.map_err(|why| {
                    Problem::refused(why.to_string(), "write it in the field's own form")
                })?);
            }
        }
    }
    let field = match values.len() {
        0 => None,
        _ if schemas.is_list(name) => Some(Field::Many(values)),
        _ => Some(Field::One(values.remove(0))),
    };
    Ok((field, changed))
}

/// A place that was drawn, on its page.
fn checked(record: &Record, page: u32, place: Place) -> Answer<(u32, Place)> {
    let known = record.pages.iter().find(|known| known.number == page);
    let known = known.ok_or_else(|| Problem::unknown("page"))?;
    if !place.is_within(known.width, known.height) {
        let detail = "the place is not on its page";
        return Err(Problem::refused(detail, "draw it again"));
    }
    Ok((page, place))
}

/// One field, put right where it is read.
#[derive(Deserialize)]
pub(crate) struct OneField {
    version: u32,
    value: String,
    #[serde(default)]
    why: String,
}

/// A field of a document that is being looked at.
#[derive(Deserialize)]
pub(crate) struct FieldOf {
    id: DocumentId,
    name: String,
}

/// Puts a field right from the document's own page.
pub(crate) async fn correct(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(of): At<FieldOf>,
    Form(form): Form<OneField>,
) -> Answer<Redirect> {
    let record = office.record(&caller, of.id).await?;
    let key = (of.name.clone(), 0);
    let mut said = Said {
        version: form.version,
        why: form.why,
        ..Said::default()
    };
    if form.value.trim().is_empty() {
        said.absent.insert(key.clone());
    }
    said.values.insert(key, (form.value, "\0".into()));
    let (field, _) = field_said(&office, &record, &of.name, &said)?;
    let review = office.review_after(&record, &of.name, field.as_ref());
    let correction = Correction {
        document: of.id,
        version: said.version,
        fields: BTreeMap::from([(of.name.clone(), field)]),
        why: said.why,
        review,
        jobs: vec![stages::archive_job(of.id, said.version + 1)],
    };
    office
        .ledger()
        .correct(&correction, &caller.actor())
        .await?;
    Ok(back(
        &format!("/documents/{}?field={}", of.id, of.name),
        "corrected",
    ))
}

/// A rectangle that was drawn on an upright page.
#[derive(Deserialize)]
pub(crate) struct Drawn {
    page: u32,
    x: u32,
    y: u32,
    w: u32,
    h: u32,
}

/// What stands there, and where that is on the page as it lies.
#[derive(Serialize)]
pub(crate) struct ReadAgain {
    text: String,
    at: String,
}

/// Reads a drawn rectangle again.
pub(crate) async fn read_again(
    State(office): State<Arc<Office>>,
    caller: Caller,
    At(id): At<DocumentId>,
    Form(drawn): Form<Drawn>,
) -> Answer<Json<ReadAgain>> {
    let what = format!("a place of page {} again", drawn.page);
    let record = office.read_record(&caller, id, &what).await?;
    let summary = record.pages.iter().find(|page| page.number == drawn.page);
    let summary = summary.ok_or_else(|| Problem::unknown("page"))?;
    let (width, height) = summary.rotation.size(summary.width, summary.height);
    let upright = Place::new(
        drawn.x.min(width),
        drawn.y.min(height),
        drawn.w.min(width.saturating_sub(drawn.x)),
        drawn.h.min(height.saturating_sub(drawn.y)),
    );
    if upright.w < 4 || upright.h < 4 {
        return Err(Problem::refused(
            "the rectangle is too small",
            "draw it around a value",
        ));
    }
    let place = summary.rotation.inverse().apply(upright, width, height);
    let (key, number) = office.scan_of(&record, summary).await?;
    let file = office.file(&key).await?;
    let _turn = office
        .drawing
        .acquire()
        .await
        .map_err(|_| Problem::busy())?;
    let read = office
        .aside(move |office| Ok(office.parts.pool.reread(&file, number, place)?))
        .await?;
    Ok(Json(ReadAgain {
        text: read.text.split_whitespace().collect::<Vec<_>>().join(" "),
        at: format!(
            "{},{},{},{},{}",
            drawn.page, place.x, place.y, place.w, place.h
        ),
    }))
}

#[cfg(test)]
mod tests {
    use super::Said;
    use model::Place;

    #[test]
    fn a_form_says_which_values_are_meant() {
        let form = [
            ("act", "confirm"),
            ("version", "3"),
            ("v.rrso.0", "7,62"),
            ("was.rrso.0", "7,63"),
            ("no.borrower_pesel.1", "on"),
            ("at.rrso.0", "2,10,20,30,40"),
            ("at.rrso.0", "nonsense"),
            ("add", "branch"),
            ("v.branch.0", "0421"),
            ("unknown.x", "y"),
            ("v.x.y", "z"),
        ];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let said = Said::of(form.into());
        assert_eq!((said.act.as_str(), said.version), ("confirm", 3));
        let key = ("rrso".to_owned(), 0);
        assert_eq!(said.values[&key], ("7,62".to_owned(), "7,63".to_owned()));
        assert_eq!(said.places[&key], (2, Place::new(10, 20, 30, 40)));
        assert!(said.absent.contains(&("borrower_pesel".to_owned(), 1)));
        assert_eq!(said.values[&("branch".to_owned(), 0)].0, "0421");
        assert_eq!(said.values.len(), 2);
    }
}
