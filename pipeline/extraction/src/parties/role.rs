//! The roles of an agreement, and who has which.

use super::cue::Cue;
use super::head::Head;
use super::office::{holds_office, office};
use crate::layout::Flow;
use regex::Regex;
use std::sync::LazyLock;

/// What a party is in the agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Lender,
    Borrower,
    CoBorrower,
    Surety,
    Broker,
    Representative,
    /// Somebody named, but none of these.
    Nobody,
}

/// Gives every head its role.
pub(crate) fn assign(flow: &Flow, heads: &mut [Head], cues: &[Cue]) {
    let mut called_from = 0;
    for cue in cues {
        if cue.after {
            title_before(flow, heads, cue, called_from);
            called_from = cue.span.end;
        }
    }
    for at in 0..heads.len() {
        if heads[at].role.is_none() && !column_title(flow, heads, cues, at) {
            label_before(flow, heads, cues, at);
        }
    }
    takers(flow, heads);
    sureties(flow, heads);
    spread(heads);
    banks_lend(heads);
    defaults(flow, heads);
    second_borrowers(heads);
}

static ACTING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"reprezentowan|represented\s+by|w\s+imieniu\s+(?:i\s+na\s+rzecz\s+)?(?:ktor|bank|pozycz|kredyt)|dzialaj\w+\s+przez|acting\s+(?:by|through)|reprezentuj")
        .expect("a pattern in the source is sound")
});

/// What opens the next party after those who act for the one before: „a Panem …”, "and".
static NEXT_PARTY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s,;.])a(?:[\s:]|$)|[;)]\s*and(?:\s|$)|\band\s+\(|\bpanem\b|\boraz\s+(?:pan(?:em|ia|stw\w+)|malzon\w+|kredytobiorc\w+)\b")
        .expect("a pattern in the source is sound")
});
static SECOND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:[2-9]|ii|iii)[.)]\s").expect("a pattern in the source is sound")
});

/// „X, Y, zwani dalej Kredytobiorcami”: titles the untitled names since the title before; those who
/// act for a party are its representatives, up to the words that open the next party.
fn title_before(flow: &Flow, heads: &mut [Head], cue: &Cue, from: usize) {
    let mut seen = from;
    let mut acting = false;
    for head in heads.iter_mut() {
        let span = head.span.clone();
        if span.start < from || span.end > cue.span.start || cue.span.start - span.end > 900 {
            continue;
        }
        let gap = &flow.folded[seen.min(span.start)..span.start];
        seen = span.end;
        let acts = ACTING.find_iter(gap).last().map(|m| m.end());
        let next = NEXT_PARTY.find_iter(gap).last().map(|m| m.end());
        let next = next.or_else(|| {
            let numbered = SECOND.find_iter(gap).last().filter(|_| head.identified);
            numbered.map(|m| m.end())
        });
        acting = match (acts, next) {
            (Some(acts), Some(next)) => acts > next,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => acting && !head.company,
        };
        let office = !head.company && (office(flow, head).is_some() || holds_office(flow, head));
        acting |= office && !head.identified;
        acting = acting && (head.company || !head.identified || office);
        let role = if acting {
            Role::Representative
        } else {
            cue.role
        };
        head.role = Some(role);
        head.cue = Some(cue.span.clone());
        head.certainty = if acting { 0.85 } else { 0.97 };
    }
}

/// How far below the titles of a table of parties their names stand at most, in text heights.
const BELOW_TITLES: f64 = 12.0;

/// „Bank | Kredytobiorca 1 | Kredytobiorca 2” over the parties' columns: the title that stands above
/// a name. Whether there is one.
fn column_title(flow: &Flow, heads: &mut [Head], cues: &[Cue], at: usize) -> bool {
    let Some((sheet, name)) = flow.frame(&heads[at].span) else {
        return false;
    };
    let title = |cue: &&Cue| {
        let alone = !cue.after && super::own_cell(flow, &cue.span);
        alone
            && flow.frame(&cue.span).is_some_and(|(other, frame)| {
                let drop = name.top - frame.top;
                sheet == other
                    && (0.5..BELOW_TITLES).contains(&drop)
                    && (frame.left - name.left).abs() < 2.5
            })
    };
    let Some(cue) = cues.iter().rev().find(title) else {
        return false;
    };
    // Titles stand side by side; a single word above a name is a heading or a label like any other.
    let line = |at: usize| flow.line_at(at).map(|line| line.span.start);
    let beside =
        |other: &&Cue| other.span != cue.span && line(other.span.start) == line(cue.span.start);
    if !cues.iter().any(|other| beside(&other) && !other.after) {
        return false;
    }
    heads[at].role = Some(cue.role);
    heads[at].cue = Some(cue.span.clone());
    heads[at].certainty = 0.9;
    true
}

/// „Kredytobiorca: X”: the nearest label before a name, in the text or at the head of its row.
fn label_before(flow: &Flow, heads: &mut [Head], cues: &[Cue], at: usize) {
    let span = heads[at].span.clone();
    let near = cues
        .iter()
        .rev()
        .find(|cue| !cue.after && cue.span.end <= span.start);
    let Some(cue) = near.filter(|cue| span.start - cue.span.end < 320) else {
        return;
    };
    let gap = &flow.folded[cue.span.end..span.start];
    // „Zgoda małżonka”, „Pełnomocnictwo”: the word of a title names nobody in the text below it.
    if cue.role == Role::Nobody && (gap.len() > 60 || gap.contains(['\n', '\u{b}'])) {
        return;
    }
    let between = heads
        .iter()
        .filter(|h| h.span.start >= cue.span.end && h.span.end <= span.start);
    let others = between.filter(|h| h.company == heads[at].company).count();
    // „Konsument: Hubert Lewicki, … ⏎ Towar dostarcza X Sp. z o.o.”: the label has its name already.
    let given = heads.iter().any(|h| {
        h.company != heads[at].company
            && h.cue.as_ref() == Some(&cue.span)
            && h.span.end <= span.start
            && flow.folded[h.span.end..span.start].contains(['\n', '\u{b}', '\u{c}'])
    });
    if given && !matches!(cue.role, Role::Lender | Role::Representative) {
        return;
    }
    let far = gap.len() > 120 || gap.contains('\u{c}');
    let lends_already = cue.role == Role::Lender && others > 0;
    let bank = heads[at].bank
        && matches!(cue.role, Role::Borrower | Role::CoBorrower | Role::Surety)
        && !gap.trim_start().starts_with(':');
    if lends_already || bank {
        return;
    }
    let company = (cue.role == Role::Representative && heads[at].company)
        || (cue.role != Role::Lender && heads[at].bank && gap.len() > 25);
    if company || (others > 1 && cue.role != Role::Representative && cue.role != Role::Borrower) {
        return;
    }
    // Who is introduced by „a Panią …”, or has a PESEL, is a party and acts for none.
    let introduced = cue.role == Role::Representative
        && !heads[at].company
        && !holds_office(flow, &heads[at])
        && (heads[at].identified || NEXT_PARTY.is_match(gap));
    // A bank's word before a person labels no lender: „Bank” is a company's word.
    let person_bank = cue.role == Role::Lender
        && !heads[at].company
        && flow.folded[cue.span.clone()].starts_with("bank");
    if introduced || person_bank {
        return;
    }
    heads[at].role = Some(cue.role);
    heads[at].cue = Some(cue.span.clone());
    heads[at].certainty = if far { 0.7 } else { 0.95 } * if others > 0 { 0.8 } else { 1.0 };
}

/// The same name has the same role wherever it stands; the surest mention decides.
fn spread(heads: &mut [Head]) {
    for at in 0..heads.len() {
        let best = heads
            .iter()
            .filter(|h| h.role.is_some() && h.name == heads[at].name)
            .max_by(|a, b| a.certainty.total_cmp(&b.certainty))
            .map(|h| (h.role, h.cue.clone(), h.certainty));
        if let Some((role, cue, certainty)) = best
            && heads[at].certainty < certainty
            // One who acts for a company may stand surety for it, too.
            && !acts_and_secures(heads[at].role, role)
        {
            heads[at].role = role;
            heads[at].cue = cue;
            heads[at].certainty = certainty * 0.99;
        }
    }
}

fn acts_and_secures(one: Option<Role>, other: Option<Role>) -> bool {
    let roles = [one, other];
    roles.contains(&Some(Role::Representative)) && roles.contains(&Some(Role::Surety))
}

/// „zgadza się, aby X zaciągnął kredyt”: who takes the credit, by the verb.
static TAKES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\W{0,3}(?:\(?pesel:?\s+\d{11}\)?,?\s+)?(?:zaciagn|zaciag|zawarl|zawrze|wzial|wziel)",
    )
    .expect("a pattern in the source is sound")
});

/// „Ja, niżej podpisana X, …, poręczam spłatę”: who stands surety, by the verb.
static SECURES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:poreczam|porecza\s+(?:za|splate)|udziela\w?\s+poreczenia)\b")
        .expect("a pattern in the source is sound")
});
/// How far before the verb of a surety its name may stand, in characters.
const SURETY_REACH: usize = 400;

/// Gives those their role whom a verb makes sureties.
fn sureties(flow: &Flow, heads: &mut [Head]) {
    if heads.iter().any(|head| head.role == Some(Role::Surety)) {
        return;
    }
    let Some(verb) = SECURES.find(&flow.folded) else {
        return;
    };
    let before = heads.iter_mut().rev().find(|head| {
        let near = head.span.end <= verb.start() && verb.start() - head.span.end < SURETY_REACH;
        near && !head.company && head.identified
    });
    if let Some(head) = before {
        head.role = Some(Role::Surety);
        head.cue = Some(verb.range());
        head.certainty = 0.9;
    }
}

/// Gives those their role whom a verb makes borrowers.
fn takers(flow: &Flow, heads: &mut [Head]) {
    for head in heads.iter_mut().filter(|h| h.role.is_none() && !h.bank) {
        let after = &flow.folded[head.span.end..flow.folded.len().min(head.span.end + 60)];
        if TAKES.is_match(after) {
            head.role = Some(Role::Borrower);
            head.certainty = 0.8;
        }
    }
}

/// Where nothing names the roles: a bank lends, and the first person borrows.
fn defaults(flow: &Flow, heads: &mut [Head]) {
    let has = |heads: &[Head], role| heads.iter().any(|h| h.role == Some(role));
    if !has(heads, Role::Lender)
        && let Some(bank) = heads
            .iter_mut()
            .find(|h| h.bank && !h.public && h.role.is_none())
    {
        bank.role = Some(Role::Lender);
        bank.certainty = 0.75;
    }
    let lender: Vec<String> = heads
        .iter()
        .filter(|h| h.role == Some(Role::Lender))
        .map(|h| h.name.clone())
        .collect();
    for head in heads
        .iter_mut()
        .filter(|h| h.role.is_none() && lender.contains(&h.name))
    {
        head.role = Some(Role::Lender);
        head.certainty = 0.75;
    }
    if !has(heads, Role::Borrower) {
        let open = |head: &&mut Head| head.role.is_none() && !head.bank && !head.public;
        let identified = heads
            .iter()
            .any(|h| h.role.is_none() && !h.bank && !h.public && h.identified);
        let person = heads
            .iter()
            .any(|h| h.role.is_none() && !h.company && h.identified);
        let first = heads
            .iter_mut()
            .filter(open)
            .filter(|h| h.company || !holds_office(flow, h))
            .find(|h| (h.identified || !identified) && (!person || !h.company));
        if let Some(first) = first {
            first.role = Some(Role::Borrower);
            first.certainty = if identified { 0.72 } else { 0.5 };
            joined_borrowers(flow, heads);
        }
    }
    // „Jan Lis / Dyrektor Departamentu” below a bank's letter.
    if has(heads, Role::Lender) {
        for head in heads.iter_mut().filter(|h| h.role.is_none() && !h.company) {
            if !head.identified && holds_office(flow, head) {
                head.role = Some(Role::Representative);
                head.certainty = 0.7;
            }
        }
    }
    spread(heads);
}

static JOINED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\b(?:i|oraz|and)|,)\s+(?:pan\w{0,2}|mr|mrs|ms)\.?\s+$")
        .expect("a pattern in the source is sound")
});

/// Whether two names stand one below the other in the same column of neighbouring lines.
fn rows_of_a_table(flow: &Flow, upper: &Head, lower: &Head) -> bool {
    let (Some((sheet, above)), Some((other, below))) =
        (flow.frame(&upper.span), flow.frame(&lower.span))
    else {
        return false;
    };
    let drop = below.top - above.top;
    sheet == other && (above.left - below.left).abs() < 1.0 && (0.5..6.0).contains(&drop)
}

/// „a Panią X (PESEL …) i Panem Y (PESEL …)”: who is joined to the first borrower borrows too.
fn joined_borrowers(flow: &Flow, heads: &mut [Head]) {
    let Some(mut last) = heads.iter().position(|h| h.role == Some(Role::Borrower)) else {
        return;
    };
    let certainty = heads[last].certainty;
    for at in last + 1..heads.len() {
        let gap =
            &flow.folded[heads[last].span.end..heads[at].span.start.max(heads[last].span.end)];
        let person = !heads[at].company && heads[at].role.is_none() && heads[at].identified;
        let row = rows_of_a_table(flow, &heads[last], &heads[at]);
        if !person || gap.len() > 200 || !(row || JOINED.is_match(gap)) {
            break;
        }
        heads[at].role = Some(Role::Borrower);
        heads[at].certainty = certainty;
        last = at;
    }
}

/// A bank lends, whatever the layout made of it; a person beside a lending company acts for it.
fn banks_lend(heads: &mut [Head]) {
    let others = heads
        .iter()
        .any(|h| !h.bank && h.role != Some(Role::Lender));
    for head in heads.iter_mut() {
        if others && head.bank && head.role == Some(Role::Borrower) {
            head.role = Some(Role::Lender);
            head.certainty = 0.75;
        }
    }
    // „For the Borrower: A. Lipska, Member of the Management Board”.
    let firm = heads
        .iter()
        .any(|h| h.company && h.role == Some(Role::Borrower) && h.certainty > 0.85);
    for head in heads.iter_mut() {
        let borrows = matches!(head.role, Some(Role::Borrower | Role::CoBorrower));
        if firm && borrows && !head.company && !head.trader && !head.identified {
            head.role = Some(Role::Representative);
            head.certainty = 0.6;
        }
    }
    let company = heads
        .iter()
        .any(|h| h.company && h.role == Some(Role::Lender));
    for head in heads.iter_mut() {
        if company && !head.company && head.role == Some(Role::Lender) {
            head.role = (!head.identified).then_some(Role::Representative);
            head.certainty = 0.6;
        }
    }
}

/// The second person titled borrower is the co-borrower.
fn second_borrowers(heads: &mut [Head]) {
    let mut people: Vec<String> = Vec::new();
    for head in heads
        .iter_mut()
        .filter(|h| h.role == Some(Role::Borrower) && !h.company)
    {
        if !people.contains(&head.name) {
            people.push(head.name.clone());
        }
        if people.first() != Some(&head.name) {
            head.role = Some(Role::CoBorrower);
        }
    }
}
