//! Numbers without a label of their own: by their form and check digit alone, or two behind one label.

use super::super::{once, pattern};
use super::{Identifier, IdentifierKind, ends, resolve, starts};
use model::{Krs, Pesel};
use regex::Regex;
use std::sync::LazyLock;

once!(BARE_PESEL, r"[0-9]{11}");
// No other number of ten digits begins so.
once!(BARE_KRS, r"000[01][0-9]{6}");
once!(BARE_CARD, r"[a-z]{3}\s?[0-9]{6}");
/// How far after a PESEL its owner's card may stand without a label of its own, in characters.
const CARD_REACH: usize = 40;
once!(
    NIP_AND_REGON,
    r"\bnip\s?(?:/|i|oraz)\s?regon\b[\s:.]*(?P<nip>[0-9]{3}-?[0-9]{3}-?[0-9]{2}-?[0-9]{2})\s?(?:/|i|oraz|,)\s?(?P<regon>[0-9]{14}|[0-9]{9})\b"
);

/// Adds both numbers of „NIP / REGON: 644… / 240…”.
pub(super) fn two_in_one(text: &str, found: &mut Vec<Identifier>) {
    for captures in NIP_AND_REGON.captures_iter(text) {
        for (name, kind) in [
            ("nip", IdentifierKind::Nip),
            ("regon", IdentifierKind::Regon),
        ] {
            let Some(id) = captures.name(name) else {
                continue;
            };
            let (value, repaired, sound) = resolve(kind, id.as_str(), false);
            found.retain(|known| known.span.end <= id.start() || known.span.start >= id.end());
            found.push(Identifier {
                kind,
                value,
                span: id.range(),
                repaired,
                sound,
            });
        }
    }
}

/// Adds identity cards in the rows of a table: a number with a sound check digit after a PESEL.
pub(super) fn bare_cards(text: &str, found: &mut Vec<Identifier>) {
    let mut cards = Vec::new();
    for m in BARE_CARD.find_iter(text) {
        let follows = |id: &Identifier| {
            let reach = id.span.end..=id.span.end + CARD_REACH;
            id.kind == IdentifierKind::Pesel && reach.contains(&m.start())
        };
        let known = found
            .iter()
            .any(|id| id.span.start < m.end() && m.start() < id.span.end);
        let alone = ends(text, &m.range())
            && !text[..m.start()].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
        let (value, repaired, sound) = resolve(IdentifierKind::IdentityCard, m.as_str(), false);
        if alone && sound && !repaired && !known && found.iter().any(follows) {
            cards.push(Identifier {
                kind: IdentifierKind::IdentityCard,
                value,
                span: m.range(),
                repaired,
                sound,
            });
        }
    }
    found.extend(cards);
}

/// Adds numbers that show by their form alone what they are.
pub(super) fn bare(text: &str, found: &mut Vec<Identifier>) {
    for (kind, pattern) in [
        (IdentifierKind::Pesel, &*BARE_PESEL),
        (IdentifierKind::Krs, &*BARE_KRS),
    ] {
        for m in pattern.find_iter(text) {
            let known = |id: &Identifier| id.span.start < m.end() && m.start() < id.span.end;
            let whole = ends(text, &m.range()) && starts(text, m.start());
            let sound = match kind {
                IdentifierKind::Pesel => Pesel::parse(m.as_str()).is_ok(),
                _ => Krs::parse(m.as_str()).is_ok(),
            };
            if whole && sound && !found.iter().any(known) {
                found.push(Identifier {
                    kind,
                    value: m.as_str().to_owned(),
                    span: m.range(),
                    repaired: false,
                    sound: true,
                });
            }
        }
    }
}
