//! The list: which documents are due, and why others that look due stay.

use super::reach::{Reach, reach};
use crate::{Due, Keeper, Knowledge, RecordsError, day_of, knowledge, reckon};
use jiff::Timestamp;
use ledger::{DisposalItem, DocumentFilter, ItemState, RetentionBasis};
use model::{DocumentId, Record};

/// Documents of the ledger that are asked for at a time.
const AT_ONCE: u32 = 500;

/// A document whose class is confirmed and whose term is over: to be listed, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// It may be put on the list.
    Due(Box<DisposalItem>),
    /// Its term is over and it stays all the same.
    Stays {
        /// The document.
        document: DocumentId,
        /// Why.
        why: String,
    },
}

/// Goes through every document, newest first, and tells of those whose term is over; it stops when
/// `most` are due.
///
/// # Errors
/// When the ledger cannot be asked.
pub async fn candidates(
    keeper: Keeper<'_>,
    class: Option<&str>,
    most: usize,
    now: Timestamp,
) -> Result<Vec<Candidate>, RecordsError> {
    let (mut found, mut due, mut before) = (Vec::new(), 0, None);
    loop {
        let page = keeper
            .ledger
            .documents(&DocumentFilter::All, before, AT_ONCE)
            .await?;
        let Some(last) = page.last() else {
            return Ok(found);
        };
        before = Some(last.id);
        for document in &page {
            let Some(basis) = keeper.ledger.retention_basis(document.id).await? else {
                continue;
            };
            if class.is_some_and(|class| basis.class != class) {
                continue;
            }
            let Some(candidate) = candidate(keeper, &basis, now).await? else {
                continue;
            };
            due += usize::from(matches!(candidate, Candidate::Due(_)));
            found.push(candidate);
            if due == most {
                return Ok(found);
            }
        }
    }
}

async fn candidate(
    keeper: Keeper<'_>,
    basis: &RetentionBasis,
    now: Timestamp,
) -> Result<Option<Candidate>, RecordsError> {
    let decision = reckon(keeper.schedule, basis, day_of(now, keeper.schedule))?;
    let over = decision
        .disposable_on()
        .filter(|day| *day <= day_of(now, keeper.schedule));
    let (Some(retain_until), Knowledge::Confirmed) = (over, knowledge(basis)) else {
        return Ok(None);
    };
    let document = basis.document;
    let Some(record) = keeper.ledger.document(document).await? else {
        return Ok(None);
    };
    if let Some(why) = obstacle(keeper, basis, &record, now).await? {
        return Ok(Some(Candidate::Stays { document, why }));
    }
    let own = record.master.as_ref();
    Ok(Some(Candidate::Due(Box::new(DisposalItem {
        document,
        kind: record.kind.to_string(),
        class: basis.class.clone(),
        received_at: record
            .received_at
            .parse()
            .map_err(|why| RecordsError::damaged("a record", why))?,
        pages: u32::try_from(record.pages.len()).unwrap_or(u32::MAX),
        sha256: own.map_or(record.original.sha256, |own| own.sha256),
        retain_until,
        basis: decision
            .deciding()
            .map_or_else(String::new, |term| term.rule.basis.clone()),
        state: ItemState::Planned,
        proof: String::new(),
    }))))
}

/// Why a document stays although somebody put it on a list; none where it may go now.
pub(super) async fn obstacle(
    keeper: Keeper<'_>,
    basis: &RetentionBasis,
    record: &Record,
    now: Timestamp,
) -> Result<Option<String>, RecordsError> {
    let today = day_of(now, keeper.schedule);
    if knowledge(basis) == Knowledge::Read {
        return Ok(Some("nobody confirmed its class".into()));
    }
    if !basis.holds.is_empty() {
        // Which holds is not for everybody to know.
        return Ok(Some("a hold is on it".into()));
    }
    if record.paper.original_required {
        return Ok(Some("its paper original is required".into()));
    }
    let why = match reckon(keeper.schedule, basis, today)?.due {
        Due::On(day) if day <= today => None,
        Due::On(day) => Some(format!("it is kept until {day}")),
        Due::Waits => Some("an event is awaited".into()),
        Due::Never => Some("its class is never disposed of".into()),
        Due::Undecided => Some("no rule of its class applies".into()),
    };
    if why.is_some() {
        return Ok(why);
    }
    let reached = match reach(keeper, record).await? {
        Reach::Entangled(why) => return Ok(Some(why)),
        Reach::Free(reached) => reached,
    };
    for key in reached.content.iter().chain(&reached.beside) {
        if let Some(stored) = keeper.store.head(key).await?
            && stored.lock.forbids_deletion(now)
        {
            return Ok(Some(format!("the store keeps {key}: {}", stored.lock)));
        }
    }
    Ok(None)
}
