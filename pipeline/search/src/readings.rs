//! What a word of a page may be instead of what was read: the other readings OCR gave.
//!
//! Documents and marks go the same way, so that what is found through a guess is marked too.

use crate::analysis::{Token, tokens};
use crate::entry::OtherReading;

/// Other readings of one word that are taken.
const MAX_OF_A_WORD: usize = 4;

/// The other readings that a page has for one word, none of them what was read.
pub(crate) fn other_readings(readings: &[OtherReading], token: &Token<'_>) -> Vec<String> {
    if readings.is_empty() {
        return Vec::new();
    }
    // A word as it was read may begin with signs that are no part of the token.
    let from = readings.partition_point(|reading| reading.at + MAX_SIGNS < token.range.start);
    let near = readings[from..]
        .iter()
        .take_while(|reading| reading.at < token.range.end);
    let mut words = Vec::new();
    for reading in near {
        if reading.at + leading_signs(&reading.text) < token.range.start {
            continue;
        }
        if let [one] = &tokens(&reading.text)[..]
            && one.word != token.word
            && words.len() < MAX_OF_A_WORD
        {
            words.push(one.word.to_string());
        }
    }
    words
}

/// Signs in front of a word that are looked past, in bytes.
const MAX_SIGNS: usize = 4;

fn leading_signs(text: &str) -> usize {
    let sign = |c: &char| !c.is_alphanumeric();
    text.chars().take_while(sign).map(char::len_utf8).sum()
}

#[cfg(test)]
mod tests {
    use super::other_readings;
    use crate::analysis::tokens;
    use crate::entry::OtherReading;

    #[test]
    fn other_readings_belong_to_their_word() {
        let text = "„Zakład\" hipoteczncgo Kcwal";
        let reading = |word: &str, other: &str| OtherReading {
            at: text.find(word).unwrap(),
            text: other.to_owned(),
        };
        let readings = [
            reading("„", "„Zaklad\""),
            reading("Kcwal", "Kowal,"),
            reading("Kcwal", "Kc wal"),
        ];
        let all: Vec<Vec<String>> = tokens(text)
            .iter()
            .map(|token| other_readings(&readings, token))
            .collect();
        assert_eq!(all[0], ["zaklad"]);
        assert!(all[1].is_empty());
        assert_eq!(all[2], ["kowal"]);
    }
}
