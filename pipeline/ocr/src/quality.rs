//! The verdict on a page: from what was measured while it was made ready and read.
//!
//! Pure. It names reasons, worst first; it never changes what was read.

use model::{Quality, QualityReason, Verdict};

/// What was measured on one page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Measured {
    /// The usual height of a letter on the page as given, in pixels.
    pub(crate) letter: f64,
    /// How far ink is from paper, 0 to 1; none for a bilevel page.
    pub(crate) contrast: Option<f64>,
    /// How much the paper scatters, as a share of its brightness; none for a bilevel page.
    pub(crate) grain: Option<f64>,
    /// Width of the edges of strokes on the page as given, in pixels; none for a bilevel page.
    pub(crate) edge: Option<f64>,
    /// Words that the ink without words would make.
    pub(crate) unread_words: f64,
    /// Whether specks were taken away.
    pub(crate) specks: bool,
    /// Degrees off the level.
    pub(crate) skew: f64,
    /// Words whose place touches the page's edge.
    pub(crate) cut_words: usize,
    /// Whether a corner is folded over.
    pub(crate) folded: bool,
    /// Whether the other side shines through an empty page.
    pub(crate) show_through: bool,
    /// Whether there is ink the size of words where none was read.
    pub(crate) ink_without_words: bool,
    /// Whether coloured ink was lifted off words.
    pub(crate) ink_over_text: bool,
    /// Confidence of every word.
    pub(crate) confidences: Vec<f64>,
    /// Whether reading stopped at the deadline.
    pub(crate) cut_short: bool,
}

/// Letters below this many pixels lose their accents: 10 points at 150 dpi.
const SMALLEST_LETTER: f64 = 11.5;
/// Below this share of black on white, thin strokes break.
const LOW_CONTRAST: f64 = 0.3;
/// Above this scatter, paper is taken for ink here and there.
const HIGH_GRAIN: f64 = 0.08;
/// Edges wider than this share of a letter, and than this many pixels, run into each other: thin
/// strokes wash out. Gray samples in focus have 0.09 to 0.14 of a letter; out of focus so far that
/// one word in ten is lost, 0.2.
const BLURRED_EDGE: (f64, f64) = (0.2, 3.8);
/// A sheet drawn in this far askew has lost corners, in degrees.
const LARGE_SKEW: f64 = 4.0;
/// A word below this confidence is wrong as often as not.
const UNSURE: f64 = 0.6;
/// Share of unsure words from which a page is poor.
const MANY_UNSURE: f64 = 0.12;
/// Share of unsure words from which a page should be scanned again.
const MOSTLY_UNSURE: f64 = 0.5;

/// Confidence from which a word is as good as surely right, and below which it rarely is; and how
/// often it is right there. From the samples' 77 pages of text and their truth.
const SURE_WORD: (f64, f64) = (0.92, 0.99);
const DOUBTFUL_WORD: (f64, f64) = (0.3, 0.2);

/// How often a word read with this confidence is right.
fn right(confidence: f64) -> f64 {
    let ((low, seldom), (high, usually)) = (DOUBTFUL_WORD, SURE_WORD);
    let share = ((confidence - low) / (high - low)).clamp(0.0, 1.0);
    seldom + share * (usually - seldom)
}

/// How many of a hundred words are expected to have been read right: none where there are none.
fn score(seen: &Measured) -> Option<u8> {
    let words = seen.confidences.len() as f64;
    let expected: f64 = seen.confidences.iter().copied().map(right).sum();
    let all = words + seen.unread_words;
    // Of a page that was not read to its end nothing is known of the rest.
    let read = if seen.cut_short { 0.5 } else { 1.0 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 100"
    )]
    (words > 0.0).then(|| (100.0 * read * expected / all).round() as u8)
}

/// Judges a page.
pub(crate) fn judge(seen: &Measured) -> Quality {
    let words = seen.confidences.len();
    let unsure = seen
        .confidences
        .iter()
        .filter(|&&confidence| confidence < UNSURE)
        .count();
    let share = if words == 0 {
        0.0
    } else {
        unsure as f64 / words as f64
    };
    let unreadable = words >= 10 && share >= MOSTLY_UNSURE;
    let mut reasons = Vec::new();
    let mut name = |is: bool, reason: QualityReason| {
        if is {
            reasons.push(reason);
        }
        is
    };
    let blurred = (BLURRED_EDGE.0 * seen.letter).max(BLURRED_EDGE.1);
    let mut poor = name(seen.cut_short, QualityReason::Deadline);
    poor |= name(
        share >= MANY_UNSURE && unsure >= 5,
        QualityReason::LowConfidence,
    );
    poor |= name(
        words > 0 && seen.letter < SMALLEST_LETTER,
        QualityReason::LowResolution,
    );
    poor |= name(
        words > 0 && seen.contrast.is_some_and(|c| c < LOW_CONTRAST),
        QualityReason::LowContrast,
    );
    poor |= name(
        words > 0 && seen.edge.is_some_and(|edge| edge > blurred),
        QualityReason::Blur,
    );
    poor |= name(seen.cut_words >= 2, QualityReason::CutEdge);
    poor |= name(seen.folded, QualityReason::Folded);
    name(seen.ink_over_text, QualityReason::InkOverText);
    name(seen.ink_without_words, QualityReason::InkWithoutWords);
    name(
        seen.specks || seen.grain.is_some_and(|g| g > HIGH_GRAIN),
        QualityReason::Noise,
    );
    name(seen.skew.abs() > LARGE_SKEW, QualityReason::Skew);
    name(seen.show_through, QualityReason::ShowThrough);
    let verdict = match (unreadable, poor) {
        (true, _) => Verdict::Unreadable,
        (false, true) => Verdict::Poor,
        (false, false) => Verdict::Good,
    };
    Quality {
        verdict,
        reasons,
        score: score(seen),
    }
}

#[cfg(test)]
mod tests {
    use super::{Measured, judge};
    use model::{QualityReason, Verdict};

    fn check(change: impl FnOnce(&mut Measured), verdict: Verdict, reasons: &[QualityReason]) {
        let mut seen = Measured {
            letter: 22.0,
            confidences: vec![0.95; 40],
            ..Measured::default()
        };
        change(&mut seen);
        let quality = judge(&seen);
        assert_eq!(
            (quality.verdict, quality.reasons.as_slice()),
            (verdict, reasons)
        );
    }

    #[test]
    fn verdicts_follow_from_what_was_measured() {
        check(|_| {}, Verdict::Good, &[]);
        check(
            |s| s.letter = 9.0,
            Verdict::Poor,
            &[QualityReason::LowResolution],
        );
        check(
            |s| s.contrast = Some(0.2),
            Verdict::Poor,
            &[QualityReason::LowContrast],
        );
        check(
            |s| s.edge = Some(4.6),
            Verdict::Poor,
            &[QualityReason::Blur],
        );
        check(|s| s.edge = Some(3.0), Verdict::Good, &[]);
        check(
            |s| s.confidences[..6].fill(0.3),
            Verdict::Poor,
            &[QualityReason::LowConfidence],
        );
        check(
            |s| s.confidences.fill(0.3),
            Verdict::Unreadable,
            &[QualityReason::LowConfidence],
        );
        check(|s| s.folded = true, Verdict::Poor, &[QualityReason::Folded]);
        check(
            |s| s.cut_short = true,
            Verdict::Poor,
            &[QualityReason::Deadline],
        );
    }

    #[test]
    fn the_score_falls_with_doubt_and_with_ink_unread() {
        let score = |change: fn(&mut Measured)| {
            let mut seen = Measured {
                letter: 22.0,
                confidences: vec![0.95; 40],
                ..Measured::default()
            };
            change(&mut seen);
            judge(&seen).score
        };
        assert_eq!(score(|_| {}), Some(99));
        assert_eq!(score(|s| s.confidences.fill(0.6)), Some(58));
        assert_eq!(score(|s| s.confidences.fill(0.1)), Some(20));
        assert_eq!(score(|s| s.unread_words = 10.0), Some(79));
        assert!(score(|s| s.cut_short = true).is_some_and(|s| s <= 50));
        assert_eq!(score(|s| s.confidences.clear()), None);
    }

    #[test]
    fn a_signature_or_a_stamp_makes_no_page_poor() {
        check(
            |s| s.ink_without_words = true,
            Verdict::Good,
            &[QualityReason::InkWithoutWords],
        );
        check(
            |s| s.ink_over_text = true,
            Verdict::Good,
            &[QualityReason::InkOverText],
        );
    }
}
