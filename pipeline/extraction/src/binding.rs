//! Which value belongs to which field: every label is tied to the values near it, by reading order
//! and by where things stand on the page, and the best tie wins.
//!
//! Distances are in text heights and characters, never pixels. Another label, another value or a
//! sentence's end between label and value speaks against the tie; a decoy („kapitał zakładowy”)
//! disowns it. A value serves one field only.

mod anchors;
mod examples;
mod geometry;
mod joined;
mod letterhead;
mod mixed;
mod phrase_value;
mod proofs;
mod references;
mod running;
mod shared;
mod spoken;
mod unlabelled;

use crate::candidates::Candidate;
use crate::label::Terms;
use crate::layout::{Flow, Frame};
use crate::schema::{FieldSchema, Kind, Schemas};
use anchors::anchors;
use geometry::stands;
use running::{follows, precedes, sentence_ends};
use std::ops::Range;
use unlabelled::{added_margin, head_dates, named_after, number_under_title, periods, self_named};

pub(crate) use examples::examples;

/// Ties weaker than this are no ties.
const LEAST: f64 = 0.22;
/// How much another field's tie to a value counts as a rival of the one that holds it.
const CONTESTED: f64 = 0.6;
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

/// What a tie of one value has that nothing else speaks for or against.
impl Default for Bound {
    fn default() -> Self {
        Self {
            field: 0,
            value: String::new(),
            span: 0..0,
            label: None,
            rule: "",
            score: 0.0,
            rival: 0.0,
            mentions: 1,
            repaired: false,
            unit: None,
        }
    }
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
    /// Whether no phrase names it, only its words.
    by_words: bool,
}

/// What binding works on.
pub(crate) struct Ground<'a> {
    pub(crate) flow: &'a Flow,
    pub(crate) terms: &'a Terms<'a>,
    pub(crate) schemas: &'a Schemas,
    pub(crate) kind: usize,
    pub(crate) candidates: &'a [Candidate],
    /// The day of the scan: no document is younger.
    pub(crate) scanned_on: jiff::civil::Date,
    /// Words that keep the values after them from a field.
    pub(crate) excluded: &'a [(usize, Range<usize>)],
    /// Paragraphs whose values are an example's.
    pub(crate) examples: &'a [(Range<usize>, &'a [Kind])],
}

impl Ground<'_> {
    /// Whether the document's type has a field.
    pub(crate) fn wants(&self, field: usize) -> bool {
        self.schemas.types[self.kind].fields.contains(&field)
    }

    /// The field of that name, where the document's type has it.
    pub(crate) fn wanted(&self, name: &str) -> Option<usize> {
        let (field, _) = self.schemas.field(name)?;
        self.wants(field).then_some(field)
    }
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
        if schema.kind == Kind::Special || !ground.wants(field) {
            continue;
        }
        if let Some(tie) = phrase_value::tie(ground, schema, field, anchor, &anchors, &options) {
            ties.push(tie);
        }
        ties.extend(candidate_ties(ground, schema, field, anchor, &anchors));
    }
    ties.extend(joined::ties(ground, &anchors));
    ties.extend(letterhead::branch(ground));
    ties.extend(mixed::interest(ground));
    ties.extend(self_named(ground));
    ties.extend(named_after(ground));
    ties.extend(number_under_title(ground));
    ties.extend(added_margin(ground));
    references::settle(ground, &mut ties);
    let unlabelled = periods(ground).into_iter().chain(head_dates(ground));
    ties.extend(unlabelled.filter(|tie| {
        ground.candidates.iter().any(|c| {
            c.span == tie.span && !disowned(ground, &ground.schemas.fields[tie.field], c, &anchors)
        })
    }));
    ties.retain(|tie| !younger_than_scan(ground, tie));
    let mut bound = assign(ground, ties);
    shared::add(ground, &mut bound);
    proofs::add(ground, &mut bound);
    bound
}

/// Whether a tie dates the document after its scan.
fn younger_than_scan(ground: &Ground<'_>, tie: &Bound) -> bool {
    let schema = &ground.schemas.fields[tie.field];
    let own = matches!(
        schema.name.as_str(),
        "agreement_date" | "original_agreement_date"
    );
    own && tie.label.is_none()
        && tie
            .value
            .parse::<jiff::civil::Date>()
            .is_ok_and(|day| day > ground.scanned_on)
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
fn is_excluded(ground: &Ground<'_>, field: usize, value: &Range<usize>) -> bool {
    ground
        .excluded
        .iter()
        .filter(|(owner, span)| *owner == field && same_sentence(ground.flow, span, value))
        .any(|(_, span)| {
            let surety = ground.flow.folded[span.clone()].starts_with("porecz");
            !(surety && of_the_credit(&ground.flow.folded[span.end..value.start]))
        })
}

/// „poręczam spłatę kredytu udzielonego … w kwocie”: the amount is the credit's after all.
fn of_the_credit(gap: &str) -> bool {
    static CREDIT: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| {
        regex::Regex::new(
            r"\b(?:kredyt|pozyczk)\w*\b[^;]{0,160}\b(?:w\s+kwocie|w\s+wysokosci|na\s+kwote)\s$",
        )
        .expect("a pattern in the source is sound")
    });
    CREDIT.is_match(gap)
}

/// Whether a value stands after some words in the same sentence of the same cell.
fn same_sentence(flow: &Flow, words: &Range<usize>, value: &Range<usize>) -> bool {
    if words.end > value.start || value.start - words.end > 170 {
        return false;
    }
    let gap = &flow.folded[words.end..value.start];
    sentence_ends(gap) == 0 && !gap.contains(['\t', '\u{b}', '\u{c}'])
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
        let excluded = is_excluded(ground, field, &candidate.span);
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
            rule: named_by(anchor, rule),
            score,
            repaired: candidate.repaired,
            unit: candidate.unit,
            ..Bound::default()
        });
    }
    ties
}

/// The rule that a tie goes by: labels known by their words only and words that may mean anything
/// are told apart, for they are wrong more often.
fn named_by(anchor: &Anchor, rule: &'static str) -> &'static str {
    match anchor.weight {
        _ if anchor.by_words => "label_words",
        weight if weight < 0.61 => "weak_label",
        _ => rule,
    }
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
            && !ground.candidates.iter().any(|other| {
                other.span.start >= a.span.end
                    && other.span.end <= candidate.span.start
                    && fits(schema, other)
            })
            && sentence_ends(gap) == 0
            && !gap.contains(['\u{b}', '\u{c}'])
            && !anchors.iter().any(|b| {
                b.field.is_some()
                    && b.span.start >= a.span.end
                    && b.span.end <= candidate.span.start
            })
    })
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
        if let Some((span, ..)) = held.next() {
            // Another field wants the value, too: it is less surely that of its holder.
            let holder = bound.iter_mut().find(|b| b.span == *span);
            if let Some(holder) = holder {
                holder.rival = holder.rival.max(tie.score * CONTESTED);
            }
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
