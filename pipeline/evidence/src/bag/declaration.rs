//! `bagit.txt`: that it is a bag, of which version, and how its other tag files are encoded.

use super::encoding::Encoding;

/// A version of `BagIt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Before the point.
    pub major: u32,
    /// After it.
    pub minor: u32,
}

impl Version {
    /// RFC 8493.
    pub const V1_0: Self = Self { major: 1, minor: 0 };

    /// `M.N`, of a version that is known here: 0.93 to 0.97, and 1.0.
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(major) || !digits(minor) {
            return None;
        }
        let version = Self {
            major: major.parse().ok()?,
            minor: minor.parse().ok()?,
        };
        let known =
            version == Self::V1_0 || (version.major == 0 && (93..=97).contains(&version.minor));
        known.then_some(version)
    }
}

/// What `bagit.txt` says (RFC 8493 §2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The version.
    pub version: Version,
    pub(super) encoding: Encoding,
}

impl Declaration {
    /// The two lines.
    ///
    /// # Errors
    /// In words, when they are not there, not in order, or say what is not known.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.starts_with(b"\xef\xbb\xbf") {
            return Err("it begins with a byte order mark".into());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        let mut lines = text.lines().map(|line| line.trim_end_matches('\r'));
        let mut value = |label: &str| {
            let line = lines.next().unwrap_or_default();
            line.strip_prefix(label)
                .and_then(|rest| rest.strip_prefix(':'))
                .map(str::trim)
                .ok_or_else(|| format!("it has no line `{label}: …` where it should"))
        };
        let written = value("BagIt-Version")?;
        let version = Version::parse(written)
            .ok_or_else(|| format!("`{written}` is no version that is known: 0.93 to 0.97, 1.0"))?;
        let written = value("Tag-File-Character-Encoding")?;
        let encoding = Encoding::parse(written)
            .ok_or_else(|| format!("`{written}` is no encoding that is known"))?;
        if lines.any(|line| !line.trim().is_empty()) {
            return Err("it has more than two lines".into());
        }
        Ok(Self { version, encoding })
    }
}

#[cfg(test)]
mod tests {
    use super::Declaration;

    #[test]
    fn the_two_lines_are_as_the_rfc_says() {
        let good = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
        assert_eq!(
            Declaration::parse(good.as_bytes()).unwrap().version.major,
            1
        );
        for version in ["0.93", "0.97"] {
            assert!(Declaration::parse(good.replace("1.0", version).as_bytes()).is_ok());
        }
        for wrong in [
            good.replace(": 1", " : 1"),
            good.replace("1.0", ".97"),
            good.replace("1.0", "2.0"),
            good.replace("1.0", "+1.0"),
            good.replace("UTF-8", "KOI8"),
            format!("\u{feff}{good}"),
            format!("{good}more\n"),
            good.lines().take(1).collect(),
            String::new(),
        ] {
            assert!(Declaration::parse(wrong.as_bytes()).is_err(), "{wrong:?}");
        }
    }
}
