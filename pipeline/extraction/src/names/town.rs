//! Towns that no list knows, from the locative that follows „w” to the nominative: by the same town
//! in an address of the document, else by the commonest pattern of its ending.

use crate::text::fold;

/// Endings of the locative with the nominative they mostly come from, longer ones first.
const ENDINGS: [(&str, &str); 44] = [
    ("icach", "ice"),
    ("ycach", "yce"),
    ("owie", "ów"),
    ("ewie", "ew"),
    ("źnie", "zno"),
    ("śnie", "sno"),
    ("szczy", "szcz"),
    ("inie", "in"),
    ("ynie", "yn"),
    ("onie", "on"),
    ("dnie", "dno"),
    ("nnie", "nno"),
    ("lnie", "lno"),
    ("bnie", "bno"),
    ("kach", "ki"),
    ("gach", "gi"),
    ("cach", "ce"),
    ("lach", "le"),
    ("żach", "że"),
    ("ach", "y"),
    ("cku", "ck"),
    ("icy", "ica"),
    ("ycy", "yca"),
    ("niu", "ń"),
    ("wiu", "w"),
    ("miu", "m"),
    ("biu", "b"),
    ("siu", "ś"),
    ("ziu", "ź"),
    ("szu", "sz"),
    ("czu", "cz"),
    ("rzu", "rz"),
    ("dzu", "dz"),
    ("lu", "l"),
    ("żu", "ż"),
    ("cu", "ec"),
    ("ku", "k"),
    ("gu", "g"),
    ("ży", "ża"),
    ("cy", "ca"),
    ("czy", "cz"),
    ("awie", "awa"),
    ("ynce", "ynka"),
    ("ówce", "ówka"),
];

/// Endings of adjectives that are part of a town's name.
const ADJECTIVES: [(&str, &str); 6] = [
    ("kim", "ki"),
    ("kiej", "ka"),
    ("ich", "ie"),
    ("ych", "e"),
    ("ym", "y"),
    ("ej", "a"),
];

/// The nominative of a town written in the locative; `known` are towns of the document's addresses.
pub(crate) fn from_locative(written: &str, known: &[String]) -> Option<String> {
    let same = |town: &&String| alike(&fold(town), &fold(written));
    if let Some(town) = known.iter().find(same) {
        return Some(town.clone());
    }
    let words: Vec<&str> = written.split(' ').collect();
    let several = words.len() > 1;
    let straight: Option<Vec<String>> = words
        .iter()
        .map(|word| {
            let adjective = several.then(|| exchange(word, &ADJECTIVES)).flatten();
            adjective.or_else(|| exchange(word, &ENDINGS))
        })
        .collect();
    straight.map(|words| words.join(" "))
}

fn exchange(word: &str, endings: &[(&str, &str)]) -> Option<String> {
    let longest = endings
        .iter()
        .filter(|(ending, _)| word.len() > ending.len() + 1 && word.ends_with(ending))
        .max_by_key(|(ending, _)| ending.len());
    longest.map(|(ending, nominative)| {
        format!("{}{nominative}", word.strip_suffix(ending).unwrap_or(word))
    })
}

/// Whether two forms of a name differ by their ending only: „mielec” and „mielcu”.
fn alike(town: &str, form: &str) -> bool {
    let common = town
        .bytes()
        .zip(form.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let longest = town.len().max(form.len());
    common >= 3 && common * 5 >= longest * 3 && town.len().abs_diff(form.len()) <= 3
}

#[cfg(test)]
mod tests {
    use super::from_locative;

    #[test]
    fn towns_come_back_from_the_locative() {
        for (written, expected) in [
            ("Pacanowie", "Pacanów"),
            ("Brodnicy", "Brodnica"),
            ("Ropczycach", "Ropczyce"),
            ("Busku", "Busk"),
            ("Nowym Staszowie", "Nowy Staszów"),
            ("Biskupcu", "Biskupec"),
            ("Wąbrzeźnie", "Wąbrzezno"),
        ] {
            assert_eq!(from_locative(written, &[]).as_deref(), Some(expected));
        }
        let known = [
            "Biskupiec".to_owned(),
            "Busko-Zdrój".to_owned(),
            "Wąbrzeźno".to_owned(),
        ];
        assert_eq!(
            from_locative("Biskupcu", &known).as_deref(),
            Some("Biskupiec")
        );
        assert_eq!(
            from_locative("Wąbrzeźnie", &known).as_deref(),
            Some("Wąbrzeźno")
        );
    }
}
