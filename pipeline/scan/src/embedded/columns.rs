//! Reading order: rows that stand beside each other in columns of prose are read column by column,
//! rows of a table from left to right, everything else from top to bottom.

use super::lines::{Piece, Row};

/// Narrowest gutter between columns, in ems.
const GUTTER: f64 = 0.8;
/// How many rows further down the other column's line may stand.
const NEAR_ROWS: usize = 2;
/// Fewest rows that make columns, and fewest lines on each side.
const COLUMN_ROWS: usize = 3;
const COLUMN_LINES: usize = 2;
/// Fewest words of letters on a line of prose, on average, and how full its lines are.
/// Where there are few lines a table's long labels could pass for prose, so more is asked of them.
const PROSE_WORDS: f64 = 3.0;
const FEW_LINES: usize = 4;
const FEW_LINES_WORDS: f64 = 4.0;
const PROSE_FILL: f64 = 0.7;
/// Distance of two baselines, in ems, from which a new paragraph begins.
const PARAGRAPH: f64 = 1.75;
/// Distance of two baselines, in ems, that parts a heading from the columns under it, and columns
/// from what follows.
const SECTION: f64 = 2.5;
/// Deepest nesting of columns.
const DEEPEST: u32 = 4;

/// Rows in reading order, grouped to blocks: paragraphs, columns, tables.
pub(super) fn blocks(rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut out = Vec::new();
    read(rows, DEEPEST, &mut out);
    out
}

fn read(rows: Vec<Row>, depth: u32, out: &mut Vec<Vec<Row>>) {
    let mut rest = rows;
    while !rest.is_empty() {
        let Some((from, to, gutter)) = first_columns(&rest).filter(|_| depth > 0) else {
            paragraphs(rest, out);
            return;
        };
        let after = rest.split_off(to);
        let beside = rest.split_off(from);
        paragraphs(rest, out);
        let (left, right) = split(beside, gutter);
        read(left, depth - 1, out);
        read(right, depth - 1, out);
        rest = after;
    }
}

/// Splits rows at a distance that is more than line spacing.
fn paragraphs(rows: Vec<Row>, out: &mut Vec<Vec<Row>>) {
    let mut block: Vec<Row> = Vec::new();
    for row in rows {
        if let Some(last) = block.last() {
            let size = size(last).max(size(&row));
            if baseline(&row) - baseline(last) > PARAGRAPH * size {
                out.push(std::mem::take(&mut block));
            }
        }
        block.push(row);
    }
    if !block.is_empty() {
        out.push(block);
    }
}

fn size(row: &[Piece]) -> f64 {
    row.iter().map(|piece| piece.size).fold(0.0, f64::max)
}

fn baseline(row: &[Piece]) -> f64 {
    row.iter()
        .map(|piece| piece.baseline)
        .fold(f64::NEG_INFINITY, f64::max)
}

/// An interval across the page that no word enters.
type Gutter = (f64, f64);

/// The first run of rows that are columns of prose: its rows, and the gutter between the columns.
/// Of several gutters at one row the longest is taken, then the widest.
fn first_columns(rows: &[Row]) -> Option<(usize, usize, Gutter)> {
    for from in 0..rows.len() {
        let candidates = gaps(rows, from)
            .into_iter()
            .map(|gutter| extend(rows, from, gutter));
        let columns = candidates
            .filter(|&(to, gutter)| to - from >= COLUMN_ROWS && is_prose(&rows[from..to], gutter));
        let width = |gutter: Gutter| gutter.1 - gutter.0;
        let best = columns.max_by(|a, b| a.0.cmp(&b.0).then(width(a.1).total_cmp(&width(b.1))));
        if let Some((to, gutter)) = best {
            // Rows above that lie on one side only belong to the columns too.
            let above = rows[..from].iter().rev().take_while(|row| {
                one_sided(row, gutter)
                    && baseline(&rows[from]) - baseline(row) < SECTION * size(row)
            });
            return Some((from - above.count(), to, gutter));
        }
    }
    None
}

/// The gaps at a row that may part columns: between its words, and between the end of this row and
/// the beginning of one near it that lies on the other side. Columns need not have their lines at
/// the same heights.
fn gaps(rows: &[Row], at: usize) -> Vec<Gutter> {
    let wide = |left: &Piece, right: &Piece| {
        let (from, to) = (left.right, right.left);
        (to - from >= GUTTER * left.size.max(right.size)).then_some((from, to))
    };
    let row = &rows[at];
    let within = row.windows(2).filter_map(|pair| wide(&pair[0], &pair[1]));
    let beside = rows[at + 1..].iter().take(NEAR_ROWS).filter_map(|other| {
        let (first, last) = (row.first()?, row.last()?);
        let (other_first, other_last) = (other.first()?, other.last()?);
        wide(last, other_first).or_else(|| wide(other_last, first))
    });
    within.chain(beside).collect()
}

fn one_sided(row: &Row, (from, to): Gutter) -> bool {
    row.iter().all(|piece| piece.right <= from) || row.iter().all(|piece| piece.left >= to)
}

/// Follows a gutter downwards as long as every row leaves some of it free and none is far off.
fn extend(rows: &[Row], from: usize, mut gutter: Gutter) -> (usize, Gutter) {
    let mut to = from + 1;
    for row in &rows[from + 1..] {
        if baseline(row) - baseline(&rows[to - 1]) > SECTION * size(row) {
            break;
        }
        let free = widest_free(row, gutter);
        if free.1 - free.0 < GUTTER * size(row) {
            break;
        }
        gutter = free;
        to += 1;
    }
    (to, gutter)
}

/// The widest part of a gutter that no word of a row enters.
fn widest_free(row: &Row, (from, to): Gutter) -> Gutter {
    let mut best = (from, from);
    let mut start = from;
    for piece in row
        .iter()
        .filter(|piece| piece.right > from && piece.left < to)
    {
        if piece.left - start > best.1 - best.0 {
            best = (start, piece.left);
        }
        start = start.max(piece.right);
    }
    if to - start > best.1 - best.0 {
        (start, to)
    } else {
        best
    }
}

/// Whether both sides of a gutter are running text: several words a line, lines well filled.
fn is_prose(rows: &[Row], gutter: Gutter) -> bool {
    let middle = f64::midpoint(gutter.0, gutter.1);
    [true, false].into_iter().all(|left| {
        let lines: Vec<(usize, f64)> = rows
            .iter()
            .filter_map(|row| {
                let side = || row.iter().filter(|p| (p.right <= middle) == left);
                let from = side().map(|p| p.left).fold(f64::INFINITY, f64::min);
                let to = side().map(|p| p.right).fold(f64::NEG_INFINITY, f64::max);
                (to > from).then(|| (side().filter(|p| is_word(&p.text)).count(), to - from))
            })
            .collect();
        let widest = lines.iter().map(|line| line.1).fold(0.0, f64::max);
        let full = lines
            .iter()
            .filter(|line| line.1 >= PROSE_FILL * widest)
            .count();
        let words: usize = lines.iter().map(|line| line.0).sum();
        #[expect(clippy::cast_precision_loss, reason = "a page has few words")]
        let average = words as f64 / lines.len().max(1) as f64;
        let few = lines.len() < FEW_LINES;
        let words_needed = if few { FEW_LINES_WORDS } else { PROSE_WORDS };
        // A heading above and a short last line leave one full line of three.
        let is_full = full * if few { 3 } else { 2 } >= lines.len();
        lines.len() >= COLUMN_LINES && average >= words_needed && is_full
    })
}

/// Letters, not a number or a code.
fn is_word(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() * 2 > text.chars().count()
}

fn split(rows: Vec<Row>, gutter: Gutter) -> (Vec<Row>, Vec<Row>) {
    let middle = f64::midpoint(gutter.0, gutter.1);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for row in rows {
        let (l, r): (Row, Row) = row.into_iter().partition(|piece| piece.right <= middle);
        left.extend((!l.is_empty()).then_some(l));
        right.extend((!r.is_empty()).then_some(r));
    }
    (left, right)
}
