//! What to do with a page, by what is drawn on it.

use super::Sheet;
use super::survey::{PlacedImage, Survey};
use crate::embedded;
use crate::raster::{Orientation, lay_out};
use hayro_interpret::kurbo::Rect;
use model::Bitmap;

/// What becomes of a page.
pub(super) enum Verdict {
    /// Nothing is drawn on it.
    Blank,
    /// Its visible text is all there is to read.
    Text,
    /// It is made of images that do not overlap: their own pixels are the page.
    Images(Plan),
    /// It is more than that: render it, at so many dots per inch.
    Render { dpi: f64 },
}

/// How a page is put together from its images.
pub(super) struct Plan {
    /// The page's size in pixels.
    pub(super) width: u32,
    pub(super) height: u32,
    /// Dots per inch across and down, before they are checked for sense.
    pub(super) dpi: [f64; 2],
    /// Which images, by their number in drawing order, how they are turned, and where their top
    /// left corner goes.
    pub(super) parts: Vec<Part>,
}

#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) image: usize,
    pub(super) orientation: Orientation,
    pub(super) left: i64,
    pub(super) top: i64,
}

/// Share of the page from which images are what the page is about, so that its text layer alone
/// would not do.
const BIG_IMAGES: f64 = 0.30;
/// How far two resolutions on one page may differ to be the same, and how many pixels an image may
/// miss the page's edge to fill it.
const SAME_DPI: f64 = 0.01;
const EDGE: f64 = 2.5;
/// Resolution of an image that a page is laid out at, in dots per inch.
const NATIVE_DPI: std::ops::RangeInclusive<f64> = 20.0..=1300.0;
/// Resolution pages are rendered at: that of their images where it is fit for reading, else this.
const RENDER_DPI: f64 = 300.0;
/// Longest side of a page that is rendered at that resolution, in inches: A2. What is larger is a
/// poster and has large letters.
const LONGEST_AT_RENDER_DPI: f64 = 23.4;
const FIT_FOR_READING: std::ops::RangeInclusive<f64> = 150.0..=600.0;
/// From so many curves, and so many for each glyph, its letters have been turned to outlines.
const OUTLINED_CURVES: usize = 3_000;
const OUTLINED_CURVES_A_GLYPH: usize = 12;

/// Decides about a page.
pub(super) fn decide(survey: &Survey, sheet: Sheet) -> Verdict {
    let seen: Vec<(usize, &PlacedImage)> = survey
        .images
        .iter()
        .enumerate()
        .filter(|(_, image)| image.seen.area() > 0.0)
        .collect();
    let visible = || survey.glyphs.iter().filter(|glyph| glyph.visible);
    let letters = visible().filter(|glyph| !glyph.is_space()).count();
    let drawn = survey
        .paths
        .iter()
        .any(|path| !path.is_white || covers_image(path.bounds, &seen));
    if letters == 0 && seen.is_empty() && !drawn {
        return Verdict::Blank;
    }
    if letters == 0
        && !drawn
        && let Some(plan) = plan(&seen, sheet)
    {
        return Verdict::Images(plan);
    }
    let curves: usize = survey.paths.iter().map(|path| path.curves).sum();
    let outlined = curves > OUTLINED_CURVES && curves > letters * OUTLINED_CURVES_A_GLYPH;
    if letters > 0
        && !outlined
        && covered_share(&seen, survey.page) < BIG_IMAGES
        && embedded::is_sound(visible())
    {
        return Verdict::Text;
    }
    Verdict::Render {
        dpi: render_dpi(&seen, sheet),
    }
}

/// White over an image takes something of it away.
fn covers_image(white: Rect, images: &[(usize, &PlacedImage)]) -> bool {
    images.iter().any(|(_, image)| {
        let common = white.intersect(image.seen).area();
        common > 1.0 && common < 0.98 * image.seen.area()
    })
}

/// Share of the page under images, by a grid of samples.
fn covered_share(images: &[(usize, &PlacedImage)], page: Rect) -> f64 {
    const SAMPLES: u32 = 64;
    let at = |n: u32, from: f64, size: f64| from + (f64::from(n) + 0.5) / f64::from(SAMPLES) * size;
    let mut covered = 0u32;
    for y in 0..SAMPLES {
        for x in 0..SAMPLES {
            let point = (at(x, page.x0, page.width()), at(y, page.y0, page.height()));
            covered += u32::from(images.iter().any(|(_, image)| image.seen.contains(point)));
        }
    }
    f64::from(covered) / f64::from(SAMPLES * SAMPLES)
}

/// How an image is turned, and its dots per point across and down as displayed; none where it is
/// skewed.
fn turned(image: &PlacedImage) -> Option<(Orientation, [f64; 2])> {
    let [a, b, c, d, _, _] = image.matrix.as_coeffs();
    let small = |x: f64, beside: f64| x.abs() <= 0.001 * beside.abs();
    let (transposed, across, down) = if small(b, a) && small(c, d) {
        (false, a, d)
    } else if small(a, b) && small(d, c) {
        (true, c, b)
    } else {
        return None;
    };
    let orientation = Orientation {
        transposed,
        mirrored: across < 0.0,
        upside_down: down < 0.0,
    };
    let density = [1.0 / across.abs(), 1.0 / down.abs()];
    density
        .iter()
        .all(|d| d.is_finite())
        .then_some((orientation, density))
}

/// The page's layout in its images' own pixels; none where they overlap, are skewed, cut, blended,
/// or differ in resolution.
fn plan(images: &[(usize, &PlacedImage)], sheet: Sheet) -> Option<Plan> {
    let (_, first) = images.first()?;
    let (_, density) = turned(first)?;
    let dpi = density.map(|d| d * sheet.points_per_inch);
    if !dpi.iter().all(|dpi| NATIVE_DPI.contains(dpi)) {
        return None;
    }
    let (mut width, mut height) = (
        sheet.pixels(sheet.width, dpi[0]),
        sheet.pixels(sheet.height, dpi[1]),
    );
    let mut parts = Vec::new();
    for (n, &(index, image)) in images.iter().enumerate() {
        let (orientation, own) = turned(image)?;
        let same = |axis: usize| (own[axis] / density[axis] - 1.0).abs() <= SAME_DPI;
        let on_page = image.whole.intersect(sheet.rect());
        let cut = image.seen.area() < 0.98 * on_page.area();
        let overlaps = |other: &PlacedImage| {
            let common = image.seen.intersect(other.seen);
            common.width().min(common.height()) * density[0].min(density[1]) > EDGE
        };
        if !image.plain
            || cut
            || !same(0)
            || !same(1)
            || images[..n].iter().any(|(_, other)| overlaps(other))
        {
            return None;
        }
        parts.push(Part {
            image: index,
            orientation,
            left: whole(image.whole.x0 * density[0]),
            top: whole(image.whole.y0 * density[1]),
        });
    }
    // An image that fills the page to within a pixel or two is the page.
    if let [part] = &mut parts[..] {
        let (w, h) = part.orientation.size(first.size.0, first.size.1);
        let fills = |page: u32, side: u32, at: i64| {
            (f64::from(page) - f64::from(side)).abs() <= EDGE && at.abs() <= whole(EDGE)
        };
        if fills(width, w, part.left) && fills(height, h, part.top) {
            (width, height, part.left, part.top) = (w, h, 0, 0);
        }
    }
    Some(Plan {
        width,
        height,
        dpi,
        parts,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a page is far smaller than 2^63 pixels"
)]
const fn whole(pixels: f64) -> i64 {
    pixels.round() as i64
}

/// The resolution to render a page at: that of its largest image.
fn render_dpi(images: &[(usize, &PlacedImage)], sheet: Sheet) -> f64 {
    let largest = images
        .iter()
        .max_by(|a, b| a.1.seen.area().total_cmp(&b.1.seen.area()));
    largest
        .and_then(|(_, image)| turned(image))
        .map(|(_, density)| density[0].max(density[1]) * sheet.points_per_inch)
        .filter(|dpi| FIT_FOR_READING.contains(dpi))
        .unwrap_or_else(|| {
            let longest = sheet.width.max(sheet.height) / sheet.points_per_inch;
            RENDER_DPI * (LONGEST_AT_RENDER_DPI / longest).min(1.0)
        })
}

impl Plan {
    /// The page from its decoded images, one for each part and in its order.
    pub(super) fn lay_out(&self, images: Vec<Bitmap>) -> Bitmap {
        let placed = self.parts.iter().zip(images);
        let mut placed: Vec<_> = placed
            .map(|(part, image)| (part.orientation.apply(image), part.left, part.top))
            .collect();
        let fills = |image: &Bitmap| (image.width(), image.height()) == (self.width, self.height);
        if placed.len() == 1 && fills(&placed[0].0) && (placed[0].1, placed[0].2) == (0, 0) {
            return placed.remove(0).0;
        }
        lay_out(self.width, self.height, &placed)
    }
}
