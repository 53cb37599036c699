//! Identifiers by their own form: PESEL, NIP, REGON, KRS, identity card, passport, account, land
//! register; and repair with proof.
//!
//! A number whose check digit fails is read again under the scanner's confusions; the repair is
//! taken only when exactly one reading proves itself, and is marked.

mod bare;

use super::{Candidate, Identifier, IdentifierKind, dates, once, pattern};
use crate::layout::Flow;
use crate::schema::Kind;
use model::{Iban, IdentityCard, Krs, LandRegister, Nip, Nrb, Pesel, Regon};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

use bare::{bare, bare_cards, two_in_one};

/// The characters that a scanner may show for a digit; more on one side than a form would accept.
const DIGIT: &str = "[0-9olisbzgqd|!]";

static LABELLED: LazyLock<Vec<(IdentifierKind, Regex)>> = LazyLock::new(|| {
    let number = |count: usize| {
        // Spaces and hyphens may stand between any two characters.
        format!(
            "(?P<id>{DIGIT}(?:[ \\u{{a0}}-]{{0,2}}{DIGIT}){{{}}})",
            count - 1
        )
    };
    let filler = r"(?:[\s:.,;#_*()|=-]|numer[a-z]*|nr|no|number|pod|ewid[a-z.]*|identyfik[a-z.]*)*";
    let labelled = |label: &str, id: &str| pattern(&format!("(?:{label}){filler}{id}"));
    vec![
        (
            IdentifierKind::Pesel,
            labelled(r"\bp[e3c]s[e3c][l1i|]", &number(11)),
        ),
        (
            IdentifierKind::Nip,
            labelled(
                r"\bn[il1|]p\b|identyfikacji\s+podatkowej|tax\s+(?:id|identification)(?:\s+no)?",
                &format!("(?:p[l1]\\s?)?{}", number(10)),
            ),
        ),
        (
            IdentifierKind::Regon,
            labelled(
                r"\br[e3c]g[o0]n\b|statistical\s+number",
                &format!(
                    "(?P<id>{DIGIT}(?:[ -]{{0,2}}{DIGIT}){{13}}|{DIGIT}(?:[ -]{{0,2}}{DIGIT}){{8}})"
                ),
            ),
        ),
        (
            IdentifierKind::Krs,
            labelled(
                r"\bkrs\b|krajow[a-z]+\s+rejestr[a-z]*\s+sadow[a-z]+(?:\s*\(krs\))?|rejestr[a-z]*\s+przedsiebiorcow|court\s+register",
                &number(10),
            ),
        ),
        (
            IdentifierKind::IdentityCard,
            labelled(
                r"dow[o0][dcl]\w*(?:\s+osobist\w+)?|dow\.\s?os\.|dokument\w*(?:\s+tozsamosci)?|osobist\w+|identity\s+card|id\s+card|\bseri[a-z]+",
                r"(?:seri[a-z]+\s*)?(?:i\s+)?(?:numer\w*|nr|no)?[\s.:,]*(?:seri[a-z]+\s*)?(?P<id>[a-z01258|]{3}(?:[\s-]{0,2}|,?\s(?:nr|numer|no)\.?:?\s)[0-9olisbzgq|]{6})",
            ),
        ),
        (
            IdentifierKind::Passport,
            labelled(
                r"paszport\w*|passport",
                r"(?:seri[a-z]+\s*)?(?:i\s+)?(?:numer\w*|nr|no)?[\s.:,]*(?P<id>[a-z]{2}\s?[0-9]{7})",
            ),
        ),
    ]
});

once!(
    BIRTH,
    r"(?:urodz[a-z]*|ur\.|data\s+urodzenia|date\s+of\s+birth|born(?:\s+on)?)(?:[\s:.,|]|w\s+dniu|dnia|dn\.)*$"
);
once!(
    ACCOUNT,
    r"(?:p[l1]\s?)?[0-9olisbzgq](?:[ -]{0,3}\n?[0-9olisbzgq]){25}"
);
once!(
    LAND,
    r"[a-z]{2}[0-9oilsz][a-z0-9]\s?[/\\|il]\s?[0-9oilsbz]{8}\s?[/\\|il]\s?[0-9oilsbz]"
);

/// All identifiers of people and companies.
pub(crate) fn identifiers(flow: &Flow) -> Vec<Identifier> {
    let text = flow.folded.as_str();
    let mut found: Vec<Identifier> = Vec::new();
    for (kind, pattern) in LABELLED.iter() {
        for captures in pattern.captures_iter(text) {
            let Some(id) = captures.name("id") else {
                continue;
            };
            if !ends(text, &id.range()) {
                continue;
            }
            let written = id.as_str();
            let (value, repaired, sound) = resolve(*kind, written, misreadable(flow, &id.range()));
            found.push(Identifier {
                kind: *kind,
                value,
                span: id.range(),
                repaired,
                sound,
            });
        }
    }
    bare(text, &mut found);
    two_in_one(text, &mut found);
    bare_cards(text, &mut found);
    in_next_cells(flow, &mut found);
    for date in dates(flow) {
        if BIRTH.is_match(&text[date.span.start.saturating_sub(40)..date.span.start]) {
            found.push(Identifier {
                kind: IdentifierKind::BirthDate,
                value: date.value,
                span: date.span,
                repaired: false,
                sound: true,
            });
        }
    }
    found.sort_by_key(|id| id.span.start);
    found
}

static NEXT_CARD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s?\t\s?(?:seria\s|nr\s)?(?P<id>[a-z01258|]{3}[ -]{0,2}[0-9olisbzgq|]{6})(?:[\s,;.]|$)",
    )
});
static NEXT_NUMBER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s?\t\s?(?P<id>[0-9](?:[ -]?[0-9]){8,13})(?:[\s,;.]|$)"));

/// Adds what stands in the cells after a labelled identifier: one label serves a whole row of a table
/// with a column for each party.
fn in_next_cells(flow: &Flow, found: &mut Vec<Identifier>) {
    let text = flow.folded.as_str();
    let mut at = 0;
    while at < found.len() {
        let (kind, end) = (found[at].kind, found[at].span.end);
        at += 1;
        let pattern = match kind {
            IdentifierKind::IdentityCard => &*NEXT_CARD,
            IdentifierKind::Nip | IdentifierKind::Regon | IdentifierKind::Krs => &*NEXT_NUMBER,
            _ => continue,
        };
        let Some(id) = pattern.captures(&text[end..]).and_then(|c| c.name("id")) else {
            continue;
        };
        let span = end + id.start()..end + id.end();
        let known = |other: &Identifier| other.span.start < span.end && span.start < other.span.end;
        let (value, repaired, sound) = resolve(kind, id.as_str(), misreadable(flow, &span));
        if sound && !found.iter().any(known) {
            found.push(Identifier {
                kind,
                value,
                span,
                repaired,
                sound,
            });
        }
    }
}

fn ends(text: &str, span: &Range<usize>) -> bool {
    !text
        .as_bytes()
        .get(span.end)
        .is_some_and(u8::is_ascii_alphanumeric)
}

fn starts(text: &str, at: usize) -> bool {
    at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric()
}

/// Whether a scanner read the words: in a text layer a wrong digit is the author's, not ours.
fn misreadable(flow: &Flow, span: &Range<usize>) -> bool {
    flow.confidence(span) < 0.9999
}

/// The canonical form of an identifier as written, whether it was repaired, whether it is sound.
fn resolve(kind: IdentifierKind, written: &str, misreadable: bool) -> (String, bool, bool) {
    let letters = match kind {
        IdentifierKind::IdentityCard => 3,
        IdentifierKind::Passport => 2,
        _ => 0,
    };
    let mut parts: Vec<&str> = written.split(|c: char| !c.is_ascii_graphic()).collect();
    // „seria ABC nr 123456”: the words between are no part of it.
    parts.retain(|part| !["nr", "nr.", "nr:", "numer", "no", "no.", ","].contains(part));
    let plain: String = parts.concat().replace(['-', ','], "");
    let sound = |text: &str| -> bool {
        match kind {
            IdentifierKind::Pesel => Pesel::parse(text).is_ok(),
            IdentifierKind::Nip => Nip::parse(text).is_ok(),
            IdentifierKind::Regon => Regon::parse(text).is_ok(),
            IdentifierKind::Krs => Krs::parse(text).is_ok(),
            IdentifierKind::IdentityCard => IdentityCard::parse(text).is_ok(),
            IdentifierKind::Passport | IdentifierKind::BirthDate => true,
        }
    };
    repair(&plain, letters, misreadable, &sound)
}

/// The reading of `written` that proves itself: as it is, with letters read as the digits they
/// look like, or, if exactly one does, with one digit exchanged for one it is confused with.
fn repair(
    written: &str,
    letters: usize,
    misreadable: bool,
    sound: &dyn Fn(&str) -> bool,
) -> (String, bool, bool) {
    let upper = written.to_ascii_uppercase();
    let straight: String = upper
        .chars()
        .enumerate()
        .map(|(at, c)| {
            if at < letters {
                as_letter(c)
            } else {
                as_digit(c)
            }
        })
        .collect();
    if sound(&straight) {
        return (straight.clone(), straight != upper, true);
    }
    if !misreadable {
        return (straight, false, false);
    }
    let mut proven: Vec<String> = Vec::new();
    for (at, c) in straight.char_indices().filter(|(at, _)| *at >= letters) {
        for other in confused(c).chars() {
            let mut tried = straight.clone();
            tried.replace_range(at..=at, other.encode_utf8(&mut [0; 4]));
            if sound(&tried) && !proven.contains(&tried) {
                proven.push(tried);
            }
        }
    }
    match &proven[..] {
        [only] => (only.clone(), true, true),
        _ => (straight, false, false),
    }
}

fn as_digit(c: char) -> char {
    match c {
        'O' | 'Q' | 'D' => '0',
        'L' | 'I' | '|' | '!' => '1',
        'Z' => '2',
        'S' => '5',
        'G' => '6',
        'B' => '8',
        other => other,
    }
}

fn as_letter(c: char) -> char {
    match c {
        '0' => 'O',
        '1' | '|' => 'I',
        '2' => 'Z',
        '5' => 'S',
        '8' => 'B',
        other => other,
    }
}

/// The digits that scanners take for a digit, likeliest first; only close look-alikes, so that a
/// chance fit stays rare.
fn confused(c: char) -> &'static str {
    match c {
        '0' => "86",
        '1' => "7",
        '3' => "8",
        '5' => "6",
        '6' => "58",
        '7' => "1",
        '8' => "3",
        '9' => "4",
        _ => "",
    }
}

/// All bank accounts: 26 digits, however grouped.
pub(crate) fn accounts(flow: &Flow) -> Vec<Candidate> {
    let text = flow.folded.as_str();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(m) = ACCOUNT.find_at(text, at) {
        at = m.start() + 1;
        if !starts(text, m.start()) || !ends(text, &m.range()) {
            continue;
        }
        let written: String = m
            .as_str()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let digits = written
            .strip_prefix("pl")
            .or_else(|| written.strip_prefix("p1"));
        let digits = digits.unwrap_or(&written);
        if digits.chars().filter(char::is_ascii_digit).count() < 20 {
            continue;
        }
        let (value, repaired, sound) = repair(digits, 0, misreadable(flow, &m.range()), &|text| {
            Nrb::parse(text).is_ok()
        });
        let iban = m.as_str().starts_with('p') && Iban::parse(&format!("PL{value}")).is_ok();
        let mut candidate = Candidate::new(Kind::Account, value, m.range());
        candidate.repaired = repaired;
        candidate.unit = iban.then_some("IBAN");
        candidate.quality = match (sound, repaired) {
            (true, false) => 1.0,
            (true, true) => 0.8,
            _ => 0.45,
        };
        at = m.end();
        found.push(candidate);
    }
    found
}

/// All land register numbers.
pub(crate) fn land_registers(flow: &Flow) -> Vec<Candidate> {
    let text = flow.folded.as_str();
    let mut found = Vec::new();
    for m in LAND
        .find_iter(text)
        .filter(|m| starts(text, m.start()) && ends(text, &m.range()))
    {
        let written: String = m.as_str().chars().filter(|c| !c.is_whitespace()).collect();
        let written = written.to_ascii_uppercase();
        if written.len() != 15 {
            continue;
        }
        let mut court = written[..4].to_owned();
        let court_digit = as_digit(court.chars().nth(2).unwrap_or('0'));
        let digits = [&written[5..13], &written[14..15]].concat();
        // The fourth sign is a letter; a digit in its place was misread, and the check digit shows
        // which letter it was.
        let letters = [
            ("8", "BS"),
            ("5", "S"),
            ("0", "OD"),
            ("1", "I"),
            ("2", "Z"),
            ("6", "G"),
        ];
        if let Some((_, letters)) = letters.iter().find(|(digit, _)| written[3..4] == **digit) {
            let tried = letters
                .chars()
                .map(|letter| format!("{}{letter}", &written[..3]));
            let proves = |court: &String| land_number(court, court_digit, &digits).is_some();
            if let [only] = &tried.filter(proves).collect::<Vec<_>>()[..] {
                court.clone_from(only);
            }
        }
        let sound = |digits: &str| land_number(&court, court_digit, digits).is_some();
        let (digits, repaired, proven) = repair(&digits, 0, misreadable(flow, &m.range()), &sound);
        let repaired = repaired || court != written[..4];
        let value = land_number(&court, court_digit, &digits)
            .unwrap_or_else(|| format!("{court}/{}/{}", &digits[..8], &digits[8..]));
        let mut candidate = Candidate::new(Kind::LandRegister, value, m.range());
        candidate.repaired = repaired;
        candidate.quality = if proven {
            if repaired { 0.8 } else { 1.0 }
        } else {
            0.45
        };
        found.push(candidate);
    }
    found
}

fn land_number(court: &str, digit: char, digits: &str) -> Option<String> {
    let (number, check) = (digits.get(..8)?, digits.get(8..)?);
    let last = court.get(3..4)?.replace('0', "O").replace('1', "I");
    let text = format!("{}{digit}{last}/{number}/{check}", court.get(..2)?);
    LandRegister::parse(&text)
        .ok()
        .map(|register| register.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Identifier, IdentifierKind, accounts, identifiers, land_registers};
    use crate::layout::Flow;

    fn check(text: &str, kind: IdentifierKind, value: &str, repaired: bool, sound: bool) {
        let found = identifiers(&Flow::from_text(text));
        let [
            Identifier {
                kind: k,
                value: v,
                repaired: r,
                sound: s,
                ..
            },
        ] = &found[..]
        else {
            panic!("{text}: {found:?}");
        };
        assert_eq!(
            (*k, v.as_str(), *r, *s),
            (kind, value, repaired, sound),
            "{text}"
        );
    }

    #[test]
    fn identifiers_are_found_by_label_and_form() {
        use IdentifierKind::{IdentityCard, Krs, Nip, Passport, Pesel, Regon};
        check("PESEL: 44051401359", Pesel, "44051401359", false, true);
        check(
            "legitymujący się numerem PESEL 44051401359,",
            Pesel,
            "44051401359",
            false,
            true,
        );
        check("NIP 856-734-62-15", Nip, "8567346215", false, true);
        check("REGON: 123456785", Regon, "123456785", false, true);
        check("KRS pod numerem 0000123456", Krs, "0000123456", false, true);
        check(
            "dowodem osobistym seria i numer ABC 123458",
            IdentityCard,
            "ABC123458",
            false,
            true,
        );
        check(
            "dowód osobisty ABC123458",
            IdentityCard,
            "ABC123458",
            false,
            true,
        );
        check("paszport nr AB 1234567", Passport, "AB1234567", false, true);
    }

    #[test]
    fn only_a_unique_proven_repair_is_taken() {
        use IdentifierKind::Pesel;
        check("PESEL 44O514O1359", Pesel, "44051401359", true, true);
        check("PESEL 44061401359", Pesel, "44051401359", true, true); // 6 for 5
        check("PESEL 44051401352", Pesel, "44051401352", false, false);
    }

    #[test]
    fn accounts_and_land_registers_in_any_grouping() {
        for text in [
            "61 1090 1014 0000 0712 1981 2874",
            "PL61109010140000071219812874",
            "61-1090-1014-0000-0712-1981-2874",
            "6l 1090 1O14 0000 0712 1981 2874",
        ] {
            let found = accounts(&Flow::from_text(text));
            assert_eq!(found[0].value, "61109010140000071219812874", "{text}");
        }
        for text in ["WA4M/00123456/4", "WA4M / 00123456 / 4", "WA4M/OO123456/4"] {
            let found = land_registers(&Flow::from_text(text));
            assert_eq!(found[0].value, "WA4M/00123456/4", "{text}");
        }
    }
}
