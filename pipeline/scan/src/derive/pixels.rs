//! A PDF made of one image a page, without loss: fax group 4 for black and white, Deflate with
//! differences between rows for gray and colour.

use crate::{damaged, over_limit};
use fax::encoder::Encoder;
use fax::{Color, VecWriter};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use model::{Bitmap, Failure, Limits, Pixels};
use std::io::Write as _;

/// Points in an inch (ISO 32000-2, 8.3.2.3).
const POINTS: f32 = 72.0;
/// The differences written before Deflate: each row's to the row above (ISO 32000-2, 7.4.4.4).
const PNG_UP: u8 = 2;

pub(super) struct PixelPdf {
    document: Document,
    tree: ObjectId,
    kids: Vec<Object>,
}

impl PixelPdf {
    pub(super) fn new() -> Self {
        let mut document = Document::with_version("1.7");
        let tree = document.new_object_id();
        Self {
            document,
            tree,
            kids: Vec::new(),
        }
    }

    /// Adds a page of so many pixels at that resolution, filled by an image.
    pub(super) fn page(
        &mut self,
        image: &Bitmap,
        size: (u32, u32),
        dpi: [u32; 2],
    ) -> Result<(), Failure> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a side in points needs no more precision"
        )]
        let points = |pixels: u32, dpi: u32| pixels as f32 * POINTS / dpi as f32;
        let (width, height) = (points(size.0, dpi[0]), points(size.1, dpi[1]));
        let image = self.document.add_object(image_stream(image)?);
        let content = format!("q {width} 0 0 {height} 0 0 cm /Page Do Q");
        let content = Stream::new(Dictionary::new(), content.into_bytes());
        let content = self.document.add_object(content);
        let page = dictionary! {
            "Type" => "Page",
            "Parent" => self.tree,
            "MediaBox" => vec![0.into(), 0.into(), width.into(), height.into()],
            "Resources" => dictionary! { "XObject" => dictionary! { "Page" => image } },
            "Contents" => content,
        };
        self.kids.push(self.document.add_object(page).into());
        Ok(())
    }

    pub(super) fn written(mut self, limits: &Limits) -> Result<Vec<u8>, Failure> {
        let tree = dictionary! {
            "Type" => "Pages",
            "Count" => i64::try_from(self.kids.len()).unwrap_or(i64::MAX),
            "Kids" => self.kids,
        };
        self.document.objects.insert(self.tree, tree.into());
        let catalogue = dictionary! { "Type" => "Catalog", "Pages" => self.tree };
        let catalogue = self.document.add_object(catalogue);
        self.document.trailer.set("Root", catalogue);
        let mut bytes = Vec::new();
        let written = self.document.save_to(&mut bytes);
        written.map_err(|e| damaged(format!("the copy cannot be written: {e}")))?;
        if bytes.len() as u64 > limits.file_bytes {
            return Err(over_limit(format!(
                "its pages as images take {} bytes, more than the limit `file_bytes` of {}",
                bytes.len(),
                limits.file_bytes
            )));
        }
        Ok(bytes)
    }
}

fn image_stream(image: &Bitmap) -> Result<Stream, Failure> {
    let (width, height) = (image.width(), image.height());
    let mut dict = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => i64::from(width),
        "Height" => i64::from(height),
    };
    let failed = |e: std::io::Error| damaged(format!("its pixels cannot be packed: {e}"));
    let data = match image.pixels() {
        Pixels::Bilevel(bits) => {
            dict.set("ColorSpace", "DeviceGray");
            dict.set("BitsPerComponent", 1);
            dict.set("Filter", "CCITTFaxDecode");
            dict.set(
                "DecodeParms",
                dictionary! {
                    "K" => -1,
                    "Columns" => i64::from(width),
                    "Rows" => i64::from(height),
                },
            );
            group_4(bits, width)?
        }
        Pixels::Gray(gray) => {
            deflated(&mut dict, "DeviceGray", width, 1);
            differences(gray, width as usize).map_err(failed)?
        }
        Pixels::Rgb(rgb) => {
            deflated(&mut dict, "DeviceRGB", width, 3);
            differences(rgb, width as usize * 3).map_err(failed)?
        }
    };
    Ok(Stream::new(dict, data).with_compression(false))
}

fn deflated(dict: &mut Dictionary, space: &str, width: u32, colours: i64) {
    dict.set("ColorSpace", Object::Name(space.into()));
    dict.set("BitsPerComponent", 8);
    dict.set("Filter", "FlateDecode");
    let params = dictionary! {
        "Predictor" => 15,
        "Colors" => colours,
        "BitsPerComponent" => 8,
        "Columns" => i64::from(width),
    };
    dict.set("DecodeParms", params);
}

fn differences(samples: &[u8], row: usize) -> std::io::Result<Vec<u8>> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    let mut above = vec![0; row];
    let mut line = vec![0; row + 1];
    for samples in samples.chunks_exact(row) {
        line[0] = PNG_UP;
        for (n, (sample, above)) in samples.iter().zip(&above).enumerate() {
            line[n + 1] = sample.wrapping_sub(*above);
        }
        packed.write_all(&line)?;
        above.copy_from_slice(samples);
    }
    packed.finish()
}

/// Rows of packed bits, 1 for black, as fax group 4 (ITU-T T.6).
fn group_4(bits: &[u8], width: u32) -> Result<Vec<u8>, Failure> {
    let columns = u16::try_from(width)
        .map_err(|_| over_limit(format!("{width} columns are too many for a fax page")))?;
    let mut encoder = Encoder::new(VecWriter::new());
    for row in bits.chunks_exact((width as usize).div_ceil(8)) {
        let pixel = |x: u16| {
            let x = usize::from(x);
            if row[x / 8] & (0x80 >> (x % 8)) == 0 {
                Color::White
            } else {
                Color::Black
            }
        };
        // Writing to memory cannot fail.
        encoder.encode_line((0..columns).map(pixel), columns).ok();
    }
    let written = encoder.finish().map(VecWriter::finish);
    written.map_err(|_| damaged("its pixels cannot be packed"))
}
