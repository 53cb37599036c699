//! Packages that prove themselves to a stranger, and their verification.
//!
//! A package is a `BagIt` bag (RFC 8493) around an E-ARK SIP (CSIP and SIP 2.2.0). [`bag`] reads and
//! verifies any bag, a directory or a tar, and follows nothing that leads out of it; it knows no
//! kartoteka. [`export`] freezes a list of documents and writes a [`package`] of it, which verifies
//! without a ledger. It never repairs, never fetches, and holds no file's content in memory.

pub mod bag;
mod error;
pub mod export;
pub mod import;
mod lists;
pub mod package;
mod signature;

pub use error::EvidenceError;
pub use lists::{Entitled, Lists};
pub use signature::{PublicKey, Signer};
