//! Reads files through a pool and prints a line a file: pages read, pages failed with their
//! reason, or the refusal. For measuring; `kartoteka read` is for reading.
//!
//!     cargo run --release -p sandbox --example measure -- WORKERS FILE…

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use model::{Limits, Page};
use sandbox::{Fence, Pool, PoolOptions, Priority, ReadTrouble, WORKER_ARGUMENT, serve_worker};
use std::error::Error;
use std::fs::File;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(WORKER_ARGUMENT) {
        return serve_worker();
    }
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let workers = arguments.next().ok_or("how many workers?")?.parse()?;
    let files: Vec<String> = arguments.collect();
    let pool = Pool::start(PoolOptions {
        program: std::env::current_exe()?,
        workers,
        limits: Limits::default(),
        models: ocr::default_models().ok_or("no language models")?,
        languages: "pol".into(),
        passwords: Vec::new(),
        fence: Fence::Required,
    })?;
    let (next, started) = (AtomicUsize::new(0), Instant::now());
    let pages = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..=workers {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let since = Instant::now();
                    let told = tell(&pool, file, &pages);
                    println!("{file}\t{:.2} s\t{told}", since.elapsed().as_secs_f64());
                }
            });
        }
    });
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{} files, {} pages, {seconds:.1} s",
        files.len(),
        pages.into_inner()
    );
    pool.stop();
    Ok(())
}

fn tell(pool: &Pool, file: &str, pages: &AtomicUsize) -> String {
    let file = match File::open(file) {
        Ok(file) => file,
        Err(error) => return error.to_string(),
    };
    let mut on_page = |_: Page| {
        pages.fetch_add(1, Ordering::Relaxed);
    };
    match pool.read(&file, Priority::Bulk, &mut on_page) {
        Ok(read) => {
            let words: usize = read.pages.iter().map(|page| page.words.len()).sum();
            let failed = read.pages.iter().filter_map(|page| {
                page.failure
                    .as_ref()
                    .map(|f| format!("{}: {}", page.number, f.message))
            });
            let failed: Vec<String> = failed.collect();
            format!(
                "{} pages\t{words} words\t{}",
                read.pages.len(),
                failed.join("; ")
            )
        }
        Err(ReadTrouble::Refused(refusal)) => {
            format!("refused\t{}\t{}", refusal.reason, refusal.message)
        }
        Err(ReadTrouble::Stopped) => "stopped".into(),
    }
}
