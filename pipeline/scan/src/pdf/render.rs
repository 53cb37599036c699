//! A page rendered: the last resort, for pages that are more than images or sound text.

use super::Sheet;
use crate::picture::simplest;
use crate::{damaged, over_limit};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use hayro_interpret::InterpreterSettings;
use hayro_syntax::page::Page;
use model::{Bitmap, Failure, Limits, Pixels};

/// The coarsest rendering that could still be read, in dots per inch.
const COARSEST: f64 = 20.0;

/// Renders a page at `dpi`, or at less where the page is too large for that; gives the resolution
/// it was rendered at.
pub(super) fn render<'a>(
    page: &'a Page<'a>,
    sheet: Sheet,
    dpi: f64,
    limits: &Limits,
) -> Result<(Bitmap, f64), Failure> {
    let dpi = fitting(sheet, dpi, limits)?;
    let scale = dpi / sheet.points_per_inch;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a scale needs no more precision"
    )]
    let scale = scale as f32;
    let settings = PixmapSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
    };
    let pixmap = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &settings,
    );
    let rgb = pixmap
        .data()
        .iter()
        .flat_map(|pixel| [pixel.r, pixel.g, pixel.b])
        .collect();
    let image = Bitmap::new(
        pixmap.width().into(),
        pixmap.height().into(),
        Pixels::Rgb(rgb),
    );
    image
        .map(|image| (simplest(image), dpi))
        .map_err(|e| damaged(e.to_string()))
}

/// The resolution at which the page is within the limits.
fn fitting(sheet: Sheet, dpi: f64, limits: &Limits) -> Result<f64, Failure> {
    let inches = [
        sheet.width / sheet.points_per_inch,
        sheet.height / sheet.points_per_inch,
    ];
    // The renderer counts pixels in 16 bits.
    let side = f64::from(limits.page_side.min(u32::from(u16::MAX)));
    let by_side = side / inches[0].max(inches[1]);
    #[expect(clippy::cast_precision_loss, reason = "a limit is a round number")]
    let by_area = (limits.page_pixels as f64 / (inches[0] * inches[1])).sqrt();
    let fitting = dpi.min(by_side).min(by_area);
    if fitting < COARSEST.min(dpi) {
        return Err(over_limit(format!(
            "a page of {:.0} × {:.0} inches exceeds the limit `page_pixels` of {} even at {COARSEST} dots per inch",
            inches[0], inches[1], limits.page_pixels
        )));
    }
    Ok(fitting)
}
