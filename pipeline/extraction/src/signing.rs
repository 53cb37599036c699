//! Where an agreement was made: the town beside its date („w Toruniu, dnia 24.01.2018”).

use crate::binding::{Bound, Ground};
use crate::names::town;
use crate::schema::Kind;
use crate::understand::{field_value, push};
use model::{Evidence, Field, Value};
use regex::Regex;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

const TOWN: &str = r"(?P<town>[A-Z][a-z]{2,}(?:[ -][A-Z][a-z]{2,}){0,2})";

static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^[\s,.]*(?:r\.?|roku|R\.)?\)?[\s,]*(?:w|we|in|at|W|w\s+miejscowosci)\s+{TOWN}"
    ))
});
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:\b(?:w|we|in|at|W)\s+|(?:^|[\n\t\x0b\x0c:|]\s*)){TOWN}\s?,?\s+(?:(?:w\s+)?dni[au]\s+|dn\.\s*|on\s+(?:the\s+)?|as\s+of\s+)?$"
    ))
});

/// „zawarta 19 lutego 2016 roku, Katowice”: without a preposition, where nothing follows the town.
static AFTER_COMMA: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^\s?(?:r\.?|roku)?\s?,\s+{TOWN}\s?(?:[.,;(\n\t\x0b\x0c]|$)"
    ))
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern in the source is sound")
}

/// Adds the town beside the agreement's date.
pub(crate) fn add(ground: &Ground<'_>, fields: &mut BTreeMap<String, Field>, bound: &[Bound]) {
    let index = |name: &str| ground.schemas.field(name).map(|(index, _)| index);
    let place = index("agreement_place");
    if !place.is_some_and(|place| ground.wants(place)) {
        return;
    }
    let Some(date) = bound
        .iter()
        .find(|b| Some(b.field) == index("agreement_date"))
    else {
        return;
    };
    let mentions = ground
        .candidates
        .iter()
        .filter(|c| c.kind == Kind::Date && c.value == date.value)
        .map(|c| &c.span);
    let towns = std::iter::once(&date.span).chain(mentions);
    let Some(span) = towns
        .filter_map(|mention| beside(&ground.flow.cased, mention))
        .map(|span| of_town(ground, span))
        .find(|town| !is_person(ground, town) && is_town(ground, town))
    else {
        return;
    };
    let (value, confidence) = nominative(ground, &span);
    let Some(mut entry) = field_value(ground.flow, Value::Text(value), span, confidence, false)
    else {
        return;
    };
    entry.evidence = Some(Evidence {
        label: ground.flow.text(&date.span),
        label_place: None,
        rule: "town_beside_date".into(),
        score: confidence,
    });
    fields.remove("agreement_place");
    push(fields, "agreement_place", false, entry);
}

/// The part of some capitalised words that is the town („Iłży Bank Kolejowy” is „Iłży”).
fn of_town(ground: &Ground<'_>, span: Range<usize>) -> Range<usize> {
    let words = &ground.flow.folded[span.clone()];
    let ends = words.match_indices(' ').map(|(at, _)| at);
    let ends: Vec<usize> = ends.chain([words.len()]).collect();
    let known = |end: &&usize| {
        let part = ground.flow.text(&(span.start..span.start + **end));
        ground.schemas.names.town(&part).is_some()
    };
    let company = |at: usize| {
        [
            "bank", "spol", "kasa", "pomi", "mied", "firm", "kred", "pozy",
        ]
        .iter()
        .any(|word| words[at..].trim_start().starts_with(word))
    };
    let end = ends.iter().rev().find(known).copied();
    let end = end.or_else(|| ends.iter().find(|end| company(**end)).copied());
    span.start..span.start + end.unwrap_or(words.len())
}

static ADDRESSED: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"[0-9]{{2}}\s?-\s?[0-9]{{3}}\s+{TOWN}")));

/// The town in the nominative, and how surely: one of the list, one of the document's addresses, or
/// by its ending.
fn nominative(ground: &Ground<'_>, span: &Range<usize>) -> (String, f64) {
    let written = ground.flow.text(span);
    if let Some(town) = ground.schemas.names.town(&written) {
        return (town, 0.97);
    }
    let before = &ground.flow.folded[span.start.saturating_sub(4)..span.start];
    let located = [" w ", "\nw ", " we ", "\nwe "]
        .iter()
        .any(|lead| before.ends_with(lead));
    let addressed: Vec<String> = ADDRESSED
        .captures_iter(&ground.flow.cased)
        .filter_map(|c| c.name("town"))
        .map(|town| ground.flow.text(&town.range()))
        .collect();
    if addressed.contains(&written) || !located {
        return (written, 0.8);
    }
    match town::from_locative(&written, &addressed) {
        Some(town) if addressed.contains(&town) => (town, 0.9),
        Some(town) => (town, 0.5),
        None => (written, 0.3),
    }
}

/// Whether a capitalised word beside a date is a town: one that is known, or one that a preposition
/// or a comma makes one („w Xowie 5 maja”, „Xów, 5 maja”; „Wystawiono 5 maja” is none).
fn is_town(ground: &Ground<'_>, span: &Range<usize>) -> bool {
    let folded = &ground.flow.folded;
    let before = &folded[span.start.saturating_sub(4)..span.start];
    let leads = [" w ", "\nw ", " we ", " in ", " at "];
    ground.schemas.names.town(&ground.flow.text(span)).is_some()
        || leads.iter().any(|lead| before.ends_with(lead))
        || folded[span.end..].trim_start().starts_with(',')
}

/// Whether a capitalised word beside a date begins a person's name.
fn is_person(ground: &Ground<'_>, span: &Range<usize>) -> bool {
    let text = ground.flow.text(span);
    let mut words = text.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    ground.schemas.names.town(&text).is_none()
        && second.is_some_and(|second| ground.schemas.names.first(first, second).is_some())
}

pub(crate) fn beside(text: &str, date: &Range<usize>) -> Option<Range<usize>> {
    let after = &text[date.end..text.len().min(date.end + 50)];
    let follows = AFTER
        .captures(after)
        .or_else(|| AFTER_COMMA.captures(after));
    if let Some(town) = follows.and_then(|c| c.name("town")) {
        return Some(date.end + town.start()..date.end + town.end());
    }
    let from = date.start.saturating_sub(60);
    let town = BEFORE
        .captures(&text[from..date.start])
        .and_then(|c| c.name("town"))?;
    Some(from + town.start()..from + town.end())
}
