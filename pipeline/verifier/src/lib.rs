//! Checks an audit log that somebody else wrote, with nothing but what the checker holds: a public
//! key, and a checkpoint kept from before.
//!
//! It shares no code with the writer on purpose, so that a mistake there is not repeated here: the
//! hashes of RFC 6962, signed notes, commitments and the lines of an export are all read anew from
//! what docs/audit.md says about them. It depends on no other crate of ours, does no input or
//! output, and changes nothing.
//!
//! A [`Verification`] is fed an export line by line and needs no more memory for ten million events
//! than for ten. It ends in a [`Report`]: what was checked, and every [`Difference`] with its place
//! and its [`Kind`].

mod check;
mod clock;
mod difference;
mod hash;
mod line;
mod note;
mod tree;

pub use check::{Trust, Verification};
pub use difference::{Difference, Kind, Report};
pub use hash::{Hash, HashError};
pub use note::{Checkpoint, Key, KeyError, NoteError, Seen};
pub use tree::{Frontier, is_consistent, is_included};
