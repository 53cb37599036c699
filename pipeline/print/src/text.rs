//! Text in Helvetica, which every reader of PDF has, with Polish letters.

use pdf_writer::{Content, Name, Pdf, Ref, Str};

/// The name of the font in a page's resources.
pub(crate) const FONT: Name<'static> = Name(b"F1");
/// The bold one.
pub(crate) const BOLD: Name<'static> = Name(b"F2");

/// The first code of the letters below.
const FIRST: u8 = 128;
/// Letters that WinAnsi lacks, and their glyphs' names.
const POLISH: [(char, &[u8]); 18] = [
    ('ą', b"aogonek"),
    ('ć', b"cacute"),
    ('ę', b"eogonek"),
    ('ł', b"lslash"),
    ('ń', b"nacute"),
    ('ó', b"oacute"),
    ('ś', b"sacute"),
    ('ź', b"zacute"),
    ('ż', b"zdotaccent"),
    ('Ą', b"Aogonek"),
    ('Ć', b"Cacute"),
    ('Ę', b"Eogonek"),
    ('Ł', b"Lslash"),
    ('Ń', b"Nacute"),
    ('Ó', b"Oacute"),
    ('Ś', b"Sacute"),
    ('Ź', b"Zacute"),
    ('Ż', b"Zdotaccent"),
];

pub(crate) fn write_font(pdf: &mut Pdf, id: Ref, base: &[u8]) {
    let mut font = pdf.type1_font(id);
    font.base_font(Name(base));
    let mut encoding = font.encoding_custom();
    encoding.base_encoding(Name(b"WinAnsiEncoding"));
    encoding
        .differences()
        .consecutive(FIRST, POLISH.iter().map(|(_, name)| Name(name)));
}

/// Shows a line whose baseline begins at `x`, `y`; a letter that there is no code for is a `?`.
pub(crate) fn show(content: &mut Content, (font, size): (Name<'_>, f32), at: [f32; 2], line: &str) {
    let bytes: Vec<u8> = line.chars().map(code).collect();
    content
        .begin_text()
        .set_font(font, size)
        .set_text_matrix([1.0, 0.0, 0.0, 1.0, at[0], at[1]])
        .show(Str(&bytes))
        .end_text();
}

fn code(letter: char) -> u8 {
    if letter.is_ascii() && !letter.is_control() {
        return u8::try_from(letter).unwrap_or(b'?');
    }
    let place = POLISH.iter().position(|(polish, _)| *polish == letter);
    place
        .and_then(|place| u8::try_from(place).ok())
        .map_or(b'?', |place| FIRST + place)
}
