//! A page bitmap in; words with places and confidence out; runs only inside a worker.
//!
//! A page is made ready (ink from paper, upright, level), read by a warm Tesseract, and what was
//! read is put in order and brought back to the page as given. The only crate that knows Tesseract
//! and Leptonica. It refuses to guess silently: what could not be read is said in the page's quality.

mod binding;
mod clock;
mod confusions;
mod geometry;
mod polish;
mod prepare;
mod quality;
mod reader;
mod reading_order;
mod second_look;
mod sift;
mod spaces;

pub use reader::{
    PageReading, ReadError, Reader, ReaderError, default_models, engine_version, missing_models,
};
