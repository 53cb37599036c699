//! Where a document stands: what the ledger knows of it, reckoned by the schedule.

use crate::{Decision, EventKind, Happened, Knowledge, RecordsError, Schedule, decide};
use jiff::Timestamp;
use jiff::civil::Date;
use ledger::{EventOf, RetentionBasis, TermEvent};

/// The bank's day at a moment.
#[must_use]
pub fn day_of(now: Timestamp, schedule: &Schedule) -> Date {
    now.to_zoned_datetime(schedule.zone().clone()).date()
}

/// The decision about a document, by what the ledger knows of it.
///
/// # Errors
/// When the schedule lacks the class, or the ledger has a kind of event that this program does not
/// know.
pub fn reckon<'s>(
    schedule: &'s Schedule,
    basis: &RetentionBasis,
    today: Date,
) -> Result<Decision<'s>, RecordsError> {
    let class = schedule
        .class(&basis.class)
        .ok_or_else(|| RecordsError::NoClass(basis.class.clone()))?;
    Ok(decide(schedule, class, &happened(basis)?, today))
}

/// Whether a person confirmed the class.
#[must_use]
pub const fn knowledge(basis: &RetentionBasis) -> Knowledge {
    match basis.confirmed {
        Some(_) => Knowledge::Confirmed,
        None => Knowledge::Read,
    }
}

/// What happened, as it counts for a document: events of its credit file, and those that happened
/// to every one of the file's customers, by the latest of them.
///
/// # Errors
/// When the ledger has a kind of event that this program does not know.
pub fn happened(basis: &RetentionBasis) -> Result<Vec<Happened>, RecordsError> {
    let mut counted = Vec::new();
    for event in &basis.events {
        if matches!(event.of, EventOf::CreditFile(_)) {
            counted.push(counting(event)?);
        }
    }
    for kind in EventKind::ALL {
        let latest_of = |customer: &i64| {
            let theirs = basis.events.iter().filter(|event| {
                event.of == EventOf::Customer(*customer) && event.kind == kind.as_str()
            });
            theirs.max_by_key(|event| (event.day, event.id))
        };
        let latest: Option<Vec<&TermEvent>> = basis.customers.iter().map(latest_of).collect();
        let last = latest.and_then(|all| all.into_iter().max_by_key(|event| (event.day, event.id)));
        if let Some(event) = last {
            counted.push(counting(event)?);
        }
    }
    Ok(counted)
}

fn counting(event: &TermEvent) -> Result<Happened, RecordsError> {
    let kind = EventKind::parse(&event.kind)
        .map_err(|why| RecordsError::damaged(format!("event {}", event.id), why))?;
    let source = if event.evidence.is_empty() {
        event.source.clone()
    } else {
        format!("{}, {}", event.source, event.evidence)
    };
    Ok(Happened {
        id: event.id,
        kind,
        day: event.day,
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::happened;
    use jiff::Timestamp;
    use jiff::civil::{Date, date};
    use ledger::{EventOf, RetentionBasis, TermEvent};
    use model::{DocumentType, SubmissionId};

    fn event(id: i64, of: EventOf, kind: &str, day: Date) -> TermEvent {
        TermEvent {
            id,
            of,
            kind: kind.into(),
            day,
            source: "core".into(),
            evidence: String::new(),
            stated_at: Timestamp::UNIX_EPOCH,
            stated_by: "anna".into(),
            confirmed_by: Some("anna".into()),
            reverses: None,
            reversed_by: None,
        }
    }

    #[test]
    fn what_happened_to_customers_counts_once_it_happened_to_all_by_the_latest() {
        let mut basis = RetentionBasis {
            document: SubmissionId::from_parts(1, 1).document(1),
            kind: DocumentType::parse("annex").unwrap(),
            class: "credit_agreement".into(),
            confirmed: None,
            credit_file: Some(1),
            customers: vec![7, 8],
            events: vec![event(
                1,
                EventOf::Customer(7),
                "relationship_ended",
                date(2020, 1, 1),
            )],
            holds: Vec::new(),
            retain_until: None,
            disposal: None,
        };
        assert!(
            happened(&basis).unwrap().is_empty(),
            "one of two is not all"
        );
        let other = event(
            2,
            EventOf::Customer(8),
            "relationship_ended",
            date(2021, 5, 5),
        );
        basis.events.push(other);
        let counted = happened(&basis).unwrap();
        assert_eq!((counted.len(), counted[0].day), (1, date(2021, 5, 5)));
        basis.customers.clear();
        basis.events = vec![event(
            3,
            EventOf::CreditFile(1),
            "settled",
            date(2022, 1, 1),
        )];
        assert_eq!(happened(&basis).unwrap()[0].id, 3);
        basis.events[0].kind = "exploded".into();
        assert!(happened(&basis).is_err());
    }
}
