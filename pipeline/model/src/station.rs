//! A station: a scanner and its folder.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// The name of a station: its folder's name in the inbox.
///
/// One to 64 characters; letters, digits, space, `-`, `_` and `.`, not beginning with `_` or `.`,
/// which mark folders that are ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StationName(String);

/// The text is no station's name.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` cannot be a station's name: 1 to 64 letters, digits, spaces, `-`, `_`, `.`, not \
     beginning with `_` or `.`"
)]
pub struct StationNameError(String);

impl StationName {
    /// Longest name, in characters.
    pub const MAX_CHARS: usize = 64;

    /// The station of files that lie directly in the inbox.
    #[must_use]
    pub fn unnamed() -> Self {
        Self("default".into())
    }

    /// A name as given by a folder or a person.
    ///
    /// # Errors
    /// When the text is empty, too long, or has a character that is not allowed.
    pub fn parse(text: &str) -> Result<Self, StationNameError> {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.');
        let first_ok = text.starts_with(|c: char| c.is_alphanumeric());
        if first_ok && text.chars().count() <= Self::MAX_CHARS && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(StationNameError(text.to_owned()))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for StationName {
    type Error = StationNameError;

    fn try_from(text: String) -> Result<Self, StationNameError> {
        Self::parse(&text)
    }
}

impl From<StationName> for String {
    fn from(name: StationName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::StationName;

    #[test]
    fn names() {
        for good in ["default", "Oddział Łódź 3", "hp-9250_b", "1"] {
            assert!(StationName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "_done", ".hidden", "a/b", "a\0b", &"x".repeat(65)] {
            assert!(StationName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
