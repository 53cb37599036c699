//! A document's pages become its type, fields and findings: the record's next version.

use crate::handed::UNREADABLE;
use crate::master::{MASTER, without_master};
use crate::read::said;
use crate::receive::claimed_at;
use crate::recognise::unknown;
use crate::rescan::not_placed;
use crate::runner::Runner;
use crate::separate::{pages_version, part_with};
use crate::stored::{StoredPages, get};
use crate::{StageError, StationProfile};
use archive::Key;
use extraction::Schemas;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::{Change, Claim, DocumentPut, Review, Subject, Submission};
use model::{
    Document, DocumentId, DocumentType, Field, FieldStatus, Finding, Master, Original, Page,
    PageKind, PageSummary, Paper, RECORD_FORMAT, Record, Severity, Verdict,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Runner {
    /// Understands the document and makes its record.
    pub(crate) async fn extract(&self, claim: &Claim) -> Result<Change, StageError> {
        let Subject::Document(id) = claim.subject else {
            return Err(unknown("a document's job about a submission"));
        };
        let ledger = &self.node.ledger;
        let submission = ledger
            .submission(id.submission())
            .await?
            .ok_or_else(|| unknown("the submission"))?;
        let numbers: Vec<u32> = ledger
            .pages(submission.id)
            .await?
            .into_iter()
            .filter(|page| page.document == Some(id))
            .map(|page| page.summary.number)
            .collect();
        let key = Key::pages(submission.id, pages_version(&claim.input)?);
        let mut stored: StoredPages = get(self.node.store.as_ref(), &key).await?;
        let rescanned = self.take_rescans(id, &mut stored.pages).await?;
        let own: Vec<Page> = stored
            .pages
            .iter()
            .filter(|p| numbers.contains(&p.number))
            .cloned()
            .collect();
        let split = own.len() < stored.pages.len();
        let before = self.scanned_before(submission.id, &own).await?;
        let summary = |page: &Page| PageSummary {
            rescanned: rescanned.get(&page.number).copied(),
            ..PageSummary::from(page)
        };
        let pages: Vec<PageSummary> = own.iter().map(summary).collect();
        let material = Material {
            id,
            own,
            stored,
            before,
            scanned_on: scanned_on(&submission),
            station: self.node.stations().of(&submission.station).clone(),
            source: submission.source.clone(),
            schemas: Arc::clone(&self.node.schemas),
        };
        let understanding = tokio::task::spawn_blocking(move || material.understood());
        let (document, given) = understanding
            .await
            .map_err(|e| StageError::Panicked(e.to_string()))?;
        let version = ledger.version(id).await? + 1;
        let master = self.master_of(id).await?;
        let mut record = self.record(id, version, submission, document, pages);
        record.paper.container = given.get("box").cloned();
        record.source = given;
        if master.is_none() && split {
            record.findings.push(without_master());
        }
        record.master = master;
        let review = review(&record);
        let note = format!("{}, version {version}", record.kind);
        let job = crate::archive_job(id, version);
        let documents = vec![DocumentPut { record, review }];
        Ok(Change {
            documents,
            jobs: vec![job],
            note,
            ..Change::default()
        })
    }

    /// The newest file of a document's own, where it has one.
    async fn master_of(&self, id: DocumentId) -> Result<Option<Master>, StageError> {
        let objects = self.node.ledger.objects_of(id).await?;
        let masters = objects.into_iter().filter(|o| o.object.kind == MASTER);
        Ok(masters
            .max_by(|a, b| a.object.key.cmp(&b.object.key))
            .map(|stored| Master {
                key: stored.object.key,
                sha256: stored.object.sha256,
                bytes: stored.object.bytes,
            }))
    }

    fn record(
        &self,
        id: DocumentId,
        version: u32,
        submission: Submission,
        document: Document,
        pages: Vec<PageSummary>,
    ) -> Record {
        Record {
            format: RECORD_FORMAT,
            id,
            version,
            submission: submission.id,
            station: submission.station.to_string(),
            received_at: submission.received_at.to_string(),
            original: Original {
                name: submission.name,
                sha256: submission.sha256,
                bytes: submission.bytes,
                media_type: submission.media_type.unwrap_or_default(),
            },
            credit_file: None,
            retention: self.node.schemas.retention(&document.kind),
            kind: document.kind,
            confidence: document.confidence,
            language: document.language,
            fields: document.fields,
            findings: document.findings,
            pages,
            paper: Paper::default(),
            history: Vec::new(),
            source: BTreeMap::new(),
            master: None,
        }
    }
}

/// All that a document is understood from.
struct Material {
    id: DocumentId,
    /// Its pages.
    own: Vec<Page>,
    /// Those of the whole submission.
    stored: StoredPages,
    /// That its paper was scanned before, where it was.
    before: Option<Finding>,
    scanned_on: Date,
    station: StationProfile,
    /// What came beside the file.
    source: BTreeMap<String, String>,
    schemas: Arc<Schemas>,
}

impl Material {
    /// The document, and what was said of it besides its pages.
    fn understood(self) -> (Document, BTreeMap<String, String>) {
        let schemas = &self.schemas;
        let pages: Vec<&Page> = self.own.iter().collect();
        let numbers: Vec<u32> = self.own.iter().map(|page| page.number).collect();
        let mut document = extraction::understand(&pages, schemas, self.scanned_on);
        let how = &self.station.separation;
        let part = part_with(&self.stored.pages, schemas, how, &numbers);
        let mut given = self.station.given;
        given.extend(self.source);
        given.extend(said(&part.values));
        document.findings.extend(not_placed(&part));
        document.findings.extend(part.findings);
        document.findings.extend(self.before);
        extraction::apply_given(&mut document, &given, schemas);
        document.findings.extend(unreadable(&given));
        let odd = unexpected(&document, &self.station.expects);
        document.findings.extend(odd);
        if self.id.ordinal() == 1 {
            let notes = self.stored.notes.iter().map(|note| note.finding());
            document.findings.extend(notes);
        }
        (document, given)
    }
}

/// The day of the scan: as the station says, or else that of the claim.
fn scanned_on(submission: &Submission) -> Date {
    let said = submission.source.get("scanned_at");
    let said = said.and_then(|text| text.get(..10)?.parse().ok());
    said.unwrap_or_else(|| TimeZone::UTC.to_datetime(claimed_at(submission.id)).date())
}

/// What there is to say of values that came beside the file and could not be read.
fn unreadable(given: &BTreeMap<String, String>) -> Option<Finding> {
    let why = given.get(UNREADABLE)?;
    Some(Finding {
        rule: "sidecar_unreadable".into(),
        severity: Severity::Warning,
        message: format!("the values that came beside the file cannot be read: {why}"),
        fields: Vec::new(),
        page: None,
        place: None,
    })
}

/// What there is to say of a type that does not come from this station.
fn unexpected(document: &Document, expects: &BTreeSet<DocumentType>) -> Option<Finding> {
    let odd = !expects.is_empty() && !expects.contains(&document.kind);
    odd.then(|| Finding {
        rule: "unexpected_type".into(),
        severity: Severity::Warning,
        message: format!("`{}` is not what comes from this station", document.kind),
        fields: Vec::new(),
        page: None,
        place: None,
    })
}

/// Whether a person has to look, as the ledger keeps it.
pub(crate) fn review(record: &Record) -> Review {
    match is_doubtful(record) {
        true => Review::Needed,
        false => Review::NotNeeded,
    }
}

/// Whether a person has to look once a field is what somebody said: what was found about that field
/// alone is answered with it.
#[must_use]
pub fn review_after(record: &Record, name: &str, field: Option<&Field>) -> Review {
    let mut after = record.clone();
    match field {
        Some(field) => after.fields.insert(name.to_owned(), field.clone()),
        None => after.fields.remove(name),
    };
    after
        .findings
        .retain(|finding| finding.fields.is_empty() || finding.fields.iter().any(|f| f != name));
    review(&after)
}

/// Whether a person has to look: an unsure field, a finding that says so, a page that could not
/// be read, a type that is not known.
pub(crate) fn is_doubtful(record: &Record) -> bool {
    let unsure = record.fields.values().any(|field| {
        field
            .values()
            .iter()
            .any(|v| v.status == FieldStatus::Review)
    });
    let found = record
        .findings
        .iter()
        .any(|f| f.severity >= Severity::Warning);
    let unread = record
        .pages
        .iter()
        .any(|p| p.kind == PageKind::Failed || p.quality.verdict == Verdict::Unreadable);
    unsure || found || unread || record.kind.as_str() == "other"
}
