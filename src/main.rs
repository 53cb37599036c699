//! The program: command line, configuration, wiring. It decides nothing about a document.

mod cli;
mod clock;
mod config;
mod forms;
mod node;
mod packages;
#[cfg(feature = "server")]
mod server;

use std::process::ExitCode;

fn main() -> ExitCode {
    // A worker fences itself before anything else exists in its process: no thread, no runtime.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == sandbox::WORKER_ARGUMENT)
    {
        return sandbox::serve_worker();
    }
    cli::run()
}
