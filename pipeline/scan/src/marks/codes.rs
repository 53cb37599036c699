//! Bar codes, by a decoder of others. It may fail in any way it likes: a page without codes is
//! what comes of it.

use super::plane::Plane;
use model::{Code, Place, Symbology};
use rxing::common::HybridBinarizer;
use rxing::multi::{GenericMultipleBarcodeReader, MultipleBarcodeReader as _};
use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, MultiUseMultiFormatReader,
    RXingResult,
};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most codes of a page that are kept.
const MOST: usize = 16;
/// Longest text of a code that is kept, in bytes.
const LONGEST: usize = 1_000;

/// The codes on a page. Rows of bars are looked for only where some were seen to stand.
pub(super) fn read(plane: &Plane, bars: bool) -> Vec<Code> {
    let mut formats = HashSet::from([BarcodeFormat::QR_CODE, BarcodeFormat::DATA_MATRIX]);
    if bars {
        formats.extend([BarcodeFormat::CODE_39, BarcodeFormat::CODE_128]);
    }
    let decoded = catch_unwind(AssertUnwindSafe(|| decode(plane, formats)));
    let mut codes: Vec<Code> = Vec::new();
    for result in decoded.unwrap_or_default() {
        let Some(code) = code(&result, plane) else {
            continue;
        };
        let known = codes
            .iter()
            .any(|c| c.text == code.text && c.symbology == code.symbology);
        if !known && codes.len() < MOST {
            codes.push(code);
        }
    }
    codes
}

fn decode(plane: &Plane, formats: HashSet<BarcodeFormat>) -> Vec<RXingResult> {
    let (Ok(width), Ok(height)) = (u32::try_from(plane.width), u32::try_from(plane.height)) else {
        return Vec::new();
    };
    let Ok(source) = Luma8LuminanceSource::new(plane.bytes.clone(), width, height) else {
        return Vec::new();
    };
    let hints = DecodeHints {
        PossibleFormats: Some(formats),
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    GenericMultipleBarcodeReader::new(MultiUseMultiFormatReader::default())
        .decode_multiple_with_hints(&mut bitmap, &hints)
        .unwrap_or_default()
}

fn code(result: &RXingResult, plane: &Plane) -> Option<Code> {
    let symbology = match result.getBarcodeFormat() {
        BarcodeFormat::CODE_39 => Symbology::Code39,
        BarcodeFormat::CODE_128 => Symbology::Code128,
        BarcodeFormat::QR_CODE => Symbology::Qr,
        BarcodeFormat::DATA_MATRIX => Symbology::DataMatrix,
        _ => return None,
    };
    let text: String = result
        .getText()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let sound = !text.trim().is_empty() && text.len() <= LONGEST;
    sound.then(|| Code {
        symbology,
        text,
        place: place(result, plane),
    })
}

/// The box of the points by which the code was found, on the page as displayed.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held to the page's sides just before"
)]
fn place(result: &RXingResult, plane: &Plane) -> Place {
    let held = |value: f32, side: usize| (value.max(0.0) as usize).min(side.saturating_sub(1));
    let points = result.getPoints().iter();
    let corners = points.map(|p| {
        let (x, y) = (held(p.x, plane.width), held(p.y, plane.height));
        let [right, down] = plane.step;
        Place::new(x as u32 * right, y as u32 * down, right, down)
    });
    Place::union_of(corners).unwrap_or_default()
}
