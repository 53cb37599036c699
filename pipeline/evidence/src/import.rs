//! Taking a package's documents into an empty archive: their bytes are put under the keys that they
//! had, so that the ledger can be made again from them.

use crate::EvidenceError;
use crate::bag::Source;
use crate::package::{Item, Kept};
use archive::{Content, Key, Lock, Store};
use ledger::{DocumentFilter, Ledger};
use model::DocumentId;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};

/// Documents asked for at a time.
const PAGE: u32 = 1_000;

/// What was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Documents whose bytes are all in the archive.
    pub documents: u64,
    /// Objects that were put or were there.
    pub objects: u64,
    /// Documents that were not taken, each with its reason.
    pub left: Vec<String>,
}

/// Whether the archive has these documents already, and only them: an import that is run again.
///
/// # Errors
/// When the ledger cannot be asked.
pub async fn is_there(ledger: &Ledger, items: &[Item]) -> Result<bool, EvidenceError> {
    let known: BTreeSet<DocumentId> = items.iter().map(|item| item.document).collect();
    let mut before = None;
    loop {
        let page = ledger.documents(&DocumentFilter::All, before, PAGE).await;
        let page = page.map_err(|error| EvidenceError::Source(error.to_string()))?;
        if page.iter().any(|document| !known.contains(&document.id)) {
            return Ok(false);
        }
        before = page.last().map(|document| document.id);
        if before.is_none() {
            return Ok(true);
        }
    }
}

/// Puts the bytes of a verified package. `tell` hears of every document.
///
/// # Errors
/// When the package cannot be read, or the store cannot be written or has other bytes.
pub async fn put(
    source: &Source,
    items: &[Item],
    store: &dyn Store,
    tell: &mut (dyn FnMut() + Send),
) -> Result<Taken, EvidenceError> {
    let mut taken = Taken::default();
    for item in items {
        tell();
        if !item.whole {
            taken.left.push(format!(
                "{} is a part of a batch that the package does not hold whole",
                item.document
            ));
            continue;
        }
        let kept = [&item.original, &item.submission, &item.record];
        for kept in kept.into_iter().chain(&item.words) {
            put_one(source, kept, store).await?;
            taken.objects += 1;
        }
        taken.documents += 1;
    }
    Ok(taken)
}

async fn put_one(source: &Source, kept: &Kept, store: &dyn Store) -> Result<(), EvidenceError> {
    let key = Key::parse(&kept.key).map_err(|e| EvidenceError::Refused(e.to_string()))?;
    let entry = source
        .entry(&kept.path)
        .ok_or_else(|| EvidenceError::Damaged {
            what: kept.path.clone(),
            why: "it is not in the package".into(),
        })?;
    let file = source
        .read(entry)
        .and_then(|mut reader| anonymous(&mut *reader))
        .map_err(EvidenceError::io(&kept.path))?;
    let content = Content::file(file).expecting(kept.sha256);
    let put = store.put(&key, content, Lock::default()).await;
    put.map_err(|error| EvidenceError::Source(error.to_string()))?;
    Ok(())
}

/// A copy without a name: stores read a file from its beginning, and a tar's entry is a part of one.
fn anonymous(reader: &mut dyn io::Read) -> io::Result<File> {
    let flags = rustix::fs::MemfdFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::memfd_create("import", flags)?);
    io::copy(reader, &mut file)?;
    file.flush()?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}
