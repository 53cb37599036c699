//! The nouns of the archive, how they are parsed at the door, and their limits.
//!
//! Pure: no input or output, no clock, no randomness that is not an argument. Everything else in
//! the pipeline speaks in these words; nothing here knows who is speaking.

mod bitmap;
mod credit_file;
mod disposition;
mod document;
mod id;
mod identifier;
mod limits;
mod money;
mod note;
mod page;
mod place;
mod reading;
mod record;
mod refusal;
mod rows;
mod sheet;
mod source;
mod station;

pub use bitmap::{Bitmap, BitmapError, Pixels};
pub use credit_file::{CreditFile, Customer, CustomerKind};
pub use disposition::Disposition;
pub use document::{
    Document, DocumentType, DocumentTypeError, Evidence, Field, FieldStatus, FieldValue, Finding,
    Language, Severity, Value,
};
pub use id::{Digest, DigestError, Digester, DocumentId, IdError, SubmissionId};
pub use identifier::{
    Iban, IdentifierError, IdentityCard, Krs, LandRegister, Nip, Nrb, Pesel, Regon, Sex,
};
pub use limits::Limits;
pub use money::{Currency, Money, NumberError, Rate};
pub use note::{Note, Signature, SignedDigest};
pub use page::{Failure, Page, PageKind, Quality, QualityReason, TextSource, Verdict, Word};
pub use place::{Area, Place, Turn};
pub use reading::{FileReading, Outcome, READ_FORMAT};
pub use record::{
    HistoryEntry, Master, Original, PageSummary, Paper, RECORD_FORMAT, Record, Rescanned,
    Retention, RetentionRule,
};
pub use refusal::{Refusal, RefusalReason};
pub use rows::rows;
pub use sheet::{
    Code, Mark, PagePrint, Patch, Sheet, SheetValue, SheetValues, SheetValuesError, Symbology,
};
pub use source::{names_a_file, source_name};
pub use station::{StationName, StationNameError};
