//! What is handed in by a claim: the one run of bytes that is stored, and what the station says of
//! it in an index or a sidecar. Nothing of either is decoded here: a worker reads the values.

use crate::inbox::{BUNDLE, InboxError, pack};
use crate::{Claimed, Inbox, StageError};
use model::{Refusal, RefusalReason};
use sandbox::{Inspection, Pool, ReadTrouble};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The name under which it is said that a sidecar could not be read, and why.
pub(crate) const UNREADABLE: &str = "sidecar_unreadable";
/// The packed sidecar, in its claim.
const PACKED_SIDECAR: &str = ".sidecar.tar";

/// The bytes of a claim and what is said of them.
#[derive(Debug)]
pub struct Handed {
    /// The file whose bytes are stored.
    pub path: PathBuf,
    /// Values by name.
    pub said: BTreeMap<String, String>,
}

impl Handed {
    /// A claimed file of which nothing is said.
    #[must_use]
    pub fn of(claimed: &Claimed) -> Self {
        Self {
            path: claimed.path.clone(),
            said: BTreeMap::new(),
        }
    }
}

/// Makes ready what a claim hands in: a folder is packed, an index or a sidecar read by a worker.
///
/// # Errors
/// When the folder cannot be packed, the sidecar not claimed, or the pool was stopped. An index
/// that cannot be read is no error: it is said so.
pub(crate) async fn handed(
    claimed: &Claimed,
    inbox: &Inbox,
    pool: &Pool,
) -> Result<Handed, StageError> {
    if claimed.path.is_dir() {
        let bundle = claim_folder(claimed).join(BUNDLE);
        packed(&claimed.path, &bundle).await?;
        // What is wrong with the bundle is told when it is read.
        let said = inspected(&bundle, pool)
            .await?
            .map_or_else(|_| BTreeMap::new(), |inspection| inspection.said);
        return Ok(Handed { path: bundle, said });
    }
    let mut handed = Handed::of(claimed);
    if let Some(sidecar) = inbox.sidecar(claimed)? {
        let folder = sidecar.parent().unwrap_or(&sidecar);
        let packed_sidecar = claim_folder(claimed).join(PACKED_SIDECAR);
        packed(folder, &packed_sidecar).await?;
        match inspected(&packed_sidecar, pool).await? {
            Ok(inspection) => handed.said = inspection.said,
            Err(refusal) => {
                handed.said.insert(UNREADABLE.into(), refusal.message);
            }
        }
        // It is made again whenever it is needed.
        let _ = std::fs::remove_file(packed_sidecar);
    }
    Ok(handed)
}

/// The claim's own folder, above the station's.
fn claim_folder(claimed: &Claimed) -> &Path {
    let station = claimed.path.parent().unwrap_or(&claimed.path);
    station.parent().unwrap_or(station)
}

async fn packed(folder: &Path, target: &Path) -> Result<(), StageError> {
    let (folder, target) = (folder.to_owned(), target.to_owned());
    let packing = tokio::task::spawn_blocking(move || pack(&folder, &target));
    let packed = packing
        .await
        .map_err(|panic| StageError::Panicked(panic.to_string()))?;
    packed.map_err(|error: InboxError| match error.source.kind() {
        // A full disk is nobody's fault; a page that cannot be read is this folder's.
        std::io::ErrorKind::StorageFull => StageError::Inbox(error),
        _ => Refusal::new(RefusalReason::Unreachable, error.to_string()).into(),
    })
}

async fn inspected(path: &Path, pool: &Pool) -> Result<Result<Inspection, Refusal>, StageError> {
    let file = File::open(path).map_err(|error| {
        Refusal::new(
            RefusalReason::Unreachable,
            format!("it cannot be read: {error}"),
        )
    })?;
    let pool = pool.clone();
    let asking = tokio::task::spawn_blocking(move || pool.inspect(&file));
    match asking.await {
        Err(panic) => Err(StageError::Panicked(panic.to_string())),
        Ok(Ok(inspection)) => Ok(Ok(inspection)),
        Ok(Err(ReadTrouble::Refused(refusal))) => Ok(Err(refusal)),
        Ok(Err(ReadTrouble::Stopped)) => Err(StageError::Stopped),
    }
}
