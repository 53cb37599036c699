//! How sure a value is, and from where on nobody needs to look.
//!
//! In two steps. Evidence: the strength of a value's tie, how far behind the next value is, how often
//! labels name it, how well its words were read. Then calibration (`schemas/calibration.toml`): what
//! came of evidence like that on labelled documents, for that field and rule, and whether the
//! document's own figures prove the value or speak against it.

mod proof;

use crate::binding::{Bound, Ground};
use crate::calibration::{Calibration, Traits, log_odds, logistic};
use crate::layout::Flow;
use crate::parties::Found;
use crate::schema::Kind;
use model::{Document, Field, FieldStatus, FieldValue, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// How sure a value tied by its label is.
pub(crate) fn of_tie(ground: &Ground<'_>, tie: &Bound) -> f64 {
    let margin = 1.0 - (tie.rival / tie.score.max(0.01)).min(1.0);
    let read = ground.flow.confidence(&tie.span);
    let mentions = f64::from(u32::try_from(tie.mentions.min(4)).unwrap_or(4)) - 1.0;
    let mut evidence = -3.2 + 5.0 * tie.score.min(1.1) + 2.2 * margin + 0.9 * mentions;
    evidence += 3.0 * (read.min(0.95) - 0.85);
    let kind = ground.schemas.fields[tie.field].kind;
    evidence += match kind {
        Kind::Account | Kind::LandRegister => 1.5,
        Kind::Text | Kind::City | Kind::Choice => -0.8,
        _ => 0.0,
    };
    evidence -= if tie.repaired { 1.5 } else { 0.0 };
    logistic(evidence)
}

/// How sure a value found with a party is.
pub(crate) fn of_party(flow: &Flow, found: &Found, rival: f64) -> f64 {
    let name = found.field;
    let margin = 1.0 - (rival / found.score.max(0.01)).min(1.0);
    let read = flow.confidence(&found.span);
    let mut evidence = -2.6 + 5.0 * found.score + 1.6 * margin + 3.0 * (read.min(0.95) - 0.85);
    evidence += if found.sound { 0.0 } else { -4.0 };
    // Polish has no „v”: mostly a „y” that was misread.
    let strange = !found.company && name.ends_with("_name") && found.value.contains(['v', 'q']);
    evidence -= if strange { 2.0 } else { 0.0 };
    evidence -= if found.repaired { 1.2 } else { 0.0 };
    logistic(evidence)
}

/// The fields that a document's own figures prove: sums that come out, days where the count of
/// instalments puts them, words that spell the digits.
#[must_use]
pub fn proven(fields: &BTreeMap<String, Field>) -> BTreeSet<&'static str> {
    proof::proven(fields)
}

/// Calibrates every value and sets its status: accepted when sure enough and no error speaks against
/// it.
pub(crate) fn settle(document: &mut Document, calibration: &Calibration) {
    let about = |least: &dyn Fn(Severity) -> bool| -> BTreeSet<String> {
        let findings = document.findings.iter().filter(|f| least(f.severity));
        findings
            .flat_map(|finding| finding.fields.clone())
            .collect()
    };
    let refuted = about(&|severity| severity == Severity::Error);
    let doubted = about(&|severity| severity != Severity::Info);
    let proven = proof::proven(&document.fields);
    for (name, field) in &mut document.fields {
        let values = match field {
            Field::One(value) => std::slice::from_mut(value),
            Field::Many(values) => values.as_mut_slice(),
        };
        for value in values {
            let traits = Traits {
                proven: proven.contains(name.as_str()),
                doubted: doubted.contains(name),
                ..traits(name, value)
            };
            let confidence = calibration.confidence(&traits);
            value.confidence = crate::understand::round(confidence);
            let sure = value.confidence >= calibration.accepted_from
                && !refuted.contains(name)
                && !value.repaired;
            value.status = if sure {
                FieldStatus::Accepted
            } else {
                FieldStatus::Review
            };
        }
    }
}

fn traits<'a>(field: &'a str, value: &'a FieldValue) -> Traits<'a> {
    Traits {
        field,
        rule: value.evidence.as_ref().map_or("", |e| e.rule.as_str()),
        evidence: log_odds(value.confidence),
        proven: false,
        doubted: false,
        repaired: value.repaired,
    }
}
