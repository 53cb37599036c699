//! What a word of a page may be if the scanner misread it: its other readings, and its repairs.
//!
//! Documents and marks go the same way, so that what is found through a guess is marked too.

use crate::analysis::{Analyzer, GUESS, NEXT_POSITION, Reading, SAME_POSITION, Token, tokens};
use crate::entry::{OtherReading, PageText};

/// Other readings of one word that are taken.
const MAX_OF_A_WORD: usize = 4;

/// The guesses at one word: words, none of them what was read.
pub(crate) fn guesses(
    page: &PageText<'_>,
    token: &Token<'_>,
    analyzer: &mut Analyzer,
) -> Vec<String> {
    let mut words = other_readings(&page.readings, token);
    for repaired in analyzer.guesses(&token.word) {
        if !words.contains(repaired) {
            words.push(repaired.clone());
        }
    }
    words
}

fn other_readings(readings: &[OtherReading], token: &Token<'_>) -> Vec<String> {
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

/// The terms of a guess at a word whose own terms are given, each marked as a guess.
pub(crate) fn guessed_terms(
    own: &str,
    guesses: &[String],
    reading: Reading,
    analyzer: &mut Analyzer,
) -> String {
    let mut marked = String::new();
    for guess in guesses {
        for term in analyzer.terms(guess, reading).split(SAME_POSITION) {
            if !own.split(SAME_POSITION).any(|known| known == term) {
                marked.push(SAME_POSITION);
                marked.push(GUESS);
                marked.push_str(term);
            }
        }
    }
    debug_assert!(!marked.contains(NEXT_POSITION), "one position");
    marked
}

#[cfg(test)]
mod tests {
    use super::guesses;
    use crate::analysis::{Analyzer, tokens};
    use crate::entry::{OtherReading, PageText};

    #[test]
    fn other_readings_belong_to_their_word() {
        let text = "„Zakład\" hipoteczncgo Kcwal";
        let reading = |word: &str, text: &str| OtherReading {
            at: page_at(word),
            text: text.to_owned(),
        };
        fn page_at(word: &str) -> usize {
            "„Zakład\" hipoteczncgo Kcwal".find(word).unwrap()
        }
        let page = PageText {
            readings: vec![
                reading("„", "„Zaklad\""),
                reading("Kcwal", "Kowal,"),
                reading("Kcwal", "Kc wal"),
            ],
            ..PageText::new(1, text)
        };
        let mut analyzer = Analyzer::default();
        let all: Vec<Vec<String>> = tokens(text)
            .iter()
            .map(|token| guesses(&page, token, &mut analyzer))
            .collect();
        assert_eq!(all[0], ["zaklad"]);
        assert_eq!(all[1], ["hipotecznego"]);
        assert!(all[2].contains(&"kowal".to_owned()), "{all:?}");
    }
}
