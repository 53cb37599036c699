//! Numbers in words, Polish and English, read back to figures: „trzydzieści jeden tysięcy złotych
//! 00/100”, „dwa tysiące dwudziestego piątego”, "thirty-one thousand".
//!
//! Words are compared folded and forgive a slip of the scanner; a word that is no number ends the
//! reading. Refuses sequences that no number makes („dwadzieścia trzydzieści”).

use crate::text::slips;

/// What a number word does to the number under way.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    /// 1 to 999, added.
    Add(u64),
    /// `hundred`: multiplies what stands before it.
    Hundred,
    /// A thousand, million or billion: closes a group.
    Scale(u64),
}

/// Stems with their value; a word is a number word when it begins with a stem and the rest is an
/// ending, so that cases and ordinals („dwudziestego”) need no list of their own.
const STEMS: [(&str, Part, usize); 86] = [
    // (stem, part, longest ending)
    ("zero", Part::Add(0), 0),
    ("jeden", Part::Add(1), 0),
    ("jedn", Part::Add(1), 3),
    ("pierwsz", Part::Add(1), 3),
    ("dwa", Part::Add(2), 0),
    ("dwie", Part::Add(2), 0),
    ("dwoch", Part::Add(2), 0),
    ("dwoma", Part::Add(2), 0),
    ("drugi", Part::Add(2), 3),
    ("trzy", Part::Add(3), 0),
    ("trzech", Part::Add(3), 0),
    ("trzeci", Part::Add(3), 3),
    ("cztery", Part::Add(4), 0),
    ("czterech", Part::Add(4), 0),
    ("czwart", Part::Add(4), 3),
    ("piec", Part::Add(5), 0),
    ("pieciu", Part::Add(5), 0),
    ("piat", Part::Add(5), 3),
    ("szesc", Part::Add(6), 2),
    ("szost", Part::Add(6), 3),
    ("siedem", Part::Add(7), 0),
    ("siedmiu", Part::Add(7), 0),
    ("siodm", Part::Add(7), 3),
    ("osiem", Part::Add(8), 0),
    ("osmiu", Part::Add(8), 0),
    ("osm", Part::Add(8), 3),
    ("dziewiec", Part::Add(9), 2),
    ("dziewiat", Part::Add(9), 3),
    ("dziesiec", Part::Add(10), 2),
    ("dziesiat", Part::Add(10), 3),
    ("jedenasci", Part::Add(11), 3),
    ("jedenast", Part::Add(11), 3),
    ("dwanasci", Part::Add(12), 3),
    ("dwunast", Part::Add(12), 3),
    ("trzynast", Part::Add(13), 4),
    ("trzynasci", Part::Add(13), 3),
    ("czternast", Part::Add(14), 4),
    ("czternasci", Part::Add(14), 3),
    ("pietnast", Part::Add(15), 4),
    ("pietnasci", Part::Add(15), 3),
    ("szesnast", Part::Add(16), 4),
    ("szesnasci", Part::Add(16), 3),
    ("siedemnast", Part::Add(17), 4),
    ("siedemnasci", Part::Add(17), 3),
    ("osiemnast", Part::Add(18), 4),
    ("osiemnasci", Part::Add(18), 3),
    ("dziewietnast", Part::Add(19), 4),
    ("dziewietnasci", Part::Add(19), 3),
    ("dwadziesci", Part::Add(20), 1),
    ("dwudziest", Part::Add(20), 3),
    ("trzydziesci", Part::Add(30), 1),
    ("trzydziest", Part::Add(30), 3),
    ("czterdziesci", Part::Add(40), 1),
    ("czterdziest", Part::Add(40), 3),
    ("piecdziesiat", Part::Add(50), 3),
    ("szescdziesiat", Part::Add(60), 3),
    ("siedemdziesiat", Part::Add(70), 3),
    ("osiemdziesiat", Part::Add(80), 3),
    ("dziewiecdziesiat", Part::Add(90), 3),
    ("sto", Part::Add(100), 0),
    ("stu", Part::Add(100), 0),
    ("dwiescie", Part::Add(200), 0),
    ("dwustu", Part::Add(200), 0),
    ("trzysta", Part::Add(300), 0),
    ("czterysta", Part::Add(400), 0),
    ("piecset", Part::Add(500), 0),
    ("szescset", Part::Add(600), 0),
    ("siedemset", Part::Add(700), 0),
    ("osiemset", Part::Add(800), 0),
    ("dziewiecset", Part::Add(900), 0),
    ("tysiac", Part::Scale(1_000), 2),
    ("tysiec", Part::Scale(1_000), 1),
    ("milion", Part::Scale(1_000_000), 3),
    ("miliard", Part::Scale(1_000_000_000), 3),
    ("one", Part::Add(1), 0),
    ("two", Part::Add(2), 0),
    ("three", Part::Add(3), 0),
    ("four", Part::Add(4), 0),
    ("five", Part::Add(5), 0),
    ("six", Part::Add(6), 0),
    ("seven", Part::Add(7), 0),
    ("eight", Part::Add(8), 0),
    ("nine", Part::Add(9), 0),
    ("hundred", Part::Hundred, 0),
    ("thousand", Part::Scale(1_000), 0),
    ("million", Part::Scale(1_000_000), 0),
];

/// English words from ten to ninety.
const ENGLISH_TENS: [(&str, u64); 18] = [
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
];

fn part(word: &str) -> Option<Part> {
    exact(word).or_else(|| misread(word))
}

fn exact(word: &str) -> Option<Part> {
    if let Some((_, value)) = ENGLISH_TENS.iter().find(|(name, _)| *name == word) {
        return Some(Part::Add(*value));
    }
    let known = STEMS.iter().filter(|(stem, _, ending)| {
        word.strip_prefix(stem).is_some_and(|rest| {
            rest.len() <= *ending && rest.bytes().all(|b| b.is_ascii_lowercase())
        })
    });
    known
        .max_by_key(|(stem, _, _)| stem.len())
        .map(|(_, part, _)| *part)
}

/// Whether a word is a number word as it stands, without forgiving a slip.
pub(crate) fn is_number(word: &str) -> bool {
    word.len() >= 3 && exact(word).is_some()
}

/// The number word that a longer word was meant to be, if exactly one is near.
fn misread(word: &str) -> Option<Part> {
    if word.len() < 6 {
        return None;
    }
    let near = STEMS.iter().filter(|(stem, _, ending)| {
        let length = word.len().min(stem.len());
        stem.len() >= 6
            && word.len() <= stem.len() + ending
            && slips(stem.as_bytes(), &word.as_bytes()[..length], 2).is_some()
    });
    let mut found: Vec<Part> = near.map(|(_, part, _)| *part).collect();
    found.dedup();
    if let [only] = found[..] {
        Some(only)
    } else {
        None
    }
}

/// A number read from words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spelled {
    /// Its value.
    pub(crate) value: u64,
    /// How many of the words it took.
    pub(crate) words: usize,
}

/// The number that the first words spell, as many as can be.
pub(crate) fn spelled(words: &[&str]) -> Option<Spelled> {
    let (mut total, mut group, mut taken) = (0u64, None::<u64>, 0);
    let mut floor = u64::MAX; // within a group each part is smaller than the unit before
    let mut scale = u64::MAX;
    for (at, word) in words.iter().enumerate() {
        let Some(part) = part(word) else {
            if *word == "and" && taken > 0 {
                continue;
            }
            break;
        };
        match part {
            Part::Add(value) => {
                if value >= floor || (group.is_some() && value == 0) {
                    break;
                }
                group = Some(group.unwrap_or(0) + value);
                floor = match value {
                    100.. => 100,
                    20..=99 => 10,
                    _ => 0,
                };
            }
            Part::Hundred => {
                group = Some(group.filter(|g| (1..10).contains(g))? * 100);
                floor = 100;
            }
            Part::Scale(by) if by < scale => {
                total += group.take().unwrap_or(1).checked_mul(by)?;
                (scale, floor) = (by, u64::MAX);
            }
            Part::Scale(_) => break,
        }
        taken = at + 1;
    }
    (taken > 0).then(|| Spelled {
        value: total + group.unwrap_or(0),
        words: taken,
    })
}

/// The whole units that an amount in words spells.
pub(crate) fn amount(text: &str) -> Option<u64> {
    let folded = crate::text::fold(text);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    spelled(&words).map(|read| read.value)
}

#[cfg(test)]
mod tests {
    use super::spelled;
    use crate::text::fold;

    fn check(text: &str, value: u64, words: usize) {
        let folded = fold(text);
        let tokens: Vec<&str> = folded
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .collect();
        let read = spelled(&tokens);
        assert_eq!(
            read.map(|s| (s.value, s.words)),
            Some((value, words)),
            "{text}"
        );
    }

    #[test]
    fn numbers_in_words_are_read_back() {
        check("trzydzieści jeden tysięcy złotych", 31_000, 3);
        check(
            "sto dwadzieścia trzy tysiące czterysta pięćdziesiąt sześć złotych",
            123_456,
            7,
        );
        check("jeden milion dwieście tysięcy", 1_200_000, 4);
        check("tysiąc pięćset", 1_500, 2);
        check("dwa tysiące dwudziestego piątego roku", 2_025, 4);
        check("szesnastego kwietnia", 16, 1);
        check("czterdzieści osiem miesięcy", 48, 2);
        check("trzydziesci jeden tysiecv", 31_000, 3); // as a scanner reads it
        check("thirty-one thousand five hundred and twenty", 31_520, 7);
        check("dwadzieścia trzydzieści", 20, 1);
    }

    #[test]
    fn other_words_are_no_numbers() {
        for text in ["kredytu", "stopa", "stan", "dwa"] {
            let read = spelled(&[text]);
            assert_eq!(read.is_some(), text == "dwa", "{text}");
        }
    }
}
