//! Paths in a bag: parsed at the door, so that none of them leads out of it.

use super::limits::{MAX_DEPTH, MAX_PATH_BYTES};
use std::fmt;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

/// A path below the bag's root: segments joined by `/`, none of them empty, `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BagPath(Box<str>);

/// Why a path is refused (RFC 8493 §5.1: a path must not lead out of the bag).
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PathTrouble {
    /// There is none.
    #[error("it is empty")]
    Empty,
    /// It is longer than [`MAX_PATH_BYTES`] or deeper than [`MAX_DEPTH`].
    #[error("it is longer than {MAX_PATH_BYTES} bytes or deeper than {MAX_DEPTH} folders")]
    TooLong,
    /// It begins at the root of a file system, at a home or at a drive.
    #[error("it does not begin in the bag")]
    Absolute,
    /// It has a segment that is empty, `.` or `..`.
    #[error("it leaves the bag, or names a folder twice")]
    Leaves,
    /// It has a character that means something else on some systems.
    #[error("it has a control character or a backslash")]
    Character,
}

impl BagPath {
    /// A path as written, with `/` between its segments.
    ///
    /// # Errors
    /// When it leads out of the bag, may do so on another system, or is too long.
    pub fn parse(text: &str) -> Result<Self, PathTrouble> {
        if text.is_empty() {
            return Err(PathTrouble::Empty);
        }
        if text.len() > MAX_PATH_BYTES || text.split('/').count() > MAX_DEPTH {
            return Err(PathTrouble::TooLong);
        }
        let drive = text.as_bytes().get(1) == Some(&b':') && text.is_char_boundary(1);
        if text.starts_with(['/', '~']) || drive {
            return Err(PathTrouble::Absolute);
        }
        if text.chars().any(|c| c.is_control() || c == '\\') {
            return Err(PathTrouble::Character);
        }
        if text.split('/').any(|s| matches!(s, "" | "." | "..")) {
            return Err(PathTrouble::Leaves);
        }
        Ok(Self(text.into()))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it lies in the payload (RFC 8493 §2.1.2).
    #[must_use]
    pub fn is_payload(&self) -> bool {
        self.0.starts_with("data/")
    }

    /// The last segment.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The form in which names that some file systems hold to be one are one: composed, without
    /// case (RFC 8493 §5.1.1 and §5.2).
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.nfc().flat_map(char::to_lowercase).nfc().collect()
    }
}

impl fmt::Display for BagPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{BagPath, PathTrouble};
    use proptest::prelude::*;

    #[test]
    fn what_leads_out_is_refused_by_name() {
        for (text, trouble) in [
            ("", PathTrouble::Empty),
            ("/etc/passwd", PathTrouble::Absolute),
            ("~/x", PathTrouble::Absolute),
            ("~root/x", PathTrouble::Absolute),
            ("C:/x", PathTrouble::Absolute),
            ("data/../../x", PathTrouble::Leaves),
            ("data//x", PathTrouble::Leaves),
            ("./data/x", PathTrouble::Leaves),
            ("data/x/", PathTrouble::Leaves),
            ("\\\\?\\UNC\\x", PathTrouble::Character),
            ("data/a\nb", PathTrouble::Character),
        ] {
            assert_eq!(BagPath::parse(text), Err(trouble), "{text:?}");
        }
        assert!(BagPath::parse(&"a/".repeat(80)).is_err());
        let same = ["data/N\u{fa}\u{f1}ez", "data/Nu\u{301}n\u{303}EZ"];
        let [one, other] = same.map(|text| BagPath::parse(text).unwrap().folded());
        assert_eq!(one, other);
    }

    proptest! {
        #[test]
        fn no_path_that_parses_leaves_the_bag(text in "[a-c./~\\\\:\u{0}-\u{ff}]{0,40}") {
            if let Ok(path) = BagPath::parse(&text) {
                let mut joined = std::path::PathBuf::from("/bag");
                joined.push(path.as_str());
                prop_assert!(joined.starts_with("/bag"));
                prop_assert!(!joined.components().any(|c| c.as_os_str() == ".."));
            }
        }
    }
}
