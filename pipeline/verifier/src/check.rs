//! The check itself: lines in, a report out.

mod roots;

use crate::clock::Dates;
use crate::line::{self, Event, FORMAT, Header, Line, Tile};
use crate::note::Key;
use crate::tree::is_included;
use crate::{Difference, Frontier, Hash, Kind, Report};
use roots::Roots;
use std::collections::BTreeSet;

/// What the checker holds.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Public keys. Without any the export's own count, and the report says so.
    pub keys: Vec<Key>,
    /// Checkpoints kept from before, as signed notes, each with what it is called.
    pub held: Vec<(String, String)>,
    /// By how many milliseconds an event may be dated before the one before it: nodes that write
    /// at once are numbered in the order in which they began.
    pub tolerance_milliseconds: i64,
}

impl Trust {
    /// Two minutes: longer than any change takes.
    pub const TOLERANCE_MILLISECONDS: i64 = 120_000;
}

impl Default for Trust {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            held: Vec::new(),
            tolerance_milliseconds: Self::TOLERANCE_MILLISECONDS,
        }
    }
}

/// A check in the making.
pub struct Verification {
    trust: Trust,
    report: Report,
    header: Option<Header>,
    roots: Roots,
    tree: Frontier,
    dates: Dates,
    /// The number that comes next.
    next: u64,
    missing: BTreeSet<u64>,
    /// By how much the events' numbers are off those they had when they were logged.
    moved: i64,
    /// Whether the tree can still be the one that was logged.
    is_whole: bool,
    ended: Option<u64>,
}

/// Numbers of missing events that are kept to tell a moved event from one more.
const MOST_MISSING: usize = 100_000;

impl Verification {
    /// Begins a check.
    #[must_use]
    pub fn new(trust: Trust) -> Self {
        Self {
            dates: Dates::new(trust.tolerance_milliseconds),
            trust,
            report: Report::default(),
            header: None,
            roots: Roots::default(),
            tree: Frontier::default(),
            next: 1,
            missing: BTreeSet::new(),
            moved: 0,
            is_whole: true,
            ended: None,
        }
    }

    /// Checks an export that is in memory.
    #[must_use]
    pub fn of<'l>(lines: impl IntoIterator<Item = &'l str>, trust: Trust) -> Report {
        let mut check = Self::new(trust);
        for line in lines {
            check.line(line);
        }
        check.finish()
    }

    /// Takes the next line.
    pub fn line(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let line = match serde_json::from_str(text) {
            Ok(line) => line,
            Err(error) if error.is_eof() => {
                let why = "a line breaks off";
                return self.report.found(Kind::Truncated, Some(self.next), why);
            }
            Err(_) => {
                let why = "a line is none of an export's";
                return self.report.found(Kind::Malformed, Some(self.next), why);
            }
        };
        match (line, &self.header) {
            (Line::Header(header), None) => self.header(header),
            (_, None) => {
                let why = "the first line is no header";
                self.report.found(Kind::Malformed, None, why);
            }
            (Line::Checkpoint(signed), Some(_)) => {
                self.roots.add_own(&signed.note, &mut self.report);
            }
            (Line::Consistency(proof), Some(_)) => self.roots.add_proof(&proof, &mut self.report),
            (Line::Event(event), Some(header)) if header.slice => {
                let size = header.size;
                self.single(&event, size);
            }
            (Line::Event(event), Some(_)) => self.event(&event),
            (Line::Tile(tile), Some(_)) => self.tile(&tile),
            (Line::End(end), Some(_)) => self.ended = Some(end.events),
            (Line::Header(_), Some(_)) => {
                let why = "there is a second header";
                self.report.found(Kind::Malformed, None, why);
            }
        }
    }

    fn header(&mut self, header: Header) {
        let report = &mut self.report;
        report.origin.clone_from(&header.origin);
        if header.format != FORMAT {
            let why = format!("the export has format {}, known is {FORMAT}", header.format);
            report.found(Kind::Malformed, None, why);
        }
        let before = header.first.saturating_sub(1);
        let peaks = line::hashes(&header.before);
        match peaks.and_then(|peaks| Frontier::of(before, peaks)) {
            Some(tree) => self.tree = tree,
            None => {
                self.is_whole = false;
                let why = "what is before the first event is not said";
                report.found(Kind::Malformed, None, why);
            }
        }
        let mut keys = self.trust.keys.clone();
        if keys.is_empty() {
            keys.extend(header.keys.iter().filter_map(|key| Key::parse(key).ok()));
            report.notes.push(
                "the public key is the export's own: compare it with one that you hold, or name \
                 that one"
                    .into(),
            );
        }
        self.next = header.first.max(1);
        self.roots = Roots::new(&header, keys);
        for (name, note) in &self.trust.held {
            self.roots.add_held(name, note, report);
        }
        self.header = Some(header);
    }

    fn event(&mut self, event: &Event) {
        self.report.events += 1;
        let Some(leaf) = self.leaf(event) else {
            return;
        };
        if !self.place(event.seq) {
            return;
        }
        self.dates
            .see(event.seq, event.at, &event.action, &mut self.report);
        self.tree.push(leaf);
        self.next = event.seq + 1;
        if self.is_whole {
            self.roots
                .compare(self.tree.size(), self.tree.root(), &mut self.report);
        }
    }

    /// The leaf as it was logged, as far as the line can tell; none when it says nothing.
    fn leaf(&mut self, event: &Event) -> Option<Hash> {
        let seq = event.seq;
        let (Some(found), Ok(logged)) = (event.leaf_as(seq), Hash::parse(&event.leaf)) else {
            self.is_whole = false;
            let why = "a hash is none";
            self.report.found(Kind::Malformed, Some(seq), why);
            return None;
        };
        let moved = |by: i64| {
            let number = seq.checked_add_signed(by);
            number.and_then(|number| event.leaf_as(number)) == Some(logged)
        };
        if found == logged {
            self.moved = 0;
        } else if self.moved != 0 && moved(self.moved) {
            // As the one before it, which was named.
        } else if moved(-1) && self.was_swapped(seq) {
            self.moved = 0;
        } else if moved(-1) {
            self.moved = -1;
            let why = "from here on events have later numbers than those they were logged under";
            self.report
                .found(Kind::Inserted, Some(seq.saturating_sub(1)), why);
        } else if moved(1) {
            self.moved = 1;
            let why = "from here on events have earlier numbers than those they were logged under";
            self.report.found(Kind::Removed, Some(seq), why);
        } else {
            let why = "it does not say what was logged: its leaf is another";
            self.report.found(Kind::Changed, Some(seq), why);
        }
        Some(logged)
    }

    /// Whether this event has the number of the one before it, which has this one's: that one was
    /// taken for the first of many that moved, and is named anew.
    fn was_swapped(&mut self, seq: u64) -> bool {
        let before = seq.checked_sub(1);
        match self.report.differences.last_mut() {
            Some(last) if self.moved == 1 && last.kind == Kind::Removed && last.seq == before => {
                last.kind = Kind::Reordered;
                last.why = "it and the next event have each other's number".into();
                true
            }
            _ => false,
        }
    }

    /// Whether an event stands where its number says.
    fn place(&mut self, seq: u64) -> bool {
        if seq > self.next {
            self.is_whole = false;
            let gone = self.next..seq;
            let why = match seq - self.next {
                1 => "it is not there".to_owned(),
                _ => format!("events {} to {} are not there", self.next, seq - 1),
            };
            self.report.found(Kind::Removed, Some(self.next), why);
            self.missing.extend(gone.take(MOST_MISSING));
        } else if seq < self.next {
            self.is_whole = false;
            let (kind, why) = if self.missing.remove(&seq) {
                (Kind::Reordered, "it stands after later ones")
            } else {
                (Kind::Inserted, "there is another of this number")
            };
            self.report.found(kind, Some(seq), why);
            return false;
        }
        true
    }

    /// An event of a slice, with its own proof.
    fn single(&mut self, event: &Event, size: u64) {
        self.report.events += 1;
        let Some(leaf) = self.leaf(event) else {
            return;
        };
        let seq = Some(event.seq);
        let proof = event.proof.as_deref().and_then(line::hashes);
        let (Some(proof), Some(root)) = (proof, self.roots.own(size)) else {
            let why = "there is no proof that it was logged";
            return self.report.found(Kind::Unproven, seq, why);
        };
        let index = event.seq.wrapping_sub(1);
        if !is_included(leaf, index, size, &proof, root) {
            let why = "it is not in the log that the checkpoint is of";
            self.report.found(Kind::Changed, seq, why);
        }
    }

    fn tile(&mut self, tile: &Tile) {
        let size = (tile.number + 1).checked_shl(8 * tile.level);
        let given = Hash::parse(&tile.hash).ok();
        if !self.is_whole || size != Some(self.tree.size()) {
            return;
        }
        let found = self.tree.completed(8 * tile.level);
        if found.is_none() || found != given {
            let why = format!(
                "the stored hash {} of level {} is not that of the events up to this one",
                tile.number, tile.level
            );
            self.report.found(Kind::Tile, Some(self.tree.size()), why);
        }
    }

    /// Ends the check.
    #[must_use]
    pub fn finish(mut self) -> Report {
        let Some(header) = self.header else {
            let why = "there is no header";
            self.report.found(Kind::Truncated, None, why);
            return self.report;
        };
        match self.ended {
            None => {
                let why = "the last line is missing";
                self.report.found(Kind::Truncated, Some(self.next), why);
            }
            Some(events) if events != self.report.events => {
                let why = format!(
                    "the last line counts {events} events, {} are there",
                    self.report.events
                );
                self.report.found(Kind::Truncated, Some(self.next), why);
            }
            Some(_) if !header.slice && self.next <= header.size => {
                let why = format!("events {} to {} are not there", self.next, header.size);
                self.report.found(Kind::Removed, Some(self.next), why);
            }
            Some(_) => {}
        }
        self.dates.end(&mut self.report);
        self.roots.end(&header, self.is_whole, &mut self.report);
        self.report.agreed.sort_unstable();
        self.report.agreed.dedup();
        // In the order of the log; what is no event's comes last.
        let place = |difference: &Difference| difference.seq.unwrap_or(u64::MAX);
        self.report.differences.sort_by_key(place);
        self.report
    }
}
