//! Pages read as the worker reads them: with the models of this machine, in every way a page lies.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use model::{Bitmap, PageKind, Pixels, Place, QualityReason, Turn};
use ocr::{PageReading, ReadError, Reader, ReaderError};
use std::path::Path;
use std::time::Duration;

const LINES: [&str; 6] = [
    "UMOWA KREDYTU nr 17/2024",
    "zawarta w Łodzi dnia 16 kwietnia 2024 r.",
    "§ 1.",
    "Bank udziela kredytu w kwocie 31 000,00 zł,",
    "a Kredytobiorca zobowiązuje się do jego zwrotu",
    "zgodnie z § 7 ust. 2 niniejszej umowy.",
];

fn reader() -> Reader {
    let models = ocr::default_models().expect("Tesseract's models are installed: make setup");
    Reader::new(&models, &["pol"]).unwrap()
}

/// The page of `LINES` in gray, 0 black.
fn page() -> (u32, u32, Vec<u8>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages/agreement.png");
    let image = image::open(file).unwrap().into_luma8();
    (image.width(), image.height(), image.into_raw())
}

fn turned(width: u32, height: u32, samples: &[u8], turn: Turn) -> Bitmap {
    let (new_width, new_height) = turn.size(width, height);
    let mut out = vec![255; samples.len()];
    for y in 0..height {
        for x in 0..width {
            let to = turn.apply(Place::new(x, y, 1, 1), width, height);
            out[(to.y * new_width + to.x) as usize] = samples[(y * width + x) as usize];
        }
    }
    Bitmap::new(new_width, new_height, Pixels::Gray(out)).unwrap()
}

fn read(reader: &mut Reader, image: &Bitmap) -> PageReading {
    reader
        .read(image, [300, 300], Duration::from_secs(60))
        .unwrap()
}

#[test]
fn a_page_is_read_however_it_lies() {
    let (width, height, samples) = page();
    let mut reader = reader();
    for turn in [Turn::None, Turn::Right, Turn::Half, Turn::Left] {
        let lying = turned(width, height, &samples, turn);
        let reading = read(&mut reader, &lying);
        assert_eq!(reading.rotation, turn.inverse());
        assert_eq!(reading.text.lines().collect::<Vec<_>>(), LINES);
        assert_eq!(reading.kind, PageKind::Text);
        // The first word lies where the paper has it, however the paper lies.
        let first = turn
            .inverse()
            .apply(reading.words[0].place, lying.width(), lying.height());
        assert!(
            first.x.abs_diff(90) < 8 && first.y.abs_diff(70) < 12,
            "{first:?}"
        );
    }
}

#[test]
fn a_sign_that_was_read_as_something_else_says_so() {
    let (width, height, samples) = page();
    let reading = read(&mut reader(), &turned(width, height, &samples, Turn::None));
    let signs: Vec<_> = reading
        .words
        .iter()
        .filter(|word| word.text.starts_with('§'))
        .collect();
    assert_eq!(signs.len(), 2);
    assert!(signs.iter().all(|word| !word.alternatives.is_empty()));
}

#[test]
fn lines_and_text_agree() {
    let (width, height, samples) = page();
    let reading = read(&mut reader(), &turned(width, height, &samples, Turn::None));
    for (number, line) in reading.text.lines().enumerate() {
        let words: Vec<&str> = reading
            .words
            .iter()
            .filter(|word| word.line as usize == number)
            .map(|word| word.text.as_str())
            .collect();
        assert_eq!(words.join(" "), line);
    }
}

#[test]
fn an_empty_back_has_no_words_though_the_front_shines_through() {
    let (width, height, samples) = page();
    // The front, mirrored and pale, under a grain that follows no pattern.
    let mut state = 7_u32;
    let back: Vec<u8> = (0..samples.len())
        .map(|at| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = u8::try_from(state >> 29).unwrap();
            let (x, y) = (at % width as usize, at / width as usize);
            let front = samples[y * width as usize + width as usize - 1 - x];
            if front == 0 { 228 + grain } else { 240 + grain }
        })
        .collect();
    let reading = read(
        &mut reader(),
        &Bitmap::new(width, height, Pixels::Gray(back)).unwrap(),
    );
    assert_eq!((reading.kind, reading.words.len()), (PageKind::Blank, 0));
    assert_eq!(reading.quality.reasons, [QualityReason::ShowThrough]);
}

/// The samples averaged along rows and columns, three times over so many to each side: what a lens
/// out of focus does.
fn out_of_focus(width: u32, samples: &[u8], reach: usize) -> Vec<u8> {
    let width = width as usize;
    let height = samples.len() / width;
    let spread = |from: &[u8], (step, length): (usize, usize), start: &dyn Fn(usize) -> usize| {
        let mut out = from.to_vec();
        for line in (0..from.len() / length).map(start) {
            for at in 0..length {
                let near = at.saturating_sub(reach)..(at + reach + 1).min(length);
                let count = u32::try_from(near.len()).unwrap();
                let sum: u32 = near.map(|n| u32::from(from[line + n * step])).sum();
                out[line + at * step] = u8::try_from(sum / count).unwrap();
            }
        }
        out
    };
    (0..3).fold(samples.to_vec(), |now, _| {
        let along = spread(&now, (1, width), &|row| row * width);
        spread(&along, (width, height), &|column| column)
    })
}

#[test]
fn a_page_out_of_focus_says_so_and_a_sharp_one_does_not() {
    let (width, height, samples) = page();
    let mut reader = reader();
    let mut reasons = |samples: Vec<u8>| {
        let image = Bitmap::new(width, height, Pixels::Gray(samples)).unwrap();
        read(&mut reader, &image).quality.reasons
    };
    assert_eq!(reasons(samples.clone()), []);
    assert_eq!(reasons(out_of_focus(width, &samples, 1)), []);
    let blurred = reasons(out_of_focus(width, &samples, 3));
    assert!(blurred.contains(&QualityReason::Blur), "{blurred:?}");
}

#[test]
fn print_that_shows_through_between_the_lines_is_named_and_not_read() {
    let (width, height, samples) = page();
    // The other side lies turned over, and half a line lower.
    let behind = |x: u32, y: u32| {
        let from = (y + height - 40) % height;
        samples[(from * width + width - 1 - x) as usize] < 128
    };
    let both = (0..width * height)
        .map(
            |at| match (samples[at as usize], behind(at % width, at / width)) {
                (255, true) => 228,
                (own, _) => own,
            },
        )
        .collect();
    let image = Bitmap::new(width, height, Pixels::Gray(both)).unwrap();
    let reading = read(&mut reader(), &image);
    assert_eq!(reading.text.lines().collect::<Vec<_>>(), LINES);
    assert_eq!(reading.quality.reasons, [QualityReason::ShowThrough]);
}

#[test]
fn a_deadline_that_passed_is_named() {
    let (width, height, samples) = page();
    let image = turned(width, height, &samples, Turn::None);
    match reader().read(&image, [300, 300], Duration::ZERO) {
        Err(ReadError::Deadline(limit)) => assert_eq!(limit, Duration::ZERO),
        Ok(reading) => assert!(reading.quality.reasons.contains(&QualityReason::Deadline)),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn nothing_is_opened_after_the_reader_was_made() {
    let open = || {
        std::fs::read_dir("/proc/self/fd")
            .map(Iterator::count)
            .unwrap_or(0)
    };
    let (width, height, samples) = page();
    let image = turned(width, height, &samples, Turn::None);
    let mut reader = reader();
    read(
        &mut reader,
        &Bitmap::new(64, 64, Pixels::Gray(vec![255; 64 * 64])).unwrap(),
    );
    let before = open();
    read(&mut reader, &image);
    assert_eq!(open(), before);
}

#[test]
fn a_page_too_small_for_a_word_is_blank_and_no_failure() {
    let mut reader = reader();
    for (width, height) in [
        (1, 1),
        (3, 200),
        (8, 8),
        (32, 32),
        (200, 3),
        (40, 40),
        (41, 64),
    ] {
        for paper in [0, 255] {
            let samples = vec![paper; (width * height) as usize];
            let reading = read(
                &mut reader,
                &Bitmap::new(width, height, Pixels::Gray(samples)).unwrap(),
            );
            let seen = (reading.kind, reading.words.len());
            assert_eq!(seen, (PageKind::Blank, 0), "{width} x {height}");
        }
        let row = vec![0xa5; width.div_ceil(8) as usize];
        let bits = Pixels::Bilevel(row.repeat(height as usize));
        let reading = read(&mut reader, &Bitmap::new(width, height, bits).unwrap());
        assert!(reading.words.is_empty(), "{width} x {height}");
    }
}

#[test]
fn a_missing_model_is_named() {
    let models = ocr::default_models().expect("Tesseract's models are installed: make setup");
    match Reader::new(&models, &["pol+xyz"]) {
        Err(ReaderError::MissingModel { missing, .. }) => assert_eq!(missing, ["xyz"]),
        other => panic!("{:?}", other.err()),
    }
}
