//! What a reply must be for the parent to believe it, whoever wrote it.
//!
//! Numbers asked for, measures within limits, places on the page, finite confidences, lines and
//! blocks that exist, strings of bounded length without control characters. Repairs nothing: a
//! reply that breaks a rule is a [`Violation`], and its worker is not asked again. The worker puts
//! its own pages through the same check first, so that an honest page too large is a failed page.

use crate::protocol::MAX_VIEW_PIXELS;
use model::{
    Code, Failure, Limits, Note, Page, PageKind, Refusal, RefusalReason, Sheet, TextSource, Word,
};
use std::collections::BTreeMap;
use thiserror::Error;

/// Most words of a page: a densely set newspaper page has some 10,000.
pub(crate) const MAX_WORDS: usize = 50_000;
/// Most bytes of a page's text.
const MAX_TEXT: usize = 2 << 20;
/// Most bytes of one word; rows of dots are words, too.
const MAX_WORD: usize = 2_048;
/// Most other readings of a word.
const MAX_ALTERNATIVES: usize = 16;
/// Most bar codes of a page.
const MAX_CODES: usize = 64;
/// Most bytes of a message to people.
const MAX_MESSAGE: usize = 2_000;
/// Highest resolution that a page may claim, in dots per inch.
const MAX_DPI: u32 = 10_000;
/// Most reasons of a quality verdict: more than there are.
const MAX_REASONS: usize = 32;
/// The media types that can be read.
const MEDIA_TYPES: [&str; 8] = [
    "application/pdf",
    "image/tiff",
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/bmp",
    "image/gif",
    "application/x-tar",
];

/// The rule that a reply breaks.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub(crate) struct Violation(pub(crate) String);

fn require(holds: bool, rule: &str) -> Result<(), Violation> {
    if holds {
        Ok(())
    } else {
        Err(Violation(rule.to_owned()))
    }
}

/// Most values of an index.
const MAX_VALUES: usize = 128;

/// Most notes on one file: each of its signatures is one.
const MAX_NOTES: usize = 128;

/// An inspection: a type that is taken, a number of pages within the limit, and not too many notes.
pub(crate) fn inspection(
    media_type: &str,
    pages: u32,
    notes: &[Note],
    limits: &Limits,
) -> Result<(), Violation> {
    require(
        MEDIA_TYPES.contains(&media_type),
        "the media type is one that can be read",
    )?;
    require(
        pages <= limits.pages,
        "the number of pages is within `pages`",
    )?;
    require(notes.len() <= MAX_NOTES, "the notes are few")
}

/// What an index says: few values, short, none of them control; and only an index has no pages.
pub(crate) fn said(said: &BTreeMap<String, String>, pages: u32) -> Result<(), Violation> {
    require(
        pages > 0 || !said.is_empty(),
        "a file without pages is an index",
    )?;
    let sound =
        |text: &String| (1..=MAX_WORD).contains(&text.len()) && !text.chars().any(char::is_control);
    require(
        said.len() <= MAX_VALUES && said.iter().all(|(name, text)| sound(name) && sound(text)),
        "an index says little",
    )
}

/// A refusal: a reason that a worker can know, said within bounds.
pub(crate) fn refusal(refusal: &Refusal, limits: &Limits) -> Result<(), Violation> {
    let known = refusal.reason != RefusalReason::WorkerLost;
    require(known, "only the parent knows of lost workers")?;
    let page = refusal.page.unwrap_or(1);
    require(
        (1..=limits.pages).contains(&page),
        "the refused page is within `pages`",
    )?;
    require(
        is_message(&refusal.message) && is_message(&refusal.remedy),
        "a refusal says why",
    )
}

/// A page to look at: no wider than asked, no larger than allowed.
pub(crate) fn view(width: u32, height: u32, asked: u32) -> Result<(), Violation> {
    require(
        (1..=asked).contains(&width),
        "a page to look at is no wider than asked",
    )?;
    let pixels = u64::from(width) * u64::from(height);
    require(
        (1..=MAX_VIEW_PIXELS).contains(&pixels),
        "a page to look at has 32 million pixels at most",
    )
}

/// A file made of a file: of a kind that can be read, with the pages asked for, within limits.
pub(crate) fn made(
    (media_type, pages, bytes): (&str, u32, u64),
    asked: u32,
    limits: &Limits,
) -> Result<(), Violation> {
    require(
        MEDIA_TYPES.contains(&media_type),
        "what is made is of a type that can be read",
    )?;
    require(pages == asked, "what is made has the pages asked for")?;
    require(
        (1..=limits.file_bytes).contains(&bytes),
        "what is made is within `file_bytes`",
    )
}

/// Why a page failed: a reason that a worker can know, said within bounds.
pub(crate) fn failure(failure: &Failure) -> Result<(), Violation> {
    let known = failure.reason != RefusalReason::WorkerLost;
    require(known, "only the parent knows of lost workers")?;
    require(
        is_message(&failure.message) && is_message(&failure.remedy),
        "a failure says why",
    )
}

/// A page that was read.
pub(crate) fn page(page: &Page, asked: u32, limits: &Limits) -> Result<(), Violation> {
    require(page.number == asked, "the page is the one asked for")?;
    let failed = page.kind == PageKind::Failed || page.failure.is_some();
    require(!failed, "a page that was read has not failed")?;
    measures(page, limits)?;
    let empty = page.words.is_empty();
    require(
        empty || page.source != TextSource::None,
        "words have a source",
    )?;
    require(
        empty || page.kind != PageKind::Blank,
        "a blank page has no words",
    )?;
    require(
        page.quality.reasons.len() <= MAX_REASONS,
        "the reasons of a verdict are few",
    )?;
    require(
        page.text.len() <= MAX_TEXT,
        "a page's text has 2 MiB at most",
    )?;
    require(
        page.words.len() <= MAX_WORDS,
        "a page has 50,000 words at most",
    )?;
    let clean = |c: char| c == '\n' || !c.is_control();
    require(
        page.text.chars().all(clean),
        "a page's text has no control characters",
    )?;
    sheet(page)?;
    let lines = page.text.split('\n').count();
    page.words
        .iter()
        .try_for_each(|read| word(read, page, lines))
}

fn sheet(page: &Page) -> Result<(), Violation> {
    let Sheet { codes, unclear, .. } = &page.sheet;
    require(
        codes.len() <= MAX_CODES && unclear.len() <= MAX_CODES,
        "a page's codes are few",
    )?;
    let sound =
        |text: &str| (1..=MAX_WORD).contains(&text.len()) && !text.contains(char::is_control);
    require(
        codes.iter().all(|code| sound(&code.text)),
        "a code is 1 to 2,048 bytes, none of them control",
    )?;
    let within = |code: &Code| code.place.is_within(page.width, page.height);
    require(codes.iter().all(within), "a code stands on its page")
}

fn measures(page: &Page, limits: &Limits) -> Result<(), Violation> {
    let side = 1..=limits.page_side;
    let sides = side.contains(&page.width) && side.contains(&page.height);
    require(sides, "a page's sides are within `page_side`")?;
    let pixels = u64::from(page.width) * u64::from(page.height);
    require(
        pixels <= limits.page_pixels,
        "a page's pixels are within `page_pixels`",
    )?;
    let dpi = page.dpi.iter().all(|dpi| (1..=MAX_DPI).contains(dpi));
    require(dpi, "a page's resolution is between 1 and 10,000 dpi")?;
    let skew = page.skew.is_finite() && page.skew.abs() <= 90.0;
    require(skew, "a page's skew is an angle")
}

fn word(word: &Word, page: &Page, lines: usize) -> Result<(), Violation> {
    let texts = std::iter::once(&word.text).chain(&word.alternatives);
    let sound =
        |text: &String| (1..=MAX_WORD).contains(&text.len()) && !text.chars().any(char::is_control);
    require(
        word.alternatives.len() <= MAX_ALTERNATIVES,
        "a word's alternatives are few",
    )?;
    require(
        texts.into_iter().all(sound),
        "a word is 1 to 2,048 bytes, none of them control",
    )?;
    require(
        word.place.is_within(page.width, page.height),
        "a word stands on its page",
    )?;
    let sure = word.confidence.is_finite() && (0.0..=1.0).contains(&word.confidence);
    require(sure, "a confidence is between 0 and 1")?;
    require(
        (word.line as usize) < lines,
        "a word's line is one of its page's",
    )?;
    require(
        (word.block as usize) < page.words.len(),
        "a page has no more blocks than words",
    )
}

fn is_message(text: &str) -> bool {
    (1..=MAX_MESSAGE).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// A message as the check wants it: decoders quote names from the file, which may hold anything.
/// The worker's side.
pub(crate) fn presentable(message: &str) -> String {
    let plain = message
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c });
    // The longest character takes four bytes.
    let short: String = plain.take(MAX_MESSAGE / 4).collect();
    if short.trim().is_empty() {
        "its decoder does not say why".into()
    } else {
        short
    }
}

#[cfg(test)]
mod tests {
    use super::{
        MAX_ALTERNATIVES, MAX_MESSAGE, MAX_TEXT, MAX_WORD, MAX_WORDS, Violation, failure,
        inspection, made, page, presentable, refusal, said, view,
    };
    use model::{
        Code, Failure, Limits, Note, Page, PageKind, Place, Quality, Refusal, RefusalReason, Sheet,
        Symbology, TextSource, Turn, Word,
    };

    use std::collections::BTreeMap;

    fn sound() -> Page {
        let word = Word {
            text: "umowa".into(),
            place: Place::new(10, 10, 50, 20),
            confidence: 0.9,
            line: 1,
            block: 0,
            alternatives: vec!["urnowa".into()],
        };
        Page {
            number: 3,
            width: 100,
            height: 200,
            dpi: [204, 98],
            rotation: Turn::None,
            skew: -0.4,
            kind: PageKind::Text,
            source: TextSource::Ocr,
            quality: Quality::default(),
            text: "nr 1\numowa".into(),
            words: vec![word],
            sheet: Sheet::default(),
            failure: None,
        }
    }

    fn check(change: impl FnOnce(&mut Page), expected: Result<(), &str>) {
        let mut changed = sound();
        change(&mut changed);
        let checked = page(&changed, 3, &Limits::default());
        assert_eq!(checked, expected.map_err(|rule| Violation(rule.into())));
    }

    #[test]
    fn a_page_is_believed_only_whole() {
        check(|_| {}, Ok(()));
        check(|p| p.words.clear(), Ok(()));
        check(|p| p.number = 4, Err("the page is the one asked for"));
        check(
            |p| p.kind = PageKind::Failed,
            Err("a page that was read has not failed"),
        );
        check(
            |p| p.kind = PageKind::Blank,
            Err("a blank page has no words"),
        );
        check(|p| p.source = TextSource::None, Err("words have a source"));
        check(
            |p| p.width = 0,
            Err("a page's sides are within `page_side`"),
        );
        check(
            |p| p.height = u32::MAX,
            Err("a page's sides are within `page_side`"),
        );
        check(
            |p| (p.width, p.height) = (30_000, 30_000),
            Err("a page's pixels are within `page_pixels`"),
        );
        check(
            |p| p.dpi[1] = 0,
            Err("a page's resolution is between 1 and 10,000 dpi"),
        );
        check(|p| p.skew = f64::NAN, Err("a page's skew is an angle"));
        check(
            |p| p.text.push('\u{1b}'),
            Err("a page's text has no control characters"),
        );
        check(
            |p| p.text = "x".repeat(3 << 20),
            Err("a page's text has 2 MiB at most"),
        );
        check(
            |p| p.words = vec![p.words[0].clone(); 50_001],
            Err("a page has 50,000 words at most"),
        );
    }

    #[test]
    fn a_word_is_believed_only_on_its_page() {
        let stands = "a word stands on its page";
        check(|p| p.words[0].place.x = 51, Err(stands));
        check(|p| p.words[0].place.w = u32::MAX, Err(stands));
        check(
            |p| p.words[0].confidence = 1.01,
            Err("a confidence is between 0 and 1"),
        );
        check(
            |p| p.words[0].confidence = f64::INFINITY,
            Err("a confidence is between 0 and 1"),
        );
        check(
            |p| p.words[0].line = 2,
            Err("a word's line is one of its page's"),
        );
        check(
            |p| p.words[0].block = 1,
            Err("a page has no more blocks than words"),
        );
        let bytes = "a word is 1 to 2,048 bytes, none of them control";
        check(|p| p.words[0].text.clear(), Err(bytes));
        check(|p| p.words[0].text = "a\0".into(), Err(bytes));
        check(
            |p| p.words[0].alternatives[0] = "ą".repeat(1_025),
            Err(bytes),
        );
        check(
            |p| p.words[0].alternatives = vec!["a".into(); 17],
            Err("a word's alternatives are few"),
        );
    }

    #[test]
    fn a_code_is_believed_only_on_its_page() {
        let code = |text: &str, place| Code {
            symbology: Symbology::Qr,
            text: text.into(),
            place,
        };
        let on = |text: &str| code(text, Place::new(90, 190, 10, 10));
        check(|p| p.sheet.codes = vec![on("KT1%B1")], Ok(()));
        check(
            |p| p.sheet.codes = vec![code("a", Place::new(91, 0, 10, 10))],
            Err("a code stands on its page"),
        );
        let bytes = "a code is 1 to 2,048 bytes, none of them control";
        check(|p| p.sheet.codes = vec![on("")], Err(bytes));
        check(|p| p.sheet.codes = vec![on("a\u{1b}")], Err(bytes));
        check(
            |p| p.sheet.codes = vec![on("a"); 65],
            Err("a page's codes are few"),
        );
    }

    #[test]
    fn what_is_said_of_a_file_is_bounded_too() {
        let limits = Limits::default();
        assert!(inspection("application/pdf", 5_000, &[], &limits).is_ok());
        assert!(inspection("application/pdf", 5_001, &[], &limits).is_err());
        assert!(said(&BTreeMap::new(), 0).is_err());
        let value = BTreeMap::from([("branch".to_owned(), "0421".to_owned())]);
        assert!(said(&value, 0).is_ok());
        let control = BTreeMap::from([("branch".to_owned(), "\u{7}".to_owned())]);
        assert!(said(&control, 1).is_err());
        assert!(inspection("text/html", 1, &[], &limits).is_err());
        assert!(inspection("application/pdf", 1, &[Note::Portfolio; 200], &limits).is_err());
        let sound = Refusal::new(RefusalReason::Encrypted, "a password is needed");
        assert!(refusal(&sound, &limits).is_ok());
        assert!(refusal(&sound.clone().on_page(0), &limits).is_err());
        assert!(refusal(&Refusal::new(RefusalReason::WorkerLost, "no"), &limits).is_err());
        assert!(refusal(&Refusal::new(RefusalReason::Limit, "a\nb"), &limits).is_err());
        let silent = Failure::new(RefusalReason::Damaged, "");
        assert!(failure(&silent).is_err());
    }

    #[test]
    fn the_documented_limits_are_these() {
        let document = include_str!("../../../docs/limits.md");
        for (name, value) in [
            ("frame", crate::protocol::MAX_FRAME),
            ("words of a page", MAX_WORDS),
            ("text of a page", MAX_TEXT),
            ("word", MAX_WORD),
            ("other readings of a word", MAX_ALTERNATIVES),
            ("message", MAX_MESSAGE),
        ] {
            let row = format!("\n| {name} | {value} | ");
            assert!(document.contains(&row), "{row}");
        }
        let areas = crate::pool::MAX_AREAS;
        assert!(document.contains(&format!("\n| places of one redaction | {areas} | ")));
        let width = crate::protocol::MAX_VIEW_WIDTH;
        assert!(document.contains(&format!("\n| width of a page to look at | {width} | ")));
        let pixels = crate::protocol::MAX_VIEW_PIXELS;
        assert!(document.contains(&format!("\n| page to look at | {pixels} | ")));
    }

    #[test]
    fn a_file_that_was_made_has_the_pages_asked_for() {
        let limits = Limits::default();
        let check = |kind: &str, pages, bytes| made((kind, pages, bytes), 3, &limits);
        assert!(check("application/pdf", 3, 2 << 30).is_ok());
        assert!(check("application/pdf", 3, (2 << 30) + 1).is_err());
        assert!(check("application/pdf", 3, 0).is_err());
        assert!(check("application/pdf", 2, 9).is_err());
        assert!(check("text/html", 3, 9).is_err());
    }

    #[test]
    fn a_page_to_look_at_is_no_larger_than_asked() {
        assert!(view(1_200, 1_700, 1_200).is_ok());
        assert!(view(1_201, 1_700, 1_200).is_err());
        assert!(view(0, 1_700, 1_200).is_err());
        assert!(view(1_200, 0, 1_200).is_err());
        assert!(view(4_096, u32::MAX, 4_096).is_err());
    }

    #[test]
    fn an_honest_message_passes_whatever_it_quotes() {
        for quoted in [
            "",
            "\n",
            "unknown filter /A\0\u{1b}[2J",
            &"ą\u{10ffff}".repeat(9_999),
        ] {
            let said = Failure::new(RefusalReason::Damaged, presentable(quoted))
                .with_remedy(presentable(quoted));
            assert_eq!(failure(&said), Ok(()), "{quoted:?}");
        }
    }
}
