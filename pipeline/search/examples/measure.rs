//! Measures the index: builds one of synthetic agreements, then asks it.
//!
//! ```text
//! cargo run --release -p search --example measure -- 20000 FOLDER
//! ```
//!
//! The agreements are about 12 kB of Polish each: forms of the trade's words in random order,
//! names, numbers and amounts. That is kinder to nobody: every common word is in every document.

#![expect(clippy::print_stdout, reason = "figures go to standard output")]

use jiff::Timestamp;
use model::{
    DocumentType, Field, FieldStatus, FieldValue, Language, Pesel, Place, SubmissionId, Value,
};
use search::{Access, Entry, Index, PageText, Query, Request, Sort, State};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

static PARADIGMS: &str = include_str!("../tests/data/paradigms.tsv");
const PAGES: u32 = 5;
const WORDS_A_PAGE: usize = 260;
/// Documents between two commits.
const BATCH: u32 = 1_000;
/// Queries of each kind.
const ASKED: u64 = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [count, folder] = &arguments[..] else {
        return Err("usage: measure DOCUMENTS FOLDER".into());
    };
    let (count, folder) = (count.parse()?, Path::new(folder));
    let index = Index::open(folder)?;
    if index.documents() == 0 {
        build(&index, count)?;
    }
    println!("{} of disk", megabytes(size_of(folder)?));
    drop(index);
    let start = Instant::now();
    let index = Index::open(folder)?;
    index.search(&Query::parse("hipoteka")?, 10, 0)?;
    println!("opened and first answer: {:?}", start.elapsed());
    ask(&index, count)?;
    println!("{}", memory());
    Ok(())
}

/// Random numbers that are the same at every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let at = self.next() % from.len() as u64;
        from[usize::try_from(at).expect("an index of a slice")]
    }
}

/// What is special about one agreement.
struct Agreement {
    number: String,
    pesel: String,
    name: String,
    amount: u64,
    date: String,
    pages: Vec<String>,
}

fn words() -> Vec<&'static str> {
    let forms = PARADIGMS.lines().filter_map(|line| line.split_once('\t'));
    forms.map(|(_, form)| form).collect()
}

/// A name no dictionary has: seldom the same in two documents.
fn surname(dice: &mut Dice) -> String {
    let syllables = [
        "brze", "czy", "ko", "wal", "gór", "mie", "ra", "źwi", "sto", "pa", "lu", "dą",
    ];
    let mut name: String = (0..3).map(|_| dice.pick(&syllables)).collect();
    name.push_str(dice.pick(&["ski", "cki", "wicz", "czyk", "iak"]));
    name
}

fn pesel(dice: &mut Dice) -> String {
    loop {
        let (year, serial) = (50 + dice.next() % 50, dice.next() % 100_000);
        let text = format!(
            "{year:02}{:02}{:02}{serial:05}",
            1 + dice.next() % 12,
            1 + dice.next() % 28
        );
        if Pesel::parse(&text).is_ok() {
            return text;
        }
    }
}

fn agreement(seed: u32, words: &[&str]) -> Agreement {
    let mut dice = Dice::of(u64::from(seed) + 1);
    let (year, amount) = (2010 + dice.next() % 15, 1_000 + dice.next() % 900_000);
    let mut made = Agreement {
        number: format!("KH/{year}/{seed:06}"),
        pesel: pesel(&mut dice),
        name: surname(&mut dice),
        amount,
        date: format!(
            "{year}-{:02}-{:02}",
            1 + dice.next() % 12,
            1 + dice.next() % 28
        ),
        pages: Vec::new(),
    };
    for _ in 0..PAGES {
        let mut page = format!(
            "Umowa kredytu nr {} zawarta z Janem {}, PESEL {}, na kwotę {} zł.\n",
            made.number, made.name, made.pesel, made.amount
        );
        for word in 0..WORDS_A_PAGE {
            page.push_str(dice.pick(words));
            page.push(if word % 12 == 11 { '\n' } else { ' ' });
        }
        made.pages.push(page);
    }
    made
}

fn build(index: &Index, count: u32) -> Result<(), Box<dyn Error>> {
    let words = words();
    let kinds = [
        DocumentType::parse("mortgage_agreement")?,
        DocumentType::parse("consumer_credit_agreement")?,
        DocumentType::parse("annex")?,
    ];
    let mut writer = index.writer()?;
    let (mut text, mut generating) = (0, std::time::Duration::ZERO);
    let start = Instant::now();
    for seed in 0..count {
        let made_at = Instant::now();
        let made = agreement(seed, &words);
        generating += made_at.elapsed();
        let fields = fields(&made);
        let title = format!("Umowa {}", made.number);
        let page = |(number, text): (u32, &String)| PageText {
            number,
            text: text.clone().into(),
        };
        writer.put(&Entry {
            id: SubmissionId::from_parts(1_700_000_000_000, u128::from(seed)).document(1),
            kind: &kinds[seed as usize % kinds.len()],
            kind_titles: vec!["umowa kredytu"],
            title: &title,
            station: ["skaner-1", "skaner-2"][seed as usize % 2],
            branch: Some(["Kraków", "Łódź", "Gdańsk", "Poznań"][seed as usize % 4]),
            class: Some("credit"),
            received_at: Timestamp::from_second(1_700_000_000 + i64::from(seed))?,
            language: Language::Pl,
            states: vec![State::Done],
            fields: &fields,
            pages: (1..).zip(&made.pages).map(page).collect(),
        })?;
        text += made.pages.iter().map(String::len).sum::<usize>() as u64;
        if seed % BATCH == BATCH - 1 {
            writer.commit(u64::from(seed))?;
        }
    }
    writer.commit(u64::from(count))?;
    let built = start.elapsed().saturating_sub(generating);
    writer.close()?;
    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    let rate = text as f64 / built.as_secs_f64() / 1e6;
    println!(
        "{count} documents, {} of text, built in {built:.1?}: {rate:.1} MB/s; merges done after {:.1?}",
        megabytes(text),
        start.elapsed().saturating_sub(generating),
    );
    Ok(())
}

fn fields(made: &Agreement) -> BTreeMap<String, Field> {
    let value = |text: String| {
        Field::One(FieldValue {
            text: text.clone(),
            value: Value::Text(text),
            page: 1,
            place: Place::new(0, 0, 1, 1),
            confidence: 1.0,
            status: FieldStatus::Accepted,
            repaired: false,
            evidence: None,
        })
    };
    BTreeMap::from([
        ("agreement_number".to_owned(), value(made.number.clone())),
        ("agreement_date".to_owned(), value(made.date.clone())),
        ("borrower_pesel".to_owned(), value(made.pesel.clone())),
        (
            "borrower_name".to_owned(),
            value(format!("Jan {}", made.name)),
        ),
        (
            "credit_amount".to_owned(),
            value(format!("{}.00", made.amount)),
        ),
    ])
}

/// One query of each kind, made from an agreement that is there.
fn queries(made: &Agreement, dice: &mut Dice, words: &[&str]) -> Vec<(&'static str, String)> {
    let typo: String = made
        .name
        .chars()
        .rev()
        .enumerate()
        .filter(|(n, _)| *n != 4)
        .map(|(_, c)| c)
        .collect();
    let typo: String = typo.chars().rev().collect();
    vec![
        ("one common word", dice.pick(words).to_owned()),
        (
            "three common words",
            format!(
                "{} {} {}",
                dice.pick(words),
                dice.pick(words),
                dice.pick(words)
            ),
        ),
        (
            "name and a word",
            format!("{} {}", made.name, dice.pick(words)),
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
            format!("{}*", made.name.chars().take(5).collect::<String>()),
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

fn ask(index: &Index, count: u32) -> Result<(), Box<dyn Error>> {
    let words = words();
    let mut dice = Dice::of(77);
    let mut times: BTreeMap<&str, Vec<u128>> = BTreeMap::new();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..ASKED {
        let seed = u32::try_from(dice.next() % u64::from(count))?;
        let made = agreement(seed, &words);
        for (kind, typed) in queries(&made, &mut dice, &words) {
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

fn size_of(folder: &Path) -> Result<u64, Box<dyn Error>> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() {
            size_of(&entry.path())?
        } else {
            entry.metadata()?.len()
        };
    }
    Ok(bytes)
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}

/// Anonymous memory and the most that was resident, as Linux tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status
        .lines()
        .filter(|line| line.starts_with("RssAnon") || line.starts_with("VmHWM"));
    lines.collect::<Vec<_>>().join(", ")
}
