//! Letters that Tesseract confuses where the word itself leaves no doubt: `0.0.` is `o.o.`, an
//! amount is in `zł`, a heading's number is Roman, no Polish word is a lone `ż`, and no address has
//! a `©`.
//!
//! Only forms that are nothing else in any document; what was read stays among the alternatives.

use crate::reading_order::OrderedLine;
use crate::second_look::Spotted;

/// Repairs the words of a page, line by line.
pub(crate) fn repair_confusions(words: &mut [Spotted], lines: &[OrderedLine]) {
    for line in lines {
        let mut before = None;
        for &index in &line.items {
            let text = words[index].text.clone();
            let repaired = company(&text)
                .or_else(|| before.as_deref().and_then(|before| currency(before, &text)))
                .or_else(|| whole_word(&text))
                .or_else(|| address(&text))
                .or_else(|| before.is_none().then(|| roman(&text)).flatten());
            before = Some(text);
            if let Some(repaired) = repaired {
                let read = std::mem::replace(&mut words[index].text, repaired);
                words[index].alternatives.insert(0, read);
            }
        }
    }
}

/// `0.0.` with what follows it: no number has two points and ends with one.
fn company(text: &str) -> Option<String> {
    let rest = ["0.0.", "0.o.", "o.0.", "O.O.", "0.O.", "O.0."]
        .iter()
        .find_map(|read| text.strip_prefix(read))?;
    marks(rest).then(|| format!("o.o.{rest}"))
}

/// Words that do not exist, and what they are read from: small grotesque print has its dots and
/// bars run into the letters.
const NO_WORDS: [(&str, &str); 6] = [
    ("ż", "z"),
    ("ź", "z"),
    ("ża", "za"),
    ("żł", "zł"),
    ("PŁN", "PLN"),
    ("uł", "ul"),
];

fn whole_word(text: &str) -> Option<String> {
    let end = text.trim_end_matches(marks_char).len();
    let (word, rest) = text.split_at(end);
    NO_WORDS
        .iter()
        .find(|(read, _)| *read == word)
        .map(|(_, meant)| format!("{meant}{rest}"))
}

/// `name©bank.pl`: the sign stands between a name and a domain.
fn address(text: &str) -> Option<String> {
    let (name, domain) = text.split_once(['©', '®'])?;
    let plain = |part: &str| {
        part.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ',' | ';' | ')'))
    };
    (!name.is_empty() && domain.contains('.') && plain(name) && plain(domain))
        .then(|| format!("{name}@{domain}"))
}

/// `zt`, `zi` or `zl` after a figure.
fn currency(before: &str, text: &str) -> Option<String> {
    let is_amount = before.ends_with(|c: char| c.is_ascii_digit());
    let rest = ["zt", "zi", "zl", "zI"]
        .iter()
        .find_map(|read| text.strip_prefix(read))?;
    (is_amount && marks(rest)).then(|| format!("zł{rest}"))
}

/// A line's first word of `I`, `V`, `X` and what looks like `I`, with a full stop.
fn roman(text: &str) -> Option<String> {
    let number = text.strip_suffix('.')?;
    let known = |c: char| matches!(c, 'I' | 'V' | 'X' | 'l' | 'i' | '|');
    let sure = number.starts_with(['I', 'V', 'X']) && number.contains(['l', 'i', '|']);
    let upright = |c: char| if matches!(c, 'V' | 'X') { c } else { 'I' };
    ((2..=5).contains(&number.len()) && sure && number.chars().all(known))
        .then(|| number.chars().map(upright).chain(['.']).collect())
}

fn marks(rest: &str) -> bool {
    rest.chars().all(marks_char)
}

fn marks_char(c: char) -> bool {
    matches!(c, ',' | '.' | ';' | ')' | ':')
}

#[cfg(test)]
mod tests {
    use super::repair_confusions;
    use crate::reading_order::OrderedLine;
    use crate::second_look::Spotted;
    use model::Place;

    fn check(read: &str, expected: &str) {
        let mut words: Vec<Spotted> = read
            .split(' ')
            .map(|text| Spotted {
                text: text.into(),
                place: Place::new(0, 0, 40, 20),
                confidence: 0.9,
                line: 0,
                alternatives: vec![],
            })
            .collect();
        let items = (0..words.len()).collect();
        repair_confusions(&mut words, &[OrderedLine { items, block: 0 }]);
        let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(text.join(" "), expected);
        for (word, read) in words.iter().zip(read.split(' ')) {
            assert!(word.text == read || word.alternatives == [read]);
        }
    }

    #[test]
    fn what_can_be_nothing_else_is_repaired() {
        check("Sp. z 0.0., Opole", "Sp. z o.o., Opole");
        check("kwota 15,00 zt, tj.", "kwota 15,00 zł, tj.");
        check("Iil. Ile to kosztuje", "III. Ile to kosztuje");
        check("XIl. Ubezpieczenie", "XII. Ubezpieczenie");
        check(
            "zgodnie ż umową, uł. Polna, 9,00 PŁN.",
            "zgodnie z umową, ul. Polna, 9,00 PLN.",
        );
        check(
            "adres iod©bank.example, tel.",
            "adres iod@bank.example, tel.",
        );
    }

    #[test]
    fn what_may_be_something_else_stays() {
        check("wersja 0.0.1 programu", "wersja 0.0.1 programu");
        check("od zt do", "od zt do");
        check("li. Ile", "li. Ile");
        check("że żart ©2025 Bank", "że żart ©2025 Bank");
        check("ustawa Il. tekst", "ustawa Il. tekst");
    }
}
