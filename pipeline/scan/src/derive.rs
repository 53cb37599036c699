//! Files made from a file: a document's own pages out of a batch, and a copy with places blacked
//! out. The file itself is never changed.
//!
//! Neither is handed out unread: a master is opened again and must show the same pages, pixel by
//! pixel; a redacted copy must show black and hold no text.

mod pixels;

use crate::{ScannedPage, Source, damaged, open_bytes};
use model::{Area, Bitmap, Failure, Limits, Pixels, Place};
use pixels::PixelPdf;

/// A file made from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// What it is.
    pub media_type: &'static str,
    /// How many pages it has.
    pub pages: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Source {
    /// Pages, counted from 1 and in the order given, as a file of the same kind that holds these
    /// pages and nothing of the others. Nothing is decoded or encoded again. Where all pages are
    /// meant it is the file as it is, signatures and attachments too.
    ///
    /// # Errors
    /// When a page is not there or cannot be copied, or the copy does not show the same.
    pub fn master(&mut self, pages: &[u32]) -> Result<Derived, Failure> {
        let count = self.page_count();
        if pages.is_empty() {
            return Err(damaged("no page was asked for"));
        }
        if let Some(missing) = pages.iter().find(|page| !(1..=count).contains(page)) {
            return Err(damaged(format!(
                "the file has {count} pages, not {missing}"
            )));
        }
        if pages.iter().copied().eq(1..=count) {
            return Ok(self.derived(self.bytes.to_vec(), count));
        }
        let bytes = crate::guarded(|| self.kind.master(pages, &self.limits))?;
        let copied = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let bytes = self.compared(bytes, pages)?;
        Ok(self.derived(bytes, copied))
    }

    const fn derived(&self, bytes: Vec<u8>, pages: u32) -> Derived {
        Derived {
            media_type: self.media_type,
            pages,
            bytes,
        }
    }

    /// The copy, if each of its pages is that of the file.
    fn compared(&mut self, bytes: Vec<u8>, pages: &[u32]) -> Result<Vec<u8>, Failure> {
        let unlike = |what: String| {
            damaged(format!("the pages by themselves are not the same: {what}"))
                .with_remedy("keep the whole file for this document")
        };
        let mut copy = open_bytes(bytes, &self.limits, &[])
            .map_err(|refusal| unlike(format!("the copy does not open: {}", refusal.message)))?;
        if copy.page_count() as usize != pages.len() {
            return Err(unlike(format!("it has {} pages", copy.page_count())));
        }
        for (number, &page) in (1..).zip(pages) {
            match (self.page(page), copy.page(number)) {
                (Ok(shown), Ok(copied)) if shown == copied => {}
                // A page that is broken in the file is as broken by itself.
                (Err(_), Err(_)) => {}
                _ => return Err(unlike(format!("page {page} looks different"))),
            }
        }
        Ok(copy.bytes.to_vec())
    }

    /// All pages as images and nothing else, black in the places given: a PDF that holds no text,
    /// visible or hidden, no attachment, no description, nothing under the black. Places are in
    /// pixels of the page as displayed.
    ///
    /// # Errors
    /// When a place is not on its page, or a page cannot be decoded: half a redaction is none.
    pub fn redacted(&mut self, areas: &[Area]) -> Result<Derived, Failure> {
        let count = self.page_count();
        if let Some(area) = areas.iter().find(|area| !(1..=count).contains(&area.page)) {
            return Err(damaged(format!(
                "the file has {count} pages, not {}",
                area.page
            )));
        }
        let mut pdf = PixelPdf::new();
        for number in 1..=count {
            let page = self.page(number)?;
            let places: Vec<Place> = (areas.iter().filter(|area| area.page == number))
                .map(|area| area.place)
                .collect();
            if let Some(off) = places.iter().find(|place| !stands_on(place, &page)) {
                return Err(damaged(format!(
                    "the rectangle at {}, {} is not on page {number} of {} × {} pixels",
                    off.x, off.y, page.width, page.height
                )));
            }
            let size = (page.width, page.height);
            let dpi = page.dpi;
            let image = self.drawn(number, page)?;
            pdf.page(&burnt(image, size, &places), size, dpi)?;
        }
        Ok(Derived {
            media_type: "application/pdf",
            pages: count,
            bytes: pdf.written(&self.limits)?,
        })
    }

    /// The page as an image; one of text is drawn on the grid that its places are in.
    fn drawn(&self, number: u32, page: ScannedPage) -> Result<Bitmap, Failure> {
        match (page.image, page.text, &self.kind) {
            (Some(image), _, _) => Ok(image),
            (None, Some(_), crate::Kind::Pdf(pdf)) => {
                let limits: &Limits = &self.limits;
                crate::guarded(|| pdf.draw(number, page.width, limits))
            }
            _ => {
                let row = (page.width as usize).div_ceil(8);
                let white = Pixels::Bilevel(vec![0; row * page.height as usize]);
                Bitmap::new(page.width, page.height, white).map_err(|e| damaged(e.to_string()))
            }
        }
    }
}

fn stands_on(place: &Place, page: &ScannedPage) -> bool {
    place.w > 0 && place.h > 0 && place.is_within(page.width, page.height)
}

/// The image, black in those places of a page of that size. A page that was drawn may be a pixel
/// smaller than its grid: what a place touches is black.
fn burnt(image: Bitmap, size: (u32, u32), places: &[Place]) -> Bitmap {
    let (width, height) = (image.width(), image.height());
    let scaled = |from: u32, to: u32, whole: u32, side: u32| {
        let (whole, side) = (u64::from(whole.max(1)), u64::from(side));
        let start = u64::from(from) * side / whole;
        let end = (u64::from(to) * side).div_ceil(whole).min(side);
        let pixel = |n: u64| usize::try_from(n).expect("a side has 32 bits");
        pixel(start)..pixel(end)
    };
    let mut pixels = image.into_pixels();
    for place in places {
        let columns = scaled(place.x, place.right(), size.0, width);
        for row in scaled(place.y, place.bottom(), size.1, height) {
            match &mut pixels {
                Pixels::Bilevel(bits) => {
                    let row = row * (width as usize).div_ceil(8);
                    for x in columns.clone() {
                        bits[row + x / 8] |= 0x80 >> (x % 8);
                    }
                }
                Pixels::Gray(gray) => {
                    let row = row * width as usize;
                    gray[row + columns.start..row + columns.end].fill(0);
                }
                Pixels::Rgb(rgb) => {
                    let row = row * width as usize;
                    rgb[(row + columns.start) * 3..(row + columns.end) * 3].fill(0);
                }
            }
        }
    }
    Bitmap::new(width, height, pixels).expect("the same pixels, some of them black")
}

#[cfg(test)]
mod tests;
