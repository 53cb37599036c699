//! Measures the search: recall of inflection, forgiveness of OCR, and an index of many agreements.
//!
//! ```text
//! cargo run --release -p search --example search_measure -- recall
//! cargo run --release -p search --example search_measure -- noise 2000
//! cargo run --release -p search --example search_measure -- misses 300
//! cargo run --release -p search --example search_measure -- speed 100000 FOLDER
//! ```
//!
//! The agreements are made from the texts of the samples' generator (see `corpus`). `speed` searches
//! the index in the folder if there is one, and builds it otherwise.

#![expect(clippy::print_stdout, reason = "figures go to standard output")]

mod asking;
mod corpus;
mod machine;
mod noise;
mod recall;

use corpus::{Agreement, Corpus};
use machine::{AnonymousMemory, cpu_seconds, megabytes, print_parts, size_of};
use model::DocumentType;
use search::{Entry, Index, PageText, Query, State, Writer};
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

/// Documents between two commits, as where an index is made anew.
const BATCH: u32 = 10_000;
/// Documents between two looks at the memory taken.
const LOOKED_AT: u32 = 500;
/// Documents put one by one into the full index, to see how soon each is found.
const FRESH: u32 = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["recall"] => recall::print(),
        ["noise", count] => noise::print(count.parse()?, noise::Misses::Counted)?,
        ["misses", count] => noise::print(count.parse()?, noise::Misses::Printed)?,
        ["speed", count, folder] => speed(count.parse()?, Path::new(folder))?,
        _ => return Err(
            "usage: search_measure recall | noise DOCUMENTS | misses DOCUMENTS | speed DOCUMENTS FOLDER"
                .into(),
        ),
    }
    Ok(())
}

fn speed(count: u32, folder: &Path) -> Result<(), Box<dyn Error>> {
    let corpus = Corpus::read()?;
    let index = Index::open(folder)?;
    if index.documents() == 0 {
        build(&index, &corpus, count)?;
    }
    let count = u32::try_from(index.documents())?.min(count);
    let text = sizes(&corpus, count);
    for (what, bytes) in [
        ("index", size_of(&folder.join("g1/engine"))?),
        ("texts for snippets", size_of(&folder.join("g1/texts"))?),
    ] {
        println!(
            "{what}: {}, {} bytes an agreement, {} % of the text",
            megabytes(bytes),
            bytes / u64::from(count.max(1)),
            bytes * 100 / text.max(1)
        );
    }
    print_parts(&folder.join("g1/engine"), count)?;
    drop(index);
    let start = Instant::now();
    let index = Index::open(folder)?;
    index.search(&Query::parse("hipoteka")?, 10, 0)?;
    println!("opened and first answer: {:.1?}", start.elapsed());
    asking::print(&index, &corpus, count)?;
    fresh(&index, &corpus, count)?;
    println!(
        "anonymous memory while searched: {}",
        megabytes(machine::anonymous())
    );
    Ok(())
}

/// Puts documents one by one and looks for each: how long from the text to the hit.
fn fresh(index: &Index, corpus: &Corpus, count: u32) -> Result<(), Box<dyn Error>> {
    let mut writer = index.writer()?;
    let mut times = Vec::new();
    for seed in count..count + FRESH {
        let made = corpus.agreement(seed);
        let query = Query::parse(&made.number)?;
        let start = Instant::now();
        put(&mut writer, &made, seed)?;
        writer.commit(u64::from(seed))?;
        let found = index.search(&query, 1, 0)?;
        times.push(start.elapsed());
        assert_eq!(found.total, 1, "a committed document is found, once");
    }
    for seed in count..count + FRESH {
        writer.remove(corpus::id(seed))?;
    }
    writer.commit(u64::from(count))?;
    writer.close()?;
    times.sort_unstable();
    println!(
        "from text to hit, one at a time: median {:.1?}, slowest {:.1?}",
        times[times.len() / 2],
        times[times.len() - 1]
    );
    Ok(())
}

fn build(index: &Index, corpus: &Corpus, count: u32) -> Result<(), Box<dyn Error>> {
    let mut writer = index.writer()?;
    let (mut text, mut generating) = (0, Duration::ZERO);
    let mut memory = AnonymousMemory::default();
    let (start, cpu) = (Instant::now(), cpu_seconds());
    for seed in 0..count {
        let made_at = Instant::now();
        let made = corpus.agreement(seed);
        generating += made_at.elapsed();
        text += made.pages.iter().map(String::len).sum::<usize>() as u64;
        put(&mut writer, &made, seed)?;
        if seed % LOOKED_AT == 0 {
            memory.look();
        }
        if seed % BATCH == BATCH - 1 {
            writer.commit(u64::from(seed))?;
        }
    }
    writer.commit(u64::from(count))?;
    let built = start.elapsed().saturating_sub(generating);
    writer.close()?;
    let all = start.elapsed().saturating_sub(generating);
    let cpu = cpu_seconds() - cpu - generating.as_secs_f64();
    let rate = |seconds: f64| {
        #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
        let text = text as f64;
        text / seconds / 1e6
    };
    println!(
        "{count} documents, {} of text, searchable after {built:.1?}: {:.1} MB/s; merged after \
         {all:.1?}: {:.1} MB/s; {cpu:.0} s of CPU: {:.1} MB a second of one core",
        megabytes(text),
        rate(built.as_secs_f64()),
        rate(all.as_secs_f64()),
        rate(cpu),
    );
    println!(
        "anonymous memory while built: {} at most",
        megabytes(memory.most)
    );
    Ok(())
}

pub(crate) fn put(writer: &mut Writer, made: &Agreement, seed: u32) -> Result<(), Box<dyn Error>> {
    let kinds = ["mortgage_agreement", "consumer_credit_agreement", "annex"];
    let kind = DocumentType::parse(kinds[seed as usize % kinds.len()])?;
    let fields = made.fields();
    writer.put(&Entry {
        id: corpus::id(seed),
        kind: &kind,
        kind_titles: vec!["umowa kredytu"],
        title: "Umowa kredytu",
        station: ["skaner-1", "skaner-2"][seed as usize % 2],
        branch: Some(["Kraków", "Łódź", "Gdańsk", "Poznań"][seed as usize % 4]),
        class: Some("credit"),
        received_at: jiff::Timestamp::from_second(1_700_000_000 + i64::from(seed))?,
        language: model::Language::Pl,
        states: vec![State::Done],
        fields: &fields,
        pages: (1..)
            .zip(&made.pages)
            .map(|(number, text)| PageText::new(number, text))
            .collect(),
    })?;
    Ok(())
}

/// Bytes of text in so many agreements, from some of them.
fn sizes(corpus: &Corpus, count: u32) -> u64 {
    const ASKED: u32 = 1_000;
    let pages = (0..ASKED).flat_map(|seed| corpus.agreement(seed).pages);
    let bytes: u64 = pages.map(|page| page.len() as u64).sum();
    bytes * u64::from(count) / u64::from(ASKED)
}
