//! Signed notes (C2SP signed-note) and the checkpoints in them (C2SP tlog-checkpoint): text, an
//! empty line, signatures.

use crate::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};
use std::fmt;

/// The kind of key that notes are signed with, as C2SP numbers it.
const ED25519_KIND: u8 = 1;

/// A public key, and the name it goes by in notes.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// The name; none for one that was given without: it then fits every name.
    name: Option<String>,
    bytes: [u8; 32],
}

/// The text is no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError(String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no key: give 64 hexadecimal digits, or NAME+ID+BASE64 as in an export",
            self.0
        )
    }
}

impl std::error::Error for KeyError {}

impl Key {
    /// A key as written: 64 hexadecimal digits, or `NAME+ID+BASE64`, as an export has it.
    ///
    /// # Errors
    /// When the text is neither, or its parts do not fit each other.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let wrong = || KeyError(text.to_owned());
        if let Ok(Hash(bytes)) = Hash::parse(text) {
            return Ok(Self { name: None, bytes });
        }
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(coded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong());
        };
        let decoded = STANDARD.decode(coded).map_err(|_| wrong())?;
        let Some((&ED25519_KIND, bytes)) = decoded.split_first() else {
            return Err(wrong());
        };
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| wrong())?;
        let key = Self {
            name: Some(name.to_owned()),
            bytes,
        };
        let [a, b, c, d] = key.id(name);
        let fits = id == format!("{a:02x}{b:02x}{c:02x}{d:02x}");
        fits.then_some(key).ok_or_else(wrong)
    }

    /// The key as hexadecimal digits.
    #[must_use]
    pub fn hexadecimal(&self) -> String {
        Hash(self.bytes).to_string()
    }

    /// The four bytes that tell keys of a name apart in a note.
    fn id(&self, name: &str) -> [u8; 4] {
        let mut named = format!("{name}\n").into_bytes();
        named.push(ED25519_KIND);
        named.extend(self.bytes);
        let Hash([a, b, c, d, ..]) = Hash::of(&named);
        [a, b, c, d]
    }

    fn signed(&self, text: &str, signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.bytes);
        key.verify(text.as_bytes(), signature).is_ok()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.hexadecimal())
    }
}

/// What a note says of a log: so many events, and this root over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many events.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// The text is no signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteError(&'static str);

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is no signed checkpoint: {}", self.0)
    }
}

impl std::error::Error for NoteError {}

/// What the signatures under a note are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A key that counts signed it, and no such key's signature is wrong.
    Signed,
    /// A signature that claims to be of a key that counts is none.
    Wrong,
    /// No key that counts signed it.
    Unknown,
}

impl Checkpoint {
    /// A note, and whether one of `keys` signed it.
    ///
    /// # Errors
    /// When the text has not the form of a signed checkpoint.
    pub fn read(note: &str, keys: &[Key]) -> Result<(Self, Seen), NoteError> {
        let (text, signatures) = note
            .rsplit_once("\n\n")
            .map(|(text, rest)| (format!("{text}\n"), rest))
            .ok_or(NoteError("no empty line before signatures"))?;
        let mut lines = text.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(NoteError("origin, size and root are three lines"));
        };
        let size: u64 = size
            .parse()
            .ok()
            .filter(|number: &u64| number.to_string() == size)
            .ok_or(NoteError("the size is no number"))?;
        let root = STANDARD.decode(root).ok();
        let root: Option<[u8; 32]> = root.and_then(|bytes| bytes.try_into().ok());
        let checkpoint = Self {
            origin: origin.to_owned(),
            size,
            root: Hash(root.ok_or(NoteError("the root is no hash in base 64"))?),
        };
        Ok((checkpoint, judge(&text, signatures, keys)?))
    }
}

fn judge(text: &str, signatures: &str, keys: &[Key]) -> Result<Seen, NoteError> {
    let mut seen = Seen::Unknown;
    for line in signatures.lines() {
        let (name, coded) = line
            .strip_prefix("— ")
            .and_then(|rest| rest.rsplit_once(' '))
            .ok_or(NoteError("a line of signatures is none"))?;
        let bytes = STANDARD.decode(coded).ok().filter(|bytes| bytes.len() > 4);
        let bytes = bytes.ok_or(NoteError("a signature is not in base 64"))?;
        let (id, signature) = bytes.split_at(4);
        let claimed = keys
            .iter()
            .find(|key| key.name.as_deref().is_none_or(|own| own == name) && key.id(name) == id);
        match claimed {
            Some(key) if key.signed(text, signature) => seen = Seen::Signed,
            Some(_) => return Ok(Seen::Wrong),
            None => {}
        }
    }
    Ok(seen)
}
