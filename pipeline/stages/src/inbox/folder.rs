//! Names and folders of the inbox.

use super::{CLAIMED, InboxError};
use model::SubmissionId;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Endings of names of files that are still being written.
const UNFINISHED: [&str; 2] = [".part", ".tmp"];
/// Endings of names of files that hold values, not pages.
const INDICES: [&str; 3] = ["xml", "csv", "json"];

pub(super) fn is_ours(name: &OsStr) -> bool {
    matches!(name.as_bytes().first(), None | Some(b'_' | b'.'))
}

pub(super) fn is_unfinished(name: &OsStr) -> bool {
    let name = name.as_bytes().to_ascii_lowercase();
    name.starts_with(b"~") || UNFINISHED.iter().any(|end| name.ends_with(end.as_bytes()))
}

/// Whether a name is that of an index or a sidecar.
pub(super) fn is_index(name: &OsStr) -> bool {
    let ending = Path::new(name).extension().map(OsStr::to_ascii_lowercase);
    ending.is_some_and(|ending| INDICES.iter().any(|index| ending == *index))
}

/// Where the values of a file may lie beside it: `umowa.tif.xml` or `umowa.xml`, and so on; none
/// for a file that may be such itself.
pub(super) fn sidecars(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().unwrap_or_default();
    if is_index(name) || is_ours(name) || is_unfinished(name) {
        return Vec::new();
    }
    let appended = INDICES.iter().map(|ending| {
        let mut longer = name.to_owned();
        longer.push(format!(".{ending}"));
        path.with_file_name(longer)
    });
    let replaced = INDICES.iter().map(|ending| path.with_extension(ending));
    appended.chain(replaced).collect()
}

/// A file's name for people: UTF-8 as it is, other bytes as `\xNN`.
pub(super) fn readable(name: &OsStr) -> String {
    let chunks = name.as_bytes().utf8_chunks();
    chunks.fold(String::new(), |mut text, chunk| {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
        text
    })
}

pub(super) fn parse_name<T, E>(path: &Path, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
    path.file_name()
        .and_then(OsStr::to_str)
        .and_then(|name| parse(name).ok())
}

pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, InboxError> {
    let entries = fs::read_dir(folder).map_err(|e| error(folder, "listing", e))?;
    let mut names: Vec<OsString> = Vec::new();
    for entry in entries {
        names.push(entry.map_err(|e| error(folder, "listing", e))?.file_name());
    }
    names.sort();
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

pub(super) fn copy_synced(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    if !source.metadata()?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no regular file",
        ));
    }
    let mut copy = File::create(to)?;
    io::copy(&mut source, &mut copy)?;
    copy.sync_all()
}

pub(super) fn sync_folder(folder: &Path) -> Result<(), InboxError> {
    File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(|e| error(folder, "syncing", e))
}

/// Removes a claim's empty folders; one that is not empty stays, which is what we want.
pub(super) fn remove_empty(folder: &Path) {
    let _ = fs::remove_dir(folder);
    if let Some(parent) = folder.parent()
        && parent.file_name().is_some_and(|name| name != CLAIMED)
        && parse_name(parent, SubmissionId::parse).is_some()
    {
        let _ = fs::remove_dir(parent);
    }
}

pub(super) fn error(path: &Path, doing: &'static str, source: io::Error) -> InboxError {
    InboxError {
        path: path.to_owned(),
        doing,
        source,
    }
}
