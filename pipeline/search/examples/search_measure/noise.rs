//! How many agreements are still found when letters were misread: by the borrower's surname and any
//! other word of the agreement, at 5 % wrong characters.

use crate::corpus::{self, Agreement, Corpus, Dice};
use crate::put;
use search::{Access, Index, Query, Request, Sort};
use std::error::Error;

/// Characters in a thousand that are wrong.
const WRONG: u64 = 50;
/// What is taken for what.
const CONFUSED: [(&str, &str); 26] = [
    ("rn", "m"),
    ("m", "rn"),
    ("l", "1"),
    ("l", "ł"),
    ("ł", "l"),
    ("l", "i"),
    ("i", "l"),
    ("o", "0"),
    ("0", "O"),
    ("c", "e"),
    ("e", "c"),
    ("ę", "g"),
    ("g", "q"),
    ("ą", "a"),
    ("a", "ą"),
    ("s", "5"),
    ("ś", "s"),
    ("ó", "o"),
    ("n", "u"),
    ("u", "n"),
    ("b", "h"),
    ("h", "b"),
    ("t", "f"),
    ("z", "2"),
    ("ż", "z"),
    ("w", "vv"),
];
/// Hits that a patient person looks through.
const SHOWN: usize = 50;
const LETTERS: [char; 26] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's',
    't', 'u', 'v', 'w', 'x', 'y', 'z',
];

/// Makes letters wrong: three in four become what they are confused with, the others any letter,
/// none, or two.
fn noisy(text: &str, dice: &mut Dice) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let mut end = at + letter.len_utf8();
        if !letter.is_alphanumeric() || dice.next() % 1_000 >= WRONG {
            out.push(letter);
            at = end;
            continue;
        }
        let alike: Vec<(&str, &str)> = CONFUSED
            .into_iter()
            .filter(|(read, _)| text[at..].starts_with(read))
            .collect();
        match dice.next() % 12 {
            0..9 if !alike.is_empty() => {
                let (read, other) = dice.pick(&alike);
                out.push_str(other);
                end = at + read.len();
            }
            9 => {}
            10 => out.extend([letter, dice.pick(&LETTERS)]),
            _ => out.push(dice.pick(&LETTERS)),
        }
        at = end;
    }
    out
}

fn noisy_agreement(made: &Agreement, dice: &mut Dice) -> Agreement {
    Agreement {
        number: made.number.clone(),
        pesel: made.pesel.clone(),
        surname: noisy(&made.surname, dice),
        amount: made.amount,
        date: made.date.clone(),
        pages: made.pages.iter().map(|page| noisy(page, dice)).collect(),
    }
}

/// Prints the table.
pub(crate) fn print(count: u32, misses: Misses) -> Result<(), Box<dyn Error>> {
    let corpus = Corpus::read()?;
    println!(
        "{count} agreements, one query each: the surname and any other word of it; \
         {} % of the characters wrong",
        WRONG / 10
    );
    println!("{:28} {:>10} {:>12}", "wrong are", "first 50", "first 10");
    for (what, noisy_pages, noisy_query) in [
        ("nothing", Noise::None, Noise::None),
        ("the documents", Noise::All, Noise::None),
        ("the queries", Noise::None, Noise::All),
        ("the documents, the queries", Noise::All, Noise::All),
    ] {
        let folder = tempfile::tempdir()?;
        let index = Index::open(folder.path())?;
        fill(&index, &corpus, count, noisy_pages)?;
        let (found, first) = ask(&index, &corpus, count, noisy_query, misses)?;
        let percent = |n: u32| format!("{}.{} %", n * 100 / count, n * 1_000 / count % 10);
        println!("{what:28} {:>10} {:>12}", percent(found), percent(first));
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Noise {
    None,
    All,
}

fn fill(index: &Index, corpus: &Corpus, count: u32, noise: Noise) -> Result<(), Box<dyn Error>> {
    let mut writer = index.writer()?;
    for seed in 0..count {
        let made = corpus.agreement(seed);
        let mut dice = Dice::of(u64::from(seed) + 7_000_000);
        let made = match noise {
            Noise::None => made,
            Noise::All => noisy_agreement(&made, &mut dice),
        };
        put(&mut writer, &made, seed)?;
    }
    writer.commit(1)?;
    Ok(writer.close()?)
}

/// Whether each query that finds nothing of its agreement is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misses {
    Counted,
    Printed,
}

/// How many were found among the hits shown, and how many among the first ten.
fn ask(
    index: &Index,
    corpus: &Corpus,
    count: u32,
    noise: Noise,
    misses: Misses,
) -> Result<(u32, u32), Box<dyn Error>> {
    let (mut found, mut first) = (0, 0);
    for seed in 0..count {
        let made = corpus.agreement(seed);
        let mut dice = Dice::of(u64::from(seed) + 9_000_000);
        let meant = format!("{} {}", made.surname, made.word(&mut dice));
        let typed = match noise {
            Noise::None => meant.clone(),
            Noise::All => noisy(&meant, &mut dice),
        };
        let query = Query::parse(&typed)?;
        let results = index.find(&Request {
            query: &query,
            typed: &typed,
            access: Access::all(),
            sort: Sort::Relevance,
            limit: SHOWN,
            offset: 0,
        })?;
        let wanted = corpus::id(seed);
        let rank = results.hits.iter().position(|hit| hit.id == wanted);
        found += u32::from(rank.is_some());
        first += u32::from(rank.is_some_and(|rank| rank < 10));
        if rank.is_none() && misses == Misses::Printed {
            println!("  `{typed}` for `{meant}`: {} found", results.total);
        }
    }
    Ok((found, first))
}
