//! The one place that talks to Tesseract's and Leptonica's C interfaces, and the only `unsafe` here.
//!
//! It offers two owned things: a [`Pix`], Leptonica's image, and an [`Engine`], a warm Tesseract.
//! Nothing here decides anything about a page; it refuses to hand out a raw pointer.

#![expect(
    unsafe_code,
    reason = "Tesseract and Leptonica are C libraries; every call is here"
)]

mod bricks;
mod engine;
mod pix;

pub(crate) use engine::{Engine, RawWord, Recognised, Start, engine_version, silence};
pub(crate) use pix::{Fill, ImageError, Pix};
