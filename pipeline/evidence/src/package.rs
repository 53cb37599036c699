//! Our packages: how they are laid out, written and verified.
//!
//! ```text
//! bagit.txt, bag-info.txt, manifest-*.txt, tagmanifest-*.txt, tagmanifest-*.txt.minisig
//! VERIFY.md, verify.sh
//! data/index/      index.csv, index.pdf, statement.json, documents.jsonl
//! data/evidence/   audit/<document>.jsonl, proofs/<document>.jsonl, checkpoint.note, keys/
//! data/sip/        METS.xml, representations/{original,reading}/{METS.xml,data,metadata}
//! ```

mod csv;
mod mets;
pub(crate) mod paths;
mod pdf;
mod premis;
mod statement;
mod texts;
mod verify;
mod writer;
mod xml;

pub use paths::{FORMAT_LABEL, PACKAGE_FORMAT};
pub use statement::{
    Coded, Exception, IndexState, Item, Kept, LogState, Reason, STATEMENT_FORMAT, Statement,
};
pub use verify::{Verified, items, verify};
pub use writer::{Form, Writer, Written};

pub(crate) use csv::index_csv;
pub(crate) use mets::{Group, dublin_core, representation_mets, sip_mets};
pub(crate) use pdf::index_pdf;
pub(crate) use premis::premis;
pub(crate) use texts::{bag_info, verify_md, verify_sh};
