//! Reads a folder of pages and says how well and how fast, by profile, beside Tesseract itself.
//!
//!     measure DIR [--languages pol+eng] [--peer] [--dump OUT]
//!
//! `DIR/<profile>/<page>@<dpi>x<dpi>.png` is a page, `….txt` beside it its text (empty: blank) and
//! `….turn`, where there is one, the degrees by which it lies turned. `--peer` runs the `tesseract`
//! command on the same pages; `--dump` writes what was read. Run it with `OMP_THREAD_LIMIT=1`.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::cast_precision_loss, reason = "counts of words and letters")]

use model::{Bitmap, PageKind, Pixels};
use ocr::{PageReading, Reader};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

mod score;

use score::{Score, judge};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |flag: &str| {
        arguments
            .iter()
            .position(|a| a == flag)
            .and_then(|at| arguments.get(at + 1))
            .cloned()
    };
    let folder = PathBuf::from(arguments.first().ok_or("a folder of pages is needed")?);
    let languages = value("--languages").unwrap_or_else(|| "pol+eng".into());
    let models = ocr::default_models().ok_or("no models on this machine")?;
    let mut reader = Reader::new(&models, &[&languages])?;
    let peer = arguments.iter().any(|a| a == "--peer");
    let dump = value("--dump").map(PathBuf::from);

    println!("{}", score::HEAD);
    let mut sums: BTreeMap<String, Score> = BTreeMap::new();
    for page in pages(&folder)? {
        let profile = page
            .parent()
            .and_then(Path::file_name)
            .ok_or("no profile")?
            .to_string_lossy()
            .into_owned();
        let name = page
            .file_stem()
            .ok_or("no name")?
            .to_string_lossy()
            .into_owned();
        let truth = std::fs::read_to_string(page.with_extension("txt"))?;
        let turn = std::fs::read_to_string(page.with_extension("turn")).unwrap_or_default();
        let (image, dpi) = open(&page)?;
        let before = cpu_seconds()?;
        let reading = reader.read(&image, dpi, Duration::from_secs(120))?;
        let mut score = judge(&truth, &reading.text);
        score.seconds = cpu_seconds()? - before;
        if truth.trim().is_empty() {
            (score.blanks, score.words_on_blanks) = (1, reading.words.len());
        } else {
            score.turned_wrong =
                usize::from(reading.rotation.degrees() != turn.trim().parse().unwrap_or(0));
        }
        if let Some(out) = &dump {
            write(out, &profile, &name, &reading, score)?;
        }
        for sum in [profile.clone(), "~ all".into()] {
            sums.entry(sum).or_default().add(score);
        }
        if peer {
            let started = Instant::now();
            let text = tesseract(&page, &languages)?;
            let mut score = judge(&truth, &text);
            score.seconds = started.elapsed().as_secs_f64();
            if truth.trim().is_empty() {
                (score.blanks, score.words_on_blanks) = (1, text.split_whitespace().count());
            }
            for sum in [format!("{profile} (tesseract)"), "~ all (tesseract)".into()] {
                sums.entry(sum).or_default().add(score);
            }
        }
    }
    for (name, score) in &sums {
        println!("{}", score.row(name));
    }
    Ok(())
}

/// All pages below a folder, in order.
fn pages(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut pages = Vec::new();
    for profile in std::fs::read_dir(folder)? {
        for page in std::fs::read_dir(profile?.path())? {
            let page = page?.path();
            if page.extension().is_some_and(|e| e == "png") {
                pages.push(page);
            }
        }
    }
    pages.sort();
    Ok(pages)
}

/// A page's image and resolution; black and white pages become one bit a pixel.
fn open(page: &Path) -> Result<(Bitmap, [u32; 2]), Failure> {
    let stem = page
        .file_stem()
        .ok_or("no name")?
        .to_string_lossy()
        .into_owned();
    let dpi = stem
        .rsplit_once('@')
        .and_then(|(_, dpi)| dpi.split_once('x'));
    let dpi = match dpi {
        Some((across, down)) => [across.parse()?, down.parse()?],
        None => [300, 300],
    };
    let image = image::open(page)?;
    let (width, height) = (image.width(), image.height());
    let pixels = if image.color().has_color() {
        Pixels::Rgb(image.into_rgb8().into_raw())
    } else {
        let gray = image.into_luma8().into_raw();
        if gray.iter().all(|&v| v == 0 || v == 255) {
            let row = |row: &[u8]| -> Vec<u8> {
                row.chunks(8)
                    .map(|eight| {
                        eight
                            .iter()
                            .enumerate()
                            .fold(0, |byte, (bit, &v)| byte | u8::from(v == 0) << (7 - bit))
                    })
                    .collect()
            };
            Pixels::Bilevel(gray.chunks_exact(width as usize).flat_map(row).collect())
        } else {
            Pixels::Gray(gray)
        }
    };
    Ok((Bitmap::new(width, height, pixels)?, dpi))
}

/// User and system seconds this process has taken.
fn cpu_seconds() -> Result<f64, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .ok_or("no fields")?
        .split_whitespace()
        .collect();
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0)
}

fn tesseract(page: &Path, languages: &str) -> Result<String, Failure> {
    let output = std::process::Command::new("tesseract")
        .args([
            page.as_os_str(),
            "-".as_ref(),
            "-l".as_ref(),
            languages.as_ref(),
        ])
        .env("OMP_THREAD_LIMIT", "1")
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn write(
    out: &Path,
    profile: &str,
    name: &str,
    reading: &PageReading,
    score: Score,
) -> Result<(), Failure> {
    let folder = out.join(profile);
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(format!("{name}.txt")), &reading.text)?;
    let kind = if reading.kind == PageKind::Blank {
        "blank"
    } else {
        "text"
    };
    println!(
        "  {profile}/{name}: {kind} turn {} skew {:.2} words {}/{} common {} CER {:.2} % § {}/{} {:.2} s {:?}",
        reading.rotation.degrees(),
        reading.skew,
        score.read_words,
        score.truth_words,
        score.common_words,
        100.0 * score.edits as f64 / score.letters.max(1) as f64,
        score.signs_read,
        score.signs,
        score.seconds,
        reading.quality.reasons,
    );
    Ok(())
}
