//! How sure a value is, and from where on nobody needs to look.
//!
//! A documented logistic of what spoke for the value: the strength of its tie, how far behind the
//! next value is, how often labels name it, how well its words were read, whether figures prove it.
//! The weights were set by hand on the `tune` samples and are to be replaced by a calibration.

use crate::binding::{Bound, Ground};
use crate::layout::Flow;
use crate::parties::Found;
use crate::schema::Kind;
use model::{Document, Field, FieldStatus, Severity};

/// From here on a value is accepted without a look.
const ACCEPTED: f64 = 0.97;

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
    let margin = 1.0 - (rival / found.score.max(0.01)).min(1.0);
    let read = flow.confidence(&found.span);
    let mut evidence = -2.6 + 5.0 * found.score + 1.6 * margin + 3.0 * (read.min(0.95) - 0.85);
    evidence += if found.sound { 0.0 } else { -4.0 };
    evidence -= if found.repaired { 1.2 } else { 0.0 };
    logistic(evidence)
}

/// Sets every value's status: accepted when sure enough and no error speaks against it.
pub(crate) fn settle(document: &mut Document) {
    let doubted: Vec<String> = document
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .flat_map(|finding| finding.fields.clone())
        .collect();
    for (name, field) in &mut document.fields {
        let values = match field {
            Field::One(value) => std::slice::from_mut(value),
            Field::Many(values) => values.as_mut_slice(),
        };
        for value in values {
            let sure = value.confidence >= ACCEPTED && !doubted.contains(name) && !value.repaired;
            value.status = if sure {
                FieldStatus::Accepted
            } else {
                FieldStatus::Review
            };
        }
    }
}

fn logistic(evidence: f64) -> f64 {
    (1.0 / (1.0 + (-evidence).exp())).clamp(0.01, 0.999)
}
