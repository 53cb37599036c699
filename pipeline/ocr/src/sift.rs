//! What Tesseract gives as words and surely is none: specks, strokes of a pen, a frame's corner.
//!
//! A word is dropped only where nothing in it could be text. Letters and figures stay, however
//! unsure, unless the whole page is noise.

use crate::second_look::Spotted;

/// Signs that stand alone in documents.
const SIGNS: &str = "§$€%&+-–—=*•·/()[]<>„”\"'×№@°.:;,!?…_□☐☒✓";

/// Signs that are strokes along the line: a speck is read as one of them too.
const STROKES: &str = "-–—_=";

/// Shorter than this, in pixels at 300 dpi, a stroke is a speck.
const SHORTEST_STROKE: u32 = 6;

/// Below this confidence a word without a letter or figure is a stroke, not a sign.
const SIGN_SURE: f64 = 0.5;

/// Below this mean confidence a page's words are shapes in noise: text, even bad, reads above 0.6.
const NOISE: f64 = 0.45;

/// Keeps what can be words.
pub(crate) fn sift(words: &mut Vec<Spotted>) {
    words.retain(can_be_word);
    let letters = |word: &Spotted| word.text.chars().filter(|c| c.is_alphanumeric()).count() as f64;
    let weight: f64 = words.iter().map(letters).sum();
    let sure: f64 = words
        .iter()
        .map(|word| letters(word) * word.confidence)
        .sum();
    let any_sure = words
        .iter()
        .any(|word| word.confidence > 0.85 && letters(word) >= 3.0);
    if weight > 0.0 && sure / weight < NOISE && !any_sure {
        words.clear();
    }
}

fn can_be_word(word: &Spotted) -> bool {
    if word.text.chars().any(char::is_alphanumeric) {
        return word.place.w > 2 && word.place.h > 4;
    }
    let is_stroke = word.text.chars().all(|c| STROKES.contains(c));
    word.confidence >= SIGN_SURE
        && word.text.chars().all(|c| SIGNS.contains(c))
        && (!is_stroke || word.place.w >= SHORTEST_STROKE)
}

#[cfg(test)]
mod tests {
    use super::sift;
    use crate::second_look::Spotted;
    use model::Place;

    fn check(words: &[(&str, f64)], expected: &str) {
        let mut words: Vec<Spotted> = words
            .iter()
            .map(|&(text, confidence)| Spotted {
                text: text.into(),
                place: Place::new(0, 0, 40, 20),
                confidence,
                line: 0,
                alternatives: vec![],
            })
            .collect();
        sift(&mut words);
        let left: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(left.join(" "), expected);
    }

    #[test]
    fn strokes_go_and_letters_stay_however_unsure() {
        check(
            &[("Kwota", 0.96), ("|", 0.3), ("~", 0.9), ("zł", 0.2)],
            "Kwota zł",
        );
        check(
            &[("–", 0.9), ("§", 0.8), ("—", 0.2), ("umowy", 0.9)],
            "– § umowy",
        );
    }

    #[test]
    fn a_stroke_no_longer_than_a_speck_goes() {
        let dash = |width| Spotted {
            text: "-".into(),
            place: Place::new(0, 0, width, 3),
            confidence: 0.8,
            line: 0,
            alternatives: vec![],
        };
        let mut words = vec![dash(3), dash(12)];
        sift(&mut words);
        assert_eq!(words, [dash(12)]);
    }

    #[test]
    fn a_page_of_noise_has_no_words() {
        check(&[("nr", 0.2), ("oe", 0.3), ("1", 0.4), ("aw", 0.1)], "");
        check(
            &[("nr", 0.2), ("oe", 0.3), ("Wpłacono", 0.9), ("aw", 0.1)],
            "nr oe Wpłacono aw",
        );
    }
}
