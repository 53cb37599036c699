//! Names in the running text: people by their first name or title, companies by their legal form.

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
    fn named(span: Range<usize>, name: String) -> Self {
        Self {
            span,
            name,
            company: false,
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

static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:sp[o0][l1]k[aąeięioy]{1,3}\s+(?:akcyjn\w+|jawn\w+|komandytow\w+|partnersk\w+|z\s+ograniczon\w+\s+odpowiedzialno\w+)|s\.\s?a\.|s\.?a\b|sp\.?\s?z\s?[o0]\.?\s?[o0]\.?(?:\s+sp\.?\s?k\.?)?|sp\.\s?[jkp]\.|s\.c\.|ltd\.?|limited|plc|llp|inc\.?|gmbh)",
    )
});
static COOPERATIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:Bank\w*\s+Sp[o]ldzielcz\w+|BANK\w*\s+SPOLDZIELCZ\w+|Spoldzielcz\w+\s+(?:Bank\w*|Kas\w+)(?:\s+[A-Z][a-z-]+){0,4})(?:\s+(?:w|we)\s+[A-Z][a-z]+(?:[ -][A-Z][a-z]+)?)?",
    )
});
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
    heads.sort_by_key(|head| head.span.start);
    for at in 0..heads.len() {
        let from = heads[at].span.end;
        let next = heads.get(at + 1).map_or(usize::MAX, |head| head.span.start);
        // Names may overlap: „Bank … S.A. polisa” in one line, a person over the end of a company's.
        let to = flow.folded.len().min(next).min(from + 260).max(from);
        let near = &flow.folded[from..to];
        let signs = [
            "pesel", "dowod", "legitym", "zamieszk", "zam.", "paszport", "resid", "urodz",
        ];
        let registered = ["krs", "nip", "regon"];
        let signs = if heads[at].company {
            registered.as_slice()
        } else {
            signs.as_slice()
        };
        heads[at].identified = signs.iter().any(|sign| near.contains(sign));
    }
    let columns = columns(flow, &heads);
    for (head, column) in heads.iter_mut().zip(columns) {
        head.column = column;
    }
    heads
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

fn companies(flow: &Flow, names: &Names) -> Vec<Head> {
    let text = flow.cased.as_str();
    let mut heads: Vec<Head> = Vec::new();
    for form in FORM.find_iter(text) {
        let from = company_start(flow, names, form.start());
        if from < form.start() {
            push_company(flow, &mut heads, from..form.end());
        }
    }
    for whole in COOPERATIVE.find_iter(text) {
        let apart = heads
            .iter()
            .all(|h| h.span.end <= whole.start() || h.span.start >= whole.end());
        if apart {
            push_company(flow, &mut heads, whole.range());
        }
    }
    heads.sort_by_key(|head| head.span.start);
    heads
}

fn push_company(flow: &Flow, heads: &mut Vec<Head>, span: Range<usize>) {
    // „z 0.0.” can only be „z o.o.”.
    let name = flow
        .text(&span)
        .replace("z 0.0", "z o.o")
        .replace("z o.0", "z o.o")
        .replace("z 0.o", "z o.o");
    let folded = fold(&name);
    let bank = [
        "bank", "kasa", "kasy", "skok", "pozycz", "kredyt", "finans", "fundusz", "lending", "loan",
    ];
    let bank = bank.iter().any(|word| folded.contains(word));
    let public = [
        "biur",
        "benchmark",
        "gpw",
        "gield",
        "izba",
        "rejestr",
        "towarzystwo ubez",
        "ubezpiecz",
        "zaklad ubez",
        "poczta",
    ];
    let public = public.iter().any(|word| folded.contains(word));
    heads.push(Head {
        company: true,
        bank,
        public,
        ..Head::named(span, name)
    });
}

/// Where a company's name begins that ends in a legal form at `form`: back over capitalised words,
/// quotation marks and the little words between them.
fn company_start(flow: &Flow, names: &Names, form: usize) -> usize {
    let text = &flow.cased[..form];
    let base = form.saturating_sub(90);
    let mut start = form;
    let quoted = text[base..].trim_end().ends_with('"');
    if quoted {
        let inner = text[base..].trim_end().trim_end_matches('"');
        if let Some(open) = inner.rfind('"') {
            start = base + open;
        }
    }
    loop {
        let head = text[base..start].trim_end_matches([' ', '\n']);
        let gap = &text[base + head.len()..start];
        if gap.len() > 2 || head.is_empty() {
            break;
        }
        // „STOLARNIA „DĄBEK” Kowal i Wspólnicy”: a quoted part in the middle of a name.
        if let Some(open) = quoted_part(head) {
            start = base + open;
            continue;
        }
        let word_start = head
            .rfind([' ', '\n', '\t', '\u{b}', '\u{c}', '(', ':', ';', '"', '_'])
            .map_or(0, |at| at + 1);
        let word = &head[word_start..];
        let capital = word.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
            && !word.ends_with([',', '.', ':', ';', ')', '%']);
        let little = matches!(
            word,
            "i" | "w" | "we" | "z" | "dla" | "na" | "of" | "and" | "the" | "&" | "-"
        );
        let stop = opens_no_name(word);
        // A town at the end of the line before is where the agreement was made.
        let town = gap.contains('\n')
            && names
                .town(&flow.text(&(base + word_start..base + head.len())))
                .is_some();
        if stop || town || word.is_empty() || (!capital && !little) {
            break;
        }
        start = base + word_start;
        if text[..start].ends_with('"') {
            start -= 1;
            break;
        }
    }
    // A little word opens no name.
    let mut name = &text[start..];
    while let Some((first, rest)) = name.split_once([' ', '\n']) {
        if first.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '"') {
            break;
        }
        name = rest;
    }
    if name.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '"') {
        form - name.len()
    } else {
        form
    }
}

/// Where a quoted part begins that ends a text and has a capitalised word before it in its line.
fn quoted_part(text: &str) -> Option<usize> {
    let inner = text.strip_suffix('"')?;
    let open = inner.rfind('"')?;
    let part = &inner[open + 1..];
    let lead = text[..open].strip_suffix(' ')?;
    let word = lead.rsplit([' ', '\n', '\t', '\u{b}', '\u{c}']).next()?;
    let capital = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase());
    (capital(part)
        && part.len() < 40
        && !part.contains('\n')
        && capital(word)
        && !word.ends_with([',', '.', ':', ';'])
        && !opens_no_name(word))
    .then_some(open)
}

/// Words that stand before a company's name and are none of it.
fn opens_no_name(word: &str) -> bool {
    matches!(
        fold(word).as_str(),
        "pomiedzy"
            | "miedzy"
            | "between"
            | "przez"
            | "firma"
            | "firmy"
            | "pan"
            | "pani"
            | "kredytodawca"
            | "pozyczkodawca"
            | "kredytobiorca"
            | "pozyczkobiorca"
            | "lender"
            | "borrower"
            | "nr"
            | "bank:"
            | "nazwa"
            | "wystawca"
    )
}

fn people(flow: &Flow, names: &Names, taken: &[Range<usize>]) -> Vec<Head> {
    let words: Vec<Range<usize>> = WORD.find_iter(&flow.cased).map(|m| m.range()).collect();
    let seen = |form: &str| -> bool {
        let form = fold(form);
        words.iter().any(|span| flow.folded[span.clone()] == form)
    };
    let mut heads = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match person(flow, names, &words[at..], &seen) {
            Some((count, name)) => {
                let span = words[at].start..words[at + count - 1].end;
                at += count;
                if taken
                    .iter()
                    .all(|t| t.end <= span.start || t.start >= span.end)
                    && !street(flow, span.start)
                {
                    heads.push(Head::named(span, name));
                }
            }
            None => at += 1,
        }
    }
    heads
}

static SURNAME_CELL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\n\t\x0b\x0c])(?:[0-9a-z]{1,2}[.)]\s)?(?:Nazwisko|NAZWISKO|Surname|SURNAME|Last name)\s?(?::\s?|\t|:\t)(?P<value>[A-Z][A-Za-z-]{2,}(?:\s?-\s?[A-Z][A-Za-z]+)?)(?:[\n\t\x0b\x0c]|$)",
    )
});
static FIRST_CELL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\n\t\x0b\x0c])(?:[0-9a-z]{1,2}[.)]\s)?(?:Imi(?:e|ona)(?:\s?/\s?imiona|\s?\(imiona\))?|IMI(?:E|ONA)|First names?|Forenames?|FIRST NAMES?)\s?(?::\s?|\t|:\t)(?P<value>[A-Z][A-Za-z]{2,}(?:\s[A-Z][A-Za-z]{2,})?)(?:[\n\t\x0b\x0c]|$)",
    )
});

/// How far apart the cells of surname and first names may stand, in characters.
const CELLS_APART: usize = 60;

/// People whose surname and first names stand in two cells of a form.
fn in_cells(flow: &Flow, names: &Names, heads: &mut Vec<Head>) {
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
        let given = flow.text(&first);
        let known = given
            .split(' ')
            .next()
            .is_some_and(|name| names.first(name, "").is_some());
        if !known {
            continue;
        }
        let whole = format!("{given} {}", flow.text(&last));
        let name: Vec<String> = whole.split(' ').map(title_case).collect();
        let span = first.start.min(last.start)..first.end.max(last.end);
        // What was taken for a name within one of the cells is only its part.
        heads.retain(|head| {
            head.company || head.span.end <= span.start || head.span.start >= span.end
        });
        heads.push(Head::named(span, name.join(" ")));
    }
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
        !gap.is_empty() && gap.len() <= 2 && gap.chars().all(|c| matches!(c, ' ' | '\n'))
    };
    let capital = |word: &str| {
        word.chars().next().is_some_and(char::is_uppercase) && word.chars().count() > 2
    };
    let first_word = written(0)?;
    if !capital(&first_word) {
        return None;
    }
    let Some(first) = names.first(&first_word, &written(1).unwrap_or_default()) else {
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

/// A person whose first name is in no list, after „Panem” or "Mr".
fn titled(
    flow: &Flow,
    words: &[Range<usize>],
    first: &str,
    seen: &dyn Fn(&str) -> bool,
) -> Option<(usize, String)> {
    let before = flow.folded[words[0].start.saturating_sub(8)..words[0].start].trim_end();
    let title = before
        .rsplit([' ', '\n', '\t', ':', '(', ',', '\u{b}', '\u{c}'])
        .next()?
        .trim_end_matches('.');
    let (gender, case) = match title {
        "panem" => (Gender::Male, Case::Instrumental),
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
