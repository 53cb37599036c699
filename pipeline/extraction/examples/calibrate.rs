//! Makes `schemas/calibration.toml` and the reliability curve from labelled documents.
//!
//!     calibrate SCHEMAS CURVE.svg CALIBRATION.toml PAGES TRUTH [PAGES TRUTH …] [--foreign PAGES TRUTH …]
//!
//! `SCHEMAS` is the folder of the schemas, `PAGES` what `kartoteka read --out PAGES` wrote of the files
//! whose truths lie in `TRUTH`. Wordings that the schemas know by heart would make every value look
//! sure. So each document is understood several times, each time with another part of the labels
//! left out, as if a bank had worded them anew: what is then found by weaker labels is wrong as often
//! as it will be on papers nobody has seen. Even documents train, odd ones set the threshold.
//!
//! Pairs after `--foreign` are papers of hands that made none of the others, such as a bank's own. Each
//! counts for several, and the threshold must hold for them as well, each judged by a calibration that
//! was fitted without it.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::cast_precision_loss, reason = "counts of values")]

use extraction::calibration::{Calibration, Traits, log_odds};
use extraction::truth::{Outcome, compare};
use extraction::{Schemas, understand};
use model::{Page, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error>;

/// How often each document is understood with labels left out, and how many of ten are left out.
const ROUNDS: u64 = 4;
const LEFT_OUT_OF_TEN: u64 = 3;
/// The share of accepted values that shall be right, and the margin kept for what is not like this.
const PRECISION: f64 = 0.995;
const MARGIN: f64 = 0.001;
/// The share of accepted values of foreign hands that shall be right, how much one of their values counts
/// in the fit, and into how many parts they are divided to be judged by what the others taught.
const FOREIGN_PRECISION: f64 = 0.99;
const FOREIGN_WEIGHT: f64 = 6.0;
const FOLDS: usize = 3;
/// Steps of the fit, their width, and the pull of every weight towards nothing.
const STEPS: usize = 1_500;
const WIDTH: f64 = 1.0;
const PULL: f64 = 0.000_3;

/// Choices that the truths name only where a form has a place for them.
const UNSTATED: [&str; 2] = ["interest_type", "instalment_kind"];

struct Sample {
    field: String,
    rule: String,
    evidence: f64,
    proven: bool,
    doubted: bool,
    refuted: bool,
    repaired: bool,
    right: bool,
    trains: bool,
    /// Of a hand that made none of the others: which of the parts it is judged in.
    foreign: Option<usize>,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let [folder, curve, file, sets @ ..] = &arguments[..] else {
        return Err("usage: calibrate SCHEMAS CURVE.svg CALIBRATION.toml PAGES TRUTH …".into());
    };
    let files = schema_files(folder)?;
    let mut samples = Vec::new();
    for round in 0..=ROUNDS {
        let schemas = schemas_without(&files, round)?.with_calibration(identity());
        let mut parts = sets.split(|set| set.as_os_str() == "--foreign");
        for (foreign, sets) in [false, true].into_iter().zip(&mut parts) {
            for set in sets.chunks(2) {
                let [pages, truths] = set else {
                    return Err("PAGES and TRUTH come in pairs".into());
                };
                collect(&schemas, pages, truths, foreign, &mut samples)?;
            }
        }
    }
    let mut calibration = fit(&samples, None);
    let known = samples.iter().filter(|s| !s.trains && s.foreign.is_none());
    let known = known.map(|s| (calibration.confidence(&traits(s)), s));
    let least = threshold(known.collect(), PRECISION + MARGIN);
    calibration.accepted_from = least.max(threshold(foreign(&samples), FOREIGN_PRECISION));
    report(&calibration, &samples);
    std::fs::write(curve, draw(&calibration, &samples))?;
    std::fs::write(file, written(&calibration, &samples)?)?;
    Ok(())
}

/// A calibration that tells proof and doubt apart, so that they can be read back from a document.
fn identity() -> Calibration {
    Calibration::default()
}

fn schema_files(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    for (folder, prefix) in [(folder.to_path_buf(), ""), (folder.join("types"), "types/")] {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".toml") {
                files.push((
                    format!("{prefix}{name}"),
                    std::fs::read_to_string(entry.path())?,
                ));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The schemas with some labels left out; all of them in round 0.
fn schemas_without(files: &[(String, String)], round: u64) -> Result<Schemas, Failure> {
    let mut changed = Vec::new();
    for (name, text) in files {
        let text = if round == 0 || !(name == "fields.toml" || name.starts_with("types/")) {
            text.clone()
        } else {
            leave_out(text, round)?
        };
        changed.push((name.as_str(), text));
    }
    Ok(Schemas::parse(
        changed.iter().map(|(name, text)| (*name, text.as_str())),
    )?)
}

fn leave_out(text: &str, round: u64) -> Result<String, Failure> {
    let mut table: toml::Table = text.parse()?;
    let mut lists: Vec<&mut toml::Value> = Vec::new();
    for (key, value) in &mut table {
        let Some(inner) = value.as_table_mut() else {
            continue;
        };
        for value in inner.iter_mut().map(|(_, value)| value) {
            if key == "labels" {
                lists.push(value);
            } else if key == "field"
                && let Some(field) = value.as_table_mut()
            {
                lists.extend(field.get_mut("labels"));
            }
        }
    }
    for list in lists {
        if let Some(list) = list.as_array_mut() {
            list.retain(|label| {
                spread(label.as_str().unwrap_or_default(), round) >= LEFT_OUT_OF_TEN
            });
        }
    }
    Ok(toml::to_string(&table)?)
}

/// A number from 0 to 9 that looks drawn, the same every time.
fn spread(text: &str, round: u64) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ round.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash >> 33) % 10
}

fn collect(
    schemas: &Schemas,
    pages: &Path,
    truths: &Path,
    foreign: bool,
    samples: &mut Vec<Sample>,
) -> Result<(), Failure> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(truths)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    names.retain(|name| name.to_string_lossy().ends_with(".truth.json"));
    names.sort();
    for (number, name) in names.iter().enumerate() {
        let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(name)?)?;
        let stem = Path::new(truth["file"].as_str().unwrap_or_default())
            .file_stem()
            .unwrap_or_default();
        let Ok(bytes) = std::fs::read(pages.join(stem).with_extension("json")) else {
            continue;
        };
        let mut reading: serde_json::Value = serde_json::from_slice(&bytes)?;
        let read: Vec<Page> = serde_json::from_value(reading["pages"].take())?;
        let read: Vec<&Page> = read.iter().collect();
        let document = understand(&read, schemas, jiff::civil::date(2026, 11, 24));
        let about = |least: Severity| -> BTreeSet<&str> {
            let findings = document
                .findings
                .iter()
                .filter(|f| f.severity == Severity::Error || f.severity == least);
            findings
                .flat_map(|f| f.fields.iter().map(String::as_str))
                .collect()
        };
        let (refuted, doubted) = (about(Severity::Error), about(Severity::Warning));
        let proven = extraction::proven(&document.fields);
        for verdict in compare(&truth["fields"], &document) {
            let name = verdict.field.as_str();
            // What prose states in passing („według stałej stopy”) and the truth leaves out.
            if verdict.expected.is_none() && UNSTATED.contains(&name) {
                continue;
            }
            for value in verdict.found {
                samples.push(Sample {
                    rule: value
                        .evidence
                        .as_ref()
                        .map_or(String::new(), |e| e.rule.clone()),
                    evidence: log_odds(value.confidence),
                    proven: proven.contains(name),
                    doubted: doubted.contains(name),
                    refuted: refuted.contains(name),
                    repaired: value.repaired,
                    right: verdict.outcome == Outcome::Right,
                    trains: foreign || number % 2 == 0,
                    foreign: foreign.then_some(number % FOLDS),
                    field: verdict.field.clone(),
                });
            }
        }
    }
    Ok(())
}

fn traits(sample: &Sample) -> Traits<'_> {
    Traits {
        field: &sample.field,
        rule: &sample.rule,
        evidence: sample.evidence,
        proven: sample.proven,
        doubted: sample.doubted,
        repaired: sample.repaired,
    }
}

/// The values of foreign hands, each as sure as a calibration makes it that was fitted without its part.
fn foreign(samples: &[Sample]) -> Vec<(f64, &Sample)> {
    let mut judged = Vec::new();
    for fold in 0..FOLDS {
        let of_fold = samples.iter().filter(|s| s.foreign == Some(fold));
        if of_fold.clone().next().is_none() {
            continue;
        }
        let calibration = fit(samples, Some(fold));
        judged.extend(of_fold.map(|s| (calibration.confidence(&traits(s)), s)));
    }
    let sure = judged.iter().filter(|(_, s)| s.right).count();
    println!("{} values of foreign hands, {sure} right", judged.len());
    judged
}

/// Fits the weights by gradient descent: few weights, a convex sum, the same result every time. Foreign
/// values of the part `without` are left out.
fn fit(samples: &[Sample], without: Option<usize>) -> Calibration {
    let mut weights = Calibration {
        precision: PRECISION,
        ..Calibration::default()
    };
    let training: Vec<&Sample> = samples
        .iter()
        .filter(|s| s.trains && (s.foreign.is_none() || s.foreign != without))
        .collect();
    let count = training.len().max(1) as f64;
    for _ in 0..STEPS {
        let mut slope = Calibration {
            evidence: 0.0,
            ..Calibration::default()
        };
        for sample in &training {
            let error = f64::from(u8::from(sample.right)) - weights.confidence(&traits(sample));
            let error = error * sample.foreign.map_or(1.0, |_| FOREIGN_WEIGHT);
            slope.bias += error;
            slope.evidence += error * sample.evidence;
            let flags = [
                (sample.proven, &mut slope.proven),
                (sample.doubted, &mut slope.doubted),
                (sample.repaired, &mut slope.repaired),
            ];
            for (_, part) in flags.into_iter().filter(|(holds, _)| *holds) {
                *part += error;
            }
            *slope.field.entry(sample.field.clone()).or_default() += error;
            *slope.rule.entry(sample.rule.clone()).or_default() += error;
        }
        let step = |weight: &mut f64, slope: f64, width: f64| {
            *weight += width * slope / count - PULL * *weight;
        };
        step(&mut weights.bias, slope.bias, WIDTH);
        step(&mut weights.evidence, slope.evidence, WIDTH / 8.0);
        step(&mut weights.proven, slope.proven, WIDTH * 2.0);
        step(&mut weights.doubted, slope.doubted, WIDTH * 2.0);
        step(&mut weights.repaired, slope.repaired, WIDTH * 2.0);
        for (name, slope) in slope.field {
            step(weights.field.entry(name).or_default(), slope, WIDTH * 12.0);
        }
        for (name, slope) in slope.rule {
            step(weights.rule.entry(name).or_default(), slope, WIDTH * 4.0);
        }
    }
    weights
}

/// The lowest confidence from which on values that the fit did not see are as often right as they
/// shall be.
fn threshold(judged: Vec<(f64, &Sample)>, precision: f64) -> f64 {
    if judged.is_empty() {
        return 0.0;
    }
    let mut sure: Vec<(f64, bool)> = judged
        .into_iter()
        .filter(|(_, s)| !s.refuted && !s.repaired)
        .map(|(confidence, s)| (confidence, s.right))
        .collect();
    sure.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut best) = (0, 0.999);
    for (n, (confidence, is_right)) in sure.iter().enumerate() {
        right += usize::from(*is_right);
        if n > 200 && right as f64 / (n + 1) as f64 >= precision {
            best = *confidence;
        }
    }
    (best * 1000.0).ceil() / 1000.0
}

fn report(calibration: &Calibration, samples: &[Sample]) {
    let odd: Vec<&Sample> = samples.iter().filter(|s| !s.trains).collect();
    let accepted = odd.iter().filter(|s| {
        calibration.confidence(&traits(s)) >= calibration.accepted_from && !s.refuted && !s.repaired
    });
    let accepted: Vec<_> = accepted.collect();
    let right = accepted.iter().filter(|s| s.right).count();
    println!(
        "{} values; of {} not trained on, {:.1} % accepted from {}, {:.2} % of these right",
        samples.len(),
        odd.len(),
        100.0 * accepted.len() as f64 / odd.len().max(1) as f64,
        calibration.accepted_from,
        100.0 * right as f64 / accepted.len().max(1) as f64,
    );
    let mut sure: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for sample in odd
        .iter()
        .filter(|s| calibration.confidence(&traits(s)) > 0.95)
    {
        let entry = sure.entry((&sample.field, &sample.rule)).or_default();
        entry.0 += 1;
        entry.1 += usize::from(!sample.right);
    }
    let mut sure: Vec<_> = sure
        .into_iter()
        .filter(|(_, (_, wrong))| *wrong > 0)
        .collect();
    sure.sort_by_key(|(_, (_, wrong))| std::cmp::Reverse(*wrong));
    println!("wrong though over 0.95:");
    for ((field, rule), (count, wrong)) in sure.iter().take(25) {
        println!("  {field} by {rule}: {wrong} of {count}");
    }
}

/// The calibration as a schema file, weights to three decimals.
fn written(calibration: &Calibration, samples: &[Sample]) -> Result<String, Failure> {
    let mut rounded = calibration.clone();
    let round = |weight: &mut f64| *weight = (*weight * 1000.0).round() / 1000.0;
    let flags = [
        &mut rounded.bias,
        &mut rounded.evidence,
        &mut rounded.proven,
        &mut rounded.doubted,
        &mut rounded.repaired,
    ];
    flags.into_iter().for_each(round);
    rounded.field.values_mut().for_each(round);
    rounded.rule.values_mut().for_each(round);
    Ok(format!(
        "# How evidence becomes confidence. Made by tests/bench/calibrate.sh of {} values; do not edit.\n\n{}",
        samples.len(),
        toml::to_string(&rounded)?
    ))
}

/// The reliability curve of the documents not trained on: stated confidence against the share right.
fn draw(calibration: &Calibration, samples: &[Sample]) -> String {
    const SIZE: f64 = 400.0;
    const EDGE: f64 = 50.0;
    let mut bins = [(0.0_f64, 0.0_f64, 0.0_f64); 20];
    for sample in samples.iter().filter(|s| !s.trains) {
        let confidence = calibration.confidence(&traits(sample));
        let bin = (0..19)
            .find(|n| confidence < (*n as f64 + 1.0) / 20.0)
            .unwrap_or(19);
        bins[bin].0 += 1.0;
        bins[bin].1 += confidence;
        bins[bin].2 += f64::from(u8::from(sample.right));
    }
    let at = |x: f64, y: f64| (EDGE + x * SIZE, EDGE + (1.0 - y) * SIZE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{w}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <rect x=\"{EDGE}\" y=\"{EDGE}\" width=\"{SIZE}\" height=\"{SIZE}\" fill=\"none\" stroke=\"#888\"/>\n\
         <line x1=\"{EDGE}\" y1=\"{far}\" x2=\"{far}\" y2=\"{EDGE}\" stroke=\"#bbb\" stroke-dasharray=\"4 4\"/>\n",
        w = SIZE + 2.0 * EDGE,
        far = EDGE + SIZE,
    );
    let mut path = String::new();
    for (count, confidence, right) in bins.iter().filter(|bin| bin.0 >= 10.0) {
        let (x, y) = at(confidence / count, right / count);
        let _ = write!(
            path,
            "{}{x:.1} {y:.1}",
            if path.is_empty() { "M" } else { " L" }
        );
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" fill=\"#1668a8\" fill-opacity=\"0.7\"><title>{count} values</title></circle>",
            2.0 + count.log10() * 1.6,
        );
    }
    let _ = writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"#1668a8\"/>");
    let (x, _) = at(calibration.accepted_from, 0.0);
    let _ = writeln!(
        svg,
        "<line x1=\"{x:.1}\" y1=\"{EDGE}\" x2=\"{x:.1}\" y2=\"{}\" stroke=\"#b03030\"/>\n\
         <text x=\"{:.1}\" y=\"{}\" text-anchor=\"end\" fill=\"#b03030\">accepted from {}</text>",
        EDGE + SIZE,
        x - 4.0,
        EDGE + SIZE - 8.0,
        calibration.accepted_from,
    );
    for tick in 0..=5 {
        let share = f64::from(tick) / 5.0;
        let ((x, _), (_, y)) = (at(share, 0.0), at(0.0, share));
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{share:.1}</text>\n<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{share:.1}</text>",
            EDGE + SIZE + 18.0,
            EDGE - 8.0,
            y + 4.0,
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{0}\" y=\"{1}\" text-anchor=\"middle\">confidence stated</text>\n\
         <text x=\"14\" y=\"{0}\" text-anchor=\"middle\" transform=\"rotate(-90 14 {0})\">share right, documents not trained on</text>\n</svg>",
        EDGE + SIZE / 2.0,
        EDGE + SIZE + 40.0,
    );
    svg
}
