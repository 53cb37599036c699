//! The leaf of an event: a hash over what is public of it and over commitments to what may have to
//! be erased. Once written it never changes, whatever is erased later.
//!
//! Who did it, to whom, and the words about it may name a person: each is committed to by a hash
//! with a salt of its own, so that nobody who holds the leaf can try names until one fits.

use crate::LedgerError;
use crate::database::Row;
use model::{Digest, Digester};
use serde::{Deserialize, Serialize};

/// The parts of an event that may be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartName {
    Actor,
    Subject,
    Detail,
}

impl PartName {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Subject => "subject",
            Self::Detail => "detail",
        }
    }
}

/// A part of an event as a stranger gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Part {
    /// What it says, and the salt that proves it.
    Open {
        /// What it says.
        value: String,
        /// 32 hexadecimal digits.
        salt: String,
    },
    /// What it was committed to by: it was erased, or is not for this reader.
    Closed {
        /// A SHA-256.
        commitment: Digest,
    },
}

impl Part {
    pub(crate) fn commitment(&self, name: PartName) -> Digest {
        match self {
            Self::Open { value, salt } => commitment(name, salt, value),
            Self::Closed { commitment } => *commitment,
        }
    }

    /// The same without what it says.
    pub(crate) fn closed(&self, name: PartName) -> Self {
        Self::Closed {
            commitment: self.commitment(name),
        }
    }
}

fn commitment(name: PartName, salt: &str, value: &str) -> Digest {
    let name = name.as_str();
    Digest::of(format!("kartoteka commitment 1\n{name}\n{salt}\n{value}").as_bytes())
}

/// The salt of one part, made of the event's own: where one part is erased, the event's salt goes
/// and those of the other parts stay.
fn salt_of(name: PartName, salt: &str) -> String {
    let name = name.as_str();
    let mut derived =
        Digest::of(format!("kartoteka salt 1\n{name}\n{salt}").as_bytes()).to_string();
    derived.truncate(32);
    derived
}

/// 128 random bits, hexadecimal.
pub(crate) fn draw_salt() -> Result<String, LedgerError> {
    let mut bytes = [0; 16];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .map_err(|error| sqlx::Error::Io(error.into()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// An event with everything its leaf is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditedEvent {
    /// Its number.
    pub seq: u64,
    /// When: milliseconds since 1970, UTC.
    pub at: i64,
    /// What was done.
    pub action: String,
    /// By whom.
    pub actor: Part,
    /// To what.
    pub subject: Part,
    /// More about it.
    pub detail: Part,
    /// The leaf as it was written when the event was numbered.
    pub leaf: String,
}

/// What takes the place of the salt when a part was erased.
#[derive(Debug, Serialize, Deserialize)]
struct Erased {
    actor: Rest,
    subject: Rest,
    detail: Rest,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Rest {
    Salt(String),
    Commitment(Digest),
}

/// Columns of `events` that [`AuditedEvent::of`] reads.
macro_rules! audited {
    ($rest:literal) => {
        concat!(
            "SELECT id, seq, at, actor, action, subject, detail, salt, leaf, erased FROM events ",
            $rest
        )
    };
}
pub(crate) use audited;

impl AuditedEvent {
    /// An event that is being numbered, with that salt.
    pub(crate) fn new(
        (seq, at): (u64, i64),
        salt: &str,
        [actor, action, subject, detail]: [&str; 4],
    ) -> Self {
        let open = |name, value: &str| Part::Open {
            value: value.to_owned(),
            salt: salt_of(name, salt),
        };
        let mut event = Self {
            seq,
            at,
            action: action.to_owned(),
            actor: open(PartName::Actor, actor),
            subject: open(PartName::Subject, subject),
            detail: open(PartName::Detail, detail),
            leaf: String::new(),
        };
        event.leaf = event.hash().to_string();
        event
    }

    /// An event as it stands in the log, whether or not it is what was logged.
    pub(crate) fn of(row: &Row) -> Result<Self, LedgerError> {
        let salt = row.maybe_text("salt")?.unwrap_or_default();
        let erased: Option<Erased> = row.maybe_json("erased")?;
        let part = |name: PartName| {
            let value = row.text(name.as_str())?;
            let rest = erased.as_ref().map(|erased| match name {
                PartName::Actor => &erased.actor,
                PartName::Subject => &erased.subject,
                PartName::Detail => &erased.detail,
            });
            Ok::<_, LedgerError>(match rest {
                Some(Rest::Commitment(commitment)) => Part::Closed {
                    commitment: *commitment,
                },
                Some(Rest::Salt(salt)) => Part::Open {
                    value,
                    salt: salt.clone(),
                },
                None => Part::Open {
                    value,
                    salt: salt_of(name, &salt),
                },
            })
        };
        Ok(Self {
            seq: row.count("seq")?,
            at: row.integer("at")?,
            action: row.text("action")?,
            actor: part(PartName::Actor)?,
            subject: part(PartName::Subject)?,
            detail: part(PartName::Detail)?,
            leaf: row.maybe_text("leaf")?.unwrap_or_default(),
        })
    }

    /// The hash of the leaf: RFC 6962, over what docs/audit.md lists.
    fn hash(&self) -> Digest {
        let Self {
            seq, at, action, ..
        } = self;
        let actor = self.actor.commitment(PartName::Actor);
        let subject = self.subject.commitment(PartName::Subject);
        let detail = self.detail.commitment(PartName::Detail);
        let text =
            format!("kartoteka event 1\n{seq}\n{at}\n{actor}\n{subject}\n{detail}\n{action}");
        let mut digester = Digester::default();
        digester.update(&[0]);
        digester.update(text.as_bytes());
        digester.finish()
    }

    /// What is kept beside the row when some of its parts are erased, as JSON.
    pub(crate) fn erasing(&self, gone: &[PartName]) -> Result<String, LedgerError> {
        let rest = |name: PartName, part: &Part| match part {
            Part::Open { salt, .. } if !gone.contains(&name) => Rest::Salt(salt.clone()),
            part => Rest::Commitment(part.commitment(name)),
        };
        crate::writing::json(&Erased {
            actor: rest(PartName::Actor, &self.actor),
            subject: rest(PartName::Subject, &self.subject),
            detail: rest(PartName::Detail, &self.detail),
        })
    }

    /// The same without names of people.
    #[must_use]
    pub fn without_names(mut self) -> Self {
        self.actor = self.actor.closed(PartName::Actor);
        let names = matches!(&self.subject, Part::Open { value, .. } if value.starts_with("user:"));
        if names {
            self.subject = self.subject.closed(PartName::Subject);
        }
        self
    }
}
