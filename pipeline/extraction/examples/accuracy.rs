//! Measures extraction against truth, by field, type and profile.
//!
//!     accuracy PAGES TRUTH... [--wrong] [--field NAME] [--schemas FOLDER]
//!
//! `TRUTH` are folders of `<name>.truth.json`; `PAGES` holds what `kartoteka read --out PAGES` wrote of
//! the files that the truths name: only its pages are used, so that a document read once is measured
//! again in milliseconds. `--wrong` lists every value that is wrong, missing or spurious; leave it out
//! on documents that nobody tunes on. `--schemas` measures with a folder's schemas in place of those
//! built in.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::cast_precision_loss, reason = "counts of documents and fields")]

use extraction::truth::{Outcome, Verdict, compare};
use extraction::{Schemas, Separation, separate, understand};
use model::{Document, Page, Severity};
use std::collections::BTreeMap;
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
    let option = |name: &str| {
        let at = arguments.iter().position(|a| a == name);
        at.and_then(|at| arguments.get(at + 1)).cloned()
    };
    let (only, own) = (option("--field"), option("--schemas"));
    let wrong = arguments.iter().any(|a| a == "--wrong");
    let folders: Vec<&String> = arguments
        .iter()
        .filter(|a| !a.starts_with("--") && Some(*a) != only.as_ref() && Some(*a) != own.as_ref())
        .collect();
    let [pages, truths @ ..] = &folders[..] else {
        return Err("usage: accuracy PAGES TRUTH... [--wrong] [--field NAME]".into());
    };
    let schemas = match own {
        Some(folder) => of_folder(Path::new(&folder))?,
        None => Schemas::built_in()?,
    };
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

/// The schemas of a folder laid out as `schemas/` is.
fn of_folder(folder: &Path) -> Result<Schemas, Failure> {
    let mut files = Vec::new();
    for (folder, prefix) in [(folder.to_path_buf(), ""), (folder.join("types"), "types/")] {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".toml") {
                files.push((format!("{prefix}{name}"), std::fs::read_to_string(&path)?));
            }
        }
    }
    files.sort();
    let files = files.iter().map(|(n, text)| (n.as_str(), text.as_str()));
    Ok(Schemas::parse(files)?)
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
    report.torn += usize::from(
        separate(&pages, schemas, &Separation::default())
            .parts
            .len()
            != 1,
    );
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
    tally(report, file, &form, &truth["fields"], &document);
    Ok(())
}

fn tally(
    report: &mut Report,
    file: &str,
    form: &Form<'_>,
    truth: &serde_json::Value,
    document: &Document,
) {
    let mut whole = true;
    for verdict in compare(truth, document) {
        let accepted = verdict.accepted();
        let right = verdict.outcome == Outcome::Right;
        whole &= right || verdict.expected.is_none();
        for tally in [
            report.fields.entry(verdict.field.clone()).or_default(),
            report.types.entry(form.kind.to_owned()).or_default(),
            report.profiles.entry(form.profile.to_owned()).or_default(),
            report.layouts.entry(form.layout.to_owned()).or_default(),
            &mut report.all,
        ] {
            match verdict.outcome {
                Outcome::Right => tally.right += 1,
                Outcome::Wrong => tally.wrong += 1,
                Outcome::Missing => tally.missing += 1,
                Outcome::Spurious => tally.spurious += 1,
            }
            tally.accepted += usize::from(accepted);
            tally.accepted_right += usize::from(accepted && right);
        }
        note(report, file, &verdict);
    }
    report.documents_right += usize::from(whole);
}

fn note(report: &mut Report, file: &str, verdict: &Verdict<'_>) {
    let right = verdict.outcome == Outcome::Right;
    for value in verdict.found {
        let bucket = (0..19)
            .find(|n| value.confidence < (*n as f64 + 1.0) / 20.0)
            .unwrap_or(19);
        report.buckets[bucket].0 += 1;
        report.buckets[bucket].1 += usize::from(right);
    }
    let asked = report
        .only
        .as_ref()
        .is_none_or(|only| *only == verdict.field);
    if right || !report.wrong || !asked {
        return;
    }
    let found: Vec<String> = verdict
        .found
        .iter()
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
    println!(
        "{file}: {}: {:?} but {found:?}",
        verdict.field, verdict.expected
    );
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
