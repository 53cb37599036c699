//! `kartoteka users`: who may sign in at the server, and as what.

use super::{Exit, print};
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use ledger::{Actor, Ledger, User, UserState};
use records::access::{self, PersonRole, Unfit};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List who may sign in
    #[command(after_help = "Example:\n  kartoteka users list")]
    List,
    /// Add a person; the one-time password is said once
    #[command(
        after_help = "Examples:\n  kartoteka users add e.nowak --full-name 'Ewa Nowak' --role archivist \
                      --branch 'Łódź 1'\n  kartoteka users add a.kontrola --full-name 'A. Kontrola' --role \
                      auditor --until 2026-12-31"
    )]
    Add(Add),
    /// Give a person a new one-time password, and take the second factor away
    #[command(after_help = "Example:\n  kartoteka users reset e.nowak")]
    Reset(Who),
    /// Let a person in no longer; what the person did keeps the name
    #[command(after_help = "Example:\n  kartoteka users disable e.nowak")]
    Disable(Who),
}

#[derive(Args)]
pub(crate) struct Who {
    /// The name of signing in
    #[arg(value_name = "NAME")]
    name: String,
}

#[derive(Args)]
pub(crate) struct Add {
    /// The name of signing in: a to z, 0 to 9, point, hyphen; it is never given to another
    #[arg(value_name = "NAME", value_parser = name)]
    name: String,
    /// The name as people say it
    #[arg(long, value_name = "TEXT")]
    full_name: String,
    /// station, archivist, reviewer, compliance, records_manager, auditor or administrator
    #[arg(long = "role", required = true, value_name = "ROLE", value_parser = role)]
    roles: Vec<PersonRole>,
    /// Only documents of this branch; may be said several times
    #[arg(long = "branch", value_name = "BRANCH")]
    branches: Vec<String>,
    /// Only documents of this type; may be said several times
    #[arg(long = "type", value_name = "TYPE", value_parser = model::DocumentType::parse)]
    kinds: Vec<model::DocumentType>,
    /// The last day; an auditor has one
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
}

fn name(text: &str) -> Result<String, String> {
    if access::is_name(text) {
        return Ok(text.to_owned());
    }
    Err("use 2 to 64 of a to z, 0 to 9, point and hyphen".into())
}

fn role(text: &str) -> Result<PersonRole, String> {
    PersonRole::parse(text).ok_or_else(|| {
        let names: Vec<&str> = PersonRole::ALL.iter().map(|role| role.as_str()).collect();
        format!("there is no such role; there are {}", names.join(", "))
    })
}

pub(super) fn run(config: &Config, command: &Command, actor: &str) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let by = Actor::person(actor);
        match command {
            Command::List => list(&ledger).await,
            Command::Add(arguments) => add(&ledger, arguments, &by).await,
            Command::Reset(who) => reset(&ledger, &who.name, &by).await,
            Command::Disable(who) => disable(&ledger, &who.name, &by).await,
        }
    })?
}

async fn list(ledger: &Ledger) -> anyhow::Result<Exit> {
    for user in ledger.users().await? {
        let state = match (user.state, user.until) {
            (UserState::Disabled, _) => "  (may not sign in)".to_owned(),
            (UserState::Active, Some(until)) => format!("  until {until}"),
            (UserState::Active, None) => String::new(),
        };
        let reach = match (user.branches.as_slice(), user.kinds.as_slice()) {
            ([], []) => String::new(),
            (branches, kinds) => format!("  only {}", [branches, kinds].concat().join(", ")),
        };
        print::out(&format!(
            "{:<20} {:<28} {}{reach}{state}",
            user.name,
            user.full_name,
            user.roles.join(", ")
        ));
    }
    Ok(Exit::Done)
}

async fn add(ledger: &Ledger, add: &Add, by: &Actor) -> anyhow::Result<Exit> {
    if ledger.user(&add.name).await?.is_some() {
        print::note(&format!(
            "{} is there already, and names are never given again",
            add.name
        ));
        return Ok(Exit::Refused);
    }
    match access::unfit(&add.roles, add.until.is_some()) {
        Some(Unfit::AdministratorReads) => {
            print::note(
                "an administrator runs the machine and reads no documents: give the other roles to another account",
            );
            return Ok(Exit::Refused);
        }
        Some(Unfit::AuditorWithoutEnd) => {
            print::note("an auditor's access has an end: say --until");
            return Ok(Exit::Refused);
        }
        None => {}
    }
    let password = crate::server::one_time_password()?;
    let user = User {
        name: add.name.clone(),
        full_name: add.full_name.clone(),
        roles: add
            .roles
            .iter()
            .map(|role| role.as_str().to_owned())
            .collect(),
        branches: add.branches.clone(),
        kinds: add.kinds.iter().map(ToString::to_string).collect(),
        until: add.until,
        secret: Some(crate::server::hash(&password)?),
        change_secret: true,
        second_factor: None,
        state: UserState::Active,
    };
    ledger.put_user(&user, by).await?;
    print::out(&format!(
        "{} may sign in with the one-time password {password}",
        add.name
    ));
    Ok(Exit::Done)
}

async fn known(ledger: &Ledger, name: &str) -> anyhow::Result<User> {
    let user = ledger.user(name).await?;
    user.with_context(|| {
        format!("there is nobody called {name}: `kartoteka users list` lists them")
    })
}

async fn reset(ledger: &Ledger, name: &str, by: &Actor) -> anyhow::Result<Exit> {
    let password = crate::server::one_time_password()?;
    let user = User {
        secret: Some(crate::server::hash(&password)?),
        change_secret: true,
        second_factor: None,
        ..known(ledger, name).await?
    };
    ledger.put_user(&user, by).await?;
    ledger.close_other_sessions(name, None).await?;
    print::out(&format!(
        "{name} may sign in with the one-time password {password}"
    ));
    Ok(Exit::Done)
}

async fn disable(ledger: &Ledger, name: &str, by: &Actor) -> anyhow::Result<Exit> {
    let user = User {
        state: UserState::Disabled,
        ..known(ledger, name).await?
    };
    ledger.put_user(&user, by).await?;
    print::out(&format!("{name} may not sign in any more"));
    Ok(Exit::Done)
}
