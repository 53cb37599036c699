//! Agreements made from the texts of the samples' generator: about 12 kB on five pages each.
//!
//! Every agreement takes lines of several sampled papers and gets numbers of its own (each digit is
//! drawn anew, so that nearly every number is in one document only), a borrower with a PESEL, a
//! number, a date and an amount. A surname is one of the dictionary's, inflected, or one that no
//! dictionary has.

use model::{DocumentId, Field, FieldStatus, FieldValue, Pesel, Place, SubmissionId, Value};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

static PARADIGMS: &str = include_str!("../../tests/data/paradigms.tsv");
const PAGES: usize = 5;
/// Bytes of a page, about.
const PAGE: usize = 2_400;
/// Lines in a row that are taken from one paper.
const RUN: usize = 12;

/// Random numbers that are the same at every run (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).expect("smaller than an usize")
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// One agreement.
pub(crate) struct Agreement {
    pub(crate) number: String,
    pub(crate) pesel: String,
    /// The surname as a person would type it.
    pub(crate) surname: String,
    pub(crate) amount: u64,
    pub(crate) date: String,
    pub(crate) pages: Vec<String>,
}

/// What agreements are made from.
pub(crate) struct Corpus {
    /// The lines of each sampled paper.
    papers: Vec<Vec<String>>,
    /// Surnames with their forms.
    surnames: Vec<(&'static str, Vec<&'static str>)>,
}

impl Corpus {
    /// Reads the texts beside the samples.
    pub(crate) fn read() -> Result<Self, Box<dyn Error>> {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
        let mut files = Vec::new();
        for set in ["tune", "held"] {
            for entry in fs::read_dir(samples.join(set))? {
                files.push(entry?.path());
            }
        }
        files.retain(|path| path.to_string_lossy().ends_with(".truth.json"));
        files.sort();
        let mut papers = Vec::new();
        for file in files {
            let truth: serde_json::Value = serde_json::from_slice(&fs::read(file)?)?;
            let pages = truth["pages"].as_array().into_iter().flatten();
            let lines: Vec<String> = pages
                .filter_map(|page| page["text"].as_str())
                .flat_map(|text| text.lines().map(str::to_owned))
                .collect();
            if truth["language"] == "pl" && lines.len() > RUN {
                papers.push(lines);
            }
        }
        Ok(Self {
            papers,
            surnames: surnames(),
        })
    }

    /// The agreement of a number, the same at every run.
    pub(crate) fn agreement(&self, seed: u32) -> Agreement {
        let mut dice = Dice::of(u64::from(seed) + 1);
        let (surname, form) = self.surname(&mut dice);
        let year = 2010 + dice.next() % 15;
        let mut made = Agreement {
            number: format!("KH/{year}/{seed:07}"),
            pesel: pesel(&mut dice),
            amount: 1_000 + dice.next() % 900_000,
            date: format!(
                "{year}-{:02}-{:02}",
                1 + dice.next() % 12,
                1 + dice.next() % 28
            ),
            surname,
            pages: Vec::new(),
        };
        for page in 0..PAGES {
            let mut text = String::with_capacity(PAGE + 400);
            if page == 0 {
                text = format!(
                    "Umowa kredytu nr {} z dnia {} zawarta z Janem {form}, PESEL {}, na kwotę {} zł.\n",
                    made.number, made.date, made.pesel, made.amount
                );
            }
            while text.len() < PAGE {
                self.lines(&mut dice, &mut text);
            }
            if page == PAGES - 1 {
                text.push_str(&format!(
                    "Kredytobiorca: Jan {}\nPodpis: Jan {}\n",
                    made.surname, made.surname
                ));
            }
            made.pages.push(text);
        }
        made
    }

    fn lines(&self, dice: &mut Dice, text: &mut String) {
        let paper = &self.papers[dice.below(self.papers.len())];
        let first = dice.below(paper.len() - RUN);
        for line in &paper[first..first + RUN] {
            for letter in line.chars() {
                let digit = letter.is_ascii_digit();
                text.push(if digit { dice.pick(&DIGITS) } else { letter });
            }
            text.push('\n');
        }
    }

    /// A surname and one of its forms.
    fn surname(&self, dice: &mut Dice) -> (String, String) {
        if dice.next().is_multiple_of(2) {
            let (lemma, forms) = &self.surnames[dice.below(self.surnames.len())];
            return ((*lemma).to_owned(), dice.pick(forms).to_owned());
        }
        let syllables = [
            "brze", "czy", "ko", "wal", "gór", "mie", "ra", "źwi", "sto", "pa", "lu", "dą",
        ];
        let mut name: String = (0..3).map(|_| dice.pick(&syllables)).collect();
        name.push_str(dice.pick(&["ski", "cki", "wicz", "czyk", "iak"]));
        let form = format!("{name}{}", if name.ends_with('i') { "m" } else { "em" });
        (name, form)
    }
}

const DIGITS: [char; 10] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

impl Agreement {
    /// Any word of four letters or more, not one broken at a line's end.
    pub(crate) fn word(&self, dice: &mut Dice) -> &str {
        loop {
            let page = &self.pages[dice.below(self.pages.len())];
            let lines: Vec<&str> = page.lines().collect();
            let at = dice.below(lines.len());
            let broken = at > 0 && lines[at - 1].trim_end().ends_with('-');
            let words = lines[at].split_whitespace().skip(usize::from(broken));
            let words: Vec<&str> = words
                .filter(|word| !word.ends_with('-'))
                .map(|word| word.trim_matches(|c: char| !c.is_alphabetic()))
                .filter(|word| word.chars().all(char::is_alphabetic))
                .filter(|word| word.chars().count() >= 4)
                .collect();
            if !words.is_empty() {
                return words[dice.below(words.len())];
            }
        }
    }

    /// What was read of it.
    pub(crate) fn fields(&self) -> BTreeMap<String, Field> {
        let fields = [
            ("agreement_number", self.number.clone()),
            ("agreement_date", self.date.clone()),
            ("borrower_pesel", self.pesel.clone()),
            ("borrower_name", format!("Jan {}", self.surname)),
            ("credit_amount", format!("{}.00", self.amount)),
        ];
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
        let fields = fields.into_iter();
        fields
            .map(|(name, text)| (name.to_owned(), value(text)))
            .collect()
    }
}

/// The identity of an agreement's document.
pub(crate) fn id(seed: u32) -> DocumentId {
    SubmissionId::from_parts(1_700_000_000_000, u128::from(seed)).document(1)
}

/// The surnames among the words whose forms the dictionary judges.
fn surnames() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut forms: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (lemma, form) in PARADIGMS.lines().filter_map(|line| line.split_once('\t')) {
        if lemma.starts_with(char::is_uppercase) {
            forms.entry(lemma).or_default().push(form);
        }
    }
    forms.into_iter().collect()
}

fn pesel(dice: &mut Dice) -> String {
    loop {
        let (year, serial) = (50 + dice.next() % 50, dice.next() % 100_000);
        let (month, day) = (1 + dice.next() % 12, 1 + dice.next() % 28);
        let text = format!("{year:02}{month:02}{day:02}{serial:05}");
        if Pesel::parse(&text).is_ok() {
            return text;
        }
    }
}
