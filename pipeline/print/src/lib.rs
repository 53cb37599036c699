//! PDFs that we write ourselves: separator sheets, one page each, to be printed and laid between
//! documents before scanning; and listings, a cover with a list, of what is given away.
//!
//! Writes bytes and knows no file; reads no code back. Text is in one of the fonts that every
//! reader of PDF has, with the Polish letters named where its own encoding lacks them.

mod listing;
mod separator;
mod text;

pub use listing::{Align, Column, Listing};
pub use separator::{SeparatorSheet, separators};

use thiserror::Error;

/// A sheet could not be made.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PrintError {
    /// Its values do not fit a bar code.
    #[error("`{values}` does not fit a bar code ({why}): use shorter values")]
    Code {
        /// The values as a code says them.
        values: String,
        /// What the encoder says.
        why: String,
    },
    /// None was asked for.
    #[error("no sheet was asked for")]
    Nothing,
}
