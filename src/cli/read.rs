//! `kartoteka read`: reads files without storing anything.

use super::{Exit, print};
use crate::clock;
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use extraction::Schemas;
use indicatif::ProgressBar;
use model::{FileReading, Outcome, Page};
use sandbox::{Pool, Priority};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// Read files without storing anything
///
/// Prints one JSON object a file, one a line, as each is done; a file that cannot be read gives an
/// object with its error, and the exit code is 1 after all files are done.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka read umowa.pdf | jq '.documents[].fields'\n  \
                        kartoteka read scans/*.tif --out read/"
)]
pub(crate) struct Arguments {
    /// PDF, TIFF, JPEG, PNG, WebP, BMP or GIF files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write DIR/STEM.json and DIR/STEM.txt instead of printing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print each page, too, as soon as it is read: an object of its own, in whatever order
    #[arg(long, conflicts_with_all = ["out", "format"])]
    each_page: bool,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Text,
}

/// What a thread that reads has to tell.
enum Told<'a> {
    Page(PageOfFile<'a>),
    /// The reading of the file of this number.
    File(usize, FileReading),
}

/// A page as it is printed before its file is done.
#[derive(Serialize)]
struct PageOfFile<'a> {
    file: Cow<'a, str>,
    page: Page,
}

/// What the threads that read files share.
struct Work<'a> {
    files: &'a [PathBuf],
    each_page: bool,
    next: AtomicUsize,
    pool: Pool,
    schemas: Schemas,
    today: jiff::civil::Date,
    bar: ProgressBar,
}

pub(super) fn read(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    if let Some(folder) = &arguments.out {
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let names = arguments
        .out
        .as_ref()
        .map(|folder| outputs(folder, &arguments.files));
    let bar = print::spinner();
    let work = Work {
        files: &arguments.files,
        each_page: arguments.each_page,
        next: AtomicUsize::new(0),
        pool: node::start_pool(config)?,
        schemas: node::load_schemas(config)?,
        today: jiff::tz::TimeZone::UTC.to_datetime(clock::now()).date(),
        bar: bar.clone(),
    };
    let refused = AtomicBool::new(false);
    // One file more than there are workers, so that none waits while another file ends.
    let threads = (config.workers() + 1).min(arguments.files.len());
    let (readings, done) = mpsc::sync_channel(threads);
    let written = std::thread::scope(|scope| {
        for _ in 0..threads {
            let readings = readings.clone();
            scope.spawn(|| read_files(&work, readings));
        }
        drop(readings);
        done.iter().try_for_each(|told| match told {
            Told::Page(page) => bar.suspend(|| print::json(&page)),
            Told::File(n, reading) => {
                if matches!(reading.outcome, Outcome::Refused { .. }) {
                    refused.store(true, Ordering::Relaxed);
                }
                match &names {
                    Some(names) => write(&names[n], &reading),
                    None => bar.suspend(|| show(&reading, arguments.format)),
                }
            }
        })
    });
    bar.finish_and_clear();
    work.pool.stop();
    written?;
    Ok(if refused.into_inner() {
        Exit::Refused
    } else {
        Exit::Done
    })
}

fn read_files<'a>(work: &Work<'a>, tell: mpsc::SyncSender<Told<'a>>) {
    loop {
        let n = work.next.fetch_add(1, Ordering::Relaxed);
        let Some(file) = work.files.get(n) else {
            return;
        };
        let mut on_page = |page: Page| {
            work.bar.inc(1);
            work.bar.set_message(format!(
                "{} pages, {}: {}",
                work.bar.position(),
                file.display(),
                page.number
            ));
            if work.each_page {
                let file = file.to_string_lossy();
                // A closed channel is noticed at the file's end.
                let _ = tell.send(Told::Page(PageOfFile { file, page }));
            }
        };
        let reading = stages::read_file(
            &work.pool,
            &work.schemas,
            file,
            work.today,
            Priority::Interactive,
            &mut on_page,
        );
        // A closed channel means that writing failed: nobody waits for more.
        if tell.send(Told::File(n, reading)).is_err() {
            return;
        }
    }
}

fn show(reading: &FileReading, format: Format) -> anyhow::Result<()> {
    match (format, &reading.outcome) {
        (Format::Json, _) => print::json(reading),
        (Format::Text, Outcome::Read { pages, .. }) => {
            print::out(&text(pages));
            Ok(())
        }
        (Format::Text, Outcome::Refused { error }) => {
            print::note(&format!("{}: {error}", reading.file));
            Ok(())
        }
    }
}

/// Where each file's reading goes: by its stem, or by its whole name where stems collide.
fn outputs(folder: &Path, files: &[PathBuf]) -> Vec<PathBuf> {
    let stem = |file: &Path| file.file_stem().unwrap_or_default().to_owned();
    let mut stems: HashMap<OsString, usize> = HashMap::new();
    for file in files {
        *stems.entry(stem(file)).or_default() += 1;
    }
    let name = |file: &Path| match stems[&stem(file)] {
        1 => stem(file),
        _ => file.file_name().unwrap_or_default().to_owned(),
    };
    files.iter().map(|file| folder.join(name(file))).collect()
}

fn write(target: &Path, reading: &FileReading) -> anyhow::Result<()> {
    let beside = |ending: &str| {
        let mut path = target.as_os_str().to_owned();
        path.push(ending);
        PathBuf::from(path)
    };
    let save = |path: PathBuf, text: String| {
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
    };
    save(beside(".json"), serde_json::to_string(reading)? + "\n")?;
    if let Outcome::Read { pages, .. } = &reading.outcome {
        save(beside(".txt"), text(pages))?;
    }
    Ok(())
}

/// The text of all pages, a form feed between two.
fn text(pages: &[Page]) -> String {
    pages
        .iter()
        .map(|page| page.text.as_str())
        .collect::<Vec<_>>()
        .join("\u{c}")
}

#[cfg(test)]
mod tests {
    use super::outputs;
    use std::path::{Path, PathBuf};

    #[test]
    fn colliding_stems_keep_their_whole_names() {
        let files = ["a/x.pdf", "b/x.tif", "c/y.png"].map(PathBuf::from);
        let names = outputs(Path::new("out"), &files);
        assert_eq!(
            names,
            ["out/x.pdf", "out/x.tif", "out/y"].map(PathBuf::from)
        );
    }
}
