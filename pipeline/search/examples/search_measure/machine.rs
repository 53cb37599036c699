//! What the machine says of this process and of the index's files.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// The most anonymous memory that was seen, in bytes.
#[derive(Default)]
pub(crate) struct AnonymousMemory {
    pub(crate) most: u64,
}

impl AnonymousMemory {
    pub(crate) fn look(&mut self) {
        self.most = self.most.max(anonymous());
    }
}

/// Anonymous memory of this process now, in bytes: what is not a file in the page cache.
pub(crate) fn anonymous() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    kilobytes.and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) * 1_024
}

/// Seconds of processor that this process has used, as Linux tells in hundredths.
pub(crate) fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = behind_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Bytes that a folder's files take on the disk.
pub(crate) fn size_of(folder: &Path) -> Result<u64, Box<dyn Error>> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() {
            size_of(&entry.path())?
        } else {
            entry.metadata()?.len()
        };
    }
    Ok(bytes)
}

/// Prints what each part of the engine's index takes, by the ending of its files.
pub(crate) fn print_parts(engine: &Path, documents: u32) -> Result<(), Box<dyn Error>> {
    let mut parts: BTreeMap<String, (u64, u32)> = BTreeMap::new();
    for entry in std::fs::read_dir(engine)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let ending = name.rsplit('.').next().unwrap_or_default().to_owned();
        let part = parts.entry(ending).or_default();
        part.0 += entry.metadata()?.len();
        part.1 += 1;
    }
    for (ending, (bytes, files)) in parts {
        println!(
            "  .{ending}: {}, {} bytes an agreement, files: {files}",
            megabytes(bytes),
            bytes / u64::from(documents.max(1))
        );
    }
    Ok(())
}

pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}
