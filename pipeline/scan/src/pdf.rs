//! PDF 1.0 to 2.0: opened, repaired and decrypted by `hayro`, each page looked over once before
//! anything of it is decoded.
//!
//! A page that is nothing but images gives those images' own pixels; a page of visible, sound text
//! gives its text; whatever is more than either is rendered. The file is never changed.

mod catalogue;
mod master;
mod native;
mod opening;
mod render;
mod signature;
mod survey;
mod tree;
mod verdict;

use crate::bytes::Bytes;
use crate::embedded::{self, EmbeddedGlyph, Grid};
use crate::{EmbeddedText, ScannedPage, damaged, over_limit, raster, resolution};
use hayro_interpret::util::TransformExt;
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, interpret_page, kurbo};
use hayro_syntax::Pdf;
use hayro_syntax::page::Page;
use kurbo::Rect;
use model::{Bitmap, Failure, Limits, Note, Refusal};
use std::sync::Arc;
use survey::Survey;
use verdict::Verdict;

/// Points in an inch of default user space (ISO 32000-2, 8.3.2.3).
const POINTS: f64 = 72.0;
/// The grid that pages without an image are measured on, in dots per inch.
const GRID_DPI: f64 = 300.0;

/// An opened PDF.
pub(crate) struct PdfFile {
    pdf: Pdf,
    /// For each page its number in `pdf`; none where it is missing.
    pages: Vec<Option<usize>>,
    notes: Vec<Note>,
}

/// A page's size as displayed, in points, and how many of them make an inch.
#[derive(Clone, Copy, Debug)]
struct Sheet {
    width: f64,
    height: f64,
    points_per_inch: f64,
}

impl PdfFile {
    /// Opens a PDF with the empty password or one of `passwords`.
    pub(crate) fn open(
        bytes: Arc<Bytes>,
        limits: &Limits,
        passwords: &[String],
    ) -> Result<Self, Refusal> {
        let opened = opening::open(bytes, limits, passwords)?;
        Ok(Self {
            pdf: opened.pdf,
            pages: opened.pages,
            notes: opened.notes,
        })
    }

    pub(crate) fn page_count(&self) -> u32 {
        u32::try_from(self.pages.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// A page counted from 1, its content within limits.
    fn leaf(&self, number: u32, limits: &Limits) -> Result<&Page<'_>, Failure> {
        let missing = || damaged("the file says it has this page, but it cannot be found in it");
        let index = self
            .pages
            .get(number as usize - 1)
            .copied()
            .flatten()
            .ok_or_else(missing)?;
        let page = self.pdf.pages().get(index).ok_or_else(missing)?;
        opening::check_content(page, limits)?;
        Ok(page)
    }

    /// Pages counted from 1, as a PDF of their own.
    pub(crate) fn master(&self, pages: &[u32], limits: &Limits) -> Result<Vec<u8>, Failure> {
        master::write(self, pages, limits)
    }

    /// Draws a page, counted from 1, so many pixels wide or as wide as the limits allow.
    pub(crate) fn draw(&self, number: u32, width: u32, limits: &Limits) -> Result<Bitmap, Failure> {
        let page = self.leaf(number, limits)?;
        let sheet = Sheet::of(page);
        let dpi = f64::from(width) * sheet.points_per_inch / sheet.width.max(1.0);
        render::render(page, sheet, dpi, limits).map(|(image, _)| image)
    }

    /// Reads a page, counted from 1.
    pub(crate) fn page(&self, number: u32, limits: &Limits) -> Result<ScannedPage, Failure> {
        let page = self.leaf(number, limits)?;
        let sheet = Sheet::of(page);
        let cache = InterpreterCache::new();
        let mut survey = Survey::new(sheet.rect());
        walk(page, sheet, &cache, &mut survey);
        let survey = survey.finish();
        match verdict::decide(&survey, sheet) {
            Verdict::Blank => match opening::missing_resource(page) {
                Some(name) => Err(damaged(format!("`{name}`, which it draws, is missing"))),
                None => Ok(sheet.empty_page()),
            },
            Verdict::Text => Ok(ScannedPage {
                text: Some(text_of(&survey.glyphs, sheet.grid(), true)),
                ..sheet.empty_page()
            }),
            Verdict::Images(plan) if check_size(plan.width, plan.height, limits).is_err() => {
                let (image, by) = native::decode_reduced(page, sheet, &cache, &plan, limits)?;
                let dpi = plan.dpi.map(|dpi| dpi / f64::from(by));
                Ok(sheet.imaged(image, dpi, &survey.glyphs))
            }
            Verdict::Images(plan) => {
                let images = native::decode(page, sheet, &cache, &plan, limits)?;
                let image = plan.lay_out(images);
                Ok(sheet.imaged(image, plan.dpi, &survey.glyphs))
            }
            Verdict::Render { dpi } => {
                let (image, dpi) = render::render(page, sheet, dpi, limits)?;
                Ok(sheet.imaged(image, [dpi; 2], &survey.glyphs))
            }
        }
    }
}

impl Sheet {
    fn of(page: &Page<'_>) -> Self {
        let (width, height) = page.render_dimensions();
        // ISO 32000-2, Table 31: the size of a unit in 1/72 inch.
        let unit = page.raw().get::<f32>("UserUnit").map_or(1.0, f64::from);
        let unit = if (0.01..=1000.0).contains(&unit) {
            unit
        } else {
            1.0
        };
        Self {
            width: width.into(),
            height: height.into(),
            points_per_inch: POINTS / unit,
        }
    }

    const fn rect(self) -> Rect {
        Rect::new(0.0, 0.0, self.width, self.height)
    }

    /// Pixels on a side of so many points.
    fn pixels(self, points: f64, dpi: f64) -> u32 {
        resolution::rounded(points / self.points_per_inch * dpi)
    }

    /// The pixels of a page that has no image.
    fn grid(self) -> Grid {
        Grid {
            scale: [GRID_DPI / self.points_per_inch; 2],
            width: self.pixels(self.width, GRID_DPI),
            height: self.pixels(self.height, GRID_DPI),
        }
    }

    /// The page with nothing on it.
    fn empty_page(self) -> ScannedPage {
        let dpi = resolution::rounded(GRID_DPI);
        let Grid { width, height, .. } = self.grid();
        ScannedPage {
            width,
            height,
            dpi: [dpi, dpi],
            image: None,
            text: None,
            hidden: None,
        }
    }

    /// The page as an image, with the text that came with it as a candidate.
    fn imaged(self, image: Bitmap, dpi: [f64; 2], glyphs: &[EmbeddedGlyph]) -> ScannedPage {
        // The image's own size: the sheet's at that resolution may be a pixel off.
        let grid = Grid {
            scale: dpi.map(|dpi| dpi / self.points_per_inch),
            width: image.width(),
            height: image.height(),
        };
        let text = text_of(glyphs, grid, false);
        ScannedPage {
            width: image.width(),
            height: image.height(),
            dpi: resolution::dpi(Some(dpi), image.width(), image.height()),
            image: Some(image),
            text: None,
            hidden: (!text.words.is_empty()).then_some(text),
        }
    }
}

/// The page's glyphs as text on its pixel grid: the visible ones only, or all.
fn text_of(glyphs: &[EmbeddedGlyph], grid: Grid, visible_only: bool) -> EmbeddedText {
    let chosen = glyphs.iter().filter(|glyph| glyph.visible || !visible_only);
    embedded::assemble(chosen, grid)
}

/// Interprets the page's content once, in points of the page as displayed.
fn walk<'a>(
    page: &'a Page<'a>,
    sheet: Sheet,
    cache: &InterpreterCache<'a>,
    device: &mut impl hayro_interpret::Device<'a>,
) {
    let mut context = Context::new(
        page.initial_transform(true).to_kurbo(),
        sheet.rect(),
        cache,
        page.xref(),
        InterpreterSettings::default(),
    );
    interpret_page(page, &mut context, device);
}

/// Checks the size of an image or page in pixels.
fn check_size(width: u32, height: u32, limits: &Limits) -> Result<(), Failure> {
    raster::check_size(width.into(), height.into(), limits).map_err(over_limit)
}

#[cfg(test)]
mod tests;
