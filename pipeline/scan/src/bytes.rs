//! The bytes of a file, whole: read into memory, or mapped where there are many, so that the
//! workers that read pages of one long batch do not hold a copy of it each.
#![expect(unsafe_code, reason = "only the system can map a file")]

use memmap2::{Mmap, UncheckedAdvice};
use model::{Limits, Refusal, RefusalReason};
use std::fs::File;
use std::io;
use std::ops::Deref;
use std::os::unix::fs::FileExt as _;

/// Files of so many bytes are mapped; smaller ones are cheaper to read.
const MAPPED_FROM: usize = 32 << 20;

/// All bytes of a file.
pub(crate) enum Bytes {
    /// A copy.
    Read(Vec<u8>),
    /// The file itself.
    Mapped(Mmap),
}

impl Bytes {
    /// Those of a file, if it is within the limit.
    pub(crate) fn of(file: &File, limits: &Limits) -> Result<Self, Refusal> {
        let length = file.metadata().map_err(|e| unreachable(&e))?.len();
        let too_large = |what: &str| {
            Refusal::new(
                RefusalReason::Limit,
                format!("{length} bytes exceed {what}"),
            )
        };
        if length > limits.file_bytes {
            let limit = limits.file_bytes;
            return Err(too_large(&format!("the limit `file_bytes` of {limit}")));
        }
        let length =
            usize::try_from(length).map_err(|_| too_large("this machine's address space"))?;
        if length >= MAPPED_FROM
            && let Some(mapped) = map(file)
        {
            return Ok(Self::Mapped(mapped));
        }
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(length)
            .map_err(|_| too_large("the worker's memory, the limit `worker_megabytes`"))?;
        bytes.resize(length, 0);
        let filled = fill(file, &mut bytes).map_err(|e| unreachable(&e))?;
        bytes.truncate(filled);
        Ok(Self::Read(bytes))
    }

    /// Lets go of what was looked at of a mapped file: the system has it at hand still, and gives
    /// it again when it is asked for.
    pub(crate) fn let_go(&self) {
        if let Self::Mapped(mapped) = self {
            // SAFETY: of a mapping that shows a file and is never written, what is dropped here is
            // read from the file again: the bytes are the same.
            let advised = unsafe { mapped.unchecked_advise(UncheckedAdvice::DontNeed) };
            // Advice that is not taken costs memory, nothing else.
            drop(advised);
        }
    }
}

/// Maps a file; none where the system does not.
fn map(file: &File) -> Option<Mmap> {
    // SAFETY: what is mapped may be changed by others while it is looked at. In the archive nobody
    // does: originals are write-once. Where somebody does all the same, reading decodes what no
    // program wrote, in a worker that is fenced in because it decodes such things every day; and
    // where the file is cut short, the system ends that worker, which its parent is ready for.
    unsafe { Mmap::map(file) }.ok()
}

/// Fills a buffer from a file's start; how many bytes there were.
fn fill(file: &File, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read_at(&mut bytes[filled..], filled as u64) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn unreachable(error: &io::Error) -> Refusal {
    Refusal::new(
        RefusalReason::Unreachable,
        format!("it could not be read: {error}"),
    )
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Read(bytes) => bytes,
            Self::Mapped(mapped) => mapped,
        }
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, MAPPED_FROM};
    use model::{Limits, RefusalReason};
    use std::io::Write as _;

    #[test]
    fn a_large_file_is_mapped_and_gives_its_bytes_again_after_it_let_go() {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..=250).cycle().take(MAPPED_FROM + 5).collect();
        file.write_all(&bytes).unwrap();
        let mapped = Bytes::of(&file, &Limits::default()).unwrap();
        assert!(matches!(mapped, Bytes::Mapped(_)));
        assert!(*mapped == *bytes);
        mapped.let_go();
        assert!(*mapped == *bytes);
    }

    #[test]
    fn a_small_file_is_read_and_one_beyond_the_limit_refused() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"%PDF-").unwrap();
        let read = Bytes::of(&file, &Limits::default()).unwrap();
        assert!(matches!(&read, Bytes::Read(bytes) if bytes == b"%PDF-"));
        let limits = Limits {
            file_bytes: 4,
            ..Limits::default()
        };
        let refused = Bytes::of(&file, &limits)
            .err()
            .map(|refusal| refusal.reason);
        assert_eq!(refused, Some(RefusalReason::Limit));
    }
}
