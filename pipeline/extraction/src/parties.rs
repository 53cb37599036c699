//! Who the parties are: names of people and companies, the role each was given („zwanym dalej
//! „Kredytobiorcą””, "Borrower:"), and whose each identifier and address is.
//!
//! An identifier belongs to the nearest name before it; a name's role comes from the label before
//! it or the title given after it. Nobody gets a role by elimination except that a bank lends and
//! that the first person of an agreement without any titles borrows.

mod cells;
mod company;
mod cue;
mod head;
mod office;
mod people;
mod role;

use crate::candidates::{Identifier, IdentifierKind, identifiers};
use crate::layout::Flow;
use crate::recognise::Borrower;
use crate::schema::Schemas;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

pub(crate) use head::Head;
pub(crate) use role::Role;

/// A value found with a party: the field, the value, where, and how surely.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) field: &'static str,
    pub(crate) value: String,
    pub(crate) span: Range<usize>,
    pub(crate) label: Option<Range<usize>>,
    pub(crate) score: f64,
    pub(crate) repaired: bool,
    pub(crate) sound: bool,
    /// Whether it is a company's name.
    pub(crate) company: bool,
    /// A representative's office.
    pub(crate) office: Option<String>,
    /// Whether it is somebody's with identifiers or a column of their own, or such an identifier itself.
    pub(crate) own: bool,
}

/// Addresses with a postal code, those without one, and British and Irish ones.
static ADDRESSES: LazyLock<[Regex; 4]> = LazyLock::new(|| {
    let town = r"[A-Z][a-z]+(?:[ -](?:[A-Z][a-z]+|nad|pod|k\.)){0,3}";
    let house = r"[0-9]{1,4}(?:\s?[A-Z]|[a-z])?\b(?:\s?/\s?[0-9]{1,4}[A-Za-z]?|\s?m\.?\s?[0-9]{1,4}|\s?lok\.?\s?[0-9]{1,4})?";
    let street = format!(
        r"(?:[uU][lI1]\s?\.?|[aA]l(?:eja|eje|\.)?|[pP]l(?:ac|\.)|[oO]s(?:iedle|\.)|ulic[ay]|Rynek|Skwer|Rondo|Bulwar[a-z]*|Trakt|Wybrzeze|Nabrzeze|Pasaz|Zaulek|Waly)\s?(?:[A-Z0-9][^,;:\t]{{1,40}}?\s)?{house}"
    );
    let code = r"[0-9O]{2}\s?-\s?[0-9O]{3}";
    let pattern = |text: &str| Regex::new(text).expect("a pattern in the source is sound");
    [
        pattern(&format!(
            r"(?:{street}(?:\s?[,;.]\s*|\s+){code}[ \n]+{town})|(?:{code}\s+{town}\s?,\s+{street})|(?:[uU]l\.\s?[a-z][^,;:\t]{{1,40}}?\s{house}\s?,?\s+{code}\s+{town})|(?:{town}\s{house}\s?[,;]?\s+{code}\s+{town})|(?:{code}\s+{town}\s{house})"
        )),
        pattern(&format!(r"{town},?\s+{street}")),
        pattern(
            r"\b[0-9]{1,4}[A-Za-z]?,?\s+(?:[A-Z][a-z']+\s+){1,3}(?:Street|St\.?|Road|Rd\.?|Lane|Avenue|Ave\.?|Square|Drive|Close|Court|Place|Terrace|Quay|Row|Gardens|Hill|Park|Crescent|Way)\s?,\s+[A-Z][a-z]+(?:[ -][A-Z][a-z]+)?(?:\s[0-9]{1,2}\b)?(?:,?\s+[A-Z]{1,2}[0-9][0-9A-Z]?\s?[0-9][A-Z]{2})?(?:,\s+(?:Ireland|United Kingdom|England|Scotland|Poland))?",
        ),
        // „Keizersgracht 120, 1015 CW Amsterdam, the Netherlands”.
        pattern(
            r"\b[A-Z][a-z]{3,}(?:\s(?:[A-Z][a-z]+|[0-9.]+))?\s[0-9]{1,4}[A-Za-z]?,\s(?:[A-Z]-)?(?:[0-9]{5}|[0-9]{4}(?:\s[A-Z]{2})?)\s[A-Z][a-z]+(?:\s(?:am\s)?[A-Z][a-z]+)?(?:,\s(?:the\s)?[A-Z][a-z]+)?",
        ),
    ]
});

/// Where the next label begins in what was taken for an address: „Rynek 12 ⏎ KRS 0000088110”.
static NEXT_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\s,;(]+(?:KRS|NIP|REGON|PESEL|tel|Tel|BDO|e-mail)\b")
        .expect("a pattern in the source is sound")
});

/// What is found with the parties of a document.
pub(crate) fn parties(flow: &Flow, schemas: &Schemas) -> Vec<Found> {
    let mut heads = head::heads(flow, &schemas.names);
    let cues = cue::cues(flow);
    role::assign(flow, &mut heads, &cues);
    let mut found = names(flow, &heads);
    let mut owned: Vec<(IdentifierKind, usize, Found)> = Vec::new();
    for id in identifiers(flow) {
        if let Some(owner) = owner(flow, &heads, &cues, &id) {
            let (kind, head) = (id.kind, owner.2);
            let value = of_identifier((owner.0, owner.1), id);
            owned.extend(value.map(|value| (kind, head, value)));
        }
    }
    share_among_two(&heads, &mut owned);
    found.extend(owned.into_iter().map(|(.., value)| value));
    let mut addresses: Vec<Range<usize>> = Vec::new();
    for pattern in ADDRESSES.iter() {
        for address in pattern.find_iter(&flow.cased) {
            let label = NEXT_LABEL.find(address.as_str()).map(|label| label.start());
            let address = address.start()..label.map_or(address.end(), |at| address.start() + at);
            let apart =
                |known: &Range<usize>| known.end <= address.start || known.start >= address.end;
            if addresses.iter().all(apart) {
                addresses.push(address);
            }
        }
    }
    for address in addresses {
        let shared = shared_home(flow, &heads, &address);
        let of_one = of_address(flow, &heads, &cues, address);
        if shared && let Some(home) = &of_one {
            let other = match home.field {
                "borrower_address" => Some("co_borrower_address"),
                "co_borrower_address" => Some("borrower_address"),
                _ => None,
            };
            found.extend(other.map(|field| Found {
                field,
                ..home.clone()
            }));
        }
        found.extend(of_one);
    }
    found
}

/// Who borrows, by the surest name found for it.
pub(crate) fn borrower(found: &[Found]) -> Borrower {
    let surest = found
        .iter()
        .filter(|f| f.field == "borrower_name" && f.score > 0.65)
        .max_by(|a, b| a.score.total_cmp(&b.score));
    match surest {
        Some(name) if name.company => Borrower::Company,
        Some(_) => Borrower::Person,
        None => Borrower::Unknown,
    }
}

fn names(flow: &Flow, heads: &[Head]) -> Vec<Found> {
    let mut found = Vec::new();
    for head in heads {
        let Some(role) = head.role else { continue };
        // Of two mentions as sure, the fuller name.
        let fuller = f64::from(u32::try_from(head.name.len()).unwrap_or(0)).min(60.0) / 3000.0;
        let field = match role {
            Role::Lender => "lender_name",
            Role::Borrower => "borrower_name",
            Role::CoBorrower => "co_borrower_name",
            Role::Surety => "surety_name",
            Role::Broker => "broker_name",
            Role::Representative => "representatives",
            Role::Nobody => continue,
        };
        found.push(Found {
            field,
            value: head.name.clone(),
            span: head.span.clone(),
            label: head.cue.clone(),
            score: head.certainty + if head.company { fuller } else { 0.0 },
            repaired: false,
            sound: true,
            company: head.company || head.trader,
            office: (role == Role::Representative)
                .then(|| office::office(flow, head))
                .flatten(),
            own: head.identified || head.column.is_some(),
        });
    }
    found
}

/// The head that a value after it belongs to.
fn owner(
    flow: &Flow,
    heads: &[Head],
    cues: &[cue::Cue],
    id: &Identifier,
) -> Option<(Role, f64, usize)> {
    let person = matches!(
        id.kind,
        IdentifierKind::Pesel
            | IdentifierKind::IdentityCard
            | IdentifierKind::Passport
            | IdentifierKind::BirthDate
    );
    nearest(flow, heads, cues, &id.span, |head| {
        if person {
            !head.company
        } else {
            head.company || id.kind == IdentifierKind::Nip || id.kind == IdentifierKind::Regon
        }
    })
}

/// „Dominik i Klaudia Rejmanowie, on: PESEL …, ona: PESEL …”: of two identifiers of a kind after two
/// people in a row, the first is the first one's.
fn share_among_two(heads: &[Head], owned: &mut [(IdentifierKind, usize, Found)]) {
    for at in 1..owned.len() {
        let (kind, head, second) = (owned[at].0, owned[at].1, owned[at].2.clone());
        let Some(before) = head.checked_sub(1).filter(|_| head < heads.len()) else {
            continue;
        };
        let pair = [Some(Role::Borrower), Some(Role::CoBorrower)];
        let two = [heads[before].role, heads[head].role] == pair
            && heads[head]
                .span
                .start
                .saturating_sub(heads[before].span.end)
                < 12;
        let first = &owned[at - 1];
        let same = first.0 == kind && first.1 == head && first.2.field == second.field;
        let apart = second.span.start.saturating_sub(first.2.span.end) < 60;
        let free = owned.iter().all(|(k, h, _)| *k != kind || *h != before);
        let own = match second.field {
            "co_borrower_pesel" => "borrower_pesel",
            "co_borrower_id_document" => "borrower_id_document",
            "co_borrower_birth_date" => "borrower_birth_date",
            _ => continue,
        };
        if two && same && apart && free && first.2.value != second.value {
            owned[at - 1].1 = before;
            owned[at - 1].2.field = own;
        }
    }
}

/// How far after the name of a company without a role its numbers and address may stand.
const STRANGERS: usize = 90;

/// The role of the nearest head before a span (in the same column first), and how sure that is.
fn nearest(
    flow: &Flow,
    heads: &[Head],
    cues: &[cue::Cue],
    span: &Range<usize>,
    suits: impl Fn(&Head) -> bool,
) -> Option<(Role, f64, usize)> {
    let frame = flow.frame(span);
    let mut best: Option<(f64, Role, usize)> = None;
    for (at, head) in heads
        .iter()
        .enumerate()
        .filter(|(_, head)| head.span.start < span.start && suits(head))
    {
        // Who signs for a party is named without identifiers and home.
        let Some(role) = head.role.filter(|role| *role != Role::Representative) else {
            continue;
        };
        let distance = f64::from(
            u32::try_from(span.start - head.span.end.min(span.start)).unwrap_or(u32::MAX),
        );
        let mut cost = distance / 100.0;
        if let (Some((sheet, value)), Some((other, name))) = (frame, flow.frame(&head.span)) {
            let drop = value.top - name.top;
            let aligned = sheet == other && (value.left - name.left).abs() < 2.5;
            let column = aligned && own_cell(flow, &head.span) && own_cell(flow, span);
            if column && (0.5..20.0).contains(&drop) {
                cost = cost.min(drop / 12.0);
            }
            let within =
                |(left, right): (f64, f64)| (left - 1.0..right - 0.5).contains(&value.left);
            if let Some(column) = head.column
                && sheet == other
                && (0.5..15.0).contains(&drop)
            {
                let claimed = heads.iter().any(|h| {
                    h.role.is_some_and(|role| role != Role::Representative)
                        && h.column.is_some_and(within)
                });
                if within(column) {
                    cost = drop / 20.0;
                } else if claimed {
                    cost += 10.0;
                }
            }
        }
        if best.as_ref().is_none_or(|(c, ..)| cost < *c) {
            best = Some((cost, role, at));
        }
    }
    // A company of no role right before a number of companies owns it: nobody else does.
    let last = heads
        .iter()
        .filter(|head| head.span.end <= span.start && suits(head))
        .max_by_key(|head| head.span.end);
    let strangers = last.is_some_and(|head| {
        head.company
            && matches!(head.role, None | Some(Role::Nobody))
            && span.start - head.span.end < STRANGERS
            && !flow.folded[head.span.end..span.start].contains(['\u{b}', '\u{c}'])
    });
    if strangers {
        return None;
    }
    // A role named between the nearest name and the value („PESEL poręczyciela”) decides.
    let named = cues
        .iter()
        .rev()
        .find(|cue| cue.span.end <= span.start && span.start - cue.span.end < 30 && !cue.after)
        .filter(|cue| !flow.folded[cue.span.end..span.start].contains(','));
    if let Some(cue) = named {
        return Some((cue.role, 0.9, usize::MAX));
    }
    let (cost, role, at) = best?;
    (cost < 7.0).then(|| (role, 1.0 / (1.0 + (cost / 5.0).powi(2)), at))
}

/// Whether a span fills its cell but for a few words.
fn own_cell(flow: &Flow, span: &Range<usize>) -> bool {
    let edge = |c: char| matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}');
    let before = flow.folded[..span.start]
        .rfind(edge)
        .map_or(span.start, |at| span.start - at - 1);
    let after = flow.folded[span.end..]
        .find(edge)
        .unwrap_or(flow.folded.len() - span.end);
    before < 12 && after < 12
}

fn of_identifier((role, score): (Role, f64), id: Identifier) -> Option<Found> {
    use IdentifierKind as Kind;
    let field = match (role, id.kind) {
        (Role::Lender, Kind::Krs) => "lender_krs",
        (Role::Lender, Kind::Nip) => "lender_nip",
        (Role::Borrower, Kind::Pesel) => "borrower_pesel",
        (Role::Borrower, Kind::Nip) => "borrower_nip",
        (Role::Borrower, Kind::Regon) => "borrower_regon",
        (Role::Borrower, Kind::Krs) => "borrower_krs",
        (Role::Borrower, Kind::IdentityCard) => "borrower_id_document",
        (Role::Borrower, Kind::Passport) => "borrower_passport",
        (Role::Borrower, Kind::BirthDate) => "borrower_birth_date",
        (Role::CoBorrower, Kind::Pesel) => "co_borrower_pesel",
        (Role::CoBorrower, Kind::IdentityCard) => "co_borrower_id_document",
        (Role::CoBorrower, Kind::BirthDate) => "co_borrower_birth_date",
        (Role::Surety, Kind::Pesel) => "surety_pesel",
        (Role::Surety, Kind::IdentityCard) => "surety_id_document",
        (Role::Surety, Kind::BirthDate) => "surety_birth_date",
        _ => return None,
    };
    Some(Found {
        field,
        value: id.value,
        span: id.span,
        label: None,
        score: if id.sound { score } else { score * 0.4 },
        repaired: id.repaired,
        sound: id.sound,
        company: false,
        office: None,
        own: true,
    })
}

/// Whether an address is said to be the home of both people named before it.
fn shared_home(flow: &Flow, heads: &[Head], address: &Range<usize>) -> bool {
    let before = &flow.folded[address.start.saturating_sub(70)..address.start];
    let both = [
        "oboje",
        "obojgiem",
        "obydwoje",
        "zamieszkali ",
        "zamieszkalymi",
        "zam. wspoln",
        "both ",
    ];
    both.iter()
        .any(|word| before.contains(word) || before.contains(&word.replace(' ', ":")))
        && heads.iter().any(|head| head.role == Some(Role::CoBorrower))
}

static POSTAL_CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[0-9]{2}\s?-\s?[0-9]{3}").expect("a pattern in the source is sound")
});

static CODE_AFTER_HOUSE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"([0-9A-Za-z])(?:\s+|,)([0-9]{2}-[0-9]{3}\s)")
        .expect("a pattern in the source is sound")
});

/// An address as one writes it in a line: what two lines parted a comma parts.
fn on_one_line(address: &str) -> String {
    CODE_AFTER_HOUSE.replace(address, "$1, $2").into_owned()
}

fn of_address(flow: &Flow, heads: &[Head], cues: &[cue::Cue], span: Range<usize>) -> Option<Found> {
    // A property, a branch and a court have addresses too.
    let from = flow.folded.len().min(span.start).saturating_sub(90);
    let before = &flow.folded[from..span.start];
    let last = before
        .rfind(". ")
        .or_else(|| before.rfind([';', '\u{c}']))
        .map_or(before, |at| &before[at..]);
    let property = [
        "nieruchom",
        "miejsce ubezp",
        "lokal",
        "poloz",
        "property",
        "przedmiot hipotek",
        "domu",
        "dzialk",
    ];
    if let Some(at) = property.iter().filter_map(|word| last.rfind(word)).max() {
        let person = ["zamieszk", "zam.", "siedzib", "pesel"]
            .iter()
            .any(|w| last[at..].contains(w));
        if !person {
            let field = "property_address";
            let value = flow.text(&span);
            let coded = POSTAL_CODE.is_match(&value);
            return Some(Found {
                field,
                value,
                span,
                label: None,
                // Without a code the town may still stand in the locative.
                score: if coded { 0.85 } else { 0.5 },
                repaired: false,
                sound: true,
                company: false,
                office: None,
                own: false,
            });
        }
    }
    let mut near = last.len().saturating_sub(28);
    while !last.is_char_boundary(near) {
        near += 1;
    }
    let last = &last[near..];
    if ["oddzial", "korespond", "branch", "sad rejon"]
        .iter()
        .any(|word| last.contains(word))
    {
        return None;
    }
    let (role, score, _) = nearest(flow, heads, cues, &span, |_| true)?;
    let field = match role {
        Role::Lender => "lender_address",
        Role::Borrower => "borrower_address",
        Role::CoBorrower => "co_borrower_address",
        Role::Surety => "surety_address",
        _ => return None,
    };
    let value = on_one_line(&flow.text(&span)).replace("ul .", "ul.");
    Some(Found {
        field,
        value,
        span,
        label: None,
        score: score * 0.9,
        repaired: false,
        sound: true,
        company: false,
        office: None,
        own: false,
    })
}
