//! The encodings that tag files come in (RFC 8493 §2.1.1): UTF-8, and the two that older bags use.

/// An encoding of tag files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Latin1,
    Utf16,
}

impl Encoding {
    /// By its name in `bagit.txt`; none for one that is not known here.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "UTF-8" | "UTF8" | "US-ASCII" | "ASCII" => Some(Self::Utf8),
            "ISO-8859-1" | "LATIN1" => Some(Self::Latin1),
            "UTF-16" => Some(Self::Utf16),
            _ => None,
        }
    }

    /// The text; none where the bytes are no text of this encoding.
    pub(super) fn decode(self, bytes: Vec<u8>) -> Option<String> {
        match self {
            Self::Utf8 => String::from_utf8(bytes).ok(),
            Self::Latin1 => Some(bytes.into_iter().map(char::from).collect()),
            Self::Utf16 => utf16(&bytes),
        }
    }
}

/// UTF-16 says by its mark which byte comes first; without one, the greater (RFC 2781 §4.3).
fn utf16(bytes: &[u8]) -> Option<String> {
    let (bytes, little) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, true),
        [0xfe, 0xff, rest @ ..] => (rest, false),
        all => (all, false),
    };
    let (pairs, odd) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| match little {
        true => u16::from_le_bytes(*pair),
        false => u16::from_be_bytes(*pair),
    });
    odd.is_empty()
        .then(|| char::decode_utf16(units).collect::<Result<_, _>>().ok())?
}

#[cfg(test)]
mod tests {
    use super::Encoding;

    #[test]
    fn every_encoding_reads_what_it_wrote() {
        let text = "Zażółć";
        let little: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little.clone(), big] {
            assert_eq!(Encoding::Utf16.decode(bytes).as_deref(), Some(text));
        }
        assert_eq!(Encoding::Utf16.decode(little[..5].to_vec()), None);
        assert_eq!(Encoding::Utf8.decode(vec![0xff]), None);
        assert_eq!(Encoding::Latin1.decode(vec![0xf3]).as_deref(), Some("ó"));
        assert_eq!(Encoding::parse("utf-8"), Some(Encoding::Utf8));
        assert_eq!(Encoding::parse("EBCDIC"), None);
    }
}
