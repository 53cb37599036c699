//! Words into lines, lines into reading order.
//!
//! Tesseract's lines are taken apart at columns and ruled lines and put together again: columns of
//! prose column by column, tables row by row and cell by cell, so that a label is followed by its
//! value. Pure: places in, order out. It never drops a word.

use crate::prepare::Rules;
use model::Place;

/// A word with the place that ordering looks at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// Its rectangle on the level page.
    pub(crate) place: Place,
    /// The number of the line that the engine put it into.
    pub(crate) line: usize,
}

/// One line of the result: the numbers of its items, left to right, and its region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderedLine {
    /// Indices into the items given.
    pub(crate) items: Vec<usize>,
    /// The region it belongs to, counted from 0.
    pub(crate) block: u32,
}

/// A piece of a line without wide gaps.
#[derive(Clone, Debug)]
struct Segment {
    items: Vec<usize>,
    place: Place,
}

/// A row of segments, left to right.
#[derive(Clone, Debug)]
struct Row {
    segments: Vec<Segment>,
    place: Place,
}

/// Orders the words of a page.
pub(crate) fn order(items: &[Item], rules: &Rules) -> Vec<OrderedLine> {
    if items.is_empty() {
        return Vec::new();
    }
    let height = median_height(items);
    let rows = rows(segments(items, rules, height));
    let mut out = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let band = cells_from(&rows[at..], rules);
        if band > 0 {
            emit_cells(&rows[at..at + band], rules, &mut out);
            at += band;
            continue;
        }
        match columns_from(&rows[at..], height) {
            Some((count, gutters)) => {
                emit_columns(&rows[at..at + count], &gutters, &mut out);
                at += count;
            }
            None => {
                let last = at.checked_sub(1).map(|before| rows[before].place);
                emit_row(&rows[at], last, height, &mut out);
                at += 1;
            }
        }
    }
    out
}

fn median_height(items: &[Item]) -> u32 {
    let mut heights: Vec<u32> = items.iter().map(|item| item.place.h).collect();
    let middle = heights.len() / 2;
    (*heights.select_nth_unstable(middle).1).max(8)
}

/// The engine's lines, parted at wide gaps and at ruled lines that run down between two words.
fn segments(items: &[Item], rules: &Rules, height: u32) -> Vec<Segment> {
    let mut by_line: std::collections::BTreeMap<usize, Vec<usize>> =
        std::collections::BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        by_line.entry(item.line).or_default().push(index);
    }
    let mut segments: Vec<Segment> = Vec::new();
    for mut line in by_line.into_values() {
        line.sort_by_key(|&index| (items[index].place.x, index));
        let mut previous: Option<Place> = None;
        for index in line {
            let place = items[index].place;
            let joined = previous.is_some_and(|before| {
                place.x < before.right() + height * 5 / 4 && !rule_between(before, place, rules)
            });
            match segments.last_mut().filter(|_| joined) {
                Some(segment) => {
                    segment.items.push(index);
                    segment.place = segment.place.union(place);
                }
                None => segments.push(Segment {
                    items: vec![index],
                    place,
                }),
            }
            previous = Some(place);
        }
    }
    segments
}

fn rule_between(left: Place, right: Place, rules: &Rules) -> bool {
    let middle = left.y.midpoint(left.bottom());
    rules.down.iter().any(|rule| {
        rule.y <= middle
            && middle <= rule.bottom()
            && rule.x + rule.w / 2 >= left.x + left.w / 2
            && rule.x + rule.w / 2 <= right.x + right.w / 2
    })
}

/// Segments that stand beside each other become rows, rows stand from top to bottom.
fn rows(mut segments: Vec<Segment>) -> Vec<Row> {
    segments.sort_by_key(|segment| (middle(segment.place), segment.place.x));
    let mut rows: Vec<Row> = Vec::new();
    for segment in segments {
        let fits = |row: &&mut Row| {
            beside(row.place, segment.place)
                && row
                    .segments
                    .iter()
                    .all(|other| apart(other.place, segment.place))
        };
        match rows.iter_mut().rev().take(6).find(fits) {
            Some(row) => {
                // The row's height stays that of its text: a tall segment must not swallow lines.
                row.place = row.place.union(segment.place);
                row.segments.push(segment);
            }
            None => rows.push(Row {
                place: segment.place,
                segments: vec![segment],
            }),
        }
    }
    for row in &mut rows {
        row.segments.sort_by_key(|segment| segment.place.x);
    }
    rows.sort_by_key(|row| (middle(row.place), row.place.x));
    rows
}

fn middle(place: Place) -> u32 {
    place.y.midpoint(place.bottom())
}

/// Whether two rectangles share more than half of the lower one's height.
fn beside(a: Place, b: Place) -> bool {
    let shared = a.bottom().min(b.bottom()).saturating_sub(a.y.max(b.y));
    shared * 2 > a.h.min(b.h)
}

/// Whether two rectangles do not overlap across, but for a letter's slant.
fn apart(a: Place, b: Place) -> bool {
    let shared = a.right().min(b.right()).saturating_sub(a.x.max(b.x));
    shared * 4 < a.w.min(b.w).max(4)
}

/// How many of the first rows lie in one row of a ruled table: above the same ruled line, in cells
/// with lines down between them. Zero where they are in none, or where it is one row.
fn cells_from(rows: &[Row], rules: &Rules) -> usize {
    let Some(first) = rows.first() else { return 0 };
    let crossed = |row: &Row| {
        let at = middle(row.place);
        rules
            .down
            .iter()
            .any(|rule| rule.y <= at && at <= rule.bottom())
    };
    let floor = rules
        .across
        .iter()
        .filter(|rule| rule.y > middle(first.place) && overlaps_across(**rule, first.place))
        .map(|rule| rule.y)
        .min();
    let Some(floor) = floor.filter(|_| crossed(first)) else {
        return 0;
    };
    let count = rows
        .iter()
        .take_while(|row| middle(row.place) < floor && crossed(row))
        .count();
    if !(2..=MOST_CELL_LINES).contains(&count) || is_list(&rows[..count]) {
        0
    } else {
        count
    }
}

/// Most lines of one cell of a table; more between two ruled lines are rows of their own.
const MOST_CELL_LINES: usize = 12;

/// Whether rows between two ruled lines are entries of a list, each whole by itself, not the
/// lines of one row of cells: all fill the same three columns or more.
fn is_list(rows: &[Row]) -> bool {
    let columns = rows[0].segments.len();
    columns >= 3 && rows.iter().all(|row| row.segments.len() == columns)
}

fn overlaps_across(a: Place, b: Place) -> bool {
    a.x < b.right() && b.x < a.right()
}

/// Cells from left to right, the lines of each from top to bottom.
fn emit_cells(rows: &[Row], rules: &Rules, out: &mut Vec<OrderedLine>) {
    let (top, bottom) = (rows[0].place.y, rows[rows.len() - 1].place.bottom());
    let mut walls: Vec<u32> = rules
        .down
        .iter()
        .filter(|rule| rule.y <= middle(rows[0].place) && rule.bottom() >= top.midpoint(bottom))
        .map(|rule| rule.x)
        .collect();
    walls.sort_unstable();
    let cell_of = |segment: &Segment| {
        let at = segment.place.x.midpoint(segment.place.right());
        walls.iter().filter(|&&wall| wall < at).count()
    };
    for cell in 0..=walls.len() {
        let block = next_block(out);
        for row in rows {
            let items: Vec<usize> = row
                .segments
                .iter()
                .filter(|segment| cell_of(segment) == cell)
                .flat_map(|segment| segment.items.iter().copied())
                .collect();
            if !items.is_empty() {
                out.push(OrderedLine { items, block });
            }
        }
    }
}

fn next_block(out: &[OrderedLine]) -> u32 {
    out.last().map_or(0, |line| line.block + 1)
}

/// Fewest rows that make columns of prose.
const FEWEST_ROWS: usize = 5;

/// How many of the first rows are set in columns of prose, and the gutters between them.
fn columns_from(rows: &[Row], height: u32) -> Option<(usize, Vec<(u32, u32)>)> {
    let mut gutter = gutter_of(rows.get(..FEWEST_ROWS)?, height)?;
    let mut count = 0;
    for row in rows {
        let Some(next) = narrowed(row, gutter, height) else {
            break;
        };
        gutter = next;
        count += 1;
    }
    (count >= FEWEST_ROWS && is_prose(&rows[..count], gutter)).then(|| (count, vec![gutter]))
}

/// The widest gap that all of these rows leave free, with a column's width on either side. A line
/// of one column may stand beside no line of the other, so single rows do not show it.
fn gutter_of(rows: &[Row], height: u32) -> Option<(u32, u32)> {
    let mut covered: Vec<Place> = rows
        .iter()
        .flat_map(|row| row.segments.iter().map(|segment| segment.place))
        .collect();
    covered.sort_by_key(|place| place.x);
    let left_edge = covered.first()?.x;
    let right_edge = covered.iter().map(|place| place.right()).max()?;
    let least = f64::from(right_edge - left_edge) / NARROWEST;
    let mut reach = left_edge;
    let mut best: Option<(u32, u32)> = None;
    for place in covered {
        let wide = place.x > reach + height * 3 / 4;
        let apart = f64::from(reach - left_edge) >= least
            && f64::from(right_edge.saturating_sub(place.x)) >= least;
        if wide && apart && best.is_none_or(|gap| place.x - reach > gap.1 - gap.0) {
            best = Some((reach, place.x));
        }
        reach = reach.max(place.right());
    }
    best
}

/// What a row leaves of a gutter; none where it crosses it.
fn narrowed(row: &Row, gutter: (u32, u32), height: u32) -> Option<(u32, u32)> {
    let mut left = gutter.0;
    let mut right = gutter.1;
    let at = gutter.0.midpoint(gutter.1);
    for segment in &row.segments {
        if segment.place.right() <= at {
            left = left.max(segment.place.right());
        } else if segment.place.x >= at {
            right = right.min(segment.place.x);
        } else if segment.place.right() < gutter.1 {
            left = left.max(segment.place.right());
        } else if segment.place.x > gutter.0 {
            right = right.min(segment.place.x);
        } else {
            return None;
        }
    }
    (right >= left + height / 2).then_some((left, right))
}

/// Prose fills its column: many lines left of the gutter reach it, and words cover most of the
/// width on both sides. Labels, amounts and dates do not.
fn is_prose(rows: &[Row], gutter: (u32, u32)) -> bool {
    let left_edge = rows.iter().map(|row| row.place.x).min().unwrap_or(0);
    let right_edge = rows.iter().map(|row| row.place.right()).max().unwrap_or(0);
    let left_width = f64::from(gutter.0.saturating_sub(left_edge).max(1));
    let right_width = f64::from(right_edge.saturating_sub(gutter.1).max(1));
    let (mut left, mut right, mut full) = (Vec::new(), Vec::new(), 0);
    for row in rows {
        let (mut reach, mut here, mut there) = (0, 0, 0);
        for segment in &row.segments {
            if segment.place.right() <= gutter.0 {
                reach = reach.max(segment.place.right());
                here += segment.place.w;
            } else {
                there += segment.place.w;
            }
        }
        if here > 0 {
            left.push(f64::from(here) / left_width);
            full += usize::from(f64::from(gutter.0 - reach) < left_width / 8.0);
        }
        if there > 0 {
            right.push(f64::from(there) / right_width);
        }
    }
    let mean = |shares: &[f64]| shares.iter().sum::<f64>() / shares.len().max(1) as f64;
    // A list's numbers are no column.
    left_width.min(right_width) * NARROWEST >= f64::from(right_edge - left_edge)
        && left.len() >= FEWEST_ROWS - 1
        && right.len() >= FEWEST_ROWS - 1
        && full * FULL_LINES.1 >= left.len() * FULL_LINES.0
        && mean(&left) >= FILLED
        && mean(&right) >= FILLED
}

/// The narrowest column of prose is this part of the page's text.
const NARROWEST: f64 = 5.0;

/// Least share of a column's lines that reach its right edge: in short numbered paragraphs with
/// headings between them hardly half do.
const FULL_LINES: (usize, usize) = (2, 5);

/// Share of a column's width that its lines cover on average when it holds prose.
const FILLED: f64 = 0.62;

/// Columns from left to right, the lines of each from top to bottom.
fn emit_columns(rows: &[Row], gutters: &[(u32, u32)], out: &mut Vec<OrderedLine>) {
    for column in 0..=gutters.len() {
        let block = next_block(out);
        for row in rows {
            let items: Vec<usize> = row
                .segments
                .iter()
                .filter(|s| {
                    gutters
                        .iter()
                        .filter(|gutter| s.place.x >= gutter.0)
                        .count()
                        == column
                })
                .flat_map(|segment| segment.items.iter().copied())
                .collect();
            if !items.is_empty() {
                out.push(OrderedLine { items, block });
            }
        }
    }
}

/// One row as one line; a new region begins after a gap wider than a line.
fn emit_row(row: &Row, above: Option<Place>, height: u32, out: &mut Vec<OrderedLine>) {
    let near = above.is_some_and(|above| row.place.y < above.bottom() + height * 5 / 4);
    let block = if near {
        out.last().map_or(0, |line| line.block)
    } else {
        next_block(out)
    };
    let items = row
        .segments
        .iter()
        .flat_map(|segment| segment.items.iter().copied())
        .collect();
    out.push(OrderedLine { items, block });
}

#[cfg(test)]
mod tests {
    use super::{Item, order};
    use crate::prepare::Rules;
    use model::Place;
    use proptest::prelude::*;

    /// A page drawn as text: every run of letters is a word, its letters are its name.
    fn check(page: &str, rules: &Rules, expected: &str) {
        let mut items = Vec::new();
        let mut names = Vec::new();
        for (row, line) in page.lines().enumerate() {
            let mut column = 0;
            for word in line.split(' ') {
                if !word.is_empty() {
                    let number = |n: usize| u32::try_from(n).unwrap();
                    let (x, y) = (number(column) * 12, number(row) * 36);
                    items.push(Item {
                        place: Place::new(x, y, number(word.len()) * 12, 24),
                        line: row,
                    });
                    names.push(word);
                }
                column += word.len() + 1;
            }
        }
        let lines = order(&items, rules);
        let text: Vec<String> = lines
            .iter()
            .map(|line| {
                line.items
                    .iter()
                    .map(|&item| names[item])
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        assert_eq!(text.join("\n"), expected);
    }

    #[test]
    fn prose_in_two_columns_is_read_column_by_column() {
        let page = "\
aa bbb cc dd     qq rrr ss tt
ee fff gg hhh    uu vvv ww xx
ii jjj kk ll     yy zzz ab cd
mm nnn oo ppp    ef ghi jk lm
aa bbb cc ddd    no pqr st uv
ee fff gg hh     wx yza bc de";
        let expected = "\
aa bbb cc dd\nee fff gg hhh\nii jjj kk ll\nmm nnn oo ppp\naa bbb cc ddd\nee fff gg hh
qq rrr ss tt\nuu vvv ww xx\nyy zzz ab cd\nef ghi jk lm\nno pqr st uv\nwx yza bc de";
        check(page, &Rules::default(), expected);
    }

    #[test]
    fn columns_whose_lines_stand_at_different_heights_are_still_columns() {
        let page = "
                  ww xxx yy zzz
  aa bb
1. cc ddd eee     vv uuu tt sss
   ff ggg hhh
   ii jjj kkk     rr qqq pp ooo
   ll mmm nnn
                  nn mmm ll kkk
full line across the whole width of it";
        let expected = "\
aa bb\n1. cc ddd eee\nff ggg hhh\nii jjj kkk\nll mmm nnn
ww xxx yy zzz\nvv uuu tt sss\nrr qqq pp ooo\nnn mmm ll kkk\nfull line across the whole width of it";
        check(page, &Rules::default(), expected);
    }

    #[test]
    fn the_numbers_of_a_list_are_no_column() {
        let page = "\
1.    aaa bbbb cccc dddd eeee ffff
2.    gggg hhh iiii jjjjj kkkk lll
3.    mmm nnnn oooo pppp qqqq rrrr
4.    ssss ttt uuuu vvvvv wwww xxx
5.    yyy zzzz abcd efgh ijkl mnop";
        let expected = page.replace("    ", " ");
        check(page, &Rules::default(), &expected);
    }

    #[test]
    fn a_label_is_followed_by_its_value() {
        let page = "\
kwota kredytu             aa bb zl
rrso                      cc
okres splaty w ratach     dd
rata                      ee zl
oprocentowanie            ff";
        let expected = "kwota kredytu aa bb zl\nrrso cc\nokres splaty w ratach dd\nrata ee zl\noprocentowanie ff";
        check(page, &Rules::default(), expected);
    }

    #[test]
    fn a_ruled_cell_is_read_whole_before_the_next() {
        let page = "\
calkowita    aa bb
kwota        cc
rrso         dd";
        let rules = Rules {
            across: vec![Place::new(0, 66, 300, 3), Place::new(0, 105, 300, 3)],
            down: vec![Place::new(140, 0, 3, 105)],
        };
        check(page, &rules, "calkowita\nkwota\naa bb\ncc\nrrso dd");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_or_doubled(
            places in prop::collection::vec((0u32..2400, 0u32..3400, 5u32..300, 10u32..60, 0usize..40), 0..80),
            walls in prop::collection::vec((0u32..2400, 0u32..3400, 100u32..3000), 0..6),
        ) {
            let items: Vec<Item> = places
                .iter()
                .map(|&(x, y, w, h, line)| Item { place: Place::new(x, y, w, h), line })
                .collect();
            let rules = Rules {
                across: walls.iter().map(|&(x, y, w)| Place::new(x, y, w, 3)).collect(),
                down: walls.iter().map(|&(x, y, h)| Place::new(x, y, 3, h)).collect(),
            };
            let mut seen: Vec<usize> = order(&items, &rules).into_iter().flat_map(|line| line.items).collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..items.len()).collect::<Vec<_>>());
        }
    }
}
