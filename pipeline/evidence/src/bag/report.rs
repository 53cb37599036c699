//! What verifying a bag found: each finding with its kind, and the file where it is about one.

use super::limits::MAX_FINDINGS;
use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is a valid bag all the same.
    Warning,
    /// It is no valid bag.
    Error,
}

macro_rules! troubles {
    ($($variant:ident $word:literal $doc:literal),*) => {
        /// What kind of thing was found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Trouble {
            $(#[doc = $doc] $variant,)*
        }

        impl Trouble {
            /// The word for it, for scripts.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

troubles!(
    Refused "refused" "It is not read: it leads out of the bag, is no plain file, or is too large.",
    Declaration "declaration" "`bagit.txt` is not there or not in order.",
    Manifest "manifest" "A manifest is missing or has a line that is none.",
    Algorithm "algorithm" "A manifest's algorithm is not known here.",
    Path "path" "A path leads out of the bag.",
    Duplicate "duplicate" "A file is listed twice.",
    Alias "alias" "Two names that some file systems hold to be one.",
    Missing "missing" "A file is listed and not there.",
    Unlisted "unlisted" "A file is there and not listed.",
    Differs "differs" "A file is not what the manifest says.",
    Unreadable "unreadable" "A file could not be read.",
    Oxum "oxum" "The payload's size is not what `bag-info.txt` says.",
    Fetch "fetch" "`fetch.txt` is there; nothing is ever fetched.",
    Form "form" "It is not written as the RFC says.",
    SystemFile "system file" "An operating system leaves such files.",
    Profile "profile" "It is not made as packages of kartoteka are.",
    Signature "signature" "A signature is missing, wrong, or by another key.",
    Proof "proof" "An event is not proved to be in the audit log's checkpoint.",
    Statement "statement" "The statement of completeness does not fit what is there."
);

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is.
    pub trouble: Trouble,
    /// Which file it is about; empty where it is about none.
    pub path: String,
    /// In words.
    pub why: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.severity {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        if self.path.is_empty() {
            write!(f, "{mark}{}", self.why)
        } else {
            write!(f, "{mark}{}: {}", self.path, self.why)
        }
    }
}

/// What verifying a bag found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The first findings, at most [`MAX_FINDINGS`], in the order in which they were found.
    pub findings: Vec<Finding>,
    /// How many errors there are in all.
    pub errors: u64,
    /// How many warnings there are in all.
    pub warnings: u64,
    /// Files that were read and hashed.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Report {
    /// Whether everything in it is as it says.
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        self.errors == 0
    }

    pub(crate) fn error(&mut self, trouble: Trouble, path: impl ToString, why: impl Into<String>) {
        self.errors += 1;
        self.add(Severity::Error, trouble, path.to_string(), why.into());
    }

    pub(crate) fn warn(&mut self, trouble: Trouble, path: impl ToString, why: impl Into<String>) {
        self.warnings += 1;
        self.add(Severity::Warning, trouble, path.to_string(), why.into());
    }

    fn add(&mut self, severity: Severity, trouble: Trouble, path: String, why: String) {
        let finding = Finding {
            severity,
            trouble,
            path,
            why,
        };
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        } else if severity == Severity::Error {
            // An error is worth more than a warning that was first.
            let warning = self
                .findings
                .iter()
                .position(|f| f.severity == Severity::Warning);
            if let Some(place) = warning {
                self.findings[place] = finding;
            }
        }
    }
}
