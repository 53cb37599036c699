//! Which files of a package are whole: one a line, appended when it is.

use super::Written;
use crate::EvidenceError;
use crate::bag::hexadecimal;
use crate::bag::parse_hexadecimal;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Where the last whole file ends in a tar.
    end: u64,
}

impl Journal {
    /// Opens the journal of the package with that name, with what it knows; one of another name is
    /// begun anew.
    pub(super) fn open(
        path: &Path,
        name: &str,
    ) -> Result<(Self, BTreeMap<String, Written>), EvidenceError> {
        let text = fs::read_to_string(path).unwrap_or_default();
        let (mut known, mut end, mut length) = (BTreeMap::new(), 0, 0);
        let mut lines = text.split_inclusive('\n');
        if let Some(head) = lines
            .next()
            .filter(|line| line.strip_suffix('\n') == Some(name))
        {
            length = head.len();
            for line in lines {
                let Some((file, written, ends)) = parse(line) else {
                    break;
                };
                known.insert(file, written);
                (end, length) = (ends, length + line.len());
            }
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let opened = options.open(path).and_then(|mut file| {
            file.set_len(length as u64)?;
            std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0))?;
            if length == 0 {
                writeln!(file, "{name}")?;
            }
            Ok(file)
        });
        let file = opened.map_err(EvidenceError::io(path))?;
        let path = path.to_owned();
        Ok((Self { path, file, end }, known))
    }

    pub(super) const fn end(&self) -> u64 {
        self.end
    }

    pub(super) fn note(
        &mut self,
        path: &str,
        written: &Written,
        end: u64,
    ) -> Result<(), EvidenceError> {
        let (sha256, sha512) = (hexadecimal(&written.sha256), hexadecimal(&written.sha512));
        let line = format!("{} {sha256} {sha512} {end} {path}\n", written.bytes);
        self.end = end;
        let noted = self.file.write_all(line.as_bytes());
        noted.map_err(EvidenceError::io(&self.path))
    }

    pub(super) fn remove(self) -> Result<(), EvidenceError> {
        fs::remove_file(&self.path).map_err(EvidenceError::io(&self.path))
    }
}

/// A line of the journal; none for one that was broken off.
fn parse(line: &str) -> Option<(String, Written, u64)> {
    let mut parts = line.strip_suffix('\n')?.splitn(5, ' ');
    let written = Written {
        bytes: parts.next()?.parse().ok()?,
        sha256: parse_hexadecimal(parts.next()?).filter(|d| d.len() == 32)?,
        sha512: parse_hexadecimal(parts.next()?).filter(|d| d.len() == 64)?,
    };
    let end = parts.next()?.parse().ok()?;
    Some((parts.next()?.to_owned(), written, end))
}
