//! Real files through real workers: `scan` and `ocr` inside the whole fence.
//!
//! This program is test and worker in one. It needs the language models that `make setup` installs.

use libtest_mimic::{Arguments, Failed, Trial};
use model::{Area, Bitmap, Limits, Page, PageKind, Pixels, Place, RefusalReason, TextSource, Word};
use sandbox::{
    Derivative, Fence, Pool, PoolOptions, Priority, ReadTrouble, StartError, WORKER_ARGUMENT,
    serve_worker,
};
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// A scan of a long page, among those that come with the program.
const SCAN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../samples/held/annex-11-articles-g4.tif"
);

/// A scan of three pages.
const BATCH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../samples/held/consumer-credit-11-airy-g4.tif"
);

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(WORKER_ARGUMENT) {
        return serve_worker();
    }
    let trials = vec![
        Trial::test("a_text_layer_is_taken_as_it_is", text_layer),
        Trial::test("a_page_is_read_inside_the_fence", recognised),
        Trial::test("an_empty_back_is_blank", blank),
        Trial::test("a_page_can_be_looked_at_and_read_in_part", parts),
        Trial::test("a_document_is_taken_out_of_its_batch", taken_out),
        Trial::test("a_word_is_blacked_out", blacked_out),
        Trial::test("the_score_tells_how_well_a_page_was_read", scores),
        Trial::test("what_is_no_document_is_refused", refused),
        Trial::test("a_file_is_read_in_the_languages_asked_for", languages),
        Trial::test("a_missing_model_is_said_at_start", missing_model),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn options() -> Result<PoolOptions, Failed> {
    Ok(PoolOptions {
        program: std::env::current_exe()?,
        workers: 1,
        limits: Limits::default(),
        models: ocr::default_models().ok_or("no language models: run `make setup`")?,
        languages: vec!["pol".into(), "eng".into()],
        passwords: Vec::new(),
        fence: Fence::Required,
    })
}

fn read(bytes: &[u8]) -> Result<Vec<Page>, ReadTrouble> {
    let pool = Pool::start(options().expect("models are installed")).expect("workers start");
    pool.read(&file(bytes), Priority::Interactive, &mut |_| {})
        .map(|read| read.pages)
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("there is room for a page");
    file.write_all(bytes).expect("there is room for a page");
    file
}

fn require(holds: bool, page: &Page) -> Result<(), Failed> {
    if holds {
        Ok(())
    } else {
        Err(format!("{page:?}").into())
    }
}

fn text_layer() -> Result<(), Failed> {
    let pages = read(&pdf("Umowa kredytu nr 17"))?;
    let page = &pages[0];
    require(
        pages.len() == 1 && page.source == TextSource::TextLayer,
        page,
    )?;
    require(
        page.text.trim() == "Umowa kredytu nr 17" && page.words.len() == 4,
        page,
    )
}

fn recognised() -> Result<(), Failed> {
    let pages = read(&bitmap(&["UMOWA NR 17", "BANK ANNA NOWAK", "RATA 250 PLN"]))?;
    let page = &pages[0];
    require(
        page.source == TextSource::Ocr && page.kind == PageKind::Text,
        page,
    )?;
    require(page.text.contains("UMOWA") && page.words.len() >= 6, page)
}

/// Polish letters are what the English model hardly has.
fn languages() -> Result<(), Failed> {
    let pool = Pool::start(options()?)?;
    let scan = File::open(SCAN)?;
    let polish = |languages: Option<&str>| -> Result<usize, Failed> {
        let read = pool.read_in(languages, &scan, Priority::Interactive, &mut |_| {})?;
        let letters = read.pages[0].text.chars();
        Ok(letters.filter(|c| "ąćęłńśźż".contains(*c)).count())
    };
    let (usual, english, again) = (polish(None)?, polish(Some("eng"))?, polish(Some("pol"))?);
    if usual > 20 && 5 * english < usual && again == usual {
        Ok(())
    } else {
        Err(format!("{usual}, {english}, {again} Polish letters").into())
    }
}

/// A line of a real scan alone, and the page as an image that shows where its lines stand.
fn parts() -> Result<(), Failed> {
    let pool = Pool::start(options()?)?;
    let scan = File::open(SCAN)?;
    let whole = pool.read(&scan, Priority::Interactive, &mut |_| {})?.pages;
    let whole = &whole[0];
    // The line with the most words, and a little air around it.
    let line_of = |n: u32| whole.words.iter().filter(move |word| word.line == n);
    let lines = u32::try_from(whole.text.lines().count())?;
    let longest = (0..lines).max_by_key(|&n| line_of(n).count()).unwrap_or(0);
    let place = Place::union_of(line_of(longest).map(|word| word.place)).unwrap_or_default();
    let place = Place::new(place.x - 12, place.y - 6, place.w + 24, place.h + 12);
    let page = pool.reread(&scan, 1, place)?;
    let measures = (page.number, page.width, page.height, page.dpi);
    require(measures == (1, whole.width, whole.height, whole.dpi), &page)?;
    let inside = |word: &Word| {
        let p = word.place;
        p.x >= place.x
            && p.y >= place.y
            && p.right() <= place.right()
            && p.bottom() <= place.bottom()
    };
    require(page.words.iter().all(inside), &page)?;
    let again = line_of(longest).filter(|word| page.words.iter().any(|w| w.text == word.text));
    let (again, all) = (again.count(), line_of(longest).count());
    if all < 6 || again * 10 < all * 8 || page.words.len() > all + 2 {
        return Err(format!("{again} of {all} words again in `{}`", page.text).into());
    }
    let beyond = Place::new(whole.width - 5, 0, 10, 10);
    let beyond = pool.reread(&scan, 1, beyond).err();
    let beyond = beyond.map(|e| e.to_string()).unwrap_or_default();
    let (width, height) = (whole.width, whole.height);
    if beyond != format!("the rectangle is not on the page of {width} × {height} pixels") {
        return Err(beyond.into());
    }
    let image = pool.view(&scan, 1, 620)?;
    // Where words stand the image is darker than where none do.
    let Pixels::Gray(gray) = image.pixels() else {
        return Err("a scan made smaller is gray".into());
    };
    let columns = image.width() as usize;
    let pixel = |n: u32| n as usize * columns / whole.width as usize;
    let darkest = |place: Place| {
        let rows = pixel(place.y)..pixel(place.bottom()).min(image.height() as usize);
        let dark = rows.flat_map(|y| &gray[y * columns + pixel(place.x)..][..pixel(place.w)]);
        dark.copied().min().unwrap_or(255)
    };
    if image.width() != 620 || darkest(place) > 128 || darkest(Place::new(0, 0, width, 30)) < 128 {
        return Err("the page's image is not that of the page".into());
    }
    let text = file(&pdf("Umowa kredytu nr 17"));
    let drawn = pool.view(&text, 1, 600)?;
    if !(598..=600).contains(&drawn.width()) {
        return Err(format!("{} columns", drawn.width()).into());
    }
    let (left, line) = (300, Place::new(0, 500, 700, 150));
    let part = pool.reread(&text, 1, Place { x: left, ..line })?;
    require(part.source == TextSource::TextLayer, &part)?;
    require(!part.text.is_empty() && !part.text.contains("nr 17"), &part)
}

fn taken_out() -> Result<(), Failed> {
    let pool = Pool::start(options()?)?;
    let batch = File::open(BATCH)?;
    let into = tempfile::tempfile()?;
    let second = Derivative::Master { pages: vec![2] };
    let made = pool.derive(&batch, &second, &into)?;
    let sizes = (made.bytes, batch.metadata()?.len());
    if (made.pages, made.media_type.as_str()) != (1, "image/tiff") || sizes.0 >= sizes.1 {
        return Err(format!("{made:?} of {} bytes", sizes.1).into());
    }
    if pool.view(&into, 1, 4_000)? != pool.view(&batch, 2, 4_000)? {
        return Err("the page by itself looks different".into());
    }
    let fourth = Derivative::Master { pages: vec![4] };
    let missing = pool.derive(&batch, &fourth, &into).err();
    let missing = missing.map(|e| e.to_string()).unwrap_or_default();
    if missing != "the file has 3 pages, not 4" {
        return Err(missing.into());
    }
    Ok(())
}

fn blacked_out() -> Result<(), Failed> {
    let pool = Pool::start(options()?)?;
    let scan = file(&pdf("Umowa kredytu nr 17 PESEL 44051401359"));
    let page = pool.read(&scan, Priority::Interactive, &mut |_| {})?.pages;
    let number = page[0].words.iter().find(|word| word.text == "44051401359");
    let number = number.ok_or("the number is read")?.place;
    let into = tempfile::tempfile()?;
    let made = pool.redact(&scan, &[Area::new(1, number)], &into)?;
    if (made.pages, made.media_type.as_str()) != (1, "application/pdf") {
        return Err(format!("{made:?}").into());
    }
    let left = pool.read(&into, Priority::Interactive, &mut |_| {})?.pages;
    require(left[0].source == TextSource::Ocr, &left[0])?;
    let digits = left[0].text.chars().filter(char::is_ascii_digit).count();
    require(left[0].text.contains("Umowa") && digits <= 3, &left[0])
}

fn blank() -> Result<(), Failed> {
    let pages = read(&bitmap(&[]))?;
    let page = &pages[0];
    require(page.kind == PageKind::Blank && page.words.is_empty(), page)
}

fn refused() -> Result<(), Failed> {
    for (bytes, reason) in [
        (&b""[..], RefusalReason::Empty),
        (
            &b"Dzie\xc5\x84 dobry, to jest list."[..],
            RefusalReason::NotADocument,
        ),
    ] {
        match read(bytes) {
            Err(ReadTrouble::Refused(refusal)) if refusal.reason == reason => {}
            other => return Err(format!("{other:?}").into()),
        }
    }
    Ok(())
}

fn missing_model() -> Result<(), Failed> {
    let nowhere = PoolOptions {
        models: PathBuf::from("/nowhere"),
        ..options()?
    };
    match Pool::start(nowhere) {
        Err(StartError::Unable(message)) if message.contains("pol") => Ok(()),
        other => Err(format!("{:?}", other.err()).into()),
    }
}

/// Scans of the samples made coarser and coarser: the score must order the readings as the truth
/// does, and not be far off.
fn scores() -> Result<(), Failed> {
    let pool = Pool::start(options()?)?;
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    for name in ["annex-11-articles-g4", "information-form-11-numbered-g4"] {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/held");
        let scan = File::open(format!("{folder}/{name}.tif"))?;
        let truth = std::fs::read_to_string(format!("{folder}/{name}.truth.json"))?;
        let truth: serde_json::Value = serde_json::from_str(&truth)?;
        let truth = truth["pages"][0]["text"]
            .as_str()
            .ok_or("a page has a text")?;
        for width in [1_240, 900, 760, 640, 540] {
            let coarse = file(&grays(&pool.view(&scan, 1, width)?));
            let page = pool
                .read(&coarse, Priority::Interactive, &mut |_| {})?
                .pages;
            let score = f64::from(page[0].quality.score.unwrap_or(0));
            pairs.push((score, accuracy(truth, &page[0].text)));
        }
    }
    let (scores, truths): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let agreement = correlation(&ranks(&scores), &ranks(&truths));
    let off: f64 = pairs.iter().map(|(s, t)| (s - t).abs()).sum();
    let off = off / f64::from(u32::try_from(pairs.len())?);
    if agreement < 0.85 || off > 20.0 {
        return Err(format!("rank correlation {agreement:.2}, {off:.1} off: {pairs:?}").into());
    }
    Ok(())
}

/// Of a hundred words, those of the truth and of what was read that are in common (F1).
fn accuracy(truth: &str, read: &str) -> f64 {
    let mut left: Vec<&str> = truth.split_whitespace().collect();
    let all = left.len() + read.split_whitespace().count();
    let mut common = 0u32;
    for word in read.split_whitespace() {
        if let Some(at) = left.iter().position(|other| *other == word) {
            left.swap_remove(at);
            common += 1;
        }
    }
    200.0 * f64::from(common) / f64::from(u32::try_from(all.max(1)).expect("a page is short"))
}

/// The place of each value in their order; equal ones share theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let below = |value: f64| values.iter().filter(|other| **other < value).count();
    let equal = |value: f64| values.iter().filter(|other| **other <= value).count();
    let middle = |&value: &f64| u32::try_from(below(value) + equal(value)).expect("they are few");
    values.iter().map(middle).map(f64::from).collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let count = f64::from(u32::try_from(a.len()).expect("they are few"));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / count;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let spread = |values: &[f64], mean: f64| -> f64 {
        values.iter().map(|value| (value - mean).powi(2)).sum()
    };
    let common: f64 = a
        .iter()
        .zip(b)
        .map(|(x, y)| (x - mean_a) * (y - mean_b))
        .sum();
    common / (spread(a, mean_a) * spread(b, mean_b)).sqrt()
}

/// An image as a gray BMP.
fn grays(image: &Bitmap) -> Vec<u8> {
    let Pixels::Gray(gray) = image.pixels() else {
        panic!("a scan made smaller is gray");
    };
    bmp(gray, image.width() as usize, image.height() as usize)
}

/// A PDF of one page with one visible line in a standard font.
fn pdf(line: &str) -> Vec<u8> {
    let content = format!("BT /F1 24 Tf 72 700 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", n + 1);
    }
    let table = file.len();
    file += &format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for offset in offsets {
        file += &format!("{offset:010} 00000 n \n");
    }
    file += &format!(
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    );
    file.into_bytes()
}

/// An A4 page at 150 dpi as a gray BMP, with lines in a plain font of 5 × 7 dots.
fn bitmap(lines: &[&str]) -> Vec<u8> {
    const WIDTH: usize = 1_240;
    const HEIGHT: usize = 1_754;
    const DOT: usize = 5;
    let mut pixels = vec![255_u8; WIDTH * HEIGHT];
    for (n, line) in lines.iter().enumerate() {
        for (m, letter) in line.chars().enumerate() {
            for (row, bits) in glyph(letter).into_iter().enumerate() {
                for column in (0..5).filter(|column| bits >> (4 - column) & 1 == 1) {
                    let (x, y) = (120 + m * 6 * DOT + column * DOT, 200 + n * 80 + row * DOT);
                    for dy in 0..DOT {
                        pixels[(y + dy) * WIDTH + x..][..DOT].fill(0);
                    }
                }
            }
        }
    }
    bmp(&pixels, WIDTH, HEIGHT)
}

fn bmp(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let number = |n: usize| u32::try_from(n).expect("a page is small").to_le_bytes();
    let palette: Vec<u8> = (0..=255)
        .flat_map(|level| [level, level, level, 0])
        .collect();
    let start = 54 + palette.len();
    let mut file = b"BM".to_vec();
    for part in [start + pixels.len(), 0, start, 40, width, height] {
        file.extend(number(part));
    }
    file.extend([1, 0, 8, 0]);
    for part in [0, pixels.len(), 5_906, 5_906, 256, 0] {
        file.extend(number(part));
    }
    file.extend(palette);
    // Rows end at a multiple of four bytes.
    let padding = vec![0; width.next_multiple_of(4) - width];
    for row in pixels.chunks(width).rev() {
        file.extend(row);
        file.extend(&padding);
    }
    file
}

/// The rows of a letter, five dots each, the leftmost the highest bit.
fn glyph(letter: char) -> [u8; 7] {
    match letter {
        'A' => [14, 17, 17, 31, 17, 17, 17],
        'B' => [30, 17, 17, 30, 17, 17, 30],
        'K' => [17, 18, 20, 24, 20, 18, 17],
        'L' => [16, 16, 16, 16, 16, 16, 31],
        'M' => [17, 27, 21, 21, 17, 17, 17],
        'N' => [17, 25, 21, 19, 17, 17, 17],
        'O' => [14, 17, 17, 17, 17, 17, 14],
        'P' => [30, 17, 17, 30, 16, 16, 16],
        'R' => [30, 17, 17, 30, 20, 18, 17],
        'T' => [31, 4, 4, 4, 4, 4, 4],
        'U' => [17, 17, 17, 17, 17, 17, 14],
        'W' => [17, 17, 17, 21, 21, 27, 17],
        '0' => [14, 17, 19, 21, 25, 17, 14],
        '1' => [4, 12, 4, 4, 4, 4, 14],
        '2' => [14, 17, 1, 6, 8, 16, 31],
        '5' => [31, 16, 30, 1, 1, 17, 14],
        '7' => [31, 1, 2, 4, 8, 8, 8],
        _ => [0; 7],
    }
}
