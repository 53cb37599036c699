//! The pool of worker processes in which untrusted bytes are decoded and read, and its protocol.
//!
//! The parent's side is [`Pool`]; the worker's side is [`serve_worker`], and only it uses `scan`
//! and `ocr`. A worker is this same program, started again, with a cleared environment and one
//! socket; it fences itself in ([`fences`]) before it is given a file. The parent believes nothing
//! that a worker says: every reply is checked as if an enemy had written it, every wait has a
//! deadline, and a page that loses its worker twice is a failed page, never a lost document.
//!
//! What it refuses to do: decode anything in the parent, restart a page for ever, pass on what a
//! worker wrote to its error stream, keep a worker whose reply broke the protocol.

mod allowance;
mod channel;
mod check;
mod compose;
mod fence;
mod keeper;
mod loss;
mod pool;
mod process;
mod protocol;
mod schedule;
mod start;
mod worker;

pub use fence::{FenceReport, fences};
pub use pool::{
    Fence, FilePages, Inspection, Made, PageTrouble, Pool, PoolOptions, Priority, ReadTrouble,
    StartError,
};
pub use protocol::Derivative;
pub use scan::Derived;
pub use start::WORKER_ARGUMENT;
pub use worker::{FileReader, Making, serve_worker, serve_worker_with};
