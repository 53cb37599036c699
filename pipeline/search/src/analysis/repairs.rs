//! What a scanner may have made of a word: known words that differ by what OCR confuses.
//!
//! A repair is *proven* when the word as read is in no dictionary and the repaired one is. It is
//! indexed beside what was read, at the same position and for less, and never in its place.

use super::dictionary::Dictionary;
use super::fold::fold;
use super::words::Words;

/// What is taken for what, both ways; letters without accents, as words are looked up without.
pub(crate) const CONFUSED: [(&str, &str); 30] = [
    ("rn", "m"),
    ("l", "1"),
    ("l", "i"),
    ("i", "1"),
    ("l", "t"),
    ("t", "f"),
    ("t", "r"),
    ("o", "0"),
    ("o", "c"),
    ("o", "e"),
    ("o", "a"),
    ("c", "e"),
    ("e", "a"),
    ("e", "g"),
    ("g", "q"),
    ("g", "9"),
    ("s", "5"),
    ("s", "a"),
    ("z", "2"),
    ("z", "s"),
    ("b", "8"),
    ("b", "6"),
    ("b", "h"),
    ("h", "n"),
    ("n", "u"),
    ("n", "r"),
    ("ni", "m"),
    ("vv", "w"),
    ("cl", "d"),
    ("v", "y"),
];

/// Words shorter than this have too many neighbours, in letters.
const SHORTEST: usize = 4;
/// Longer words are not tried, in letters: nothing that long is one word misread.
const LONGEST: usize = 24;
/// Repairs kept of one word; more would mean that none is proven.
const KEPT: usize = 4;

/// The known words that a word in no dictionary may have been, without accents; none where there
/// are more than could be meant.
pub(super) fn repairs(word: &str, dictionary: &Dictionary, words: &Words) -> Vec<String> {
    let word = fold(word);
    let letters = word.chars().count();
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if !(SHORTEST..=LONGEST).contains(&letters) || digits * 2 >= letters || !word.is_ascii() {
        return Vec::new();
    }
    let mut found: Vec<String> = Vec::new();
    // Where no listed word begins as this one does, changing a later letter helps no more.
    let mut read = Some(dictionary.beginning());
    for at in 0..word.len() {
        if read.is_none() && words.is_empty() {
            break;
        }
        for (a, b) in CONFUSED.into_iter().chain(CONFUSED.map(|(a, b)| (b, a))) {
            let Some(rest) = word[at..].strip_prefix(a) else {
                continue;
            };
            let changed = read.and_then(|read| dictionary.read_on(read, b));
            let whole = changed.and_then(|read| dictionary.read_on(read, rest));
            let listed = whole.is_some_and(|read| dictionary.is_word(read));
            if !listed && words.is_empty() {
                continue;
            }
            let repaired = [&word[..at], b, rest].concat();
            if !found.contains(&repaired) && (listed || words.lemma(&repaired).is_some()) {
                found.push(repaired);
            }
        }
        read = read.and_then(|read| dictionary.read_on(read, &word[at..=at]));
    }
    if found.len() > KEPT {
        found.clear();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::repairs;
    use crate::analysis::{Dictionary, Words};

    #[test]
    fn a_misread_word_is_repaired_only_to_a_known_one() {
        let words = Words::parse("frankowicz: frankowiczem").unwrap();
        for (read, expected) in [
            ("porninięty", Some("pominiety")),
            ("poręczycie1", Some("poreczyciel")),
            ("hipoteczncgo", Some("hipotecznego")),
            ("kowaiski", Some("kowalski")),
            ("frankowlcz", Some("frankowicz")),
            ("brzęczyszczykiewicz", None),
            ("xyz", None),
            ("2024", None),
            ("kg2024", None),
            ("", None),
        ] {
            let found = repairs(read, Dictionary::polish(), &words);
            assert_eq!(
                found.first().map(String::as_str),
                expected,
                "{read}: {found:?}"
            );
        }
    }
}
