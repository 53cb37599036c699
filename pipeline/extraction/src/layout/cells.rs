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
/// From so wide a gap on, words that begin where a column begins stand in different cells.
const COLUMN_GAP: f64 = 0.62;
/// A gap that parts cells is so many times as wide as the usual gap of its line.
const APART: f64 = 1.7;
/// How far the beginnings of a column's cells may be apart, in text heights.
const COLUMN_EDGE: f64 = 0.35;
/// So many lines make a column.
const COLUMN_LINES: usize = 3;
/// Lines of one column follow each other within so many text heights.
const COLUMN_REACH: f64 = 9.0;
/// Gaps of a justified line differ by at most this part of the widest.
const JUSTIFIED: f64 = 0.12;
/// A line of a cell follows closer than a row does: at most this part of the row's step.
const TIGHT: f64 = 0.86;
/// Steps that differ by less than this part are even.
const EVEN: f64 = 0.08;
/// The step from a line to the next within one cell is at most this, in text heights.
const WRAP_STEP: f64 = 1.85;
/// How far the beginnings of a cell's lines may be apart, in text heights.
const ALIGNED: f64 = 0.9;
/// Words whose middles are less than so many text heights apart stand on one line.
const STACKED: f64 = 0.45;
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
    words: Vec<Placed<'a>>,
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
        let before = at.checked_sub(1).map(|before| &rows[before]);
        let count = band(&rows[at..], before);
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

type Placed<'a> = (&'a Word, Frame);

/// A line as the reader gave it.
struct Written<'a> {
    block: u32,
    words: Vec<Placed<'a>>,
}

impl Written<'_> {
    fn top(&self) -> f64 {
        self.words.first().map_or(0.0, |(_, frame)| frame.top)
    }

    /// The gap before a word; none before the first, or where the line goes back.
    fn gap(&self, at: usize) -> Option<f64> {
        let before = at.checked_sub(1).and_then(|before| self.words.get(before));
        let gap = self.words.get(at)?.1.left - before?.1.right;
        (gap >= -4.0).then_some(gap)
    }

    /// Whether the gap before a word is wider than the line's others: in a line that is set to both
    /// edges all gaps are wide.
    fn stands_apart(&self, at: usize) -> bool {
        let mut others: Vec<f64> = (1..self.words.len())
            .filter(|other| *other != at)
            .filter_map(|other| self.gap(other))
            .collect();
        others.sort_by(f64::total_cmp);
        let usual = others.get(others.len() / 2).filter(|_| others.len() > 1);
        self.gap(at).is_some_and(|gap| {
            let apart = usual.is_none_or(|usual| gap >= APART * usual);
            gap > CELL_GAP || (gap >= COLUMN_GAP && apart)
        })
    }

    fn edges(&self) -> Option<(f64, f64)> {
        Some((self.words.first()?.1.left, self.words.last()?.1.right))
    }
}

/// Where the cells of a column begin, and over which part of the page.
struct Column {
    left: f64,
    top: f64,
    bottom: f64,
}

impl Column {
    fn begins(&self, frame: Frame) -> bool {
        (frame.left - self.left).abs() <= COLUMN_EDGE
            && (self.top - 0.5..=self.bottom + 0.5).contains(&frame.top)
    }
}

fn rows(page: &Page, frame: impl Fn(&Word) -> Frame) -> Vec<Row<'_>> {
    let lines = written(page, frame);
    let columns = columns(&lines);
    let mut rows = Vec::with_capacity(lines.len());
    for at in 0..lines.len() {
        let splits = splits(&lines, at, &columns);
        let line = &lines[at];
        let mut segments: Vec<Segment<'_>> = Vec::new();
        for (word, placed) in line.words.iter().enumerate() {
            match segments.last_mut().filter(|_| !splits.contains(&word)) {
                Some(last) => {
                    last.frame = last.frame.union(placed.1);
                    last.words.push(*placed);
                }
                None => segments.push(Segment {
                    words: vec![*placed],
                    frame: placed.1,
                }),
            }
        }
        rows.push(Row {
            block: line.block,
            segments,
            top: line.top(),
        });
    }
    rows
}

fn written(page: &Page, frame: impl Fn(&Word) -> Frame) -> Vec<Written<'_>> {
    let mut lines: Vec<Written<'_>> = Vec::new();
    let mut line = None;
    for word in page.words.iter().filter(|w| !w.text.trim().is_empty()) {
        if line != Some((word.line, word.block)) {
            unstack(&mut lines);
            lines.push(Written {
                block: word.block,
                words: Vec::new(),
            });
            line = Some((word.line, word.block));
        }
        if let Some(last) = lines.last_mut() {
            last.words.push((word, frame(word)));
        }
    }
    unstack(&mut lines);
    lines
}

/// Takes the last line apart where it is several: words that stand over one another, as where a large
/// name stands beside two small lines, were read as one line.
fn unstack(lines: &mut Vec<Written<'_>>) {
    let Some(last) = lines.last() else { return };
    let over = |a: Frame, b: Frame| {
        let shared = a.right.min(b.right) - a.left.max(b.left);
        shared > 0.5 * (a.right - a.left).min(b.right - b.left) && a.beside(b) < 0.5
    };
    let stacked = last.words.iter().enumerate().any(|(at, (_, a))| {
        let others = &last.words[at + 1..];
        others.iter().any(|(_, b)| over(*a, *b))
    });
    if !stacked {
        return;
    }
    let Some(line) = lines.pop() else { return };
    let middle = |frame: Frame| f64::midpoint(frame.top, frame.bottom);
    let mut levels: Vec<(f64, Written<'_>)> = Vec::new();
    for (word, frame) in line.words {
        let near = levels
            .iter_mut()
            .find(|(level, _)| (*level - middle(frame)).abs() < STACKED);
        match near {
            Some((_, line)) => line.words.push((word, frame)),
            None => levels.push((
                middle(frame),
                Written {
                    block: line.block,
                    words: vec![(word, frame)],
                },
            )),
        }
    }
    levels.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, mut line) in levels {
        line.words.sort_by(|a, b| a.1.left.total_cmp(&b.1.left));
        lines.push(line);
    }
}

/// The columns of a page's tables: places where the words of several lines, one soon after the
/// other, begin behind a gap, and that no line between them runs across.
fn columns(lines: &[Written<'_>]) -> Vec<Column> {
    let mut begun: Vec<(f64, f64)> = Vec::new();
    for line in lines {
        let edges = (1..line.words.len()).filter(|at| line.stands_apart(*at));
        begun.extend(edges.map(|at| (line.words[at].1.left, line.top())));
    }
    begun.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut columns: Vec<Column> = Vec::new();
    let mut from = 0;
    while let Some(&(left, _)) = begun.get(from) {
        let to = begun.partition_point(|(edge, _)| *edge <= left + COLUMN_EDGE);
        let mut tops: Vec<f64> = begun[from..to].iter().map(|(_, top)| *top).collect();
        tops.sort_by(f64::total_cmp);
        let near = tops.chunk_by(|a, b| b - a <= COLUMN_REACH);
        columns.extend(near.filter_map(|run| column(lines, left, run)));
        from = to.max(from + 1);
    }
    columns
}

fn column(lines: &[Written<'_>], left: f64, tops: &[f64]) -> Option<Column> {
    let (&top, &bottom) = (tops.first()?, tops.last()?);
    let across = |line: &&Written<'_>| {
        (top..=bottom).contains(&line.top())
            && line
                .words
                .iter()
                .any(|(_, word)| word.left < left - 0.6 && word.right > left + 0.6)
    };
    let crossed = lines.iter().filter(across).count();
    (tops.len() >= COLUMN_LINES && crossed * 3 <= tops.len()).then_some(Column {
        left,
        top,
        bottom,
    })
}

/// The words of a line that begin a cell. A wide gap parts cells, and a narrow one where a column
/// begins; in a line that is set to fill its cell, or its column of text, wide gaps part words.
fn splits(lines: &[Written<'_>], at: usize, columns: &[Column]) -> Vec<usize> {
    let line = &lines[at];
    let in_column = |word: usize| columns.iter().any(|c| c.begins(line.words[word].1));
    let mut splits: Vec<usize> = (1..line.words.len())
        .filter(|word| match line.gap(*word) {
            None => true,
            Some(gap) => gap > CELL_GAP || (gap >= COLUMN_GAP && in_column(*word)),
        })
        .collect();
    if fills_column_of_text(lines, at) {
        splits.retain(|word| line.gap(*word).is_none());
    }
    // A cell whose last word comes close to the next cell is full: its wide gaps are its own.
    let alphabetic = |word: usize| line.words[word].0.text.chars().any(char::is_alphabetic);
    let close = |word: usize| line.gap(word).is_some_and(|gap| gap <= CELL_GAP);
    let mut full = false;
    for index in (0..splits.len()).rev() {
        let word = splits[index];
        if close(word) {
            full = true;
        } else if full && !in_column(word) && alphabetic(word) && alphabetic(word - 1) {
            splits.remove(index);
        } else {
            full = false;
        }
    }
    splits
}

/// Whether a line is set to both edges of a column of running text: its gaps are wide but alike, and
/// the line before or after it has the same edges.
fn fills_column_of_text(lines: &[Written<'_>], at: usize) -> bool {
    let line = &lines[at];
    let gaps: Vec<f64> = (1..line.words.len()).filter_map(|w| line.gap(w)).collect();
    let widest = gaps.iter().copied().fold(0.0, f64::max);
    let alike = gaps.iter().all(|gap| widest - gap <= widest * JUSTIFIED);
    let same = |other: Option<&Written<'_>>| {
        let (Some(a), Some(b)) = (other.and_then(Written::edges), line.edges()) else {
            return false;
        };
        (a.0 - b.0).abs() < 0.5 && (a.1 - b.1).abs() < 0.5
    };
    let before = at.checked_sub(1).and_then(|before| lines.get(before));
    let letters = |(word, _): &&Placed<'_>| word.text.chars().any(char::is_alphabetic);
    let written = line.words.iter().filter(letters).count() * 4 >= line.words.len() * 3;
    gaps.len() > 2 && alike && written && (same(before) || same(lines.get(at + 1)))
}

/// How many of the first rows are lines of the same cells.
fn band(rows: &[Row<'_>], before: Option<&Row<'_>>) -> usize {
    let Some(first) = rows.first().filter(|row| row.segments.len() > 1) else {
        return 1;
    };
    let mut count = 1;
    while count < rows.len().min(MOST_LINES) {
        let (last, next) = (&rows[count - 1], &rows[count]);
        let step = next.top - last.top;
        // What follows much closer than the next row does goes on with the cells above it.
        let tight = rows[count + 1..]
            .iter()
            .take(MOST_LINES)
            .zip(&rows[count..])
            .find(|(row, _)| opens_row(first, row))
            .is_some_and(|(row, before)| step < TIGHT * (row.top - before.top));
        // Rows that follow one another as evenly as the last two did are rows.
        let even = before.is_some_and(|row| {
            let last_step = first.top - row.top;
            opens_row(first, row) && (last_step - step).abs() < EVEN * step
        });
        let tight = tight && !(even && opens_row(first, next));
        if !(0.3..WRAP_STEP).contains(&step) || !continues(first, next, tight) {
            break;
        }
        count += 1;
    }
    count
}

/// Whether a row only goes on with cells of the row that opened the band: it leaves a cell out, and
/// nothing in it looks like a beginning; or all of it goes on in small letters.
fn continues(first: &Row<'_>, next: &Row<'_>, tight: bool) -> bool {
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
    let goes_on = !opens && (fewer || next.segments.iter().all(small));
    all_below && narrow && (goes_on || tight)
}

/// Whether a row begins in the first column as the first of a band does, with another cell beside.
fn opens_row(first: &Row<'_>, row: &Row<'_>) -> bool {
    let keys = row.segments.first().zip(first.segments.first());
    row.segments.len() > 1
        && keys.is_some_and(|(a, b)| (a.frame.left - b.frame.left).abs() < ALIGNED)
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
    fn gaps_of_a_justified_line_part_words() {
        check(
            "Bank może wypowiedzieć niniejszą Umowę ze\n\
             zachowaniem     terminu     dni     stron\n\
             gdy rata nie jest płacona przez dwa okresy",
            "Bank może wypowiedzieć niniejszą Umowę ze\n\
             zachowaniem terminu dni stron\n\
             gdy rata nie jest płacona przez dwa okresy",
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
