//! Two stores with one promise: what was put stays as it was put.
//!
//! A [`Store`] keeps bytes under [`Key`]s that are never written twice, in a directory or in an S3
//! bucket, checks what it wrote before it says so, and keeps locks that only grow. It decides
//! nothing: what is put, how long it is locked and when it may go is said by its callers, who also
//! say what time it is. It never repairs and never overwrites.
//!
//! The stored form, for a stranger without this program: an original lies under
//! `orig/<first two digits>/<its SHA-256>`, so that `sha256sum` proves it; everything else is JSON
//! under `submissions/`, `pages/`, `words/` and `records/`. In a directory every object `x` has a
//! seal `x.seal` beside it ([`SEAL_FORMAT`]): its SHA-256, size and lock. In a bucket the object's
//! version carries the same as metadata and as the server's own lock.

mod content;
#[cfg(feature = "contract")]
pub mod contract;
mod directory;
mod error;
mod key;
mod lock;
mod object;
mod open;
mod probe;
#[cfg(feature = "s3")]
mod s3;
mod store;
mod verify;

pub use content::Content;
pub use directory::{DirectoryStore, SEAL_FORMAT};
pub use error::StoreError;
pub use key::{Key, KeyError, Prefix};
pub use lock::{Hold, Lock, LockMode, Retention, ShorterLock};
pub use object::{Anomaly, Capabilities, Deletion, Entry, Listing, Object, PutOutcome, Stored};
pub use open::{Absent, Credentials, Options, Patience, open};
pub use probe::{Attempt, AttemptOutcome, LockKeeper, PROBE_FORMAT, Probe};
#[cfg(feature = "s3")]
pub use s3::S3Store;
pub use store::{Naming, Store};
pub use verify::{Fixity, Tally, fixity, verify};
