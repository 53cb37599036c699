//! Words that were read as one though the paper has a space between them: `strona1z4`, `§1.`.
//!
//! The ink tells: where as many letters stand in a word's place as were read, a gap that is wide
//! against the letters and against the word's other gaps is a space. Nothing is parted on a guess:
//! touching letters, letter-spaced headings and two letters by themselves stay as they were read.

use crate::binding::{ImageError, Pix};
use crate::polish::letters_at;
use crate::second_look::Spotted;
use model::Place;

/// Least width of a space as a share of the word's tallest letter: spaces have a third and more,
/// gaps between letters a tenth.
const SPACE: f64 = 0.36;

/// The same between two figures, of which a one stands in a wide berth.
const SPACE_IN_NUMBER: f64 = 0.55;

/// The same where the word itself says that a space belongs there.
const SPACE_AT_KNOWN_PLACE: f64 = 0.25;

/// A space is so many times as wide as the word's usual gap: typewriters set letters wide apart.
const WIDER: u32 = 3;

/// Parts words at the spaces that their ink shows.
pub(crate) fn part_at_spaces(ink: &Pix, words: &mut Vec<Spotted>) -> Result<(), ImageError> {
    let mut parted = Vec::with_capacity(words.len());
    for word in words.drain(..) {
        let letters: Vec<char> = word.text.chars().collect();
        let places = if letters.len() > 1 {
            letters_at(ink, word.place)?
        } else {
            Vec::new()
        };
        let spaces = if places.len() == letters.len() {
            spaces(&letters, &places)
        } else {
            Vec::new()
        };
        if spaces.is_empty() {
            parted.push(word);
        } else {
            parted.extend(parts(&word, &letters, &places, &spaces));
        }
    }
    *words = parted;
    Ok(())
}

/// The numbers of the letters before which a space stands.
fn spaces(letters: &[char], places: &[Place]) -> Vec<usize> {
    let gaps: Vec<u32> = places
        .windows(2)
        .map(|two| two[1].x.saturating_sub(two[0].right()))
        .collect();
    let usual = usual(&gaps);
    let tallest = f64::from(places.iter().map(|p| p.h).max().unwrap_or(0));
    let is_space = |&at: &usize| {
        let in_number = letters[at - 1].is_ascii_digit() && letters[at].is_ascii_digit();
        let share = if in_number { SPACE_IN_NUMBER } else { SPACE };
        let gap = gaps[at - 1];
        f64::from(gap) >= tallest * share && gap >= usual * WIDER
    };
    let known = |at: usize| f64::from(gaps[at - 1]) >= tallest * SPACE_AT_KNOWN_PLACE;
    let mut found: Vec<usize> = (1..letters.len()).filter(is_space).collect();
    if found.is_empty() {
        found = places_of_spaces(letters, &gaps);
        found.retain(|&at| known(at));
    }
    found
}

/// The usual gap between letters.
fn usual(gaps: &[u32]) -> u32 {
    let mut sorted = gaps.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() - 1) / 2].max(1)
}

/// Where a space may stand by what the word says: around the number in `- 2 -`, between the page and
/// the word in `2 z 3`, after a preposition of one letter, before each thousand of an amount.
fn places_of_spaces(letters: &[char], gaps: &[u32]) -> Vec<usize> {
    let is_digit = |c: &char| c.is_ascii_digit();
    let last = letters.len() - 1;
    if last >= 2
        && letters[0] == '-'
        && letters[last] == '-'
        && letters[1..last].iter().all(is_digit)
    {
        return vec![1, last];
    }
    if let [a, b] = letters {
        let mixed =
            is_digit(a) && PREPOSITIONS.contains(b) || is_digit(b) && PREPOSITIONS.contains(a);
        return if mixed { vec![1] } else { Vec::new() };
    }
    if PREPOSITIONS.contains(&letters[0]) && letters[1..].iter().all(|c| c.is_alphabetic()) {
        let usual = usual(&gaps[1..]);
        return if gaps[0] >= usual * 2 {
            vec![1]
        } else {
            Vec::new()
        };
    }
    thousands(letters, gaps)
}

/// Polish words of one letter, as they are printed.
const PREPOSITIONS: [char; 12] = ['z', 'Z', 'w', 'W', 'o', 'O', 'i', 'I', 'a', 'A', 'u', 'U'];

/// Before each thousand of an amount, where all of these gaps are wider than all others.
fn thousands(letters: &[char], gaps: &[u32]) -> Vec<usize> {
    let whole = letters.iter().take_while(|c| c.is_ascii_digit()).count();
    let cents =
        matches!(letters[whole..], [',', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit());
    if whole < 4 || !cents {
        return Vec::new();
    }
    let spaces: Vec<usize> = (1..whole)
        .filter(|at| (whole - at).is_multiple_of(3))
        .collect();
    let narrowest = spaces.iter().map(|&at| gaps[at - 1]).min().unwrap_or(0);
    let others = (1..whole).filter(|at| !spaces.contains(at));
    let widest = others.map(|at| gaps[at - 1]).max().unwrap_or(0);
    if narrowest * 2 >= widest * 3 && narrowest > widest + 1 {
        spaces
    } else {
        Vec::new()
    }
}

/// The words between the spaces; each keeps what was read among its alternatives.
fn parts<'a>(
    word: &'a Spotted,
    letters: &'a [char],
    places: &'a [Place],
    spaces: &'a [usize],
) -> impl Iterator<Item = Spotted> + 'a {
    let starts = std::iter::once(0).chain(spaces.iter().copied());
    let ends = spaces.iter().copied().chain([letters.len()]);
    starts.zip(ends).filter_map(|(start, end)| {
        let mut alternatives = word.alternatives.clone();
        alternatives.insert(0, word.text.clone());
        Some(Spotted {
            text: letters[start..end].iter().collect(),
            place: Place::union_of(places[start..end].iter().copied())?,
            confidence: word.confidence,
            line: word.line,
            alternatives,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::part_at_spaces;
    use crate::binding::{Fill, Pix};
    use crate::second_look::Spotted;
    use model::Place;

    /// `drawn` has a bar for every letter; a blank is a gap as wide as a space.
    fn check(drawn: &str, gap: u32, read: &str, expected: &str) {
        let mut ink = Pix::new(1000, 80, 1).unwrap();
        let mut x = 20;
        for letter in drawn.chars() {
            if letter == ' ' {
                x += 10;
            } else {
                ink.fill(Place::new(x, 20, 12, 26), Fill::Ink);
                x += 12 + gap;
            }
        }
        let mut words = vec![Spotted {
            text: read.into(),
            place: Place::new(20, 20, x - 20 - gap, 26),
            confidence: 0.9,
            line: 3,
            alternatives: vec![],
        }];
        part_at_spaces(&ink, &mut words).unwrap();
        let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(text.join(" "), expected);
        if words.len() > 1 {
            assert!(words.iter().all(|word| word.alternatives == [read]));
        }
    }

    #[test]
    fn a_wide_gap_is_a_space() {
        check("strona x z x", 3, "strona1z4", "strona 1 z 4");
        check("x xx", 3, "§1.", "§ 1.");
        check("x x", 3, "z3", "z 3");
        check("x x x", 3, "-2-", "- 2 -");
        check("xx xxxxxx", 3, "69353,20", "69 353,20");
    }

    #[test]
    fn what_is_not_sure_stays_as_read() {
        check("strona", 3, "strona", "strona");
        check("x x x", 3, "BIZ", "BIZ");
        check("xx x", 3, "1417", "1417");
        check("xx xx", 3, "1417", "1417");
        check("xx xx", 7, "abcd", "abcd");
        check("xx", 3, "z3", "z3");
        check("xxxxxxx", 3, "1234,00", "1234,00");
    }
}
