//! `kartoteka retention`: until when a document is kept, in sentences, and the schedule behind it.

use super::{Exit, print};
use crate::clock;
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use model::{DocumentId, Language};
use records::explain::{Held, sentences};
use records::{EventKind, Happened, Schedule, decide};
use std::fs;

/// What is shown of a confidential hold here: the command line does not know who reads.
const NEUTRAL: [&str; 2] = ["wstrzymanie", "hold"];

#[derive(Subcommand)]
pub(crate) enum Retention {
    /// Say until when a document is kept, by which rule and article, since which event, and what
    /// would change it
    #[command(
        after_help = "Examples:\n  kartoteka retention show 01jd8…-1\n  kartoteka retention show \
                      01jd8…-1 --language en --if settled=2026-05-10 --if \
                      relationship_ended=2026-06-30"
    )]
    Show(Show),
    /// List the classes of the schedule in force, after checking it
    #[command(after_help = "Example:\n  kartoteka retention schedule")]
    Schedule,
}

#[derive(Args)]
pub(crate) struct Show {
    /// The document, as `search` shows it
    #[arg(value_name = "ID")]
    id: String,
    /// The language of the sentences
    #[arg(long, value_enum, default_value = "pl")]
    language: Tongue,
    /// What the answer would be if that had happened
    #[arg(long = "if", value_name = "EVENT=DATE", value_parser = supposed)]
    supposed: Vec<Happened>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tongue {
    Pl,
    En,
}

fn supposed(text: &str) -> Result<Happened, String> {
    let (kind, day) = text
        .split_once('=')
        .ok_or("write it as settled=2026-05-10")?;
    Ok(Happened {
        id: 0,
        kind: EventKind::parse(kind).map_err(|e| e.to_string())?,
        day: day
            .parse::<Date>()
            .map_err(|_| format!("`{day}` is no day as 2026-05-10"))?,
        source: "--if".into(),
    })
}

pub(super) fn run(config: &Config, command: &Retention) -> anyhow::Result<Exit> {
    match command {
        Retention::Show(arguments) => show(config, arguments),
        Retention::Schedule => list(&schedule(config)?),
    }
}

/// The schedule in force: the bank's, where it has a folder of schemas, else the built-in one.
fn schedule(config: &Config) -> anyhow::Result<Schedule> {
    let Some(folder) = &config.schemas else {
        return Ok(Schedule::built_in()?);
    };
    let file = folder.join("retention.toml");
    let text = fs::read_to_string(&file)
        .with_context(|| format!("the schedule {} cannot be read", file.display()))?;
    Schedule::parse(&text).with_context(|| format!("{} cannot be used", file.display()))
}

fn show(config: &Config, arguments: &Show) -> anyhow::Result<Exit> {
    let id = DocumentId::parse(&arguments.id)?;
    let schedule = schedule(config)?;
    node::ensure_exists(config)?;
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let Some(record) = ledger.document(id).await? else {
            print::note(&format!(
                "there is no document {id}: `kartoteka search '*'` lists them"
            ));
            return Ok(Exit::Refused);
        };
        let name = &record.retention.class;
        let class = schedule.class(name).with_context(|| {
            format!("the schedule has no class `{name}`: add it to retention.toml")
        })?;
        let (language, neutral) = match arguments.language {
            Tongue::Pl => (Language::Pl, NEUTRAL[0]),
            Tongue::En => (Language::En, NEUTRAL[1]),
        };
        let holds = ledger.holds_on(id).await?;
        let held: Vec<Held> = holds
            .into_iter()
            .map(|hold| Held {
                id: hold.id,
                matter: if hold.confidential {
                    neutral.to_owned()
                } else {
                    hold.matter
                },
            })
            .collect();
        let today = clock::now()
            .to_zoned_datetime(schedule.zone().clone())
            .date();
        let decision = decide(&schedule, class, &arguments.supposed, today);
        let said = sentences(&id.to_string(), &decision, &held, false, today, language);
        print::out(&said.join("\n"));
        Ok(Exit::Done)
    })?
}

fn list(schedule: &Schedule) -> anyhow::Result<Exit> {
    for (name, class) in schedule.classes() {
        let symbol = class.symbol.as_deref().unwrap_or("–");
        let category = class.category.map_or_else(|| "–".into(), String::from);
        print::out(&format!(
            "{symbol:<5} {category:<5} {name:<20} {} / {}",
            class.pl, class.en
        ));
        for rule in &class.rules {
            print::out(&format!("              {}: {}", rule.basis, rule.term));
        }
    }
    Ok(Exit::Done)
}
