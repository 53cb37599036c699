//! The order in which a page's words are read once cells are seen: a cell that runs over several
//! lines is read to its end before the cell beside it.
//!
//! The reader gives lines from edge to edge; in a table that tears „Oprocentowanie zadłużenia |
//! przeterminowanego” apart. Columns of running text are the reader's business: only lines that show
//! cells are touched, and only where the lines below clearly continue them.

use super::Frame;
use model::{Page, Word};

/// A gap between two words of a line, in text heights, from which they stand in different cells.
const CELL_GAP: f64 = 1.6;
/// The step from a line to the next within one cell is at most this, in text heights.
const WRAP_STEP: f64 = 1.85;
/// How far the beginnings of a cell's lines may be apart, in text heights.
const ALIGNED: f64 = 0.9;
/// A cell has at most so many lines: more are a column of text.
const MOST_LINES: usize = 6;

/// What begins with a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opens {
    /// Nothing: the word goes on.
    Word,
    /// Another line of the same cell.
    Wrap,
    /// The cell beside.
    Cell,
    /// A line.
    Line,
    /// A line in another block.
    Block,
}

/// A word in its turn.
pub(super) struct Read<'a> {
    pub(super) word: &'a Word,
    pub(super) frame: Frame,
    pub(super) opens: Opens,
}

/// Words of a line without a wide gap between them.
struct Segment<'a> {
    words: Vec<(&'a Word, Frame)>,
    frame: Frame,
}

struct Row<'a> {
    block: u32,
    segments: Vec<Segment<'a>>,
    top: f64,
}

/// The words of a page in reading order.
pub(super) fn reading_order<'a>(page: &'a Page, frame: impl Fn(&Word) -> Frame) -> Vec<Read<'a>> {
    let rows = rows(page, frame);
    let mut read = Vec::new();
    let mut at = 0;
    let mut block = None;
    while at < rows.len() {
        let count = band(&rows[at..]);
        let opens = if block == Some(rows[at].block) {
            Opens::Line
        } else {
            Opens::Block
        };
        push_band(&mut read, &rows[at..at + count], opens);
        block = Some(rows[at + count - 1].block);
        at += count;
    }
    read
}

fn rows(page: &Page, frame: impl Fn(&Word) -> Frame) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut line = None;
    for word in page.words.iter().filter(|w| !w.text.trim().is_empty()) {
        let frame = frame(word);
        if line != Some((word.line, word.block)) {
            let (block, top) = (word.block, frame.top);
            rows.push(Row {
                block,
                segments: Vec::new(),
                top,
            });
            line = Some((word.line, word.block));
        }
        let Some(row) = rows.last_mut() else { continue };
        match row.segments.last_mut() {
            Some(last) if (-4.0..=CELL_GAP).contains(&(frame.left - last.frame.right)) => {
                last.frame = last.frame.union(frame);
                last.words.push((word, frame));
            }
            _ => row.segments.push(Segment {
                words: vec![(word, frame)],
                frame,
            }),
        }
    }
    rows
}

/// How many of the first rows are lines of the same cells.
fn band(rows: &[Row<'_>]) -> usize {
    let Some(first) = rows.first().filter(|row| row.segments.len() > 1) else {
        return 1;
    };
    let mut count = 1;
    while count < rows.len().min(MOST_LINES) {
        let (last, next) = (&rows[count - 1], &rows[count]);
        let step = next.top - last.top;
        if !(0.3..WRAP_STEP).contains(&step) || !continues(first, next) {
            break;
        }
        count += 1;
    }
    count
}

/// Whether a row only goes on with cells of the row that opened the band: it leaves a cell out, and
/// nothing in it looks like a beginning; or all of it goes on in small letters.
fn continues(first: &Row<'_>, next: &Row<'_>) -> bool {
    let below = |segment: &Segment<'_>| {
        let mut cells = first.segments.iter();
        cells.any(|cell| (cell.frame.left - segment.frame.left).abs() < ALIGNED)
    };
    let small = |segment: &Segment<'_>| {
        let word = segment.words.first().map_or("", |(word, _)| &word.text);
        word.starts_with(|c: char| c.is_lowercase())
    };
    let all_below = next.segments.iter().all(below);
    let narrow = next.segments.iter().all(|segment| {
        let right_of = first
            .segments
            .iter()
            .find(|cell| cell.frame.left > segment.frame.left + ALIGNED);
        right_of.is_none_or(|cell| segment.frame.right < cell.frame.left)
    });
    let fewer = next.segments.len() < first.segments.len();
    let key = next
        .segments
        .first()
        .zip(first.segments.first())
        .is_some_and(|(a, b)| (a.frame.left - b.frame.left).abs() < ALIGNED);
    // A key in the first column opens a row of its own, unless it is plainly the end of a phrase.
    let opens = key && next.segments.first().is_some_and(|s| !small(s));
    all_below && narrow && !opens && (fewer || next.segments.iter().all(small))
}

fn push_band<'a>(read: &mut Vec<Read<'a>>, rows: &[Row<'a>], opens: Opens) {
    let Some(first) = rows.first() else { return };
    let mut next = opens;
    for (column, cell) in first.segments.iter().enumerate() {
        for (line, row) in rows.iter().enumerate() {
            let of_cell = row.segments.iter().enumerate().filter(|(at, segment)| {
                if line == 0 {
                    *at == column
                } else {
                    (segment.frame.left - cell.frame.left).abs() < ALIGNED
                }
            });
            for (_, segment) in of_cell {
                for (at, (word, frame)) in segment.words.iter().enumerate() {
                    let opens = match (at, line) {
                        (0, 0) => next,
                        (0, _) => Opens::Wrap,
                        _ => Opens::Word,
                    };
                    next = Opens::Cell;
                    read.push(Read {
                        word,
                        frame: *frame,
                        opens,
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::layout::Flow;

    fn check(text: &str, expected: &str) {
        let flow = Flow::from_text(text);
        let read: String = flow.chars.iter().collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn a_cell_of_several_lines_is_read_to_its_end() {
        check(
            "Okres            Oprocentowanie zadłużenia     Cel\n\
             12 miesięcy      13,00%                        zakup",
            "Okres\tOprocentowanie zadłużenia\tCel\n12 miesięcy\t13,00%\tzakup",
        );
        check(
            "Cel kredytu      zakup lokalu mieszkalnego na\n                 \
             rynku wtórnym\nOkres            12 miesięcy",
            "Cel kredytu\tzakup lokalu mieszkalnego na rynku wtórnym\nOkres\t12 miesięcy",
        );
        check(
            "Okres            Oprocentowanie zadłużenia\n                 przeterminowanego",
            "Okres\tOprocentowanie zadłużenia przeterminowanego",
        );
    }

    #[test]
    fn rows_of_a_table_stay_rows() {
        check(
            "1    10,00    20,00\n2    11,00    21,00",
            "1\t10,00\t20,00\n2\t11,00\t21,00",
        );
    }
}
