//! The bank's own words: what the dictionary of 2016 does not know.
//!
//! A text file, one word a line: the word, a colon, its forms. `#` begins a comment.
//!
//! ```text
//! # products and systems
//! frankowicz: frankowicza frankowiczowi frankowiczem frankowicze frankowiczów frankowiczom
//! POLSTR:
//! ```
//!
//! Such a word is known like one of the dictionary: its forms find each other, with and without
//! accents, and a misread one is repaired to it. The list is part of the analyzer's version: when
//! it changes, the index is made again.

use super::fold::fold;
use model::Digest;
use std::collections::HashMap;

/// Forms a list may have: beyond, it is a dictionary and wants compiling.
pub const MAX_FORMS: usize = 200_000;

/// A list of words, understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The word that a form without accents belongs to, without accents.
    lemmas: HashMap<String, String>,
    fingerprint: String,
}

/// A line of the list that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct WordsError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it, and what to do.
    pub reason: &'static str,
}

impl Words {
    /// Understands a list.
    ///
    /// # Errors
    /// With the first line that is not `word: form form …`.
    pub fn parse(text: &str) -> Result<Self, WordsError> {
        let mut lemmas = HashMap::new();
        for (line, written) in (1..).zip(text.lines()) {
            let wrong = |reason| WordsError { line, reason };
            let written = written.split('#').next().unwrap_or_default().trim();
            if written.is_empty() {
                continue;
            }
            let (lemma, forms) = written
                .split_once(':')
                .ok_or_else(|| wrong("a colon is missing: write `word: form form`"))?;
            let lemma = key(lemma.trim());
            for form in std::iter::once(lemma.clone()).chain(forms.split_whitespace().map(key)) {
                if form.is_empty() || !form.chars().all(char::is_alphanumeric) {
                    return Err(wrong(
                        "a word has letters and digits only: write each part as its own word",
                    ));
                }
                lemmas.insert(form, lemma.clone());
            }
            if lemmas.len() > MAX_FORMS {
                return Err(wrong("more than 200,000 forms: shorten the list"));
            }
        }
        let fingerprint = match lemmas.is_empty() {
            true => String::new(),
            false => Digest::of(text.as_bytes()).to_string()[..12].to_owned(),
        };
        Ok(Self {
            lemmas,
            fingerprint,
        })
    }

    /// The word that a lower-case form belongs to; none where the list does not have it.
    #[must_use]
    pub fn lemma(&self, form: &str) -> Option<&str> {
        if self.lemmas.is_empty() {
            return None;
        }
        self.lemmas.get(&*fold(form)).map(String::as_str)
    }

    /// Whether the list has no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lemmas.is_empty()
    }

    /// What tells this list from others; empty for the empty list.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

fn key(word: &str) -> String {
    fold(&word.to_lowercase()).into_owned()
}

const _: () = assert!(MAX_FORMS == 200_000, "the message above names the limit");

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn forms_of_the_banks_words_are_known() {
        let words =
            Words::parse("# ours\nFrankowicz: frankowiczów  frankowiczem # often\n\nPOLSTR:")
                .unwrap();
        for (form, lemma) in [
            ("frankowiczów", Some("frankowicz")),
            ("frankowiczow", Some("frankowicz")),
            ("frankowicz", Some("frankowicz")),
            ("polstr", Some("polstr")),
            ("frank", None),
        ] {
            assert_eq!(words.lemma(form), lemma, "{form}");
        }
        assert!(Words::parse("").unwrap().fingerprint().is_empty());
        assert_eq!(Words::parse("rata: raty\nrata raty").unwrap_err().line, 2);
        assert_eq!(Words::parse("a-b: c").unwrap_err().line, 1);
    }
}
