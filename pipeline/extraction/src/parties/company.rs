//! Companies in the running text: found by their legal form, back to where their name begins, and in
//! the nominative („Bankiem Drwęca Spółką Akcyjną” → „Bank Drwęca Spółka Akcyjna”).

use super::cells::paired_quotes;
use super::head::Head;
use crate::layout::Flow;
use crate::names::{Names, company, town};
use crate::text::fold;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:sp[o0][l1]k[aąeięioy]{1,3}\s+(?:akcyjn\w+|jawn\w+(?-i:(?:\s[A-Z][a-z]+(?:,\s[A-Z][a-z]+)*)\si\s(?:Wspolni|[A-Z])[a-z]+|(?:\s[A-Z]\.\s[A-Z][a-z]+(?:,|\si)?){2,3})?|komandytow\w+|partnersk\w+|z\s+ograniczon\w+\s+odpowiedzialno\w+(?:\s+sp[o0][l1]k\w{1,3}\s+komandytow\w+)?|z\s[o0]\.?\s?[o0]\.?)|s\.\s?a\.|s\.?a\b|sp\.?\s?z\s?[o0]\.?\s?[o0]\.?(?:\s+sp\.?\s?k\.?)?|sp\.\s?[jkp]\.|s\.c\.(?-i:(?:\s(?:[A-Z]\.\s)?[A-Z][a-z]+,)*\s(?:[A-Z]\.\s)?[A-Z][a-z]+(?:\si|,)\s(?:[A-Z]\.\s)?[A-Z][a-z]+)?|ltd\.?|limited|plc|llp|inc\.?|gmbh|(?-i:AB(?:\s\(publ\)|\b)|AG\b|N\.V\.|B\.V\.|S\.p\.A\.|A/S)(?:\s+s\.\s?a\.)?)(?:,?\s+oddzial\w*\s+w\s+polsce)?",
    )
});
/// Cooperative banks and credit unions, which have no legal form of their own.
static COOPERATIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)
        \b(?: (?:[A-Z][a-z]+(?:[sc]|dz|z)k(?:i|im|iego|iemu)\s+)?(?i:bank[a-z]{0,4}\s+spoldzielcz[a-z]{1,4}|spoldzielcz[a-z]{1,4}\s+bank[a-z]{0,4})
            (?:\s+"[^"]{2,40}"|(?:[\ \n](?:im\.\s+|i\s+|sw\.\s+)?[A-Z][A-Za-z-]+){0,4})
          | (?i:spoldzielcz[a-z]{1,4}\s+kas[a-z]{1,3})
            (?:[\ \n](?:im\.\s+(?:sw\.\s+|[A-Z]\.\s?)*)?[A-Z][A-Za-z-]+){0,5} (?:\s+"[^"\n]{2,40}")?
          | SKOK\s+(?: "[^"\n]{2,40}" | (?:im\.\s+(?:sw\.\s+|[A-Z]\.\s?)*)?[A-Z][A-Za-z-]+ ) )
        (?:\s+(?:w|we)\s+[A-Z][A-Za-z]+(?:[\ -][A-Z][a-z]+)?)?
        "#,
    )
});
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern in the source is sound")
}

pub(super) fn companies(flow: &Flow, names: &Names) -> Vec<Head> {
    let text = flow.cased.as_str();
    let mut heads: Vec<Head> = Vec::new();
    for form in FORM.find_iter(text) {
        let from = company_start(flow, names, form.start());
        if from < form.start() {
            push_company(flow, &mut heads, from..form.end());
        } else if let Some(above) = line_above(flow, form.start()) {
            let name = format!("{} {}", flow.text(&above), flow.text(&form.range()));
            push_named(&mut heads, above, &name);
        }
    }
    for whole in COOPERATIVE.find_iter(text) {
        let apart = heads
            .iter()
            .all(|h| h.span.end <= whole.start() || h.span.start >= whole.end());
        if apart {
            push_company(flow, &mut heads, without_labels(flow, whole.range()));
        }
    }
    heads.sort_by_key(|head| head.span.start);
    heads
}

/// The cell above a legal form that opens its line: a letterhead in two lines with something beside it.
fn line_above(flow: &Flow, form: usize) -> Option<Range<usize>> {
    let text = &flow.cased[..form];
    let above = text.strip_suffix('\n')?;
    let from = above.rfind(['\n', '\u{b}', '\u{c}']).map_or(0, |at| at + 1);
    let cell = above[from..].split('\t').next().unwrap_or_default();
    let small = ["i", "w", "we", "z", "dla"];
    let mut words = cell.split(' ');
    let name = words
        .all(|word| small.contains(&word) || word.starts_with(|c: char| c.is_ascii_uppercase()));
    let bank = ["bank", "kasa", "dom ", "towarzystwo"];
    let folded = cell.to_ascii_lowercase();
    (name && cell.len() < 70 && bank.iter().any(|noun| folded.contains(noun)))
        .then_some(from..from + cell.len())
}

/// A name up to the label of a form that its line break runs into: „Bank Spółdzielczy ⏎ Adres”.
fn without_labels(flow: &Flow, span: Range<usize>) -> Range<usize> {
    let text = &flow.folded[span.clone()];
    let label = |line: &str| {
        let word = line.split([' ', ':']).next().unwrap_or_default();
        LABELS.contains(&word)
    };
    let stop = text
        .match_indices('\n')
        .find(|(at, _)| label(&text[at + 1..]));
    stop.map_or(span.clone(), |(at, _)| span.start..span.start + at)
}

/// Words that open the row of a form below a company's name.
const LABELS: [&str; 14] = [
    "adres",
    "siedziba",
    "nip",
    "krs",
    "regon",
    "nr",
    "numer",
    "oddzial",
    "tel",
    "telefon",
    "umowa",
    "aneks",
    "kapital",
    "reprezentacja",
];

fn push_company(flow: &Flow, heads: &mut Vec<Head>, span: Range<usize>) {
    push_named(heads, span.clone(), &flow.text(&span));
}

fn push_named(heads: &mut Vec<Head>, span: Range<usize>, written: &str) {
    // „z 0.0.” can only be „z o.o.”.
    let name = company::nominative(written)
        .replace("z 0.0", "z o.o")
        .replace("z o.0", "z o.o")
        .replace("z 0.o", "z o.o");
    let name = paired_quotes(&name);
    let name = match name.strip_suffix(" S.A") {
        Some(own) => format!("{own} S.A."),
        None => name,
    };
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
        "bik s",
        "bankowosci",
        "krd",
        "erif",
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
        // „,,Młyn” S.A.”: a typewriter's quotation mark, or a scanner's.
        let open = inner.rfind('"').max(inner.rfind(",,"));
        let named = |open: &usize| !inner[*open..].contains([';', ':', ')', '\t']);
        if let Some(open) = open.filter(named) {
            start = base + open;
        }
    }
    loop {
        let head = text[base..start].trim_end_matches([' ', '\n']);
        let gap = &text[base + head.len()..start];
        if gap.len() > 2 || head.is_empty() {
            break;
        }
        if let Some(open) = opening_quote(head) {
            start = base + open;
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
        // „TARTAK „OLCHA” J. Sowa Spółka jawna”: the partner's initial is a part of the name.
        let initial =
            word.len() == 2 && word.ends_with('.') && word.as_bytes()[0].is_ascii_uppercase();
        let capital = word.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
            && (initial || !word.ends_with([',', '.', ':', ';', ')', '%']));
        let little = matches!(
            word,
            "i" | "w" | "we" | "z" | "dla" | "na" | "of" | "and" | "the" | "&" | "-"
        );
        let stop = opens_no_name(word)
            || ends_a_day(word, gap)
            || (gap.contains('\n') && heading(flow, word, base + word_start, &text[start..]));
        // A town at the end of the line before is where the agreement was made.
        let town = gap.contains('\n')
            && names
                .town(&flow.text(&(base + word_start..base + head.len())))
                .is_some();
        let made_in =
            gap == " " && place_of_a_bank(names, &text[..base + word_start], word, &text[start..]);
        if stop || town || made_in || word.is_empty() || (!capital && !little) {
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

/// Whether a word is a day, or its year at the end of the line above: „DATED 14 NOVEMBER 2022 ⏎
/// BURSZTYN S.A.”, „Opole, 14.04.2021 ⏎ Lubuski Bank Rolny”.
fn ends_a_day(word: &str, gap: &str) -> bool {
    let digits = word.bytes().all(|b| b.is_ascii_digit());
    let figures = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'/');
    gap.contains('\n') && word.len() == 4 && digits || word.len() >= 8 && word.bytes().all(figures)
}

/// Whether a word set in capitals ends a line above a name that is not: a label of a form, not a part
/// of the name below it.
fn heading(flow: &Flow, word: &str, at: usize, name: &str) -> bool {
    let letters = |text: &str| text.bytes().filter(u8::is_ascii_alphabetic).count() > 3;
    let capitals = |text: &str| letters(text) && !text.bytes().any(|b| b.is_ascii_lowercase());
    let first = name.split([' ', '\n']).next().unwrap_or_default();
    let whole = flow
        .line_at(at)
        .is_some_and(|line| capitals(&flow.cased[line.span.clone()]));
    capitals(word) && whole && !capitals(first)
}

/// Whether „w” stands before a word and a bank's own name after it: „w Iłży Iłżecki Bank S.A.” is made
/// in Iłża, „Bank Spółdzielczy w Iłży” is of Iłża.
fn place_of_a_bank(names: &Names, before: &str, word: &str, after: &str) -> bool {
    let located = [" w ", "\nw ", " we ", "\nwe "]
        .iter()
        .any(|lead| before.ends_with(lead));
    let named = after.split([' ', '\n']).take(3).any(|word| {
        let word = fold(word);
        ["bank", "kas", "skok", "towarzystw"]
            .iter()
            .any(|noun| word.starts_with(noun))
    });
    let town = names.town(word).is_some() || town::from_locative(word, &[]).is_some();
    located && named && town
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

/// Where a quoted part begins that ends a text and opens a name, since nothing that belongs to a name
/// stands before it: „a „STALEX” Konstrukcje Spółka …”.
fn opening_quote(text: &str) -> Option<usize> {
    let inner = text.strip_suffix('"')?;
    let open = inner.rfind('"')?;
    let part = &inner[open + 1..];
    let folded = part.to_ascii_lowercase();
    let title = [
        "bank", "kredyt", "pozycz", "klient", "stron", "spolk", "lender", "borrow",
    ]
    .iter()
    .any(|title| folded.starts_with(title) && !part.contains([' ', '-']));
    let capital = part.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit());
    (capital
        && !title
        && part.len() < 40
        && !part.contains(['\n', '\t'])
        && quoted_part(text).is_none())
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
            | "nip"
            | "krs"
            | "regon"
            | "pesel"
    ) || word.len() > 6 && word.bytes().all(|b| b.is_ascii_digit())
}
