//! Standard output and standard error: what people and scripts see, and progress on a terminal.
//!
//! A closed pipe ends the program quietly, as `head` expects.

#![expect(clippy::print_stderr, reason = "this is where printing lives")]

use crate::config::{Log, LogFormat};
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::OnceLock;
use tracing_subscriber::{EnvFilter, reload};

/// Prints text as it is, with a line's end where it has none.
pub(crate) fn out(text: &str) {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let mut stdout = io::stdout().lock();
    if write!(stdout, "{text}{end}")
        .and_then(|()| stdout.flush())
        .is_err()
    {
        // Nobody reads any more.
        std::process::exit(0);
    }
}

/// Prints one JSON value on one line.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    out(&serde_json::to_string(value)?);
    Ok(())
}

/// Prints one JSON value for people as well as scripts.
pub(crate) fn json_pretty(value: &impl Serialize) -> anyhow::Result<()> {
    out(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Tells a person something that is not the command's result.
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// Says what went wrong, with its causes.
pub(crate) fn error(error: &anyhow::Error) {
    eprintln!("kartoteka: {error:#}");
}

/// A line that keeps moving, for work of unknown size; silent where nobody watches.
pub(crate) fn spinner() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, target());
    let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar
}

fn target() -> ProgressDrawTarget {
    if io::stderr().is_terminal() {
        ProgressDrawTarget::stderr_with_hz(5)
    } else {
        ProgressDrawTarget::hidden()
    }
}

/// Sends log events to standard error.
///
/// # Errors
/// When the configured filter does not parse.
pub(crate) fn start_log(log: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.level)
        .with_context(|| format!("`log.level` is no filter: `{}`", log.level))?;
    let events = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_env_filter(filter);
    let changes: Change = match log.format {
        LogFormat::Text => {
            let events = events.with_filter_reloading();
            let handle = events.reload_handle();
            events.init();
            Box::new(move |filter| handle.reload(filter))
        }
        LogFormat::Json => {
            let events = events.json().with_filter_reloading();
            let handle = events.reload_handle();
            events.init();
            Box::new(move |filter| handle.reload(filter))
        }
    };
    // The log is started once.
    let _ = CHANGE.set(changes);
    Ok(())
}

/// Puts another filter in place of the one that the log was started with.
type Change = Box<dyn Fn(EnvFilter) -> Result<(), reload::Error> + Send + Sync>;

static CHANGE: OnceLock<Change> = OnceLock::new();

/// Says more or less from now on.
///
/// # Errors
/// When the level is no filter.
pub(crate) fn change_log(level: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(level)
        .with_context(|| format!("`log.level` is no filter: `{level}`"))?;
    match CHANGE.get() {
        Some(change) => change(filter).context("the log cannot be changed"),
        None => Ok(()),
    }
}
