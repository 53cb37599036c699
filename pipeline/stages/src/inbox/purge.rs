//! What lies in an inbox of a file that was disposed of: its source in `_done` or `_parked`, the
//! values beside it, its receipts. A source is removed only where its bytes are those that were
//! disposed of: another file of the same name stays.

use super::claim::{DONE, PARKED};
use super::folder::{error, list, remove_empty, sidecars};
use super::{Inbox, InboxError, pack};
use model::{Digest, Digester, StationName, SubmissionId};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The folder of receipts beside a station's inputs.
const RECEIPTS: &str = "_receipts";
const CHUNK_BYTES: usize = 1 << 18;

impl Inbox {
    /// Removes what is left of a received file; how many files that were.
    ///
    /// # Errors
    /// When something is there and cannot be removed.
    pub fn purge(
        &self,
        station: &StationName,
        id: SubmissionId,
        name: &str,
        sha256: Digest,
    ) -> Result<u32, InboxError> {
        let home = self.folder_of(station);
        let mut removed = 0;
        for rest in [DONE, PARKED] {
            let own = home.join(rest).join(id.to_string());
            for source in [own.join(name), home.join(rest).join(name)] {
                if is_source(&source, sha256)? {
                    for beside in sidecars(&source).iter().chain([&source]) {
                        removed += u32::from(remove(beside)?);
                    }
                }
            }
            remove_empty(&own);
        }
        for receipt in self.receipts(&home, id) {
            removed += u32::from(remove(&receipt)?);
        }
        Ok(removed)
    }

    /// The receipts that say they are about a submission.
    fn receipts(&self, home: &Path, id: SubmissionId) -> Vec<PathBuf> {
        let folder = home.join(RECEIPTS);
        let mut ours = Vec::new();
        for path in list(&folder).unwrap_or_default() {
            let is_json = path.extension().is_some_and(|end| end == "json");
            if is_json && crate::receipts::holder(&path) == Some(id) {
                ours.push(path.with_extension("txt"));
                ours.push(path);
            }
        }
        ours
    }
}

/// Whether what lies there is the file, or the folder of pages, with these bytes.
fn is_source(path: &Path, sha256: Digest) -> Result<bool, InboxError> {
    let Ok(meta) = fs::symlink_metadata(path) else {
        return Ok(false);
    };
    if meta.is_file() {
        let found = digest(path).map_err(|e| error(path, "reading", e))?;
        return Ok(found == sha256);
    }
    if !meta.is_dir() {
        return Ok(false);
    }
    let packed = tempfile_beside(path);
    let same = pack(path, &packed)
        .and_then(|()| digest(&packed).map_err(|e| error(&packed, "reading", e)))
        .map(|found| found == sha256);
    // It only served to be hashed.
    let _ = fs::remove_file(&packed);
    same
}

fn tempfile_beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.packed"))
}

fn digest(path: &Path) -> io::Result<Digest> {
    let (mut file, mut digester) = (File::open(path)?, Digester::default());
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(digester.finish()),
            count => digester.update(&buffer[..count]),
        }
    }
}

/// Removes a file or a folder; whether there was one.
fn remove(path: &Path) -> Result<bool, InboxError> {
    let gone = match fs::symlink_metadata(path) {
        Err(_) => return Ok(false),
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    gone.map(|()| true)
        .map_err(|e| error(path, "removing what was disposed of", e))
}
