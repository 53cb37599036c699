//! A cover and a list: what a package, a protocol or a transfer says to a person. A4, the cover
//! upright, the list across; each page says which of how many it is.

use crate::text::{BOLD, FONT, show, width, write_font};
use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, TextStr};

/// A4 in points.
const SHORT: f32 = 595.0;
const LONG: f32 = 842.0;
/// How far text stays from the paper's edge.
const MARGIN: f32 = 40.0;
/// Sizes of letters, and what a line of each takes.
const BODY: f32 = 9.5;
const BODY_LINE: f32 = 13.0;
const ROW: f32 = 8.0;
const ROW_LINE: f32 = 12.0;
/// Where the values of facts begin.
const VALUES: f32 = 150.0;
/// Between the columns of a list.
const GAP: f32 = 6.0;

/// To which side a column's cells stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A column of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    title: String,
    points: f32,
    align: Align,
}

impl Column {
    /// A column of that width in points; longer cells are cut.
    pub fn new(title: impl Into<String>, points: f32, align: Align) -> Self {
        Self {
            title: title.into(),
            points,
            align,
        }
    }
}

/// A cover and a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The heading of the cover.
    pub title: String,
    /// Names and values on the cover.
    pub facts: Vec<(String, String)>,
    /// Paragraphs below them.
    pub notes: Vec<String>,
    /// The heading of the list.
    pub list_title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, a cell for each column.
    pub rows: Vec<Vec<String>>,
    /// At the foot of every page.
    pub footer: String,
}

/// A page in the making, from its top down.
struct Sheet {
    content: Content,
    size: [f32; 2],
    y: f32,
}

impl Sheet {
    fn new(size: [f32; 2]) -> Self {
        Self {
            content: Content::new(),
            size,
            y: size[1] - MARGIN,
        }
    }

    fn has_room(&self, points: f32) -> bool {
        self.y - points > MARGIN + BODY_LINE
    }

    fn line(&mut self, font: (Name<'_>, f32), x: f32, text: &str) {
        show(&mut self.content, font, [x, self.y], text);
    }
}

impl Listing {
    /// The pages as one PDF. The same listing is the same bytes; a letter that the font has no code
    /// for is a `?`.
    #[must_use]
    pub fn to_pdf(&self) -> Vec<u8> {
        let mut sheets = self.cover();
        sheets.extend(self.list());
        let (mut pdf, count) = (Pdf::new(), sheets.len());
        let mut next = 0;
        let mut id = || {
            next += 1;
            Ref::new(next)
        };
        let (catalog, tree, plain, bold, info) = (id(), id(), id(), id(), id());
        let ids: Vec<(Ref, Ref)> = sheets.iter().map(|_| (id(), id())).collect();
        pdf.catalog(catalog).pages(tree).lang(TextStr("pl"));
        pdf.pages(tree)
            .kids(ids.iter().map(|(page, _)| *page))
            .count(i32::try_from(count).unwrap_or(i32::MAX));
        pdf.document_info(info).title(TextStr(&self.title));
        write_font(&mut pdf, plain, b"Helvetica");
        write_font(&mut pdf, bold, b"Helvetica-Bold");
        for (number, (mut sheet, (page, content))) in sheets.into_iter().zip(ids).enumerate() {
            sheet.y = MARGIN - 12.0;
            let foot = format!("{}   strona {} z {count}", self.footer, number + 1);
            sheet.line((FONT, 7.0), MARGIN, &foot);
            pdf.stream(content, &sheet.content.finish());
            let mut page = pdf.page(page);
            page.media_box(Rect::new(0.0, 0.0, sheet.size[0], sheet.size[1]));
            page.parent(tree).contents(content);
            let mut resources = page.resources();
            resources.fonts().pair(FONT, plain).pair(BOLD, bold);
            resources.finish();
        }
        pdf.finish()
    }

    fn cover(&self) -> Vec<Sheet> {
        let (mut sheets, mut sheet) = (Vec::new(), Sheet::new([SHORT, LONG]));
        sheet.y -= 18.0;
        for line in wrapped(&self.title, 18.0, SHORT - 2.0 * MARGIN) {
            sheet.line((BOLD, 18.0), MARGIN, &line);
            sheet.y -= 24.0;
        }
        sheet.y -= 10.0;
        let mut feed = |sheet: &mut Sheet, lines: usize| {
            #[expect(clippy::cast_precision_loss, reason = "lines of one paragraph")]
            let points = lines.min(40) as f32 * BODY_LINE;
            if !sheet.has_room(points) {
                let full = std::mem::replace(sheet, Sheet::new([SHORT, LONG]));
                sheets.push(full);
            }
        };
        for (name, value) in &self.facts {
            let lines = wrapped(value, BODY, SHORT - MARGIN - VALUES);
            feed(&mut sheet, lines.len().max(1));
            sheet.line((BOLD, BODY), MARGIN, name);
            for line in &lines {
                sheet.line((FONT, BODY), VALUES, line);
                sheet.y -= BODY_LINE;
            }
            sheet.y -= if lines.is_empty() { BODY_LINE } else { 3.0 };
        }
        sheet.y -= 12.0;
        for note in &self.notes {
            for line in wrapped(note, BODY, SHORT - 2.0 * MARGIN) {
                feed(&mut sheet, 1);
                sheet.line((FONT, BODY), MARGIN, &line);
                sheet.y -= BODY_LINE;
            }
            sheet.y -= 4.0;
        }
        sheets.push(sheet);
        sheets
    }

    fn list(&self) -> Vec<Sheet> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let titles: Vec<String> = self.columns.iter().map(|c| c.title.clone()).collect();
        let (mut sheets, mut sheet) = (Vec::new(), None);
        for row in &self.rows {
            let mut current = match sheet.take() {
                Some(sheet) => sheet,
                None => self.list_head(&titles),
            };
            self.row(&mut current, FONT, row);
            if current.has_room(ROW_LINE) {
                sheet = Some(current);
            } else {
                sheets.push(current);
            }
        }
        sheets.extend(sheet);
        sheets
    }

    fn list_head(&self, titles: &[String]) -> Sheet {
        let mut sheet = Sheet::new([LONG, SHORT]);
        sheet.y -= 6.0;
        sheet.line((BOLD, 12.0), MARGIN, &self.list_title);
        sheet.y -= 20.0;
        self.row(&mut sheet, BOLD, titles);
        let y = sheet.y + ROW_LINE - 3.5;
        sheet.content.set_line_width(0.5);
        sheet
            .content
            .move_to(MARGIN, y)
            .line_to(LONG - MARGIN, y)
            .stroke();
        sheet
    }

    fn row(&self, sheet: &mut Sheet, font: Name<'_>, cells: &[String]) {
        let mut x = MARGIN;
        for (column, cell) in self.columns.iter().zip(cells) {
            let room = column.points - GAP;
            let cell = cut(cell, ROW, room);
            let left = match column.align {
                Align::Left => x,
                Align::Right => x + room - width(&cell, ROW),
            };
            sheet.line((font, ROW), left, &cell);
            x += column.points;
        }
        sheet.y -= ROW_LINE;
    }
}

/// A text in lines of that width, parted between words, or within one that is too long.
fn wrapped(text: &str, size: f32, room: f32) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        let longer = match line.is_empty() {
            true => word.to_owned(),
            false => format!("{line} {word}"),
        };
        if width(&longer, size) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            line.push(letter);
            if width(&line, size) > room {
                line.pop();
                lines.push(std::mem::replace(&mut line, letter.to_string()));
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A text cut to a width, with dots where something is missing.
fn cut(text: &str, size: f32, room: f32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        kept.push(letter);
        if width(&kept, size) + width("...", size) > room {
            kept.pop();
            break;
        }
    }
    kept + "..."
}

#[cfg(test)]
mod tests {
    use super::{Align, Column, Listing, cut, wrapped};

    fn listing(rows: usize) -> Listing {
        Listing {
            title: "Oświadczenie".into(),
            facts: vec![("Odbiorca".into(), "Sąd Okręgowy w Łodzi".into())],
            notes: vec!["Żółta łódź. ".repeat(400)],
            list_title: "Spis".into(),
            columns: vec![
                Column::new("lp.", 30.0, Align::Right),
                Column::new("Nazwa", 200.0, Align::Left),
            ],
            rows: (1..=rows)
                .map(|n| vec![n.to_string(), "Umowa kredytu".into()])
                .collect(),
            footer: "paczka".into(),
        }
    }

    #[test]
    fn the_same_listing_is_the_same_bytes_and_as_many_pages_as_it_needs() {
        let pages = |rows| {
            let pdf = listing(rows).to_pdf();
            assert_eq!(pdf, listing(rows).to_pdf());
            let text = String::from_utf8_lossy(&pdf).into_owned();
            text.matches("/Type /Page\n").count()
        };
        let (cover, one, many) = (pages(0), pages(1), pages(100));
        assert!(cover >= 1);
        assert_eq!(one, cover + 1);
        assert_eq!(many, cover + 3);
    }

    #[test]
    fn text_is_wrapped_between_words_and_cut_with_dots() {
        let lines = wrapped("Umowa kredytu konsumenckiego", 10.0, 80.0);
        assert_eq!(lines, ["Umowa kredytu", "konsumenckiego"]);
        assert!(wrapped(&"x".repeat(100), 10.0, 80.0).len() > 5);
        assert_eq!(cut("krótki", 10.0, 100.0), "krótki");
        assert!(cut("bardzo długi tekst", 10.0, 50.0).ends_with("..."));
    }
}
