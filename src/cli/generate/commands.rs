//! The reference of commands as a page of the book: every command with its usage, arguments, options
//! and examples, in the words of its own `--help`.

use clap::{Arg, Command};
use std::fmt::Write as _;

const OPENING: &str = "# Commands

Made by `kartoteka generate commands`; a test compares. Every command has `--help`. Exit codes: 0 done; 1 something was refused
or parked, or a verification found a difference; 2 usage; 3 the environment.
";

/// The page.
pub(super) fn reference(mut program: Command) -> String {
    program.build();
    let mut page = OPENING.to_owned();
    page.push_str("\n## For every command\n\n");
    options(
        &mut page,
        program.get_arguments().filter(|arg| arg.is_global_set()),
    );
    for command in program.get_subcommands() {
        section(&mut page, command, "kartoteka", 2);
    }
    page
}

fn section(page: &mut String, command: &Command, above: &str, depth: usize) {
    if command.is_hide_set() || command.get_name() == "help" {
        return;
    }
    let name = format!("{above} {}", command.get_name());
    // Writing into a string does not fail.
    let _ = write!(page, "\n{} {name}\n\n", "#".repeat(depth));
    let about = command.get_long_about().or(command.get_about());
    if let Some(about) = about {
        let _ = writeln!(page, "{}\n", flowing(&about.to_string()));
    }
    let subcommands = command.get_subcommands().filter(|c| c.get_name() != "help");
    if subcommands.count() == 0 {
        let usage = command.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").trim();
        let _ = writeln!(page, "    {usage}\n");
    }
    options(
        page,
        command.get_arguments().filter(|arg| !arg.is_global_set()),
    );
    if let Some(examples) = command.get_after_help() {
        for line in examples.to_string().lines() {
            match line.strip_prefix("  ") {
                Some(example) => writeln!(page, "    {example}"),
                None => writeln!(page, "{line}\n"),
            }
            .unwrap_or_default();
        }
    }
    for below in command.get_subcommands() {
        section(page, below, &name, (depth + 1).min(3));
    }
}

fn options<'a>(page: &mut String, arguments: impl Iterator<Item = &'a Arg>) {
    let mut any = false;
    for argument in
        arguments.filter(|a| !a.is_hide_set() && a.get_id() != "help" && a.get_id() != "version")
    {
        any = true;
        let about = argument.get_long_help().or(argument.get_help());
        let about = about.map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(
            page,
            "- `{}`: {}{}",
            shown(argument),
            flowing(&about),
            words(argument)
        );
    }
    if any {
        page.push('\n');
    }
}

/// How an argument is written on the command line.
fn shown(argument: &Arg) -> String {
    let values: Vec<&str> = argument
        .get_value_names()
        .unwrap_or_default()
        .iter()
        .map(|name| name.as_str())
        .collect();
    let takes = argument.get_action().takes_values();
    match argument.get_long() {
        Some(long) if takes => format!("--{long} {}", values.join(" ")),
        Some(long) => format!("--{long}"),
        None => values.join(" "),
    }
}

/// What may be said, where that is a few words, and what is taken where nothing is said.
fn words(argument: &Arg) -> String {
    let takes = argument.get_action().takes_values();
    let possible = argument.get_possible_values();
    let mut said = String::new();
    if takes && !possible.is_empty() {
        let names: Vec<&str> = possible.iter().map(|value| value.get_name()).collect();
        let _ = write!(said, " (one of {})", names.join(", "));
    }
    let usual: Vec<_> = argument
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    if takes && !usual.concat().is_empty() {
        let _ = write!(said, " [default: {}]", usual.join(", "));
    }
    said
}

/// Text without line ends inside paragraphs.
fn flowing(text: &str) -> String {
    let paragraphs = text
        .split("\n\n")
        .map(|paragraph| paragraph.replace('\n', " "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
