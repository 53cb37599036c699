//! Measures extraction against truth, by field, type and profile.
//!
//!     accuracy PAGES TRUTH... [--wrong] [--field NAME]
//!
//! `TRUTH` are folders of `<name>.truth.json`; `PAGES` holds what `kartoteka read --out PAGES` wrote of
//! the files that the truths name: only its pages are used, so that a document read once is measured
//! again in milliseconds. `--wrong` lists every value that is wrong, missing or spurious; leave it out
//! on documents that nobody tunes on.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::cast_precision_loss, reason = "counts of documents and fields")]

use extraction::{Schemas, separate, understand};
use model::{Document, Field, FieldStatus, Page, Severity, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

#[derive(Default)]
struct Tally {
    right: usize,
    wrong: usize,
    missing: usize,
    spurious: usize,
    accepted: usize,
    accepted_right: usize,
}

impl Tally {
    fn print(&self, name: &str) {
        let present = self.right + self.wrong + self.missing;
        let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        println!(
            "{name:34} {present:5} {:6.1}% {:5} {:5} {:5}   {:6.1}% {:7.2}%",
            share(self.right, present),
            self.wrong,
            self.missing,
            self.spurious,
            share(self.accepted, self.right + self.wrong + self.spurious),
            share(self.accepted_right, self.accepted),
        );
    }
}

#[derive(Default)]
struct Report {
    fields: BTreeMap<String, Tally>,
    types: BTreeMap<String, Tally>,
    profiles: BTreeMap<String, Tally>,
    layouts: BTreeMap<String, Tally>,
    all: Tally,
    documents: usize,
    types_right: usize,
    documents_right: usize,
    /// Documents of which `separate` would make several.
    torn: usize,
    findings: BTreeMap<String, usize>,
    confusions: BTreeMap<String, usize>,
    time: Duration,
    wrong: bool,
    only: Option<String>,
    buckets: [(usize, usize); 20],
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let at = arguments.iter().position(|a| a == "--field");
    let only = at.and_then(|at| arguments.get(at + 1)).cloned();
    let wrong = arguments.iter().any(|a| a == "--wrong");
    let folders: Vec<&String> = arguments
        .iter()
        .filter(|a| !a.starts_with("--") && Some(*a) != only.as_ref())
        .collect();
    let [pages, truths @ ..] = &folders[..] else {
        return Err("usage: accuracy PAGES TRUTH... [--wrong] [--field NAME]".into());
    };
    let schemas = Schemas::built_in()?;
    let mut report = Report {
        wrong,
        only,
        ..Report::default()
    };
    for folder in truths {
        let mut names: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        names.sort_by_key(std::fs::DirEntry::file_name);
        for name in names {
            if name.file_name().to_string_lossy().ends_with(".truth.json") {
                measure(&mut report, &schemas, Path::new(pages), &name.path())?;
            }
        }
    }
    print(&report);
    Ok(())
}

/// What a document is, by which its fields are counted.
struct Form<'a> {
    kind: &'a str,
    profile: &'a str,
    layout: &'a str,
}

fn measure(
    report: &mut Report,
    schemas: &Schemas,
    pages: &Path,
    truth: &Path,
) -> Result<(), Failure> {
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(truth)?)?;
    let file = truth["file"].as_str().ok_or("a truth names no file")?;
    let stem = Path::new(file).file_stem().ok_or("a truth names no file")?;
    let reading = pages.join(format!("{}.json", stem.to_string_lossy()));
    let Ok(bytes) = std::fs::read(reading) else {
        return Ok(());
    };
    let mut reading: serde_json::Value = serde_json::from_slice(&bytes)?;
    let pages: Vec<Page> = serde_json::from_value(reading["pages"].take())?;
    report.torn += usize::from(separate(&pages, schemas).len() != 1);
    let pages: Vec<&Page> = pages.iter().collect();
    let start = Instant::now();
    let document = understand(&pages, schemas, jiff::civil::date(2026, 11, 24));
    report.time += start.elapsed();
    for finding in document
        .findings
        .iter()
        .filter(|f| f.severity != Severity::Info)
    {
        if report.wrong {
            println!("{file}: finding {}: {}", finding.rule, finding.message);
        }
        *report
            .findings
            .entry(format!("{:?} {}", finding.severity, finding.rule))
            .or_default() += 1;
    }
    report.documents += 1;
    let kind = truth["type"].as_str().unwrap_or_default();
    if document.kind.as_str() == kind {
        report.types_right += 1;
    } else {
        let confusion = format!("{kind} taken for {}", document.kind);
        *report.confusions.entry(confusion).or_default() += 1;
        if report.wrong {
            println!(
                "{file}: type {} ({}), not {kind}",
                document.kind, document.confidence
            );
        }
    }
    let form = Form {
        kind,
        profile: truth["profile"].as_str().unwrap_or_default(),
        layout: truth["layout"].as_str().unwrap_or_default(),
    };
    compare(report, file, &form, &truth["fields"], &document);
    Ok(())
}

fn compare(
    report: &mut Report,
    file: &str,
    form: &Form<'_>,
    truth: &serde_json::Value,
    document: &Document,
) {
    let empty = serde_json::Map::new();
    let truth = truth.as_object().unwrap_or(&empty);
    // Signatures are seen on the image, not in the words.
    let names: BTreeSet<&String> = truth
        .keys()
        .chain(document.fields.keys())
        .filter(|n| *n != "signatures")
        .collect();
    let mut whole = true;
    for name in names {
        let expected = truth.get(name).map(canonical_truth);
        let found = document.fields.get(name);
        // Printed in every agreement, but stated by the truth only where it stands alone.
        if expected.is_none() && matches!(name.as_str(), "currency" | "late_fees" | "credit_kind") {
            continue;
        }
        let values = found.map(canonical_field);
        let right = expected.is_some() && expected == values;
        let accepted =
            found.is_some_and(|f| f.values().iter().all(|v| v.status == FieldStatus::Accepted));
        whole &= right || expected.is_none();
        for tally in [
            report.fields.entry(name.clone()).or_default(),
            report.types.entry(form.kind.to_owned()).or_default(),
            report.profiles.entry(form.profile.to_owned()).or_default(),
            report.layouts.entry(form.layout.to_owned()).or_default(),
            &mut report.all,
        ] {
            match (&expected, &values) {
                _ if right => tally.right += 1,
                (Some(_), Some(_)) => tally.wrong += 1,
                (Some(_), None) => tally.missing += 1,
                _ => tally.spurious += 1,
            }
            tally.accepted += usize::from(accepted);
            tally.accepted_right += usize::from(accepted && right);
        }
        note(report, file, name, right, &expected, found);
    }
    report.documents_right += usize::from(whole);
}

fn note(
    report: &mut Report,
    file: &str,
    name: &str,
    right: bool,
    expected: &Option<BTreeSet<String>>,
    found: Option<&Field>,
) {
    for value in found.into_iter().flat_map(Field::values) {
        let bucket = (0..19)
            .find(|n| value.confidence < (*n as f64 + 1.0) / 20.0)
            .unwrap_or(19);
        report.buckets[bucket].0 += 1;
        report.buckets[bucket].1 += usize::from(right);
    }
    if right || !report.wrong || report.only.as_ref().is_some_and(|only| only != name) {
        return;
    }
    let found: Vec<String> = found
        .into_iter()
        .flat_map(Field::values)
        .map(|v| {
            let why = v
                .evidence
                .as_ref()
                .map(|e| format!("{} {:?} {}", e.rule, e.label, e.score));
            format!(
                "{} [{:?}, {} {}]",
                v.value,
                v.text,
                v.confidence,
                why.unwrap_or_default()
            )
        })
        .collect();
    println!("{file}: {name}: {expected:?} but {found:?}");
}

fn canonical_truth(value: &serde_json::Value) -> BTreeSet<String> {
    let one = |v: &serde_json::Value| match &v["value"] {
        serde_json::Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        serde_json::Value::Bool(true) => "present".to_owned(),
        serde_json::Value::Object(parts) => parts_text(
            parts
                .iter()
                .map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned())),
        ),
        other => other.to_string(),
    };
    value.as_array().map_or_else(
        || [one(value)].into(),
        |list| list.iter().map(one).collect(),
    )
}

fn canonical_field(field: &Field) -> BTreeSet<String> {
    let one = |value: &Value| match value {
        Value::Parts(parts) => parts_text(parts.iter().map(|(k, v)| (k.clone(), v.to_string()))),
        other => other.to_string(),
    };
    field.values().iter().map(|v| one(&v.value)).collect()
}

/// What identifies a value of several parts: not its free description, nor an office, which the
/// truth names also where it is not printed.
fn parts_text(parts: impl Iterator<Item = (String, String)>) -> String {
    let mut parts: Vec<_> = parts
        .filter(|(key, _)| key != "description" && key != "role")
        .collect();
    parts.sort();
    parts
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join(" ")
}

fn print(report: &Report) {
    println!(
        "{:34} {:>5} {:>7} {:>5} {:>5} {:>5}   {:>7} {:>8}",
        "", "there", "right", "wrong", "miss", "spur", "acc'd", "acc.right"
    );
    for (title, table) in [
        ("field", &report.fields),
        ("type", &report.types),
        ("profile", &report.profiles),
        ("layout", &report.layouts),
    ] {
        println!("--- {title}");
        for (name, tally) in table {
            tally.print(name);
        }
    }
    println!("--- all");
    report.all.print("fields");
    println!(
        "{} documents, type right {}, every field right {}, {:.1} ms a document",
        report.documents,
        report.types_right,
        report.documents_right,
        report.time.as_secs_f64() * 1000.0 / report.documents.max(1) as f64,
    );
    println!("torn into several: {}", report.torn);
    for (confusion, count) in &report.confusions {
        println!("type: {count} {confusion}");
    }
    for (rule, count) in &report.findings {
        println!("{rule}: {count} findings on sound documents");
    }
    for (n, (count, right)) in report.buckets.iter().enumerate().filter(|(_, b)| b.0 > 0) {
        let share = 100.0 * *right as f64 / *count as f64;
        println!(
            "confidence {:.2} to {:.2}: {count:5} values, {share:5.1}% right",
            n as f64 / 20.0,
            (n + 1) as f64 / 20.0
        );
    }
}
