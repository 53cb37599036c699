//! A page as it is seen: its image, upright, with marks on it and the words above it as text that can be
//! selected, in one coordinate system. All of it is SVG: no script, no style, no measuring.

use model::{Page, PageSummary, Place, Turn};

/// Widths in pixels at which pages are drawn: to read, and to look closely.
pub(crate) const WIDTH: u32 = 1_240;
const CLOSE: u32 = 2_480;

/// A page to be seen.
pub(crate) struct Scan {
    pub(crate) number: u32,
    /// Of the upright page.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The image as it lies.
    pub(crate) image: String,
    pub(crate) image_width: u32,
    pub(crate) image_height: u32,
    /// What makes it stand.
    pub(crate) transform: String,
    pub(crate) turn: u16,
    pub(crate) lines: Vec<Line>,
    pub(crate) marks: Vec<Mark>,
    /// What of it is shown: left, top, width, height.
    pub(crate) view: [u32; 4],
}

/// A line of words.
pub(crate) struct Line {
    pub(crate) words: Vec<Word>,
}

/// A word where it stands.
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) x: u32,
    /// Its baseline.
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) size: u32,
}

/// A mark on the page.
#[derive(Clone)]
pub(crate) struct Mark {
    /// `hit`, `field`, `doubt` or `finding`.
    pub(crate) class: &'static str,
    /// What it is of, by name.
    pub(crate) of: String,
    /// What it is of, in words.
    pub(crate) title: String,
    pub(crate) place: Place,
}

impl Scan {
    /// A page of a document, turned upright and then by `turn` more.
    pub(crate) fn of(
        document: &str,
        page: &PageSummary,
        turn: Turn,
        words: Option<&Page>,
        marks: Vec<Mark>,
        close: bool,
    ) -> Self {
        let turn = both(page.rotation, turn);
        let (width, height) = turn.size(page.width, page.height);
        let upright = |place: Place| turn.apply(place, page.width, page.height);
        let (w, h) = (page.width, page.height);
        let transform = match turn {
            Turn::None => String::new(),
            Turn::Right => format!("translate({h} 0) rotate(90)"),
            Turn::Half => format!("translate({w} {h}) rotate(180)"),
            Turn::Left => format!("translate(0 {w}) rotate(270)"),
        };
        let drawn = if close { CLOSE } else { WIDTH };
        let number = page.number;
        Self {
            number,
            width,
            height,
            image: format!("/api/v1/documents/{document}/pages/{number}/image?width={drawn}"),
            image_width: page.width,
            image_height: page.height,
            transform,
            turn: turn.degrees(),
            lines: words.map_or_else(Vec::new, |page| lines(page, &upright)),
            marks: marks
                .into_iter()
                .map(|mark| Mark {
                    place: padded(upright(mark.place), width, height),
                    ..mark
                })
                .collect(),
            view: [0, 0, width, height],
        }
    }

    /// The surroundings of what a mark is of: left, top, width, height; the whole page where nothing is
    /// marked so.
    pub(crate) fn around(&self, of: &str) -> [u32; 4] {
        let Some(mark) = self.marks.iter().find(|mark| mark.of == of) else {
            return self.view;
        };
        let place = mark.place;
        // A bit more than half of the page's width is what stands beside a value; at least the value.
        let width = (self.width * 11 / 20)
            .max(place.w + self.width / 10)
            .min(self.width);
        let height = (width * 11 / 20)
            .max(place.h + self.height / 40)
            .min(self.height);
        let center = |at: u32, size: u32, view: u32, whole: u32| {
            (at + size / 2).saturating_sub(view / 2).min(whole - view)
        };
        [
            center(place.x, place.w, width, self.width),
            center(place.y, place.h, height, self.height),
            width,
            height,
        ]
    }
}

/// One turn after another.
fn both(one: Turn, other: Turn) -> Turn {
    Turn::try_from((one.degrees() + other.degrees()) % 360).unwrap_or_default()
}

/// A place with room around it, so that its frame does not cover what it frames.
fn padded(place: Place, width: u32, height: u32) -> Place {
    let room = (place.h / 6).clamp(2, 12);
    let (x, y) = (place.x.saturating_sub(room), place.y.saturating_sub(room));
    Place::new(
        x,
        y,
        (place.right() + room).min(width).saturating_sub(x),
        (place.bottom() + room).min(height).saturating_sub(y),
    )
}

fn lines(page: &Page, upright: &dyn Fn(Place) -> Place) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut before = None;
    for word in &page.words {
        let place = upright(word.place);
        let size = place.h.max(8);
        let shown = Word {
            text: format!("{} ", word.text),
            x: place.x,
            y: place.bottom().saturating_sub(place.h / 5),
            width: place.w.max(1),
            size,
        };
        let of = (word.block, word.line);
        match lines.last_mut() {
            Some(line) if before == Some(of) => line.words.push(shown),
            _ => lines.push(Line { words: vec![shown] }),
        }
        before = Some(of);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Mark, Scan};
    use model::{Failure, Page, PageSummary, Place, RefusalReason, Turn};

    fn summary(rotation: Turn) -> PageSummary {
        let failure = Failure::new(RefusalReason::Damaged, "none");
        let mut summary = PageSummary::from(&Page::failed(3, failure));
        (summary.width, summary.height, summary.rotation) = (1_000, 2_000, rotation);
        summary
    }

    #[test]
    fn marks_stand_where_the_image_shows_what_they_mark() {
        let place = Place::new(100, 200, 300, 40);
        let mark = Mark {
            class: "field",
            of: "rrso".into(),
            title: String::new(),
            place,
        };
        // The room around a mark is a sixth of its height, 12 pixels at most.
        for (rotation, size, room, corner) in [
            (Turn::None, (1_000, 2_000), 6, (100, 200)),
            (Turn::Right, (2_000, 1_000), 12, (1_760, 100)),
            (Turn::Half, (1_000, 2_000), 6, (600, 1_760)),
            (Turn::Left, (2_000, 1_000), 12, (200, 600)),
        ] {
            let marks = vec![mark.clone()];
            let scan = Scan::of("d", &summary(rotation), Turn::None, None, marks, false);
            assert_eq!((scan.width, scan.height), size);
            let placed = scan.marks[0].place;
            assert_eq!((placed.x + room, placed.y + room), corner, "{rotation:?}");
            let [x, y, w, h] = scan.around("rrso");
            assert!(x <= placed.x && placed.right() <= x + w, "{rotation:?}");
            assert!(y <= placed.y && placed.bottom() <= y + h, "{rotation:?}");
            assert!(x + w <= scan.width && y + h <= scan.height);
        }
    }
}
