//! Opens files as a worker does and says what they are, page by page: to measure on a corpus.
//!
//!     open [--pages] [--text] [--password P]… FILE…
//!
//! One line a file: `ok`, media type, number of pages, notes; or `refused`, reason, message. With
//! `--pages` a line for every page too: size, resolution, what it gave, and milliseconds. With
//! `--text` its text as well.
#![expect(clippy::print_stdout, reason = "printing is what the example is for")]

use model::{Limits, Pixels};
use scan::ScannedPage;
use std::fs::File;
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let mut passwords = Vec::new();
    let (mut pages, mut text) = (false, false);
    let mut files = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--pages" => pages = true,
            "--text" => text = true,
            "--password" => passwords.extend(arguments.next()),
            _ => files.push(argument),
        }
    }
    for name in files {
        match scan::open(File::open(&name)?, &Limits::default(), &passwords) {
            Ok(mut source) => {
                let (kind, count) = (source.media_type(), source.page_count());
                println!("ok\t{kind}\t{count}\t{:?}\t{name}", source.notes());
                for number in (1..=count).filter(|_| pages || text) {
                    print_page(&mut source, number, text);
                }
            }
            Err(refusal) => {
                let reason = refusal.reason;
                println!(
                    "refused\t{reason}\t{:?}\t{}\t{name}",
                    refusal.page, refusal.message
                );
            }
        }
    }
    Ok(())
}

fn print_page(source: &mut scan::Source, number: u32, text: bool) {
    let start = Instant::now();
    let page = source.page(number);
    let took = start.elapsed().as_millis();
    match page {
        Ok(page) => {
            let (w, h, dpi) = (page.width, page.height, page.dpi);
            println!("  {number}\t{w}x{h}\t{dpi:?}\t{}\t{took} ms", given(&page));
            for layer in [&page.text, &page.hidden]
                .into_iter()
                .flatten()
                .filter(|_| text)
            {
                println!("{}", layer.text);
            }
        }
        Err(failure) => println!("  {number}\tfailed\t{}\t{took} ms", failure.message),
    }
}

/// What a page gave.
fn given(page: &ScannedPage) -> String {
    let image = page.image.as_ref().map(|image| match image.pixels() {
        Pixels::Bilevel(_) => "bilevel",
        Pixels::Gray(_) => "gray",
        Pixels::Rgb(_) => "rgb",
    });
    let words = |text: &Option<scan::EmbeddedText>| text.as_ref().map_or(0, |t| t.words.len());
    format!(
        "{} text:{} hidden:{}",
        image.unwrap_or("-"),
        words(&page.text),
        words(&page.hidden)
    )
}
