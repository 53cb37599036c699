//! Whole numbers that count something: instalments, months, days; with their unit where written.

use super::{Candidate, once, pattern};
use crate::layout::Flow;
use crate::schema::Kind;
use crate::text::fold;
use crate::words::spelled;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

once!(
    COUNT,
    r"(?x)
    (?P<number>[0-9]{1,4})
    (?:\s?\((?:slownie:?\s*)?(?P<words>[^)\n]{3,60}(?:\n[^)]{1,40})?)\))?
    (?:(?:[\s_.*]{1,3}|-)(?:[a-z-]{4,16},?[\s]{1,2}){0,2}?(?P<unit>miesieczn[a-z]*,?\s+(?:[a-z-]{4,16},?\s+)?rat[a-z]*|miesi[a-z]*|miesiec[a-z]*|m-c[a-z]*|mies\b|rat\b|rata\b|raty\b|ratach|dni\b|dniow[a-z]*|lat\b|lata\b|rok[a-z]*\b|months?|monthly|instal+ments?|days?|years?))?
    "
);
// „10. dnia każdego miesiąca”, "10th day of each month".
once!(
    DAY,
    r"^(?:\.|-?go|-?ego|st|nd|rd|th)?\s{0,2}(?:(?:dnia|dzien|dniu)\s+(?:kazdego|kazdy|kolejn|danego|poszczegoln|kalendarz|miesi|nastepn|odpowiedn)|(?:kazdego|kazdy)\s+miesi|(?:day\s+)?of\s+(?:each|every))"
);
once!(FIRST_WORD, r"^[^a-z]{0,3}[a-z]+");
once!(
    SPELLED,
    r"[a-z]{3,16}(?:\s[a-z]{3,16}){0,2}\s(?P<unit>miesieczn[a-z]*\s+rat[a-z]*|miesi[a-z]*|rat\b|ratach|dni\b|lat\b|months|instal+ments|days|years)"
);

/// All counts of the text that lie in no amount.
pub(crate) fn counts(flow: &Flow, taken: &[Range<usize>]) -> Vec<Candidate> {
    let text = flow.folded.as_str();
    let mut found = Vec::new();
    for captures in COUNT.captures_iter(text) {
        let Some(number) = captures.name("number") else {
            continue;
        };
        let unit = captures.name("unit").and_then(|m| unit(m.as_str()));
        let end = match (captures.name("unit"), captures.name("words")) {
            (Some(m), _) if unit.is_some() => m.end(),
            (_, Some(m)) => m.end() + 1,
            _ => number.end(),
        };
        let span = number.start()..end;
        let free = taken
            .iter()
            .all(|t| t.end <= span.start || t.start >= number.end());
        if !free || !apart(text, number.start(), number.end()) {
            continue;
        }
        let rest = &text[number.end()..text.len().min(number.end() + 40)];
        let day = DAY.find(rest).or_else(|| {
            let each = ["kazdego ", "kazdego\n"]
                .iter()
                .any(|w| text[..number.start()].ends_with(w));
            let follows = rest.trim_start_matches(['.', ' ']);
            (each && follows.starts_with("dnia"))
                .then(|| FIRST_WORD.find(rest))
                .flatten()
        });
        let Ok(value) = number.as_str().parse::<i64>() else {
            continue;
        };
        let span = day
            .as_ref()
            .map_or(span, |m| number.start()..number.end() + m.end());
        let unit = if day.is_some() {
            Some("day of month")
        } else {
            unit
        };
        let after = text[span.end..].trim_start();
        let notice = unit == Some("months") && after.starts_with("przed ");
        let mut candidate = Candidate::new(Kind::Count, value.to_string(), span);
        candidate.unit = unit;
        candidate.quality = if notice {
            0.2
        } else if unit.is_some() {
            1.0
        } else {
            0.7
        };
        if captures
            .name("words")
            .is_some_and(|m| disagrees(m.as_str(), value))
        {
            candidate.quality *= 0.6;
        }
        found.push(candidate);
    }
    found.extend(
        SPELLED
            .captures_iter(text)
            .filter_map(|captures| in_words(text, &captures)),
    );
    found
}

fn in_words(text: &str, captures: &regex::Captures<'_>) -> Option<Candidate> {
    let (whole, unit_match) = (captures.get(0)?, captures.name("unit")?);
    let words: Vec<&str> = text[whole.start()..unit_match.start()]
        .split_whitespace()
        .collect();
    let first = (0..words.len())
        .find(|at| spelled(&words[*at..]).is_some_and(|s| s.words == words.len() - at))?;
    let read = spelled(&words[first..])?;
    let start = words[first].as_ptr() as usize - text.as_ptr() as usize;
    let mut candidate =
        Candidate::new(Kind::Count, read.value.to_string(), start..unit_match.end());
    candidate.unit = unit(unit_match.as_str());
    candidate.quality = 0.9;
    Some(candidate)
}

/// Whether the words in brackets spell another number.
fn disagrees(words: &str, value: i64) -> bool {
    let folded = fold(words);
    let words: Vec<&str> = folded.split_whitespace().collect();
    spelled(&words).is_some_and(|read| i64::try_from(read.value) != Ok(value))
}

/// Whether a whole number is no part of a date, a decimal, a section or a code.
fn apart(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    let two_before = start.checked_sub(2).and_then(|at| bytes.get(at));
    let digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
    // The number of a point opens its line: „3. Kredytobiorca …”.
    let opens = matches!(before, None | Some(b'\n' | b'\x0b' | b'\x0c'));
    let numbering = opens
        && matches!(bytes.get(end), Some(b'.' | b')'))
        && !text[end + 1..].trim_start().starts_with("dnia")
        && !text[end + 1..].trim_start().starts_with("dzien");
    if numbering {
        return false;
    }
    // „… na odstąpienie. 12. Skargi”: the number of a point inside a line.
    let point = text[..start].ends_with(". ")
        && text[end..].starts_with(". ")
        && !text[end + 2..].starts_with("dni");
    if point {
        return false;
    }
    let joined = match before {
        Some(b) if b.is_ascii_alphanumeric() => true,
        Some(b'/' | b'#' | b'-') => true,
        Some(b'.' | b',') => digit(two_before),
        Some(b' ') => matches!(two_before, Some(b'#')),
        _ => false,
    };
    let runs_on = match bytes.get(end) {
        Some(b) if b.is_ascii_alphanumeric() => true,
        Some(b'/' | b'%') => true,
        Some(b'.' | b',' | b'-') => digit(bytes.get(end + 1)),
        Some(b' ') => bytes.get(end + 1) == Some(&b'%'),
        _ => false,
    };
    !joined && !runs_on
}

fn unit(written: &str) -> Option<&'static str> {
    Some(match written {
        w if w.contains(" rat") || w.contains("\nrat") => "instalments",
        w if w.starts_with("mies") || w.starts_with("m-c") || w.starts_with("month") => "months",
        w if w.starts_with("rat") || w.starts_with("instal") => "instalments",
        w if w.starts_with("dni") || w.starts_with("day") => "days",
        w if w.starts_with("lat") || w.starts_with("rok") || w.starts_with("year") => "years",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::counts;
    use crate::layout::Flow;

    fn check(text: &str, expected: &[(&str, Option<&str>)]) {
        let found = counts(&Flow::from_text(text), &[]);
        let found: Vec<_> = found.iter().map(|c| (c.value.as_str(), c.unit)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn counts_know_their_unit() {
        check("48 miesięcy", &[("48", Some("months"))]);
        check(
            "w 48 (czterdziestu ośmiu) ratach",
            &[("48", Some("instalments"))],
        );
        check(
            "60 równych miesięcznych rat",
            &[("60", Some("instalments"))],
        );
        check("Liczba rat: 120", &[("120", None)]);
        check("czternastu dni", &[("14", Some("days"))]);
        check("240 monthly instalments", &[("240", Some("months"))]);
        for text in ["§ 3", "16.04.2025", "7,62%", "KK/2025/1"] {
            check(text, &[]);
        }
    }
}
