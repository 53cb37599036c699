//! `BagIt` bags (RFC 8493, and its drafts from 0.93 on): read and verified.
//!
//! A bag is a folder or an uncompressed tar of one. Everything in it is taken for hostile: what
//! leads out of it, what is no plain file, and what goes beyond a limit of [`limits`] is refused.

mod declaration;
mod directory;
mod encoding;
mod hash;
mod info;
pub mod limits;
mod manifest;
mod path;
mod report;
mod source;
mod tar;
mod verify;

pub use declaration::{Declaration, Version};
pub use hash::{Algorithm, Hashing};
pub use info::Info;
pub use manifest::{Line, Manifest, lines};
pub use path::{BagPath, PathTrouble};
pub use report::{Finding, Report, Severity, Trouble};
pub use source::{Entry, Source};
pub use verify::verify;

pub(crate) use hash::{hexadecimal, parse_hexadecimal};
pub use tar::tar_of;
pub(crate) use tar::{BLOCK, header, padding};
