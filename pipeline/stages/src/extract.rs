//! A document's pages become its type, fields and findings: the record's next version.

use crate::receive::claimed_at;
use crate::recognise::unknown;
use crate::runner::Runner;
use crate::separate::pages_version;
use crate::stored::{StoredPages, get};
use crate::{Stage, StageError};
use archive::Key;
use jiff::tz::TimeZone;
use ledger::{Change, Claim, DocumentPut, NewJob, Review, Subject, Submission};
use model::{
    Document, DocumentId, FieldStatus, Original, PageKind, PageSummary, Paper, RECORD_FORMAT,
    Record, Severity, Verdict,
};
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
        let stored: StoredPages = get(self.node.store.as_ref(), &key).await?;
        let schemas = Arc::clone(&self.node.schemas);
        let scanned_on = TimeZone::UTC.to_datetime(claimed_at(submission.id)).date();
        let understanding = tokio::task::spawn_blocking(move || {
            let pages: Vec<_> = stored
                .pages
                .iter()
                .filter(|p| numbers.contains(&p.number))
                .collect();
            let summaries: Vec<PageSummary> = pages.iter().map(|p| PageSummary::from(*p)).collect();
            let mut document = extraction::understand(&pages, &schemas, scanned_on);
            if id.ordinal() == 1 {
                let notes = stored.notes.iter().map(|note| note.finding());
                document.findings.extend(notes);
            }
            (document, summaries)
        });
        let (document, pages) = understanding
            .await
            .map_err(|e| StageError::Panicked(e.to_string()))?;
        let version = ledger.version(id).await? + 1;
        let record = self.record(id, version, submission, document, pages);
        let review = review(&record);
        let note = format!("{}, version {version}", record.kind);
        let job = NewJob::new(id, Stage::Archive.as_str(), version.to_string());
        let documents = vec![DocumentPut { record, review }];
        Ok(Change {
            documents,
            jobs: vec![job],
            note,
            ..Change::default()
        })
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
        }
    }
}

/// Whether a person has to look, as the ledger keeps it.
pub(crate) fn review(record: &Record) -> Review {
    match is_doubtful(record) {
        true => Review::Needed,
        false => Review::NotNeeded,
    }
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
