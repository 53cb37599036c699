//! A folder of single pages with its index, packed as tar: many files that are one.
//!
//! The index says in which order they come and what is known of them; a page that it names and
//! that is not there refuses the whole, because a page less is a lost page.

use crate::index::{self, Index};
use crate::{ScannedPage, Source, open_bytes};
use model::{Bitmap, Failure, Limits, Note, Refusal, RefusalReason};
use std::collections::BTreeMap;

/// Bytes of a block of tar.
const BLOCK: usize = 512;
/// Longest name that a header holds by itself, in bytes.
const NAME: usize = 100;
/// Largest file that a header can say the size of.
const LARGEST: usize = 0o777_7777_7777;
/// Most files of a bundle.
const MOST_FILES: usize = 10_000;
/// The name of the empty file that every bundle of ours begins with: another tar file is refused.
const MARK: &str = "kartoteka-bundle";

/// The files of a bundle, as pages.
pub(crate) struct Bundle {
    members: Vec<Member>,
    notes: Vec<Note>,
    said: BTreeMap<String, String>,
}

/// One file of it, and the number of its first page.
struct Member {
    name: String,
    bytes: Vec<u8>,
    first: u32,
    source: Result<Box<Source>, Failure>,
}

impl Member {
    fn pages(&self) -> u32 {
        self.source.as_ref().map_or(1, |source| source.page_count())
    }
}

/// Whether bytes are a bundle.
pub(crate) fn is_bundle(bytes: &[u8]) -> bool {
    bytes.starts_with(MARK.as_bytes()) && bytes.get(257..262) == Some(b"ustar")
}

impl Bundle {
    pub(crate) fn open(
        bytes: &[u8],
        limits: &Limits,
        passwords: &[String],
    ) -> Result<Self, Refusal> {
        let files = files(bytes)?;
        let (indices, mut pages): (Vec<_>, Vec<_>) = files
            .into_iter()
            .partition(|(name, _)| index::is_index(name));
        let index = match indices.as_slice() {
            [(name, bytes)] => index::parse(name, bytes)?,
            [] => Index::default(),
            _ => return Err(damaged("it has more than one index")),
        };
        let mut ordered = Vec::new();
        for name in &index.order {
            let at = pages.iter().position(|(page, _)| same_name(page, name));
            let at = at.ok_or_else(|| {
                damaged("its index names a page that is not there")
                    .with_remedy("drop the folder again with all pages of its index")
            })?;
            ordered.push(pages.remove(at));
        }
        let mut notes = Vec::new();
        let unlisted = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        if unlisted > 0 && !index.order.is_empty() {
            notes.push(Note::Unlisted(unlisted));
        }
        ordered.extend(pages);
        let mut members: Vec<Member> = Vec::new();
        let mut first = 1;
        for (name, bytes) in ordered {
            let source = if is_bundle(bytes) {
                Err(damaged("it is a bundle in a bundle"))
            } else {
                open_bytes(bytes.to_vec(), limits, passwords)
            };
            let member = Member {
                first,
                source: source.map(Box::new).map_err(|refusal| {
                    Failure::new(refusal.reason, refusal.message).with_remedy(refusal.remedy)
                }),
                name,
                bytes: bytes.to_vec(),
            };
            first += member.pages();
            members.push(member);
            if first > limits.pages {
                break; // Refused for its number of pages by whoever counts them.
            }
        }
        Ok(Self {
            members,
            notes,
            said: index.said,
        })
    }

    pub(crate) fn page_count(&self) -> u32 {
        self.members.iter().map(Member::pages).sum()
    }

    pub(crate) fn notes(&self) -> &[Note] {
        &self.notes
    }

    pub(crate) fn said(&self) -> &BTreeMap<String, String> {
        &self.said
    }

    /// Decodes one page, counted from 1 over all files.
    pub(crate) fn page(&mut self, number: u32) -> Result<ScannedPage, Failure> {
        let (source, within) = self.source_of(number)?;
        source.page(within)
    }

    /// One page to look at.
    pub(crate) fn view(&mut self, number: u32, width: u32, pixels: u64) -> Result<Bitmap, Failure> {
        let (source, within) = self.source_of(number)?;
        source.view(within, width, pixels)
    }

    /// The files of these pages as a bundle of their own, as they are: a file is not cut.
    pub(crate) fn master(&self, pages: &[u32]) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::new();
        append(&mut out, MARK, &[])?;
        let mut wanted = pages.iter().copied().peekable();
        while let Some(&first) = wanted.peek() {
            let member = self.members.iter().find(|member| member.first == first);
            let member = member.ok_or_else(|| {
                crate::damaged("a document begins in the middle of one of its files")
            })?;
            for page in first..first + member.pages() {
                if wanted.next() != Some(page) {
                    return Err(crate::damaged(
                        "one of its files has pages of more than one document",
                    ));
                }
            }
            append(&mut out, &member.name, &member.bytes)?;
        }
        out.resize(out.len() + 2 * BLOCK, 0);
        Ok(out)
    }

    /// The file that a page is in, and the page's number there.
    fn source_of(&mut self, number: u32) -> Result<(&mut Source, u32), Failure> {
        let member = self
            .members
            .iter_mut()
            .rev()
            .find(|member| member.first <= number)
            .ok_or_else(|| crate::damaged("there is no such page"))?;
        let within = number - member.first + 1;
        match &mut member.source {
            Ok(source) => Ok((source, within)),
            Err(failure) => Err(failure.clone()),
        }
    }
}

/// Names agree without their folders and whatever their case: indices come from another system.
fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| {
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        last.to_lowercase()
    };
    plain(one) == plain(other)
}

/// The regular files in a tar file, by name and content.
fn files(bytes: &[u8]) -> Result<Vec<(String, &[u8])>, Refusal> {
    let mut files = Vec::new();
    let (mut at, mut long_name) = (0, None);
    while let Some(header) = bytes.get(at..at + BLOCK) {
        if header.iter().all(|&byte| byte == 0) {
            return Ok(files);
        }
        let size = octal(&header[124..136]).ok_or_else(|| damaged("a header in it is broken"))?;
        let from = at + BLOCK;
        let content = from
            .checked_add(size)
            .and_then(|until| bytes.get(from..until))
            .ok_or_else(|| truncated("it ends in the middle of a file"))?;
        let name = || text(&header[..100]);
        match header[156] {
            b'L' => long_name = Some(text(content)),
            b'0' | 0 => {
                let name = long_name.take().unwrap_or_else(name);
                if name != MARK {
                    files.push((name, content));
                }
            }
            _ => long_name = None, // A folder, a link, something else: no page.
        }
        if files.len() > MOST_FILES {
            let message = format!("it has more than {MOST_FILES} files");
            return Err(Refusal::new(RefusalReason::Limit, message));
        }
        at = from + size.div_ceil(BLOCK) * BLOCK;
    }
    Err(truncated("it has no end"))
}

/// Adds a file to a tar file.
fn append(out: &mut Vec<u8>, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    if name.len() > NAME {
        let long = [name.as_bytes(), b"\0"].concat();
        append_as(out, b"././@LongLink", &long, b'L')?;
    }
    let end = name.len().min(NAME);
    append_as(out, &name.as_bytes()[..end], bytes, b'0')
}

fn append_as(out: &mut Vec<u8>, name: &[u8], bytes: &[u8], kind: u8) -> Result<(), Failure> {
    if bytes.len() > LARGEST {
        return Err(crate::damaged("one of its files is too large"));
    }
    let mut header = [0; BLOCK];
    let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
    put(0, name);
    put(100, b"0000644\x000000000\x000000000\0");
    put(
        124,
        format!("{:011o}\x0000000000000\0        ", bytes.len()).as_bytes(),
    );
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    out.extend(header);
    out.extend(bytes);
    out.resize(out.len().next_multiple_of(BLOCK), 0);
    Ok(())
}

fn octal(field: &[u8]) -> Option<usize> {
    let digits = field
        .split(|&b| b == 0 || b == b' ')
        .find(|d| !d.is_empty())?;
    let digits = std::str::from_utf8(digits).ok()?;
    usize::from_str_radix(digits, 8).ok()
}

fn text(bytes: &[u8]) -> String {
    let until = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..until]).into_owned()
}

fn damaged(what: &str) -> Refusal {
    Refusal::new(RefusalReason::Damaged, what)
}

fn truncated(what: &str) -> Refusal {
    Refusal::new(RefusalReason::Truncated, what)
}

#[cfg(test)]
mod tests {
    use super::files;
    use crate::open_bytes;
    use image::ImageFormat;
    use model::{Limits, Note, RefusalReason};
    use proptest::prelude::*;
    use std::io::Cursor;

    fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        let mark = (super::MARK, b"".as_slice());
        for (name, bytes) in std::iter::once(&mark).chain(files) {
            let mut header = [0u8; 512];
            header[..name.len()].copy_from_slice(name.as_bytes());
            header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
            header[156] = b'0';
            header[257..262].copy_from_slice(b"ustar");
            out.extend(header);
            out.extend(*bytes);
            out.resize(out.len().next_multiple_of(512), 0);
        }
        out.extend([0; 1024]);
        out
    }

    fn png(side: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::GrayImage::from_pixel(side, side, image::Luma([255]))
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    }

    fn open(files: &[(&str, &[u8])]) -> Result<crate::Source, model::Refusal> {
        open_bytes(tar(files), &Limits::default(), &[])
    }

    #[test]
    fn pages_come_in_the_order_of_the_index_with_what_it_says() {
        let index = br#"<Batch Operator="jk"><Page file="b.png"/><Page file="A.PNG"/>
            <Field name="Numer umowy" value="KG/1"/></Batch>"#;
        let (a, b) = (png(10), png(20));
        let mut source = open(&[("a.png", &a), ("b.png", &b), ("index.xml", index)]).unwrap();
        assert_eq!(source.page_count(), 2);
        assert_eq!(source.page(1).unwrap().width, 20);
        assert_eq!(source.page(2).unwrap().width, 10);
        assert_eq!(source.said()["agreement_number"], "KG/1");
        assert_eq!(source.said()["operator"], "jk");
    }

    #[test]
    fn a_page_that_is_missing_refuses_and_one_too_many_is_noted() {
        let a = png(10);
        let index = b"plik;oddzial\na.png;0421\nb.png;0421\n".as_slice();
        let refusal = open(&[("a.png", &a), ("i.csv", index)]).err().unwrap();
        assert_eq!(refusal.reason, RefusalReason::Damaged);
        let index = br#"{"pages": ["a.png"], "branch": "0421"}"#.as_slice();
        let source = open(&[("a.png", &a), ("z.png", &a), ("i.json", index)]).unwrap();
        assert_eq!(source.notes(), [Note::Unlisted(1)]);
        assert_eq!(source.said()["branch"], "0421");
    }

    #[test]
    fn a_document_has_its_own_files_out_of_a_bundle() {
        let (a, b) = (png(10), png(20));
        let files = [("a.png", a.as_slice()), ("b.png", &b), ("i.json", b"{}")];
        let mut source = open(&files).unwrap();
        let master = source.master(&[2]).unwrap();
        assert_eq!((master.media_type, master.pages), ("application/x-tar", 1));
        assert!(
            !master.bytes.windows(a.len()).any(|w| w == a),
            "not its neighbour's"
        );
        let mut own = open_bytes(master.bytes, &Limits::default(), &[]).unwrap();
        assert_eq!(own.page(1).unwrap().width, 20);
    }

    #[test]
    fn a_page_that_is_no_image_fails_alone() {
        let mut source = open(&[("a.png", &png(10)), ("b.png", b"not a page")]).unwrap();
        assert_eq!(source.page_count(), 2);
        assert!(source.page(1).is_ok());
        assert!(source.page(2).is_err());
    }

    #[test]
    fn one_that_breaks_off_is_truncated() {
        let whole = tar(&[("a.png", &png(10))]);
        let refusal = open_bytes(whole[..1_100].to_vec(), &Limits::default(), &[]);
        assert_eq!(refusal.err().unwrap().reason, RefusalReason::Truncated);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            drop(files(&bytes));
        }
    }
}
