//! Ink that the first reading passed over is read again, by itself or with its line.
//!
//! Tesseract's layout drops list numbers that stand apart and whole words that it takes for noise.
//! What is still not read after this stays known as ink without words.

use crate::binding::{Engine, Fill, ImageError, RawWord};
use crate::clock::Until;
use crate::prepare::Prepared;
use crate::reader::READING_DPI;
use model::Place;
use tesseract::PageSegMode;

/// Most second looks at a page: stamps and pictures would otherwise cost more than the text.
const MOST_LOOKS: usize = 24;

/// Least confidence of words that are read where the first reading saw none.
const SURE: f64 = 0.7;

/// A word on the level page, with the engine's line that it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spotted {
    /// As read.
    pub(crate) text: String,
    /// On the level page.
    pub(crate) place: Place,
    /// 0 to 1.
    pub(crate) confidence: f64,
    /// The number of its line.
    pub(crate) line: usize,
    /// Other readings of the same ink.
    pub(crate) alternatives: Vec<String>,
}

/// Numbers the engine's lines.
pub(crate) fn spotted(words: Vec<RawWord>) -> Vec<Spotted> {
    let mut line = 0;
    words
        .into_iter()
        .enumerate()
        .map(|(index, word)| {
            line += usize::from(word.starts_line && index > 0);
            word.in_line(line)
        })
        .collect()
}

impl RawWord {
    fn in_line(self, line: usize) -> Spotted {
        Spotted {
            text: self.text,
            place: self.place,
            confidence: self.confidence,
            line,
            alternatives: Vec::new(),
        }
    }
}

/// Takes out what was read of lines that run down the page: Tesseract joins the numbers of a list
/// into one such line and reads it as a word or two. Their ink is then read again, each with the
/// line that it stands beside.
pub(crate) fn without_lines_that_run_down(words: Vec<RawWord>, letter: u32) -> Vec<RawWord> {
    let runs_down = |line: Place| line.h >= 3 * letter && line.w * 2 < line.h;
    let mut starts = (false, false);
    words
        .into_iter()
        .filter_map(|mut word| {
            starts.0 |= word.starts_line;
            starts.1 |= word.starts_block;
            if runs_down(word.line) {
                return None;
            }
            (word.starts_line, word.starts_block) = std::mem::take(&mut starts);
            Some(word)
        })
        .collect()
}

/// Reads the ink that no word covers. Returns the places that stayed without words.
pub(crate) fn read_the_rest(
    engine: &mut Engine,
    prepared: &Prepared,
    words: &mut Vec<Spotted>,
    until: Until,
) -> Result<Vec<Place>, ImageError> {
    let mut unread = Vec::new();
    for (look, place) in rest(prepared, words)?.into_iter().enumerate() {
        if look >= MOST_LOOKS || until.is_over() {
            unread.push(place);
            continue;
        }
        let mut read = |part: Place| {
            let part = padded(part, prepared);
            engine
                .recognise(part, PageSegMode::PsmSingleLine, until)
                .words
        };
        let beside = line_beside(words, place, prepared.letter);
        let taken = beside.is_some_and(|line| with_its_neighbours(words, line, place, &mut read))
            || by_itself(words, beside, place, &mut read);
        if !taken {
            unread.push(place);
        }
    }
    Ok(unread)
}

/// Below this confidence a word is read again with the other languages.
const UNSURE: f64 = 0.75;

/// How much surer another reading must be to take a word's place.
const SURER: f64 = 0.12;

/// Reads unsure words again, each by itself, with the models of the other languages, which know
/// signs and names that the first one's do not. The surer reading wins; the other one stays among
/// the word's alternatives.
pub(crate) fn read_unsure_words(
    other: &mut Engine,
    prepared: &Prepared,
    words: &mut [Spotted],
    until: Until,
) -> Result<(), ImageError> {
    let mut unsure: Vec<usize> = (0..words.len())
        .filter(|&index| deserves_another_reading(&words[index]))
        .collect();
    unsure.sort_by(|&a, &b| words[a].confidence.total_cmp(&words[b].confidence));
    unsure.truncate(MOST_LOOKS);
    if unsure.is_empty() {
        return Ok(());
    }
    other.set_image(&prepared.ink, READING_DPI);
    for index in unsure {
        if until.is_over() {
            break;
        }
        let part = padded(words[index].place, prepared);
        let new = other
            .recognise(part, PageSegMode::PsmSingleLine, until)
            .words;
        take_the_surer(&mut words[index], &new);
    }
    Ok(())
}

fn deserves_another_reading(word: &Spotted) -> bool {
    word.confidence < UNSURE && letters(&word.text) > 1 || could_be_address(&word.text)
}

/// An address at a bank or a firm without its @, which the Polish model does not know.
fn could_be_address(text: &str) -> bool {
    let end = text.trim_end_matches([',', ';', '.', ')']);
    [".pl", ".com", ".eu", ".org"]
        .iter()
        .any(|domain| end.ends_with(domain))
        && !text.contains('@')
        && text.chars().count() > 8
        && !text.starts_with("www")
}

fn take_the_surer(word: &mut Spotted, new: &[RawWord]) {
    let [reading] = new else { return };
    if reading.text == word.text {
        word.confidence = word.confidence.max(reading.confidence);
        return;
    }
    let is_address = could_be_address(&word.text) && reading.text.contains('@');
    // The other model has no ł and no ś: what it is sure of may be their like.
    let loses_letters = word
        .text
        .chars()
        .any(|c| c.is_alphabetic() && !c.is_ascii());
    let surer = reading.confidence >= word.confidence + SURER && reading.confidence >= UNSURE;
    if is_address || surer && !loses_letters {
        let read = std::mem::replace(&mut word.text, reading.text.clone());
        word.confidence = word.confidence.max(reading.confidence);
        word.alternatives.insert(0, read);
    } else if reading.confidence >= SURE - 0.2 && !word.alternatives.contains(&reading.text) {
        word.alternatives.push(reading.text.clone());
    }
}

/// Rectangles of ink that no word covers and that could be text.
fn rest(prepared: &Prepared, words: &[Spotted]) -> Result<Vec<Place>, ImageError> {
    let letter = prepared.letter;
    let mut rest = prepared.ink.copy()?;
    for word in words {
        rest.fill(grown(word.place, letter / 6 + 2), Fill::Paper);
    }
    for rule in prepared.rules.across.iter().chain(&prepared.rules.down) {
        rest.fill(grown(*rule, 3), Fill::Paper);
    }
    let rest = rest.without_specks(letter / 3)?;
    let mut places: Vec<Place> = rest
        .closed(letter, 1)?
        .components()
        .into_iter()
        .filter(|p| p.h * 3 >= letter * 2 && p.h <= letter * 4 && p.w * 4 >= letter)
        .collect();
    places.sort_by_key(|p| (p.y, p.x));
    Ok(places)
}

fn grown(place: Place, by: u32) -> Place {
    let (x, y) = (place.x.saturating_sub(by), place.y.saturating_sub(by));
    Place::new(x, y, place.right() + by - x, place.bottom() + by - y)
}

fn padded(place: Place, prepared: &Prepared) -> Place {
    let grown = grown(place, prepared.letter / 4 + 2);
    let (width, height) = prepared.geometry.read;
    Place::new(
        grown.x,
        grown.y,
        grown.right().min(width) - grown.x,
        grown.bottom().min(height) - grown.y,
    )
}

/// The line that a place stands in or right beside.
fn line_beside(words: &[Spotted], place: Place, letter: u32) -> Option<usize> {
    words
        .iter()
        .filter(|word| {
            let shared = place
                .bottom()
                .min(word.place.bottom())
                .saturating_sub(place.y.max(word.place.y));
            let gap = word
                .place
                .x
                .saturating_sub(place.right())
                .max(place.x.saturating_sub(word.place.right()));
            shared * 2 > place.h.min(word.place.h) && gap < letter * 4
        })
        .min_by_key(|word| {
            word.place
                .x
                .saturating_sub(place.right())
                .max(place.x.saturating_sub(word.place.right()))
        })
        .map(|word| word.line)
}

/// What a lone § is read as, beside letters and figures; `polish` decides by its ink.
fn could_be_section(text: &str) -> bool {
    matches!(text, "$" | "§" | "&" | "€")
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Reads the ink again together with the words right beside it; better is what says more, as
/// surely, and keeps what was read before.
fn with_its_neighbours(
    words: &mut Vec<Spotted>,
    line: usize,
    place: Place,
    read: &mut dyn FnMut(Place) -> Vec<RawWord>,
) -> bool {
    let old = neighbours(words, line, place);
    let Some(part) = Place::union_of(old.iter().map(|&index| words[index].place)) else {
        return false;
    };
    if part.h > place.h * 3 {
        return false;
    }
    let new = read(part.union(place));
    let mean = |sum: f64, count: usize| if count == 0 { 0.0 } else { sum / count as f64 };
    let old_mean = mean(old.iter().map(|&i| words[i].confidence).sum(), old.len());
    let new_mean = mean(new.iter().map(|word| word.confidence).sum(), new.len());
    let old_letters: usize = old.iter().map(|&i| letters(&words[i].text)).sum();
    let new_letters: usize = new.iter().map(|word| letters(&word.text)).sum();
    let kept = old
        .iter()
        .filter(|&&i| new.iter().any(|other| other.text == words[i].text))
        .count();
    if new_letters <= old_letters || new_mean + 0.1 < old_mean || kept + 1 < old.len() {
        return false;
    }
    let mut index = 0;
    words.retain(|_| {
        index += 1;
        !old.contains(&(index - 1))
    });
    words.extend(new.into_iter().map(|word| word.in_line(line)));
    true
}

/// The words of a line that stand right before and right after a place, two on either side.
fn neighbours(words: &[Spotted], line: usize, place: Place) -> Vec<usize> {
    let at = |place: Place| place.x.midpoint(place.right());
    let mut here: Vec<usize> = (0..words.len())
        .filter(|&i| words[i].line == line)
        .collect();
    here.sort_by_key(|&i| words[i].place.x);
    let before = here.partition_point(|&i| at(words[i].place) < at(place));
    here[before.saturating_sub(2)..(before + 2).min(here.len())].to_vec()
}

/// Reads the ink alone; taken only where it is surely words.
fn by_itself(
    words: &mut Vec<Spotted>,
    beside: Option<usize>,
    place: Place,
    read: &mut dyn FnMut(Place) -> Vec<RawWord>,
) -> bool {
    let new: Vec<RawWord> = read(place)
        .into_iter()
        .filter(|word| {
            word.confidence >= SURE && (letters(&word.text) > 0 || could_be_section(&word.text))
        })
        .collect();
    let line = beside.unwrap_or_else(|| words.iter().map(|word| word.line + 1).max().unwrap_or(0));
    let taken = !new.is_empty();
    words.extend(new.into_iter().map(|word| word.in_line(line)));
    taken
}

#[cfg(test)]
mod tests {
    use super::{spotted, without_lines_that_run_down};
    use crate::binding::RawWord;
    use model::Place;

    fn word(text: &str, line: Place, starts_line: bool) -> RawWord {
        RawWord {
            text: text.into(),
            place: line,
            confidence: 0.5,
            starts_line,
            starts_block: starts_line,
            line,
        }
    }

    #[test]
    fn the_numbers_of_a_list_read_as_one_line_are_given_back_to_the_second_look() {
        let (down, first, second) = (
            Place::new(257, 372, 46, 372),
            Place::new(320, 372, 1900, 35),
            Place::new(320, 422, 1900, 35),
        );
        let raw = vec![
            word("Bank", first, true),
            word("ND", down, true),
            word("RW", down, false),
            word("Kredyt", second, true),
        ];
        let left = spotted(without_lines_that_run_down(raw, 22));
        let left: Vec<(&str, usize)> = left.iter().map(|w| (w.text.as_str(), w.line)).collect();
        assert_eq!(left, [("Bank", 0), ("Kredyt", 1)]);
    }
}
