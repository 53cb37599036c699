//! Letters without their marks: `Brzęczyszczykiewicz` and `Brzeczyszczykiewicz` become one.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text with every letter's marks dropped and `ł`, `đ`, `ø`, `ß`, `æ`, `œ` spelt plainly.
/// Case is kept.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        match polish(letter) {
            Some(plain) => folded.push(plain),
            None => push_folded(&mut folded, letter),
        }
    }
    Cow::Owned(folded)
}

/// The common case: ASCII and Polish letters.
const fn polish(letter: char) -> Option<char> {
    Some(match letter {
        '\0'..='\x7f' => letter,
        'ą' => 'a',
        'ć' => 'c',
        'ę' => 'e',
        'ł' => 'l',
        'ń' => 'n',
        'ó' => 'o',
        'ś' => 's',
        'ź' | 'ż' => 'z',
        'Ą' => 'A',
        'Ć' => 'C',
        'Ę' => 'E',
        'Ł' => 'L',
        'Ń' => 'N',
        'Ó' => 'O',
        'Ś' => 'S',
        'Ź' | 'Ż' => 'Z',
        _ => return None,
    })
}

fn push_folded(out: &mut String, letter: char) {
    match letter {
        'đ' => out.push('d'),
        'Đ' => out.push('D'),
        'ø' => out.push('o'),
        'Ø' => out.push('O'),
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'Æ' => out.push_str("AE"),
        'œ' => out.push_str("oe"),
        'Œ' => out.push_str("OE"),
        _ => out.extend(
            std::iter::once(letter)
                .nfkd()
                .filter(|&c| !is_combining_mark(c)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn marks_go_and_letters_stay() {
        for (text, folded) in [
            ("Brzęczyszczykiewicz", "Brzeczyszczykiewicz"),
            ("ŻÓŁĆ gęślą jaźń", "ZOLC gesla jazn"),
            ("Müller Straße Dvořák", "Muller Strasse Dvorak"),
            ("e\u{328}", "e"),
            ("ﬁnanse", "finanse"),
            ("§ 5", "§ 5"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }
}
