//! From a list of documents to a package: first the list is frozen, which versions and which bytes,
//! and what is not given; then it is written, one document after the other.

mod freeze;
mod proofs;
mod write;

pub use freeze::{Frozen, Order, freeze};
pub use write::{Making, make};
