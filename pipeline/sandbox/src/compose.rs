//! A page as decoded (`scan`) and as read (`ocr`) made into one [`Page`]. The worker's side.
//!
//! A trustworthy text layer is taken as it is; an image is read; a page with neither is blank.
//! Hidden text is never taken for what is seen: it is only compared with it. Control characters,
//! which some text layers carry, become spaces.

use model::{
    Bitmap, Code, Failure, Page, PageKind, Place, Quality, QualityReason, RefusalReason, Sheet,
    SheetValues, TextSource, Turn, Verdict, Word,
};
use ocr::{PageReading, ReadError, Reader};
use scan::{EmbeddedText, ScannedPage};
use std::collections::HashMap;
use std::time::Duration;

/// Fewest words that two texts must have between them to be compared.
const COMPARABLE: usize = 20;

/// The margin around a rectangle that is read again is one inch divided by this.
const MARGINS_AN_INCH: u32 = 4;

/// Share of words in common below which hidden text differs from what is seen: two engines agree
/// on nine words in ten of a fair scan, and on most words of a poor one.
const ALIKE: f64 = 0.5;

/// Most words of a sheet that only separates: its title, its values, how to use it.
const SHEET_WORDS: usize = 70;

/// Confidence from which a word on such a sheet counts: bars are read as words, too.
const SURE: f64 = 0.6;

/// Makes the page; an image is read within `deadline`.
pub(crate) fn compose(
    number: u32,
    scanned: ScannedPage,
    reader: &mut Reader,
    deadline: Duration,
) -> Result<Page, Failure> {
    let mut page = unread(number, &scanned);
    if let Some(text) = scanned.text {
        if !text.words.is_empty() {
            (page.kind, page.source) = (PageKind::Text, TextSource::TextLayer);
            (page.text, page.words) = (text.text, text.words);
        }
    } else if let Some(image) = scanned.image {
        take(&mut page, recognise(&image, scanned.dpi, reader, deadline)?);
        mark(&mut page, &image);
    }
    clean(&mut page);
    if let Some(hidden) = &scanned.hidden {
        compare(&mut page, hidden);
    }
    Ok(page)
}

/// Reads what stands in a rectangle again: an image's part is read within `deadline`, with a
/// margin around it; the words are taken whose middle is in the rectangle. Places stay those of
/// the whole page.
pub(crate) fn reread(
    (number, place): (u32, Place),
    scanned: ScannedPage,
    reader: &mut Reader,
    deadline: Duration,
) -> Result<Page, Failure> {
    if place.w == 0 || place.h == 0 || !place.is_within(scanned.width, scanned.height) {
        let message = format!(
            "the rectangle is not on the page of {} × {} pixels",
            scanned.width, scanned.height
        );
        return Err(Failure::new(RefusalReason::Unsupported, message)
            .with_remedy("ask for a rectangle on the page as displayed"));
    }
    let mut page = unread(number, &scanned);
    if let Some(text) = scanned.text {
        take_part(&mut page, text.words, place);
        page.source = source(&page, TextSource::TextLayer);
    } else if let Some(image) = scanned.image {
        let around = with_margin(place, scanned.dpi, (page.width, page.height));
        let part = scan::part(image, around);
        let mut reading = recognise(&part, scanned.dpi, reader, deadline)?;
        for word in &mut reading.words {
            word.place.x += around.x;
            word.place.y += around.y;
        }
        let words = std::mem::take(&mut reading.words);
        take(&mut page, reading);
        take_part(&mut page, words, place);
        page.source = source(&page, TextSource::Ocr);
    }
    clean(&mut page);
    Ok(page)
}

/// Where the words of a page came from, if it has any.
const fn source(page: &Page, of_words: TextSource) -> TextSource {
    if page.words.is_empty() {
        TextSource::None
    } else {
        of_words
    }
}

/// The rectangle with a margin, as far as the page goes: a line cut out tightly is not read at all.
fn with_margin(place: Place, dpi: [u32; 2], (width, height): (u32, u32)) -> Place {
    let [across, down] = dpi.map(|dpi| dpi.div_ceil(MARGINS_AN_INCH));
    let (left, top) = (place.x.saturating_sub(across), place.y.saturating_sub(down));
    let right = place.right().saturating_add(across).min(width);
    let bottom = place.bottom().saturating_add(down).min(height);
    Place::new(left, top, right - left, bottom - top)
}

/// A page of which nothing is known but its measures.
fn unread(number: u32, scanned: &ScannedPage) -> Page {
    Page {
        number,
        width: scanned.width,
        height: scanned.height,
        dpi: scanned.dpi,
        rotation: Turn::None,
        skew: 0.0,
        kind: PageKind::Blank,
        source: TextSource::None,
        quality: Quality::default(),
        text: String::new(),
        words: Vec::new(),
        sheet: Sheet::default(),
        failure: None,
    }
}

fn recognise(
    image: &Bitmap,
    dpi: [u32; 2],
    reader: &mut Reader,
    deadline: Duration,
) -> Result<PageReading, Failure> {
    let failed = |error: ReadError| {
        let reason = match &error {
            ReadError::Deadline(_) => RefusalReason::Limit,
            ReadError::Image(_) => RefusalReason::Damaged,
        };
        Failure::new(reason, error.to_string())
            .with_remedy("scan the page again, or raise `page_seconds` in the configuration")
    };
    reader.read(image, dpi, deadline).map_err(failed)
}

/// The words whose middle is in the rectangle; their lines are counted anew.
fn take_part(page: &mut Page, words: Vec<Word>, place: Place) {
    let middle = |p: Place| (p.x + p.w / 2, p.y + p.h / 2);
    let inside = |word: &Word| {
        let (x, y) = middle(word.place);
        (place.x..place.right()).contains(&x) && (place.y..place.bottom()).contains(&y)
    };
    let (mut line, mut before) = (0, None);
    page.text.clear();
    for mut word in words.into_iter().filter(inside) {
        if let Some(before) = before {
            let ends = before != word.line;
            line += u32::from(ends);
            page.text.push(if ends { '\n' } else { ' ' });
        }
        before = Some(word.line);
        page.text.push_str(&word.text);
        (word.line, word.block) = (line, 0);
        page.words.push(word);
    }
    page.kind = if page.words.is_empty() {
        PageKind::Blank
    } else {
        PageKind::Text
    };
}

/// Looks for marks that are no words, and what they make of the page.
fn mark(page: &mut Page, image: &Bitmap) {
    page.sheet = scan::marks(image, page.dpi);
    if is_separator(page) {
        page.kind = PageKind::Separator;
    } else if let Some(area) = Place::union_of(page.words.iter().map(|word| word.place))
        && page.words.len() >= COMPARABLE
    {
        page.sheet.print = Some(scan::page_print(image, area, page.rotation));
    }
}

/// Whether the page is a sheet that only separates: it carries a patch code or a code of ours, and
/// hardly a word besides. A document's own first page may carry one too, and stays a page.
fn is_separator(page: &Page) -> bool {
    let ours = |code: &Code| SheetValues::parse(&code.text).is_some();
    let marked = page.sheet.patch.is_some() || page.sheet.codes.iter().any(ours);
    let sure = |word: &&Word| {
        let letters = word.text.chars().filter(|c| c.is_alphanumeric()).count();
        word.confidence >= SURE && letters >= 2
    };
    marked && page.words.iter().filter(sure).count() <= SHEET_WORDS
}

fn take(page: &mut Page, reading: PageReading) {
    let source = if reading.words.is_empty() {
        TextSource::None
    } else {
        TextSource::Ocr
    };
    (page.rotation, page.skew) = (reading.rotation, reading.skew);
    (page.kind, page.source, page.quality) = (reading.kind, source, reading.quality);
    (page.text, page.words) = (reading.text, reading.words);
}

/// Takes control characters out of text and words.
fn clean(page: &mut Page) {
    let forbidden = |c: char| c.is_control() && c != '\n';
    if page.text.contains(forbidden) {
        page.text = page.text.replace(forbidden, " ");
    }
    for word in &mut page.words {
        for text in std::iter::once(&mut word.text).chain(&mut word.alternatives) {
            text.retain(|c| !c.is_control());
        }
        word.alternatives.retain(|text| !text.is_empty());
    }
    page.words.retain(|word| !word.text.is_empty());
}

/// Says so where hidden text is another than what was read.
fn compare(page: &mut Page, hidden: &EmbeddedText) {
    if shares(&page.words, &hidden.words).is_some_and(|alike| alike < ALIKE) {
        page.quality.reasons.push(QualityReason::HiddenTextDiffers);
        if page.quality.verdict == Verdict::Good {
            page.quality.verdict = Verdict::Poor;
        }
    }
}

/// Twice the words in common by the words in all, without their order; none where there are too
/// few to tell.
fn shares(seen: &[Word], hidden: &[Word]) -> Option<f64> {
    let (seen, hidden) = (counted(seen), counted(hidden));
    let all: usize = seen.values().chain(hidden.values()).sum();
    let common: usize = seen
        .iter()
        .map(|(word, n)| *n.min(hidden.get(word).unwrap_or(&0)))
        .sum();
    #[expect(
        clippy::cast_precision_loss,
        reason = "a page has fewer than 2^52 words"
    )]
    (all >= COMPARABLE).then(|| 2.0 * common as f64 / all as f64)
}

/// How often each word of at least three letters or digits occurs, without case or punctuation.
fn counted(words: &[Word]) -> HashMap<String, usize> {
    let mut counted = HashMap::new();
    for word in words {
        let plain: String = word
            .text
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        if plain.chars().count() >= 3 {
            *counted.entry(plain).or_default() += 1;
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::{clean, shares};
    use model::{Page, PageKind, Place, Quality, Sheet, TextSource, Turn, Word};

    fn words(text: &str) -> Vec<Word> {
        let word = |text: &str| Word {
            text: text.into(),
            place: Place::default(),
            confidence: 1.0,
            line: 0,
            block: 0,
            alternatives: Vec::new(),
        };
        text.split(' ').map(word).collect()
    }

    const SEEN: &str = "Umowa kredytu konsumenckiego nr 123456 zawarta dnia 16 kwietnia 2025 w \
                        Warszawie między Bankiem Przykładowym a Panią Anną Nowak";

    fn check(hidden: &str, expected: std::ops::RangeInclusive<f64>) {
        let alike = shares(&words(SEEN), &words(hidden)).unwrap();
        assert!(expected.contains(&alike), "{alike} for {hidden}");
    }

    #[test]
    fn hidden_text_is_compared_by_its_words() {
        check(SEEN, 1.0..=1.0);
        check(&SEEN.to_uppercase().replace(' ', ", "), 0.0..=1.0);
        check(
            &SEEN.replace("Anną", "Anna").replace("kredytu", "kredvtu"),
            0.8..=0.95,
        );
        check(
            "Faktura za dostawę energii elektrycznej do lokalu użytkowego",
            0.0..=0.1,
        );
    }

    #[test]
    fn a_few_words_are_not_compared() {
        assert_eq!(shares(&words("Strona 2"), &words("Page two")), None);
    }

    #[test]
    fn control_characters_do_not_reach_the_page() {
        let mut page = Page {
            number: 1,
            width: 10,
            height: 10,
            dpi: [300, 300],
            rotation: Turn::None,
            skew: 0.0,
            kind: PageKind::Text,
            source: TextSource::TextLayer,
            quality: Quality::default(),
            text: "a\u{7}b\nc".into(),
            words: words("a\u{7}b \u{1} c"),
            sheet: Sheet::default(),
            failure: None,
        };
        clean(&mut page);
        assert_eq!(page.text, "a b\nc");
        let left: Vec<&str> = page.words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(left, ["ab", "c"]);
    }
}
