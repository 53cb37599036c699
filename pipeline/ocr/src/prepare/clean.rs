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

/// Takes specks that stand alone away where there are many, and says so. Near other ink a speck is
/// a full stop or an accent: a fax has them no larger.
pub(super) fn without_noise(ink: Pix) -> Result<(Pix, bool), ImageError> {
    let mut clean = ink.without_specks(2)?;
    let (before, after) = (ink.components().len(), clean.components().len());
    let specks = before.saturating_sub(after);
    if specks <= 40 || specks * 20 <= before {
        return Ok((ink, false));
    }
    let mut near = clean.dilated(19, 13)?;
    near.intersect(&ink);
    clean.unite(&near);
    Ok((clean, true))
}

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
