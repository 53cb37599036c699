//! Parameters that go into a statement and rows that come out: integers, text, reals, nothing.

use crate::LedgerError;
use jiff::Timestamp;
use model::{Digest, DocumentId, DocumentType, StationName, SubmissionId};
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use std::fmt::Display;

/// A value for a `$n` of a statement.
#[derive(Clone, Debug)]
pub(crate) enum Param {
    Integer(Option<i64>),
    Text(Option<String>),
    Real(Option<f64>),
}

/// Parameters in the order of their numbers.
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::database::Param::from($value)),*] };
}
pub(crate) use params;

macro_rules! param_from {
    ($variant:ident, $how:expr; $($source:ty),*) => { $(
        impl From<$source> for Param {
            fn from(value: $source) -> Self {
                Self::$variant(Some(($how)(value)))
            }
        }
        impl From<Option<$source>> for Param {
            fn from(value: Option<$source>) -> Self {
                Self::$variant(value.map($how))
            }
        }
    )* };
}

param_from!(Integer, |value| value; i64);
param_from!(Integer, i64::from; u32, bool);
param_from!(Text, |value| value; String);
param_from!(Text, |value: &str| value.to_owned(); &str);
param_from!(Text, |value: &String| value.clone(); &String);
param_from!(Text, |value| ToString::to_string(&value);
    SubmissionId, DocumentId, Digest, crate::Subject, &StationName, &DocumentType, jiff::civil::Date);
param_from!(Real, |value| value; f64);

/// A row of either database, read by column name.
pub(crate) enum Row {
    Sqlite(sqlx::sqlite::SqliteRow),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::postgres::PgRow),
}

macro_rules! column {
    ($row:expr, $name:expr) => {
        match $row {
            Row::Sqlite(row) => row.try_get($name)?,
            #[cfg(feature = "postgres")]
            Row::Postgres(row) => row.try_get($name)?,
        }
    };
}

impl Row {
    pub(crate) fn integer(&self, name: &str) -> Result<i64, LedgerError> {
        Ok(column!(self, name))
    }

    pub(crate) fn maybe_integer(&self, name: &str) -> Result<Option<i64>, LedgerError> {
        Ok(column!(self, name))
    }

    pub(crate) fn text(&self, name: &str) -> Result<String, LedgerError> {
        Ok(column!(self, name))
    }

    pub(crate) fn maybe_text(&self, name: &str) -> Result<Option<String>, LedgerError> {
        Ok(column!(self, name))
    }

    pub(crate) fn real(&self, name: &str) -> Result<f64, LedgerError> {
        Ok(column!(self, name))
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, LedgerError> {
        Ok(self.integer(name)? != 0)
    }

    /// An integer of a narrower kind.
    pub(crate) fn count<T: TryFrom<i64, Error: Display>>(
        &self,
        name: &str,
    ) -> Result<T, LedgerError> {
        T::try_from(self.integer(name)?).map_err(|why| LedgerError::damaged(name, why))
    }

    /// Text that parses.
    pub(crate) fn parsed<T, E: Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, LedgerError> {
        parse(&self.text(name)?).map_err(|why| LedgerError::damaged(name, why))
    }

    /// Text that parses, or nothing.
    pub(crate) fn maybe_parsed<T, E: Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, LedgerError> {
        let text = self.maybe_text(name)?;
        text.map(|text| parse(&text))
            .transpose()
            .map_err(|why| LedgerError::damaged(name, why))
    }

    /// A stored JSON form.
    pub(crate) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, LedgerError> {
        self.parsed(name, |text| serde_json::from_str(text))
    }

    /// A stored JSON form, or nothing.
    pub(crate) fn maybe_json<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<T>, LedgerError> {
        self.maybe_parsed(name, |text| serde_json::from_str(text))
    }

    /// Milliseconds as a moment.
    pub(crate) fn moment(&self, name: &str) -> Result<Timestamp, LedgerError> {
        moment(name, self.integer(name)?)
    }

    /// Milliseconds as a moment, or nothing.
    pub(crate) fn maybe_moment(&self, name: &str) -> Result<Option<Timestamp>, LedgerError> {
        self.maybe_integer(name)?
            .map(|value| moment(name, value))
            .transpose()
    }
}

fn moment(name: &str, milliseconds: i64) -> Result<Timestamp, LedgerError> {
    Timestamp::from_millisecond(milliseconds).map_err(|why| LedgerError::damaged(name, why))
}
