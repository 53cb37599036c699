//! Whether a form finds its lemma, and whether words that look alike stay apart.

use frostem::{Algorithm, Stemmer};
use search::analysis::{Analyzer, Reading, SAME_POSITION, fold};
use std::collections::BTreeSet;

static PARADIGMS: &str = include_str!("../../tests/data/paradigms.tsv");

/// Words that look alike, or are made from one another, and mean different things.
const ALIKE: [(&str, &str); 16] = [
    ("ratalny", "ratownik"),
    ("hipoteka", "hipoteza"),
    ("poręczyciel", "pożyczyciel"),
    ("kredytobiorca", "kredytodawca"),
    ("wierzyciel", "wierzytelność"),
    ("spłata", "opłata"),
    ("weksel", "wekslowy"),
    ("zastaw", "zestaw"),
    ("cesja", "sesja"),
    ("rata", "ratusz"),
    ("stopa", "stopień"),
    ("kowalski", "kowal"),
    ("nowak", "nowakowski"),
    ("spłacony", "niespłacony"),
    ("marża", "marzec"),
    ("bank", "bankrut"),
];

type Analysis = Box<dyn FnMut(&str) -> Vec<String>>;

/// Prints the table.
pub(crate) fn print() {
    let pairs = PARADIGMS.lines().filter_map(|line| line.split_once('\t'));
    let pairs: Vec<(&str, &str)> = pairs.collect();
    let lemmas: BTreeSet<&str> = pairs.iter().map(|(lemma, _)| *lemma).collect();
    println!(
        "{} words, {} forms (judge: Morfologik)",
        lemmas.len(),
        pairs.len()
    );
    println!(
        "{:34} {:>18} {:>22}",
        "analysis", "a form finds it", "look-alikes kept apart"
    );
    for (name, mut document, mut query) in analyses() {
        let mut met = |there: &str, typed: &str| {
            let there = document(&there.to_lowercase());
            query(&typed.to_lowercase())
                .iter()
                .any(|term| there.contains(term))
        };
        let found = pairs
            .iter()
            .filter(|(lemma, form)| met(lemma, form))
            .count();
        let apart = ALIKE.iter().filter(|(a, b)| !met(a, b)).count();
        let share = format!(
            "{}.{:02} %",
            found * 100 / pairs.len(),
            found * 10_000 / pairs.len() % 100
        );
        println!(
            "{name:34} {share:>18} {:>22}",
            format!("{apart} of {}", ALIKE.len())
        );
    }
}

fn analyses() -> Vec<(&'static str, Analysis, Analysis)> {
    let ours = |reading| -> Analysis {
        let mut analyzer = Analyzer::default();
        Box::new(move |word| {
            let terms = analyzer.terms(word, reading).split(SAME_POSITION);
            terms.map(str::to_owned).collect()
        })
    };
    let mut bare = ours(Reading::Query);
    let snowball = || -> Analysis {
        let stemmer = Stemmer::new(Algorithm::Polish);
        Box::new(move |word| vec![fold(&stemmer.stem(word)).into_owned()])
    };
    let folded = || -> Analysis { Box::new(|word| vec![fold(word).into_owned()]) };
    vec![
        ("folding alone", folded(), folded()),
        ("Snowball", snowball(), snowball()),
        ("dictionary", ours(Reading::Polish), ours(Reading::Query)),
        (
            "dictionary, typed without accents",
            ours(Reading::Polish),
            Box::new(move |word| bare(&fold(word))),
        ),
    ]
}
