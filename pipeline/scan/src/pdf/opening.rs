//! Opening a PDF: repair, passwords, completeness, and what else its catalogue says.

use super::{catalogue, tree};
use crate::bytes::Bytes;
use crate::over_limit;
use crate::sniff::{find, tail};
use flate2::read::ZlibDecoder;
use hayro_syntax::object::{Dict, MaybeRef, Name, Object, Stream};
use hayro_syntax::page::Page;
use hayro_syntax::{DecryptionError, Filter, LoadPdfError, Pdf};
use lopdf::{Document, LoadOptions};
use model::{Failure, Limits, Note, Refusal, RefusalReason};
use std::io::Read;
use std::sync::Arc;

/// Where a PDF's end is looked for: Annex I allows 1024 bytes, real files have more after it.
const END_WITHIN: usize = 4096;
/// Where the first object of a file made for the web is looked for (Annex F: the first 1024 bytes).
const HEAD: usize = 1024;
/// A file's first or last trailer is within so many bytes of an end: a table of objects as a
/// stream comes after it, five bytes an object.
const TRAILER_WITHIN: usize = 4 << 20;
/// Most that Deflate can expand (RFC 1951: a length of 258 for 2 bits).
const DEFLATE_RATIO: u64 = 1032;

/// Share of `stream_bytes` that a page's drawing operators may take.
const CONTENT_SHARE: u64 = 8;
/// Most times a stream may have been folded: twice happens, more is an attack.
const MOST_FOLDED: usize = 3;

/// A PDF that opened.
pub(super) struct Opened {
    pub(super) pdf: Pdf,
    /// For each page its number in `pdf`; none where it is missing.
    pub(super) pages: Vec<Option<usize>>,
    pub(super) notes: Vec<Note>,
}

pub(super) fn open(
    bytes: Arc<Bytes>,
    limits: &Limits,
    passwords: &[String],
) -> Result<Opened, Refusal> {
    let pdf = with_passwords(&bytes, limits, passwords)?;
    if pdf.len() > limits.pdf_objects as usize {
        return Err(Refusal::new(
            RefusalReason::Limit,
            format!(
                "{} objects exceed the limit `pdf_objects` of {}",
                pdf.len(),
                limits.pdf_objects
            ),
        ));
    }
    let root: Dict<'_> = pdf.xref().get(pdf.xref().root_id()).unwrap_or_default();
    let mut pages = tree::pages(&pdf, &root, limits.pages);
    // A file made for the web is counted twice; a page that only that count knows is a lost page.
    let tree_is_lost = root.get::<Dict<'_>>("Pages").is_none();
    let promised = linearised_pages(&bytes, tree_is_lost).min(limits.pages as usize);
    pages.resize(pages.len().max(promised), None);
    let found = u32::try_from(pages.iter().flatten().count()).unwrap_or(u32::MAX);
    let promised = root
        .get::<Dict<'_>>("Pages")
        .and_then(|pages| pages.get::<u32>("Count"))
        .unwrap_or(0);
    // A tree that leads nowhere still says how many pages there should be: they are lost pages.
    if pages.is_empty() && has_end(&bytes) {
        pages.resize(promised.min(limits.pages) as usize, None);
    }
    if !has_end(&bytes) && promised > found {
        return Err(Refusal::new(
            RefusalReason::Truncated,
            format!(
                "its end is missing, and with it {} of {promised} pages",
                promised - found
            ),
        ));
    }
    if !has_end(&bytes)
        && let Some(page) = first_incomplete(&pdf, &pages)
    {
        let message = "its end is missing, and with it a part of the page";
        return Err(Refusal::new(RefusalReason::Truncated, message).on_page(page));
    }
    let mut notes = Vec::new();
    if !has_sound_table(&bytes) {
        notes.push(Note::Repaired);
    }
    if is_encrypted(&bytes) {
        notes.push(Note::Decrypted);
    }
    let listed = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    if promised > listed {
        notes.push(Note::MissingPages(promised - listed));
    }
    catalogue::notes(&pdf, &bytes, &root, limits.nesting, &mut notes);
    Ok(Opened { pages, pdf, notes })
}

/// How many pages a file made for the web says it has, in its first object (ISO 32000-2, Annex
/// F.3.1: `/N`); 0 where it says nothing. Where the file is not as long as that object says (`/L`),
/// it was changed since, and is asked only where there is no page tree to ask.
fn linearised_pages(bytes: &[u8], tree_is_lost: bool) -> usize {
    let head = &bytes[..bytes.len().min(HEAD)];
    let Some(at) = find(head, b"/Linearized") else {
        return 0;
    };
    let dict = &head[at..];
    let dict = &dict[..find(dict, b">>").unwrap_or(dict.len())];
    let number = |key: &[u8]| -> Option<usize> {
        let after = String::from_utf8_lossy(&dict[find(dict, key)? + key.len()..]).into_owned();
        after
            .split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    };
    if tree_is_lost || number(b"/L ") == Some(bytes.len()) {
        number(b"/N ").unwrap_or(0)
    } else {
        0
    }
}

/// Whether a file says that it is encrypted. A trailer stands near either end; of a large file
/// what is between them is not looked at for this.
fn is_encrypted(bytes: &[u8]) -> bool {
    let ends = [
        &bytes[..bytes.len().min(TRAILER_WITHIN)],
        tail(bytes, TRAILER_WITHIN),
    ];
    ends.iter().any(|end| find(end, b"/Encrypt").is_some())
}

/// Whether the last lines of a PDF are there.
fn has_end(bytes: &[u8]) -> bool {
    let end = tail(bytes, END_WITHIN);
    find(end, b"%%EOF").is_some() || find(end, b"startxref").is_some()
}

/// The first page of which something is missing: itself, its content, an image.
fn first_incomplete(pdf: &Pdf, pages: &[Option<usize>]) -> Option<u32> {
    let incomplete = |index: &Option<usize>| match index.and_then(|index| pdf.pages().get(index)) {
        Some(page) => {
            let promised = page.raw().contains_key("Contents");
            (promised && page.raw().get::<Object<'_>>("Contents").is_none())
                || missing_resource(page).is_some()
        }
        None => true,
    };
    let at = pages.iter().position(incomplete)?;
    u32::try_from(at + 1).ok()
}

/// Whether the file says where its table of objects is, and something like one is there.
fn has_sound_table(bytes: &[u8]) -> bool {
    let end = tail(bytes, END_WITHIN);
    let Some(at) = end.windows(9).rposition(|window| window == b"startxref") else {
        return false;
    };
    let number = String::from_utf8_lossy(&end[at + 9..]);
    let number = number
        .split_ascii_whitespace()
        .next()
        .and_then(|n| n.parse::<usize>().ok());
    let table = number.and_then(|n| bytes.get(n..));
    table.is_some_and(|t| {
        t.trim_ascii_start()
            .first()
            .is_some_and(|b| *b == b'x' || b.is_ascii_digit())
    })
}

fn with_passwords(
    bytes: &Arc<Bytes>,
    limits: &Limits,
    passwords: &[String],
) -> Result<Pdf, Refusal> {
    let candidates = || std::iter::once("").chain(passwords.iter().map(String::as_str));
    let mut locked = false;
    for password in candidates() {
        match Pdf::new_with_password(bytes.clone(), password) {
            Ok(pdf) => return Ok(pdf),
            Err(LoadPdfError::Invalid) => return Err(invalid(bytes)),
            Err(LoadPdfError::Decryption(error)) => {
                locked |= error == DecryptionError::PasswordProtected;
            }
        }
    }
    if let Some(pdf) = only_attachments_encrypted(bytes) {
        return Ok(pdf);
    }
    // The other reader knows owners' passwords and older forms of encryption too.
    for password in candidates() {
        if let Some(pdf) = decrypted(bytes, password, limits) {
            return Ok(pdf);
        }
    }
    Err(if locked {
        let tried = match passwords.len() {
            0 => "no password is configured".to_owned(),
            n => format!("none of the {n} configured passwords opens it"),
        };
        Refusal::new(
            RefusalReason::Encrypted,
            format!("it is encrypted and {tried}"),
        )
    } else {
        Refusal::new(
            RefusalReason::Encrypted,
            "it is encrypted in a way that is not known",
        )
        .with_remedy("open it in a viewer, save it without encryption, and send that")
    })
}

/// The file without its encryption, where that is of attachments only and all pages lie open
/// (ISO 32000-2, 7.6.6: the `Identity` filter for streams).
fn only_attachments_encrypted(bytes: &[u8]) -> Option<Pdf> {
    let open = [&b"/StmF/Identity"[..], b"/StmF /Identity"]
        .iter()
        .any(|s| find(bytes, s).is_some());
    if !open {
        return None;
    }
    let mut plain = bytes.to_vec();
    // Every trailer names the encryption; a key of the same length that nobody knows hides it.
    let mut from = 0;
    while let Some(at) = find(&plain[from..], b"/Encrypt ") {
        plain[from + at..][..8].copy_from_slice(b"/Unknown");
        from += at + 8;
    }
    Pdf::new(plain).ok()
}

/// Why a file that says it is a PDF cannot be opened at all.
fn invalid(bytes: &[u8]) -> Refusal {
    if has_end(bytes) {
        Refusal::new(
            RefusalReason::Damaged,
            "its objects cannot be found, nor rebuilt",
        )
    } else {
        Refusal::new(
            RefusalReason::Truncated,
            "its end is missing, and too much with it to rebuild it",
        )
    }
}

/// The file without its encryption, as `lopdf` writes it; none where the password is wrong.
fn decrypted(bytes: &[u8], password: &str, limits: &Limits) -> Option<Pdf> {
    let options = LoadOptions {
        max_decompressed_size: usize::try_from(limits.stream_bytes).ok(),
        ..LoadOptions::with_password(password)
    };
    let mut document = Document::load_mem_with_options(bytes, options).ok()?;
    if document.is_encrypted() {
        document.decrypt(password).ok()?;
    }
    document.trailer.remove(b"Encrypt");
    let mut plain = Vec::new();
    document.save_to(&mut plain).ok()?;
    Pdf::new(plain).ok()
}

/// Checks that a page's content unfolds to no more than its share of the limit, before it is
/// unfolded whole: it is drawing operators, and small where an image is large.
pub(super) fn check_content(page: &Page<'_>, limits: &Limits) -> Result<(), Failure> {
    let most = limits.stream_bytes / CONTENT_SHARE;
    let check = |stream: &Stream<'_>| check_unfolded(stream, most).map_err(over_limit);
    match page.raw().get::<Object<'_>>("Contents") {
        Some(Object::Stream(stream)) => check(&stream),
        Some(Object::Array(parts)) => parts
            .iter::<Stream<'_>>()
            .try_for_each(|stream| check(&stream)),
        _ => Ok(()),
    }
}

/// Checks that a stream unfolds to no more than the limit.
pub(super) fn check_stream(stream: &Stream<'_>, limits: &Limits) -> Result<(), String> {
    check_unfolded(stream, limits.stream_bytes)
}

/// Costs an unfolding only where `most` could be reached at all.
fn check_unfolded(stream: &Stream<'_>, most: u64) -> Result<(), String> {
    let raw = stream.raw_data();
    let filters = stream.filters();
    let times = filters
        .iter()
        .take_while(|&&filter| filter == Filter::FlateDecode)
        .count();
    let ratio = DEFLATE_RATIO.saturating_pow(u32::try_from(times).unwrap_or(u32::MAX));
    if times == 0 || (raw.len() as u64).saturating_mul(ratio) <= most {
        return Ok(());
    }
    let too_large = || {
        format!(
            "a stream of {} bytes unfolds to more than {most}, by the limit `stream_bytes`",
            raw.len()
        )
    };
    if times > MOST_FOLDED {
        return Err(too_large());
    }
    let mut unfolded: Box<dyn Read + '_> = Box::new(&*raw);
    for _ in 0..times {
        unfolded = Box::new(ZlibDecoder::new(unfolded).take(most + 1));
    }
    // A broken stream unfolds to what it held until it broke.
    let mut bytes = 0u64;
    let mut buffer = vec![0u8; 1 << 16];
    while let Ok(n @ 1..) = unfolded.read(&mut buffer) {
        bytes += n as u64;
    }
    if bytes > most {
        Err(too_large())
    } else {
        Ok(())
    }
}

/// The name of an image or form that the page's resources promise and the file does not hold.
pub(super) fn missing_resource(page: &Page<'_>) -> Option<String> {
    let objects = &page.resources().x_objects;
    let missing = |name: &Name<'_>| {
        matches!(
            objects.get_raw::<Object<'_>>(name.as_ref()),
            Some(MaybeRef::Ref(_))
        ) && objects.get::<Stream<'_>>(name.as_ref()).is_none()
    };
    objects
        .keys()
        .find(missing)
        .map(|name| String::from_utf8_lossy(name.as_ref()).into_owned())
}
