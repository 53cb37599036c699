//! Names in the running text: people by their first name or title; companies come from `company`.

use super::cells::{below_labels, in_cells, named_by_owner, traders};
use super::company::companies;
use super::people::{couple, identified_name, inverted, labelled};
use super::role::Role;
use crate::layout::Flow;
use crate::names::{Case, Gender, Names, surname, title_case};
use crate::text::fold;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A name of a person or company.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) span: Range<usize>,
    /// A person's in the nominative, a company's as written.
    pub(crate) name: String,
    pub(crate) company: bool,
    /// Whether it is a person who trades under the name of a business.
    pub(crate) trader: bool,
    /// Whether it names a bank or another lender by its own words.
    pub(crate) bank: bool,
    /// Whether it is a register, an administrator of benchmarks or an insurer: no party of a credit.
    pub(crate) public: bool,
    /// Whether a PESEL, an identity card or a home follows: one who signs for another has none.
    pub(crate) identified: bool,
    /// Where its column goes from and to, in text heights, where it stands beside another name in a
    /// row of cells.
    pub(crate) column: Option<(f64, f64)>,
    pub(crate) role: Option<Role>,
    /// The words that gave the role.
    pub(crate) cue: Option<Range<usize>>,
    pub(crate) certainty: f64,
}

impl Head {
    /// A person of whom nothing but the name is known yet.
    pub(super) fn named(span: Range<usize>, name: String) -> Self {
        Self {
            span,
            name,
            company: false,
            trader: false,
            bank: false,
            public: false,
            identified: false,
            column: None,
            role: None,
            cue: None,
            certainty: 0.0,
        }
    }
}

static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z]+(?:-[A-Za-z]+)*"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern in the source is sound")
}

/// All names, in the order of the text.
pub(crate) fn heads(flow: &Flow, names: &Names) -> Vec<Head> {
    let mut heads = companies(flow, names);
    let taken: Vec<Range<usize>> = heads.iter().map(|h| h.span.clone()).collect();
    heads.extend(people(flow, names, &taken));
    in_cells(flow, names, &mut heads);
    below_labels(flow, names, &mut heads);
    traders(flow, &mut heads);
    named_by_owner(flow, &mut heads);
    in_small_letters(&mut heads);
    heads.sort_by_key(|head| head.span.start);
    for at in 0..heads.len() {
        let from = heads[at].span.end;
        let next = heads.get(at + 1).map_or(usize::MAX, |head| head.span.start);
        // Names may overlap: „Bank … S.A. polisa” in one line, a person over the end of a company's.
        let to = flow.folded.len().min(next).min(from + 260).max(from);
        let near = &flow.folded[from..to];
        let signs = [
            "pesel", "dowod", "legitym", "zamieszk", "zam.", "paszport", " resid", "urodz",
        ];
        let registered = ["krs", "nip", "regon"];
        let signs = if heads[at].company {
            registered.as_slice()
        } else {
            signs.as_slice()
        };
        heads[at].identified = signs.iter().any(|sign| near.contains(sign));
    }
    // „Dominik i Klaudia Rejmanowie, PESEL …”: what identifies the second identifies both.
    for at in (1..heads.len()).rev() {
        let gap = heads[at].span.start.saturating_sub(heads[at - 1].span.end);
        let people = !heads[at].company && !heads[at - 1].company;
        if people
            && gap < 12
            && heads[at].identified
            && heads[at - 1].span.end <= heads[at].span.start
        {
            let between = &flow.folded[heads[at - 1].span.end..heads[at].span.start];
            heads[at - 1].identified |= matches!(between.trim(), "i" | "oraz" | "and");
        }
    }
    let columns = columns(flow, &heads);
    for (head, column) in heads.iter_mut().zip(columns) {
        head.column = column;
    }
    heads
}

/// Of two ways to write a company's name, the one that keeps capitals for its beginnings: a letterhead
/// set in capitals says nothing about the name.
fn in_small_letters(heads: &mut [Head]) {
    let small = |name: &str| name.chars().filter(|c| c.is_lowercase()).count();
    for at in 0..heads.len() {
        let folded = fold(&heads[at].name);
        let fuller = heads
            .iter()
            .filter(|other| other.company && fold(&other.name) == folded)
            .max_by_key(|other| small(&other.name))
            .map(|other| other.name.clone());
        if let Some(name) = fuller.filter(|name| small(name) > small(&heads[at].name)) {
            heads[at].name = name;
        }
    }
}

/// For each head that stands beside another in a row of cells: from where to where its column goes,
/// in text heights.
fn columns(flow: &Flow, heads: &[Head]) -> Vec<Option<(f64, f64)>> {
    let line = |head: &Head| flow.line_at(head.span.start).map(|line| line.span.clone());
    let left = |head: &Head| flow.frame(&head.span).map(|(_, frame)| frame.left);
    let column = |head: &Head| {
        let own = line(head)?;
        let from = left(head)?;
        let mut beside = heads.iter().filter(|other| {
            let (a, b) = (
                head.span.end.min(other.span.end),
                head.span.start.max(other.span.start),
            );
            other.span != head.span
                && line(other).is_some_and(|line| line == own)
                && a < b
                && flow.folded[a..b].contains('\t')
        });
        beside.clone().next()?;
        let next = beside
            .by_ref()
            .filter_map(left)
            .filter(|other| *other > from)
            .fold(f64::INFINITY, f64::min);
        Some((from, next))
    };
    heads.iter().map(column).collect()
}

fn people(flow: &Flow, names: &Names, taken: &[Range<usize>]) -> Vec<Head> {
    let words: Vec<Range<usize>> = WORD.find_iter(&flow.cased).map(|m| m.range()).collect();
    let seen = |form: &str| -> bool {
        // „Skowron” is no „Skowroń”, though both fold alike.
        let (form, folded) = (form.to_lowercase(), fold(form));
        words.iter().any(|span| {
            flow.folded[span.clone()] == folded && flow.text(span).to_lowercase() == form
        })
    };
    let mut heads = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if let Some(both) = couple(flow, names, &words[at..], &seen) {
            let second = words[at + 2].start..words[at + 3].end;
            for (span, name) in [words[at].clone(), second].into_iter().zip(both) {
                heads.push(Head::named(span, name));
            }
            at += 4;
            continue;
        }
        let found = inverted(flow, names, &words[at..])
            .or_else(|| person(flow, names, &words[at..], &seen));
        let Some((count, name)) = found else {
            at += 1;
            continue;
        };
        let span = words[at].start..words[at + count - 1].end;
        at += count;
        let apart = |t: &Range<usize>| t.end <= span.start || t.start >= span.end;
        if taken.iter().all(apart) && !street(flow, span.start) {
            heads.push(Head::named(span, name));
        }
    }
    heads
}

/// A street may be named after a person.
fn street(flow: &Flow, at: usize) -> bool {
    let before = flow.folded[at.saturating_sub(12)..at].trim_end();
    [
        "ul.", "ul", "al.", "pl.", "os.", "ulica", "ulicy", "plac", "imienia", "im.",
    ]
    .iter()
    .any(|s| before.ends_with(s))
}

/// The person whose name begins with the first of these words: how many words, and the nominative.
fn person(
    flow: &Flow,
    names: &Names,
    words: &[Range<usize>],
    seen: &dyn Fn(&str) -> bool,
) -> Option<(usize, String)> {
    let written = |at: usize| words.get(at).map(|span| flow.text(span));
    let close = |at: usize| {
        let (Some(a), Some(b)) = (words.get(at - 1), words.get(at)) else {
            return false;
        };
        let gap = &flow.cased[a.end..b.start];
        !gap.is_empty() && gap.len() <= 2 && gap.chars().all(|c| matches!(c, ' ' | '\n' | '\u{b}'))
    };
    let capital = |word: &str| {
        word.chars().next().is_some_and(char::is_uppercase) && word.chars().count() > 2
    };
    let first_word = written(0)?;
    if !capital(&first_word) {
        return None;
    }
    let next = written(1).unwrap_or_default();
    let lead = &flow.folded[words[0].start.saturating_sub(24)..words[0].start];
    let Some(first) = names.first_after(&first_word, &next, governed(lead)) else {
        return titled(flow, words, &first_word, seen);
    };
    let mut parts = vec![first.nominative.clone()];
    let mut count = 1;
    if let Some(second) = written(1)
        .filter(|w| capital(w) && close(1))
        .and_then(|w| names.first(&w, &written(2).unwrap_or_default()).cloned())
        && written(2).is_some_and(|w| capital(&w) && close(2))
    {
        parts.push(second.nominative);
        count = 2;
    }
    let last = written(count).filter(|w| capital(w) && close(count) && !is_title(w))?;
    parts.push(surname(&last, first.gender, first.case, seen));
    count += 1;
    // „Nowak - Zielińska” with spaces about the hyphen is one surname.
    Some((count, parts.join(" ")))
}

/// Whether the words before a name put it in another case than the nominative: „poręczenie Henryka
/// Drabika”, „przez Henryka Drabika”.
fn governed(lead: &str) -> bool {
    let words = [
        "poreczenie",
        "poreczenia",
        "poreczeniem",
        "przez",
        "wobec",
        "rzecz",
        "zarzadu",
        "prezesa",
        "dyrektora",
        "prokurenta",
        "pelnomocnika",
    ];
    let last = lead.trim_end().rsplit([' ', '\n', '\t']).next();
    lead.ends_with([' ', '\n']) && last.is_some_and(|last| words.contains(&last))
}

/// A person whose first name is in no list, after „Panem” or "Mr".
fn titled(
    flow: &Flow,
    words: &[Range<usize>],
    first: &str,
    seen: &dyn Fn(&str) -> bool,
) -> Option<(usize, String)> {
    let before = flow.folded[words[0].start.saturating_sub(8)..words[0].start].trim_end();
    let whole = &flow.folded[words[0].start.saturating_sub(18)..words[0].start];
    let named = [
        "represented by ",
        "represented by: ",
        "acting by ",
        "\nname: ",
        "signed by ",
        "\nby: ",
        " by: ",
        "\tby: ",
        "the lender: ",
        "the borrower: ",
        "the company: ",
        "the bank: ",
    ]
    .iter()
    .any(|lead| whole.ends_with(lead))
        || labelled(&flow.folded[..words[0].start])
        || words
            .get(1)
            .is_some_and(|last| identified_name(flow, &words[0], last));
    let title = before
        .rsplit([' ', '\n', '\t', ':', '(', ',', '\u{b}', '\u{c}'])
        .next()?
        .trim_end_matches('.');
    let (gender, case) = match title {
        "panem" => (Gender::Male, Case::Instrumental),
        _ if named => (Gender::Male, Case::Nominative),
        "pan" | "mr" => (Gender::Male, Case::Nominative),
        "pana" | "panu" => (Gender::Male, Case::Other),
        "pani" | "mrs" | "ms" => (Gender::Female, Case::Nominative),
        _ => return None,
    };
    let last = flow.text(words.get(1)?);
    if !last.chars().next().is_some_and(char::is_uppercase) {
        return None;
    }
    let given = surname(first, gender, case, seen);
    let last = surname(&last, gender, case, seen);
    Some((2, format!("{} {}", title_case(&given), last)))
}

fn is_title(word: &str) -> bool {
    matches!(
        fold(word).as_str(),
        "pesel"
            | "nip"
            | "zam"
            | "oraz"
            | "zwany"
            | "zwana"
            | "adres"
            | "numer"
            | "data"
            | "dyrektor"
            | "prezes"
            | "and"
            | "the"
    )
}

#[cfg(test)]
mod tests {
    use super::heads;
    use crate::Schemas;
    use crate::layout::Flow;

    fn check(text: &str, expected: &[&str]) {
        let flow = Flow::from_text(text);
        let heads = heads(&flow, &Schemas::built_in().unwrap().names);
        let names: Vec<&str> = heads.iter().map(|head| head.name.as_str()).collect();
        assert_eq!(names, expected, "{text}");
    }

    #[test]
    fn names_are_found_whole() {
        check(
            "a spółką pod firmą STOLARNIA „DĄBEK” Kowal i Wspólnicy Spółka jawna z siedzibą w Krośnie",
            &["STOLARNIA „DĄBEK” Kowal i Wspólnicy Spółka jawna"],
        );
        check(
            "zwana dalej „Bankiem” oraz „METALPOL” Sp. z o.o.",
            &["„METALPOL” Sp. z o.o."],
        );
        check(
            "Nazwisko         Szymańska        Imiona        Beata Krystyna\nPESEL     87110244869",
            &["Beata Krystyna Szymańska"],
        );
        check(
            "Nazwisko: DĄBROWSKI      Imię: PAWEŁ      PESEL: 90051513570",
            &["Paweł Dąbrowski"],
        );
    }
}
