//! The algorithms of manifests (RFC 8493 §2.4), and hashing by several of them in one pass.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};
use std::fmt;
use std::io::{self, Read};

/// How much is read at a time, in bytes.
const CHUNK_BYTES: usize = 256 << 10;

macro_rules! algorithms {
    ($($variant:ident $name:literal $hasher:ident $bytes:literal $doc:literal),*) => {
        /// An algorithm of a manifest.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Algorithm {
            $(#[doc = $doc] $variant,)*
        }

        impl Algorithm {
            /// By its name in a manifest's file name: lower case, without marks.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The name in a manifest's file name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// How many bytes a digest has.
            #[must_use]
            pub const fn bytes(self) -> usize {
                match self { $(Self::$variant => $bytes),* }
            }
        }

        enum Hasher { $($variant($hasher)),* }

        impl Hasher {
            fn new(algorithm: Algorithm) -> Self {
                match algorithm { $(Algorithm::$variant => Self::$variant($hasher::new())),* }
            }

            fn update(&mut self, bytes: &[u8]) {
                match self { $(Self::$variant(hasher) => hasher.update(bytes)),* }
            }

            fn finish(self) -> Box<[u8]> {
                match self { $(Self::$variant(hasher) => hasher.finalize().to_vec().into()),* }
            }
        }
    };
}

algorithms!(
    Md5 "md5" Md5 16 "Broken; of older bags.",
    Sha1 "sha1" Sha1 20 "Broken; of older bags.",
    Sha224 "sha224" Sha224 28 "SHA-2 of 224 bits.",
    Sha256 "sha256" Sha256 32 "SHA-2 of 256 bits.",
    Sha384 "sha384" Sha384 48 "SHA-2 of 384 bits.",
    Sha512 "sha512" Sha512 64 "SHA-2 of 512 bits."
);

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Digests in the making, by several algorithms at once.
pub struct Hashing {
    hashers: Vec<(Algorithm, Hasher)>,
    bytes: u64,
}

impl Hashing {
    /// Nothing hashed yet.
    #[must_use]
    pub fn new(algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        let hashers = algorithms.into_iter().map(|a| (a, Hasher::new(a)));
        Self {
            hashers: hashers.collect(),
            bytes: 0,
        }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        for (_, hasher) in &mut self.hashers {
            hasher.update(bytes);
        }
    }

    /// How many bytes were taken.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The digests, in the order of the algorithms.
    #[must_use]
    pub fn finish(self) -> Vec<(Algorithm, Box<[u8]>)> {
        let hashers = self.hashers.into_iter();
        hashers.map(|(a, hasher)| (a, hasher.finish())).collect()
    }

    /// Takes everything that a reader gives.
    pub(crate) fn read(mut self, reader: &mut dyn Read) -> io::Result<Self> {
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(self),
                Ok(count) => self.update(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Hexadecimal digits of either case as bytes.
pub(crate) fn parse_hexadecimal(text: &str) -> Option<Box<[u8]>> {
    let (pairs, odd) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    odd.is_empty().then(|| bytes.collect::<Option<_>>())?
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Hashing, hexadecimal, parse_hexadecimal};

    #[test]
    fn digests_of_nothing_are_the_published_ones() {
        let all = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];
        let algorithms = all.map(|name| Algorithm::parse(name).unwrap());
        let digests = Hashing::new(algorithms).finish();
        let starts = [
            "d41d8cd9", "da39a3ee", "d14a028c", "e3b0c442", "38b060a7", "cf83e135",
        ];
        for ((algorithm, digest), start) in digests.iter().zip(starts) {
            assert_eq!(digest.len(), algorithm.bytes());
            assert!(hexadecimal(digest).starts_with(start), "{algorithm}");
        }
        assert_eq!(Algorithm::parse("SHA-256"), Some(Algorithm::Sha256));
        assert_eq!(Algorithm::parse("crc32"), None);
        assert_eq!(parse_hexadecimal("0aFf").as_deref(), Some(&[10, 255][..]));
        for wrong in ["0", "zz", "+1"] {
            assert_eq!(parse_hexadecimal(wrong), None);
        }
    }
}
