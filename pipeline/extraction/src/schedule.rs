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
    if let Some(interest) = interest_total(ground, last) {
        put(
            ground,
            fields,
            "total_interest",
            interest,
            Value::Text(interest.value.clone()),
        );
    }
    if let Some(instalment) = level(&rows)
        && !fields.contains_key("instalment_amount")
    {
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
    for day in days {
        let Some((sheet, place)) = ground.flow.frame(&day.span) else {
            continue;
        };
        let amounts: Vec<&Candidate> = placed
            .iter()
            .filter(|(_, on, frame)| {
                *on == sheet && frame.left > place.right && frame.beside(place) > 0.5
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
    rows
}

/// The total of the interest column: of three totals after the last row, the smaller part of two
/// that make the third.
fn interest_total<'a>(ground: &'a Ground<'_>, last: &Row<'_>) -> Option<&'a Candidate> {
    let end = last.amounts.last()?.span.end;
    let totals: Vec<&Candidate> = ground
        .candidates
        .iter()
        .filter(|c| c.kind == Kind::Money && c.span.start >= end && c.span.start - end < 120)
        .take(3)
        .collect();
    let cents = |c: &Candidate| c.value.replace('.', "").parse::<i64>().unwrap_or(0);
    let [a, b, sum] = totals[..] else { return None };
    (cents(a) + cents(b) == cents(sum)).then(|| if cents(a) < cents(b) { a } else { b })
}

/// The instalment of the first row: the amount that is the sum of two others of its row.
fn level<'a>(rows: &[Row<'a>]) -> Option<&'a Candidate> {
    let row = rows.first()?;
    let cents = |c: &Candidate| c.value.replace('.', "").parse::<i64>().unwrap_or(0);
    row.amounts.iter().copied().find(|sum| {
        row.amounts.iter().enumerate().any(|(at, a)| {
            row.amounts.iter().skip(at + 1).any(|b| {
                a.span != sum.span
                    && b.span != sum.span
                    && cents(a) + cents(b) == cents(sum)
                    && cents(a) > 0
            })
        })
    })
}

fn put(
    ground: &Ground<'_>,
    fields: &mut BTreeMap<String, Field>,
    name: &str,
    from: &Candidate,
    value: Value,
) {
    let known = ground.schemas.field(name).map(|(index, _)| index);
    if !known.is_some_and(|index| ground.schemas.types[ground.kind].fields.contains(&index)) {
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
