//! What a document is: its title weighs most, its vocabulary helps, nothing is forced.
//!
//! A title is a phrase of the type near the top of the first page with text, in letters that stand
//! out; one that opens its line says more than one inside it, so „Aneks nr 1 do umowy kredytu” is an
//! annex. A document without enough evidence is `other`.

use crate::label::{Phrase, Terms};
use crate::layout::{Flow, median};
use crate::schema::{Borrowers, Schemas};
use model::Language;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Evidence below which a document is none of the known types.
const LEAST: f64 = 3.0;

/// The index of the type and how sure it is.
pub(crate) fn recognise(
    flow: &Flow,
    terms: &Terms<'_>,
    schemas: &Schemas,
    borrower: Borrower,
) -> (usize, f64) {
    let mut scores = vec![0.0; schemas.types.len()];
    score_titles(flow, terms, schemas, &mut scores);
    score_words(terms, schemas, &mut scores);
    score_borrower(schemas, borrower, &mut scores);
    score_rows(flow, schemas, &mut scores);
    let other = schemas
        .types
        .iter()
        .position(|t| t.kind == model::DocumentType::other())
        .unwrap_or(0);
    let mut ranked: Vec<(usize, f64)> = scores.into_iter().enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (best, score) = ranked.first().copied().unwrap_or((other, 0.0));
    let second = ranked.get(1).map_or(0.0, |r| r.1.max(0.0));
    if score < LEAST {
        return (other, 0.5 + (LEAST - score.max(0.0)) / LEAST * 0.4);
    }
    let margin = score - second;
    (
        best,
        (1.0 / (1.0 + (-(margin - 0.5) * 1.1).exp())).min(0.995),
    )
}

/// A row of a table of instalments: a day, then two amounts or more.
static ROW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\t ])(?:[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}|[0-9]{4}[./-][0-9]{2}[./-][0-9]{2})[\t ]+(?:[0-9 ]{1,9}[.,][0-9]{2}(?:[\t ]+|$)){2,}",
    )
});
/// So many rows make half of a document a schedule.
const ROWS: usize = 6;

/// Weighs a document that is a table of instalments for the most part, whatever its title calls it.
fn score_rows(flow: &Flow, schemas: &Schemas, scores: &mut [f64]) {
    let lines = flow
        .lines
        .iter()
        .map(|line| &flow.folded[line.span.clone()]);
    let rows = lines.clone().filter(|line| ROW.is_match(line)).count();
    let prose = lines
        .filter(|line| line.len() > 60 && !ROW.is_match(line))
        .count();
    let index = schemas
        .types
        .iter()
        .position(|schema| schema.kind.as_str() == "repayment_schedule");
    if rows >= ROWS
        && rows > 2 * prose
        && let Some(index) = index
    {
        scores[index] += 6.0;
    }
}

/// What kind of party borrows: a company is no consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Borrower {
    Company,
    Person,
    Unknown,
}

/// Weighs types that say who borrows (`borrowers` in their schema) by who does; only where the type
/// has other evidence.
fn score_borrower(schemas: &Schemas, borrower: Borrower, scores: &mut [f64]) {
    for (schema, score) in schemas.types.iter().zip(scores.iter_mut()) {
        let suits = match (schema.borrowers, borrower) {
            (None, _) | (_, Borrower::Unknown) => continue,
            (Some(Borrowers::Companies), Borrower::Company)
            | (Some(Borrowers::People), Borrower::Person) => 2.5,
            _ => -4.0,
        };
        if *score > 0.0 {
            *score += suits;
        }
    }
}

/// A phrase that looks this much like a title is the title: what stands below it is not.
const TITLE: f64 = 0.85;
/// How many characters a title and its second line may take.
const TITLE_LENGTH: usize = 160;

fn score_titles(flow: &Flow, terms: &Terms<'_>, schemas: &Schemas, scores: &mut [f64]) {
    let mut phrases: Vec<&Phrase> = Vec::new();
    let mut owners = Vec::new();
    for (index, schema) in schemas.types.iter().enumerate() {
        for (phrase, weight) in &schema.titles {
            phrases.push(phrase);
            owners.push((index, *weight));
        }
    }
    let mut best: Vec<f64> = vec![0.0; scores.len()];
    let found: Vec<_> = terms
        .find(&phrases)
        .into_iter()
        .map(|found| {
            let looks = prominence(flow, found.span.start);
            (found, looks)
        })
        .collect();
    let title = found
        .iter()
        .filter(|(_, looks)| *looks >= TITLE)
        .map(|(found, _)| found.span.start)
        .min();
    for (found, looks) in found {
        let (index, weight) = owners[found.phrase];
        let below = title.is_some_and(|title| found.span.start > title + TITLE_LENGTH);
        // A single word is a title where it fills its cell; in a line with others it opens a clause.
        let word = !flow.folded[found.span.clone()].contains(' ') && !fills_cell(flow, &found.span);
        let score = weight * found.quality * looks;
        let score = score * if below { 0.25 } else { 1.0 } * if word { 0.5 } else { 1.0 };
        best[index] = best[index].max(score);
    }
    for (score, best) in scores.iter_mut().zip(best) {
        *score += best;
    }
}

/// Whether little but a number stands in a cell besides some words: „ANEKS NR 3”, „Wypowiedzenie”.
fn fills_cell(flow: &Flow, span: &Range<usize>) -> bool {
    let edge = |c: char| matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}');
    let before = flow.folded[..span.start].rfind(edge).map_or(0, |at| at + 1);
    let rest = &flow.folded[span.end..];
    let after = rest.find(edge).map_or(rest, |at| &rest[..at]);
    let lead = flow.folded[before..span.start].bytes();
    let words = after.split(' ').filter(|word| {
        let letters = word.bytes().all(|b| b.is_ascii_alphabetic());
        letters && word.len() > 2
    });
    lead.filter(u8::is_ascii_alphabetic).count() < 3 && words.count() <= 2
}

/// How much a place in the text looks like a title, 0 to about 1.5.
pub(crate) fn prominence(flow: &Flow, at: usize) -> f64 {
    let Some(line) = flow.line_at(at) else {
        return 0.0;
    };
    let first_sheet = flow.lines.first().map_or(0, |l| l.sheet);
    if line.sheet != first_sheet {
        return 0.0;
    }
    let Some(sheet) = flow.sheets.get(line.sheet) else {
        return 0.0;
    };
    let down = line.frame.top / sheet.height.max(1.0);
    if down > 0.55 {
        return 0.0;
    }
    let caps = is_capitals(flow, &line.span);
    let opening = &flow.folded[line.span.start..at];
    // A title in capitals may stand in a cell of its own beside the bank's name.
    let cell = opening.rfind('\t').map_or(0, |tab| tab + 1);
    let rest = line.span.start + cell..line.span.end;
    let word = flow.folded[rest.clone()].split(' ').count() < 9;
    let titled = down < LETTERHEAD && (word || is_capitals(flow, &rest));
    let opening = if titled { &opening[cell..] } else { opening };
    // „RAMOWA UMOWA POŻYCZKI”: an adjective in the gender of its noun opens a title with it.
    let mut words = opening
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    let noun = flow.folded[at..].starts_with("umowa");
    let opens = words.all(|word| noun && word.len() > 4 && word.ends_with('a'));
    let continued = !opens || flow.folded[..line.span.start].trim_end().ends_with(" do");
    let large = line.height / median_height(flow, line.sheet).max(0.1);
    let centre = (f64::midpoint(line.frame.left, line.frame.right) / sheet.width.max(1.0) - 0.5)
        .abs()
        < 0.06;
    let words = flow.folded[line.span.clone()].split_whitespace().count();
    let mut score: f64 = 0.35 + 0.25 * (1.0 - down / 0.55);
    score += if large > 1.2 { 0.35 } else { 0.0 };
    score += if caps { 0.3 } else { 0.0 };
    score += if centre { 0.15 } else { 0.0 };
    score -= if words > 12 { 0.4 } else { 0.0 };
    if continued {
        score * 0.3
    } else {
        score.max(0.1)
    }
}

/// How far down the page a title may stand beside the bank's name.
const LETTERHEAD: f64 = 0.2;

fn is_capitals(flow: &Flow, span: &Range<usize>) -> bool {
    let letters = flow.cased[span.clone()]
        .bytes()
        .filter(u8::is_ascii_alphabetic);
    let (mut upper, mut all) = (0, 0);
    for letter in letters {
        all += 1;
        upper += usize::from(letter.is_ascii_uppercase());
    }
    all > 4 && upper * 10 >= all * 7
}

fn median_height(flow: &Flow, sheet: usize) -> f64 {
    median(
        flow.lines
            .iter()
            .filter(|l| l.sheet == sheet)
            .map(|l| l.height)
            .collect(),
    )
    .unwrap_or(1.0)
}

fn score_words(terms: &Terms<'_>, schemas: &Schemas, scores: &mut [f64]) {
    let mut phrases: Vec<&Phrase> = Vec::new();
    let mut owners = Vec::new();
    for (index, schema) in schemas.types.iter().enumerate() {
        for (phrase, weight) in &schema.evidence {
            phrases.push(phrase);
            owners.push((index, *weight));
        }
    }
    let mut seen: Vec<(usize, f64)> = terms
        .find(&phrases)
        .iter()
        .map(|f| (f.phrase, f.quality))
        .collect();
    seen.sort_by_key(|(phrase, _)| *phrase);
    seen.dedup_by_key(|(phrase, _)| *phrase);
    for (phrase, quality) in seen {
        let (index, weight) = owners[phrase];
        scores[index] += weight * quality;
    }
}

/// The language of a text, by its commonest little words; Polish where neither shows.
pub(crate) fn language(flow: &Flow) -> Language {
    static ENGLISH: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:the|of|and|shall|to|is|by|this|in|for)\b"));
    static POLISH: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:w|z|na|do|nie|jest|oraz|przez|dnia|od|lub|sie|umowy|i)\b"));
    let english = ENGLISH.find_iter(&flow.folded).count();
    let polish = POLISH.find_iter(&flow.folded).count();
    if english > polish {
        Language::En
    } else {
        Language::Pl
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern in the source is sound")
}
