//! Which value belongs to which field: every label is tied to the values near it, by reading order
//! and by where things stand on the page, and the best tie wins.
//!
//! Distances are in text heights and characters, never pixels. Another label, another value or a
//! sentence's end between label and value speaks against the tie; a decoy („kapitał zakładowy”)
//! disowns it. A value serves one field only.

mod examples;
mod geometry;
mod phrase_value;
mod proofs;
mod references;
mod spoken;
mod unlabelled;

use crate::candidates::Candidate;
use crate::label::{Found, Phrase, Terms};
use crate::layout::{Flow, Frame};
use crate::schema::{FieldSchema, Kind, Schemas};
use geometry::stands;
use std::ops::Range;
use unlabelled::{head_dates, named_after, periods, self_named};

pub(crate) use examples::examples;

/// Ties weaker than this are no ties.
const LEAST: f64 = 0.22;
/// How far a value may follow its label, in characters.
const REACH: usize = 260;

/// A value tied to a field.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) field: usize,
    pub(crate) value: String,
    pub(crate) span: Range<usize>,
    pub(crate) label: Option<Range<usize>>,
    pub(crate) rule: &'static str,
    pub(crate) score: f64,
    /// The best score of another value for the same field.
    pub(crate) rival: f64,
    /// How many labels name this value.
    pub(crate) mentions: usize,
    pub(crate) repaired: bool,
    pub(crate) unit: Option<&'static str>,
}

/// A label found.
#[derive(Clone, Debug)]
struct Anchor {
    /// The field; none for a decoy.
    field: Option<usize>,
    decoy: Option<usize>,
    span: Range<usize>,
    weight: f64,
    frame: Option<(usize, Frame)>,
}

/// What binding works on.
pub(crate) struct Ground<'a> {
    pub(crate) flow: &'a Flow,
    pub(crate) terms: &'a Terms<'a>,
    pub(crate) schemas: &'a Schemas,
    pub(crate) kind: usize,
    pub(crate) candidates: &'a [Candidate],
    /// Words that keep the values after them from a field.
    pub(crate) excluded: &'a [(usize, Range<usize>)],
    /// Paragraphs whose values are an example's.
    pub(crate) examples: &'a [(Range<usize>, &'a [Kind])],
}

/// The fields of the document's type that labels give, best tie first.
pub(crate) fn bind(ground: &Ground<'_>) -> Vec<Bound> {
    let anchors = anchors(ground);
    let options = phrase_value::options(ground);
    let mut ties = Vec::new();
    for anchor in &anchors {
        let Some(field) = anchor.field else { continue };
        let schema = &ground.schemas.fields[field];
        let example = ground
            .examples
            .iter()
            .any(|(zone, _)| zone.contains(&anchor.span.start));
        if example && schema.kind != Kind::Clause {
            continue;
        }
        if schema.kind == Kind::Special
            || !ground.schemas.types[ground.kind].fields.contains(&field)
        {
            continue;
        }
        if let Some(tie) = phrase_value::tie(ground, schema, field, anchor, &anchors, &options) {
            ties.push(tie);
        }
        ties.extend(candidate_ties(ground, schema, field, anchor, &anchors));
    }
    ties.extend(self_named(ground));
    ties.extend(periods(ground));
    ties.extend(named_after(ground));
    references::settle(ground, &mut ties);
    ties.extend(head_dates(ground).into_iter().filter(|tie| {
        ground.candidates.iter().any(|c| {
            c.span == tie.span && !disowned(ground, &ground.schemas.fields[tie.field], c, &anchors)
        })
    }));
    let mut bound = assign(ground, ties);
    proofs::add(ground, &mut bound);
    bound
}

/// Where words stand that say of a field that the values after them are not its own.
pub(crate) fn excluded(terms: &Terms<'_>, schemas: &Schemas) -> Vec<(usize, Range<usize>)> {
    let mut phrases = Vec::new();
    let mut owners = Vec::new();
    for (index, field) in schemas.fields.iter().enumerate() {
        phrases.extend(&field.unless);
        owners.extend(field.unless.iter().map(|_| index));
    }
    let found = terms.find(&phrases).into_iter();
    found.map(|f| (owners[f.phrase], f.span)).collect()
}

/// Whether words before a value say that it is not of a field.
fn is_excluded(ground: &Ground<'_>, field: usize, candidate: &Candidate) -> bool {
    ground
        .excluded
        .iter()
        .any(|(owner, span)| *owner == field && same_sentence(ground.flow, span, &candidate.span))
}

/// Whether a value stands after some words in the same sentence of the same cell.
fn same_sentence(flow: &Flow, words: &Range<usize>, value: &Range<usize>) -> bool {
    if words.end > value.start || value.start - words.end > 170 {
        return false;
    }
    let gap = &flow.folded[words.end..value.start];
    sentence_ends(gap) == 0 && !gap.contains(['\t', '\u{b}', '\u{c}'])
}

/// All labels, longer ones hiding those inside them.
fn anchors(ground: &Ground<'_>) -> Vec<Anchor> {
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
            });
        }
    }
    anchors.sort_by_key(|a| a.span.start);
    anchors
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

/// Kinds that compete for the same words.
const fn family(kind: Kind) -> Kind {
    match kind {
        Kind::Points => Kind::Rate,
        kind if counts(kind) => Kind::Count,
        kind => kind,
    }
}

/// Whether a candidate of one kind may be the value of a field of another.
fn fits(schema: &FieldSchema, candidate: &Candidate) -> bool {
    let kinds = match schema.kind {
        Kind::Money => candidate.kind == Kind::Money,
        Kind::Points => matches!(candidate.kind, Kind::Points | Kind::Rate),
        Kind::Months => {
            candidate.kind == Kind::Count
                && matches!(candidate.unit, None | Some("months" | "years"))
        }
        Kind::Count => {
            candidate.kind == Kind::Count
                && matches!(candidate.unit, None | Some("instalments" | "months"))
        }
        Kind::Days => {
            candidate.kind == Kind::Count && matches!(candidate.unit, None | Some("days"))
        }
        Kind::Day => {
            candidate.kind == Kind::Count && matches!(candidate.unit, None | Some("day of month"))
        }
        kind => candidate.kind == kind,
    };
    let number = candidate.value.parse::<f64>();
    let within = number.map_or(true, |n| {
        schema.least.is_none_or(|least| n >= least) && schema.most.is_none_or(|most| n <= most)
    });
    kinds && within
}

fn candidate_ties(
    ground: &Ground<'_>,
    schema: &FieldSchema,
    field: usize,
    anchor: &Anchor,
    anchors: &[Anchor],
) -> Vec<Bound> {
    let near = ground.candidates.iter().filter(|c| fits(schema, c));
    let mut ties = Vec::new();
    for candidate in near {
        let (score, rule) = tie_strength(ground, schema, anchor, candidate, anchors);
        let excluded = is_excluded(ground, field, candidate);
        if score < LEAST || excluded || disowned(ground, schema, candidate, anchors) {
            continue;
        }
        let unit_known = match schema.kind {
            Kind::Months | Kind::Count | Kind::Days | Kind::Day => candidate.unit.is_some(),
            _ => true,
        };
        let unit = unit_factor(schema.kind, candidate) * if unit_known { 1.0 } else { 0.85 };
        // „na”, "for": too little to make a bare number a term.
        let day_unnamed = schema.kind == Kind::Day && !names_day(ground, anchor);
        if !unit_known && (anchor.weight < 0.8 || day_unnamed) {
            continue;
        }
        let score = score * candidate.quality * unit;
        if score < LEAST {
            continue;
        }
        ties.push(Bound {
            field,
            value: value_of(schema.kind, candidate),
            span: candidate.span.clone(),
            label: Some(anchor.span.clone()),
            rule,
            score,
            rival: 0.0,
            mentions: 1,
            repaired: candidate.repaired,
            unit: candidate.unit,
        });
    }
    ties
}

/// Whether a label speaks of a day or term itself („dzień płatności”, „termin spłaty rat”).
fn names_day(ground: &Ground<'_>, anchor: &Anchor) -> bool {
    let label = &ground.flow.folded[anchor.span.clone()];
    ["dzien", "dnia", "termin", "day"]
        .iter()
        .any(|word| label.contains(word))
}

/// How well a count's unit suits the field.
fn unit_factor(kind: Kind, candidate: &Candidate) -> f64 {
    match (kind, candidate.unit) {
        (Kind::Months, Some("instalments")) => 0.6,
        (Kind::Count, Some("months")) => 0.8,
        _ => 1.0,
    }
}

/// The value in the form of the field's kind.
fn value_of(kind: Kind, candidate: &Candidate) -> String {
    match (kind, candidate.unit, candidate.value.parse::<i64>()) {
        (Kind::Months, Some("years"), Ok(years)) => (years * 12).to_string(),
        _ => candidate.value.clone(),
    }
}

fn tie_strength(
    ground: &Ground<'_>,
    schema: &FieldSchema,
    anchor: &Anchor,
    candidate: &Candidate,
    anchors: &[Anchor],
) -> (f64, &'static str) {
    let after = follows(ground, schema, anchor, candidate, anchors);
    let before = if schema.before {
        precedes(ground, anchor, candidate)
    } else {
        0.0
    };
    let (beside, below) = stands(ground, schema, anchor, candidate, anchors);
    let ties = [
        (after, "after"),
        (beside, "beside"),
        (below, "below"),
        (before, "before"),
    ];
    let best = ties
        .into_iter()
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or((0.0, "after"));
    (best.0 * anchor.weight, best.1)
}

/// How well a candidate follows a label in the running text.
fn follows(
    ground: &Ground<'_>,
    schema: &FieldSchema,
    anchor: &Anchor,
    candidate: &Candidate,
    anchors: &[Anchor],
) -> f64 {
    let (from, to) = (anchor.span.end, candidate.span.start);
    if to < from || to - from > REACH {
        return 0.0;
    }
    let gap = &ground.flow.folded[from..to];
    if gap.contains('\u{c}') {
        return 0.0;
    }
    let mut score = 1.0 / (1.0 + (far(gap) / 14.0).powi(2));
    // „24 000,00 zł (całkowita kwota kredytu), …”: the bracket names what stands before it.
    if gap.starts_with(')') && bracketed(ground, anchor) {
        score *= 0.2;
    }
    score *= geometry::over_lines(ground, schema, anchor, candidate, gap);
    score *= 0.45_f64.powi(sentence_ends(gap));
    score *= 0.75_f64.powi(count(gap.bytes().filter(|b| *b == 0xb).count()));
    let rivals = ground
        .candidates
        .iter()
        .filter(|c| c.span.start >= from && c.span.end <= to && fits(schema, c) && c.quality > 0.7);
    score *= 0.35_f64.powi(count(rivals.count()).min(6));
    let labels = anchors
        .iter()
        .filter(|a| a.span.start >= from && a.span.end <= to && competes(ground, schema, a))
        .filter(|a| {
            a.field
                .is_none_or(|field| !is_excluded(ground, field, candidate))
        });
    score * 0.3_f64.powi(count(labels.count()).min(6))
}

/// How far a stretch of words parts a label from its value: words that only lead on count little.
fn far(gap: &str) -> f64 {
    const LEADING: &str = " w we wynosi wynosza wysokosci kwocie kwote kwota stanowi jest rowna to tj na dzien dniu \
        zawarcia umowy niniejszej ustalona do dnia okreslona is of the amount at be shall in per \
        equal lacznie laczna przez rok skali roku nr numer a bank banku kredytu pozyczki od za \
        kredytobiorce pozyczkobiorce kredytobiorca i or and by nastapi zostanie pozniej niz ";
    let words = gap
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty());
    let leads = |word: &str| LEADING.split_ascii_whitespace().any(|known| known == word);
    words
        .map(|word| match word {
            _ if word.bytes().all(|b| b.is_ascii_digit()) => 0.4,
            _ if leads(word) => 0.8,
            _ => 3.2,
        })
        .sum()
}

/// Whether another label wants the same kind of value.
fn competes(ground: &Ground<'_>, schema: &FieldSchema, other: &Anchor) -> bool {
    match (other.field, other.decoy) {
        (Some(_), _) if other.weight < 0.61 => false,
        (Some(field), _) => {
            let other = &ground.schemas.fields[field];
            other.name != schema.name
                && (other.kind == schema.kind || (counts(other.kind) && counts(schema.kind)))
        }
        (None, Some(decoy)) => ground.schemas.decoys[decoy].kinds.contains(&schema.kind),
        _ => false,
    }
}

const fn counts(kind: Kind) -> bool {
    matches!(kind, Kind::Months | Kind::Count | Kind::Days | Kind::Day)
}

/// How well a candidate stands before its label: „31 000,00 zł (dalej: Kwota kredytu)”.
fn precedes(ground: &Ground<'_>, anchor: &Anchor, candidate: &Candidate) -> f64 {
    let (from, to) = (candidate.span.end, anchor.span.start);
    if to < from || to - from > 60 {
        return 0.0;
    }
    let gap = &ground.flow.folded[from..to];
    let named = gap.contains(['"', '(']) || gap.contains("dalej") || gap.contains("zwan");
    let cased = &ground.flow.cased[from..to];
    // Over the end of a line only where the sentence plainly goes on in small letters.
    let goes_on = cased
        .lines()
        .skip(1)
        .all(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let clean = sentence_ends(gap) == 0 && !gap.contains(['\u{c}', '\u{b}', '\t']) && goes_on;
    let distance = gap.bytes().filter(u8::is_ascii_alphanumeric).count();
    let strength = match named {
        true if ground.flow.folded[anchor.span.end..].starts_with(')') && distance <= 4 => 1.05,
        true => 0.8,
        false => 0.5,
    };
    if clean || (named && sentence_ends(gap) == 0) {
        strength / (1.0 + steps(distance) / 40.0)
    } else {
        0.0
    }
}

/// Whether a label fills a bracket that opens right after an amount.
fn bracketed(ground: &Ground<'_>, anchor: &Anchor) -> bool {
    let before = &ground.flow.folded[anchor.span.start.saturating_sub(8)..anchor.span.start];
    before.trim_end().strip_suffix('(').is_some_and(|before| {
        before
            .trim_end()
            .ends_with(|c: char| c.is_ascii_alphanumeric())
    })
}

/// Whether words right before a value say that it is something else.
fn disowned(
    ground: &Ground<'_>,
    schema: &FieldSchema,
    candidate: &Candidate,
    anchors: &[Anchor],
) -> bool {
    anchors.iter().any(|a| {
        let (Some(decoy), true) = (a.decoy, a.span.end <= candidate.span.start) else {
            return false;
        };
        let gap = &ground.flow.folded[a.span.end..candidate.span.start.min(a.span.end + 80)];
        candidate.span.start - a.span.end < 60
            && ground.schemas.decoys[decoy].kinds.contains(&schema.kind)
            && sentence_ends(gap) == 0
            && !gap.contains(['\u{b}', '\u{c}'])
            && !anchors.iter().any(|b| {
                b.field.is_some()
                    && b.span.start >= a.span.end
                    && b.span.end <= candidate.span.start
            })
    })
}

/// Whether a line begins as a numbered point does: „2. ”, „2) ”, „§ 3”.
fn opens_point(line: &[u8]) -> bool {
    let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
    let mark = matches!(line.get(digits..digits + 2), Some([b'.' | b')', b' ']));
    line.first() == Some(&b'#') || ((1..=2).contains(&digits) && mark)
}

/// How many sentences end in a stretch of folded text.
fn sentence_ends(gap: &str) -> i32 {
    let bytes = gap.as_bytes();
    let mut ends = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1).copied().unwrap_or(b'x');
        let space = matches!(next, b' ' | b'\n' | b'\x0b');
        let word = gap[..at]
            .bytes()
            .rev()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let ends_here = match byte {
            b'.' => space && word > 3,
            b';' => true,
            // A numbered point is a sentence of its own.
            b'\n' => opens_point(&bytes[at + 1..]),
            _ => false,
        };
        ends += i32::from(ends_here);
    }
    ends
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn steps(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// One value a field (all of them for a list), one field a value, strongest ties first.
fn assign(ground: &Ground<'_>, mut ties: Vec<Bound>) -> Vec<Bound> {
    ties.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(a.span.start.cmp(&b.span.start))
    });
    let mut bound: Vec<Bound> = Vec::new();
    let mut taken: Vec<(Range<usize>, Kind, usize)> = Vec::new();
    for tie in ties {
        let schema = &ground.schemas.fields[tie.field];
        let mut held = taken.iter().filter(|(span, kind, field)| {
            span.start < tie.span.end
                && tie.span.start < span.end
                && *field != tie.field
                && family(*kind) == family(schema.kind)
                && schema.kind != Kind::Clause
        });
        if held.next().is_some() {
            continue;
        }
        let same = bound
            .iter_mut()
            .find(|b| b.field == tie.field && b.value == tie.value);
        if let Some(known) = same {
            if known.label != tie.label {
                known.mentions += 1;
            }
            if tie.score > 0.8 {
                taken.push((tie.span, schema.kind, tie.field));
            }
            continue;
        }
        let best = bound.iter_mut().find(|b| b.field == tie.field);
        match best {
            Some(best) if !schema.many => best.rival = best.rival.max(tie.score),
            _ => {
                taken.push((tie.span.clone(), schema.kind, tie.field));
                bound.push(tie);
            }
        }
    }
    bound
}
