//! The Polish dictionary: which lemmas a form may belong to.
//!
//! Compiled from Morfologik (`data/README.md` says from what, how and under which licence) into
//! a file that, once unpacked with zstd, holds the magic, then five 32-bit numbers, lowest byte first (how many lemmas there are, and the
//! lengths of the three parts but for the count), then
//! 1. a map from every form *without accents* to a value,
//! 2. a map from those accented forms whose lemmas are fewer than the bare form's, to a value,
//! 3. sets of lemmas: a count, then the lemmas' differences, seven bits a byte, lowest first.
//!
//! A value below the number of lemmas is a lemma; any other is that number plus where a set stands
//! in the third part. A lemma is known by its ordinal only: equal ordinals, same word.
//!
//! It never guesses: a word it does not list has no lemmas here.

use super::fold::fold;
use fst::Map;
use std::sync::LazyLock;

/// What a compiled dictionary begins with.
pub const DICTIONARY_MAGIC: &[u8; 8] = b"KARTDIC1";

static EMBEDDED: &[u8] = include_bytes!("../../data/polish.dictionary.zst");

static POLISH: LazyLock<Dictionary> =
    LazyLock::new(|| Dictionary::unpack(EMBEDDED).expect("the embedded dictionary is whole"));

/// More than the unpacked dictionary ever takes, in bytes.
const MAX_UNPACKED: usize = 32 << 20;

/// A lemma, by ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lemma(pub u32);

/// The beginning of listed words, read so far.
#[derive(Clone, Copy)]
pub(super) struct Beginning(fst::raw::CompiledAddr);

/// The dictionary, ready to be asked.
pub struct Dictionary {
    lemmas: u64,
    bare: Map<Vec<u8>>,
    accented: Map<Vec<u8>>,
    sets: Vec<u8>,
}

impl Dictionary {
    /// The dictionary that the program carries.
    #[must_use]
    pub fn polish() -> &'static Self {
        &POLISH
    }

    /// What tells this dictionary from others: part of the analyzer's version.
    #[must_use]
    pub fn fingerprint() -> &'static str {
        static FINGERPRINT: LazyLock<String> =
            LazyLock::new(|| model::Digest::of(EMBEDDED).to_string()[..12].to_owned());
        &FINGERPRINT
    }

    fn unpack(packed: &[u8]) -> Option<Self> {
        Self::parse(&zstd::bulk::decompress(packed, MAX_UNPACKED).ok()?)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(DICTIONARY_MAGIC)?;
        let (lemmas, rest) = number(rest)?;
        let (bare, rest) = number(rest)?;
        let (accented, rest) = number(rest)?;
        let (sets, rest) = number(rest)?;
        let (bare, rest) = rest.split_at_checked(bare as usize)?;
        let (accented, rest) = rest.split_at_checked(accented as usize)?;
        Some(Self {
            lemmas: u64::from(lemmas),
            bare: Map::new(bare.to_vec()).ok()?,
            accented: Map::new(accented.to_vec()).ok()?,
            sets: rest.get(..sets as usize)?.to_vec(),
        })
    }

    /// The lemmas a lower-case, composed word may be a form of; none when it is not listed.
    ///
    /// A word with accents means just that spelling where the dictionary lists it; a word without
    /// may have lost them, and means every spelling.
    #[must_use]
    pub fn lemmas(&self, word: &str) -> Vec<Lemma> {
        let folded = fold(word);
        let narrow = (*folded != *word)
            .then(|| self.accented.get(word))
            .flatten();
        match narrow.or_else(|| self.bare.get(&*folded)) {
            None => Vec::new(),
            Some(value) if value < self.lemmas => vec![Lemma(narrowed(value))],
            Some(value) => self.set(value - self.lemmas),
        }
    }

    /// Whether a lower-case word is listed, with or without its accents.
    #[must_use]
    pub fn knows(&self, word: &str) -> bool {
        self.bare.contains_key(&*fold(word))
    }

    /// Where the reading of a word without accents begins.
    pub(super) fn beginning(&self) -> Beginning {
        Beginning(self.bare.as_fst().root().addr())
    }

    /// Reads on from what was read; none where no listed word goes on so.
    pub(super) fn read_on(&self, from: Beginning, folded: &str) -> Option<Beginning> {
        let listed = self.bare.as_fst();
        let mut node = listed.node(from.0);
        for &byte in folded.as_bytes() {
            let way = node.find_input(byte)?;
            node = listed.node(node.transition_addr(way));
        }
        Some(Beginning(node.addr()))
    }

    /// Whether what was read is a whole word.
    pub(super) fn is_word(&self, read: Beginning) -> bool {
        self.bare.as_fst().node(read.0).is_final()
    }

    fn set(&self, at: u64) -> Vec<Lemma> {
        let bytes = &self.sets[narrowed(at) as usize..];
        let mut rest = bytes[1..].iter();
        let mut last = 0;
        (0..bytes[0])
            .map(|_| {
                let mut shift = 0;
                for byte in rest.by_ref() {
                    last += u32::from(byte & 0x7f) << shift;
                    shift += 7;
                    if byte & 0x80 == 0 {
                        break;
                    }
                }
                Lemma(last)
            })
            .collect()
    }
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number), rest))
}

/// Values and places of the embedded dictionary all fit 32 bits, as its length does.
fn narrowed(value: u64) -> u32 {
    u32::try_from(value).expect("the dictionary is shorter than 4 GiB")
}

#[cfg(test)]
mod tests {
    use super::Dictionary;

    fn meet(a: &str, b: &str) -> bool {
        let dictionary = Dictionary::polish();
        let a = dictionary.lemmas(a);
        dictionary.lemmas(b).iter().any(|lemma| a.contains(lemma))
    }

    #[test]
    fn forms_of_one_word_meet_and_others_do_not() {
        for (a, b, expected) in [
            ("spłaty", "spłata", true),
            ("splaty", "spłatą", true),
            ("umowę", "umowa", true),
            ("umowe", "umów", true),
            ("wieczystej", "wieczysta", true),
            ("kowalskiego", "kowalski", true),
            ("kowalskim", "kowalskiej", true),
            ("spłacony", "niespłacony", false),
            ("sąd", "sad", true),
            ("sądu", "sadów", false),
            ("sądem", "sądu", true),
            ("kąt", "kat", true),
            ("kąta", "katów", false),
            ("rata", "umowa", false),
        ] {
            assert_eq!(meet(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn what_it_does_not_list_has_no_lemmas() {
        let dictionary = Dictionary::polish();
        for word in ["", "brzęczyszczykiewicz", "xqz", "123", "loan1"] {
            assert_eq!(dictionary.lemmas(word), [], "{word}");
        }
        assert!(dictionary.knows("kredytobiorcą") && dictionary.knows("kredytobiorca"));
    }
}
