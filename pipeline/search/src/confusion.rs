//! How far a word is from another, where what a scanner confuses is near.
//!
//! Costs are in tenths of a wrong letter.

use crate::analysis::CONFUSED;

/// A letter added, dropped, changed, or swapped with its neighbour.
pub(crate) const WRONG_LETTER: usize = 10;
/// What a scanner takes for something else.
const CONFUSION: usize = 3;

/// What it costs to make one word of the other (optimal string alignment, with confusions).
pub(crate) fn cost(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![vec![usize::MAX; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, _) => j * WRONG_LETTER,
                (_, 0) => i * WRONG_LETTER,
                _ => least(&a[..i], &b[..j], &rows),
            };
        }
    }
    rows[a.len()][b.len()]
}

/// The least cost of two beginnings, none empty, from those of shorter ones.
fn least(a: &[char], b: &[char], rows: &[Vec<usize>]) -> usize {
    let (i, j) = (a.len(), b.len());
    let changed = if a[i - 1] == b[j - 1] {
        0
    } else {
        WRONG_LETTER
    };
    let mut least = (rows[i - 1][j - 1] + changed)
        .min(rows[i - 1][j] + WRONG_LETTER)
        .min(rows[i][j - 1] + WRONG_LETTER);
    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
        least = least.min(rows[i - 2][j - 2] + WRONG_LETTER);
    }
    for (one, other) in CONFUSED {
        for (one, other) in [(one, other), (other, one)] {
            if ends(a, one) && ends(b, other) {
                least = least.min(rows[i - one.len()][j - other.len()] + CONFUSION);
            }
        }
    }
    least
}

/// Whether letters end with some of ASCII.
fn ends(letters: &[char], end: &str) -> bool {
    letters.len() >= end.len()
        && letters[letters.len() - end.len()..]
            .iter()
            .copied()
            .eq(end.chars())
}

/// The word with one confusion that changes its length undone, each place in turn.
pub(crate) fn of_other_length(word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in word.char_indices() {
        for (one, other) in CONFUSED {
            for (one, other) in [(one, other), (other, one)] {
                if one.len() != other.len()
                    && let Some(rest) = word[at..].strip_prefix(one)
                {
                    found.push([&word[..at], other, rest].concat());
                }
            }
        }
    }
    found
}

const _: () = {
    // `ends` counts letters as bytes.
    let mut n = 0;
    while n < CONFUSED.len() {
        assert!(CONFUSED[n].0.is_ascii() && CONFUSED[n].1.is_ascii());
        n += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::{cost, of_other_length};

    #[test]
    fn wrong_letters_cost_more_than_confused_ones() {
        for (a, b, expected) in [
            ("kowalski", "kowalski", 0),
            ("kowalski", "kowlaski", 10),
            ("kowalski", "kowaiski", 3),
            ("kowalski", "kovvalski", 3),
            ("pominiety", "porniniety", 3),
            ("kowalski", "kowxlski", 10),
            ("kowalski", "kowal", 30),
            ("", "rata", 40),
            ("", "", 0),
        ] {
            assert_eq!(cost(a, b), expected, "{a} {b}");
            assert_eq!(cost(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn two_letters_read_as_one_are_parted_again() {
        assert!(of_other_length("urnowa").contains(&"umowa".to_owned()));
        assert!(of_other_length("kovvalski").contains(&"kowalski".to_owned()));
        assert!(of_other_length("żałoba").is_empty());
    }
}
