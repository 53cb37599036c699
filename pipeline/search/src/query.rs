//! What an archivist types, as a tree.
//!
//! Words, `"phrases"`, `-not`, `OR`, `prefix*`, brackets and fields (`kwota:10000..50000`,
//! `data:2021-03`, `typ:aneks`, `pesel:…`), in Polish or English; `*` is everything. Parsing knows
//! neither the index nor the dictionary. It never panics and never runs away: length, number of
//! terms and depth have limits, and what cannot be understood is an error that says where and what
//! to do, never a guess.

mod error;
mod field;
mod parser;
mod value;

pub use error::{QueryError, QueryErrorKind};
pub use field::{IdentifierKind, Label, State};
use jiff::civil::Date;

/// Limits on a query; reaching one is an error with its place.
pub mod limits {
    /// Characters of a query.
    pub const CHARACTERS: usize = 1_000;
    /// Words, phrases and fields of a query.
    pub const TERMS: usize = 64;
    /// Brackets inside brackets.
    pub const DEPTH: usize = 16;
    /// Letters a prefix needs in front of its `*`.
    pub const PREFIX: usize = 2;
}

/// A query, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub(crate) root: Node,
}

impl Query {
    /// Understands what was typed.
    ///
    /// # Errors
    /// With the place and the remedy, where it cannot be understood or passes a limit.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parser::parse(text).map(|root| Self { root })
    }

    /// The query that finds every document.
    #[must_use]
    pub const fn all() -> Self {
        Self { root: Node::All }
    }
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// Every document.
    All,
    /// Words next to each other as typed: mostly one, more in `art.69` or `Nowak-Kowalska`.
    Word(String),
    /// Words in this order, in any inflection.
    Phrase(String),
    /// Words that begin so.
    Prefix(String),
    /// Digits typed in groups: a number however it is written.
    Number(String),
    /// A word of a party's name.
    Name(String),
    /// The amount of the credit, in hundredths, both ends included.
    Amount { from: Option<u64>, to: Option<u64> },
    /// The agreement's date, both ends included.
    Dated(Days),
    /// The day of receipt, both ends included.
    Received(Days),
    /// An identifier of a kind; or the beginning of one.
    Identifier {
        kind: IdentifierKind,
        value: String,
        prefix: bool,
    },
    /// A word of what the document is filed under.
    Label { label: Label, value: String },
    /// A state the document is in.
    State(State),
    /// None of these.
    Not(Box<Node>),
    /// All of these.
    And(Vec<Node>),
    /// Any of these.
    Or(Vec<Node>),
}

impl Node {
    /// Whether it is words to be found in the text, not a field that a document is filed under.
    pub(crate) const fn is_words(&self) -> bool {
        matches!(
            self,
            Self::Word(_) | Self::Phrase(_) | Self::Prefix(_) | Self::Number(_) | Self::Name(_)
        )
    }
}

/// Days, both ends included; an open end is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
}

#[cfg(test)]
mod tests;
