//! The lines of an export, as docs/audit.md gives them.

use crate::Hash;
use serde::Deserialize;

/// The version of the form of exports that is understood here.
pub(crate) const FORMAT: u32 = 1;

/// A line.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Line {
    Header(Header),
    Checkpoint(Signed),
    Consistency(Consistency),
    Event(Event),
    Tile(Tile),
    End(End),
}

#[derive(Deserialize)]
pub(crate) struct Header {
    pub(crate) format: u32,
    pub(crate) origin: String,
    /// The number of the first event; of a slice 1.
    pub(crate) first: u64,
    /// The number of the last event.
    pub(crate) size: u64,
    /// Whether these are single events, each with its proof.
    #[serde(default)]
    pub(crate) slice: bool,
    /// The perfect trees over what is before the first event.
    pub(crate) before: Vec<String>,
    pub(crate) keys: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Signed {
    pub(crate) note: String,
}

#[derive(Deserialize)]
pub(crate) struct Consistency {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) proof: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Event {
    pub(crate) seq: u64,
    /// Milliseconds since 1970, UTC.
    pub(crate) at: i64,
    pub(crate) action: String,
    pub(crate) actor: Part,
    pub(crate) subject: Part,
    pub(crate) detail: Part,
    pub(crate) leaf: String,
    #[serde(default)]
    pub(crate) proof: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(crate) struct Tile {
    pub(crate) level: u32,
    pub(crate) number: u64,
    pub(crate) hash: String,
}

#[derive(Deserialize)]
pub(crate) struct End {
    pub(crate) events: u64,
}

/// A part of an event: what it says and its salt, or, where that was erased or is not shown, what it
/// was committed to by.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Part {
    Open { value: String, salt: String },
    Closed { commitment: String },
}

impl Part {
    fn commitment(&self, name: &str) -> Option<Hash> {
        match self {
            Self::Open { value, salt } => Some(Hash::commitment(name, salt, value)),
            Self::Closed { commitment } => Hash::parse(commitment).ok(),
        }
    }
}

impl Event {
    /// The hash that this event has as number `seq`; none when a commitment is no hash.
    pub(crate) fn leaf_as(&self, seq: u64) -> Option<Hash> {
        let Self { at, action, .. } = self;
        let actor = self.actor.commitment("actor")?;
        let subject = self.subject.commitment("subject")?;
        let detail = self.detail.commitment("detail")?;
        let text =
            format!("kartoteka event 1\n{seq}\n{at}\n{actor}\n{subject}\n{detail}\n{action}");
        Some(Hash::leaf(text.as_bytes()))
    }
}

/// Hashes as written; none when one is not.
pub(crate) fn hashes(texts: &[String]) -> Option<Vec<Hash>> {
    texts.iter().map(|text| Hash::parse(text).ok()).collect()
}
