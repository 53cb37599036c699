//! The program, driven as its users drive it, and the shape of the workspace.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

mod audit;
mod batches;
mod deploy;
#[cfg(feature = "server")]
mod desk;
mod disposal;
mod elsewhere;
mod environment;
mod evidence;
mod faults;
mod installed;
mod journey;
mod killed;
mod layout;
mod nodes;
mod old_archive;
mod operation;
mod program;
mod retention;
mod running;
#[cfg(feature = "server")]
mod server;
