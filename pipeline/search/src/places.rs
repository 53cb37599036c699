//! From a hit in a page's text to the rectangles of its words.

use model::{Page, Place};
use std::ops::Range;

/// The places of the words that stand on the given bytes of the page's text. Words are found one
/// behind another, as the text is made of them in reading order; a word the text lacks has no
/// bytes and is never marked.
#[must_use]
pub fn places(page: &Page, ranges: &[Range<usize>]) -> Vec<Place> {
    let mut at = 0;
    let mut places = Vec::new();
    for word in &page.words {
        let Some(start) = page.text[at..].find(word.text.as_str()).map(|n| at + n) else {
            continue;
        };
        let end = start + word.text.len();
        if ranges
            .iter()
            .any(|range| range.start < end && start < range.end)
        {
            places.push(word.place);
        }
        at = end;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::places;
    use model::{Failure, Page, Place, RefusalReason, Word};

    #[test]
    fn a_hit_becomes_the_rectangles_of_its_words() {
        let failure = Failure::new(RefusalReason::Damaged, "it is torn");
        let mut page = Page::failed(1, failure);
        page.text = "umowa kre-\ndytu umowa".into();
        page.words = ["umowa", "kre-", "dytu", "umowa"]
            .iter()
            .zip(0..)
            .map(|(text, x)| Word {
                text: (*text).into(),
                place: Place::new(x, 0, 1, 1),
                confidence: 1.0,
                line: 0,
                block: 0,
                alternatives: Vec::new(),
            })
            .collect();
        let x = |ranges: &[std::ops::Range<usize>]| -> Vec<u32> {
            places(&page, ranges).iter().map(|place| place.x).collect()
        };
        let joined = 6..15;
        assert_eq!(x(&[joined]), [1, 2]);
        assert_eq!(x(&[0..5, 16..21]), [0, 3]);
        assert!(x(&[]).is_empty());
    }
}
