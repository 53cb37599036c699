//! Whether a file's last bytes are those that its kind ends with. Bytes are compared and nothing
//! is decoded: what this cannot tell is asked of a worker.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// A PDF's end mark stands in its last kilobyte (ISO 32000-1, annex H, note 18).
const PDF_TAIL: usize = 1024;
/// The chunk that ends a PNG.
const PNG_END: &[u8] = b"IEND\xaeB`\x82";

/// What the last bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The mark that ends a file of this kind is there.
    Marked,
    /// There are no bytes yet.
    Empty,
    /// No mark, or a kind that has none.
    Unknown,
}

/// What the last bytes of a file say.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn ending(file: &File) -> io::Result<Ending> {
    let bytes = file.metadata()?.len();
    if bytes == 0 {
        return Ok(Ending::Empty);
    }
    let mut head = [0; 8];
    let got = file.read_at(&mut head, 0)?;
    let head = &head[..got];
    let mut tail = vec![0; PDF_TAIL];
    let got = file.read_at(&mut tail, bytes.saturating_sub(PDF_TAIL as u64))?;
    let tail = &tail[..got];
    let marked = match head {
        [b'%', b'P', b'D', b'F', ..] => tail.windows(5).any(|window| window == b"%%EOF"),
        [0xff, 0xd8, ..] => tail.ends_with(&[0xff, 0xd9]),
        [0x89, b'P', b'N', b'G', ..] => tail.ends_with(PNG_END),
        _ => false,
    };
    Ok(if marked {
        Ending::Marked
    } else {
        Ending::Unknown
    })
}

#[cfg(test)]
mod tests {
    use super::{Ending, ending};
    use std::io::Write as _;

    fn of(bytes: &[u8]) -> Ending {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        ending(&file).unwrap()
    }

    #[test]
    fn an_end_is_known_by_its_mark() {
        assert_eq!(of(b""), Ending::Empty);
        assert_eq!(of(b"%PDF-1.4\n1 0 obj"), Ending::Unknown);
        assert_eq!(of(b"%PDF-1.4\n\nstartxref\n9\n%%EOF\r\n"), Ending::Marked);
        let long = [b"%PDF-1.4\n%%EOF\n".as_slice(), &[b'x'; 5000]].concat();
        assert_eq!(of(&long), Ending::Unknown, "an older end is no end");
        assert_eq!(of(b"\xff\xd8\xff\xe0 \xff\xd9"), Ending::Marked);
        assert_eq!(of(b"\xff\xd8\xff\xe0 \xff"), Ending::Unknown);
        assert_eq!(of(b"\x89PNG\r\n\x1a\n0000IEND\xaeB`\x82"), Ending::Marked);
        assert_eq!(of(b"II*\0\x08\0\0\0"), Ending::Unknown, "a worker is asked");
    }
}
