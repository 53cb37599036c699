//! The roots that the events must lead to: of the export's own checkpoints and of those that the
//! checker holds.

use crate::line::{self, Consistency, Header};
use crate::note::{Checkpoint, Key, Seen};
use crate::tree::is_consistent;
use crate::{Hash, Kind, Report};
use std::collections::BTreeMap;

/// Where a checkpoint comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Export,
    Held(String),
}

/// A root, and whether the events led to it.
struct Root {
    source: Source,
    hash: Hash,
    agrees: Option<bool>,
}

/// Roots by the sizes of their trees.
#[derive(Default)]
pub(super) struct Roots {
    origin: String,
    slice: bool,
    before: u64,
    size: u64,
    keys: Vec<Key>,
    by_size: BTreeMap<u64, Vec<Root>>,
    proofs: BTreeMap<(u64, u64), Vec<Hash>>,
}

impl Roots {
    pub(super) fn new(header: &Header, keys: Vec<Key>) -> Self {
        Self {
            origin: header.origin.clone(),
            slice: header.slice,
            before: header.first.saturating_sub(1),
            size: header.size,
            keys,
            ..Self::default()
        }
    }

    pub(super) fn add_own(&mut self, note: &str, report: &mut Report) {
        self.add(Source::Export, "a checkpoint of the export", note, report);
    }

    pub(super) fn add_held(&mut self, name: &str, note: &str, report: &mut Report) {
        self.add(Source::Held(name.to_owned()), name, note, report);
    }

    fn add(&mut self, source: Source, name: &str, note: &str, report: &mut Report) {
        let (checkpoint, seen) = match Checkpoint::read(note, &self.keys) {
            Ok(read) => read,
            Err(why) => return report.found(Kind::Malformed, None, format!("{name}: {why}")),
        };
        let Checkpoint { origin, size, root } = checkpoint;
        let of = format!("{name}, of {size} events");
        match seen {
            Seen::Signed => {}
            Seen::Wrong => {
                let why = format!("{of}: the signature is not of this text");
                return report.found(Kind::Signature, None, why);
            }
            Seen::Unknown => {
                let why = format!("{of}: no key that counts signed it");
                return report.found(Kind::UnknownKey, None, why);
            }
        }
        if origin != self.origin {
            let why = format!("{of}: it is of {origin}, the events are of {}", self.origin);
            return report.found(Kind::OtherLog, None, why);
        }
        if size > self.size {
            let why = format!("{of}: there are only {}", self.size);
            return report.found(Kind::RolledBack, Some(self.size + 1), why);
        }
        let roots = self.by_size.entry(size).or_default();
        let is_known = roots
            .iter()
            .any(|other| other.hash == root && other.source == source);
        if !is_known {
            roots.push(Root {
                source,
                hash: root,
                agrees: None,
            });
        }
    }

    pub(super) fn add_proof(&mut self, proof: &Consistency, report: &mut Report) {
        match line::hashes(&proof.proof) {
            Some(hashes) => {
                self.proofs.insert((proof.from, proof.to), hashes);
            }
            None => report.found(Kind::Malformed, None, "a proof holds what is no hash"),
        }
    }

    /// The root that the export's own checkpoint of that size gives.
    pub(super) fn own(&self, size: u64) -> Option<Hash> {
        let roots = self.by_size.get(&size)?;
        roots
            .iter()
            .find(|root| root.source == Source::Export)
            .map(|root| root.hash)
    }

    /// Compares what the events lead to.
    pub(super) fn compare(&mut self, size: u64, found: Hash, report: &mut Report) {
        let Some(roots) = self.by_size.get_mut(&size) else {
            return;
        };
        for root in roots.iter_mut() {
            root.agrees = Some(root.hash == found);
        }
        if roots.iter().all(|root| root.agrees == Some(true)) {
            report.agreed.push(size);
        }
    }

    /// Says what did not agree, and what could not be compared.
    pub(super) fn end(mut self, header: &Header, is_whole: bool, report: &mut Report) {
        if self.own(header.size).is_none() && header.slice {
            let why = "the slice has no checkpoint that counts";
            report.found(Kind::Unproven, None, why);
        }
        if self.by_size.is_empty() {
            let why = "there is no checkpoint that the events could be compared with";
            report.found(Kind::Unproven, None, why);
        }
        self.prove(report);
        let is_own_sound = self.name_first_change(report);
        for (size, roots) in &self.by_size {
            for root in roots {
                let Source::Held(name) = &root.source else {
                    continue;
                };
                let why = format!("{name}, of {size} events");
                match root.agrees {
                    Some(true) => {}
                    Some(false) if is_own_sound => {
                        let why = format!("{why}: the log has another past than it, newly signed");
                        report.found(Kind::Forked, None, why);
                    }
                    Some(false) => {
                        let why = format!("{why}: the events before it are not those it is of");
                        report.found(Kind::Changed, None, why);
                    }
                    // What is missing was named.
                    None if !is_whole && *size > self.before => {}
                    None => {
                        let why = format!(
                            "{why}: it could not be compared; export with `--checkpoint` of this \
                             one, or from its beginning"
                        );
                        report.found(Kind::Unproven, None, why);
                    }
                }
            }
        }
    }

    /// What the events do not reach is compared by proofs.
    fn prove(&mut self, report: &mut Report) {
        let own: BTreeMap<u64, (Hash, bool)> = self
            .by_size
            .iter()
            .flat_map(|(size, roots)| roots.iter().map(move |root| (*size, root)))
            .filter(|(_, root)| root.source == Source::Export)
            .map(|(size, root)| (size, (root.hash, self.slice || root.agrees == Some(true))))
            .collect();
        let (before, slice) = (self.before, self.slice);
        for (size, roots) in &mut self.by_size {
            for root in roots.iter_mut().filter(|root| root.agrees.is_none()) {
                let later = own.iter().find_map(|(to, (hash, counts))| {
                    let proof = match self.proofs.get(&(*size, *to)) {
                        None if to == size => &Vec::new(),
                        None => return None,
                        Some(proof) => proof,
                    };
                    counts.then(|| is_consistent((*size, root.hash), (*to, *hash), proof))
                });
                if slice || *size <= before {
                    root.agrees = later;
                    if later == Some(true) {
                        report.agreed.push(*size);
                    }
                }
            }
        }
    }

    /// Names the first stretch of events that a checkpoint of the export does not agree with.
    fn name_first_change(&self, report: &mut Report) -> bool {
        let mut sound_up_to = self.before;
        for (size, roots) in &self.by_size {
            for root in roots.iter().filter(|root| root.source == Source::Export) {
                match root.agrees {
                    Some(false) => {
                        Self::name(sound_up_to + 1, *size, report);
                        return false;
                    }
                    Some(true) => sound_up_to = *size,
                    None => {}
                }
            }
        }
        true
    }

    /// Says that something in a stretch was changed, unless it was named already.
    fn name(first: u64, last: u64, report: &mut Report) {
        let is_named = report.differences.iter().any(|known| {
            known.kind != Kind::Tile && known.seq.is_some_and(|seq| (first..=last).contains(&seq))
        });
        if !is_named {
            let why = format!(
                "between it and event {last} something is not what the checkpoint of {last} events \
                 was signed over"
            );
            report.found(Kind::Changed, Some(first), why);
        }
    }
}
