//! What decoding a page costs beside reading it, in one process, in seconds of the processor.
//!
//!     OMP_THREAD_LIMIT=1 decoding FILE…
//!
//! One line for each way pages are stored: pages, seconds of decoding, of reading, and their share.
//! For measuring only: outside of this, strangers' bytes are decoded in a fenced worker.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use model::{Limits, Pixels};
use ocr::Reader;
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let models = ocr::default_models().ok_or("no language models")?;
    let mut reader = Reader::new(&models, &["pol+eng"])?;
    let mut sums: BTreeMap<String, (u32, f64, f64)> = BTreeMap::new();
    for name in std::env::args().skip(1) {
        let opened = seconds();
        let mut source = match scan::open(File::open(&name)?, &Limits::default(), &[]) {
            Ok(source) => source,
            Err(refusal) => {
                println!("{name}: {refusal}");
                continue;
            }
        };
        let mut opening = seconds() - opened;
        for number in 1..=source.page_count() {
            let start = seconds();
            let page = source
                .page(number)
                .map_err(|failure| format!("{name}: {}", failure.message))?;
            let decoded = seconds();
            let Some(image) = &page.image else { continue };
            reader.read(image, page.dpi, Duration::from_secs(600))?;
            let read = seconds();
            let samples = match image.pixels() {
                Pixels::Bilevel(_) => "bilevel",
                Pixels::Gray(_) => "gray",
                Pixels::Rgb(_) => "colour",
            };
            let kind = format!("{} {samples}", source.media_type());
            let (pages, decoding, reading) = sums.entry(kind).or_default();
            *pages += 1;
            *decoding += decoded - start + std::mem::take(&mut opening);
            *reading += read - decoded;
        }
    }
    println!(
        "{:<28} {:>5} {:>9} {:>9} {:>7}",
        "pages of", "pages", "decoding", "reading", "share"
    );
    for (kind, (pages, decoding, reading)) in sums {
        let share = 100.0 * decoding / reading;
        println!("{kind:<28} {pages:>5} {decoding:>7.2} s {reading:>7.2} s {share:>5.1} %");
    }
    Ok(())
}

/// Seconds of the processor that this process has taken.
fn seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds and nanoseconds of a run"
    )]
    let seconds = time.tv_sec as f64 + time.tv_nsec as f64 / 1e9;
    seconds
}
