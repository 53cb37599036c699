//! Signatures in minisign's form (Ed25519, RFC 8032): text that minisign checks, and whose raw
//! signature `openssl pkeyutl -rawin` checks too, because the message is not hashed before (`Ed`).

use crate::bag::hexadecimal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// An Ed25519 key in a `SubjectPublicKeyInfo` (RFC 8410 §4): what comes before its 32 bytes.
const SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// Minisign's name of an Ed25519 signature over the message itself.
const PURE: &[u8; 2] = b"Ed";
/// Bytes of a signature.
const SIGNATURE_BYTES: usize = 64;

/// A public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// What signs: a key that never leaves its owner.
pub trait Signer: Send + Sync {
    /// The public key.
    fn public(&self) -> PublicKey;
    /// The signature of a message.
    fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES];
}

impl PublicKey {
    /// A key's 32 bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key as PEM, as minisign's public key, or as 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(bytes) = crate::bag::parse_hexadecimal(text.trim()) {
            return Some(Self((*bytes).try_into().ok()?));
        }
        let lines = text.lines().map(str::trim);
        let bare = lines.filter(|line| !line.starts_with("-----") && !line.contains(':'));
        let bytes = STANDARD.decode(bare.collect::<String>()).ok()?;
        let key = match bytes.strip_prefix(&SPKI) {
            Some(key) => key,
            None => bytes.strip_prefix(PURE)?.get(8..)?,
        };
        Some(Self(key.try_into().ok()?))
    }

    /// The key for `openssl`.
    #[must_use]
    pub fn pem(&self) -> String {
        let bytes = [&SPKI[..], &self.0].concat();
        let body = STANDARD.encode(bytes);
        format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
    }

    /// The key for `minisign`.
    #[must_use]
    pub fn minisign(&self) -> String {
        let bytes = [&PURE[..], &self.id(), &self.0].concat();
        format!(
            "untrusted comment: kartoteka {self}\n{}\n",
            STANDARD.encode(bytes)
        )
    }

    /// Minisign's eight bytes that tell keys apart.
    fn id(self) -> [u8; 8] {
        let digest = Sha256::digest(self.0);
        std::array::from_fn(|place| digest[place])
    }

    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0)
            .verify(message, signature)
            .is_ok()
    }
}

/// The key as its digits: what people compare.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// The signature's file. The comment is signed with it.
pub(crate) fn signed(signer: &dyn Signer, message: &[u8], comment: &str) -> String {
    let signature = signer.sign(message);
    let all = signer.sign(&[&signature[..], comment.as_bytes()].concat());
    let bytes = [&PURE[..], &signer.public().id(), &signature].concat();
    format!(
        "untrusted comment: kartoteka package, signed by {}\n{}\ntrusted comment: {comment}\n{}\n",
        signer.public(),
        STANDARD.encode(bytes),
        STANDARD.encode(all)
    )
}

/// The trusted comment of a signature over a message by a key.
///
/// # Errors
/// In words, when it is no signature, or none of that message by that key.
pub(crate) fn checked(key: PublicKey, message: &[u8], text: &str) -> Result<String, String> {
    let lines: Vec<&str> = text.split('\n').collect();
    let [untrusted, body, trusted, all, ""] = lines[..] else {
        return Err("it is no signature of minisign's form".into());
    };
    let (Some(_), Some(comment)) = (
        untrusted.strip_prefix("untrusted comment: "),
        trusted.strip_prefix("trusted comment: "),
    ) else {
        return Err("it is no signature of minisign's form".into());
    };
    let wrong = || "it is no signature of minisign's form".to_owned();
    let body = STANDARD.decode(body).map_err(|_| wrong())?;
    let all = STANDARD.decode(all).map_err(|_| wrong())?;
    let signature = body
        .strip_prefix(PURE)
        .and_then(|rest| rest.strip_prefix(&key.id()));
    let Some(signature) = signature.filter(|rest| rest.len() == SIGNATURE_BYTES) else {
        return Err("it is by another key".into());
    };
    let expected = format!("untrusted comment: kartoteka package, signed by {key}");
    if untrusted != expected {
        return Err("its comment names another key".into());
    }
    if !key.has_signed(message, signature) {
        return Err("it is not of this file by this key".into());
    }
    if !key.has_signed(&[signature, comment.as_bytes()].concat(), &all) {
        return Err("its comment was changed".into());
    }
    Ok(comment.to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{PublicKey, Signer, checked, signed};
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    pub(crate) struct TestKey(Ed25519KeyPair);

    impl TestKey {
        pub(crate) fn new(seed: u8) -> Self {
            Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
        }
    }

    impl Signer for TestKey {
        fn public(&self) -> PublicKey {
            PublicKey::new(self.0.public_key().as_ref().try_into().unwrap())
        }

        fn sign(&self, message: &[u8]) -> [u8; 64] {
            self.0.sign(message).as_ref().try_into().unwrap()
        }
    }

    #[test]
    fn keys_are_read_in_every_form_they_are_written_in() {
        let key = TestKey::new(1).public();
        for text in [
            key.pem(),
            key.minisign(),
            key.to_string(),
            format!("{key}\n"),
        ] {
            assert_eq!(PublicKey::parse(&text), Some(key), "{text}");
        }
        for wrong in [
            "",
            "zz",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        ] {
            assert_eq!(PublicKey::parse(wrong), None);
        }
    }

    #[test]
    fn no_letter_of_a_signature_can_be_changed() {
        let (signer, other) = (TestKey::new(1), TestKey::new(2));
        let text = signed(&signer, b"manifest", "package 1");
        assert_eq!(
            checked(signer.public(), b"manifest", &text),
            Ok("package 1".into())
        );
        assert!(checked(other.public(), b"manifest", &text).is_err());
        assert!(checked(signer.public(), b"Manifest", &text).is_err());
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(
                checked(signer.public(), b"manifest", &changed).is_err(),
                "{changed}"
            );
        }
    }
}
