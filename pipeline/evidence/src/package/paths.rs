//! Where things lie in a package.

use model::DocumentId;

/// The version of the layout; `bag-info.txt` says it.
pub const PACKAGE_FORMAT: u32 = 1;
/// Its label there.
pub const FORMAT_LABEL: &str = "Kartoteka-Package-Format";

pub(crate) const STATEMENT: &str = "data/index/statement.json";
pub(crate) const DOCUMENTS: &str = "data/index/documents.jsonl";
pub(crate) const INDEX_CSV: &str = "data/index/index.csv";
pub(crate) const INDEX_PDF: &str = "data/index/index.pdf";
pub(crate) const KEY_PEM: &str = "data/evidence/keys/package.pem";
pub(crate) const KEY_MINISIGN: &str = "data/evidence/keys/package.pub";
pub(crate) const CHECKPOINT: &str = "data/evidence/checkpoint.note";
pub(crate) const KEY_AUDIT: &str = "data/evidence/keys/audit.pub";
pub(crate) const PROOFS: &str = "data/evidence/proofs/";
pub(crate) const SIP: &str = "data/sip/";
pub(crate) const DUBLIN_CORE: &str = "metadata/descriptive/dc.xml";
pub(crate) const ORIGINAL: &str = "representations/original/";
pub(crate) const READING: &str = "representations/reading/";
/// What a signature's file is called after what it signs.
pub(crate) const SIGNATURE_SUFFIX: &str = ".minisig";
/// The tag manifests, each of which is signed.
pub(crate) const TAG_MANIFESTS: [&str; 2] = ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt"];
/// The tag files that the tag manifests list.
pub(crate) const TAG_FILES: [&str; 6] = [
    "VERIFY.md",
    "bag-info.txt",
    "bagit.txt",
    "manifest-sha256.txt",
    "manifest-sha512.txt",
    "verify.sh",
];

/// The document's own file.
pub(crate) fn original(id: DocumentId, media_type: &str) -> String {
    let end = match media_type {
        "application/pdf" => "pdf",
        "image/tiff" => "tif",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/bmp" => "bmp",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "application/x-tar" => "tar",
        _ => "bin",
    };
    format!("{SIP}{ORIGINAL}data/{id}/original.{end}")
}

/// What the program understood of it, as it was kept.
pub(crate) fn record(id: DocumentId) -> String {
    format!("{SIP}{READING}data/{id}/record.json")
}

/// Its words and their places.
pub(crate) fn pages(id: DocumentId) -> String {
    format!("{SIP}{READING}data/{id}/pages.json")
}

/// What was known of its submission when it was received.
pub(crate) fn submission(id: DocumentId) -> String {
    format!("{SIP}{READING}data/{id}/submission.json")
}

/// What happened to it, for archives.
pub(crate) fn preservation(id: DocumentId) -> String {
    format!("{SIP}{ORIGINAL}metadata/preservation/{id}.xml")
}

/// What the audit log has of it.
pub(crate) fn audit(id: DocumentId) -> String {
    format!("data/evidence/audit/{id}.jsonl")
}

/// The proofs that its events are in the log that the checkpoint is of.
pub(crate) fn proofs(id: DocumentId) -> String {
    format!("{PROOFS}{id}.jsonl")
}
