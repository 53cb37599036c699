//! Pages as browsers show them: PNG, the smallest form that the pixels allow.

use model::{Bitmap, Pixels};
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};

/// A page as PNG. Encoding is for speed: it is sent once, over a network of the house.
///
/// # Errors
/// Never for an image that there is.
pub(crate) fn png(bitmap: &Bitmap) -> Result<Vec<u8>, EncodingError> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, bitmap.width(), bitmap.height());
    encoder.set_compression(Compression::Fast);
    // In PNG one bit of black is 0.
    let inverted: Vec<u8>;
    let (color, depth, samples) = match bitmap.pixels() {
        Pixels::Bilevel(bits) => {
            inverted = bits.iter().map(|byte| !byte).collect();
            (ColorType::Grayscale, BitDepth::One, &inverted)
        }
        Pixels::Gray(samples) => (ColorType::Grayscale, BitDepth::Eight, samples),
        Pixels::Rgb(samples) => (ColorType::Rgb, BitDepth::Eight, samples),
    };
    encoder.set_color(color);
    encoder.set_depth(depth);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(samples)?;
    writer.finish()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::png;
    use model::{Bitmap, Pixels};

    #[test]
    fn what_is_written_is_read_back() {
        let check = |pixels: Pixels, width, height, expected: &[u8]| {
            let file = png(&Bitmap::new(width, height, pixels).unwrap()).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(file))
                .read_info()
                .unwrap();
            let mut samples = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut samples).unwrap();
            assert_eq!(samples, expected);
        };
        check(
            Pixels::Bilevel(vec![0b1010_0000, 0xFF]),
            8,
            2,
            &[0b0101_1111, 0],
        );
        check(Pixels::Gray(vec![0, 128, 255]), 3, 1, &[0, 128, 255]);
        check(Pixels::Rgb(vec![1, 2, 3]), 1, 1, &[1, 2, 3]);
    }
}
