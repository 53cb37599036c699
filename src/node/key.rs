//! This node's signing key: drawn once, kept beside its data, readable by its user alone.

use anyhow::Context as _;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Bytes of an Ed25519 seed (RFC 8032).
const SEED_BYTES: usize = 32;

/// Signs what this node found out.
pub(crate) struct NodeKey(Ed25519KeyPair);

impl NodeKey {
    /// The key of the node with that data directory; drawn where there is none.
    ///
    /// # Errors
    /// When it cannot be read or written, or is none.
    pub(crate) fn of(data: &Path) -> anyhow::Result<Self> {
        let path = data.join("node.key");
        let seed = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => draw(&path),
            read => read,
        };
        let seed =
            seed.with_context(|| format!("the node's key {} cannot be used", path.display()))?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed);
        pair.map(Self)
            .map_err(|_| anyhow::anyhow!("{} is no key of {SEED_BYTES} bytes", path.display()))
    }

    /// The signature, hexadecimal.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        hexadecimal(self.0.sign(message).as_ref())
    }

    /// The key of the node with that data directory, where there is one.
    ///
    /// # Errors
    /// When it cannot be read, or is none.
    pub(crate) fn existing(data: &Path) -> anyhow::Result<Option<Self>> {
        if data.join("node.key").exists() {
            Self::of(data).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The public key, hexadecimal.
    pub(crate) fn public(&self) -> String {
        hexadecimal(self.0.public_key().as_ref())
    }
}

impl ledger::Signer for NodeKey {
    fn public_key(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        bytes
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

impl evidence::Signer for NodeKey {
    fn public(&self) -> evidence::PublicKey {
        evidence::PublicKey::new(fixed(self.0.public_key().as_ref()))
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        fixed(self.0.sign(message).as_ref())
    }
}

/// The bytes of a key or a signature, whose number the algorithm fixes.
fn fixed<const N: usize>(bytes: &[u8]) -> [u8; N] {
    std::array::from_fn(|place| bytes.get(place).copied().unwrap_or_default())
}

fn draw(path: &Path) -> io::Result<Vec<u8>> {
    let mut seed = vec![0; SEED_BYTES];
    rustix::rand::getrandom(&mut seed, rustix::rand::GetRandomFlags::empty())?;
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(&seed)?;
    file.sync_all()?;
    Ok(seed)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
