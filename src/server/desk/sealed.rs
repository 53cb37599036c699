//! Addresses that say nothing: what was searched for names people, and addresses are kept by browsers,
//! proxies and logs. It is sealed into the address with a key of the session's own, so that going back,
//! forward and to the next page work, and nobody else can read or make one.

use crate::server::problem::Problem;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the keys are made for.
const ADDRESSES: &[u8] = b"kartoteka: what addresses must not say";

/// What a session seals its addresses with.
#[derive(Clone)]
pub(crate) struct Seal {
    cipher: LessSafeKey,
    nonces: hmac::Key,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// The seal of a session, by what its browser keeps: every node makes the same one.
    pub(crate) fn of(session: &str) -> Option<Self> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, session.as_bytes());
        let derived = hmac::sign(&key, ADDRESSES);
        let cipher = UnboundKey::new(&CHACHA20_POLY1305, derived.as_ref()).ok()?;
        Some(Self {
            cipher: LessSafeKey::new(cipher),
            nonces: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()),
        })
    }

    /// A value as a part of an address. The same value has the same address: its nonce is a keyed hash
    /// of it, which never meets another value.
    pub(crate) fn close(&self, value: &impl Serialize) -> String {
        let Ok(mut bytes) = serde_json::to_vec(value) else {
            return String::new();
        };
        let tag = hmac::sign(&self.nonces, &bytes);
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&tag.as_ref()[..NONCE_LEN]);
        let sealing = Nonce::assume_unique_for_key(nonce);
        if self
            .cipher
            .seal_in_place_append_tag(sealing, Aad::empty(), &mut bytes)
            .is_err()
        {
            return String::new();
        }
        let mut sealed = nonce.to_vec();
        sealed.append(&mut bytes);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// The value of an address.
    ///
    /// # Errors
    /// When this session did not make it.
    pub(crate) fn open<T: DeserializeOwned>(&self, sealed: &str) -> Result<T, Problem> {
        self.opened(sealed).ok_or_else(|| {
            Problem::new(
                axum::http::StatusCode::NOT_FOUND,
                "the address is of a session that is over",
                "search again",
            )
        })
    }

    fn opened<T: DeserializeOwned>(&self, sealed: &str) -> Option<T> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let nonce: [u8; NONCE_LEN] = bytes.get(..NONCE_LEN)?.try_into().ok()?;
        let body = &mut bytes[NONCE_LEN..];
        let nonce = Nonce::assume_unique_for_key(nonce);
        let plain = self.cipher.open_in_place(nonce, Aad::empty(), body).ok()?;
        serde_json::from_slice(plain).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Seal;

    #[test]
    fn an_address_says_nothing_and_is_opened_by_its_session_alone() {
        let seal = Seal::of("a key").unwrap();
        let sealed = seal.close(&"kowalski pesel:44051401359");
        assert_eq!(sealed, seal.close(&"kowalski pesel:44051401359"));
        assert_eq!(
            seal.open::<String>(&sealed).unwrap(),
            "kowalski pesel:44051401359"
        );
        assert!(
            Seal::of("another")
                .unwrap()
                .open::<String>(&sealed)
                .is_err()
        );
        for wrong in ["", "x", "AAAA", &sealed[1..], &format!("{sealed}A")] {
            assert!(seal.open::<String>(wrong).is_err(), "{wrong}");
        }
    }
}
