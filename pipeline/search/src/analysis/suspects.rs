//! Identifiers that a scanner may have misread: digits taken for letters or for one another.
//!
//! A run of characters that is no identifier as read, but whose check digit fits when letters are
//! read as the digits they resemble, or when one digit is exchanged for one it is confused with, is
//! *suspected* to be that identifier. A suspicion never replaces what was read and counts for less.

use super::numbers::{CheckSum, Spot, gap, is_identifier};
use super::terms::GUESS;
use super::tokens::Token;

/// Digits that are taken for each other.
const CONFUSED: [(u8, u8); 11] = [
    (b'0', b'8'),
    (b'0', b'6'),
    (b'1', b'7'),
    (b'1', b'4'),
    (b'2', b'7'),
    (b'3', b'8'),
    (b'5', b'6'),
    (b'6', b'8'),
    (b'3', b'9'),
    (b'4', b'9'),
    (b'5', b'8'),
];
/// Suspicions kept of one run; more would mean that none is worth having.
const KEPT: usize = 4;
/// An account has 26 digits, and is the longest.
const LONGEST: usize = 26;

/// The identifiers that misread runs of a text may be, their terms marked as guesses.
#[must_use]
pub fn suspects(text: &str, tokens: &[Token<'_>]) -> Vec<Spot> {
    let mut found = Vec::new();
    let mut first = 0;
    while first < tokens.len() {
        let digits = tokens[first].word.bytes().any(|b| b.is_ascii_digit());
        let end = if digits {
            run_end(text, tokens, first)
        } else {
            first
        };
        if end == first {
            first += 1;
            continue;
        }
        let run: String = tokens[first..end].iter().map(|t| &*t.word).collect();
        let run = run.strip_prefix("pl").unwrap_or(&run);
        found.extend(suspected(run).into_iter().map(|digits| Spot {
            tokens: first..end,
            term: format!("{GUESS}%{digits}"),
        }));
        first = end;
    }
    found
}

/// The end of the run of digits and their look-alikes that begins with a token; `first` for none.
fn run_end(text: &str, tokens: &[Token<'_>], first: usize) -> usize {
    let mut end = first;
    let mut length = 0;
    while let Some(token) = tokens.get(end) {
        let digits = token.word.bytes().filter(u8::is_ascii_digit).count();
        let alike = token.word.chars().all(|c| digit(c).is_some());
        let prefix = end == first && token.word.starts_with("pl") && digits > 0;
        if !(alike || prefix) || digits == 0 || length + token.word.len() > LONGEST + 2 {
            break;
        }
        length += token.word.len();
        end += 1;
        if !matches!(gap(text, tokens, end - 1), Some(" " | "-" | "\u{a0}")) {
            break;
        }
    }
    end
}

const fn digit(letter: char) -> Option<u8> {
    Some(match letter {
        '0'..='9' => letter as u8,
        'o' | 'd' | 'q' => b'0',
        'i' | 'l' | 'ł' => b'1',
        'z' => b'2',
        's' => b'5',
        'g' => b'6',
        'b' => b'8',
        _ => return None,
    })
}

/// The identifiers that a run may be and is not.
fn suspected(run: &str) -> Vec<String> {
    let digits: Option<Vec<u8>> = run.chars().map(digit).collect();
    let Some((mut digits, sum)) = digits.and_then(|digits| {
        let sum = CheckSum::of(digits.len())?;
        Some((digits, sum))
    }) else {
        return Vec::new();
    };
    if is_identifier(&text(&digits)) {
        let as_read = run.as_bytes() == digits;
        return if as_read {
            Vec::new()
        } else {
            vec![text(&digits)]
        };
    }
    let read_sum = sum.of_digits(&digits);
    let mut found = Vec::new();
    for at in 0..digits.len() {
        let read = digits[at];
        for (a, b) in CONFUSED {
            let other = match read {
                _ if read == a => b,
                _ if read == b => a,
                _ => continue,
            };
            if !sum.fits(sum.exchanged(read_sum, at, read, other)) {
                continue;
            }
            digits[at] = other;
            let changed = text(&digits);
            if is_identifier(&changed) {
                found.push(changed);
            }
        }
        digits[at] = read;
    }
    if found.len() > KEPT {
        found.clear();
    }
    found
}

fn text(digits: &[u8]) -> String {
    digits.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::suspects;
    use crate::analysis::tokens;

    #[test]
    fn a_misread_identifier_is_suspected_and_a_sound_one_is_not() {
        let check = |text: &str, expected: Option<&str>| {
            let found = suspects(text, &tokens(text));
            let terms: Vec<&str> = found.iter().map(|spot| spot.term.as_str()).collect();
            match expected {
                Some(expected) => assert!(terms.contains(&expected), "{text}: {terms:?}"),
                None => assert!(terms.is_empty(), "{text}: {terms:?}"),
            }
        };
        check("PESEL 44051401359", None);
        check("PESEL 440S14O1359", Some("?%44051401359"));
        check("PESEL 44O5I4O1359.", Some("?%44051401359"));
        check("PESEL 44051407359", Some("?%44051401359"));
        check("61 1090 1014 0000 0712 1981 2874", None);
        check(
            "rachunek 61 1090 1014 0000 0712 1987 2874",
            Some("?%61109010140000071219812874"),
        );
        check("umowa do dnia 5 lipca", None);
    }
}
