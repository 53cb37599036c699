//! How sure a value is, from what was seen of values like it: weights in `schemas/calibration.toml`,
//! made by `cargo run --release -p extraction --example calibrate`.
//!
//! The confidence is the logistic of a sum, so that every part of it can be told: the evidence on
//! the page, whether figures prove it or speak against it, and how values of that field and rule
//! came out on labelled documents.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The weights. All zero but `evidence` = 1 leaves the evidence as it is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// From this confidence on a value is accepted without a look.
    pub accepted_from: f64,
    /// The share of accepted values that shall be right.
    pub precision: f64,
    /// Added to every sum.
    pub bias: f64,
    /// How much the evidence on the page counts.
    pub evidence: f64,
    /// What a proof by figures adds.
    pub proven: f64,
    /// What a finding against the value takes.
    pub doubted: f64,
    /// What a repaired reading takes.
    pub repaired: f64,
    /// What each field adds or takes.
    #[serde(default)]
    pub field: BTreeMap<String, f64>,
    /// What each rule adds or takes.
    #[serde(default)]
    pub rule: BTreeMap<String, f64>,
}

/// What a confidence is made of.
#[derive(Clone, Debug)]
pub struct Traits<'a> {
    /// The field.
    pub field: &'a str,
    /// The rule that made the value.
    pub rule: &'a str,
    /// The evidence on the page, as the logarithm of its odds.
    pub evidence: f64,
    /// Whether figures prove it.
    pub proven: bool,
    /// Whether a finding speaks against it.
    pub doubted: bool,
    /// Whether a misread character was put right.
    pub repaired: bool,
}

impl Default for Calibration {
    fn default() -> Self {
        Self {
            accepted_from: 0.97,
            precision: 0.995,
            bias: 0.0,
            evidence: 1.0,
            proven: 0.0,
            doubted: 0.0,
            repaired: 0.0,
            field: BTreeMap::new(),
            rule: BTreeMap::new(),
        }
    }
}

impl Calibration {
    /// The parts of the sum, by name.
    #[must_use]
    pub fn parts(&self, traits: &Traits<'_>) -> Vec<(&'static str, f64)> {
        let when = |holds: bool, weight: f64| if holds { weight } else { 0.0 };
        let of = |map: &BTreeMap<String, f64>, name: &str| map.get(name).copied().unwrap_or(0.0);
        vec![
            ("bias", self.bias),
            ("evidence", self.evidence * traits.evidence),
            ("proven", when(traits.proven, self.proven)),
            ("doubted", when(traits.doubted, self.doubted)),
            ("repaired", when(traits.repaired, self.repaired)),
            ("field", of(&self.field, traits.field)),
            ("rule", of(&self.rule, traits.rule)),
        ]
    }

    /// How sure a value is.
    #[must_use]
    pub fn confidence(&self, traits: &Traits<'_>) -> f64 {
        let sum: f64 = self.parts(traits).iter().map(|(_, part)| part).sum();
        logistic(sum)
    }
}

/// The probability of log odds.
#[must_use]
pub fn logistic(odds: f64) -> f64 {
    (1.0 / (1.0 + (-odds).exp())).clamp(0.005, 0.9995)
}

/// The log odds of a probability.
#[must_use]
pub fn log_odds(probability: f64) -> f64 {
    let probability = probability.clamp(0.0005, 0.9999);
    (probability / (1.0 - probability)).ln()
}
