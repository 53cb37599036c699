//! TIFF 6.0 and BigTIFF: many pages, every fax and scanner compression.
//!
//! The directories, the grid of strips and tiles and the samples are handled here; the
//! decompression is that of well-kept crates. A page of whose rows some are missing is a failed
//! page: nothing is filled in.

mod chunks;
pub(crate) mod directory;
mod image;
mod master;
mod old;
mod samples;

use crate::bytes::Bytes;
use crate::{ScannedPage, damaged};
use directory::{Directory, Tiff};
use model::{Failure, Limits, Refusal, RefusalReason};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A TIFF whose chain of directories has been followed to its end.
pub(crate) struct TiffFile {
    bytes: Arc<Bytes>,
    pages: Vec<Directory>,
    /// Where each page's directory lies, and those of thumbnails and masks.
    places: Vec<u64>,
    auxiliary: Vec<u64>,
}

impl TiffFile {
    pub(crate) fn open(bytes: Arc<Bytes>, limits: &Limits) -> Result<Self, Refusal> {
        let refuse = |reason, message: String| Err(Refusal::new(reason, message));
        let Some(tiff) = Tiff::parse(&bytes) else {
            return refuse(RefusalReason::Truncated, "the header breaks off".into());
        };
        let mut pages = Vec::new();
        let mut seen = BTreeSet::new();
        let mut at = tiff.first;
        while at != 0 {
            let number = seen.len() + 1;
            if !seen.insert(at) {
                return refuse(
                    RefusalReason::Damaged,
                    "its chain of pages runs in a circle".into(),
                );
            }
            if at >= bytes.len() as u64 {
                let message = format!("directory {number} lies beyond the end of the file");
                return refuse(RefusalReason::Truncated, message);
            }
            let Some((directory, next)) = tiff.directory(at) else {
                let message = format!("directory {number} breaks off");
                return refuse(RefusalReason::Truncated, message);
            };
            pages.push((at, directory));
            if pages.len() > limits.pages as usize {
                let message = format!(
                    "it has more pages than the limit `pages` of {}",
                    limits.pages
                );
                return refuse(RefusalReason::Limit, message);
            }
            at = next;
        }
        // A thumbnail or a mask is no page, unless there is nothing else.
        let mut auxiliary = Vec::new();
        if pages.iter().any(|(_, page)| !page.is_auxiliary()) {
            let thumbnails = pages.extract_if(.., |(_, page)| page.is_auxiliary());
            auxiliary = thumbnails.map(|(at, _)| at).collect();
        }
        let (places, pages): (Vec<_>, Vec<_>) = pages.into_iter().unzip();
        for (number, page) in (1u32..).zip(&pages) {
            if let Some(missing) = image::bytes_beyond(page, bytes.len() as u64) {
                return Err(Refusal::new(
                    RefusalReason::Truncated,
                    format!("{missing} bytes of the page's pixels lie beyond the end of the file"),
                )
                .on_page(number));
            }
        }
        if let Some(message) = image::all_too_large(&pages, limits) {
            return Err(Refusal::new(RefusalReason::Limit, message).on_page(1));
        }
        Ok(Self {
            bytes,
            pages,
            places,
            auxiliary,
        })
    }

    pub(crate) fn page_count(&self) -> u32 {
        u32::try_from(self.pages.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn page(&self, number: u32, limits: &Limits) -> Result<ScannedPage, Failure> {
        let directory = self
            .pages
            .get(number as usize - 1)
            .ok_or_else(|| damaged("there is no such page"))?;
        image::decode(&self.bytes, directory, limits)
    }

    /// Pages counted from 1, as a TIFF of their own.
    pub(crate) fn master(&self, pages: &[u32], limits: &Limits) -> Result<Vec<u8>, Failure> {
        let missing = || damaged("there is no such page");
        let tiff = Tiff::parse(&self.bytes).ok_or_else(missing)?;
        let place = |number: &u32| self.places.get(*number as usize - 1).copied();
        let chosen: Option<Vec<u64>> = pages.iter().map(place).collect();
        let chosen = chosen.ok_or_else(missing)?;
        let all = self.places.iter().chain(&self.auxiliary);
        let others: Vec<u64> = all.filter(|at| !chosen.contains(at)).copied().collect();
        master::write(tiff, &chosen, &others, limits)
    }
}

#[cfg(test)]
mod tests;
