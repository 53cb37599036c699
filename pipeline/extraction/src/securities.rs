//! What is found by wording rather than by label: securities, tranches, amounts in words.

use crate::binding::{Bound, Ground};
use crate::candidates::Candidate;
use crate::label::Phrase;
use crate::schema::Kind;
use crate::understand::{field_value, push};
use crate::words::{is_number, spelled};
use model::{Evidence, Field, Value};
use std::collections::BTreeMap;
use std::ops::Range;

/// Adds what the type's schema asks for.
pub(crate) fn add(ground: &Ground<'_>, fields: &mut BTreeMap<String, Field>, bound: &[Bound]) {
    let wanted = |name| ground.wanted(name).is_some();
    if wanted("collateral") {
        collateral(ground, fields, bound);
    }
    if wanted("tranches") {
        tranches(ground, fields);
    }
    if wanted("amount_in_words") {
        amount_in_words(ground, fields, bound);
    }
}

/// The securities named in the section on security.
fn collateral(ground: &Ground<'_>, fields: &mut BTreeMap<String, Field>, bound: &[Bound]) {
    let Some((_, schema)) = ground.schemas.field("collateral") else {
        return;
    };
    let headings: Vec<&Phrase> = schema.labels.iter().map(|label| &label.phrase).collect();
    let headings: Vec<Range<usize>> = ground
        .terms
        .find(&headings)
        .into_iter()
        .map(|f| f.span)
        .collect();
    let mortgage = ground.wanted("mortgage_amount");
    let mortgage = mortgage.and_then(|index| bound.iter().find(|tie| tie.field == index));
    for (kind, phrases) in &schema.options {
        let phrases: Vec<&Phrase> = phrases.iter().collect();
        let named = ground.terms.find(&phrases);
        let found = named.iter().find(|f| {
            headings
                .iter()
                .any(|h| f.span.start >= h.start && f.span.start - h.start < 700)
        });
        // A mortgage whose amount is stated secures the credit, wherever it stands.
        let amount = mortgage.filter(|_| kind == "mortgage");
        let found = found.or_else(|| {
            let amount = amount?;
            named
                .iter()
                .rev()
                .find(|f| f.span.end <= amount.span.start && amount.span.start - f.span.end < 160)
        });
        let Some(found) = found else { continue };
        let mut parts = BTreeMap::from([
            ("kind".to_owned(), Value::Text(kind.clone())),
            (
                "description".to_owned(),
                Value::Text(description(ground, &found.span)),
            ),
        ]);
        if matches!(
            kind.as_str(),
            "mortgage" | "pledge" | "enforcement_statement" | "guarantee"
        ) {
            let amount = amount_near(ground, &found.span).map(|c| c.value.clone());
            let stated = fields.get("mortgage_amount").filter(|_| kind == "mortgage");
            let stated = stated
                .and_then(|f| f.values().first())
                .map(|v| v.value.to_string());
            if let Some(amount) = amount.or(stated) {
                parts.insert("amount".into(), Value::Text(amount));
            }
        }
        let Some(mut value) = field_value(
            ground.flow,
            Value::Parts(parts),
            found.span.clone(),
            0.75,
            false,
        ) else {
            continue;
        };
        value.evidence = Some(Evidence {
            label: kind.clone(),
            label_place: None,
            rule: "security".into(),
            score: found.quality,
        });
        push(fields, "collateral", true, value);
    }
}

/// The wording of a security up to the end of its clause.
fn description(ground: &Ground<'_>, span: &Range<usize>) -> String {
    let rest = &ground.flow.folded[span.start..ground.flow.folded.len().min(span.start + 120)];
    let stop = rest[span.len()..]
        .find([',', ';', '\u{b}', '\u{c}', '\t', '.', ':'])
        .map_or(rest.len(), |at| at + span.len());
    let stop = ["w wysokosci", "do kwoty", "w kwocie", "ustanowion", "up to"]
        .iter()
        .filter_map(|w| rest[..stop].find(w))
        .min()
        .unwrap_or(stop);
    ground
        .flow
        .text(&(span.start..span.start + stop.max(span.len())))
        .trim()
        .to_owned()
}

fn amount_near<'a>(ground: &'a Ground<'_>, span: &Range<usize>) -> Option<&'a Candidate> {
    ground.candidates.iter().find(|c| {
        let near =
            c.kind == Kind::Money && c.span.start >= span.end && c.span.start - span.end < 120;
        near && !ground.flow.folded[span.end..c.span.start].contains([';', '\u{b}', '\u{c}'])
    })
}

/// Parts of the credit paid out one after another: an amount and a day for each.
fn tranches(ground: &Ground<'_>, fields: &mut BTreeMap<String, Field>) {
    let Some((_, schema)) = ground.schemas.field("tranches") else {
        return;
    };
    let rows = tranche_rows(ground);
    if rows.len() > 1 {
        for (amount, day) in rows {
            push_tranche(ground, fields, amount, day);
        }
        return;
    }
    let phrases: Vec<&Phrase> = schema.labels.iter().map(|label| &label.phrase).collect();
    let mut known: Vec<Range<usize>> = Vec::new();
    for found in ground.terms.find(&phrases) {
        let after = |kind: Kind, from: usize| {
            ground
                .candidates
                .iter()
                .find(|c| c.kind == kind && c.span.start >= from && c.span.start - from < 90)
        };
        let Some(amount) = after(Kind::Money, found.span.end) else {
            continue;
        };
        let Some(day) = after(Kind::Date, found.span.end) else {
            continue;
        };
        if known.contains(&amount.span) {
            continue;
        }
        known.push(amount.span.clone());
        push_tranche(ground, fields, amount, Some(day));
    }
}

fn push_tranche(
    ground: &Ground<'_>,
    fields: &mut BTreeMap<String, Field>,
    amount: &Candidate,
    day: Option<&Candidate>,
) {
    let mut parts = BTreeMap::from([("amount".to_owned(), Value::Text(amount.value.clone()))]);
    if let Some(day) = day {
        parts.insert("date".to_owned(), Value::Text(day.value.clone()));
    }
    let (value, span) = (Value::Parts(parts), amount.span.clone());
    if let Some(value) = field_value(ground.flow, value, span, 0.75, false) {
        push(fields, "tranches", true, value);
    }
}

/// The rows of a table whose head names tranches and amounts: the first amount of each with its day.
fn tranche_rows<'a>(ground: &'a Ground<'_>) -> Vec<(&'a Candidate, Option<&'a Candidate>)> {
    let flow = ground.flow;
    let text = |at: usize| &flow.folded[flow.lines[at].span.clone()];
    let head = (0..flow.lines.len()).find(|at| {
        let head = text(*at);
        // „§ 2. Transze” may stand right over the titles of the columns.
        let titled = *at > 0 && head.contains('\t') && text(at - 1).len() < 30;
        let named = head.contains("transz") || titled && text(at - 1).contains("transz");
        named && head.contains("kwot") && head.len() < 90 && !head.contains(". ")
    });
    let Some(head) = head else { return Vec::new() };
    let mut rows = Vec::new();
    let mut idle = 0;
    for line in flow.lines[head + 1..].iter().take(MOST_ROWS) {
        // A sentence below the table is none of its rows.
        if line.span.len() > LONGEST_ROW && !flow.folded[line.span.clone()].contains('\t') {
            break;
        }
        let inside = |c: &&Candidate| line.span.contains(&c.span.start);
        let of = |kind: Kind| {
            let mut near = ground.candidates.iter().filter(inside);
            near.find(|c| c.kind == kind)
        };
        let sum = flow.folded[line.span.clone()].trim_start();
        let total = ["razem", "suma", "ogolem", "lacznie"]
            .iter()
            .any(|word| sum.starts_with(word));
        match of(Kind::Money).filter(|_| !total) {
            Some(amount) => rows.push((amount, of(Kind::Date))),
            None => idle += 1,
        }
        if total || idle > 2 {
            break;
        }
    }
    rows
}

/// A table of tranches has at most so many lines.
const MOST_ROWS: usize = 14;
/// A line without cells that is longer is a sentence.
const LONGEST_ROW: usize = 90;

/// The words of the principal amount: after „słownie”, or in brackets after its figures.
fn amount_in_words(ground: &Ground<'_>, fields: &mut BTreeMap<String, Field>, bound: &[Bound]) {
    let amounts: Vec<&Bound> = ["credit_amount", "total_credit_amount"]
        .iter()
        .filter_map(|name| ground.schemas.field(name))
        .filter_map(|(index, _)| bound.iter().find(|b| b.field == index))
        .collect();
    let text = &ground.flow.folded;
    let mut openings: Vec<usize> = ["slownie", "in words", "say:"]
        .iter()
        .flat_map(|w| text.match_indices(w))
        .map(|(at, _)| at)
        .collect();
    for place in ground.candidates.iter().filter(|c| c.kind == Kind::Money) {
        if amounts.iter().any(|amount| amount.value == place.value) {
            let near = &text[place.span.end..text.len().min(place.span.end + 30)];
            openings.extend(near.find(['(', '[']).map(|at| place.span.end + at));
        }
    }
    let mut best: Option<(bool, Range<usize>)> = None;
    for opening in openings {
        let Some((value, span)) = words_at(ground, opening) else {
            continue;
        };
        let agrees = amounts
            .iter()
            .any(|amount| whole(&amount.value) == Some(value));
        if best.as_ref().is_none_or(|(known, _)| agrees && !known) {
            best = Some((agrees, span));
        }
    }
    if !best.as_ref().is_some_and(|(agrees, _)| *agrees)
        && let Some(span) = spelled_anywhere(ground, &amounts)
    {
        best = Some((true, span));
    }
    let Some((agrees, span)) = best else { return };
    // Words without their currency go on elsewhere.
    let words = &text[span.clone()];
    let whole = [
        "zl", "euro", "eur", "dolar", "frank", "dollar", "franc", "pound",
    ]
    .iter()
    .any(|currency| words.contains(currency));
    let hundredths = amounts.iter().all(|amount| amount.value.ends_with(".00"));
    let whole = whole && (hundredths || words.contains("gr") || words.contains("/100"));
    let confidence = match (agrees, whole) {
        (true, true) => 0.97,
        (true, false) => 0.7,
        _ => 0.4,
    };
    let value = Value::Text(ground.flow.text(&span));
    let Some(mut value) = field_value(ground.flow, value, span, confidence, false) else {
        return;
    };
    value.evidence = Some(Evidence {
        label: "słownie".into(),
        label_place: None,
        rule: "amount_in_words".into(),
        score: confidence,
    });
    push(fields, "amount_in_words", false, value);
}

/// The words that spell one of the amounts, wherever they stand (a table may part them from
/// „słownie”).
fn spelled_anywhere(ground: &Ground<'_>, amounts: &[&Bound]) -> Option<Range<usize>> {
    let wanted: Vec<u64> = amounts
        .iter()
        .filter_map(|a| whole(&a.value))
        .filter(|a| *a >= 1000)
        .collect();
    let words = ground.terms.words_from(0, usize::MAX);
    let plain: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    if wanted.is_empty() {
        return None;
    }
    let opens =
        |at: &usize| is_number(plain[*at]) && plain.get(at + 1).is_some_and(|w| is_number(w));
    (0..words.len()).filter(opens).find_map(|at| {
        let ahead = &plain[at..plain.len().min(at + 14)];
        let read = spelled(ahead).filter(|read| read.words >= 2 && wanted.contains(&read.value))?;
        let stop = words_end(ground, &words[at..words.len().min(at + 24)], read.words);
        Some(words[at].1.start..stop)
    })
}

fn whole(amount: &str) -> Option<u64> {
    amount
        .split('.')
        .next()
        .and_then(|whole| whole.parse().ok())
}

/// The number spelled soon after a place, with the span of its words.
fn words_at(ground: &Ground<'_>, opening: usize) -> Option<(u64, Range<usize>)> {
    let words = ground.terms.words_from(opening, 26);
    let skip = (0..words.len().min(6)).find(|skip| {
        let plain: Vec<&str> = words[*skip..].iter().map(|(word, _)| *word).collect();
        spelled(&plain).is_some()
    })?;
    let plain: Vec<&str> = words[skip..].iter().map(|(word, _)| *word).collect();
    let read = spelled(&plain).filter(|read| read.value >= 100)?;
    let stop = words_end(ground, &words[skip..], read.words);
    Some((read.value, words[skip].1.start..stop))
}

/// Where the words of an amount end: with their currency and hundredths, before the bracket.
fn words_end(ground: &Ground<'_>, words: &[(&str, Range<usize>)], count: usize) -> usize {
    const TAIL: [&str; 28] = [
        "dolarow",
        "amerykanskich",
        "frankow",
        "szwajcarskich",
        "us",
        "pounds",
        "sterling",
        "swiss",
        "francs",
        "polish",
        "zlotys",
        "and",
        "euros",
        "dollars",
        "zloty",
        "zlote",
        "zlotych",
        "zl",
        "pln",
        "i",
        "groszy",
        "grosze",
        "grosz",
        "euro",
        "gr",
        "zlotych",
        "00",
        "100",
    ];
    let mut end = words[count - 1].1.end;
    for (at, (word, span)) in words.iter().enumerate().skip(count) {
        let gap = &ground.flow.folded[end..span.start];
        let number = words[at..]
            .first()
            .is_some_and(|(w, _)| spelled(&[w]).is_some())
            || word.bytes().all(|b| b.is_ascii_digit()) && word.len() <= 3;
        // A currency goes on with the amount even where a cell or block ends before it.
        let currency = ["zlot", "groszy", "euro", "pln", "dolar", "frank"];
        let apart = gap.contains(['\t', '\u{b}']) && !currency.iter().any(|c| word.starts_with(c));
        if gap.contains([')', ']', '\u{c}', ';', '.']) || apart || !(TAIL.contains(word) || number)
        {
            break;
        }
        end = span.end;
    }
    end
}
