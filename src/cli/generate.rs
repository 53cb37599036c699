//! `kartoteka generate`, which `--help` does not list: man pages, completions and references, made of
//! the program itself so that they cannot say anything else. Packages and tests call it.

mod commands;
mod settings;

use super::{Cli, Exit, print};
use anyhow::Context as _;
use clap::{Args, CommandFactory as _, Subcommand};
use clap_complete::Shell;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write a man page for every command
    Man(Folder),
    /// Write completions for bash, zsh and fish
    Completions(Folder),
    /// Print docs/commands.md
    Commands,
    /// Print docs/configuration.md
    Settings,
}

#[derive(Args)]
pub(crate) struct Folder {
    /// The folder to write into
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Man(to) => man(&to.folder)?,
        Command::Completions(to) => completions(&to.folder)?,
        Command::Commands => print::out(&commands::reference(Cli::command())),
        Command::Settings => print::out(&settings::reference()),
    }
    Ok(Exit::Done)
}

fn man(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| cannot(folder))?;
    clap_mangen::generate_to(Cli::command(), folder).with_context(|| cannot(folder))
}

fn completions(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| cannot(folder))?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut Cli::command(), "kartoteka", folder)
            .with_context(|| cannot(folder))?;
    }
    Ok(())
}

fn cannot(folder: &Path) -> String {
    format!("{} cannot be written", folder.display())
}
