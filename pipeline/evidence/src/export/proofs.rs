//! The proofs that a document's events are in the audit log, in the form of its exports
//! (docs/audit.md), so that whoever checks those checks these.

use super::freeze::asked;
use crate::EvidenceError;
use crate::package::Item;
use ledger::{AUDIT_EXPORT_FORMAT, AuditedEvent, Checkpoint, Ledger, origin_of};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The lines of one document: its events up to the checkpoint, each with its proof.
pub(super) async fn proofs(
    ledger: &Ledger,
    item: &Item,
    checkpoint: &Checkpoint,
) -> Result<String, EvidenceError> {
    let size = checkpoint.size;
    let subjects = [
        item.document.to_string(),
        item.document.submission().to_string(),
    ];
    let events = ledger.events_about(&subjects, size).await.map_err(asked)?;
    let mut text = String::new();
    let mut add = |line: Value| {
        let _ = writeln!(text, "{line}");
    };
    add(json!({
        "kind": "header", "format": AUDIT_EXPORT_FORMAT, "origin": origin_of(&checkpoint.log),
        "first": 1, "size": size, "slice": true, "before": [], "keys": [checkpoint.signer],
    }));
    add(json!({"kind": "checkpoint", "size": size, "note": checkpoint.note}));
    let mut count = 0;
    for event in events.iter().filter(|event| is_given(event, item)) {
        let proof = ledger
            .inclusion_proof(event.seq, size)
            .await
            .map_err(asked)?;
        let mut line = json!({"kind": "event"});
        let whole =
            serde_json::to_value(event).map_err(|e| EvidenceError::Source(e.to_string()))?;
        if let (Value::Object(line), Value::Object(whole)) = (&mut line, whole) {
            line.extend(whole);
            line.insert("proof".into(), json!(proof));
        }
        add(line);
        count += 1;
    }
    add(json!({"kind": "end", "events": count}));
    Ok(text)
}

/// Events of holds are in no package: some are known to named roles only.
fn is_given(event: &AuditedEvent, item: &Item) -> bool {
    event.seq <= item.newest_event && !event.action.starts_with("hold ")
}
