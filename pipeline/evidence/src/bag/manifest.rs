//! Manifests: which file has which digest (RFC 8493 §2.1.3 and §2.2.1).

use super::hash::{Algorithm, parse_hexadecimal};
use super::{BagPath, Version};

/// A line of a manifest, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which file.
    pub path: BagPath,
    /// Its digest.
    pub digest: Box<[u8]>,
    /// Whether the line is written as the RFC says; md5sum writes `*`, other tools `./`.
    pub is_plain: bool,
}

/// A manifest's lines, and what could not be understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The lines in their order.
    pub lines: Vec<Line>,
    /// Numbers of lines that are none, from 1, with the reason.
    pub trouble: Vec<(usize, String)>,
}

impl Manifest {
    /// The text of a manifest.
    #[must_use]
    pub fn parse(text: &str, algorithm: Algorithm, version: Version) -> Self {
        let mut manifest = Self::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in lines(text).enumerate() {
            if line.is_empty() {
                continue;
            }
            match understood(line, algorithm, version) {
                Ok(line) => manifest.lines.push(line),
                Err(why) => manifest.trouble.push((number + 1, why)),
            }
        }
        manifest
    }
}

/// The lines of a text, however it ends them: LF, CR or both (RFC 8493 §2.1.3).
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split('\r')
    })
}

fn understood(line: &str, algorithm: Algorithm, version: Version) -> Result<Line, String> {
    let blank = [' ', '\t'];
    let (digest, rest) = line
        .split_once(blank)
        .ok_or_else(|| "it has no digest and path".to_owned())?;
    let digest = parse_hexadecimal(digest)
        .filter(|digest| digest.len() == algorithm.bytes())
        .ok_or_else(|| format!("its digest is no {algorithm}"))?;
    let written = rest.trim_start_matches(blank);
    let path = written.strip_prefix('*').unwrap_or(written);
    let path = path.strip_prefix("./").unwrap_or(path);
    let is_plain = path.len() == written.len();
    let decoded = if version >= Version::V1_0 {
        decoded(path)
    } else {
        path.to_owned()
    };
    let path = BagPath::parse(&decoded).map_err(|why| format!("its path is refused: {why}"))?;
    Ok(Line {
        path,
        digest,
        is_plain,
    })
}

/// A path as manifests write it: line ends and the percent sign are encoded (RFC 8493 §2.1.3).
fn decoded(path: &str) -> String {
    ["%0A", "%0a", "%0D", "%0d"]
        .iter()
        .zip(["\n", "\n", "\r", "\r"])
        .fold(path.to_owned(), |path, (code, end)| path.replace(code, end))
        .replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::{Manifest, lines};
    use crate::bag::{Algorithm, Version};
    use proptest::prelude::*;

    const OLD: Version = Version {
        major: 0,
        minor: 97,
    };

    #[test]
    fn lines_are_read_as_tools_write_them() {
        let digest = "d41d8cd98f00b204e9800998ecf8427e";
        let text = format!(
            "{digest}  data/a\r\n{}\t data/b c%25\n{digest} *data/d\n{digest}  ./data/e\n\
             {digest}  ../x\n{digest}\nabcd  data/f\n",
            digest.to_uppercase()
        );
        let manifest = Manifest::parse(&text, Algorithm::Md5, Version::V1_0);
        let paths: Vec<(&str, bool)> = manifest
            .lines
            .iter()
            .map(|line| (line.path.as_str(), line.is_plain))
            .collect();
        let expected = [
            ("data/a", true),
            ("data/b c%", true),
            ("data/d", false),
            ("data/e", false),
        ];
        assert_eq!(paths, expected);
        let numbers: Vec<usize> = manifest.trouble.iter().map(|(n, _)| *n).collect();
        assert_eq!(numbers, [5, 6, 7]);
        let old = Manifest::parse(&text, Algorithm::Md5, OLD);
        assert_eq!(old.lines[1].path.as_str(), "data/b c%25");
        assert_eq!(lines("a\r\nb\rc").collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_parsing_panic_or_lead_out(text in "[0-9a-f*./\\\\ \t\r\ndat%~:\u{0}-\u{ff}]{0,200}") {
            for version in [OLD, Version::V1_0] {
                let manifest = Manifest::parse(&text, Algorithm::Md5, version);
                for line in manifest.lines {
                    prop_assert!(!line.path.as_str().split('/').any(|s| s == ".."));
                    prop_assert!(!line.path.as_str().starts_with('/'));
                }
            }
        }

        #[test]
        fn what_is_written_is_read(names in proptest::collection::vec("[a-zA-Z0-9ąęł .-]{1,20}", 0..8)) {
            use std::fmt::Write as _;
            let mut text = String::new();
            for name in &names {
                writeln!(text, "{}  data/x{name}", "0".repeat(64)).unwrap();
            }
            let manifest = Manifest::parse(&text, Algorithm::Sha256, Version::V1_0);
            prop_assert!(manifest.trouble.is_empty());
            let read: Vec<String> = manifest.lines.iter().map(|l| l.path.to_string()).collect();
            let written: Vec<String> = names.iter().map(|n| format!("data/x{n}")).collect();
            prop_assert_eq!(read, written);
        }
    }
}
