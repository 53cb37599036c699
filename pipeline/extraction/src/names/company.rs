//! Companies' names as Polish inflects them, brought back to the nominative. Only nouns that open a
//! company's name or its legal form are inflected, with the adjectives beside them; proper names in
//! it stay as written („Bankiem Spółdzielczym w Iłży”, „Bankiem Drwęca Mazurska Spółką Akcyjną”).

use crate::text::fold;

/// The gender of a noun, for the adjectives that go with it.
#[derive(Clone, Copy, PartialEq)]
enum Noun {
    Masculine,
    Feminine,
    Neuter,
}

/// Nouns of companies' names: nominative, other cases in the singular, gender.
const NOUNS: [(&str, &[&str], Noun); 11] = [
    ("Bank", &["bankiem", "banku", "bankowi"], Noun::Masculine),
    (
        "Spółka",
        &["spolka", "spolki", "spolce", "spolke"],
        Noun::Feminine,
    ),
    ("Kasa", &["kasa", "kasy", "kasie", "kase"], Noun::Feminine),
    (
        "Fundusz",
        &["funduszem", "funduszu", "funduszowi"],
        Noun::Masculine,
    ),
    ("Dom", &["domem", "domu", "domowi"], Noun::Masculine),
    (
        "Zakład",
        &["zakladem", "zakladu", "zakladowi"],
        Noun::Masculine,
    ),
    (
        "Oddział",
        &["oddzialem", "oddzialu", "oddzialowi"],
        Noun::Masculine,
    ),
    (
        "Grupa",
        &["grupa", "grupy", "grupie", "grupe"],
        Noun::Feminine,
    ),
    (
        "Fabryka",
        &["fabryka", "fabryki", "fabryce", "fabryke"],
        Noun::Feminine,
    ),
    (
        "Towarzystwo",
        &["towarzystwem", "towarzystwa", "towarzystwu"],
        Noun::Neuter,
    ),
    (
        "Przedsiębiorstwo",
        &["przedsiebiorstwem", "przedsiebiorstwa", "przedsiebiorstwu"],
        Noun::Neuter,
    ),
];

/// A company's name with its nouns and their adjectives in the nominative.
pub(crate) fn nominative(name: &str) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    let mut straight: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let mut at = 0;
    while at < words.len() {
        let Some((noun, gender)) = inflected(words[at]) else {
            at += 1;
            continue;
        };
        straight[at] = in_case_of(words[at], noun);
        // „Śląskim Bankiem”, „Bankiem Spółdzielczym”: adjectives stand before and after.
        for before in (0..at).rev() {
            match adjective(words[before], gender) {
                Some(word) => straight[before] = word,
                None => break,
            }
        }
        for after in at + 1..words.len() {
            match adjective(words[after], gender) {
                Some(word) => straight[after] = word,
                None => break,
            }
        }
        at += 1;
    }
    if let Some(opening) = feminine(&words) {
        straight[0] = opening;
    }
    straight.join(" ")
}

/// The noun that opens the name of a company whose legal form stands in the instrumental:
/// „Wytwórnią Okien „SZYBA” spółką z ograniczoną odpowiedzialnością”.
fn feminine(words: &[&str]) -> Option<String> {
    let stem = words.first()?.strip_suffix('ą')?;
    let instrumental = words[1..]
        .iter()
        .any(|word| word.to_lowercase() == "spółką");
    let noun = stem.chars().count() > 3 && stem.chars().all(char::is_alphabetic);
    (instrumental && noun).then(|| format!("{stem}a"))
}

/// The nominative of a noun that stands in another case.
fn inflected(word: &str) -> Option<(&'static str, Noun)> {
    let folded = fold(word);
    let (noun, _, gender) = NOUNS
        .iter()
        .find(|(noun, cases, _)| cases.contains(&folded.as_str()) && !same(noun, word))?;
    Some((noun, *gender))
}

/// Whether a word is the noun itself; „Spółką” is not „Spółka”, though both fold alike.
fn same(noun: &str, word: &str) -> bool {
    noun.to_lowercase() == word.to_lowercase() || word.is_ascii() && fold(noun) == fold(word)
}

/// A noun in capitals, with a capital or in small letters, as the word it stands for.
fn in_case_of(word: &str, noun: &str) -> String {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let first = letters.next().is_some_and(char::is_uppercase);
    if first && letters.next().is_some_and(char::is_uppercase) {
        noun.to_uppercase()
    } else if first {
        noun.to_owned()
    } else {
        noun.to_lowercase()
    }
}

/// An adjective in the nominative of a gender, where a word is one in another case.
fn adjective(word: &str, gender: Noun) -> Option<String> {
    let letters = word.chars().all(|c| c.is_alphabetic() || c == '-');
    if !letters || word.chars().count() < 5 {
        return None;
    }
    let capitals = word.chars().all(|c| !c.is_lowercase());
    let small = word.to_lowercase();
    let endings: &[(&str, &str)] = match gender {
        Noun::Masculine => &[
            ("kiego", "ki"),
            ("giego", "gi"),
            ("iego", "i"),
            ("ego", "y"),
            ("kiemu", "ki"),
            ("emu", "y"),
            ("kim", "ki"),
            ("gim", "gi"),
            ("im", "i"),
            ("ym", "y"),
        ],
        Noun::Feminine => &[
            ("kiej", "ka"),
            ("giej", "ga"),
            ("iej", "ia"),
            ("ej", "a"),
            ("ą", "a"),
        ],
        Noun::Neuter => &[("kiego", "kie"), ("ego", "e"), ("kim", "kie"), ("ym", "e")],
    };
    let straight = endings.iter().find_map(|(ending, nominative)| {
        Some(format!("{}{nominative}", small.strip_suffix(ending)?))
    })?;
    let kept: String = word
        .chars()
        .take_while(|c| c.is_uppercase())
        .take(1)
        .collect();
    Some(if capitals {
        straight.to_uppercase()
    } else if kept.is_empty() {
        straight
    } else {
        with_capitals_of(&straight, word)
    })
}

/// A word with capitals where another begins its parts with capitals („Oszczędnościowo-Kredytową”).
fn with_capitals_of(word: &str, model: &str) -> String {
    let mut parts = model.split('-');
    let cased = word.split('-').map(|part| {
        let capital = parts
            .next()
            .is_some_and(|p| p.starts_with(char::is_uppercase));
        let mut chars = part.chars();
        match chars.next().filter(|_| capital) {
            Some(first) => first.to_uppercase().chain(chars).collect(),
            None => part.to_owned(),
        }
    });
    cased.collect::<Vec<String>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::nominative;

    #[test]
    fn companies_come_back_to_the_nominative() {
        for (written, expected) in [
            (
                "Bankiem Drwęca Mazurska Spółką Akcyjną",
                "Bank Drwęca Mazurska Spółka Akcyjna",
            ),
            ("Bankiem Spółdzielczym w Iłży", "Bank Spółdzielczy w Iłży"),
            (
                "Śląskim Bankiem Przemysłowym S.A.",
                "Śląski Bank Przemysłowy S.A.",
            ),
            ("Bank Wiślany S.A.", "Bank Wiślany S.A."),
            ("BANKIEM ROLNYM SPÓŁKĄ AKCYJNĄ", "BANK ROLNY SPÓŁKA AKCYJNA"),
            (
                "Spółdzielczą Kasą Oszczędnościowo-Kredytową „Snop”",
                "Spółdzielcza Kasa Oszczędnościowo-Kredytowa „Snop”",
            ),
            (
                "Nowa Spółka z ograniczoną odpowiedzialnością",
                "Nowa Spółka z ograniczoną odpowiedzialnością",
            ),
            (
                "Kredytex Spółką z ograniczoną odpowiedzialnością",
                "Kredytex Spółka z ograniczoną odpowiedzialnością",
            ),
            (
                "Bank Brzegu Zachodniego Spółka Akcyjna",
                "Bank Brzegu Zachodniego Spółka Akcyjna",
            ),
            (
                "Bankiem Gospodarstwa Krajowego",
                "Bank Gospodarstwa Krajowego",
            ),
            (
                "Towarzystwem Kredytowym sp.j.",
                "Towarzystwo Kredytowe sp.j.",
            ),
        ] {
            assert_eq!(nominative(written), expected);
        }
    }
}
