//! Sheets that are not as long as those scanned with them: folded over, or two drawn in as one.
//!
//! Only a scanner that cuts its images to the paper gives pages of different lengths; one that does
//! not gives nothing to compare, and nothing is said.

use model::{Page, PageKind, QualityReason, TextSource, Verdict};

/// Sheets of the same paper differ by less than this, in millimetres.
const ALIKE: f64 = 4.0;
/// A sheet longer by this is two that overlap, in millimetres; a scanner's own slack is less.
const LONGER: f64 = 10.0;
/// A sheet shorter by this is folded, in millimetres.
const SHORTER: f64 = 20.0;
/// Fewest sheets of one size that say which is usual.
const FEWEST: usize = 3;
/// From this many times the usual length on it is no overlap: two sheets glued end to end, a roll.
const TWICE: f64 = 1.9;

/// Names the sheets that are longer or shorter than the usual one of the file and as wide.
pub(crate) fn compare(pages: &mut [Page]) {
    let Some((width, length)) = usual(pages) else {
        return;
    };
    for page in pages {
        let Some((its_width, its_length)) = size(page) else {
            continue;
        };
        if (its_width - width).abs() > ALIKE {
            continue;
        }
        let reason = if its_length > length + LONGER && its_length < TWICE * length {
            QualityReason::DoubleFed
        } else if its_length < length - SHORTER {
            QualityReason::Folded
        } else {
            continue;
        };
        if !page.quality.reasons.contains(&reason) {
            page.quality.reasons.insert(0, reason);
        }
        if page.quality.verdict == Verdict::Good {
            page.quality.verdict = Verdict::Poor;
        }
    }
}

/// Width and length in millimetres of most of the scanned sheets, where most are alike.
fn usual(pages: &[Page]) -> Option<(f64, f64)> {
    let sizes: Vec<_> = pages.iter().filter_map(size).collect();
    let alike = |a: (f64, f64)| {
        let same = |b: &&(f64, f64)| (a.0 - b.0).abs() < ALIKE && (a.1 - b.1).abs() < ALIKE;
        sizes.iter().filter(same).count()
    };
    let (count, most) = sizes
        .iter()
        .map(|&size| (alike(size), size))
        .max_by_key(|(count, _)| *count)?;
    (count >= FEWEST && 2 * count > sizes.len()).then_some(most)
}

/// Width and length of a scanned sheet in millimetres; none of what was never on paper.
fn size(page: &Page) -> Option<(f64, f64)> {
    let scanned = match page.kind {
        PageKind::Text => page.source == TextSource::Ocr,
        PageKind::Blank => true,
        PageKind::Separator | PageKind::Failed => false,
    };
    let millimetres = |pixels: u32, dpi: u32| 25.4 * f64::from(pixels) / f64::from(dpi.max(1));
    scanned.then(|| {
        (
            millimetres(page.width, page.dpi[0]),
            millimetres(page.height, page.dpi[1]),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::compare;
    use model::{Failure, Page, PageKind, QualityReason, RefusalReason, TextSource, Verdict};

    /// A scanned page of that many millimetres at 300 dpi.
    fn sheet(number: u32, (width, length): (u32, u32)) -> Page {
        Page {
            width: width * 300 * 10 / 254,
            height: length * 300 * 10 / 254,
            dpi: [300, 300],
            kind: PageKind::Text,
            source: TextSource::Ocr,
            quality: model::Quality::default(),
            failure: None,
            ..Page::failed(number, Failure::new(RefusalReason::Damaged, "none"))
        }
    }

    fn compared(sizes: &[(u32, u32)]) -> Vec<(Verdict, Vec<QualityReason>)> {
        let mut pages: Vec<Page> = (1..).zip(sizes).map(|(n, &size)| sheet(n, size)).collect();
        compare(&mut pages);
        let quality = pages.into_iter().map(|page| page.quality);
        quality.map(|q| (q.verdict, q.reasons)).collect()
    }

    const A4: (u32, u32) = (210, 297);

    #[test]
    fn a_longer_sheet_was_two_and_a_shorter_one_is_folded() {
        let last = |odd| compared(&[A4, A4, (211, 296), odd]).pop().unwrap();
        let fine = (Verdict::Good, vec![]);
        assert_eq!(
            last((210, 340)),
            (Verdict::Poor, vec![QualityReason::DoubleFed])
        );
        assert_eq!(
            last((209, 250)),
            (Verdict::Poor, vec![QualityReason::Folded])
        );
        for other in [
            (210, 301),
            (216, 356),
            (148, 210),
            (297, 420),
            (210, 594),
            (210, 280),
        ] {
            assert_eq!(last(other), fine, "{other:?}");
        }
    }

    #[test]
    fn without_a_usual_size_nothing_is_said() {
        for sizes in [
            &[A4, A4, (210, 340)][..],
            &[(210, 340)],
            &[A4, A4, A4, (210, 250), (210, 240), (210, 230)],
            &[],
        ] {
            assert!(
                compared(sizes)
                    .iter()
                    .all(|(_, reasons)| reasons.is_empty()),
                "{sizes:?}"
            );
        }
    }
}
