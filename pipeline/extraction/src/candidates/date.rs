//! Days, in figures and in words, Polish and English.
//!
//! A day that never was is no candidate. Months are recognised with a slip of the scanner.

use super::{Candidate, once, pattern, stands_alone};
use crate::layout::Flow;
use crate::schema::Kind;
use crate::text::slips;
use crate::words::spelled;
use jiff::civil::Date;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

once!(
    FIGURES,
    r"(?P<d>[0-9ol]{1,2})\s?(?P<s>[./-]|\s)\s?(?P<m>[0-9ol]{1,2})\s?(?:[./-]|\s)\s?(?P<y>[12][0-9o]{3})"
);
once!(
    ISO,
    r"(?P<y>[12][0-9]{3})[-./](?P<m>[0-9]{2})[-./](?P<d>[0-9]{2})"
);
once!(
    WORDS,
    r"(?P<d>[0-9ol]{1,2})\.?(?:st|nd|rd|th|-?e?go)?\s+(?:day\s+)?(?:of\s+)?(?P<m>[a-z0-9]{3,12}),?\s+(?P<y>[12][0-9o]{3})"
);
once!(
    AMERICAN,
    r"(?P<m>[a-z]{3,9})\.?\s+(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>[12][0-9]{3})"
);
once!(
    SPELLED,
    r"[a-z]{4,14}(?:\s+[a-z]{4,14})?\s+(?:stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|wrzesnia|pazdziernika|listopada|grudnia)\s+dw[a-z]+\s+tysi[a-z]+"
);

const MONTHS: [(&str, i8); 36] = [
    ("stycznia", 1),
    ("lutego", 2),
    ("marca", 3),
    ("kwietnia", 4),
    ("maja", 5),
    ("czerwca", 6),
    ("lipca", 7),
    ("sierpnia", 8),
    ("wrzesnia", 9),
    ("pazdziernika", 10),
    ("listopada", 11),
    ("grudnia", 12),
    ("styczen", 1),
    ("luty", 2),
    ("marzec", 3),
    ("kwiecien", 4),
    ("maj", 5),
    ("czerwiec", 6),
    ("lipiec", 7),
    ("sierpien", 8),
    ("wrzesien", 9),
    ("pazdziernik", 10),
    ("listopad", 11),
    ("grudzien", 12),
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
];

/// All days of the text.
pub(crate) fn dates(flow: &Flow) -> Vec<Candidate> {
    let text = flow.folded.as_str();
    let mut found: Vec<Candidate> = Vec::new();
    for (pattern, quality) in [
        (&ISO, 1.0),
        (&FIGURES, 1.0),
        (&WORDS, 1.0),
        (&AMERICAN, 0.95),
    ] {
        let mut at = 0;
        while let Some(captures) = pattern.captures_at(text, at) {
            let span = captures.get(0).map_or(0..0, |m| m.range());
            at = span.start + 1;
            let group = |name| captures.name(name).map_or("", |m| m.as_str());
            let free = found
                .iter()
                .all(|c| c.span.end <= span.start || c.span.start >= span.end);
            // „5 grudnia 2018r.”
            let glued = ["r.", "r,", "r ", "roku"]
                .iter()
                .any(|year| text[span.end..].starts_with(year));
            let opens = span.start == 0 || !text.as_bytes()[span.start - 1].is_ascii_alphanumeric();
            let whole = stands_alone(text, &span) || glued && opens;
            let sound = whole && alone(text, &span) && same_marks(&captures);
            let Some(date) = day(group("y"), group("m"), group("d")).filter(|_| free && sound)
            else {
                continue;
            };
            at = span.end;
            let mut candidate = Candidate::new(Kind::Date, date.to_string(), span);
            candidate.quality = quality;
            found.push(candidate);
        }
    }
    found.extend(
        SPELLED
            .find_iter(text)
            .filter_map(|m| in_words(text, m.range())),
    );
    found
}

/// Whether a text holds a day.
pub(crate) fn dates_in(text: &str) -> bool {
    let folded = text.to_ascii_lowercase();
    [&ISO, &FIGURES].iter().any(|pattern| {
        pattern
            .find(&folded)
            .is_some_and(|m| m.len() == folded.len())
    })
}

/// A figure date must not run on as a longer number (a phone, an agreement's number).
fn alone(text: &str, span: &Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let before = span.start.checked_sub(1).and_then(|at| bytes.get(at));
    let after = (bytes.get(span.end), bytes.get(span.end + 1));
    let goes_on = matches!(after, (Some(b'-' | b'/' | b'.'), Some(b)) if b.is_ascii_digit());
    !matches!(before, Some(b'/')) && !goes_on && !matches!(after, (Some(b'/'), _))
}

/// `16 04 2025` is a day, `16 zl 2025` is not: a space parts figures only when both are spaces.
fn same_marks(captures: &regex::Captures<'_>) -> bool {
    let Some(mark) = captures.name("s") else {
        return true;
    };
    let Some(month) = captures.name("m") else {
        return true;
    };
    let Some(year) = captures.name("y") else {
        return true;
    };
    let whole = captures.get(0).map_or("", |m| m.as_str());
    let base = captures.get(0).map_or(0, |m| m.start());
    let second = whole
        .get(month.end() - base..year.start() - base)
        .unwrap_or_default()
        .trim();
    mark.as_str().trim() == second
}

fn day(year: &str, month: &str, day: &str) -> Option<Date> {
    let figures = |text: &str| text.replace('o', "0").replace('l', "1");
    let month = match figures(month).parse() {
        Ok(number) => number,
        Err(_) => month_by_name(month)?,
    };
    let year: i16 = figures(year).parse().ok()?;
    if !(1900..=2100).contains(&year) {
        return None;
    }
    Date::new(year, month, figures(day).parse().ok()?).ok()
}

fn month_by_name(word: &str) -> Option<i8> {
    if let Some((_, month)) = MONTHS.iter().find(|(name, _)| *name == word) {
        return Some(*month);
    }
    if word.len() < 5 {
        return None;
    }
    let near = MONTHS.iter().filter(|(name, _)| {
        name.len() >= 5 && slips(name.as_bytes(), word.as_bytes(), 2).is_some()
    });
    let months: Vec<i8> = near.map(|(_, month)| *month).collect();
    let first = *months.first()?;
    months.iter().all(|month| *month == first).then_some(first)
}

/// „szesnastego kwietnia dwa tysiące dwudziestego piątego roku”.
fn in_words(text: &str, span: Range<usize>) -> Option<Candidate> {
    let rest = &text[span.start..text.len().min(span.end + 60)];
    let words: Vec<&str> = rest.split_whitespace().collect();
    let month_at = words.iter().position(|w| month_by_name(w).is_some())?;
    let first = (0..month_at).find(|from| {
        spelled(&words[*from..month_at]).is_some_and(|s| s.words == month_at - from)
    })?;
    let day = spelled(&words[first..month_at])?;
    let year = spelled(&words[month_at + 1..])?;
    let date = Date::new(
        i16::try_from(year.value)
            .ok()
            .filter(|y| (1900..=2100).contains(y))?,
        month_by_name(words[month_at])?,
        i8::try_from(day.value).ok()?,
    );
    let last = words.get(month_at + year.words)?;
    let end = last.as_ptr() as usize - text.as_ptr() as usize + last.len();
    let start = words[first].as_ptr() as usize - text.as_ptr() as usize;
    Some(Candidate::new(
        Kind::Date,
        date.ok()?.to_string(),
        start..end,
    ))
}

#[cfg(test)]
mod tests {
    use super::dates;
    use crate::layout::Flow;

    fn check(text: &str, expected: &[&str]) {
        let found = dates(&Flow::from_text(text));
        let found: Vec<&str> = found.iter().map(|c| c.value.as_str()).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn days_are_read_in_figures_and_words() {
        for text in [
            "16.04.2025 r.",
            "16.04.2025r.",
            "16-04-2025",
            "2025-04-16",
            "16 kwietnia 2025 roku",
            "16. kwietnia 2025",
            "16 kwletnia 2025",
            "16 April 2025",
            "16th day of April 2025",
            "April 16, 2025",
            "dnia 16 04 2025",
            "l6.O4.2025",
            "szesnastego kwietnia dwa tysiące dwudziestego piątego roku",
        ] {
            check(text, &["2025-04-16"]);
        }
    }

    #[test]
    fn what_never_was_is_no_day() {
        for text in [
            "31.02.2025",
            "16.13.2025",
            "116.04.2025",
            "12/04/2025/7",
            "16 zł 2025",
        ] {
            check(text, &[]);
        }
    }
}
