//! Pages scanned again: a scan that carries a ticket answers it. The document gets the new page in
//! its next version; the old scan stays where it is, and so does the record's old version.

use crate::runner::Runner;
use crate::separate::pages_version;
use crate::stored::{StoredPages, get};
use crate::{Stage, StageError};
use archive::Key;
use extraction::Part;
use ledger::{Actor, Change, Ledger, NewJob, Rescan, RescanAnswer};
use model::{DocumentId, Finding, Page, PageKind, Rescanned, Severity, SheetValue, SubmissionId};
use std::collections::BTreeMap;

/// What a document that is no answer is told of the ticket it carries.
const RULE: &str = "rescan_not_placed";

impl Runner {
    /// Has a part of a batch answer the ticket it carries. Whether it did: then it is no document.
    pub(crate) async fn answer_rescan(
        &self,
        part: &Part,
        (submission, pages): (SubmissionId, &[Page]),
    ) -> Result<bool, StageError> {
        let ledger = &self.node.ledger;
        let Some(rescan) = ticket(part, ledger).await? else {
            return Ok(false);
        };
        let Some(number) = only_page(part, pages) else {
            return Ok(false);
        };
        let of = rescan.document.submission();
        let Some(version) = newest_pages(ledger, of).await? else {
            return Ok(false);
        };
        let answer = RescanAnswer {
            ticket: rescan.id,
            submission,
            number,
        };
        let schemas = self.node.schemas.version();
        let input = format!("{version} {schemas} rescan {} {submission}", rescan.id);
        let change = Change {
            answers: vec![answer],
            jobs: vec![NewJob::new(rescan.document, Stage::Extract.as_str(), input)],
            note: format!("page {}, ticket {}", rescan.page, rescan.id),
            ..Change::default()
        };
        let actor = Actor::stage(Stage::Separate.as_str(), self.node.name.as_str());
        ledger
            .apply_by(&actor, "rescan answered", rescan.document, &change)
            .await?;
        Ok(true)
    }

    /// Puts pages that were scanned again in the place of the old ones; which, and from where.
    pub(crate) async fn take_rescans(
        &self,
        document: DocumentId,
        pages: &mut [Page],
    ) -> Result<BTreeMap<u32, Rescanned>, StageError> {
        let ledger = &self.node.ledger;
        let mut taken = BTreeMap::new();
        // Oldest answer first: the newest is what stays.
        for rescan in ledger.rescans_of(document).await? {
            let Some((submission, number)) = rescan.answer else {
                continue;
            };
            let Some(version) = newest_pages(ledger, submission).await? else {
                continue;
            };
            let key = Key::pages(submission, version);
            let stored: StoredPages = get(self.node.store.as_ref(), &key).await?;
            let new = stored.pages.into_iter().find(|page| page.number == number);
            let old = pages.iter_mut().find(|page| page.number == rescan.page);
            if let (Some(mut new), Some(old)) = (new, old) {
                new.number = rescan.page;
                *old = new;
                let from = Rescanned { submission, number };
                taken.insert(rescan.page, from);
            }
        }
        Ok(taken)
    }
}

/// The ticket that a part carries; none where there is no such ticket.
async fn ticket(part: &Part, ledger: &Ledger) -> Result<Option<Rescan>, StageError> {
    let said = part.values.get(SheetValue::Rescan);
    match said.and_then(|text| text.parse().ok()) {
        Some(id) => Ok(ledger.rescan(id).await?),
        None => Ok(None),
    }
}

/// The one page with text of a part: two pages cannot answer one ticket.
fn only_page(part: &Part, pages: &[Page]) -> Option<u32> {
    let mut with_text = pages
        .iter()
        .filter(|page| part.pages.contains(&page.number) && page.kind == PageKind::Text);
    match (with_text.next(), with_text.next()) {
        (Some(page), None) => Some(page.number),
        _ => None,
    }
}

/// What a document is told that carries a ticket and answers none.
pub(crate) fn not_placed(part: &Part) -> Option<Finding> {
    let ticket = part.values.get(SheetValue::Rescan)?;
    Some(Finding {
        rule: RULE.into(),
        severity: Severity::Warning,
        message: format!(
            "its sheet carries the rescan ticket `{ticket}`, which is not known here or asks for \
             one page: put the page in its place by hand"
        ),
        fields: Vec::new(),
        page: None,
        place: None,
    })
}

/// The version of a submission's newest reading.
pub(crate) async fn newest_pages(
    ledger: &Ledger,
    id: SubmissionId,
) -> Result<Option<u32>, StageError> {
    let jobs = ledger.jobs(id).await?;
    let separated = jobs
        .iter()
        .filter(|job| job.stage == Stage::Separate.as_str())
        .filter_map(|job| pages_version(&job.input).ok());
    Ok(separated.max())
}
