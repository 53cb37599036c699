//! People's names as Polish inflects them, brought back to the nominative: „Janem Kowalskim” →
//! „Jan Kowalski”, „Panią Anną Nowak-Zielińską” → „Anna Nowak-Zielińska”.
//!
//! First names are data (`schemas/names.toml`, nominatives only); their cases are made by rule.
//! Surnames are brought back by the case and gender that the first name shows. A surname that
//! several nominatives could have made is decided by a nominative seen elsewhere in the document,
//! else by the commonest pattern.

pub(crate) mod company;
mod decline;
pub(crate) mod town;

use crate::text::fold;
use serde::Deserialize;
use std::collections::HashMap;

pub(crate) use decline::{singular_surname, surname};

/// The grammatical gender of a first name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gender {
    Female,
    Male,
}

/// Whether a form is the nominative or another case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Nominative,
    Instrumental,
    Other,
}

/// A first name in some case.
#[derive(Clone, Debug)]
pub(crate) struct First {
    pub(crate) nominative: String,
    pub(crate) gender: Gender,
    pub(crate) case: Case,
}

/// The first names that the schemas know, in all cases.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Towns by their folded nominative and locative.
    towns: HashMap<String, String>,
    forms: HashMap<String, Vec<(String, First)>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamesFile {
    women: Vec<String>,
    men: Vec<String>,
    /// Towns: nominative to locative („w …”).
    towns: HashMap<String, String>,
}

impl Names {
    /// The first names of `names.toml`.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let file: NamesFile = toml::from_str(text)?;
        let mut names = Self::default();
        for (list, gender) in [(file.women, Gender::Female), (file.men, Gender::Male)] {
            for nominative in list {
                for (form, case) in decline::forms(&nominative, gender) {
                    let first = First {
                        nominative: nominative.clone(),
                        gender,
                        case,
                    };
                    let known = names.forms.entry(fold(&form)).or_default();
                    if known
                        .iter()
                        .all(|(f, k)| *f != form || k.nominative != first.nominative)
                    {
                        known.push((form, first));
                    }
                }
            }
        }
        for (nominative, locative) in file.towns {
            names.towns.insert(fold(&locative), nominative.clone());
            names.towns.insert(fold(&nominative), nominative);
        }
        Ok(names)
    }

    /// A town in the nominative, from how it is written in the nominative or after „w”.
    pub(crate) fn town(&self, written: &str) -> Option<String> {
        self.towns.get(&fold(written)).cloned()
    }

    /// A first name that a word is in the nominative.
    pub(crate) fn nominative(&self, word: &str) -> Option<&str> {
        let word = title_case(word);
        let known = self.forms.get(&fold(&word))?;
        let nominative = |(_, first): &&(String, First)| {
            first.case == Case::Nominative && first.nominative == word
        };
        known
            .iter()
            .find(nominative)
            .map(|(_, first)| first.nominative.as_str())
    }

    /// What first name a word is; after words that ask for another case than the nominative, a form
    /// in such a case before one in the nominative: „poręczenie Henryka Drabika” is Henryk's.
    pub(crate) fn first_after(&self, word: &str, surname: &str, oblique: bool) -> Option<&First> {
        let first = self.first(word, surname)?;
        if !oblique || first.case != Case::Nominative {
            return Some(first);
        }
        let word = title_case(word);
        let mut forms = self.forms.get(&fold(&word))?.iter();
        let other = forms.find(|(form, f)| *form == word && f.case != Case::Nominative);
        Some(other.map_or(first, |(_, other)| other))
    }

    /// What first name a word is, in whatever case; a nominative before others, a form with the
    /// same diacritics before one without. The surname tells „Sławomira” him from her.
    pub(crate) fn first(&self, word: &str, surname: &str) -> Option<&First> {
        let word = title_case(word);
        let known = self.forms.get(&fold(&word))?;
        let surname = fold(surname);
        let ends = |endings: &[&str]| endings.iter().any(|ending| surname.ends_with(ending));
        let told = if ends(&["iego", "ego", "iemu", "emu", "iem", "em", "im", "ym", "owi"]) {
            Some((Gender::Male, false))
        } else if ends(&["ska", "cka", "dzka", "skiej", "ckiej", "na"]) {
            Some((Gender::Female, true))
        } else {
            None
        };
        let suits = |first: &First| {
            told.is_some_and(|(gender, nominative)| {
                first.gender == gender && (nominative || first.case != Case::Nominative)
            })
        };
        if let Some((_, first)) = known
            .iter()
            .find(|(form, first)| *form == word && suits(first))
        {
            return Some(first);
        }
        let exact = known.iter().filter(|(form, _)| *form == word);
        let best = exact.min_by_key(|(_, first)| first.case != Case::Nominative);
        let best = best.or_else(|| known.iter().min_by_key(|(_, f)| f.case != Case::Nominative));
        best.map(|(_, first)| first)
    }
}

/// A name with capitals only where a name has them: „KOWALSKA-NOWAK” → „Kowalska-Nowak”.
pub(crate) fn title_case(word: &str) -> String {
    if word
        .chars()
        .filter(|c| c.is_alphabetic())
        .any(char::is_lowercase)
    {
        return word.to_owned();
    }
    let parts = word.split('-').map(|part| {
        let mut chars = part.chars();
        chars.next().map_or_else(String::new, |first| {
            first
                .to_uppercase()
                .chain(chars.flat_map(char::to_lowercase))
                .collect()
        })
    });
    parts.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::{Names, surname};

    #[test]
    fn first_names_and_surnames_come_back_to_the_nominative() {
        let names = Names::parse(
            "women = ['Anna', 'Maria', 'Agnieszka', 'Małgorzata', 'Zofia', 'Sławomira']\n\
             men = ['Jan', 'Paweł', 'Marek', 'Piotr', 'Jerzy', 'Maciej', 'Grzegorz', 'Sławomir']\n[towns]\n'Toruń' = 'Toruniu'",
        )
        .unwrap();
        for (written, expected) in [
            ("Janem Kowalskim", "Jan Kowalski"),
            ("Jana Kowalskiego", "Jan Kowalski"),
            ("Jan Kowalski", "Jan Kowalski"),
            ("JANEM NOWAKIEM", "Jan Nowak"),
            ("Anną Nowak-Zielińską", "Anna Nowak-Zielińska"),
            ("Anny Wiśniewskiej", "Anna Wiśniewska"),
            ("Anną Nowak", "Anna Nowak"),
            ("Pawłem Wójcikiem", "Paweł Wójcik"),
            ("Markiem Kaczmarkiem", "Marek Kaczmarek"),
            ("Piotra Dudy", "Piotr Duda"),
            ("Piotrem Dudą", "Piotr Duda"),
            ("Jerzym Mazurem", "Jerzy Mazur"),
            ("Maciejowi Nowakowi", "Maciej Nowak"),
            ("Grzegorzem Wróblem", "Grzegorz Wróbel"),
            ("Agnieszce Kowalskiej", "Agnieszka Kowalska"),
            ("Małgorzatą Zielińską", "Małgorzata Zielińska"),
            ("Marią Dudą", "Maria Duda"),
            ("Markiem Wilkiem", "Marek Wilk"),
            ("Janem Zielonym", "Jan Zielony"),
            ("Pawłem Stępniem", "Paweł Stępień"),
            ("Pawła Stępnia", "Paweł Stępień"),
            ("Janem Gołębiem", "Jan Gołąb"),
            ("Jana Gołębia", "Jan Gołąb"),
            ("Sławomira Stępnickiego", "Sławomir Stępnicki"),
            ("Sławomira Stępnicka", "Sławomira Stępnicka"),
        ] {
            let (first, last) = written.split_once(' ').unwrap();
            let known = names.first(first, last).unwrap();
            let last = surname(last, known.gender, known.case, &|_| false);
            assert_eq!(
                format!("{} {last}", known.nominative),
                expected,
                "{written}"
            );
        }
    }
}
