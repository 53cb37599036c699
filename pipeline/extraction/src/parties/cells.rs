//! People whose names a form takes apart: surname and first names in cells of their own, beside or below
//! their labels; and traders, whose business has a name of its own.

use super::head::Head;
use crate::layout::Flow;
use crate::names::{Names, title_case};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern in the source is sound")
}

static SURNAME_CELL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\n\t\x0b\x0c])(?:[0-9a-z]{1,2}[.)]\s)?(?:Nazwisko|NAZWISKO|Surname|SURNAME|Last name)\s?(?::\s?|\t|:\t| )(?P<value>[A-Z][A-Za-z-]{2,}(?:\s?-\s?[A-Z][A-Za-z]+)?)(?:[\n\t\x0b\x0c]|$)",
    )
});
static FIRST_CELL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\n\t\x0b\x0c])(?:[0-9a-z]{1,2}[.)]\s)?(?:Imi(?:e|ona)(?:\s?/\s?imiona|\s?\(imiona\))?|IMI(?:E|ONA)|First names?|Forenames?|FIRST NAMES?)\s?(?::\s?|\t|:\t| )(?P<value>[A-Z][A-Za-z]{2,}(?: [A-Z][A-Za-z]{2,})?)(?:[\n\t\x0b\x0c]|$)",
    )
});

/// How far apart the cells of surname and first names may stand, in characters.
const CELLS_APART: usize = 60;

/// People whose surname and first names stand in two cells of a form.
pub(super) fn in_cells(flow: &Flow, names: &Names, heads: &mut Vec<Head>) {
    let values = |cell: &'static Regex| {
        let found = cell.captures_iter(&flow.cased);
        found.filter_map(|c| c.name("value").map(|m| m.range()))
    };
    for last in values(&SURNAME_CELL) {
        let apart = |first: &Range<usize>| {
            let start = first.start.max(last.start);
            start.saturating_sub(first.end.min(last.end))
        };
        let Some(first) = values(&FIRST_CELL)
            .min_by_key(apart)
            .filter(|f| apart(f) < CELLS_APART)
        else {
            continue;
        };
        join(flow, names, heads, &first, &last);
    }
    in_columns(flow, names, heads);
}

/// People in the columns of a table whose rows are surnames and first names: „Nazwisko | A | B” over
/// „Imiona | C | D”.
fn in_columns(flow: &Flow, names: &Names, heads: &mut Vec<Head>) {
    let cells = |at: usize, label: &[&str]| -> Option<Vec<Range<usize>>> {
        let line = flow.lines.get(at)?;
        let mut from = line.span.start;
        let mut cells = Vec::new();
        for cell in flow.folded[line.span.clone()].split('\t') {
            cells.push(from..from + cell.trim_end().len());
            from += cell.len() + 1;
        }
        let opens = label.contains(&flow.folded[cells[0].clone()].trim_end_matches(':'));
        (opens && cells.len() > 2).then(|| cells.split_off(1))
    };
    for at in 0..flow.lines.len() {
        let Some(last) = cells(at, &["nazwisko", "surname"]) else {
            continue;
        };
        let rows = [at + 1, at + 2, at.wrapping_sub(1)];
        let first = rows.into_iter().find_map(|row| {
            cells(
                row,
                &[
                    "imie",
                    "imiona",
                    "imie (imiona)",
                    "first name",
                    "first names",
                ],
            )
        });
        let Some(first) = first.filter(|first| first.len() == last.len()) else {
            continue;
        };
        for (first, last) in first.iter().zip(&last) {
            let given = flow.text(first);
            let word = given.split(' ').next().unwrap_or_default();
            if names.first(word, "").is_none() {
                continue;
            }
            let whole = format!("{given} {}", flow.text(last));
            let name: Vec<String> = whole.split(' ').map(title_case).collect();
            let apart = |span: &Range<usize>| {
                [first, last]
                    .iter()
                    .all(|cell| span.end <= cell.start || span.start >= cell.end)
            };
            heads.retain(|head| head.company || apart(&head.span));
            heads.push(Head::named(first.clone(), name.join(" ")));
        }
    }
}

static SURNAME_ALONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\n\t\x0b\x0c])(?:[0-9a-z]{1,2}[.)]\s)?(?i:nazwisko|surname|last name)(?:[\n\t\x0b\x0c]|$)",
    )
});
static FIRST_ALONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\n\t\x0b\x0c])(?:[0-9a-z]{1,2}[.)]\s)?(?i:imi(?:e|ona)(?:\s?/\s?imiona|\s?\(imiona\)|\s?i\s?drugie\s?imie)?|first names?|forenames?)(?:[\n\t\x0b\x0c]|$)",
    )
});
static NAME_CELL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[A-Z][A-Za-z]{2,}(?:[ -]{1,3}[A-Z][A-Za-z]{2,}){0,2}$"));

/// People whose surname and first names stand below their labels.
pub(super) fn below_labels(flow: &Flow, names: &Names, heads: &mut Vec<Head>) {
    for last in SURNAME_ALONE.find_iter(&flow.cased) {
        let first = FIRST_ALONE
            .find_iter(&flow.cased)
            .min_by_key(|first| first.start().abs_diff(last.start()));
        let Some(first) = first.filter(|first| first.start().abs_diff(last.start()) < CELLS_APART)
        else {
            continue;
        };
        let (Some(last), Some(first)) = (
            cell_below(flow, &inner(flow, &last.range())),
            cell_below(flow, &inner(flow, &first.range())),
        ) else {
            continue;
        };
        join(flow, names, heads, &first, &last);
    }
}

/// A label without the marks that part it from its neighbours.
fn inner(flow: &Flow, span: &Range<usize>) -> Range<usize> {
    let text = &flow.folded[span.clone()];
    let edge = |c: char| matches!(c, '\n' | '\t' | '\u{b}' | '\u{c}');
    let lead = text.len() - text.trim_start_matches(edge).len();
    span.start + lead..span.start + text.trim_end_matches(edge).len()
}

/// The name that fills the cell right below a label.
fn cell_below(flow: &Flow, label: &Range<usize>) -> Option<Range<usize>> {
    let (sheet, frame) = flow.frame(label)?;
    let below = flow.tokens.iter().filter(|t| t.sheet == sheet).filter(|t| {
        let drop = t.frame.top - frame.bottom;
        (-0.3..2.6).contains(&drop) && (t.frame.left - frame.left).abs() < 1.6
    });
    let first = below.min_by(|a, b| a.frame.top.total_cmp(&b.frame.top))?;
    let edge = |c: char| matches!(c, '\n' | '\t' | '\u{b}' | '\u{c}');
    let from = first.span.start;
    let length = flow.folded[from..]
        .find(edge)
        .unwrap_or(flow.folded.len() - from);
    NAME_CELL
        .is_match(&flow.cased[from..from + length])
        .then_some(from..from + length)
}

/// A person made of a cell with first names and a cell with the surname.
fn join(
    flow: &Flow,
    names: &Names,
    heads: &mut Vec<Head>,
    first: &Range<usize>,
    last: &Range<usize>,
) {
    let given = flow.text(first);
    let known = given
        .split(' ')
        .next()
        .is_some_and(|name| names.first(name, "").is_some());
    // „Nazwisko rodowe”, „Nazwisko panieńskie matki”: a label, no name.
    let label = ["rodow", "panien", "matk", "ojca"]
        .iter()
        .any(|word| flow.folded[last.clone()].starts_with(word));
    if !known || label {
        return;
    }
    let whole = format!("{given} {}", flow.text(last));
    let name: Vec<String> = whole.split(' ').map(title_case).collect();
    let span = first.start.min(last.start)..first.end.max(last.end);
    // What was taken for a name within one of the cells is only its part.
    heads.retain(|head| head.company || head.span.end <= span.start || head.span.start >= span.end);
    heads.push(Head::named(span, name.join(" ")));
}

static BUSINESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^[^.;\t\n\x0b\x0c]{0,20}(?:[^.;\t\x0b\x0c]{0,140}?)\b(?:pod\s+(?:firma|nazwa)|firma|p\.\s?n\.)\s?:?\s+(?P<name>"[^"\n\t]{2,50}"|[a-z])"#,
    )
});
static REST_OF_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?:"[^"\n\t]{2,50}"|[A-Z][A-Za-z0-9&.-]*)(?:[ \n](?:"[^"\n\t]{2,50}"|[A-Z][A-Za-z0-9&-]+|i\b)){0,5}"#,
    )
});

/// Gives people who trade under a name of their own that name: „Janem Lisem, prowadzącym działalność
/// gospodarczą pod firmą „LIS-TRANS” Jan Lis”. The business is no other person than the trader.
pub(super) fn traders(flow: &Flow, heads: &mut Vec<Head>) {
    let mut traded: Vec<(String, String, Range<usize>)> = Vec::new();
    for head in heads.iter().filter(|head| !head.company) {
        let rest = &flow.folded[head.span.end..flow.folded.len().min(head.span.end + 240)];
        let Some(name) = BUSINESS.captures(rest).and_then(|c| c.name("name")) else {
            continue;
        };
        let lead = &rest[..name.start()];
        let reach = head.span.end..head.span.end + name.start();
        let nearer = |other: &&Head| !other.company && reach.contains(&other.span.start);
        if heads.iter().any(|other| nearer(&other)) {
            continue;
        }
        let trades = ["dzialalno", "przedsiebior", "gospodarcz"]
            .iter()
            .any(|word| lead.contains(word));
        let from = head.span.end + name.start();
        let Some(whole) = REST_OF_NAME.find(&flow.cased[from..]).filter(|_| trades) else {
            continue;
        };
        let span = from..from + whole.end();
        let legal = heads.iter().any(|other| {
            other.company && other.span.start < span.end && span.start < other.span.end
        });
        if !legal {
            traded.push((head.name.clone(), paired_quotes(&flow.text(&span)), span));
        }
    }
    for (person, business, span) in traded {
        heads.retain(|head| head.span.end <= span.start || head.span.start >= span.end);
        for head in heads.iter_mut().filter(|head| head.name == person) {
            head.name.clone_from(&business);
            head.trader = true;
        }
    }
}

static KINDS_OF_BUSINESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?:^|[\t\n\x0b\x0c]|:\s)(?P<name>(?:(?:Indywidualne\s)?Gospodarstwo|Zaklad|Firma|Przedsiebiorstwo|Uslugi|Sklep|Hurtownia|Pracownia|Gabinet|Kancelaria|Apteka|Biuro|Warsztat|Salon|Piekarnia|Ferma|P\.?P?\.?H\.?U?\.?|F\.?H\.?U?\.?|Z\.?P\.?H\.?U?\.?)\s[^.;:\t\n]{0,50})$"#,
    )
});

/// „Gospodarstwo Rolne Edmund Ratajczak”: a business named by its kind and its owner.
pub(super) fn named_by_owner(flow: &Flow, heads: &mut [Head]) {
    let taken: Vec<Range<usize>> = heads.iter().map(|head| head.span.clone()).collect();
    for head in heads.iter_mut().filter(|head| !head.company) {
        let from = head.span.start.saturating_sub(70);
        let Some(name) = KINDS_OF_BUSINESS
            .captures(&flow.cased[from..head.span.start])
            .and_then(|c| c.name("name"))
        else {
            continue;
        };
        let start = from + name.start();
        if taken
            .iter()
            .any(|t| t.start >= start && t.end < head.span.start)
        {
            continue;
        }
        head.span.start = start;
        head.name = paired_quotes(&flow.text(&head.span));
        head.trader = true;
    }
}

/// A name with Polish quotation marks on both sides of a quoted part.
pub(super) fn paired_quotes(name: &str) -> String {
    match name.split_once('„') {
        Some((before, rest)) => format!("{before}„{}", rest.replacen(['"', '“'], "”", 1)),
        None => name.to_owned(),
    }
}
