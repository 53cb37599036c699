//! Reading a file into documents without storing anything: what `kartoteka read` shows, by the
//! same steps that the stages take.

use crate::sheets;
use extraction::{Part, Schemas, Separation};
use jiff::civil::Date;
use model::{
    Digest, Digester, Document, FileReading, Note, Outcome, Page, PageKind, READ_FORMAT, Refusal,
    RefusalReason, SheetValues,
};
use sandbox::{FilePages, Pool, Priority, ReadTrouble};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::Path;

/// Bytes hashed at a time.
const CHUNK: usize = 1 << 16;

/// Reads one file. A bad file is no error: the outcome says why it was refused.
///
/// `scanned_on` bounds the dates that may be in it; `on_page` is called as pages are read, in
/// whatever order they are.
pub fn read_file(
    pool: &Pool,
    schemas: &Schemas,
    path: &Path,
    scanned_on: Date,
    priority: Priority,
    on_page: &mut dyn FnMut(Page),
) -> FileReading {
    let file = path.to_string_lossy().into_owned();
    let mut sha256 = None;
    let outcome = open_and_hash(path)
        .map_err(|e| {
            Refusal::new(
                RefusalReason::Unreachable,
                format!("it cannot be read: {e}"),
            )
        })
        .and_then(|(opened, digest)| {
            sha256 = Some(digest);
            read_pages(pool, &opened, priority, on_page)
        })
        .map_or_else(
            |error| Outcome::Refused { error },
            |FilePages { notes, pages, .. }| Outcome::Read {
                documents: documents(&pages, &notes, schemas, scanned_on),
                pages,
            },
        );
    FileReading {
        format: READ_FORMAT,
        file,
        sha256,
        outcome,
    }
}

/// The documents that a submission's pages make; the first is told what there is to know about
/// the file.
#[must_use]
pub fn documents(
    pages: &[Page],
    notes: &[Note],
    schemas: &Schemas,
    scanned_on: Date,
) -> Vec<Document> {
    let understand = |part: Part| {
        let pages: Vec<&Page> = pages
            .iter()
            .filter(|p| part.pages.contains(&p.number))
            .collect();
        let mut document = extraction::understand(&pages, schemas, scanned_on);
        document.findings.extend(part.findings);
        extraction::apply_given(&mut document, &said(&part.values), schemas);
        document
    };
    let separated = extraction::separate(pages, schemas, &Separation::default());
    let mut documents: Vec<Document> = separated.parts.into_iter().map(understand).collect();
    if let Some(first) = documents.first_mut() {
        first.findings.extend(notes.iter().map(|n| n.finding()));
    }
    documents
}

/// What a separator sheet says of its document, by name.
pub(crate) fn said(values: &SheetValues) -> BTreeMap<String, String> {
    let named = values.iter();
    named
        .map(|(value, text)| (value.name().to_owned(), text.to_owned()))
        .collect()
}

fn read_pages(
    pool: &Pool,
    file: &File,
    priority: Priority,
    on_page: &mut dyn FnMut(Page),
) -> Result<FilePages, Refusal> {
    match pool.read(file, priority, on_page) {
        Ok(mut read) => {
            refuse_if_nothing_was_read(&read.pages)?;
            sheets::compare(&mut read.pages);
            Ok(read)
        }
        Err(ReadTrouble::Refused(refusal)) => Err(refusal),
        Err(ReadTrouble::Stopped) => Err(Refusal::new(
            RefusalReason::WorkerLost,
            "reading was stopped",
        )
        .with_remedy("run it again")),
    }
}

/// A file of which not one page could be read is refused, for the reason of its first page.
pub(crate) fn refuse_if_nothing_was_read(pages: &[Page]) -> Result<(), Refusal> {
    let first = pages
        .iter()
        .find_map(|p| p.failure.as_ref().map(|f| (p.number, f)));
    let all_failed = pages.iter().all(|page| page.kind == PageKind::Failed);
    let Some((number, failure)) = first.filter(|_| all_failed) else {
        return Ok(());
    };
    let message = match pages.len() {
        1 => failure.message.clone(),
        pages => format!(
            "none of {pages} pages could be read; the first: {}",
            failure.message
        ),
    };
    // Where limits alone are to blame, raising them helps: that is said, not what it comes to.
    let limits_alone = (pages.iter().flat_map(|page| &page.failure))
        .all(|failure| failure.reason == RefusalReason::Limit);
    let reason = if limits_alone {
        RefusalReason::Limit
    } else {
        RefusalReason::NothingReadable
    };
    Err(Refusal::new(reason, message)
        .on_page(number)
        .with_remedy(failure.remedy.clone()))
}

fn open_and_hash(path: &Path) -> io::Result<(File, Digest)> {
    let mut file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no regular file",
        ));
    }
    let digest = hash(&mut file)?;
    Ok((file, digest))
}

/// The digest of a file's bytes, which is then wound back to its beginning.
pub(crate) fn hash(file: &mut File) -> io::Result<Digest> {
    let mut digester = Digester::default();
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            bytes => digester.update(&chunk[..bytes]),
        }
    }
    file.rewind()?;
    Ok(digester.finish())
}
