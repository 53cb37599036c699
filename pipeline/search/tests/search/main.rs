//! The index as its users see it: documents in, queries, hits out.

#![expect(clippy::unwrap_used, reason = "a test stops at what must not happen")]

mod finding;
mod forgiving;
mod keeping;
mod killed;
mod recall;
mod shelf;
