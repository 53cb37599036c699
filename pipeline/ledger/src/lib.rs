//! The durable truth: what was received, decided and done.
//!
//! A [`Ledger`] is one database, SQLite for one machine or PostgreSQL for many, behind narrow
//! groups of questions: the queue (claim, renew, fail), records (documents, fields, credit files,
//! holds), audit (events, changes) and status. Whatever a step brought about is one [`Change`],
//! applied in one transaction that is fenced by the step's [`Claim`]: job, state, audit event and
//! change row are written together or not at all.
//!
//! It decides nothing about a document and knows no stage: a stage is an opaque name whose order
//! `stages` owns. It holds no bytes of originals, and forgets nothing but what an
//! approved disposal took out of the store.

mod actor;
mod answers;
mod audit;
mod balance;
mod basis;
mod change;
mod credit_files;
mod data_rows;
mod database;
mod disclosures;
mod disposals;
mod documents;
mod error;
mod fields;
mod fixity;
mod follow_up;
mod holds;
mod kinds;
mod ledger;
mod migration;
mod nodes;
mod notes;
mod objects;
mod operators;
mod pages;
mod papers;
mod people;
mod policy;
mod prints;
mod queue;
mod rebuild;
mod rescans;
mod reviews;
mod searches;
mod sequence;
mod sessions;
mod shares;
mod sign_ins;
mod status;
mod subject;
mod submissions;
mod term_events;
mod tokens;
mod transfer;
mod trouble;
mod writing;

pub use actor::Actor;
pub use answers::Remembered;
pub use audit::{
    AUDIT_EXPORT_FORMAT, AuditExport, AuditedEvent, Checkpoint, Event, ExportScope, LoggedEvent,
    Part, READ, Signer, Unsigned, origin_of,
};
pub use balance::{DayBalance, FileCounts, PageCounts};
pub use basis::{Decided, RetentionBasis};
pub use change::{Change, SubmissionReading};
pub use credit_files::{CreditFileKey, Joining, NewCustomer};
pub use data_rows::{DataAnswer, DataRow, NewDataRow};
pub use disclosures::{Disclosure, DisclosureId, NewDisclosure};
pub use disposals::{
    Act, Disposal, DisposalAct, DisposalId, DisposalItem, DisposalState, ItemState, Purge, Verdict,
};
pub use documents::{DocumentFilter, DocumentPut, DocumentSummary, Review, branch_of};
pub use error::LedgerError;
pub use fields::{Correction, FieldChange};
pub use fixity::{FixityNote, FixityReach};
pub use follow_up::FOLLOW_UP;
pub use holds::{Hold, HoldId, HoldScope, NewHold};
pub use kinds::NewKind;
pub use ledger::{Ledger, Options};
pub use nodes::{NodeReport, NodeState, NodeStatus};
pub use notes::Note;
pub use objects::{NewObject, StoredObject};
pub use operators::Touched;
pub use pages::{PageAssignment, PageEntry};
pub use papers::Paper;
pub use people::{RetentionDecision, User, UserState};
pub use policy::{Clock, LONGEST_LEASE, ManualClock, Policy};
pub use prints::AlikePage;
pub use queue::{Claim, Failing, NewJob, Priority, WorkLeft};
pub use rebuild::{Rebuilt, WorkToDo};
pub use rescans::{Rescan, RescanAnswer, RescanId};
pub use reviews::{
    AfterReview, Effort, NewReview, REVIEW_TURN, ReviewVerdict, Reviewed, Reviewer, Turn,
};
pub use sequence::{ChangeKind, ChangeRow};
pub use sessions::{OpenSession, SessionTerm};
pub use shares::SharedFile;
pub use sign_ins::{FAILURES_AT_SOURCE, FAILURES_OF_PERSON, FAILURES_OF_SOURCE, Trying};
pub use status::{Job, JobState, Parked, StageStatus, Status, SubmissionCounts};
pub use subject::Subject;
pub use submissions::{NewSubmission, Received, Submission, SubmissionState};
pub use term_events::{EventOf, Fed, FeedLine, NewTermEvent, TermEvent, TermEventId, Witness};
pub use tokens::{NewToken, Token};
pub use transfer::{
    Batch, Inventory, Loading, Onto, Snapshot, TRANSFER_FORMAT, TableSum, transferred,
};
pub use trouble::Trouble;
