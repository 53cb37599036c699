//! Judges what was read of generated samples, ours beside others, by profile and by layout.
//!
//!     compare SAMPLES OURS [NAME=DIR …]
//!
//! `SAMPLES` holds `<stem>.truth.json`, `OURS` what `kartoteka read --out` wrote, each further folder
//! `<stem>.txt` with a form feed between pages, as OCRmyPDF's sidecar has it. Only files that were
//! read by all are judged, and how many were not is said.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

#[path = "../measure/score.rs"]
mod score;

use score::{Score, judge};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error>;

/// One page as somebody read it.
struct Read {
    text: String,
    /// The turn that makes it upright, where the reader tells.
    turn: Option<i64>,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [samples, ours, others @ ..] = arguments.as_slice() else {
        return Err("usage: compare SAMPLES OURS [NAME=DIR …]".into());
    };
    let others: Vec<(&str, PathBuf)> = others
        .iter()
        .filter_map(|other| other.split_once('='))
        .map(|(name, folder)| (name, PathBuf::from(folder)))
        .collect();
    let mut sums: BTreeMap<String, Score> = BTreeMap::new();
    let mut left_out = 0;
    for truth in truths(Path::new(samples))? {
        let stem = stem(&truth)?;
        let truth: Value = serde_json::from_str(&std::fs::read_to_string(&truth)?)?;
        let mut readings = vec![("ours", our_pages(Path::new(ours), &stem))];
        for (name, folder) in &others {
            readings.push((name, sidecar_pages(folder, &stem)));
        }
        if readings.iter().any(|(_, pages)| pages.is_none()) {
            left_out += 1;
            continue;
        }
        for (name, pages) in readings {
            let pages = pages.unwrap_or_default();
            for (number, page) in truth["pages"].as_array().into_iter().flatten().enumerate() {
                let score = judged(page, pages.get(number));
                for by in ["profile", "layout"] {
                    let group = truth[by].as_str().unwrap_or_default();
                    let key = format!("{by} {group:14} {name}");
                    sums.entry(key).or_default().add(score);
                }
                sums.entry(format!("~ all {name}")).or_default().add(score);
            }
        }
    }
    println!("{}", score::HEAD);
    for (name, score) in &sums {
        println!("{}", score.row(name));
    }
    if left_out > 0 {
        println!("{left_out} files are left out: not everybody has read them");
    }
    Ok(())
}

fn truths(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut truths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".truth.json") {
            truths.push(path);
        }
    }
    truths.sort();
    Ok(truths)
}

fn stem(truth: &Path) -> Result<String, Failure> {
    let name = truth.file_name().ok_or("no name")?.to_string_lossy();
    Ok(name.trim_end_matches(".truth.json").to_owned())
}

fn judged(truth: &Value, read: Option<&Read>) -> Score {
    let expected = truth["text"].as_str().unwrap_or_default();
    let text = read.map(|page| page.text.as_str()).unwrap_or_default();
    let mut score = judge(expected, text);
    if truth["kind"] == "blank" {
        (score.blanks, score.words_on_blanks) = (1, text.split_whitespace().count());
    } else if let Some(turn) = read.and_then(|page| page.turn) {
        score.turned_wrong = usize::from(Some(turn) != truth["rotation"].as_i64());
    }
    score
}

fn our_pages(folder: &Path, stem: &str) -> Option<Vec<Read>> {
    let reading = std::fs::read_to_string(folder.join(format!("{stem}.json"))).ok()?;
    let reading: Value = serde_json::from_str(&reading).ok()?;
    let read = |page: &Value| Read {
        text: page["text"].as_str().unwrap_or_default().to_owned(),
        turn: page["rotation"].as_i64(),
    };
    Some(reading["pages"].as_array()?.iter().map(read).collect())
}

fn sidecar_pages(folder: &Path, stem: &str) -> Option<Vec<Read>> {
    let text = std::fs::read_to_string(folder.join(format!("{stem}.txt"))).ok()?;
    let read = |page: &str| Read {
        text: page.to_owned(),
        turn: None,
    };
    Some(text.split('\u{c}').map(read).collect())
}
