//! The order of the stages, one verb a file; watching folders; the runner.
//!
//! ```text
//! inbox ─claim─▶ receive ─job─▶ recognise ─job─▶ separate ─job─▶ extract ─job─▶ archive
//!                                                                   │ change row
//!                                                                   ▼
//!                                                                 index
//! ```
//!
//! Every arrow marked *job* is a row of the ledger, written in the transaction of the step before
//! it; between two rows nothing is in memory that is not also durable. A step is a function first
//! and a loop second: [`Runner::step`] does one job, [`Runner::run`] only adds waiting and stopping.

mod alike;
mod archive_record;
mod checkpoints;
mod clock;
mod error;
mod extract;
mod handed;
mod inbox;
mod index;
mod intake;
mod master;
mod read;
mod rebuild;
mod receipts;
mod receive;
mod recognise;
mod rescan;
mod retain;
mod role;
mod runner;
mod separate;
mod sheets;
mod stage;
mod station;
mod stored;

pub use archive_record::archive_job;
pub use checkpoints::Checkpoints;
pub use error::{StageError, StartError};
pub use extract::review_after;
pub use handed::Handed;
pub use inbox::{
    Claimed, Dropped, Inbox, InboxError, Rest, Survey, server_claims, sidecar, write_sidecar,
};
pub use index::{Indexer, Source, document_pages, entry_of, follower};
pub use intake::{Intake, IntakeOptions, unfinished_property, waiting_property};
pub use read::{documents, read_file};
pub use rebuild::{Rebuilding, rebuild};
pub use receive::{Receipt, receive};
pub use role::Role;
pub use runner::{Mode, Node, Progress, Runner, Step};
pub use separate::AGAIN;
pub use stage::Stage;
pub use station::{Live, Repeats, StationProfile, Stations};
pub use stored::new_submission_id;
