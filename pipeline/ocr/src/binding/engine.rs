//! A warm Tesseract: initialised once, then image after image.

use super::Pix;
use crate::clock::Until;
use model::Place;
use std::ffi::{CStr, CString, c_int, c_void};
use std::path::Path;
use std::ptr::{self, NonNull};
use tesseract::PageSegMode;
use tesseract_sys as tess;
use thiserror::Error;

/// Tesseract could not be started.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum Start {
    /// A path or language name that cannot be passed to C.
    #[error("`{0}` holds a NUL byte")]
    Name(String),
    /// Tesseract refused: a model is missing, damaged or of another version.
    #[error("Tesseract does not start with these models")]
    Refused,
}

/// One word as Tesseract gives it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RawWord {
    /// The text, never empty.
    pub(crate) text: String,
    /// In pixels of the image given.
    pub(crate) place: Place,
    /// 0 to 1.
    pub(crate) confidence: f64,
    /// Whether a line begins here.
    pub(crate) starts_line: bool,
    /// Whether a block (column, cell) begins here.
    pub(crate) starts_block: bool,
    /// The rectangle of the line it stands in.
    pub(crate) line: Place,
}

/// What one run of the engine gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Recognised {
    /// In Tesseract's reading order.
    pub(crate) words: Vec<RawWord>,
    /// Whether the deadline cut it short.
    pub(crate) cut_short: bool,
}

/// A Tesseract handle.
pub(crate) struct Engine(NonNull<tess::TessBaseAPI>);

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: owned here alone.
        unsafe { tess::TessBaseAPIDelete(self.0.as_ptr()) };
    }
}

/// The version of the Tesseract library that is linked in.
pub(crate) fn engine_version() -> String {
    tesseract::plumbing::version()
        .to_string_lossy()
        .into_owned()
}

/// Leptonica keeps its complaints to itself: a worker's standard error is not for them.
pub(crate) fn silence() {
    // SAFETY: sets a number.
    unsafe { leptonica_sys::setMsgSeverity(leptonica_sys::L_SEVERITY_NONE as i32) };
}

fn c_string(text: &str) -> Result<CString, Start> {
    CString::new(text).map_err(|_| Start::Name(text.to_owned()))
}

impl Engine {
    /// Loads the models of `languages` (as `pol+eng`) from the folder `models`.
    pub(crate) fn start(
        models: &Path,
        languages: &str,
        variables: &[(&str, &str)],
    ) -> Result<Self, Start> {
        let path = c_string(
            models
                .to_str()
                .ok_or_else(|| Start::Name(models.display().to_string()))?,
        )?;
        let languages = c_string(languages)?;
        let mut names = Vec::new();
        let mut values = Vec::new();
        for (name, value) in variables {
            names.push(c_string(name)?);
            values.push(c_string(value)?);
        }
        let mut name_list: Vec<_> = names.iter().map(|n| n.as_ptr().cast_mut()).collect();
        let mut value_list: Vec<_> = values.iter().map(|v| v.as_ptr().cast_mut()).collect();
        // SAFETY: a fresh handle; Tesseract copies every string before it returns.
        unsafe {
            let engine = Self(NonNull::new(tess::TessBaseAPICreate()).ok_or(Start::Refused)?);
            let refused = tess::TessBaseAPIInit4(
                engine.0.as_ptr(),
                path.as_ptr(),
                languages.as_ptr(),
                tess::TessOcrEngineMode_OEM_LSTM_ONLY,
                ptr::null_mut(),
                0,
                name_list.as_mut_ptr(),
                value_list.as_mut_ptr(),
                name_list.len(),
                0,
            );
            if refused != 0 {
                return Err(Start::Refused);
            }
            // Without an image this only complains, which opens the log that `debug_file` names:
            // later, behind the worker's fence, it could not be opened any more.
            tess::TessBaseAPIRecognize(engine.0.as_ptr(), ptr::null_mut());
            Ok(engine)
        }
    }

    /// Makes `image` the one that the next calls of [`Self::recognise`] read.
    pub(crate) fn set_image(&mut self, image: &Pix, dpi: i32) {
        // SAFETY: a live handle and image; Tesseract takes its own copy.
        unsafe {
            tess::TessBaseAPISetImage2(self.0.as_ptr(), image.raw());
            tess::TessBaseAPISetSourceResolution(self.0.as_ptr(), dpi);
        }
    }

    /// Forgets the image and what was read of it; the models stay.
    pub(crate) fn clear(&mut self) {
        // SAFETY: a live handle.
        unsafe { tess::TessBaseAPIClear(self.0.as_ptr()) };
    }

    /// Reads a part of the image set last. At `until` it stops and keeps the words read by then.
    pub(crate) fn recognise(&mut self, part: Place, mode: PageSegMode, until: Until) -> Recognised {
        let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
        let api = self.0.as_ptr();
        let mut until = until;
        // SAFETY: a live handle; the monitor lives from here to its deletion below, and so does
        // the moment it is given.
        unsafe {
            tess::TessBaseAPISetPageSegMode(api, mode.as_tess_page_seg_mode());
            tess::TessBaseAPISetRectangle(
                api,
                number(part.x),
                number(part.y),
                number(part.w),
                number(part.h),
            );
            let monitor = tess::TessMonitorCreate();
            tess::TessMonitorSetCancelFunc(monitor, Some(is_over));
            tess::TessMonitorSetCancelThis(monitor, (&raw mut until).cast());
            let failed = tess::TessBaseAPIRecognize(api, monitor);
            tess::TessMonitorDelete(monitor);
            Recognised {
                words: self.words(),
                cut_short: failed != 0,
            }
        }
    }

    /// The words of the last run.
    fn words(&mut self) -> Vec<RawWord> {
        let mut words = Vec::new();
        let (mut line, mut block) = (true, true);
        // SAFETY: the iterator points into the handle's results, which nothing changes before it
        // is deleted below.
        unsafe {
            let iterator = tess::TessBaseAPIGetIterator(self.0.as_ptr());
            if iterator.is_null() {
                return words;
            }
            let page = tess::TessResultIteratorGetPageIteratorConst(iterator);
            loop {
                block |= tess::TessPageIteratorIsAtBeginningOf(
                    page,
                    tess::TessPageIteratorLevel_RIL_BLOCK,
                ) != 0;
                line |= tess::TessPageIteratorIsAtBeginningOf(
                    page,
                    tess::TessPageIteratorLevel_RIL_TEXTLINE,
                ) != 0;
                if let Some((text, confidence)) = word_text(iterator) {
                    words.push(RawWord {
                        text,
                        confidence,
                        place: bounds(page, tess::TessPageIteratorLevel_RIL_WORD),
                        line: bounds(page, tess::TessPageIteratorLevel_RIL_TEXTLINE),
                        starts_line: std::mem::take(&mut line),
                        starts_block: std::mem::take(&mut block),
                    });
                }
                if tess::TessResultIteratorNext(iterator, tess::TessPageIteratorLevel_RIL_WORD) == 0
                {
                    break;
                }
            }
            tess::TessResultIteratorDelete(iterator);
        }
        words
    }
}

/// Asked by Tesseract before each word, whether to stop.
///
/// # Safety
/// `until` points to a live [`Until`].
unsafe extern "C" fn is_over(until: *mut c_void, _words: c_int) -> bool {
    // SAFETY: as the caller promises.
    unsafe { *until.cast::<Until>() }.is_over()
}

/// The text and confidence of the word at the iterator; none where nothing was read.
///
/// # Safety
/// `iterator` is live and stands on a word.
unsafe fn word_text(iterator: *mut tess::TessResultIterator) -> Option<(String, f64)> {
    // SAFETY: as the caller promises; the text is copied, then given back to Tesseract.
    unsafe {
        let raw =
            tess::TessResultIteratorGetUTF8Text(iterator, tess::TessPageIteratorLevel_RIL_WORD);
        if raw.is_null() {
            return None;
        }
        let text = CStr::from_ptr(raw).to_string_lossy().trim().to_owned();
        tess::TessDeleteText(raw);
        let percent =
            tess::TessResultIteratorConfidence(iterator, tess::TessPageIteratorLevel_RIL_WORD);
        (!text.is_empty()).then(|| (text, (f64::from(percent) / 100.0).clamp(0.0, 1.0)))
    }
}

/// The rectangle of what the iterator stands on.
///
/// # Safety
/// `page` is live.
unsafe fn bounds(page: *const tess::TessPageIterator, level: tess::TessPageIteratorLevel) -> Place {
    let (mut left, mut top, mut right, mut bottom) = (0, 0, 0, 0);
    // SAFETY: as the caller promises; four numbers are written.
    unsafe {
        tess::TessPageIteratorBoundingBox(
            page,
            level,
            &raw mut left,
            &raw mut top,
            &raw mut right,
            &raw mut bottom,
        );
    }
    let edge = |value: i32| u32::try_from(value).unwrap_or(0);
    let (x, y) = (edge(left), edge(top));
    Place::new(
        x,
        y,
        edge(right).saturating_sub(x),
        edge(bottom).saturating_sub(y),
    )
}
