//! Records kept and disposed of, on a real ledger and a real store: locks that follow knowledge,
//! kills anywhere, and orders of commands that nobody thought of.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "keeping/disposal.rs"]
mod disposal;
#[path = "keeping/locks.rs"]
mod locks;
#[path = "keeping/orders.rs"]
mod orders;
#[path = "keeping/world.rs"]
mod world;
