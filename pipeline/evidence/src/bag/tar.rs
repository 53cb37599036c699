//! A bag that is an uncompressed tar (POSIX.1-2001 `pax`, `ustar`, and GNU's long names), read by
//! its headers alone: content stays in the file, so a size that lies shows before a byte of it is
//! taken. Links, devices, sparse files and whatever is not known are refused.

use super::source::{Entry, room_for};
use super::{BagPath, limits};
use crate::EvidenceError;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// Bytes of a block: headers are one, content is padded to whole ones.
pub(crate) const BLOCK: usize = 512;

#[derive(Debug)]
pub(super) struct Tar {
    file: File,
}

/// What extended headers say of the next entry.
#[derive(Default)]
struct Extension {
    path: Option<String>,
    bytes: Option<u64>,
}

impl Tar {
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Entry>), EvidenceError> {
        let file = File::open(path).map_err(EvidenceError::io(path))?;
        let length = file.metadata().map_err(EvidenceError::io(path))?.len();
        let mut entries = list(&file, length).map_err(|trouble| match trouble {
            TarTrouble::Refused(why) => EvidenceError::Refused(why),
            TarTrouble::Io(source) => EvidenceError::io(path)(source),
        })?;
        strip_base(&mut entries);
        Ok((Self { file }, entries))
    }

    pub(super) fn read(&self, entry: &Entry) -> Box<dyn Read + Send + '_> {
        Box::new(Part {
            file: &self.file,
            at: entry.at,
            left: entry.bytes,
        })
    }
}

enum TarTrouble {
    Refused(String),
    Io(io::Error),
}

impl From<io::Error> for TarTrouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn refused<T>(why: impl Into<String>) -> Result<T, TarTrouble> {
    Err(TarTrouble::Refused(why.into()))
}

/// The files of a tar of that length.
fn list(file: &File, length: u64) -> Result<Vec<Entry>, TarTrouble> {
    let (mut entries, mut seen, mut at) = (Vec::new(), BTreeSet::new(), 0);
    let mut extension = Extension::default();
    let block = BLOCK as u64;
    let mut count = 0;
    loop {
        if at + block > length {
            return refused("it is no tar, or breaks off before its end");
        }
        let mut header = [0; BLOCK];
        file.read_exact_at(&mut header, at)?;
        if header.iter().all(|byte| *byte == 0) {
            return match is_empty_from(file, at, length)? {
                true => Ok(entries),
                false => refused(format!(
                    "there is something behind the tar's end at byte {at}"
                )),
            };
        }
        if room_for(count).is_err() {
            return refused(format!("it has more than {} entries", limits::MAX_ENTRIES));
        }
        count += 1;
        let header = Header::parse(&header, at)?;
        let bytes = extension.bytes.unwrap_or(header.bytes);
        let content = at + block;
        let end = content.checked_add(bytes).filter(|end| *end <= length);
        let Some(end) = end else {
            return refused(format!("an entry at byte {at} is longer than the tar"));
        };
        match header.kind {
            b'L' | b'x' => {
                if bytes > limits::MAX_EXTENSION_BYTES {
                    let most = limits::MAX_EXTENSION_BYTES;
                    return refused(format!("a header at byte {at} has more than {most} bytes"));
                }
                let mut content_of = vec![0; usize::try_from(bytes).unwrap_or_default()];
                file.read_exact_at(&mut content_of, content)?;
                extension.take(header.kind, &content_of, at)?;
            }
            // Comments for the whole tar.
            b'g' => {}
            kind => {
                let name = extension.path.take().unwrap_or(header.name);
                extension = Extension::default();
                add(&mut entries, &mut seen, kind, &name, (bytes, content))?;
            }
        }
        at = end + padding(bytes) as u64;
    }
}

/// Adds a file; a folder is only checked.
fn add(
    entries: &mut Vec<Entry>,
    seen: &mut BTreeSet<BagPath>,
    kind: u8,
    name: &str,
    (bytes, at): (u64, u64),
) -> Result<(), TarTrouble> {
    let is_folder = kind == b'5';
    if !is_folder && !matches!(kind, b'0' | 0) {
        let kind = char::from(kind).escape_default();
        return refused(format!("{name} is a link or a special file (`{kind}`)"));
    }
    let bare = name.strip_prefix("./").unwrap_or(name);
    let bare = if is_folder {
        bare.trim_end_matches('/')
    } else {
        bare
    };
    if is_folder && (bare.is_empty() || bare == ".") {
        return Ok(());
    }
    let path = match BagPath::parse(bare) {
        Ok(path) => path,
        Err(why) => return refused(format!("{name:?}: {why}")),
    };
    if is_folder {
        return Ok(());
    }
    if !seen.insert(path.clone()) {
        return refused(format!("{path} is there twice"));
    }
    entries.push(Entry { path, bytes, at });
    Ok(())
}

struct Header {
    name: String,
    bytes: u64,
    kind: u8,
}

impl Header {
    fn parse(block: &[u8; BLOCK], at: u64) -> Result<Self, TarTrouble> {
        let sum: u64 = block
            .iter()
            .enumerate()
            .map(|(place, byte)| match place {
                148..156 => u64::from(b' '),
                _ => u64::from(*byte),
            })
            .sum();
        if number(&block[148..156]) != Some(sum) {
            return refused(format!("it is no tar, or damaged at byte {at}"));
        }
        let Some(bytes) = number(&block[124..136]) else {
            return refused(format!("an entry at byte {at} has no size"));
        };
        let text = |part: &[u8]| {
            let end = part
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(part.len());
            String::from_utf8(part[..end].to_vec())
        };
        let (name, prefix) = match (text(&block[..100]), text(&block[345..500])) {
            (Ok(name), Ok(prefix)) => (name, prefix),
            (Ok(name), Err(_)) if &block[257..263] != b"ustar\0" => (name, String::new()),
            _ => return refused(format!("a name at byte {at} is not UTF-8")),
        };
        let posix = &block[257..263] == b"ustar\0" && !prefix.is_empty();
        Ok(Self {
            name: if posix {
                format!("{prefix}/{name}")
            } else {
                name
            },
            bytes,
            kind: block[156],
        })
    }
}

/// A number in octal digits, or in GNU's base 256.
fn number(field: &[u8]) -> Option<u64> {
    if let [0x80, rest @ ..] = field {
        return rest.iter().try_fold(0u64, |n, byte| {
            n.checked_mul(256)?.checked_add((*byte).into())
        });
    }
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches(|c| c == ' ' || c == '\0');
    match digits.is_empty() {
        true => Some(0),
        false => u64::from_str_radix(digits, 8)
            .ok()
            .filter(|_| !digits.starts_with('+')),
    }
}

impl Extension {
    fn take(&mut self, kind: u8, content: &[u8], at: u64) -> Result<(), TarTrouble> {
        let damaged = || TarTrouble::Refused(format!("a header at byte {at} is damaged"));
        if kind == b'L' {
            let text = content.strip_suffix(b"\0").unwrap_or(content);
            self.path = Some(String::from_utf8(text.to_vec()).map_err(|_| damaged())?);
            return Ok(());
        }
        let mut rest = std::str::from_utf8(content).map_err(|_| damaged())?;
        while !rest.is_empty() {
            let (length, _) = rest.split_once(' ').ok_or_else(damaged)?;
            let whole: usize = length.parse().map_err(|_| damaged())?;
            let record = rest.get(length.len() + 1..whole).ok_or_else(damaged)?;
            let record = record.strip_suffix('\n').ok_or_else(damaged)?;
            let (name, value) = record.split_once('=').ok_or_else(damaged)?;
            match name {
                "path" => self.path = Some(value.to_owned()),
                "size" => self.bytes = Some(value.parse().map_err(|_| damaged())?),
                name if name.starts_with("GNU.sparse") => {
                    return refused(format!("an entry at byte {at} is sparse"));
                }
                _ => {}
            }
            rest = rest.get(whole..).ok_or_else(damaged)?;
        }
        Ok(())
    }
}

/// Whether nothing but zeros stands from there on.
fn is_empty_from(file: &File, mut at: u64, length: u64) -> io::Result<bool> {
    let mut buffer = vec![0; 64 << 10];
    while at < length {
        let count = file.read_at(&mut buffer, at)?;
        if count == 0 || buffer[..count].iter().any(|byte| *byte != 0) {
            return Ok(count == 0);
        }
        at += count as u64;
    }
    Ok(true)
}

/// A tar of a bag has one folder at its top (RFC 8493 §4); a tar of a bag's content is read too.
fn strip_base(entries: &mut [Entry]) {
    let Some(first) = entries.first() else { return };
    let Some((base, _)) = first.path.as_str().split_once('/') else {
        return;
    };
    let base = format!("{base}/");
    let declared = format!("{base}bagit.txt");
    let all_in = entries
        .iter()
        .all(|entry| entry.path.as_str().starts_with(&base));
    if !all_in || !entries.iter().any(|entry| entry.path.as_str() == declared) {
        return;
    }
    for entry in entries {
        if let Ok(path) = BagPath::parse(&entry.path.as_str()[base.len()..]) {
            entry.path = path;
        }
    }
}

/// Zeros that fill content to whole blocks.
pub(crate) fn padding(bytes: u64) -> usize {
    let over = usize::try_from(bytes % BLOCK as u64).unwrap_or_default();
    (BLOCK - over) % BLOCK
}

/// The headers of a plain file: one, and in front of it an extended one where the path or the size
/// does not fit (POSIX.1-2001). Nothing in them but the path and the size differs between files.
pub(crate) fn header(path: &str, bytes: u64, seconds: u64) -> Vec<u8> {
    const MOST_NAME: usize = 100;
    const MOST_BYTES: u64 = 0o777_7777_7777;
    let mut records = String::new();
    if path.len() > MOST_NAME || !path.is_ascii() {
        records.push_str(&record("path", path));
    }
    if bytes > MOST_BYTES {
        records.push_str(&record("size", &bytes.to_string()));
    }
    let mut headers = Vec::new();
    if !records.is_empty() {
        headers.extend(block("pax/header", records.len() as u64, b'x', seconds));
        headers.extend(records.as_bytes());
        headers.resize(headers.len() + padding(records.len() as u64), 0);
    }
    let name: String = path
        .chars()
        .filter(char::is_ascii)
        .take(MOST_NAME)
        .collect();
    headers.extend(block(&name, bytes.min(MOST_BYTES), b'0', seconds));
    headers
}

/// A tar of small files that are in memory, in their order, all of one moment (seconds since 1970).
#[must_use]
pub fn tar_of(files: &[(String, Vec<u8>)], seconds: u64) -> Vec<u8> {
    let mut tar = Vec::new();
    for (path, bytes) in files {
        tar.extend(header(path, bytes.len() as u64, seconds));
        tar.extend(bytes);
        tar.resize(tar.len() + padding(bytes.len() as u64), 0);
    }
    tar.resize(tar.len() + 2 * BLOCK, 0);
    tar
}

/// A record says its own length, the digits of it counted too.
fn record(name: &str, value: &str) -> String {
    let rest = name.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    format!("{length} {name}={value}\n")
}

fn block(name: &str, bytes: u64, kind: u8, seconds: u64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put =
        |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{bytes:011o}\0"));
    put(136, &format!("{seconds:011o}\0"));
    put(148, "        ");
    put(257, "ustar\0");
    put(263, "00");
    block[156] = kind;
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}

/// A stretch of a file.
struct Part<'f> {
    file: &'f File,
    at: u64,
    left: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.file.read_at(&mut buffer[..most], self.at)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
