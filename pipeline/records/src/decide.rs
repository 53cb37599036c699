//! The decision: a class's rules, what happened, and a day, give until when a document is kept.

use crate::schedule::{Category, Class, LockRule, Rule, Schedule};
use crate::term::last_day;
use crate::{EventKind, start_of};
use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// An event in force, of a document's credit file or of all its customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The ledger's number for it.
    pub id: i64,
    /// What happened.
    pub kind: EventKind,
    /// On which day.
    pub day: Date,
    /// Who says so: a person's words, or the name of a feed.
    pub source: String,
}

/// Until when a document is kept, rule by rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<'a> {
    /// The class it was decided by.
    pub class: &'a Class,
    /// What became of each rule.
    pub terms: Vec<Term<'a>>,
    /// When it may be disposed of, holds aside.
    pub due: Due,
}

/// One rule, applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// What became of it.
    pub state: TermState,
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermState {
    /// It runs, or ran: it ends with that day.
    Runs {
        /// The event that started it: the latest of those it needs.
        since: Happened,
        /// The last day on which the document must be there.
        last: Date,
    },
    /// It waits for events.
    Waits {
        /// Which.
        missing: Vec<EventKind>,
    },
    /// The law did not, or does not yet, or no longer, start terms.
    NotInForce,
    /// It is reviewable, and nobody says that it is needed.
    NotClaimed {
        /// The event that would make it count.
        unless: EventKind,
    },
}

/// When a document may be disposed of, holds aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Never: category A.
    Never,
    /// Nobody can say: the class has no rule that applies.
    Undecided,
    /// Not while events are awaited.
    Waits,
    /// From that day on.
    On(Date),
}

/// Decides by a class's rules.
///
/// The latest end applies. A rule that waits for an event keeps the document; an event whose day
/// is after `today` has not happened.
#[must_use]
pub fn decide<'a>(
    schedule: &Schedule,
    class: &'a Class,
    events: &[Happened],
    today: Date,
) -> Decision<'a> {
    let known: Vec<&Happened> = events.iter().filter(|event| event.day <= today).collect();
    let terms: Vec<Term<'a>> = class
        .rules
        .iter()
        .map(|rule| Term {
            rule,
            state: state_of(schedule, rule, &known, today),
        })
        .collect();
    let due = due(class, &terms);
    Decision { class, terms, due }
}

fn state_of(schedule: &Schedule, rule: &Rule, events: &[&Happened], today: Date) -> TermState {
    if let Some(unless) = rule.only_if
        && !events.iter().any(|event| event.kind == unless)
    {
        return TermState::NotClaimed { unless };
    }
    let (mut missing, mut since): (Vec<EventKind>, Option<&Happened>) = (Vec::new(), None);
    for kind in &rule.after {
        // Of several of a kind the latest counts: a credit settled twice was open in between.
        let latest = events.iter().filter(|event| event.kind == *kind);
        match latest.max_by_key(|event| (event.day, event.id)) {
            None => missing.push(*kind),
            Some(event) if since.is_none_or(|s| event.day > s.day) => since = Some(event),
            Some(_) => {}
        }
    }
    let in_force = |day: Date| {
        rule.from.is_none_or(|from| from <= day) && rule.until.is_none_or(|until| day <= until)
    };
    match since {
        Some(since) if missing.is_empty() => {
            if !in_force(since.day) {
                return TermState::NotInForce;
            }
            let last = last_day(since.day, rule.count, rule.years, schedule.year());
            TermState::Runs {
                since: since.clone(),
                last: last.unwrap_or(Date::MAX),
            }
        }
        _ if in_force(today) => TermState::Waits { missing },
        _ => TermState::NotInForce,
    }
}

fn due(class: &Class, terms: &[Term<'_>]) -> Due {
    if class.category == Some(Category::A) {
        return Due::Never;
    }
    let mut latest = None;
    for term in terms {
        match &term.state {
            TermState::Waits { .. } => return Due::Waits,
            TermState::Runs { last, .. } => latest = latest.max(Some(*last)),
            TermState::NotInForce | TermState::NotClaimed { .. } => {}
        }
    }
    match latest {
        None => Due::Undecided,
        Some(last) => last.tomorrow().map_or(Due::Never, Due::On),
    }
}

impl Decision<'_> {
    /// The first day of disposal, where there is one.
    #[must_use]
    pub const fn disposable_on(&self) -> Option<Date> {
        match self.due {
            Due::On(day) => Some(day),
            Due::Never | Due::Undecided | Due::Waits => None,
        }
    }

    /// The term that ends last.
    #[must_use]
    pub fn deciding(&self) -> Option<&Term<'_>> {
        self.terms
            .iter()
            .filter(|term| matches!(term.state, TermState::Runs { .. }))
            .max_by_key(|term| term.last())
    }

    /// The events that are awaited, each once.
    #[must_use]
    pub fn awaited(&self) -> Vec<EventKind> {
        let mut awaited: Vec<EventKind> = self
            .terms
            .iter()
            .filter_map(|term| match &term.state {
                TermState::Waits { missing } => Some(missing.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        awaited.sort_unstable();
        awaited.dedup();
        awaited
    }

    /// The moment until which rules of that hardness forbid disposal; none where none runs.
    #[must_use]
    pub fn locked_until(&self, schedule: &Schedule, lock: LockRule) -> Option<Timestamp> {
        let terms = self.terms.iter().filter(|term| term.rule.lock == lock);
        let last = terms.filter_map(Term::last).max()?;
        last.tomorrow()
            .ok()
            .and_then(|day| start_of(day, schedule.zone()))
    }
}

impl Term<'_> {
    /// The last day of a term that runs.
    #[must_use]
    pub const fn last(&self) -> Option<Date> {
        match &self.state {
            TermState::Runs { last, .. } => Some(*last),
            _ => None,
        }
    }
}

/// The latest moment that a COMPLIANCE lock set on that day may have.
#[must_use]
pub(crate) fn latest_compliance(schedule: &Schedule, today: Date) -> Option<Timestamp> {
    let years = i64::from(schedule.longest_compliance_years()).years();
    start_of(today.checked_add(years).ok()?, schedule.zone())
}
