//! Amounts of money, in the punctuation of Polish and English paper.
//!
//! `31 000,00 zł`, `31.000,00 PLN`, `31000,- zł`, `PLN 31,000.00`, `31 tys. zł`. An amount without a
//! currency counts only with its two decimals; a comma or point before exactly three digits parts
//! thousands, since no amount has three decimals.

use super::{Candidate, once, pattern, stands_alone};
use crate::layout::Flow;
use crate::schema::Kind;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

once!(
    AMOUNT,
    r"(?x)
    (?:(?P<before>pln|eur|usd|chf|gbp|euro)[\ :]{0,2})?
    (?P<number>
        [0-9][0-9ol]{0,3}(?:[\ .,'\n][0-9o]{3})+(?:\s?[.,]\s?[0-9o]{2})?
      | [0-9][0-9o]*(?:\s?[.,]\s?[0-9o]{2})?
    )
    (?P<dash>,\s?[-=]{1,2})?
    (?:[\s_.*(]{0,3}(?P<thousands>tys\.?|mln)\s)?
    (?:(?:[._]{2,20}\ ?|[\ \n_*(\[]{0,3})
        (?P<after>zlot[a-z]{1,4}|zl|zi|pln|p\.l\.n\.?|eur[oa]?|usd|chf|gbp|frank[a-z]{1,6}\ szwajcarsk[a-z]+|dolar[a-z]*|zeuro))?
    "
);

/// The currencies by what is written for them.
fn currency(written: &str) -> Option<&'static str> {
    Some(match written.get(..2)? {
        "zl" | "pl" | "p." | "zi" => "PLN",
        "eu" => "EUR",
        "us" | "do" => "USD",
        "ch" | "fr" => "CHF",
        "gb" => "GBP",
        _ => return None,
    })
}

/// All amounts of the text.
pub(crate) fn monies(flow: &Flow) -> Vec<Candidate> {
    let text = flow.folded.as_str();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(captures) = AMOUNT.captures_at(text, at) {
        let number = captures.name("number").map_or(0..0, |m| m.range());
        if opens_with_year(&text[number.clone()]) {
            at = number.start + 4;
            continue;
        }
        at = number.end.max(at + 1);
        let Some(candidate) = candidate(text, &captures) else {
            continue;
        };
        at = candidate.span.end;
        found.push(candidate);
    }
    found
}

/// Whether a year stands before an amount: „1417 953,77” lost a space, „w 2017 953,77” did not.
fn opens_with_year(number: &str) -> bool {
    let first = number
        .split([' ', '\n', '.', ',', '\''])
        .next()
        .unwrap_or_default();
    first.len() == 4 && (first.starts_with("19") || first.starts_with("20")) && number.len() > 8
}

fn candidate(text: &str, captures: &regex::Captures<'_>) -> Option<Candidate> {
    let number = captures.name("number")?;
    let group = |name| captures.name(name);
    let after = group("after").filter(|m| {
        !text
            .as_bytes()
            .get(m.end())
            .is_some_and(u8::is_ascii_alphanumeric)
            && !text[number.end()..m.start()].contains(['\u{b}', '\u{c}'])
    });
    let before = group("before")
        .filter(|m| m.start() == 0 || !text.as_bytes()[m.start() - 1].is_ascii_alphanumeric());
    let known = after.or(before).and_then(|m| currency(m.as_str()));
    let (minor, decimals) = read_amount(number.as_str())?;
    let dash = group("dash").is_some();
    if known.is_none() && !decimals && !dash {
        return None;
    }
    let scale = match group("thousands").map(|m| m.as_str()) {
        Some(word) if word.starts_with("tys") => 1_000,
        Some(_) => 1_000_000,
        None => 1,
    };
    let minor = minor.checked_mul(scale)?;
    let span = number.start()..group("dash").map_or(number.end(), |m| m.end());
    let bytes = text.as_bytes();
    let sides = span.start.checked_sub(1).and_then(|at| bytes.get(at));
    let glued = after.is_some() && bytes[span.end].is_ascii_alphabetic();
    let edge = sides.is_some_and(|b| b.is_ascii_digit() || matches!(b, b'/' | b','))
        || (!stands_alone(text, &span) && before.is_none() && !glued)
        || continues(bytes, span.end);
    if edge {
        return None;
    }
    let mut candidate = Candidate::new(Kind::Money, canonical(minor), span);
    candidate.unit = known;
    candidate.repaired = number.as_str().contains(['o', 'l']);
    candidate.quality = match (known.is_some(), decimals) {
        // „(120 × 25,00 zł)”: the price of one of many.
        _ if multiplied(text, &candidate.span) => 0.25,
        (true, true) => 1.0,
        (true, false) => 0.9,
        _ => 0.75,
    };
    Some(candidate)
}

/// Whether an amount is multiplied by a number right before or after it.
fn multiplied(text: &str, span: &Range<usize>) -> bool {
    let times = |c: char| matches!(c, 'x' | '*' | '?');
    let before = text[..span.start].trim_end();
    let after = text[span.end..]
        .trim_start_matches(|c: char| c == ' ' || c.is_ascii_lowercase() && c != 'x');
    let by = |text: &str| text.trim_end().ends_with(|c: char| c.is_ascii_digit());
    let for_each = before.strip_suffix(times).is_some_and(by);
    let of = after
        .strip_prefix(times)
        .is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    for_each || of
}

/// Whether what follows a number makes it a date, a section, a rate or a longer number.
fn continues(text: &[u8], end: usize) -> bool {
    match text.get(end) {
        Some(b'.' | b',' | b'/') => text.get(end + 1).is_some_and(u8::is_ascii_digit),
        Some(b'%') => true,
        Some(b' ' | b'\n') => RATES.iter().any(|unit| text[end + 1..].starts_with(unit)),
        _ => false,
    }
}

/// What makes a number before it a rate rather than an amount without a currency.
const RATES: [&[u8]; 7] = [
    b"%",
    b"per cent",
    b"percent",
    b"proc",
    b"p.p",
    b"pkt",
    b"punkt",
];

/// Hundredths from a number as written, and whether it had decimals.
pub(crate) fn read_amount(written: &str) -> Option<(i64, bool)> {
    let text: String = written
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\'')
        .map(|c| match c {
            'o' => '0',
            'l' => '1',
            other => other,
        })
        .collect();
    let cut = text.rfind(['.', ',']).filter(|at| text.len() - at == 3);
    let (whole, cents) = match cut {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text.as_str(), "00"),
    };
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    if whole.len() > 13 || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let minor = format!("{whole}{cents}").parse().ok()?;
    Some((minor, cut.is_some()))
}

fn canonical(minor: i64) -> String {
    model::Money::from_minor(minor, model::Currency::PLN).to_string()
}

#[cfg(test)]
mod tests {
    use super::monies;
    use crate::layout::Flow;

    fn check(text: &str, expected: &[(&str, Option<&str>)]) {
        let found = monies(&Flow::from_text(text));
        let found: Vec<_> = found.iter().map(|c| (c.value.as_str(), c.unit)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn amounts_are_read_in_every_punctuation() {
        let pln = Some("PLN");
        for text in [
            "31 000,00 zł",
            "31\u{a0}000,00 zł",
            "31.000,00 PLN",
            "31000,00 złotych",
            "PLN 31,000.00",
            "31 000 zł",
            "31.000 zł",
            "31000 PLN",
            "31 000,- zł",
            "31 OOO,00 zł",
            "31 000, 00 zł",
            "31 000,00zł",
            "........31 000,00 zł........",
            "31'000.00 PLN",
        ] {
            check(text, &[("31000.00", pln)]);
        }
        check(
            "EUR 1,250,000.00 oraz 15,50",
            &[("1250000.00", Some("EUR")), ("15.50", None)],
        );
        check("rata 2. 1 250,00 zł", &[("1250.00", pln)]);
        check("1417 953,77 zł", &[("1417953.77", pln)]);
        check("w 2017 953,77 zł", &[("953.77", pln)]);
        check("w 48 ratach po 771,20 zł", &[("771.20", pln)]);
    }

    #[test]
    fn other_numbers_are_no_amounts() {
        for text in [
            "16.04.2025",
            "7,62%",
            "7,62 %",
            "§ 3 ust. 12",
            "2025 r.",
            "22 555 10 10",
        ] {
            check(text, &[]);
        }
    }
}
