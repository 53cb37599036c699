//! Queries of every kind, each made from an agreement that is in the index.

use crate::corpus::{Agreement, Corpus, Dice};
use search::{Access, Index, Query, Request, Sort};
use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

/// Queries of each kind.
const ASKED: u64 = 200;

/// One query of each kind, made from an agreement that is there.
fn queries(made: &Agreement, dice: &mut Dice) -> Vec<(&'static str, String)> {
    let letters: Vec<char> = made.surname.chars().collect();
    let dropped = letters.len() / 2;
    let typo = letters.iter().enumerate().filter(|(n, _)| *n != dropped);
    let typo: String = typo.map(|(_, letter)| letter).collect();
    vec![
        ("one common word", made.word(dice).to_owned()),
        (
            "three common words",
            format!(
                "{} {} {}",
                made.word(dice),
                made.word(dice),
                made.word(dice)
            ),
        ),
        (
            "name and a word",
            format!("{} {}", made.surname, made.word(dice)),
        ),
        (
            "phrase",
            format!(
                "\"{}\"",
                made.pages[0]
                    .split_whitespace()
                    .skip(20)
                    .take(3)
                    .collect::<Vec<_>>()
                    .join(" ")
            ),
        ),
        (
            "prefix",
            format!("{}*", made.surname.chars().take(5).collect::<String>()),
        ),
        ("agreement number", made.number.clone()),
        ("pesel:", format!("pesel:{}", made.pesel)),
        (
            "kwota: and data:",
            format!(
                "kwota:{}..{} data:{}",
                made.amount,
                made.amount + 5_000,
                &made.date[..4]
            ),
        ),
        (
            "words in a year",
            format!("hipoteka oddział:łódź data:{}", &made.date[..4]),
        ),
        ("misspelt name", typo),
        ("everything", "*".to_owned()),
    ]
}

pub(crate) fn print(index: &Index, corpus: &Corpus, count: u32) -> Result<(), Box<dyn Error>> {
    let mut dice = Dice::of(77);
    let mut times: BTreeMap<&str, Vec<u128>> = BTreeMap::new();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..ASKED {
        let seed = u32::try_from(dice.next() % u64::from(count))?;
        let made = corpus.agreement(seed);
        for (kind, typed) in queries(&made, &mut dice) {
            let start = Instant::now();
            let query = Query::parse(&typed)?;
            let results = index.find(&Request {
                query: &query,
                typed: &typed,
                access: Access::All,
                sort: Sort::Relevance,
                limit: 10,
                offset: 0,
            })?;
            times
                .entry(kind)
                .or_default()
                .push(start.elapsed().as_micros());
            *found.entry(kind).or_default() += usize::from(results.total > 0);
        }
    }
    let mut all: Vec<u128> = times.values().flatten().copied().collect();
    println!(
        "{:20} {:>9} {:>9} {:>9}",
        "query", "p50 ms", "p99 ms", "found"
    );
    for (kind, mut of_kind) in times {
        print_times(kind, &mut of_kind, &format!("{}/{ASKED}", found[kind]));
    }
    print_times("all", &mut all, "");
    Ok(())
}

fn print_times(kind: &str, times: &mut [u128], found: &str) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    let ms = |micros: u128| format!("{}.{:03}", micros / 1_000, micros % 1_000);
    println!("{kind:20} {:>9} {:>9} {found:>9}", ms(at(50)), ms(at(99)));
}
