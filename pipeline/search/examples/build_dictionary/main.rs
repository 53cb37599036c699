//! Compiles Morfologik's Polish dictionary into `data/polish.dictionary.zst`, which the crate embeds.
//!
//! ```text
//! apt-get install libmorfologik-stemming2-java
//! unzip -p /usr/share/java/morfologik-polish.jar morfologik/stemming/polish/polish.dict > polish.dict
//! cargo run --release -p search --example build_dictionary -- polish.dict pipeline/search/data/polish.dictionary.zst
//! ```
//!
//! With `--paradigms LEMMAS OUT` in place of the output it writes the forms of the listed lemmas
//! (`lemma<TAB>form`), the judge of the recall test.
//!
//! It refuses rows it cannot decode; it drops nothing but forms that a text's words can never be
//! (with a hyphen, an apostrophe or a digit inside).

#![expect(
    clippy::print_stdout,
    reason = "a command tells what it did on standard output"
)]

mod automaton;
mod compile;

use automaton::{Automaton, Row};
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [dictionary, "--paradigms", lemmas, out] => paradigms(dictionary, lemmas, out),
        [dictionary, out] => {
            let mut words = compile::Words::default();
            each_row(dictionary, &mut |row| words.add(&row))?;
            let bytes = zstd::bulk::compress(&words.compile()?, 19)?;
            println!("{} bytes of dictionary", bytes.len());
            Ok(fs::write(out, bytes)?)
        }
        _ => Err("usage: build_dictionary polish.dict (OUT | --paradigms LEMMAS OUT)".into()),
    }
}

/// Gives every row whose form is letters only.
fn each_row(dictionary: &str, each: &mut dyn FnMut(Row)) -> Result<(), Box<dyn Error>> {
    let automaton = Automaton::parse(&fs::read(dictionary)?)?;
    let mut wrong = None;
    automaton.rows(&mut |bytes| match Row::parse(bytes) {
        Ok(row) if row.form.chars().all(char::is_alphabetic) => each(row),
        Ok(_) => {}
        Err(error) => wrong = Some(error),
    });
    wrong.map_or(Ok(()), |error| Err(error.into()))
}

/// Writes the forms of the listed lemmas, nouns and adjectives only.
fn paradigms(dictionary: &str, lemmas: &str, out: &str) -> Result<(), Box<dyn Error>> {
    let wanted = fs::read_to_string(lemmas)?;
    let wanted: BTreeSet<&str> = wanted.lines().filter(|line| !line.is_empty()).collect();
    let mut pairs = BTreeSet::new();
    each_row(dictionary, &mut |row| {
        let name = row.tags.starts_with("subst") || row.tags.starts_with("adj:");
        let negated = row.tags.contains(":neg");
        if name && !negated && wanted.contains(row.lemma.as_str()) {
            pairs.insert((row.lemma, row.form));
        }
    })?;
    let missing = wanted
        .iter()
        .filter(|lemma| !pairs.iter().any(|(found, _)| found == *lemma));
    println!("not in the dictionary: {:?}", missing.collect::<Vec<_>>());
    let mut text = String::new();
    for (lemma, form) in &pairs {
        writeln!(text, "{lemma}\t{form}")?;
    }
    println!("{} forms", pairs.len());
    Ok(fs::write(out, text)?)
}
