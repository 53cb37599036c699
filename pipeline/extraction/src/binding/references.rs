//! Dates of an agreement that another paper refers to: „Aneks do umowy nr 12 z dnia 5 maja 2020 r.,
//! zawarty dnia 3 lipca 2023 r.” has its own date besides that of the agreement.

use super::{Bound, Ground};
use crate::candidates::Candidate;
use crate::schema::Kind;
use regex::Regex;
use std::sync::LazyLock;

/// The agreement that is spoken of; not the paper's own „niniejsza umowa”.
static AGREEMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:umow(?:y|e|a|ie)|agreement|kredytu|kredyt|pozyczki)\b")
        .expect("a pattern in the source is sound")
});
static LEADS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[^.;\x0c]{0,60}?(?:(?:\d[./]|nr\.|art\.|\.)[^;\x0c]{0,50}?)?(?:\b(?:z\s+dnia|zawart\w+(?:\s+z\s+(?:\w+\s+){1,3}?)?(?:\s*w)?(?:\s*dni[au])?|podpisan\w+(?:\s+w)?\s+dniu|udzielon\w+(?:\s+w)?\s+dni[au]|dated|of|z)\s+|[0-9a-z]\s?\()$")
        .expect("a pattern in the source is sound")
});

/// Gives the dates of agreements referred to, to `original_agreement_date`, and takes them from
/// `agreement_date`.
pub(super) fn settle(ground: &Ground<'_>, ties: &mut Vec<Bound>) {
    let index = |name: &str| ground.schemas.field(name).map(|(index, _)| index);
    let (Some(own), Some(original)) = (index("agreement_date"), index("original_agreement_date"))
    else {
        return;
    };
    let schema = &ground.schemas.types[ground.kind];
    if !schema.fields.contains(&original) {
        return;
    }
    ties.retain(|tie| tie.field != original || tie.score > 2.0);
    let dates = referred(ground);
    ties.retain(|tie| tie.field != own || dates.iter().all(|date| date.span != tie.span));
    ties.extend(dates.iter().enumerate().map(|(order, date)| Bound {
        field: original,
        value: date.value.clone(),
        span: date.span.clone(),
        rule: "agreement_referred_to",
        score: if order == 0 { 1.1 } else { 0.9 },
        ..Bound::default()
    }));
}

/// The first date after each mention of an agreement that is led to by „z dnia” or „zawarta”.
fn referred<'a>(ground: &'a Ground<'_>) -> Vec<&'a Candidate> {
    let text = &ground.flow.folded;
    let mut found: Vec<&Candidate> = Vec::new();
    for mention in AGREEMENT.find_iter(text) {
        let before = &text[mention.start().saturating_sub(14)..mention.start()];
        if ["niniejsz", " tej ", "ustawy", "o kredy"]
            .iter()
            .any(|own| before.contains(own))
        {
            continue;
        }
        let reach = mention.end()..text.len().min(mention.end() + 110);
        let next = ground
            .candidates
            .iter()
            .find(|c| c.kind == Kind::Date && reach.contains(&c.span.start));
        let Some(date) = next else { continue };
        let gap = &text[mention.end()..date.span.start];
        let other = ["aneks", "ugod", "ustaw", "pism", "do dnia", "termin"]
            .iter()
            .any(|word| gap.contains(word));
        // „ANEKS DO UMOWY KREDYTU ⏎ nr H/07 z dnia …” goes on below its title.
        let new_line = gap.split('\u{b}').skip(1).any(|line| {
            !["nr ", "numer ", "z dnia "]
                .iter()
                .any(|word| line.starts_with(word))
        });
        if !other && !new_line && LEADS.is_match(gap) && found.iter().all(|c| c.span != date.span) {
            found.push(date);
        }
    }
    found
}
