//! Wordings of our own in styles that the samples' generator does not make: plain language, forms,
//! definitions, facility agreements, private loans, settlements. `wordings/*.txt` holds each text with
//! the values a person reads in it.

mod pages;

use extraction::{Schemas, understand};
use jiff::civil::date;
use model::Document;
use std::path::Path;

#[test]
fn wordings_nobody_tuned_the_samples_for_are_understood() {
    let schemas = Schemas::built_in().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wordings");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (truth, text) = text.split_once("---\n").unwrap();
        let page = pages::of_text(1, text);
        let document = understand(&[&page], &schemas, date(2026, 1, 1));
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        for line in truth.lines() {
            let (field, expected) = line.split_once(" = ").unwrap();
            let found = found(&document, field);
            if found.as_deref() != Some(expected) {
                wrong.push(format!("{name}: {field} = {expected}, but {found:?}"));
            }
        }
        let loud = document
            .findings
            .iter()
            .filter(|f| f.severity == model::Severity::Error);
        wrong.extend(loud.map(|f| format!("{name}: {}: {}", f.rule, f.message)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn found(document: &Document, field: &str) -> Option<String> {
    match field {
        "type" => Some(document.kind.to_string()),
        "language" => serde_json::to_value(document.language)
            .ok()
            .and_then(|language| language.as_str().map(str::to_owned)),
        _ => {
            let values = document.fields.get(field)?.values();
            Some(values.first()?.value.to_string())
        }
    }
}
