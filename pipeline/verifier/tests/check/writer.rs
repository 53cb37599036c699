//! A log small enough to be written by definition.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use verifier::{Hash, Key};

pub(crate) const ORIGIN: &str = "kartoteka/0123456789abcdef";

/// MTH of RFC 6962, section 2.1.
pub(crate) fn naive(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(b""),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            Hash::node(naive(left), naive(right))
        }
    }
}

/// The largest power of two below `n`.
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// PATH of RFC 6962, section 2.1.1.
pub(crate) fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if index < left.len() {
        [path(index, left), vec![naive(right)]].concat()
    } else {
        [path(index - left.len(), right), vec![naive(left)]].concat()
    }
}

/// SUBPROOF of RFC 6962, section 2.1.2.
pub(crate) fn consistency(old: usize, leaves: &[Hash], is_whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if is_whole {
            Vec::new()
        } else {
            vec![naive(leaves)]
        };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if old <= left.len() {
        [consistency(old, left, is_whole), vec![naive(right)]].concat()
    } else {
        [
            consistency(old - left.len(), right, false),
            vec![naive(left)],
        ]
        .concat()
    }
}

/// Signs notes.
pub(crate) struct Signer(Ed25519KeyPair);

impl Signer {
    pub(crate) fn new(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    /// The key as C2SP writes it.
    pub(crate) fn text(&self) -> String {
        let typed = [&[1], self.0.public_key().as_ref()].concat();
        let id: String = self.id().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{ORIGIN}+{id}+{}", STANDARD.encode(typed))
    }

    pub(crate) fn key(&self) -> Key {
        Key::parse(&self.text()).unwrap()
    }

    fn id(&self) -> Vec<u8> {
        let typed = [&[1], self.0.public_key().as_ref()].concat();
        Hash::of(&[ORIGIN.as_bytes(), b"\n", &typed].concat()).0[..4].to_vec()
    }

    pub(crate) fn note(&self, leaves: &[Hash]) -> String {
        let root = STANDARD.encode(naive(leaves).0);
        let text = format!("{ORIGIN}\n{}\n{root}\n", leaves.len());
        let signature = self.0.sign(text.as_bytes());
        let coded = STANDARD.encode([self.id().as_slice(), signature.as_ref()].concat());
        format!("{text}\n— {ORIGIN} {coded}\n")
    }
}

/// Event number `seq`, a minute after the one before it.
pub(crate) fn event(seq: u64) -> Value {
    let part =
        |name: &str, value: String| json!({ "value": value, "salt": format!("{name}{seq}") });
    let mut event = json!({
        "kind": "event",
        "seq": seq,
        "at": 1_795_478_400_000_u64 + 60_000 * seq,
        "action": "read",
        "actor": part("actor", format!("person {}", seq % 3)),
        "subject": part("subject", format!("document {seq}")),
        "detail": part("detail", String::new()),
    });
    event["leaf"] = leaf(&event).to_string().into();
    event
}

/// The leaf of an event, as docs/audit.md says.
pub(crate) fn leaf(event: &Value) -> Hash {
    let part = |name: &str| match event[name]["commitment"].as_str() {
        Some(commitment) => commitment.to_owned(),
        None => {
            let text = |key: &str| event[name][key].as_str().unwrap();
            Hash::commitment(name, text("salt"), text("value")).to_string()
        }
    };
    let lines = [
        "kartoteka event 1".to_owned(),
        event["seq"].to_string(),
        event["at"].to_string(),
        part("actor"),
        part("subject"),
        part("detail"),
        event["action"].as_str().unwrap().to_owned(),
    ];
    Hash::leaf(lines.join("\n").as_bytes())
}

pub(crate) fn leaves(events: &[Value]) -> Vec<Hash> {
    let text = |event: &Value| Hash::parse(event["leaf"].as_str().unwrap()).unwrap();
    events.iter().map(text).collect()
}

/// The export of a whole log with checkpoints at those sizes.
pub(crate) fn export(events: &[Value], sizes: &[usize], signer: &Signer) -> Vec<Value> {
    let leaves = leaves(events);
    let mut lines = vec![json!({
        "kind": "header", "format": 1, "origin": ORIGIN, "first": 1, "size": events.len(),
        "slice": false, "before": [], "keys": [signer.text()],
    })];
    for size in sizes {
        let note = signer.note(&leaves[..*size]);
        lines.push(json!({ "kind": "checkpoint", "size": size, "note": note }));
    }
    lines.extend(events.iter().cloned());
    lines.push(json!({ "kind": "end", "events": events.len() }));
    lines
}
