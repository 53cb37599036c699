//! The texts of a package that people and shells read: `bag-info.txt`, `VERIFY.md`, `verify.sh`.

use super::{FORMAT_LABEL, PACKAGE_FORMAT, Statement};
use crate::signature::PublicKey;

/// `bag-info.txt` (RFC 8493 §2.2.2).
pub(crate) fn bag_info(statement: &Statement, program: &str, bytes: u64, files: u64) -> String {
    let day = statement.requested_at.strftime("%Y-%m-%d");
    let (package, sender) = (&statement.package, one_line(&statement.sender));
    format!(
        "Bag-Software-Agent: kartoteka {program}\n\
         Bagging-Date: {day}\n\
         External-Identifier: {package}\n\
         {FORMAT_LABEL}: {PACKAGE_FORMAT}\n\
         Payload-Oxum: {bytes}.{files}\n\
         Source-Organization: {sender}\n"
    )
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How to verify the package, in Polish and in English.
pub(crate) fn verify_md(statement: &Statement, key: PublicKey) -> String {
    let package = &statement.package;
    let leaves_out: String = statement
        .leaves_out
        .iter()
        .map(|what| format!("- {what}\n"))
        .collect();
    include_str!("texts/VERIFY.md")
        .replace("{package}", package)
        .replace("{key}", &key.to_string())
        .replace("{leaves_out}", &leaves_out)
}

/// The script that verifies the package with coreutils and openssl alone.
pub(crate) const fn verify_sh() -> &'static str {
    include_str!("texts/verify.sh")
}
