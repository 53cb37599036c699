//! Separator sheets: a patch code at every edge, so that the sheet may be fed any way round; the
//! values as QR and Code 128; and the same in words, for people.

use crate::PrintError;
use crate::text::{BOLD, FONT, show, write_font};
use model::{Patch, SheetValue, SheetValues};
use pdf_writer::{Content, Finish as _, Pdf, Rect, Ref, TextStr};
use rxing::common::BitMatrix;
use rxing::{BarcodeFormat, MultiFormatWriter, Writer as _};

/// One sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeparatorSheet {
    /// What it parts: T and 2 a document, 3 a batch.
    pub patch: Patch,
    /// What it says of the document behind it.
    pub values: SheetValues,
}

/// A4 in points.
const PAGE: [f32; 2] = [595.0, 842.0];
/// A point is a seventy-second of an inch.
const INCH: f32 = 72.0;
/// The bars' measures in inches, as scanners know them.
const NARROW: f32 = 0.08;
const WIDE: f32 = 0.20;
const LENGTH: f32 = 2.5;
/// How far the bars stay from the paper's edge: printers leave a margin.
const MARGIN: f32 = 0.35;
/// The QR code's side and the Code 128's height, in points.
const QR_SIDE: f32 = 130.0;
const BARS_HEIGHT: f32 = 50.0;
/// Widest module of the Code 128, in points; and the room it has.
const MODULE: f32 = 1.4;
const BARS_ROOM: f32 = 400.0;
/// Longest code that is also written as bars: more do not fit the room at a readable width.
const LONGEST_BARS: usize = 40;
/// Where the text begins.
const LEFT: f32 = 110.0;

/// The sheets as one PDF.
///
/// # Errors
/// When there is none, or its values do not fit a code.
pub fn separators(sheets: &[SeparatorSheet]) -> Result<Vec<u8>, PrintError> {
    if sheets.is_empty() {
        return Err(PrintError::Nothing);
    }
    let mut pdf = Pdf::new();
    let mut next = 1;
    let mut id = || {
        next += 1;
        Ref::new(next - 1)
    };
    let (catalog, tree, plain, bold, info) = (id(), id(), id(), id(), id());
    let pages: Vec<(Ref, Ref)> = sheets.iter().map(|_| (id(), id())).collect();
    pdf.catalog(catalog).pages(tree).lang(TextStr("pl"));
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree)
        .kids(pages.iter().map(|(page, _)| *page))
        .count(count);
    pdf.document_info(info).title(TextStr("Separatory"));
    write_font(&mut pdf, plain, b"Helvetica");
    write_font(&mut pdf, bold, b"Helvetica-Bold");
    for (sheet, (page, content)) in sheets.iter().zip(pages) {
        pdf.stream(content, &drawn(sheet)?);
        let mut page = pdf.page(page);
        page.media_box(Rect::new(0.0, 0.0, PAGE[0], PAGE[1]));
        page.parent(tree).contents(content);
        let mut resources = page.resources();
        resources.fonts().pair(FONT, plain).pair(BOLD, bold);
        resources.finish();
    }
    Ok(pdf.finish())
}

fn drawn(sheet: &SeparatorSheet) -> Result<Vec<u8>, PrintError> {
    let mut content = Content::new();
    patches(&mut content, sheet.patch);
    let title = match sheet.patch {
        Patch::T | Patch::Two => "SEPARATOR: nowy dokument",
        Patch::Three => "SEPARATOR: nowa partia",
    };
    show(&mut content, (BOLD, 26.0), [LEFT, 650.0], title);
    let mut y = 605.0;
    for (value, text) in sheet.values.iter() {
        let (label, size) = (label(value), size_of(text));
        show(&mut content, (FONT, 12.0), [LEFT, y], label);
        show(&mut content, (BOLD, size), [LEFT, y - 24.0], text);
        y -= 50.0;
    }
    let code = sheet.values.to_string();
    if sheet.values.iter().next().is_some() {
        qr(&mut content, &code)?;
        if code.len() <= LONGEST_BARS {
            bars(&mut content, &code)?;
        }
        let shown: String = code.chars().take(70).collect();
        show(&mut content, (FONT, 8.0), [LEFT, 152.0], &shown);
    }
    let hints = match sheet.patch {
        Patch::T | Patch::Two => "Połóż tę kartkę przed pierwszą stroną dokumentu.",
        Patch::Three => {
            "Połóż tę kartkę na początku partii: jej wartości obowiązują do następnej takiej kartki."
        }
    };
    show(&mut content, (FONT, 9.0), [LEFT, 134.0], hints);
    let printing = "Drukuj w skali 100%, czarno na białym. Nie kseruj: kopie zwężają odstępy.";
    show(&mut content, (FONT, 9.0), [LEFT, 121.0], printing);
    Ok(content.finish().to_vec())
}

const fn label(value: SheetValue) -> &'static str {
    match value {
        SheetValue::Station => "stanowisko",
        SheetValue::Branch => "oddział",
        SheetValue::Type => "rodzaj dokumentu",
        SheetValue::Agreement => "numer umowy",
        SheetValue::Box => "pudło",
        SheetValue::Rescan => "ponowny skan strony, zlecenie",
    }
}

/// Large where it fits between the patches at the sides.
const fn size_of(text: &str) -> f32 {
    match text.len() {
        0..=22 => 22.0,
        23..=34 => 15.0,
        _ => 9.0,
    }
}

/// The bars at all four edges, each read from its edge inwards.
fn patches(content: &mut Content, patch: Patch) {
    let wide = match patch {
        Patch::T => [false, true, false, true],
        Patch::Two => [true, false, true, false],
        Patch::Three => [true, true, false, false],
    };
    let length = LENGTH * INCH;
    let (left, bottom) = ((PAGE[0] - length) / 2.0, (PAGE[1] - length) / 2.0);
    let mut from_edge = MARGIN * INCH;
    for wide in wide {
        let thick = if wide { WIDE } else { NARROW } * INCH;
        let far = from_edge + thick;
        content.rect(left, PAGE[1] - far, length, thick);
        content.rect(left, from_edge, length, thick);
        content.rect(from_edge, bottom, thick, length);
        content.rect(PAGE[0] - far, bottom, thick, length);
        from_edge = far + NARROW * INCH;
    }
    content.fill_nonzero();
}

fn qr(content: &mut Content, code: &str) -> Result<(), PrintError> {
    let modules = encoded(code, BarcodeFormat::QR_CODE)?;
    let side = QR_SIDE / as_points(modules.height());
    let (left, top) = ((PAGE[0] - QR_SIDE) / 2.0, 235.0 + QR_SIDE);
    for y in 0..modules.height() {
        for x in (0..modules.width()).filter(|&x| modules.get(x, y)) {
            let (x, y) = (as_points(x) * side, as_points(y + 1) * side);
            content.rect(left + x, top - y, side, side);
        }
    }
    content.fill_nonzero();
    Ok(())
}

fn bars(content: &mut Content, code: &str) -> Result<(), PrintError> {
    let modules = encoded(code, BarcodeFormat::CODE_128)?;
    let module = (BARS_ROOM / as_points(modules.width())).min(MODULE);
    let left = (PAGE[0] - module * as_points(modules.width())) / 2.0;
    for x in (0..modules.width()).filter(|&x| modules.get(x, 0)) {
        content.rect(left + as_points(x) * module, 168.0, module, BARS_HEIGHT);
    }
    content.fill_nonzero();
    Ok(())
}

/// The code's modules, one a bit, with the quiet zone it needs.
fn encoded(code: &str, format: BarcodeFormat) -> Result<BitMatrix, PrintError> {
    let modules = MultiFormatWriter.encode(code, &format, 0, 0);
    modules.map_err(|why| PrintError::Code {
        values: code.to_owned(),
        why: why.to_string(),
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a code has some hundred modules a side"
)]
const fn as_points(modules: u32) -> f32 {
    modules as f32
}

#[cfg(test)]
mod tests {
    use super::{SeparatorSheet, separators};
    use crate::PrintError;
    use model::{Patch, SheetValue, SheetValues};

    fn sheet(patch: Patch, branch: &str) -> SeparatorSheet {
        let mut values = SheetValues::default();
        values.set(SheetValue::Branch, branch).unwrap();
        SeparatorSheet { patch, values }
    }

    #[test]
    fn sheets_are_pages_and_the_same_twice_is_the_same_bytes() {
        let sheets = [sheet(Patch::T, "0421"), sheet(Patch::Three, "0422")];
        let pdf = separators(&sheets).unwrap();
        assert!(pdf.starts_with(b"%PDF-"), "a PDF");
        assert_eq!(pdf, separators(&sheets).unwrap());
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains("/Count 2"), "two pages");
        assert!(text.contains("KT1%B0421"), "the code in words");
    }

    #[test]
    fn no_sheet_is_no_pdf() {
        assert_eq!(separators(&[]), Err(PrintError::Nothing));
    }
}
