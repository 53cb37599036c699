//! Queries of every kind, each made from an agreement that is in the index: facets are counted, and
//! the ten snippets shown are cut.

use crate::corpus::{Agreement, Corpus, Dice};
use crate::machine::cpu_seconds;
use search::analysis::fold;
use search::{Access, Index, Query, Request, Sort};
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
        access: Access::all(),
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
            access: Access::branches(["Kraków".to_owned()]),
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
    let mut kinds: Vec<(&str, Vec<Asked>)> = Vec::new();
    for _ in 0..ASKED {
        let seed = u32::try_from(dice.next() % u64::from(count))?;
        for (at, asked) in queries(&corpus.agreement(seed), &mut dice)
            .into_iter()
            .enumerate()
        {
            if kinds.len() <= at {
                kinds.push((asked.kind, Vec::new()));
            }
            kinds[at].1.push(asked);
        }
    }
    println!(
        "{:22} {:>9} {:>9} {:>9} {:>9} {:>12}",
        "query", "p50 ms", "p99 ms", "CPU ms", "answered", "found, mean"
    );
    let (mut all, cpu) = (Vec::new(), cpu_seconds());
    for (kind, asked) in &kinds {
        all.extend(print_kind(kind, asked, index)?);
    }
    all.sort_unstable();
    let mean = mean_ms(cpu_seconds() - cpu, all.len());
    println!(
        "{:22} {:>9} {:>9} {mean:>9}",
        "all",
        ms(&all, 50),
        ms(&all, 99)
    );
    Ok(())
}

/// Asks all queries of a kind, prints the kind's line, and gives each query's microseconds.
fn print_kind(kind: &str, asked: &[Asked], index: &Index) -> Result<Vec<u128>, Box<dyn Error>> {
    let (mut answered, mut found) = (0, 0);
    let (mut times, cpu) = (Vec::with_capacity(asked.len()), cpu_seconds());
    for Asked {
        typed,
        access,
        sort,
        ..
    } in asked
    {
        let start = Instant::now();
        let query = Query::parse(typed)?;
        let results = index.find(&Request {
            query: &query,
            typed,
            access: access.clone(),
            sort: *sort,
            limit: 10,
            offset: 0,
        })?;
        times.push(start.elapsed().as_micros());
        answered += usize::from(results.total > 0);
        found += results.total;
    }
    times.sort_unstable();
    println!(
        "{kind:22} {:>9} {:>9} {:>9} {answered:>9} {:>12}",
        ms(&times, 50),
        ms(&times, 99),
        mean_ms(cpu_seconds() - cpu, times.len()),
        found / times.len().max(1)
    );
    Ok(times)
}

/// A percentile of sorted microseconds.
fn ms(times: &[u128], percent: usize) -> String {
    let micros = times[(times.len() - 1) * percent / 100];
    format!("{}.{:03}", micros / 1_000, micros % 1_000)
}

fn mean_ms(seconds: f64, queries: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    let queries = queries.max(1) as f64;
    format!("{:.1}", seconds * 1e3 / queries)
}
