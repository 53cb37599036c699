//! The command line: what can be asked, and how answers are printed. Nothing else prints.

mod add;
mod audit;
mod backup;
mod balance;
mod disposal;
mod doctor;
mod event;
mod export;
mod file;
mod generate;
mod hold;
mod import;
mod init;
mod migrate;
mod operate;
mod print;
mod read;
mod rebuild;
mod records;
mod reindex;
mod reprocess;
mod rescan;
mod restore;
mod retention;
mod run;
mod schema;
mod search;
mod separators;
mod show;
mod status;
mod support_bundle;
#[cfg(feature = "server")]
mod users;
mod verify;

use crate::config::{Config, Overrides, Source};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// How a command ended; the exit codes are part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: everything was done.
    Done,
    /// 1: something was refused or parked, or a verification found a difference.
    Refused,
    /// 3: the environment does not allow it: a missing model, an unreachable store, a wrong
    /// configuration.
    Environment,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Refused => 1,
            Exit::Environment => 3,
        })
    }
}

/// Kartoteka: scans of loan agreements in; read, understood, kept and found agreements out.
#[derive(Parser)]
#[command(
    name = "kartoteka",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Global {
    /// Configuration file [default: kartoteka.toml where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Everything this node keeps [default: ./kartoteka-data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where stations drop their files [default: DATA/inbox]
    #[arg(long, global = true, value_name = "DIR")]
    inbox: Option<PathBuf>,
    /// Who acts, where a person does [default: the user's name]
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "USER",
        hide_env = true
    )]
    actor: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Arguments),
    Run(run::Arguments),
    Read(read::Arguments),
    Add(add::Arguments),
    Search(search::Arguments),
    Show(show::Arguments),
    Status(status::Arguments),
    Balance(balance::Arguments),
    /// Take parked work up again
    #[command(after_help = "Example:\n  kartoteka retry 01jd8…")]
    Retry(operate::Arguments),
    /// Set work aside for a person
    #[command(after_help = "Example:\n  kartoteka park 01jd8…")]
    Park(operate::Arguments),
    /// Decide that parked work will not be done
    #[command(after_help = "Example:\n  kartoteka skip 01jd8… --why 'sent back to the branch'")]
    Skip(operate::Arguments),
    Reprocess(reprocess::Arguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
    RebuildLedger(rebuild::Arguments),
    Migrate(migrate::Arguments),
    File(file::Arguments),
    /// State what happened to credit files and customers, by which terms of retention begin
    #[command(subcommand)]
    Event(event::Command),
    Hold(hold::Arguments),
    Holds(hold::List),
    Release(hold::Release),
    /// Say how long documents are kept, and by which law; confirm by which class
    #[command(subcommand)]
    Retention(retention::Retention),
    /// Dispose of what is over: a list that people agree to, and its collection
    #[command(subcommand)]
    Disposal(disposal::Command),
    Export(export::Arguments),
    Disclosures(export::Register),
    Import(import::Arguments),
    Verify(verify::Arguments),
    /// Say who may sign in at the server, and as what
    #[cfg(feature = "server")]
    #[command(subcommand)]
    Users(users::Command),
    /// Prove what was done, by whom and when: sign the audit log, export it, verify it
    #[command(subcommand)]
    Audit(audit::Command),
    Reindex(reindex::Arguments),
    Doctor(doctor::Arguments),
    SupportBundle(support_bundle::Arguments),
    Separators(separators::Arguments),
    Rescan(rescan::Arguments),
    /// Check document types, and test a change to them on examples
    #[command(subcommand)]
    Schema(schema::Command),
    /// Show the configuration in force
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Man pages, completions and references, for packages and books
    #[command(subcommand, hide = true)]
    Generate(generate::Command),
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Print the configuration in force as TOML: file, environment and flags together, secrets
    /// hidden
    #[command(after_help = "Example:\n  kartoteka config show > kartoteka.toml")]
    Show,
}

/// Parses the command line, runs the command, says what went wrong.
pub(crate) fn run() -> ExitCode {
    // A fault says where it is, never what was in hand: that may be a document's text.
    std::panic::set_hook(Box::new(|fault| {
        let place = fault.location().map(ToString::to_string);
        print::note(&format!(
            "a fault of the program at {}; please report it",
            place.as_deref().unwrap_or("an unknown place")
        ));
    }));
    let cli = Cli::parse();
    match dispatch(cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            print::error(&error);
            Exit::Environment.into()
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<Exit> {
    let Global {
        config,
        data,
        inbox,
        actor,
    } = cli.global;
    let (data_named, inbox_named) = (data.as_deref(), inbox.as_deref());
    // What makes a configuration, or needs none, comes before there is one.
    match &cli.command {
        Command::Init(arguments) => {
            return init::init(config, data_named, inbox_named, arguments);
        }
        Command::Generate(command) => return generate::run(command),
        _ => {}
    }
    let source = Source::new(config, Overrides { data, inbox });
    let config = source.load()?;
    print::start_log(&config.log)?;
    let actor = actor.unwrap_or_else(|| "unknown".into());
    with(cli.command, &config, &source, &actor)
}

/// Runs a command with the configuration in force.
fn with(command: Command, config: &Config, source: &Source, actor: &str) -> anyhow::Result<Exit> {
    match command {
        Command::Init(_) | Command::Generate(_) => Ok(Exit::Done), // Done before.
        Command::Run(arguments) => run::run(config, source, &arguments),
        Command::Read(arguments) => read::read(config, &arguments),
        Command::Add(arguments) => add::add(config, &arguments),
        Command::Search(arguments) => search::search(config, &arguments),
        Command::Show(arguments) => show::show(config, &arguments),
        Command::Status(arguments) => status::status(config, &arguments),
        Command::Balance(arguments) => balance::balance(config, &arguments),
        Command::Retry(arguments) => operate::retry(config, &arguments, actor),
        Command::Park(arguments) => operate::park(config, &arguments, actor),
        Command::Skip(arguments) => operate::skip(config, &arguments, actor),
        Command::Reprocess(arguments) => reprocess::reprocess(config, &arguments, actor),
        Command::Backup(arguments) => backup::backup(config, &arguments, actor),
        Command::Restore(arguments) => restore::restore(config, &arguments, actor),
        Command::RebuildLedger(arguments) => rebuild::rebuild(config, &arguments, actor),
        Command::Migrate(arguments) => migrate::migrate(config, &arguments),
        Command::Reindex(arguments) => reindex::reindex(config, &arguments),
        Command::File(arguments) => file::file(config, &arguments, actor),
        Command::Event(command) => event::run(config, &command, actor),
        Command::Hold(arguments) => hold::hold(config, &arguments, actor),
        Command::Holds(arguments) => hold::list(config, &arguments, actor),
        Command::Release(arguments) => hold::release(config, &arguments, actor),
        Command::Retention(command) => retention::run(config, &command, actor),
        Command::Disposal(command) => disposal::run(config, &command, actor),
        Command::Export(arguments) => export::export(config, &arguments, actor),
        Command::Disclosures(arguments) => export::register(config, &arguments, actor),
        Command::Import(arguments) => import::import(config, &arguments, actor),
        Command::Verify(arguments) => verify::verify(config, &arguments),
        #[cfg(feature = "server")]
        Command::Users(command) => users::run(config, &command, actor),
        Command::Audit(command) => audit::run(config, &command, actor),
        Command::Rescan(arguments) => rescan::rescan(config, &arguments, actor),
        Command::Separators(arguments) => separators::separators(config, &arguments),
        Command::Doctor(arguments) => doctor::doctor(config, source.file(), &arguments, actor),
        Command::SupportBundle(arguments) => {
            support_bundle::write(config, source.file(), &arguments)
        }
        Command::Schema(command) => schema::run(config, &command),
        Command::Config(ConfigCommand::Show) => {
            print::out(&config.shown()?);
            Ok(Exit::Done)
        }
    }
}
