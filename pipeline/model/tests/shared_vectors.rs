//! Judges the identifiers against the published check-digit vectors, where that data is at hand.
//!
//! It is data to measure on, not part of the project: without it the test says so and passes.

use model::{Iban, IdentityCard, Krs, LandRegister, Nip, Nrb, Pesel, Regon};
use serde_json::Value;

/// Vectors judged otherwise than their source says, and by which rule.
const DISPUTED: [(&str, &str); 1] = [
    // The first nine digits of a local unit's number are its business's own number; they fail.
    ("REGON", "12345678901235"),
];

fn verdict(kind: &str, value: &str) -> Option<bool> {
    Some(match kind {
        "PESEL" => Pesel::parse(value).is_ok(),
        "NIP" => Nip::parse(value).is_ok(),
        "REGON" => Regon::parse(value).is_ok(),
        "DOWOD" => IdentityCard::parse(value).is_ok(),
        "KW" => LandRegister::parse(value).is_ok(),
        "IBAN" => Iban::parse(value).is_ok(),
        "NRB" => Nrb::parse(value).is_ok(),
        "KRS" => Krs::parse(value).is_ok(),
        _ => return None,
    })
}

#[test]
fn published_vectors_are_judged_as_their_sources_do() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/numbers/checksums.json"
    );
    let Ok(text) = std::fs::read_to_string(folder) else {
        println!("skipped: no shared data");
        return;
    };
    let data: Value = serde_json::from_str(&text).unwrap();
    let mut judged = 0;
    for vector in data["vectors"].as_array().unwrap() {
        let (kind, value) = (
            vector["type"].as_str().unwrap(),
            vector["value"].as_str().unwrap(),
        );
        let Some(verdict) = verdict(kind, value) else {
            continue;
        };
        let stated = vector["valid"].as_bool().unwrap() && !DISPUTED.contains(&(kind, value));
        assert_eq!(verdict, stated, "{kind} {value}: {}", vector["note"]);
        judged += 1;
    }
    println!("{judged} vectors judged");
}
