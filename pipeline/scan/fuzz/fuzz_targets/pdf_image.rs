//! Any bytes as the only image of a sound PDF page: each filter, each depth and colour space. The
//! first bytes choose what the dictionary says, the rest is decoded.
#![no_main]

mod reading;

use libfuzzer_sys::fuzz_target;

const FILTERS: [&str; 10] = [
    "",
    "/Filter /DCTDecode",
    "/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns COLUMNS >>",
    "/Filter /CCITTFaxDecode /DecodeParms << /K 0 /Columns COLUMNS /EncodedByteAlign true >>",
    "/Filter /CCITTFaxDecode /DecodeParms << /K 4 /Columns COLUMNS /BlackIs1 true >>",
    "/Filter /JBIG2Decode",
    "/Filter /JPXDecode",
    "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns COLUMNS >>",
    "/Filter /LZWDecode",
    "/Filter [/ASCII85Decode /RunLengthDecode]",
];
const SPACES: [&str; 7] = [
    "/DeviceGray",
    "/DeviceRGB",
    "/DeviceCMYK",
    "[/Indexed /DeviceRGB 3 <000000FF0000FFFFFF00FF00>]",
    "[/CalGray << /WhitePoint [1 1 1] >>]",
    "[/Separation /Ink /DeviceGray << /FunctionType 2 /Domain [0 1] /N 1 >>]",
    "[/Lab << /WhitePoint [1 1 1] >>]",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, data)) = bytes.split_first_chunk::<6>() else {
        return;
    };
    let (width, height) = (1 + u32::from(choice[0]), 1 + u32::from(choice[1]));
    let filter = FILTERS[usize::from(choice[2]) % FILTERS.len()];
    let filter = filter.replace("COLUMNS", &width.to_string());
    let space = SPACES[usize::from(choice[3]) % SPACES.len()];
    let bits = [1, 2, 4, 8, 16][usize::from(choice[4]) % 5];
    let more = match choice[5] % 4 {
        0 => "/Decode [1 0]",
        1 => "/ImageMask true",
        2 => "/Mask [0 1]",
        _ => "",
    };
    let head = format!(
        "%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n\
         2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n\
         3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R \
         /Resources << /XObject << /Im 5 0 R >> >> >> endobj\n\
         4 0 obj << /Length 28 >> stream\n{width:03} 0 0 {height:03} 0 0 cm /Im Do    \nendstream endobj\n\
         5 0 obj << /Type /XObject /Subtype /Image /Width {width} /Height {height} \
         /BitsPerComponent {bits} /ColorSpace {space} {more} {filter} /Length {} >> stream\n",
        data.len()
    );
    let mut file = head.into_bytes();
    file.extend_from_slice(data);
    file.extend_from_slice(b"\nendstream endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n");
    reading::read(file);
});
