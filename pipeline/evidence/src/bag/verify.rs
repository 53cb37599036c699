//! Verifying a bag (RFC 8493 §3): complete, and every file as its manifests say. Each file is read
//! once, whatever the number of manifests.

mod listed;
mod names;

use super::hash::{Algorithm, Hashing, hexadecimal};
use super::limits::{MAX_DECLARATION_BYTES, MAX_INFO_BYTES, MAX_MANIFEST_BYTES};
use super::{BagPath, Declaration, Entry, Info, Manifest, Report, Source, Trouble, Version};
use crate::EvidenceError;
use listed::{Listed, Scope};
use names::Names;
use std::collections::BTreeMap;

/// Names that operating systems leave in folders.
const SYSTEM_FILES: [&str; 4] = [".DS_Store", "Thumbs.db", "desktop.ini", "._.DS_Store"];

/// The listed names of a file that is there under another form of them.
type Aliases = BTreeMap<BagPath, Vec<BagPath>>;

/// What a verification knows while it works.
struct Verifying<'s> {
    source: &'s Source,
    declaration: Declaration,
    listed: Listed,
    report: Report,
}

/// Verifies a bag. `tell` hears how many bytes were read since it was last told.
///
/// # Errors
/// When a file cannot be read, or a tag file is larger than its limit. What the bag got wrong is in
/// the report.
pub fn verify(source: &Source, tell: &mut dyn FnMut(u64)) -> Result<Report, EvidenceError> {
    let mut report = Report::default();
    let Some(bytes) = source.bytes("bagit.txt", MAX_DECLARATION_BYTES)? else {
        report.error(
            Trouble::Declaration,
            "bagit.txt",
            "it is not there: this is no bag",
        );
        return Ok(report);
    };
    let declaration = match Declaration::parse(&bytes) {
        Ok(declaration) => declaration,
        Err(why) => {
            report.error(Trouble::Declaration, "bagit.txt", why);
            return Ok(report);
        }
    };
    let mut verifying = Verifying {
        source,
        declaration,
        listed: Listed::default(),
        report,
    };
    verifying.read_manifests()?;
    verifying.read_fetch()?;
    let aliases = verifying.check_presence();
    verifying.check_listing(&aliases);
    verifying.check_oxum()?;
    verifying.hash_all(&aliases, tell);
    Ok(verifying.report)
}

impl Verifying<'_> {
    /// A tag file in the bag's encoding; none where it is not there or no such text.
    fn text(&mut self, path: &str, limit: u64) -> Result<Option<String>, EvidenceError> {
        let Some(bytes) = self.source.bytes(path, limit)? else {
            return Ok(None);
        };
        let text = self.declaration.encoding.decode(bytes);
        if text.is_none() {
            let why = "it is not in the encoding that bagit.txt names";
            self.report.error(Trouble::Form, path, why);
        }
        Ok(text)
    }

    fn read_manifests(&mut self) -> Result<(), EvidenceError> {
        let mut payload_manifests = 0;
        for entry in self.source.entries() {
            let name = entry.path.as_str();
            let stem = name.strip_suffix(".txt").unwrap_or_default();
            let (scope, written) = if let Some(written) = stem.strip_prefix("manifest-") {
                (Scope::Payload, written)
            } else if let Some(written) = stem.strip_prefix("tagmanifest-") {
                (Scope::Tags, written)
            } else {
                continue;
            };
            let Some(algorithm) = Algorithm::parse(written) else {
                let why = format!("`{written}` is no algorithm that is known here");
                self.report.warn(Trouble::Algorithm, name, why);
                continue;
            };
            payload_manifests += u32::from(scope == Scope::Payload);
            if let Some(text) = self.text(name, MAX_MANIFEST_BYTES)? {
                let manifest = Manifest::parse(&text, algorithm, self.declaration.version);
                self.take(name, scope, algorithm, manifest);
            }
        }
        if payload_manifests == 0 {
            let why = "there is no manifest of the payload that could be checked";
            self.report.error(Trouble::Manifest, "", why);
        }
        Ok(())
    }

    fn take(&mut self, name: &str, scope: Scope, algorithm: Algorithm, manifest: Manifest) {
        self.listed.begin(scope, algorithm);
        for (number, why) in manifest.trouble {
            let trouble = match why.contains("path") {
                true => Trouble::Path,
                false => Trouble::Manifest,
            };
            self.report
                .error(trouble, name, format!("line {number}: {why}"));
        }
        for line in manifest.lines {
            if line.path.is_payload() != (scope == Scope::Payload) {
                let why = format!("it lists {}, which is not its to list", line.path);
                self.report.error(Trouble::Path, name, why);
                continue;
            }
            if !line.is_plain {
                let why = format!("{} is written with a `*` or `./` before it", line.path);
                self.report.warn(Trouble::Form, name, why);
            }
            if let Some(known) = self.listed.add(scope, algorithm, &line.path, &line.digest) {
                let why = format!("{} is listed twice", line.path);
                let same = known == line.digest;
                if same && self.declaration.version < Version::V1_0 {
                    self.report.warn(Trouble::Duplicate, name, why);
                } else {
                    self.report.error(Trouble::Duplicate, name, why);
                }
            }
        }
    }

    /// `fetch.txt` is looked at and never followed (RFC 8493 §2.2.3 and §5.3).
    fn read_fetch(&mut self) -> Result<(), EvidenceError> {
        let Some(text) = self.text("fetch.txt", MAX_INFO_BYTES)? else {
            return Ok(());
        };
        let why = "nothing is fetched: what is not there is missing";
        self.report.warn(Trouble::Fetch, "fetch.txt", why);
        for (number, line) in super::lines(&text).enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let path = line
                .splitn(3, [' ', '\t'])
                .nth(2)
                .unwrap_or_default()
                .trim();
            let path = path.strip_prefix("./").unwrap_or(path);
            let parsed = BagPath::parse(path);
            let why = match &parsed {
                Err(why) => format!("line {}: its path is refused: {why}", number + 1),
                Ok(path) if !path.is_payload() => {
                    format!("line {}: {path} is not in the payload", number + 1)
                }
                Ok(_) => continue,
            };
            self.report.error(Trouble::Path, "fetch.txt", why);
        }
        Ok(())
    }

    /// Every file that is listed is there. Which files are there under another form of their name.
    fn check_presence(&mut self) -> Aliases {
        let (names, mut aliases) = (Names::new(self.source), Aliases::new());
        for (path, digests) in self.listed.iter() {
            if self.source.entry(path.as_str()).is_some() {
                continue;
            }
            if let Some(there) = names.alias(path) {
                let why =
                    format!("it is there as {there}, which some file systems hold to be the same");
                self.report.warn(Trouble::Alias, path, why);
                aliases.entry(there.clone()).or_default().push(path.clone());
            } else if SYSTEM_FILES.contains(&path.name()) && listed::are_of_nothing(digests) {
                let why = "an empty file of an operating system is not there";
                self.report.warn(Trouble::SystemFile, path, why);
            } else {
                self.report
                    .error(Trouble::Missing, path, "it is listed and not there");
            }
        }
        aliases
    }

    /// Every file that is there is listed, in every manifest (1.0) or in some (before).
    fn check_listing(&mut self, aliases: &Aliases) {
        for entry in self.source.entries() {
            let path = &entry.path;
            if SYSTEM_FILES.contains(&path.name()) {
                let why = "an operating system left it";
                self.report.warn(Trouble::SystemFile, path, why);
            }
            let missing = self.listed.not_listing(path);
            let scope = Scope::of(path);
            if scope == Scope::Tags {
                continue;
            }
            let is_listed = missing.len() < self.listed.algorithms(scope).len();
            if !is_listed && aliases.contains_key(path) {
                continue;
            }
            if !is_listed {
                self.report
                    .error(Trouble::Unlisted, path, "no manifest lists it");
            } else if !missing.is_empty() && self.declaration.version >= Version::V1_0 {
                let why = format!("manifest-{}.txt does not list it", missing[0]);
                self.report.error(Trouble::Unlisted, path, why);
            }
        }
    }

    fn check_oxum(&mut self) -> Result<(), EvidenceError> {
        let name = match self.source.entry("bag-info.txt") {
            Some(_) => "bag-info.txt",
            None => "package-info.txt",
        };
        let Some(text) = self.text(name, MAX_INFO_BYTES)? else {
            return Ok(());
        };
        let (info, odd) = Info::parse(&text);
        for line in odd {
            self.report
                .warn(Trouble::Form, name, format!("line {line} says nothing"));
        }
        let payload = self.source.entries().iter().filter(|e| e.path.is_payload());
        let (bytes, files) = payload.fold((0, 0), |(bytes, files), e| (bytes + e.bytes, files + 1));
        match info.oxum() {
            None => {}
            Some(None) => {
                self.report
                    .error(Trouble::Oxum, name, "its Payload-Oxum is no `bytes.files`");
            }
            // Files that are listed and not there, and said to be so above.
            Some(Some((b, f))) if (b, f) == (bytes, files) => {}
            Some(Some((b, f))) if b == bytes && f == files + self.listed.excused(self.source) => {}
            Some(Some((b, f))) => {
                let why = format!("it says {b}.{f}, there are {bytes}.{files}");
                self.report.error(Trouble::Oxum, name, why);
            }
        }
        Ok(())
    }

    fn hash_all(&mut self, aliases: &Aliases, tell: &mut dyn FnMut(u64)) {
        let source = self.source;
        for entry in source.entries() {
            let mut algorithms = self.listed.algorithms_of(&entry.path);
            let aliases = aliases.get(&entry.path).map_or(&[][..], Vec::as_slice);
            for alias in aliases {
                algorithms.extend(self.listed.algorithms_of(alias));
            }
            if algorithms.is_empty() {
                continue;
            }
            let hashed = source
                .read(entry)
                .and_then(|mut reader| Hashing::new(algorithms).read(&mut *reader));
            match hashed {
                Err(error) => {
                    self.report
                        .error(Trouble::Unreadable, &entry.path, error.to_string())
                }
                Ok(hashing) => {
                    tell(hashing.bytes());
                    self.report.files += 1;
                    self.report.bytes += hashing.bytes();
                    let found = hashing.finish();
                    self.compare(&entry.path, entry, &found);
                    for alias in aliases {
                        self.compare(alias, entry, &found);
                    }
                }
            }
        }
    }

    fn compare(&mut self, listed: &BagPath, entry: &Entry, found: &[(Algorithm, Box<[u8]>)]) {
        for (algorithm, expected) in self.listed.digests(listed) {
            let found = found.iter().find(|(a, _)| a == algorithm);
            if let Some((_, digest)) = found
                && digest != expected
            {
                let why = format!(
                    "its {algorithm} is {}, not {}",
                    hexadecimal(digest),
                    hexadecimal(expected)
                );
                self.report.error(Trouble::Differs, &entry.path, why);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
