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
    pub(crate) role: Option<Role>,
    /// The words that gave the role.
    pub(crate) cue: Option<Range<usize>>,
    pub(crate) certainty: f64,
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
    heads.sort_by_key(|head| head.span.start);
    for at in 0..heads.len() {
        let from = heads[at].span.end;
        let next = heads.get(at + 1).map_or(usize::MAX, |head| head.span.start);
        let near = &flow.folded[from..flow.folded.len().min(next).min(from + 260)];
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
    heads
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
        span,
        name,
        company: true,
        bank,
        public,
        identified: false,
        role: None,
        cue: None,
        certainty: 0.0,
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
                    heads.push(Head {
                        span,
                        name,
                        company: false,
                        bank: false,
                        public: false,
                        identified: false,
                        role: None,
                        cue: None,
                        certainty: 0.0,
                    });
                }
            }
            None => at += 1,
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
