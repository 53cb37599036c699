//! Numbers and identifiers in running text, in one form however they were written.
//!
//! Three kinds, each with its mark in front so that they never meet by accident:
//! - `%` an identifier whose check digit fits (PESEL, NIP, REGON, account number): its digits;
//! - `#` a number of four digits or more, thousands joined: `10 000,50` is `#10000` and `#10000,50`;
//! - `@` a number of a paper, letters and digits joined by `/`, `-` or `_`: `KH/2024/00123`, with
//!   `O`, `I` and `L` as the digits they are misread for.
//!
//! Nothing is repaired here: an identifier whose check digit does not fit is no identifier.

use super::fold::fold;
use super::tokens::Token;
use model::{Nip, Nrb, Pesel, Regon};
use std::ops::Range;

/// A number found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The tokens it takes.
    pub tokens: Range<usize>,
    /// Its one form, with its mark.
    pub term: String,
}

/// The longest run of digits that is tried: `PL` apart, an account has 26.
const MAX_DIGITS: usize = 26;
/// Bounds on the number of a paper, in letters and digits.
const PAPER_NUMBER: Range<usize> = 4..33;

/// All numbers of a text whose tokens are given.
#[must_use]
pub fn spots(text: &str, tokens: &[Token<'_>]) -> Vec<Spot> {
    let mut found = Vec::new();
    for first in 0..tokens.len() {
        if tokens[first].word.bytes().any(|b| b.is_ascii_digit()) {
            identifier(text, tokens, first, &mut found);
            amount(text, tokens, first, &mut found);
        }
    }
    paper_numbers(text, tokens, &mut found);
    found
}

/// What stands between a token and the next.
pub(super) fn gap<'t>(text: &'t str, tokens: &[Token<'_>], after: usize) -> Option<&'t str> {
    let next = tokens.get(after + 1)?;
    text.get(tokens[after].range.end..next.range.start)
}

fn is_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

fn identifier(text: &str, tokens: &[Token<'_>], first: usize, found: &mut Vec<Spot>) {
    let mut digits = String::new();
    for (n, token) in tokens.iter().enumerate().skip(first) {
        let word = if n == first {
            token.word.strip_prefix("pl").unwrap_or(&token.word)
        } else {
            &token.word
        };
        if !is_digits(word) || digits.len() + word.len() > MAX_DIGITS {
            return;
        }
        digits.push_str(word);
        if is_identifier(&digits) {
            found.push(Spot {
                tokens: first..n + 1,
                term: format!("%{digits}"),
            });
        }
        let joined = |c: char| c == '-' || (c.is_whitespace() && c != '\n');
        match gap(text, tokens, n) {
            Some(gap) if gap.chars().count() == 1 && gap.chars().all(joined) => {}
            _ => return,
        }
    }
}

/// Whether the digits are an identifier by their check digit.
pub(super) fn is_identifier(digits: &str) -> bool {
    if CheckSum::of(digits.len()).is_some_and(|sum| !sum.fits(sum.of_digits(digits.as_bytes()))) {
        return false;
    }
    match digits.len() {
        9 | 14 => Regon::parse(digits).is_ok(),
        10 => Nip::parse(digits).is_ok(),
        11 => Pesel::parse(digits).is_ok(),
        26 => Nrb::parse(digits).is_ok(),
        _ => false,
    }
}

/// The weighted sum by which an identifier of some length checks itself. A sum that does not fit
/// rules the identifier out at little cost; one that fits says nothing yet.
pub(super) struct CheckSum {
    weights: &'static [u32],
    modulus: u32,
    remainder: u32,
}

impl CheckSum {
    /// The sum of NIP, PESEL and account number; none for other lengths.
    pub(super) fn of(length: usize) -> Option<Self> {
        let (weights, modulus, remainder): (&[u32], u32, u32) = match length {
            // The last digit is the rest of the others: with the weight -1 the sum leaves nothing.
            10 => (&[6, 5, 7, 2, 3, 4, 5, 6, 7, 10], 11, 0),
            11 => (&[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1], 10, 0),
            // ISO 7064: the account, `PL` as 2521 and the two check digits leave 1 in all, and `PL` 94.
            26 => (&ACCOUNT_WEIGHTS, 97, 1 + 97 - 94),
            _ => return None,
        };
        Some(Self {
            weights,
            modulus,
            remainder,
        })
    }

    pub(super) fn of_digits(&self, digits: &[u8]) -> u32 {
        let digits = digits.iter().map(|digit| u32::from(digit - b'0'));
        digits
            .zip(self.weights)
            .map(|(digit, weight)| digit * weight)
            .sum()
    }

    /// The sum after one digit was exchanged for another.
    pub(super) fn exchanged(&self, sum: u32, at: usize, read: u8, other: u8) -> u32 {
        let weight = self.weights[at];
        sum + weight * u32::from(other - b'0') - weight * u32::from(read - b'0')
    }

    pub(super) const fn fits(&self, sum: u32) -> bool {
        sum % self.modulus == self.remainder
    }
}

/// Powers of ten modulo 97: the first two digits stand behind the others when they are checked.
const ACCOUNT_WEIGHTS: [u32; 26] = {
    let mut weights = [0; 26];
    let mut power = 1;
    let mut at = 0;
    while at < 30 {
        match at {
            0 => weights[1] = power,
            1 => weights[0] = power,
            2..6 => {}
            _ => weights[31 - at] = power,
        }
        power = power * 10 % 97;
        at += 1;
    }
    weights
};

fn amount(text: &str, tokens: &[Token<'_>], first: usize, found: &mut Vec<Spot>) {
    if !is_digits(&tokens[first].word) || continues_a_number(text, tokens, first) {
        return;
    }
    let mut digits = tokens[first].word.to_string();
    let mut last = first;
    if digits.len() <= 3 {
        let thousands = |gap: &str| matches!(gap, " " | "\u{a0}" | "\u{202f}" | "\u{2009}" | ".");
        while let (Some(gap), Some(next)) = (gap(text, tokens, last), tokens.get(last + 1)) {
            if !thousands(gap) || next.word.len() != 3 || !is_digits(&next.word) {
                break;
            }
            digits.push_str(&next.word);
            last += 1;
        }
    }
    let digits = digits.trim_start_matches('0');
    if !(4..=15).contains(&digits.len()) {
        return;
    }
    let mut add = |last: usize, term: String| {
        found.push(Spot {
            tokens: first..last + 1,
            term,
        });
    };
    if let (Some("," | "."), Some(cents)) = (gap(text, tokens, last), tokens.get(last + 1))
        && cents.word.len() == 2
        && is_digits(&cents.word)
    {
        last += 1;
        if cents.word != "00" {
            add(last, format!("#{digits},{}", cents.word));
        }
    }
    add(last, format!("#{digits}"));
}

/// Whether the token is a later group of three of the number before it.
fn continues_a_number(text: &str, tokens: &[Token<'_>], at: usize) -> bool {
    tokens[at].word.len() == 3
        && at > 0
        && is_digits(&tokens[at - 1].word)
        && matches!(
            gap(text, tokens, at - 1),
            Some(" " | "\u{a0}" | "\u{202f}" | "\u{2009}" | ".")
        )
        && tokens[at - 1].word.len() <= 3
}

fn paper_numbers(text: &str, tokens: &[Token<'_>], found: &mut Vec<Spot>) {
    let mut first = 0;
    while first < tokens.len() {
        let mut end = first + 1;
        while gap(text, tokens, end - 1)
            .is_some_and(|gap| gap != " " && is_joint(gap.trim_matches(' ')))
        {
            end += 1;
        }
        let range = first..end;
        if end - first > 1 {
            let parts = tokens[range.clone()].iter().map(|token| &*token.word);
            let written: String = parts.collect();
            let term = paper_number(&written);
            let digits = written.bytes().any(|b| b.is_ascii_digit());
            if PAPER_NUMBER.contains(&term.len()) && digits {
                found.push(Spot {
                    tokens: range,
                    term: format!("@{term}"),
                });
            }
        }
        first = end;
    }
}

fn is_joint(gap: &str) -> bool {
    matches!(gap, "/" | "-" | "_" | "\\" | "\u{2013}")
}

/// The one form of a paper's number: letters and digits only, upper case, no accents, `O`, `I` and
/// `L` as digits.
#[must_use]
pub fn paper_number(written: &str) -> String {
    let letters = fold(written).to_uppercase();
    let kept = letters.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|c| match c {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{CheckSum, spots};
    use crate::analysis::tokens;
    use model::{Nip, Nrb, Pesel};
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&str]) {
        let tokens = tokens(text);
        let mut found: Vec<String> = spots(text, &tokens).into_iter().map(|s| s.term).collect();
        found.sort();
        let mut expected: Vec<&str> = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn one_form_however_written() {
        check("PESEL 44051401359.", &["%44051401359", "#44051401359"]);
        check("PESEL 44051401358.", &["#44051401358"]);
        check("NIP 526-025-02-74", &["%5260250274", "@5260250274"]);
        check("kwota 10 000,00 zł", &["#10000"]);
        check("kwota 10.000,50 zł", &["#10000", "#10000,50"]);
        check("kwota 10000", &["#10000"]);
        check("1 250 000", &["#1250000"]);
        check("lat 12", &[]);
        check("umowa KH/2024/OO123", &["@KH202400123", "#2024"]);
        check("umowa kh-2024-00123", &["@KH202400123", "#2024"]);
        check("i/lub", &[]);
        check(
            "PL61 1090 1014 0000 0712 1981 2874",
            &[
                "%61109010140000071219812874",
                "#1090",
                "#1014",
                "#1981",
                "#2874",
            ],
        );
    }

    proptest! {
        #[test]
        fn a_check_sum_rules_out_no_identifier(digits in "[0-9]{24}", day in 10_u32..29, tail in "[0-9]{4}") {
            let born = format!("8507{day}{tail}");
            let last = (0..10).map(|last| format!("{born}{last}"));
            let sound: Vec<String> = last.filter(|text| Pesel::parse(text).is_ok()).collect();
            prop_assert_eq!(sound.len(), 1);
            let last = (0..10).map(|last| format!("{}{last}", &digits[..9]));
            let sound = sound.into_iter().chain(last.filter(|text| Nip::parse(text).is_ok()));
            let first = (0..100).map(|first| format!("{first:02}{digits}"));
            let sound = sound.chain(first.filter(|text| Nrb::parse(text).is_ok()));
            for text in sound {
                let sum = CheckSum::of(text.len()).unwrap();
                let whole = sum.of_digits(text.as_bytes());
                prop_assert!(sum.fits(whole), "{text}");
                let (at, read) = (text.len() / 2, text.as_bytes()[text.len() / 2]);
                let there = sum.exchanged(whole, at, read, b'9');
                prop_assert_eq!(sum.exchanged(there, at, b'9', read), whole);
            }
        }

        #[test]
        fn spots_lie_inside(text in "([0-9]{1,12}[ ,./-]{1,2}|\\PC{0,3}){0,12}") {
            let tokens = tokens(&text);
            for spot in spots(&text, &tokens) {
                prop_assert!(spot.tokens.start < spot.tokens.end);
                prop_assert!(spot.tokens.end <= tokens.len());
            }
        }
    }
}
