//! Verifying one of our packages: a sound bag, made as ours are, signed, and complete by its own
//! statement. Needs no ledger.

use super::paths::{
    CHECKPOINT, DOCUMENTS, FORMAT_LABEL, KEY_AUDIT, KEY_PEM, PACKAGE_FORMAT, PROOFS,
    SIGNATURE_SUFFIX, STATEMENT, TAG_FILES, TAG_MANIFESTS,
};
use super::{Item, STATEMENT_FORMAT, Statement};
use crate::EvidenceError;
use crate::bag::{
    self, Algorithm, Info, Manifest, Report, Source, Trouble, Version, hexadecimal, limits,
};
use crate::signature::{PublicKey, checked};
use std::collections::BTreeMap;

/// Bytes of a signature's file or of a key: both are a few lines.
const MAX_SIGNATURE_BYTES: u64 = 4 << 10;
/// Bytes of the statement and of the list of documents, held in memory.
const MAX_LIST_BYTES: u64 = 1 << 30;

/// What a verification found.
#[derive(Debug)]
pub struct Verified {
    /// What was found, in the bag and beyond.
    pub report: Report,
    /// The key that signed it; none for a bag that is not ours.
    pub key: Option<PublicKey>,
    /// What it says of itself, where that could be read.
    pub statement: Option<Statement>,
}

/// Verifies a package, or any bag. With a key, nothing but a package signed by it is valid; without
/// one, a signature proves only that the package agrees with the key that lies in it.
///
/// # Errors
/// When it cannot be read at all. What it got wrong is in the report.
pub fn verify(
    source: &Source,
    trusted: Option<PublicKey>,
    tell: &mut dyn FnMut(u64),
) -> Result<Verified, EvidenceError> {
    let mut report = bag::verify(source, tell)?;
    if !is_ours(source)? {
        if trusted.is_some() {
            report.error(
                Trouble::Signature,
                "",
                "it is no package of kartoteka, and not signed",
            );
        }
        return Ok(Verified {
            report,
            key: None,
            statement: None,
        });
    }
    check_files(source, &mut report);
    let key = check_signatures(source, trusted, &mut report)?;
    let statement = check_statement(source, &mut report)?;
    check_proofs(source, statement.as_ref(), &mut report)?;
    Ok(Verified {
        report,
        key,
        statement,
    })
}

/// By any of the marks that a package of ours has, so that removing one does not hide the others.
fn is_ours(source: &Source) -> Result<bool, EvidenceError> {
    let info = source.bytes("bag-info.txt", limits::MAX_INFO_BYTES)?;
    let info = info.and_then(|bytes| String::from_utf8(bytes).ok());
    let says = info.is_some_and(|text| Info::parse(&text).0.get(FORMAT_LABEL).is_some());
    let marks = [STATEMENT, DOCUMENTS, KEY_PEM, "verify.sh"];
    let signed = source.entries().iter().any(|entry| {
        let path = entry.path.as_str();
        path.ends_with(SIGNATURE_SUFFIX) && !path.contains('/')
    });
    Ok(says || signed || marks.iter().all(|mark| source.entry(mark).is_some()))
}

/// At the root lie the agreed files and no others; nothing is fetched; nothing is only a warning.
fn check_files(source: &Source, report: &mut Report) {
    let signatures = TAG_MANIFESTS.map(|name| format!("{name}{SIGNATURE_SUFFIX}"));
    let agreed: Vec<&str> = TAG_FILES
        .into_iter()
        .chain(TAG_MANIFESTS)
        .chain(signatures.iter().map(String::as_str))
        .collect();
    for name in &agreed {
        if source.entry(name).is_none() {
            report.error(Trouble::Missing, name, "every package has it");
        }
    }
    for entry in source.entries() {
        if !entry.path.is_payload() && !agreed.contains(&entry.path.as_str()) {
            report.error(Trouble::Unlisted, &entry.path, "no package has it");
        }
    }
    let warnings: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.severity == bag::Severity::Warning)
        .cloned()
        .collect();
    for warning in warnings {
        let why = format!("no package of kartoteka is made so: {}", warning.why);
        report.error(Trouble::Profile, &warning.path, why);
    }
}

fn check_signatures(
    source: &Source,
    trusted: Option<PublicKey>,
    report: &mut Report,
) -> Result<Option<PublicKey>, EvidenceError> {
    let pem = source
        .bytes(KEY_PEM, MAX_SIGNATURE_BYTES)?
        .unwrap_or_default();
    let own = String::from_utf8(pem)
        .ok()
        .and_then(|text| PublicKey::parse(&text));
    if own.is_none() {
        report.error(Trouble::Signature, KEY_PEM, "it is no public key");
    }
    let Some(key) = trusted.or(own) else {
        return Ok(None);
    };
    if own.is_some_and(|own| own != key) {
        report.error(
            Trouble::Signature,
            KEY_PEM,
            "it is another key than the one it should be",
        );
    }
    for name in TAG_MANIFESTS {
        let path = format!("{name}{SIGNATURE_SUFFIX}");
        let (Some(message), Some(text)) = (
            source.bytes(name, limits::MAX_INFO_BYTES)?,
            source.bytes(&path, MAX_SIGNATURE_BYTES)?,
        ) else {
            // Said to be missing before.
            continue;
        };
        let text = String::from_utf8(text).unwrap_or_default();
        if let Err(why) = checked(key, &message, &text) {
            report.error(Trouble::Signature, &path, why);
        }
        check_tags(name, &message, report);
    }
    Ok(Some(key))
}

/// A tag manifest lists the agreed tag files, each of them.
fn check_tags(name: &str, message: &[u8], report: &mut Report) {
    let algorithm = match name.contains("512") {
        true => Algorithm::Sha512,
        false => Algorithm::Sha256,
    };
    let text = String::from_utf8_lossy(message);
    let manifest = Manifest::parse(&text, algorithm, Version::V1_0);
    let mut listed: Vec<&str> = manifest
        .lines
        .iter()
        .map(|line| line.path.as_str())
        .collect();
    listed.sort_unstable();
    if listed != TAG_FILES {
        report.error(
            Trouble::Profile,
            name,
            "it does not list the tag files of a package",
        );
    }
}

fn check_statement(
    source: &Source,
    report: &mut Report,
) -> Result<Option<Statement>, EvidenceError> {
    let bytes = source.bytes(STATEMENT, MAX_LIST_BYTES)?.unwrap_or_default();
    let Ok(statement) = serde_json::from_slice::<Statement>(&bytes) else {
        report.error(
            Trouble::Statement,
            STATEMENT,
            "it is no statement of a package",
        );
        return Ok(None);
    };
    if statement.format != STATEMENT_FORMAT {
        let why = format!("its format is {}, not {STATEMENT_FORMAT}", statement.format);
        report.error(Trouble::Statement, STATEMENT, why);
        return Ok(None);
    }
    let info = source
        .bytes("bag-info.txt", limits::MAX_INFO_BYTES)?
        .unwrap_or_default();
    let info = Info::parse(&String::from_utf8_lossy(&info)).0;
    if info.get(FORMAT_LABEL) != Some(PACKAGE_FORMAT.to_string().as_str()) {
        let why = format!("its {FORMAT_LABEL} is not {PACKAGE_FORMAT}");
        report.error(Trouble::Profile, "bag-info.txt", why);
    }
    if info.get("External-Identifier") != Some(statement.package.as_str()) {
        report.error(Trouble::Statement, STATEMENT, "it is of another package");
    }
    let listed = statement.exceptions.len() as u64;
    if statement.found != statement.given + listed {
        let why = format!(
            "{} were found, {} are given and {listed} are not: that does not add up",
            statement.found, statement.given
        );
        report.error(Trouble::Statement, STATEMENT, why);
    }
    check_items(source, &statement, report)?;
    Ok(Some(statement))
}

/// Every event with a proof is in the log that the checkpoint is of, by another's arithmetic.
fn check_proofs(
    source: &Source,
    statement: Option<&Statement>,
    report: &mut Report,
) -> Result<(), EvidenceError> {
    let note = source.bytes(CHECKPOINT, MAX_SIGNATURE_BYTES)?;
    let said = statement.and_then(|statement| statement.checkpoint.as_ref());
    if note.is_some() != said.is_some() {
        report.error(
            Trouble::Proof,
            CHECKPOINT,
            "it is not as the statement says",
        );
    }
    let Some(note) = note else { return Ok(()) };
    let note = String::from_utf8(note).unwrap_or_default();
    let key = source
        .bytes(KEY_AUDIT, MAX_SIGNATURE_BYTES)?
        .unwrap_or_default();
    let Ok(key) = verifier::Key::parse(&String::from_utf8_lossy(&key)) else {
        report.error(Trouble::Proof, KEY_AUDIT, "it is no key of an audit log");
        return Ok(());
    };
    let size = note.lines().nth(1).and_then(|size| size.parse().ok());
    if size != said.map(|said| said.size) {
        report.error(
            Trouble::Proof,
            CHECKPOINT,
            "it is not the one of the statement",
        );
    }
    let files = source
        .entries()
        .iter()
        .filter(|e| e.path.as_str().starts_with(PROOFS));
    for entry in files {
        let bytes = source
            .bytes(entry.path.as_str(), limits::MAX_INFO_BYTES)?
            .unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap_or_default();
        let trust = verifier::Trust {
            keys: vec![key.clone()],
            held: vec![("checkpoint.note".into(), note.clone())],
            ..verifier::Trust::default()
        };
        let checked = verifier::Verification::of(text.lines(), trust);
        for difference in checked.differences.iter().take(1) {
            report.error(Trouble::Proof, &entry.path, difference.to_string());
        }
    }
    Ok(())
}

/// Every document of the statement is there, with the bytes that the archive had.
fn check_items(
    source: &Source,
    statement: &Statement,
    report: &mut Report,
) -> Result<(), EvidenceError> {
    let Some(items) = items(source)? else {
        report.error(Trouble::Statement, DOCUMENTS, "it is no list of documents");
        return Ok(());
    };
    if items.len() as u64 != statement.given {
        let why = format!(
            "it lists {}, and {} are given",
            items.len(),
            statement.given
        );
        report.error(Trouble::Statement, DOCUMENTS, why);
    }
    let bytes = source.bytes("manifest-sha256.txt", limits::MAX_MANIFEST_BYTES)?;
    let text = String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default();
    let manifest = Manifest::parse(&text, Algorithm::Sha256, Version::V1_0);
    let sums: BTreeMap<&str, String> = manifest
        .lines
        .iter()
        .map(|line| (line.path.as_str(), hexadecimal(&line.digest)))
        .collect();
    for item in &items {
        let kept = [&item.original, &item.record, &item.submission];
        for kept in kept.into_iter().chain(&item.words) {
            let sum = sums.get(kept.path.as_str());
            // Words of a part of a batch are cut to its pages, and have another sum.
            let same = sum.is_some_and(|sum| *sum == kept.sha256.to_string());
            let is_cut = !item.whole && item.words.as_ref() == Some(kept) && sum.is_some();
            if !same && !is_cut {
                let why = format!("it is not as {} had it in the archive", item.document);
                report.error(Trouble::Statement, &kept.path, why);
            }
        }
    }
    Ok(())
}

/// The documents of a package; none where there is no such list.
///
/// # Errors
/// When the list cannot be read, or is larger than its limit.
pub fn items(source: &Source) -> Result<Option<Vec<Item>>, EvidenceError> {
    let Some(bytes) = source.bytes(DOCUMENTS, MAX_LIST_BYTES)? else {
        return Ok(None);
    };
    let items = serde_json::Deserializer::from_slice(&bytes).into_iter::<Item>();
    Ok(items.collect::<Result<_, _>>().ok())
}
