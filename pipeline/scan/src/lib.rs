//! A file's bytes in; page bitmaps and embedded text out. Runs only inside a sandbox worker.
//!
//! Takes PDF, TIFF, JPEG, PNG, WebP, BMP and GIF, by content and never by name; everything else is
//! refused with its name. A scanned page keeps its own bits: it is rendered only where it is more
//! than images. Recognises no text itself, cleans nothing, writes nothing, and opens no file: it
//! reads the one it is given.

mod bundle;
mod bytes;
mod ccitt;
mod derive;
mod embedded;
mod index;
mod marks;
mod pdf;
mod picture;
mod raster;
mod resolution;
mod sniff;
mod tiff;
mod view;

pub use marks::{marks, page_print};

use bytes::Bytes;
use model::{Bitmap, Failure, Limits, Note, Refusal, RefusalReason, Word};
use sniff::Format;
use std::collections::BTreeMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub use derive::Derived;
pub use view::part;

/// A file whose pages can be had one by one.
pub struct Source {
    media_type: &'static str,
    bytes: Arc<Bytes>,
    kind: Kind,
    limits: Limits,
}

enum Kind {
    Pdf(Box<pdf::PdfFile>),
    Tiff(tiff::TiffFile),
    Picture(picture::Picture),
    Bundle(bundle::Bundle),
}

/// What a folder of pages is, packed.
const BUNDLE_MEDIA_TYPE: &str = "application/x-tar";

/// A page as it lies in the file.
///
/// Either an image, or embedded text, or neither: a page on which nothing is drawn at all is
/// blank, and has neither.
#[derive(Clone, Debug, PartialEq)]
pub struct ScannedPage {
    /// Width as displayed, in pixels; that of `image` where there is one, otherwise of a grid of
    /// 300 dots per inch.
    pub width: u32,
    /// Height as displayed, in pixels.
    pub height: u32,
    /// Dots per inch across and down, as displayed; never zero. A resolution that cannot be true
    /// is replaced by that of an A4 page of as many pixels.
    pub dpi: [u32; 2],
    /// The page as displayed: `/Rotate` and orientation tags applied. The scan's own bits wherever
    /// the page is made of images only.
    pub image: Option<Bitmap>,
    /// The page's visible text, where it is all there is to read and can be trusted; there is no
    /// image then.
    pub text: Option<EmbeddedText>,
    /// Text that cannot be trusted: invisible over an image, or visible on a page that had to be
    /// rendered. What is seen may differ: a candidate only.
    pub hidden: Option<EmbeddedText>,
}

/// Text that came with the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EmbeddedText {
    /// Words in reading order, with places on the page as displayed.
    pub words: Vec<Word>,
    /// The lines in reading order, a hyphen at a line's end kept.
    pub text: String,
}

/// Opens a file: finds out what it is and how many pages it has. Nothing is decoded yet.
///
/// The file is read from its start by position, so that a descriptor shared with other processes
/// is not disturbed. For an encrypted PDF the empty password is tried first, then `passwords`,
/// each as user and as owner password.
///
/// # Errors
/// The [`Refusal`] says what is wrong with the file and what to do about it.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the worker gives its descriptor away"
)]
pub fn open(file: File, limits: &Limits, passwords: &[String]) -> Result<Source, Refusal> {
    open_all(Bytes::of(&file, limits)?, limits, passwords)
}

/// As [`open`], of bytes at hand.
///
/// # Errors
/// As [`open`].
pub fn open_bytes(
    bytes: Vec<u8>,
    limits: &Limits,
    passwords: &[String],
) -> Result<Source, Refusal> {
    open_all(Bytes::Read(bytes), limits, passwords)
}

fn open_all(bytes: Bytes, limits: &Limits, passwords: &[String]) -> Result<Source, Refusal> {
    let bundle = bundle::is_bundle(&bytes);
    let format = if bundle {
        None
    } else {
        Some(sniff::format(&bytes)?)
    };
    let bytes = Arc::new(bytes);
    let given = Arc::clone(&bytes);
    let opened = catch_unwind(AssertUnwindSafe(|| match format {
        None => bundle::Bundle::open(&given, limits, passwords).map(Kind::Bundle),
        Some(Format::Pdf) => {
            pdf::PdfFile::open(given, limits, passwords).map(|p| Kind::Pdf(Box::new(p)))
        }
        Some(Format::Tiff) => tiff::TiffFile::open(given, limits).map(Kind::Tiff),
        Some(other) => picture::Picture::open(given, other, limits).map(Kind::Picture),
    }));
    let kind = opened.unwrap_or_else(|_| {
        Err(Refusal::new(
            RefusalReason::Damaged,
            "its structure is broken in a way its decoder did not expect",
        ))
    })?;
    let source = Source {
        media_type: format.map_or(BUNDLE_MEDIA_TYPE, Format::media_type),
        bytes,
        kind,
        limits: limits.clone(),
    };
    source.bytes.let_go();
    match source.page_count() {
        0 if source.said().is_empty() => Err(Refusal::new(
            RefusalReason::NoPages,
            "it opens but has no page",
        )),
        pages if pages > limits.pages => Err(Refusal::new(
            RefusalReason::Limit,
            format!("{pages} pages exceed the limit `pages` of {}", limits.pages),
        )),
        _ => Ok(source),
    }
}

impl Kind {
    fn master(&self, pages: &[u32], limits: &Limits) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Pdf(pdf) => pdf.master(pages, limits),
            Self::Tiff(tiff) => tiff.master(pages, limits),
            Self::Picture(_) => Err(damaged("an image has one page only")),
            Self::Bundle(bundle) => bundle.master(pages),
        }
    }
}

impl Source {
    /// What the file is, by its content: `application/pdf`, `image/tiff` …
    #[must_use]
    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// How many pages it has; at least 1, but for an index alone.
    #[must_use]
    pub fn page_count(&self) -> u32 {
        match &self.kind {
            Kind::Pdf(pdf) => pdf.page_count(),
            Kind::Tiff(tiff) => tiff.page_count(),
            Kind::Picture(_) => 1,
            Kind::Bundle(bundle) => bundle.page_count(),
        }
    }

    /// What an index in it says, by name; nothing where there is none.
    #[must_use]
    pub fn said(&self) -> &BTreeMap<String, String> {
        static NOTHING: BTreeMap<String, String> = BTreeMap::new();
        match &self.kind {
            Kind::Bundle(bundle) => bundle.said(),
            Kind::Pdf(_) | Kind::Tiff(_) | Kind::Picture(_) => &NOTHING,
        }
    }

    /// What else there is to know about the file.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        match &self.kind {
            Kind::Pdf(pdf) => pdf.notes(),
            Kind::Bundle(bundle) => bundle.notes(),
            Kind::Tiff(_) | Kind::Picture(_) => &[],
        }
    }

    /// One page, counted from 1, for people to look at: as displayed, with at most `width` columns
    /// and `pixels` pixels. A scan is never made larger than it is; a page of text is drawn in
    /// that width.
    ///
    /// # Errors
    /// As [`Source::page`].
    pub fn view(&mut self, number: u32, width: u32, pixels: u64) -> Result<Bitmap, Failure> {
        if let Kind::Bundle(bundle) = &mut self.kind {
            return bundle.view(number, width, pixels);
        }
        let image = match (self.page(number)?.image, &self.kind) {
            (Some(image), _) => image,
            (None, Kind::Pdf(pdf)) => {
                let limits = Limits {
                    page_pixels: self.limits.page_pixels.min(pixels),
                    ..self.limits.clone()
                };
                guarded(|| pdf.draw(number, width, &limits))?
            }
            (None, Kind::Tiff(_) | Kind::Picture(_) | Kind::Bundle(_)) => {
                unreachable!("a page that is an image has an image")
            }
        };
        Ok(view::fitted(image, width, pixels))
    }

    /// Decodes one page, counted from 1. Holds no more than one page at a time.
    ///
    /// # Errors
    /// When the page does not exist, is broken, or exceeds a limit; the other pages can still be
    /// read.
    pub fn page(&mut self, number: u32) -> Result<ScannedPage, Failure> {
        if !(1..=self.page_count()).contains(&number) {
            let message = format!("the file has {} pages, not {number}", self.page_count());
            return Err(damaged(message));
        }
        let limits = &self.limits;
        let page = guarded(|| match &mut self.kind {
            Kind::Pdf(pdf) => pdf.page(number, limits),
            Kind::Tiff(tiff) => tiff.page(number, limits),
            Kind::Picture(picture) => picture.page(limits),
            Kind::Bundle(bundle) => bundle.page(number),
        });
        self.bytes.let_go();
        page
    }
}

/// What a decoder gives; where it panics the page is broken.
fn guarded<T>(decode: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(damaged("it is broken in a way its decoder did not expect")))
}

/// A page that cannot be decoded.
fn damaged(message: impl Into<String>) -> Failure {
    Failure::new(RefusalReason::Damaged, message).with_remedy(
        "open the file in a viewer; if the page shows there, print it to a new PDF, otherwise \
         scan it again",
    )
}

/// A page that exceeds a limit.
fn over_limit(message: impl Into<String>) -> Failure {
    Failure::new(RefusalReason::Limit, message)
}
