//! The desk's words in Polish and English. What is said to people is in `words/*.ftl`, never in pages
//! or code; a test keeps the two alike and the pages to what they have.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use model::Language;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// The words of one language.
pub(crate) struct Words {
    pub(crate) language: Language,
    bundle: FluentBundle<FluentResource>,
}

const POLISH: [&str; 3] = [
    include_str!("words/pl.ftl"),
    include_str!("words/fields.pl.ftl"),
    include_str!("words/problems.pl.ftl"),
];
const ENGLISH: [&str; 2] = [
    include_str!("words/en.ftl"),
    include_str!("words/fields.en.ftl"),
];

static WORDS: LazyLock<[Words; 2]> = LazyLock::new(|| {
    [
        Words::new(Language::Pl, "pl", &POLISH),
        Words::new(Language::En, "en", &ENGLISH),
    ]
});

impl Words {
    fn new(language: Language, name: &str, files: &[&str]) -> Self {
        let name: LanguageIdentifier = name.parse().expect("a language's name");
        let mut bundle = FluentBundle::new_concurrent(vec![name]);
        // Marks of direction would come out as boxes in lists and titles.
        bundle.set_use_isolating(false);
        for file in files {
            // What cannot be read of a file is missing below, and a test looks for it.
            let resource = FluentResource::try_new((*file).to_owned())
                .unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    /// The words of a language.
    pub(crate) fn of(language: Language) -> &'static Self {
        let [polish, english] = &*WORDS;
        match language {
            Language::Pl => polish,
            Language::En => english,
        }
    }

    /// A text by its name, with values put in; the name itself where there is none.
    pub(crate) fn say(&self, name: &str, values: &FluentArgs<'_>) -> String {
        self.find(name, values).unwrap_or_else(|| name.to_owned())
    }

    /// A text by its name, where there is one.
    pub(crate) fn find(&self, name: &str, values: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(name)?.value()?;
        let mut wrong = Vec::new();
        let text = self
            .bundle
            .format_pattern(pattern, Some(values), &mut wrong);
        Some(text.into_owned())
    }

    /// The code that pages say their language by.
    pub(crate) const fn code(&self) -> &'static str {
        match self.language {
            Language::Pl => "pl",
            Language::En => "en",
        }
    }

    /// A text written by this program in English, as this language says it; itself where nobody wrote
    /// that down.
    pub(crate) fn translated(&self, english: &str) -> String {
        let name = format!("problem-{}", slug(english));
        self.find(&name, &FluentArgs::new())
            .unwrap_or_else(|| english.to_owned())
    }
}

/// A text's letters as a name: what a message of that text is called.
fn slug(text: &str) -> String {
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut slug = words.collect::<Vec<_>>().join("-").to_lowercase();
    slug.truncate(80);
    slug.trim_end_matches('-').to_owned()
}

/// One value for a text.
pub(crate) fn with<'v>(name: &'v str, value: impl Into<FluentValue<'v>>) -> FluentArgs<'v> {
    let mut values = FluentArgs::new();
    values.set(name, value);
    values
}

#[cfg(test)]
mod tests {
    use super::{ENGLISH, POLISH};
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    /// Names of texts, each with the values it asks for.
    fn names(files: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
        let mut names = BTreeMap::new();
        let mut current = String::new();
        for line in files.iter().flat_map(|file| file.lines()) {
            if let Some((name, _)) = line.split_once(" =")
                && line.starts_with(|c: char| c.is_ascii_alphabetic())
            {
                current = name.to_owned();
                let before = names.insert(current.clone(), BTreeSet::new());
                assert!(before.is_none(), "{name} is there twice");
            }
            let values = line.split('$').skip(1).map(|rest| {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                rest[..end.unwrap_or(rest.len())].to_owned()
            });
            if let Some(known) = names.get_mut(&current) {
                known.extend(values);
            }
        }
        names
    }

    #[test]
    fn both_languages_say_the_same_things() {
        // The last file says in Polish what the program says in English itself.
        let polish = names(&POLISH[..2]);
        let english = names(&ENGLISH);
        for (name, values) in &english {
            assert_eq!(polish.get(name), Some(values), "{name}");
        }
        for name in polish.keys() {
            assert!(english.contains_key(name), "{name} is Polish only");
        }
    }

    #[test]
    fn every_text_can_be_said() {
        for files in [&POLISH[..], &ENGLISH[..]] {
            for file in files {
                let read = fluent_bundle::FluentResource::try_new((*file).to_owned());
                assert!(read.is_ok(), "{:?}", read.err().map(|(_, why)| why));
            }
        }
    }

    #[test]
    fn pages_and_code_use_texts_that_there_are_and_leave_none_over() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server");
        let mut all = String::new();
        let mut folders = vec![root];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|e| e == "rs" || e == "html") {
                    all.push_str(&fs::read_to_string(path).unwrap());
                }
            }
        }
        let english = names(&ENGLISH);
        // Names that are put together say what they begin with.
        let made = [
            "field-",
            "said-",
            "stage-",
            "state-",
            "role-",
            "quality-",
            "kind-",
            "action-",
            "rule-",
            "reason-",
            "choice-",
            "severity-",
            "act-",
            "verdict-",
            "sort-",
            "permission-",
            "option-",
            "event-",
            "node-",
            "wanted-",
            "page-",
        ];
        for name in english.keys() {
            let is_made = made.iter().any(|beginning| name.starts_with(beginning));
            assert!(
                is_made || all.contains(&format!("\"{name}\"")),
                "{name} is said nowhere"
            );
        }
        for (at, _) in all.match_indices("f.t(\"") {
            let rest = &all[at + 5..];
            let name = &rest[..rest.find('"').unwrap()];
            assert!(
                english.contains_key(name) || made.contains(&name),
                "{name} has no text"
            );
        }
    }
}
