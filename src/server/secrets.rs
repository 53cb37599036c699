//! What people and machines come in with: passwords as Argon2id hashes, second factors by the clock,
//! and random keys of which only hashes are kept.

use super::problem::{Answer, Problem};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Digest;
use totp_rs::{Builder, Secret};

/// Shortest password that a person may choose, in characters (OWASP ASVS 4.0, 2.1.1).
pub(crate) const SHORTEST: usize = 12;
/// Longest password that is hashed, in bytes (2.1.2 asks for at least 128 characters).
pub(crate) const LONGEST: usize = 1_024;
/// What our tokens begin with, so that scanners for leaked secrets find them.
pub(crate) const TOKEN_PREFIX: &str = "kartoteka_";
/// Letters of a one-time password: none that is taken for another.
const READABLE: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";

/// Random bytes of the system's.
///
/// # Errors
/// When the system gives none.
pub(crate) fn random<const N: usize>() -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
    Ok(bytes)
}

/// A new key of 256 bits, to be shown once.
///
/// # Errors
/// When the system gives no randomness.
pub(crate) fn new_key() -> std::io::Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// A password of 100 bits that a person can type, to be changed at once.
///
/// # Errors
/// When the system gives no randomness.
pub(crate) fn one_time_password() -> std::io::Result<String> {
    let bytes = random::<20>()?;
    let letters = bytes
        .iter()
        .map(|byte| char::from(READABLE[usize::from(byte % 32)]));
    let letters: Vec<char> = letters.collect();
    let groups: Vec<String> = letters.chunks(5).map(|g| g.iter().collect()).collect();
    Ok(groups.join("-"))
}

/// What of a key is kept. Keys are random, so a plain hash is enough.
pub(crate) fn kept(key: &str) -> Digest {
    Digest::of(key.as_bytes())
}

/// A password's hash in PHC form. Takes tens of milliseconds and 19 MiB.
///
/// # Errors
/// When the system gives no randomness.
pub(crate) fn hash(password: &str) -> anyhow::Result<String> {
    let hashed = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|why| anyhow::anyhow!("the password cannot be hashed: {why}"))?;
    Ok(hashed.to_string())
}

/// Whether a password is that of a hash. Without a hash one is made all the same, so that the time
/// does not say whether there is such a person.
pub(crate) fn fits(password: &str, hash: Option<&str>) -> bool {
    // Argon2id with the usual parameters, of a password that nobody has.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$\
                          6Z1Qu3WzlLRKuzjaLQN9bSMlPkDIMvz9bEzkpbUAKJc";
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY));
    let fits = parsed.is_ok_and(|parsed| {
        let verifier = Argon2::default();
        verifier
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    });
    fits && hash.is_some()
}

/// Whether a password may be chosen.
///
/// # Errors
/// When it is too short or long, or holds the person's own name.
pub(crate) fn check_choice(password: &str, name: &str) -> Answer<()> {
    let remedy = "choose a longer one: a few words that nobody else would put together";
    if password.chars().count() < SHORTEST {
        let detail = format!("the password has fewer than {SHORTEST} characters");
        return Err(Problem::refused(detail, remedy));
    }
    if password.len() > LONGEST {
        let detail = format!("the password has more than {LONGEST} bytes");
        return Err(Problem::refused(detail, "choose a shorter one"));
    }
    let lower = password.to_lowercase();
    let distinct: std::collections::BTreeSet<char> = lower.chars().collect();
    if lower.contains(&name.to_lowercase()) || lower.contains("kartoteka") || distinct.len() < 5 {
        let detail = "the password is easy to guess";
        return Err(Problem::refused(detail, remedy));
    }
    Ok(())
}

/// The key of a new second factor, in base 32.
pub(crate) fn new_factor() -> std::io::Result<String> {
    Ok(Secret::from(random::<20>()?.to_vec()).to_base32())
}

/// The step (30 seconds since 1970) that a code of a second factor is of, within one step either
/// way; none when it is not right.
pub(crate) fn factor_step(factor: &str, code: &str, seconds: u64) -> Option<i64> {
    let secret = Secret::try_from_base32(factor).ok()?;
    let totp = Builder::new()
        .with_secret(secret)
        .with_skew(1)
        .build()
        .ok()?;
    i64::try_from(totp.check(code, seconds)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{check_choice, factor_step, fits, hash, new_key, one_time_password};

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let hashed = hash("dwa konie i młyn").unwrap();
        assert!(
            hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hashed}"
        );
        assert!(fits("dwa konie i młyn", Some(&hashed)));
        assert!(!fits("dwa konie i mlyn", Some(&hashed)));
        assert!(!fits("dwa konie i młyn", None));
        assert!(!fits("", Some("no hash")));
    }

    #[test]
    fn what_is_easy_to_guess_is_refused() {
        for weak in [
            "krótkie",
            "kartoteka-kartoteka",
            "ewa.nowak-2026-lato",
            "aaaaaaaabbbb",
        ] {
            assert!(check_choice(weak, "ewa.nowak").is_err(), "{weak}");
        }
        assert!(check_choice("dwa konie i młyn", "ewa.nowak").is_ok());
        assert!(check_choice(&"x1y2z".repeat(300), "ewa.nowak").is_err());
    }

    /// RFC 6238, appendix B: SHA-1, the secret `12345678901234567890`, the last six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(
                factor_step(secret, code, seconds),
                Some(i64::try_from(seconds / 30).unwrap())
            );
            assert_eq!(factor_step(secret, code, seconds + 90), None);
        }
        assert_eq!(factor_step(secret, "28708", 59), None);
    }

    #[test]
    fn keys_are_new_each_time() {
        assert_eq!(new_key().unwrap().len(), 43);
        assert_ne!(new_key().unwrap(), new_key().unwrap());
        let password = one_time_password().unwrap();
        assert_eq!((password.len(), password.matches('-').count()), (23, 3));
    }
}
