//! Where labels stand, and which of them hide others: a longer label hides a shorter one inside it.

use super::{Anchor, Ground, family, spoken};
use crate::label::{Bag, Found, Phrase, form_labels};
use crate::layout::Flow;
use crate::schema::Kind;
use std::ops::Range;

/// All labels, longer ones hiding those inside them.
pub(super) fn anchors(ground: &Ground<'_>) -> Vec<Anchor> {
    let mut phrases: Vec<&Phrase> = Vec::new();
    let mut owners: Vec<(Option<usize>, Option<usize>, f64)> = Vec::new();
    for (index, field) in ground.schemas.fields.iter().enumerate() {
        let labels = field
            .labels
            .iter()
            .filter(|l| l.only.is_none_or(|only| only == ground.kind));
        for label in labels {
            phrases.push(&label.phrase);
            owners.push((Some(index), None, label.weight));
        }
    }
    for (index, decoy) in ground.schemas.decoys.iter().enumerate() {
        phrases.push(&decoy.phrase);
        owners.push((None, Some(index), 1.0));
    }
    let mut found: Vec<Found> = ground.terms.find(&phrases);
    found.sort_by(|a, b| {
        let longer_first = b.span.end.cmp(&a.span.end);
        let surer_first = owners[b.phrase].2.total_cmp(&owners[a.phrase].2);
        // What leaves room for other words comes last, so that it hides nothing.
        let open = |found: &Found| phrases[found.phrase].has_gap();
        open(a)
            .cmp(&open(b))
            .then(a.span.start.cmp(&b.span.start))
            .then(longer_first)
            .then(surer_first)
    });
    let mut anchors: Vec<Anchor> = Vec::new();
    for f in found {
        let (field, decoy, weight) = owners[f.phrase];
        let open = phrases[f.phrase].has_gap();
        if bare_name(ground.flow, &f.span) {
            continue;
        }
        // „raty … z rachunku kredytobiorcy” says more than „rachunku kredytobiorcy” at its end.
        let account = field.is_some_and(|field| ground.schemas.fields[field].kind == Kind::Account);
        if open && account {
            anchors.retain(|a| {
                let ends = a.span.end == f.span.end && a.span.start > f.span.start;
                !(ends && a.field != field && rivals(ground, a, field, decoy))
            });
        }
        let crossed = open
            && anchors.iter().any(|a| {
                let inside = f.span.start < a.span.start && a.span.start < f.span.end;
                inside && a.field != field && a.weight >= 0.61 && rivals(ground, a, field, decoy)
            });
        let hidden = crossed
            || anchors.iter().rev().take(12).any(|a| {
                let longer = a.span.len() > f.span.len();
                let same = a.span == f.span && a.field == field;
                let inside = a.span.start <= f.span.start && f.span.end <= a.span.end;
                let overlapped = a.span.start < f.span.start && f.span.start < a.span.end;
                same || longer && (inside || overlapped) && rivals(ground, a, field, decoy)
            });
        if !hidden {
            let frame = ground.flow.frame(&f.span);
            let weight = weight * spoken::of(ground.flow, &f.span);
            anchors.push(Anchor {
                field,
                decoy,
                span: f.span,
                weight: weight * f.quality,
                frame,
                by_words: false,
            });
        }
    }
    by_words(ground, &mut anchors);
    anchors.sort_by_key(|a| a.span.start);
    anchors
}

/// How much a label counts that is known by its words only.
const BY_WORDS: f64 = 0.82;

/// Labels of forms that no phrase names, by the words they hold: the field that asks for most of them,
/// where it is one.
fn by_words(ground: &Ground<'_>, anchors: &mut Vec<Anchor>) {
    let mut found = Vec::new();
    for (span, words) in form_labels(ground.flow, ground.terms, ground.candidates) {
        let suits = |bag: &&Bag| bag.suits(&words);
        let fields = ground.schemas.fields.iter().enumerate();
        let mut suited: Vec<(usize, usize)> = fields
            .filter(|(index, field)| !field.bags.is_empty() && ground.wants(*index))
            .filter_map(|(index, field)| {
                Some((index, field.bags.iter().filter(suits).map(Bag::len).max()?))
            })
            .collect();
        suited.sort_by_key(|(_, len)| std::cmp::Reverse(*len));
        let kind = |index: usize| family(ground.schemas.fields[index].kind);
        for (index, len) in &suited {
            let rival = suited
                .iter()
                .any(|(other, l)| other != index && l >= len && kind(*other) == kind(*index));
            let named = anchors.iter().any(|a| {
                a.weight >= 0.61
                    && a.span.start < span.end
                    && span.start < a.span.end
                    && rivals(ground, a, Some(*index), None)
            });
            if !rival && !named {
                let frame = ground.flow.frame(&span);
                found.push(Anchor {
                    field: Some(*index),
                    decoy: None,
                    span: span.clone(),
                    weight: BY_WORDS,
                    frame,
                    by_words: true,
                });
            }
        }
    }
    anchors.extend(found);
}

/// Whether a single word is part of a name in quotation marks: „Lekka Rata” is an insurance.
fn bare_name(flow: &Flow, span: &Range<usize>) -> bool {
    let text = &flow.folded;
    if text[span.clone()].contains(' ') {
        return false;
    }
    let before = &text[span.start.saturating_sub(30)..span.start];
    let after = &text[span.end..text.len().min(span.end + 30)];
    let (Some(open), Some(close)) = (before.rfind('"'), after.find('"')) else {
        return false;
    };
    let opens = before[..open].ends_with([' ', '\n', '(']) || open == 0;
    let inside = [&before[open + 1..], &after[..close]];
    let words = inside
        .iter()
        .any(|part| part.bytes().any(|b| b.is_ascii_alphabetic()));
    let called = ["zwan", "dalej", "jako", "as "]
        .iter()
        .any(|word| before.contains(word));
    opens
        && words
        && !called
        && !inside
            .iter()
            .any(|part| part.contains(['.', ',', ';', '\t']))
}

/// Whether a label found earlier wants the same kind of value as another, so that the longer hides
/// the shorter; „wypłata nastąpi” (a day) does not hide „wypłata” (an account).
fn rivals(ground: &Ground<'_>, a: &Anchor, field: Option<usize>, decoy: Option<usize>) -> bool {
    let kinds = |field: Option<usize>, decoy: Option<usize>| match (field, decoy) {
        (Some(field), _) => std::slice::from_ref(&ground.schemas.fields[field].kind),
        (None, Some(decoy)) => ground.schemas.decoys[decoy].kinds.as_slice(),
        (None, None) => &[],
    };
    let others = kinds(field, decoy);
    kinds(a.field, a.decoy)
        .iter()
        .any(|k| others.iter().any(|o| family(*k) == family(*o)))
}
