//! The pixels of a page's images as they are stored: no rendering, no scaling.

use super::verdict::Plan;
use super::{Sheet, check_size, opening, walk};
use crate::picture::simplest;
use crate::{damaged, over_limit};
use hayro_interpret::font::GlyphRun;
use hayro_interpret::hayro_syntax::object::stream::ImageDecodeParams;
use hayro_interpret::hayro_syntax::object::{Array, Name, Object, Stream};
use hayro_interpret::kurbo::{BezPath, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps,
    InterpreterCache, LumaData, Paint, RasterImage, SoftMask, StencilImage,
};
use hayro_syntax::page::Page;
use model::{Bitmap, Failure, Limits, Pixels};

/// Share of an image's rows that must be there. What is missing would be filled with white.
const ROWS_THERE: f64 = 0.995;

/// Decodes the images a plan asks for, in the order of its parts.
pub(super) fn decode<'a>(
    page: &'a Page<'a>,
    sheet: Sheet,
    cache: &InterpreterCache<'a>,
    plan: &Plan,
    limits: &Limits,
) -> Result<Vec<Bitmap>, Failure> {
    check_size(plan.width, plan.height, limits)?;
    let mut decoder = Decoder {
        wanted: plan.parts.iter().map(|part| part.image).collect(),
        limits,
        met: 0,
        decoded: plan.parts.iter().map(|_| None).collect(),
    };
    walk(page, sheet, cache, &mut decoder);
    let lost = || damaged("an image of it cannot be found again");
    decoder
        .decoded
        .into_iter()
        .map(|image| image.ok_or_else(lost)?)
        .collect()
}

/// How many pixels of each side become one where a page exceeds the limits: the least that brings
/// it within them.
fn reduction(width: u32, height: u32, limits: &Limits) -> u32 {
    let fits = |by: u32| {
        check_size(width.div_ceil(by), height.div_ceil(by), limits).is_ok()
            || width.max(height) / by == 0
    };
    (2..).find(|&by| fits(by)).unwrap_or(u32::MAX)
}

/// A page that exceeds the limits on pixels, at a whole fraction of its resolution, and that
/// fraction. Only one black and white image is taken: packed, its pixels are few bytes, and none
/// of its ink is lost.
pub(super) fn decode_reduced<'a>(
    page: &'a Page<'a>,
    sheet: Sheet,
    cache: &InterpreterCache<'a>,
    plan: &Plan,
    limits: &Limits,
) -> Result<(Bitmap, u32), Failure> {
    let over = check_size(plan.width, plan.height, limits);
    let (Err(over), [part]) = (over, &plan.parts[..]) else {
        return Err(over_limit(
            "its images together exceed the limits on pixels",
        ));
    };
    let by = reduction(plan.width, plan.height, limits);
    let mut reducer = Reducer {
        wanted: part.image,
        by,
        limits,
        met: 0,
        reduced: Err(over),
    };
    walk(page, sheet, cache, &mut reducer);
    let image = part.orientation.apply(reducer.reduced?);
    Ok((image, by))
}

/// Walks the page and decodes its one image, smaller.
struct Reducer<'l> {
    wanted: usize,
    by: u32,
    limits: &'l Limits,
    met: usize,
    reduced: Result<Bitmap, Failure>,
}

impl<'a> Device<'a> for Reducer<'_> {
    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.met += 1;
        let Image::Raster(raster) = &image else {
            return;
        };
        let (width, height) = (image.width(), image.height());
        let packed = u64::from(width).div_ceil(8) * u64::from(height);
        if self.met - 1 == self.wanted
            && packed <= self.limits.stream_bytes
            && let Some(polarity) = Polarity::of(raster.stream())
        {
            self.reduced = opening::check_stream(raster.stream(), self.limits)
                .map_err(over_limit)
                .and_then(|()| bits(raster.stream(), (width, height), polarity))
                .map(|whole| crate::raster::reduce(&whole, self.by));
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_clip_rect(&mut self, _: &Rect) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// Walks the page a second time and decodes what is wanted where it comes by.
struct Decoder<'l> {
    wanted: Vec<usize>,
    limits: &'l Limits,
    met: usize,
    decoded: Vec<Option<Result<Bitmap, Failure>>>,
}

impl<'a> Device<'a> for Decoder<'_> {
    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        let slot = self.wanted.iter().position(|&wanted| wanted == self.met);
        self.met += 1;
        if let Some(slot) = slot {
            self.decoded[slot] = Some(decode_one(&image, self.limits));
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_clip_rect(&mut self, _: &Rect) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

fn decode_one(image: &Image<'_, '_>, limits: &Limits) -> Result<Bitmap, Failure> {
    let (width, height) = (image.width(), image.height());
    check_size(width, height, limits)?;
    let stream = match image {
        Image::Raster(raster) => raster.stream(),
        Image::Stencil(stencil) => stencil.stream(),
    };
    opening::check_stream(stream, limits).map_err(over_limit)?;
    let image = match image {
        Image::Raster(raster) => match Polarity::of(stream) {
            Some(polarity) => bits(stream, (width, height), polarity)?,
            None => raster_image(raster, (width, height))?,
        },
        Image::Stencil(stencil) => stencil_image(stencil, (width, height))?,
    };
    if (image.width(), image.height()) == (width, height) {
        return Ok(image);
    }
    // The codec's own header is right about how many pixels there are; the dictionary about what
    // part of the page they cover. A scan whose two disagree is not taken for whole.
    Err(damaged(format!(
        "its image has {} × {} pixels, not {width} × {height} as the file says",
        image.width(),
        image.height()
    )))
}

/// Which of the two values of a one-bit sample is black.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Polarity {
    ZeroIsBlack,
    OneIsBlack,
}

impl Polarity {
    /// Of an image that is black and white and nothing else; none of any other.
    fn of(stream: &Stream<'_>) -> Option<Self> {
        let dict = stream.dict();
        let either =
            |long: &str, short: &str| dict.get::<Object<'_>>(long).or_else(|| dict.get(short));
        let bits = dict
            .get::<u8>("BitsPerComponent")
            .or_else(|| dict.get("BPC"))?;
        let masked = ["SMask", "Mask", "SMaskInData"]
            .iter()
            .any(|key| dict.contains_key(key));
        let is_gray = match either("ColorSpace", "CS")? {
            Object::Name(name) => matches!(name.as_ref(), b"DeviceGray" | b"G" | b"CalGray"),
            Object::Array(array) => is_gray_space(&array),
            _ => false,
        };
        if bits != 1 || masked || !is_gray {
            return None;
        }
        match decode_array(stream).as_deref() {
            None | Some([0.0, 1.0]) => Some(Self::ZeroIsBlack),
            Some([1.0, 0.0]) => Some(Self::OneIsBlack),
            Some(_) => None,
        }
    }
}

fn decode_array(stream: &Stream<'_>) -> Option<Vec<f32>> {
    let dict = stream.dict();
    let array = dict.get::<Array<'_>>("Decode").or_else(|| dict.get("D"))?;
    Some(array.iter::<f32>().collect())
}

/// `[/CalGray …]`, or `[/ICCBased …]` with one component.
fn is_gray_space(array: &Array<'_>) -> bool {
    let mut parts = array.flex_iter();
    let name = parts.next::<Name<'_>>();
    match name.as_deref() {
        Some(b"CalGray" | b"DeviceGray") => true,
        Some(b"ICCBased") => {
            parts
                .next::<Stream<'_>>()
                .and_then(|icc| icc.dict().get::<u8>("N"))
                == Some(1)
        }
        _ => false,
    }
}

/// A black and white image, bit by bit as stored.
fn bits(
    stream: &Stream<'_>,
    (width, height): (u32, u32),
    polarity: Polarity,
) -> Result<Bitmap, Failure> {
    let params = ImageDecodeParams {
        // Asks the codec to leave the bits packed.
        is_indexed: true,
        bpc: Some(1),
        num_components: Some(1),
        target_dimension: None,
        width,
        height,
    };
    let decoded = stream
        .decoded_image(&params)
        .map_err(|_| damaged("its image cannot be decoded"))?;
    let own = decoded
        .image_data
        .as_ref()
        .map_or((width, height), |data| (data.width, data.height));
    if decoded
        .image_data
        .as_ref()
        .is_some_and(|data| data.bits_per_component != 1)
        || own.0 != width
    {
        return Err(damaged("its image is not what the file says it is"));
    }
    let stride = (width as usize).div_ceil(8);
    let mut bytes = decoded.data.into_owned();
    check_rows(bytes.len() / stride, height)?;
    let paper = if polarity == Polarity::ZeroIsBlack {
        0xFF
    } else {
        0
    };
    bytes.resize(stride * height as usize, paper);
    if polarity == Polarity::ZeroIsBlack {
        bytes.iter_mut().for_each(|byte| *byte = !*byte);
    }
    if width % 8 != 0 {
        let used = 0xFFu8 << (8 - width % 8);
        bytes
            .chunks_exact_mut(stride)
            .for_each(|row| row[stride - 1] &= used);
    }
    Bitmap::new(width, height, Pixels::Bilevel(bytes)).map_err(|e| damaged(e.to_string()))
}

/// Fails where so many rows are missing that text may be lost with them.
fn check_rows(rows: usize, height: u32) -> Result<(), Failure> {
    let there = f64::from(u32::try_from(rows).unwrap_or(u32::MAX));
    if there < f64::from(height) * ROWS_THERE {
        return Err(damaged(format!(
            "its image breaks off after row {rows} of {height}"
        )));
    }
    Ok(())
}

/// Any other image, in gray or colour, transparent over white.
fn raster_image(raster: &RasterImage<'_>, (width, height): (u32, u32)) -> Result<Bitmap, Failure> {
    let mut out = None;
    raster.with_rgba(|colours, alpha| out = Some(compose(colours, alpha)), None);
    let (w, h, pixels) = out.ok_or_else(|| damaged("its image cannot be decoded"))??;
    if w == width {
        check_rows(h as usize, height)?;
    }
    let pixels = match (pixels, w == width && h < height) {
        (pixels, false) => pixels,
        (Pixels::Gray(mut gray), true) => {
            gray.resize(width as usize * height as usize, 255);
            Pixels::Gray(gray)
        }
        (Pixels::Rgb(mut rgb), true) => {
            rgb.resize(width as usize * height as usize * 3, 255);
            Pixels::Rgb(rgb)
        }
        (bilevel, true) => bilevel,
    };
    let h = if w == width { height } else { h };
    Bitmap::new(w, h, pixels)
        .map(simplest)
        .map_err(|e| damaged(e.to_string()))
}

/// Colours over white paper.
fn compose(colours: ImageData, alpha: Option<LumaData>) -> Result<(u32, u32, Pixels), Failure> {
    let (width, height) = (colours.width(), colours.height());
    let (mut data, samples) = match colours {
        ImageData::Luma(luma) => (luma.data, 1),
        ImageData::Rgb(rgb) => (rgb.data, 3),
    };
    if let Some(alpha) = alpha {
        if alpha.width == 0 || alpha.height == 0 {
            return Err(damaged("the mask of its image is empty"));
        }
        for y in 0..height {
            let mask_y = u64::from(y) * u64::from(alpha.height) / u64::from(height);
            for x in 0..width {
                let mask_x = u64::from(x) * u64::from(alpha.width) / u64::from(width);
                let at =
                    usize::try_from(mask_y * u64::from(alpha.width) + mask_x).unwrap_or(usize::MAX);
                let opacity = alpha.data.get(at).copied().unwrap_or(255);
                if opacity < 255 {
                    let at = (y as usize * width as usize + x as usize) * samples;
                    for sample in data.get_mut(at..at + samples).unwrap_or_default() {
                        *sample = mixed(*sample, opacity);
                    }
                }
            }
        }
    }
    let pixels = if samples == 1 {
        Pixels::Gray(data)
    } else {
        Pixels::Rgb(data)
    };
    Ok((width, height, pixels))
}

/// A sample over white.
fn mixed(sample: u8, opacity: u8) -> u8 {
    let (sample, opacity) = (u32::from(sample), u32::from(opacity));
    let mixed = (sample * opacity + 255 * (255 - opacity) + 127) / 255;
    u8::try_from(mixed).expect("a mean of two bytes is a byte")
}

/// A stencil: paint where its samples say so, over white paper.
fn stencil_image(
    stencil: &StencilImage<'_, '_>,
    (width, height): (u32, u32),
) -> Result<Bitmap, Failure> {
    let mut out = None;
    stencil.with_stencil(
        |mask, paint| {
            let [r, g, b, a] = match paint {
                Paint::Color(color) => color.to_rgba().to_rgba8(),
                Paint::Pattern(_) => [0, 0, 0, 255],
            };
            out = Some((mask, [r, g, b].map(|sample| mixed(sample, a))));
        },
        None,
    );
    let (mask, paint) = out.ok_or_else(|| damaged("its image cannot be decoded"))?;
    if mask.width != width {
        return Err(damaged("its image is not what the file says it is"));
    }
    check_rows(mask.height as usize, height)?;
    let mut data = mask.data;
    data.resize(width as usize * height as usize, 0);
    let over = |paint: u8, opacity: u8| mixed(paint, opacity);
    let pixels = if paint[0] == paint[1] && paint[1] == paint[2] {
        Pixels::Gray(
            data.into_iter()
                .map(|opacity| over(paint[0], opacity))
                .collect(),
        )
    } else {
        Pixels::Rgb(
            data.into_iter()
                .flat_map(|opacity| paint.map(|p| over(p, opacity)))
                .collect(),
        )
    };
    Bitmap::new(width, height, pixels)
        .map(simplest)
        .map_err(|e| damaged(e.to_string()))
}
