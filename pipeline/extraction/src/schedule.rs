//! Repayment schedules as tables: rows of ordinal, day and amounts; what their first and last row
//! say, and whether the sums of the columns are the totals printed.

use crate::binding::Ground;
use crate::candidates::Candidate;
use crate::layout::Frame;
use crate::schema::Kind;
use crate::understand::{field_value, push};
use model::{Evidence, Field, Value};
use std::collections::BTreeMap;

/// A row of a schedule.
struct Row<'a> {
    ordinal: Option<&'a Candidate>,
    day: &'a Candidate,
    amounts: Vec<&'a Candidate>,
}

/// Adds the first day, the last day, the count and the first instalment of a table of at least
/// three rows; a value that a label gave is replaced, since the table itself is the better witness.
pub(crate) fn add(ground: &Ground<'_>, fields: &mut BTreeMap<String, Field>) {
    let rows = rows(ground);
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return;
    };
    let rising = rows
        .windows(2)
        .all(|pair| pair[0].day.value < pair[1].day.value);
    if rows.len() < 3 || !rising {
        return;
    }
    put(
        ground,
        fields,
        "first_instalment_date",
        first.day,
        Value::Text(first.day.value.clone()),
    );
    put(
        ground,
        fields,
        "final_repayment_date",
        last.day,
        Value::Text(last.day.value.clone()),
    );
    if let Some(ordinal) = last.ordinal
        && let Ok(count) = ordinal.value.parse()
        && !fields.contains_key("instalment_count")
    {
        put(
            ground,
            fields,
            "instalment_count",
            ordinal,
            Value::Number(count),
        );
    }
    if let Some(interest) = interest_total(ground, &rows, last) {
        put(
            ground,
            fields,
            "total_interest",
            interest,
            Value::Text(interest.value.clone()),
        );
    }
    if let Some(instalment) = level(&rows) {
        let value = Value::Text(instalment.value.clone());
        put(ground, fields, "instalment_amount", instalment, value);
    }
}

/// The rows: a day with the amounts right of it, and its ordinal right before it.
fn rows<'a>(ground: &'a Ground<'_>) -> Vec<Row<'a>> {
    let days: Vec<&Candidate> = ground
        .candidates
        .iter()
        .filter(|c| c.kind == Kind::Date)
        .collect();
    let mut rows = Vec::new();
    let placed: Vec<(&Candidate, usize, Frame)> = ground
        .candidates
        .iter()
        .filter(|c| c.kind == Kind::Money)
        .filter_map(|c| {
            ground
                .flow
                .frame(&c.span)
                .map(|(sheet, frame)| (c, sheet, frame))
        })
        .collect();
    let mut blocks = false;
    for day in &days {
        let Some((sheet, place)) = ground.flow.frame(&day.span) else {
            continue;
        };
        // Two blocks of rows may stand side by side: a row ends where the next block's day begins.
        let end = next_day(ground, &days, sheet, place);
        blocks |= end.is_finite();
        let amounts: Vec<&Candidate> = placed
            .iter()
            .filter(|(_, on, frame)| {
                let inside = frame.left > place.right && frame.left < end;
                *on == sheet && inside && frame.beside(place) > 0.5
            })
            .map(|(c, ..)| *c)
            .take(5)
            .collect();
        let ordinal = ground.candidates.iter().rev().find(|c| {
            c.kind == Kind::Count && c.span.end <= day.span.start && day.span.start - c.span.end < 6
        });
        let gap = amounts
            .first()
            .map_or("x", |a| &ground.flow.folded[day.span.end..a.span.start]);
        if amounts.len() >= 2 && gap.bytes().filter(u8::is_ascii_alphabetic).count() <= 1 {
            rows.push(Row {
                ordinal,
                day,
                amounts,
            });
        }
    }
    if blocks {
        rows.sort_by(|a, b| a.day.value.cmp(&b.day.value));
    }
    rows
}

/// Where the next day right of a day begins, in the same line.
fn next_day(ground: &Ground<'_>, days: &[&Candidate], sheet: usize, place: Frame) -> f64 {
    days.iter()
        .filter_map(|day| ground.flow.frame(&day.span))
        .filter(|(on, frame)| *on == sheet && frame.left > place.right && frame.beside(place) > 0.5)
        .fold(f64::INFINITY, |least, (_, frame)| least.min(frame.left))
}

/// Words that open the row of totals.
const TOTALS: [&str; 5] = ["razem", "suma", "ogolem", "lacznie", "total"];
/// How far after the last row the row of totals begins at most, in characters: the foot of a page
/// and the head of the next may stand between.
const TOTALS_REACH: usize = 400;

/// The total of the interest column, where the totals of instalments, capital and interest stand in
/// the order of the rows' columns and add up.
fn interest_total<'a>(
    ground: &'a Ground<'_>,
    rows: &[Row<'_>],
    last: &Row<'_>,
) -> Option<&'a Candidate> {
    let column = interest_column(rows)?;
    let text = &ground.flow.folded;
    let end = last.amounts.last()?.span.end;
    let after = &text[end..text.len().min(end + TOTALS_REACH)];
    let opens = TOTALS.iter().filter_map(|word| after.find(word)).min()?;
    let totals: Vec<&Candidate> = ground
        .candidates
        .iter()
        .filter(|c| c.kind == Kind::Money && c.span.start >= end + opens)
        .filter(|c| c.span.start < end + opens + 120)
        .take(3)
        .collect();
    let &[a, b, c] = totals.as_slice() else {
        return None;
    };
    let sums = [(a, b, c), (a, c, b), (b, c, a)];
    let adds_up = sums
        .iter()
        .any(|(x, y, sum)| cents(x) + cents(y) == cents(sum));
    adds_up.then(|| totals[column])
}

/// Which of a row's instalment, capital and interest is the interest, by their order: the part of the
/// instalment by which the balance does not fall.
fn interest_column(rows: &[Row<'_>]) -> Option<usize> {
    rows.windows(2).find_map(|pair| {
        let amounts = pair[1].amounts.get(..4)?;
        let fallen = cents(pair[0].amounts.get(3)?) - cents(amounts[3]);
        let parts = &amounts[..3];
        if parts.iter().any(|part| cents(part) == 0) {
            return None;
        }
        let sum = (0..3).find(|at| {
            let others: i64 = (0..3).filter(|o| o != at).map(|o| cents(parts[o])).sum();
            others == cents(parts[*at])
        })?;
        let mut rest = (0..3).filter(|at| *at != sum);
        let (x, y) = (rest.next()?, rest.next()?);
        match (cents(parts[x]) == fallen, cents(parts[y]) == fallen) {
            (true, false) => Some(y),
            (false, true) => Some(x),
            _ => None,
        }
    })
}

fn cents(amount: &Candidate) -> i64 {
    amount.value.replace('.', "").parse().unwrap_or(0)
}

/// The instalment of the first row: the amount that is the sum of two others of its row.
fn level<'a>(rows: &[Row<'a>]) -> Option<&'a Candidate> {
    // While only interest is paid, a row does not show the instalment.
    let full = |row: &&Row<'_>| row.amounts.iter().take(3).all(|part| cents(part) > 0);
    let row = rows.iter().find(full)?;
    let sum = row.amounts.iter().copied().find(|sum| {
        row.amounts.iter().enumerate().any(|(at, a)| {
            row.amounts.iter().skip(at + 1).any(|b| {
                a.span != sum.span
                    && b.span != sum.span
                    && cents(a) + cents(b) == cents(sum)
                    && cents(a) > 0
            })
        })
    });
    sum.or_else(|| same_in_all(rows))
}

/// The first amount of the rows where all but the last have the same, and what is left beside it falls.
fn same_in_all<'a>(rows: &[Row<'a>]) -> Option<&'a Candidate> {
    let first = *rows.first()?.amounts.first()?;
    let same = |row: &Row<'_>| row.amounts.first().is_some_and(|a| a.value == first.value);
    let (_, level) = rows.split_last()?;
    let left = |row: &Row<'_>| row.amounts.last().map(|a| cents(a));
    let falls = rows.windows(2).all(|pair| left(&pair[0]) > left(&pair[1]));
    (level.len() > 1 && level.iter().all(same) && falls).then_some(first)
}

fn put(
    ground: &Ground<'_>,
    fields: &mut BTreeMap<String, Field>,
    name: &str,
    from: &Candidate,
    value: Value,
) {
    // In an agreement the table only tells what its clauses leave open.
    let kind = &ground.schemas.types[ground.kind].kind;
    if kind.as_str() != "repayment_schedule" && fields.contains_key(name) {
        return;
    }
    if ground.wanted(name).is_none() {
        return;
    }
    let Some(mut entry) = field_value(ground.flow, value, from.span.clone(), 0.96, false) else {
        return;
    };
    entry.evidence = Some(Evidence {
        label: String::new(),
        label_place: None,
        rule: "schedule_row".into(),
        score: 1.0,
    });
    fields.remove(name);
    push(fields, name, false, entry);
}
