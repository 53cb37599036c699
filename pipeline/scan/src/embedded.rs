//! Glyphs to text: words, lines and blocks in reading order, and whether the text can be trusted.
//!
//! Works on places alone: the order in which a program drew its glyphs is used to keep the letters
//! of a word together, and for nothing else. A letter is never guessed.

mod columns;
mod lines;

use crate::EmbeddedText;
use hayro_interpret::kurbo::{Point, Rect, Vec2};
use lines::Piece;
use model::{Place, Word};

/// A glyph on the page as displayed, in points with the origin at the top left.
#[derive(Clone, Debug)]
pub(crate) struct EmbeddedGlyph {
    /// What it stands for; none where the file does not say.
    pub(crate) text: Option<String>,
    /// The rectangle of its outline.
    pub(crate) ink: Rect,
    /// Where it stands on its baseline.
    pub(crate) origin: Point,
    /// Where the next one would stand.
    pub(crate) end: Point,
    /// From its baseline one em up: its size and direction.
    pub(crate) up: Vec2,
    /// It can be seen.
    pub(crate) visible: bool,
    /// The operator that drew it, counted on the page.
    pub(crate) run: u32,
}

impl EmbeddedGlyph {
    /// Whether it is a space.
    pub(crate) fn is_space(&self) -> bool {
        self.text
            .as_deref()
            .is_some_and(|text| text.trim().is_empty())
    }

    /// Its font size in points.
    fn size(&self) -> f64 {
        self.up.hypot()
    }
}

/// The pixel grid of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    /// Pixels in a point across and down.
    pub(crate) scale: [f64; 2],
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Share of glyphs that may stand for nothing known before the text is not trusted.
const UNKNOWN: f64 = 0.02;
/// Share of letters that may be those a wrong code page puts for Polish ones.
const WRONG_CODE_PAGE: f64 = 0.01;
/// What `ąćęłńóśźż` of ISO 8859-2 and Windows-1250 become when read as Latin 1, and no Polish or
/// English text has next to a letter.
const MISREAD: [char; 12] = ['¹', '³', '¿', 'Ÿ', '¶', '¼', '±', '¦', '¬', '¯', '£', 'Æ'];

/// Whether text can be read from these glyphs instead of from their picture: they say what they
/// stand for, and it is not the rubble of a wrong encoding.
pub(crate) fn is_sound<'a>(glyphs: impl Iterator<Item = &'a EmbeddedGlyph>) -> bool {
    let (mut all, mut unknown, mut letters, mut misread) = (0u32, 0u32, 0u32, 0u32);
    let mut after_letter = false;
    for glyph in glyphs.filter(|glyph| !glyph.is_space()) {
        all += 1;
        let known = glyph
            .text
            .as_deref()
            .is_some_and(|text| text.chars().all(is_readable));
        unknown += u32::from(!known);
        let first = glyph.text.as_deref().and_then(|text| text.chars().next());
        let is_letter = first.is_some_and(char::is_alphabetic);
        letters += u32::from(is_letter);
        misread += u32::from(after_letter && first.is_some_and(|c| MISREAD.contains(&c)));
        after_letter = is_letter;
    }
    f64::from(unknown) <= UNKNOWN * f64::from(all)
        && f64::from(misread) <= (WRONG_CODE_PAGE * f64::from(letters)).max(2.0)
}

/// Whether a character is one that text has: no control, private or replacement character.
fn is_readable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..)
}

/// The text of a page. Glyphs that stand for nothing known are left out.
pub(crate) fn assemble<'a>(
    glyphs: impl Iterator<Item = &'a EmbeddedGlyph>,
    grid: Grid,
) -> EmbeddedText {
    let mut frames: [Vec<Piece>; 4] = Default::default();
    for piece in lines::pieces(glyphs) {
        frames[piece.frame as usize].push(piece);
    }
    // The direction that most is written in comes first; what is written aside follows.
    let mut frames: Vec<Vec<Piece>> = frames
        .into_iter()
        .filter(|pieces| !pieces.is_empty())
        .collect();
    frames.sort_by_key(|pieces| std::cmp::Reverse(pieces.len()));
    let mut out = EmbeddedText::default();
    let (mut line, mut block) = (0, 0);
    for pieces in frames {
        for group in columns::blocks(lines::rows(pieces)) {
            for row in group {
                write_line(&row, grid, line, block, &mut out);
                line += 1;
            }
            block += 1;
        }
    }
    out
}

fn write_line(row: &[Piece], grid: Grid, line: u32, block: u32, out: &mut EmbeddedText) {
    if line > 0 {
        out.text.push('\n');
    }
    for (n, piece) in row.iter().enumerate() {
        if n > 0 {
            out.text.push(' ');
        }
        out.text.push_str(&piece.text);
        out.words.push(Word {
            text: piece.text.clone(),
            place: grid.place(piece.ink),
            confidence: 1.0,
            line,
            block,
            alternatives: Vec::new(),
        });
    }
}

impl Grid {
    /// A rectangle in points as pixels: all pixels it touches, within the page.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the page"
    )]
    fn place(self, rect: Rect) -> Place {
        let [sx, sy] = self.scale;
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let x0 = (rect.x0 * sx + 0.01)
            .floor()
            .clamp(0.0, (width - 1.0).max(0.0));
        let y0 = (rect.y0 * sy + 0.01)
            .floor()
            .clamp(0.0, (height - 1.0).max(0.0));
        let x1 = (rect.x1 * sx - 0.01)
            .ceil()
            .clamp(x0 + 1.0, width.max(x0 + 1.0));
        let y1 = (rect.y1 * sy - 0.01)
            .ceil()
            .clamp(y0 + 1.0, height.max(y0 + 1.0));
        Place::new(x0 as u32, y0 as u32, (x1 - x0) as u32, (y1 - y0) as u32)
    }
}

#[cfg(test)]
mod tests;
