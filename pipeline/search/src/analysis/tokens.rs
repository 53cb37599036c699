//! Cutting text into words, each with the bytes it stands on.
//!
//! A word is a run of letters and digits. A word broken by a hyphen at a line's end is one word,
//! unless both halves are words and the whole is none. Nothing is dropped: there are no stop words.

use super::dictionary::Dictionary;
use std::borrow::Cow;
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Longer words are cut here, in bytes: nothing that long is a word.
const MAX_WORD: usize = 96;

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// The bytes it stands on; of a broken word, both halves and what lies between.
    pub range: Range<usize>,
    /// Lower case, letters composed, hyphens at a line's end taken out.
    pub word: Cow<'t, str>,
}

/// The words of a text, in order.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::with_capacity(text.len() / 6);
    let mut at = 0;
    while let Some(start) = next_start(text, at) {
        let (end, plain) = word_end(text, start);
        let token = Token {
            range: start..end,
            word: normal(&text[start..end], plain),
        };
        let hyphen = found.last().map(|last| last.range.end);
        if hyphen.is_some_and(|end| start > end + 1 && broken(text, end, start)) {
            let last = found.pop().expect("the last was looked at above");
            join(text, last, token, &mut found);
        } else {
            found.push(token);
        }
        at = end;
    }
    found
}

fn next_start(text: &str, from: usize) -> Option<usize> {
    let mut letters = text[from..].char_indices();
    let found = letters.find(|(_, letter)| is_inside(*letter) != Inside::Outside);
    found.map(|(offset, _)| from + offset)
}

/// What a character is to a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// A letter or digit that stands in the index as it is.
    Plain,
    /// A letter or digit that has to be lowered or composed.
    Other,
    /// Not of the word.
    Outside,
}

/// The few characters that nearly all text consists of are told apart without a table.
fn is_inside(letter: char) -> Inside {
    match letter {
        'a'..='z' | '0'..='9' | 'ą' | 'ć' | 'ę' | 'ł' | 'ń' | 'ó' | 'ś' | 'ź' | 'ż' => {
            Inside::Plain
        }
        'A'..='Z' => Inside::Other,
        '\0'..='\x7f' => Inside::Outside,
        letter if letter.is_alphanumeric() => Inside::Other,
        _ => Inside::Outside,
    }
}

/// The end of the word that starts there, and whether it stands in the index as it is.
fn word_end(text: &str, start: usize) -> (usize, bool) {
    let mut plain = true;
    for (offset, letter) in text[start..].char_indices() {
        match is_inside(letter) {
            Inside::Plain => {}
            Inside::Other => plain = false,
            Inside::Outside if letter.is_ascii() || !is_combining_mark(letter) => {
                return (start + offset, plain);
            }
            Inside::Outside => plain = false,
        }
    }
    (text.len(), plain)
}

/// Up to here (Latin Extended-A) every letter is composed already, and none joins the one before it.
const LAST_COMPOSED: char = '\u{17f}';

/// Lower case and composed; without a copy where the text already is.
fn normal(word: &str, plain: bool) -> Cow<'_, str> {
    let word = &word[..word.floor_char_boundary(MAX_WORD)];
    if plain {
        Cow::Borrowed(word)
    } else if word.is_ascii() {
        Cow::Owned(word.to_ascii_lowercase())
    } else if word.chars().all(|letter| letter <= LAST_COMPOSED)
        || is_nfc_quick(word.chars()) == IsNormalized::Yes
    {
        Cow::Owned(word.to_lowercase())
    } else {
        Cow::Owned(word.nfc().collect::<String>().to_lowercase())
    }
}

/// Whether a hyphen and a line's end, and nothing else, stand between a word's end and the next.
fn broken(text: &str, end: usize, start: usize) -> bool {
    let mut between = text[end..start].chars();
    let hyphen = matches!(between.next(), Some('-' | '\u{2010}' | '\u{ad}' | '¬'));
    let rest = between.as_str();
    if !hyphen || !rest.contains('\n') || !rest.chars().all(char::is_whitespace) {
        return false;
    }
    let next = text[start..].chars().next();
    let before = text[..end].chars().next_back();
    match (before, next) {
        (Some(before), Some(next)) if before.is_alphabetic() => {
            next.is_lowercase() || (before.is_uppercase() && next.is_uppercase())
        }
        _ => false,
    }
}

fn join<'t>(text: &'t str, first: Token<'t>, second: Token<'t>, found: &mut Vec<Token<'t>>) {
    let dictionary = Dictionary::polish();
    let whole = format!("{}{}", first.word, second.word);
    let halves = dictionary.knows(&first.word) && dictionary.knows(&second.word);
    if halves && !dictionary.knows(&whole) {
        found.extend([first, second]);
        return;
    }
    debug_assert!(second.range.end <= text.len(), "tokens lie inside the text");
    found.push(Token {
        range: first.range.start..second.range.end,
        word: Cow::Owned(whole),
    });
}

#[cfg(test)]
mod tests {
    use super::tokens;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&str]) {
        let found = tokens(text);
        let words: Vec<&str> = found.iter().map(|token| &*token.word).collect();
        assert_eq!(words, expected, "{text}");
    }

    #[test]
    fn words_are_cut_and_joined() {
        check(
            "Umowa o kredyt nr KH/12",
            &["umowa", "o", "kredyt", "nr", "kh", "12"],
        );
        check("§ 5 ust. 2.", &["5", "ust", "2"]);
        check("kre-\ndytu", &["kredytu"]);
        check("kre\u{ad}\n  dytu", &["kredytu"]);
        check("kre-\r\ndytobior-\nca", &["kredytobiorca"]);
        check("KREDY-\nTOBIORCA", &["kredytobiorca"]);
        check("Brzęczysz-\nczykiewicz", &["brzęczyszczykiewicz"]);
        check(
            "spółka polsko-\nniemiecka",
            &["spółka", "polsko", "niemiecka"],
        );
        check("Nowak-\nKowalska", &["nowak", "kowalska"]);
        check("kredyt -\nrata", &["kredyt", "rata"]);
        check("biało-czerwony", &["biało", "czerwony"]);
        check("spłata\u{301} Z\u{307}aba", &["spłatá", "żaba"]);
        check("", &[]);
    }

    proptest! {
        #[test]
        fn ranges_are_in_order_and_inside(text in "\\PC{0,40}|([a-zął]{1,4}[- \n\u{301}]{1,2}){0,8}") {
            let mut last = 0;
            for token in tokens(&text) {
                prop_assert!(token.range.start >= last && token.range.end > token.range.start);
                prop_assert!(text.get(token.range.clone()).is_some());
                last = token.range.end;
            }
        }
    }
}
