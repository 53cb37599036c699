//! Queries of every kind, each made from an agreement that is in the index: facets are counted, and
//! the ten snippets shown are cut.

use crate::corpus::{Agreement, Corpus, Dice};
use search::analysis::fold;
use search::{Access, Index, Query, Request, Sort};
use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

/// Queries of each kind.
const ASKED: u64 = 200;

/// A query of one kind, and how it is asked.
struct Asked {
    kind: &'static str,
    typed: String,
    access: Access,
    sort: Sort,
}

fn asked(kind: &'static str, typed: impl Into<String>) -> Asked {
    Asked {
        kind,
        typed: typed.into(),
        access: Access::All,
        sort: Sort::Relevance,
    }
}

/// One query of each kind, made from an agreement that is there.
fn queries(made: &Agreement, dice: &mut Dice) -> Vec<Asked> {
    let name = &made.surname;
    let (one, two, three) = (made.word(dice), made.word(dice), made.word(dice));
    let year = &made.date[..4];
    let words = made.pages[0].split_whitespace().skip(20).take(3);
    let phrase = words.collect::<Vec<_>>().join(" ").replace(QUOTES, "");
    let beginning: String = name.chars().take(5).collect();
    let (lakhs, rest) = (made.amount / 1_000, made.amount % 1_000);
    let most = made.amount + 5_000;
    vec![
        asked("one common word", one),
        asked("three common words", format!("{one} {two} {three}")),
        asked("word -word", format!("{one} -{name}")),
        asked("word OR word", format!("{one} OR {name}")),
        asked("name and a word", format!("{name} {one}")),
        asked("name without accents", fold(&name.to_lowercase())),
        asked("misspelt name", misspelt(name)),
        asked("misread name and word", format!("{} {one}", misread(name))),
        asked("phrase", format!("\"{phrase}\"")),
        asked("prefix", format!("{beginning}*")),
        asked("agreement number", made.number.clone()),
        asked("pesel:", format!("pesel:{}", made.pesel)),
        asked("amount with spaces", format!("{lakhs} {rest:03} zł")),
        asked(
            "kwota: and data:",
            format!("kwota:{}..{most} data:{year}", made.amount),
        ),
        asked(
            "words in a year",
            format!("hipoteka oddział:łódź data:{year}"),
        ),
        Asked {
            access: Access::Branches(["Kraków".to_owned()].into()),
            ..asked("words of one branch", format!("{one} {two}"))
        },
        Asked {
            sort: Sort::Amount,
            ..asked("by amount", one)
        },
        asked("everything", "*"),
    ]
}

/// Signs that a phrase cannot have inside.
const QUOTES: [char; 6] = ['"', '„', '”', '“', '«', '»'];

/// A word with one letter left out.
fn misspelt(word: &str) -> String {
    let dropped = word.chars().count() / 2;
    let letters = word.chars().enumerate();
    letters
        .filter(|(n, _)| *n != dropped)
        .map(|(_, c)| c)
        .collect()
}

/// A word with one letter that a scanner takes for another, or with one doubled.
fn misread(word: &str) -> String {
    for (read, other) in [("w", "vv"), ("m", "rn"), ("l", "1"), ("e", "c"), ("o", "0")] {
        if word.contains(read) {
            return word.replacen(read, other, 1);
        }
    }
    word.replacen('a', "aa", 1)
}

pub(crate) fn print(index: &Index, corpus: &Corpus, count: u32) -> Result<(), Box<dyn Error>> {
    let mut dice = Dice::of(77);
    let mut kinds: Vec<&str> = Vec::new();
    let mut times: BTreeMap<&str, Vec<u128>> = BTreeMap::new();
    let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for _ in 0..ASKED {
        let seed = u32::try_from(dice.next() % u64::from(count))?;
        let made = corpus.agreement(seed);
        for Asked {
            kind,
            typed,
            access,
            sort,
        } in queries(&made, &mut dice)
        {
            let start = Instant::now();
            let query = Query::parse(&typed)?;
            let results = index.find(&Request {
                query: &query,
                typed: &typed,
                access,
                sort,
                limit: 10,
                offset: 0,
            })?;
            let taken = start.elapsed().as_micros();
            if !times.contains_key(kind) {
                kinds.push(kind);
            }
            times.entry(kind).or_default().push(taken);
            let found = found.entry(kind).or_default();
            found.0 += usize::from(results.total > 0);
            found.1 += results.total;
        }
    }
    let mut all: Vec<u128> = times.values().flatten().copied().collect();
    println!(
        "{:22} {:>9} {:>9} {:>9} {:>12}",
        "query", "p50 ms", "p99 ms", "answered", "found, mean"
    );
    for kind in kinds {
        let mut of_kind = times.remove(kind).unwrap_or_default();
        let (answered, total) = found[kind];
        let mean = total / of_kind.len().max(1);
        print_times(kind, &mut of_kind, &format!("{answered:>9} {mean:>12}"));
    }
    print_times("all", &mut all, "");
    Ok(())
}

fn print_times(kind: &str, times: &mut [u128], found: &str) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    let ms = |micros: u128| format!("{}.{:03}", micros / 1_000, micros % 1_000);
    println!("{kind:22} {:>9} {:>9} {found}", ms(at(50)), ms(at(99)));
}
