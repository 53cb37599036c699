//! Whether the bytes that an electronic signature covers are those that were signed
//! (ISO 32000-2, 12.8.1; CMS: RFC 5652, 5.4). Nobody's key is trusted or even looked at.

use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Decode as _, SliceReader};
use hayro_syntax::object::{Array, Dict, Name, String};
use model::{Signature, SignedDigest};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::ops::Range;

/// The attribute that carries the digest of what was signed (RFC 5652, 11.2).
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// Looks at one signature dictionary of a file of those bytes.
pub(super) fn check(signature: &Dict<'_>, file: &[u8]) -> Signature {
    let Some([before, after]) = covered(signature, file) else {
        // What it covers cannot be told, so nothing can be said of the rest either.
        return Signature {
            digest: SignedDigest::Unclear,
            whole: true,
        };
    };
    let whole = after.end == file.len();
    let parts = [&file[before], &file[after]];
    let digest = signed_digest(signature, parts).unwrap_or(SignedDigest::Unclear);
    Signature { digest, whole }
}

/// The two ranges before and after the signature itself; none where they are not those.
fn covered(signature: &Dict<'_>, file: &[u8]) -> Option<[Range<usize>; 2]> {
    let ranges: Vec<u32> = signature
        .get::<Array<'_>>("ByteRange")?
        .iter::<u32>()
        .take(5)
        .collect();
    let &[0, first, start, second] = &ranges[..] else {
        return None;
    };
    let place = |offset: u32| usize::try_from(offset).ok().filter(|&o| o <= file.len());
    let (first, start) = (place(first)?, place(start)?);
    let end = place(u32::try_from(start).ok()?.checked_add(second)?)?;
    let gap = file.get(first..start)?;
    // The gap is the signature as a hexadecimal string and nothing else, or text could hide there.
    let is_string = gap.first() == Some(&b'<') && gap.last() == Some(&b'>');
    let is_hexadecimal = gap
        .get(1..gap.len().saturating_sub(1))?
        .iter()
        .all(|byte| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace());
    (is_string && is_hexadecimal).then_some([0..first, start..end])
}

/// Compares; none where the signature is of a kind that is not checked here.
fn signed_digest(signature: &Dict<'_>, parts: [&[u8]; 2]) -> Option<SignedDigest> {
    let kind = signature.get::<Name<'_>>("SubFilter")?;
    let detached = matches!(
        kind.as_ref(),
        b"adbe.pkcs7.detached" | b"ETSI.CAdES.detached"
    );
    let enveloping = kind.as_ref() == b"adbe.pkcs7.sha1";
    if !detached && !enveloping {
        return None;
    }
    let contents = signature.get::<String<'_>>("Contents")?;
    // The string is padded with zeros to the room that was left for it.
    let mut reader = SliceReader::new(contents.as_bytes()).ok()?;
    let info = ContentInfo::decode(&mut reader).ok()?;
    let signed: SignedData = info.content.decode_as().ok()?;
    let (expected, found) = if enveloping {
        let content = signed.encap_content_info.econtent?;
        let expected = content.decode_as::<OctetString>().ok()?;
        (expected.into_bytes(), hash::<Sha1>(parts))
    } else {
        let signer = signed.signer_infos.0.iter().next()?;
        (message_digest(signer)?, digest_of(signer, parts)?)
    };
    Some(if expected == found {
        SignedDigest::Fits
    } else {
        SignedDigest::Differs
    })
}

fn message_digest(signer: &SignerInfo) -> Option<Vec<u8>> {
    let attributes = signer.signed_attrs.as_ref()?;
    let attribute = attributes.iter().find(|a| a.oid == MESSAGE_DIGEST)?;
    let value = attribute.values.iter().next()?;
    Some(value.decode_as::<OctetString>().ok()?.into_bytes())
}

fn digest_of(signer: &SignerInfo, parts: [&[u8]; 2]) -> Option<Vec<u8>> {
    match signer.digest_alg.oid {
        SHA_1 => Some(hash::<Sha1>(parts)),
        SHA_256 => Some(hash::<Sha256>(parts)),
        SHA_384 => Some(hash::<Sha384>(parts)),
        SHA_512 => Some(hash::<Sha512>(parts)),
        _ => None,
    }
}

fn hash<D: Digest>(parts: [&[u8]; 2]) -> Vec<u8> {
    let mut digest = D::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().to_vec()
}
