//! Text in Helvetica, which every reader of PDF has, with Polish letters.

use pdf_writer::{Content, Name, Pdf, Ref, Str};

/// The name of the font in a page's resources.
pub(crate) const FONT: Name<'static> = Name(b"F1");
/// The bold one.
pub(crate) const BOLD: Name<'static> = Name(b"F2");

/// The first code of the letters below.
const FIRST: u8 = 128;
/// Letters that WinAnsi lacks, or has where these stand, and their glyphs' names.
const POLISH: [(char, &[u8]); 20] = [
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
    ('„', b"quotedblbase"),
    ('…', b"ellipsis"),
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

/// Widths of Helvetica's letters from the space to `~`, in thousandths of the size (Adobe's metrics
/// of the standard fonts). Bold ones are a little wider; nothing is set so close that it matters.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
/// The letters under those with a tail, an acute or a dot: they are as wide; and
/// what is about as wide as the marks behind them.
const BASES: &str = "acelnoszzACELNOSZZ-W";

/// How wide a line is, in points.
pub(crate) fn width(line: &str, size: f32) -> f32 {
    let thousandths: f32 = line.chars().map(letter_width).map(f32::from).sum();
    thousandths * size / 1_000.0
}

fn letter_width(letter: char) -> u16 {
    let polish = POLISH.iter().position(|(polish, _)| *polish == letter);
    let base = polish.and_then(|place| BASES.chars().nth(place));
    let code = u32::from(base.unwrap_or(letter)).checked_sub(u32::from(' '));
    let place = code.and_then(|code| usize::try_from(code).ok());
    place
        .and_then(|place| WIDTHS.get(place).copied())
        .unwrap_or(556)
}

fn code(letter: char) -> u8 {
    // WinAnsi's own places for what Polish texts need besides their letters.
    match letter {
        '–' => return 0x96,
        '—' => return 0x97,
        '”' => return 0x94,
        '§' => return 0xa7,
        _ => {}
    }
    if letter.is_ascii() && !letter.is_control() {
        return u8::try_from(letter).unwrap_or(b'?');
    }
    let place = POLISH.iter().position(|(polish, _)| *polish == letter);
    place
        .and_then(|place| u8::try_from(place).ok())
        .map_or(b'?', |place| FIRST + place)
}
