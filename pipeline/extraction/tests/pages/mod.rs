//! Pages made of plain text, for tests.

use model::{Page, PageKind, Place, Quality, TextSource, Turn, Word};

/// A page of text in a fixed pitch; a blank line begins a block, two spaces a cell.
pub(crate) fn of_text(number: u32, text: &str) -> Page {
    let (mut words, mut block) = (Vec::new(), 0);
    for (row, line) in (0u32..).zip(text.lines()) {
        block += u32::from(line.trim().is_empty());
        let mut column = 0;
        for word in line.split(' ') {
            let length = u32::try_from(word.chars().count()).expect("a line of a test is short");
            if length > 0 {
                let place = Place::new(column * 20 + 100, row * 45 + 100, length * 20, 30);
                let (text, confidence, line) = (word.to_owned(), 1.0, row);
                words.push(Word {
                    text,
                    place,
                    confidence,
                    line,
                    block,
                    alternatives: Vec::new(),
                });
            }
            column += length + 1;
        }
    }
    Page {
        number,
        width: 2480,
        height: 3508,
        dpi: [300, 300],
        rotation: Turn::None,
        skew: 0.0,
        kind: PageKind::Text,
        source: TextSource::Ocr,
        quality: Quality::default(),
        text: text.to_owned(),
        words,
        sheet: model::Sheet::default(),
        failure: None,
    }
}
