//! Everything has a limit, with a name, a unit and a reason. Reaching one is a refusal or a
//! failed page that names it, never silence.

use serde::{Deserialize, Serialize};

/// What one file may cost. Passed whole to whoever reads the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest file, in bytes: one PUT of an S3 store takes 5 GiB, a scanned batch is far smaller.
    pub file_bytes: u64,
    /// Most pages in a file: a whole credit file scanned at once has hundreds.
    pub pages: u32,
    /// Most pixels of a page: A3 at 600 dpi has 70 million, A0 at 300 dpi 140 million.
    pub page_pixels: u64,
    /// Longest side of a page in pixels: beyond it is a bomb, not paper.
    pub page_side: u32,
    /// Most bytes one compressed stream may unfold to.
    pub stream_bytes: u64,
    /// Most objects in a PDF.
    pub pdf_objects: u32,
    /// Deepest nesting of PDF objects, forms and page tree.
    pub nesting: u32,
    /// Seconds of a processor that one page may take before its worker is killed: a busy machine
    /// makes nothing fail.
    pub page_seconds: u32,
    /// Seconds of a processor that opening and counting pages may take.
    pub open_seconds: u32,
    /// Seconds by the clock after which a worker that still has not answered is killed, whatever
    /// it waits for.
    pub wall_seconds: u32,
    /// Megabytes (10^6) of address space a worker may take.
    pub worker_megabytes: u32,
    /// Pages after which a worker is replaced, so that no leak grows for days.
    pub worker_pages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 2 << 30,
            pages: 5_000,
            page_pixels: 150_000_000,
            page_side: 30_000,
            stream_bytes: 256 << 20,
            pdf_objects: 2_000_000,
            nesting: 64,
            page_seconds: 60,
            open_seconds: 20,
            wall_seconds: 900,
            worker_megabytes: 1_500,
            worker_pages: 500,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;
    use std::collections::BTreeMap;

    #[test]
    fn the_documented_limits_are_the_defaults() {
        let documented: BTreeMap<&str, u64> = include_str!("../../../docs/limits.md")
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
            .map(|(name, rest)| {
                let value = rest.split(' ').next().and_then(|n| n.parse().ok());
                (name, value.expect("a limit is a number"))
            })
            .collect();
        let limits = serde_json::to_value(Limits::default()).unwrap();
        let limits: BTreeMap<&str, u64> = limits
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_u64().unwrap()))
            .collect();
        assert_eq!(documented, limits);
    }
}
