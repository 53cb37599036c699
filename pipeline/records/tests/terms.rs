//! Retention arithmetic against a table of dated examples, and as properties.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use records::{
    Count, Due, EventKind, FinancialYear, Happened, Knowledge, LockRule, Schedule, Wanted, decide,
    last_day, start_of, wanted,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    term: Vec<TermExample>,
    case: Vec<CaseExample>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermExample {
    count: Count,
    years: u32,
    event: Date,
    due: Date,
    year: Option<String>,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseExample {
    class: String,
    events: Vec<EventExample>,
    today: Date,
    due: String,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventExample {
    kind: EventKind,
    day: Date,
    #[serde(default)]
    reversed: bool,
}

fn table() -> Table {
    toml::from_str(include_str!("terms.toml")).unwrap()
}

fn happened(kind: EventKind, day: Date) -> Happened {
    Happened {
        id: 1,
        kind,
        day,
        source: "test".into(),
    }
}

#[test]
fn the_table_has_at_least_sixty_examples() {
    let table = table();
    assert!(table.term.len() + table.case.len() >= 60);
}

#[test]
fn dated_terms() {
    for example in table().term {
        let year = example.year.map_or(FinancialYear::CALENDAR, |y| {
            FinancialYear::parse(&y).unwrap()
        });
        let last = last_day(example.event, example.count, example.years, year).unwrap();
        assert_eq!(last.tomorrow().unwrap(), example.due, "{}", example.why);
    }
}

#[test]
fn dated_cases() {
    let schedule = Schedule::built_in().unwrap();
    for example in table().case {
        let events: Vec<Happened> = example
            .events
            .iter()
            .filter(|event| !event.reversed)
            .map(|event| happened(event.kind, event.day))
            .collect();
        let class = schedule.class(&example.class).unwrap();
        let decision = decide(&schedule, class, &events, example.today);
        let due = match decision.due {
            Due::On(day) => day.to_string(),
            Due::Waits => "waits".into(),
            Due::Undecided => "undecided".into(),
            Due::Never => "never".into(),
        };
        assert_eq!(due, example.due, "{}: {}", example.class, example.why);
    }
}

fn days() -> impl Strategy<Value = Date> {
    (1950i16..2150, 1i8..=12, 1i8..=31)
        .prop_map(|(y, m, d)| date(y, m, 1).checked_add(i64::from(d - 1).days()).unwrap())
}

fn counts() -> impl Strategy<Value = Count> {
    prop::sample::select(vec![
        Count::Day,
        Count::FinancialYear,
        Count::CalendarYear,
        Count::TaxYear,
        Count::CivilYear,
    ])
}

fn kinds() -> impl Strategy<Value = EventKind> {
    prop::sample::select(EventKind::ALL.to_vec())
}

fn years() -> impl Strategy<Value = FinancialYear> {
    (1u8..=12).prop_map(|m| FinancialYear::parse(&format!("{m:02}-01")).unwrap())
}

proptest! {
    #[test]
    fn a_term_is_never_shorter_than_its_years(
        event in days(), count in counts(), n in 0u32..12, year in years()
    ) {
        let last = last_day(event, count, n, year).unwrap();
        prop_assert!(last >= event.checked_add(i64::from(n).years()).unwrap());
        // Nor longer than the law's roundings together: a financial year, a tax term, a calendar year.
        prop_assert!(last <= event.checked_add(i64::from(n + 3).years()).unwrap());
    }

    #[test]
    fn a_later_event_never_ends_sooner(
        event in days(), later in 0i64..3000, count in counts(), n in 0u32..12, year in years()
    ) {
        let second = event.checked_add(later.days()).unwrap();
        prop_assert!(last_day(second, count, n, year) >= last_day(event, count, n, year));
    }

    #[test]
    fn a_lock_ends_when_the_last_day_has_ended_in_warsaw_and_not_before(
        event in days(), count in counts(), n in 0u32..12, year in years()
    ) {
        let zone = TimeZone::get("Europe/Warsaw").unwrap();
        let last = last_day(event, count, n, year).unwrap();
        let until = start_of(last.tomorrow().unwrap(), &zone).unwrap();
        prop_assert_eq!(until.subsec_nanosecond(), 0);
        prop_assert_eq!(until.to_zoned_datetime(zone.clone()).date(), last.tomorrow().unwrap());
        let moment_before = until.checked_sub(1.nanosecond()).unwrap();
        prop_assert_eq!(moment_before.to_zoned_datetime(zone).date(), last);
    }

    #[test]
    fn order_does_not_matter_and_reversing_is_as_if_it_never_was(
        mut events in prop::collection::vec((kinds(), days()), 0..8), extra in (kinds(), days())
    ) {
        let schedule = Schedule::built_in().unwrap();
        let today = date(2150, 1, 1);
        let of = |events: &[(EventKind, Date)], class| {
            let list: Vec<Happened> = events.iter().map(|(k, d)| happened(*k, *d)).collect();
            decide(&schedule, class, &list, today).due
        };
        for (_, class) in schedule.classes() {
            let before = of(&events, class);
            events.push(extra);
            events.reverse();
            let with = of(&events, class);
            // One more event never brings disposal forward, unless it was the one waited for.
            if let (Due::On(first), Due::On(second)) = (before, with) {
                let moved_law = extra.0 == EventKind::RelationshipEnded || extra.0 == EventKind::Declined;
                prop_assert!(second >= first || moved_law);
            }
            events.reverse();
            events.pop();
            prop_assert_eq!(of(&events, class), before);
        }
    }

    #[test]
    fn no_lock_outlives_the_term_that_asks_for_it(
        events in prop::collection::vec((kinds(), days()), 0..8)
    ) {
        let schedule = Schedule::built_in().unwrap();
        let list: Vec<Happened> = events.iter().map(|(k, d)| happened(*k, *d)).collect();
        for (_, class) in schedule.classes() {
            let decision = decide(&schedule, class, &list, date(2150, 1, 1));
            for lock in [LockRule::Compliance, LockRule::Governance] {
                if let (Some(until), Due::On(first)) = (decision.locked_until(&schedule, lock), decision.due) {
                    prop_assert!(until <= start_of(first, schedule.zone()).unwrap());
                }
            }
        }
    }

    #[test]
    fn locks_follow_knowledge_and_never_exceed_the_longest(
        events in prop::collection::vec((kinds(), days()), 0..8), today in days()
    ) {
        let schedule = Schedule::built_in().unwrap();
        let list: Vec<Happened> = events.iter().map(|(k, d)| happened(*k, *d)).collect();
        let years = i64::from(schedule.longest_compliance_years()).years();
        let longest = start_of(today.checked_add(years).unwrap(), schedule.zone()).unwrap();
        for (_, class) in schedule.classes() {
            let decision = decide(&schedule, class, &list, today);
            let read = wanted(&schedule, &decision, Knowledge::Read, today);
            prop_assert_eq!(read, Wanted::Nothing);
            let confirmed = wanted(&schedule, &decision, Knowledge::Confirmed, today);
            prop_assert_eq!(confirmed == Wanted::Hold, decision.due == Due::Waits);
            if let Wanted::Dates { compliance: Some(until), .. } = confirmed {
                prop_assert!(until <= longest);
            }
        }
    }
}
