//! A folder of single pages as one run of bytes: a tar file that anybody can open, the same for the
//! same files, so that it has one hash and is stored, repeated and verified like any other.
//!
//! Every member's bytes are in it as they were dropped; names, but no times and no owners.

use super::InboxError;
use super::folder::{error, list};
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// The name of the tar file in its claim.
pub(crate) const BUNDLE: &str = ".bundle.tar";
/// The name of the empty file that a bundle begins with, by which its reader knows it.
const MARK: &[u8] = b"kartoteka-bundle";
/// Bytes of a block.
const BLOCK: usize = 512;
/// Longest name that a header holds by itself, in bytes.
const NAME: usize = 100;
/// Bytes that the header's size field can say in octal.
const LARGEST: u64 = 0o777_7777_7777;

/// Packs the files of a folder into `target`, in the order of their names' bytes.
///
/// # Errors
/// When a file cannot be read, changes while it is, or the tar file cannot be written.
pub(crate) fn pack(folder: &Path, target: &Path) -> Result<(), InboxError> {
    let mut out = BufWriter::new(File::create(target).map_err(|e| error(target, "packing", e))?);
    header(MARK, 0, b'0')
        .and_then(|header| out.write_all(&header))
        .map_err(|e| error(target, "packing", e))?;
    for path in list(folder)? {
        add(&path, &mut out).map_err(|e| error(&path, "packing", e))?;
    }
    // Two empty blocks are the end.
    out.write_all(&[0; 2 * BLOCK])
        .and_then(|()| out.flush())
        .map_err(|e| error(target, "packing", e))
}

fn add(path: &Path, out: &mut impl Write) -> io::Result<()> {
    let mut file = File::open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let name = path.file_name().unwrap_or_default().as_bytes();
    if name.len() > NAME {
        // GNU's way, which every tar reads: the name as a member before the member.
        let mut long = name.to_vec();
        long.push(0);
        out.write_all(&header(b"././@LongLink", long.len() as u64, b'L')?)?;
        out.write_all(&long)?;
        pad(long.len() as u64, out)?;
    }
    out.write_all(&header(&name[..name.len().min(NAME)], meta.len(), b'0')?)?;
    let copied = io::copy(&mut (&mut file).take(meta.len()), out)?;
    if copied != meta.len() || file.metadata()?.len() != meta.len() {
        return Err(io::Error::other("it was written to while it was read"));
    }
    pad(copied, out)
}

fn pad(bytes: u64, out: &mut impl Write) -> io::Result<()> {
    let over = usize::try_from(bytes % BLOCK as u64).unwrap_or_default();
    let missing = if over == 0 { 0 } else { BLOCK - over };
    out.write_all(&[0; BLOCK][..missing])
}

/// A header of the `ustar` kind.
fn header(name: &[u8], bytes: u64, kind: u8) -> io::Result<[u8; BLOCK]> {
    if bytes > LARGEST {
        return Err(io::Error::other("it is too large for a bundle"));
    }
    let mut block = [0; BLOCK];
    let mut put = |at: usize, text: &[u8]| block[at..at + text.len()].copy_from_slice(text);
    put(0, name);
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{bytes:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::pack;
    use std::process::Command;

    #[test]
    fn a_bundle_is_a_tar_and_the_same_for_the_same_files() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("partia");
        std::fs::create_dir(&folder).unwrap();
        let long = format!("{}.tif", "ł".repeat(120));
        for (name, bytes) in [
            ("index.xml", "<x/>"),
            (long.as_str(), "page"),
            ("empty", ""),
        ] {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        let (one, two) = (scratch.path().join("1.tar"), scratch.path().join("2.tar"));
        pack(&folder, &one).unwrap();
        std::fs::write(folder.join("empty"), "").unwrap();
        pack(&folder, &two).unwrap();
        assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap());

        let out = scratch.path().join("out");
        std::fs::create_dir(&out).unwrap();
        let status = Command::new("tar")
            .arg("-xf")
            .arg(&one)
            .arg("-C")
            .arg(&out)
            .status()
            .unwrap();
        assert!(status.success());
        assert_eq!(std::fs::read_to_string(out.join(&long)).unwrap(), "page");
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 4, "and the mark");
    }
}
