//! What is not text is taken out of the ink, or measured: black borders, punch holes, dark headers,
//! specks, ruled lines.

use crate::binding::{Fill, ImageError, Pix};
use model::Place;

/// Sizes are in pixels at 300 dpi, to which pages are brought before.
const SOLID: u32 = 28;

/// What lies between text: ruled lines, which part cells and rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rules {
    /// Lines that run across.
    pub(crate) across: Vec<Place>,
    /// Lines that run down.
    pub(crate) down: Vec<Place>,
}

/// Takes black borders and punch holes away and turns white-on-black headers over. Returns
/// whether there was any of it.
pub(super) fn clean_solids(ink: &mut Pix, letter: u32) -> Result<bool, ImageError> {
    let (width, height) = (ink.width(), ink.height());
    let small = ink.reduced([3, 3, 0, 0])?;
    let solid = small.opened(SOLID / 4, SOLID / 4)?;
    let mut found = false;
    let mut border = Pix::new(solid.width(), solid.height(), 1)?;
    for place in solid.components() {
        let full = Place::new(place.x * 4, place.y * 4, place.w * 4, place.h * 4);
        let at_edge =
            full.x < 24 || full.y < 24 || full.right() + 24 > width || full.bottom() + 24 > height;
        if at_edge || is_hole(full, width) {
            let part = solid.clipped(place)?;
            border.paste(&part, place);
            found = true;
        } else if full.w > 6 * letter && full.h >= letter && full.h < 8 * letter {
            invert_header(ink, grown(full, 4, width, height));
            found = true;
        }
    }
    if border.ink_by_row().iter().any(|&count| count > 0) {
        // Grown to take the ragged edge along, and back to full size.
        let mask = border.dilated(5, 5)?.expanded(4)?;
        ink.subtract(&mask);
    }
    Ok(found)
}

/// Takes specks away, and says whether there were many. Near other ink a speck of a small letter is
/// a full stop or an accent: a fax has them no larger. Where letters are as high as at 300 dpi, the
/// smallest specks go wherever they are, because beside a word they are read as signs.
pub(super) fn without_noise(mut ink: Pix) -> Result<(Pix, bool), ImageError> {
    // Counted once: taking a part away leaves the others as they are.
    let parts = ink.components();
    let fitting = |side: u32| parts.iter().filter(|p| p.w.max(p.h) <= side).count();
    let large = letter_height(&ink).is_some_and(|letter| letter >= LETTER_ABOVE_SPECKS);
    if large && fitting(2) > 0 {
        ink = ink.without_specks(2)?;
    }
    let side = if large { 3 } else { 2 };
    let specks = fitting(side);
    if specks <= 40 || specks * 20 <= parts.len() {
        return Ok((ink, false));
    }
    let mut clean = ink.without_specks(side)?;
    let mut near = clean.dilated(19, 13)?;
    near.intersect(&ink);
    clean.unite(&near);
    Ok((clean, true))
}

/// From this height on letters have no part that fits into two pixels.
const LETTER_ABOVE_SPECKS: u32 = 19;

/// Pieces of ink that could be letters or parts of them.
pub(super) fn pieces(ink: &Pix, letter: u32) -> usize {
    ink.components()
        .iter()
        .filter(|p| p.h * 2 >= letter && p.w * 6 >= letter)
        .count()
}

/// A punch hole: 5 to 8 mm across, about round, near the left or right edge.
fn is_hole(place: Place, width: u32) -> bool {
    let size = 45..=110;
    let near_edge = place.right() < width / 9 || place.x > width - width / 9;
    near_edge
        && size.contains(&place.w)
        && size.contains(&place.h)
        && place.w.abs_diff(place.h) < 24
}

/// White text on a dark bar becomes dark text on white.
fn invert_header(ink: &mut Pix, bar: Place) {
    ink.fill(bar, Fill::Inverted);
}

fn grown(place: Place, by: u32, width: u32, height: u32) -> Place {
    let (x, y) = (place.x.saturating_sub(by), place.y.saturating_sub(by));
    Place::new(
        x,
        y,
        (place.right() + by).min(width) - x,
        (place.bottom() + by).min(height) - y,
    )
}

/// The ruled lines of a level page: runs of ink much longer than any letter's stroke.
pub(super) fn find_rules(ink: &Pix, letter: u32) -> Result<Rules, ImageError> {
    let least = (letter * 5).max(100);
    // Gaps of a pixel or two in a thin line are closed before it is looked for.
    let across = ink.closed(5, 1)?.opened(least, 1)?.components();
    let down = ink.closed(1, 5)?.opened(1, least)?.components();
    let thick = letter / 2;
    Ok(Rules {
        across: across
            .into_iter()
            .filter(|p| p.h <= thick && p.w >= least)
            .collect(),
        down: down
            .into_iter()
            .filter(|p| p.w <= thick && p.h >= least)
            .collect(),
    })
}

/// Takes ruled lines out of the ink, so that none is read as a letter beside it. What crosses them
/// keeps its strokes: only columns of pixels no thicker than the line go.
pub(super) fn without_rules(ink: &mut Pix, rules: &Rules) -> Result<(), ImageError> {
    if rules.across.is_empty() && rules.down.is_empty() {
        return Ok(());
    }
    let mut lines = Pix::new(ink.width(), ink.height(), 1)?;
    for (places, grow) in [(&rules.down, (2, 0)), (&rules.across, (0, 2))] {
        for &place in places.iter() {
            let x = place.x.saturating_sub(grow.0);
            let y = place.y.saturating_sub(grow.1);
            let part = Place::new(
                x,
                y,
                (place.right() + grow.0).min(ink.width()) - x,
                (place.bottom() + grow.1).min(ink.height()) - y,
            );
            let mut strip = ink.clipped(part)?;
            let through = if grow.0 > 0 {
                strip.opened(part.w, 1)?
            } else {
                strip.opened(1, part.h)?
            };
            strip.subtract(&through);
            lines.paste(&strip, part);
        }
    }
    ink.subtract(&lines);
    Ok(())
}

/// Takes dotted leaders away: rows of dots, many in a row and closer than letters. They guide a pen,
/// say nothing, and on a fax are read as words.
pub(super) fn without_leaders(ink: &mut Pix, letter: u32) -> Result<(), ImageError> {
    if !has_row_of_dots(&ink.components(), letter) {
        return Ok(());
    }
    let mut dots = ink.copy()?;
    dots.subtract(&ink.without_specks(letter / 3)?);
    let rows = dots
        .closed(letter * 2 / 3, 1)?
        .opened(letter * LEADER_LETTERS, 1)?;
    if rows.ink_by_row().iter().all(|&count| count == 0) {
        return Ok(());
    }
    dots.intersect(&rows.dilated(letter, letter / 2)?);
    ink.subtract(&dots);
    Ok(())
}

/// Whether small parts stand in a row, close enough and long enough for a leader. Most pages have
/// none, and are spared the passes over the whole page that take leaders out.
fn has_row_of_dots(parts: &[Place], letter: u32) -> bool {
    let middle = |dot: &Place| dot.y + dot.h / 2;
    let mut dots: Vec<Place> = parts
        .iter()
        .copied()
        .filter(|part| part.w.max(part.h) <= letter / 3)
        .collect();
    dots.sort_by_key(middle);
    // A row of dots may lie across the edge of any fixed band, so bands overlap by half.
    let band = (letter / 2).max(2);
    let mut from = 0;
    for at in 0..dots.len() {
        if at + 1 < dots.len() && middle(&dots[at + 1]) <= middle(&dots[from]) + band {
            continue;
        }
        let mut row = dots[from..=at].to_vec();
        row.sort_by_key(|dot| dot.x);
        let mut start = row[0].x;
        for two in row.windows(2) {
            if two[1].x > two[0].right() + letter * 2 / 3 {
                start = two[1].x;
            } else if two[1].right() >= start + letter * LEADER_LETTERS {
                return true;
            }
        }
        let next = middle(&dots[at]).saturating_sub(band / 2);
        from = dots[..=at]
            .partition_point(|dot| middle(dot) < next)
            .max(from + 1);
    }
    false
}

/// A row of dots at least so many letters long is a leader; an ellipsis is shorter.
const LEADER_LETTERS: u32 = 4;

/// The usual height of a letter without ascender or descender mixed with those that have one:
/// the median height of components that can be letters; none where there are too few.
pub(super) fn letter_height(ink: &Pix) -> Option<u32> {
    let mut heights: Vec<u32> = ink
        .components()
        .into_iter()
        .filter(|p| (8..120).contains(&p.h) && p.w >= 3 && p.w < p.h * 3)
        .map(|p| p.h)
        .collect();
    let middle = heights.len() / 2;
    (heights.len() >= 12).then(|| *heights.select_nth_unstable(middle).1)
}

#[cfg(test)]
mod tests {
    use super::{has_row_of_dots, without_leaders};
    use crate::binding::{Fill, Pix};
    use model::Place;

    #[test]
    fn a_dotted_leader_goes_and_full_stops_stay() {
        let mut line = Pix::new(900, 80, 1).unwrap();
        for letter in 0..20 {
            line.fill(Place::new(20 + letter * 18, 20, 14, 22), Fill::Ink);
        }
        for stop in [392, 402, 412] {
            line.fill(Place::new(stop, 38, 4, 4), Fill::Ink);
        }
        let text = line.copy().unwrap();
        for dot in 0..30 {
            line.fill(Place::new(470 + dot * 9, 38, 4, 4), Fill::Ink);
        }
        without_leaders(&mut line, 22).unwrap();
        assert_eq!(line.words(), text.words());
    }

    #[test]
    fn only_dots_that_stand_close_in_a_long_row_are_a_leader() {
        let row = |step: u32, count: u32| -> Vec<Place> {
            let dot = |n: u32| Place::new(100 + n * step, 500 + n % 2, 4, 4);
            (0..count).map(dot).collect()
        };
        assert!(has_row_of_dots(&row(9, 30), 22));
        assert!(!has_row_of_dots(&row(9, 6), 22), "an ellipsis");
        assert!(!has_row_of_dots(&row(40, 30), 22), "the dots of letters");
        let with_specks = [row(9, 30), vec![Place::new(90, 493, 3, 3)]].concat();
        assert!(has_row_of_dots(&with_specks, 22));
    }
}
