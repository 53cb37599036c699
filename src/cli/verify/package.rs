//! Verifying a package: what differs is named, and it is said what the verification proves.

use crate::cli::{Exit, print};
use anyhow::Context as _;
use evidence::bag::Source;
use evidence::package::{self, Verified};
use evidence::{EvidenceError, PublicKey};
use serde::Serialize;
use std::fs;
use std::path::Path;

#[derive(Serialize)]
struct Shown {
    valid: bool,
    package: Option<String>,
    /// The key that signed it; none for a bag that is not signed.
    key: Option<String>,
    /// Whether the key was given, and not only found in the package.
    key_given: bool,
    files: u64,
    bytes: u64,
    documents: Option<u64>,
    errors: u64,
    warnings: u64,
    findings: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    severity: &'static str,
    kind: &'static str,
    file: String,
    message: String,
}

pub(super) fn verify(path: &Path, key: Option<&Path>, json: bool) -> anyhow::Result<Exit> {
    let trusted = key.map(read_key).transpose()?;
    let bar = print::spinner();
    let mut tell = |bytes: u64| {
        bar.inc(bytes);
        bar.set_message(format!("{} MB", bar.position() / 1_000_000));
    };
    let verified =
        Source::open(path).and_then(|source| package::verify(&source, trusted, &mut tell));
    bar.finish_and_clear();
    let verified = match verified {
        Err(EvidenceError::Refused(why)) => {
            print::note(&format!("{}: refused: {why}", path.display()));
            return Ok(Exit::Refused);
        }
        verified => verified?,
    };
    let valid = verified.report.is_valid();
    if json {
        print::json_pretty(&shown(&verified, trusted.is_some()))?;
    } else {
        say(path, &verified, trusted.is_some());
    }
    Ok(match valid {
        true => Exit::Done,
        false => Exit::Refused,
    })
}

fn read_key(path: &Path) -> anyhow::Result<PublicKey> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("the key {} cannot be read", path.display()))?;
    PublicKey::parse(&text).with_context(|| format!("{} is no public key", path.display()))
}

fn shown(verified: &Verified, key_given: bool) -> Shown {
    let report = &verified.report;
    let findings = report.findings.iter().map(|finding| Found {
        severity: match finding.severity {
            evidence::bag::Severity::Error => "error",
            evidence::bag::Severity::Warning => "warning",
        },
        kind: finding.trouble.as_str(),
        file: finding.path.clone(),
        message: finding.why.clone(),
    });
    Shown {
        valid: report.is_valid(),
        package: verified.statement.as_ref().map(|s| s.package.clone()),
        key: verified.key.map(|key| key.to_string()),
        key_given,
        files: report.files,
        bytes: report.bytes,
        documents: verified.statement.as_ref().map(|s| s.given),
        errors: report.errors,
        warnings: report.warnings,
        findings: findings.collect(),
    }
}

fn say(path: &Path, verified: &Verified, key_given: bool) {
    let report = &verified.report;
    for finding in &report.findings {
        print::note(&finding.to_string());
    }
    let all = report.errors + report.warnings;
    let listed = report.findings.len() as u64;
    if all > listed {
        print::note(&format!("and {} findings more", all - listed));
    }
    if !report.is_valid() {
        print::out(&format!("{}: {} errors", path.display(), report.errors));
        return;
    }
    let (files, bytes) = (report.files, report.bytes);
    print::out(&match (&verified.statement, verified.key) {
        (Some(statement), Some(key)) => format!(
            "{}: valid, {files} files, {bytes} bytes; {}: {} of {} documents found are given; {}",
            path.display(),
            statement.package,
            statement.given,
            statement.found,
            match key_given {
                true => format!("signed by {key}"),
                false => format!(
                    "signed by {key}, which lies in the package itself: compare it, or name it with \
                     --key"
                ),
            }
        ),
        _ => format!(
            "{}: a valid bag, {files} files, {bytes} bytes; it is not signed, so it says nothing of \
             who made it",
            path.display()
        ),
    });
}
