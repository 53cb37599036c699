//! Whether a form of a word finds its dictionary form; the judge is Morfologik's own paradigms of
//! 280 nouns, adjectives and surnames of the trade (`data/paradigms.tsv`, made by the example
//! `build_dictionary`), which no list of ours knows.

use frostem::{Algorithm, Stemmer};
use search::analysis::{Analyzer, Reading, SAME_POSITION, fold};
use std::collections::BTreeSet;

static PARADIGMS: &str = include_str!("../data/paradigms.tsv");

fn pairs() -> Vec<(&'static str, &'static str)> {
    let pairs = PARADIGMS.lines().map(|line| line.split_once('\t'));
    pairs.map(Option::unwrap).collect()
}

/// The share of forms that find their lemma, as terms of a document and of a query.
fn recall(
    mut document: impl FnMut(&str) -> Vec<String>,
    mut query: impl FnMut(&str) -> Vec<String>,
) -> f64 {
    let pairs = pairs();
    let met = pairs.iter().filter(|(lemma, form)| {
        let there = document(&lemma.to_lowercase());
        query(&form.to_lowercase())
            .iter()
            .any(|term| there.contains(term))
    });
    #[expect(clippy::cast_precision_loss, reason = "a few thousand pairs")]
    let share = met.count() as f64 / pairs.len() as f64;
    share
}

fn terms(analyzer: &mut Analyzer, word: &str, reading: Reading) -> Vec<String> {
    let terms = analyzer.terms(word, reading).split(SAME_POSITION);
    terms.map(str::to_owned).collect()
}

#[test]
fn a_form_finds_its_lemma() {
    let lemmas: BTreeSet<&str> = pairs().into_iter().map(|(lemma, _)| lemma).collect();
    assert!(lemmas.len() >= 200);
    let (mut here, mut there) = (Analyzer::default(), Analyzer::default());
    let ours = recall(
        |word| terms(&mut there, word, Reading::Polish),
        |word| terms(&mut here, word, Reading::Query),
    );
    let unaccented = recall(
        |word| terms(&mut there, word, Reading::Polish),
        |word| terms(&mut here, &fold(word), Reading::Query),
    );
    let stemmer = Stemmer::new(Algorithm::Polish);
    let stem = |word: &str| vec![fold(&stemmer.stem(word)).into_owned()];
    let snowball = recall(stem, stem);
    let folded = |word: &str| vec![fold(word).into_owned()];
    let nothing = recall(folded, folded);
    println!(
        "{} lemmas, {} forms: dictionary {ours:.4}, typed without accents {unaccented:.4}, \
         Snowball {snowball:.4}, folding alone {nothing:.4}",
        lemmas.len(),
        pairs().len(),
    );
    assert!(ours >= 0.98, "{ours}");
    assert!(unaccented >= 0.98, "{unaccented}");
    assert!(snowball < ours);
}

#[test]
fn words_that_look_alike_stay_apart() {
    let mut analyzer = Analyzer::default();
    for (typed, other) in [
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
        ("sądzie", "sadzie"),
    ] {
        let sought = terms(&mut analyzer, typed, Reading::Query);
        let there = terms(&mut analyzer, other, Reading::Polish);
        let accents = fold(typed) == fold(other);
        let met = sought.iter().any(|term| there.contains(term));
        // Without its accents a word may be either: that is what it is read as.
        assert!(!met || accents, "{typed} finds {other}");
    }
}
