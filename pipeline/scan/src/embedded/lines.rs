//! Glyphs to words and words to rows, each in the direction it is written in.

use super::{EmbeddedGlyph, is_readable};
use hayro_interpret::kurbo::{Point, Rect};

/// Gap, in ems, from which two glyphs belong to two words where no space is drawn. A word space is
/// a quarter of an em, squeezed to a sixth in tight lines; kerning stays below a tenth.
const WORD_GAP: f64 = 0.15;
/// The same after a point, bracket or colon, where the next glyph is drawn by itself: a paragraph's
/// number and its text.
const LABEL_GAP: f64 = 0.04;
/// How far a glyph may step back, in ems, and still continue a word.
const STEP_BACK: f64 = 0.5;
/// How far a glyph's baseline may be off its word's, in ems.
const BASELINE: f64 = 0.15;
/// Size of a raised figure, in sizes of its word.
const RAISED_SIZE: f64 = 0.8;
/// Share of the smaller height by which two words must overlap to stand in one row. A raised or
/// lowered figure overlaps its line by more than half, the next line not at all.
const ROW_OVERLAP: f64 = 0.5;
/// Two equal glyphs closer than this, in ems, are one drawn twice to look bold.
const TWICE: f64 = 0.12;

/// A word, or a part of one.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    /// On the page as displayed, in points.
    pub(super) ink: Rect,
    /// Quarter turns clockwise by which it is written: 0 is upright.
    pub(super) frame: u8,
    /// Where it begins and ends on its baseline, in its own upright frame.
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) baseline: f64,
    pub(super) size: f64,
    /// A space follows for certain.
    space_after: bool,
    /// The operator that drew its last glyph.
    run: u32,
}

impl Piece {
    /// The band a line of this size fills around its baseline.
    fn band(&self) -> (f64, f64) {
        (
            self.baseline - 0.7 * self.size,
            self.baseline + 0.1 * self.size,
        )
    }
}

/// Quarter turns clockwise of a glyph's writing direction; its baseline runs from origin to end.
fn frame(glyph: &EmbeddedGlyph) -> u8 {
    if glyph.up.y.abs() >= glyph.up.x.abs() {
        if glyph.up.y <= 0.0 { 0 } else { 2 }
    } else if glyph.up.x >= 0.0 {
        1
    } else {
        3
    }
}

/// A point of the page in the upright frame.
fn upright(point: Point, frame: u8) -> Point {
    match frame {
        0 => point,
        1 => Point::new(point.y, -point.x),
        2 => Point::new(-point.x, -point.y),
        _ => Point::new(-point.y, point.x),
    }
}

/// Puts glyphs together to words, in the order they are drawn.
pub(super) fn pieces<'a>(glyphs: impl Iterator<Item = &'a EmbeddedGlyph>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open = false;
    for glyph in glyphs {
        if glyph.is_space() {
            if let Some(last) = pieces.last_mut().filter(|_| open) {
                last.space_after = true;
            }
            open = false;
            continue;
        }
        let Some(text) = glyph
            .text
            .as_deref()
            .map(readable)
            .filter(|text| !text.is_empty())
        else {
            continue;
        };
        let frame = frame(glyph);
        let (start, end) = (upright(glyph.origin, frame), upright(glyph.end, frame));
        let piece = Piece {
            text,
            ink: glyph.ink,
            frame,
            left: start.x.min(end.x),
            right: end.x.max(start.x),
            baseline: start.y,
            size: glyph.size(),
            space_after: false,
            run: glyph.run,
        };
        match pieces
            .last_mut()
            .filter(|last| open && continues(last, &piece))
        {
            Some(last) if is_twice(last, &piece) => {}
            Some(last) => last.append(&piece),
            None => pieces.push(piece),
        }
        open = true;
    }
    pieces
}

/// The characters of a glyph that text has; ligatures as their letters.
fn readable(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().filter(|&c| is_readable(c) && c != '\u{AD}') {
        match c {
            'ﬀ' => out.push_str("ff"),
            'ﬁ' => out.push_str("fi"),
            'ﬂ' => out.push_str("fl"),
            'ﬃ' => out.push_str("ffi"),
            'ﬄ' => out.push_str("ffl"),
            'ﬅ' | 'ﬆ' => out.push_str("st"),
            other => out.push(other),
        }
    }
    // A soft hyphen that is drawn stands at a line's end and is seen as a hyphen.
    if text.contains('\u{AD}') {
        out.push('-');
    }
    out
}

fn continues(word: &Piece, next: &Piece) -> bool {
    let size = word.size.max(next.size);
    let gap = next.left - word.right;
    let is_label = word.run != next.run && word.text.ends_with(['.', ')', ':', ';', ',']);
    let widest = if is_label { LABEL_GAP } else { WORD_GAP };
    word.frame == next.frame
        && (next.baseline - word.baseline).abs() <= BASELINE * size
        && gap <= widest * size
        && gap >= -STEP_BACK * size
}

/// Whether the word's last letter is drawn a second time.
fn is_twice(word: &Piece, next: &Piece) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= TWICE * next.size;
    near(word.right, next.right)
        && near(word.baseline, next.baseline)
        && word.text.ends_with(&next.text)
}

impl Piece {
    fn append(&mut self, next: &Self) {
        self.text.push_str(&next.text);
        self.ink = self.ink.union(next.ink);
        self.left = self.left.min(next.left);
        self.right = self.right.max(next.right);
        self.size = self.size.max(next.size);
        self.space_after = next.space_after;
        self.run = next.run;
    }
}

/// A row: all words at one height, from left to right.
pub(super) type Row = Vec<Piece>;

/// Sorts words into rows from top to bottom, and joins parts of words that touch.
pub(super) fn rows(mut pieces: Vec<Piece>) -> Vec<Row> {
    pieces.sort_by(|a, b| {
        a.baseline
            .total_cmp(&b.baseline)
            .then(a.left.total_cmp(&b.left))
    });
    // The band of a row is that of its largest word, so that a raised figure opens no row.
    let mut rows: Vec<((f64, f64), Row)> = Vec::new();
    for piece in pieces {
        let (top, bottom) = piece.band();
        let fits = |(from, to): &(f64, f64)| {
            let common = bottom.min(*to) - top.max(*from);
            common >= ROW_OVERLAP * (bottom - top).min(to - from)
        };
        // Rows are sorted by baseline: only the last few can overlap.
        match rows.iter_mut().rev().take(4).find(|(band, _)| fits(band)) {
            Some((band, row)) => {
                if bottom - top > band.1 - band.0 {
                    *band = (top, bottom);
                }
                row.push(piece);
            }
            None => rows.push(((top, bottom), vec![piece])),
        }
    }
    rows.sort_by(|a, b| (a.0.1).total_cmp(&b.0.1));
    rows.into_iter().map(|(_, row)| joined(row)).collect()
}

/// A row from left to right, with parts of a word drawn apart joined again.
fn joined(mut row: Row) -> Row {
    row.sort_by(|a, b| a.left.total_cmp(&b.left));
    let mut out: Row = Vec::with_capacity(row.len());
    for piece in row {
        match out.last_mut() {
            Some(last) if is_same(last, &piece) => {}
            Some(last)
                if !last.space_after && (continues(last, &piece) || is_raised(last, &piece)) =>
            {
                last.append(&piece);
            }
            _ => out.push(piece),
        }
    }
    out
}

/// Whether a small figure stands raised or lowered right after a word: a square metre, a footnote.
fn is_raised(word: &Piece, next: &Piece) -> bool {
    let gap = next.left - word.right;
    next.size <= RAISED_SIZE * word.size && gap.abs() <= WORD_GAP * word.size
}

/// The same word drawn twice in one place.
fn is_same(a: &Piece, b: &Piece) -> bool {
    let near = |x: f64, y: f64| (x - y).abs() <= TWICE * a.size;
    a.text == b.text
        && near(a.left, b.left)
        && near(a.right, b.right)
        && near(a.baseline, b.baseline)
}
