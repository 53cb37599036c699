//! Exports that are sound, and exports that somebody has been at. What writes them here is neither
//! the ledger nor the verifier: the tree is the definition of RFC 6962, word for word.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::cast_possible_truncation, reason = "trees of tests are small")]

#[path = "check/proofs.rs"]
mod proofs;
#[path = "check/tampered.rs"]
mod tampered;
#[path = "check/writer.rs"]
mod writer;
