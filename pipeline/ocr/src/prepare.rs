//! From the page as given to one bilevel image that reads well, and what was seen on the way.
//!
//! Order: equal resolution, ink from paper, upright, letters to a good size, level, clean. Nothing
//! here reads a word for its own sake; every step only serves reading, and places are brought back
//! through [`Geometry`].

mod clean;
mod colour;
mod corner;
mod faults;
mod orientation;
mod paper;

use crate::binding::{ImageError, Pix};
use crate::geometry::Geometry;
pub(crate) use clean::Rules;
pub(crate) use faults::Faults;
use model::{Bitmap, Place, Turn};
pub(crate) use orientation::Legible;
pub(crate) use paper::Paper;

/// A page made ready.
pub(crate) struct Prepared {
    /// One bit a pixel, upright and level.
    pub(crate) ink: Pix,
    /// How `ink` lies on the page as given.
    pub(crate) geometry: Geometry,
    /// The turn that makes the page as given stand upright.
    pub(crate) rotation: Turn,
    /// Degrees by which the lines ran off the level, clockwise positive.
    pub(crate) skew: f64,
    /// The usual height of a letter in `ink`, in pixels.
    pub(crate) letter: u32,
    /// Ruled lines in `ink`.
    pub(crate) rules: Rules,
    /// The paper, where the page was gray or coloured.
    pub(crate) paper: Option<Paper>,
    /// What is wrong with the scan beyond mending; nothing is known of a bilevel page.
    pub(crate) faults: Faults,
    /// Where coloured ink was lifted off, on the page as given.
    pub(crate) coloured: Vec<Place>,
    /// Whether specks were taken away.
    pub(crate) specks: bool,
    /// Whether a corner is folded over.
    pub(crate) folded: bool,
    /// Whether there is anything to read at all.
    pub(crate) has_ink: bool,
}

impl Prepared {
    /// Whether paper without ink is darker here and there than its grain explains.
    pub(crate) fn shows_through(&self) -> bool {
        let empty_but_uneven = !self.has_ink
            && self
                .paper
                .as_ref()
                .is_some_and(|paper| paper.contrast > 2.2 * paper.grain);
        empty_but_uneven || self.faults.pale > SHOWING
    }
}

/// Share of the paper between ink from which print of the other side is what darkens it.
const SHOWING: f64 = 0.02;
/// Least skew that is worth levelling, in degrees: below it Tesseract reads as well.
const LEVEL_FROM: f64 = 0.15;
/// Least confidence of Leptonica's skew search that is believed.
const SKEW_SURE: f64 = 3.0;
/// Usual height of letters (small and tall together) at 300 dpi and 10 points.
const USUAL_LETTER: u32 = 22;
/// Letters lower than this are enlarged for reading: a 200-dpi fax has 14.
const SMALL_LETTER: u32 = 17;
/// Letters higher than this are reduced for reading: 600 dpi has 44.
const LARGE_LETTER: u32 = 40;

/// With fewer pieces of ink than this that could be letters there is nothing to read: a page
/// number has one or two, and is asked for by three pieces of any kind.
const FEWEST_PIECES: usize = 3;

/// A page lower or narrower than this, in pixels, has no room for a word: Leptonica refuses to
/// reduce it, and it is blank, not a failure. 3 mm at 300 dpi.
const LEAST_SIDE: u32 = 40;

/// A page on which there is nothing to read.
fn blank((width, height): (u32, u32)) -> Result<Prepared, ImageError> {
    Ok(Prepared {
        ink: Pix::new(width, height, 1)?,
        geometry: Geometry {
            given: (width, height),
            turn: Turn::None,
            scale: (1.0, 1.0),
            levelled: 0.0,
            read: (width, height),
        },
        rotation: Turn::None,
        skew: 0.0,
        letter: USUAL_LETTER,
        rules: Rules::default(),
        paper: None,
        faults: Faults::default(),
        coloured: Vec::new(),
        specks: false,
        folded: false,
        has_ink: false,
    })
}

/// Makes a page ready for reading; `reads` says how well an image reads.
pub(crate) fn prepare(
    bitmap: &Bitmap,
    dpi: [u32; 2],
    reads: &mut dyn FnMut(&Pix) -> Legible,
) -> Result<Prepared, ImageError> {
    let given = (bitmap.width(), bitmap.height());
    if given.0.min(given.1) < LEAST_SIDE {
        return blank(given);
    }
    let Inked {
        mut ink,
        letter,
        paper,
        faults,
        coloured,
        specks,
    } = ink_at_good_size(bitmap, dpi)?;
    clean::clean_solids(&mut ink, letter)?;
    let has_ink =
        paper.as_ref().is_none_or(Paper::has_ink) && clean::pieces(&ink, letter) >= FEWEST_PIECES;
    let rotation = if has_ink {
        orientation::upright(&ink, letter, reads)?
    } else {
        Turn::None
    };
    if rotation != Turn::None {
        ink = ink.turned(i32::from(rotation.degrees() / 90))?;
    }
    let found = if has_ink { ink.skew() } else { None };
    let skew = found
        .filter(|found| found.1 > SKEW_SURE)
        .map_or(0.0, |found| found.0);
    let levelled = if skew.abs() < LEVEL_FROM { 0.0 } else { -skew };
    if levelled != 0.0 {
        ink = ink.rotated(levelled)?;
    }
    let rules = if has_ink {
        clean::without_leaders(&mut ink, letter)?;
        let rules = clean::find_rules(&ink, letter)?;
        clean::without_rules(&mut ink, &rules)?;
        rules
    } else {
        Rules::default()
    };
    let read = (ink.width(), ink.height());
    let upright = rotation.size(given.0, given.1);
    let scale = (
        f64::from(read.0) / f64::from(upright.0),
        f64::from(read.1) / f64::from(upright.1),
    );
    let geometry = Geometry {
        given,
        turn: rotation,
        scale,
        levelled,
        read,
    };
    Ok(Prepared {
        ink,
        geometry,
        rotation,
        skew,
        letter,
        rules,
        paper,
        faults,
        coloured,
        specks,
        folded: corner::is_folded(bitmap, dpi),
        has_ink,
    })
}

/// Ink told from paper, with letters of a size that reads well.
struct Inked {
    ink: Pix,
    letter: u32,
    paper: Option<Paper>,
    faults: Faults,
    coloured: Vec<Place>,
    specks: bool,
}

fn ink_at_good_size(bitmap: &Bitmap, dpi: [u32; 2]) -> Result<Inked, ImageError> {
    let (mut source, mut coloured, mut specks) = (Pix::from_bitmap(bitmap)?, Vec::new(), false);
    match source.depth() {
        1 => (source, specks) = clean::without_noise(source)?,
        32 => (source, coloured) = colour::lifted(&source, dpi)?,
        _ => {}
    }
    source = scaled(source, equal_resolution(dpi))?;
    let (mut ink, mut paper) = ink_of(&source)?;
    let mut letter = clean::letter_height(&ink).unwrap_or(USUAL_LETTER);
    let faults = match &paper {
        Some(paper) => faults::measure(&source, &ink, paper, letter)?,
        None => Faults::default(),
    };
    let factor = reading_scale(letter);
    if (factor - 1.0).abs() > 0.01 {
        // Bits are enlarged as shades of gray, so that curves stay curves.
        let gray = if source.depth() == 1 {
            source.to_gray()?
        } else {
            source
        };
        let from_gray = paper.is_some();
        let (larger, its_paper) = ink_of(&scaled(gray, (factor, factor))?)?;
        (ink, paper) = (larger, its_paper.filter(|_| from_gray));
        letter = clean::letter_height(&ink).unwrap_or(USUAL_LETTER);
    }
    Ok(Inked {
        ink,
        letter,
        paper,
        faults,
        coloured,
        specks,
    })
}

fn scaled(pix: Pix, (across, down): (f64, f64)) -> Result<Pix, ImageError> {
    if (across - 1.0).abs() < 0.01 && (down - 1.0).abs() < 0.01 {
        Ok(pix)
    } else {
        pix.scaled(across, down)
    }
}

fn ink_of(source: &Pix) -> Result<(Pix, Option<Paper>), ImageError> {
    if source.depth() == 1 {
        return Ok((source.copy()?, None));
    }
    let paper = Paper::measure(source);
    Ok((paper.ink(source)?, Some(paper)))
}

/// The factors that make both resolutions equal to the greater one.
fn equal_resolution(dpi: [u32; 2]) -> (f64, f64) {
    let [across, down] = dpi.map(|d| f64::from(d.max(1)));
    let ratio = across / down;
    if !(0.4..=2.5).contains(&ratio) || (0.97..=1.03).contains(&ratio) {
        (1.0, 1.0)
    } else if ratio > 1.0 {
        (1.0, ratio)
    } else {
        (1.0 / ratio, 1.0)
    }
}

/// The factor that brings letters of this height to where Tesseract reads best.
fn reading_scale(letter: u32) -> f64 {
    if (SMALL_LETTER..=LARGE_LETTER).contains(&letter) {
        1.0
    } else {
        (f64::from(USUAL_LETTER) / f64::from(letter.max(1))).clamp(0.4, 3.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{equal_resolution, reading_scale};

    #[test]
    fn a_fax_gets_square_pixels_and_a_wrong_tag_does_not_count() {
        let close =
            |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() < 0.01 && (a.1 - b.1).abs() < 0.01;
        assert!(close(equal_resolution([204, 98]), (1.0, 2.08)));
        assert!(close(equal_resolution([204, 196]), (1.0, 1.04)));
        assert!(close(equal_resolution([300, 300]), (1.0, 1.0)));
        assert!(
            close(equal_resolution([72, 300]), (1.0, 1.0)),
            "no scanner has such pixels"
        );
    }

    #[test]
    fn letters_of_a_good_size_stay() {
        assert!((reading_scale(22) - 1.0).abs() < f64::EPSILON);
        assert!(reading_scale(12) > 1.5 && reading_scale(60) < 0.5);
    }
}
