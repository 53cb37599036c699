//! What may be done to a record: how long it is kept and why, what locks it, what holds it, and how
//! it goes; and [`access`]: who may do what.
//!
//! Retention is arithmetic over data: a [`Schedule`] of classes and rules, the events of a credit
//! file and a day give a [`Decision`], by [`decide`], which reads no clock and asks nobody. A
//! decision is said in sentences by [`explain`]; what a core banking system says happened is read
//! by [`feed`], row by row, and never guessed. [`reckon`] decides by what a ledger knows, and a
//! [`Keeper`] brings a store's locks after it; what is over goes by [`disposal`]. A [`Reconciliation`]
//! compares what the store keeps with what the ledger says; [`checkpoint`] signs what the audit log
//! holds and locks that in the store. A [`ClockWatch`] says whether the clock may be believed before
//! anything is deleted by it.

pub mod access;
mod checkpoint;
mod clock;
mod decide;
pub mod disposal;
mod error;
mod event;
pub mod explain;
pub mod feed;
mod keep;
mod layout;
mod lock;
mod reconcile;
mod schedule;
mod standing;
mod term;
mod wants;

pub use checkpoint::{
    Checkpointed, LockedCheckpoint, checkpoint, checkpoint_key, locked_checkpoints,
};
pub use clock::{ClockWatch, clock_watch, keep_clock_watch};
pub use decide::{Decision, Due, Happened, Term, TermState, decide};
pub use error::RecordsError;
pub use event::{EventKind, EventKindError};
pub use keep::{Keeper, Target};
pub use layout::{Column, Layout};
pub use lock::{Knowledge, Wanted, wanted};
pub use reconcile::{Finding, Outcome, Pace, Reconciled, Reconciliation};
pub use schedule::{Category, Class, Count, LockRule, Rule, Schedule, ScheduleError};
pub use standing::{day_of, happened, knowledge, reckon};
pub use term::{FinancialYear, last_day, start_of};
pub use wants::{Use, Wants};
