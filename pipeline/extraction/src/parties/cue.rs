//! Words that give a role: „zwanym dalej „Kredytobiorcą””, "Borrower:", the label of a row of a form.

use super::role::Role;
use crate::layout::Flow;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Words that give a role.
#[derive(Clone, Debug)]
pub(crate) struct Cue {
    pub(crate) span: Range<usize>,
    pub(crate) role: Role,
    /// Whether it titles the names before it („zwanym dalej …”) rather than those after.
    pub(crate) after: bool,
}

static ROLES: LazyLock<Vec<(Role, Regex)>> = LazyLock::new(|| {
    let role = |role, text| {
        (
            role,
            Regex::new(text).expect("a pattern in the source is sound"),
        )
    };
    vec![
        role(
            Role::CoBorrower,
            r"\b(?:wspo[lt]?kredytobiorc\w*|wspo[lt]?pozyczkobiorc\w*|co-?borrowers?|(?:kredytobiorc|pozyczkobiorc)\w{1,2}\s*(?:nr\s*)?[(\[]?\s?(?:[2-6]|ii|iii|iv|b)\b[)\]]?|borrower\s*(?:no\.?\s*)?[(\[]?\s?(?:[2-6]|ii|iii|iv|b)\b[)\]]?|drugi\w*\s+kredytobiorc\w*)",
        ),
        role(
            Role::Borrower,
            r"\b(?:(?:zaciagnieci|zawarci)\w\s+(?:\w+\s+){0,3}przez(?:\s+moj\w+)?\s+(?:wspol)?(?:malzonk|mez|zon)\w*|(?:kredytobiorc|pozyczkobiorc)\w*(?:\s(?:nr\s)?[(\[]?1\b[)\]]?)?|k[o0]nsument\w*|borrowers?|company\b|wnioskodawc\w*|klien[ct]\w*|dluzni(?:k|cz)\w*|pozyczajac\w*|kredytowan\w*\b|posiadacz\w*\s+(?:kont\w|rachunk\w+|kart\w)|limitobiorc\w*|leasingobiorc\w*|strona\s+(?:biorac\w+|zobowiazan\w+)|ubezpieczajac\w*|biorac\w+\s+pozyczke|przedsiebiorc\w*|debtors?|wystawc\w*|nabywc\w*|zbywc\w*|cedent\w*|zastawc\w*)",
        ),
        role(
            Role::Lender,
            r"\b(?:kredytodawc\w*|pozyczkodawc\w*|lenders?|bank(?:iem|u|owi)?\b|creditors?|finansujac\w*|dajac\w+\s+pozyczke|wierzyciel\w*|cesjonariusz\w*|remitent\w*|zastawnik\w*)",
        ),
        role(
            Role::Surety,
            r"\b(?:poreczon\w+(?:\s+\w+)?\s+przez|poreczyciel\w*|guarantors?|suret(?:y|ies)\b|awalist\w*|poreczeni\w+(?:\s+(?:cywiln\w+|osobist\w+|wekslow\w+|wedlug|prawa|cywilnego|udzielon\w+|przez|osob\w+\s+trzeci\w+))*)",
        ),
        role(
            Role::Broker,
            r"\b(?:posredniczyl\w*|posrednik\w*(?:\s+kredytow\w+)?|credit\s+intermediary|broker\w*|agent\w*\s+kredytow\w+)",
        ),
        role(
            Role::Representative,
            r"\b(?:reprezentowan\w*|w\s+imieniu\s+ktore\w+|w\s+imieniu\s+(?:i\s+na\s+rzecz\s+)?(?:bank\w*|pozyczkodawc\w*|kredytodawc\w*)|represented\s+by|dzialaj\w+\s+przez|ktore\w+\s+dzialaj\w+|w\s+osob(?:ie|ach)\b|acting\s+(?:by|through)|umocowan\w+|reprezent\w+|podpisuj\w*|za\s+bank|osob\w+\s+upowaznion\w+)",
        ),
        role(
            Role::Nobody,
            r"\b(?:sprzedajac\w*|sprzedawc\w*|notariusz\w*|malzon(?:ek|ka|ce|kiem|ki|ke|ka|kowi)\b|zbywca|rzeczoznawc\w*|imiona\s+rodzic\w+|syn\b|corka\b|imie\s+ojca|pracodawc\w*|pelnomocni\w+|doradc\w+:|opiekun\w*|seller|employer)",
        ),
    ]
});

static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:zwan\w+|okreslan\w+|nazywan\w+|hereinafter|dalej|referred\s+to\s+as|\(the|\(dalej|jako|\bas)(?:[\s:,"'(]|w\s+(?:dalszej\s+)?(?:tresci|czesci)(?:\s+(?:niniejszej\s+)?umow\w+)?|w\s+umow\w+|umow\w+|dalej|sa|jest|beda|zostali|rowniez|takze|lacznie|jako|the|as|called|referred|to|\bi\b|kazd\w+\s+z\s+osobna|indywidualnie)*$"#)
        .expect("a pattern in the source is sound")
});

/// All cues, in the order of the text.
pub(crate) fn cues(flow: &Flow) -> Vec<Cue> {
    let text = flow.folded.as_str();
    let mut cues: Vec<Cue> = Vec::new();
    for (role, pattern) in ROLES.iter() {
        for m in pattern.find_iter(text) {
            if cues
                .iter()
                .any(|c| c.span.start < m.end() && m.start() < c.span.end)
            {
                continue;
            }
            let before = &text[m.start().saturating_sub(60)..m.start()];
            let called = CALLED.is_match(before) || title_in_brackets(text, &m.range());
            let after = *role != Role::Representative && called;
            if after || announces(flow, &m.range(), *role) {
                cues.push(Cue {
                    span: m.range(),
                    role: *role,
                    after,
                });
            }
        }
    }
    cues.sort_by_key(|cue| cue.span.start);
    cues
}

/// „spółką X („Kredytodawca”), a Panem Y („Konsument”)”: a title alone in quotation marks and brackets.
fn title_in_brackets(text: &str, span: &Range<usize>) -> bool {
    let opens = ["(\"", "- \""]
        .iter()
        .any(|lead| text[..span.start].ends_with(lead));
    let closes = if text[..span.start].ends_with("(\"") {
        "\")"
    } else {
        "\""
    };
    opens && text[span.end..].starts_with(closes)
}

/// „Pośrednikiem kredytowym przy zawarciu Umowy jest X”.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^[^.;:]{0,40}?\b(?:jest|byl|byla|is|was)\s*:?\s+"?[A-Z]"#)
        .expect("a pattern in the source is sound")
});

/// „Biorącym pożyczkę jest Pan Karol”.
static IS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s?(?:\([^)]{1,20}\)\s?)?(?:jest|sa|is|are)\s*:?\s+[A-Z][a-z]+\s+[A-Z]")
        .expect("a pattern in the source is sound")
});
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s(?:Pan|Pani|Mr|Ms|spolki|firmy)?\s?[A-Z][A-Za-z]+\s+[A-Z][a-z]+")
        .expect("a pattern in the source is sound")
});

/// „II. KREDYTOBIORCA”: the number of a section before its title.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\n\t\x0b\x0c])(?:[0-9]{1,2}|[ivx]{1,4}|[a-f])[.)]\s$")
        .expect("a pattern in the source is sound")
});

/// What may stand between a role's word and the mark that makes it a label: „Poręczyciel wekslowy:”,
/// „Kredytobiorca solidarny I”.
static QUALIFIER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:\s(?:(?i:wekslow|cywiln|solidarn|glown|osobist|rzeczow)[a-z]{1,3}|(?i:kredytu|pozyczki)|(?i:nr\s?)?[1-6]|I|A))+(?:\b|$)")
        .expect("a pattern in the source is sound")
});

/// Whether a role's word is a label rather than a word of a sentence: a colon, a cell's edge or a
/// name's beginning follows, or it stands alone in its line or cell.
fn announces(flow: &Flow, span: &Range<usize>, role: Role) -> bool {
    let text = &flow.folded[span.clone()];
    if matches!(role, Role::Representative | Role::Nobody)
        || text.starts_with("za ")
        || text.starts_with("zaciagni")
        || text.starts_with("zawarci")
        || text.ends_with("przez")
    {
        return true;
    }
    let reach = if role == Role::Broker { 60 } else { 30 };
    let rest = &flow.cased[span.end..flow.cased.len().min(span.end + reach)];
    let before = &flow.folded[span.start.saturating_sub(16)..span.start];
    let close = QUALIFIER.find(rest).map_or(rest, |m| &rest[m.end()..]);
    let close = close.trim_start_matches([' ', ')', '*', '.', '"']);
    let bare = before.ends_with(['\n', '\t', '\u{b}', '\u{c}'])
        || before.is_empty()
        || NUMBERED.is_match(before);
    let data = [
        "dane ",
        "imie i nazwisko ",
        "nazwa ",
        "strona ",
        "pesel ",
        "nazwisko ",
        "adres ",
    ]
    .iter()
    .any(|w| before.ends_with(w));
    if role == Role::Broker && NAMED.is_match(rest) || IS.is_match(rest) {
        return true;
    }
    if labels_row(flow, span, role) || explains_label(flow, span) {
        return true;
    }
    // „i współkredytobiorca Andrzej Kowalczyk”: nobody else is called so in passing.
    if matches!(role, Role::CoBorrower | Role::Surety) && NAME.is_match(rest) {
        return true;
    }
    let edge =
        close.starts_with([':', '\n', '\t', '\u{b}', '-', '|', '_']) || close.starts_with("(");
    let name_next = close.starts_with(|c: char| c.is_ascii_uppercase());
    edge && (bare || data || close.starts_with(':')) || (bare || data) && name_next
}

/// Whether a role's word is the label of a row of a table, with words of its own beside it („Dane
/// identyfikacyjne konsumenta”, „Kredytodawca lub pośrednik”).
fn labels_row(flow: &Flow, span: &Range<usize>, role: Role) -> bool {
    let edge = |c: char| matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}');
    let from = flow.folded[..span.start].rfind(edge).map_or(0, |at| at + 1);
    let Some(length) = flow.folded[span.end..].find(edge) else {
        return false;
    };
    let to = span.end + length;
    let cell = &flow.folded[from..to];
    let data = [
        "dane",
        "identyfik",
        "imie",
        "nazw",
        "strona",
        "firma",
        "oznaczenie",
    ];
    let party = !matches!(role, Role::Representative | Role::Nobody);
    party
        && flow.folded[to..].starts_with('\t')
        && cell.len() < 48
        && !cell.contains(['.', ';'])
        && data.iter().any(|word| cell.contains(word))
}

/// Whether a role's word explains the label of a row in brackets: „Strona druga (Współkredytobiorca)”.
fn explains_label(flow: &Flow, span: &Range<usize>) -> bool {
    let edge = |c: char| matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}');
    let from = flow.folded[..span.start].rfind(edge).map_or(0, |at| at + 1);
    let lead = &flow.folded[from..span.start];
    let rest = &flow.folded[span.end..];
    lead.ends_with('(')
        && (2..30).contains(&lead.len())
        && [")\t", "):", ")\n", ")\u{b}"]
            .iter()
            .any(|end| rest.starts_with(end))
}
