//! From rows to the form that `search::Dictionary` reads (its module describes it).

use crate::automaton::Row;
use fst::MapBuilder;
use search::analysis::{DICTIONARY_MAGIC, fold};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::error::Error;

/// Parts of speech that carry grammar, not meaning: where a form is one of them, its rare other
/// readings (the note *do*, the letter *o*) are dropped.
const FUNCTION_WORDS: [&str; 8] = [
    "prep", "conj", "comp", "qub", "ppron12", "ppron3", "siebie", "interp",
];

/// A lemma by its place in the order of first sight.
type Lemma = u32;

/// All forms, lower case, each with its lemmas.
#[derive(Default)]
pub(crate) struct Words {
    lemmas: HashMap<String, Lemma>,
    forms: BTreeMap<String, Readings>,
}

#[derive(Clone, Default)]
struct Readings {
    lemmas: BTreeSet<Lemma>,
    function: BTreeSet<Lemma>,
}

impl Readings {
    fn kept(&self) -> &BTreeSet<Lemma> {
        if self.function.is_empty() {
            &self.lemmas
        } else {
            &self.function
        }
    }
}

impl Words {
    /// Takes one row.
    pub(crate) fn add(&mut self, row: &Row) {
        let mut lemma = row.lemma.to_lowercase();
        // Morfologik lists `niespłacony` under `spłacić`: whoever looks for one does not want the other.
        if row.tags.contains(":neg") {
            lemma.insert_str(0, "nie");
        }
        let next = Lemma::try_from(self.lemmas.len()).expect("fewer than 2^32 lemmas");
        let lemma = *self.lemmas.entry(lemma).or_insert(next);
        let readings = self.forms.entry(row.form.to_lowercase()).or_default();
        readings.lemmas.insert(lemma);
        let function = |tag: &str| FUNCTION_WORDS.contains(&tag.split(':').next().unwrap_or(tag));
        if row.tags.split('+').any(function) {
            readings.function.insert(lemma);
        }
    }

    /// The dictionary's bytes.
    pub(crate) fn compile(self) -> Result<Vec<u8>, Box<dyn Error>> {
        let ordinals = self.ordinals();
        let mut bare: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for (form, readings) in &self.forms {
            let lemmas = readings.kept().iter().map(|&l| ordinals[l as usize]);
            bare.entry(fold(form).into_owned())
                .or_default()
                .extend(lemmas);
        }
        let of = |readings: &Readings| -> BTreeSet<u32> {
            let kept = readings.kept().iter();
            kept.map(|&lemma| ordinals[lemma as usize]).collect()
        };
        let mut accented: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for (form, readings) in &self.forms {
            let folded = fold(form);
            let lemmas = of(readings);
            if folded != *form && bare[&*folded] != lemmas {
                accented.insert(form, lemmas);
            }
        }
        let superfluous = superfluous(bare.values().chain(accented.values()));
        for lemmas in bare.values_mut().chain(accented.values_mut()) {
            lemmas.retain(|lemma| !superfluous.contains(lemma));
        }
        let mut sets = Sets {
            lemmas: u64::try_from(ordinals.len())?,
            ..Sets::default()
        };
        let mut bare_map = MapBuilder::memory();
        for (form, lemmas) in &bare {
            bare_map.insert(form, sets.value(lemmas))?;
        }
        let mut accented_map = MapBuilder::memory();
        for (form, lemmas) in &accented {
            // What was dropped may have been all the difference.
            if bare[&*fold(form)] != *lemmas {
                accented_map.insert(form, sets.value(lemmas))?;
            }
        }
        let parts = [
            bare_map.into_inner()?,
            accented_map.into_inner()?,
            sets.bytes,
        ];
        let mut out = DICTIONARY_MAGIC.to_vec();
        out.extend(u32::try_from(ordinals.len())?.to_le_bytes());
        for part in &parts {
            out.extend(u32::try_from(part.len())?.to_le_bytes());
        }
        out.extend(parts.concat());
        Ok(out)
    }

    /// Each lemma's ordinal: their order without accents, so that neighbours share digits.
    fn ordinals(&self) -> Vec<u32> {
        let mut order: Vec<(String, &str, Lemma)> = self
            .lemmas
            .iter()
            .map(|(text, &lemma)| (fold(text).into_owned(), text.as_str(), lemma))
            .collect();
        order.sort();
        let mut ordinals = vec![0; order.len()];
        for (ordinal, (_, _, lemma)) in (0..).zip(&order) {
            ordinals[*lemma as usize] = ordinal;
        }
        ordinals
    }
}

/// The lemmas that tell nothing: another stands beside them in every set they are in. Forms that
/// share such a lemma share the other, too, so that the same forms meet without it; and the index is
/// spared a term wherever one of them stands.
fn superfluous<'s>(sets: impl Iterator<Item = &'s BTreeSet<u32>>) -> HashSet<u32> {
    let distinct: HashSet<&BTreeSet<u32>> = sets.collect();
    let mut beside: HashMap<u32, BTreeSet<u32>> = HashMap::new();
    for set in distinct {
        for lemma in set {
            let others = beside.entry(*lemma).or_insert_with(|| set.clone());
            others.retain(|other| set.contains(other));
        }
    }
    let tells_nothing = |lemma: &&u32| {
        let mut others = beside[lemma].iter().filter(|other| other != lemma);
        // Of two that are always together the first is kept.
        others.any(|other| other < lemma || !beside[other].contains(lemma))
    };
    beside.keys().filter(tells_nothing).copied().collect()
}

/// Sets of lemmas, each written once.
#[derive(Default)]
struct Sets {
    lemmas: u64,
    at: HashMap<Vec<u32>, u64>,
    bytes: Vec<u8>,
}

impl Sets {
    /// A lone lemma's ordinal, or the number of lemmas plus where the set stands.
    fn value(&mut self, lemmas: &BTreeSet<u32>) -> u64 {
        let set: Vec<u32> = lemmas.iter().copied().collect();
        if let [one] = set[..] {
            return u64::from(one);
        }
        if let Some(at) = self.at.get(&set) {
            return self.lemmas + at;
        }
        let at = self.bytes.len() as u64;
        self.bytes
            .push(u8::try_from(set.len()).expect("a form has few lemmas"));
        let mut last = 0;
        for &lemma in &set {
            write_number(&mut self.bytes, lemma - last);
            last = lemma;
        }
        self.at.insert(set, at);
        self.lemmas + at
    }
}

/// Seven bits a byte, lowest first.
fn write_number(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}
