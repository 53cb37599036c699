//! Any bytes as the content of a sound PDF page with fonts, images, forms and patterns to name.
#![no_main]

mod reading;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    let mut file = format!(
        "%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n\
         2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n\
         3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R /Resources << \
         /XObject << /Im 5 0 R /Fm 6 0 R >> /Font << /F 7 0 R /T 8 0 R >> \
         /Pattern << /P 9 0 R >> /ExtGState << /G << /ca 0.5 /SMask << /S /Alpha /G 6 0 R >> >> >> \
         /Shading << /S << /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 9 9] \
         /Function << /FunctionType 2 /Domain [0 1] /N 1 >> >> >> >> >> endobj\n\
         5 0 obj << /Subtype /Image /Width 2 /Height 2 /BitsPerComponent 8 \
         /ColorSpace /DeviceGray /Length 4 >> stream\n\0\x7F\x40\x20\nendstream endobj\n\
         6 0 obj << /Subtype /Form /BBox [0 0 50 50] /Length 15 >> stream\n9 9 30 30 re f  \nendstream endobj\n\
         7 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj\n\
         8 0 obj << /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0] \
         /CharProcs << /a 6 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 \
         /Widths [9] >> endobj\n\
         9 0 obj << /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 \
         /Resources << >> /Length 11 >> stream\n0 0 4 4 re f\nendstream endobj\n\
         4 0 obj << /Length {} >> stream\n",
        content.len()
    )
    .into_bytes();
    file.extend_from_slice(content);
    file.extend_from_slice(b"\nendstream endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n");
    reading::read(file);
});
