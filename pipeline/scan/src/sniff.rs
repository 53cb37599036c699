//! What a file is, by its content alone: a name or an extension is never looked at.
//!
//! Formats that are refused are recognised too, so that the refusal can say what the file is.

use model::{Refusal, RefusalReason};

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Pdf,
    Tiff,
    Jpeg,
    Png,
    WebP,
    Bmp,
    Gif,
}

impl Format {
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Tiff => "image/tiff",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Bmp => "image/bmp",
            Self::Gif => "image/gif",
        }
    }
}

/// How far into the file a PDF's header may stand (ISO 32000-2, Annex I: the first 1024 bytes).
const PDF_HEADER_WITHIN: usize = 1024;
/// How much of a file is looked at to name a text format.
const HEAD: usize = 4096;

/// The format of a file, or why it is not taken.
pub(crate) fn format(bytes: &[u8]) -> Result<Format, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::new(RefusalReason::Empty, "the file has no bytes"));
    }
    if let Some(format) = image(bytes) {
        return Ok(format);
    }
    // Before PDF: an e-mail or an archive may well have a PDF within its first kilobyte.
    if let Some(name) = refused(bytes) {
        return Err(Refusal::new(
            RefusalReason::Unsupported,
            format!("it is {name}"),
        ));
    }
    if find(&bytes[..bytes.len().min(PDF_HEADER_WITHIN)], b"%PDF-").is_some() {
        return Ok(Format::Pdf);
    }
    if bytes.iter().all(|&b| b == 0) {
        return Err(Refusal::new(
            RefusalReason::Damaged,
            format!("all its {} bytes are zero", bytes.len()),
        )
        .with_remedy("scan again: the disk or the copy lost the content"));
    }
    // Software repairs what has lost its first lines, so a body alone is a PDF too.
    if find(bytes, b" obj").is_some() && find(bytes, b"endobj").is_some() {
        return Ok(Format::Pdf);
    }
    Err(Refusal::new(
        RefusalReason::NotADocument,
        "it is neither a PDF nor a TIFF nor an image of a known kind",
    ))
}

fn image(bytes: &[u8]) -> Option<Format> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
        Some(Format::Tiff)
    } else if starts(b"\xFF\xD8\xFF") {
        Some(Format::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Some(Format::Png)
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some(Format::Gif)
    } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(Format::WebP)
    } else if starts(b"BM")
        && matches!(
            bytes.get(14..18),
            Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0])
        )
    {
        Some(Format::Bmp)
    } else {
        None
    }
}

/// The name of a format that is known and not taken.
fn refused(bytes: &[u8]) -> Option<&'static str> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |from: usize, magic: &[u8]| bytes.get(from..).is_some_and(|b| b.starts_with(magic));
    if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        return Some(zip(bytes));
    }
    if starts(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Some(compound_file(bytes));
    }
    let binary: [(usize, &[u8], &str); 16] = [
        (0, b"\x1F\x8B", "a gzip archive"),
        (0, b"BZh", "a bzip2 archive"),
        (0, b"\xFD7zXZ\0", "an xz archive"),
        (0, b"\x28\xB5\x2F\xFD", "a Zstandard archive"),
        (0, b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
        (0, b"Rar!\x1A\x07", "a RAR archive"),
        (0, b"MSCF", "a cabinet archive"),
        (257, b"ustar", "a tar archive"),
        (0, b"{\\rtf", "a Rich Text document"),
        (0, b"%!PS", "a PostScript file"),
        (0, b"AT&TFORM", "a DjVu document"),
        (0, b"\0\0\0\x0CjP  \r\n\x87\n", "a JPEG 2000 image"),
        (0, b"\xFF\x4F\xFF\x51", "a JPEG 2000 image"),
        (0, b"\x97JB2\r\n\x1A\n", "a JBIG2 image"),
        (0, b"8BPS", "a Photoshop image"),
        (0, b"\x7FELF", "a program"),
    ];
    if let Some(&(_, _, name)) = binary.iter().find(|(from, magic, _)| at(*from, magic)) {
        return Some(name);
    }
    if at(4, b"ftyp") {
        return Some(
            if ["heic", "heix", "mif1", "msf1", "avif"]
                .iter()
                .any(|b| at(8, b.as_bytes()))
            {
                "a HEIF or AVIF image"
            } else {
                "a film or a sound"
            },
        );
    }
    text(&bytes[..bytes.len().min(HEAD)])
}

/// What a zip file holds, by the names of its first entries (APPNOTE.TXT 4.3.7).
fn zip(bytes: &[u8]) -> &'static str {
    let head = &bytes[..bytes.len().min(1 << 16)];
    let has =
        |name: &[u8]| find(head, name).is_some() || find(tail(bytes, 1 << 16), name).is_some();
    if has(b"mimetypeapplication/vnd.oasis.opendocument") {
        "an OpenDocument file"
    } else if has(b"mimetypeapplication/epub") {
        "an EPUB book"
    } else if has(b"FixedDocSeq") || has(b"FixedDocumentSequence") {
        "an XPS document"
    } else if has(b"[Content_Types].xml") {
        if has(b"word/") {
            "a Word document"
        } else if has(b"xl/") {
            "an Excel workbook"
        } else if has(b"ppt/") {
            "a PowerPoint presentation"
        } else {
            "an Office document"
        }
    } else {
        "a zip archive"
    }
}

/// What a compound file (MS-CFB) holds, by the UTF-16 names of its streams.
fn compound_file(bytes: &[u8]) -> &'static str {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        find(bytes, &wide).is_some()
    };
    if has("__substg1.0_") {
        "an Outlook message"
    } else if has("WordDocument") {
        "a Word document"
    } else if has("Workbook") {
        "an Excel workbook"
    } else if has("PowerPoint Document") {
        "a PowerPoint presentation"
    } else {
        "an Office document"
    }
}

/// What a text is: mail, a web page, XML.
fn text(head: &[u8]) -> Option<&'static str> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let head = String::from_utf8_lossy(head)
        .trim_start()
        .to_ascii_lowercase();
    if head.starts_with("<!doctype html") || head.starts_with("<html") {
        return Some("a web page");
    }
    if head.starts_with("<?xml") || head.starts_with("<svg") {
        return Some("an XML file");
    }
    // RFC 5322, 2.2: a mail begins with fields, `name: value`; two of the usual ones make a mail.
    const USUAL: [&str; 11] = [
        "from ",
        "from:",
        "received:",
        "return-path:",
        "delivered-to:",
        "mime-version:",
        "message-id:",
        "subject:",
        "to:",
        "date:",
        "x-",
    ];
    let usual = |line: &&str| USUAL.iter().any(|field| line.starts_with(field));
    let first_is_usual = head.lines().next().is_some_and(|line| usual(&line));
    let fields = head
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(usual)
        .count();
    (first_is_usual && fields >= 2).then_some("an e-mail")
}

/// The first place of `needle`.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// The last bytes of a file, at most `n`.
pub(crate) fn tail(bytes: &[u8], n: usize) -> &[u8] {
    &bytes[bytes.len().saturating_sub(n)..]
}

#[cfg(test)]
mod tests {
    use super::format;
    use model::RefusalReason;

    #[test]
    fn files_are_known_by_their_content() {
        let check = |bytes: &[u8], expected: Result<&str, (RefusalReason, &str)>| match (
            format(bytes),
            expected,
        ) {
            (Ok(format), Ok(media_type)) => assert_eq!(format.media_type(), media_type),
            (Err(refusal), Err((reason, part))) => {
                assert_eq!(refusal.reason, reason, "{refusal}");
                assert!(refusal.message.contains(part), "{refusal}");
            }
            (got, expected) => panic!("{got:?}, not {expected:?}"),
        };
        let unsupported = |name| Err((RefusalReason::Unsupported, name));
        check(b"%PDF-1.4\n", Ok("application/pdf"));
        check(b"\r\n\r\n%PDF-1.4\n", Ok("application/pdf"));
        check(b"1 0 obj\n<<>>\nendobj\n", Ok("application/pdf"));
        check(b"II*\0\x08\0\0\0", Ok("image/tiff"));
        check(b"MM\0+\0\x08\0\0", Ok("image/tiff"));
        check(b"\xFF\xD8\xFF\xE0", Ok("image/jpeg"));
        check(b"GIF89a", Ok("image/gif"));
        check(b"RIFF\0\0\0\0WEBPVP8 ", Ok("image/webp"));
        check(b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Ok("image/bmp"));
        check(b"", Err((RefusalReason::Empty, "no bytes")));
        check(&[0; 100], Err((RefusalReason::Damaged, "zero")));
        check(
            b"Szanowni Panstwo,",
            Err((RefusalReason::NotADocument, "neither")),
        );
        check(b"BMW", Err((RefusalReason::NotADocument, "neither")));
        check(
            b"PK\x03\x04....[Content_Types].xml....word/document.xml",
            unsupported("Word"),
        );
        check(
            b"PK\x03\x04....[Content_Types].xml....xl/workbook.xml",
            unsupported("Excel"),
        );
        check(
            b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.text",
            unsupported("OpenDocument"),
        );
        check(b"PK\x03\x04....umowa.pdf%PDF-1.4", unsupported("zip"));
        check(
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1..W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0",
            unsupported("Word"),
        );
        check(
            b"Received: by x\r\nSubject: umowa\r\n\r\n%PDF-",
            unsupported("e-mail"),
        );
        check(b"<!DOCTYPE html><p>", unsupported("web page"));
        check(b"\0\0\0\x18ftypheic", unsupported("HEIF"));
    }
}
