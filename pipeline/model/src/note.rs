//! What there is to know about a file beyond its pages, and the finding it makes.

use crate::{Finding, Severity};
use serde::{Deserialize, Serialize};

/// Something about a file that no page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Its table of objects was broken and has been rebuilt.
    Repaired,
    /// It was encrypted; a password (or the empty one) opened it.
    Decrypted,
    /// It carries that many files inside, which are not read.
    Attachments(u32),
    /// It is a portfolio: its attachments are the documents, its pages are a cover.
    Portfolio,
    /// It carries an electronic signature.
    Signature(Signature),
    /// It is a folder of pages, that many of which its index does not name.
    Unlisted(u32),
    /// It says that it has that many pages more than can be found in it.
    MissingPages(u32),
    /// It is a dynamic form (XFA): what a viewer shows may not be on its pages.
    DynamicForm,
}

/// What can be said of an electronic signature without trusting anybody: whether the bytes it
/// covers are those that were signed. Who signed, and whether they may, is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Whether the digest in the signature is that of the bytes it covers.
    pub digest: SignedDigest,
    /// Whether it covers the file to its end; if not, something was added after signing.
    pub whole: bool,
}

/// The outcome of comparing a signature's digest with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedDigest {
    /// The bytes are those that were signed.
    Fits,
    /// They are not: the file was changed after signing.
    Differs,
    /// The signature is of a kind, or in a state, that cannot be checked here.
    Unclear,
}

impl Note {
    /// What the file's first document is told about it.
    #[must_use]
    pub fn finding(self) -> Finding {
        let (rule, severity, message) = match self {
            Self::Repaired => (
                "file_repaired",
                Severity::Info,
                "the file's table of objects was broken and has been rebuilt for reading".into(),
            ),
            Self::Decrypted => (
                "file_encrypted",
                Severity::Info,
                "the file is encrypted; a configured password or the empty one opened it".into(),
            ),
            Self::Attachments(files) => (
                "attachments",
                Severity::Warning,
                format!(
                    "the file carries {files} other files inside, which are kept but not read: \
                     submit what belongs to the record on its own"
                ),
            ),
            Self::Portfolio => (
                "portfolio",
                Severity::Warning,
                "the file is a portfolio: its documents are the files inside, its pages a cover"
                    .into(),
            ),
            Self::Signature(signature) => {
                let (severity, message) = signature.said();
                ("electronic_signature", severity, message)
            }
            Self::Unlisted(pages) => (
                "unlisted_pages",
                Severity::Warning,
                format!(
                    "{pages} files of the folder are not in its index: they are kept as its last \
                     pages"
                ),
            ),
            Self::MissingPages(pages) => (
                "pages_not_found",
                Severity::Warning,
                format!(
                    "the file says that it has {pages} pages more than can be found in it: compare \
                     it with the paper"
                ),
            ),
            Self::DynamicForm => (
                "dynamic_form",
                Severity::Warning,
                "the file is a dynamic form: what a viewer shows may differ from its pages".into(),
            ),
        };
        Finding {
            rule: rule.into(),
            severity,
            message,
            fields: Vec::new(),
            page: None,
            place: None,
        }
    }
}

impl Signature {
    fn said(self) -> (Severity, String) {
        let (severity, what) = match self.digest {
            SignedDigest::Fits => (Severity::Info, "the signed bytes are unchanged"),
            SignedDigest::Differs => (
                Severity::Error,
                "the signed bytes are not those that were signed: the file was changed",
            ),
            SignedDigest::Unclear => (
                Severity::Warning,
                "its digest is of a kind that cannot be checked here",
            ),
        };
        let (severity, added) = if self.whole {
            (severity, "")
        } else {
            let added = "; something was added to the file after signing";
            (severity.max(Severity::Warning), added)
        };
        let message = format!("the file is signed electronically: {what}{added}");
        (severity, message)
    }
}

#[cfg(test)]
mod tests {
    use super::{Note, Signature, SignedDigest};
    use crate::Severity;

    #[test]
    fn a_signature_is_as_bad_as_what_became_of_the_file() {
        let check = |digest, whole, expected| {
            let finding = Note::Signature(Signature { digest, whole }).finding();
            assert_eq!(finding.severity, expected, "{}", finding.message);
        };
        check(SignedDigest::Fits, true, Severity::Info);
        check(SignedDigest::Fits, false, Severity::Warning);
        check(SignedDigest::Unclear, true, Severity::Warning);
        check(SignedDigest::Differs, true, Severity::Error);
        check(SignedDigest::Differs, false, Severity::Error);
    }
}
