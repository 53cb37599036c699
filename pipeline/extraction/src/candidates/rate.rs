//! Rates in percent, margins in percentage points, and reference rates by name.

use super::{Candidate, once, pattern};
use crate::layout::Flow;
use crate::schema::Kind;
use regex::Regex;
use std::sync::LazyLock;

once!(
    RATE,
    r"(?x)
    (?P<sign>-\s?)?(?P<number>[0-9ol]{1,4}(?:\s?[.,]\s?[0-9o]{1,6})?)
    [\s_.]{0,3}
    (?P<unit>p\.?\s?p\.?\b|pkt\.?\s+proc|punkt[a-z]*\s+procent|percentage\s+point|%|\*/o|o/o|0/0|proc\.|procent|per\s?cent)
    "
);
once!(
    REFERENCE,
    r"(?:(?P<lead>(?:jedno|trzy|szescio)-?miesieczn[a-z]*|[0-9]{1,2}[\s-]{1,2}(?:mies[a-z]*|month))\s+(?:stawk[a-z]{1,2}\s+)?)?\b(?P<name>wib[o0]r|wir[o0]n|p[o0]lstr|wibid|eurib[o0]r|lib[o0]r|sar[o0]n|estr|sofr|sonia)(?:\s?[a-z]{3}\b)?[\s-]{0,2}(?:\(?(?:dla\s+)?(?:depozytow|lokat)\s+|for\s+a\s+)?(?P<term>(?:[0-9il]{1,2}\s?[mwr]|o\s?m\b|[0-9il]{1,2}\s?[mwr](?:-c[a-z]*|ies[a-z]*)?\b)|[on]/n|(?:jedno|trzy|szescio)-?miesieczn[a-z]*|[0-9]{1,2}\s?-?\s?mies[a-z]*|(?:one|three|six)-month)?"
);

/// All rates and margins of the text.
///
/// The level of a reference rate, printed beside its name, is no rate of the credit.
pub(crate) fn rates(flow: &Flow, references: &[Candidate]) -> Vec<Candidate> {
    let text = flow.folded.as_str();
    let mut found = Vec::new();
    for captures in RATE.captures_iter(text) {
        let (Some(number), Some(unit)) = (captures.name("number"), captures.name("unit")) else {
            continue;
        };
        let before = number.start().checked_sub(1).map(|at| text.as_bytes()[at]);
        let inside = before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b',' || b == b'/');
        // „oprocentowanie” is no „0 procent”.
        let figure = number.as_str().contains(|c: char| c.is_ascii_digit())
            && !(unit.as_str() == "procent"
                && text[unit.end()..].starts_with(|c: char| c.is_ascii_alphabetic() && c != 'a'));
        let Some(value) = canonical(number.as_str()).filter(|_| figure && !inside) else {
            continue;
        };
        let points = ["p.", "pp", "pkt", "punkt", "percentage"];
        let percent = !points
            .iter()
            .any(|points| unit.as_str().starts_with(points));
        let kind = if percent { Kind::Rate } else { Kind::Points };
        let sign = captures.name("sign").filter(|m| {
            // „Marża – 2,35 p.p.”: a dash between spaces parts, it takes nothing away.
            let dash = m.as_str().len() > 1 && text[..m.start()].ends_with(' ');
            !dash
                && (m.start() == 0 || matches!(text.as_bytes()[m.start() - 1], b' ' | b'(' | b'\t'))
        });
        let value = if sign.is_some() && !percent {
            format!("-{value}")
        } else {
            value
        };
        let mut candidate = Candidate::new(kind, value, number.start()..unit.end());
        if percent && references.iter().any(|r| levels(text, r, number.start())) {
            candidate.quality = 0.2;
        }
        found.push(candidate);
    }
    found
}

/// Whether a number at a place says how high a reference rate is: „WIBOR 3M (obecnie 1,68%)”.
fn levels(text: &str, reference: &Candidate, number: usize) -> bool {
    if number < reference.span.end || number - reference.span.end > 75 {
        return false;
    }
    let gap = &text[reference.span.end..number];
    let apart = [
        "marz",
        "powieksz",
        "margin",
        "plus",
        "+",
        "oprocentowani",
        "lacznie",
        "\t",
        "\u{b}",
    ];
    let states = [
        "being",
        "wynosi",
        "obecnie",
        "aktualnie",
        "ktor",
        "tj.",
        "=",
        "wysokosci",
        "(",
        "which",
        "poziom",
        "wartosc",
    ];
    !apart.iter().any(|word| gap.contains(word))
        && !gap.contains([';', '%'])
        && !gap.contains(". ")
        && (gap.trim().is_empty() || states.iter().any(|word| gap.contains(word)))
}

/// Percent as a plain decimal: `7,62` → `7.62`, `6` → `6.00`.
fn canonical(written: &str) -> Option<String> {
    let text: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.replace(',', ".").replace('o', "0").replace('l', "1");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    // Two decimals at least and no idle zeros, so that „6 %”, „6,00 %” and „6,0000 %” are the same.
    let idle = rest.len() - rest.trim_end_matches('0').len();
    let rest = &rest[..rest.len() - idle.min(rest.len().saturating_sub(2))];
    Some(format!("{whole}.{rest:0<2}"))
}

/// All reference rates, as `WIBOR 3M`.
pub(crate) fn reference_rates(flow: &Flow) -> Vec<Candidate> {
    let mut found = Vec::new();
    for captures in REFERENCE.captures_iter(&flow.folded) {
        let Some(name) = captures.name("name") else {
            continue;
        };
        let bare = name.as_str().replace('0', "o").to_ascii_uppercase();
        let term = captures.name("term").or_else(|| captures.name("lead"));
        let term = term.map(|m| m.as_str());
        let value = match term.and_then(tenor) {
            Some(tenor) => format!("{bare} {tenor}"),
            None => bare,
        };
        let mut candidate = Candidate::new(
            Kind::ReferenceRate,
            value,
            name.start()..captures.name("term").map_or(name.end(), |m| m.end()),
        );
        candidate.quality = if candidate.value.contains(' ') {
            1.0
        } else {
            0.4
        };
        found.push(candidate);
    }
    found
}

fn tenor(term: &str) -> Option<String> {
    // „óM” is a misread „6M”.
    if term.starts_with('o') && term.ends_with('m') {
        return Some("6M".into());
    }
    if term.ends_with("/n") {
        return Some("ON".into());
    }
    for (word, tenor) in [
        ("jedno", "1M"),
        ("trzy", "3M"),
        ("szescio", "6M"),
        ("one-", "1M"),
        ("three-", "3M"),
        ("six-", "6M"),
    ] {
        if term.contains(word) {
            return Some(tenor.into());
        }
    }
    let number: String = term
        .chars()
        .take_while(|c| !matches!(c, 'm' | 'w' | 'r'))
        .collect::<String>();
    let number: String = number
        .chars()
        .filter_map(|c| match c {
            'i' | 'l' => Some('1'),
            c if c.is_ascii_digit() => Some(c),
            _ => None,
        })
        .collect();
    let unit = if term.contains('w') && !term.contains('m') {
        'W'
    } else {
        'M'
    };
    (!number.is_empty()).then(|| format!("{number}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::{rates, reference_rates};
    use crate::layout::Flow;

    #[test]
    fn rates_and_margins_are_told_apart() {
        let flow = Flow::from_text("stopa 7,62% marża 2,10 p.p. RRSO 12,5 % i 3 punkty procentowe");
        let found: Vec<_> = rates(&flow, &[])
            .into_iter()
            .map(|c| format!("{:?} {}", c.kind, c.value))
            .collect();
        assert_eq!(
            found,
            ["Rate 7.62", "Points 2.10", "Rate 12.50", "Points 3.00"]
        );
    }

    #[test]
    fn reference_rates_carry_their_term() {
        for (text, expected) in [
            ("stawka WIBOR 3M powiększona", "WIBOR 3M"),
            ("WIBOR dla depozytów 3-miesięcznych", "WIBOR 3M"),
            ("EURIBOR 6M", "EURIBOR 6M"),
            ("WIB0R lM", "WIBOR 1M"),
            ("POLSTR 1M", "POLSTR 1M"),
            ("wskaźnik SARON", "SARON"),
        ] {
            let found = reference_rates(&Flow::from_text(text));
            assert_eq!(
                found.first().map(|c| c.value.as_str()),
                Some(expected),
                "{text}"
            );
        }
    }
}
