//! How much of a bag is read before it is refused: each limit with its unit and its reason.

/// Files and folders in a bag: what one listing holds in memory.
pub const MAX_ENTRIES: usize = 2_000_000;
/// Bytes of `bagit.txt`: it has two lines.
pub const MAX_DECLARATION_BYTES: u64 = 4 << 10;
/// Bytes of `bag-info.txt` and of `fetch.txt`: text for people, held in memory.
pub const MAX_INFO_BYTES: u64 = 16 << 20;
/// Bytes of one manifest, held in memory: two million files at some 250 bytes a line.
pub const MAX_MANIFEST_BYTES: u64 = 512 << 20;
/// Bytes of a path: what Linux opens.
pub const MAX_PATH_BYTES: usize = 4_096;
/// Folders within folders: deeper ones only serve to exhaust whoever walks them.
pub const MAX_DEPTH: usize = 64;
/// Bytes of a tar's extended header: it holds a path and a few numbers.
pub const MAX_EXTENSION_BYTES: u64 = 64 << 10;
/// Findings that are listed one by one; the others are counted.
pub const MAX_FINDINGS: usize = 1_000;
