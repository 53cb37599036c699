//! What may be done to a record: how long it is kept and why.
//!
//! Retention is arithmetic over data: a [`Schedule`] of classes and rules, the events of a credit
//! file and a day give a [`Decision`], by [`decide`], which reads no clock and asks nobody. A
//! decision is said in sentences by [`explain`]; what a core banking system says happened is read
//! by [`feed`], row by row, and never guessed. Nothing here deletes, or talks to a store.

mod decide;
mod event;
pub mod explain;
pub mod feed;
mod lock;
mod schedule;
mod term;

pub use decide::{Decision, Due, Happened, Term, TermState, decide};
pub use event::{EventKind, EventKindError};
pub use lock::{Knowledge, Wanted, wanted};
pub use schedule::{Category, Class, Count, LockRule, Rule, Schedule, ScheduleError};
pub use term::{FinancialYear, last_day, start_of};
