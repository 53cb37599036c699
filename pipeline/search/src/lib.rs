//! Finding agreements: index, Polish analysis, queries, hits to places.
//!
//! An [`Index`] has one [`Writer`], which takes an [`Entry`] a document and commits together with
//! the number of the ledger's change log it has seen; readers see a commit at once. What a person
//! types becomes a [`Query`] and, found, [`Results`]: hits with a snippet, the pages they are on
//! and the bytes to mark there ([`places`] gives the rectangles).
//!
//! Whole documents are indexed, not pages, so that words of different pages meet in one query; on
//! which page they stand is found when a hit is shown, from the texts kept beside the index. The
//! index holds nothing that ledger and archive do not: it may always be thrown away and made
//! again, and asks for that ([`SearchError::NeedsRebuild`]) when analysis or schema change.

pub mod analysis;
mod compile;
mod confusion;
mod document;
mod entry;
mod error;
mod facets;
mod filing;
mod fuzzy;
mod hits;
mod index;
mod places;
pub mod query;
mod readings;
mod row;
mod schema;
mod search;
mod similar;
mod snippet;
mod sought;
mod stored;
mod texts;
mod writer;

pub use entry::{Entry, OtherReading, PageText};
pub use error::SearchError;
pub use facets::Facets;
pub use index::{Index, Rebuild};
pub use places::places;
pub use query::{Query, QueryError, State};
pub use search::{Access, Hit, MAX_LIMIT, MAX_OFFSET, PageMarks, Request, Results, Sort};
pub use stored::Summary;
pub use writer::Writer;
